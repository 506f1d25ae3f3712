import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { labels, leg, recordsOf, refusal, type Case, type Legs } from './support/refusal.ts';
import { path, recordOf } from './support/scene.ts';

describe('a set that is not the one asked for', () => {
  test.each<[string, (registry: FakeRegistry, legs: Legs) => Case, string, string[]]>([
    [
      'an arch tag that is not there',
      (registry, legs) => (registry.removeManifest(path, leg(legs, 'linux/s390x').manifest.digest), {}),
      'E_PLATFORM_MISSING',
      ['linux/s390x is missing', 'v1-s390x'],
    ],
    [
      'two arch tags that are not there: both are told',
      (registry, legs) => {
        for (const each of ['linux/s390x', 'linux/arm64'])
          registry.removeManifest(path, leg(legs, each).manifest.digest);
        return {};
      },
      'E_PLATFORM_MISSING',
      ['linux/s390x', 'linux/arm64'],
    ],
    [
      'a record for each platform but one',
      (registry, legs) => ({ inputs: { records: recordsOf(registry, legs).slice(1).join('\n') } }),
      'E_PLATFORM_MISSING',
      ['linux/amd64 is missing from records'],
    ],
    [
      'a record whose leg is not there',
      (registry, legs) => {
        registry.removeManifest(path, leg(legs, 'linux/s390x').manifest.digest);
        return { inputs: { records: recordsOf(registry, legs).join('\n') } };
      },
      'E_NOT_FOUND',
      ['linux/s390x', 'records entry 4'],
    ],
    [
      'a bare digest that is not there',
      (registry, legs) => ({
        inputs: { records: [...recordsOf(registry, legs).slice(1), `sha256:${'0'.repeat(64)}`].join('\n') },
      }),
      'E_NOT_FOUND',
      ['records entry 4', '0000'],
    ],
    [
      'two images for one platform',
      (registry, legs) => {
        const other = buildImage({ labels, created: '2024-02-02T00:00:00Z' });
        addToRegistry(registry, path, other);
        return {
          inputs: {
            records: [...recordsOf(registry, legs), `linux/amd64=${other.manifest.digest}`].join('\n'),
          },
        };
      },
      'E_PLATFORM_DUPLICATE',
      ['linux/amd64 is there more than once', 'records entry 1', 'records entry 5'],
    ],
    [
      'a platform that was not asked for',
      (registry, legs) => ({
        inputs: { platforms: 'linux/amd64, linux/arm64', records: recordsOf(registry, legs).join('\n') },
      }),
      'E_PLATFORM_UNEXPECTED',
      ['linux/ppc64le', 'linux/s390x', 'only linux/amd64, linux/arm64'],
    ],
    [
      'a leg whose index holds a second platform',
      (registry, legs) => {
        addToRegistry(
          registry,
          path,
          buildIndex([leg(legs, 'linux/amd64'), buildImage({ labels, platform: 'linux/riscv64' })]),
          'v1-amd64',
        );
        return {};
      },
      'E_PLATFORM_UNEXPECTED',
      ['linux/riscv64', 'v1-amd64'],
    ],
    [
      'a table in which all may be missing, and all are',
      () => ({ inputs: { platforms: 'linux/riscv64?, linux/loong64?' } }),
      'E_PLATFORM_MISSING',
      ['none of linux/riscv64, linux/loong64'],
    ],
  ])('%s', async (_, arrange, code, parts) => {
    const error = await refusal(arrange);
    expect(error.code).toBe(code);
    for (const part of parts) expect(error.message).toContain(part);
  });

  test('is told first, and everything else that is wrong with it: two missing, one mislabelled, one of another commit', async () => {
    const error = await refusal((registry) => {
      addToRegistry(registry, path, buildImage({ labels }), 'v1-arm64');
      addToRegistry(
        registry,
        path,
        buildImage({
          platform: 'linux/s390x',
          labels: { 'org.opencontainers.image.revision': 'f'.repeat(40) },
        }),
        'v1-s390x',
      );
      return {
        inputs: { platforms: 'linux/amd64,linux/arm64,linux/ppc64le,linux/s390x,linux/riscv64,linux/386' },
      };
    });
    expect(error.code).toBe('E_PLATFORM_MISSING');
    const order = ['linux/riscv64, linux/386 are missing', 'E_PLATFORM_MISMATCH', 'E_REVISION_MISMATCH'];
    const places = order.map((part) => error.message.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('by its records does not hide what only reading shows', async () => {
    const error = await refusal((registry, legs) => {
      const wrong = recordOf(registry, leg(legs, 'linux/arm64'), { platform: 'linux/s390x' });
      return { inputs: { records: [recordOf(registry, leg(legs, 'linux/amd64')), wrong].join('\n') } };
    });
    expect(error.code).toBe('E_PLATFORM_MISSING');
    for (const part of ['linux/arm64, linux/ppc64le are missing', 'E_PLATFORM_MISMATCH']) {
      expect(error.message).toContain(part);
    }
  });
});
