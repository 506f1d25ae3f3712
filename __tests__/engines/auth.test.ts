import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { writeAuthFile, writeDockerConfig } from '../../src/engines/auth.ts';
import { writeRegistriesConf } from '../../src/engines/containers/registries-conf.ts';
import { userFolders } from '../../src/engines/user-folders.ts';
import { temporaryFolder } from './support/scripted.ts';

const login = { registry: 'registry.test:5000', username: 'robot', password: 'pa:ss' };
const auth = Buffer.from('robot:pa:ss').toString('base64');
const json = (path: string | undefined): unknown => JSON.parse(readFileSync(path ?? '', 'utf8'));

describe('a private docker configuration', () => {
  test("is the user's own with our logins over it, for us alone to read", async () => {
    const own = {
      auths: {
        'registry.test:5000': { auth: 'old' },
        'https://registry.test:5000': { auth: 'older' },
        'other.test': { auth: 'theirs' },
      },
      credHelpers: { 'registry.test:5000': 'evil', 'ecr.test': 'ecr-login' },
      credsStore: 'desktop',
      currentContext: 'remote',
    };
    const home = temporaryFolder({ '.docker/config.json': JSON.stringify(own), '.docker/contexts/x': '' });
    const folder = join(temporaryFolder(), 'docker');
    const variables = await writeDockerConfig(folder, [login, { ...login, registry: 'docker.io' }], {
      HOME: home,
    });
    expect(variables).toEqual({ DOCKER_CONFIG: folder });
    expect(json(join(folder, 'config.json'))).toEqual({
      ...own,
      auths: {
        'registry.test:5000': { auth },
        'https://index.docker.io/v1/': { auth },
        'other.test': { auth: 'theirs' },
      },
      // '' is this file: without it credsStore would be asked, and not know these.
      credHelpers: { 'registry.test:5000': '', 'https://index.docker.io/v1/': '', 'ecr.test': 'ecr-login' },
    });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'config.json')).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(folder, 'contexts')).isSymbolicLink()).toBe(true);
  });

  test('one that is no JSON is named', async () => {
    const home = temporaryFolder({ 'config.json': '{' });
    const attempt = writeDockerConfig(join(temporaryFolder(), 'd'), [login], { DOCKER_CONFIG: home });
    await expect(attempt).rejects.toMatchObject({
      code: 'E_INPUT',
      message: expect.stringContaining(join(home, 'config.json')),
    });
  });
});

describe('an auth file for podman and buildah', () => {
  test('has ours first, then every file that they read, in their order', async () => {
    const home = temporaryFolder({
      '.config/containers/auth.json': JSON.stringify({
        auths: { 'a.test': { auth: 'config' }, 'b.test': { auth: 'config' } },
      }),
      '.docker/config.json': JSON.stringify({
        auths: {
          'b.test': { auth: 'docker' },
          'c.test': { auth: 'docker' },
          'registry.test:5000/team': { auth: 'theirs' },
        },
        credHelpers: { 'registry.test:5000': 'evil', 'd.test': 'pass' },
      }),
    });
    const runtime = temporaryFolder({
      'containers/auth.json': JSON.stringify({ auths: { 'a.test': { auth: 'runtime' } } }),
    });
    const variables = await writeAuthFile(join(temporaryFolder(), 'auth'), [login], {
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
    });
    expect(json(variables['REGISTRY_AUTH_FILE'])).toEqual({
      auths: {
        'registry.test:5000': { auth },
        'a.test': { auth: 'runtime' },
        'b.test': { auth: 'config' },
        'c.test': { auth: 'docker' },
      },
      credHelpers: { 'd.test': 'pass' },
    });
    expect(statSync(variables['REGISTRY_AUTH_FILE'] ?? '').mode & 0o777).toBe(0o600);
  });

  test('REGISTRY_AUTH_FILE is the only one, where it is set', async () => {
    const home = temporaryFolder({
      'mine.json': '{"auths":{"m.test":{}}}',
      '.docker/config.json': '{"auths":{"x.test":{}}}',
    });
    const env = { HOME: home, REGISTRY_AUTH_FILE: join(home, 'mine.json') };
    const variables = await writeAuthFile(join(temporaryFolder(), 'auth'), [login], env);
    expect(json(variables['REGISTRY_AUTH_FILE'])).toEqual({
      auths: { 'registry.test:5000': { auth }, 'm.test': {} },
    });
  });
});

describe('insecure registries of podman and buildah', () => {
  test('are added to what the user has', async () => {
    const own = 'unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "known.test"\n';
    const home = temporaryFolder({ '.config/containers/registries.conf': own });
    const variables = await writeRegistriesConf(
      join(temporaryFolder(), 'r'),
      ['known.test', 'plain.test:5000'],
      { HOME: home },
    );
    expect(
      readFileSync(variables['CONTAINERS_REGISTRIES_CONF'] ?? '', 'utf8')
        .trim()
        .split('\n'),
    ).toEqual([
      ...own.trim().split('\n'),
      '',
      '',
      '[[registry]]',
      'location = "plain.test:5000"',
      'insecure = true',
    ]);
  });
});

test('a variable that is set to nothing leads to the home, and never into the working folder', () => {
  const unset = { XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '', XDG_RUNTIME_DIR: '', DOCKER_CONFIG: '' };
  expect(userFolders({ ...unset, HOME: '/home/runner' })).toEqual({
    config: '/home/runner/.config',
    cache: '/home/runner/.cache',
    docker: '/home/runner/.docker',
  });
  expect(userFolders({ ...unset, HOME: '' })).toEqual({});
});
