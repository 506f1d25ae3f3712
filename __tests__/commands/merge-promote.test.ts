import { describe, expect, test } from '@jest/globals';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { labels } from './support/refusal.ts';
import { path, platformsIn, published, runMerge, withRegistry } from './support/scene.ts';

const amd64 = buildImage({ labels });
const arm64 = buildImage({ labels, platform: 'linux/arm64' });
const platforms = 'linux/amd64, linux/arm64';

function withoutPlatform(fixture: Fixture): Fixture {
  const { platform: _, ...descriptor } = fixture.descriptor;
  return { ...fixture, descriptor };
}

const { config } = JSON.parse(Buffer.from(amd64.manifest.bytes).toString()) as { config: object };
const artifact = withoutPlatform(
  buildImage({
    labels,
    manifest: { artifactType: 'text/plain', config: { ...config, mediaType: mediaTypes.ociEmpty } },
  }),
);
const odd = { mediaType: 'application/vnd.acme.thing+json', digest: amd64.manifest.digest, size: 3 };
const nameless = withoutPlatform(
  buildImage({ platform: 'linux/amd64', config: { os: '', architecture: '' } }),
);

const lists: [string, Fixture][] = [
  ['an artifact', buildIndex([amd64, arm64, artifact])],
  ['an index in it', buildIndex([buildIndex([amd64, buildAttestation(amd64)]), arm64])],
  [
    'an index in an index in an index',
    buildIndex([amd64, arm64, buildIndex([buildIndex([buildIndex([artifact])])])]),
  ],
  ['entries without a platform', buildIndex([withoutPlatform(amd64), withoutPlatform(arm64)])],
  ['an image that is of no platform', buildIndex([amd64, arm64, nameless])],
  ['an image twice', buildIndex([amd64, arm64, amd64])],
  ['an attestation of something else', buildIndex([amd64, arm64, buildAttestation(nameless)])],
  [
    'a subject, a type and members of its own',
    buildIndex([amd64, arm64], { over: { artifactType: 'a/b', subject: { ...odd }, more: [1] } }),
  ],
];

describe('a single index as the only source keeps its digest', () => {
  test.each(lists)('with %s, under another tag', async (_, list) => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'rc');
      await runMerge(registry, { platforms, records: `${registry.host}/${path}:rc` });
      expect(registry.tags(path)['v1']).toBe(list.manifest.digest);
    });
  });

  test.each(lists.filter(([name]) => !name.startsWith('a subject')))(
    'with %s, in another registry, with all below it',
    async (_, list) => {
      await using near = await startFakeRegistry({});
      await using far = await startFakeRegistry({});
      addToRegistry(near, path, list, 'rc');
      const images = `${far.host}/other/app`;
      await runMerge(near, { images, platforms, records: `${near.host}/${path}:rc` }, { push: [images] });
      expect(far.tags('other/app')).toEqual({ v1: list.manifest.digest });
      const below = (fixture: Fixture): string[] => [
        fixture.manifest.digest,
        ...fixture.children.flatMap(below),
      ];
      for (const digest of below(list)) expect(far.manifest('other/app', digest)).toBeDefined();
    },
  );

  test('with an entry of a kind that nobody knows', async () => {
    await withRegistry({}, async (registry) => {
      const unknown = {
        ...artifact,
        descriptor: { ...artifact.descriptor, mediaType: 'application/vnd.acme.v1+json' },
      };
      const list = buildIndex([amd64, arm64, unknown]);
      addToRegistry(registry, path, list, 'rc');
      await runMerge(registry, { platforms, records: `${registry.host}/${path}:rc` });
      expect(registry.tags(path)['v1']).toBe(list.manifest.digest);
    });
  });

  test.each<[string, Fixture, Record<string, string>, string]>([
    ['a platform that is missing', buildIndex([amd64, artifact]), {}, 'E_PLATFORM_MISSING'],
    [
      'a platform too much',
      buildIndex([amd64, arm64]),
      { platforms: 'linux/amd64' },
      'E_PLATFORM_UNEXPECTED',
    ],
    [
      'a change to a list that holds what can not be listed anew',
      buildIndex([amd64, arm64, artifact]),
      { annotations: 'a=1' },
      'E_MANIFEST',
    ],
    [
      'an entry that lies',
      buildIndex([amd64, arm64], {
        entries: [
          amd64.descriptor,
          { ...arm64.descriptor, platform: { os: 'linux', architecture: 's390x' } },
        ],
      }),
      {},
      'E_PLATFORM_MISMATCH',
    ],
  ])('and is refused for %s', async (_, list, inputs, code) => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'rc');
      const run = runMerge(registry, { platforms, records: `${registry.host}/${path}:rc`, ...inputs });
      expect((await rejection(run)).code).toBe(code);
      expect(registry.tags(path)['v1']).toBeUndefined();
    });
  });

  test('two compressions of one platform stand beside each other', async () => {
    await withRegistry({}, async (registry) => {
      const zstd = buildImage({ labels, created: '2025-01-01T00:00:00Z' });
      const twin = {
        ...zstd,
        descriptor: { ...zstd.descriptor, annotations: { 'io.github.containers.compression.zstd': 'true' } },
      };
      const list = buildIndex([amd64, twin]);
      addToRegistry(registry, path, list, 'rc');
      const inputs = { platforms: 'linux/amd64', records: `${registry.host}/${path}:rc` };
      await runMerge(registry, inputs);
      expect(registry.tags(path)['v1']).toBe(list.manifest.digest);
      await runMerge(registry, { ...inputs, annotations: 'a=1' });
      expect(platformsIn(published(registry))).toEqual(['linux/amd64', 'linux/amd64']);
    });
  });
});
