import { CodedError } from '../errors.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import type { Leg } from '../handover/leg.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { readHeld } from '../publish/held.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { HeldTag, PublishVerbs } from '../publish/verbs.ts';
import { isWanted } from '../verify/platform-set.ts';
import type { FoundLegs } from './handover-find.ts';
import { readLegs, type LegRead } from './handover-read.ts';
import { findRecord, type RecordSourceVerbs } from './handover-registry.ts';
import { otherCommit } from './merge-legs.ts';
import { tagsOf, type Places } from './merge-target.ts';
import { awaitLegs, withoutOtherCommit } from './merge-wait.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

export interface StateDeps {
  readonly log: Log;
  readonly registry: PublishVerbs & ReadVerbs & RecordSourceVerbs;
  readonly github: GithubEnvironment;
  readonly sleep: Sleep;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** How things stand before anything is written. */
export interface State {
  /** The legs, those that were waited for among them. */
  readonly found: FoundLegs;
  readonly read: readonly LegRead[];
  readonly held: readonly HeldTag[];
}

/**
 * Reads the legs and what every tag holds, in one round; then waits for legs that have not arrived, where that is asked for.
 * @returns undefined on a pull request for which no leg has pushed or handed over anything
 */
export async function readState(
  found: FoundLegs,
  places: Places,
  inputs: InputsOf<'merge'>,
  deps: StateDeps,
): Promise<State | undefined> {
  const { log, registry, github, sleep, now = () => performance.now(), random = Math.random } = deps;
  const tags = tagsOf([...places.published, ...places.targets], inputs);
  const ofRun = { sha: github.sha, source: github.repository };
  const readAll = async (legs: readonly Leg[]): Promise<LegRead[]> =>
    readLegs(legs, {
      readerOf: (repository) => repositoryReader(registry, repository),
      commit: inputs.revision ?? github.sha,
      log,
      recordBeside:
        inputs.handover === 'auto'
          ? async (repository, image) => findRecord(registry, repository, { ...image, ...ofRun }, log)
          : undefined,
    });
  const [first, held] = await log.group(
    `Reading ${counted(found.legs.length, 'leg')} and ${counted(tags.length, 'tag')}`,
    async () => Promise.all([readAll(found.legs), readHeld(registry, tags)]),
  );
  const mayCome = found.refresh !== undefined && inputs.wait > 0;
  if (isPullRequest(github) && !mayCome && isSilent(found, first, github.sha)) return undefined;
  const awaited = await awaitLegs(
    found,
    first,
    { seconds: inputs.wait, commit: inputs.revision ?? github.sha },
    { log, registry, sleep, now, random, read: readAll },
  );
  return {
    found: awaited.found,
    read: withoutLeftOver(awaited, inputs, github, log),
    // Tags may have moved while legs were waited for.
    held: awaited.read === first ? held : await readHeld(registry, tags),
  };
}

/** What an earlier run left at the arch tag of a platform that may be missing: the leg of this one has not pushed. */
function withoutLeftOver(
  { found, read }: Pick<State, 'found' | 'read'>,
  { platforms, revision }: InputsOf<'merge'>,
  { sha }: GithubEnvironment,
  log: Log,
): readonly LegRead[] {
  return read.map((each, at) => {
    const leg = found.legs[at];
    const claimed = leg?.claimed;
    if (found.explicit || claimed === undefined || leg?.record !== undefined) return each;
    const isRequired = platforms.find(({ platform }) => isWanted(platform, claimed))?.required ?? true;
    return isRequired ? each : withoutOtherCommit(each, leg, revision ?? sha, log);
  });
}

/** Nobody was asked for records, and what was looked for instead is not there or is another run's. */
function isSilent({ legs, explicit }: FoundLegs, read: readonly LegRead[], sha: string | undefined): boolean {
  const unheard = legs.every((leg) => leg.record === undefined && leg.unheard === undefined);
  return !explicit && unheard && read.every((leg) => isNotOfThisRun(leg, sha));
}

function isNotOfThisRun(leg: LegRead, sha: string | undefined): boolean {
  return leg === undefined || (!(leg instanceof CodedError) && otherCommit(leg, sha) !== undefined);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
