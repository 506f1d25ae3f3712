import { CodedError, joinErrors, quote } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CommandName, RawInputs } from './commands.ts';
import { laterCommand, laterCommands } from './commands.ts';
import type { InputDefinition } from './definition.ts';
import { checkGiven } from './guards.ts';
import { advice, checkTogether } from './rules.ts';
import { inputNames, inputTable, type InputName, type InputsOf } from './table.ts';

/**
 * What was given to a command, read: secrets are masked first, then everything that is wrong is told at once.
 * @throws E_INPUT, E_PLATFORM, E_REFERENCE ... for what can't be read (`usage`), E_UNSUPPORTED for what can't be honoured.
 */
export async function parseInputs<Command extends CommandName>(
  command: Command,
  raw: RawInputs,
  log: Log,
): Promise<InputsOf<Command>> {
  checkGiven(raw, log);
  if (laterCommands.includes(command)) throw laterCommand(command);
  warnOfUnused(command, raw, log);
  const errors: CodedError[] = [];
  const inputs: Record<string, unknown> = {};
  for (const name of inputNames) {
    if (!inputTable[name].commands.includes(command)) continue;
    try {
      inputs[name] = await readInput(name, command, raw.get(name));
    } catch (error) {
      errors.push(named(name, error));
    }
  }
  if (errors.length === 0) errors.push(...checkTogether(command, raw, inputs));
  if (errors.length > 0) throw joinErrors(errors);
  for (const line of advice(inputs)) log.warning(line);
  // Each row's value came out of the kind that its type is derived from.
  return inputs as InputsOf<Command>;
}

async function readInput(
  name: InputName,
  command: CommandName,
  values: readonly string[] | undefined,
): Promise<unknown> {
  const definition = inputTable[name];
  if (values === undefined) {
    if (!(definition.required?.includes(command) ?? false)) return definition.default?.value;
    throw new CodedError('E_INPUT', `is not set, and ${command} needs it`, {
      usage: true,
      hint: `set ${name}`,
    });
  }
  const value = await definition.kind.parse(values);
  if ((definition.later?.includes(command) ?? false) && !isDefault(definition, value)) {
    throw new CodedError('E_UNSUPPORTED', `${given(definition, values)} is not supported by this version`, {
      hint: 'leave it out',
    });
  }
  return value;
}

/** What is there already may be asked for in so many words. */
function isDefault(definition: InputDefinition, value: unknown): boolean {
  const standard = definition.default?.value;
  return standard !== undefined && JSON.stringify(value) === JSON.stringify(standard);
}

function given(definition: InputDefinition, values: readonly string[]): string {
  return definition.secret === true ? '(a secret)' : quote(values.join('\n'));
}

function named(name: InputName, thrown: unknown): CodedError {
  if (!(thrown instanceof CodedError)) throw thrown;
  const separator = /^(?:is|has|holds|names) /u.test(thrown.message) ? ' ' : ': ';
  return new CodedError(thrown.code, `${name}${separator}${thrown.message}`, {
    ...(thrown.hint !== undefined && { hint: thrown.hint }),
    cause: thrown,
    usage: thrown.code !== 'E_UNSUPPORTED',
  });
}

function warnOfUnused(command: CommandName, raw: RawInputs, log: Log): void {
  for (const name of inputNames) {
    const { commands } = inputTable[name];
    if (!raw.has(name) || commands.includes(command)) continue;
    log.warning(`${name} is set, and ${command} does not use it: it is for ${commands.join(', ')}`);
  }
}
