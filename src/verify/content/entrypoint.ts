import { posix } from 'node:path';
import type { ImageConfig } from '../../oci/config.ts';
import { isShell, startedBy } from './command-line.ts';
import type { ImageFileSystem, Resolved } from './file-system.ts';
import { within } from './shell-line.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Launchers that start launchers, and `#!` lines that lead to scripts; Linux follows five of the latter. */
const maxDepth = 10;
/** Of a command line and of `PATH`: a config has room for a million. */
const maxWords = 100;
const maxVariables = 1000;
/** Programs that one image is said to start: a shell's line may name any number. */
const maxFound = 100;

/** One program that runs when the image is started, and how it was found. */
export interface StartedProgram extends Resolved {
  /** For people, links as they are named and where they lead: `/docker-entrypoint.sh -> /bin/sh -> /usr/bin/dash`. */
  readonly via: string;
}

/** A file as a command line names it, links not followed, and where that leads. */
interface Located extends Resolved {
  readonly named: string;
}

/**
 * The programs that starting the image leads to, as far as files tell: the entry point (else the command) through `PATH`,
 * links and `#!` lines, and what launchers (`tini --`, `env`, `sh -c`) start in turn. A shell script that is given a command is taken to run
 * it: entry points end with `exec "$@"`.
 */
export function startedPrograms(config: ImageConfig, files: ImageFileSystem): StartedProgram[] {
  const search = new Search(config, files);
  search.follow([...(config.entrypoint ?? []), ...(config.cmd ?? [])].slice(0, maxWords));
  return search.found;
}

class Search {
  readonly found: StartedProgram[] = [];
  readonly #files: ImageFileSystem;
  readonly #path: readonly string[];
  readonly #workingDir: string;
  readonly #variables: ReadonlyMap<string, string>;

  constructor({ env = [], workingDir = '/' }: ImageConfig, files: ImageFileSystem) {
    this.#files = files;
    const set = env.findLast((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
    this.#path = (set ?? defaultPath)
      .split(':')
      .filter((folder) => folder !== '')
      .slice(0, maxWords);
    this.#workingDir = `/${workingDir}`;
    this.#variables = new Map(env.slice(0, maxVariables).map(assigned));
  }

  /** Looks at a command line, and at what it starts. */
  follow(words: readonly string[], folder = this.#workingDir, via: readonly string[] = []): void {
    const [first = '', ...rest] = words;
    if (first === '' || via.length > maxDepth || this.found.length >= maxFound) return;
    const resolved = this.#locate(first, folder);
    const path = [...via, resolved === undefined ? first : shownPath(resolved)];
    if (resolved !== undefined)
      this.found.push({ path: resolved.path, file: resolved.file, via: path.join(' -> ') });
    if (resolved?.file.kind === 'script') {
      const { interpreter, argument } = resolved.file;
      this.follow(argument === '' ? [interpreter] : [interpreter, argument], folder, path);
      if ([interpreter, ...argument.split(/\s+/)].some(isShell)) this.follow(rest, folder, path);
    }
    for (const started of startedBy(words, { variables: this.#variables, program: resolved?.path })) {
      const its = started.folder === undefined ? folder : within(folder, started.folder);
      this.follow(started.words, its, path);
    }
  }

  #locate(word: string, folder: string): Located | undefined {
    if (word.includes('/')) return this.#at(within(folder, word));
    for (const each of this.#path) {
      const found = this.#at(`${within(folder, each)}/${word}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #at(named: string): Located | undefined {
    const resolved = this.#files.resolve(named);
    return resolved && { ...resolved, named };
  }
}

/** A link is shown with where it leads. */
function shownPath({ named, path }: Located): string {
  const name = posix.normalize(named);
  return name === `/${path}` ? name : `${name} -> /${path}`;
}

function assigned(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}
