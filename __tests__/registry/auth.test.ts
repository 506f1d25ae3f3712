import { describe, expect, test } from '@jest/globals';
import type { Credential } from '../../src/registry/credentials.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import {
  basic,
  credentials,
  failureOf,
  repositoryOf,
  someManifest,
  startServer,
  testClient,
} from './harness.ts';

const users = { alice: { password: 'secret-password' } };

describe('Bearer', () => {
  test('the first real request asks, one token answers, and all others go in parallel', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users },
      // Longer than it takes to open four connections on a machine that does much else.
      latency: 100,
    });
    const repository = repositoryOf(fake.host);
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [repository],
    });
    for (const tag of ['a', 'b', 'c', 'd']) fake.addManifest('acme/app', someManifest(tag), tag);
    await Promise.all(['a', 'b', 'c', 'd'].map((tag) => context.client.getManifest(repository, tag)));
    await Promise.all(
      ['x', 'y'].map((tag) => context.client.putManifest(repository, tag, someManifest('a'))),
    );
    const lines = fake.requestLines();
    expect(lines[0]).toMatch(/^GET \/v2\/acme\/app\/manifests\/[abcd] 401$/);
    expect(lines[1]).toMatch(/^GET \/token\?.*scope=repository:acme\/app:pull,push&.*account=alice 200$/);
    expect(lines.filter((line) => line.endsWith(' 401'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('/token'))).toHaveLength(1);
    expect(lines).toHaveLength(8);
    expect(fake.concurrency()).toBeGreaterThanOrEqual(4);
    expect(context.log.secrets).toContain('secret-password');
    expect(context.log.lines.join('\n')).not.toContain('secret-password');
  });

  test('one token covers every repository that is foreseen', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'bearer', users } });
    const [target, source] = [repositoryOf(fake.host), repositoryOf(fake.host, 'acme/app-amd64')];
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [target],
      pullRepositories: [source],
    });
    fake.addManifest('acme/app-amd64', someManifest(), 'v1');
    await context.client.getManifest(source, 'v1');
    await context.client.putManifest(target, 'v1', someManifest());
    const tokens = fake.requests.filter(({ service }) => service === 'token');
    expect(tokens.map(({ query }) => query.getAll('scope'))).toEqual([
      ['repository:acme/app-amd64:pull', 'repository:acme/app:pull,push'],
    ]);
  });

  test('who comes while a token for more is under way waits for that one', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users },
      latency: 20,
    });
    const [target, source] = [repositoryOf(fake.host), repositoryOf(fake.host, 'acme/legs')];
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [target],
    });
    fake.addManifest('acme/legs', someManifest(), 'v1');
    await Promise.all([
      context.client.getManifest(source, 'v1'),
      context.client.headManifest(target, 'v1'),
      context.client.headManifest(target, 'v2'),
    ]);
    const tokens = fake.requests.filter(({ service }) => service === 'token');
    expect(tokens.map(({ query }) => query.getAll('scope'))).toEqual([
      ['repository:acme/legs:pull', 'repository:acme/app:pull,push'],
    ]);
  });

  test('who waited for a token for more, and it was refused, asks for what is wanted alone', async () => {
    const may = (repository: string) => repository === 'acme/app';
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users: { alice: { password: 'secret-password', may } } },
      latency: 20,
    });
    fake.fail({ service: 'token' }, { kind: 'answer', status: 403, body: '{"errors":[{"code":"DENIED"}]}' });
    const target = repositoryOf(fake.host);
    fake.addManifest('acme/app', someManifest(), 'v1');
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [target],
    });
    const [refused, head] = await Promise.allSettled([
      context.client.getManifest(repositoryOf(fake.host, 'other/legs'), 'v1'),
      context.client.headManifest(target, 'v1'),
    ]);
    expect(refused.status).toBe('rejected');
    expect(head).toMatchObject({ status: 'fulfilled', value: { digest: someManifest().digest } });
  });

  test('where not all of it is granted, each repository gets a token of its own', async () => {
    const may = (repository: string) => repository === 'acme/app';
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users: { alice: { password: 'secret-password', may } } },
    });
    fake.fail({ service: 'token' }, { kind: 'answer', status: 403, body: '{"errors":[{"code":"DENIED"}]}' });
    const target = repositoryOf(fake.host);
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [target, repositoryOf(fake.host, 'other/app')],
    });
    await context.client.putManifest(target, 'v1', someManifest());
    const tokens = fake.requests.filter(({ service }) => service === 'token');
    expect(tokens.map(({ query }) => query.getAll('scope'))).toEqual([
      ['repository:acme/app:pull,push', 'repository:other/app:pull,push'],
      ['repository:acme/app:pull,push'],
    ]);
  });

  test('a registry that looks at the first scope only is asked again, the wanted one first', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users, firstScopeOnly: true },
    });
    const [one, two] = [repositoryOf(fake.host, 'acme/one'), repositoryOf(fake.host, 'acme/two')];
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic() }),
      pushRepositories: [one, two],
    });
    await context.client.putManifest(one, 'v1', someManifest());
    await context.client.putManifest(two, 'v1', someManifest());
    await context.client.putManifest(one, 'v2', someManifest());
    await context.client.putManifest(two, 'v2', someManifest());
    expect(fake.tags('acme/two')).toEqual({ v1: someManifest().digest, v2: someManifest().digest });
    const tokens = fake.requests.filter(({ service }) => service === 'token');
    expect(tokens.length).toBeLessThanOrEqual(3);
  });

  test.each(['token', 'access_token'] as const)('a token under the name %s', async (tokenField) => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users, tokenField },
    });
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    expect(await context.client.getManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
  });

  test('it is renewed before it ends, and lasts a minute where nothing is said', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users, expiresIn: 'omit' },
    });
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    const read = () => context.client.headManifest(repositoryOf(fake.host), 'v1');
    await read();
    context.clock.now += 54_000;
    await read();
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(1);
    context.clock.now += 1_500;
    await read();
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(2);
    expect(fake.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  test('one that ended early is renewed once, for all who used it', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users },
      latency: 5,
    });
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    const repository = repositoryOf(fake.host);
    await context.client.headManifest(repository, 'v1');
    fake.revokeTokens();
    await Promise.all(Array.from({ length: 8 }, () => context.client.headManifest(repository, 'v1')));
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(2);
  });

  test('a registry that is never content is left alone after two tokens', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'bearer', users } });
    fake.fail({ service: 'registry' }, { kind: 'unauthorized' }, 100);
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    const error = await failureOf(context.client.getManifest(repositoryOf(fake.host), 'v1'));
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED', status: 401 });
    expect(error.hint).toContain('the credentials from a test were used');
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(2);
    expect(fake.requests.filter(({ service }) => service === 'registry')).toHaveLength(3);
  });

  test('wrong credentials are tried once', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'bearer', users } });
    await using context = testClient({
      credentials: credentials({ [fake.host]: basic('alice', 'wrong-password') }),
    });
    const error = await failureOf(context.client.getManifest(repositoryOf(fake.host), 'v1'));
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(error.message).not.toContain('wrong-password');
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(1);
  });

  test('a token server that fails is asked again, within one budget', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'bearer', users } });
    fake.fail({ service: 'token' }, { kind: 'answer', status: 503 }, 3);
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    expect(await context.client.getManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
    fake.revokeTokens();
    fake.fail({ service: 'token' }, { kind: 'answer', status: 500 }, 100);
    await failureOf(context.client.getManifest(repositoryOf(fake.host), 'none'));
    expect(fake.requests.filter(({ service }) => service === 'token')).toHaveLength(4 + 7);
  });

  test('several challenges: the one that can be answered', async () => {
    await using fake = await startFakeRegistry({
      checkBlobs: false,
      auth: { mode: 'bearer', users, challenges: ['Negotiate', 'Basic realm="x", {bearer}'] },
    });
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    expect(await context.client.getManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
  });
});

