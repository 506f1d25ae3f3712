import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { leg, recordsOf, refusal, type Case, type Legs } from './support/refusal.ts';
import { addLegs, runMerge, withRegistry } from './support/scene.ts';

describe('a registry that tells something else than the truth', () => {
  const tampered = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }),
  );
  test.each<[string, (registry: FakeRegistry, legs: Legs) => Case, string]>([
    [
      'other bytes for a digest, each time',
      (registry, legs) => {
        registry.fail(
          { method: 'GET', path: new RegExp(leg(legs, 'linux/arm64').manifest.digest) },
          { kind: 'corrupt' },
          99,
        );
        return { inputs: { records: recordsOf(registry, legs).join('\n') } };
      },
      'E_DIGEST_MISMATCH',
    ],
    [
      'other bytes for a config, each time',
      (registry) => (registry.fail({ method: 'GET', path: /\/blobs\// }, { kind: 'corrupt' }, 99), {}),
      'E_DIGEST_MISMATCH',
    ],
    [
      'a page instead of a manifest',
      (registry) => {
        const page = {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: '<html>log in</html>',
        } as const;
        registry.fail({ method: 'GET', path: /\/manifests\/v1-amd64/ }, page, 99);
        return {};
      },
      'E_REGISTRY',
    ],
    [
      'other bytes for an arch tag, each time',
      (registry) => (
        registry.fail({ method: 'GET', path: /\/manifests\/v1-arm64/ }, { kind: 'corrupt' }, 99),
        {}
      ),
      'E_DIGEST_MISMATCH',
    ],
    [
      'an index that reads back in other bytes',
      (registry) => (
        registry.fail({ method: 'PUT', path: /\/manifests\/sha256/ }, { kind: 'reserialise' }, 99),
        {}
      ),
      'E_DIGEST_MISMATCH',
    ],
    [
      'an index that reads back as something else',
      (registry) => {
        let put = false;
        registry.fail(
          ({ method, path: asked }) => {
            put ||= method === 'PUT';
            return put && method === 'GET' && asked.includes('/manifests/sha256');
          },
          { kind: 'body', body: tampered },
          99,
        );
        return {};
      },
      'E_DIGEST_MISMATCH',
    ],
    [
      'no room for the index',
      (registry) => {
        const denied = JSON.stringify({ errors: [{ code: 'DENIED', message: 'quota' }] });
        registry.fail({ method: 'PUT' }, { kind: 'answer', status: 403, body: denied }, 99);
        return {};
      },
      'E_DENIED',
    ],
  ])('%s', async (_, arrange, code) => {
    expect((await refusal(arrange)).code).toBe(code);
  });
});

test('a layer that is not what its config says is told with the image that has to be built again', async () => {
  await withRegistry({}, async (registry) => {
    addLegs(registry);
    const rootfs = { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] };
    addLegs(registry, ['linux/ppc64le'], { config: { rootfs } });
    await expect(runMerge(registry, { tags: 'v1', check: 'full' })).rejects.toMatchObject({
      code: 'E_LAYER',
      message: expect.stringMatching(/v1-ppc64le.*: layer sha256:.* the config says/),
    });
  });
});
