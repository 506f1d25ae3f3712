import { CodedError, show, toCodedError, type ErrorCode } from '../errors.ts';
import type { Leg } from '../handover/leg.ts';
import type { Log } from '../log.ts';
import { formatPlatform, samePlatform } from '../platform/platform.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import { formatDuration } from '../report/format.ts';
import type { FoundLegs } from './handover-find.ts';
import type { LegRead } from './handover-read.ts';
import { otherCommit } from './merge-legs.ts';

export interface WaitDeps {
  readonly log: Log;
  readonly registry: Pick<PublishVerbs, 'headManifest'>;
  readonly sleep: Sleep;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly read: (legs: readonly Leg[]) => Promise<LegRead[]>;
}

const firstDelayMs = 5_000;
const longestDelayMs = 30_000;
const quietMs = 60_000;

/** Errors that may pass while we wait: of the network, and of a registry that lags behind a leg's push. */
const passing: readonly ErrorCode[] = [
  'E_NETWORK',
  'E_TIMEOUT',
  'E_RATE_LIMITED',
  'E_REGISTRY',
  'E_NOT_FOUND',
];

/**
 * Asks for what has not arrived until it has or the time is over. An arch tag of another commit is what an earlier run left,
 * so its leg is waited for; when the time is over it counts as missing. A leg that can't be read ends the waiting: no time
 * will mend the list. Where legs hand records over, these are looked for again each time.
 * @param seconds 0 gives back what was read, as it was read
 * @param commit what the legs are to be of, where that is known
 */
export async function awaitLegs(
  found: FoundLegs,
  read: readonly LegRead[],
  { seconds, commit }: { readonly seconds: number; readonly commit: string | undefined },
  deps: WaitDeps,
): Promise<{ readonly found: FoundLegs; readonly read: readonly LegRead[] }> {
  if (seconds === 0) return { found, read };
  const legs = [...found.legs];
  const state = [...read];
  const deadline = deps.now() + seconds * 1000;
  let told = { set: '', at: -Infinity };
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, longestDelayMs)) {
    const pending = legs.flatMap((leg, at) => {
      const why = whyPending(leg, state[at], commit);
      return why === undefined ? [] : [{ leg, at, why }];
    });
    const broken = state.some((each) => each instanceof CodedError && !passing.includes(each.code));
    const left = deadline - deps.now();
    if (pending.length === 0 || broken) return { found: { ...found, legs }, read: state };
    if (left <= 0) break;
    const set = pending.map(({ leg, why }) => `${nameOf(leg)} (${why})`).join(', ');
    if (set !== told.set || deps.now() - told.at >= quietMs) {
      deps.log.info(`waiting for ${set}; ${formatDuration(left / 1000)} left`);
      told = { set, at: deps.now() };
    }
    await deps.sleep(Math.min(delay * (0.75 + deps.random() / 2), left));
    const newer = await handedOverSince(found, deps.log);
    await Promise.all(
      pending.map(async ({ leg, at }) => {
        const now = newer.find(({ claimed }) => isFor(leg, claimed)) ?? leg;
        legs[at] = now;
        state[at] = await lookAgain(now, state[at], deps);
      }),
    );
  }
  return {
    found: { ...found, legs },
    read: state.map((each, at) => withoutOtherCommit(each, legs[at], commit, deps.log)),
  };
}

/** Why a leg counts as not arrived; undefined: it is there. */
function whyPending(leg: Leg, read: LegRead, commit: string | undefined): string | undefined {
  if (leg.record?.pushed === false) return undefined;
  if (read === undefined) return 'not there yet';
  if (read instanceof CodedError) return passing.includes(read.code) ? show(read.message) : undefined;
  const other = otherCommit(read, commit);
  return other === undefined ? undefined : `of commit ${show(other, 40)}`;
}

/** The legs as they are told of by now; none where nothing is told, or not this time. */
async function handedOverSince({ refresh }: FoundLegs, log: Log): Promise<readonly Leg[]> {
  try {
    return (await refresh?.())?.legs ?? [];
  } catch (error) {
    const coded = toCodedError(error);
    // What the artifact service refuses in one minute of an hour, it may give in the next.
    if (coded.code !== 'E_GITHUB' && !passing.includes(coded.code)) throw error;
    log.info(`${coded.message}; asking again`);
    return [];
  }
}

function isFor({ claimed }: Leg, platform: Leg['claimed']): boolean {
  return claimed !== undefined && platform !== undefined && samePlatform(claimed, platform);
}

/** One HEAD for what is not there; it is read only when it is there and is something else than before. */
async function lookAgain(leg: Leg, before: LegRead, deps: WaitDeps): Promise<LegRead> {
  if (leg.unheard === 'absent' || leg.record?.pushed === false) return undefined;
  if (leg.problem !== undefined) return leg.problem;
  try {
    const head = await deps.registry.headManifest(leg.repository, leg.ref);
    if (head === undefined) return undefined;
    const known =
      before === undefined || before instanceof CodedError ? undefined : before.source.manifest.digest;
    if (known !== undefined && head.digest === known) return before;
    const [now] = await deps.read([leg]);
    return now;
  } catch (error) {
    const coded = toCodedError(error);
    if (!passing.includes(coded.code)) throw error;
    deps.log.info(`${leg.origin}: ${coded.message}; asking again`);
    return before;
  }
}

/** What stands at an arch tag, unless it is known to be of another commit: that is told, and is not there. */
export function withoutOtherCommit(
  read: LegRead,
  leg: Leg | undefined,
  commit: string | undefined,
  log: Log,
): LegRead {
  if (read === undefined || read instanceof CodedError || leg === undefined) return read;
  const other = otherCommit(read, commit);
  if (other === undefined) return read;
  log.warning(
    `${leg.origin} is of commit ${show(other)}, not ${show(commit ?? '')}: it does not count as arrived`,
  );
  return undefined;
}

function nameOf({ claimed, repository, ref }: Leg): string {
  return claimed === undefined ? `${repository.name} ${ref}` : formatPlatform(claimed);
}
