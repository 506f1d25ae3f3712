import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import type { Fault, RequestMatch } from '../support/fake-registry.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, noise, pieces, repositoryOf, startServer, testClient } from './harness.ts';

const bytes = noise(300_000);
const digest = digestOf(bytes);
const descriptor = { digest, size: bytes.byteLength };
const put = { method: 'PUT', path: /uploads/ };
const patch = { method: 'PATCH' };

interface Scene {
  readonly faults?: readonly (readonly [RequestMatch, Fault, number?])[];
  readonly fake?: Parameters<typeof startFakeRegistry>[0];
  readonly limits?: Parameters<typeof testClient>[0] extends infer O
    ? O extends { limits?: infer L }
      ? L
      : never
    : never;
}

async function upload(scene: Scene = {}) {
  await using fake = await startFakeRegistry(scene.fake);
  for (const [match, fault, times] of scene.faults ?? []) fake.fail(match, fault, times);
  await using context = testClient({ limits: { chunkBytes: 100_000, ...scene.limits } });
  const error = await context.client.uploadBlob(repositoryOf(fake.host), descriptor, pieces(bytes)).then(
    () => undefined,
    (thrown: unknown) => thrown as Error & { code: string; hint: string },
  );
  return {
    error,
    methods: fake.requests.map(({ method }) => method).join(' '),
    stored: fake.blob('acme/app', digest) !== undefined,
    context,
    requests: [...fake.requests],
  };
}

describe('in one piece', () => {
  test('POST and PUT', async () => {
    const { methods, stored, requests } = await upload();
    expect({ methods, stored }).toEqual({ methods: 'POST PUT', stored: true });
    expect(requests[1]?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '300000',
    });
  });

  test.each(['absolute', 'relative'] as const)('with a Location that is %s', async (locations) => {
    expect(await upload({ fake: { locations } })).toMatchObject({ methods: 'POST PUT', stored: true });
  });

  test.each([200, 202, 204])('%s is success', async (status) => {
    expect(await upload({ faults: [[put, { kind: 'status', status }]] })).toMatchObject({ error: undefined });
  });

  test('the registry has it already, and says so at once', async () => {
    await using server = await startServer((_request, response) => response.writeHead(201).end());
    await using context = testClient();
    await context.client.uploadBlob(server.repository, descriptor, pieces(bytes));
    expect(server.requests).toHaveLength(1);
  });
});

describe('in chunks', () => {
  test('where the whole is too large for a proxy', async () => {
    expect(await upload({ fake: { maxUpload: 100_000 } })).toMatchObject({
      methods: 'POST PUT POST PATCH PATCH PATCH PUT',
      stored: true,
    });
  });

  test('a proxy that takes not even chunks is named', async () => {
    const { error, stored } = await upload({ fake: { maxUpload: 50_000 } });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error?.hint).toContain('a proxy before the registry');
    expect(stored).toBe(false);
  });

  test('of the length that the registry wants', async () => {
    const { requests, stored } = await upload({ fake: { maxUpload: 200_000, minChunk: 150_000 } });
    expect(stored).toBe(true);
    expect(
      requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['content-range']),
    ).toEqual(['0-149999', '150000-299999']);
  });

  test('after a 416 it asks where it stands', async () => {
    const { methods, stored } = await upload({
      fake: { maxUpload: 100_000 },
      faults: [[patch, { kind: 'answer', status: 416 }]],
    });
    expect({ methods, stored }).toEqual({
      methods: 'POST PUT POST PATCH GET PATCH PATCH PATCH PUT',
      stored: true,
    });
  });

  /** A registry that wants chunks, and says of each that it has so much. */
  const chunky = (range: string) =>
    startServer((request, response) => {
      request.resume().on('end', () => {
        const isWhole = request.method === 'PUT' && request.headers['content-length'] !== '0';
        const status = { POST: 202, PATCH: 202, GET: 204, HEAD: 404 }[request.method ?? ''] ?? 201;
        response.writeHead(isWhole ? 416 : status, { location: '/v2/acme/app/blobs/uploads/1', range }).end();
      });
    });

  test('that bring the upload no further end it', async () => {
    await using server = await chunky('0-0');
    await using context = testClient({ limits: { chunkBytes: 100_000 } });
    const error = await failureOf(context.client.uploadBlob(server.repository, descriptor, pieces(bytes)));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('is no further than 0 bytes after 11 chunks');
  });

  test('of one byte, of which 0-0 is all', async () => {
    await using server = await chunky('0-0');
    await using context = testClient();
    const one = Buffer.from('x');
    const blob = { digest: digestOf(one), size: 1 };
    await context.client.uploadBlob(server.repository, blob, pieces(one));
    expect(server.requests.map((line) => line.split(' ')[0])).toEqual([
      'POST',
      'PUT',
      'POST',
      'PATCH',
      'PUT',
    ]);
  });

  test('201 to a PATCH (ECR)', async () => {
    expect(
      await upload({ fake: { maxUpload: 100_000 }, faults: [[patch, { kind: 'status', status: 201 }, 3]] }),
    ).toMatchObject({ stored: true });
  });
});

