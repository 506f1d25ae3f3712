import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError, quote } from '../errors.ts';
import type { RecordFiles } from '../handover/explicit.ts';

/** At most `max + 1` bytes of a file, so that a reader can tell that it is too long. */
export async function readStart(path: string, max: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(Math.min((await file.stat()).size, max) + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The start of a file that an input names. @throws E_INPUT */
export async function readNamed(
  path: string,
  max: number,
  input: string,
  given: string,
): Promise<Uint8Array> {
  try {
    return await readStart(path, max);
  } catch (error) {
    throw new CodedError('E_INPUT', `the file ${quote(given)}, which ${input} names, can't be read`, {
      hint:
        input === 'ca-certificate'
          ? 'give the path of a PEM file that this user may read, or the PEM text itself'
          : 'give the path of a file that this user may read',
      cause: error,
    });
  }
}

/** The files that `records` names. @param cwd where relative paths start */
export function recordFiles(cwd: string): RecordFiles {
  return {
    kind: async (path) => {
      const found = await stat(resolve(cwd, path)).catch((error: unknown) => {
        if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
          return undefined;
        throw error;
      });
      if (found?.isFile()) return 'file';
      return found?.isDirectory() ? 'folder' : undefined;
    },
    read: async (path, max) => readStart(resolve(cwd, path), max),
    list: async (path) => (await readdir(resolve(cwd, path))).sort(),
  };
}

/** By another name and a rename, so that nobody ever sees a part of it. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CodedError('E_INPUT', `the file ${quote(path)}, which output names, can't be written`, {
      hint: 'name a file in a folder that is there, and that this user may write to',
      cause: error,
    });
  }
}
