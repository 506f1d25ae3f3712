/// <reference lib="esnext.disposable" />
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { debianPath, startServer, succeed } from './processes.ts';
import type { Architecture } from './tools.ts';

export type EngineName = 'docker' | 'podman' | 'buildah';

export interface EngineHost extends AsyncDisposable {
  readonly name: EngineName;
  /** What a process needs in its environment to use this engine, and no other storage of the machine. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder with all that it keeps. */
  readonly storage: string;
}

/**
 * Debian's Docker Engine 20.10 with storage and socket of its own, and without a bridge: the machine's firewall
 * stays as it is, and containers have no network or the host's.
 */
export async function startDocker(...args: readonly string[]): Promise<EngineHost> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = stack.use(await temporaryFolder()).path;
    const socket = `unix://${folder}/docker.sock`;
    const dockerConfig = path.join(folder, 'config');
    await mkdir(dockerConfig);
    stack.use(
      await startServer({
        program: '/usr/sbin/dockerd',
        args: [
          ...['--host', socket, '--pidfile', path.join(folder, 'docker.pid')],
          ...['--data-root', path.join(folder, 'data'), '--exec-root', path.join(folder, 'exec')],
          ...['--bridge=none', '--iptables=false', '--ip6tables=false', ...args],
        ],
        ready: /API listen on /,
        timeout: 60_000,
      }),
    );
    return host('docker', { DOCKER_HOST: socket, DOCKER_CONFIG: dockerConfig }, folder, stack.move());
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Debian's podman or buildah with images and containers of its own; neither has a daemon. */
export async function startDaemonless(name: 'podman' | 'buildah'): Promise<EngineHost> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  const storage = path.join(folder, 'storage.conf');
  const quoted = (part: string): string => JSON.stringify(path.join(folder, part));
  await writeFile(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = ${quoted('graph')}\nrunroot = ${quoted('run')}\n`,
  );
  return host(name, { CONTAINERS_STORAGE_CONF: storage }, folder, stack);
}

export async function startEngine(name: EngineName): Promise<EngineHost> {
  return name === 'docker' ? startDocker() : startDaemonless(name);
}

function host(
  name: EngineName,
  env: Record<string, string>,
  storage: string,
  stack: AsyncDisposableStack,
): EngineHost {
  return {
    name,
    env,
    storage,
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
    },
  };
}

/** Pulls a tag for one architecture and runs its entrypoint: what it printed, trimmed. */
export async function runImage(
  engine: EngineHost,
  image: string,
  architecture: Architecture | 'riscv64',
  auth: { readonly dockerConfig: string; readonly authFile: string },
): Promise<string> {
  const env = { PATH: debianPath, ...engine.env };
  if (engine.name === 'docker') {
    const docker = { env: { ...env, DOCKER_CONFIG: auth.dockerConfig } };
    const platform = ['--platform', `linux/${architecture}`];
    await succeed('/usr/bin/docker', ['pull', '--quiet', ...platform, image], docker);
    const args = ['run', '--rm', '--network', 'none', ...platform, image];
    return (await succeed('/usr/bin/docker', args, docker)).stdout.trim();
  }
  if (engine.name === 'buildah') return runWithBuildah(image, architecture, { ...env, ...home(auth) });
  const args = [
    ...['run', '--rm', '--quiet', '--pull', 'always', '--tls-verify=false', '--authfile', auth.authFile],
    ...[
      '--runtime',
      'runc',
      '--ulimit',
      'nofile=1024:1024',
      '--ulimit',
      'nproc=1024:1024',
      '--network',
      'none',
    ],
    ...['--arch', architecture, image],
  ];
  return (await succeed('/usr/bin/podman', args, { env: { ...env, ...home(auth) } })).stdout.trim();
}

/** podman and buildah look for credentials in the same places as docker, last. */
function home(auth: { readonly dockerConfig: string; readonly authFile: string }): Record<string, string> {
  return { HOME: auth.dockerConfig, REGISTRY_AUTH_FILE: auth.authFile };
}

/** buildah runs no image: it makes a container of one, and runs a command in that. */
async function runWithBuildah(
  image: string,
  architecture: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const buildah = async (...args: readonly string[]): Promise<string> =>
    (await succeed('/usr/bin/buildah', args, { env: { ...env, BUILDAH_ISOLATION: 'chroot' } })).stdout.trim();
  const pull = ['--pull-always', '--tls-verify=false', '--platform', `linux/${architecture}`];
  const container = await buildah('from', '--quiet', ...pull, image);
  const config = JSON.parse(await buildah('inspect', '--type', 'container', container)) as {
    readonly OCIv1: { readonly config: { readonly Entrypoint?: string[]; readonly Cmd?: string[] } };
  };
  const { Entrypoint = [], Cmd = [] } = config.OCIv1.config;
  const printed = await buildah('run', '--terminal=false', container, '--', ...Entrypoint, ...Cmd);
  await buildah('rm', container);
  return printed;
}
