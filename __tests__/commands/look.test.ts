import { describe, expect, test } from '@jest/globals';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import {
  addLegs,
  four,
  path,
  runInspect,
  runMerge,
  runVerify,
  textOutput,
  withRegistry,
} from './support/scene.ts';

const amd64 = buildImage();
const arm64 = buildImage({ platform: 'linux/arm64' });
/** The digest of `{}`. */
const emptyJson = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
const both = buildIndex([amd64, arm64, buildAttestation(amd64)]);

describe('verify', () => {
  test('reads back what merge published, under every tag', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const merged = await runMerge(registry, { tags: 'v1, latest' });
      const { result } = await runVerify(registry, { tags: 'v1, latest', platforms: four.join() });
      expect(result.outputs).toMatchObject({
        digest: merged.result.outputs['digest'],
        platforms: four,
        report: { references: ['v1', 'latest'].map((tag) => `${registry.host}/${path}:${tag}`) },
      });
      expect(result.text).toContain('linux/s390x');
    });
  });

  test('takes whatever is there where no platforms are expected', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      const { result } = await runVerify(registry);
      expect(result.outputs['platforms']).toEqual(['linux/amd64', 'linux/arm64']);
    });
  });

  test('shows which images are attested', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      const { result } = await runVerify(registry, { check: 'config' });
      expect(result.outputs['report']).toMatchObject({
        platforms: [
          {
            checks: [
              { check: 'config', found: 'linux/amd64', by: 'verify' },
              { check: 'attestations', found: '1', by: 'verify' },
            ],
          },
          { checks: [{ check: 'config', found: 'linux/arm64', by: 'verify' }] },
        ],
      });
      expect(result.text).toContain('config linux/amd64 (verify), attestations 1 (verify)');
    });
  });

  test('takes a digest as reference, and an image that is no list', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, amd64, 'v1');
      const references = `${registry.host}/${path}@${amd64.manifest.digest}`;
      const { result } = await runVerify(registry, { references, platforms: 'linux/amd64' });
      expect(result.outputs['digest']).toBe(amd64.manifest.digest);
    });
  });

  test('lets more stand than was expected only where that is allowed', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      const inputs = { platforms: 'linux/amd64' };
      expect((await rejection(runVerify(registry, inputs))).code).toBe('E_PLATFORM_UNEXPECTED');
      await expect(runVerify(registry, { ...inputs, 'allow-extra': 'true' })).resolves.toBeDefined();
    });
  });

  test('lets what is no image stand only where that is allowed, and says that it was not checked', async () => {
    await withRegistry({}, async (registry) => {
      const artifact = buildImage({
        manifest: {
          config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: emptyJson, size: 2 },
        },
      });
      addToRegistry(registry, path, buildIndex([amd64, artifact]), 'v1');
      const inputs = { platforms: 'linux/amd64' };
      expect((await rejection(runVerify(registry, inputs))).code).toBe('E_MANIFEST');
      const { result, warnings } = await runVerify(registry, { ...inputs, 'allow-extra': 'true' });
      expect(result.outputs['platforms']).toEqual(['linux/amd64']);
      expect(warnings.join()).toContain(`${artifact.manifest.digest} is in the list and was not checked`);
    });
  });

  const lie = { ...arm64.descriptor, platform: { os: 'linux', architecture: 's390x' } };
  const resized = { ...arm64.descriptor, size: arm64.descriptor.size + 1 };
  test.each<[string, Fixture, string, string, string]>([
    [
      'a platform that is missing',
      both,
      'linux/amd64,linux/arm64,linux/s390x',
      'E_PLATFORM_MISSING',
      'linux/s390x',
    ],
    [
      'an entry that lies about its platform',
      buildIndex([amd64, arm64], { entries: [amd64.descriptor, lie] }),
      'linux/amd64,linux/arm64',
      'E_PLATFORM_MISMATCH',
      'listed as linux/s390x',
    ],
    [
      'an entry of another size',
      buildIndex([arm64], { entries: [resized] }),
      'linux/arm64',
      'E_DIGEST_MISMATCH',
      'size',
    ],
    [
      'two images of one platform',
      buildIndex([amd64, buildImage({ labels: { a: 'b' } })]),
      'linux/amd64',
      'E_PLATFORM_DUPLICATE',
      'linux/amd64',
    ],
    ['a list of nothing', buildIndex([]), '', 'E_MANIFEST', 'holds no image'],
    [
      'an attestation of what is not there',
      buildIndex([amd64, buildAttestation(arm64)]),
      'linux/amd64',
      'E_MANIFEST',
      'not in the list',
    ],
    [
      'an index of three levels',
      buildIndex([buildIndex([buildIndex([amd64])])]),
      'linux/amd64',
      'E_MANIFEST',
      'nested',
    ],
  ])('tells %s', async (_, fixture, platforms, code, part) => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, fixture, 'v1');
      const error = await rejection(runVerify(registry, platforms === '' ? {} : { platforms }));
      expect(error.code).toBe(code);
      expect(error.message).toContain(part);
    });
  });

  test('tells an entry that is gone', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      registry.removeManifest(path, arm64.manifest.digest);
      expect((await rejection(runVerify(registry))).message).toContain(arm64.manifest.digest);
    });
  });

  test('tells tags that hold different lists, and a tag that is not there', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      addToRegistry(registry, path, buildIndex([amd64]), 'latest');
      expect((await rejection(runVerify(registry, { tags: 'v1,latest' }))).code).toBe('E_DIGEST_MISMATCH');
      const error = await rejection(runVerify(registry, { tags: 'v1,v2' }));
      expect(error).toMatchObject({ code: 'E_NOT_FOUND', message: expect.stringContaining(`${path}:v2`) });
    });
  });
});

