import { runnableOf, type Runnable } from './machine.ts';
import type { TarEntry } from './tar.ts';

/** What a layer does to one path. */
export type Change =
  | Runnable
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'hardlink'; readonly target: string }
  | { readonly kind: 'directory' }
  /** A file that nothing can start, or a device: it may stand in the place of one that can. */
  | { readonly kind: 'data' }
  /** A whiteout: what the layers below have at this path is gone. */
  | { readonly kind: 'removed' }
  /** An opaque whiteout: what the layers below have in this folder is gone. */
  | { readonly kind: 'emptied' };

const data: Change = { kind: 'data' };
const directory: Change = { kind: 'directory' };
const removed: Change = { kind: 'removed' };
const emptied: Change = { kind: 'emptied' };

const whiteout = '.wh.';
/** Linux's own limits, PATH_MAX and NAME_MAX, in bytes: what is over them can't be unpacked. */
const maxPath = 4096;
const maxName = 255;

/**
 * What a member of a layer's archive changes, and where, as names from the root; undefined for one that can't be a path in an image.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
 */
export function changeOf(entry: TarEntry): readonly [parts: string[], change: Change] | undefined {
  const parts = pathParts(entry.path);
  if (parts === undefined) return undefined;
  const name = parts.at(-1) ?? '';
  if (!name.startsWith(whiteout)) {
    const change = contentOf(entry);
    return change === undefined ? undefined : [parts, change];
  }
  const folder = parts.slice(0, -1);
  const hidden = name.slice(whiteout.length);
  if (hidden === '.wh..opq') return [folder, emptied];
  // Other names with two prefixes are notes that AUFS kept for itself.
  if (hidden.startsWith(whiteout) || hidden === '' || hidden === '.' || hidden === '..') return undefined;
  return [[...folder, hidden], removed];
}

function contentOf({ type, target, head }: TarEntry): Change | undefined {
  switch (type) {
    case 'directory':
      return directory;
    case 'symlink':
      return isPath(target) ? { kind: 'symlink', target } : undefined;
    case 'hardlink':
      return isPath(target) ? { kind: 'hardlink', target } : undefined;
    case 'file':
      return runnableOf(head) ?? data;
    case 'other':
      return data;
  }
}

/** The names on the way from the root, without `.` and empty ones; undefined where `..` is among them, or a name can't be one. */
export function pathParts(path: string): string[] | undefined {
  if (!isPath(path)) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.some((part) => part === '..' || part.length > maxName) ? undefined : parts;
}

function isPath(path: string): boolean {
  return path.length <= maxPath && !path.includes('\0');
}
