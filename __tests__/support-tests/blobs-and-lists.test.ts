import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import type { FakeRegistryOptions } from '../support/fake-registry.ts';
import { buildImage } from '../support/images.ts';
import { ask, codes, withRegistry, type Answer } from './ask.ts';

const image = buildImage();

describe('blobs', () => {
  const bytes = Buffer.from('0123456789');
  const digest = digestOf(bytes);

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=1-2,4-5', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('Range %s', async (range, status, body, contentRange) => {
    await withRegistry({}, async (registry, at) => {
      registry.addBlob('a', bytes);
      const answer = await at(`/v2/a/blobs/${digest}`, { headers: { range } });
      expect([answer.status, answer.body.toString(), answer.headers['content-range']]).toEqual([
        status,
        body,
        contentRange,
      ]);
    });
  });

  test('are redirected to a host that wants no credentials', async () => {
    await withRegistry({ redirectBlobs: true }, async (registry, at) => {
      registry.addBlob('a', bytes);
      expect((await at(`/v2/a/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
      const answer = await at(`/v2/a/blobs/${digest}`);
      const location = answer.headers.location ?? '';
      expect([answer.status, new URL(location).host]).toEqual([307, registry.storageHost]);
      expect((await ask(location)).body).toEqual(bytes);
      expect((await ask(location, { headers: { range: 'bytes=8-' } })).body.toString()).toBe('89');
      expect((await ask(location, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
      expect((await ask(location.replace('Signature=', 'Signature=0'))).status).toBe(403);
    });
  });

  test('come in one POST, in POST and PUT, and in chunks', async () => {
    await withRegistry({}, async (registry, at) => {
      const one = await at(`/v2/one/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes });
      expect([one.status, one.headers.location]).toEqual([201, `/v2/one/blobs/${digest}`]);

      const two = await at('/v2/two/blobs/uploads/', { method: 'POST' });
      const put = await at(`${two.headers.location ?? ''}&digest=${digest}`, { method: 'PUT', body: bytes });
      expect([two.status, put.status]).toEqual([202, 201]);

      const session = (await at('/v2/three/blobs/uploads/', { method: 'POST' })).headers.location ?? '';
      const patch = (from: number, to: number): Promise<Answer> =>
        at(session, {
          method: 'PATCH',
          body: bytes.subarray(from, to + 1),
          headers: { 'content-range': `${from}-${to}` },
        });
      expect((await patch(0, 3)).headers.range).toBe('0-3');
      expect((await patch(6, 9)).status).toBe(416);
      const status = await at(session);
      expect([status.status, status.headers.range]).toEqual([204, '0-3']);
      expect((await patch(4, 9)).status).toBe(202);
      expect((await at(`${session}&digest=${digest}`, { method: 'PUT' })).status).toBe(201);
      for (const repository of ['one', 'two', 'three'])
        expect(registry.blob(repository, digest)).toEqual(bytes);
      expect(registry.openUploads()).toBe(0);
    });
  });

  test.each<[string, FakeRegistryOptions, string, number]>([
    ['a wrong digest', {}, `digest=${digestOf(Buffer.from('other'))}`, 400],
    ['a Location whose query was lost', {}, 'lost', 400],
    ['more than a proxy lets through', { maxUpload: 5 }, `digest=${digest}`, 413],
  ])('an upload with %s is refused', async (_, options, query, status) => {
    await withRegistry(options, async (registry, at) => {
      const session = (await at('/v2/a/blobs/uploads/', { method: 'POST' })).headers.location ?? '';
      const target =
        query === 'lost' ? `${session.split('?')[0] ?? ''}?digest=${digest}` : `${session}&${query}`;
      expect((await at(target, { method: 'PUT', body: bytes })).status).toBe(status);
      expect(registry.blob('a', digest)).toBeUndefined();
    });
  });

  test('a chunk below the minimum must be the last', async () => {
    await withRegistry({ minChunk: 4 }, async (_, at) => {
      const start = await at('/v2/a/blobs/uploads/', { method: 'POST' });
      expect(start.headers['oci-chunk-min-length']).toBe('4');
      const session = start.headers.location ?? '';
      expect((await at(session, { method: 'PATCH', body: 'ab' })).status).toBe(202);
      expect((await at(session, { method: 'PATCH', body: 'cdef' })).status).toBe(400);
    });
  });

  test('a cancelled session is gone', async () => {
    await withRegistry({ locations: 'absolute' }, async (registry) => {
      const start = await ask(`${registry.url}/v2/a/blobs/uploads/`, { method: 'POST' });
      const session = start.headers.location ?? '';
      expect(session.startsWith(registry.url)).toBe(true);
      expect((await ask(session, { method: 'DELETE' })).status).toBe(204);
      expect((await ask(session)).status).toBe(404);
    });
  });

  test.each<[FakeRegistryOptions['mount'], string, number]>([
    ['yes', '&from=source', 201],
    ['yes', '&from=elsewhere', 202],
    ['yes', '', 202],
    ['anywhere', '', 201],
    ['no', '&from=source', 202],
  ])('mount %s %s is %d', async (mount, from, status) => {
    await withRegistry({ ...(mount && { mount }) }, async (registry, at) => {
      registry.addBlob('source', bytes);
      const answer = await at(`/v2/target/blobs/uploads/?mount=${digest}${from}`, { method: 'POST' });
      expect(answer.status).toBe(status);
      expect(registry.blob('target', digest)?.length).toBe(status === 201 ? 10 : undefined);
    });
  });
});

