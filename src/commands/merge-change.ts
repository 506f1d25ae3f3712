import { CodedError, joinErrors } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Digest } from '../oci/digest.ts';
import { formatPlatform } from '../platform/platform.ts';
import type { Candidate } from '../verify/candidates.ts';
import { checkImagePlatform, revisionKey } from '../verify/image-checks.ts';
import { checkPlatformSet, isWanted } from '../verify/platform-set.ts';
import type { ProvenAttestation, ProvenImage } from '../verify/source.ts';
import type { Base, BaseEntry } from './merge-base.ts';
import { isRemoved, removalErrors, removedDigests } from './merge-removal.ts';

type MergeInputs = InputsOf<'merge'>;

/** What stands at one place of the new list: an entry that is kept as it is written, or something new. */
export type Placed =
  { readonly kept: BaseEntry } | { readonly image: Candidate } | { readonly attestation: ProvenAttestation };

/** The published list, with what is added, replaced and taken out. */
export interface ChangedBase {
  readonly base: Base;
  readonly placed: readonly Placed[];
  /** All its images, kept ones and new ones, in the order of the list. */
  readonly images: readonly Candidate[];
  readonly warnings: readonly string[];
}

/** What the legs made. */
export interface FreshParts {
  readonly entries: readonly Candidate[];
  readonly attestations: readonly ProvenAttestation[];
}

/**
 * Puts what the legs made into the published list: in the place of the same platform, else behind the images. An image that
 * goes takes along what is attested of it; everything else is kept.
 * @param saysAll whether a published entry says all that is asked for an image already
 * @throws everything that is wrong with the list that comes out
 */
export function changeBase(
  base: Base,
  fresh: FreshParts,
  inputs: MergeInputs,
  saysAll: (image: Candidate, entry: BaseEntry) => boolean,
): ChangedBase {
  const removals = inputs['remove-platforms'];
  const all = {
    images: base.entries.flatMap((entry) => entry.images),
    attestations: base.entries.flatMap((entry) => entry.attestations),
    others: base.entries.flatMap((entry) => entry.others),
  };
  const removed = removedDigests(removals, all);
  const goes = (entry: BaseEntry): boolean =>
    removed.has(entry.descriptor.digest) ||
    (entry.images.length > 0 && entry.images.every(({ descriptor }) => removed.has(descriptor.digest)));
  const replacing = (entry: BaseEntry): Candidate[] =>
    fresh.entries.filter((one) => entry.images.some((image) => replaces(one, image, inputs)));
  const left = base.entries.filter((entry) => !goes(entry) && replacing(entry).length === 0);
  const lost = lostSubjects(base, left, fresh);
  const placed: Placed[] = [];
  const placedImages = new Set<Candidate>();
  for (const entry of base.entries) {
    if (goes(entry) || entry.attestations.some(({ subject }) => lost.has(subject))) continue;
    const heirs = replacing(entry);
    const same = heirs.find((one) => one.digest === entry.descriptor.digest && saysAll(one, entry));
    if (heirs.length === 0 || same !== undefined) placed.push({ kept: entry });
    for (const image of heirs) {
      if (image !== same && !placedImages.has(image)) placed.push({ image });
      placedImages.add(image);
    }
  }
  insertBehindImages(
    placed,
    fresh.entries.filter((image) => !placedImages.has(image)),
  );
  const listed = new Set(base.entries.map(({ descriptor }) => descriptor.digest));
  for (const attestation of fresh.attestations)
    if (!listed.has(attestation.descriptor.digest)) placed.push({ attestation });
  const images = placed.flatMap((each) => imagesOf(each, base));
  const errors = [
    ...removalErrors(removals, all, base.name),
    ...contradictions(fresh.entries, inputs),
    ...partlyChanged(base, removed, inputs, fresh.entries),
    ...resultErrors(base, placed, images, inputs),
  ];
  if (errors.length > 0) throw joinErrors(errors);
  return { base, placed, images, warnings: [...unchecked(base, placed), ...mixedCommits(images, base)] };
}

