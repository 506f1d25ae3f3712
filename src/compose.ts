import { CodedError } from './errors.ts';
import type { CommandName, RawInputs } from './inputs/commands.ts';
import type { Log } from './log.ts';
import type { JsonValue } from './oci/strict-json.ts';

export type { CommandName, RawInputs } from './inputs/commands.ts';

/** What a shell (the action, the CLI) gives to a command. */
export interface Shell {
  readonly kind: 'action' | 'cli';
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute; where relative paths start. */
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM; `reason` is a CodedError. */
  readonly signal: AbortSignal;
  /** A folder of this run alone (0700), made when first asked for; the shell removes it however the command ends. */
  readonly scratch: () => Promise<string>;
}

/** What a command gives back to its shell. */
export interface CommandResult {
  /** Under the names of the contract's table of outputs, with real types. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** What a person at a shell reads on stdout. */
  readonly text: string;
  /** `text` is written byte for byte, without the newline that a shell adds where it has none (`inspect --raw`). */
  readonly exact?: boolean;
  /** Markdown for the step summary. */
  readonly summary: string;
}

/**
 * Reads the inputs, makes what the command asks for, and runs it. Rooms are imported when a command needs them, so that a usage
 * error is told without loading a registry client.
 */
export async function runCommand(command: CommandName, raw: RawInputs, shell: Shell): Promise<CommandResult> {
  const { parseInputs } = await import('./inputs/parse.ts');
  await parseInputs(command, raw, shell.log);
  throw new CodedError('E_UNSUPPORTED', `the command ${command} is not there yet`);
}
