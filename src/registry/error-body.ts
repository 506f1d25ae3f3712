import { show } from '../errors.ts';
import { isHtml } from './body.ts';
import type { RegistryErrorEntry } from './errors.ts';

/** What the body of a refusal says. */
export interface ErrorBody {
  readonly entries: readonly RegistryErrorEntry[];
  /** For one line of a log: the entries, else the message of another kind of JSON, else the beginning of plain text. */
  readonly text: string;
  readonly isHtml: boolean;
}

const maxEntries = 10;
const maxText = 500;

/**
 * Reads a refusal, whatever it is: registries, token servers, storage services and proxies all have forms of their own.
 * Everything in it is cleaned and shortened. Never throws.
 */
export function readErrorBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  mask: (text: string) => string,
): ErrorBody {
  const raw = mask(new TextDecoder().decode(bytes)).trim();
  const isWebPage = isHtml(contentType) || /^<(?:!doctype\s+html|html)\b/i.test(raw);
  if (isWebPage) return { entries: [], text: '', isHtml: true };
  const json = parse(raw);
  const entries = readEntries(json);
  const text =
    entries.length > 0 ? entries.map(showEntry).join(', ') : (otherMessage(json) ?? xmlMessage(raw) ?? raw);
  return { entries, text: show(text.replace(/\s+/g, ' '), maxText), isHtml: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function text(value: unknown, max: number): string {
  if (value === undefined || value === null) return '';
  return show(typeof value === 'string' ? value : JSON.stringify(value), max);
}

function readEntries(json: unknown): RegistryErrorEntry[] {
  const errors = field(json, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, maxEntries).flatMap((entry: unknown) => {
    const read = {
      code: text(field(entry, 'code'), 64),
      message: text(field(entry, 'message'), 300),
      detail: text(field(entry, 'detail'), 1024),
    };
    return read.code === '' && read.message === '' ? [] : [read];
  });
}

function showEntry({ code, message, detail }: RegistryErrorEntry): string {
  const said = [code, message].filter((part) => part !== '').join(': ');
  return detail === '' || detail === '{}' || message.includes(detail)
    ? said
    : `${said} (${show(detail, 200)})`;
}

/** Token servers (`details`, `error_description`), Artifactory, Quay (`error`), Docker Hub's limits and others. */
function otherMessage(json: unknown): string | undefined {
  const found = ['message', 'details', 'detail', 'error_description', 'error', 'errors']
    .map((key) => text(field(json, key), maxText))
    .find((said) => said !== '');
  return found ?? (typeof json === 'string' ? json : undefined);
}

/** S3 and its kind: `<Error><Code>SlowDown</Code><Message>…`. */
function xmlMessage(raw: string): string | undefined {
  if (!raw.startsWith('<?xml') && !raw.startsWith('<Error')) return undefined;
  const part = (name: string) => new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(raw)?.[1];
  const said = [part('Code'), part('Message')].filter((value) => value !== undefined).join(': ');
  return said === '' ? undefined : said;
}
