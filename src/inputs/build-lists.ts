import { quote } from '../errors.ts';
import type { Kind } from './definition.ts';
import { eachItem, type lines, list, quotedLines, unreadable } from './kinds.ts';

/** A secret of the build, under the id by which `RUN --mount=type=secret,id=...` asks for it. */
export interface SecretInput {
  readonly id: string;
  readonly from:
    | { readonly kind: 'value'; readonly value: string }
    | { readonly kind: 'environment'; readonly variable: string }
    | { readonly kind: 'file'; readonly path: string };
}

/** Where a build cache is kept, as `--cache-from` and `--cache-to` of buildx take it. */
export interface CacheInput {
  /** `registry`, `local`, `gha`, `inline`, or another of BuildKit's. */
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Lines `id=value`; a value of several lines is put in double quotes, with its id. */
export const secretValues = secretsFrom(quotedLines, (value) => ({ kind: 'value', value }));
/** Lines `id=NAME`, names of environment variables. */
export const secretEnvironment = secretsFrom(list, (variable) => {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/u.test(variable)) return { kind: 'environment', variable };
  throw unreadable('has a value that is no name of an environment variable', 'write id=NAME');
});
/** Lines `id=path`. */
export const secretFiles = secretsFrom(quotedLines, (path) => ({ kind: 'file', path }));

/** The line itself is never shown: it may be a secret that stands in the wrong place. */
function secretsFrom(
  split: typeof lines,
  from: (value: string) => SecretInput['from'],
): Kind<readonly SecretInput[]> {
  return {
    ...split,
    syntax: 'lines of id=value',
    parse: async (values) =>
      eachItem(
        await split.parse(values),
        (line) => {
          const end = line.indexOf('=');
          const id = line.slice(0, end).trim();
          if (end < 1 || !/^[A-Za-z0-9_.-]+$/u.test(id))
            throw unreadable('has a line that is not id=value', 'write one id=value a line');
          return { id, from: from(line.slice(end + 1)) };
        },
        100,
      ),
  };
}

/**
 * Lines `type=registry,ref=...`; a bare reference is of type registry.
 * https://docs.docker.com/build/cache/backends/
 */
export const cacheList: Kind<readonly CacheInput[]> = {
  ...quotedLines,
  syntax: 'lines of type=...,key=value',
  parse: async (values) => eachItem(await quotedLines.parse(values), readCache, 100),
};

function readCache(line: string): CacheInput {
  if (!line.includes('=')) return { type: 'registry', attributes: { ref: line } };
  const fields = line.split(',').map((field) => field.trim());
  const attributes = Object.fromEntries(
    fields.map((field): [string, string] => {
      const end = field.indexOf('=');
      if (end < 1)
        throw unreadable(
          `${quote(line)} has ${quote(field)}, which is not key=value`,
          'write type=registry,ref=...',
        );
      return [field.slice(0, end).toLowerCase(), field.slice(end + 1)];
    }),
  );
  const { type, ...rest } = attributes;
  if (type === undefined) throw unreadable(`${quote(line)} has no type`, 'write type=registry,ref=...');
  return { type, attributes: rest };
}
