/** Something that runs by steps: a request that is held back until the schedule lets it go. */
interface Runner {
  readonly held: (() => void)[];
  done: boolean;
}

/** Holds a run's requests back, one at a time. */
export type Gate = () => Promise<void>;

/**
 * Runs `count` things at once under one schedule: at each step all of them have come to a request, or to their end, and
 * `choose` says whose oldest request goes next.
 */
export async function interleave(
  runs: readonly ((gate: Gate) => Promise<void>)[],
  choose: (ready: readonly number[]) => number,
  quiet: () => Promise<void>,
): Promise<void> {
  const runners = runs.map((): Runner => ({ held: [], done: false }));
  const all = runs.map(async (run, at) => {
    const runner = runners[at];
    if (runner === undefined) return;
    try {
      await run(async () => new Promise<void>((resolve) => runner.held.push(resolve)));
    } finally {
      runner.done = true;
    }
  });
  const settled = Promise.allSettled(all);
  for (;;) {
    await quiet();
    const ready = runners.flatMap(({ held }, at) => (held.length > 0 ? [at] : []));
    if (ready.length > 0) runners[choose(ready)]?.held.shift()?.();
    else if (runners.every(({ done }) => done)) break;
  }
  await settled;
  await Promise.all(all);
}

/** All schedules of `play`, one after the other, each once: depth first over the choices that there were. */
export async function everySchedule(
  play: (choose: (ready: readonly number[]) => number) => Promise<void>,
): Promise<number> {
  const path: { readonly ready: readonly number[]; taken: number }[] = [];
  let played = 0;
  for (;;) {
    let step = 0;
    await play((ready) => {
      const here = path[step] ?? { ready, taken: 0 };
      path[step] = here;
      step += 1;
      return here.ready[here.taken] ?? 0;
    });
    played += 1;
    let last = path.pop();
    while (last !== undefined && last.taken + 1 >= last.ready.length) last = path.pop();
    if (last === undefined) return played;
    path.push({ ready: last.ready, taken: last.taken + 1 });
  }
}
