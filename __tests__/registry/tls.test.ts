import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Repository } from '../../src/oci/reference.ts';
import { anonymous, createRegistryClient } from '../../src/registry/client.ts';
import { endpointOf } from '../../src/registry/endpoint.ts';
import { trustedAuthorities } from '../../src/registry/tls.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { memoryLog } from '../support/memory-log.ts';
import { failure } from '../support/failure.ts';
import { failureOf, networkOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

const network = networkOf({ 'registry.test': 'private', 'inside.test': 'loopback' });

/** The repository of a fake registry, as if it stood on another machine, where the rules for other machines hold. */
function elsewhere({ host }: { readonly host: string }): Repository {
  return repositoryOf(`registry.test:${host.split(':')[1] ?? ''}`);
}

async function withManifest(options: Parameters<typeof startFakeRegistry>[0]) {
  const fake = await startFakeRegistry(options);
  fake.addManifest('acme/app', someManifest(), 'v1');
  return fake;
}

describe('a registry on another machine', () => {
  test('with a private authority: trusted when it is given', async () => {
    await using fake = await withManifest({ tls: { names: ['registry.test'] } });
    await using context = testClient({ network, caCertificate: fake.caCertificate ?? '' });
    expect((await context.client.getManifest(elsewhere(fake), 'v1'))?.digest).toBe(someManifest().digest);
    expect(fake.requests).toHaveLength(1);
  });

  test.each([
    ['an authority that nobody knows', { names: ['registry.test'] }, false],
    ['another name', { names: ['other.example'] }, true],
    ['an end that is past', { names: ['registry.test'], notAfter: new Date(Date.now() - 1000) }, true],
  ])('with a certificate of %s: refused at once, never plain', async (_name, tls, trusted) => {
    await using fake = await withManifest({ tls });
    await using context = testClient({
      network,
      ...(trusted && { caCertificate: fake.caCertificate ?? '' }),
    });
    const error = await failureOf(context.client.getManifest(elsewhere(fake), 'v1'));
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(error.message).toContain('has a certificate that is not to be trusted');
    expect(error.hint).toContain('ca-certificate');
    expect(context.client.requests).toHaveLength(1);
    expect(fake.requests).toHaveLength(0);
  });

  test('with plain HTTP: refused, unless it is insecure', async () => {
    await using fake = await withManifest({});
    await using strict = testClient({ network });
    const error = await failureOf(strict.client.getManifest(elsewhere(fake), 'v1'));
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(error.message).toContain('does not speak TLS');
    expect(error.hint).toContain('insecure-registries');
    expect(fake.requests).toHaveLength(0);
    await using lax = testClient({ network, insecureRegistries: [elsewhere(fake).registry] });
    await lax.client.getManifest(elsewhere(fake), 'v1');
    await lax.client.getManifest(elsewhere(fake), 'v1');
    expect(fake.requests).toHaveLength(2);
    expect(lax.client.requests).toHaveLength(3);
    expect(lax.log.lines).toContain(
      `${elsewhere(fake).registry} is an insecure registry with plain HTTP: nothing sent to it is private`,
    );
  });

  test('insecure: any certificate will do, and HTTPS is preferred', async () => {
    await using fake = await withManifest({ tls: { names: ['other.example'] } });
    await using context = testClient({ network, insecureRegistries: [elsewhere(fake).registry] });
    expect((await context.client.getManifest(elsewhere(fake), 'v1'))?.digest).toBe(someManifest().digest);
    expect(context.client.requests).toHaveLength(1);
  });

  test.each([
    ['10.1.2.3:5000', '10.1.0.0/16', true],
    ['10.1.2.3:5000', '10.2.0.0/16', false],
    ['[fd12::1]:5000', 'fd00::/8', true],
    ['10.1.2.3:5000', '10.1.2.3:5000', true],
    ['10.1.2.3:5000', '10.1.2.3:5001', false],
    ['ten.example', '10.0.0.0/8', false],
  ])('%s, where %s is insecure: %s', (registry, entry, insecure) => {
    expect(endpointOf(registry, [entry])).toMatchObject({
      schemes: insecure ? ['https', 'http'] : ['https'],
      verifyCertificate: !insecure,
    });
  });

  test('a TLS handshake that is never answered is retried, and given up', async () => {
    await using fake = await startFakeRegistry({
      tls: { names: ['registry.test'], stallHandshake: true },
    });
    await using context = testClient({ network, limits: { attempts: 2, connectMs: 50 } });
    const error = await failureOf(context.client.headManifest(elsewhere(fake), 'v1'));
    expect(error).toMatchObject({ code: 'E_TIMEOUT' });
    expect(error.message).toContain('does not accept a connection (no TLS connection in 0.05 s)');
    expect(context.client.requests).toHaveLength(2);
  });

  test.each(['localhost', 'inside.test'])('may not send us to this machine, called %s', async (name) => {
    await using inside = await startServer((_request, response) => response.end('a secret'));
    await using fake = await startServer((_request, response) =>
      response.writeHead(307, { location: `http://${name}:${inside.host.split(':')[1] ?? ''}/` }).end(),
    );
    await using context = testClient({ network, insecureRegistries: [elsewhere(fake).registry] });
    const error = await failureOf(context.client.getManifest(elsewhere(fake), 'v1'));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(inside.requests).toEqual([]);
  });
});

describe('a registry on this machine', () => {
  test('with plain HTTP: one request, one connection', async () => {
    await using fake = await withManifest({});
    await using context = testClient();
    await context.client.getManifest(repositoryOf(fake.host), 'v1');
    expect(context.client.requests).toHaveLength(1);
  });

  test('with HTTPS it is found out, and its certificate is checked all the same', async () => {
    await using fake = await withManifest({ tls: true });
    await using trusting = testClient({ caCertificate: fake.caCertificate ?? '' });
    expect((await trusting.client.getManifest(repositoryOf(fake.host), 'v1'))?.digest).toBe(
      someManifest().digest,
    );
    await using strict = testClient();
    expect(await failureOf(strict.client.getManifest(repositoryOf(fake.host), 'v1'))).toMatchObject({
      code: 'E_NETWORK',
    });
  });

  test.each([
    'Client sent an HTTP request to an HTTPS server.\n',
    '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
  ])('one that answers HTTP with "%s" wants HTTPS', async (text) => {
    await using server = await startServer((_request, response) => response.writeHead(400).end(text));
    await using context = testClient();
    // It does not speak it either, here, which is then what is told.
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error.message).toContain('does not speak TLS');
    expect(context.client.requests.map(({ status }) => status)).toEqual([400, undefined]);
  });

  test('one that is first asked for no more than the head of an answer is asked what it wants', async () => {
    await using server = await startServer((_request, response) =>
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
    );
    await using context = testClient();
    const error = await failureOf(context.client.headManifest(server.repository, 'v1'));
    expect(error.message).toContain('does not speak TLS');
    expect(context.client.requests.map(({ method, status }) => `${method} ${status ?? ''}`)).toEqual([
      'HEAD 400',
      'GET 400',
      'HEAD ',
    ]);
  });

  test('another 400 is a refusal, and is told', async () => {
    await using server = await startServer((_request, response) =>
      response.writeHead(400).end('{"errors":[{"code":"NAME_INVALID","message":"bad name"}]}'),
    );
    await using context = testClient();
    const error = await failureOf(context.client.getManifest(server.repository, 'v1'));
    expect(error.message).toContain('NAME_INVALID: bad name');
    expect(server.requests).toHaveLength(1);
  });

  test('an address that accepts and never speaks', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', (socket) => sockets.add(socket));
    await using context = testClient({ limits: { attempts: 2, headersMs: 50, connectMs: 50 } });
    expect(
      await failureOf(context.client.headManifest(repositoryOf(`127.0.0.1:${port}`), 'v1')),
    ).toMatchObject({ code: 'E_TIMEOUT' });
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

test.each(['169.254.169.254', '0.0.0.0:5000', '[fe80::1]', '[::]', '[::ffff:169.254.169.254]:80'])(
  '%s is no registry',
  async (host) => {
    await using context = testClient();
    const repository = { registry: host, path: 'acme/app', name: `${host}/acme/app` };
    expect(await failureOf(context.client.headManifest(repository, 'v1'))).toMatchObject({
      code: 'E_REGISTRY',
    });
    expect(context.client.requests).toEqual([]);
  },
);

const options = { credentials: anonymous, log: memoryLog() };

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  try {
    work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('trustedAuthorities', () => {
  test('without a certificate it is left to Node', () => {
    expect(trustedAuthorities(undefined, {})).toBeUndefined();
  });

  test.each(['', 'not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    '%j is no certificate',
    (pem) => {
      expect(failure(() => trustedAuthorities(pem, {}))).toMatchObject({ code: 'E_INPUT' });
    },
  );

  test('checking may not be turned off for all', () => {
    const error = failure(() =>
      createRegistryClient({ ...options, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }),
    );
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(error.message).toContain('NODE_TLS_REJECT_UNAUTHORIZED is "0"');
    expect(error.hint).toContain('unset it');
    createRegistryClient({ ...options, env: { NODE_TLS_REJECT_UNAUTHORIZED: '1' } }).close();
  });

  test.each([
    ['a file that is not there', undefined, "which can't be read"],
    ['junk', 'junk', 'holds no certificate'],
    [
      'a broken certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'certificate 1 of NODE_EXTRA_CA_CERTS',
    ],
  ])('NODE_EXTRA_CA_CERTS with %s is named', async (_name, content, problem) => {
    await inFolder((folder) => {
      const path = join(folder, 'extra.pem');
      if (content !== undefined) writeFileSync(path, content);
      const error = failure(() => createRegistryClient({ ...options, env: { NODE_EXTRA_CA_CERTS: path } }));
      expect(error).toMatchObject({ code: 'E_INPUT' });
      expect(error.message).toContain(path);
      expect(error.message).toContain(problem);
      expect(error.hint).toContain('unset it');
    });
  });

  test.each(['/dev/zero', '/'])('NODE_EXTRA_CA_CERTS=%s is no file, and not waited for', (path) => {
    const error = failure(() => createRegistryClient({ ...options, env: { NODE_EXTRA_CA_CERTS: path } }));
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(error.message).toContain('it is not a file of at most');
  });

  test('NODE_EXTRA_CA_CERTS with a certificate is fine', async () => {
    await using fake = await startFakeRegistry({ tls: true });
    await inFolder((folder) => {
      const path = join(folder, 'extra.pem');
      writeFileSync(path, fake.caCertificate ?? '');
      createRegistryClient({ ...options, env: { NODE_EXTRA_CA_CERTS: path } }).close();
    });
  });

  test('with one it is added to the default roots', async () => {
    await using fake = await startFakeRegistry({ tls: true });
    const pem = fake.caCertificate ?? '';
    const authorities = trustedAuthorities(`a comment\n${pem}\n${pem}`, {});
    expect(authorities?.length).toBeGreaterThan(50);
    expect(authorities?.slice(-2)).toEqual([pem.trim(), pem.trim()]);
  });
});
