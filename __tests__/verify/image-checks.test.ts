import { describe, expect, test } from '@jest/globals';
import { parsePlatform } from '../../src/platform/platform.ts';
import { checkImagePlatform, checkRevisions, configDifferences } from '../../src/verify/image-checks.ts';
import { factAnnotations, firstKnown, labelFacts } from '../../src/verify/index-facts.ts';
import { buildImage, buildIndex } from '../support/images.ts';
import { imageOf, sourceOf } from './support.ts';

describe('an image is for the platform that it is said to be for', () => {
  test.each([
    ['linux/arm64', 'linux/arm64/v8', true],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['linux/arm', 'linux/arm/v7', true],
    ['linux/amd64', 'linux/amd64', true],
    ['linux/s390x', 'linux/amd64', false],
    ['linux/arm/v6', 'linux/arm/v7', false],
    ['linux/amd64/v3', 'linux/amd64', false],
    ['linux/ppc64le', 'linux/ppc64', false],
    ['windows/amd64', 'linux/amd64', false],
  ])('claimed %s, config %s: %s', async (claimed, config, right) => {
    const errors = checkImagePlatform(
      await imageOf(buildImage({ platform: config })),
      parsePlatform(claimed),
      'leg 1',
    );
    expect(errors.map(({ code }) => code)).toEqual(right ? [] : ['E_PLATFORM_MISMATCH']);
    if (!right) expect(errors[0]?.message).toContain('leg 1 is said to be');
  });

  test('the index that lists it may not lie either', async () => {
    const amd64 = buildImage();
    const lie = { ...amd64.descriptor, platform: { os: 'linux', architecture: 's390x' } };
    const image = await imageOf(buildIndex([amd64], { entries: [lie] }));
    expect(checkImagePlatform(image, undefined, 'it').map(({ message }) => message)).toEqual([
      `it is listed as linux/s390x, its config says linux/amd64 (${amd64.manifest.digest})`,
    ]);
  });
});

describe('all legs are of one commit', () => {
  type Case = [string, (string | undefined)[][], (string | undefined)[], number, number];
  test.each<Case>([
    ['the same label', [['a'], ['a']], [], 0, 0],
    [
      'the same record',
      [
        [undefined, 'a'],
        [undefined, 'a'],
      ],
      [],
      0,
      0,
    ],
    ['labels of another commit than the run, all of them', [['a'], ['a']], ['b', 'b'], 2, 0],
    ['a label that differs', [['a'], ['b']], [], 1, 0],
    [
      'a record that differs',
      [
        [undefined, 'a'],
        [undefined, 'b'],
      ],
      [],
      1,
      0,
    ],
    [
      'records that differ under one label',
      [
        ['a', 'x'],
        ['a', 'y'],
      ],
      [],
      1,
      0,
    ],
    ['a label against a record', [['a'], [undefined, 'b']], [], 1, 0],
    [
      'labels of a tag upstream, records of the run',
      [
        ['a', 'x'],
        ['a', 'x'],
      ],
      [],
      0,
      0,
    ],
    [
      'a label that only some have, and one record',
      [
        ['a', 'x'],
        [undefined, 'x'],
      ],
      [],
      1,
      0,
    ],
    ['one record of another commit beside labels that agree', [['a'], ['a', 'x'], ['a']], [], 1, 0],
    ['a record of another run', [['a', 'x']], ['a', 'y'], 1, 0],
    ['nobody says anything', [[], []], ['a', 'a'], 0, 1],
    ['one says nothing', [['a'], []], ['a', 'a'], 0, 1],
  ])('%s', (_, legs, [label, record], errors, warnings) => {
    const claims = legs.map(([own, run], index) => ({ origin: `leg ${index}`, label: own, record: run }));
    const told = checkRevisions(claims, { label, record });
    expect(told.errors.map(({ code }) => code)).toEqual(Array(errors).fill('E_REVISION_MISMATCH'));
    expect(told.warnings).toHaveLength(warnings);
  });
});

describe('settings that differ between platforms', () => {
  const run = {
    Entrypoint: ['/app'],
    User: '1000',
    Env: ['A=1', 'B=2'],
    ExposedPorts: { '80/tcp': {}, '443/tcp': {} },
  };

  test.each<[string, object, string[]]>([
    ['nothing', {}, []],
    ['the order of the environment', { Env: ['B=2', 'A=1'] }, []],
    ['the user', { User: '' }, ['user']],
    ['the entrypoint and the ports', { Entrypoint: ['/other'], ExposedPorts: {} }, ['entrypoint', 'ports']],
    ['the command', { Cmd: ['serve'] }, ['command']],
    ['a variable', { Env: ['A=1'] }, ['environment']],
  ])('%s', async (_, over, wanted) => {
    const images = await Promise.all([
      imageOf(buildImage({ run })),
      imageOf(buildImage({ platform: 'linux/s390x', run: { ...run, ...over } })),
    ]);
    const warnings = configDifferences(images);
    expect(warnings.map((warning) => /^the (\w+) differs/.exec(warning)?.[1])).toEqual(wanted);
    for (const warning of warnings) expect(warning).toMatch(/linux\/amd64: .* \| linux\/s390x: /);
  });
});

describe('what an index says of itself', () => {
  const labels = {
    'org.opencontainers.image.revision': 'abc',
    'org.opencontainers.image.version': '1.2.3',
    'org.opencontainers.image.source': '',
  };

  async function imagesOf(...each: Record<string, string>[]) {
    const images = each.map((label, index) =>
      buildImage({ platform: index === 0 ? 'linux/amd64' : 'linux/s390x', labels: label }),
    );
    return (await sourceOf(buildIndex(images))).images;
  }

  test('comes from the first who knows, else from labels on which all agree', async () => {
    const facts = firstKnown([
      { revision: undefined, created: '2024-01-01T00:00:00Z' },
      { created: 'later' },
      labelFacts(await imagesOf(labels, labels)),
    ]);
    expect(facts).toEqual({ revision: 'abc', created: '2024-01-01T00:00:00Z', version: '1.2.3' });
    expect(factAnnotations(facts)).toEqual({
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.created': '2024-01-01T00:00:00Z',
      'org.opencontainers.image.version': '1.2.3',
    });
  });

  test('is not said where the labels differ', async () => {
    const other = { ...labels, 'org.opencontainers.image.version': '1.2.4' };
    expect(labelFacts(await imagesOf(labels, other))).toEqual({ revision: 'abc' });
    expect(labelFacts(await imagesOf(labels, {}))).toEqual({});
  });
});
