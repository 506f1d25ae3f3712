import { annotationsJson, indexOfText } from './index-assembly.ts';
import type { ManifestBytes } from './manifest-bytes.ts';

/** A JSON object whose members are kept as they are written. */
type Members = ReadonlyMap<string, string>;

export interface IndexEdit {
  readonly mediaType: string;
  /** JSON of each entry, in order: that of {@link entryTexts} where it is kept. */
  readonly entries: readonly string[];
  /** In the place of what stands there; undefined keeps it, to the byte. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The entries of an index that {@link parseManifest} has accepted, each as it is written there. */
export function entryTexts({ bytes }: ManifestBytes): string[] {
  return itemsOf(membersOf(decode(bytes)).get('manifests') ?? '[]');
}

/**
 * An index with other entries, and everything else as it is written in the one that it is made from, members that we do
 * not know included.
 * @throws E_MANIFEST over 4 MiB
 */
export function editIndex(
  published: ManifestBytes,
  { mediaType, entries, annotations }: IndexEdit,
): ManifestBytes {
  const before = membersOf(decode(published.bytes));
  const changed = new Map([
    ['mediaType', JSON.stringify(mediaType)],
    ['manifests', `[${entries.join(',')}]`],
  ]);
  const told = annotations === undefined ? before.get('annotations') : annotationsJson(annotations);
  if (told !== undefined) changed.set('annotations', told);
  const kept = [...before].filter(([key]) => key !== 'annotations' || told !== undefined);
  const members = new Map(
    kept.flatMap(([key, text]) => {
      const own: [string, string][] = [[key, changed.get(key) ?? text]];
      // An index may leave its media type out; what was asked for by name should say what it is.
      return key === 'schemaVersion' && !before.has('mediaType')
        ? [...own, ['mediaType', JSON.stringify(mediaType)] as [string, string]]
        : own;
    }),
  );
  for (const [key, text] of changed) if (!members.has(key)) members.set(key, text);
  const text = `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  return indexOfText(text, mediaType);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function membersOf(text: string): Members {
  const members = new Map<string, string>();
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const keyEnd = endOfValue(text, at);
    const start = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const end = endOfValue(text, start);
    members.set(JSON.parse(text.slice(at, keyEnd)) as string, text.slice(start, end));
    at = next(text, end);
  }
  return members;
}

function itemsOf(text: string): string[] {
  const items: string[] = [];
  if (!text.startsWith('[')) return items;
  for (let at = skipSpace(text, 1); at < text.length && text[at] !== ']';) {
    const end = endOfValue(text, at);
    items.push(text.slice(at, end));
    at = next(text, end);
  }
  return items;
}

/** Past the comma that may follow a value. */
function next(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/[ \t\r\n]/.test(text.charAt(at))) at++;
  return at;
}

const string = /"[^"\\]*(?:\\.[^"\\]*)*"/suy;
const scalar = /[^,\]}\s]+/uy;

/** Where the value that begins here ends. The text is JSON: that was checked before. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text.charAt(at);
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    at =
      character === '"'
        ? match(string, text, at)
        : /[{}[\],:\s]/.test(character)
          ? at + 1
          : match(scalar, text, at);
    if (depth === 0) return at;
  }
  return text.length;
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + Math.max(1, pattern.exec(text)?.[0].length ?? 1);
}
