import { CodedError, quote } from '../errors.ts';
import type { Kind } from './definition.ts';
import { eachItem, lines, quotedLines, text, unreadable, valueOf } from './kinds.ts';
import { parseHost } from '../oci/host.ts';
import { nearest } from '../platform/nearest.ts';

/** Lines `name=value`; the last of two with one name stands, as for docker. */
export const pairs: Kind<Readonly<Record<string, string>>> = {
  ...lines,
  syntax: 'lines of name=value',
  parse: async (values) => Object.fromEntries(eachItem(await quotedLines.parse(values), readPair, 1000)),
};

/** `source:destination[:mode]` and the like stay as they are: who uses them knows the form. */
export const words: Kind<readonly string[]> = {
  syntax: 'words, or a JSON list',
  flag: 'value',
  list: false,
  parse: async (values) => splitWords(await text.parse(values)),
};

/** An absolute path in an image. */
export const imagePath = valueOf('path', (path) => {
  if (path.startsWith('/')) return path;
  throw unreadable(`is ${quote(path)}, which is not an absolute path`, `did you mean ${quote(`/${path}`)}?`);
});

/** A point in time as RFC 3339 writes it, or whole seconds since 1970 as SOURCE_DATE_EPOCH has them; given back as RFC 3339. */
export const time = valueOf('time', (value) => {
  const seconds = /^\d{1,12}$/u.test(value) ? Number(value) * 1000 : NaN;
  const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/u;
  const date = new Date(Number.isNaN(seconds) ? (form.test(value) ? value : NaN) : seconds);
  if (Number.isNaN(date.getTime())) {
    throw unreadable(
      `is ${quote(value)}, which is not a time`,
      'write it like 2026-01-31T12:00:00Z, or in seconds since 1970',
    );
  }
  return Number.isNaN(seconds) ? value : date.toISOString().replace('.000Z', 'Z');
});

/** A span of time, in seconds: `90s`, `15m`, `2h`, or a bare `0`. */
export const duration = valueOf('duration', (value) => {
  const match = /^(\d{1,6})([smh]?)$/u.exec(value);
  const unit = { '': 1, s: 1, m: 60, h: 3600 }[match?.[2] ?? ''];
  if (match !== null && unit !== undefined && (match[2] !== '' || match[1] === '0'))
    return Number(match[1]) * unit;
  throw unreadable(`is ${quote(value)}, which is not a span of time`, 'write it like 90s, 15m or 2h');
});

const byteUnits: Readonly<Record<string, number>> = {
  ...{ '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/** A bound in bytes: `16GiB`, `1.5 GB`, `4096`; `none` is Infinity. */
export const byteLimit = valueOf('bytes', (value) => {
  if (value === 'none') return Infinity;
  const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]*)$/iu.exec(value);
  const unit = byteUnits[match?.[2]?.toLowerCase() ?? '?'];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? NaN));
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw unreadable(
    `is ${quote(value)}, which is not a number of bytes above 0`,
    'write it like 16GiB, 500MB or 4096; none is without a limit',
  );
});

/**
 * `host[:port]`, as an image name begins; Docker Hub by any of its names is `docker.io`. A scheme in front is forgiven.
 * @throws E_INPUT
 */
export function readHost(value: string): string {
  const host = value.replace(/^https?:\/\//u, '').replace(/\/(?:v[12]\/?)?$/u, '');
  if (/^(?:index\.|registry-1\.)?docker\.io$/u.test(host)) return 'docker.io';
  try {
    return parseHost(host, host);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw unreadable(
      `${quote(value)} is not a registry`,
      'write host or host:port, like quay.io or localhost:5000',
    );
  }
}

/** Certificates themselves, or where they are. */
export type CertificateInput = { readonly pem: string } | { readonly path: string };

export const certificate: Kind<CertificateInput> = valueOf('PEM or path', (value) => {
  if (value.includes('-----BEGIN CERTIFICATE-----')) return { pem: value };
  if (!value.includes('\n') && !value.includes('-----BEGIN')) return { path: value };
  throw unreadable(
    'has no certificate in it',
    'give PEM with BEGIN CERTIFICATE lines, or the path of such a file',
  );
});

const placeholders = ['tag', 'arch', 'variant', 'os', 'sha', 'run', 'attempt'];

/** The template of arch tags; what it becomes is a tag only when a leg fills it in. */
export const archTagTemplate = valueOf('template', (template) => {
  if (template === 'none') return template;
  for (const [placeholder, name = ''] of template.matchAll(/\{([^{}]*)\}/gu)) {
    if (placeholders.includes(name)) continue;
    const close = nearest(name, placeholders);
    throw unreadable(
      `is ${quote(template)}, with the unknown placeholder ${quote(placeholder)}`,
      close === undefined
        ? `the placeholders are ${placeholders.map((each) => `{${each}}`).join(' ')}`
        : `did you mean {${close}}?`,
    );
  }
  const rest = template.replace(/\{[^{}]*\}/gu, '');
  if (/^[A-Za-z0-9._-]*$/u.test(rest)) return template;
  throw unreadable(
    `is ${quote(template)}, which can't become a tag`,
    'use letters, digits, . _ - and placeholders',
  );
});

function readPair(line: string): [string, string] {
  const split = line.indexOf('=');
  const name = line.slice(0, split).trim();
  if (split > 0 && name !== '') return [name, line.slice(split + 1)];
  throw unreadable(`${quote(line)} is not name=value`, 'write one name=value a line');
}

/** Words as a shell splits them (quotes and backslashes, no expansion), or a JSON list of strings. */
export function splitWords(value: string): readonly string[] {
  if (value.startsWith('[')) return readJsonList(value);
  const found: string[] = [];
  const part = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(\s+)/gsuy;
  let word: string | undefined;
  let end = 0;
  for (const [all, double, single, escaped, plain, space] of value.matchAll(part)) {
    end += all.length;
    if (space === undefined)
      word = (word ?? '') + (double?.replace(/\\(["\\$`])/gu, '$1') ?? single ?? escaped ?? plain ?? '');
    else if (word !== undefined) found.push(word);
    if (space !== undefined) word = undefined;
  }
  if (end < value.length)
    throw unreadable(`is ${quote(value)}, with a quote that does not end`, 'close it, or write a JSON list');
  return word === undefined ? found : [...found, word];
}

function readJsonList(value: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === 'string')) return parsed;
  } catch (error) {
    throw new CodedError('E_INPUT', `is ${quote(value)}, which begins like a JSON list and is none`, {
      hint: 'write ["program", "argument"], or words',
      usage: true,
      cause: error,
    });
  }
  throw unreadable(
    `is ${quote(value)}, which is not a list of strings`,
    'write ["program", "argument"], or words',
  );
}
