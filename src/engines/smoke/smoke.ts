import { CodedError, quote, show } from '../../errors.ts';
import { splitWords } from '../../inputs/readers.ts';
import { formatPlatform } from '../../platform/platform.ts';
import type { EngineName, RunOptions } from '../engine.ts';
import { runtimeTrouble } from '../failures/failures.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';

/** What only a shell understands: pipes, lists, redirections, variables, substitutions, globs, comments, `~`. */
const needsShell = /[|&;<>()$`*?#~\n]|\[(?!")/;

/**
 * The program and arguments of a smoke test. Words and a JSON list are run as they are, so that an image without a shell
 * can be tested; a line that needs one goes to the image's own `/bin/sh -c`.
 * @throws E_INPUT where it is empty or its quotes do not end.
 */
export function smokeTestArguments(command: string): readonly [string, ...string[]] {
  const text = command.trim();
  if (!text.startsWith('[') && needsShell.test(withoutSingleQuoted(text))) return ['/bin/sh', '-c', text];
  let words: readonly string[];
  try {
    words = splitWords(text);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError('E_INPUT', `smoke-test ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
  const [program, ...rest] = words;
  if (program !== undefined && program !== '') return [program, ...rest];
  throw new CodedError('E_INPUT', `smoke-test is ${quote(command)}, which is no command`, {
    hint: 'name a program that is in the image, such as /usr/bin/app --version',
  });
}

function withoutSingleQuoted(text: string): string {
  return text.replace(/'[^']*'/g, '');
}

/**
 * Why a smoke test did not end with 0: E_SMOKE_TEST with the last lines of its output, or E_ENGINE where its container could not
 * even be started.
 */
export function smokeTestFailure(
  { code, stdout, stderr, ended }: ExecResult,
  { command, platform, timeoutMs }: RunOptions,
  engine: EngineName,
): CodedError {
  const output = `${stdout}\n${stderr}`;
  const told = lastLines(output);
  const said = told === '' ? 'it said nothing' : told;
  const what = `smoke test ${JSON.stringify(show(command, 200))} on ${formatPlatform(platform)}`;
  if (ended === 'timeout') {
    return new CodedError('E_SMOKE_TEST', `${what} did not end within ${timeoutMs / 1000} s: ${said}`, {
      hint: 'nothing was pushed; it has to end by itself',
    });
  }
  const trouble = runtimeTrouble(output);
  if (trouble !== undefined) {
    return new CodedError('E_ENGINE', `${engine} can't start containers here: ${trouble.says}`, {
      hint: trouble.cure,
    });
  }
  const isMissing = code === 127 || /executable file not found|no such file or directory/.test(output);
  return new CodedError('E_SMOKE_TEST', `${what} ended with ${code}: ${said}`, {
    hint: isMissing
      ? 'nothing was pushed; is that program in the image, and on its PATH? An image without a shell runs plain words only'
      : 'nothing was pushed; the log above has its output',
  });
}
