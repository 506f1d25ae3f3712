/** A command that another one starts. */
export interface StartedCommand {
  readonly words: readonly string[];
  /** Where a `cd` before it leads; else it is the folder of the command that starts it. */
  readonly folder?: string;
}

/** What a shell knows when it reads its line. */
export interface ShellScope {
  /** The image's environment. */
  readonly variables: ReadonlyMap<string, string>;
  /** `$0` and behind: what stands after the line. */
  readonly parameters: readonly string[];
}

/** Of one shell's line; a config has room for a million. */
const maxCommands = 20;
const maxWords = 100;
const assignment = /^([A-Za-z_]\w*)=(.*)$/s;
const separator = /[ \t]*(?:&&|;|\n)/y;
const wordEnd = /(?=[\s;&|)]|$)/y;
const plain = /[\w@%+=:,./-]+/y;
const single = /'([^']*)'/y;
const double = /"((?:[^"$`\\]|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\$[0-9@])*)"/y;
const variable = /\$(?:([A-Za-z_]\w*|[0-9@])|\{([A-Za-z_]\w*)\})/y;
const variables = /\$(?:([A-Za-z_]\w*|[0-9])|\{([A-Za-z_]\w*)\})/g;
/** After these nobody knows what a variable holds. */
const changers: ReadonlySet<string> = new Set([
  '.',
  'eval',
  'getopts',
  'read',
  'set',
  'shift',
  'source',
  'unset',
]);
const exporters: ReadonlySet<string> = new Set(['declare', 'export', 'local', 'readonly', 'typeset']);

/**
 * The simple commands at the start of a shell's line, up to the first that isn't simple; of that one, the words before what is not.
 * Variables are those of the image, unless the line changes them.
 */
export function commandsOf(line: string, scope: ShellScope): readonly StartedCommand[] {
  return new ShellLine(line, scope).commands();
}

/** A path as it is seen from a folder, which may itself be seen from another. */
export function within(folder: string | undefined, path: string): string {
  return folder === undefined || path.startsWith('/') ? path : `${folder}/${path}`;
}

class ShellLine {
  readonly #line: string;
  readonly #variables: Map<string, string>;
  #parameters: readonly string[] | undefined;
  #folder: string | undefined;
  readonly #found: StartedCommand[] = [];
  #at = 0;

  constructor(line: string, { variables: known, parameters }: ShellScope) {
    this.#line = line;
    this.#variables = new Map(known);
    this.#parameters = parameters;
  }

  commands(): readonly StartedCommand[] {
    let words: string[] = [];
    while (this.#at < this.#line.length && this.#found.length < maxCommands) {
      if (this.#take(separator) !== undefined) {
        this.#close(words);
        words = [];
        continue;
      }
      this.#take(/[ \t]*/y);
      const next = this.#word();
      if (next === undefined || words.length + next.length > maxWords) break;
      words.push(...next);
    }
    this.#close(words);
    return this.#found;
  }

  #close(all: readonly string[]): void {
    const first = all.findIndex((word) => !assignment.test(word));
    const words = first < 0 ? [] : all.slice(first);
    const [name = '', target] = words;
    if (words.length === 0) this.#assign(all);
    else if (exporters.has(name)) this.#assign(words);
    else if (changers.has(name)) {
      this.#variables.clear();
      this.#parameters = undefined;
    } else if (name === 'cd' && target !== undefined) this.#folder = within(this.#folder, target);
    if (words.length > 0 && name !== 'cd')
      this.#found.push({ words, ...(this.#folder !== undefined && { folder: this.#folder }) });
  }

  #assign(words: readonly string[]): void {
    for (const word of words) {
      const [, name, value] = assignment.exec(word) ?? [];
      if (name !== undefined && value !== undefined) this.#variables.set(name, value);
    }
  }

  /** The words that the next word of the line becomes; undefined where only a real shell can tell. */
  #word(): readonly string[] | undefined {
    const start = this.#at;
    if (this.#takeAll()) return this.#parameters?.slice(1);
    let text = '';
    let quoted = false;
    while (this.#take(wordEnd) === undefined) {
      const literal = this.#take(plain)?.[0] ?? this.#take(single)?.[1];
      const between = literal === undefined ? this.#take(double)?.[1] : undefined;
      const piece =
        literal ?? (between === undefined ? this.#value(this.#take(variable)) : this.#expand(between));
      if (piece === undefined) return undefined;
      const bare = between === undefined && literal === undefined;
      // What a bare variable holds is split into words, and its stars become names of files.
      if (bare && /[*?[\\]/.test(piece)) return undefined;
      if (bare && /^\s*$|\s/.test(piece))
        return text === '' && !quoted && this.#take(wordEnd) !== undefined ? splitWords(piece) : undefined;
      quoted = true;
      text += piece;
    }
    return this.#at === start ? undefined : [text];
  }

  #takeAll(): boolean {
    return this.#take(/(?:"\$@"|\$@)(?=[\s;&|)]|$)/y) !== undefined;
  }

  #expand(text: string): string | undefined {
    if (text.includes('$@')) return undefined;
    const values = [...text.matchAll(variables)].map((match) => this.#value(match));
    if (values.includes(undefined)) return undefined;
    return text.replaceAll(variables, () => values.shift() ?? '');
  }

  #value(match: readonly (string | undefined)[] | undefined): string | undefined {
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return undefined;
    return /^\d$/.test(name) ? this.#parameters?.[Number(name)] : this.#variables.get(name);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#line);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

function splitWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
