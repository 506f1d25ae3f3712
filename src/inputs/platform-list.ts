import { CodedError, joinErrors, quote } from '../errors.ts';
import type { JsonValue } from '../oci/strict-json.ts';
import { formatPlatform, parsePlatform, platformKey, type Platform } from '../platform/platform.ts';

/** What GitHub takes for `runs-on`. */
export type RunsOn = string | string[] | { group?: string; labels?: string | string[] };

export const rowModes = ['native', 'emulate', 'cross', 'auto'] as const;
export const rowFallbacks = ['fail', 'emulate', 'cross', 'skip'] as const;
export const rowEngines = ['auto', 'buildx', 'docker', 'podman', 'buildah', 'assemble'] as const;

/** What a row says of its entry in the index. */
export interface RowEntry {
  readonly osVersion?: string;
  readonly osFeatures?: string[];
  readonly features?: string[];
  readonly annotations?: Record<string, string>;
  /** The row's platform stands although the config says otherwise. */
  readonly override: boolean;
}

/** One platform of the table, and how it is to be made. What isn't said is absent, so that a default can be told from a choice. */
export interface PlatformRow {
  readonly platform: Platform;
  readonly required: boolean;
  readonly runsOn?: RunsOn;
  readonly fallback: (typeof rowFallbacks)[number];
  readonly engine?: (typeof rowEngines)[number];
  readonly mode?: (typeof rowModes)[number];
  readonly timeoutMinutes?: number;
  readonly smokeTest?: string;
  readonly entry: RowEntry;
  /** What else the row has: passed through to the matrix. */
  readonly extra: Record<string, JsonValue>;
}

/** As many as the images that one index holds. */
const maxRows = 64;
const maxCharacters = 65_536;

/** A row, and where it was written. */
export interface PlacedRow {
  readonly row: PlatformRow;
  /** `line 3, column 5`. */
  readonly place: string;
  /** As it was written. */
  readonly text: string;
}

/**
 * The plain form of the table of platforms: a list at commas and newlines, where `?` marks what may be missing and `#`
 * starts a comment. The other forms need a YAML reader, and are in platforms.ts.
 * @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
 * normalised: everything that is wrong at once, with line and column.
 */
export function parsePlatformList(text: string): PlatformRow[] {
  const errors: CodedError[] = [];
  return checkedRows(readList(text.replace(/^\ufeff/, ''), errors), errors);
}

/** The rows, once nothing is wrong with any of them, nor with all together. */
export function checkedRows(rows: readonly PlacedRow[], errors: readonly CodedError[]): PlatformRow[] {
  if (rows.length === 0 && errors.length === 0) throw noPlatform();
  const wrong = [...errors, ...duplicates(rows)];
  if (rows.length > maxRows) {
    wrong.push(
      unreadable('E_INPUT', `there are ${rows.length} platforms`, `an index holds ${maxRows} at most`),
    );
  }
  if (wrong.length > 0) throw joinErrors(wrong);
  return rows.map(({ row }) => row);
}

/**
 * Whether it is more than a plain list: a bracket at its start, or a line with an item's dash or a key's colon.
 * @throws E_INPUT for more text than a table can be
 */
export function isYaml(text: string): boolean {
  if (text.length > maxCharacters) {
    throw unreadable('E_INPUT', `has ${text.length} characters`, `${maxCharacters} are accepted at most`);
  }
  const lines = text.split(/\r\n|\r|\n/).map((line) => withoutComment(line).trim());
  const [first = ''] = lines.filter((line) => line !== '');
  return /^(?:[[{%"']|---)/.test(first) || lines.some((line) => /^-(?:\s|$)|:(?:\s|$)/.test(line));
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, '');
}

function readList(text: string, errors: CodedError[]): PlacedRow[] {
  const rows: PlacedRow[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    let column = 1;
    for (const part of withoutComment(line).split(',')) {
      const item = part.trim();
      const place = `line ${index + 1}, column ${column + part.length - part.trimStart().length}`;
      column += part.length + 1;
      if (item !== '') attempt(errors, () => void rows.push(placed(item, place, plainRow)));
    }
  }
  return rows;
}

/** Reads one platform's name, with its place in what is wrong. */
export function placed(
  text: string,
  place: string,
  read: (platform: Platform, optional: boolean) => PlatformRow,
): PlacedRow {
  const optional = text.endsWith('?');
  try {
    return { row: read(parsePlatform(optional ? text.slice(0, -1).trimEnd() : text), optional), place, text };
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_PLATFORM') throw error;
    throw unreadable('E_PLATFORM', `${place}: ${error.message}`, error.hint, error);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** A row while it is read. */
export type Draft = Mutable<Omit<PlatformRow, 'entry'>> & { entry: Mutable<RowEntry> };

/** A row in which nothing is said but the platform. */
export function plainRow(platform: Platform, optional: boolean): PlatformRow {
  return draft(platform, !optional);
}

export function draft(platform: Platform, required: boolean): Draft {
  const extra = Object.create(null) as Record<string, JsonValue>;
  return { platform, required, fallback: 'fail', entry: { override: false }, extra };
}

/** Runs `work`; what it throws on purpose is kept with the rest. */
export function attempt(errors: CodedError[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    errors.push(error);
  }
}

function duplicates(rows: readonly PlacedRow[]): CodedError[] {
  const first = new Map<string, PlacedRow>();
  const errors: CodedError[] = [];
  for (const placedRow of rows) {
    const key = platformKey(asEntry(placedRow.row));
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, placedRow);
    else errors.push(duplicate(earlier, placedRow));
  }
  return errors;
}

/** The platform that the entry in the index will have, as far as the row says. */
function asEntry({ platform, entry }: PlatformRow): Platform {
  return {
    ...platform,
    ...(entry.osVersion !== undefined && { osVersion: entry.osVersion }),
    ...(entry.osFeatures !== undefined && { osFeatures: entry.osFeatures }),
  };
}

function duplicate(earlier: PlacedRow, later: PlacedRow): CodedError {
  const platform = formatPlatform(later.row.platform);
  return unreadable(
    'E_PLATFORM_DUPLICATE',
    `${later.place}: ${quote(later.text)} is ${platform}, and so is ${quote(earlier.text)} at ${earlier.place}`,
    'keep one of them',
  );
}

export function noPlatform(): CodedError {
  return unreadable(
    'E_PLATFORM',
    'there is no platform in the table',
    'write linux/amd64, linux/arm64, for example',
  );
}

function unreadable(
  code: CodedError['code'],
  message: string,
  hint: string | undefined,
  cause?: unknown,
): CodedError {
  return new CodedError(code, message, { usage: true, cause, ...(hint !== undefined && { hint }) });
}
