import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { startFakeRegistry, type Fault } from '../support/fake-registry.ts';
import { failureOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

const mib = 1024 * 1024;
const manifestType = { 'content-type': someManifest().mediaType };

/** What reading a manifest under this fault ends with, and how long it took in real time. */
async function under(fault: Fault, limits = {}) {
  await using fake = await startFakeRegistry();
  fake.addManifest('acme/app', someManifest(), 'v1');
  fake.fail({}, fault, 100);
  await using context = testClient({ limits: { attempts: 2, ...limits } });
  const started = performance.now();
  const error = await failureOf(context.client.getManifest(repositoryOf(fake.host), 'v1'));
  return { error, ms: performance.now() - started, requests: context.client.requests };
}

describe('bytes', () => {
  test('an endless manifest is left at 4 MiB', async () => {
    const { error, requests } = await under({ kind: 'flood', bytes: Infinity });
    expect(error).toMatchObject({ code: 'E_MANIFEST' });
    expect(requests[0]?.bytes).toBeLessThan(4.5 * mib);
  });

  test('one that announces more is not even begun', async () => {
    const { error, requests } = await under({ kind: 'body', body: Buffer.alloc(4 * mib + 1) });
    expect(error).toMatchObject({ code: 'E_MANIFEST' });
    expect(requests[0]?.bytes).toBe(0);
  });

  test('one that unpacks to more is left while it unpacks', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * mib));
    await using server = await startServer((_request, response) =>
      response.writeHead(200, { ...manifestType, 'content-encoding': 'gzip' }).end(bomb),
    );
    await using context = testClient();
    const before = process.memoryUsage().rss;
    expect(await failureOf(context.client.getManifest(server.repository, 'v1'))).toMatchObject({
      code: 'E_MANIFEST',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * mib);
  });

  test('an endless error is cut, and what it said is told', async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(403);
      response.write('denied, because ');
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    await using context = testClient();
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error).toMatchObject({ code: 'E_DENIED' });
    expect(error.message).toContain('denied, because xxx');
    expect(error.message.length).toBeLessThan(700);
  });

  test.each([
    [
      'a megabyte of challenge',
      `HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm="${'a'.repeat(mib)}"\r\n\r\n`,
    ],
    ['a hundred thousand headers', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(100_000)}\r\n`],
  ])('%s is over the cap of headers', async (_name, bytes) => {
    const { error } = await under({ kind: 'raw', bytes });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('headers of more than 16 KiB');
  });

  test('a thousand encodings are not undone', async () => {
    const { error } = await under({
      kind: 'headers',
      headers: { 'content-encoding': Array(1000).fill('gzip').join(', ') },
    });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('1000 layers of encoding');
  });

  test.each(['br', 'deflate', 'zstd', 'gzip, br'])('neither is %s', async (encoding) => {
    const { error } = await under({ kind: 'headers', headers: { 'content-encoding': encoding } });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
  });

  test('gzip that is none', async () => {
    const { error } = await under({ kind: 'headers', headers: { 'content-encoding': 'gzip' } });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('Content-Encoding says gzip');
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\n{}'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header with a bare line feed', 'HTTP/1.1 200 OK\r\nX: a\nY b\r\n\r\n'],
  ])('%s is no answer', async (_name, bytes) => {
    const { error } = await under({ kind: 'raw', bytes });
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
  });

  test('a second answer on the same connection is nobody’s', async () => {
    const first = someManifest();
    const one = `HTTP/1.1 200 OK\r\nContent-Type: ${first.mediaType}\r\nContent-Length: ${first.bytes.byteLength}\r\n\r\n${Buffer.from(first.bytes).toString()}`;
    await using fake = await startFakeRegistry();
    fake.addManifest('acme/app', someManifest('second'), 'v2');
    fake.fail({}, { kind: 'raw', bytes: one + one });
    await using context = testClient();
    await context.client.getManifest(repositoryOf(fake.host), 'v1');
    expect((await context.client.getManifest(repositoryOf(fake.host), 'v2'))?.digest).toBe(
      someManifest('second').digest,
    );
  });
});

describe('time', () => {
  test('headers that never come', async () => {
    const { error, ms } = await under({ kind: 'silence' }, { headersMs: 50 });
    expect(error).toMatchObject({ code: 'E_TIMEOUT' });
    expect(error.message).toContain('does not answer (no answer in 0.05 s)');
    expect(ms).toBeLessThan(1000);
  });

  test('a document that drips has no longer than one that comes at once', async () => {
    const { error, ms } = await under({ kind: 'drip', milliseconds: 20 }, { documentMs: 100 });
    expect(error).toMatchObject({ code: 'E_TIMEOUT' });
    expect(ms).toBeLessThan(1000);
  });
});

describe('what registries say in errors is shown safely', () => {
  test.each<[string, string, string]>([
    [
      'workflow commands',
      '{"errors":[{"code":"DENIED","message":"x\\n::add-mask::a\\n::error::b"}]}',
      'DENIED: x\\n::add-mask::a\\n::error::b',
    ],
    ['colours', '\u001b[31mred\u001b[0m', '\\u{1b}[31mred'],
    ['bidirectional text', '{"message":"abc\u202edef"}', 'abc\\u{202e}def'],
    ['Quay', '{"error":"Requires authentication"}', 'Requires authentication'],
    [
      'GHCR',
      '{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}',
      'DENIED: requested access to the resource is denied',
    ],
    ['Docker Hub', '{"details":"incorrect username or password"}', 'incorrect username or password'],
    [
      'S3',
      '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>',
      'SlowDown: Reduce your request rate.',
    ],
    [
      'a detail',
      '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"v1"}}]}',
      'MANIFEST_UNKNOWN: manifest unknown ({"Tag":"v1"})',
    ],
    ['JSON of another kind', '[1,2]', '[1,2]'],
    ['__proto__', '{"__proto__":{"errors":[{"code":"X"}]},"errors":7}', '7'],
  ])('%s', async (_name, body, shown) => {
    await using server = await startServer((_request, response) => response.writeHead(403).end(body));
    await using context = testClient();
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error.message).toContain(shown);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  test('an echo of our own credentials is masked, in each of their forms', async () => {
    await using server = await startServer((request, response) => {
      const { authorization } = request.headers;
      if (authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else response.writeHead(403).end(`you sent ${authorization} which is alice:secret-password`);
    });
    await using context = testClient({
      credentials: {
        get: () =>
          Promise.resolve({ kind: 'basic', username: 'alice', password: 'secret-password', origin: 't' }),
      },
    });
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error.message).toContain('you sent Basic *** which is alice:***');
    expect(context.log.secrets).toEqual(
      expect.arrayContaining(['secret-password', Buffer.from('alice:secret-password').toString('base64')]),
    );
  });

  test('a warning is shown once', async () => {
    await using server = await startServer((_request, response) =>
      response.writeHead(404, { warning: '299 - "v1 tags are deprecated\u00a0here"' }).end(),
    );
    await using context = testClient();
    await context.client.headManifest(server.repository, 'v1');
    await context.client.headManifest(server.repository, 'v2');
    expect(context.log.lines.filter((line) => line.startsWith('warning: '))).toHaveLength(1);
  });
});
