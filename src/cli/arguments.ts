import { CodedError, quote } from '../errors.ts';
import { commandNames, type CommandName } from '../inputs/commands.ts';
import { inputNames, inputTable, type InputName } from '../inputs/table.ts';
import { nearest } from '../platform/nearest.ts';

/** Flags that are no inputs: they say how this shell behaves. */
export const shellFlags = {
  json: {
    value: false,
    description: "Print one JSON object on stdout: the command's outputs, or the error.",
  },
  debug: { value: false, description: 'Tell more on stderr.' },
  help: { value: false, description: 'Show this help.' },
  version: { value: false, description: 'Print the version.' },
  'password-stdin': { value: false, description: 'Read the password from standard input.' },
  'registry-auth-file': { value: true, description: 'Read registry-auth from this file.' },
} as const;

type ShellFlag = keyof typeof shellFlags;

/** A command line, taken apart. The values of inputs are still text. */
export interface Arguments {
  readonly command: CommandName | undefined;
  readonly raw: Map<string, string[]>;
  readonly json: boolean;
  readonly debug: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly passwordStdin: boolean;
  readonly registryAuthFile: string | undefined;
}

/** @throws E_INPUT (`usage`) with the flag, and the one that was probably meant. */
export function parseArguments(argv: readonly string[]): Arguments {
  const found = readAll(argv);
  const [first, ...rest] = found.positional;
  const command = first === undefined ? undefined : readCommand(first);
  if (command !== undefined) takePositional(command, rest, found.raw);
  return {
    command,
    raw: found.raw,
    json: found.switches.has('json'),
    debug: found.switches.has('debug'),
    help: found.switches.has('help'),
    version: found.switches.has('version'),
    passwordStdin: found.switches.has('password-stdin'),
    registryAuthFile: found.registryAuthFile,
  };
}

/** Whether the caller reads JSON, for when the rest of the command line can't be read. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv
    .slice(0, end === -1 ? argv.length : end)
    .some((word) => word === '--json' || word === '--json=true');
}

interface Found {
  readonly positional: string[];
  readonly raw: Map<string, string[]>;
  readonly switches: Set<ShellFlag>;
  registryAuthFile?: string;
}

function readAll(argv: readonly string[]): Found {
  const found: Found = { positional: [], raw: new Map(), switches: new Set() };
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') found.positional.push(...words.splice(0));
    else if (word === '-h') found.switches.add('help');
    else if (word.startsWith('-') && word !== '-') readFlag(word, words, found);
    else found.positional.push(word);
  }
  return found;
}

function readFlag(word: string, rest: string[], found: Found): void {
  const [, name = '', value] = /^--?([^=]*)(?:=(.*))?$/su.exec(word) ?? [];
  if (!word.startsWith('--')) throw unknownFlag(word, name);
  if (isInputHere(name, value ?? rest[0], found)) add(found.raw, name, value ?? nextValue(name, rest));
  else if (isShellFlag(name)) readShellFlag(name, value, rest, found);
  else if (isInput(name)) add(found.raw, name, value ?? implied(name, rest));
  else if (name.startsWith('no-') && isInput(name.slice(3)))
    add(found.raw, name.slice(3), negated(name, value));
  else throw unknownFlag(word, name);
}

/** `version` is both: an input behind a command that has it and before a value, else what prints the version of this program. */
function isInputHere(name: string, value: string | undefined, { positional: [command] }: Found): boolean {
  if (name !== 'version' || command === undefined) return false;
  return isInputOf(command, name) && value !== undefined && !value.startsWith('-');
}

/** Whether that command has an input of that name. */
export function isInputOf(command: string, name: string): boolean {
  const commands: readonly string[] = isInput(name) ? inputTable[name].commands : [];
  return commands.includes(command);
}

