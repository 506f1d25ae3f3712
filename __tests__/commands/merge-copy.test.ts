import { describe, expect, test } from '@jest/globals';
import { errorLine, toCodedError } from '../../src/errors.ts';
import { startFakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import {
  addLegs,
  bearer,
  four,
  path,
  recordOf,
  runMerge,
  textOutput,
  withRegistry,
  writes,
} from './support/scene.ts';

const other = 'acme/release';

function images(...each: [FakeRegistry, string][]): { images: string; push: string[] } {
  const push = each.map(([registry, repository]) => `${registry.host}/${repository}`);
  return { images: push.join('\n'), push };
}

describe('a list in another repository of the registry', () => {
  test('that a record names, and nobody else: in a workflow E_RECORD, and nothing is asked of it', async () => {
    await withRegistry({}, async (registry) => {
      const image = buildImage();
      addToRegistry(registry, 'evil/app', image);
      const over = { image: `${registry.host}/evil/app` };
      const inputs = { platforms: 'linux/amd64', records: recordOf(registry, image, over), handover: 'none' };
      const error = await rejection(runMerge(registry, inputs, { event: 'push' }));
      expect(errorLine(error)).toBe(
        `E_RECORD: records entry 1 says that its image is in ${registry.host}/evil/app, which is not one of images (${registry.host}/acme/app); give build and merge the same images; where it is meant to be copied from there, write the reference in the place of the record: ${registry.host}/evil/app@${image.manifest.digest}`,
      );
      expect(registry.requests.filter(({ path: at }) => at.includes('evil'))).toEqual([]);
      expect(writes(registry)).toEqual([]);
      const reference = { records: `${registry.host}/evil/app@${image.manifest.digest}` };
      const asked = await runMerge(registry, { ...inputs, ...reference }, { event: 'push' });
      expect(asked.warnings.join()).not.toContain('not one of images');
    });
  });

  test('that a record names, and nobody else: in a shell, where a person gave it, a warning', async () => {
    await withRegistry({}, async (registry) => {
      const image = buildImage();
      addToRegistry(registry, 'staging/app', image);
      const records = recordOf(registry, image, { image: `${registry.host}/staging/app` });
      const { warnings } = await runMerge(registry, { platforms: 'linux/amd64', records });
      expect(warnings.join()).toContain(
        `records entry 1 says that its image is in ${registry.host}/staging/app, which is not one of images (${registry.host}/acme/app): see that the leg was meant to push there`,
      );
    });
  });

  test('costs at most 35 requests for four platforms of three layers and one tag: blobs are mounted', async () => {
    await withRegistry({ auth: bearer }, async (registry) => {
      const legs = addLegs(registry, four, { layers: [[], [], []] });
      registry.clearRequests();
      const target = images([registry, other]);
      const records = Object.entries(legs)
        .map(([platform, leg]) => `${platform}=${registry.host}/${path}@${leg.manifest.digest}`)
        .join('\n');
      await runMerge(registry, { images: target.images, records }, { push: target.push });
      expect(registry.requests.length).toBeLessThanOrEqual(35);
      expect(registry.manifest(other, 'v1')).toBeDefined();
      expect(Object.keys(registry.tags(other))).toEqual(['v1']);
    });
  });

  test('and in the one of the legs: both end at the same digest, and a second run writes nothing', async () => {
    await withRegistry({ auth: bearer }, async (registry) => {
      addLegs(registry);
      const target = images([registry, path], [registry, other]);
      const inputs = { images: target.images, tags: 'v1, latest' };
      const { result } = await runMerge(registry, inputs, { push: target.push });
      const digest = textOutput(result, 'digest');
      for (const repository of [path, other]) {
        for (const tag of ['v1', 'latest']) expect(registry.manifest(repository, tag)?.digest).toBe(digest);
      }
      expect(result.outputs['references']).toHaveLength(4);
      registry.clearRequests();
      await runMerge(registry, inputs, { push: target.push });
      expect(writes(registry)).toEqual([]);
    });
  });
});

describe('a list in two registries', () => {
  test('holds the same bytes, with every blob', async () => {
    await using near = await startFakeRegistry({ auth: bearer });
    await using far = await startFakeRegistry({ auth: bearer });
    addLegs(near);
    const target = images([near, path], [far, other]);
    const { result } = await runMerge(near, { images: target.images }, { push: target.push });
    const digest = textOutput(result, 'digest');
    expect([near.manifest(path, 'v1')?.digest, far.manifest(other, 'v1')?.digest]).toEqual([digest, digest]);
    expect(Object.keys(far.tags(other))).toEqual(['v1']);
  });

  test('moves no tag anywhere when one of them can not take the images', async () => {
    await using near = await startFakeRegistry({ auth: bearer });
    await using far = await startFakeRegistry({ auth: bearer });
    addLegs(near);
    const before = near.tags(path);
    far.fail(
      (request) => request.method === 'POST' && request.path.includes('/blobs/uploads/'),
      { kind: 'status', status: 403 },
      Infinity,
    );
    const target = images([near, path], [far, other]);
    const error = await runMerge(near, { images: target.images }, { push: target.push }).then(
      () => undefined,
      toCodedError,
    );
    expect(error?.code).toBe('E_DENIED');
    expect(near.tags(path)).toEqual(before);
    expect(far.tags(other)).toEqual({});
  });
});

describe('copy-referrers', () => {
  const image = buildImage();
  const list = buildIndex([image]);

  const signatureOf = ({ mediaType, digest, size }: typeof list.descriptor, by: string) =>
    buildImage({ manifest: { artifactType: `text/${by}`, subject: { mediaType, digest, size } } });

  test.each(['of the registry', 'of another registry'])(
    'brings into a repository %s what was signed after the list was published there, and then nothing',
    async (where) => {
      await using near = await startFakeRegistry({ auth: bearer });
      await using elsewhere = await startFakeRegistry({ auth: bearer });
      const far = where === 'of the registry' ? near : elsewhere;
      addToRegistry(near, path, list, 'rc');
      const target = images([far, other]);
      const records = `${near.host}/${path}:rc`;
      const inputs = { images: target.images, platforms: 'linux/amd64', records, 'copy-referrers': 'true' };
      await runMerge(near, inputs, { push: target.push });
      const signatures = [signatureOf(list.descriptor, 'one'), signatureOf(image.descriptor, 'two')];
      for (const signature of signatures) addToRegistry(near, path, signature);
      far.clearRequests();
      await runMerge(near, inputs, { push: target.push });
      for (const { manifest } of signatures) expect(far.manifest(other, manifest.digest)).toBeDefined();
      expect(writes(far).filter((line) => line.includes('/manifests/'))).toHaveLength(2);
      far.clearRequests();
      await runMerge(near, inputs, { push: target.push });
      expect(writes(far)).toEqual([]);
    },
  );
});
