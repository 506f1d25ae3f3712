import type { JsonObject } from '../oci/strict-json.ts';
import { formatBytes, shortDigest } from './format.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** One thing that was checked, and by whom. */
export interface CheckReport {
  /** `config`, `digest`, `content` ... */
  readonly check: string;
  readonly found: string;
  readonly by: 'leg' | 'merge' | 'verify';
}

/** That so many attestations of an image are in the list; nothing for none. */
export function attestationsCheck(count: number, by: CheckReport['by']): CheckReport[] {
  return count === 0 ? [] : [{ check: 'attestations', found: String(count), by }];
}

/** One platform of what was published or verified, as `report.platforms[]` has it. */
export interface PlatformReport {
  readonly platform: string;
  readonly digest: string;
  /** Bytes, compressed: config and layers. */
  readonly size?: number | undefined;
  readonly mode?: string | undefined;
  readonly engine?: string | undefined;
  readonly runner?: string | undefined;
  readonly checks: readonly CheckReport[];
}

/** The row as JSON. Every field stands in every row; null says that it is not known, as without a record. */
export function platformJson(row: PlatformReport): JsonObject {
  const { platform, digest, size = null, mode = null, engine = null, runner = null, checks } = row;
  return { platform, digest, size, mode, engine, runner, checks: checks.map((check) => ({ ...check })) };
}

interface Column {
  readonly title: string;
  readonly value: (row: PlatformReport) => string | undefined;
  /** A name to copy: in a fixed-width font where there are fonts. */
  readonly code?: true;
}

const columns: readonly Column[] = [
  { title: 'Platform', value: (row) => row.platform, code: true },
  { title: 'Digest', value: (row) => shortDigest(row.digest), code: true },
  { title: 'Size', value: ({ size }) => (size === undefined ? undefined : formatBytes(size)) },
  { title: 'Mode', value: (row) => row.mode },
  { title: 'Engine', value: (row) => row.engine },
  { title: 'Runner', value: (row) => row.runner },
  { title: 'Checks', value: checks },
];
const unknown = '-';

/** The table of a merge or a verification, for a step summary. A column of which nothing is known is left out. */
export function platformsMarkdown(rows: readonly PlatformReport[]): string {
  const shown = knownColumns(rows);
  return markdownTable(
    shown.map((column) => column.title),
    rows.map((row) =>
      shown.map((column) => (column.code ? code : escapeMarkdown)(column.value(row) ?? unknown)),
    ),
  );
}

/** The same for a terminal. */
export function platformsText(rows: readonly PlatformReport[]): string {
  const shown = knownColumns(rows);
  return textTable(
    shown.map((column) => column.title.toUpperCase()),
    rows.map((row) => shown.map((column) => column.value(row) ?? unknown)),
  );
}

function knownColumns(rows: readonly PlatformReport[]): readonly Column[] {
  return columns.filter((column) => rows.some((row) => column.value(row) !== undefined));
}

/** `config linux/s390x (merge), content s390x (leg)` */
function checks(row: PlatformReport): string | undefined {
  const told = row.checks.map(({ check, found, by }) => `${check} ${found} (${by})`);
  return told.length === 0 ? undefined : told.join(', ');
}
