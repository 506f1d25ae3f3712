import type { TarEntry } from './tar.ts';
import { interpreterOf, programOf } from './machine.ts';

/** What a layer does to one path. Data files are kept as `data`: they may replace a program of the layer below. */
export type Change =
  | { readonly kind: 'program'; readonly machine: string }
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'hardlink'; readonly target: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'data' }
  /** A whiteout: what the layers below have at this path is gone. */
  | { readonly kind: 'removed' }
  /** An opaque whiteout: what the layers below have in this folder is gone. */
  | { readonly kind: 'emptied' };

/** The changes of one layer, in the order of the archive. */
export type LayerChanges = readonly (readonly [path: string, change: Change])[];

const data: Change = { kind: 'data' };
const directory: Change = { kind: 'directory' };
const removed: Change = { kind: 'removed' };
const emptied: Change = { kind: 'emptied' };

/**
 * What a member of a layer's archive changes; undefined for one that can't be a path in an image.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
 */
export function changeOf(entry: TarEntry): readonly [path: string, change: Change] | undefined {
  const parts = pathParts(entry.path);
  if (parts === undefined) return undefined;
  const name = parts.at(-1) ?? '';
  const folder = parts.slice(0, -1);
  if (name === '.wh..wh..opq') return [folder.join('/'), emptied];
  if (name.startsWith('.wh..wh.')) return undefined;
  if (name.startsWith('.wh.')) return [[...folder, name.slice(4)].join('/'), removed];
  return [parts.join('/'), contentOf(entry)];
}

function contentOf(entry: TarEntry): Change {
  switch (entry.type) {
    case 'directory':
      return directory;
    case 'symlink':
      return { kind: 'symlink', target: entry.target };
    case 'hardlink':
      return { kind: 'hardlink', target: entry.target };
    case 'other':
      return data;
    case 'file': {
      const program = programOf(entry.head);
      if (program !== undefined) return { kind: 'program', machine: program.machine };
      const script = interpreterOf(entry.head);
      return script === undefined
        ? data
        : { kind: 'script', interpreter: script.path, argument: script.argument };
    }
  }
}

/** The names on the way, without `.` and empty ones; undefined where `..` would lead out, or a name can't be one. */
export function pathParts(path: string): string[] | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || path.includes('\0') || path.length > 4096 ? undefined : parts;
}
