import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { helperRunner, type RunHelper } from '../../src/registry/credential-helper.ts';
import { credentialSource, type CredentialOptions } from '../../src/registry/credentials.ts';
import { failureOf } from './harness.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const auth = (user: string) => ({ auth: Buffer.from(`${user}:pw`).toString('base64') });

async function write(path: string, json: unknown): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof json === 'string' ? json : JSON.stringify(json));
  return file;
}

const noHelper: RunHelper = (program) => Promise.reject(new Error(`${program} was run`));

async function userOf(options: Partial<CredentialOptions> = {}, registry = 'quay.io', path = 'acme/app') {
  const source = credentialSource({ env: {}, home, uid: 12345, runHelper: noHelper, ...options });
  const found = await source.get(registry, path);
  return found?.kind === 'basic' ? found.username : found?.kind;
}

describe('where credentials are found', () => {
  test('nowhere', async () => {
    expect(await userOf()).toBeUndefined();
  });

  test('in order: the inputs, the environment, the file that was named, docker’s, podman’s', async () => {
    const named = await write('named.json', { auths: { 'quay.io': auth('named') } });
    const registryAuthFile = await write('raf.json', { auths: { 'quay.io': auth('registry-auth-file') } });
    const run = join(home, 'run');
    const all: Partial<CredentialOptions> = {
      explicit: [{ registry: 'quay.io', username: 'explicit', password: 'pw' }],
      env: {
        DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'quay.io': auth('inline') } }),
        REGISTRY_AUTH_FILE: registryAuthFile,
        XDG_RUNTIME_DIR: run,
      },
      authFile: named,
    };
    await write('.docker/config.json', { auths: { 'quay.io': auth('docker') } });
    await write('run/containers/auth.json', { auths: { 'quay.io': auth('podman') } });
    await write('.config/containers/auth.json', { auths: { 'quay.io': auth('config') } });
    const { explicit, env, authFile } = all;
    expect(await userOf({ explicit, env, authFile } as CredentialOptions)).toBe('explicit');
    expect(await userOf({ env, authFile } as CredentialOptions)).toBe('inline');
    const { DOCKER_AUTH_CONFIG: _inline, ...rest } = env ?? {};
    expect(await userOf({ env: rest, authFile } as CredentialOptions)).toBe('named');
    expect(await userOf({ env: rest })).toBe('registry-auth-file');
    expect(await userOf({ env: { XDG_RUNTIME_DIR: run } })).toBe('docker');
    await rm(join(home, '.docker'), { recursive: true });
    expect(await userOf({ env: { XDG_RUNTIME_DIR: run } })).toBe('podman');
    expect(await userOf()).toBe('config');
  });

  test('DOCKER_CONFIG and XDG_CONFIG_HOME move the files', async () => {
    await write('d/config.json', { auths: { 'quay.io': auth('moved') } });
    await write('x/containers/auth.json', { auths: { 'ghcr.io': auth('moved too') } });
    const env = { DOCKER_CONFIG: join(home, 'd'), XDG_CONFIG_HOME: join(home, 'x') };
    expect(await userOf({ env })).toBe('moved');
    expect(await userOf({ env }, 'ghcr.io')).toBe('moved too');
  });

  test('explicit ones are for their own registry', async () => {
    const explicit = [{ registry: 'index.docker.io', username: 'hub', password: 'pw' }];
    expect(await userOf({ explicit }, 'docker.io')).toBe('hub');
    expect(await userOf({ explicit }, 'quay.io')).toBeUndefined();
  });

  test.each([
    ['a named file that is not there', { authFile: '/nowhere/auth.json' }, 'registry-auth-file'],
    ['DOCKER_AUTH_CONFIG that is no JSON', { env: { DOCKER_AUTH_CONFIG: 'x' } }, 'JSON'],
  ])('%s', async (_name, options, hint) => {
    const error = await failureOf(userOf(options));
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(`${error.message} ${error.hint ?? ''}`).toContain(hint);
  });

  test('a config.json that is a folder, or far too long', async () => {
    await mkdir(join(home, '.docker/config.json'), { recursive: true });
    expect(await failureOf(userOf())).toMatchObject({ code: 'E_INPUT' });
    await rm(join(home, '.docker'), { recursive: true });
    await write('.docker/config.json', `{"auths":{}}${' '.repeat(1024 * 1024)}`);
    expect(await failureOf(userOf())).toMatchObject({ code: 'E_INPUT' });
  });

  test('an empty one is none', async () => {
    await write('.docker/config.json', '');
    expect(await userOf()).toBeUndefined();
  });
});

