import { show } from '../errors.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** One row of the matrix, as `plan` shows it. */
export interface PlannedPlatform {
  readonly platform: string;
  /** A label, or labels and a group as JSON. */
  readonly runner: string;
  readonly mode: string;
  readonly required: boolean;
  readonly timeoutMinutes: number;
}

/** A platform without a row. */
export interface SkippedPlatform {
  readonly platform: string;
  readonly reason: string;
}

const head = ['Platform', 'Runner', 'Mode', 'Required', 'Timeout'];

/** The plan, for a step summary. */
export function planMarkdown(rows: readonly PlannedPlatform[], skipped: readonly SkippedPlatform[]): string {
  const table = markdownTable(
    head,
    rows.map((row) => [code(row.platform), ...cells(row).map((cell) => escapeMarkdown(cell))]),
  );
  const left = skipped.map(
    ({ platform, reason }) => `- ${code(platform)} is skipped: ${escapeMarkdown(reason)}\n`,
  );
  return [table, ...(left.length > 0 ? ['\n', ...left] : [])].join('');
}

/** The same for a terminal. */
export function planText(rows: readonly PlannedPlatform[], skipped: readonly SkippedPlatform[]): string {
  const table = textTable(
    head.map((title) => title.toUpperCase()),
    rows.map((row) => [row.platform, ...cells(row)]),
  );
  const left = skipped.map(({ platform, reason }) => `${show(platform)} is skipped: ${show(reason, 500)}\n`);
  return [table, ...(left.length > 0 ? ['\n', ...left] : [])].join('');
}

function cells(row: PlannedPlatform): string[] {
  return [row.runner, row.mode, row.required ? 'yes' : 'no', `${row.timeoutMinutes} min`];
}
