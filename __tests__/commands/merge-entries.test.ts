import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { leg, recordsOf, refusal, type Case, type Legs } from './support/refusal.ts';
import { addLegs, path, recordOf, sha } from './support/scene.ts';

describe('an entry that is not what it claims', () => {
  test.each<[string, (registry: FakeRegistry, legs: Legs) => Case, string, string[]]>([
    [
      'an image under the arch tag of another platform',
      (registry, legs) => (registry.setTag(path, 'v1-s390x', leg(legs, 'linux/amd64').manifest.digest), {}),
      'E_PLATFORM_MISMATCH',
      ['arch tag v1-s390x', 'is said to be linux/s390x, its config says linux/amd64'],
    ],
    [
      'a name in records that says another platform',
      (_registry, legs) => {
        const names = Object.entries(legs).map(
          ([platform, { manifest }]) => `${platform}=${manifest.digest}`,
        );
        const [amd64 = '', ...others] = names;
        return {
          inputs: {
            records: [amd64.replace(/=.*/, `=${leg(legs, 'linux/arm64').manifest.digest}`), ...others].join(
              '\n',
            ),
          },
        };
      },
      'E_PLATFORM_MISMATCH',
      ['records entry 1'],
    ],
    [
      "a leg's index that lies about its platform",
      (registry, legs) => {
        const amd64 = leg(legs, 'linux/amd64');
        const lie = { ...amd64.descriptor, platform: { os: 'linux', architecture: 'arm64' } };
        addToRegistry(registry, path, buildIndex([amd64], { entries: [lie] }), 'v1-amd64');
        return {};
      },
      'E_PLATFORM_MISMATCH',
      ['is listed as linux/arm64, its config says linux/amd64'],
    ],
    [
      'a leg of another commit than the others',
      (registry) => {
        addToRegistry(
          registry,
          path,
          buildImage({ labels: { 'org.opencontainers.image.revision': 'old' } }),
          'v1-amd64',
        );
        return {};
      },
      'E_REVISION_MISMATCH',
      ['old (arch tag v1-amd64 for linux/amd64) and'],
    ],
    [
      'legs that agree with each other and not with the run',
      () => ({ options: { event: 'push', env: { GITHUB_SHA: 'another' } } }),
      'E_REVISION_MISMATCH',
      ['not another'],
    ],
    [
      'a record of another commit, though nothing is labelled',
      (registry) => {
        const legs = addLegs(registry, undefined, { labels: {} });
        const records = Object.values(legs).map((each, index) =>
          recordOf(registry, each, { run: { sha: index === 2 ? 'old' : sha } }),
        );
        return { inputs: { records: records.join('\n') } };
      },
      'E_REVISION_MISMATCH',
      ['records entry 3'],
    ],
    [
      'an image of another commit within a bare reference to an index',
      (registry, legs) => {
        const old = buildImage({
          labels: { 'org.opencontainers.image.revision': 'old' },
          platform: 'linux/s390x',
        });
        addToRegistry(registry, path, buildIndex([leg(legs, 'linux/amd64'), old]), 'both');
        return {
          inputs: { platforms: 'linux/amd64, linux/s390x', records: `${registry.host}/${path}:both` },
        };
      },
      'E_REVISION_MISMATCH',
      ['linux/s390x', 'old'],
    ],
    [
      'a record with a wrong size',
      (registry, legs) => ({
        inputs: {
          records: recordsOf(registry, legs)
            .join('\n')
            .replace(/"size":\d+/, '"size":4711'),
        },
      }),
      'E_DIGEST_MISMATCH',
      ['size', '4711'],
    ],
  ])('%s', async (_, arrange, code, parts) => {
    const error = await refusal(arrange);
    expect(error.code).toBe(code);
    for (const part of parts) expect(error.message).toContain(part);
  });
});

describe('what can not stand in a list', () => {
  const attestation = (image: Fixture) => buildAttestation(image);
  test.each<[string, (legs: Legs) => Fixture, string]>([
    [
      'an index of three levels',
      (legs) => buildIndex([buildIndex([buildIndex([leg(legs, 'linux/amd64')])])]),
      'nested',
    ],
    [
      'an artifact',
      () =>
        buildImage({
          manifest: {
            config: {
              mediaType: 'application/vnd.oci.empty.v1+json',
              digest: `sha256:${'4'.repeat(64)}`,
              size: 2,
            },
          },
        }),
      'no image',
    ],
    [
      'an index of nothing but attestations',
      (legs) => buildIndex([attestation(leg(legs, 'linux/amd64'))]),
      'linux/amd64 is missing',
    ],
    ['a document that is two things', () => buildImage({ manifest: { manifests: [] } }), 'manifests'],
    [
      'an index of 65 images',
      () => buildIndex(Array.from({ length: 65 }, (_, n) => buildImage({ labels: { n: String(n) } }))),
      '65',
    ],
  ])('%s', async (_, make, part) => {
    const error = await refusal(
      (registry, legs) => (addToRegistry(registry, path, make(legs), 'v1-amd64'), {}),
    );
    expect(error.code).toBe(part.includes('missing') ? 'E_PLATFORM_MISSING' : 'E_MANIFEST');
    expect(error.message).toContain(part);
  });

  test('an index of more than 4 MiB', async () => {
    const error = await refusal((registry, legs) => {
      const large = buildIndex([leg(legs, 'linux/amd64')], {
        annotations: { large: 'x'.repeat(4 * 1024 * 1024) },
      });
      addToRegistry(registry, path, large, 'v1-amd64');
      return {};
    });
    expect(error.code).toBe('E_MANIFEST');
  });
});
