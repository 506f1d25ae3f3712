import { CodedError, errorLine, toCodedError } from '../errors.ts';
import type { CommandName } from '../inputs/commands.ts';
import { scratchIn } from '../scratch.ts';
import { version } from '../version.ts';
import type { CommandResult, Shell } from '../compose.ts';
import { parseArguments, wantsJson, type Arguments } from './arguments.ts';
import { withFlags } from './flags.ts';
import { cliLog, type CliLog } from './log.ts';
import { addSecrets } from './secrets.ts';

/** What a shell gives to a program, and what runs the commands. */
export interface CliHost {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The system's folder for temporary files. */
  readonly temp: string;
  /** Done when the text is on its way. */
  readonly stdout: (text: string) => Promise<void>;
  readonly stderr: (text: string) => void;
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
  /** Aborted with a CodedError by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly compose: () => Promise<{ readonly runCommand: RunCommand }>;
}

type RunCommand = (
  command: CommandName,
  raw: ReadonlyMap<string, readonly string[]>,
  shell: Shell,
) => Promise<CommandResult>;

/** Runs one command line. @returns the exit status: 0 done, 1 failed, 2 wrong use. Never throws. */
export async function runCli(host: CliHost): Promise<number> {
  const log = cliLog(host.stderr, host.argv.includes('--debug'));
  try {
    const given = parseArguments(host.argv);
    if (given.version) await host.stdout(`${version}\n`);
    else if (given.help) await host.stdout((await import('./help.ts')).helpFor(given.command));
    else await runOne(needCommand(given), given, host, log);
    return 0;
  } catch (thrown) {
    return tellFailure(host, log, thrown);
  }
}

function needCommand(given: Arguments): CommandName {
  if (given.command !== undefined) return given.command;
  throw new CodedError('E_INPUT', 'no command is given', {
    hint: 'see native-multiarch --help',
    usage: true,
  });
}

async function runOne(command: CommandName, given: Arguments, host: CliHost, log: CliLog): Promise<void> {
  await addSecrets(command, given, host);
  const { runCommand } = await host.compose();
  const scratch = scratchIn(host.temp);
  try {
    const { env, cwd, signal } = host;
    const result = await runCommand(command, given.raw, {
      kind: 'cli',
      log,
      env,
      cwd,
      signal,
      scratch: scratch.folder,
    });
    await host.stdout(given.json ? `${JSON.stringify(result.outputs)}\n` : printed(result));
  } finally {
    await scratch.remove();
  }
}

function printed(result: CommandResult): string {
  const whole = result.exact === true || result.text === '' || result.text.endsWith('\n');
  return whole ? result.text : `${result.text}\n`;
}

async function tellFailure(host: CliHost, log: CliLog, thrown: unknown): Promise<number> {
  // What a command throws once it is told to stop is how it stopped; why it stopped is what matters.
  const error = withFlags(toCodedError(host.signal.aborted ? host.signal.reason : thrown));
  if (error.code === 'E_INTERNAL' || host.argv.includes('--debug')) {
    for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause)
      log.info(cause.stack ?? cause.message);
  }
  const { code, message, hint } = error;
  if (wantsJson(host.argv)) {
    await host.stdout(`${log.mask(JSON.stringify({ error: { code, message, hint: hint ?? null } }))}\n`);
  }
  log.info(errorLine(error));
  return error.usage ? 2 : 1;
}
