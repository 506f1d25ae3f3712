import { describe, expect, test } from '@jest/globals';
import { splitWords } from '../../src/dockerfile/arguments.ts';
import { expand } from '../../src/dockerfile/expand.ts';
import { matchEnd, matchStart, parsePattern } from '../../src/dockerfile/pattern.ts';

const variables = new Map([
  ['v', '1.22.3-slim'],
  ['path', 'a/b/c'],
  ['empty', ''],
  ['ünï', 'letters'],
]);

describe('a word', () => {
  test.each([
    ['plain', 'plain'],
    ['$v', '1.22.3-slim'],
    ['${v}x', '1.22.3-slimx'],
    ['$vx', ''],
    ['$v-x', '1.22.3-slim-x'],
    ['$ünï', 'letters'],
    ['$none', ''],
    ['a$', 'a$'],
    ['$ a', '$ a'],
    ['$1a', 'a'],
    ['${none:-d}', 'd'],
    ['${empty:-d}', 'd'],
    ['${empty-d}', ''],
    ['${v:-d}', '1.22.3-slim'],
    ['${v:+set}', 'set'],
    ['${none:+set}', ''],
    ['${empty+set}', 'set'],
    ['${empty:+set}', ''],
    ['${v:?no}', '1.22.3-slim'],
    ['${none:-${v}}', '1.22.3-slim'],
    ['${none:-"a b"}', 'a b'],
    ['${v#*.}', '22.3-slim'],
    ['${v##*.}', '3-slim'],
    ['${v%.*}', '1.22'],
    ['${v%%.*}', '1'],
    ['${v#?}', '.22.3-slim'],
    ['${v#x}', '1.22.3-slim'],
    ['${v%-slim}', '1.22.3'],
    ['${path/\\//-}', 'a-b/c'],
    ['${path//\\//-}', 'a-b-c'],
    ['${path//?/x}', 'xxxxx'],
    ['${path/*/x}', 'x'],
    ['"$v"', '1.22.3-slim'],
    ["'$v'", '$v'],
    ['\\$v', '$v'],
    ['"\\$v\\"\\n"', '$v"\\n'],
    ['a\\ b', 'a b'],
    ['a\\', 'a'],
  ])('%s is %j', (word, result) => {
    expect(expand(word, variables, '\\')).toBe(result);
  });

  test.each([
    ['${', 'bad substitution'],
    ['${}', 'bad substitution'],
    ['${:-a}', 'bad substitution'],
    ['${v', 'bad substitution'],
    ['${v:-a', 'it ends without }'],
    ['${v^^}', 'bad substitution'],
    ['${v:1}', 'bad substitution'],
    ['${v:=a}', 'bad substitution'],
    ['${none:?}', 'none is not set'],
    ['${empty:?give one}', 'empty give one'],
    ['${v//x}', 'it ends without /'],
    ['${v///x}', 'its pattern is empty'],
    ['"a', 'it ends without "'],
    ["'a", "it ends without '"],
  ])('%s can not be expanded: %s', (word, why) => {
    expect(() => expand(word, variables, '\\')).toThrow(`can't be expanded: ${why}`);
  });

  test('of Windows has another escape character', () => {
    expect(expand('c:\\a`$v', variables, '`')).toBe('c:\\a$v');
  });

  test('does not grow without bounds', () => {
    const big = new Map([['a', 'x'.repeat(9000)]]);
    expect(() => expand('$a$a', big, '\\')).toThrow('it becomes too long');
  });
});

describe('a pattern', () => {
  test.each([
    ['a*', 'aaab', 1, 4],
    ['*', '', 0, 0],
    ['a?', 'abab', 2, 2],
    ['*b', 'abab', 2, 4],
    ['a*b*c', 'abbcc', 4, 5],
    ['\\*', '*a', 1, 1],
    ['x', 'a', undefined, undefined],
  ])('%s in %j', (pattern, text, shortest, longest) => {
    expect(matchStart(parsePattern(pattern), text, 'shortest')).toBe(shortest);
    expect(matchStart(parsePattern(pattern), text, 'longest')).toBe(longest);
  });

  test('is matched from the end as well', () => {
    expect(matchEnd(parsePattern('.*'), 'a.b.c', 'shortest')).toBe(2);
    expect(matchEnd(parsePattern('.*'), 'a.b.c', 'longest')).toBe(4);
  });

  test('takes no longer for many stars', () => {
    expect(matchStart(parsePattern(`${'*a'.repeat(200)}b`), 'a'.repeat(4000), 'longest')).toBeUndefined();
  });

  test('with an escape of something else is none', () => {
    expect(() => parsePattern('\\a')).toThrow('"\\a" is no escape in the pattern "\\a"');
    expect(() => parsePattern('a\\')).toThrow('is no escape');
  });
});

test.each([
  ['A=1 B', ['A=1', 'B']],
  ['A="x y" B=\'q r\'', ['A="x y"', "B='q r'"]],
  ['A=x\\ y  B', ['A=x\\ y', 'B']],
  ['A="a\\"b c"', ['A="a\\"b c"']],
  ['', []],
])('the words of ARG %s', (text, words) => {
  expect(splitWords(text, '\\')).toEqual(words);
});
