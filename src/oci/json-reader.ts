import { quote } from '../errors.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** Has no prototype: `__proto__` and `constructor` are keys like any other. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Where reading stopped, as an offset in UTF-16 units, and why. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError' as const;
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Limits {
  readonly maxDepth: number;
  readonly maxValues: number;
  readonly plainIntegers: boolean;
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainRun = /[^"\\\u0000-\u001f]*/y;
const whitespace = /[ \t\n\r]*/y;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Reads one JSON text. https://www.rfc-editor.org/rfc/rfc8259 */
export class JsonReader {
  readonly #text: string;
  readonly #limits: Limits;
  #at = 0;
  #values = 0;

  constructor(text: string, limits: Limits) {
    this.#text = text;
    this.#limits = limits;
  }

  /** The one value of the text. @throws JsonSyntaxError */
  document(): JsonValue {
    if (this.#text.startsWith('\ufeff')) throw this.#error('a byte order mark');
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#error(`${this.#found()} behind the end of the document`);
    return value;
  }

  #value(depth: number): JsonValue {
    if (++this.#values > this.#limits.maxValues)
      throw this.#error(`more than ${this.#limits.maxValues} values`);
    this.#skip();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonValue {
    this.#enter(depth);
    const object = Object.create(null) as Record<string, JsonValue>;
    if (this.#closes('}')) return object;
    do {
      this.#skip();
      const start = this.#at;
      if (this.#text[start] !== '"') throw this.#error(`${this.#found()} where a key is wanted`);
      const key = this.#string();
      if (key in object) throw new JsonSyntaxError(`the key ${quote(key)} a second time`, start);
      this.#skip();
      if (this.#text[this.#at] !== ':') throw this.#error(`${this.#found()} where ":" is wanted`);
      this.#at++;
      object[key] = this.#value(depth);
    } while (this.#continues('}'));
    return object;
  }

  #array(depth: number): JsonValue {
    this.#enter(depth);
    const array: JsonValue[] = [];
    if (this.#closes(']')) return array;
    do array.push(this.#value(depth));
    while (this.#continues(']'));
    return array;
  }

  #enter(depth: number): void {
    if (depth > this.#limits.maxDepth)
      throw this.#error(`more than ${this.#limits.maxDepth} levels of nesting`);
    this.#at++;
  }

  #closes(bracket: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #continues(bracket: string): boolean {
    if (this.#closes(bracket)) return false;
    if (this.#text[this.#at] !== ',')
      throw this.#error(`${this.#found()} where "," or "${bracket}" is wanted`);
    this.#at++;
    return true;
  }

  #string(): string {
    const start = this.#at++;
    const pieces: string[] = [];
    for (;;) {
      pieces.push(this.#match(plainRun));
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== '\\') throw this.#error(`${this.#found()} in a string`);
      pieces.push(this.#escape());
    }
    this.#at++;
    const value = pieces.join('');
    if (loneSurrogate.test(value))
      throw new JsonSyntaxError('half a character (a lone surrogate) in a string', start);
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const code = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(code)) throw this.#error('a broken \\u escape');
      this.#at += 6;
      return String.fromCharCode(parseInt(code, 16));
    }
    const character = escapes.get(letter);
    if (character === undefined) throw this.#error('an unknown escape');
    this.#at += 2;
    return character;
  }

  #number(): number {
    const start = this.#at;
    const digits = this.#match(number);
    if (digits === '') throw this.#error(`${this.#found()} where a value is wanted`);
    const value = Number(digits);
    if (this.#limits.plainIntegers && Number.isInteger(value) && !/^(?:0|-?[1-9]\d*)$/.test(digits)) {
      throw new JsonSyntaxError(`the whole number ${quote(digits)} not written as one`, start);
    }
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error(`${this.#found()} where a value is wanted`);
    this.#at += word.length;
    return value;
  }

  #skip(): void {
    this.#match(whitespace);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #found(): string {
    const point = this.#text.codePointAt(this.#at);
    return point === undefined ? 'the end' : quote(String.fromCodePoint(point));
  }

  #error(message: string): JsonSyntaxError {
    return new JsonSyntaxError(message, this.#at);
  }
}
