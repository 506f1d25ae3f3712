import type { Change } from './layer.ts';

/** One change, and where it is: names from the root. */
export interface PlacedChange {
  readonly parts: readonly string[];
  readonly change: Change;
}

const kinds = [
  'data',
  'directory',
  'program',
  'script',
  'unknown',
  'symlink',
  'hardlink',
  'removed',
  'emptied',
] as const satisfies readonly Change['kind'][];

const chunkBytes = 64 * 1024;

/**
 * The changes of one layer in the order of its archive, packed: a million paths as strings would take a few hundred MiB. Each is kept as
 * the number of names that it shares with the one before, its other names, and what it is.
 */
export class ChangeList {
  /** What the list takes, in bytes. */
  bytes = 0;
  readonly #chunks: { readonly bytes: Buffer; used: number }[] = [];
  #last: readonly string[] = [];

  add(parts: readonly string[], change: Change): void {
    let shared = 0;
    while (shared < parts.length && parts[shared] === this.#last[shared]) shared += 1;
    const words = [...parts.slice(shared), ...detailOf(change)];
    // A UTF-16 unit is three bytes of UTF-8 at most.
    const atMost = words.reduce((sum, word) => sum + 3 * word.length + 2, 5);
    const chunk = this.#room(atMost);
    const { bytes } = chunk;
    let at = chunk.used;
    at = bytes.writeUInt8(kinds.indexOf(change.kind), at);
    at = bytes.writeUInt16LE(shared, at);
    at = bytes.writeUInt16LE(parts.length - shared, at);
    for (const word of words) {
      const length = bytes.write(word, at + 2);
      at = bytes.writeUInt16LE(length, at) + length;
    }
    this.bytes += at - chunk.used;
    chunk.used = at;
    this.#last = parts;
  }

  *[Symbol.iterator](): Generator<PlacedChange> {
    const parts: string[] = [];
    for (const { bytes, used } of this.#chunks) {
      let at = 0;
      const word = (): string => {
        const start = at + 2;
        at = start + bytes.readUInt16LE(at);
        return bytes.toString('utf8', start, at);
      };
      while (at < used) {
        const kind = kinds[bytes.readUInt8(at)] ?? 'data';
        parts.length = bytes.readUInt16LE(at + 1);
        const own = bytes.readUInt16LE(at + 3);
        at += 5;
        for (let index = 0; index < own; index += 1) parts.push(word());
        yield { parts: parts.slice(), change: changeOf(kind, word) };
      }
    }
  }

  #room(bytes: number): { readonly bytes: Buffer; used: number } {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.bytes.length - last.used >= bytes) return last;
    const chunk = { bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes)), used: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }
}

function detailOf(change: Change): readonly string[] {
  switch (change.kind) {
    case 'program':
      return [change.machine];
    case 'script':
      return [change.interpreter, change.argument];
    case 'unknown':
      return [change.what];
    case 'symlink':
    case 'hardlink':
      return [change.target];
    case 'data':
    case 'directory':
    case 'removed':
    case 'emptied':
      return [];
  }
}

function changeOf(kind: Change['kind'], word: () => string): Change {
  switch (kind) {
    case 'program':
      return { kind, machine: word() };
    case 'script':
      return { kind, interpreter: word(), argument: word() };
    case 'unknown':
      return { kind, what: word() };
    case 'symlink':
    case 'hardlink':
      return { kind, target: word() };
    case 'data':
    case 'directory':
    case 'removed':
    case 'emptied':
      return { kind };
  }
}
