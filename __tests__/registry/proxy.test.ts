import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { systemNetwork, type Network } from '../../src/registry/lookup.ts';
import { proxyFor, showProxy } from '../../src/registry/proxy.ts';
import { startFakeProxy } from '../support/fake-proxy.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failure } from '../support/failure.ts';
import {
  basic,
  credentials,
  failureOf,
  networkOf,
  pieces,
  repositoryOf,
  someManifest,
  testClient,
} from './harness.ts';

const url = (text: string) => new URL(text);

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://user:pass@proxy.example:3128' };

  test('HTTPS goes through HTTPS_PROXY, in either case; the upper one first', () => {
    const found = proxyFor(url('https://quay.io/v2/'), { ...env, https_proxy: 'http://lower.example' });
    expect(found && showProxy(found)).toBe('http://proxy.example:3128');
    expect(proxyFor(url('https://quay.io/v2/'), { https_proxy: 'lower.example:1' })?.url.href).toBe(
      'http://lower.example:1/',
    );
  });

  test('plain HTTP goes through HTTP_PROXY, and neither through the other', () => {
    const both = { ...env, HTTP_PROXY: '', http_proxy: 'http://plain.example:8080' };
    const found = proxyFor(url('http://quay.io/v2/'), both);
    expect(found && [showProxy(found), found.variable]).toEqual(['http://plain.example:8080', 'http_proxy']);
    expect(proxyFor(url('http://quay.io/v2/'), env)).toBeUndefined();
    expect(proxyFor(url('https://quay.io/v2/'), { HTTP_PROXY: 'http://plain.example' })).toBeUndefined();
    expect(proxyFor(url('http://127.0.0.1:5000/v2/'), both)).toBeUndefined();
  });

  test.each([
    ['quay.io:80', 'http://quay.io/', false],
    ['quay.io:443', 'http://quay.io/', true],
  ])('NO_PROXY=%s, %s: through HTTP_PROXY is %s', (no_proxy, target, expected) => {
    const found = proxyFor(url(target), { HTTP_PROXY: 'http://proxy.example', NO_PROXY: '', no_proxy });
    expect(found !== undefined).toBe(expected);
  });

  test.each(['https://localhost:5000/', 'https://127.0.0.1/', 'https://[::1]:5000/', 'https://a.localhost/'])(
    '%s does not',
    (target) => {
      expect(proxyFor(url(target), env)).toBeUndefined();
    },
  );

  test.each<[string, string, boolean]>([
    ['*', 'https://quay.io/', false],
    ['quay.io', 'https://quay.io/', false],
    ['quay.io', 'https://cdn.quay.io/', false],
    ['quay.io', 'https://notquay.io/', true],
    ['.quay.io', 'https://quay.io/', true],
    ['.quay.io', 'https://cdn.quay.io/', false],
    ['*.quay.io', 'https://cdn.quay.io/', false],
    ['QUAY.IO', 'https://quay.io/', false],
    ['a.example, quay.io', 'https://quay.io/', false],
    ['quay.io:443', 'https://quay.io/', false],
    ['quay.io:8443', 'https://quay.io/', true],
    ['quay.io:8443', 'https://quay.io:8443/', false],
    ['10.0.0.0/8', 'https://10.1.2.3/', false],
    ['10.0.0.0/8', 'https://11.1.2.3/', true],
    ['10.0.0.0/8', 'https://ten.example/', true],
    ['10.1.2.3', 'https://10.1.2.3:5000/', false],
    ['fd00::/8', 'https://[fd12::1]/', false],
    ['[fd12::1]:5000', 'https://[fd12::1]:5000/', false],
    ['fd12:0::1', 'https://[fd12::1]/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', true],
    ['', 'https://quay.io/', true],
  ])('NO_PROXY=%s, %s: through the proxy is %s', (noProxy, target, expected) => {
    expect(proxyFor(url(target), { ...env, NO_PROXY: noProxy }) !== undefined).toBe(expected);
  });

  test('what is no proxy is refused, without the password in it', () => {
    expect(
      failure(() => proxyFor(url('https://quay.io/'), { HTTPS_PROXY: 'socks5://user:pass@p' })),
    ).toMatchObject({ code: 'E_UNSUPPORTED' });
    const error = failure(() => proxyFor(url('https://quay.io/'), { HTTPS_PROXY: 'http://user:pass@' }));
    expect(error).toMatchObject({ code: 'E_INPUT', message: 'HTTPS_PROXY is not a URL' });
  });

  test.each(['http://me:100%@proxy.example', 'http://%ff:x@proxy.example'])(
    'whose login is not percent-encoded is refused, without the login: %s',
    (HTTPS_PROXY) => {
      const find = () => proxyFor(url('https://quay.io/v2/'), { HTTPS_PROXY });
      expect(find).toThrow(/^HTTPS_PROXY has a "%" in its user or password that begins no code of UTF-8$/);
    },
  );
});

