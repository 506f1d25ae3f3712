import { CodedError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import { configMediaTypes, imageMediaTypes, indexMediaTypes } from '../oci/media-types.ts';
import { parseRepository, parseTag, type Repository } from '../oci/reference.ts';
import { parseFields, withoutUndefined, Field } from '../oci/schema.ts';
import type { JsonObject, JsonValue } from '../oci/strict-json.ts';
import { formatPlatform, parsePlatform, type Platform } from '../platform/platform.ts';

/** A record is small on purpose: it names an image, it does not carry it. In bytes. */
export const maxRecordBytes = 16 * 1024;

/** The run of a workflow that a leg belonged to. */
export interface RecordRun {
  readonly id?: string;
  readonly attempt?: number;
  readonly sha?: string;
  readonly repository?: string;
  /** What the artifact service calls the job, where the record went through it. */
  readonly job?: string;
}

/** A base image, and what its name led to when the leg began. */
export interface RecordBase {
  readonly reference: string;
  readonly digest: Digest;
}

/** So many fit beside all else. */
const maxBases = 12;

/** What a leg found in the layers that it pushed. */
export interface RecordContent {
  /** The machine of what starting the image leads to, where that could be told. */
  readonly entrypoint?: string;
  /** How many programs there are of each machine. */
  readonly machines: Readonly<Record<string, number>>;
}

/**
 * What a leg hands to the fan-in: which image it pushed for which platform, and what it knows about it.
 * Everything in a record that comes from outside is a claim, never a fact.
 */
export interface LegRecord {
  readonly image: Repository;
  readonly tag?: string;
  readonly platform: Platform;
  /**
   * Of an image manifest, or of an index (buildx with provenance). An image that was not pushed may have no manifest yet:
   * then it is the image's ID, with the media type of a config and the size 0.
   */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Of the manifest, in bytes. */
  readonly size: number;
  readonly pushed: boolean;
  readonly mode?: string;
  /** Name and version: `podman 5.4.2`. */
  readonly engine?: string;
  readonly runner?: { readonly arch?: string };
  readonly run?: RecordRun;
  /** The leg's word about the programs in the layers that it pushed. */
  readonly content?: RecordContent;
  /** What it was built on, as the leg found it in the registries. */
  readonly bases?: readonly RecordBase[];
  /** How long the phases took, in seconds. */
  readonly seconds?: Readonly<Record<string, number>>;
}

/** The record as JSON, in the field order of the contract. */
export function recordToJson(record: LegRecord): JsonObject {
  const {
    image,
    tag,
    platform,
    digest,
    mediaType,
    size,
    pushed,
    mode,
    engine,
    runner,
    run,
    content,
    bases,
    seconds,
  } = record;
  return withoutUndefined<JsonObject>({
    schema: 1,
    image: image.name,
    ...(tag !== undefined && { tag }),
    platform: formatPlatform(platform),
    digest,
    mediaType,
    size,
    pushed,
    ...(mode !== undefined && { mode }),
    ...(engine !== undefined && { engine }),
    ...(runner !== undefined && { runner: withoutUndefined<JsonObject>({ ...runner }) }),
    ...(run !== undefined && { run: withoutUndefined<JsonObject>({ ...run }) }),
    ...(content !== undefined && { content: withoutUndefined<JsonObject>({ ...content }) }),
    ...(bases !== undefined && {
      bases: bases.slice(0, maxBases).map(({ reference, digest: base }) => ({ reference, digest: base })),
    }),
    ...(seconds !== undefined && { seconds }),
  });
}

/**
 * Reads a record. Unknown fields are ignored; what is known has to be of its type.
 * @param where for the error: `record file "./digests/a.json"`
 * @throws E_RECORD naming the field
 */
export function parseRecord(bytes: Uint8Array, where: string): LegRecord {
  if (bytes.length > maxRecordBytes) {
    throw new CodedError('E_RECORD', `${where} is larger than ${maxRecordBytes} bytes`, {
      hint: 'hand over the record that the build command printed, and nothing else',
    });
  }
  return readRecord(parseFields(bytes, where, { code: 'E_RECORD' }));
}

/** {@link parseRecord}, for a value that was parsed already. */
export function recordOfJson(json: JsonValue, where: string): LegRecord {
  return readRecord(new Field(json, where, 'E_RECORD'));
}

function readRecord(record: Field): LegRecord {
  const schema = record.get('schema');
  if (schema.value !== 1) {
    throw schema.error(
      `is ${JSON.stringify(schema.value ?? null)}, this version reads 1`,
      'use the same version of native-multiarch in the legs and in the fan-in',
    );
  }
  const pushed = record.get('pushed').optional((field) => field.boolean()) ?? true;
  return withoutUndefined<LegRecord>({
    image: parsed(record.get('image'), parseRepository),
    tag: record.get('tag').optional((field) => parsed(field, parseTag)),
    platform: parsed(record.get('platform'), parsePlatform),
    digest: record.get('digest').digest(),
    mediaType: record
      .get('mediaType')
      .oneOf([...imageMediaTypes, ...indexMediaTypes, ...(pushed ? [] : configMediaTypes)]),
    size: record.get('size').integer({ min: pushed ? 1 : 0 }),
    pushed,
    mode: record.get('mode').optional(shortText),
    engine: record.get('engine').optional(shortText),
    runner: record
      .get('runner')
      .optional((runner) =>
        withoutUndefined<{ arch?: string }>({ arch: runner.get('arch').optional(shortText) }),
      ),
    run: record.get('run').optional(readRun),
    content: record.get('content').optional(readContent),
    bases: record.get('bases').optional((bases) => bases.items(maxBases).map(readBase)),
    seconds: record.get('seconds').optional(readSeconds),
  });
}

function readRun(run: Field): RecordRun {
  return withoutUndefined<RecordRun>({
    id: run.get('id').optional(shortText),
    attempt: run.get('attempt').optional((field) => field.integer({ min: 1 })),
    sha: run.get('sha').optional(shortText),
    repository: run.get('repository').optional(shortText),
    job: run.get('job').optional(shortText),
  });
}

function readSeconds(seconds: Field): Record<string, number> {
  return Object.fromEntries(
    Object.entries(seconds.object()).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}

function readBase(base: Field): RecordBase {
  return { reference: base.get('reference').string({ maxLength: 600 }), digest: base.get('digest').digest() };
}

function readContent(content: Field): RecordContent {
  const machines = content.get('machines');
  const names = Object.keys(machines.object());
  return withoutUndefined<RecordContent>({
    entrypoint: content.get('entrypoint').optional(shortText),
    machines: Object.fromEntries(names.map((machine) => [machine, machines.get(machine).integer()])),
  });
}

function shortText(field: Field): string {
  return field.string({ maxLength: 200 });
}

/** What another grammar makes of a field; its complaint is told as the record's. */
function parsed<T>(field: Field, parse: (text: string) => T): T {
  const text = field.string({ maxLength: 1024 });
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof CodedError) throw field.error(`can't be read: ${error.message}`, error.hint);
    throw error;
  }
}