describe('after a fault', () => {
  test('in the middle it goes on from where the registry stands', async () => {
    const { methods, stored, requests } = await upload({
      faults: [[put, { kind: 'reset-upload', after: 130_000 }]],
    });
    expect(stored).toBe(true);
    expect(methods).toMatch(/^POST PUT (HEAD )?GET (PATCH )+PUT$/);
    const first = requests.find(({ method }) => method === 'PATCH')?.headers['content-range'];
    expect(Number(first?.split('-')[0])).toBeGreaterThanOrEqual(100_000);
  });

  test('a stall is one', async () => {
    const { stored } = await upload({
      faults: [[put, { kind: 'stall-upload', after: 1000 }]],
      limits: { uploadStallMs: 100, commitMs: 300 },
    });
    expect(stored).toBe(true);
  });

  test.each<[string, Fault]>([
    ['reset', { kind: 'lost-answer' }],
    ['504', { kind: 'lost-behind', status: 504 }],
  ])('a lost commit (%s) is looked up', async (_name, fault) => {
    expect(await upload({ faults: [[put, fault]] })).toMatchObject({
      methods: 'POST PUT HEAD',
      stored: true,
    });
  });

  test('a commit that was lost indeed is made again', async () => {
    expect(await upload({ faults: [[put, { kind: 'answer', status: 502 }]] })).toMatchObject({
      stored: true,
    });
  });

  test('a session that is gone is followed by another', async () => {
    const gone: Fault = { kind: 'answer', status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' };
    expect(await upload({ faults: [[put, gone]] })).toMatchObject({
      methods: 'POST PUT HEAD POST PUT',
      stored: true,
    });
  });

  test('a rate limit keeps the session', async () => {
    const { methods, stored, context } = await upload({
      faults: [[put, { kind: 'answer', status: 429, headers: { 'retry-after': '3' } }]],
    });
    expect({ methods, stored }).toEqual({ methods: 'POST PUT PUT', stored: true });
    expect(context.clock.slept).toEqual([3_375]);
  });

  test('a token that ends in the middle is renewed without a restart', async () => {
    const { methods, stored } = await upload({
      fake: { auth: { mode: 'bearer', anonymous: () => true }, maxUpload: 100_000 },
      faults: [[patch, { kind: 'unauthorized' }]],
    });
    expect(stored).toBe(true);
    expect(methods).toBe('POST GET POST PUT POST PATCH GET PATCH PATCH PATCH PUT');
  });

  test('chunks go on after a reset among them', async () => {
    const { stored, requests } = await upload({
      fake: { maxUpload: 100_000 },
      faults: [
        [
          (request) => request.method === 'PATCH' && request.headers['content-range'] === '100000-199999',
          { kind: 'reset' },
        ],
      ],
    });
    expect(stored).toBe(true);
    const ranges = requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ headers }) => headers['content-range']);
    expect(ranges).toEqual(['0-99999', '100000-199999', '100000-199999', '200000-299999']);
  });

  test('a registry that always breaks is left in the end', async () => {
    const { error, stored, requests } = await upload({ faults: [[put, { kind: 'reset' }, 100]] });
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(stored).toBe(false);
    expect(requests.length).toBeLessThan(40);
  });
});

describe('what is not what it was described as', () => {
  test.each([
    ['longer', noise(300_001)],
    ['shorter', noise(299_999)],
    ['other', Buffer.concat([noise(299_999), Buffer.from([0])])],
  ])('%s', async (_name, source) => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    expect(
      await failureOf(context.client.uploadBlob(repositoryOf(fake.host), descriptor, pieces(source))),
    ).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    expect(fake.blob('acme/app', digest)).toBeUndefined();
  });

  test('a source that fails is told as it is', async () => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    // eslint-disable-next-line @typescript-eslint/require-await
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      throw new RangeError('the disk is gone');
    };
    expect(
      await failureOf(context.client.uploadBlob(repositoryOf(fake.host), descriptor, failing)),
    ).toBeInstanceOf(RangeError);
  });
});

