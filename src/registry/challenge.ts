/** One way that a server offers to prove who one is. https://www.rfc-editor.org/rfc/rfc9110#name-challenge-and-response */
export interface Challenge {
  /** Lower case: `bearer`, `basic`, `negotiate`. */
  readonly scheme: string;
  /** Names in lower case; the first value of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const maxLength = 16 * 1024;
const maxChallenges = 32;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;

/**
 * Every challenge of all WWW-Authenticate headers, as far as they can be read: what is malformed ends its header, and a
 * value with control characters is left out. Never throws, and is linear in its input.
 */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  return headers
    .flatMap((header) => new ChallengeParser(header.slice(0, maxLength)).parse())
    .slice(0, maxChallenges);
}

/** The challenge that we can answer: Bearer, else Basic. Undefined: none. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}

class ChallengeParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Challenge[] {
    const challenges: Challenge[] = [];
    while (challenges.length < maxChallenges) {
      this.#skip(/[\s,]*/y);
      const scheme = this.#take(token)?.toLowerCase();
      if (scheme === undefined) break;
      challenges.push({ scheme, parameters: this.#parameters() });
    }
    return challenges;
  }

  #parameters(): Map<string, string> {
    const parameters = new Map<string, string>();
    for (;;) {
      const start = this.#at;
      this.#skip(/[\s,]*/y);
      const name = this.#take(token)?.toLowerCase();
      if (name === undefined || this.#take(/\s*=\s*/y) === undefined || this.#text[this.#at] === '=') {
        this.#leaveToken68(start, name);
        return parameters;
      }
      const value = this.#value();
      if (value === undefined) {
        this.#at = this.#text.length;
        return parameters;
      }
      if (!parameters.has(name) && !hasControls(value)) parameters.set(name, value);
    }
  }

  /** What follows is the next scheme, and is read again; or the `token68` of a scheme that is not ours, and is passed over. */
  #leaveToken68(start: number, name: string | undefined): void {
    if (name === undefined) return;
    const isToken68 = this.#text[this.#at - 1] === '=' || this.#text[this.#at] === '/';
    if (isToken68) this.#skip(/[^\s,]*/y);
    else this.#at = start;
  }

  /** A token or a quoted string; undefined where the quote is not closed. */
  #value(): string | undefined {
    if (this.#text[this.#at] !== '"') return this.#take(/[^\s,"]+/y);
    let value = '';
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? '';
      if (character === '"') {
        this.#at = at + 1;
        return value;
      }
      if (character === '\\') at += 1;
      value += character === '\\' ? (this.#text[at] ?? '') : character;
    }
    return undefined;
  }

  #take(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#at += found.length;
    return found;
  }

  #skip(form: RegExp): void {
    this.#take(form);
  }
}

function hasControls(value: string): boolean {
  return /\p{Cc}/u.test(value);
}
