/** What is written from the tables for people: action.yml and docs/inputs.md. scripts/documents.js puts it into the files. */
import { commandDescriptions, commandNames, laterCommands, type CommandName } from './commands.ts';
import type { InputDefinition } from './definition.ts';
import { outputNames, outputTable } from './outputs.ts';
import { inputNames, inputTable, type InputName } from './table.ts';

/** @param description of the project, as package.json has it. */
export function actionYaml(description: string): string {
  return [
    '# Made by `npm run build` from the tables in src/inputs. Change those.',
    'name: native-multiarch',
    `description: ${quoted(description)}`,
    'author: native-multiarch',
    'branding:',
    '  icon: layers',
    '  color: blue',
    'inputs:',
    '  command:',
    `    description: ${quoted(`What to do: ${listed(commandNames)}.`)}`,
    '    required: true',
    ...inputNames.flatMap((name) => actionInput(name)),
    'outputs:',
    ...outputNames.flatMap((name) => [`  ${name}:`, `    description: ${quoted(outputDescription(name))}`]),
    'runs:',
    '  using: node24',
    '  main: dist/index.js',
    '  post: dist/post.js',
    '',
  ].join('\n');
}

function actionInput(name: InputName): string[] {
  const definition = inputTable[name];
  return [
    `  ${name}:`,
    `    description: ${quoted(inputDescription(definition))}`,
    '    required: false',
    ...(definition.actionDefault === undefined ? [] : [`    default: ${definition.actionDefault}`]),
  ];
}

function inputDescription(definition: InputDefinition): string {
  const { commands, description, default: standard } = definition;
  const used = commands.length === commandNames.length ? 'every command' : commands.join(', ');
  const parts = [
    `${description} For ${used}.`,
    isLater(definition) ? 'Not in this version.' : '',
    standard === undefined ? '' : `Default: ${standard.text}.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function outputDescription(name: (typeof outputNames)[number]): string {
  const { commands, description, type } = outputTable[name];
  const json = type === 'list' || type === 'object' ? ' JSON.' : '';
  return `${description}${json} Of ${commands.join(', ')}.`;
}

/** The reference of inputs and outputs, for users. */
export function inputsMarkdown(): string {
  const groups = [...new Set(inputNames.map((name) => inputTable[name].group))];
  return [
    '<!-- Made by `npm run build` from the tables in src/inputs. Change those. -->\n',
    '# Inputs and outputs\n',
    'The action and the command line share these names: the input `arch-tag` is the flag `--arch-tag`. Lists are separated by newlines or commas; where a value can hold a comma the form is called lines, and only newlines separate. Blank lines and lines that begin with `#` are ignored. What was set and the command does not use is a warning; what is not in this version is `E_UNSUPPORTED`, and never ignored.\n',
    '## Commands\n',
    commandNames.map((name) => `- \`${name}\`: ${commandDescriptions[name]}`).join('\n') + '\n',
    ...groups.map((group) => groupMarkdown(group)),
    '## Outputs\n',
    'In a workflow, lists and objects are JSON. At a shell, `--json` prints all outputs of a command as one object.\n',
    ...outputNames.map((name) => {
      const { commands, type, description } = outputTable[name];
      return `- \`${name}\` (${type}; ${commands.join(', ')}): ${description}`;
    }),
    '',
  ].join('\n');
}

function groupMarkdown(group: InputDefinition['group']): string {
  const names = inputNames.filter((name) => inputTable[name].group === group);
  const now = names.filter((name) => !isLater(inputTable[name]));
  const later = names.filter((name) => isLater(inputTable[name]));
  return [
    `## ${group}\n`,
    ...now.map((name) => inputMarkdown(name)),
    ...(later.length === 0
      ? []
      : [
          `### Not in this version: ${group.toLowerCase()}\n`,
          `${later.map((name) => `- \`${name}\`: ${inputTable[name].description}`).join('\n')}\n`,
        ]),
  ].join('\n');
}

function inputMarkdown(name: InputName): string {
  const { kind, commands, description, default: standard, required, later } = inputTable[name];
  const facts = [
    `- Commands: ${commands.map((command) => commandFact(command, required, later)).join(', ')}`,
    `- Form: ${kind.syntax}`,
    ...(standard === undefined ? [] : [`- Default: ${standard.text}`]),
  ];
  return `### \`${name}\`\n\n${escapeBraces(description)}\n\n${facts.map(escapeBraces).join('\n')}\n`;
}

function commandFact(
  command: CommandName,
  required: InputDefinition['required'],
  later: InputDefinition['later'],
): string {
  if (required?.includes(command) ?? false) return `${command} (required)`;
  const missing = (later?.includes(command) ?? false) || laterCommands.includes(command);
  return missing ? `${command} (not in this version)` : command;
}

function isLater({ commands, later }: InputDefinition): boolean {
  return commands.every((command) => (later?.includes(command) ?? false) || laterCommands.includes(command));
}

/** Placeholders such as `{tag}` as code, so that no Markdown tool reads them as something else. */
function escapeBraces(text: string): string {
  return text.replace(/(?<!`)(\{[^}]*\}(?:-\{[^}]*\})*)(?!`)/gu, '`$1`').replace(/\*/gu, '\\*');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
