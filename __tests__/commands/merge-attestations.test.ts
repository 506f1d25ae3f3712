import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { labels } from './support/refusal.ts';
import { path, platformsIn, published, runMerge, withRegistry } from './support/scene.ts';

const amd64 = buildImage({ labels });
const arm64 = buildImage({ labels, platform: 'linux/arm64' });
const platforms = 'linux/amd64, linux/arm64';

/** Legs as buildx leaves them with provenance: an index each, of the image and what is said about it. */
function addProvenance(registry: FakeRegistry, format: 'oci' | 'docker' = 'oci'): void {
  for (const spec of [amd64, arm64]) {
    const { platform } = spec.descriptor;
    const image = buildImage({ labels, format, platform: `linux/${platform?.architecture ?? ''}` });
    const leg = buildIndex([image, buildAttestation(image)], { format });
    addToRegistry(registry, path, leg, `v1-${platform?.architecture ?? ''}`);
  }
}

describe('attestations of legs', () => {
  test('are kept behind the images, each about one of them', async () => {
    await withRegistry({}, async (registry) => {
      addProvenance(registry);
      await runMerge(registry, { platforms });
      const list = published(registry);
      expect(platformsIn(list)).toEqual(['linux/amd64', 'linux/arm64', 'unknown/unknown', 'unknown/unknown']);
      const subjects = list.manifests
        .slice(2)
        .map(({ annotations }) => annotations?.['vnd.docker.reference.digest']);
      expect(subjects).toEqual(list.manifests.slice(0, 2).map(({ digest }) => digest));
    });
  });

  test('beside Docker images make an OCI index, since a Docker list can not say what they are about', async () => {
    await withRegistry({}, async (registry) => {
      addProvenance(registry, 'docker');
      await runMerge(registry, { platforms });
      expect(published(registry).mediaType).toContain('oci.image.index');
      expect((await rejection(runMerge(registry, { platforms, format: 'docker' }))).code).toBe(
        'E_UNSUPPORTED',
      );
    });
  });

  test.each(['oci', 'docker'] as const)(
    'are left out on request, and %s images stay what they are',
    async (format) => {
      await withRegistry({}, async (registry) => {
        addProvenance(registry, format);
        await runMerge(registry, { platforms, attestations: 'strip' });
        const list = published(registry);
        expect(platformsIn(list)).toEqual(['linux/amd64', 'linux/arm64']);
        expect(list.mediaType).toContain(format);
      });
    },
  );

  test('are taken out of the only source too, which is then no longer its own bytes', async () => {
    await withRegistry({}, async (registry) => {
      const source = buildIndex([amd64, buildAttestation(amd64)]);
      addToRegistry(registry, path, source, 'rc');
      const inputs = { platforms: 'linux/amd64', records: `${registry.host}/${path}:rc` };
      await runMerge(registry, { ...inputs, attestations: 'strip' });
      expect(platformsIn(published(registry))).toEqual(['linux/amd64']);
      await runMerge(registry, inputs);
      expect(registry.tags(path)['v1']).toBe(source.manifest.digest);
    });
  });

  test('about what is not there are left out with a warning', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildIndex([amd64, buildAttestation(arm64)]), 'v1-amd64');
      const { warnings } = await runMerge(registry, { platforms: 'linux/amd64' });
      expect(warnings.join()).toContain(`about ${arm64.manifest.digest}, which is not there`);
      expect(platformsIn(published(registry))).toEqual(['linux/amd64']);
    });
  });

  test('that say themselves that they are about something else are refused', async () => {
    await withRegistry({}, async (registry) => {
      const honest = buildAttestation(amd64);
      const { mediaType, digest, size } = arm64.descriptor;
      const liar = buildImage({
        platform: 'unknown/unknown',
        manifest: { subject: { mediaType, digest, size } },
      });
      const { annotations = {} } = honest.descriptor;
      const fixture = { ...liar, descriptor: { ...liar.descriptor, annotations } };
      addToRegistry(registry, path, buildIndex([amd64, fixture]), 'v1-amd64');
      const error = await rejection(runMerge(registry, { platforms: 'linux/amd64' }));
      expect(error.code).toBe('E_MANIFEST');
      expect(error.message).toContain(`says that it is about ${arm64.manifest.digest}`);
    });
  });
});