/** Two images stand for each other where one row of `platforms` names both. */
function replaces(fresh: Candidate, published: ProvenImage, inputs: MergeInputs): boolean {
  const platform = published.said ?? published.platform;
  return inputs.platforms.some(
    (row) => isWanted(row.platform, fresh.platform) && isWanted(row.platform, platform),
  );
}

/** Images that are no longer in the list, so that what is attested of them goes too. */
function lostSubjects(base: Base, left: readonly BaseEntry[], fresh: FreshParts): Set<Digest> {
  const digestsOf = (entries: readonly BaseEntry[]): Digest[] =>
    entries.flatMap((entry) => entry.images.map(({ descriptor }) => descriptor.digest));
  const stay = new Set([...digestsOf(left), ...fresh.entries.map(({ digest }) => digest)]);
  return new Set(digestsOf(base.entries).filter((digest) => !stay.has(digest)));
}

/** Attestations stand last, as every tool writes them. */
function insertBehindImages(placed: Placed[], images: readonly Candidate[]): void {
  const last = placed.findLastIndex(
    (each) => 'image' in each || ('kept' in each && each.kept.attestations.length === 0),
  );
  placed.splice(last + 1, 0, ...images.map((image) => ({ image })));
}

function imagesOf(placed: Placed, base: Base): Candidate[] {
  if ('image' in placed) return [placed.image];
  if (!('kept' in placed)) return [];
  return placed.kept.images.map((image) => ({
    platform: image.said ?? image.platform,
    digest: image.descriptor.digest,
    origin: base.name,
    image,
    claimed: undefined,
  }));
}

function contradictions(fresh: readonly Candidate[], inputs: MergeInputs): CodedError[] {
  return fresh.flatMap(({ image, platform }) =>
    inputs['remove-platforms']
      .filter((removal) => isRemoved(removal, { ...image, said: platform }))
      .map(
        ({ text }) =>
          new CodedError('E_INPUT', `${formatPlatform(platform)} is to be added, and ${text} to be removed`, {
            hint: 'take it out of platforms or out of remove-platforms',
          }),
      ),
  );
}

/** An index within the list is kept or goes as a whole. */
function partlyChanged(
  base: Base,
  removed: ReadonlySet<Digest>,
  inputs: MergeInputs,
  fresh: readonly Candidate[],
): CodedError[] {
  return base.entries
    .filter((entry) => {
      const changed = entry.images.filter(
        (image) => removed.has(image.descriptor.digest) || fresh.some((one) => replaces(one, image, inputs)),
      );
      return changed.length > 0 && changed.length < entry.images.length;
    })
    .map(
      ({ descriptor }) =>
        new CodedError(
          'E_UNSUPPORTED',
          `${descriptor.digest} in ${base.name} is an index of its own, and only a part of it would change`,
          { hint: 'publish the list anew from its images' },
        ),
    );
}

function resultErrors(
  base: Base,
  placed: readonly Placed[],
  images: readonly Candidate[],
  inputs: MergeInputs,
): CodedError[] {
  const kept = placed.flatMap((each) => ('kept' in each ? each.kept.images : []));
  const none = images.length === 0;
  return [
    ...(none
      ? [
          new CodedError('E_PLATFORM_MISSING', `no image would be left of ${base.name}`, {
            hint: 'keep one; a list of nothing is no list',
          }),
        ]
      : checkPlatformSet(inputs.append ? [] : inputs.platforms, images, base.name, {
          allowExtra: inputs.append,
        })),
    ...kept.flatMap((image) => checkImagePlatform(image, undefined, base.name)),
  ];
}

function unchecked(base: Base, placed: readonly Placed[]): string[] {
  return placed
    .flatMap((each) => ('kept' in each ? each.kept.others : []))
    .map(
      ({ descriptor, problem }) =>
        `${descriptor.digest} is kept in the list of ${base.name} and was not checked: ${problem.message}`,
    );
}

/** A list may hold images of several commits once something was replaced in it; somebody should know. */
function mixedCommits(images: readonly Candidate[], base: Base): string[] {
  const labels = images.flatMap(({ image }) => image.config.labels[revisionKey] ?? []);
  const commits = [...new Set(labels)];
  return commits.length < 2
    ? []
    : [`the list of ${base.name} now holds images of different commits: ${commits.join(', ')}`];
}
