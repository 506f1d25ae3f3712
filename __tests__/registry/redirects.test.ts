import { describe, expect, test } from '@jest/globals';
import { followLocation } from '../../src/registry/redirects.ts';
import { failure } from '../support/failure.ts';
import { basic, credentials, failureOf, someManifest, startServer, testClient } from './harness.ts';

const sender = (url: string, addressClass: 'public' | 'private' | 'loopback' = 'public') => ({
  what: 'GET blob',
  url: new URL(url),
  addressClass,
});

describe('followLocation', () => {
  test.each([
    ['https://quay.io/v2/a', '/v2/b?x=1', 'https://quay.io/v2/b?x=1'],
    ['https://quay.io/v2/a', 'https://cdn.example/b?sig=%2B', 'https://cdn.example/b?sig=%2B'],
    ['https://quay.io/v2/a/b', '../../../../c', 'https://quay.io/c'],
    ['https://quay.io/v2/a', '//cdn.example/b', 'https://cdn.example/b'],
    ['http://127.0.0.1:5000/v2/a', 'https://cdn.example/b', 'https://cdn.example/b'],
  ])('%s -> %s', (from, location, expected) => {
    expect(followLocation(sender(from), location).href).toBe(expected);
  });

  test.each<[string, string | undefined, 'public' | 'private' | 'loopback']>([
    ['https://quay.io/', undefined, 'public'],
    ['https://quay.io/', 'http://quay.io/', 'public'],
    ['https://quay.io/', 'http://cdn.example/', 'public'],
    ['https://quay.io/', 'file:///etc/passwd', 'public'],
    ['https://quay.io/', 'https://user:pass@cdn.example/', 'public'],
    ['https://quay.io/', 'https://127.0.0.1/', 'public'],
    ['https://quay.io/', 'https://localhost:8080/', 'public'],
    ['https://quay.io/', 'https://10.0.0.1/', 'public'],
    ['https://quay.io/', 'https://169.254.169.254/latest', 'public'],
    ['https://quay.io/', 'https://[::ffff:169.254.169.254]/', 'public'],
    ['https://registry.corp/', 'https://localhost/', 'private'],
    ['http://127.0.0.1/', 'http://169.254.169.254/', 'loopback'],
    ['https://quay.io/', `https://cdn.example/${'x'.repeat(70_000)}`, 'public'],
    ['https://quay.io/', 'https://', 'public'],
  ])('%s -> %s is refused', (from, location, addressClass) => {
    const error = failure(() => followLocation(sender(from, addressClass), location));
    expect(error.code).toBe('E_REGISTRY');
    expect(error.message).not.toContain(':pass@');
  });
});

describe('on the way', () => {
  test('credentials stay behind at the registry, and are not taken up again on the way back', async () => {
    await using away = await startServer((_request, response) =>
      response.writeHead(307, { location: `http://${home.host}/v2/back` }).end(),
    );
    await using home = await startServer((request, response) => {
      if (request.url === '/v2/back')
        response.writeHead(200, { 'content-type': someManifest().mediaType }).end(someManifest().bytes);
      else if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(307, { location: `http://${away.host}/hop` }).end();
    });
    await using context = testClient({ credentials: credentials({ [home.host]: basic() }) });
    expect((await context.client.getManifest(home.repository, 'v1'))?.digest).toBe(someManifest().digest);
    expect([...home.requests, ...away.requests]).toEqual([
      'GET /v2/acme/app/manifests/v1',
      'GET /v2/acme/app/manifests/v1 Basic',
      'GET /v2/back',
      'GET /hop',
    ]);
  });

  test('within the registry they stay', async () => {
    await using home = await startServer((request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else if (request.url === '/elsewhere') response.writeHead(404).end();
      else response.writeHead(301, { location: '/elsewhere' }).end();
    });
    await using context = testClient({ credentials: credentials({ [home.host]: basic() }) });
    await context.client.headManifest(home.repository, 'v1');
    expect(home.requests.at(-1)).toBe('HEAD /elsewhere Basic');
  });

  test('a storage host that asks who we are is not told', async () => {
    await using storage = await startServer((_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${storage.host}/token"` }).end(),
    );
    await using home = await startServer((_request, response) =>
      response.writeHead(307, { location: `http://${storage.host}/blob` }).end(),
    );
    await using context = testClient({
      credentials: credentials({ [home.host]: basic(), [storage.host]: basic() }),
    });
    const blob = context.client.readBlob(home.repository, { digest: someManifest().digest, size: 5 }, 10);
    const error = await failureOf(blob);
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(error.hint).toContain('is not the registry, so credentials are not shown to it');
    expect(storage.requests).toEqual(['GET /blob']);
  });

  test('a loop ends after five', async () => {
    await using home = await startServer((request, response) =>
      response.writeHead(302, { location: request.url }).end(),
    );
    await using context = testClient();
    const error = await failureOf(context.client.getManifest(home.repository, 'v1'));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain('redirects more than 5 times');
    expect(home.requests).toHaveLength(6);
  });

  test.each([307, 308])('a push is followed by %s with its body', async (status) => {
    const bodies: string[] = [];
    await using home = await startServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        bodies.push(body);
        if (request.url === '/new') response.writeHead(201).end();
        else response.writeHead(status, { location: '/new' }).end();
      });
    });
    await using context = testClient();
    await context.client.putManifest(home.repository, 'v1', someManifest());
    const text = Buffer.from(someManifest().bytes).toString();
    expect(bodies).toEqual([text, text]);
  });

  test('a push is not followed by 302, which would lose its body', async () => {
    await using home = await startServer((request, response) => {
      request.resume();
      response.writeHead(302, { location: '/new' }).end();
    });
    await using context = testClient();
    expect(await failureOf(context.client.putManifest(home.repository, 'v1', someManifest()))).toMatchObject({
      code: 'E_REGISTRY',
    });
    expect(home.requests).toHaveLength(1);
  });
});
