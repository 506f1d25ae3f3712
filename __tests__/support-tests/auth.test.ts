import { describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { startFakeRegistry, type AuthOptions, type FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage } from '../support/images.ts';
import { ask, type Answer } from './ask.ts';

const users = {
  alice: { password: 'wonderland:1' },
  reader: {
    password: 'r',
    may: (repository: string, action: string) => repository === 'acme/app' && action === 'pull',
  },
};
const basicOf = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const alice = basicOf('alice', users.alice.password);
const tagsList = '/v2/acme/app/tags/list';

async function withAuth(
  auth: AuthOptions,
  use: (registry: FakeRegistry) => Promise<void>,
  now?: () => number,
): Promise<void> {
  await using registry = await startFakeRegistry({ auth: { users, ...auth }, ...(now && { now }) });
  addToRegistry(registry, 'acme/app', buildImage(), 'v1');
  await use(registry);
}

interface TokenAnswer {
  readonly token?: string;
  readonly access_token?: string;
  readonly expires_in?: number;
}

async function tokenFor(registry: FakeRegistry, query: string, authorization?: string): Promise<TokenAnswer> {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await ask(`${registry.url}/token?service=fake-registry&${query}`, { headers });
  return JSON.parse(answer.body.toString()) as TokenAnswer;
}

function withToken(registry: FakeRegistry, path: string, token = '', method = 'GET'): Promise<Answer> {
  return ask(`${registry.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
}

describe('basic', () => {
  test.each([
    ['nobody', undefined, 401],
    ['a wrong password', basicOf('alice', 'x'), 401],
    ['who may', alice, 200],
    ['who may pull', basicOf('reader', 'r'), 200],
  ])('%s', async (_, authorization, status) => {
    await withAuth({ mode: 'basic' }, async (registry) => {
      const answer = await ask(`${registry.url}${tagsList}`, {
        headers: { ...(authorization !== undefined && { authorization }) },
      });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.headers['www-authenticate']).toBe('Basic realm="fake registry"');
    });
  });

  test('who may only pull cannot push', async () => {
    await withAuth({ mode: 'basic' }, async (registry) => {
      const headers = { authorization: basicOf('reader', 'r') };
      const answer = await ask(`${registry.url}/v2/acme/app/blobs/uploads/`, { method: 'POST', headers });
      expect(answer.status).toBe(403);
    });
  });
});

describe('bearer', () => {
  test('the challenge says what is needed, mount source included', async () => {
    await withAuth({ mode: 'bearer' }, async (registry) => {
      const digest = `sha256:${'0'.repeat(64)}`;
      const answer = await ask(`${registry.url}/v2/acme/new/blobs/uploads/?mount=${digest}&from=acme/app`, {
        method: 'POST',
      });
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer realm="${registry.url}/token",service="fake-registry",scope="repository:acme/new:pull,push repository:acme/app:pull"`,
      );
      const ping = await ask(`${registry.url}/v2/`);
      expect([ping.status, ping.headers['www-authenticate']]).toEqual([
        401,
        `Bearer realm="${registry.url}/token",service="fake-registry"`,
      ]);
    });
  });

  test('a token opens what it is for and nothing else', async () => {
    await withAuth({ mode: 'bearer' }, async (registry) => {
      const { token, access_token, expires_in } = await tokenFor(
        registry,
        'scope=repository:acme/app:pull',
        alice,
      );
      expect([access_token, expires_in]).toEqual([token, 300]);
      expect((await withToken(registry, tagsList, token)).status).toBe(200);
      expect((await withToken(registry, '/v2/', token)).status).toBe(200);
      const other = await withToken(registry, '/v2/acme/other/tags/list', token);
      expect([
        other.status,
        String(other.headers['www-authenticate']).includes('insufficient_scope'),
      ]).toEqual([401, true]);
      expect((await withToken(registry, '/v2/acme/app/blobs/uploads/', token, 'POST')).status).toBe(401);
      expect((await withToken(registry, '/v2/acme/app/manifests/v1', token, 'DELETE')).status).toBe(401);
      expect(registry.requests.map((request) => request.service)).toContain('token');
    });
  });

  test('a token holds what its user may do, of several scopes', async () => {
    await withAuth({ mode: 'bearer', deniedStatus: 403 }, async (registry) => {
      const query = 'scope=repository:acme/app:pull,push&scope=repository:acme/other:pull';
      const { token } = await tokenFor(registry, query, basicOf('reader', 'r'));
      expect((await withToken(registry, tagsList, token)).status).toBe(200);
      expect((await withToken(registry, '/v2/acme/app/blobs/uploads/', token, 'POST')).status).toBe(403);
      expect((await withToken(registry, '/v2/acme/other/tags/list', token)).status).toBe(403);
    });
  });

  test('anonymous is who is allowed to be', async () => {
    await withAuth(
      { mode: 'bearer', anonymous: (_repository, action) => action === 'pull' },
      async (registry) => {
        const { token } = await tokenFor(registry, 'scope=repository:acme/app:pull,push');
        expect((await withToken(registry, tagsList, token)).status).toBe(200);
        expect((await withToken(registry, '/v2/acme/app/blobs/uploads/', token, 'POST')).status).toBe(401);
      },
    );
  });

  test('a token ends, by the clock and when it is revoked', async () => {
    let now = Date.UTC(2030, 0, 1);
    await withAuth(
      { mode: 'bearer', expiresIn: 90 },
      async (registry) => {
        const get = async (): Promise<string> =>
          (await tokenFor(registry, 'scope=repository:acme/app:pull', alice)).token ?? '';
        const first = await get();
        now += 89_000;
        expect((await withToken(registry, tagsList, first)).status).toBe(200);
        now += 1_000;
        const late = await withToken(registry, tagsList, first);
        expect([
          late.status,
          String(late.headers['www-authenticate']).includes('error="invalid_token"'),
        ]).toEqual([401, true]);
        const second = await get();
        registry.revokeTokens();
        expect((await withToken(registry, tagsList, second)).status).toBe(401);
      },
      () => now,
    );
  });

  test('token servers differ', async () => {
    await withAuth(
      { mode: 'bearer', expiresIn: 'omit', tokenField: 'access_token', firstScopeOnly: true },
      async (registry) => {
        const answer = await tokenFor(
          registry,
          'scope=repository:acme/app:pull&scope=repository:acme/other:pull',
          alice,
        );
        expect(Object.keys(answer)).toEqual(['access_token']);
        expect((await withToken(registry, tagsList, answer.access_token)).status).toBe(200);
        expect((await withToken(registry, '/v2/acme/other/tags/list', answer.access_token)).status).toBe(401);
      },
    );
  });

  test.each([
    ['grant_type=password&username=alice&password=wonderland%3A1', 200],
    ['grant_type=password&username=alice&password=x', 401],
    ['grant_type=refresh_token&refresh_token=identity', 200],
    ['grant_type=refresh_token&refresh_token=other', 401],
  ])('POST %s', async (body, status) => {
    await withAuth({ mode: 'bearer', identityTokens: { identity: 'alice' } }, async (registry) => {
      const full = `${body}&scope=${encodeURIComponent('repository:acme/app:pull,push')}`;
      const answer = await ask(`${registry.url}/token`, { method: 'POST', body: full });
      expect(answer.status).toBe(status);
    });
  });

  test('some know no POST, and challenge in their own way', async () => {
    const challenges = ['Negotiate, {bearer}', '{basic}'];
    await withAuth(
      { mode: 'bearer', postStatus: 404, realm: 'https://tokens.example/', challenges },
      async (registry) => {
        expect(
          (await ask(`${registry.url}/token`, { method: 'POST', body: 'grant_type=password' })).status,
        ).toBe(404);
        const told = String((await ask(`${registry.url}${tagsList}`)).headers['www-authenticate']);
        expect(told).toContain('Negotiate, Bearer realm="https://tokens.example/"');
        expect(told).toContain('Basic realm=');
      },
    );
  });

  test('the log never holds a secret', async () => {
    await withAuth({ mode: 'bearer' }, async (registry) => {
      const { token = '' } = await tokenFor(registry, 'scope=repository:acme/app:pull', alice);
      await withToken(registry, tagsList, token);
      const log = JSON.stringify(registry.requests);
      expect(registry.requests.map((request) => request.authorization)).toEqual(['Basic', 'Bearer']);
      for (const secret of [token, alice.slice(6), 'wonderland']) expect(log).not.toContain(secret);
    });
  });
});

