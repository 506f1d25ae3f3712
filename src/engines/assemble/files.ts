import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { CodedError, joinErrors, quote } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { FilesSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import { existing } from '../request/request.ts';
import { maxId, type TarEntry } from '../stored/tar.ts';
import { BaseTree } from './base-tree.ts';

/** An entry of the layer, and the file on this host that its content comes from. */
export interface LayerEntry extends TarEntry {
  readonly source?: string;
}

interface FileLine {
  readonly source: string;
  /** In the image, without a leading slash; ends with one where the source goes into that folder. */
  readonly destination: string;
  readonly mode?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

const form =
  /^(?<source>[^:]+?)\s*:\s*(?<destination>[^:]+?)\s*(?::\s*(?<mode>[0-7]{3,5})?\s*(?::\s*(?<uid>\d{1,7})\s*(?::\s*(?<gid>\d{1,7}))?)?)?$/u;
const maxEntries = 100_000;

/** One line of `files` for one platform. @throws E_INPUT */
export function parseFileLine(line: string, platform: Platform): FileLine {
  const groups = form.exec(fillIn(line.trim(), platform))?.groups;
  const { source, destination, mode, uid, gid = uid } = groups ?? {};
  if (
    source === undefined ||
    destination === undefined ||
    Number(uid ?? 0) > maxId ||
    Number(gid ?? 0) > maxId
  ) {
    throw new CodedError(
      'E_INPUT',
      `files has ${quote(line)}, which is not source:destination[:mode[:uid[:gid]]]`,
      {
        usage: true,
        hint: `for example build/app-{arch}:/app:755 or data:/data::1000; the mode is octal, and ids go up to ${maxId}`,
      },
    );
  }
  const inImage = destination.replace(/^\/+/, '');
  if (inImage.split('/').some((part) => part === '..' || part === '.') || inImage.includes('\\')) {
    throw new CodedError('E_INPUT', `files has the destination ${quote(destination)}`, {
      hint: 'give a path from the root of the image, without . and ..',
    });
  }
  return {
    source,
    destination: inImage,
    ...(mode !== undefined && { mode: parseInt(mode, 8) }),
    ...(uid !== undefined && { owner: { uid: Number(uid), gid: Number(gid) } }),
  };
}

function fillIn(line: string, { os, architecture, variant }: Platform): string {
  const values: Readonly<Record<string, string>> = { os, arch: architecture, variant: variant ?? '' };
  return line.replace(/\{([^{}]*)\}/g, (all, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    throw new CodedError('E_INPUT', `files has the placeholder ${quote(all)}`, {
      hint: 'there are {os}, {arch} and {variant}',
    });
  });
}

/**
 * The entries of a layer with these files, sorted by path, parents first. Owners and times are not the host's, and of modes only
 * whether the owner may execute: what else there is comes from umasks and checkouts, and would give other bytes on the next
 * host. A mode or an owner that is given stands as it is. Paths go through the base's links, and the base's folders stay as they are.
 * @throws E_INPUT, all problems at once.
 */
export async function layerEntries(
  source: FilesSource,
  platform: Platform,
  options: EngineOptions,
  tree = new BaseTree(),
): Promise<LayerEntry[]> {
  if (source.files.length === 0) {
    throw new CodedError('E_INPUT', 'files is empty, so there is nothing to assemble', {
      hint: 'give lines source:destination[:mode[:uid[:gid]]], for example build/app-{arch}:/app:755',
    });
  }
  const context = await existing('context', source.context, options, 'folder');
  const found = new Map<string, LayerEntry>();
  const errors: CodedError[] = [];
  for (const line of source.files) {
    try {
      await addLine({ found, tree }, parseFileLine(line, platform), { ...options, cwd: context });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw joinErrors(errors);
  return withParents(found, tree);
}

interface Image {
  readonly found: Map<string, LayerEntry>;
  readonly tree: BaseTree;
}

async function addLine(image: Image, line: FileLine, options: EngineOptions): Promise<void> {
  const real = await existing('files: source', line.source, options);
  const into = line.destination.endsWith('/') || line.destination === '';
  const isFolder = (await stat(real)).isDirectory();
  const target =
    into && !isFolder
      ? posix.join(line.destination, basename(line.source))
      : line.destination.replace(/\/+$/, '');
  await addPath(image, real, posix.normalize(target === '' ? '.' : target), line);
}

async function addPath(image: Image, source: string, written: string, line: FileLine): Promise<void> {
  const { found, tree } = image;
  const info = await lstat(source);
  const path = written === '.' ? written : tree.resolve(written, info.isDirectory());
  const { owner } = line;
  if (!info.isDirectory() && tree.folder(tree.resolve(written)) !== undefined) {
    throw new CodedError(
      'E_INPUT',
      `files puts ${quote(line.source)} in the place of the base's folder ${quote(`/${written}`)}`,
      {
        hint: `end the destination with a slash to put it into that folder: /${written}/`,
      },
    );
  }
  if (info.isDirectory()) {
    const mode = { mode: 0o755, ...owner, ...tree.folder(path) };
    if (path !== '.') add(found, { path, kind: 'folder', size: 0, ...mode });
    // By code units, as everywhere: a locale would sort in its own way.
    for (const name of (await readdir(source)).sort())
      await addPath(image, join(source, name), path === '.' ? name : `${path}/${name}`, line);
  } else if (info.isSymbolicLink()) {
    add(found, { path, kind: 'link', mode: 0o777, size: 0, link: await readlink(source), ...owner });
  } else if (info.isFile()) {
    const mode = line.mode ?? ((info.mode & 0o100) === 0 ? 0o644 : 0o755);
    add(found, { path, kind: 'file', mode, size: info.size, source, ...owner });
  } else {
    throw new CodedError('E_INPUT', `files: ${quote(source)} is neither a file, a folder nor a link`);
  }
}

function add(found: Map<string, LayerEntry>, entry: LayerEntry): void {
  const other = found.get(entry.path);
  if (other !== undefined && !(other.kind === 'folder' && entry.kind === 'folder')) {
    throw new CodedError('E_INPUT', `files puts two things at ${quote(`/${entry.path}`)}`, {
      hint: 'give each destination once',
    });
  }
  if (found.size >= maxEntries) throw new CodedError('E_INPUT', `files has more than ${maxEntries} entries`);
  found.set(entry.path, entry);
}

/** With every parent folder, in one order on every host. */
function withParents(found: ReadonlyMap<string, LayerEntry>, tree: BaseTree): LayerEntry[] {
  const all = new Map(found);
  for (const path of found.keys()) {
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      const there = all.get(parent);
      if (there !== undefined && there.kind !== 'folder') {
        throw new CodedError(
          'E_INPUT',
          `files puts ${quote(`/${path}`)} under ${quote(`/${parent}`)}, which is no folder`,
        );
      }
      if (there === undefined)
        all.set(parent, { path: parent, kind: 'folder', size: 0, mode: 0o755, ...tree.folder(parent) });
    }
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
