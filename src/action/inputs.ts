import { CodedError, quote } from '../errors.ts';
import { commandNames, type CommandName, type RawInputs } from '../inputs/commands.ts';
import { inputNames, inputTable } from '../inputs/table.ts';
import { nearest } from '../platform/nearest.ts';

/** The command, and what was set for it. The runner gives an input that was not set as an empty variable. */
export interface ActionInputs {
  readonly command: CommandName;
  readonly raw: RawInputs;
}

/** @throws E_INPUT for the command; the values of inputs are not read yet. */
export function readActionInputs(env: NodeJS.ProcessEnv): ActionInputs {
  const command = readCommand((env['INPUT_COMMAND'] ?? '').trim());
  const raw = new Map<string, readonly string[]>();
  for (const name of inputNames) {
    const value = env[variableOf(name)];
    if (value !== undefined && value.trim() !== '') raw.set(name, [value]);
  }
  return { command, raw };
}

/** What a workflow has to say although a person at a shell need not: a matrix value that is missing is empty here. */
export function checkWorkflowInputs({ command, raw }: ActionInputs): void {
  if (raw.has('platforms')) return;
  for (const name of inputNames) {
    if (raw.has(name) || !(inputTable[name].requiredInWorkflow?.includes(command) ?? false)) continue;
    throw new CodedError('E_INPUT', `${name} is empty, and ${command} needs it in a workflow`, {
      hint: 'set it to the platform of this leg, as in ${{ matrix.platform }}; or set platforms, where this job makes several',
    });
  }
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#inputs */
function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function readCommand(word: string): CommandName {
  const command = commandNames.find((name) => name === word);
  if (command !== undefined) return command;
  const close = nearest(word, commandNames);
  const all = `the commands are ${commandNames.join(', ')}`;
  if (word === '') throw new CodedError('E_INPUT', 'command is not set', { hint: all });
  throw new CodedError('E_INPUT', `command is ${quote(word)}, which is not a command`, {
    hint: close === undefined ? all : `did you mean ${close}?`,
  });
}
