import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readStart } from '../commands/files.ts';
import type { CommandResult } from '../commands/result.ts';
import type { Engine } from '../engines/engine.ts';
import { settleAll } from '../errors.ts';
import { githubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import { targetsOf } from '../inputs/targets.ts';
import { engineOptions, imageReader, installed, storedEngine, trialOf } from './engines.ts';
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
  await sweep(dirname(scratch), shell);
  const push = targetsOf(inputs.images, inputs.tags)
    .slice(0, inputs['push-to'] === 'all' ? undefined : 1)
    .map(({ image }) => image);
  for (const { from } of inputs.secrets) if (from.kind === 'value') shell.log.secret(from.value);
  const github = await githubEnvironment(shell.env, readStart);
  return withRegistry(inputs, shell, push, async (registry) => {
    const { remote, setup } = inputs;
    const options = {
      ...(await engineOptions(inputs, shell, registry)),
      reader: await imageReader(registry, shell),
      setUpEmulation: inputs['setup-emulation'],
      ...(remote !== undefined && { remote }),
      ...(setup !== undefined && { buildx: await installed(setup, inputs, shell) }),
    };
    const early = await registryClient(inputs, shell, push, impatient);
    const engines = new Map<string, Promise<Engine>>();
    try {
      return await build(inputs, {
        log: shell.log,
        engineOf: async (name) => {
          const engine = engines.get(name) ?? chooseEngine(name, options, trialOf(inputs));
          engines.set(name, engine);
          return engine;
        },
        storedEngine: async (source) => {
          const engine = engines.get(source.text) ?? storedEngine(source, options, shell);
          engines.set(source.text, engine);
          return engine;
        },
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
      await closeAll(engines.values());
    }
  });
}

/** Each of them, also where another can't be closed; one that was never made has nothing to close. */
async function closeAll(engines: Iterable<Promise<Engine>>): Promise<void> {
  await settleAll(
    [...engines].map(async (engine) => {
      await engine.then(
        async (one) => one.close(),
        () => undefined,
      );
    }),
  );
}
