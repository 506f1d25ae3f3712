import { CodedError, quote } from '../../errors.ts';

/** One entry of a layer. Paths have no leading slash, and folders no trailing one. */
export interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** In bytes; 0 for what is no file. */
  readonly size: number;
  /** Where a symbolic link points. */
  readonly link?: string;
  /** Root, unless it is set. */
  readonly uid?: number;
  readonly gid?: number;
}

/** The largest that the header of ustar holds. */
export const maxId = 0o7777777;

const block = 512;
const maxOctalSize = 0o77777777777;
const types = { file: '0', link: '2', folder: '5' } as const;

/**
 * The header of an entry: ustar, with a pax header before it where a name is long or not ASCII, or a size is above 8 GiB. At `mtime` (seconds
 * since 1970). A writer of our own, since the same entries have to give the same bytes whatever
 * version of whatever library is around. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function tarHeader(entry: TarEntry, mtime: number): Buffer {
  const name = entry.kind === 'folder' ? `${entry.path}/` : entry.path;
  const split = splitName(name);
  const records = [
    ...(split === undefined ? [paxRecord('path', name)] : []),
    ...(entry.link !== undefined && !fits(entry.link, 100) ? [paxRecord('linkpath', entry.link)] : []),
    ...(entry.size > maxOctalSize ? [paxRecord('size', String(entry.size))] : []),
  ];
  const own = ustar(split ?? { name: asciiTail(name, 100), prefix: '' }, entry, mtime, types[entry.kind]);
  if (records.length === 0) return own;
  const body = Buffer.from(records.join(''), 'utf8');
  const extra = { ...entry, kind: 'file', mode: 0o644, size: body.length } as const;
  const pax = ustar({ name: `PaxHeaders/${asciiTail(entry.path, 80)}`, prefix: '' }, extra, mtime, 'x');
  return Buffer.concat([pax, body, padding(body.length), own]);
}

/** The zeros between content of `size` bytes and the next header. */
export function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

/** Two blocks of zeros end an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * block);

function ustar(at: { name: string; prefix: string }, entry: TarEntry, mtime: number, type: string): Buffer {
  const header = Buffer.alloc(block);
  const put = (text: string, offset: number): void => {
    header.write(text, offset, 'latin1');
  };
  put(at.name, 0);
  put(octal(entry.mode, 8), 100);
  put(octal(entry.uid ?? 0, 8), 108);
  put(octal(entry.gid ?? 0, 8), 116);
  put(octal(entry.size > maxOctalSize ? 0 : entry.size, 12), 124);
  put(octal(mtime, 12), 136);
  put('        ', 148);
  put(type, 156);
  if (entry.link !== undefined) put(fits(entry.link, 100) ? entry.link : asciiTail(entry.link, 100), 157);
  put('ustar\u000000', 257);
  put(octal(0, 8), 329);
  put(octal(0, 8), 337);
  put(at.prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return header;
}

function octal(value: number, width: number): string {
  const text = value.toString(8);
  if (text.length >= width) throw new CodedError('E_INPUT', `${value} does not fit into a tar header`);
  return `${text.padStart(width - 1, '0')}\u0000`;
}

/** A name in the two fields of ustar, or undefined where it does not fit. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (fits(name, 100)) return { name, prefix: '' };
  if (!isAscii(name)) return undefined;
  for (let at = name.lastIndexOf('/', name.length - 2); at > 0; at = name.lastIndexOf('/', at - 1)) {
    if (at <= 155 && name.length - at - 1 <= 100)
      return { name: name.slice(at + 1), prefix: name.slice(0, at) };
  }
  return undefined;
}

function fits(text: string, width: number): boolean {
  return isAscii(text) && text.length <= width;
}

function isAscii(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

function asciiTail(text: string, width: number): string {
  return text
    .replace(/[^\u0020-\u007e]/g, '_')
    .slice(-width)
    .replace(/^\/+/, '');
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  if (value.includes('\u0000')) throw new CodedError('E_INPUT', `${quote(value)} holds a NUL`);
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}
