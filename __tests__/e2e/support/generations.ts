/// <reference lib="esnext.disposable" />
import { execFileSync } from 'node:child_process';
import { access, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { debianPath, run, startServer, succeed, type Finished } from './processes.ts';
import type { Registry } from './registry.ts';
import { root, type Architecture } from './tools.ts';

function folderOf(flag: string): string {
  const script = path.join(root, 'scripts/install-test-tools.sh');
  return execFileSync('bash', [script, flag], { encoding: 'utf8' }).trim();
}

const newerRoot = folderOf('--generations-folder');
export const buildx = path.join(folderOf('--peers-folder'), 'bin/buildx');

/** Fails, with the cure, where the engines are not there: they are never a reason to skip. */
export async function requireGenerations(): Promise<void> {
  for (const file of [
    path.join(newerRoot, 'usr/sbin/dockerd'),
    path.join(newerRoot, 'usr/bin/podman'),
    buildx,
  ]) {
    await access(file).catch((cause: unknown) => {
      throw new Error(`${file} is missing; run scripts/install-test-tools.sh --generations as root`, {
        cause,
      });
    });
  }
}

/** One Debian's engines, with a folder for all that they keep. */
export interface Generation extends AsyncDisposable {
  readonly folder: string;
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Throws, with all that was said, where the program fails. */
  succeed(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  /** What stands before a program and its arguments. */
  readonly prefix: readonly string[];
}

/** `here` is this machine's Debian 12; `newer` the root of a Debian 13, as it is entered for one program after the other. */
export async function startGeneration(which: 'here' | 'newer', registry: Registry): Promise<Generation> {
  const scratch = await temporaryFolder();
  const folder = scratch.path;
  const script = path.join(import.meta.dirname, 'enter-root.sh');
  const enter = ['/usr/bin/unshare', '--mount', '--propagation', 'private', script, newerRoot, folder];
  const prefix = which === 'here' ? [] : enter;
  await mkdir(path.join(folder, 'docker'));
  await copyFile(registry.authFile, path.join(folder, 'docker/config.json'));
  await writeFile(
    path.join(folder, 'storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`,
  );
  const base = {
    PATH: debianPath,
    HOME: folder,
    TMPDIR: folder,
    DOCKER_CONFIG: path.join(folder, 'docker'),
    CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf'),
  };
  const command = (program: string, args: readonly string[]): readonly [string, readonly string[]] => {
    const [first = program, ...rest] = [...prefix, program, ...args];
    return [first, rest];
  };
  return {
    folder,
    prefix,
    run: async (program, args, env = {}) => run(...command(program, args), { env: { ...base, ...env } }),
    succeed: async (program, args, env = {}) =>
      (await succeed(...command(program, args), { env: { ...base, ...env } })).stdout.trim(),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** Something that pulls images: what it then says of one, as `linux/s390x`. */
export interface Puller extends AsyncDisposable {
  version(): Promise<string>;
  pull(image: string, architecture: Architecture): Promise<string>;
}

/** A Docker Engine of a generation, with storage and socket of its own and no bridge. */
export async function dockerEngine(generation: Generation): Promise<Puller> {
  const { folder } = generation;
  const socket = `unix://${folder}/docker.sock`;
  const args = [
    ...['--host', socket, '--pidfile', path.join(folder, 'docker.pid')],
    ...['--data-root', path.join(folder, 'data'), '--exec-root', path.join(folder, 'exec')],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
  ];
  const [program = '', ...rest] = [...generation.prefix, '/usr/sbin/dockerd', ...args];
  const server = await startServer({ program, args: rest, ready: /API listen on /, timeout: 60_000 });
  const docker = (...given: string[]): Promise<string> =>
    generation.succeed('/usr/bin/docker', given, { DOCKER_HOST: socket });
  return {
    version: () => docker('version', '--format', '{{.Server.Version}}'),
    pull: async (image, architecture) => {
      await docker('pull', '--quiet', '--platform', `linux/${architecture}`, image);
      return docker('image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', image);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** podman or buildah of a generation; each pulls into one storage of its own. */
export function daemonless(name: 'podman' | 'buildah', generation: Generation): Puller {
  const tool = (...args: string[]): Promise<string> => generation.succeed(`/usr/bin/${name}`, args);
  const format =
    name === 'podman' ? ['image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}'] : undefined;
  return {
    version: async () => (await tool('--version')).replace(/^\D*/, ''),
    pull: async (image, architecture) => {
      const auth = path.join(generation.folder, 'docker/config.json');
      const access = ['--tls-verify=false', '--authfile', auth];
      const args = ['pull', '--quiet', ...access, '--arch', architecture, image];
      const id = (await tool(...args)).split('\n').at(-1) ?? '';
      if (format !== undefined) return tool(...format, id);
      const inspected = JSON.parse(await tool('inspect', '--type', 'image', id)) as {
        readonly OCIv1: { readonly os: string; readonly architecture: string };
      };
      return `${inspected.OCIv1.os}/${inspected.OCIv1.architecture}`;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** skopeo of a generation: copies the one platform's image out, and reads what it got. */
export function skopeo(generation: Generation): Puller {
  const tool = (...args: string[]): Promise<string> => generation.succeed('/usr/bin/skopeo', args);
  return {
    version: async () => (await tool('--version')).replace(/^\D*/, ''),
    pull: async (image, architecture) => {
      const place = `dir:${generation.folder}/skopeo`;
      const auth = path.join(generation.folder, 'docker/config.json');
      const from = ['--src-tls-verify=false', '--src-authfile', auth, `docker://${image}`];
      await tool('copy', '--override-arch', architecture, ...from, place);
      const inspected = JSON.parse(await tool('inspect', place)) as {
        readonly Os: string;
        readonly Architecture: string;
      };
      return `${inspected.Os}/${inspected.Architecture}`;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
