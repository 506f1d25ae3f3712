import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import { compareVersions } from './version.ts';
import { tagName, type HeldTag } from './verbs.ts';

/** What is known of the commit that an index is of. */
export interface CommitFacts {
  readonly revision?: string;
  /** RFC 3339. */
  readonly created?: string;
  readonly version?: string;
}

export interface MovingDeps {
  readonly log: Log;
  /** What the list that a tag holds says of its commit. Whatever it is, it is about to be replaced: silence fails nothing. */
  readonly factsOf: (target: HeldTag) => Promise<CommitFacts>;
  /** How commit `head` stands to commit `base`, where somebody knows. */
  readonly compare: (
    base: string,
    head: string,
  ) => Promise<'ahead' | 'behind' | 'identical' | 'diverged' | undefined>;
}

/** Where a move leads: back, with the words for it; forward; or nobody knows. */
type Direction = { readonly back: string } | 'forward' | 'unknown';

/**
 * The moving tags that would go backwards: to a lower semantic version, or to an older commit. They are left where they
 * are, with a warning; one of which nothing is known moves, with a warning too.
 */
export async function staleTags(
  held: readonly HeldTag[],
  index: Digest,
  next: CommitFacts,
  deps: MovingDeps,
): Promise<HeldTag[]> {
  const moving = held.filter((target) => target.moving && target.held !== undefined && target.held !== index);
  const directions = await Promise.all(
    moving.map(async (target) => direction(await deps.factsOf(target), next, deps.compare)),
  );
  return moving.filter((target, position) => {
    const where = directions[position] ?? 'unknown';
    if (where === 'forward') return false;
    if (where === 'unknown') {
      deps.log.warning(
        `${tagName(target)} moves although it is not known which of the two lists is of the older commit`,
      );
      return false;
    }
    deps.log.warning(
      `E_TAG_STALE: ${tagName(target)} stays at ${target.held ?? 'nothing'}, since it would go from ${where.back}; set force to move it all the same`,
    );
    return true;
  });
}

async function direction(
  current: CommitFacts,
  next: CommitFacts,
  compare: MovingDeps['compare'],
): Promise<Direction> {
  const order = ordered(current.version, next.version, compareVersions);
  if (order !== undefined && order < 0)
    return { back: `${current.version ?? ''} back to ${next.version ?? ''}` };
  if (current.revision !== undefined && current.revision === next.revision) return 'forward';
  if (current.revision !== undefined && next.revision !== undefined) {
    const commits = await compare(current.revision, next.revision);
    if (commits === 'behind')
      return { back: `commit ${current.revision} back to its ancestor ${next.revision}` };
    if (commits === 'ahead' || commits === 'identical') return 'forward';
  }
  const times = ordered(current.created, next.created, compareTimes);
  if (times !== undefined && times < 0) {
    return { back: `a commit of ${current.created ?? ''} back to one of ${next.created ?? ''}` };
  }
  return times === undefined && order === undefined ? 'unknown' : 'forward';
}

/** How `next` stands to `current`; undefined where one of them is not known or can't be compared. */
function ordered(
  current: string | undefined,
  next: string | undefined,
  order: (a: string, b: string) => number | undefined,
): number | undefined {
  return current === undefined || next === undefined ? undefined : order(next, current);
}

function compareTimes(a: string, b: string): number | undefined {
  const difference = Date.parse(a) - Date.parse(b);
  return Number.isNaN(difference) ? undefined : difference;
}
