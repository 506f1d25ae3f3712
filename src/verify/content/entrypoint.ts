import type { ImageConfig } from '../../oci/config.ts';
import type { ImageFileSystem, Resolved } from './file-system.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** `#!` may lead to a script, which has its own `#!`; Linux follows as many. */
const maxInterpreters = 5;

/** Programs that only start another one, with the flags that take a value of their own. */
const launchers: Readonly<Record<string, readonly string[]>> = {
  env: ['-u', '--unset', '-C', '--chdir'],
  tini: ['-p', '-e'],
  'tini-static': ['-p', '-e'],
  'dumb-init': ['-r', '--rewrite'],
  catatonit: [],
  exec: ['-a'],
  nice: ['-n'],
  nohup: [],
  setsid: [],
  gosu: [],
  'su-exec': [],
};
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh']);

/** One program that runs when the image is started, and how it was found. */
export interface StartedProgram extends Resolved {
  /** For people: `/docker-entrypoint.sh -> /bin/sh`. */
  readonly via: string;
}

/**
 * The programs that starting the image leads to, as far as files tell: the entry point (else the command) through `PATH`,
 * links and `#!` lines, and what launchers (`tini --`, `env`, `sh -c`) start in turn.
 */
export function startedPrograms(config: ImageConfig, files: ImageFileSystem): StartedProgram[] {
  const words = [...(config.entrypoint ?? []), ...(config.cmd ?? [])];
  const search = new Search(config, files);
  search.command(words, []);
  return search.found;
}

class Search {
  readonly found: StartedProgram[] = [];
  readonly #files: ImageFileSystem;
  readonly #path: readonly string[];
  readonly #workingDir: string;

  constructor(config: ImageConfig, files: ImageFileSystem) {
    this.#files = files;
    const set = config.env?.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
    this.#path = (set ?? defaultPath).split(':').filter((folder) => folder !== '');
    this.#workingDir = config.workingDir ?? '/';
  }

  /** Looks at a command line, and at the one that it starts. */
  command(words: readonly string[], via: readonly string[]): void {
    const [first, ...rest] = words;
    if (first === undefined || via.length > maxInterpreters) return;
    this.#program(first, via);
    const name = first.split('/').at(-1) ?? '';
    const flags = launchers[name];
    if (flags !== undefined) this.command(startedBy(name, rest, flags), [...via, first]);
    else if (shells.has(name)) this.command(shellCommand(rest), [...via, first]);
  }

  #program(word: string, via: readonly string[]): void {
    const resolved = this.#locate(word);
    if (resolved === undefined) return;
    const path = [...via, `/${resolved.path}`];
    this.found.push({ ...resolved, via: path.join(' -> ') });
    const { file } = resolved;
    if (file.kind !== 'script') return;
    this.command(
      [file.interpreter, ...file.argument.split(/[ \t]+/).filter((part) => part !== '' && part !== '-S')],
      path,
    );
  }

  #locate(word: string): Resolved | undefined {
    if (word.startsWith('/')) return this.#files.resolve(word);
    if (word.includes('/')) return this.#files.resolve(`${this.#workingDir}/${word}`);
    for (const folder of this.#path) {
      const found = this.#files.resolve(`${folder}/${word}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** The command line behind a launcher's own flags; gosu and su-exec name a user first. */
function startedBy(name: string, words: readonly string[], flags: readonly string[]): readonly string[] {
  let rest = words;
  while (rest[0]?.startsWith('-') || (name === 'env' && /^\w+=/.test(rest[0] ?? ''))) {
    if (rest[0] === '--') return rest.slice(1);
    rest = rest.slice(flags.includes(rest[0] ?? '') ? 2 : 1);
  }
  return name === 'gosu' || name === 'su-exec' ? rest.slice(1) : rest;
}

/** The first program of `sh -c 'exec app --flag'`; anything that needs a real shell to be understood is left alone. */
function shellCommand(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const script = at < 0 ? words.find((word) => !word.startsWith('-')) : undefined;
  if (script !== undefined) return [script];
  const line = words[at + 1]?.trim() ?? '';
  const [first = '', second = ''] = line.split(/[ \t]+/);
  const program = first === 'exec' ? second : first;
  return /^[\w./+-]+$/.test(program) ? [program] : [];
}
