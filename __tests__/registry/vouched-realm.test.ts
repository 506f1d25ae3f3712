import { describe, expect, test } from '@jest/globals';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { startTokenServer } from '../support/token-server.ts';
import {
  basic,
  credentials,
  failureOf,
  networkOf,
  repositoryOf,
  someManifest,
  testClient,
} from './harness.ts';

const users = { alice: { password: 'secret-password' } };

/** A registry whose token server stands on another port, and what reading from it comes to. */
async function read(trustedRealms: (host: string) => readonly string[]) {
  await using tokens = await startTokenServer();
  await using fake = await startFakeRegistry({ auth: { mode: 'bearer', users, realm: tokens.realm } });
  tokens.registryUrl = `http://${fake.host}`;
  fake.addManifest('acme/app', someManifest(), 'v1');
  await using context = testClient({
    credentials: credentials({ [fake.host]: basic() }),
    trustedRealms: trustedRealms(tokens.host),
  });
  const work = context.client.getManifest(repositoryOf(fake.host), 'v1');
  const error = await work.then(
    () => undefined,
    () => failureOf(work),
  );
  return { error, tokens: tokens.requests, tokenHost: tokens.host };
}

describe('a token server on another port of this machine', () => {
  test('is refused, and the line says how to vouch for it', async () => {
    const { error, tokens, tokenHost } = await read(() => []);
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error?.message).toContain('is another port of this machine');
    expect(error?.hint).toContain(
      `name ${tokenHost} as a registry in registry-auth, or in insecure-registries`,
    );
    expect(tokens).toEqual([]);
  });

  test('gets the credentials of the registry that named it, once the user has named it', async () => {
    const { error, tokens } = await read((host) => ['quay.io', host]);
    expect(error).toBeUndefined();
    expect(tokens).toEqual(['GET Basic']);
  });

  test.each(['127.0.0.1', 'localhost', '127.0.0.1:1', '127.0.0.0/8', '*', ''])(
    'naming "%s" does not vouch for it',
    async (name) => {
      const { error, tokens } = await read(() => [name]);
      expect(error).toMatchObject({ code: 'E_REGISTRY' });
      expect(tokens).toEqual([]);
    },
  );
});

describe('a token server in a more private place than its registry', () => {
  const network = networkOf({ 'registry.test': 'public', 'tokens.test': 'private' });

  test.each([
    [[], 'is in a place that this registry may not send us to', []],
    [['tokens.test'], undefined, ['GET']],
  ] as const)('named by the user as %j', async (named, problem, requests) => {
    await using tokens = await startTokenServer();
    const port = tokens.host.split(':')[1] ?? '';
    await using fake = await startFakeRegistry({
      auth: {
        mode: 'bearer',
        anonymous: (_repository, action) => action === 'pull',
        realm: `http://tokens.test:${port}/token`,
      },
    });
    tokens.registryUrl = `http://${fake.host}`;
    fake.addManifest('acme/app', someManifest(), 'v1');
    const host = `registry.test:${fake.host.split(':')[1] ?? ''}`;
    await using context = testClient({
      insecureRegistries: [host],
      trustedRealms: named.map((name) => `${name}:${port}`),
      network,
    });
    const work = context.client.getManifest(repositoryOf(host), 'v1');
    if (problem === undefined) expect(await work).toBeDefined();
    else expect((await failureOf(work)).message).toContain(problem);
    expect(tokens.requests).toEqual(requests);
  });
});