describe('a registry behind a proxy', () => {
  // Loopback is never proxied, so the registry needs a name that is not loopback's; the proxy resolves it as it likes.
  test('credentials go through the tunnel, and never to the proxy', async () => {
    await using registry = await startFakeRegistry({
      tls: { names: ['registry.test'] },
      auth: { mode: 'basic', users: { alice: { password: 'secret-password' } } },
    });
    await using proxy = await startFakeProxy({
      credentials: 'user:pass',
      address: '127.0.0.1',
    });
    const host = `registry.test:${registry.host.split(':')[1] ?? ''}`;
    await using context = testClient({
      credentials: credentials({ [host]: basic() }),
      env: { HTTPS_PROXY: proxy.url },
      caCertificate: registry.caCertificate ?? '',
    });
    registry.addManifest('acme/app', someManifest(), 'v1');
    const found = await context.client.getManifest(repositoryOf(host), 'v1');
    expect(found?.digest).toBe(someManifest().digest);
    expect(proxy.tunnels).toEqual([host]);
    expect(proxy.headerNames).not.toContain('authorization');
    expect(context.log.lines).toContain(
      `requests to ${host} go through the proxy ${proxy.url.replace('user:pass@', '')} (HTTPS_PROXY)`,
    );
  });

  test.each([
    [407, { credentials: 'user:pass' }, 'E_NETWORK', 1],
    [403, { refuse: 403 }, 'E_NETWORK', 1],
    [503, { refuse: 503 }, 'E_NETWORK', 7],
  ])('a proxy that answers %s fails clearly', async (status, options, code, attempts) => {
    await using proxy = await startFakeProxy(options);
    await using context = testClient({ env: { HTTPS_PROXY: proxy.url.replace('user:pass@', '') } });
    const error = await failureOf(context.client.getManifest(repositoryOf('quay.test'), 'v1'));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(
      `the proxy ${proxy.url.replace('user:pass@', '')} answers CONNECT with ${status}`,
    );
    expect(proxy.tunnels).toHaveLength(attempts);
  });
});