describe('inspect', () => {
  test('shows platforms, sizes, layers and attestations', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      const { outputs, text } = await runInspect(registry);
      const size = [...amd64.blobs.values()].reduce((sum, blob) => sum + blob.length, 0);
      expect(outputs['report']).toMatchObject({
        platforms: [
          { platform: 'linux/amd64', digest: amd64.manifest.digest, size, layers: 1, attestations: 1 },
          { platform: 'linux/arm64', digest: arm64.manifest.digest, attestations: 0 },
        ],
        images: [{ digest: both.manifest.digest, size: both.manifest.bytes.length }],
      });
      for (const part of ['linux/amd64', 'linux/arm64', both.manifest.digest]) expect(text).toContain(part);
    });
  });

  test('shows what leads to the same list once, under all its names', async () => {
    await withRegistry({}, async (registry) => {
      for (const tag of ['v1', 'latest']) addToRegistry(registry, path, both, tag);
      const { outputs } = await runInspect(registry, { tags: 'v1, latest' });
      const references = ['v1', 'latest'].map((tag) => `${registry.host}/${path}:${tag}`);
      expect(outputs['report']).toMatchObject({ images: [{ references }] });
    });
  });

  test('gives the raw bytes, to the last one', async () => {
    await withRegistry({}, async (registry) => {
      const spaced = Buffer.concat([both.manifest.bytes, Buffer.from('\n \n')]);
      registry.addManifest(path, { bytes: spaced, mediaType: both.manifest.mediaType }, 'v1');
      const result = await runInspect(registry, { raw: 'true' });
      expect(Buffer.from(result.text)).toEqual(spaced);
      expect(result.exact).toBe(true);
      expect(registry.requests).toHaveLength(1);
    });
  });

  test('has one stdout, so raw is of one manifest', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, both, 'v1');
      addToRegistry(registry, path, amd64, 'v2');
      expect((await rejection(runInspect(registry, { raw: 'true', tags: 'v1,v2' }))).code).toBe('E_INPUT');
      await expect(runInspect(registry, { raw: 'true', tags: 'v2' })).resolves.toBeDefined();
    });
  });

  test('shows a list that lies as it is read, and does not judge it', async () => {
    await withRegistry({}, async (registry) => {
      const list = buildIndex([amd64, buildAttestation(arm64)]);
      addToRegistry(registry, path, list, 'v1');
      const result = await runInspect(registry);
      expect(textOutput({ ...result, outputs: { text: result.text } }, 'text')).toContain('linux/amd64');
    });
  });
});
