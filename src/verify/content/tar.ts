import { CodedError } from '../../errors.ts';
import { headBytes } from './machine.ts';
import { firstFragment, isPaxSparse, parseSparseMap, type Fragment } from './sparse.ts';
import { block, isRecord, noRecords, parseHeader, parsePax, text } from './tar-header.ts';
import type { Owner, Records, TarHeader } from './tar-header.ts';

/** One member of a layer's tar, as far as the checks need it. Names are untrusted: they are keys, never paths of this machine. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'hardlink' | 'symlink' | 'directory' | 'other';
  /** Where a link points. */
  readonly target: string;
  /** The first bytes of a file. */
  readonly head: Uint8Array;
}

export interface TarCaps {
  /** Members of one layer. */
  readonly maxEntries: number;
}

/** Of a pax or GNU record and of a sparse file's map, in bytes: the figure of Go's archive/tar, so of every runtime. */
const maxRecord = 1024 * 1024;
/** Headers that are records of a member, for each member that may be there. */
const maxRecordsPerEntry = 4;

const types: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};
const nothing = Buffer.alloc(0);
const zeros = Buffer.alloc(64 * 1024);

interface SparseHeader {
  readonly header: TarHeader;
  readonly fragment: Fragment | undefined;
}

/** What is being read: a member, or a record about the next one. */
interface Member extends SparseHeader {
  readonly kept: Buffer;
  filled: number;
  left: number;
}

/**
 * Walks a tar stream as Go's archive/tar does: ustar, pax, star, GNU long names and sparse files. Holds one block and one record, never a
 * file. Global pax records are passed over, as runtimes do.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */
export class TarWalker {
  readonly #emit: (entry: TarEntry, owner: Owner) => void;
  readonly #caps: TarCaps;
  readonly #what: string;
  readonly #held = Buffer.alloc(block);
  #heldBytes = 0;
  #member: Member | undefined;
  /** An old GNU sparse file whose map goes on in the next block. */
  #extended: SparseHeader | undefined;
  #padding = 0;
  #records: Records = noRecords;
  #headers = 0;
  #entries = 0;
  #zeroBlocks = 0;

  constructor(what: string, caps: TarCaps, emit: (entry: TarEntry, owner: Owner) => void) {
    this.#what = what;
    this.#caps = caps;
    this.#emit = emit;
  }

  /** @throws E_LAYER for what is no tar, or over a cap. */
  write(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#zeroBlocks >= 2) {
        this.#readTrailer(chunk, offset);
        return;
      }
      if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - offset);
        this.#padding -= skipped;
        offset += skipped;
      } else {
        offset +=
          this.#member === undefined
            ? this.#readBlock(chunk, offset)
            : this.#readBody(this.#member, chunk, offset);
      }
    }
  }

  /** @throws E_LAYER when the stream stopped inside a member. */
  end(): void {
    if (this.#member !== undefined || this.#extended !== undefined || this.#heldBytes > 0) {
      throw this.#error('stops in the middle of a member');
    }
  }

  /** Takes what is there of the next block, and reads it once it is whole. @returns the bytes taken */
  #readBlock(chunk: Buffer, offset: number): number {
    const taken = Math.min(block - this.#heldBytes, chunk.length - offset);
    if (taken === block) {
      this.#openBlock(chunk.subarray(offset, offset + block));
      return block;
    }
    chunk.copy(this.#held, this.#heldBytes, offset, offset + taken);
    this.#heldBytes += taken;
    if (this.#heldBytes === block) {
      this.#heldBytes = 0;
      this.#openBlock(this.#held);
    }
    return taken;
  }

  #openBlock(bytes: Buffer): void {
    if (this.#extended !== undefined) {
      if (bytes[504] !== 0) return;
      const { header, fragment } = this.#extended;
      this.#extended = undefined;
      this.#open(header, fragment);
      return;
    }
    if (bytes[0] === 0 && isZero(bytes)) {
      this.#zeroBlocks += 1;
      return;
    }
    if (this.#zeroBlocks > 0) throw this.#error('goes on behind its end');
    this.#headers += 1;
    if (this.#headers > this.#caps.maxEntries * maxRecordsPerEntry) throw this.#tooMany();
    const header = this.#checked(() => parseHeader(bytes, this.#records));
    const fragment = firstFragment(header, bytes, this.#records);
    // The blocks in which such a map goes on are not counted by its size.
    if (header.flag === 'S' && bytes[482] !== 0) this.#extended = { header, fragment };
    else this.#open(header, fragment);
  }

  #open(header: TarHeader, fragment: Fragment | undefined): void {
    const record = isRecord(header.flag);
    if (record && header.size > maxRecord) throw this.#error(`has a record of ${header.size} bytes`);
    const wanted = record || isPaxSparse(header, this.#records) ? maxRecord : headBytes;
    this.#member = {
      header,
      fragment,
      kept: Buffer.allocUnsafe(Math.min(wanted, header.size)),
      filled: 0,
      left: header.size,
    };
    if (header.size === 0) this.#close(this.#member);
  }

  #readBody(member: Member, chunk: Buffer, offset: number): number {
    const taken = Math.min(member.left, chunk.length - offset);
    if (member.filled < member.kept.length) {
      member.filled += chunk.copy(member.kept, member.filled, offset, offset + taken);
    }
    member.left -= taken;
    if (member.left === 0) this.#close(member);
    return taken;
  }

  #close(member: Member): void {
    const { header, kept } = member;
    this.#member = undefined;
    this.#padding = (block - (header.size % block)) % block;
    if (header.flag === 'x') this.#records = { ...this.#records, pax: this.#checked(() => parsePax(kept)) };
    else if (header.flag === 'L') this.#records = { ...this.#records, longName: text(kept, 0, kept.length) };
    else if (header.flag === 'K')
      this.#records = { ...this.#records, longTarget: text(kept, 0, kept.length) };
    else if (header.flag !== 'g') {
      this.#entries += 1;
      if (this.#entries > this.#caps.maxEntries) throw this.#tooMany();
      const head = this.#headOf(member);
      this.#records = noRecords;
      const type = types[header.flag] ?? 'other';
      this.#emit({ path: header.name, target: header.target, type, head }, header.owner);
    }
  }

  /** The first bytes of the file as it will be, which a sparse one keeps elsewhere. */
  #headOf({ header, kept, fragment }: Member): Buffer {
    const sparse = isPaxSparse(header, this.#records);
    const map = sparse ? this.#checked(() => parseSparseMap(kept)) : undefined;
    const { start = 0, length = Infinity } = map?.first ?? fragment ?? {};
    if (start > 0) return nothing;
    const from = map?.bytes ?? 0;
    return kept.subarray(from, from + Math.min(headBytes, length));
  }

  /** Writers fill up their last record with zeros; anything else would be seen by one reader and not by the next. */
  #readTrailer(chunk: Buffer, offset: number): void {
    for (let at = offset; at < chunk.length; at += zeros.length) {
      if (!isZero(chunk.subarray(at, at + zeros.length))) throw this.#error('goes on behind its end');
    }
  }

  #checked<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.#error(error instanceof Error ? error.message : String(error));
    }
  }

  #tooMany(): CodedError {
    return this.#error(`holds more than ${this.#caps.maxEntries} members`);
  }

  #error(problem: string): CodedError {
    return new CodedError('E_LAYER', `${this.#what} ${problem}`, { hint: 'build and push that image again' });
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length));
}
