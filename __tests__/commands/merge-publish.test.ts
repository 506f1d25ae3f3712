import { describe, expect, test } from '@jest/globals';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { labels, leg, recordsOf } from './support/refusal.ts';
import {
  addLegs,
  four,
  path,
  platformsIn,
  published,
  recordOf,
  runMerge,
  sha,
  textOutput,
  withRegistry,
  writes,
} from './support/scene.ts';

const revision = 'org.opencontainers.image.revision';

describe('a merge publishes', () => {
  test('one list over what the legs pushed, in the order asked for, under every tag', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry);
      const { result } = await runMerge(registry, { tags: 'v1, v1.2, latest' });
      const list = published(registry);
      expect(platformsIn(list)).toEqual(four);
      expect(list.mediaType).toBe(mediaTypes.ociIndex);
      expect(list.manifests).toEqual(four.map((platform) => leg(legs, platform).descriptor));
      const digests = Object.entries(registry.tags(path)).filter(([tag]) =>
        ['v1', 'v1.2', 'latest'].includes(tag),
      );
      expect(digests.map(([, digest]) => digest)).toEqual(Array(3).fill(result.outputs['digest']));
      expect(list.annotations).toEqual({ [revision]: sha });
    });
  });

  test('what the contract calls its outputs', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry, four.slice(0, 3));
      const records = Object.values(legs).map((each) =>
        recordOf(registry, each, { mode: 'native', engine: 'podman 5.4.2', runner: { arch: 'x' } }),
      );
      const { result } = await runMerge(registry, {
        platforms: four.join('\n') + '?',
        tags: 'v1,latest',
        records: records.join('\n'),
      });
      const { outputs } = result;
      const name = `${registry.host}/${path}`;
      expect(outputs).toMatchObject({
        digest: registry.tags(path)['v1'],
        references: [`${name}:v1`, `${name}:latest`],
        platforms: four.slice(0, 3),
        'missing-platforms': ['linux/s390x'],
        'stale-tags': [],
      });
      expect(outputs['subjects']).toEqual(
        [outputs['digest'], ...Object.values(legs).map((each) => each.manifest.digest)].map((digest) => ({
          name,
          digest,
        })),
      );
      expect(Buffer.from(textOutput(result, 'index'))).toEqual(
        Buffer.from(registry.manifest(path, 'v1')?.bytes ?? []),
      );
      expect(outputs['report']).toMatchObject({
        published: true,
        platforms: Object.entries(legs).map(([platform, each]) => ({
          platform,
          digest: each.manifest.digest,
          size: [...each.blobs.values()].reduce((sum, blob) => sum + blob.length, 0),
          mode: 'native',
          engine: 'podman 5.4.2',
          runner: 'x',
          checks: expect.arrayContaining([{ check: 'config', found: platform, by: 'merge' }]),
        })),
      });
    });
  });

  test('without tags: by digest alone, and no tag is made', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry);
      const before = registry.tags(path);
      const { result } = await runMerge(registry, {
        tags: 'none',
        records: recordsOf(registry, legs).join('\n'),
      });
      expect(registry.tags(path)).toEqual(before);
      expect(platformsIn(published(registry, textOutput(result, 'digest')))).toEqual(four);
      expect(result.outputs['references']).toEqual([
        `${registry.host}/${path}@${textOutput(result, 'digest')}`,
      ]);
    });
  });

  test('nothing in a dry run, and tells the very digest that it would have', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const before = registry.tags(path);
      const dry = await runMerge(registry, { 'dry-run': 'true' });
      expect(writes(registry)).toEqual([]);
      expect(registry.tags(path)).toEqual(before);
      expect(dry.result.outputs['references']).toEqual([]);
      const wet = await runMerge(registry);
      expect(wet.result.outputs['digest']).toBe(dry.result.outputs['digest']);
    });
  });

  test.each([
    ['Docker images as a Docker list', 'docker', 'auto', mediaTypes.dockerList],
    ['Docker images as an OCI index where it is asked for', 'docker', 'oci', mediaTypes.ociIndex],
    ['OCI images as an OCI index', 'oci', 'auto', mediaTypes.ociIndex],
  ] as const)('%s', async (_, format, wanted, mediaType) => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, four, { format });
      await runMerge(registry, { format: wanted });
      const list = published(registry);
      expect(list.mediaType).toBe(mediaType);
      expect(registry.manifest(path, 'v1')?.mediaType).toBe(mediaType);
      expect(list.annotations === undefined).toBe(mediaType === mediaTypes.dockerList);
    });
  });

  test('annotations: those asked for, on the index and on entries, over those that follow from the run', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      await runMerge(registry, {
        version: '1.2.3',
        annotations: ['a=1', 'manifest:b=2', 'manifest-descriptor[linux/arm64]:c=3'].join('\n'),
      });
      const list = published(registry);
      expect(list.annotations).toEqual({
        a: '1',
        b: '2',
        [revision]: sha,
        'org.opencontainers.image.version': '1.2.3',
      });
      expect(list.manifests.map(({ annotations }) => annotations)).toEqual([
        undefined,
        { c: '3' },
        undefined,
        undefined,
      ]);
    });
  });

  test('what the rows of the table say of their entries', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, ['linux/amd64', 'linux/riscv64']);
      const platforms =
        'linux/amd64: { annotations: { a: b }, features: [sse4] }\nlinux/riscv64: { os-version: "6.1" }';
      await runMerge(registry, { platforms });
      expect(published(registry).manifests).toMatchObject([
        { platform: { os: 'linux', architecture: 'amd64', features: ['sse4'] }, annotations: { a: 'b' } },
        { platform: { os: 'linux', architecture: 'riscv64', 'os.version': '6.1' } },
      ]);
    });
  });

  test('an overridden platform although the config says otherwise, and warns of it', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildImage({ labels, platform: 'linux/arm/v7' }), 'v1-arm-v6');
      const { warnings } = await runMerge(registry, { platforms: 'linux/arm/v6: { override: true }' });
      expect(platformsIn(published(registry))).toEqual(['linux/arm/v6']);
      expect(warnings.join()).toContain('its config says linux/arm/v7');
    });
  });
});

