import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../errors.ts';
import { parseStrictJson, type JsonObject, type JsonValue } from '../oci/strict-json.ts';
import type { EngineOptions, RegistryLogin } from './options.ts';
import { userFolders } from './user-folders.ts';

type Env = EngineOptions['env'];

/** Docker Hub's key in auth files of Docker's making. */
const hubKey = 'https://index.docker.io/v1/';

/**
 * A private DOCKER_CONFIG in `folder`: the user's own configuration with these logins over it, contexts and plugins linked.
 * Credentials never stand in an argument vector, nor in a file that outlives the leg.
 * @returns the variables that make the docker command use it. @throws E_INPUT where the user's own file is no JSON.
 */
export async function writeDockerConfig(
  folder: string,
  logins: readonly RegistryLogin[],
  env: Env,
): Promise<Record<string, string>> {
  const { docker: home } = userFolders(env);
  const own = home === undefined ? {} : await readConfig(join(home, 'config.json'));
  const auths: Record<string, JsonValue> = { ...objectAt(own, 'auths') };
  const helpers: Record<string, JsonValue> = { ...objectAt(own, 'credHelpers') };
  for (const login of logins) {
    const key = login.registry === 'docker.io' ? hubKey : login.registry;
    for (const other of [login.registry, `https://${login.registry}`, `http://${login.registry}`])
      Reflect.deleteProperty(auths, other);
    auths[key] = { auth: basic(login) };
    // An empty helper means this file, also where credsStore names a store for all the others.
    helpers[key] = '';
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writePrivate(join(folder, 'config.json'), { ...own, auths, credHelpers: helpers });
  if (home !== undefined) {
    for (const name of ['contexts', 'cli-plugins', 'tls'])
      await linkIfThere(join(home, name), join(folder, name));
  }
  return { DOCKER_CONFIG: folder };
}

/**
 * An auth file for podman and buildah in `folder`: every file that they would read, in their order, with these logins first.
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export async function writeAuthFile(
  folder: string,
  logins: readonly RegistryLogin[],
  env: Env,
): Promise<Record<string, string>> {
  const auths: Record<string, JsonValue> = {};
  const helpers: Record<string, JsonValue> = {};
  for (const login of logins) auths[login.registry] = { auth: basic(login) };
  const mine = new Set(logins.map((login) => login.registry));
  const isMine = (key: string): boolean => mine.has(registryOfKey(key));
  for (const path of authFiles(env)) {
    const file = await readConfig(path);
    for (const [key, value] of Object.entries(objectAt(file, 'auths')))
      if (!isMine(key)) auths[key] ??= value;
    for (const [key, value] of Object.entries(objectAt(file, 'credHelpers')))
      if (!isMine(key)) helpers[key] ??= value;
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'auth.json');
  await writePrivate(path, { auths, ...(Object.keys(helpers).length > 0 && { credHelpers: helpers }) });
  return { REGISTRY_AUTH_FILE: path };
}

function authFiles(env: Env): string[] {
  const explicit = env['REGISTRY_AUTH_FILE'] ?? '';
  if (explicit !== '') return [explicit];
  const { runtime, config, docker } = userFolders(env);
  return [
    ...(runtime === undefined
      ? [`/run/containers/${process.getuid?.() ?? 0}/auth.json`]
      : [join(runtime, 'containers', 'auth.json')]),
    ...(config === undefined ? [] : [join(config, 'containers', 'auth.json')]),
    ...(docker === undefined ? [] : [join(docker, 'config.json')]),
  ];
}

/** The host of a key, which may have a scheme or go down to a repository: `https://index.docker.io/v1/`, `quay.io/acme`. */
function registryOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
  return host === 'index.docker.io' ? 'docker.io' : host;
}

async function readConfig(path: string): Promise<JsonObject> {
  const text = await readIfThere(path);
  if (text === undefined || text.trim() === '') return {};
  const parsed = parseStrictJson(Buffer.from(text), path, { code: 'E_INPUT' });
  if (isObject(parsed)) return parsed;
  throw new CodedError('E_INPUT', `${path} does not hold a JSON object`, {
    hint: 'sign in again, or remove that file',
  });
}

/** @returns `undefined` for a file that is not there, or not ours to read */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isObject(value) ? value : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function basic({ username, password }: RegistryLogin): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}

async function writePrivate(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}

async function linkIfThere(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
