import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import { RegistryError, type RetryClass } from './errors.ts';
import { isStaleSocket } from './failure-error.ts';
import { seconds, type Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { backoffMs } from './retry-timing.ts';

export interface RetryDependencies {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Attempted<T> {
  /** For people: `GET manifest v1 of quay.io/acme/app`. */
  readonly what: string;
  readonly gate: Gate;
  /** @throws RegistryError, whose `retry` decides; anything else ends it at once. */
  readonly attempt: () => Promise<T>;
  /** After an answer that was lost: has it been done all the same? Asked before it is sent again. */
  readonly look?: () => Promise<{ readonly value: T } | undefined>;
}

/** The one layer that tries again, with one budget for all requests of a client, so that retries never multiply. */
export class Retrier {
  readonly #dependencies: RetryDependencies;
  #retries = 0;
  #waitedMs = 0;
  #waitedUntil = -Infinity;

  constructor(dependencies: RetryDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws the last RegistryError, saying how often it was tried; the signal's reason; or what isn't a RegistryError. */
  async run<T>({ what, gate, attempt, look }: Attempted<T>): Promise<T> {
    const track = this.track(what, gate);
    for (;;) {
      await track.pass();
      try {
        return await attempt();
      } catch (error) {
        const failure = await track.failed(error);
        const found = failure.answerLost ? await look?.() : undefined;
        if (found !== undefined) return found.value;
      }
    }
  }

  /** For work that goes on from where it failed, instead of beginning again. */
  track(what: string, gate: Gate): Track {
    return new Track(what, gate, this.#dependencies, (error, failures, ms) =>
      this.#plan(what, error, failures, ms),
    );
  }

  /** How long to wait before the next attempt. @throws when there is none. */
  #plan(what: string, error: RegistryError, failures: number, ms: number): number {
    const { limits, random, log } = this.#dependencies;
    const attempts = attemptsOf(error.retry, limits);
    if (failures >= attempts)
      throw error.as('never', failures > 1 ? `tried ${failures} times in ${seconds(ms)}` : '');
    const wait = this.#waitFor(error, failures, random());
    if (this.#retries >= limits.retries)
      throw error.as('never', `all ${limits.retries} retries of this run are used up`);
    if (!this.#takeTime(wait)) {
      throw error.as(
        'never',
        `waiting ${seconds(wait)} more would be over the ${seconds(limits.waitingMs)} of this run`,
      );
    }
    this.#retries += 1;
    log.info(`${what}: ${error.reason}; trying again in ${seconds(wait)} (${failures + 1} of ${attempts})`);
    return wait;
  }

  #waitFor(error: RegistryError, failures: number, random: number): number {
    const asked = error.retryAfterMs;
    // Jitter on top of what was asked for, since other jobs were told the same at the same moment.
    const longest = this.#dependencies.limits.longestRetryAfterMs;
    return asked === undefined
      ? backoffMs(failures, random)
      : Math.min(longest, asked + random * Math.min(1_000, asked / 4));
  }

  /** Counts the wait, as far as it lies beyond others that are under way; false where it would be too much. */
  #takeTime(wait: number): boolean {
    const now = this.#dependencies.clock.monotonic();
    const added = Math.max(0, now + wait - Math.max(now, this.#waitedUntil));
    if (this.#waitedMs + added > this.#dependencies.limits.waitingMs) return false;
    this.#waitedMs += added;
    this.#waitedUntil = Math.max(this.#waitedUntil, now + wait);
    return true;
  }
}

/** The attempts at one thing, counted. */
export class Track {
  readonly #what: string;
  readonly #gate: Gate;
  readonly #dependencies: RetryDependencies;
  readonly #plan: (error: RegistryError, failures: number, ms: number) => number;
  readonly #started: number;
  #failures = 0;
  #freeAttempts = 1;
  #toldUntil: number | undefined;

  constructor(
    what: string,
    gate: Gate,
    dependencies: RetryDependencies,
    plan: (error: RegistryError, failures: number, ms: number) => number,
  ) {
    this.#what = what;
    this.#gate = gate;
    this.#dependencies = dependencies;
    this.#plan = plan;
    this.#started = dependencies.clock.monotonic();
  }

  /** Before each attempt: waits until the host may be asked again. */
  async pass(): Promise<void> {
    await this.#gate.pass(this.#what, this.#toldUntil);
  }

  /** So much has been done since the last failure that the count begins anew. */
  progressed(): void {
    this.#failures = 0;
  }

  /**
   * After a failed attempt: waits, if there is another one, and gives back what the failure was.
   * @throws the failure where there is none, and what isn't a RegistryError.
   */
  async failed(error: unknown): Promise<RegistryError> {
    const { clock, signal, log } = this.#dependencies;
    signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    if (isStaleSocket(error) && this.#freeAttempts > 0) {
      this.#freeAttempts -= 1;
      log.debug(`${this.#what}: an idle connection had been closed; trying again at once`);
      return error;
    }
    this.#failures += 1;
    const wait = this.#plan(error, this.#failures, clock.monotonic() - this.#started);
    this.#toldUntil = clock.monotonic() + wait;
    const isLimit = error.code === 'E_RATE_LIMITED';
    if (isLimit || error.retryAfterMs !== undefined) this.#gate.close(wait, error.reason, isLimit);
    else await clock.sleep(wait, signal);
    return error;
  }
}

function attemptsOf(retry: RetryClass, limits: Limits): number {
  switch (retry) {
    case 'full':
      return limits.attempts;
    case 'some':
      return Math.min(4, limits.attempts);
    case 'few':
      return Math.min(3, limits.attempts);
    case 'never':
      return 1;
  }
}
