import type { CommandResult } from '../commands/result.ts';
import type { Engine } from '../engines/engine.ts';
import type { InputsOf } from '../inputs/table.ts';
import { pullingEngine } from './engines.ts';
import { readingLayouts, withRegistry } from './registry.ts';
import type { Shell } from './shell.ts';

/** Verifies, with an engine for the smoke test only where one is asked for; it is closed however that ends. */
export async function runVerify(inputs: InputsOf<'verify'>, shell: Shell): Promise<CommandResult> {
  const { verify } = await import('../commands/verify.ts');
  return withRegistry(inputs, shell, [], async (registry) => {
    let engine: Engine | undefined;
    try {
      return await verify(inputs, {
        log: shell.log,
        registry: await readingLayouts(registry, shell),
        engine: async () => (engine ??= await pullingEngine(inputs, shell, registry)),
        scratch: shell.scratch,
      });
    } finally {
      await engine?.close();
    }
  });
}
