import type { CommandResult } from './commands/result.ts';
import { runBuild } from './compose/build.ts';
import { runMerge, specified } from './compose/merge.ts';
import { readingLayouts, withRegistry } from './compose/registry.ts';
import type { Shell } from './compose/shell.ts';
import { runVerify } from './compose/verify.ts';
import { laterCommand, type CommandName, type RawInputs } from './inputs/commands.ts';
import { parseInputs } from './inputs/parse.ts';

export type { CommandResult } from './commands/result.ts';
export type { Shell } from './compose/shell.ts';
export type { CommandName, RawInputs } from './inputs/commands.ts';

/**
 * Reads the inputs, makes what the command asks for, and runs it. Rooms are imported when a command needs them, so that a
 * usage error is told without loading a registry client.
 */
export async function runCommand(command: CommandName, raw: RawInputs, shell: Shell): Promise<CommandResult> {
  switch (command) {
    case 'plan': {
      const inputs = await parseInputs(command, raw, shell.log);
      return (await import('./commands/plan.ts')).plan(inputs, { log: shell.log });
    }
    case 'build':
      return runBuild(await parseInputs(command, raw, shell.log), shell);
    case 'merge':
      return runMerge(await parseInputs(command, await specified(raw, shell), shell.log), shell);
    case 'verify':
      return runVerify(await parseInputs(command, raw, shell.log), shell);
    case 'inspect': {
      const inputs = await parseInputs(command, raw, shell.log);
      const { inspect } = await import('./commands/inspect.ts');
      return withRegistry(inputs, shell, [], async (registry) =>
        inspect(inputs, { registry: await readingLayouts(registry, shell) }),
      );
    }
    case 'prune':
    case 'doctor':
      throw laterCommand(command);
  }
}
