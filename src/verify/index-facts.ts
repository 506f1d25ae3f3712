import { revisionKey } from './image-checks.ts';
import type { ProvenImage } from './source.ts';

/** What an index says of itself in annotations, and its images in labels. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export const factKeys = {
  revision: revisionKey,
  created: 'org.opencontainers.image.created',
  source: 'org.opencontainers.image.source',
  version: 'org.opencontainers.image.version',
} as const;

type FactName = keyof typeof factKeys;

export type IndexFacts = { readonly [Name in FactName]?: string };

const factNames = Object.keys(factKeys) as readonly FactName[];

/** For each fact, the first source that knows it. */
export function firstKnown(
  sources: readonly { readonly [Name in FactName]?: string | undefined }[],
): IndexFacts {
  return factsFrom((name) => sources.map((source) => source[name]).find((value) => value !== undefined));
}

/** The facts that annotations tell. */
export function annotationFacts(annotations: Readonly<Record<string, string>>): IndexFacts {
  return factsFrom((name) => annotations[factKeys[name]]);
}

/** The facts on which the labels of all images agree. */
export function labelFacts(images: readonly ProvenImage[]): IndexFacts {
  return factsFrom((name) => {
    const [first, ...rest] = images.map((image) => image.config.labels[factKeys[name]]);
    return rest.every((value) => value === first) ? first : undefined;
  });
}

/** The facts as annotations of an index. */
export function factAnnotations(facts: IndexFacts): Record<string, string> {
  return Object.fromEntries(
    factNames.flatMap((name) => (facts[name] === undefined ? [] : [[factKeys[name], facts[name]]])),
  );
}

function factsFrom(valueOf: (name: FactName) => string | undefined): IndexFacts {
  return Object.fromEntries(
    factNames.flatMap((name) => {
      const value = valueOf(name);
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}
