import type { PathChange } from '../options.ts';

/** A folder of an image, as it is there. */
export interface FolderMode {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

type Node = FolderMode | { readonly target: string };

/** As many links as Linux follows before it says ELOOP. */
const maxLinks = 40;

/**
 * The folders and links of an image, put together layer by layer from the lowest. A layer on top has to name folders as they are:
 * one that says `bin/app` where `bin` is a link hides all of /usr/bin with some runtimes, and one that leaves /tmp out makes it
 * a folder of root's with others.
 */
export class BaseTree {
  readonly #nodes = new Map<string, Node>();

  /** What one layer does; whiteouts are about the layers below, wherever they stand in the archive. */
  apply(changes: readonly (readonly [path: string, change: PathChange])[]): void {
    for (const [path, { kind }] of changes) {
      if (kind === 'removed') this.#remove(path);
      else if (kind === 'emptied') this.#empty(path);
    }
    for (const [path, change] of changes) {
      const at = this.resolve(path, false);
      if (change.kind === 'folder') {
        const { mode, uid, gid } = change;
        // A folder over a link to one is what the link leads to.
        const real = this.resolve(path);
        if (this.folder(real) === undefined) this.#remove(at);
        this.#nodes.set(this.folder(real) === undefined ? at : real, { mode, uid, gid });
      } else if (change.kind === 'link') {
        this.#remove(at);
        this.#nodes.set(at, { target: change.target });
      } else if (change.kind === 'file') {
        this.#remove(at);
      }
    }
  }

  /** The folder at a path without links, if one is there. */
  folder(path: string): FolderMode | undefined {
    const node = this.#nodes.get(path);
    return node === undefined || 'target' in node ? undefined : node;
  }

  /** The path without links in it. What is not there stays as it is written; so does a circle of links. */
  resolve(path: string, followLast = true): string {
    const todo = path.split('/').reverse();
    let found: string[] = [];
    let links = 0;
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        found.pop();
        continue;
      }
      const node = this.#nodes.get([...found, name].join('/'));
      if (node !== undefined && 'target' in node && (followLast || todo.length > 0)) {
        links += 1;
        if (links > maxLinks) return path;
        if (node.target.startsWith('/')) found = [];
        todo.push(...node.target.split('/').reverse());
      } else {
        found.push(name);
      }
    }
    return found.join('/');
  }

  #remove(path: string): void {
    const isFolder = this.folder(path) !== undefined;
    this.#nodes.delete(path);
    if (isFolder) this.#empty(path);
  }

  #empty(path: string): void {
    const prefix = path === '' ? '' : `${path}/`;
    for (const each of [...this.#nodes.keys()]) if (each.startsWith(prefix)) this.#nodes.delete(each);
  }
}
