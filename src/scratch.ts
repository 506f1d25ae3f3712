import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CodedError, quote } from './errors.ts';

const prefix = 'native-multiarch-';

/** A folder of one run, made when it is first asked for, and removed with all that is in it. */
export interface Scratch {
  /** The same folder each time, for this user's eyes only (0700). */
  readonly folder: () => Promise<string>;
  readonly remove: () => Promise<void>;
}

/**
 * @param parent an existing folder: RUNNER_TEMP, else the system's.
 * @param made is told the folder as soon as there is one, so that somebody else can remove it when this process is killed.
 */
export function scratchIn(parent: string, made: (folder: string) => void = () => undefined): Scratch {
  let pending: Promise<string> | undefined;
  const make = async (): Promise<string> => {
    const folder = await mkdtemp(join(resolve(parent), prefix)).catch((error: unknown) => {
      throw new CodedError('E_INPUT', `no temporary folder can be made in ${quote(parent)}`, {
        hint: 'let RUNNER_TEMP, or else TMPDIR, name a folder that this user may write to',
        cause: error,
      });
    });
    made(folder);
    return folder;
  };
  return {
    folder: () => (pending ??= make()),
    remove: async () => {
      if (pending !== undefined) await removeScratch(await pending, parent);
    },
  };
}

/**
 * Removes a folder that {@link scratchIn} made, and nothing else: the name may have come from a file that others can write.
 * What is no such folder, or is gone, is left alone. @returns whether something was removed.
 */
export async function removeScratch(folder: string, parent: string): Promise<boolean> {
  if (!isScratch(folder, parent)) return false;
  const stats = await lstat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) return false;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  return true;
}

/** Whether {@link scratchIn} could have made it in `parent`, by its name. */
export function isScratch(folder: string, parent: string): boolean {
  return dirname(folder) === resolve(parent) && /^native-multiarch-[A-Za-z0-9]{6}$/u.test(basename(folder));
}
