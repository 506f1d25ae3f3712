import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { CodedError, quote, show } from '../errors.ts';
import { digestAlgorithm, digestHex, parseDigest, type Digest } from '../oci/digest.ts';

/** A file of a layout, open for reading. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** In bytes, when it was opened. */
  readonly size: number;
}

/** The files below one folder, and nothing outside it, wherever links may point. */
export class LayoutFiles {
  /** As it was given, for people. */
  readonly folder: string;
  #root: string | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Undefined where there is none. The caller closes it.
   * @throws E_INPUT for what is no file, or is outside the folder.
   */
  async open(path: string): Promise<OpenFile | undefined> {
    try {
      const real = await this.#inside(path);
      // Without NONBLOCK a named pipe would be waited for.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const handle = await open(real, flags);
      const stats = await handle.stat();
      if (stats.isFile()) return { handle, size: stats.size };
      await handle.close();
    } catch (error) {
      if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return undefined;
      throw this.#failure(error, `${this.#named(path)} cannot be read`);
    }
    throw new CodedError('E_INPUT', `${this.#named(path)} is no file`, {
      hint: 'an OCI image layout holds plain files',
    });
  }

  /** All of a file of at most `maxBytes`. @throws E_MANIFEST for a longer one. */
  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const file = await this.open(path);
    if (file === undefined) return undefined;
    try {
      if (file.size > maxBytes) {
        throw new CodedError('E_MANIFEST', `${this.#named(path)} has ${file.size} bytes`, {
          hint: `${maxBytes} are read of its kind at most`,
        });
      }
      return await file.handle.readFile();
    } finally {
      await file.handle.close();
    }
  }

  /** Writes to another name and renames, so that nobody ever sees a part of it. */
  async write(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const temporary = join(this.folder, `.native-multiarch-${randomUUID()}`);
    try {
      const folder = await this.#makeFolder(dirname(path));
      const handle = await open(temporary, 'wx', 0o644);
      try {
        for await (const chunk of content) await handle.writeFile(chunk);
      } finally {
        await handle.close();
      }
      await rename(temporary, join(folder, basename(path)));
    } catch (error) {
      await rm(temporary, { force: true });
      throw this.#failure(error, `${this.#named(path)} cannot be written`);
    }
  }

  /** Is this a plain file of the folder's own, and no link to one? */
  async isOwnFile(path: string): Promise<boolean> {
    const stats = await lstat(join(this.folder, path)).catch((error: unknown) => {
      if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return undefined;
      throw this.#failure(error, `${this.#named(path)} cannot be read`);
    });
    return stats?.isFile() === true;
  }

  /** Step by step, so that nothing is made behind a link that leads away. @returns the real one. */
  async #makeFolder(path: string): Promise<string> {
    if (path === '.') {
      await makeFolders(this.folder);
      return this.#inside(path);
    }
    await makeFolder(join(await this.#makeFolder(dirname(path)), basename(path)));
    return this.#inside(path);
  }

  async #inside(path: string): Promise<string> {
    this.#root ??= await realpath(this.folder);
    const real = await realpath(join(this.folder, path));
    if (real === this.#root || real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep))
      return real;
    throw new CodedError('E_INPUT', `${this.#named(path)} is a link that leads out of the folder`, {
      hint: 'links are followed within the folder only',
    });
  }

  #named(path: string): string {
    return `${path} of ${show(this.folder, 200)}`;
  }

  /** What the file system said, as an error that a person reads; anything else stays as it is. */
  #failure(error: unknown, what: string): unknown {
    const code = errno(error);
    if (code === undefined || !(error instanceof Error)) return error;
    return new CodedError('E_INPUT', `${what} (${code})`, { hint: hints[code] ?? hint, cause: error });
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (errno(error) !== 'EEXIST') throw error;
  });
}

/** With the folders above it. Node's own `recursive` never ends where a parent can be seen and not be written to, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    if (errno(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await makeFolder(path);
  }
}

const hint = 'check the folder and its permissions';
const hints: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only: choose another folder',
};

/** `blobs/sha256/…`. The digest is checked here once more although parsers have seen it, because here it becomes a path. */
export function blobPath(digest: Digest): string {
  const checked = parseDigest(digest);
  return `blobs/${digestAlgorithm(checked)}/${digestHex(checked)}`;
}

/** The code of an error of the file system. */
export function errno(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error && 'syscall' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The version of the layout that we read and write. https://github.com/opencontainers/image-spec/blob/main/image-layout.md#oci-layout-file */
export const layoutVersion = '1.0.0';

/** `oci:folder`, for messages. */
export function layoutName(folder: string): string {
  return `oci:${show(folder, 200)}`;
}

/** An error about a folder that is no layout. */
export function noLayout(folder: string, why: string, remedy: string): CodedError {
  return new CodedError('E_INPUT', `${quote(folder, 200)} ${why}`, { hint: remedy });
}
