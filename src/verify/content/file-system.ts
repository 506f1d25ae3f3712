import { pathParts, type Change, type LayerChanges } from './layer.ts';

type File = Extract<Change, { kind: 'program' | 'script' | 'data' }>;

type Node = Folder | File | Extract<Change, { kind: 'symlink' }>;

interface Folder {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
}

/** As many links as Linux follows before it says ELOOP. */
const maxLinks = 40;

export interface Resolved {
  /** Where it really is, without links, from the root: `usr/bin/app`. */
  readonly path: string;
  readonly file: File;
}

/**
 * The final file system of an image, built layer by layer from the lowest: whiteouts, links and folders that a later layer
 * replaces as runtimes apply them. Nothing of it is ever on a disk.
 */
export class ImageFileSystem {
  readonly #root: Folder = { kind: 'directory', children: new Map() };

  apply(layer: LayerChanges): void {
    // Whiteouts are about the layers below, wherever they stand in the archive.
    for (const [path, change] of layer) {
      if (change.kind === 'removed') this.#remove(path);
      else if (change.kind === 'emptied') this.#folder(pathParts(path) ?? [], false)?.children.clear();
    }
    for (const [path, change] of layer) {
      if (change.kind !== 'removed' && change.kind !== 'emptied') this.#put(path, change);
    }
  }

  /** The file that a path leads to, links followed; undefined where there is none. */
  resolve(path: string): Resolved | undefined {
    const found = this.#walk(pathParts(withoutDots(path)) ?? []);
    if (found === undefined || found.node.kind === 'directory' || found.node.kind === 'symlink')
      return undefined;
    return { path: found.parts.join('/'), file: found.node };
  }

  /** Every file of the final state, with its path. */
  *files(): Generator<Resolved> {
    const open: [string, Folder][] = [['', this.#root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [base, folder] = next;
      for (const [name, node] of folder.children) {
        const path = base === '' ? name : `${base}/${name}`;
        if (node.kind === 'directory') open.push([path, node]);
        else if (node.kind !== 'symlink') yield { path, file: node };
      }
    }
  }

  #put(path: string, change: Exclude<Change, { kind: 'removed' | 'emptied' }>): void {
    const parts = pathParts(path) ?? [];
    const name = parts.at(-1);
    if (name === undefined) return;
    const folder = this.#folder(parts.slice(0, -1), true);
    if (folder === undefined) return;
    if (change.kind === 'directory') {
      if (this.#isFolder(folder, name, parts)) return;
      folder.children.set(name, { kind: 'directory', children: new Map() });
    } else if (change.kind === 'hardlink') {
      const target = this.#walk(pathParts(change.target) ?? [])?.node;
      if (target !== undefined && target.kind !== 'directory') folder.children.set(name, target);
    } else {
      folder.children.set(name, change);
    }
  }

  /** A folder over a folder keeps what is in it, also where a link leads to it. */
  #isFolder(folder: Folder, name: string, parts: readonly string[]): boolean {
    const there = folder.children.get(name);
    if (there?.kind === 'symlink') return this.#walk(parts)?.node.kind === 'directory';
    return there?.kind === 'directory';
  }

  #remove(path: string): void {
    const parts = pathParts(path) ?? [];
    const name = parts.at(-1);
    if (name !== undefined) this.#folder(parts.slice(0, -1), false)?.children.delete(name);
  }

  /** The folder at a path, links on the way followed; made where `make` says so. */
  #folder(parts: readonly string[], make: boolean): Folder | undefined {
    const found = this.#walk(parts);
    if (found?.node.kind === 'directory') return found.node;
    if (!make) return undefined;
    let folder = this.#root;
    for (const [index, name] of parts.entries()) {
      const here = this.#walk(parts.slice(0, index + 1))?.node;
      if (here?.kind === 'directory') {
        folder = here;
        continue;
      }
      const made: Folder = { kind: 'directory', children: new Map() };
      folder.children.set(name, made);
      folder = made;
    }
    return folder;
  }

  #walk(parts: readonly string[]): { readonly node: Node; readonly parts: readonly string[] } | undefined {
    let links = 0;
    let todo = [...parts];
    let trail: { name: string; node: Folder }[] = [];
    let node: Folder = this.#root;
    while (todo.length > 0) {
      const [name = '', ...rest] = todo;
      todo = rest;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        trail = trail.slice(0, -1);
        node = trail.at(-1)?.node ?? this.#root;
        continue;
      }
      const child: Node | undefined = node.children.get(name);
      if (child === undefined) return undefined;
      if (child.kind === 'symlink') {
        links += 1;
        if (links > maxLinks || child.target.length > 4096) return undefined;
        if (child.target.startsWith('/')) {
          trail = [];
          node = this.#root;
        }
        todo = [...child.target.split('/'), ...todo];
      } else if (child.kind === 'directory') {
        trail = [...trail, { name, node: child }];
        node = child;
      } else {
        return todo.length > 0
          ? undefined
          : { node: child, parts: [...trail.map((step) => step.name), name] };
      }
    }
    return { node, parts: trail.map((step) => step.name) };
  }
}

/** A path that a config wrote may hold `..`; resolved by words, since no link stands before it in practice. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return kept.join('/');
}
