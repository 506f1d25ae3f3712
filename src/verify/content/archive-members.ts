import { CodedError } from '../../errors.ts';
import { block, isRecord, noRecords, parseHeader, parsePax, text, type Records } from './tar-header.ts';

/** One member of an archive whose members are as large as layers. */
export interface ArchiveMember {
  /** Untrusted: a key, never a path of this machine. */
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'hardlink' | 'other';
  /** Where a link points. */
  readonly target: string;
  /** In bytes. */
  readonly size: number;
  /** Readable until the next member is asked for; what is not read is passed over. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An image has 127 layers at most, and each makes four members; a layout may hold some images more. */
const maxMembers = 20_000;
/** Of a pax or GNU record, in bytes. */
const maxRecord = 1024 * 1024;
const types: Readonly<Record<string, ArchiveMember['type']>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
};

/**
 * The members of a tar stream, in one pass: what `docker save` and its like write, so no sparse files. Holds one chunk and one record.
 * @param what for messages
 * @throws E_MANIFEST for what is no tar or over a cap, and what the source throws
 */
export async function* archiveMembers(
  source: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<ArchiveMember, void, undefined> {
  const bytes = new Bytes(source, what);
  let records = noRecords;
  try {
    for (let headers = 0; ; headers += 1) {
      const header = await bytes.take(block);
      if (header === undefined || header.every((byte) => byte === 0)) break;
      if (headers > maxMembers) throw archiveError(what, `holds more than ${maxMembers} members`);
      const { name: path, target, size, flag } = checked(what, () => parseHeader(header, records));
      const padding = (block - (size % block)) % block;
      if (isRecord(flag)) {
        if (size > maxRecord) throw archiveError(what, `has a record of ${size} bytes`);
        const body = (await bytes.take(size)) ?? Buffer.alloc(0);
        records = checked(what, () => withRecord(records, flag, body));
      } else {
        records = noRecords;
        const member = bytes.stream(size);
        yield { path, target, size, type: types[flag] ?? 'other', body: member.body };
        await member.skip();
      }
      await bytes.stream(padding).skip();
    }
    // An engine is done only when all that it writes was taken.
    await bytes.stream(Infinity).skip();
  } finally {
    await bytes.close();
  }
}

function withRecord(records: Records, flag: string, body: Buffer): Records {
  switch (flag) {
    case 'x':
      return { ...records, pax: parsePax(body) };
    case 'L':
      return { ...records, longName: text(body, 0, body.length) };
    case 'K':
      return { ...records, longTarget: text(body, 0, body.length) };
    default:
      return records;
  }
}

function checked<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw archiveError(what, error instanceof Error ? error.message : String(error));
  }
}

/** The error about an archive as a whole. */
export function archiveError(what: string, problem: string): CodedError {
  return new CodedError('E_MANIFEST', `${what} ${problem}`, { hint: 'save that image again' });
}

/** A stream read by count. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #what: string;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>, what: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#what = what;
  }

  /** So many bytes; undefined at the end of the stream. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      const part = await this.#next(left);
      if (part === undefined) {
        if (parts.length === 0) return undefined;
        throw this.#cut();
      }
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** The next so many bytes, to be read or skipped. */
  stream(count: number): { readonly body: AsyncIterable<Uint8Array>; skip(): Promise<void> } {
    let left = count;
    const next = async (): Promise<Uint8Array | undefined> => {
      if (left === 0) return undefined;
      const part = await this.#next(left);
      if (part === undefined && left !== Infinity) throw this.#cut();
      left -= part?.length ?? left;
      return part;
    };
    return {
      body: {
        async *[Symbol.asyncIterator]() {
          for (let part = await next(); part !== undefined; part = await next()) yield part;
        },
      },
      skip: async () => {
        while ((await next()) !== undefined);
      },
    };
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(max: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, max);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  #cut(): CodedError {
    return archiveError(this.#what, 'stops in the middle of a member');
  }
}