describe('TLS', () => {
  test('is proven by a CA of its own', async () => {
    await using registry = await startFakeRegistry({ tls: true, redirectBlobs: true });
    const ca = registry.caCertificate ?? '';
    expect(registry.url).toMatch(/^https:/);
    for (const host of [
      registry.url,
      registry.url.replace('127.0.0.1', 'localhost'),
      `https://${registry.storageHost ?? ''}`,
    ]) {
      expect((await ask(`${host}/v2/`, { ca })).status).toBeLessThan(500);
    }
    await expect(ask(`${registry.url}/v2/`)).rejects.toThrow(
      /self-signed certificate in certificate chain|unable to/,
    );
  });

  test.each([
    ['expired', { notAfter: new Date('2020-01-01') }, 'CERT_HAS_EXPIRED'],
    [
      'far from now',
      { notBefore: new Date('2051-01-01'), notAfter: new Date('2052-01-01') },
      'CERT_NOT_YET_VALID',
    ],
    ['of another host', { names: ['registry.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('a certificate that is %s', async (_, tls, code) => {
    await using registry = await startFakeRegistry({ tls: { notBefore: new Date('2019-01-01'), ...tls } });
    await expect(ask(`${registry.url}/v2/`, { ca: registry.caCertificate ?? '' })).rejects.toMatchObject({
      code,
    });
  });

  test('the certificates are what they say', async () => {
    await using registry = await startFakeRegistry({ tls: true });
    const authority = new X509Certificate(registry.caCertificate ?? '');
    expect([authority.ca, authority.verify(authority.publicKey)]).toEqual([true, true]);
  });

  test('a handshake that is never answered', async () => {
    await using registry = await startFakeRegistry({ tls: { stallHandshake: true } });
    await expect(ask(`${registry.url}/v2/`, { patience: 50 })).rejects.toThrow('out of patience');
  });

  test('a reset under TLS', async () => {
    await using registry = await startFakeRegistry({ tls: true, faults: () => ({ kind: 'reset' }) });
    await expect(ask(`${registry.url}/v2/`, { ca: registry.caCertificate ?? '' })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });
});