describe('identity tokens', () => {
  const identity: Credential = { kind: 'identity', token: 'refresh-me', username: 'alice', origin: 'a test' };
  const auth = { mode: 'bearer', users, identityTokens: { 'refresh-me': 'alice' } } as const;

  test('go to the token server in a form, and nowhere else', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth });
    await using context = testClient({ credentials: credentials({ [fake.host]: identity }) });
    expect(await context.client.getManifest(repositoryOf(fake.host), 'none')).toBeUndefined();
    expect(
      fake.requests.map(({ service, method, authorization }) => [service, method, authorization]),
    ).toEqual([
      ['registry', 'GET', 'none'],
      ['token', 'POST', 'none'],
      ['registry', 'GET', 'Bearer'],
    ]);
  });

  test.each([404, 405])('a token server that answers POST with %s is asked with GET', async (status) => {
    const seen: string[] = [];
    await using server = await startServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        seen.push(`${request.method ?? ''} ${request.headers.authorization ?? ''}`);
        if (request.method === 'POST') response.writeHead(status).end();
        else response.end('{"token":"t"}');
      } else if (request.headers.authorization === 'Bearer t') response.writeHead(404).end();
      else response.writeHead(401, { 'www-authenticate': 'Bearer realm="/token",service="s"' }).end();
    });
    await using context = testClient({ credentials: credentials({ [server.host]: identity }) });
    expect(await context.client.getManifest(server.repository, 'none')).toBeUndefined();
    expect(seen).toEqual(['POST ', `GET Basic ${Buffer.from('alice:refresh-me').toString('base64')}`]);
  });
});

