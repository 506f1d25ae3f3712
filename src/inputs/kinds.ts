import { CodedError, joinErrors, quote } from '../errors.ts';
import type { Kind } from './definition.ts';
import { nearest } from '../platform/nearest.ts';
import { splitLines, splitList, splitQuotedLines } from './split.ts';

/** The longest item of a list, in UTF-16 units: more is a mistake, and no engine takes it as an argument. */
const maxItem = 65_536;

/** One value as it stands, without the white space around it. */
export const text: Kind<string> = {
  syntax: 'text',
  flag: 'value',
  list: false,
  parse: (values) => nonEmpty(only(values).trim()),
};

/** One value, byte for byte but for a newline at its end: passwords. */
export const exactText: Kind<string> = {
  syntax: 'text',
  flag: 'value',
  list: false,
  parse: (values) => nonEmpty(only(values).replace(/\r?\n$/u, '')),
};

/** Items at commas and newlines. */
export const list: Kind<readonly string[]> = {
  syntax: 'list',
  flag: 'value',
  list: true,
  parse: (values) => bounded(splitList(values)),
};

/** Items at newlines only: a value can hold a comma. */
export const lines: Kind<readonly string[]> = {
  syntax: 'lines',
  flag: 'value',
  list: true,
  parse: (values) => bounded(splitLines(values)),
};

/** Items at newlines, except within double quotes around a whole item. */
export const quotedLines: Kind<readonly string[]> = {
  ...lines,
  parse: (values) => {
    const items = splitQuotedLines(values);
    if (items === undefined) throw unreadable('has a double quote that does not end', 'close it');
    return bounded(items);
  },
};

/** YAML 1.2 core booleans, and nothing else. */
export const boolean: Kind<boolean> = {
  syntax: 'true|false',
  flag: 'switch',
  words: ['true', 'false'],
  list: false,
  parse: (values) => readBoolean(only(values).trim()),
};

/** One of some words. Those in `later` are part of the contract and not there yet. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  later: readonly string[] = [],
): Kind<Word> {
  return {
    syntax: [...words, ...later].join('|'),
    flag: 'value',
    words,
    list: false,
    parse: (values) => readWord(only(values).trim(), words, later),
  };
}

/** A boolean that may also be left to the program. A flag alone is `true`, as for any boolean. */
export const autoBoolean: Kind<'auto' | boolean> = {
  syntax: 'auto|true|false',
  flag: 'word',
  words: ['auto', 'true', 'false'],
  list: false,
  parse: (values) => {
    const word = only(values).trim();
    const value = booleans.get(word);
    return value ?? readWord(word, ['auto' as const], [], ['auto', 'true', 'false']);
  },
};

/** `parse` over every item of a list; all that is wrong is told at once. */
export function listOf<Value>(
  item: (text: string) => Value,
  options: ListOptions = {},
): Kind<readonly Value[]> {
  const split = options.lines === true ? lines : list;
  return {
    ...split,
    parse: async (values) => eachItem(await split.parse(values), item, options.max ?? 1000),
  };
}

interface ListOptions {
  readonly lines?: boolean;
  /** Items, at most. Default: 1000. */
  readonly max?: number;
}

/** One value that `read` understands. */
export function valueOf<Value>(syntax: string, read: (text: string) => Value | Promise<Value>): Kind<Value> {
  return { syntax, flag: 'value', list: false, parse: (values) => read(nonEmpty(only(values).trim())) };
}

/** What can't be read, as the command's own fault and not a server's: exit status 2 in a shell. */
export function unreadable(message: string, hint?: string): CodedError {
  return new CodedError('E_INPUT', message, { usage: true, ...(hint !== undefined && { hint }) });
}

export function eachItem<Value>(
  items: readonly string[],
  read: (text: string) => Value,
  max: number,
): Value[] {
  if (items.length > max) throw unreadable(`has ${items.length} items`, `give at most ${max}`);
  const errors: CodedError[] = [];
  const found: Value[] = [];
  for (const item of items) {
    try {
      found.push(read(item));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw joinErrors(errors.slice(0, 10));
  return found;
}

const booleans = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

function readBoolean(word: string): boolean {
  const value = booleans.get(word);
  if (value !== undefined) return value;
  throw unreadable(`is ${quote(word)}, which is not a boolean`, 'write true or false');
}

function readWord<Word extends string>(
  word: string,
  words: readonly Word[],
  later: readonly string[],
  shown: readonly string[] = words,
): Word {
  const found = words.find((each) => each === word);
  if (found !== undefined) return found;
  if (later.includes(word)) {
    throw new CodedError('E_UNSUPPORTED', `${quote(word)} is not supported by this version`, {
      hint: `use ${oneOfWords(shown)}`,
    });
  }
  const close = nearest(word, shown);
  throw unreadable(
    `is ${quote(word)}, which is not one of ${shown.join(', ')}`,
    close === undefined ? `use ${oneOfWords(shown)}` : `did you mean ${quote(close)}?`,
  );
}

function oneOfWords(words: readonly string[]): string {
  return words.length === 1
    ? String(words[0])
    : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
}

function only(values: readonly string[]): string {
  const [value, ...more] = values;
  if (value === undefined || more.length > 0)
    throw unreadable(`is given ${values.length} times`, 'give it once');
  return value;
}

function nonEmpty(value: string): string {
  if (value === '') throw unreadable('is empty', 'give it a value, or leave it out');
  if (value.length > maxItem) throw unreadable(`has ${value.length} characters`, `give at most ${maxItem}`);
  return value;
}

function bounded(items: readonly string[]): readonly string[] {
  const long = items.find((item) => item.length > maxItem);
  if (long === undefined) return items;
  throw unreadable(
    `has an item of ${long.length} characters (${quote(long, 40)})`,
    `give at most ${maxItem}`,
  );
}
