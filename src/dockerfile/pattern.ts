import { CodedError, quote } from '../errors.ts';

/** `*`, `?`, or the one character itself. */
type Token = { readonly kind: 'any' | 'one' } | { readonly kind: 'same'; readonly character: string };

/** A pattern of `${variable#pattern}`: `*` and `?`, taken literally behind a backslash. @throws E_INPUT */
export function parsePattern(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    let character = text.charAt(at);
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else {
      if (character === '\\') {
        character = text.charAt(++at);
        if (!'*?\\}/'.includes(character) || character === '') {
          throw new CodedError(
            'E_INPUT',
            `${quote(`\\${character}`)} is no escape in the pattern ${quote(text)}`,
          );
        }
      }
      tokens.push({ kind: 'same', character });
    }
  }
  return tokens;
}

/** The shortest or the longest start of `text` that the pattern matches, as its length; undefined where none does. */
export function matchStart(
  tokens: readonly Token[],
  text: string,
  wanted: 'shortest' | 'longest',
): number | undefined {
  let states = follow(tokens, new Set([0]));
  let found: number | undefined;
  for (let length = 0; ; length++) {
    if (states.has(tokens.length)) found = length;
    if ((found !== undefined && wanted === 'shortest') || length === text.length || states.size === 0)
      return found;
    states = follow(tokens, step(tokens, states, text.charAt(length)));
  }
}

/** {@link matchStart}, at the end of `text`. */
export function matchEnd(
  tokens: readonly Token[],
  text: string,
  wanted: 'shortest' | 'longest',
): number | undefined {
  return matchStart(tokens.toReversed(), Array.from(text).toReversed().join(''), wanted);
}

/** The places in the pattern that can be reached without another character: `*` may stand for none. */
function follow(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) if (tokens[state]?.kind === 'any') states.add(state + 1);
  return states;
}

function step(tokens: readonly Token[], states: ReadonlySet<number>, character: string): Set<number> {
  const next = new Set<number>();
  for (const state of states) {
    const token = tokens[state];
    if (token?.kind === 'any') next.add(state);
    else if (token?.kind === 'one' || (token?.kind === 'same' && token.character === character))
      next.add(state + 1);
  }
  return next;
}