describe('legs that are indexes', () => {
  test('are flattened, their attestations kept behind the images', async () => {
    await withRegistry({}, async (registry) => {
      const amd64 = buildImage({ labels });
      const s390x = buildImage({ labels, platform: 'linux/s390x' });
      const attestations = [buildAttestation(amd64), buildAttestation(s390x)] as const;
      addToRegistry(registry, path, buildIndex([amd64, attestations[0]]), 'v1-amd64');
      addToRegistry(registry, path, buildIndex([attestations[1], s390x]), 'v1-s390x');
      const { result } = await runMerge(registry, { platforms: 'linux/amd64, linux/s390x' });
      expect(published(registry).manifests).toEqual(
        [amd64, s390x, ...attestations].map((each) => each.descriptor),
      );
      expect(result.outputs['platforms']).toEqual(['linux/amd64', 'linux/s390x']);
      expect(JSON.stringify(result.outputs['report'])).toContain('"check":"attestations","found":"1"');
    });
  });

  test('bring no attestation that is about something else', async () => {
    await withRegistry({}, async (registry) => {
      const amd64 = buildImage({ labels });
      const orphan = buildAttestation(buildImage({ labels: { other: 'image' } }));
      addToRegistry(registry, path, buildIndex([amd64, orphan]), 'v1-amd64');
      addLegs(registry, ['linux/arm64']);
      await runMerge(registry, { platforms: 'linux/amd64, linux/arm64' });
      expect(platformsIn(published(registry))).toEqual(['linux/amd64', 'linux/arm64']);
    });
  });

  test('may be picked from: one platform each', async () => {
    await withRegistry({}, async (registry) => {
      const [amd64, arm64] = [buildImage({ labels }), buildImage({ labels, platform: 'linux/arm64' })];
      addToRegistry(
        registry,
        path,
        buildIndex([amd64, arm64, buildAttestation(amd64), buildAttestation(arm64)]),
        'both',
      );
      await runMerge(registry, {
        platforms: 'linux/arm64',
        records: `linux/arm64=${registry.host}/${path}:both`,
      });
      expect(platformsIn(published(registry))).toEqual(['linux/arm64', 'unknown/unknown']);
    });
  });
});
