import { CodedError, toCodedError } from '../errors.ts';
import { archTagLegs } from '../handover/arch-tag-legs.ts';
import { archTag, type ArchTagValues } from '../handover/arch-tag.ts';
import { artifactLegs, type ArtifactLegs, type BadArtifact } from '../handover/artifact-legs.ts';
import { Artifacts, type ArtifactDeps } from '../handover/artifacts.ts';
import type { ArtifactService } from '../handover/artifact-service.ts';
import { explicitLegs, type RecordFiles } from '../handover/explicit.ts';
import type { Leg } from '../handover/leg.ts';
import { handoverWay } from '../handover/way.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform, platformSlug, type Platform } from '../platform/platform.ts';
import { checkPlatformSet, isWanted } from '../verify/platform-set.ts';
import { refusingStrange } from './handover-strange.ts';
import { changesPublished } from './merge-base.ts';

type MergeInputs = InputsOf<'merge'>;

/** Where merge looked, and whether it looked for itself: then what is absent is a missing platform, not a wrong name. */
export interface FoundLegs {
  readonly legs: readonly Leg[];
  readonly explicit: boolean;
  /** For people: what the set was looked for in. */
  readonly where: string;
  /** Looks once more, where legs may hand over meanwhile. */
  readonly refresh?: () => Promise<FoundLegs>;
}

export interface FindDeps {
  readonly log: Log;
  readonly github: GithubEnvironment;
  readonly files: RecordFiles;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The way to the artifact service. */
  readonly send: ArtifactDeps['send'];
  readonly sleep: ArtifactDeps['sleep'];
}

/** What the legs made: what `records` names, and nothing else; without any, what the legs handed over. */
export async function findLegs(
  inputs: MergeInputs,
  repository: Repository,
  tag: string | undefined,
  deps: FindDeps,
): Promise<FoundLegs> {
  if (inputs.records.length > 0) {
    const named = await explicitLegs(inputs.records, repository, deps.files);
    const legs = refusingStrange(named, inputs, deps.github, deps.log);
    return { legs, explicit: true, where: 'records' };
  }
  // What is only taken out of the published list needs no leg.
  if (changesPublished(inputs) && !inputs.append) return { legs: [], explicit: true, where: 'records' };
  if (inputs.handover === 'none') {
    throw new CodedError('E_INPUT', 'handover is none and records names nothing', {
      hint: 'name what the legs made in records, or let handover be auto, artifact or registry',
    });
  }
  if (isLayout(repository)) {
    throw new CodedError('E_INPUT', 'neither images nor records says where the legs are', {
      hint: 'set images, to whose first the legs push, or name what the legs made in records',
    });
  }
  const search = searchOf(inputs, repository, tag ?? 'latest', deps);
  const way = handoverWay(inputs.handover, deps.env);
  const why = way.way === 'none' || way.why === undefined ? '' : `: ${way.why}`;
  if (way.way === 'artifact') {
    deps.log.info(`legs are looked for among the artifacts of this run${why}`);
    return fromArtifacts(search, way.service, deps);
  }
  if (inputs['arch-tag'] === 'none') {
    throw new CodedError('E_INPUT', 'arch-tag is none and records names nothing', {
      hint: 'legs that push by digest alone have to be named in records, or hand over as artifacts',
    });
  }
  deps.log.info(`legs are looked for by their arch tags${why}`);
  return fromTags(tagLegs(search, platformsOf(inputs)));
}

interface Search {
  readonly inputs: MergeInputs;
  readonly repository: Repository;
  readonly values: Omit<ArchTagValues, 'platform'> & { readonly tag: string };
}

function searchOf(inputs: MergeInputs, repository: Repository, tag: string, { github }: FindDeps): Search {
  const values = { tag, sha: github.sha, run: github.runId, attempt: github.runAttempt?.toString() };
  return { inputs, repository, values };
}

function platformsOf({ platforms }: MergeInputs): Platform[] {
  return platforms.map((row) => row.platform);
}

function tagLegs({ inputs, repository, values }: Search, platforms: readonly Platform[]): Leg[] {
  return archTagLegs(platforms, repository, inputs['arch-tag'], values);
}

function fromTags(legs: readonly Leg[]): FoundLegs {
  return {
    legs,
    explicit: false,
    where: `the arch tags (looked for: ${legs.map((leg) => leg.ref).join(', ')}${legs.some(({ earlier }) => earlier !== undefined) ? ', and those of earlier attempts' : ''})`,
  };
}

/**
 * The artifacts of this run. With `auto` a leg that could not hand its record over, or whose record the service does not give
 * out, is looked for by its arch tag, which is bound to the commit by its label.
 */
