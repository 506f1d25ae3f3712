import { isMap, isScalar, isSeq } from 'yaml';
import { CodedError, joinErrors, quote, show } from '../errors.ts';
import { formatPlatform, parsePlatform, platformKey, type Platform } from '../platform/platform.ts';
import { attempt, plainRow, readRow, readRowEntries, type PlatformRow } from './platform-row.ts';
import { YamlField } from './yaml-field.ts';
import { readYaml } from './yaml.ts';

export type { PlatformRow, RunsOn } from './platform-row.ts';

/** As many as the images that one index holds. */
const maxRows = 64;
const maxCharacters = 65_536;

interface PlacedRow {
  readonly row: PlatformRow;
  /** `line 3, column 5`. */
  readonly place: string;
  /** As it was written. */
  readonly text: string;
}

/**
 * The table of platforms, in any of its forms: a list at commas and newlines, where `?` marks what may be missing and `#`
 * starts a comment; a YAML or JSON list of platforms and rows; a YAML or JSON map from platforms to labels or rows.
 * Everything that is wrong is told at once, with line and column.
 * @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
 * normalised, E_INPUT for the rest.
 */
export function parsePlatforms(text: string): PlatformRow[] {
  const errors: CodedError[] = [];
  const rows = readRows(text.replace(/^\ufeff/, ''), errors);
  if (rows.length === 0 && errors.length === 0) throw noPlatform();
  errors.push(...duplicates(rows));
  if (rows.length > maxRows) {
    errors.push(
      unreadable('E_INPUT', `there are ${rows.length} platforms`, `an index holds ${maxRows} at most`),
    );
  }
  if (errors.length > 0) throw joinErrors(errors);
  return rows.map(({ row }) => row);
}

function readRows(text: string, errors: CodedError[]): PlacedRow[] {
  if (text.length > maxCharacters) {
    throw unreadable('E_INPUT', `has ${text.length} characters`, `${maxCharacters} are accepted at most`);
  }
  return isYaml(text) ? readYamlRows(text, errors) : readList(text, errors);
}

/** Whether it is more than a plain list: a bracket at its start, or a line with an item's dash or a key's colon. */
function isYaml(text: string): boolean {
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

function placed(
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

function readYamlRows(text: string, errors: CodedError[]): PlacedRow[] {
  const source = readYaml(text);
  const root = new YamlField(source.root, 'the table', source);
  if (root.isNull) throw noPlatform();
  if (isMap(root.node)) return readMap(root, errors);
  if (!isSeq(root.node))
    throw root.error('is neither a list nor a map', 'write linux/amd64, linux/arm64, for example');
  return root.items().flatMap((item) => readItem(item, errors));
}

function readMap(map: YamlField, errors: CodedError[]): PlacedRow[] {
  return map
    .entries()
    .flatMap(({ key, keyField, value }) =>
      collect(errors, () =>
        placed(key, keyField.place, (platform, optional) =>
          readRow(platform, optional, value.named(show(key)), errors),
        ),
      ),
    );
}

/** A platform's name, a map from one to its row, or a row that names its `platform`. */
function readItem(item: YamlField, errors: CodedError[]): PlacedRow[] {
  if (isScalar(item.node) && !item.isNull) {
    return collect(errors, () => placed(item.string().trim(), item.place, plainRow));
  }
  if (!isMap(item.node)) {
    errors.push(
      item.error('is neither a platform nor a row', 'write linux/amd64, or platform: linux/amd64 and more'),
    );
    return [];
  }
  if (!item.entries().some(({ key }) => key === 'platform')) return readMap(item, errors);
  return collect(errors, () => {
    const entries = item.uniqueEntries();
    const { value } = entries.find(({ key }) => key === 'platform') ?? { value: item };
    const others = entries.filter(({ key }) => key !== 'platform');
    return placed(value.string().trim(), value.place, (platform, optional) =>
      readRowEntries(platform, optional, others, errors),
    );
  });
}

/** What `read` returns, in a list; nothing, and its error with the others, where it throws. */
function collect<T>(errors: CodedError[], read: () => T): T[] {
  const found: T[] = [];
  attempt(errors, () => void found.push(read()));
  return found;
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

function noPlatform(): CodedError {
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
