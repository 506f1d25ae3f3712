import { describe, expect, test } from '@jest/globals';
import { startFakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { labels } from './support/refusal.ts';
import { addLegs, path, platformsIn, published, runMerge, withRegistry, writes } from './support/scene.ts';

const amd64 = buildImage({ labels });
const arm64 = buildImage({ labels, platform: 'linux/arm64' });
const oldPower = buildImage({ labels, platform: 'linux/ppc64le', created: '2020-01-01T00:00:00Z' });

/** An index as somebody else wrote it: indented, with members and fields that nobody here knows. */
function foreignIndex(
  images: readonly Fixture[],
  mediaType = 'application/vnd.oci.image.index.v1+json',
): Fixture {
  const text = JSON.stringify(
    {
      schemaVersion: 2,
      mediaType,
      'com.example.note': { a: [1, 2, '}'] },
      manifests: images.map((image) => ({ ...image.descriptor, 'com.example.field': 'k"ept' })),
      annotations: { theirs: 'yes', 'org.opencontainers.image.revision': 'theirs' },
    },
    undefined,
    3,
  );
  const bytes = Buffer.from(text);
  const digest = digestOf(bytes);
  const descriptor = { mediaType, digest, size: bytes.length };
  return { manifest: { bytes, digest, mediaType }, descriptor, blobs: new Map(), children: images };
}

function textOf(registry: FakeRegistry, tag = 'v1'): string {
  return Buffer.from(registry.manifest(path, tag)?.bytes ?? []).toString();
}

describe('append', () => {
  test('adds what platforms names, and keeps every entry and member as it is written', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, foreignIndex([amd64, arm64, buildAttestation(amd64)]), 'v1');
      const before = textOf(registry);
      addLegs(registry, ['linux/ppc64le']);
      const { result } = await runMerge(registry, { platforms: 'linux/ppc64le', append: 'true' });
      const list = published(registry);
      expect(platformsIn(list)).toEqual(['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'unknown/unknown']);
      const entry =
        /\{\s+"mediaType": "application\/vnd.oci.image.manifest[^]*?"com.example.field": "k\\"ept"\s+\}/u;
      const [kept = 'nothing'] = entry.exec(before) ?? [];
      expect(textOf(registry)).toContain(kept);
      expect(list).toMatchObject({
        'com.example.note': { a: [1, 2, '}'] },
        annotations: { theirs: 'yes', 'org.opencontainers.image.revision': 'theirs' },
      });
      expect(result.outputs['platforms']).toEqual(['linux/amd64', 'linux/arm64', 'linux/ppc64le']);
    });
  });

  test('replaces a platform in its place, and takes along what was attested of it', async () => {
    await withRegistry({}, async (registry) => {
      const list = buildIndex([oldPower, amd64, buildAttestation(oldPower), buildAttestation(amd64)]);
      addToRegistry(registry, path, list, 'v1');
      const legs = addLegs(registry, ['linux/ppc64le']);
      await runMerge(registry, { platforms: 'linux/ppc64le', append: 'true' });
      const { manifests } = published(registry);
      expect(manifests.map(({ digest }) => digest)).toEqual([
        legs['linux/ppc64le']?.manifest.digest,
        amd64.manifest.digest,
        buildAttestation(amd64).manifest.digest,
      ]);
    });
  });

  test('a second time writes nothing, also to a list of other tools', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, foreignIndex([oldPower, amd64]), 'v1');
      addLegs(registry, ['linux/ppc64le', 'linux/s390x']);
      const inputs = { platforms: 'linux/s390x, linux/ppc64le', append: 'true', tags: 'v1, latest' };
      const first = await runMerge(registry, inputs);
      registry.clearRequests();
      const second = await runMerge(registry, inputs);
      expect(second.result.outputs['digest']).toBe(first.result.outputs['digest']);
      expect(writes(registry)).toEqual([]);
    });
  });

  test('of what stands there already keeps the bytes', async () => {
    await withRegistry({}, async (registry) => {
      const list = foreignIndex([amd64, arm64]);
      addToRegistry(registry, path, list, 'v1');
      addToRegistry(registry, path, arm64, 'v1-arm64');
      await runMerge(registry, { platforms: 'linux/arm64', append: 'true' });
      expect(registry.tags(path)['v1']).toBe(list.manifest.digest);
    });
  });

  test('overrides annotations that are asked for, and keeps the others', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, foreignIndex([amd64]), 'v1');
      addLegs(registry, ['linux/arm64']);
      await runMerge(registry, {
        ...{ platforms: 'linux/arm64', append: 'true', annotations: 'a=1\nmanifest-descriptor:b=2' },
        version: '2.0.0',
      });
      expect(published(registry)).toMatchObject({
        annotations: { theirs: 'yes', a: '1', 'org.opencontainers.image.version': '2.0.0' },
        manifests: [{}, { annotations: { b: '2' } }],
      });
      expect(published(registry).manifests[0]?.annotations).toBeUndefined();
    });
  });

  test('keeps a Docker list one while it can, and makes a single image the first entry', async () => {
    await withRegistry({}, async (registry) => {
      const docker = buildImage({ labels, format: 'docker' });
      addToRegistry(registry, path, buildIndex([docker], { format: 'docker' }), 'v1');
      addToRegistry(registry, path, docker, 'v2');
      addLegs(registry, ['linux/arm64'], { format: 'docker' });
      const inputs = { platforms: 'linux/arm64', append: 'true', 'arch-tag': 'v1-{arch}' };
      for (const tags of ['v1', 'v2']) {
        await runMerge(registry, { ...inputs, tags });
        expect(published(registry, tags).mediaType).toContain('docker');
        expect(platformsIn(published(registry, tags))).toEqual(['linux/amd64', 'linux/arm64']);
      }
      addLegs(registry, ['linux/s390x']);
      await runMerge(registry, { ...inputs, platforms: 'linux/s390x' });
      expect(published(registry).mediaType).toContain('oci');
    });
  });

  test('keeps entries that are no images, and says that they were not checked', async () => {
    await withRegistry({}, async (registry) => {
      const artifact = buildImage({ manifest: { config: { ...amd64.descriptor, mediaType: 'text/x' } } });
      const { platform: _, ...descriptor } = artifact.descriptor;
      addToRegistry(registry, path, buildIndex([amd64, { ...artifact, descriptor }]), 'v1');
      addLegs(registry, ['linux/arm64']);
      const { warnings } = await runMerge(registry, { platforms: 'linux/arm64', append: 'true' });
      expect(warnings.join()).toContain(`${descriptor.digest} is kept`);
      expect(published(registry).manifests.map(({ digest }) => digest)).toContain(descriptor.digest);
    });
  });

  test('brings the kept entries into a repository that has none yet', async () => {
    await using near = await startFakeRegistry({});
    await using far = await startFakeRegistry({});
    addToRegistry(near, path, buildIndex([amd64, buildAttestation(amd64)]), 'v1');
    addLegs(near, ['linux/arm64']);
    const push = [`${near.host}/${path}`, `${far.host}/other/app`];
    await runMerge(near, { images: push.join(), platforms: 'linux/arm64', append: 'true' }, { push });
    expect(far.manifest('other/app', 'v1')?.digest).toBe(near.manifest(path, 'v1')?.digest);
    expect(far.manifest('other/app', amd64.manifest.digest)).toBeDefined();
  });

  test('leaves an optional platform as it is published when its leg did not arrive', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildIndex([amd64, oldPower]), 'v1');
      addLegs(registry, ['linux/arm64']);
      await runMerge(registry, { platforms: 'linux/arm64, linux/ppc64le?', append: 'true' });
      expect(published(registry).manifests[1]?.digest).toBe(oldPower.manifest.digest);
    });
  });

  const lie = { ...arm64.descriptor, platform: { os: 'linux', architecture: 's390x' } };
  test.each<[string, (registry: FakeRegistry) => unknown, Record<string, string>, string, string]>([
    ['where nothing is published', () => undefined, {}, 'E_NOT_FOUND', 'nothing stands at'],
    ['without a tag', () => undefined, { tags: 'none' }, 'E_NOT_FOUND', 'tags names none'],
    [
      'of a leg that is not there',
      (registry) => {
        addToRegistry(registry, path, buildIndex([amd64]), 'v1');
      },
      { platforms: 'linux/s390x' },
      'E_PLATFORM_MISSING',
      'linux/s390x',
    ],
    [
      'to a list that lies about what it keeps',
      (registry) => {
        addToRegistry(registry, path, buildIndex([amd64, arm64], { entries: [amd64.descriptor, lie] }), 'v1');
      },
      {},
      'E_PLATFORM_MISMATCH',
      'listed as linux/s390x',
    ],
    [
      'of what is to be removed',
      (registry) => {
        addToRegistry(registry, path, buildIndex([amd64, oldPower]), 'v1');
      },
      { 'remove-platforms': 'linux/ppc64le' },
      'E_INPUT',
      'to be added',
    ],
  ])('is refused %s', async (_, arrange, inputs, code, part) => {
    await withRegistry({}, async (registry) => {
      arrange(registry);
      addLegs(registry, ['linux/ppc64le']);
      const before = registry.tags(path);
      const error = await rejection(
        runMerge(registry, {
          platforms: 'linux/ppc64le',
          append: 'true',
          ...{ 'arch-tag': 'v1-{arch}' },
          ...inputs,
        }),
      );
      expect(error.code).toBe(code);
      expect(error.message).toContain(part);
      expect(registry.tags(path)).toEqual(before);
    });
  });

  test('is refused where two images hold different lists', async () => {
    await using near = await startFakeRegistry({});
    await using far = await startFakeRegistry({});
    addToRegistry(near, path, buildIndex([amd64]), 'v1');
    addToRegistry(far, path, buildIndex([arm64]), 'v1');
    addLegs(near, ['linux/ppc64le']);
    const push = [`${near.host}/${path}`, `${far.host}/${path}`];
    const run = runMerge(near, { images: push.join(), platforms: 'linux/ppc64le', append: 'true' }, { push });
    expect((await rejection(run)).code).toBe('E_DIGEST_MISMATCH');
  });
});