function readShellFlag(name: ShellFlag, value: string | undefined, rest: string[], found: Found): void {
  if (shellFlags[name].value) {
    if (found.registryAuthFile !== undefined) throw usage(`--${name} is given twice`, 'give it once');
    found.registryAuthFile = value ?? nextValue(name, rest);
    return;
  }
  if (value === undefined || value === 'true') found.switches.add(name);
  else if (value !== 'false')
    throw usage(`--${name} is ${quote(value)}, which is not a boolean`, `write --${name} alone`);
}

/** The value of an input's flag that has none behind a `=`. */
function implied(name: InputName, rest: string[]): string {
  const { flag, words } = inputTable[name].kind;
  if (flag === 'switch') return 'true';
  if (flag === 'value') return nextValue(name, rest);
  const next = rest[0]?.toLowerCase();
  return next !== undefined && (words?.includes(next) ?? false) ? String(rest.shift()) : 'true';
}

function nextValue(name: string, rest: string[]): string {
  const next = rest[0];
  if (next === undefined) throw usage(`--${name} has no value`, `write --${name} <value>`);
  if (next.startsWith('--')) {
    throw usage(
      `--${name} has no value, ${quote(next, 40)} follows`,
      `write --${name} <value>, or --${name}=<value> for one that begins with --`,
    );
  }
  rest.shift();
  return next;
}

function negated(flag: string, value: string | undefined): string {
  const name = flag.slice(3);
  if (!isInput(name) || inputTable[name].kind.flag === 'value') {
    throw usage(`--${flag} is not a flag: ${name} is not a boolean`, `leave --${name} out`);
  }
  if (value !== undefined)
    throw usage(`--${flag} takes no value`, `write --${flag} alone, or --${name}=${value}`);
  return 'false';
}

function add(raw: Map<string, string[]>, name: string, value: string): void {
  raw.set(name, [...(raw.get(name) ?? []), value]);
}

/** Commands of other programs that are flags here. */
const asFlags: readonly string[] = ['help', 'version'] satisfies ShellFlag[];

function asWritten(word: string): string {
  return asFlags.includes(word) ? `--${word}` : word;
}

function readCommand(word: string): CommandName {
  const command = commandNames.find((name) => name === word);
  if (command !== undefined) return command;
  const close = nearest(word, [...commandNames, ...asFlags]);
  throw usage(
    `${quote(word)} is not a command`,
    close === undefined ? `the commands are ${commandNames.join(', ')}` : `did you mean ${asWritten(close)}?`,
  );
}

/** Arguments that are no flags: what inspect and verify look at. */
function takePositional(command: CommandName, words: readonly string[], raw: Map<string, string[]>): void {
  const [first] = words;
  if (first === undefined) return;
  if (inputTable.references.commands.includes(command)) {
    for (const word of words) add(raw, 'references', word);
    return;
  }
  throw usage(
    `${command} does not know what to do with the argument ${quote(first)}`,
    /^(?:true|false)$/iu.test(first)
      ? `a boolean takes its value after =, as in --force=${first}`
      : `see native-multiarch ${command} --help`,
  );
}

/** Short flags of other programs, and what they are here. */
const shortFlags: ReadonlyMap<string, ShellFlag> = new Map([
  ['-v', 'version'],
  ['-V', 'version'],
  ['-?', 'help'],
]);

function unknownFlag(word: string, name: string): CodedError {
  const shown = quote(word.split('=')[0] ?? word, 60);
  const close = shortFlags.get(word) ?? nearest(name, [...inputNames, ...Object.keys(shellFlags)]);
  return usage(
    `${shown} is not a flag`,
    close === undefined ? 'see --help for those that there are' : `did you mean --${close}?`,
  );
}

function usage(message: string, hint: string): CodedError {
  return new CodedError('E_INPUT', message, { hint, usage: true });
}

function isInput(name: string): name is InputName {
  return Object.hasOwn(inputTable, name);
}

function isShellFlag(name: string): name is ShellFlag {
  return Object.hasOwn(shellFlags, name);
}
