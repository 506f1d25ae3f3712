import { CodedError, joinErrors } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import type { Leg } from '../handover/leg.ts';
import type { LegRecord } from '../handover/record.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import { candidates, inOrderOf, withoutRepeats, type Candidate } from '../verify/candidates.ts';
import {
  checkImagePlatform,
  checkRevisions,
  revisionKey,
  type RevisionClaim,
} from '../verify/image-checks.ts';
import { checkPlatformSet, isWanted } from '../verify/platform-set.ts';
import type { FoundLegs } from './handover-find.ts';
import type { LegRead, ReadLeg } from './handover-read.ts';
import { saysAll } from './merge-entry.ts';
import type { Base } from './merge-base.ts';
import { changeBase, type ChangedBase } from './merge-change.ts';
import { withoutRemoved } from './merge-removal.ts';
import type { ProvenAttestation } from '../verify/source.ts';

type MergeInputs = InputsOf<'merge'>;

/** The platforms of the list, each proven, in the order that was asked for. */
export interface ProvenSet {
  readonly entries: readonly Candidate[];
  readonly attestations: readonly ProvenAttestation[];
  readonly legs: readonly ReadLeg[];
  readonly warnings: readonly string[];
  /** Where the published list is changed: how, and which of the entries are new. */
  readonly change?: { readonly changed: ChangedBase; readonly fresh: readonly Candidate[] };
  /** Something was taken out of what the legs brought. */
  readonly reduced?: boolean;
}

/**
 * Promises 1 and 2: the set is exactly the one asked for, each config bears its claim out, all are of one commit.
 * @throws everything that is wrong, what is wrong with the set first
 */
export function proveSet(
  found: FoundLegs,
  read: readonly LegRead[],
  inputs: MergeInputs,
  github: GithubEnvironment,
): ProvenSet {
  const failures = failedLegs(found, read, inputs);
  const there = read.filter((leg): leg is ReadLeg => leg !== undefined && !(leg instanceof CodedError));
  const removals = inputs.append ? [] : inputs['remove-platforms'];
  const { legs, errors: removalErrors } = withoutRemoved(there, removals);
  const all = withoutRepeats(legs.flatMap(({ leg, source }) => candidates(leg, source)));
  const revisions = checkRevisions(legs.flatMap(revisionClaims), {
    label: inputs.revision ?? github.sha,
    record: github.sha ?? inputs.revision,
  });
  const overridden = inputs.platforms.filter((row) => row.entry.override);
  const mismatches = all.flatMap((candidate) => {
    const errors = checkImagePlatform(candidate.image, candidate.claimed, candidate.origin);
    const stands = overridden.some((row) => isWanted(row.platform, candidate.platform));
    return errors.map((error) => ({ error, stands }));
  });
  const errors = [
    ...setErrors(found, all, failures, inputs),
    ...failures.map(({ error }) => error),
    ...removalErrors,
    ...mismatches.flatMap(({ error, stands }) => (stands ? [] : [error])),
    ...revisions.errors,
  ];
  if (errors.length > 0) throw joinErrors(errors);
  const entries = inOrderOf(
    inputs.platforms.map((row) => row.platform),
    all,
  );
  const digests = new Set(entries.map((entry) => entry.digest));
  const attested = inputs.attestations === 'strip' ? [] : legs;
  const overrides = mismatches.map(({ error }) => `override: ${error.message}; it is listed all the same`);
  return {
    entries,
    attestations: attested
      .flatMap(({ source }) => source.attestations)
      .filter(({ subject }) => digests.has(subject)),
    legs,
    warnings: [...revisions.warnings, ...overrides, ...attested.flatMap(orphanWarnings)],
    reduced: removals.length > 0,
  };
}

interface FailedLeg {
  readonly leg: Leg;
  readonly error: CodedError;
}

/** Legs that can't be read, that pushed nothing, or that are not there although somebody named them. */
function failedLegs(found: FoundLegs, read: readonly LegRead[], inputs: MergeInputs): FailedLeg[] {
  return found.legs.flatMap((leg, index) => {
    const what = read[index];
    if (what instanceof CodedError) return [{ leg, error: what }];
    if (leg.record?.pushed === false) return [{ leg, error: notPushed(leg) }];
    const named = found.explicit || leg.record !== undefined;
    const awaited = what === undefined && named && !mayBeMissing(leg, inputs);
    return awaited ? [{ leg, error: notFound(leg) }] : [];
  });
}

/** Where nothing but the published list is looked at. */
export const emptySet: ProvenSet = { entries: [], attestations: [], legs: [], warnings: [] };

