import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

const manifest = someManifest();

async function withManifest() {
  const fake = await startFakeRegistry({ checkBlobs: false });
  fake.addManifest('acme/app', manifest, 'v1');
  return fake;
}

describe('getManifest', () => {
  test('by tag and by digest: the exact bytes, with our digest; one request each', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    expect(await context.client.getManifest(repositoryOf(fake.host), 'v1')).toEqual(manifest);
    expect(await context.client.getManifest(repositoryOf(fake.host), manifest.digest)).toEqual(manifest);
    expect(fake.requestLines()).toEqual([
      'GET /v2/acme/app/manifests/v1 200',
      `GET /v2/acme/app/manifests/${manifest.digest} 200`,
    ]);
    expect(fake.requests[0]?.headers['accept']).toBe(
      [
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ].join(', '),
    );
    expect(fake.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('by a sha512 digest it is checked in sha512', async () => {
    await using fake = await startFakeRegistry();
    const digest = digestOf(manifest.bytes, 'sha512');
    fake.addManifest('acme/app', { ...manifest, digest });
    await using context = testClient();
    expect(await context.client.getManifest(repositoryOf(fake.host), digest)).toMatchObject({ digest });
  });

  test('what is not there is undefined', async () => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    expect(await context.client.getManifest(repositoryOf(fake.host), 'v1')).toBeUndefined();
  });

  test('other bytes than the digest: read once more, and then refused', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    fake.fail({}, { kind: 'corrupt' });
    expect(await context.client.getManifest(repositoryOf(fake.host), manifest.digest)).toEqual(manifest);
    fake.fail({}, { kind: 'corrupt' }, 100);
    expect(
      await failureOf(context.client.getManifest(repositoryOf(fake.host), manifest.digest)),
    ).toMatchObject({
      code: 'E_DIGEST_MISMATCH',
    });
    expect(fake.requests).toHaveLength(4);
  });

  test('another size than the descriptor says', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    const size = manifest.bytes.byteLength;
    expect(await context.client.getManifest(repositoryOf(fake.host), manifest.digest, { size })).toEqual(
      manifest,
    );
    expect(
      await failureOf(
        context.client.getManifest(repositoryOf(fake.host), manifest.digest, { size: size + 1 }),
      ),
    ).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
  });

  test.each([
    ['without Docker-Content-Digest', { 'docker-content-digest': undefined }],
    ['with a wrong one', { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }],
    ['with one of another algorithm', { 'docker-content-digest': digestOf(manifest.bytes, 'sha512') }],
    [
      'with a parameter to its type',
      { 'content-type': 'application/vnd.oci.image.manifest.v1+json; charset=utf-8' },
    ],
    ['without a type, its own counts', { 'content-type': undefined }],
    ['with a type that says nothing', { 'content-type': 'application/octet-stream' }],
  ])('%s it is read all the same', async (_name, headers) => {
    await using fake = await withManifest();
    fake.fail({}, { kind: 'headers', headers });
    await using context = testClient();
    expect(await context.client.getManifest(repositoryOf(fake.host), 'v1')).toEqual(manifest);
  });

  test('a type that differs from its own is refused', async () => {
    await using fake = await withManifest();
    fake.fail(
      {},
      { kind: 'headers', headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' } },
    );
    await using context = testClient();
    expect(await failureOf(context.client.getManifest(repositoryOf(fake.host), 'v1'))).toMatchObject({
      code: 'E_MANIFEST',
    });
  });

  test.each(['{}', 'not JSON', '{"mediaType":7}', '[]', 'null'])(
    'neither a type nor one of its own: %s',
    async (body) => {
      await using server = await startServer((_request, response) => response.writeHead(200).end(body));
      await using context = testClient();
      expect(await failureOf(context.client.getManifest(server.repository, 'v1'))).toMatchObject({
        code: 'E_MANIFEST',
      });
    },
  );

  test('one layer of gzip is undone, although none was asked for; not more', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    fake.fail({}, { kind: 'encode', encodings: 1 });
    expect(await context.client.getManifest(repositoryOf(fake.host), manifest.digest)).toEqual(manifest);
    fake.fail({}, { kind: 'encode', encodings: 3 });
    const error = await failureOf(context.client.getManifest(repositoryOf(fake.host), manifest.digest));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('3 layers of encoding (gzip, gzip, gzip)');
  });

  test('a login page is no registry', async () => {
    await using server = await startServer((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<html>Welcome to our hotel</html>'),
    );
    await using context = testClient();
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('is not a registry: it answers with text/html');
  });

  test.each([
    '../v1',
    'v1/../../x',
    'sha256:../../x',
    `sha256:${'A'.repeat(64)}`,
    'sha1:abc',
    '',
    '-v1',
    'v1?x=y',
  ])('the reference %j never becomes a URL', async (reference) => {
    await using context = testClient();
    expect(await failureOf(context.client.getManifest(repositoryOf('quay.io'), reference))).toMatchObject({
      code: 'E_REFERENCE',
    });
    expect(context.client.requests).toEqual([]);
  });

  test('nor does a path that no parser has seen', async () => {
    await using context = testClient();
    const repository = { registry: 'quay.io', path: '../_catalog', name: 'quay.io/../_catalog' };
    expect(await failureOf(context.client.getManifest(repository, 'v1'))).toMatchObject({
      code: 'E_REFERENCE',
    });
  });
});

