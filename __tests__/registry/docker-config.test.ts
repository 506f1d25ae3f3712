import { describe, expect, test } from '@jest/globals';
import { findAuth, parseDockerConfig } from '../../src/registry/docker-config.ts';
import { failure } from '../support/failure.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const parse = (json: unknown) => parseDockerConfig(Buffer.from(JSON.stringify(json)), 'config.json');
const find = (json: unknown, registry: string, path = 'acme/app') => findAuth(parse(json), registry, path);

describe('one exact host', () => {
  test.each<[string, string, boolean]>([
    ['quay.io', 'quay.io', true],
    ['https://quay.io', 'quay.io', true],
    ['https://quay.io/v1/', 'quay.io', true],
    ['quay.io/v2', 'quay.io', true],
    ['http://localhost:5000', 'localhost:5000', true],
    ['[::1]:5000', '[::1]:5000', true],
    ['QUAY.IO', 'quay.io', true],
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['docker.io', 'docker.io', true],
    ['registry-1.docker.io', 'docker.io', true],
    ['https://index.docker.io/v1/', 'registry-1.docker.io', true],
    ['quay.io', 'cdn.quay.io', false],
    ['cdn.quay.io', 'quay.io', false],
    ['quay.io', 'quay.io:443', false],
    ['quay.io.evil.example', 'quay.io', false],
    ['evil.example/quay.io', 'quay.io', false],
    ['quay.io', 'quay.io.evil.example', false],
    ['azurecr.io', 'acme.azurecr.io', false],
    ['localhost', 'localhost:5000', false],
    ['https://user@quay.io', 'quay.io', false],
    ['', 'quay.io', false],
  ])('%s for %s: %s', (key, registry, expected) => {
    expect(find({ auths: { [key]: { auth: base64('alice:pw') } } }, registry) !== undefined).toBe(expected);
  });

  test('of namespaces the most specific, at whole parts of the path', () => {
    const auths = Object.fromEntries(
      ['quay.io', 'quay.io/acme', 'quay.io/acme/app', 'quay.io/acm'].map((key) => [
        key,
        { auth: base64(`${key}:pw`) },
      ]),
    );
    const user = (path: string) => {
      const found = find({ auths }, 'quay.io', path);
      return found?.kind === 'basic' ? found.username : undefined;
    };
    expect(user('acme/app')).toBe('quay.io/acme/app');
    expect(user('acme/app/sub')).toBe('quay.io/acme/app');
    expect(user('acme/application')).toBe('quay.io/acme');
    expect(user('acmelike/app')).toBe('quay.io');
  });
});

describe('what an entry holds', () => {
  test.each<[string, object, object | undefined]>([
    ['auth', { auth: base64('alice:p:w:d') }, { kind: 'basic', username: 'alice', password: 'p:w:d' }],
    [
      'auth padded with NUL',
      { auth: base64('alice:pw\0\0') },
      { kind: 'basic', username: 'alice', password: 'pw' },
    ],
    [
      'username and password',
      { username: 'alice', password: 'pw' },
      { kind: 'basic', username: 'alice', password: 'pw' },
    ],
    [
      'auth before username',
      { auth: base64('alice:pw'), username: 'bob', password: 'x' },
      { username: 'alice' },
    ],
    [
      'an identity token (Azure)',
      { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh' },
      { kind: 'identity', token: 'refresh', username: '00000000-0000-0000-0000-000000000000' },
    ],
    ['a registry token', { registrytoken: 'ready' }, { kind: 'bearer', token: 'ready' }],
    ['nothing, as beside a store', {}, undefined],
    ['an email alone', { email: 'a@b.example' }, undefined],
  ])('%s', (_name, entry, expected) => {
    const found = find({ auths: { 'quay.io': entry } }, 'quay.io');
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ ...expected, origin: 'config.json, quay.io' });
  });

  test.each<[string, unknown]>([
    ['not JSON', 'secret-not-json'],
    ['auth that is no base64', { auths: { 'quay.io': { auth: 'sécret!' } } }],
    ['auth without a colon', { auths: { 'quay.io': { auth: base64('secretalone') } } }],
    ['auth that is a number', { auths: { 'quay.io': { auth: 7 } } }],
    ['auths that is a list', { auths: ['quay.io'] }],
    ['a helper with a path', { credHelpers: { 'quay.io': '../../bin/sh' } }],
    ['a store that is an option', { credsStore: '-rf' }],
  ])('%s: an error with the file in it, and nothing of its values', (_name, json) => {
    const bytes = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const error = failure(() => parseDockerConfig(bytes, 'config.json'));
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(error.message).toContain('config.json');
    expect(error.message).not.toMatch(/secret|sécret|c2VjcmV0/);
  });
});

test('other keys of docker’s file are none of our business', () => {
  const config = parse({
    auths: {},
    HttpHeaders: { 'User-Agent': 'x' },
    currentContext: 'default',
    plugins: {},
    credsStore: '',
  });
  expect(config).toMatchObject({ auths: [], store: undefined });
});