/** Images whose contents are checked: the new ones, since what is published was checked then; with `check: full` all of them. */
export function checkedEntries({ entries, change }: ProvenSet, inputs: MergeInputs): readonly Candidate[] {
  return inputs.check === 'full' ? entries : (change?.fresh ?? entries);
}

/** The proven set within the published list, where that is what is changed. */
export function withBase(set: ProvenSet, base: Base, inputs: MergeInputs): ProvenSet {
  const changed = changeBase(base, set, inputs, (image, entry) => saysAll(image, entry.descriptor, inputs));
  const warnings = [...set.warnings, ...changed.warnings];
  return { ...set, entries: changed.images, warnings, change: { changed, fresh: set.entries } };
}

/** An attestation is kept beside the image that it is about; one about an image that is not there is about nothing. */
function orphanWarnings({ leg, source }: ReadLeg): string[] {
  if (leg.index === 'all') return [];
  const there = new Set(source.images.map(({ descriptor }) => descriptor.digest));
  return source.attestations
    .filter(({ subject }) => !there.has(subject))
    .map(
      ({ descriptor, subject }) =>
        `${leg.origin}: the attestation ${descriptor.digest} is about ${subject}, which is not there; it is left out`,
    );
}

/** A leg that could not be read is told as what it is, not as a missing platform as well. */
function setErrors(
  found: FoundLegs,
  all: readonly Candidate[],
  failures: readonly FailedLeg[],
  inputs: MergeInputs,
): CodedError[] {
  const unread = failures.flatMap(({ leg: { claimed, ref, origin } }) =>
    claimed === undefined ? [] : [{ platform: claimed, digest: ref, origin }],
  );
  const errors = checkPlatformSet(inputs.platforms, [...all, ...unread], found.where);
  return unread.length === failures.length
    ? errors
    : errors.filter((error) => error.code !== 'E_PLATFORM_MISSING');
}

/** What each image that counts says of its commit; those of one leg that say the same speak as one. */
function revisionClaims({ leg, source }: ReadLeg): RevisionClaim[] {
  const byLabel = groupBy(candidates(leg, source), ({ image }) => image.config.labels[revisionKey] ?? '');
  return [...byLabel].map(([label, alike]) => ({
    origin:
      byLabel.size === 1
        ? leg.origin
        : `${leg.origin} (${alike.map(({ platform }) => formatPlatform(platform)).join(', ')})`,
    label: label === '' ? undefined : label,
    record: leg.record?.run?.sha,
  }));
}

/** The commit that a leg is of, where that is known to be another: an arch tag that an earlier run left behind. */
export function otherCommit(leg: ReadLeg, sha: string | undefined): string | undefined {
  const labels = revisionClaims(leg).flatMap(({ label }) => label ?? []);
  return sha !== undefined && labels.every((label) => label !== sha) ? labels[0] : undefined;
}

/** manifest-tool's --ignore-missing: what its spec names and `platforms` marks with a `?`. */
function mayBeMissing({ claimed }: Leg, inputs: MergeInputs): boolean {
  const row = inputs.platforms.find(({ platform }) => claimed !== undefined && isWanted(platform, claimed));
  return inputs.spec !== undefined && row?.required === false;
}

function notFound(leg: Leg): CodedError {
  const claimed = leg.claimed === undefined ? '' : ` for ${formatPlatform(leg.claimed)}`;
  return new CodedError('E_NOT_FOUND', `${leg.repository.name} has no ${leg.ref}${claimed} (${leg.origin})`, {
    hint: 'see that the leg pushed it, and that no clean-up has removed it since',
  });
}

function notPushed({ origin, claimed }: Leg): CodedError {
  const what = claimed === undefined ? 'the image' : formatPlatform(claimed);
  return new CodedError('E_RECORD', `${origin}: ${what} was built and not pushed, and other legs pushed`, {
    hint: 'give all legs the same push and dry-run, and run that leg again',
  });
}

/** The repository that an entry was read from. */
export function repositoryOf(digest: Digest, { legs, change }: ProvenSet): Repository | undefined {
  const leg = legs.find(({ source }) =>
    [...source.images, ...source.attestations].some(({ descriptor }) => descriptor.digest === digest),
  );
  return leg?.leg.repository ?? change?.changed.base.repository;
}

/** The record of the leg that an entry came from, if it handed one over. */
export function recordOf(entry: Candidate, { legs }: ProvenSet): LegRecord | undefined {
  return legs.find(({ leg }) => leg.record !== undefined && isWanted(leg.record.platform, entry.platform))
    ?.leg.record;
}
