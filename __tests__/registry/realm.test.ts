import { describe, expect, test } from '@jest/globals';
import type { AddressClass } from '../../src/registry/address.ts';
import { checkRealm, type RealmAsker } from '../../src/registry/realm.ts';
import { failure } from '../support/failure.ts';

function asker(url: string, addressClass: AddressClass = 'public'): RealmAsker {
  return { registry: new URL(url).host, url: new URL(url), addressClass };
}

const quay = 'https://quay.io/v2/acme/app/manifests/v1';
const local = 'http://127.0.0.1:5000/v2/acme/app/manifests/v1';

describe('credentials may go to', () => {
  test.each([
    [quay, 'https://quay.io/v2/auth'],
    [quay, 'https://quay.io:8443/auth'],
    [quay, '/v2/auth'],
    ['https://registry-1.docker.io/v2/', 'https://auth.docker.io/token'],
    ['https://registry.gitlab.com/v2/', 'https://gitlab.com/jwt/auth'],
    ['https://registry.acme.example/v2/', 'https://gitlab.acme.example/jwt/auth'],
    ['https://registry.acme.example/v2/', 'https://acme.example/jwt/auth'],
    ['https://registry.digitalocean.com/v2/', 'https://api.digitalocean.com/v2/registry/auth'],
    [
      'https://rg.fr-par.scw.cloud/v2/',
      'https://api.scaleway.com/registry-internal/v1/regions/fr-par/tokens',
    ],
    ['https://registry.cn-beijing.aliyuncs.com/v2/', 'https://dockerauth.cn-hangzhou.aliyuncs.com/auth'],
  ])('%s -> %s', (url, realm) => {
    expect(checkRealm(asker(url), realm)).toMatchObject({ trusted: true });
  });

  test('the same port of this machine, by another of its names', () => {
    expect(
      checkRealm(asker('http://localhost:5000/v2/', 'loopback'), 'http://127.0.0.1:5000/token'),
    ).toMatchObject({ trusted: true });
  });
});

describe('only nobody in particular may ask', () => {
  test.each([
    [quay, 'https://evil.example/token'],
    [quay, 'https://auth.docker.io/token'],
    [quay, 'https://quay.io.evil.example/token'],
    ['https://registry.example.com/v2/', 'https://gitlab.other.com/jwt/auth'],
    ['https://registry.com/v2/', 'https://com/jwt/auth'],
    ['https://registry.acme.example/v2/', 'https://gitlab.acme.example/evil'],
    ['https://registry.gitlab.com.evil.example/v2/', 'https://gitlab.com/jwt/auth'],
  ])('%s -> %s', (url, realm) => {
    expect(checkRealm(asker(url), realm).trusted).toBe(false);
  });
});

describe('what the user has named', () => {
  const named = ['tokens.example', 'tokens.example:8443', 'localhost:22', '10.0.0.1', '[fd00::1]:5000'];
  test.each<[string, string, AddressClass]>([
    [quay, 'https://tokens.example/token', 'public'],
    [quay, 'https://TOKENS.example:443/token', 'public'],
    [quay, 'https://tokens.example:8443/token', 'public'],
    [quay, 'https://10.0.0.1/token', 'public'],
    [quay, 'https://[fd00:0::1]:5000/token', 'public'],
    [local, 'http://localhost:22/token', 'loopback'],
  ])('%s -> %s is trusted', (url, realm, addressClass) => {
    expect(checkRealm(asker(url, addressClass), realm, named)).toMatchObject({
      trusted: true,
      vouched: true,
    });
  });

  test.each([
    'https://tokens.example:8444/token',
    'https://tokens.example.evil.example/',
    'https://evil.example/tokens.example',
  ])('%s is another place', (realm) => {
    expect(checkRealm(asker(quay), realm, named)).toMatchObject({ trusted: false, vouched: false });
  });

  test.each(['http://tokens.example/token', 'https://user:pass@tokens.example/token'])(
    '%s is no realm all the same',
    (realm) => {
      expect(failure(() => checkRealm(asker(quay), realm, named)).code).toBe('E_REGISTRY');
    },
  );

  test('nobody can vouch for the metadata service', () => {
    const error = failure(() => checkRealm(asker(quay), 'https://169.254.169.254/', ['169.254.169.254']));
    expect(error.hint).not.toContain('registry-auth');
  });
});

describe('nobody asks', () => {
  test.each<[string, string, AddressClass]>([
    [quay, 'http://quay.io/auth', 'public'],
    [quay, 'file:///etc/passwd', 'public'],
    [quay, 'ftp://quay.io/auth', 'public'],
    [quay, 'https://user:pass@quay.io/auth', 'public'],
    [quay, 'https://', 'public'],
    [quay, 'https://169.254.169.254/latest/meta-data', 'public'],
    [quay, 'https://[fd00:ec2::254]/latest', 'public'],
    [quay, 'https://2852039166/', 'public'],
    [quay, 'https://0.0.0.0/', 'public'],
    [quay, 'https://127.0.0.1/token', 'public'],
    [quay, 'https://localhost/token', 'public'],
    [quay, 'https://10.0.0.1/token', 'public'],
    [quay, 'https://[::ffff:10.0.0.1]/token', 'public'],
    ['https://registry.corp/v2/', 'https://localhost/token', 'private'],
    [local, 'http://127.0.0.1:5001/token', 'loopback'],
    [local, 'http://localhost:22/token', 'loopback'],
    [local, 'http://169.254.169.254/token', 'loopback'],
  ])('%s -> %s', (url, realm, addressClass) => {
    const error = failure(() => checkRealm(asker(url, addressClass), realm));
    expect(error.code).toBe('E_REGISTRY');
    expect(error.message).toContain(new URL(url).host);
    expect(error.message).not.toContain(':pass@');
  });
});
