import { describe, expect, test } from '@jest/globals';
import type { TagItem } from '../../src/inputs/tags.ts';
import { tagList } from '../../src/inputs/tags.ts';
import { firstTag, targetsOf } from '../../src/inputs/targets.ts';
import { parseRepository } from '../../src/oci/reference.ts';

async function tagsOf(...values: string[]): Promise<readonly TagItem[]> {
  return tagList.parse(values);
}

function shown(images: readonly string[], tags: readonly TagItem[]): string[] {
  return targetsOf(images.map(parseRepository), tags).map(
    ({ image, tags: own }) => `${image.name}:${own.join('+')}`,
  );
}

describe('tags', () => {
  test('bare ones are for every image', async () => {
    const tags = await tagsOf('v1\nv1.2, latest');
    expect(firstTag(tags)).toBe('v1');
    expect(shown(['quay.io/a/b', 'ghcr.io/a/b'], tags)).toEqual([
      'quay.io/a/b:v1+v1.2+latest',
      'ghcr.io/a/b:v1+v1.2+latest',
    ]);
  });

  test('whole references name their images, as docker/metadata-action prints them', async () => {
    const tags = await tagsOf('acme/app:v1\nacme/app:latest\nghcr.io/acme/app:v1');
    expect(shown([], tags)).toEqual(['docker.io/acme/app:v1+latest', 'ghcr.io/acme/app:v1']);
  });

  test('both at once: images come first, and no tag is there twice', async () => {
    const tags = await tagsOf('localhost:5000/app:v1, v1, v2');
    expect(shown(['quay.io/a/b'], tags)).toEqual(['quay.io/a/b:v1+v2', 'localhost:5000/app:v1+v2']);
  });

  test('none publishes by digest alone', async () => {
    expect(await tagsOf('none')).toEqual([]);
    expect(shown(['quay.io/a/b'], [])).toEqual(['quay.io/a/b:']);
    await expect(tagsOf('none, v1')).rejects.toMatchObject({ code: 'E_INPUT', usage: true });
  });

  test('what says the same counts once', async () => {
    expect(await tagsOf('v1,v1\nv1', 'acme/app:v1,docker.io/acme/app:v1')).toHaveLength(2);
  });

  test('a hundred are taken, one more is not', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `v${i}`);
    expect(await tagsOf(many.slice(0, 100).join('\n'))).toHaveLength(100);
    await expect(tagsOf(many.join(','))).rejects.toMatchObject({ code: 'E_INPUT', message: 'has 101 items' });
  });

  test.each([
    ['quay.io/a/b', 'E_REFERENCE'],
    [`quay.io/a/b@sha256:${'a'.repeat(64)}`, 'E_REFERENCE'],
    ['-rf', 'E_REFERENCE'],
    ['$(id)', 'E_REFERENCE'],
    ['https://quay.io/a/b:v1', 'E_REFERENCE'],
    [' , # nothing', 'E_INPUT'],
  ])('%j is %s', async (given, code) => {
    await expect(tagsOf(given)).rejects.toMatchObject({ code });
  });

  test('all that is wrong is told at once', async () => {
    await expect(tagsOf('ok, -a, -b')).rejects.toMatchObject({
      message: '"-a" is not a tag. "-b" is not a tag',
    });
  });
});

describe('targets', () => {
  test('something has to name an image', async () => {
    const tags = await tagsOf('v1');
    expect(() => targetsOf(undefined, tags)).toThrow(
      expect.objectContaining({ code: 'E_INPUT', usage: true }),
    );
  });

  test('an image that would get no tag is a mistake, not a silent push by digest', async () => {
    const tags = await tagsOf('quay.io/a/b:v1');
    expect(() => targetsOf([parseRepository('ghcr.io/a/b')], tags)).toThrow(
      'images names ghcr.io/a/b, for which there is no tag',
    );
  });
});
