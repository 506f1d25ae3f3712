import type { GithubEnvironment } from '../github/environment.ts';
import type { PlatformRow } from '../inputs/platforms.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Descriptor, PlatformJson } from '../oci/descriptor.ts';
import { assembleIndex, chooseFormat } from '../oci/index-assembly.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { platformToJson } from '../platform/platform.ts';
import type { Candidate } from '../verify/candidates.ts';
import { factAnnotations, firstKnown, labelFacts, type IndexFacts } from '../verify/index-facts.ts';
import { isWanted } from '../verify/platform-set.ts';
import type { ProvenSet } from './merge-legs.ts';

type MergeInputs = InputsOf<'merge'>;

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
  inputs: MergeInputs,
  github: GithubEnvironment,
  sourceDate: string | undefined,
): BuiltIndex {
  const { revision, created, source, version } = inputs;
  const asked = { revision, created, source, version };
  const facts = firstKnown([
    asked,
    { created: sourceDate },
    { revision: github.sha, created: github.commitTime, source: github.sourceUrl },
    labelFacts(set.entries.map((entry) => entry.image)),
  ]);
  const annotations = Object.fromEntries(
    inputs.annotations.filter(({ on }) => on === 'index').map(({ key, value }) => [key, value]),
  );
  const own = ownBytes(set, inputs, { ...factAnnotations(firstKnown([asked])), ...annotations });
  if (own !== undefined) {
    return { index: own, reason: 'the only source is an index, published as its own bytes', facts };
  }
  const entries: Descriptor[] = [
    ...set.entries.map((entry) => descriptorOf(entry, inputs)),
    ...set.attestations.map(({ descriptor }) => descriptor),
  ];
  const onEntries = entries.some((entry) => Object.keys(entry.annotations ?? {}).length > 0);
  const { format, reason } = chooseFormat(
    inputs.format,
    entries.map((entry) => entry.mediaType),
    onEntries || Object.keys(annotations).length > 0,
  );
  // A Docker list has no place for annotations; those that nobody asked for are then left out, and its children's labels tell.
  const index = assembleIndex({
    format,
    entries,
    annotations: format === 'oci' ? { ...factAnnotations(facts), ...annotations } : annotations,
  });
  // What was made has to be within the caps that hold for what is read.
  parseManifest(index);
  return {
    index,
    reason: `${format === 'oci' ? 'an OCI index' : 'a Docker manifest list'}, since ${reason}`,
    facts,
  };
}

/** The bytes of the only source, where the list is to hold exactly what that holds, and says what is asked for already. */
function ownBytes(
  { entries, attestations, legs: [only, ...others] }: ProvenSet,
  inputs: MergeInputs,
  annotations: Readonly<Record<string, string>>,
): ManifestBytes | undefined {
  if (only?.source.index === undefined || others.length > 0) return undefined;
  const { index, manifest, images } = only.source;
  const whole = entries.length === images.length && attestations.length === only.source.attestations.length;
  const said = Object.entries(annotations).every(([key, value]) => index.annotations?.[key] === value);
  const changed = entries.some(
    (entry) => changesPlatform(rowOf(entry, inputs)) || entryAnnotations(entry, inputs).length > 0,
  );
  return whole && said && !changed && fits(inputs.format, manifest) ? manifest : undefined;
}

function fits(format: MergeInputs['format'], { mediaType }: ManifestBytes): boolean {
  return format === 'auto' || (format === 'docker') === mediaType.includes('docker');
}

function rowOf(entry: Candidate, inputs: MergeInputs): PlatformRow | undefined {
  return inputs.platforms.find((row) => isWanted(row.platform, entry.platform));
}

function changesPlatform(row: PlatformRow | undefined): boolean {
  const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
  return override || [osVersion, osFeatures, features].some((value) => value !== undefined);
}

/** What the table and `annotations` ask for on the entry of one platform. */
function entryAnnotations(entry: Candidate, inputs: MergeInputs): [string, string][] {
  return [
    ...Object.entries(rowOf(entry, inputs)?.entry.annotations ?? {}),
    ...inputs.annotations
      .filter(
        ({ on, platform }) =>
          on === 'descriptor' && (platform === undefined || isWanted(platform, entry.platform)),
      )
      .map(({ key, value }): [string, string] => [key, value]),
  ];
}

function descriptorOf(entry: Candidate, inputs: MergeInputs): Descriptor {
  const { descriptor } = entry.image;
  const annotations = { ...descriptor.annotations, ...Object.fromEntries(entryAnnotations(entry, inputs)) };
  return {
    ...descriptor,
    platform: platformOf(entry, rowOf(entry, inputs)),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** As the config says it, spelling included, since that is what runtimes compare; the row adds to it, or stands instead. */
function platformOf({ image: { config } }: Candidate, row: PlatformRow | undefined): PlatformJson {
  const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
  return {
    ...platformToJson(override && row !== undefined ? row.platform : config),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
    ...(features !== undefined && { features }),
  };
}
