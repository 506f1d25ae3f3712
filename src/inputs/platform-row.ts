import { isMap, isSeq } from 'yaml';
import { CodedError, quote } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import {
  attempt,
  draft,
  rowEngines,
  rowFallbacks,
  rowModes,
  type Draft,
  type PlatformRow,
  type RunsOn,
} from './platform-list.ts';
import { YamlField, type YamlEntry } from './yaml-field.ts';

/** Five days, which is all that GitHub gives a job. https://docs.github.com/en/actions/reference/limits */
export const maxTimeoutMinutes = 7200;

const word = /^[!-~]{1,128}$/;

/** Names that the matrix row gives a meaning of its own. */
const taken: ReadonlyMap<string, string> = new Map([
  ['arch', 'it follows from the platform'],
  ['name', 'it follows from the platform and the mode'],
  ['platform', 'it stands before the row'],
  ['timeout-minutes', 'write timeout: 90m'],
]);

/** Every key that means something in a row, and what it does to it. */
const readers: ReadonlyMap<string, (row: Draft, value: YamlField) => void> = new Map<
  string,
  (row: Draft, value: YamlField) => void
>([
  ['runs-on', (row, value) => void (row.runsOn = readRunsOn(value))],
  ['required', (row, value) => void (row.required = readRequired(row, value))],
  ['fallback', (row, value) => void (row.fallback = value.oneOf(rowFallbacks))],
  ['engine', (row, value) => void (row.engine = value.oneOf(rowEngines))],
  ['mode', (row, value) => void (row.mode = value.oneOf(rowModes))],
  ['timeout', (row, value) => void (row.timeoutMinutes = readTimeout(value))],
  ['smoke-test', (row, value) => void (row.smokeTest = value.string())],
  ['os-version', (row, value) => void (row.entry.osVersion = readWord(value))],
  ['os-features', (row, value) => void (row.entry.osFeatures = readWords(value))],
  ['features', (row, value) => void (row.entry.features = readWords(value))],
  ['annotations', (row, value) => void (row.entry.annotations = value.stringMap())],
  ['override', (row, value) => void (row.entry.override = value.boolean())],
]);

/**
 * The row of a platform: nothing, a runner's label, a list of labels, or a map.
 * @param optional whether the platform was written with a `?`.
 * @param errors takes whatever is wrong; what could be read is returned all the same.
 */
export function readRow(
  platform: Platform,
  optional: boolean,
  value: YamlField,
  errors: CodedError[],
): PlatformRow {
  const row = draft(platform, !optional);
  if (value.isNull) return row;
  if (isMap(value.node))
    attempt(errors, () => {
      readEntries(row, value.uniqueEntries(), errors);
    });
  else attempt(errors, () => void (row.runsOn = readRunsOn(value)));
  return row;
}

/** The row of a platform from the keys of its map. */
export function readRowEntries(
  platform: Platform,
  optional: boolean,
  entries: readonly YamlEntry[],
  errors: CodedError[],
): PlatformRow {
  const row = draft(platform, !optional);
  readEntries(row, entries, errors);
  return row;
}

function readEntries(row: Draft, entries: readonly YamlEntry[], errors: CodedError[]): void {
  for (const entry of entries)
    attempt(errors, () => {
      readEntry(row, entry);
    });
}

function readEntry(row: Draft, { key, keyField, value }: YamlEntry): void {
  const read = readers.get(key);
  if (read !== undefined) {
    read(row, value);
    return;
  }
  const why = taken.get(key);
  if (why !== undefined) throw keyField.error(`is ${key}, which the matrix row has anyway`, why);
  row.extra[key] = value.json();
}

function readRequired(row: Draft, value: YamlField): boolean {
  const required = value.boolean();
  if (required && !row.required)
    throw value.error('is true, and the platform is marked with "?"', 'drop one of the two');
  return required;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idruns-on */
function readRunsOn(value: YamlField): RunsOn {
  if (!isMap(value.node)) return readLabels(value);
  const runsOn: { group?: string; labels?: string | string[] } = {};
  for (const entry of value.uniqueEntries()) {
    if (entry.key === 'group') runsOn.group = entry.value.string();
    else if (entry.key === 'labels') runsOn.labels = readLabels(entry.value);
    else throw entry.keyField.error(`is ${quote(entry.key)}`, 'it can be group and labels');
  }
  if (Object.keys(runsOn).length === 0)
    throw value.error('is an empty map', 'give it a group, labels or both');
  return runsOn;
}

function readLabels(value: YamlField): string | string[] {
  if (!isSeq(value.node)) return value.string();
  const labels = value.strings();
  if (labels.length === 0) throw value.error('is an empty list', 'give a label, such as ubuntu-24.04');
  return labels;
}

/** `90m`, `2h`, `1h30m`, or a number of minutes. */
function readTimeout(value: YamlField): number {
  const text = value.numberOrString();
  const parts = /^(?:(\d{1,4})h)?(?:(\d{1,5})m?)?$/.exec(text);
  const hint = `write 90m, 2h, 1h30m or a number of minutes, from 1 to ${maxTimeoutMinutes}`;
  if (parts === null) throw value.error(`is ${quote(text)}, which is not a time`, hint);
  const minutes = Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0);
  if (minutes >= 1 && minutes <= maxTimeoutMinutes) return minutes;
  throw value.error(`is ${minutes} minutes`, hint);
}

function readWord(value: YamlField): string {
  const text = value.string();
  if (word.test(text)) return text;
  throw value.error('is not one word of visible ASCII', 'write letters, digits and signs without spaces');
}

function readWords(value: YamlField): string[] {
  const words = value.strings().flatMap((text) => text.split(','));
  const trimmed = words.map((each) => each.trim()).filter((each) => each !== '');
  if (trimmed.every((each) => word.test(each))) return trimmed;
  throw value.error(
    'has an item that is not one word of visible ASCII',
    'write letters, digits and signs without spaces',
  );
}