describe('credential helpers', () => {
  const runs =
    (answers: Readonly<Record<string, string>>, asked: string[] = []): RunHelper =>
    (program, input) => {
      asked.push(`${program} ${input}`);
      const stdout = answers[program] ?? 'credentials not found in native keychain\n';
      return Promise.resolve({ status: program in answers ? 0 : 1, stdout, stderr: '' });
    };
  const answer = (Username: string, Secret: string) => JSON.stringify({ ServerURL: 'x', Username, Secret });

  test('the registry’s own, else the store, else the file; each is asked once', async () => {
    await write('.docker/config.json', {
      auths: { 'quay.io': {}, 'ghcr.io': auth('file') },
      credHelpers: { '1.dkr.ecr.eu-west-1.amazonaws.com': 'ecr-login' },
      credsStore: 'desktop',
    });
    const asked: string[] = [];
    const runHelper = runs({ 'docker-credential-ecr-login': answer('AWS', 'ecr') }, asked);
    const source = credentialSource({ env: {}, home, runHelper });
    expect(await source.get('1.dkr.ecr.eu-west-1.amazonaws.com')).toMatchObject({
      username: 'AWS',
      password: 'ecr',
    });
    expect(await source.get('ghcr.io')).toMatchObject({ username: 'file' });
    expect(await source.get('docker.io')).toBeUndefined();
    await source.get('1.dkr.ecr.eu-west-1.amazonaws.com', 'other/path');
    expect(asked).toEqual([
      'docker-credential-ecr-login 1.dkr.ecr.eu-west-1.amazonaws.com',
      'docker-credential-desktop ghcr.io',
      'docker-credential-desktop https://index.docker.io/v1/',
    ]);
  });

  test('<token> is an identity token', async () => {
    await write('.docker/config.json', { credsStore: 'acr' });
    const runHelper = runs({ 'docker-credential-acr': answer('<token>', 'refresh') });
    expect(await credentialSource({ env: {}, home, runHelper }).get('acme.azurecr.io')).toMatchObject({
      kind: 'identity',
      token: 'refresh',
    });
  });

  test.each<[string, Awaited<ReturnType<RunHelper>>]>([
    ['junk', { status: 0, stdout: 'secret-junk', stderr: '' }],
    ['JSON without a Secret', { status: 0, stdout: '{"Username":"secret-user"}', stderr: '' }],
    ['an error', { status: 1, stdout: 'error getting credentials: pass not initialized', stderr: '' }],
    ['a signal', { status: undefined, stdout: '', stderr: '' }],
  ])('one that answers with %s fails by its name', async (_name, result) => {
    await write('.docker/config.json', { credsStore: 'pass' });
    const error = await failureOf(userOf({ runHelper: () => Promise.resolve(result) }));
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(error.message).toContain('docker-credential-pass');
    expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('secret-');
  });
});

describe('a real program', () => {
  async function helper(script: string, timeoutMs = 5000) {
    const file = await write('bin/docker-credential-test', `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return helperRunner({ env: { PATH: `${dirname(file)}${delimiter}/usr/bin${delimiter}/bin` }, timeoutMs });
  }

  test('gets the host on stdin, and get as its only argument', async () => {
    const run = await helper('read host; echo "$# $1 $host"; echo trouble >&2; exit 3');
    expect(await run('docker-credential-test', 'quay.io; rm -rf $HOME')).toEqual({
      status: 3,
      stdout: '1 get quay.io; rm -rf $HOME\n',
      stderr: 'trouble\n',
    });
  });

  test('that hangs is ended', async () => {
    const run = await helper('exec sleep 30', 100);
    const error = await failureOf(run('docker-credential-test', 'quay.io'));
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(error.message).toContain('docker-credential-test did not answer in 0.1 s');
  });

  test('that never stops talking is ended', async () => {
    const error = await failureOf((await helper('exec yes'))('docker-credential-test', 'quay.io'));
    expect(error.message).toContain('says more than 65536 bytes');
  });

  test('that is not installed', async () => {
    const error = await failureOf((await helper('exit 0'))('docker-credential-none', 'quay.io'));
    expect(error).toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(error.message).toContain('docker-credential-none is not installed');
  });

  test('that does not read what it is given', async () => {
    const run = await helper('exec 0<&-; echo "{}"');
    expect(await run('docker-credential-test', 'x'.repeat(1_000_000))).toMatchObject({ status: 0 });
  });
});
