import { CodedError, quote } from '../errors.ts';
import { matchEnd, matchStart, parsePattern } from './pattern.ts';

export type Variables = ReadonlyMap<string, string>;

const nameForm = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const maxLength = 16 * 1024;

/**
 * A word of a Dockerfile with its variables filled in and its quotes removed, as BuildKit does it: `$a`, `${a}`, `${a:-word}`,
 * `${a-word}`, `+`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`. What is not set is empty.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 * @throws E_INPUT where BuildKit gives up as well
 */
export function expand(word: string, variables: Variables, escape: string): string {
  return new Expansion(word, variables, escape).all();
}

class Expansion {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #escape: string;
  #at = 0;
  /** Within a pattern a backslash stays, since it says something there. */
  #keepsEscapes = false;

  constructor(text: string, variables: Variables, escape: string) {
    this.#text = text;
    this.#variables = variables;
    this.#escape = escape;
  }

  all(): string {
    return this.#until(undefined, false);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #next(): string {
    return this.#text.charAt(this.#at++);
  }

  #error(why: string): CodedError {
    return new CodedError('E_INPUT', `${quote(this.#text)} can't be expanded: ${why}`);
  }

  #until(stop: string | undefined, keepsEscapes: boolean): string {
    const before = this.#keepsEscapes;
    this.#keepsEscapes = keepsEscapes;
    let result = '';
    for (let character = this.#peek(); character !== stop; character = this.#peek()) {
      if (character === '') {
        if (stop === undefined) break;
        throw this.#error(`it ends without ${stop}`);
      }
      result += this.#piece(character);
      if (result.length > maxLength) throw this.#error('it becomes too long');
    }
    this.#at++;
    this.#keepsEscapes = before;
    return result;
  }

  #piece(character: string): string {
    if (character === '$') return this.#variable();
    this.#at++;
    if (character === "'") return this.#singleQuoted();
    if (character === '"') return this.#doubleQuoted();
    if (character !== this.#escape) return character;
    return (this.#keepsEscapes ? character : '') + this.#next();
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end === -1) throw this.#error("it ends without '");
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  #doubleQuoted(): string {
    let result = '';
    for (;;) {
      const character = this.#peek();
      if (character === '') throw this.#error('it ends without "');
      if (character === '$') {
        result += this.#variable();
        continue;
      }
      this.#at++;
      if (character === '"') return result;
      if (character !== this.#escape) result += character;
      else {
        if (this.#keepsEscapes) result += character;
        const escapes = this.#peek() !== '' && ['"', '$', this.#escape].includes(this.#peek());
        result += escapes ? this.#next() : this.#peek() === '' ? '' : character;
      }
    }
  }

  #name(): string {
    nameForm.lastIndex = this.#at;
    const name = nameForm.exec(this.#text)?.[0] ?? '';
    this.#at += name.length;
    return name;
  }

  #variable(): string {
    this.#at++;
    if (this.#peek() !== '{') {
      const name = this.#name();
      return name === '' ? '$' : (this.#variables.get(name) ?? '');
    }
    this.#at++;
    if (['{', '}', ':'].includes(this.#peek())) throw this.#error('bad substitution');
    const name = this.#name();
    const value = this.#variables.get(name);
    const operator = this.#next();
    switch (operator) {
      case '}':
        return value ?? '';
      case ':':
        return this.#otherwise(this.#next(), name, value === '' ? undefined : value);
      case '#':
      case '%':
        return this.#trim(operator, value ?? '');
      case '/':
        return this.#replace(value ?? '');
      default:
        return this.#otherwise(operator, name, value);
    }
  }

  /** `${name-word}`, `${name+word}`, `${name?word}`. */
  #otherwise(operator: string, name: string, value: string | undefined): string {
    if (operator === '' || !'-+?'.includes(operator)) throw this.#error('bad substitution');
    const word = this.#until('}', false);
    if (operator === '-') return value ?? word;
    if (operator === '+') return value === undefined ? '' : word;
    if (value !== undefined) return value;
    throw this.#error(`${name} ${word === '' ? 'is not set' : word}`);
  }

  #trim(operator: '#' | '%', value: string): string {
    const wanted = this.#peek() === operator ? 'longest' : 'shortest';
    if (wanted === 'longest') this.#at++;
    const tokens = parsePattern(this.#until('}', true));
    const length = (operator === '#' ? matchStart : matchEnd)(tokens, value, wanted) ?? 0;
    return operator === '#' ? value.slice(length) : value.slice(0, value.length - length);
  }

  /** `${name/pattern/word}`, and `//` for all of them. */
  #replace(value: string): string {
    const all = this.#peek() === '/';
    if (all) this.#at++;
    const tokens = parsePattern(this.#until('/', true));
    const word = this.#until('}', true);
    if (tokens.length === 0) throw this.#error('its pattern is empty');
    let result = '';
    let rest = value;
    while (rest !== '') {
      const length = matchStart(tokens, rest, 'longest') ?? 0;
      result += length > 0 ? word : rest.charAt(0);
      rest = rest.slice(Math.max(length, 1));
      if (length > 0 && !all) break;
    }
    return result + rest;
  }
}
