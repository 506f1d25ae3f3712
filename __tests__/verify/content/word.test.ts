import { describe, expect, test } from '@jest/globals';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { judgeContent, type ImageContent } from '../../../src/verify/content/content.ts';
import { judgeWord, wordOf, type ContentWord } from '../../../src/verify/content/word.ts';

const nothing: ImageContent = {
  started: [],
  machines: {},
  examples: {},
  unread: [],
  overBudget: undefined,
  warnings: [],
};
const started = (machine: string): ImageContent['started'][number] => ({
  path: 'app',
  via: '/app',
  file: { kind: 'program', machine },
});

const contents: Readonly<Record<string, ImageContent>> = {
  'nothing at all': nothing,
  'its own programs': { ...nothing, machines: { s390x: 2 } },
  'its own entry point': { ...nothing, started: [started('s390x')], machines: { s390x: 1 } },
  'a foreign entry point': { ...nothing, started: [started('amd64')], machines: { amd64: 1, s390x: 3 } },
  'foreign programs alone': { ...nothing, machines: { amd64: 2 } },
  'foreign programs beside its own': { ...nothing, machines: { amd64: 2, s390x: 1 } },
};

describe('the word of a leg leads to the verdict that its content leads to', () => {
  const systems = ['linux', 'freebsd', 'illumos', 'android', 'windows', 'darwin', 'wasip1'];
  const all = systems.flatMap((os) => Object.keys(contents).map((name) => [os, name] as const));

  test.each(all)('on %s, of %s', (os, name) => {
    const content = contents[name] ?? nothing;
    const platform = parsePlatform(`${os}/s390x`);
    const read = judgeContent(platform, content, 'leg');
    const word = judgeWord(platform, wordOf(content), 'leg');
    expect(word.errors.map(({ code }) => code)).toEqual(read.errors.map(({ code }) => code));
    expect(word.found).toBe(read.found.replace(/ \(no entry point found\)$/, ''));
    expect(word.warnings).toHaveLength(read.warnings.length);
  });
});

test.each<[string, ContentWord, string | undefined]>([
  ['linux', { entrypoint: 'amd64', machines: { amd64: 1 } }, 'E_CONTENT_MISMATCH'],
  ['freebsd', { entrypoint: 'amd64', machines: { amd64: 1 } }, 'E_CONTENT_MISMATCH'],
  ['windows', { entrypoint: 'amd64', machines: { amd64: 1 } }, undefined],
  ['linux', { entrypoint: '\u001b[31m', machines: {} }, 'E_CONTENT_MISMATCH'],
])('on %s, %j is %s', (os, word, code) => {
  const { errors } = judgeWord(parsePlatform(`${os}/s390x`), word, 'leg');
  expect(errors[0]?.code).toBe(code);
  expect(errors[0]?.message ?? '').not.toContain('\u001b');
});
