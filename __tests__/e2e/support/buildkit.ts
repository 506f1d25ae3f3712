/// <reference lib="esnext.disposable" />
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import type { EngineHost } from './engines.ts';
import { debianPath, startServer, succeed } from './processes.ts';
import { busybox, hostArchitecture, root } from './tools.ts';

const folder = execFileSync('bash', [path.join(root, 'scripts/install-test-tools.sh'), '--buildkit-folder'], {
  encoding: 'utf8',
}).trim();

/** The path of a program of BuildKit's that the installer built. */
export function buildkitTool(name: 'buildx' | 'buildkitd' | 'buildctl'): string {
  return path.join(folder, 'bin', name);
}

/** Folders of programs: buildx alone, with no docker. */
export const buildxPath = `${path.join(folder, 'bin')}:${debianPath}`;

export interface BuildKit extends AsyncDisposable {
  /** `unix:///.../buildkitd.sock` */
  readonly address: string;
  readonly storage: string;
  /** Where it listens besides, when it was given `--addr tcp://127.0.0.1:0`. */
  readonly port: number;
}

/** An address for {@link startBuildKit}. */
export const anyPort = 'tcp://127.0.0.1:0';

/**
 * An image of BuildKit in that Docker Engine, as the one that buildx would pull: buildkitd, buildctl and runc with what they are linked with.
 * @returns its name
 */
export async function buildKitImage(docker: EngineHost): Promise<string> {
  await using made = await temporaryFolder();
  const bin = path.join(made.path, 'bin');
  await mkdir(bin);
  for (const folder of ['tmp', 'etc', 'proc', 'sys', 'dev', 'run']) await mkdir(path.join(made.path, folder));
  for (const name of ['buildkitd', 'buildctl'] as const)
    await copyFile(buildkitTool(name), path.join(bin, name));
  await copyFile('/usr/sbin/runc', path.join(bin, 'runc'));
  await copyFile(busybox(hostArchitecture), path.join(bin, 'sh'));
  const linked = (await succeed('/usr/bin/ldd', ['/usr/sbin/runc'])).stdout;
  for (const [library] of linked.matchAll(/\/\S+/g)) {
    await mkdir(path.join(made.path, path.dirname(library)), { recursive: true });
    await copyFile(library, path.join(made.path, library));
  }
  const archive = path.join(made.path, 'image.tar');
  await succeed('/usr/bin/tar', ['-C', made.path, '--exclude=./image.tar', '-cf', archive, '.']);
  const name = 'localhost/buildkit:test';
  const config = ['ENTRYPOINT ["buildkitd"]', 'ENV PATH=/bin'].flatMap((line) => ['--change', line]);
  await succeed('/usr/bin/docker', ['import', ...config, archive, name], {
    env: { PATH: debianPath, ...docker.env },
  });
  return name;
}

/**
 * Arguments of a dockerd whose privileged containers get what this machine itself may do: in a container that tests run in, that is
 * not everything, and runc refuses to give what it has not.
 */
export async function modestRuntime(folder: string): Promise<string[]> {
  const runtime = path.join(folder, 'modest-runc');
  const script = `#!${process.execPath}
const { spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1];
const file = args.includes('create') ? after('--bundle') + '/config.json' : args.includes('exec') ? after('--process') : '';
if (file !== '') {
  const config = JSON.parse(readFileSync(file, 'utf8'));
  const { capabilities = {} } = config.process ?? config;
  const [, bounds] = /^CapBnd:\\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const lacks = (BigInt('0x' + bounds) >> 24n) % 2n === 0n ? ['CAP_SYS_RESOURCE'] : [];
  for (const [name, given] of Object.entries(capabilities))
    capabilities[name] = given.filter((one) => !lacks.includes(one));
  writeFileSync(file, JSON.stringify(config));
}
process.exitCode = spawnSync('/usr/sbin/runc', args, { stdio: 'inherit' }).status ?? 1;
`;
  await writeFile(runtime, script, { mode: 0o755 });
  return ['--add-runtime', `modest=${runtime}`, '--default-runtime', 'modest'];
}

/** BuildKit 0.26 with storage and socket of its own. Its RUN steps are started by runc, on the host's network or on none. */
export async function startBuildKit(...args: readonly string[]): Promise<BuildKit> {
  return startBuildKitIn(undefined, ...args);
}

/** @param within where its storage and socket are; default: the system's folder for such */
export async function startBuildKitIn(
  within: string | undefined,
  ...args: readonly string[]
): Promise<BuildKit> {
  const stack = new AsyncDisposableStack();
  try {
    const storage = stack.use(await temporaryFolder(within)).path;
    const address = `unix://${storage}/buildkitd.sock`;
    await mkdir(path.join(storage, 'home'));
    const server = stack.use(
      await startServer({
        program: buildkitTool('buildkitd'),
        args: [
          ...['--root', path.join(storage, 'root'), '--addr', address],
          ...['--containerd-worker=false', '--oci-worker-binary=runc', ...args],
        ],
        env: { HOME: path.join(storage, 'home') },
        ready: args.includes(anyPort) ? /running server on 127\.0\.0\.1:(\d+)/ : /running server on /,
      }),
    );
    const disposal = stack.move();
    return {
      address,
      storage,
      port: Number(server.ready[1]),
      [Symbol.asyncDispose]: async () => {
        await disposal.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
