import { CodedError } from '../errors.ts';
import { inputNames } from '../inputs/table.ts';

/** A name with a hyphen can only be an input. One without (`file`, `wait`) is taken for an input behind certain verbs, before a value, and at the start of a message. */
const names = [...inputNames].sort((a, b) => b.length - a.length);
const hyphened = names.filter((name) => name.includes('-')).join('|');
const any = names.join('|');
/** Not within a flag, a quoted value, a path, a reference or a longer name. */
const [before, behind] = [String.raw`(?<![\w"'./@:{=-])`, String.raw`(?![\w"'/@={}-]|[.:]\w)`];
const byName = new RegExp(`${before}(?:${hyphened})${behind}`, 'gu');
const byVerb = new RegExp(`${before}((?:set|unset|leave|with|without|use) )(${any})${behind}`, 'gu');
/** As a workflow sets one to a value. */
const withValue = new RegExp(String.raw`${before}(${any}): (true\b|\w[\w.@-]*\w|\w)`, 'gu');
const atStart = new RegExp(`^(?:${any})(?=:? (?:is|has|holds|names|"))`, 'u');

/**
 * An error as a shell tells it: inputs, which are named as in a workflow wherever an error is made, are flags here. What stands
 * in quotes came from outside and stays.
 */
export function withFlags(error: CodedError): CodedError {
  const { code, message, hint, usage, place, cause } = error;
  return new CodedError(
    code,
    message.replace(atStart, (name) => `--${name}`),
    {
      ...(hint !== undefined && { hint: asFlags(hint) }),
      ...(place !== undefined && { place }),
      usage,
      cause,
    },
  );
}

function asFlags(hint: string): string {
  // What is in quotes is kept as it is.
  return hint
    .split(/("[^"]*")/u)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(withValue, (_, name: string, value: string) =>
              value === 'true' ? `--${name}` : `--${name}=${value}`,
            )
            .replace(byVerb, '$1--$2')
            .replace(byName, (name) => `--${name}`),
    )
    .join('');
}
