import { setTimeout as delay } from 'node:timers/promises';

/** Time as this folder sees it, so that tests wait for nothing. */
export interface Clock {
  /** Milliseconds on a clock that only goes forward; its zero means nothing. What tokens and budgets are counted on. */
  monotonic(): number;
  /** Milliseconds since the epoch; only for dates that a registry names. */
  wall(): number;
  /** Resolves after so many milliseconds. @throws the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
