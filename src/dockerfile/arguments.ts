import type { Platform } from '../platform/platform.ts';
import { expand, type Variables } from './expand.ts';
import type { Instruction } from './instructions.ts';

/** `NAME=value` as it stands in ARG, not yet filled in; without a value, only declared. */
interface Declared {
  readonly name: string;
  readonly value?: string;
}

/** What BuildKit, podman and buildah define by themselves before the first FROM. */
interface Automatic {
  readonly target: Platform;
  readonly build: Platform;
  /** The name of the stage that is built. */
  readonly stage: string | undefined;
}

/**
 * The variables that FROM lines see: those that are always there, and the ARGs before the first FROM, with what was given on the
 * command line before their own defaults. https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
 * @throws E_INPUT for a default that can't be filled in
 */
export function globalVariables(
  head: readonly Instruction[],
  given: Readonly<Record<string, string>>,
  automatic: Automatic,
  escape: string,
): Variables {
  const variables = new Map(
    Object.entries(automaticVariables(automatic)).map(([name, value]) => [
      name,
      valueOf(given, name) ?? value,
    ]),
  );
  for (const { name, value } of head.flatMap(({ content }) => declarations(content, escape))) {
    const known =
      valueOf(given, name) ?? (value === undefined ? undefined : expand(value, variables, escape));
    if (known !== undefined) variables.set(name, known);
  }
  return variables;
}

function valueOf(given: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function automaticVariables({ target, build, stage }: Automatic): Record<string, string> {
  return {
    ...platformVariables('BUILD', build),
    ...platformVariables('TARGET', target),
    TARGETSTAGE: stage ?? 'default',
  };
}

function platformVariables(prefix: string, { os, architecture, variant, osVersion }: Platform) {
  return {
    [`${prefix}PLATFORM`]: [os, architecture, ...(variant === undefined ? [] : [variant])].join('/'),
    [`${prefix}OS`]: os,
    [`${prefix}OSVERSION`]: osVersion ?? '',
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant ?? '',
  };
}

function declarations(content: string, escape: string): Declared[] {
  return splitWords(content, escape).map((word) => {
    const equals = word.indexOf('=');
    return equals === -1 ? { name: word } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** Words between white space, where quotes and the escape character hold one together. Both stay in the words. */
export function splitWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted === '' && /\s/u.test(character)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    word += character;
    if (character === escape && quoted !== "'") word += text.charAt(++at);
    else if (character === quoted) quoted = '';
    else if (quoted === '' && (character === '"' || character === "'")) quoted = character;
  }
  return word === '' ? words : [...words, word];
}
