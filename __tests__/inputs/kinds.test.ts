import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CodedError } from '../../src/errors.ts';
import { autoBoolean, boolean, exactText, lines, list, oneOf, text } from '../../src/inputs/kinds.ts';
import { splitLines, splitList } from '../../src/inputs/split.ts';

async function failure(work: () => unknown): Promise<CodedError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('lists', () => {
  test.each([
    ['a, b,c', ['a', 'b', 'c']],
    ['a\nb\r\nc\rd', ['a', 'b', 'c', 'd']],
    ['\u{FEFF}a\n\n  \n,b,,\n', ['a', 'b']],
    ['# all of it, here\na # and this, too\n  # not this\nb', ['a', 'b']],
    ['a#b', ['a#b']],
    ['', []],
  ])('%j', (given, expected) => {
    expect(splitList([given])).toEqual(expected);
  });

  test('a flag that is repeated adds to the list, and each value may itself be one', async () => {
    expect(await list.parse(['a,b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  test('no item is lost or made up, however it is spaced', () => {
    const item = fc.stringMatching(/^[a-z0-9/.:_-]{1,12}$/);
    const separator = fc.constantFrom(',', ', ', '\n', '\r\n', ' ,\n', '\n\n# note\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(item, separator)), (parts) => {
        const given = parts.map(([word, after]) => word + after).join('');
        expect(splitList([given])).toEqual(parts.map(([word]) => word));
      }),
    );
  });
});

describe('lines', () => {
  test.each([
    [
      'org.opencontainers.image.description=a, b, and c',
      ['org.opencontainers.image.description=a, b, and c'],
    ],
    ['a=1 # not a comment\n# a comment\n  b=2  ', ['a=1 # not a comment', 'b=2']],
    ['a\r\nb\rc', ['a', 'b', 'c']],
  ])('%j', (given, expected) => {
    expect(splitLines([given])).toEqual(expected);
  });

  test('an item of more than 64 KiB is refused', async () => {
    const error = await failure(() => lines.parse(['ok\n' + 'x'.repeat(65_537)]));
    expect(error).toMatchObject({ code: 'E_INPUT', usage: true });
    expect(error.message.length).toBeLessThan(200);
  });
});

describe('booleans are those of YAML 1.2 core', () => {
  test.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
    [' true\n', true],
  ])('%j', async (given, expected) => {
    expect(await boolean.parse([given])).toBe(expected);
  });

  test.each(['yes', 'no', 'on', 'off', '1', '0', 'y', 'tRue', '', 'null'])('not %j', async (given) => {
    expect(await failure(() => boolean.parse([given]))).toMatchObject({
      code: 'E_INPUT',
      usage: true,
      hint: 'write true or false',
    });
  });
});

describe('words to choose from', () => {
  const kind = oneOf(['docker', 'podman'], ['buildx']);

  test('the word itself, and no other spelling of it', async () => {
    expect(await kind.parse([' docker '])).toBe('docker');
    expect(await failure(() => kind.parse(['Docker']))).toMatchObject({ hint: 'did you mean "docker"?' });
  });

  test('the allowed ones are named', async () => {
    const error = await failure(() => kind.parse(['kaniko-executor']));
    expect(error.message).toBe('is "kaniko-executor", which is not one of docker, podman');
    expect(error.hint).toBe('use docker or podman');
  });

  test('a word of a later version is not supported, which is no wrong use', async () => {
    expect(await failure(() => kind.parse(['buildx']))).toMatchObject({
      code: 'E_UNSUPPORTED',
      usage: false,
      message: '"buildx" is not supported by this version',
    });
  });

  test('auto or a boolean', async () => {
    expect(await autoBoolean.parse(['auto'])).toBe('auto');
    expect(await autoBoolean.parse(['True'])).toBe(true);
    expect((await failure(() => autoBoolean.parse(['ture']))).hint).toBe('did you mean "true"?');
    expect((await failure(() => autoBoolean.parse(['never']))).message).toContain('auto, true, false');
  });
});

describe('texts', () => {
  test('white space around them goes, but of a password only the newline at its end', async () => {
    expect(await text.parse(['  a b \n'])).toBe('a b');
    expect(await exactText.parse([' p w \n'])).toBe(' p w ');
    expect(await exactText.parse(['a\nb\n'])).toBe('a\nb');
  });

  test.each([[['']], [['  ']], [['a', 'b']]])('%j is refused', async (values) => {
    expect(await failure(() => text.parse(values))).toMatchObject({ code: 'E_INPUT', usage: true });
  });
});