describe('a registry with plain HTTP behind a proxy', () => {
  /** A registry that only the proxy knows the way to, and a client of it. */
  async function behind(
    proxyOptions: Parameters<typeof startFakeProxy>[0] = {},
    auth: NonNullable<Parameters<typeof startFakeRegistry>[0]>['auth'] = { mode: 'none' },
    env: Readonly<Record<string, string>> = {},
  ) {
    const stack = new AsyncDisposableStack();
    const registry = stack.use(await startFakeRegistry({ auth }));
    const proxy = stack.use(await startFakeProxy({ address: '127.0.0.1', ...proxyOptions }));
    registry.addManifest('acme/app', someManifest(), 'v1');
    const host = `registry.test:${registry.host.split(':')[1] ?? ''}`;
    const context = stack.use(
      testClient({
        credentials: credentials({ [host]: basic() }),
        insecureRegistries: [host],
        env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ...env },
        network: unknownNames,
      }),
    );
    return { registry, proxy, host, context, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }
  const unknownNames: Network = {
    ...systemNetwork,
    resolve: (name, _options, callback) => {
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
    },
  };
  const users = { alice: { password: 'secret-password' } };

  test('requests are handed to it in absolute form, where it refuses tunnels to other ports than 443', async () => {
    await using way = await behind({ credentials: 'user:pass', refuseTunnels: 403 });
    const found = await way.context.client.getManifest(repositoryOf(way.host), 'v1');
    expect(found?.digest).toBe(someManifest().digest);
    expect(way.proxy.tunnels).toEqual([way.host]);
    expect(way.proxy.forwarded).toEqual([`GET http://${way.host}/v2/acme/app/manifests/v1`]);
    expect(way.registry.requests).toHaveLength(1);
    expect(way.context.log.lines).toContain(
      `requests to ${way.host} go through the proxy ${way.proxy.url.replace('user:pass@', '')} (HTTP_PROXY)`,
    );
  });

  test('a proxy for plain HTTP alone will do', async () => {
    await using way = await behind({}, undefined, { HTTPS_PROXY: '' });
    const content = Buffer.from('{}');
    const descriptor = { digest: digestOf(content), size: 2 };
    await way.context.client.uploadBlob(repositoryOf(way.host), descriptor, pieces(content));
    await way.context.client.putManifest(repositoryOf(way.host), 'v2', someManifest());
    expect(way.proxy.forwarded.map((line) => line.split('?')[0])).toEqual([
      `POST http://${way.host}/v2/acme/app/blobs/uploads/`,
      expect.stringMatching(`^PUT http://${way.host}/v2/acme/app/blobs/uploads/.`),
      `PUT http://${way.host}/v2/acme/app/manifests/v2`,
    ]);
    expect(way.context.clock.slept).toEqual([]);
  });

  test.each([
    ['Basic', { mode: 'basic', users }],
    ['Bearer', { mode: 'bearer', users, realm: '/token' }],
  ] as const)('%s: it is shown no credentials, and it is said why', async (_name, auth) => {
    await using way = await behind({}, auth);
    const error = await failureOf(way.context.client.getManifest(repositoryOf(way.host), 'v1'));
    expect(error).toMatchObject({
      code: 'E_REGISTRY',
      hint: 'let it speak HTTPS, or put its host into NO_PROXY',
    });
    expect(error.message).toContain(
      `speaks plain HTTP and is behind a proxy, which would see the credentials (HTTP_PROXY names the proxy ${way.proxy.url})`,
    );
    expect(way.proxy.headerNames).toContain('user-agent');
    expect(way.proxy.headerNames).not.toContain('authorization');
    expect(way.context.clock.slept).toEqual([]);
  });

  test('neither an identity token, which goes in a body', async () => {
    await using way = await behind({}, { mode: 'bearer', users, realm: '/token' });
    await using context = testClient({
      credentials: credentials({ [way.host]: { kind: 'identity', token: 'refresh-me', origin: 'a test' } }),
      insecureRegistries: [way.host],
      env: { HTTP_PROXY: way.proxy.url },
      network: unknownNames,
    });
    const error = await failureOf(context.client.getManifest(repositoryOf(way.host), 'v1'));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(way.proxy.forwarded).toEqual([`GET http://${way.host}/v2/acme/app/manifests/v1`]);
  });

  test('with NO_PROXY credentials go straight to the registry', async () => {
    await using way = await behind({}, { mode: 'basic', users }, { NO_PROXY: 'registry.test' });
    await using context = testClient({
      credentials: credentials({ [way.host]: basic() }),
      insecureRegistries: [way.host],
      env: { HTTP_PROXY: way.proxy.url, NO_PROXY: 'registry.test' },
      network: networkOf({ 'registry.test': 'private' }),
    });
    expect(await context.client.getManifest(repositoryOf(way.host), 'v1')).toBeDefined();
    expect(way.proxy.forwarded).toEqual([]);
  });

  test.each([
    [407, { credentials: 'user:pass' }, 1],
    [503, { refuse: 503 }, 7],
  ])('a proxy that answers %s fails clearly', async (status, options, attempts) => {
    await using way = await behind(options, undefined, { HTTPS_PROXY: '' });
    const HTTP_PROXY = way.proxy.url.replace('user:pass@', '');
    await using context = testClient({
      insecureRegistries: [way.host],
      env: { HTTP_PROXY },
      network: unknownNames,
    });
    const error = await failureOf(context.client.getManifest(repositoryOf(way.host), 'v1'));
    expect(error.message).toContain(`answers ${status}`);
    expect(way.proxy.forwarded).toHaveLength(attempts);
  });

  test('a proxy that is not there is named', async () => {
    await using proxy = await startFakeProxy();
    const { url: HTTP_PROXY } = proxy;
    await proxy[Symbol.asyncDispose]();
    await using context = testClient({
      insecureRegistries: ['registry.test'],
      env: { HTTP_PROXY },
      network: unknownNames,
      limits: { attempts: 1 },
    });
    const error = await failureOf(context.client.getManifest(repositoryOf('registry.test'), 'v1'));
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(error.message).toContain(`the proxy ${HTTP_PROXY} can't be used: connect ECONNREFUSED`);
  });
});
