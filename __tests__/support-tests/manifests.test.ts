import { describe, expect, test } from '@jest/globals';
import { manifestAccept, mediaTypes } from '../../src/oci/media-types.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { codes, withRegistry, type Answer } from './ask.ts';

const image = buildImage();
const accept = { accept: manifestAccept };

describe('manifests', () => {
  test('are read by tag and digest, with HEAD as with GET', async () => {
    await withRegistry({}, async (registry, at) => {
      addToRegistry(registry, 'acme/app', image, 'v1');
      for (const reference of ['v1', image.manifest.digest]) {
        for (const method of ['HEAD', 'GET']) {
          const answer = await at(`/v2/acme/app/manifests/${reference}`, { method, headers: accept });
          expect(answer.status).toBe(200);
          expect(answer.headers).toMatchObject({
            'content-type': mediaTypes.ociManifest,
            'docker-content-digest': image.manifest.digest,
            'content-length': String(image.manifest.bytes.length),
          });
          expect(answer.body.length).toBe(method === 'GET' ? image.manifest.bytes.length : 0);
        }
      }
    });
  });

  test('are not found without their media type in Accept', async () => {
    await withRegistry({}, async (registry, at) => {
      addToRegistry(registry, 'acme/app', image, 'v1');
      const answer = await at('/v2/acme/app/manifests/v1', { headers: { accept: '*/*' } });
      expect([answer.status, codes(answer)]).toEqual([404, ['MANIFEST_UNKNOWN']]);
    });
  });

  test.each<[string, Uint8Array | string, string, string, number, string]>([
    [
      'a missing config and layer',
      image.manifest.bytes,
      mediaTypes.ociManifest,
      'v1',
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    [
      'a missing child',
      buildIndex([image]).manifest.bytes,
      mediaTypes.ociIndex,
      'v1',
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['no JSON', '<html>', mediaTypes.ociIndex, 'v1', 400, 'MANIFEST_INVALID'],
    [
      'another type in the header',
      image.manifest.bytes,
      mediaTypes.dockerManifest,
      'v1',
      400,
      'MANIFEST_INVALID',
    ],
    ['a type nobody knows', '{"schemaVersion":2}', 'text/plain', 'v1', 400, 'MANIFEST_INVALID'],
    ['schema 1', '{"schemaVersion":1}', mediaTypes.ociIndex, 'v1', 400, 'MANIFEST_INVALID'],
    [
      'two documents in one',
      '{"schemaVersion":2,"manifests":[],"layers":[]}',
      mediaTypes.ociIndex,
      'v1',
      400,
      'MANIFEST_INVALID',
    ],
    [
      'a descriptor without a size',
      '{"schemaVersion":2,"manifests":[{}]}',
      mediaTypes.ociIndex,
      'v1',
      400,
      'MANIFEST_INVALID',
    ],
    ['over 4 MiB', ' '.repeat(4 * 1024 * 1024 + 1), mediaTypes.ociIndex, 'v1', 413, 'MANIFEST_INVALID'],
    ['a tag that is none', '{}', mediaTypes.ociIndex, '-v1', 400, 'TAG_INVALID'],
    ['a digest of other bytes', '{}', mediaTypes.ociIndex, image.manifest.digest, 400, 'DIGEST_INVALID'],
  ])('refuses %s', async (_, body, contentType, reference, status, code) => {
    await withRegistry({}, async (registry, at) => {
      const path = `/v2/acme/app/manifests/${reference}`;
      const answer = await at(path, { method: 'PUT', body, headers: { 'content-type': contentType } });
      expect([answer.status, new Set(codes(answer))]).toEqual([status, new Set([code])]);
      expect(registry.tags('acme/app')).toEqual({});
    });
  });

  test('an empty-handed registry takes them where it was told to check nothing', async () => {
    await withRegistry({ checkBlobs: false, checkChildren: false }, async (registry, at) => {
      const headers = { 'content-type': mediaTypes.ociManifest };
      const answer = await at('/v2/a/manifests/v1', { method: 'PUT', body: image.manifest.bytes, headers });
      expect(answer.status).toBe(201);
      expect(registry.tags('a')).toEqual({ v1: image.manifest.digest });
    });
  });

  test.each([
    ['harbor', 412, 201],
    ['ecr', 400, 400],
  ] as const)('immutable tags refuse as %s does', async (style, other, same) => {
    await withRegistry(
      { immutableTags: { pattern: /^v/, style }, checkBlobs: false },
      async (registry, at) => {
        registry.addManifest('a', image.manifest, 'v1');
        const headers = { 'content-type': mediaTypes.ociManifest };
        const put = (body: Uint8Array): Promise<Answer> =>
          at('/v2/a/manifests/v1', { method: 'PUT', body, headers });
        expect((await put(buildImage({ platform: 'linux/arm64' }).manifest.bytes)).status).toBe(other);
        expect((await put(image.manifest.bytes)).status).toBe(same);
        expect(registry.tags('a')).toEqual({ v1: image.manifest.digest });
      },
    );
  });

  test('a deleted manifest takes its tags along', async () => {
    await withRegistry({}, async (registry, at) => {
      addToRegistry(registry, 'a', image, 'v1');
      registry.setTag('a', 'v2', image.manifest.digest);
      expect((await at('/v2/a/manifests/v2', { method: 'DELETE' })).status).toBe(202);
      expect(Object.keys(registry.tags('a'))).toEqual(['v1']);
      expect((await at(`/v2/a/manifests/${image.manifest.digest}`, { method: 'DELETE' })).status).toBe(202);
      expect(registry.tags('a')).toEqual({});
    });
  });

  test('tags come with a push by digest where that is supported', async () => {
    await withRegistry({ tagParameter: true, checkBlobs: false }, async (registry, at) => {
      const path = `/v2/a/manifests/${image.manifest.digest}?tag=v1&tag=latest`;
      const headers = { 'content-type': mediaTypes.ociManifest };
      const answer = await at(path, { method: 'PUT', body: image.manifest.bytes, headers });
      expect([answer.status, answer.headers['oci-tag']]).toEqual([201, 'v1, latest']);
      expect(Object.keys(registry.tags('a'))).toEqual(['latest', 'v1']);
    });
  });

  test('reads lag behind writes where that was asked for', async () => {
    await withRegistry({ staleReads: 2, checkBlobs: false }, async (registry, at) => {
      registry.addManifest('a', image.manifest, 'v1');
      const read = async (): Promise<number> => (await at('/v2/a/manifests/v1', { headers: accept })).status;
      expect([await read(), await read(), await read()]).toEqual([404, 404, 200]);
    });
  });
});
