import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readStart } from '../commands/files.ts';
import type { CommandResult } from '../commands/result.ts';
import type { Engine } from '../engines/engine.ts';
import { settleAll } from '../errors.ts';
import { githubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import { legTargets } from '../inputs/targets.ts';
import { buildOptions, storedEngine, trialOf } from './engines.ts';
import { impatient, registryClient, withRegistry } from './registry.ts';
import { sleeper, type Shell } from './shell.ts';

/** Builds, with the client, the engines and the hand-over that the inputs ask for; all are closed however that ends. */
export async function runBuild(inputs: InputsOf<'build'>, shell: Shell): Promise<CommandResult> {
  const [{ build }, { whyNotPush }, { legHandover }, { chooseEngine }, { sweep }, { claim }] =
    await Promise.all([
      import('../commands/build.ts'),
      import('../commands/build-events.ts'),
      import('../commands/handover-leg.ts'),
      import('../engines/detect.ts'),
      import('../engines/leftovers.ts'),
      import('../engines/process/ledger.ts'),
    ]);
  const scratch = await shell.scratch();
  await claim(scratch);
  await sweep(dirname(scratch), shell, scratch);
  const push = legTargets(inputs).map(({ image }) => image);
  for (const { from } of inputs.secrets) if (from.kind === 'value') shell.log.secret(from.value);
  const github = await githubEnvironment(shell.env, readStart);
  return withRegistry(inputs, shell, push, async (registry) => {
    const options = await buildOptions(inputs, shell, registry);
    const early = await registryClient(inputs, shell, push, impatient);
    const engines = new Engines();
    try {
      return await build(inputs, {
        log: shell.log,
        engineOf: async (name) =>
          engines.once(name, async () => chooseEngine(name, options, trialOf(inputs))),
        storedEngine: async (source) =>
          engines.once(source.text, async () => storedEngine(source, options, shell)),
        registry,
        early,
        github,
        handOver: legHandover(inputs.handover, {
          ...shell,
          registry,
          byDigest: inputs['arch-tag'] === 'none' && whyNotPush(inputs, github) === undefined,
          sleep: sleeper(shell),
          retentionDays: shell.env['GITHUB_RETENTION_DAYS'],
        }),
        sleep: sleeper(shell),
        now: () => performance.now(),
      });
    } finally {
      early.close();
      await engines.close();
    }
  });
}

/** The engines of one run. */
class Engines {
  readonly #made = new Map<string, Promise<Engine>>();

  /** The one that was made under this key, or else is made now. */
  async once(key: string, make: () => Promise<Engine>): Promise<Engine> {
    const engine = this.#made.get(key) ?? make();
    this.#made.set(key, engine);
    return engine;
  }

  /** Closes each of them, also where another can't be closed; one that could not be made has nothing to close. */
  async close(): Promise<void> {
    const closing = [...this.#made.values()].map(async (engine) => {
      await engine.then(
        async (one) => one.close(),
        () => undefined,
      );
    });
    await settleAll(closing);
  }
}
