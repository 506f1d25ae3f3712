import { CodedError } from '../errors.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import type { Leg } from '../handover/leg.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { readHeld } from '../publish/held.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { HeldTag, PublishVerbs } from '../publish/verbs.ts';
import { otherCommit, readLegs, type FoundLegs, type LegRead } from './merge-legs.ts';
import { tagsOf, type Places } from './merge-target.ts';
import { awaitLegs } from './merge-wait.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

export interface StateDeps {
  readonly log: Log;
  readonly registry: PublishVerbs & ReadVerbs;
  readonly github: GithubEnvironment;
  readonly sleep: Sleep;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** How things stand before anything is written. */
export interface State {
  readonly read: readonly LegRead[];
  readonly held: readonly HeldTag[];
}

/**
 * Reads the legs and what every tag holds, in one round; then waits for legs that have not arrived, where that is asked for.
 * @returns undefined on a pull request for which no leg has pushed anything
 */
export async function readState(
  found: FoundLegs,
  places: Places,
  inputs: InputsOf<'merge'>,
  deps: StateDeps,
): Promise<State | undefined> {
  const { log, registry, github, sleep, now = () => performance.now(), random = Math.random } = deps;
  const tags = tagsOf([...places.published, ...places.targets], inputs);
  const readAll = async (legs: readonly Leg[]): Promise<LegRead[]> =>
    readLegs(legs, (repository) => repositoryReader(registry, repository));
  const [first, held] = await log.group(
    `Reading ${counted(found.legs.length, 'leg')} and ${counted(tags.length, 'tag')}`,
    async () => Promise.all([readAll(found.legs), readHeld(registry, tags)]),
  );
  if (!found.explicit && isPullRequest(github) && first.every((leg) => isNotOfThisRun(leg, github.sha)))
    return undefined;
  const read = await awaitLegs(
    found.legs,
    first,
    { seconds: inputs.wait, commit: inputs.revision ?? github.sha },
    { log, registry, sleep, now, random, read: readAll },
  );
  // Tags may have moved while legs were waited for.
  return { read, held: read === first ? held : await readHeld(registry, tags) };
}

function isNotOfThisRun(leg: LegRead, sha: string | undefined): boolean {
  return leg === undefined || (!(leg instanceof CodedError) && otherCommit(leg, sha) !== undefined);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
