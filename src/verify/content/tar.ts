import { CodedError } from '../../errors.ts';
import { headBytes } from './machine.ts';

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

const block = 512;
/** Of a pax or GNU name record; real names are far shorter. In bytes. */
const maxRecord = 64 * 1024;
const types: Readonly<Record<string, TarEntry['type']>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

interface Header {
  readonly name: string;
  readonly target: string;
  readonly size: number;
  readonly flag: string;
}

/** Names that a pax or GNU record gave to the next member. */
interface Overrides {
  path?: string;
  linkpath?: string;
  size?: number;
}

/**
 * Walks a tar stream: ustar, pax and GNU long names. Holds one block and one record, never a file.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */
export class TarWalker {
  readonly #emit: (entry: TarEntry) => void;
  readonly #caps: TarCaps;
  readonly #what: string;
  #held: Uint8Array = new Uint8Array(0);
  #current: { header: Header; left: number; padding: number; head: Uint8Array; filled: number } | undefined;
  #next: Overrides = {};
  #global: Overrides = {};
  #entries = 0;
  #ended = false;

  constructor(what: string, caps: TarCaps, emit: (entry: TarEntry) => void) {
    this.#what = what;
    this.#caps = caps;
    this.#emit = emit;
  }

  /** @throws E_LAYER for what is no tar, or over a cap. */
  write(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length && !this.#ended) {
      offset = this.#current === undefined ? this.#readHeader(chunk, offset) : this.#readBody(chunk, offset);
    }
  }

  /** @throws E_LAYER when the stream stopped inside a member. */
  end(): void {
    if (this.#current !== undefined || this.#held.length > 0)
      throw this.#error('stops in the middle of a member');
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    const wanted = block - this.#held.length;
    const part = chunk.subarray(offset, offset + wanted);
    if (part.length < wanted) {
      this.#held = this.#held.length === 0 ? Uint8Array.from(part) : Buffer.concat([this.#held, part]);
      return chunk.length;
    }
    const bytes = this.#held.length === 0 ? part : Buffer.concat([this.#held, part]);
    this.#held = new Uint8Array(0);
    if (bytes.every((byte) => byte === 0)) this.#ended = true;
    else this.#open(this.#parse(bytes));
    return offset + part.length;
  }

  #open(header: Header): void {
    this.#entries += 1;
    if (this.#entries > this.#caps.maxEntries)
      throw this.#error(`holds more than ${this.#caps.maxEntries} members`);
    const isRecord = 'xgLK'.includes(header.flag);
    if (isRecord && header.size > maxRecord) throw this.#error(`has a name record of ${header.size} bytes`);
    const kept = isRecord ? header.size : Math.min(headBytes, header.size);
    this.#current = {
      header,
      left: header.size,
      padding: (block - (header.size % block)) % block,
      head: new Uint8Array(kept),
      filled: 0,
    };
    if (header.size === 0) this.#close();
  }

  #readBody(chunk: Uint8Array, offset: number): number {
    const current = this.#current;
    if (current === undefined) return offset;
    const available = chunk.length - offset;
    if (current.left > 0) {
      const taken = Math.min(current.left, available);
      if (current.filled < current.head.length) {
        const part = chunk.subarray(offset, offset + Math.min(taken, current.head.length - current.filled));
        current.head.set(part, current.filled);
        current.filled += part.length;
      }
      current.left -= taken;
      if (current.left === 0 && current.padding === 0) this.#close();
      return offset + taken;
    }
    const skipped = Math.min(current.padding, available);
    current.padding -= skipped;
    if (current.padding === 0) this.#close();
    return offset + skipped;
  }

  #close(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    const { header, head } = current;
    if (header.flag === 'x') this.#next = { ...this.#next, ...this.#pax(head) };
    else if (header.flag === 'g') this.#global = { ...this.#global, ...this.#pax(head) };
    else if (header.flag === 'L') this.#next.path = cString(head);
    else if (header.flag === 'K') this.#next.linkpath = cString(head);
    else {
      this.#emit({ path: header.name, target: header.target, type: types[header.flag] ?? 'other', head });
      this.#next = {};
    }
  }

  #parse(bytes: Uint8Array): Header {
    if (!hasRightSum(bytes)) throw this.#error('is no tar archive');
    const overrides = { ...this.#global, ...this.#next };
    const flag = String.fromCharCode(bytes[156] ?? 0);
    const plain = 'xgLK'.includes(flag) ? {} : overrides;
    const size = plain.size ?? number(bytes.subarray(124, 136));
    const hasBody = !'123456'.includes(flag);
    if (!Number.isSafeInteger(size) || size < 0)
      throw this.#error('has a member of a size that makes no sense');
    const ustar = cString(bytes.subarray(257, 262)) === 'ustar' && bytes[262] === 0;
    const prefix = ustar ? cString(bytes.subarray(345, 500)) : '';
    const name = cString(bytes.subarray(0, 100));
    return {
      name: plain.path ?? (prefix === '' ? name : `${prefix}/${name}`),
      target: plain.linkpath ?? cString(bytes.subarray(157, 257)),
      size: hasBody ? size : 0,
      flag,
    };
  }

  /** `length key=value\n`, repeated. */
  #pax(bytes: Uint8Array): Overrides {
    const found: Overrides = {};
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < buffer.length;) {
      const space = buffer.indexOf(0x20, at);
      const length = Number(buffer.subarray(at, space).toString('latin1'));
      if (space < 0 || !Number.isSafeInteger(length) || length <= space - at || at + length > buffer.length) {
        throw this.#error('has a pax record that makes no sense');
      }
      const record = buffer.subarray(space + 1, at + length - 1).toString('utf8');
      const equals = record.indexOf('=');
      const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
      if (key === 'path') found.path = value;
      if (key === 'linkpath') found.linkpath = value;
      if (key === 'size' && /^\d{1,16}$/.test(value)) found.size = Number(value);
      at += length;
    }
    return found;
  }

  #error(problem: string): CodedError {
    return new CodedError('E_LAYER', `${this.#what} ${problem}`, { hint: 'build and push that image again' });
  }
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end).toString('utf8');
}

/** Octal digits, or base 256 where the first bit is set (GNU, for large sizes). */
function number(bytes: Uint8Array): number {
  if (((bytes[0] ?? 0) & 0x80) !== 0) {
    return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, (bytes[0] ?? 0) & 0x7f);
  }
  const digits = cString(bytes).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}

/** The header's sum over its own bytes, with the sum's field as blanks; some old writers summed signed bytes. */
function hasRightSum(bytes: Uint8Array): boolean {
  const said = number(bytes.subarray(148, 156));
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < block; index += 1) {
    const value = index >= 148 && index < 156 ? 0x20 : (bytes[index] ?? 0);
    unsigned += value;
    signed += value < 128 ? value : value - 256;
  }
  return said === unsigned || said === signed;
}
