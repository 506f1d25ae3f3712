import { CodedError, quote } from '../errors.ts';
import { parseFields, type Field } from '../oci/schema.ts';
import type { Credential } from './credentials.ts';
import { canonicalRegistry } from './endpoint.ts';

/** What one of docker's or podman's files says about credentials, with hosts canonical. */
export interface DockerConfig {
  /** For messages: the path, or the variable. */
  readonly origin: string;
  readonly auths: readonly StoredAuth[];
  /** Credential helper by registry. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for all others. */
  readonly store: string | undefined;
}

interface StoredAuth {
  readonly registry: string;
  /** `acme/team` of a key `quay.io/acme/team`; empty for a key that is a host. */
  readonly namespace: string;
  /** Undefined: the entry is empty, as docker leaves it where a credential store has the rest. */
  readonly credential: Credential | undefined;
}

/**
 * Reads `config.json` of docker or `auth.json` of podman.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores and
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 * @throws E_INPUT, never with anything of a value in it.
 */
export function parseDockerConfig(bytes: Uint8Array, origin: string): DockerConfig {
  const root = parseFields(bytes, origin, { code: 'E_INPUT' });
  const auths = root.get('auths').optional((field) =>
    Object.keys(field.object()).flatMap((key) => {
      const place = placeOf(key);
      return place === undefined
        ? []
        : [{ ...place, credential: readAuth(field.get(key), `${origin}, ${key}`) }];
    }),
  );
  const helpers = root.get('credHelpers').optional((field) =>
    Object.keys(field.object()).flatMap((key): [string, string][] => {
      const registry = placeOf(key)?.registry;
      const name = field.get(key).string();
      return registry === undefined || name === '' ? [] : [[registry, helperName(name, origin)]];
    }),
  );
  const store = root.get('credsStore').optional((field) => field.string());
  return {
    origin,
    auths: auths ?? [],
    helpers: new Map(helpers),
    store: store === undefined || store === '' ? undefined : helperName(store, origin),
  };
}

/** The entry for exactly this registry: that of the longest namespace that `path` is in, else that of the host. */
export function findAuth(config: DockerConfig, registry: string, path: string): Credential | undefined {
  const name = canonicalRegistry(registry);
  return config.auths
    .filter((auth) => auth.registry === name && auth.credential !== undefined)
    .filter(({ namespace }) => namespace === '' || path === namespace || path.startsWith(`${namespace}/`))
    .sort((a, b) => b.namespace.length - a.namespace.length)[0]?.credential;
}

/**
 * What a key stands for: `quay.io`, `quay.io/acme`, `https://index.docker.io/v1/`. A URL is its host; so is an API version
 * behind a host. Undefined for what is none of them.
 */
function placeOf(key: string): { registry: string; namespace: string } | undefined {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)?(.*)$/.exec(key) ?? [];
  const [host = '', ...segments] = rest.split('/');
  if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return undefined;
  const path = segments.filter((segment) => segment !== '').join('/');
  const isHost = scheme !== '' || path === '' || /^v[12]$/.test(path);
  return { registry: canonicalRegistry(host.toLowerCase()), namespace: isHost ? '' : path };
}

function readAuth(field: Field, origin: string): Credential | undefined {
  const text = (key: string) => field.get(key).optional((value) => value.string()) ?? '';
  const [username, password] =
    text('auth') === '' ? [text('username'), text('password')] : decode(text('auth'), origin);
  const [identity, ready] = [text('identitytoken'), text('registrytoken')];
  if (ready !== '') return { kind: 'bearer', token: ready, origin };
  if (identity !== '')
    return { kind: 'identity', token: identity, origin, ...(username !== '' && { username }) };
  return username === '' && password === '' ? undefined : { kind: 'basic', username, password, origin };
}

/** `user:password` in base64; a password may hold colons, and docker once padded with NUL. */
function decode(auth: string, origin: string): [string, string] {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (/^[A-Za-z0-9+/_-]+=*$/.test(auth.trim()) && colon > 0) {
    return [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, '')];
  }
  throw new CodedError('E_INPUT', `auth of ${quote(origin)} is not user:password in base64`, {
    hint: 'log in to that registry again',
  });
}

/** It becomes the name of a program: nothing in it may lead elsewhere. */
function helperName(name: string, origin: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  throw new CodedError('E_INPUT', `${origin} names a credential helper ${quote(name)}`, {
    hint: 'it is to be the end of the name of a program docker-credential-<name>, such as ecr-login',
  });
}
