import { commandsOf, type StartedCommand } from './shell-line.ts';

/** A program that does little but start another one: how its own words are told from the other's. */
interface Launcher {
  /** Flags whose value is a word of its own. */
  readonly values?: readonly string[];
  /** Words before the other program: a user, a duration. */
  readonly words?: number;
  /** Whether `NAME=value` may stand before the other program. */
  readonly assignments?: boolean;
}

const launchers: ReadonlyMap<string, Launcher> = new Map<string, Launcher>([
  ['catatonit', {}],
  ['chpst', { values: ['-u', '-U', '-e', '-n', '-l', '-L', '-m', '-o', '-p', '-f', '-c', '-b', '-t', '-C'] }],
  ['docker-init', { values: ['-p', '-e'] }],
  ['dumb-init', { values: ['-r', '--rewrite'] }],
  ['env', { values: ['-u', '--unset', '-C', '--chdir', '-a', '--argv0'], assignments: true }],
  ['exec', { values: ['-a'] }],
  ['gosu', { words: 1 }],
  ['ionice', { values: ['-c', '-n', '--class', '--classdata'] }],
  ['nice', { values: ['-n', '--adjustment'] }],
  ['nohup', {}],
  ['numactl', { values: ['-N', '-m', '-C', '-i', '-p', '-P'] }],
  ['s6-setuidgid', { words: 1 }],
  [
    'setpriv',
    { values: ['--reuid', '--regid', '--groups', '--bounding-set', '--inh-caps', '--ambient-caps'] },
  ],
  ['setsid', {}],
  ['setuidgid', { words: 1 }],
  ['stdbuf', { values: ['-i', '-o', '-e', '--input', '--output', '--error'] }],
  ['su-exec', { words: 1 }],
  ['sudo', { values: ['-u', '-g', '--user', '--group'], assignments: true }],
  ['taskset', { words: 1 }],
  ['timeout', { values: ['-k', '--kill-after', '-s', '--signal'], words: 1 }],
  ['tini', { values: ['-p', '-e'] }],
  ['tini-static', { values: ['-p', '-e'] }],
  ['with-contenv', {}],
]);

const shells: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'execlineb', 'ksh', 'mksh', 'zsh']);
/** Their applets are called by name: `busybox env app`. */
const multicalls: ReadonlySet<string> = new Set(['busybox', 'toybox', 'coreutils']);
/** A dynamic linker runs the program that it is given: `ld-linux-x86-64.so.2 --library-path /app/lib /app/main`. */
const linker = /^ld(?:-linux|-musl|64)?[\w.-]*\.so\b/;
const linkerValues = [
  '--library-path',
  '--preload',
  '--audit',
  '--argv0',
  '--inhibit-rpath',
  '--inhibit-cache',
];

const assignment = /^[A-Za-z_]\w*=/;
/** As releases name them: `tini-amd64`, `tini-static-ppc64le`, `dumb-init_1.2.5_x86_64`, `gosu-s390x`. */
const released = /^(tini-static|tini|dumb-init|gosu|su-exec|catatonit)[-_.][\w.-]+$/;

/** What is known where a command line stands. */
export interface Surroundings {
  readonly variables: ReadonlyMap<string, string>;
  /** Where the first word leads, links followed. */
  readonly program?: string | undefined;
}

/**
 * The commands that a command line starts in turn, as far as its words tell: behind launchers and in `sh -c`. What needs a real
 * shell, or another program's own rules, to be understood is left alone.
 */
export function startedBy(
  words: readonly string[],
  { variables, program }: Surroundings,
): readonly StartedCommand[] {
  const [first = '', ...rest] = multicalls.has(baseName(words[0])) ? words.slice(1) : words;
  const name = [baseName(first), baseName(program)].map(unreleased).find(isKnown);
  if (name === undefined) return [];
  if (isShell(name)) return shellCommands(rest, variables);
  const launcher = linker.test(name) ? { values: linkerValues } : launchers.get(name);
  if (launcher === undefined) return [];
  const behind = behindFlags(name === 'env' ? splitString(rest) : rest, launcher);
  return behind.length === 0 ? [] : [{ words: behind }];
}

function unreleased(name: string): string {
  return released.exec(name)?.[1] ?? name;
}

function isKnown(name: string): boolean {
  return isShell(name) || linker.test(name) || launchers.has(name);
}

/** Whether a program's path is that of a shell, or of execline, which s6-overlay uses in its place. */
export function isShell(path: string): boolean {
  return shells.has(baseName(path));
}

function baseName(path = ''): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function behindFlags(words: readonly string[], launcher: Launcher): readonly string[] {
  const { values = [], words: count = 0, assignments = false } = launcher;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    if (values.includes(word)) at += 1;
    else if (!/^-./.test(word)) break;
  }
  at += count;
  while (assignments && assignment.test(words[at] ?? '')) at += 1;
  return words.slice(at);
}

/** `env -S 'python3 -u'`, which scripts need to give an interpreter more than one word; `-vS` and `--split-string=` do the same. */
function splitString(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^(?:-[i0v]*S|--split-string)/.test(word));
  if (at < 0 || words.slice(0, at).some((word) => !word.startsWith('-'))) return words;
  const text = (words[at] ?? '').replace(/^(?:-[i0v]*S|--split-string=?)/, '');
  const [line, rest] = text === '' ? [words[at + 1] ?? '', at + 2] : [text, at + 1];
  return [...words.slice(0, at), ...line.split(/\s+/).filter((word) => word !== ''), ...words.slice(rest)];
}

/** `sh script`, or the commands of `sh -c '…'`. */
function shellCommands(
  words: readonly string[],
  variables: ReadonlyMap<string, string>,
): readonly StartedCommand[] {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^[-+][a-zA-Z]*o$/.test(word)) at += 1;
    else if (/^-[a-zA-Z]*c$/.test(word)) {
      const [line = '', ...parameters] = words.slice(at + (words[at + 1] === '--' ? 2 : 1));
      return commandsOf(line, { variables, parameters });
    } else if (!/^[-+]/.test(word)) return [{ words: [word] }];
  }
  return [];
}
