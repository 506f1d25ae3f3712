import { inflate, packingOf } from './inflate.ts';
import { changeOf } from './layer.ts';
import { defaultCaps } from './read-layer.ts';
import type { Owner } from './tar-header.ts';
import { TarWalker } from './tar.ts';

/** What a layer does to one path, as far as it matters to who puts files on top of it. */
export type PathChange =
  | ({ readonly kind: 'folder' } & Owner)
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file' }
  /** What the layers below have there is gone. */
  | { readonly kind: 'removed' }
  /** What the layers below have in that folder is gone. */
  | { readonly kind: 'emptied' };

/**
 * The paths of a layer: folders, links, what it takes away, and files. Nothing is unpacked.
 * @param name for messages
 * @param blob the compressed bytes; who gives them checks their digest and size
 * @param see gets names from the root, in the order of the archive
 * @throws E_LAYER for bytes that are no layer, or over a cap
 */
export async function layerPaths(
  name: string,
  blob: AsyncIterable<Uint8Array>,
  see: (parts: readonly string[], change: PathChange) => void,
): Promise<void> {
  const walker = new TarWalker(name, defaultCaps, (entry, owner) => {
    const found = changeOf(entry);
    if (found === undefined) return;
    const [parts, { kind }] = found;
    if (kind === 'directory') see(parts, { kind: 'folder', ...owner });
    else if (kind === 'symlink') see(parts, { kind: 'link', target: entry.target });
    else see(parts, { kind: kind === 'removed' || kind === 'emptied' ? kind : 'file' });
  });
  const source = blob[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    if (first.done === true) return;
    const rest = { [Symbol.asyncIterator]: () => source };
    await inflate(packingOf(first.value), joined(first.value, rest), (bytes) => {
      walker.write(bytes);
    });
    walker.end();
  } finally {
    await source.return?.();
  }
}

async function* joined(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}
