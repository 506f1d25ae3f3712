import { formatBytes } from './format.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** One entry of an index, as `inspect` shows it: an image, or something else, of which less is known. */
export interface InspectedPlatform {
  readonly platform: string;
  readonly digest: string;
  /** Bytes, compressed: config and layers; of what is no image, the manifest. */
  readonly size: number;
  readonly layers?: number | undefined;
  /** As the config says it. */
  readonly created?: string | undefined;
  readonly attestations?: number | undefined;
  /** What is started, as the config says it: words. */
  readonly starts?: string | undefined;
  /** What the program is made for that is started, where its layers were read. */
  readonly machine?: string | undefined;
  /** Of what is no image: its kind. */
  readonly kind?: string | undefined;
}

interface Column {
  readonly title: string;
  readonly value: (row: InspectedPlatform) => string | undefined;
  /** A name to copy: in a fixed-width font where there are fonts. */
  readonly code?: true;
  /** Shown only where it is known of a row. */
  readonly rare?: true;
}

const longestCommand = 48;

const columns: readonly Column[] = [
  { title: 'Platform', value: (row) => row.platform, code: true },
  { title: 'Digest', value: (row) => row.digest, code: true },
  { title: 'Size', value: (row) => formatBytes(row.size) },
  { title: 'Layers', value: (row) => row.layers?.toString() },
  { title: 'Created', value: (row) => row.created },
  { title: 'Attestations', value: (row) => row.attestations?.toString() },
  { title: 'Entry point', value: (row) => row.starts && shortened(row.starts), rare: true },
  { title: 'Machine', value: (row) => row.machine, rare: true },
  { title: 'Kind', value: (row) => row.kind, rare: true },
];

/** The table of `inspect`, for a step summary. */
export function inspectionMarkdown(rows: readonly InspectedPlatform[]): string {
  const shown = shownColumns(rows);
  return markdownTable(
    shown.map(({ title }) => title),
    rows.map((row) => shown.map((column) => (column.code ? code : escapeMarkdown)(column.value(row) ?? '-'))),
  );
}

/** The same for a terminal, with whole digests: they are there to be copied. */
export function inspectionText(rows: readonly InspectedPlatform[]): string {
  const shown = shownColumns(rows);
  return textTable(
    shown.map(({ title }) => title.toUpperCase()),
    rows.map((row) => shown.map((column) => column.value(row) ?? '-')),
  );
}

function shownColumns(rows: readonly InspectedPlatform[]): readonly Column[] {
  return columns.filter(
    (column) => column.rare === undefined || rows.some((row) => column.value(row) !== undefined),
  );
}

function shortened(command: string): string {
  return command.length > longestCommand ? `${command.slice(0, longestCommand)}…` : command;
}