describe('headManifest', () => {
  test('tells what the registry tells', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    expect(await context.client.headManifest(repositoryOf(fake.host), 'v1')).toEqual({
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.byteLength,
    });
    expect(await context.client.headManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
    expect(fake.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  test('a digest that is none is left out', async () => {
    await using fake = await withManifest();
    fake.fail({}, { kind: 'headers', headers: { 'docker-content-digest': 'sha256:../../x' } });
    await using context = testClient();
    expect((await context.client.headManifest(repositoryOf(fake.host), 'v1'))?.digest).toBeUndefined();
  });

  test('where there is no HEAD, GET stands in', async () => {
    await using fake = await startFakeRegistry({ headRefused: true });
    fake.addManifest('acme/app', manifest, 'v1');
    await using context = testClient();
    expect(await context.client.headManifest(repositoryOf(fake.host), 'v1')).toMatchObject({
      digest: manifest.digest,
    });
    expect(await context.client.headManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
  });

  test('a 403 has no body: GET says why, or that it is not there', async () => {
    await using fake = await withManifest();
    const forbidden = {
      kind: 'answer',
      status: 403,
      body: '{"errors":[{"code":"DENIED","message":"no such luck"}]}',
    } as const;
    await using context = testClient();
    fake.fail({ method: 'HEAD' }, forbidden, 2);
    fake.fail({ method: 'GET' }, forbidden);
    const error = await failureOf(context.client.headManifest(repositoryOf(fake.host), 'v1'));
    expect(error).toMatchObject({ code: 'E_DENIED' });
    expect(error.message).toContain('no such luck');
    expect(await context.client.headManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
  });
});

describe('deleteManifest', () => {
  test('deletes, and is content with what is not there', async () => {
    await using fake = await withManifest();
    await using context = testClient();
    await context.client.deleteManifest(repositoryOf(fake.host), manifest.digest);
    await context.client.deleteManifest(repositoryOf(fake.host), manifest.digest);
    expect(fake.manifest('acme/app', 'v1')).toBeUndefined();
  });

  test('says where it is not allowed', async () => {
    await using fake = await startFakeRegistry({ deletes: false });
    fake.addManifest('acme/app', manifest, 'v1');
    await using context = testClient();
    expect(
      await failureOf(context.client.deleteManifest(repositoryOf(fake.host), manifest.digest)),
    ).toMatchObject({
      code: 'E_UNSUPPORTED',
      status: 405,
    });
  });

  test('asks for the right to delete', async () => {
    await using fake = await startFakeRegistry({ auth: { mode: 'bearer', anonymous: () => true } });
    await using context = testClient();
    await context.client.deleteManifest(repositoryOf(fake.host), manifest.digest);
    expect(fake.requests[1]?.query.get('scope')).toBe('repository:acme/app:pull,push,delete');
  });
});
