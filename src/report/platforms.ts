import { formatBytes, shortDigest } from './format.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** One thing that was checked, and whose word it is. */
export interface CheckReport {
  /** `config`, `digest`, `content` ... */
  readonly check: string;
  readonly found: string;
  readonly by: 'leg' | 'merge' | 'verify';
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

const head = ['Platform', 'Digest', 'Size', 'Mode', 'Engine', 'Runner', 'Checks'];
const unknown = '-';

/** The table of a merge or a verification, for a step summary. */
export function platformsMarkdown(rows: readonly PlatformReport[]): string {
  return markdownTable(
    head,
    rows.map((row) => [
      code(row.platform),
      code(shortDigest(row.digest)),
      size(row),
      ...[row.mode, row.engine, row.runner].map((value) => escapeMarkdown(value ?? unknown)),
      escapeMarkdown(checks(row)),
    ]),
  );
}

/** The same for a terminal. */
export function platformsText(rows: readonly PlatformReport[]): string {
  return textTable(
    head.map((title) => title.toUpperCase()),
    rows.map((row) => [
      row.platform,
      shortDigest(row.digest),
      size(row),
      row.mode ?? unknown,
      row.engine ?? unknown,
      row.runner ?? unknown,
      checks(row),
    ]),
  );
}

function size(row: PlatformReport): string {
  return row.size === undefined ? unknown : formatBytes(row.size);
}

/** `config linux/s390x (merge), content s390x (leg)` */
function checks(row: PlatformReport): string {
  const told = row.checks.map(({ check, found, by }) => `${check} ${found} (${by})`);
  return told.length === 0 ? unknown : told.join(', ');
}
