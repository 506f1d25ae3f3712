import { describe, expect, test } from '@jest/globals';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { path, runInspect, withRegistry } from './support/scene.ts';
import { tinyProgram } from '../support/tiny-programs.js';

const amd64 = buildImage();
const arm64 = buildImage({ platform: 'linux/arm64' });

interface Report {
  readonly images: readonly {
    readonly warnings: readonly string[];
    readonly others: readonly object[];
    readonly platforms: readonly Record<string, unknown>[];
  }[];
}

async function inspected(list: Fixture): Promise<Report['images'][number] & { readonly text: string }> {
  let found: (Report['images'][number] & { readonly text: string }) | undefined;
  await withRegistry({}, async (registry) => {
    addToRegistry(registry, path, list, 'v1');
    const { outputs, text } = await runInspect(registry);
    const { images } = outputs['report'] as unknown as Report;
    const [first] = images;
    if (first !== undefined) found = { ...first, text };
  });
  if (found === undefined) throw new Error('inspect said nothing');
  return found;
}

describe('inspect shows', () => {
  test('what is started, and the machine that it is made for', async () => {
    const program = (machine: 'amd64' | 's390x') => [
      [{ name: 'app', content: tinyProgram(machine, 'x'), mode: 0o755 }],
    ];
    const run = { Entrypoint: ['/app'], Cmd: ['--serve'] };
    const right = buildImage({ platform: 'linux/s390x', layers: program('s390x'), run });
    const wrong = buildImage({ platform: 'linux/arm64', layers: program('amd64'), run });
    const { platforms, warnings, text } = await inspected(buildIndex([right, wrong]));
    expect(platforms).toMatchObject([
      { platform: 'linux/s390x', entrypoint: ['/app'], command: ['--serve'], machine: 's390x' },
      { platform: 'linux/arm64', machine: 'amd64' },
    ]);
    expect(text).toMatch(/linux\/s390x .* \/app --serve +s390x/u);
    expect(warnings.join()).toContain('/app');
  });

  test('attestations and what they state', async () => {
    const { platforms, text } = await inspected(buildIndex([amd64, buildAttestation(amd64)]));
    expect(platforms).toMatchObject([{ attestations: 1, attested: [{ predicates: [] }] }]);
    expect(text).toContain('ATTESTATIONS');
  });

  const { platform: _, ...noPlatform } = arm64.descriptor;
  const lie = { ...arm64.descriptor, platform: { os: 'linux', architecture: 's390x' } };
  const arm = buildImage({ platform: 'linux/arm/v7' });
  test.each<[string, Fixture, string]>([
    [
      'mixed media types',
      buildIndex([amd64, buildImage({ format: 'docker', platform: 'linux/arm64' })]),
      'an OCI index with 1 entries that are not',
    ],
    [
      'a missing variant',
      buildIndex([arm], { entries: [{ ...arm.descriptor, platform: { os: 'linux', architecture: 'arm' } }] }),
      'arm without a variant',
    ],
    ['an entry without a platform', buildIndex([arm64], { entries: [noPlatform] }), 'without a platform'],
    [
      'an entry that its config contradicts',
      buildIndex([arm64], { entries: [lie] }),
      'is listed as linux/s390x, its config says linux/arm64',
    ],
    ['two images of one platform', buildIndex([amd64, buildImage({ labels: { a: 'b' } })]), 'more than once'],
    ['an index in the index', buildIndex([buildIndex([amd64])]), 'an index within the index'],
    ['an attestation of nothing', buildIndex([amd64, buildAttestation(arm64)]), 'is not in the list'],
  ])('%s as a warning', async (_name, list, part) => {
    const { warnings, text } = await inspected(list);
    expect(warnings.join('\n')).toContain(part);
    expect(text).toContain('warnings:');
  });

  test('children that are no images, or not there, as rows', async () => {
    const artifact = {
      ...arm64.descriptor,
      mediaType: 'application/vnd.acme+json',
      artifactType: 'text/acme',
    };
    const gone = { ...buildImage({ platform: 'linux/s390x' }).descriptor };
    const list = buildIndex([amd64], { entries: [amd64.descriptor, artifact, gone] });
    const { others, platforms, text } = await inspected(list);
    expect(platforms).toHaveLength(1);
    expect(others).toMatchObject([
      { digest: artifact.digest, artifactType: 'text/acme' },
      { digest: gone.digest, platform: 'linux/s390x' },
    ]);
    expect(text).toMatch(/KIND[^]*text\/acme/u);
  });

  test('an artifact by itself; what is no manifest at all is an error', async () => {
    const { config } = JSON.parse(Buffer.from(amd64.manifest.bytes).toString()) as { config: object };
    const artifact = buildImage({
      manifest: { artifactType: 'a/b', config: { ...config, mediaType: 'a/b' } },
    });
    expect((await inspected(artifact)).others).toMatchObject([{ artifactType: 'a/b' }]);
    expect((await rejection(inspected(buildImage({ manifest: { manifests: [] } })))).code).toBe('E_MANIFEST');
  });

  test('no machine where the layers are large, and says so', async () => {
    const { config } = JSON.parse(Buffer.from(amd64.manifest.bytes).toString()) as { config: object };
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: `sha256:${'7'.repeat(64)}`,
      size: 65_000_000,
    };
    const large = buildImage({ manifest: { config, layers: [layer] } });
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, large, 'v1');
      const { text } = await runInspect(registry);
      expect(text).toContain(
        'not read: the layers have 65 MB, and inspect reads 64 MB at most, unless content-limit is set',
      );
      expect(registry.requestLines().filter((line) => line.includes('7777'))).toEqual([]);
    });
  });
});
