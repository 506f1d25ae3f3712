import { CodedError, joinErrors } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RawInputs } from './commands.ts';
import { unreadable } from './kinds.ts';
import { splitQuotedLines } from './split.ts';
import { inputTable, type InputName } from './table.ts';

/** Nothing that is typed or generated for a workflow is longer. */
const maxBytes = 1024 * 1024;

/** Shorter ones are in every second word of a log: masking them makes it unreadable, and protects nothing. */
const minMasked = 4;

/**
 * Before any value is read: secrets are masked, and refused where they stand in another input; what no input may hold is told.
 * @throws E_INPUT
 */
export function checkGiven(raw: RawInputs, log: Log): void {
  const secrets = maskSecrets(raw, log);
  const errors: CodedError[] = [];
  for (const [name, values] of raw) {
    for (const value of values) {
      const misplaced = whoseSecret(name, value, secrets);
      const wrong = whatIsWrong(value) ?? (name === 'build-args' ? undefined : misplaced);
      if (wrong !== undefined) errors.push(unreadable(`${name} ${wrong.message}`, wrong.hint));
      else if (misplaced !== undefined)
        log.warning(`${name} ${misplaced.message}, and can be read in the image`);
    }
  }
  if (errors.length > 0) throw joinErrors(errors);
}

interface Wrong {
  readonly message: string;
  readonly hint: string;
}

function whatIsWrong(value: string): Wrong | undefined {
  const bytes = Buffer.byteLength(value);
  if (bytes > maxBytes) return { message: `holds ${bytes} bytes`, hint: 'give at most 1 MiB' };
  if (value.includes('\0')) return { message: 'holds a NUL character', hint: 'take it out' };
  if (!value.includes('${{')) return undefined;
  return {
    message: 'holds the letters ${{, an expression that nothing has filled in',
    hint: 'use it where the workflow syntax allows expressions, or give the value itself',
  };
}

function maskSecrets(raw: RawInputs, log: Log): Map<string, InputName> {
  const secrets = new Map<string, InputName>();
  for (const name of Object.keys(inputTable) as InputName[]) {
    if (inputTable[name].secret !== true) continue;
    if (name === 'secrets') {
      maskBuildSecrets(raw.get(name) ?? [], log);
      continue;
    }
    for (const secret of (raw.get(name) ?? []).flatMap((value) => secretsIn(name, value))) {
      if (secret.length < minMasked) log.warning(`${name} is too short to be masked in this log`);
      else log.secret(secret);
      secrets.set(secret, name);
    }
  }
  return secrets;
}

/** Values of any length and of any kind, so they are not looked for in other inputs: `true` may be one. */
function maskBuildSecrets(values: readonly string[], log: Log): void {
  for (const item of splitQuotedLines(values) ?? values) {
    const value = item.slice(item.indexOf('=') + 1).trim();
    if (value !== '' && value.length < minMasked)
      log.warning('a value of secrets is too short to be masked in this log');
    for (const part of parts(value)) if (part.length >= minMasked) log.secret(part);
  }
}

/** Whole, and each line by itself: a log is masked line by line. Of the YAML list, the values of its passwords. */
function secretsIn(name: InputName, value: string): string[] {
  if (name !== 'registry-auth') return parts(value);
  const passwords = [...value.matchAll(/\bpassword["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\n\r,}]*))/gu)];
  return [
    value.trim(),
    ...passwords.flatMap(([, double, single, plain]) => parts(double ?? single ?? plain ?? '')),
  ].filter((secret) => secret !== '');
}

function parts(value: string): string[] {
  const found = [value, ...value.split(/\r\n|\r|\n/u)].map((part) => part.trim());
  return [...new Set(found)].filter((part) => part !== '');
}

/** A secret in the wrong box would be printed, pushed or published. The user name is often the same, and is none. */
function whoseSecret(
  name: string,
  value: string,
  secrets: ReadonlyMap<string, InputName>,
): Wrong | undefined {
  if (name === 'username' || (inputTable as Partial<typeof inputTable>)[name as InputName]?.secret === true)
    return undefined;
  for (const item of value.split(/[\n\r,]/u).map((part) => part.trim())) {
    const owner = [item, item.slice(item.lastIndexOf(':') + 1), item.slice(item.indexOf('=') + 1)]
      .map((part) => secrets.get(part))
      .find((found) => found !== undefined);
    if (owner === undefined || item === '') continue;
    return {
      message: `holds the very value of ${owner}, which is a secret`,
      hint: 'put it into that input alone',
    };
  }
  return undefined;
}
