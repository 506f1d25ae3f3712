/** One 512-byte header of a tar archive and the records before it, as Go's archive/tar reads them: every runtime is written with it. */
export interface TarHeader {
  readonly name: string;
  readonly target: string;
  /** Of what follows in the archive, in bytes. */
  readonly size: number;
  /** `typeflag`: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
  readonly flag: string;
  readonly owner: Owner;
}

/** Whose a member is, and what may be done with it. What can't be read is 0. */
export interface Owner {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What pax and GNU records say of the next member. */
export interface Records {
  readonly pax: ReadonlyMap<string, string>;
  /** GNU `L`, which goes over pax. */
  readonly longName?: string;
  /** GNU `K`. */
  readonly longTarget?: string;
}

export const noRecords: Records = { pax: new Map() };

export const block = 512;

/** Members of these kinds have nothing behind their header, whatever size it says: links, devices, folders, FIFOs. */
const bodiless = '123456';
const recordFlags = 'xgLK';

/** Whether a member is no file, and says something of the next one or of all that follow: a pax record, a long name. */
export function isRecord(flag: string): boolean {
  return recordFlags.includes(flag);
}

/** The header in these 512 bytes. @throws Error that says what is wrong, in words that go behind the archive's name. */
export function parseHeader(bytes: Buffer, records: Records): TarHeader {
  if (!hasRightSum(bytes)) throw new Error('is no tar archive');
  const flag = bytes.toString('latin1', 156, 157);
  const { pax, longName, longTarget } = isRecord(flag) ? noRecords : records;
  const size = paxSize(pax) ?? parseNumber(bytes, 124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error('has a member of a size that makes no sense');
  const name = longName ?? paxText(pax, 'GNU.sparse.name') ?? paxText(pax, 'path') ?? nameOf(bytes);
  return {
    name,
    target: longTarget ?? paxText(pax, 'linkpath') ?? text(bytes, 157, 100),
    size: bodiless.includes(flag) ? 0 : size,
    // Before ustar a folder was told by its slash.
    flag: flag === '\0' ? (name.endsWith('/') ? '5' : '0') : flag,
    owner: {
      mode: (parseNumber(bytes, 100, 8) || 0) & 0o7777,
      uid: paxId(pax, 'uid') ?? (parseNumber(bytes, 108, 8) || 0),
      gid: paxId(pax, 'gid') ?? (parseNumber(bytes, 116, 8) || 0),
    },
  };
}

function paxId(pax: ReadonlyMap<string, string>, key: string): number | undefined {
  const value = pax.get(key);
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

function nameOf(bytes: Buffer): string {
  const name = text(bytes, 0, 100);
  if (bytes.toString('latin1', 257, 263) !== 'ustar\0') return name;
  // star keeps times in the last 24 bytes of the field.
  const isStar = bytes.toString('latin1', 508, 512) === 'tar\0';
  const prefix = text(bytes, 345, isStar ? 131 : 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** An empty value takes the header's word back. */
function paxText(pax: ReadonlyMap<string, string>, key: string): string | undefined {
  const value = pax.get(key);
  return value === '' ? undefined : value;
}

function paxSize(pax: ReadonlyMap<string, string>): number | undefined {
  const value = paxText(pax, 'size');
  return value === undefined ? undefined : /^\d{1,16}$/.test(value) ? Number(value) : NaN;
}

/** `length key=value\n`, repeated. @throws Error as {@link parseHeader} does. */
export function parsePax(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : bytes.toString('latin1', at, Math.min(space, at + 20));
    const end = at + Number(digits);
    if (!/^\d+$/.test(digits) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a) {
      throw new Error('has a pax record that makes no sense');
    }
    const equals = bytes.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) throw new Error('has a pax record that makes no sense');
    const key = bytes.toString('utf8', space + 1, equals);
    // The last word counts, but sparse files of format 0.0 list their pieces under one repeated key: the first is the file's head.
    if (!key.startsWith('GNU.sparse.') || !found.has(key)) {
      found.set(key, bytes.toString('utf8', equals + 1, end - 1));
    }
    at = end;
  }
  return found;
}

/** A field's text up to its first NUL. */
export function text(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
}

/** Octal digits between blanks and NULs, or base 256 where the first bit is set (GNU, for large numbers). NaN for anything else. */
export function parseNumber(bytes: Buffer, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  if ((first & 0x80) !== 0) {
    if (first === 0xff) return -1;
    let sum = first & 0x7f;
    for (let at = start + 1; at < start + length; at += 1) sum = sum * 256 + (bytes[at] ?? 0);
    return sum;
  }
  const digits = bytes.toString('latin1', start, start + length).replace(/^[ \0]+|[ \0].*$/gs, '');
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}

/** The header's sum over its own bytes, with the sum's field as blanks; some old writers summed signed bytes. */
function hasRightSum(bytes: Buffer): boolean {
  const said = parseNumber(bytes, 148, 8);
  let sum = 8 * 0x20;
  let high = 0;
  for (let index = 0; index < block; index += 1) {
    if (index === 148) index = 156;
    const value = bytes[index] ?? 0;
    sum += value;
    high += value >> 7;
  }
  return said === sum || said === sum - 256 * high;
}

/** Whether these 512 bytes start a tar archive, the empty one included. */
export function isHeader(bytes: Buffer): boolean {
  return hasRightSum(bytes) || bytes.every((byte) => byte === 0);
}
