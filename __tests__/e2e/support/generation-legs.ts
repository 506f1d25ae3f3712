/// <reference lib="esnext.disposable" />
import { copyFile, cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startBuildKitIn } from './buildkit.ts';
import type { CliOptions } from './cli.ts';
import { writeContext } from './context.ts';
import { startGeneration, type Generation } from './generations.ts';
import { writeFullContext } from './options-table.ts';
import { debianPath, run, startServer, type Finished } from './processes.ts';
import { signIn } from './publication.ts';
import type { Registry } from './registry.ts';
import { root } from './tools.ts';

/** Legs on the engines of the next generation: with Node and dist/ inside of that Debian, as on a runner that has it. */
export interface GenerationLegs extends AsyncDisposable {
  readonly generation: Generation;
  readonly folder: string;
  /** The value of TMPDIR: what a leg leaves behind is here. */
  readonly temporary: string;
  /** What leads a leg to each of them. */
  readonly env: Readonly<Record<LegHost, Readonly<Record<string, string>>>>;
  /** `node dist/cli.js …`, signed in at the registry. @param without a file of that Debian that is not installed */
  run(args: readonly string[], options?: Pick<CliOptions, 'env'>, without?: string): Promise<Finished>;
}

export type LegHost = 'docker' | 'containerd' | 'podman' | 'buildah' | 'buildkit';

export const plugin = '/usr/libexec/docker/cli-plugins/docker-buildx';

/** A Docker Engine with all that it keeps in a folder of its own; with `containerd` its images are in containerd's store. */
async function startDockerd(
  generation: Generation,
  name: 'docker' | 'containerd',
): Promise<{ server: AsyncDisposable; socket: string }> {
  const folder = path.join(generation.folder, name === 'docker' ? 'engine' : name);
  await mkdir(folder);
  const config = path.join(folder, 'daemon.json');
  await writeFile(config, JSON.stringify({ features: { 'containerd-snapshotter': name === 'containerd' } }));
  const socket = `unix://${folder}/docker.sock`;
  const [program = '', ...rest] = [
    ...generation.prefix,
    ...['/usr/sbin/dockerd', '--config-file', config],
    ...['--host', socket, '--pidfile', path.join(folder, 'docker.pid')],
    ...['--data-root', path.join(folder, 'data'), '--exec-root', path.join(folder, 'exec')],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
  ];
  const server = await startServer({ program, args: rest, ready: /API listen on /, timeout: 60_000 });
  return { server, socket };
}

/** Starts them all; the BuildKit, which no Debian has, is the one of the other tests. */
export async function startGenerationLegs(registry: Registry): Promise<GenerationLegs> {
  const stack = new AsyncDisposableStack();
  try {
    const generation = stack.use(await startGeneration('newer', registry));
    const { folder } = generation;
    const made = { home: path.join(folder, 'home'), temporary: path.join(folder, 'tmp') };
    for (const each of Object.values(made)) await mkdir(each);
    for (const shipped of ['action.yml', 'package.json', 'dist'])
      await cp(path.join(root, shipped), path.join(folder, 'action', shipped), { recursive: true });
    const node = path.join(folder, 'node');
    await copyFile(process.execPath, node);
    await writeContext(path.join(folder, 'context'));
    await writeFullContext(path.join(folder, 'full'));
    const docker = await startDockerd(generation, 'docker');
    stack.use(docker.server);
    const containerd = await startDockerd(generation, 'containerd');
    stack.use(containerd.server);
    const buildkit = stack.use(await startBuildKitIn(folder));
    const storage = { CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf') };
    const { flags, input } = signIn(registry);
    const disposal = stack.move();
    return {
      generation,
      folder,
      temporary: made.temporary,
      env: {
        docker: { DOCKER_HOST: docker.socket },
        containerd: { DOCKER_HOST: containerd.socket },
        podman: storage,
        buildah: storage,
        buildkit: { ...storage, BUILDKIT_HOST: buildkit.address },
      },
      run: async (args, { env = {} } = {}, without) => {
        const remove = ['/bin/sh', '-c', 'rm "$0" && exec "$@"'];
        const [program = '', ...rest] = [
          ...generation.prefix,
          ...(without === undefined ? [] : [...remove, without]),
          ...['/usr/bin/env', '--chdir', folder, node, path.join(folder, 'action/dist/cli.js')],
          ...[...args, ...flags],
        ];
        return run(program, rest, {
          env: { PATH: debianPath, HOME: made.home, TMPDIR: made.temporary, ...env },
          input,
          timeout: 300_000,
        });
      },
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A new folder that both sides see. */
export function folderThere({ folder }: GenerationLegs, name: string): Promise<string> {
  return mkdtemp(path.join(folder, `${name}-`));
}