describe('Basic', () => {
  test('is asked for once and then sent along', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'basic', users } });
    await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
    await context.client.headManifest(repositoryOf(fake.host), 'a');
    await context.client.headManifest(repositoryOf(fake.host), 'b');
    expect(fake.requests.map(({ authorization, status }) => [authorization, status])).toEqual([
      ['none', 401],
      ['Basic', 404],
      ['Basic', 404],
    ]);
  });

  test.each([
    ['without credentials', undefined, 1],
    ['with wrong ones', basic('alice', 'wrong-password'), 2],
  ])('%s it ends at once', async (_name, credential, requests) => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'basic', users } });
    await using context = testClient({
      credentials: credentials(credential ? { [fake.host]: credential } : {}),
    });
    expect(await failureOf(context.client.getManifest(repositoryOf(fake.host), 'a'))).toMatchObject({
      code: 'E_UNAUTHORIZED',
    });
    expect(fake.requests).toHaveLength(requests);
  });

  test('credentials of another registry stay where they are', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'basic', users } });
    await using context = testClient({ credentials: credentials({ 'quay.io': basic() }) });
    await failureOf(context.client.getManifest(repositoryOf(fake.host), 'a'));
    expect(fake.requests.map(({ authorization }) => authorization)).toEqual(['none']);
  });

  test('a registry that hides from strangers what it never asks about is shown them', async () => {
    await using server = await startServer((request, response) => {
      response.writeHead(request.headers.authorization === undefined ? 404 : 200, {
        'content-type': someManifest().mediaType,
      });
      response.end(someManifest().bytes);
    });
    await using context = testClient({ credentials: credentials({ [server.host]: basic() }) });
    expect((await context.client.getManifest(server.repository, 'v1'))?.digest).toBe(someManifest().digest);
    await context.client.getManifest(server.repository, 'v1');
    expect(server.requests.map((line) => line.split(' ')[2])).toEqual([undefined, 'Basic', 'Basic']);
  });
});

test('a ready token is sent from the start', async () => {
  await using server = await startServer((_request, response) => response.writeHead(404).end());
  await using context = testClient({
    credentials: credentials({ [server.host]: { kind: 'bearer', token: 'ready', origin: 'a test' } }),
  });
  await context.client.headManifest(server.repository, 'v1');
  expect(server.requests).toEqual(['HEAD /v2/acme/app/manifests/v1 Bearer']);
});

