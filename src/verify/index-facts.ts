import type { Candidate } from './candidates.ts';
import { revisionKey } from './image-checks.ts';

/** What an index says of itself in annotations, and its images in labels. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export const factKeys = {
  revision: revisionKey,
  created: 'org.opencontainers.image.created',
  source: 'org.opencontainers.image.source',
  version: 'org.opencontainers.image.version',
} as const;

export type IndexFacts = { readonly [Name in keyof typeof factKeys]?: string };

/** For each fact: the first source that knows it, then the label on which all images agree. */
export function indexFacts(
  sources: readonly { readonly [Name in keyof IndexFacts]?: string | undefined }[],
  entries: readonly Candidate[],
): IndexFacts {
  const names = Object.keys(factKeys) as (keyof typeof factKeys)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value =
        sources.map((source) => source[name]).find((known) => known !== undefined) ??
        agreed(entries, factKeys[name]);
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

/** The facts as annotations of an index. */
export function factAnnotations(facts: IndexFacts): Record<string, string> {
  const names = Object.keys(factKeys) as (keyof typeof factKeys)[];
  return Object.fromEntries(
    names.flatMap((name) => (facts[name] === undefined ? [] : [[factKeys[name], facts[name]]])),
  );
}

function agreed(entries: readonly Candidate[], key: string): string | undefined {
  const [first, ...rest] = entries.map((entry) => entry.image.config.labels[key]);
  return rest.every((value) => value === first) ? first : undefined;
}