async function fromArtifacts(search: Search, service: ArtifactService, deps: FindDeps): Promise<FoundLegs> {
  const { inputs, repository, values } = search;
  const { github } = deps;
  const artifacts = new Artifacts(service, deps);
  const run = {
    id: github.runId,
    attempt: github.runAttempt,
    sha: github.sha,
    repository: github.repository,
  };
  const log = once(deps.log, new Set<string>());
  const falls = inputs.handover === 'auto' && inputs['arch-tag'] !== 'none';
  const look = async (): Promise<FoundLegs> => {
    const looked = artifactLegs(artifacts, { image: repository, tag: values.tag }, run, log);
    const found = falls ? await withinReach(looked, log) : { ...(await looked), asked: true };
    const legs = [
      ...found.legs.map((leg) => anchored(leg, search)),
      ...found.bad.map((bad) => badLeg(bad, search)),
    ];
    const unheard = platformsOf(inputs).filter(
      (platform) => !legs.some(({ claimed }) => claimed !== undefined && isWanted(platform, claimed)),
    );
    const others = falls
      ? tagLegs(search, unheard).map((leg): Leg => (found.asked ? { ...leg, unheard: 'fallback' } : leg))
      : unheard.map((platform) => absentLeg(platform, repository));
    if (falls && others.length > 0) {
      log.info(
        `no artifact of this run is a record for ${unheard.map(formatPlatform).join(', ')}; looking for ${others.map(({ ref }) => ref).join(', ')}`,
      );
    }
    const tags = falls && others.length > 0 ? fromTags(others).where : undefined;
    const where = `the artifacts of this run${tags === undefined ? '' : ` and ${tags}`}`;
    return { legs: [...legs, ...others], explicit: false, where, refresh: look };
  };
  return look();
}

/** What the service gives out; what it refuses, or can't be asked for, is told and left to the registry. */
async function withinReach(
  looked: Promise<ArtifactLegs>,
  log: Log,
): Promise<ArtifactLegs & { readonly asked: boolean }> {
  try {
    const { legs, bad } = await looked;
    for (const { problem } of bad.filter(isOutOfReach)) {
      log.warning(`${problem.code}: ${problem.message}; its arch tag in the registry is looked for instead`);
    }
    return { legs, bad: bad.filter((one) => !isOutOfReach(one)), asked: true };
  } catch (error) {
    const problem = toCodedError(error);
    if (!isOutOfReach({ problem })) throw error;
    log.warning(`${problem.code}: ${problem.message}; the arch tags in the registry are looked for instead`);
    return { legs: [], bad: [], asked: false };
  }
}

function isOutOfReach({ problem: { code } }: Pick<BadArtifact, 'problem'>): boolean {
  return code === 'E_GITHUB' || code === 'E_NETWORK';
}

/** A log in which nothing is told twice, however often one looks. */
function once(log: Log, told: Set<string>): Log {
  const isNew = (line: string): boolean => told.size < told.add(line).size;
  return {
    ...log,
    info: (line) => {
      if (isNew(line)) log.info(line);
    },
    warning: (line) => {
      if (isNew(line)) log.warning(line);
    },
  };
}

/** With the tag that this leg pushed, in its own attempt. */
function anchored(leg: Leg, { inputs, values }: Search): Leg {
  if (inputs['arch-tag'] === 'none' || leg.claimed === undefined || leg.record?.pushed === false) return leg;
  const attempt = leg.record?.run?.attempt?.toString() ?? values.attempt;
  return { ...leg, anchor: archTag(inputs['arch-tag'], { ...values, platform: leg.claimed, attempt }) };
}

function badLeg({ platform: slug, origin, problem }: BadArtifact, { inputs, repository }: Search): Leg {
  const claimed = platformsOf(inputs).find((platform) => platformSlug(platform) === slug);
  return { origin, claimed, repository, ref: '', index: 'leg', problem };
}

function absentLeg(platform: Platform, repository: Repository): Leg {
  const origin = `the artifacts of this run, for ${formatPlatform(platform)}`;
  return { origin, claimed: platform, repository, ref: '', index: 'leg', unheard: 'absent' };
}

/** What claims alone show of the set: a platform that is missing, doubled or not asked for. Empty where a leg claims nothing. */
export function claimErrors({ legs, explicit, where }: FoundLegs, inputs: MergeInputs): CodedError[] {
  const heard = legs.filter(({ unheard }) => unheard === undefined);
  const claimed = heard.flatMap(({ claimed: platform, ref, origin }) =>
    platform === undefined ? [] : [{ platform, digest: ref, origin }],
  );
  const isKnown = explicit || heard.some(({ record }) => record !== undefined);
  return isKnown && claimed.length === heard.length ? checkPlatformSet(inputs.platforms, claimed, where) : [];
}

/** Promise 8: where no leg pushed, as on a pull request, there is nothing to publish and nothing wrong. */
export function nothingPushed({ legs }: FoundLegs): boolean {
  const heard = legs.filter(({ unheard }) => unheard === undefined);
  return heard.length > 0 && heard.every((leg) => leg.record?.pushed === false);
}
