import { describe, expect, test } from '@jest/globals';
import { proxyFor, showProxy } from '../../src/registry/proxy.ts';
import { startFakeProxy } from '../support/fake-proxy.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failure } from '../support/failure.ts';
import { basic, credentials, failureOf, repositoryOf, someManifest, testClient } from './harness.ts';

const url = (text: string) => new URL(text);

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://user:pass@proxy.example:3128', HTTP_PROXY: 'http://other.example' };

  test('HTTPS goes through HTTPS_PROXY, in either case; the upper one first', () => {
    const found = proxyFor(url('https://quay.io/v2/'), { ...env, https_proxy: 'http://lower.example' });
    expect(found && showProxy(found)).toBe('http://proxy.example:3128');
    expect(proxyFor(url('https://quay.io/v2/'), { https_proxy: 'lower.example:1' })?.url.href).toBe(
      'http://lower.example:1/',
    );
  });

  test.each([
    'http://quay.io/v2/',
    'https://localhost:5000/',
    'https://127.0.0.1/',
    'https://[::1]:5000/',
    'https://a.localhost/',
  ])('%s does not', (target) => {
    expect(proxyFor(url(target), env)).toBeUndefined();
  });

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
