import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { succeed } from './processes.ts';

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A new folder of the test's own. Engines leave mounts inside theirs; they are undone before it is removed.
 * @param within where it is made; default: the system's folder for such
 */
export async function temporaryFolder(within = tmpdir()): Promise<Folder> {
  const folder = await mkdtemp(path.join(within, 'nma-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: async () => {
      for (const mount of (await mountsUnder(folder)).reverse()) await succeed('umount', ['--lazy', mount]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

async function mountsUnder(folder: string): Promise<string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount.startsWith(`${folder}/`));
}
