import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildImage } from '../support/images.ts';
import { labels } from './support/refusal.ts';
import { addLegs, path, platformsIn, published, runMerge, withRegistry } from './support/scene.ts';

const platforms = ['linux/amd64', 'linux/arm/v7', 'linux/arm64'];

/** As manifest-tool's own documentation writes one. */
function spec(registry: FakeRegistry, more = ''): string {
  const app = `${registry.host}/${path}`;
  return `image: ${app}:1.0
tags: ['1', latest]
manifests:
  - image: ${app}:v1-amd64
    platform:
      architecture: amd64
      os: linux
  - image: ${app}:v1-arm-v7
    platform:
      architecture: arm
      os: linux
      variant: v7
  - image: ${app}:v1-arm64
    platform:
      architecture: arm64
      os: linux
      variant: v8
${more}`;
}

describe('spec', () => {
  test('says images, tags, platforms, records and annotations', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, platforms);
      const text = spec(registry, 'annotations:\n  org.acme.a: "1"\n  empty: ""\n');
      const { result } = await runMerge(registry, {}, { spec: text });
      expect(platformsIn(published(registry, '1.0'))).toEqual(platforms);
      expect(published(registry, '1').annotations).toMatchObject({ 'org.acme.a': '1', empty: '' });
      expect(result.outputs['references']).toEqual(
        ['1.0', '1', 'latest'].map((tag) => `${registry.host}/${path}:${tag}`),
      );
    });
  });

  test('with Windows: versions and features go into the entries, and tell two of them apart', async () => {
    await withRegistry({}, async (registry) => {
      const app = `${registry.host}/${path}`;
      const entries = ['10.0.17763.1', '10.0.20348.2'].map((osVersion, at) => {
        addToRegistry(registry, path, buildImage({ labels, platform: 'windows/amd64', osVersion }), `w${at}`);
        const key = at === 0 ? 'osversion' : 'os.version';
        return `  - image: ${app}:w${at}\n    platform: {os: windows, architecture: amd64, ${key}: ${osVersion}, features: [sse4], os.features: [win32k]}\n`;
      });
      await runMerge(registry, {}, { spec: `image: ${app}\nmanifests:\n${entries.join('')}` });
      expect(published(registry, 'latest').manifests.map(({ platform }) => platform)).toMatchObject([
        { 'os.version': '10.0.17763.1', features: ['sse4'], 'os.features': ['win32k'] },
        { 'os.version': '10.0.20348.2' },
      ]);
    });
  });

  test('with two of Windows that only their configs tell apart, as manifest-tool itself is published', async () => {
    await withRegistry({}, async (registry) => {
      const app = `${registry.host}/${path}`;
      const versions = ['10.0.17763.1', '10.0.14393.2'];
      const entries = versions.map((osVersion, at) => {
        addToRegistry(registry, path, buildImage({ labels, platform: 'windows/amd64', osVersion }), `w${at}`);
        return `  - image: ${app}:w${at}\n    platform: {os: windows, architecture: amd64}\n`;
      });
      await runMerge(registry, {}, { spec: `image: ${app}\nmanifests:\n${entries.join('')}` });
      expect(published(registry, 'latest').manifests.map(({ platform }) => platform)).toEqual(
        versions.map((version) => ({ os: 'windows', architecture: 'amd64', 'os.version': version })),
      );
      addToRegistry(
        registry,
        path,
        buildImage({
          labels,
          platform: 'windows/amd64',
          osVersion: '10.0.17763.1',
          created: '2025-01-01T00:00:00Z',
        }),
        'w1',
      );
      const twice = runMerge(registry, {}, { spec: `image: ${app}\nmanifests:\n${entries.join('')}` });
      expect((await rejection(twice)).code).toBe('E_PLATFORM_DUPLICATE');
    });
  });

  test('leaves out what is not there only where platforms says that it may be missing', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, platforms.slice(0, 2));
      expect((await rejection(runMerge(registry, {}, { spec: spec(registry) }))).code).toBe('E_NOT_FOUND');
      const inputs = { platforms: 'linux/amd64, linux/arm/v7, linux/arm64?' };
      const { result } = await runMerge(registry, inputs, { spec: spec(registry) });
      expect(result.outputs['missing-platforms']).toEqual(['linux/arm64']);
    });
  });

  test('without platforms takes those of the input', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, ['linux/amd64']);
      const app = `${registry.host}/${path}`;
      const text = `image: ${app}:1.0\nmanifests:\n  - image: ${app}:v1-amd64\n`;
      expect((await rejection(runMerge(registry, {}, { spec: text }))).message).toContain('platform of each');
      await runMerge(registry, { platforms: 'linux/amd64' }, { spec: text });
      expect(platformsIn(published(registry, '1.0'))).toEqual(['linux/amd64']);
    });
  });

  test('is proven like anything else: a platform that the image is not of is refused', async () => {
    await withRegistry({}, async (registry) => {
      const [, ...others] = platforms;
      addLegs(registry, others);
      addToRegistry(registry, path, buildImage({ labels, platform: 'linux/s390x' }), 'v1-amd64');
      expect((await rejection(runMerge(registry, {}, { spec: spec(registry) }))).code).toBe(
        'E_PLATFORM_MISMATCH',
      );
    });
  });

  test.each([
    ['images', 'quay.io/acme/other'],
    ['tags', '1.0, 2'],
    ['platforms', 'linux/amd64, linux/s390x'],
    ['records', 'linux/amd64=quay.io/a/b:c'],
  ])('beside %s that say something else is E_INPUT', async (name, value) => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(runMerge(registry, { [name]: value }, { spec: spec(registry) }));
      expect(error).toMatchObject({ code: 'E_INPUT', usage: true });
      expect(error.message.startsWith(`${name} `)).toBe(true);
    });
  });

  test('beside inputs that say the same is no error', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, platforms);
      const inputs = {
        images: `${registry.host}/${path}`,
        tags: 'latest, 1.0, 1',
        platforms: platforms.join(),
      };
      await runMerge(registry, inputs, { spec: spec(registry) });
      expect(platformsIn(published(registry, '1.0'))).toEqual(platforms);
    });
  });

  test.each([
    ['image: [', 'not YAML'],
    ['manifests: []', 'no image'],
    ['image: a/b:c', 'no manifests'],
    ['image: A/b\nmanifests: [{image: a/b:c}]', 'A/b'],
    ['image: a/b:c\nmanifests: [{image: a/b:c, platfrom: {}}]', '"platfrom"'],
    ['image: a/b:c\nmanifests: [{image: a/b:c, platform: {os: linux}}]', 'no architecture'],
    ['image: a/b:c\nmanifests: [{platform: {os: linux, architecture: amd64}}]', 'no image'],
    ['image: a/b:c\nmanifests: {image: a}', 'not a list'],
  ])('%j is refused, as what is wrong in a file', async (text, part) => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(runMerge(registry, {}, { spec: text }));
      expect(error.usage).toBe(false);
      expect(error.message).toContain('spec "spec.yml": ');
      expect(error.message).toContain(part);
    });
  });
});
