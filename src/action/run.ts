import { CodedError, errorLine, toCodedError } from '../errors.ts';
import { failureMarkdown, truncateSummary } from '../report/failure.ts';
import { scratchIn } from '../scratch.ts';
import type { CommandResult, RawInputs, Shell } from '../compose.ts';
import type { CommandName } from '../inputs/commands.ts';
import { checkWorkflowInputs, readActionInputs } from './inputs.ts';
import { harmless } from './escape.ts';
import { Mask } from '../log.ts';
import { actionLog, type Core } from './log.ts';
import { outputTexts } from './outputs.ts';
import { scratchState } from './state.ts';

/** What the runner gives, and what runs the commands. */
export interface ActionHost {
  readonly core: Core;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** RUNNER_TEMP, else the system's. */
  readonly temp: string;
  /** Aborted with a CodedError by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Adds Markdown to the step summary; does nothing where there is none. */
  readonly writeSummary: (markdown: string) => Promise<void>;
  readonly compose: () => Promise<{
    readonly runCommand: (command: CommandName, raw: RawInputs, shell: Shell) => Promise<CommandResult>;
  }>;
}

/** Runs the command of one step. @returns the exit status: 0, or 1 whatever the failure. Never throws. */
export async function runAction(host: ActionHost): Promise<0 | 1> {
  const mask = new Mask();
  try {
    await runOne(host, mask);
    return 0;
  } catch (thrown) {
    await tellFailure(host, mask, toCodedError(host.signal.aborted ? host.signal.reason : thrown), thrown);
    return 1;
  }
}

async function runOne(host: ActionHost, mask: Mask): Promise<void> {
  const { core, env, cwd, signal } = host;
  const log = actionLog(core, mask);
  const inputs = readActionInputs(env);
  checkWorkflowInputs(inputs);
  if ((env['GITHUB_OUTPUT'] ?? '') === '') {
    throw new CodedError('E_GITHUB', 'GITHUB_OUTPUT is not set, so outputs would be lost', {
      hint: 'run this on a runner that has it, or use the command line outside a workflow',
    });
  }
  const { runCommand } = await host.compose();
  const scratch = scratchIn(host.temp, (folder) => {
    core.saveState(scratchState, folder);
  });
  try {
    const shell: Shell = { kind: 'action', log, env, cwd, signal, scratch: scratch.folder };
    const result = await runCommand(inputs.command, inputs.raw, shell);
    if (result.text !== '') log.info(result.text.trimEnd());
    for (const [name, value] of outputTexts(result.outputs, log)) core.setOutput(name, value);
    await addSummary(host, mask.text(truncateSummary(result.summary)));
  } finally {
    await scratch.remove();
  }
}

/** What a command did, or why it failed, is done and told: that nobody can read it in the summary as well changes neither. */
async function addSummary({ core, writeSummary }: ActionHost, markdown: string): Promise<void> {
  try {
    await writeSummary(markdown);
  } catch (refused) {
    core.warning(harmless(`the step summary can't be written: ${toCodedError(refused).message}`));
  }
}

/** An engine's last words may hold a secret, and Markdown would hide it from the runner's own masking. */
function withoutSecrets(error: CodedError, mask: Mask): CodedError {
  return new CodedError(error.code, mask.text(error.message), {
    ...(error.hint !== undefined && { hint: mask.text(error.hint) }),
    ...(error.place !== undefined && { place: error.place }),
  });
}

/**
 * The runner prints an annotation in the log as well, as `Error: E_CODE: ...`, and cuts it there and in the run's list at so many
 * characters. https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
 */
const maxAnnotation = 4096;

async function tellFailure(host: ActionHost, mask: Mask, failed: CodedError, thrown: unknown): Promise<void> {
  const error = withoutSecrets(failed, mask);
  const { place } = error;
  const { core, env } = host;
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) {
    for (const line of (cause.stack ?? cause.message).split('\n')) core.debug(harmless(line));
  }
  await addSummary(host, failureMarkdown((env['INPUT_COMMAND'] ?? '').trim(), error));
  const line = errorLine(error);
  if (line.length > maxAnnotation) core.info(harmless(line));
  core.error(line, {
    title: error.code,
    ...(place !== undefined && { file: place.file, startLine: place.line }),
  });
}
