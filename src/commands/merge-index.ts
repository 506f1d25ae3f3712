import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Descriptor, PlatformJson } from '../oci/descriptor.ts';
import { assembleIndex, chooseFormat } from '../oci/index-assembly.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { factAnnotations, indexFacts, type IndexFacts } from '../verify/index-facts.ts';
import type { ProvenImage } from '../verify/source.ts';
import type { ProvenSet } from './merge-legs.ts';

export interface BuiltIndex {
  readonly index: ManifestBytes;
  /** For the log: why it has this form. */
  readonly reason: string;
  /** Which commit it is of, as far as that is known. */
  readonly facts: IndexFacts;
}

/**
 * The index over a proven set. One source that is an index itself, with nothing asked that would change it, keeps its own
 * bytes; otherwise it is assembled, and the same inputs give the same bytes.
 */
export function buildIndex(
  set: ProvenSet,
  inputs: InputsOf<'merge'>,
  github: GithubEnvironment,
  sourceDate: string | undefined,
): BuiltIndex {
  const { revision, created, source, version } = inputs;
  const facts = indexFacts(
    [
      { revision, created, source, version },
      { created: sourceDate },
      { revision: github.sha, created: github.commitTime, source: github.sourceUrl },
    ],
    set.entries,
  );
  const asked = Object.fromEntries(
    inputs.annotations.filter(({ on }) => on === 'index').map(({ key, value }) => [key, value]),
  );
  const changes =
    inputs.annotations.length > 0 ||
    [revision, created, source, version].some((value) => value !== undefined);
  const [only, ...others] = set.legs;
  if (
    only?.source.index !== undefined &&
    others.length === 0 &&
    !changes &&
    isWhole(set) &&
    fits(inputs.format, only.source.manifest)
  ) {
    return {
      index: only.source.manifest,
      reason: 'the only source is an index, published as its own bytes',
      facts,
    };
  }
  const entries: Descriptor[] = [
    ...set.entries.map(({ image }) => ({ ...image.descriptor, platform: platformOf(image) })),
    ...set.attestations.map(({ descriptor }) => descriptor),
  ];
  const { format, reason } = chooseFormat(
    inputs.format,
    entries.map((entry) => entry.mediaType),
    Object.keys(asked).length > 0,
  );
  // A Docker list has no place for annotations; those that nobody asked for are then left out, and its children's labels tell.
  const annotations = format === 'oci' ? { ...factAnnotations(facts), ...asked } : asked;
  const index = assembleIndex({ format, entries, annotations });
  return {
    index,
    reason: `${format === 'oci' ? 'an OCI index' : 'a Docker manifest list'}, since ${reason}`,
    facts,
  };
}

/** Whether the list is to hold exactly what the source holds. */
function isWhole({ entries, attestations, legs: [only] }: ProvenSet): boolean {
  return entries.length + attestations.length === only?.source.index?.manifests.length;
}

function fits(format: InputsOf<'merge'>['format'], { mediaType }: ManifestBytes): boolean {
  return format === 'auto' || (format === 'docker') === mediaType.includes('docker');
}

/** As the config says it, spelling included: what runtimes compare. */
function platformOf({ config }: ProvenImage): PlatformJson {
  const { os, architecture, variant, osVersion, osFeatures } = config;
  return {
    architecture,
    os,
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
    ...(variant !== undefined && { variant }),
  };
}
