import { formatBytes } from './format.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** One image of an index, as `inspect` shows it. */
export interface InspectedPlatform {
  readonly platform: string;
  readonly digest: string;
  /** Bytes, compressed: config and layers. */
  readonly size: number;
  readonly layers: number;
  /** As the config says it. */
  readonly created?: string | undefined;
  readonly attestations: number;
}

const head = ['Platform', 'Digest', 'Size', 'Layers', 'Created', 'Attestations'];

/** The table of `inspect`, for a step summary. */
export function inspectionMarkdown(rows: readonly InspectedPlatform[]): string {
  return markdownTable(
    head,
    rows.map((row) => [
      code(row.platform),
      code(row.digest),
      ...figures(row).map((cell) => escapeMarkdown(cell)),
    ]),
  );
}

/** The same for a terminal, with whole digests: they are there to be copied. */
export function inspectionText(rows: readonly InspectedPlatform[]): string {
  return textTable(
    head.map((title) => title.toUpperCase()),
    rows.map((row) => [row.platform, row.digest, ...figures(row)]),
  );
}

function figures(row: InspectedPlatform): string[] {
  return [formatBytes(row.size), String(row.layers), row.created ?? '-', String(row.attestations)];
}