describe('lists', () => {
  test('tags are paged by Link', async () => {
    await withRegistry({ tagsPage: 2 }, async (registry, at) => {
      for (const tag of ['c', 'a', 'e', 'b', 'd']) registry.addManifest('acme/app', image.manifest, tag);
      const pages: string[][] = [];
      for (let next: string | undefined = '/v2/acme/app/tags/list?n=100'; next !== undefined;) {
        const answer = await at(next);
        pages.push((JSON.parse(answer.body.toString()) as { tags: string[] }).tags);
        next = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers['link']))?.[1];
      }
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    });
  });

  test('a repository that nobody wrote to has none', async () => {
    await withRegistry({}, async (_, at) => {
      const answer = await at('/v2/nobody/tags/list');
      expect([answer.status, codes(answer)]).toEqual([404, ['NAME_UNKNOWN']]);
    });
  });

  test.each([true, false])('referrers, with the API: %s', async (referrers) => {
    await withRegistry({ referrers, checkBlobs: false }, async (registry, at) => {
      const subject = {
        mediaType: image.manifest.mediaType,
        digest: image.manifest.digest,
        size: image.manifest.bytes.length,
      };
      const signature = buildImage({
        manifest: { subject, artifactType: 'application/vnd.example.signature' },
      });
      const headers = { 'content-type': mediaTypes.ociManifest };
      const put = await at('/v2/a/manifests/sig', { method: 'PUT', body: signature.manifest.bytes, headers });
      expect(put.headers['oci-subject']).toBe(referrers ? image.manifest.digest : undefined);
      const list = await at(
        `/v2/a/referrers/${image.manifest.digest}?artifactType=application/vnd.example.signature`,
      );
      expect(list.status).toBe(referrers ? 200 : 404);
      if (!referrers) return;
      expect(list.headers['oci-filters-applied']).toBe('artifactType');
      expect(JSON.parse(list.body.toString())).toMatchObject({
        manifests: [{ digest: signature.manifest.digest }],
      });
      const none = await at(`/v2/a/referrers/${image.manifest.digest}?artifactType=other`);
      expect(JSON.parse(none.body.toString())).toMatchObject({ manifests: [] });
      expect(registry.requestLines()).toHaveLength(3);
    });
  });

  test.each([
    ['/v2/Acme/app/tags/list', 'GET', 400],
    ['/v2/acme/app/nothing', 'GET', 404],
    ['/v2/acme/app/tags/list', 'PUT', 405],
    ['/elsewhere', 'GET', 404],
  ])('%s by %s is %d', async (path, method, status) => {
    await withRegistry({}, async (_, at) => {
      expect((await at(path, { method })).status).toBe(status);
    });
  });
});
