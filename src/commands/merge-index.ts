import { joinErrors } from '../errors.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import {
  assembleIndex,
  chooseFormat,
  descriptorJson,
  type FormatChoice,
  type IndexFormat,
} from '../oci/index-assembly.ts';
import { editIndex } from '../oci/index-edit.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { mediaTypes } from '../oci/media-types.ts';
import {
  annotationFacts,
  factAnnotations,
  firstKnown,
  labelFacts,
  type IndexFacts,
} from '../verify/index-facts.ts';
import type { ChangedBase } from './merge-change.ts';
import { descriptorOf, saysAll } from './merge-entry.ts';
import type { ProvenSet } from './merge-legs.ts';

type MergeInputs = InputsOf<'merge'>;

export interface BuiltIndex {
  readonly index: ManifestBytes;
  /** For the log: why it has this form. */
  readonly reason: string;
  /** Which commit it is of, as far as that is known. */
  readonly facts: IndexFacts;
  /**
   * The same images as a Docker list, for a registry that refuses an OCI index; absent where the form is not ours to choose.
   * @throws E_UNSUPPORTED for what a Docker list can't hold
   */
  readonly dockerList?: () => BuiltIndex;
}

/** What the list is to say of itself. */
interface Said {
  /** What the inputs name, and nothing that was found out. */
  readonly asked: Readonly<Record<string, string>>;
  /** Of those, what is no fact of the commit. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly facts: IndexFacts;
}

/**
 * The index over a proven set. One source that is an index itself, with nothing asked that would change it, keeps its own
 * bytes, and so does a published list that would not change; otherwise the same inputs give the same bytes.
 * @throws E_UNSUPPORTED for what a Docker list can't hold; E_MANIFEST over a cap, and for what can't stand in a new list
 */
export function buildIndex(
  set: ProvenSet,
  inputs: MergeInputs,
  github: GithubEnvironment,
  sourceDate: string | undefined,
): BuiltIndex {
  const said = saidOf(set, inputs, github, sourceDate);
  const { changed } = set.change ?? {};
  const built =
    changed?.base.index === undefined ? newIndex(set, inputs, said) : changedIndex(changed, inputs, said);
  // What was made has to be within the caps that hold for what is read.
  parseManifest(built.index);
  return built;
}

function saidOf(
  set: ProvenSet,
  inputs: MergeInputs,
  github: GithubEnvironment,
  sourceDate: string | undefined,
): Said {
  const { revision, created, source, version } = inputs;
  const named = { revision, created, source, version };
  const facts = firstKnown([
    named,
    { created: sourceDate },
    { revision: github.sha, created: github.commitTime, source: github.sourceUrl },
    labelFacts(set.entries.map((entry) => entry.image)),
  ]);
  const annotations = Object.fromEntries(
    inputs.annotations.filter(({ on }) => on === 'index').map(({ key, value }) => [key, value]),
  );
  return { asked: { ...factAnnotations(firstKnown([named])), ...annotations }, annotations, facts };
}

function newIndex(set: ProvenSet, inputs: MergeInputs, { asked, annotations, facts }: Said): BuiltIndex {
  const own = ownBytes(set, inputs, asked);
  if (own !== undefined)
    return { index: own, reason: 'the only source is an index, published as its own bytes', facts };
  const others = set.legs.flatMap(({ source }) => source.others);
  if (others.length > 0) throw joinErrors(others.map(({ problem }) => problem));
  const entries: Descriptor[] = [
    ...set.entries.map((entry) => descriptorOf(entry, inputs)),
    ...set.attestations.map(({ descriptor }) => descriptor),
  ];
  const choice = chooseFormat(
    inputs.format,
    entries.map((entry) => entry.mediaType),
    entries.some(isAnnotated) || Object.keys(annotations).length > 0,
  );
  // A Docker list has no place for annotations; those that nobody asked for are then left out, and its children's labels tell.
  const index = assembleIndex({
    format: choice.format,
    entries,
    annotations: choice.format === 'oci' ? { ...factAnnotations(facts), ...annotations } : annotations,
  });
  const built = { index, reason: reasonOf(choice), facts };
  if (inputs.format !== 'auto' || choice.format !== 'oci') return built;
  const dockerList = (): BuiltIndex => ({
    index: assembleIndex({ format: 'docker', entries, annotations }),
    reason: 'a Docker manifest list, since an OCI index was refused; the images in it stay as they are',
    facts,
  });
  return { ...built, dockerList };
}

/** The bytes of the only source, where the list is to hold exactly what that holds, and says what is asked for already. */
function ownBytes(
  { entries, attestations, legs: [only, ...others], reduced = false }: ProvenSet,
  inputs: MergeInputs,
  asked: Readonly<Record<string, string>>,
): ManifestBytes | undefined {
  if (only?.source.index === undefined || others.length > 0 || reduced) return undefined;
  const { index, manifest, images } = only.source;
  const taken = new Set(entries.map((entry) => entry.digest));
  const whole =
    images.every(({ descriptor }) => taken.has(descriptor.digest)) &&
    (attestations.length === only.source.attestations.length ||
      (only.leg.index === 'all' && inputs.attestations === 'keep'));
  const changed = entries.some(
    (entry) => !saysAll(entry, { annotations: entry.image.descriptor.annotations ?? {} }, inputs),
  );
  const kept = whole && !changed && says(index.annotations, asked) && fits(inputs.format, manifest);
  return kept ? manifest : undefined;
}

function says(
  annotations: Readonly<Record<string, string>> | undefined,
  asked: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(asked).every(([key, value]) => annotations?.[key] === value);
}

/** The published list with other entries; what it says of itself stays, but for what is asked. */
function changedIndex(
  { base, placed, images }: ChangedBase,
  inputs: MergeInputs,
  { asked }: Said,
): BuiltIndex {
  const published = base.index?.annotations ?? {};
  const annotations = { ...published, ...asked };
  const facts = firstKnown([annotationFacts(annotations), labelFacts(images.map(({ image }) => image))]);
  const unchanged =
    placed.length === base.entries.length &&
    placed.every((each) => 'kept' in each) &&
    says(published, asked) &&
    fits(inputs.format, base.manifest);
  if (unchanged) return { index: base.manifest, reason: `the list of ${base.name} needs no change`, facts };
  const entries = placed.map((each) => {
    if ('kept' in each) return { text: each.kept.text, descriptor: each.kept.descriptor };
    const descriptor = 'image' in each ? descriptorOf(each.image, inputs) : each.attestation.descriptor;
    return { text: descriptorJson(descriptor), descriptor };
  });
  const isOci = base.manifest.mediaType === mediaTypes.ociIndex;
  const choice = chooseFormat(
    inputs.format === 'auto' && isOci ? 'oci' : inputs.format,
    entries.map(({ descriptor }) => descriptor.mediaType),
    entries.some(({ descriptor }) => isAnnotated(descriptor)) || Object.keys(annotations).length > 0,
  );
  const index = editIndex(base.manifest, {
    mediaType: mediaTypeOf(choice.format),
    entries: entries.map(({ text }) => text),
    annotations: says(published, asked) ? undefined : annotations,
  });
  const kept = placed.filter((each) => 'kept' in each).length;
  return {
    index,
    reason: `the list of ${base.name} with ${kept} of its ${base.entries.length} entries kept as they are, and ${placed.length - kept} new`,
    facts,
  };
}

function isAnnotated({ annotations }: Descriptor): boolean {
  return Object.keys(annotations ?? {}).length > 0;
}

function mediaTypeOf(format: IndexFormat): string {
  return format === 'docker' ? mediaTypes.dockerList : mediaTypes.ociIndex;
}

function reasonOf({ format, reason }: FormatChoice): string {
  return `${format === 'oci' ? 'an OCI index' : 'a Docker manifest list'}, since ${reason}`;
}

function fits(format: MergeInputs['format'], { mediaType }: ManifestBytes): boolean {
  return format === 'auto' || (format === 'docker') === mediaType.includes('docker');
}