test('a 401 without a challenge: the front door is asked for one', async () => {
  await using server = await startServer((request, response) => {
    if (request.url === '/v2/') response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    else response.writeHead(request.headers.authorization === undefined ? 401 : 404).end();
  });
  await using context = testClient({ credentials: credentials({ [server.host]: basic() }) });
  expect(await context.client.getManifest(server.repository, 'v1')).toBeUndefined();
  expect(server.requests).toEqual([
    'GET /v2/acme/app/manifests/v1',
    'GET /v2/',
    'GET /v2/acme/app/manifests/v1 Basic',
  ]);
});

test('a 401 that nothing explains is final', async () => {
  await using server = await startServer((_request, response) => response.writeHead(401).end());
  await using context = testClient({ credentials: credentials({ [server.host]: basic() }) });
  expect(await failureOf(context.client.getManifest(server.repository, 'v1'))).toMatchObject({
    code: 'E_UNAUTHORIZED',
  });
  expect(server.requests).toHaveLength(2);
});

describe('a token that is none', () => {
  const table: [string, number, string | Buffer, string][] = [
    ['empty', 200, '{"token":""}', 'E_REGISTRY'],
    ['missing', 200, '{}', 'E_REGISTRY'],
    ['not JSON', 200, 'token', 'E_REGISTRY'],
    ['CRLF', 200, '{"token":"a\\r\\nX-Injected: 1"}', 'E_REGISTRY'],
    ['spaces', 200, '{"token":"a b"}', 'E_REGISTRY'],
    ['not ASCII', 200, '{"token":"tökén"}', 'E_REGISTRY'],
    ['a megabyte', 200, `{"token":"${'a'.repeat(1024 * 1024)}"}`, 'E_REGISTRY'],
    ['a redirect to the metadata service', 302, '', 'E_REGISTRY'],
    ['a web page', 404, '<html>not here</html>', 'E_NOT_FOUND'],
  ];
  test.each(table)('%s', async (_name, status, body, code) => {
    await using server = await startServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        response.writeHead(status, { location: 'http://169.254.169.254/latest/meta-data' }).end(body);
      } else response.writeHead(401, { 'www-authenticate': 'Bearer realm="/token",service="s"' }).end();
    });
    await using context = testClient({ credentials: credentials({ [server.host]: basic() }) });
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error).toMatchObject({ code });
    expect(server.requests).toHaveLength(2);
  });

  test('a sign-in page is told as one', async () => {
    await using server = await startServer((request, response) => {
      if (request.url?.startsWith('/token') === true)
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>sign in</html>');
      else response.writeHead(401, { 'www-authenticate': 'Bearer realm="/token",service="s"' }).end();
    });
    await using context = testClient({ credentials: credentials({ [server.host]: basic() }) });
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error).toMatchObject({
      code: 'E_REGISTRY',
      message: expect.stringContaining('answers with a web page (text/html) where a token is wanted'),
    });
    expect(server.requests).toHaveLength(2);
  });
});

test.each([
  ['an attacker', 'https://evil.example/token', 'evil.example'],
  ['the metadata service', 'http://169.254.169.254/token', '169.254.169.254'],
  ['another port of this machine', 'http://127.0.0.1:1/token', '127.0.0.1:1'],
])('a realm that is %s gets nothing', async (_name, realm, host) => {
  await using fake = await startFakeRegistry({ checkBlobs: false, auth: { mode: 'bearer', users, realm } });
  await using context = testClient({ credentials: credentials({ [fake.host]: basic() }) });
  const error = await failureOf(context.client.getManifest(repositoryOf(fake.host), 'v1'));
  expect(error).toMatchObject({ code: 'E_REGISTRY' });
  expect(error.message).toContain(host);
  expect(error.message).toContain(fake.host);
  expect(context.client.requests).toHaveLength(1);
});
