import type { EngineName } from '../engine.ts';
import type { EngineOptions } from '../options.ts';

/**
 * What an engine needs of our environment, and no more: an earlier step can set anything (NODE_OPTIONS, LD_PRELOAD, GIT_*,
 * BUILDX_*), and secrets of ours (INPUT_*, NATIVE_MULTIARCH_*, tokens of the runner) are nobody else's.
 */
const kept: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TERM', 'LANG', 'LANGUAGE', 'TZ', 'container'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_API_VERSION'],
  ...['DOCKER_CERT_PATH', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_TMPDIR'],
  ...['CONTAINER_HOST', 'CONTAINER_SSHKEY', 'CONTAINER_CONNECTION', 'REGISTRY_AUTH_FILE'],
  ...['KUBECONFIG', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SOURCE_DATE_EPOCH'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'all_proxy',
  ],
]);

/** Families: the storage and isolation of podman and buildah, and what cloud credential helpers sign in with. */
const keptPrefixes: readonly string[] = [
  ...[
    'LC_',
    'XDG_',
    'CONTAINERS_',
    '_CONTAINERS_',
    'BUILDAH_',
    '_BUILDAH_',
    'STORAGE_',
    'LIBPOD_',
    'PODMAN_',
  ],
  ...['AWS_', 'AZURE_', 'GOOGLE_', 'CLOUDSDK_'],
];

/** Where an engine may be elsewhere, or kept elsewhere: worth a line in the log of that engine, since it decides what is asked. */
const shown: Readonly<Record<EngineName, readonly string[]>> = {
  buildx: ['DOCKER_HOST', 'DOCKER_CONTEXT', 'BUILDKIT_HOST'],
  docker: ['DOCKER_HOST', 'DOCKER_CONTEXT'],
  podman: [
    'CONTAINER_HOST',
    'CONTAINER_CONNECTION',
    'BUILDAH_ISOLATION',
    'CONTAINERS_CONF',
    'CONTAINERS_STORAGE_CONF',
  ],
  buildah: ['BUILDAH_ISOLATION', 'CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF'],
  assemble: [],
};

/** The whole environment of a child. */
export function childEnvironment(env: EngineOptions['env']): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix))) child[name] = value;
  }
  return child;
}

/** The variables that decide which engine answers, and where it keeps what it makes; an empty one says that it is not set. */
export function leadingVariables(engine: EngineName, env: EngineOptions['env']): Record<string, string> {
  return Object.fromEntries(
    shown[engine]
      .filter((name) => kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix)))
      .map((name) => [name, env[name] ?? '']),
  );
}

/** `NAME=value` of the variables that decide which engine answers; a password in a URL is not shown. */
export function shownVariables(engine: EngineName, env: EngineOptions['env']): string[] {
  return shown[engine].flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [`${name}=${value.replace(/\/\/[^/@]*@/, '//***@')}`];
  });
}
