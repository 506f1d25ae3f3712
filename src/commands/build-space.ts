import { statfs } from 'node:fs/promises';
import type { Engine } from '../engines/engine.ts';
import { CodedError, show } from '../errors.ts';
import type { Log } from '../log.ts';

/** Free space of the file system that holds a folder, in bytes; `undefined` where that can't be told. */
export type FreeSpace = (folder: string) => Promise<number | undefined>;

const mebibyte = 1024 * 1024;
/** No base image of a distribution fits in less, so nearly every build would end in the middle. */
const tooLittle = 50 * mebibyte;
/** Many builds need more. */
const little = 1024 * mebibyte;

/** What a user of the engine may still write there. */
export const freeSpace: FreeSpace = async (folder) => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // The engine's folder may be out of our sight: in another mount namespace, or not ours to look into.
    return undefined;
  }
};

/** What frees space, by engine. */
const cures: Readonly<Partial<Record<Engine['name'], string>>> = {
  docker: 'docker system prune',
  podman: 'podman system prune',
  buildah: 'buildah rmi --prune',
};

/**
 * Whether the engine's storage has room for a build, where it is on this machine.
 * @throws E_ENGINE below 50 MiB; below 1 GiB there is a warning
 */
export async function checkSpace(engine: Engine, log: Log, free: FreeSpace = freeSpace): Promise<void> {
  const folder = await engine.storage?.();
  const bytes = folder === undefined ? undefined : await free(folder);
  if (folder === undefined || bytes === undefined || bytes >= little) return;
  const message = `the storage of ${engine.name}, ${show(folder)}, has ${Math.floor(bytes / mebibyte)} MiB left`;
  const cure = cures[engine.name];
  if (bytes >= tooLittle) {
    log.warning(`${message}, and a build may need more`);
    return;
  }
  throw new CodedError('E_ENGINE', message, {
    hint: `make room there before the build${cure === undefined ? '' : `, for example with "${cure}"`}, or move the storage to a larger disk`,
  });
}
