import { CodedError, quote, show } from '../errors.ts';
import { parseDigest } from '../oci/digest.ts';
import { parseLayoutReference } from '../oci/layout-reference.ts';
import { parseReference, type Repository } from '../oci/reference.ts';
import { parseStrictJson, type JsonValue } from '../oci/strict-json.ts';
import { parsePlatform } from '../platform/platform.ts';
import { legOfRecord, type Leg } from './leg.ts';
import { maxRecordBytes, parseRecord, recordOfJson } from './record.ts';

/** The part of the file system that records are read from. */
export interface RecordFiles {
  /** `undefined` when there is nothing at `path`. */
  kind(path: string): Promise<'file' | 'folder' | undefined>;
  /** At most `max + 1` bytes. */
  read(path: string, max: number): Promise<Uint8Array>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<readonly string[]>;
}

const maxEntries = 1000;
const digestFileName = /^[0-9a-f]{64}$/;

/**
 * The legs that `records` names, in the forms of the contract: `platform=digest`, `platform=reference`, a bare
 * reference or digest, a JSON record (also over several lines, or an array of them), a path to a record file, to a folder
 * of them, or to a folder of empty files named by digest.
 * @param repository where a bare digest is looked for
 * @throws E_RECORD with the number of the entry; E_PLATFORM, E_REFERENCE for what stands on either side of `=`.
 */
export async function explicitLegs(
  entries: readonly string[],
  repository: Repository,
  files: RecordFiles,
): Promise<Leg[]> {
  const legs: Leg[] = [];
  const readable = refusingUnreadable(files);
  for (const { text, line } of joinJson(entries)) {
    const origin = `records entry ${line}`;
    if (/^[[{]/.test(text)) legs.push(...jsonLegs(text, origin));
    else if (/^(\/|\.\.?\/)/.test(text)) legs.push(...(await pathLegs(text, repository, readable)));
    else legs.push(inEntry(origin, () => namedLeg(text, repository, origin)));
  }
  return legs;
}

/** What the system says of a path that is there and can't be read, told as what it is. */
function refusingUnreadable(files: RecordFiles): RecordFiles {
  const told = async <T>(path: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CodedError('E_RECORD', `${quote(path)}, which records names, can't be read: ${show(why)}`, {
        hint: 'name a record file, or a folder of them, that this user may read',
        cause: error,
      });
    }
  };
  return {
    kind: async (path) => told(path, files.kind(path)),
    read: async (path, max) => told(path, files.read(path, max)),
    list: async (path) => told(path, files.list(path)),
  };
}

/** A record may be pretty-printed: lines from an opening bracket on belong together until they parse. */
function joinJson(entries: readonly string[]): { text: string; line: number }[] {
  const joined: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, entry] of entries.entries()) {
    if (open === undefined && !/^[[{]/.test(entry)) {
      joined.push({ text: entry, line: index + 1 });
      continue;
    }
    open =
      open === undefined ? { text: entry, line: index + 1 } : { ...open, text: `${open.text}\n${entry}` };
    if (isWholeJson(open.text)) {
      joined.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) joined.push(open);
  return joined;
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function jsonLegs(text: string, origin: string): Leg[] {
  const json = parseStrictJson(Buffer.from(text), origin, { code: 'E_RECORD' });
  const records = Array.isArray(json) ? (json as readonly JsonValue[]) : [json];
  return records.map((item, index) => {
    const where = records.length === 1 ? origin : `${origin}[${index}]`;
    // An array of job outputs holds each record as a string of JSON.
    const record =
      typeof item === 'string' ? parseRecord(Buffer.from(item), where) : recordOfJson(item, where);
    return legOfRecord(record, where);
  });
}

/** What can't be read of the value itself is wrong use, told with its entry. */
function inEntry(origin: string, read: () => Leg): Leg {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const message = error.message.startsWith(origin) ? error.message : `${origin}: ${error.message}`;
    throw new CodedError(error.code, message, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
      usage: true,
    });
  }
}

function namedLeg(text: string, repository: Repository, origin: string): Leg {
  const equals = text.indexOf('=');
  const claimed = equals < 0 ? undefined : parsePlatform(text.slice(0, equals).trim());
  const target = text.slice(equals + 1).trim();
  const index = claimed === undefined ? 'all' : 'pick';
  // A digest that was cut short would pass for the tag of an image called sha256.
  if (/^sha\d+:/.test(target)) return { origin, claimed, repository, ref: parseDigest(target), index };
  const inFolder = parseLayoutReference(target);
  if (inFolder !== undefined) {
    const { repository: folder, digest, tag } = inFolder;
    return { origin, claimed, repository: folder, ref: digest ?? tag ?? '', index };
  }
  const reference = parseReference(target);
  const ref = reference.digest ?? reference.tag;
  if (ref === undefined) {
    throw new CodedError('E_RECORD', `${origin}: ${quote(target)} names no tag and no digest`, {
      hint: 'say which: <repository>:<tag> or <repository>@sha256:...; a path starts with ./ or /',
    });
  }
  return { origin, claimed, repository: reference.repository, ref, index };
}

async function pathLegs(path: string, repository: Repository, files: RecordFiles): Promise<Leg[]> {
  const kind = await files.kind(path);
  if (kind === undefined) {
    throw new CodedError('E_NOT_FOUND', `there is no file or folder ${quote(path)}, which records names`, {
      hint: 'hand the records over before the merge, or correct the path',
    });
  }
  if (kind === 'file')
    return [
      legOfRecord(parseRecord(await files.read(path, maxRecordBytes), `record file ${quote(path)}`), path),
    ];
  const legs = await folderLegs(path, repository, files, 1);
  if (legs.length > 0) return legs;
  throw new CodedError('E_NOT_FOUND', `the folder ${quote(path)}, which records names, holds no record`, {
    hint: 'a record is a .json file as build makes it, or an empty file named by the 64 digits of a digest',
  });
}

/** @param depth how many levels of folders below are looked into: an artifact download may make one for each artifact */
async function folderLegs(
  path: string,
  repository: Repository,
  files: RecordFiles,
  depth: number,
): Promise<Leg[]> {
  const names = await files.list(path);
  if (names.length > maxEntries) {
    throw new CodedError(
      'E_RECORD',
      `the folder ${quote(path)} holds ${names.length} entries, more than ${maxEntries}`,
      {
        hint: 'name a folder that holds records and nothing else',
      },
    );
  }
  const legs: Leg[] = [];
  for (const name of names) {
    const child = `${path.replace(/\/+$/, '')}/${name}`;
    const kind = await files.kind(child);
    if (kind === 'folder' && depth > 0) {
      legs.push(...(await folderLegs(child, repository, files, depth - 1)));
    } else if (kind === 'file' && digestFileName.test(name)) {
      legs.push({ origin: child, claimed: undefined, repository, ref: `sha256:${name}`, index: 'all' });
    } else if (kind === 'file' && name.endsWith('.json')) {
      legs.push(
        legOfRecord(
          parseRecord(await files.read(child, maxRecordBytes), `record file ${quote(child)}`),
          child,
        ),
      );
    } else {
      throw new CodedError(
        'E_RECORD',
        `${quote(child)} is neither a .json record nor an empty file named by a digest`,
        {
          hint: 'name a folder that holds records and nothing else',
        },
      );
    }
  }
  return legs;
}
