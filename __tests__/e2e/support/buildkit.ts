/// <reference lib="esnext.disposable" />
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { debianPath, startServer } from './processes.ts';
import { root } from './tools.ts';

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
}

/** BuildKit 0.26 with storage and socket of its own. Its RUN steps are started by runc, on the host's network or on none. */
export async function startBuildKit(...args: readonly string[]): Promise<BuildKit> {
  const stack = new AsyncDisposableStack();
  try {
    const storage = stack.use(await temporaryFolder()).path;
    const address = `unix://${storage}/buildkitd.sock`;
    await mkdir(path.join(storage, 'home'));
    stack.use(
      await startServer({
        program: buildkitTool('buildkitd'),
        args: [
          ...['--root', path.join(storage, 'root'), '--addr', address],
          ...['--containerd-worker=false', '--oci-worker-binary=runc', ...args],
        ],
        env: { HOME: path.join(storage, 'home') },
        ready: /running server on /,
      }),
    );
    const disposal = stack.move();
    return {
      address,
      storage,
      [Symbol.asyncDispose]: async () => {
        await disposal.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
