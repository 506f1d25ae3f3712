/** How long each phase of some work takes. */
export interface Stopwatch {
  /** By phase, in seconds with one decimal. */
  readonly seconds: Record<string, number>;
  time<T>(phase: string, work: () => Promise<T>): Promise<T>;
}

/** @param now monotonic, in milliseconds */
export function stopwatch(now: () => number): Stopwatch {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    time: async (phase, work) => {
      const start = now();
      const done = await work();
      seconds[phase] = Math.round((now() - start) / 100) / 10;
      return done;
    },
  };
}
