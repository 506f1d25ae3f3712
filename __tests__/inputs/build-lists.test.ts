import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cacheList, secretEnvironment, secretFiles, secretValues } from '../../src/inputs/build-lists.ts';
import type { Kind } from '../../src/inputs/definition.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { splitQuotedLines } from '../../src/inputs/split.ts';
import { memoryLog } from '../support/memory-log.ts';

async function read(kind: Kind<unknown>, value: string): Promise<unknown> {
  try {
    return await kind.parse([value]);
  } catch (error) {
    return error;
  }
}

describe('lines with quotes, as docker/build-push-action reads them', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['a=1\nb=2', ['a=1', 'b=2']],
    ['"a=1\n\n  2"\n# a comment\nb=x', ['a=1\n\n  2', 'b=x']],
    ['"a=say ""hi"", twice"', ['a=say "hi", twice']],
    ['  "a= x "  ', ['a= x ']],
    ['a="x"', ['a="x"']],
    ['a={"b":1,"c":2}', ['a={"b":1,"c":2}']],
    ['"a=1\n# no comment\n"', ['a=1\n# no comment\n']],
    ['"a\r\nb"', ['a\nb']],
    ['"a=1', undefined],
    ['""', []],
  ])('%j', (given, expected) => {
    expect(splitQuotedLines([given])).toEqual(expected);
  });

  test('what is quoted comes back whole', () => {
    const item = fc.string({ unit: fc.constantFrom('a', '"', '=', ' ', '\n', '#', ',') });
    fc.assert(
      fc.property(fc.array(item.filter((text) => text.trim() !== '')), (items) => {
        const quoted = items.map((text) => `"${text.replaceAll('"', '""')}"`).join('\n');
        expect(splitQuotedLines([quoted])).toEqual(items);
      }),
    );
  });
});

describe('secrets', () => {
  test('of three kinds', async () => {
    expect(await read(secretValues, 'a=b=c\n"pem=-----BEGIN\nx\n-----END"\nnone=')).toEqual([
      { id: 'a', from: { kind: 'value', value: 'b=c' } },
      { id: 'pem', from: { kind: 'value', value: '-----BEGIN\nx\n-----END' } },
      { id: 'none', from: { kind: 'value', value: '' } },
    ]);
    expect(await read(secretEnvironment, 'a=TOKEN,b=OTHER')).toEqual([
      { id: 'a', from: { kind: 'environment', variable: 'TOKEN' } },
      { id: 'b', from: { kind: 'environment', variable: 'OTHER' } },
    ]);
    expect(await read(secretFiles, 'a=./some, file')).toEqual([
      { id: 'a', from: { kind: 'file', path: './some, file' } },
    ]);
  });

  test.each([
    [secretValues, 'hunter22'],
    [secretValues, '=hunter22'],
    [secretValues, 'a b=hunter22'],
    [secretValues, '"a=hunter22'],
    [secretEnvironment, 'a=hunter22-$'],
  ])("what can't be read is refused, and never shown", async (kind, given) => {
    const error = await read(kind, given);
    expect(error).toMatchObject({ code: 'E_INPUT', usage: true });
    expect((error as Error).message).not.toContain('hunter22');
  });

  test('their values are masked, whole and line by line, before anything is read', async () => {
    const log = memoryLog();
    const raw = new Map([
      ['images', ['quay.io/acme/app']],
      ['platform', ['linux/amd64']],
      ['push', ['true']],
      ['secrets', ['token=hunter22\n"pem=first line\nsecond line"\nshort=abc\nsame=true']],
    ]);
    await parseInputs('build', raw, log);
    expect(log.secrets).toEqual(['hunter22', 'first line\nsecond line', 'first line', 'second line', 'true']);
    expect(log.lines).toContain('warning: a value of secrets is too short to be masked in this log');
  });
});

test('caches', async () => {
  expect(await read(cacheList, 'quay.io/a/b:cache\ntype=gha\ntype=local, dest=/x,mode=max')).toEqual([
    { type: 'registry', attributes: { ref: 'quay.io/a/b:cache' } },
    { type: 'gha', attributes: {} },
    { type: 'local', attributes: { dest: '/x', mode: 'max' } },
  ]);
  expect(await read(cacheList, 'ref=x')).toMatchObject({ code: 'E_INPUT' });
});
