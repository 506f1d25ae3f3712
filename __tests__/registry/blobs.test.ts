import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, noise, repositoryOf, startServer, testClient } from './harness.ts';

const bytes = noise(300_000);
const digest = digestOf(bytes);
const descriptor = { digest, size: bytes.byteLength };

async function withBlob(options: Parameters<typeof startFakeRegistry>[0] = {}) {
  const fake = await startFakeRegistry(options);
  fake.addBlob('acme/app', bytes);
  return fake;
}

const get = { method: 'GET', path: /blobs/ };

describe('readBlob and getBlob', () => {
  test('the whole content, by way of a storage host that is shown no credentials', async () => {
    await using fake = await withBlob({
      redirectBlobs: true,
      auth: { mode: 'bearer', anonymous: () => true },
    });
    await using context = testClient();
    const read = await context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000);
    expect(digestOf(read)).toBe(digest);
    expect(
      fake.requests.map(({ service, authorization, status }) => [service, authorization, status]),
    ).toEqual([
      ['registry', 'none', 401],
      ['token', 'none', 200],
      ['registry', 'Bearer', 307],
      ['storage', 'none', 200],
    ]);
    expect(context.client.requests.at(-1)).toMatchObject({ status: 200, bytes: bytes.byteLength });
    expect(JSON.stringify(context.client.requests)).not.toContain('X-Signature');
  });

  test.each([
    ['shorter', 'x'.repeat(1000)],
    ['longer', 'x'],
    ['as long', '<html>sign in</html> '],
  ])('a web page that is %s is told as one, and not asked for again', async (_name, wanted) => {
    const content = Buffer.from(wanted);
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>!');
    });
    await using context = testClient();
    const descriptor = { digest: digestOf(content), size: content.byteLength };
    const error = await failureOf(context.client.readBlob(server.repository, descriptor, 10_000));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('is not a registry: it answers with text/html');
    expect(context.client.requests).toHaveLength(1);
  });

  test('a blob that is a web page is a blob', async () => {
    const content = Buffer.from('<html>documentation</html>');
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(content);
    });
    await using context = testClient();
    const descriptor = { digest: digestOf(content), size: content.byteLength };
    expect(await context.client.readBlob(server.repository, descriptor, 10_000)).toEqual(content);
  });

  test('more than may be read is not asked for', async () => {
    await using context = testClient();
    expect(await failureOf(context.client.readBlob(repositoryOf('quay.io'), descriptor, 1000))).toMatchObject(
      { code: 'E_MANIFEST' },
    );
    expect(context.client.requests).toEqual([]);
  });

  test('a blob that is not there', async () => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    expect(
      await failureOf(context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000)),
    ).toMatchObject({ code: 'E_NOT_FOUND', status: 404 });
    expect(await context.client.headBlob(repositoryOf(fake.host), digest)).toBeUndefined();
  });

  test.each([false, true])(
    'cut off twice, it goes on where it was (through storage: %s)',
    async (redirectBlobs) => {
      await using fake = await withBlob({ redirectBlobs });
      fake.fail(redirectBlobs ? { service: 'storage' } : get, { kind: 'truncate', bytes: 100_000 }, 2);
      await using context = testClient();
      expect(digestOf(await context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000))).toBe(
        digest,
      );
      const ranges = fake.requests
        .filter(({ status }) => status === 200 || status === 206)
        .map(({ headers }) => headers['range']);
      expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    },
  );

  test('a registry that knows no ranges sends what we have once more, and it is passed over', async () => {
    await using fake = await withBlob();
    fake.fail(get, { kind: 'truncate', bytes: 100_000 });
    fake.fail(get, { kind: 'ignore-range' });
    await using context = testClient();
    expect(digestOf(await context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000))).toBe(
      digest,
    );
  });

  test.each([
    'bytes 0-299999/300000',
    'bytes 100001-299999/300000',
    'bytes 100000-299999/400000',
    'bytes */300000',
    'junk',
  ])('the wrong part (%s) is not taken for the right one', async (contentRange) => {
    await using fake = await withBlob();
    fake.fail(get, { kind: 'truncate', bytes: 100_000 });
    fake.fail(get, { kind: 'headers', headers: { 'content-range': contentRange } });
    await using context = testClient();
    expect(digestOf(await context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000))).toBe(
      digest,
    );
    expect(fake.requests).toHaveLength(3);
  });

  test('one that breaks at the same place each time comes to an end', async () => {
    await using fake = await withBlob();
    fake.fail(get, { kind: 'truncate', bytes: 0 }, 100);
    await using context = testClient();
    expect(
      await failureOf(context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000)),
    ).toMatchObject({ code: 'E_NETWORK' });
    expect(fake.requests).toHaveLength(7);
  });

  test.each([
    ['longer', { ...descriptor, size: 299_999 }, 2],
    ['shorter', { ...descriptor, size: 300_001 }, 4],
    ['other', { digest: digestOf(Buffer.from('other')), size: 300_000 }, 2],
  ])('%s than its descriptor: read once more, then refused', async (_name, wanted, requests) => {
    await using server = await startServer((_request, response) => response.writeHead(200).end(bytes));
    await using context = testClient();
    expect(await failureOf(context.client.readBlob(server.repository, wanted, 1_000_000))).toMatchObject({
      code: 'E_DIGEST_MISMATCH',
    });
    expect(server.requests.length).toBeGreaterThanOrEqual(requests);
  });

  test('an endless one is left at the first byte too many', async () => {
    await using fake = await withBlob();
    fake.fail(get, { kind: 'flood', bytes: Infinity }, 100);
    await using context = testClient();
    expect(
      await failureOf(context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000)),
    ).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    expect(context.client.requests.every((entry) => entry.bytes < 1_000_000)).toBe(true);
  });

  test('one that drips is given up, and resumed', async () => {
    await using fake = await withBlob();
    fake.fail(get, { kind: 'stall', bytes: 100_000 });
    fake.fail(get, { kind: 'drip', milliseconds: 5 });
    await using context = testClient({ limits: { rateBytes: 10_000, rateMs: 50 } });
    expect(digestOf(await context.client.readBlob(repositoryOf(fake.host), descriptor, 1_000_000))).toBe(
      digest,
    );
    expect(fake.requests).toHaveLength(3);
  });

  test('a consumer that takes its time is not a slow registry', async () => {
    await using fake = await withBlob();
    await using context = testClient({ limits: { rateBytes: 100_000, rateMs: 40 } });
    const hash = createHash('sha256');
    for await (const part of context.client.getBlob(repositoryOf(fake.host), descriptor)) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      hash.update(part);
    }
    expect(`sha256:${hash.digest('hex')}`).toBe(digest);
    expect(fake.requests).toHaveLength(1);
  });

  test('who stops reading closes the connection', async () => {
    await using fake = await withBlob();
    await using context = testClient();
    for await (const part of context.client.getBlob(repositoryOf(fake.host), descriptor)) {
      expect(part.byteLength).toBeGreaterThan(0);
      break;
    }
    await context.client.headBlob(repositoryOf(fake.host), digest);
    expect(new Set(fake.requests.map(({ connection }) => connection)).size).toBe(2);
  });

  test('gzip put on the way is undone; gzip that it was stored with is its own', async () => {
    const packed = gzipSync(bytes);
    await using server = await startServer((request, response) => {
      const isStored = request.url?.endsWith(digestOf(packed)) === true;
      response.writeHead(200, {
        'content-encoding': 'gzip',
        ...(isStored && { 'content-length': packed.byteLength }),
      });
      response.end(packed);
    });
    await using context = testClient();
    expect(digestOf(await context.client.readBlob(server.repository, descriptor, 1_000_000))).toBe(digest);
    const stored = { digest: digestOf(packed), size: packed.byteLength };
    expect(digestOf(await context.client.readBlob(server.repository, stored, 1_000_000))).toBe(stored.digest);
  });

  test('an empty blob', async () => {
    await using fake = await startFakeRegistry();
    const empty = fake.addBlob('acme/app', Buffer.alloc(0));
    await using context = testClient();
    expect(
      await context.client.readBlob(repositoryOf(fake.host), { digest: empty, size: 0 }, 10),
    ).toHaveLength(0);
  });
});

test('headBlob, deleteBlob', async () => {
  await using fake = await withBlob();
  await using context = testClient();
  expect(await context.client.headBlob(repositoryOf(fake.host), digest)).toEqual({ size: 300_000 });
  await context.client.deleteBlob(repositoryOf(fake.host), digest);
  await context.client.deleteBlob(repositoryOf(fake.host), digest);
  expect(fake.blob('acme/app', digest)).toBeUndefined();
});
