import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError, quote } from '../errors.ts';
import type { Log } from '../log.ts';
import { askHelper, helperRunner, type RunHelper } from './credential-helper.ts';
import { findAuth, parseDockerConfig, type DockerConfig } from './docker-config.ts';
import { canonicalRegistry } from './endpoint.ts';

export type { HelperResult, RunHelper } from './credential-helper.ts';

/** What we prove with who we are, and where it was found. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly origin: string }
  /** An OAuth2 refresh token (`identitytoken`), only ever shown to the token server. */
  | { readonly kind: 'identity'; readonly token: string; readonly username?: string; readonly origin: string }
  /** A ready bearer token (`registrytoken`), sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string; readonly origin: string };

export interface CredentialSource {
  /**
   * The credential for exactly this registry, as it stands in references (`docker.io`, `quay.io`, `localhost:5000`).
   * `path` lets a namespaced key (`quay.io/acme`) match, the most specific first. Undefined: go without.
   * @throws E_INPUT for a file that can't be read, E_UNAUTHORIZED for a credential helper that fails.
   */
  get(registry: string, path?: string): Promise<Credential | undefined>;
}

export interface CredentialOptions {
  /** From the program's own inputs; they win over everything else for their registry. */
  readonly explicit?: readonly ExplicitCredential[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told, for debugging, where a credential was found. */
  readonly log?: Log;
  /** Default: the user's home folder. */
  readonly home?: string;
  /** A file like docker's config.json or podman's auth.json that is to be used, and has to be there. */
  readonly authFile?: string;
  /** The numeric user, for podman's folder below /run. Default: the process's. */
  readonly uid?: number;
  readonly runHelper?: RunHelper;
}

export interface ExplicitCredential {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** Nobody in particular. */
export const anonymous: CredentialSource = { get: () => Promise.resolve(undefined) };

const maxFileBytes = 1024 * 1024;

/**
 * Credentials as people have them: explicit ones, DOCKER_AUTH_CONFIG, an auth file that was named (REGISTRY_AUTH_FILE),
 * docker's config.json with its helpers, podman's auth.json. The first that has some for exactly this registry wins.
 * Files are read when first asked for, and helpers asked once for each registry.
 */
export function credentialSource(options: CredentialOptions): CredentialSource {
  const explicit = new Map(options.explicit?.map((given) => [canonicalRegistry(given.registry), given]));
  const run = options.runHelper ?? helperRunner({ env: options.env });
  const answers = new Map<string, Promise<Credential | undefined>>();
  let configs: Promise<readonly DockerConfig[]> | undefined;

  const ask = (name: string, registry: string, origin: string) => {
    const key = `${name} ${registry}`;
    const answer = answers.get(key) ?? askHelper(name, registry, origin, run);
    answers.set(key, answer);
    return answer;
  };

  return {
    get: async (registry, path = '') => {
      const name = canonicalRegistry(registry);
      const given = explicit.get(name);
      if (given !== undefined) return { kind: 'basic', ...pick(given), origin: 'the inputs' };
      configs ??= readConfigs(options);
      for (const config of await configs) {
        const found = await findIn(config, name, path, ask);
        if (found === undefined) continue;
        options.log?.debug(`credentials for ${name}: ${found.origin}`);
        return found;
      }
      return undefined;
    },
  };
}

function pick({ username, password }: ExplicitCredential): { username: string; password: string } {
  return { username, password };
}

/** In docker's own order: the helper of the registry, else the store, else what stands in the file. */
async function findIn(
  config: DockerConfig,
  registry: string,
  path: string,
  ask: (name: string, registry: string, origin: string) => Promise<Credential | undefined>,
): Promise<Credential | undefined> {
  const helper = config.helpers.get(registry);
  if (helper !== undefined) return ask(helper, registry, config.origin);
  const stored = config.store === undefined ? undefined : await ask(config.store, registry, config.origin);
  return stored ?? findAuth(config, registry, path);
}

async function readConfigs(options: CredentialOptions): Promise<readonly DockerConfig[]> {
  const { env, authFile } = options;
  const inline = env['DOCKER_AUTH_CONFIG'] ?? '';
  const fromEnv = inline === '' ? [] : [parseDockerConfig(Buffer.from(inline), 'DOCKER_AUTH_CONFIG')];
  const named = authFile === undefined ? [] : [await readConfig(authFile, true)];
  const found = await Promise.all(filesOf(options).map((path) => readConfig(path, false)));
  return [...fromEnv, ...named, ...found].filter((config) => config !== undefined);
}

/** Where docker and podman leave what they were told at a login. */
function filesOf({
  env,
  home = env['HOME'] ?? homedir(),
  uid = process.getuid?.(),
}: CredentialOptions): string[] {
  const value = (name: string) => (env[name] === '' ? undefined : env[name]);
  const below = (folder: string | undefined, ...rest: string[]) =>
    folder === undefined ? undefined : join(folder, ...rest);
  const runtime = value('XDG_RUNTIME_DIR');
  return [
    value('REGISTRY_AUTH_FILE'),
    below(value('DOCKER_CONFIG') ?? below(home, '.docker'), 'config.json'),
    runtime === undefined && uid !== undefined
      ? `/run/containers/${uid}/auth.json`
      : below(runtime, 'containers', 'auth.json'),
    below(value('XDG_CONFIG_HOME') ?? below(home, '.config'), 'containers', 'auth.json'),
  ].filter((path) => path !== undefined);
}

async function readConfig(path: string, required: boolean): Promise<DockerConfig | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new CodedError(
      'E_INPUT',
      `${quote(path)}, a file with credentials, can't be read (${String(code)})`,
      {
        hint: required ? 'check registry-auth-file' : 'let its owner and mode allow it, or log in again',
        cause,
      },
    );
  }
  if (bytes.byteLength > maxFileBytes) {
    throw new CodedError(
      'E_INPUT',
      `${quote(path)} has ${bytes.byteLength} bytes, too many for credentials`,
      {
        hint: `at most ${maxFileBytes} are read`,
      },
    );
  }
  // An empty file is what some logins leave before the first one.
  return bytes.byteLength === 0 ? undefined : parseDockerConfig(bytes, path);
}
