import { inflateRawSync } from 'node:zlib';
import { CodedError, quote } from '../errors.ts';

/** Where things stand in a zip. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16 */
const endRecord = { signature: 0x06054b50, bytes: 22 };
const centralHeader = { signature: 0x02014b50, bytes: 46 };
const localHeader = { signature: 0x04034b50, bytes: 30 };
const maxCommentBytes = 0xffff;

/**
 * The content of the one file that a zip holds, which must have this name: nothing is written anywhere, and neither more
 * than `maxBytes` nor another file is read, whatever the zip claims.
 * @param where for the error: `artifact "native-multiarch.0123456789ab.linux-arm64.1"`
 * @throws E_RECORD
 */
export function onlyFileOf(zip: Uint8Array, name: string, maxBytes: number, where: string): Uint8Array {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const refuse = (problem: string): never => {
    throw new CodedError('E_RECORD', `${where} ${problem}`, {
      hint: 'it is not what a leg handed over; run that leg again, and see which job made this artifact',
    });
  };
  try {
    const end = endOf(bytes) ?? refuse('is not a zip');
    const entries = bytes.readUInt16LE(end + 10);
    if (entries !== 1) refuse(`holds ${entries} files, and a record is one`);
    const entry = entryAt(bytes, bytes.readUInt32LE(end + 16)) ?? refuse('has no directory where it says');
    if (entry.name !== name) refuse(`holds ${quote(entry.name)}, and a record is ${name}`);
    if (entry.size > maxBytes) refuse(`holds a record of ${entry.size} bytes, more than ${maxBytes}`);
    const content =
      contentAt(bytes, entry, maxBytes) ?? refuse('is packed in a way that no record is packed in');
    if (content.length !== entry.size || crc32(content) !== entry.crc)
      refuse('is damaged: its file is not what its directory says');
    return content;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    // An offset or a stream that leads out of the zip.
    return refuse('is damaged');
  }
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

function endOf(bytes: Buffer): number | undefined {
  const last = bytes.length - endRecord.bytes;
  for (let at = last; at >= 0 && at >= last - maxCommentBytes; at -= 1) {
    if (bytes.readUInt32LE(at) === endRecord.signature) return at;
  }
  return undefined;
}

function entryAt(bytes: Buffer, at: number): Entry | undefined {
  if (bytes.readUInt32LE(at) !== centralHeader.signature) return undefined;
  const nameBytes = bytes.readUInt16LE(at + 28);
  const name = at + centralHeader.bytes;
  return {
    isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
    name: bytes.toString('utf8', name, name + nameBytes),
  };
}

/** Stored or deflated; undefined for anything else. */
function contentAt(
  bytes: Buffer,
  { offset, method, isEncrypted, packed }: Entry,
  max: number,
): Buffer | undefined {
  if (isEncrypted || bytes.readUInt32LE(offset) !== localHeader.signature) return undefined;
  const start =
    offset + localHeader.bytes + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const data = bytes.subarray(start, start + packed);
  if (method === 0) return data;
  return method === 8 ? inflateRawSync(data, { maxOutputLength: max }) : undefined;
}

/** zlib.crc32 is not in every Node that we run on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ 0xffffffff) >>> 0;
}
