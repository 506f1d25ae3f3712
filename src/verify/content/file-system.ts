import type { ChangeList } from './change-list.ts';
import { pathParts, type Change } from './layer.ts';
import type { Runnable } from './machine.ts';

/** A text is a symlink's target. Files that nothing can start are not kept: to look for one finds none. */
type Node = Folder | Runnable | string;

interface Folder {
  readonly kind: 'directory';
  children: Map<string, Node> | undefined;
}

/** A place in a folder, and what is there. */
interface Place {
  readonly folder: Folder;
  readonly name: string;
  readonly node: Node | undefined;
}

/** As many links as Linux follows before it says ELOOP. */
const maxLinks = 40;
/** Folders, links, programs and scripts of one image; the largest images, those of CI hosts, have fewer. */
const maxNodes = 400_000;
/** Names looked up while an image is put together: thirty for each of a million files. Links can make one name cost thousands. */
const maxSteps = 30_000_000;

/** The image has more in it than can be held: nothing is known of it. */
export class TooLarge extends Error {}

export interface Resolved {
  /** Where it really is, without links, from the root: `usr/bin/app`. */
  readonly path: string;
  readonly file: Runnable;
}

/**
 * The final file system of an image, built layer by layer from the lowest: whiteouts, links and folders that a later layer
 * replaces, as runtimes apply them. Nothing of it is ever on a disk.
 *
 * Where a layer goes through a link of a layer below (`bin/app`, with `bin -> usr/bin`), runtimes differ: one that unpacks onto the
 * layers below follows the link, overlayfs hides it behind a new folder. Here the link is followed, and stays: both `/bin/app`
 * and `/bin/sh` are found.
 */
export class ImageFileSystem {
  readonly #root: Folder = { kind: 'directory', children: undefined };
  #nodes = 0;
  #steps = 0;

  /** @throws TooLarge */
  apply({ whiteouts, changes }: { readonly whiteouts: ChangeList; readonly changes: ChangeList }): void {
    // Whiteouts are about the layers below, wherever they stand in the archive.
    for (const { parts, change } of whiteouts) {
      if (change.kind === 'removed') this.#remove(parts);
      else {
        const folder = this.#walk(parts);
        if (isFolder(folder?.node)) folder.node.children = undefined;
      }
    }
    for (const { parts, change } of changes) this.#put(parts, change);
  }

  /** The file that a path leads to, links followed; undefined where there is none, or one that nothing can start. */
  resolve(path: string): Resolved | undefined {
    const trail: string[] = [];
    const node = path.includes('\0') ? undefined : this.#walk(path.split('/'), { trail })?.node;
    return node === undefined || typeof node === 'string' || node.kind === 'directory'
      ? undefined
      : { path: trail.join('/'), file: node };
  }

  /** Every program and script of the final state, with its path. */
  *files(): Generator<Resolved> {
    const open: [string, Folder][] = [['', this.#root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [base, folder] = next;
      for (const [name, node] of folder.children ?? []) {
        if (typeof node === 'string') continue;
        const path = base === '' ? name : `${base}/${name}`;
        if (node.kind === 'directory') open.push([path, node]);
        else yield { path, file: node };
      }
    }
  }

  #put(parts: readonly string[], change: Change): void {
    if (parts.length === 0) return;
    if (change.kind === 'directory') {
      // A folder over a folder keeps what is in it, also where a link leads to it.
      if (!isFolder(this.#walk(parts)?.node))
        this.#replace(parts, { kind: 'directory', children: undefined });
    } else if (change.kind === 'hardlink') {
      const target = pathParts(change.target);
      const node = target && this.#walk(target, { followLast: false })?.node;
      this.#replace(parts, isFolder(node) ? undefined : node);
    } else if (change.kind === 'symlink') {
      this.#replace(parts, change.target);
    } else {
      this.#replace(parts, isRunnable(change) ? change : undefined);
    }
  }

  #replace(parts: readonly string[], node: Node | undefined): void {
    const place = this.#walk(parts, { make: true, followLast: false });
    if (place === undefined) return;
    if (node !== undefined) this.#set(place.folder, place.name, node);
    else place.folder.children?.delete(place.name);
  }

  #remove(parts: readonly string[]): void {
    const place = this.#walk(parts, { followLast: false });
    place?.folder.children?.delete(place.name);
  }

  #set(folder: Folder, name: string, node: Node): void {
    folder.children ??= new Map();
    if (!folder.children.has(name)) this.#nodes += 1;
    if (this.#nodes > maxNodes) throw new TooLarge();
    folder.children.set(name, node);
  }

  /**
   * The place that these names lead to, links followed; undefined where there is no way.
   * @param options.make folders that are missing on the way are made, and files on it replaced
   * @param options.followLast whether a link at the end is followed
   * @param options.trail filled with the names of the way without links
   */
  #walk(
    parts: readonly string[],
    options: { readonly make?: boolean; readonly followLast?: boolean; readonly trail?: string[] } = {},
  ): Place | undefined {
    const { make = false, followLast = true, trail = [] } = options;
    const todo = parts.toReversed();
    const folders = [this.#root];
    let place: Place = { folder: this.#root, name: '', node: this.#root };
    let links = 0;
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      this.#steps += 1;
      if (this.#steps > maxSteps) throw new TooLarge();
      const folder = folders.at(-1) ?? this.#root;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        trail.pop();
        if (folders.length > 1) folders.pop();
        place = { folder: this.#root, name: '', node: folders.at(-1) };
        continue;
      }
      let node = folder.children?.get(name);
      const isLast = todo.length === 0;
      if (typeof node === 'string' && (followLast || !isLast)) {
        links += 1;
        if (links > maxLinks) return undefined;
        if (node.startsWith('/')) {
          folders.length = 1;
          trail.length = 0;
          place = { folder: this.#root, name: '', node: this.#root };
        }
        todo.push(...node.split('/').reverse());
        continue;
      }
      if (!isLast && !isFolder(node)) {
        if (!make) return undefined;
        node = { kind: 'directory', children: undefined };
        this.#set(folder, name, node);
      }
      trail.push(name);
      place = { folder, name, node };
      if (isFolder(node)) folders.push(node);
    }
    return place;
  }
}

function isFolder(node: Node | undefined): node is Folder {
  return typeof node === 'object' && node.kind === 'directory';
}

function isRunnable(change: Change): change is Runnable {
  return change.kind === 'program' || change.kind === 'script' || change.kind === 'unknown';
}