describe('Location', () => {
  test.each<[string, string | undefined]>([
    ['is missing', undefined],
    ['is a metadata service', 'http://169.254.169.254/upload'],
    ['has another scheme', 'file:///etc/passwd'],
    ['has a password', 'http://user:pass@127.0.0.1/upload'],
    ['is endless', `http://127.0.0.1/${'a'.repeat(9000)}`],
  ])('%s', async (_name, location) => {
    await using server = await startServer((_request, response) =>
      response.writeHead(202, location === undefined ? {} : { location }).end(),
    );
    await using context = testClient();
    expect(
      await failureOf(context.client.uploadBlob(server.repository, descriptor, pieces(bytes))),
    ).toMatchObject({ code: 'E_REGISTRY' });
    expect(server.requests).toHaveLength(1);
  });

  test('on another host is given the blob, and no credentials', async () => {
    const seen: (string | undefined)[] = [];
    await using storage = await startServer((request, response) => {
      seen.push(request.headers.authorization);
      request.resume().on('end', () => response.writeHead(201).end());
    });
    await using server = await startServer((request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(202, { location: `http://${storage.host}/up?x=%2F+&digest=sha256:old` }).end();
    });
    await using context = testClient({
      credentials: {
        get: () => Promise.resolve({ kind: 'basic', username: 'u', password: 'pass-word', origin: 'test' }),
      },
    });
    await context.client.uploadBlob(server.repository, descriptor, pieces(bytes));
    expect(seen).toEqual([undefined]);
    expect(storage.requests).toEqual([`PUT /up?x=%2F+&digest=${encodeURIComponent(digest)}`]);
  });

  test('a signed query stays as it was written', async () => {
    await using server = await startServer((request, response) => {
      request.resume();
      if (request.method === 'POST')
        response.writeHead(202, { location: '/up/../up2?_state=a+b%2Bc=&sig=%7E' }).end();
      else response.writeHead(201).end();
    });
    await using context = testClient();
    await context.client.uploadBlob(server.repository, descriptor, pieces(bytes));
    expect(server.requests[1]).toBe(`PUT /up2?_state=a+b%2Bc=&sig=%7E&digest=${encodeURIComponent(digest)}`);
  });
});

describe('mountBlob', () => {
  test('one request, and a token for both', async () => {
    await using fake = await startFakeRegistry({ auth: { mode: 'bearer', anonymous: () => true } });
    fake.addBlob('acme/source', bytes);
    await using context = testClient();
    const done = context.client.mountBlob(
      repositoryOf(fake.host),
      digest,
      repositoryOf(fake.host, 'acme/source'),
    );
    expect(await done).toBe(true);
    expect(fake.requests[1]?.query.getAll('scope')).toEqual([
      'repository:acme/app:pull,push',
      'repository:acme/source:pull',
    ]);
    expect(fake.requests).toHaveLength(3);
  });

  test('refused with 202: the session that was opened is used for the upload', async () => {
    await using fake = await startFakeRegistry({ mount: 'no' });
    await using context = testClient();
    const target = repositoryOf(fake.host);
    expect(await context.client.mountBlob(target, digest, repositoryOf(fake.host, 'acme/source'))).toBe(
      false,
    );
    await context.client.uploadBlob(target, descriptor, pieces(bytes));
    expect(fake.requests.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(fake.openUploads()).toBe(0);
  });

  test.each<[string, number, string]>([
    [
      'Harbor, a project that is not there',
      401,
      '{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized to access repository"}]}',
    ],
    ['Harbor, a name that is none', 400, '{"errors":[{"code":"BAD_REQUEST"}]}'],
    ['Docker Hub, another origin', 403, '{"errors":[{"code":"DENIED"}]}'],
    ['Quay', 404, '{"errors":[{"code":"BLOB_UPLOAD_INVALID"}]}'],
    ['a registry without it', 405, '{"errors":[{"code":"UNSUPPORTED"}]}'],
  ])('%s: it has to be uploaded', async (_name, status, body) => {
    await using server = await startServer((_request, response) => response.writeHead(status).end(body));
    await using context = testClient();
    const done = context.client.mountBlob(
      server.repository,
      digest,
      repositoryOf(server.host, 'acme/source'),
    );
    expect(await done).toBe(false);
  });

  test('from another registry there is no mounting', async () => {
    await using context = testClient();
    const done = context.client.mountBlob(repositoryOf('quay.io'), digest, repositoryOf('ghcr.io'));
    expect(await done).toBe(false);
    expect(context.client.requests).toEqual([]);
  });
});