describe('remove-platforms', () => {
  const list = foreignIndex([amd64, arm64, buildAttestation(arm64), buildAttestation(amd64)]);

  test.each([
    ['a platform', 'linux/arm64'],
    ['a digest', arm64.manifest.digest],
  ])('takes %s out of the published list, with what is attested of it', async (_, removed) => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'v1');
      const { result } = await runMerge(registry, { platforms: 'linux/amd64', 'remove-platforms': removed });
      expect(platformsIn(published(registry))).toEqual(['linux/amd64', 'unknown/unknown']);
      expect(textOf(registry)).toContain('com.example.note');
      expect(result.outputs['platforms']).toEqual(['linux/amd64']);
    });
  });

  test('with append takes out and adds in one go', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'v1');
      addLegs(registry, ['linux/s390x']);
      const inputs = { platforms: 'linux/s390x', append: 'true', 'remove-platforms': 'linux/arm64' };
      await runMerge(registry, inputs);
      expect(platformsIn(published(registry))).toEqual(['linux/amd64', 'linux/s390x', 'unknown/unknown']);
    });
  });

  test('with records takes out of what they lead to', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'rc');
      const records = `${registry.host}/${path}:rc`;
      await runMerge(registry, { platforms: 'linux/amd64', 'remove-platforms': 'linux/arm64', records });
      expect(platformsIn(published(registry))).toEqual(['linux/amd64', 'unknown/unknown']);
    });
  });

  test.each([
    ['a platform that is not there', 'linux/amd64, linux/arm64', 'linux/s390x', 'E_PLATFORM_MISSING'],
    ['a digest that is not there', 'linux/amd64, linux/arm64', oldPower.manifest.digest, 'E_NOT_FOUND'],
    [
      'what leaves more than platforms names',
      'linux/amd64, linux/s390x?',
      buildAttestation(amd64).manifest.digest,
      'E_PLATFORM_UNEXPECTED',
    ],
    ['everything', 'linux/amd64', 'linux/amd64, linux/arm64', 'E_PLATFORM_MISSING'],
  ])('refuses %s', async (_, platforms, removed, code) => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, list, 'v1');
      const error = await rejection(runMerge(registry, { platforms, 'remove-platforms': removed }));
      expect(error.code).toBe(code);
      expect(registry.tags(path)['v1']).toBe(list.manifest.digest);
    });
  });
});
