import { CodedError, quote } from '../../errors.ts';
import { splitWords } from '../../inputs/readers.ts';

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
