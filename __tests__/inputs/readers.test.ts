import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Kind } from '../../src/inputs/definition.ts';
import { annotationList } from '../../src/inputs/annotations.ts';
import {
  archTagTemplate,
  byteLimit,
  certificate,
  duration,
  imagePath,
  pairs,
  readHost,
  splitWords,
  time,
  words,
} from '../../src/inputs/readers.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { referenceList } from '../../src/inputs/references.ts';
import { memoryLog } from '../support/memory-log.ts';

/** What a kind makes of one value, failures as the start of their line. */
async function read(kind: Kind<unknown>, value: string): Promise<unknown> {
  try {
    return await kind.parse([value]);
  } catch (error) {
    return error;
  }
}

describe('name=value', () => {
  test('values keep their commas, equal signs and spaces', async () => {
    expect(await pairs.parse(['A=1,2=3\nB =x y\nC='])).toEqual({ A: '1,2=3', B: 'x y', C: '' });
  });

  test('names that objects are built of are names like any other', async () => {
    const found = await pairs.parse(['__proto__=a\nconstructor=b']);
    expect(Object.entries(found)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test.each(['TOKEN', '=value', ' =value'])('%j is refused', async (line) => {
    expect(await read(pairs, line)).toMatchObject({ code: 'E_INPUT', usage: true });
  });
});

describe('words', () => {
  test.each<[string, string[]]>([
    ['/app --serve', ['/app', '--serve']],
    ['  a\n\tb  ', ['a', 'b']],
    [`sh -c 'echo "hi" $HOME'`, ['sh', '-c', 'echo "hi" $HOME']],
    [String.raw`a\ b "c\"d" "e\n" ''`, ['a b', 'c"d', String.raw`e\n`, '']],
    [`a"b c"'d'`, ['ab cd']],
    ['["/app", "a b", ""]', ['/app', 'a b', '']],
  ])('%j', async (given, expected) => {
    expect(await words.parse([given])).toEqual(expected);
  });

  test.each([`"open`, `it's`, 'end\\', '["a", 1]', '["a"', '[]x'])('%j is refused', async (given) => {
    expect(await read(words, given)).toMatchObject({ code: 'E_INPUT', usage: true });
  });

  test('what is quoted comes back whole', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (given) => {
        const quoted = given.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitWords(quoted)).toEqual(given);
        expect(splitWords(JSON.stringify(given))).toEqual(given);
      }),
    );
  });
});

describe('times', () => {
  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.123+02:00', '2026-01-31T12:00:00.123+02:00'],
    ['0', '1970-01-01T00:00:00Z'],
    ['1700000000', '2023-11-14T22:13:20Z'],
  ])('%j is %j', async (given, expected) => {
    expect(await read(time, given)).toBe(expected);
  });

  test.each(['2026-01-31', '2026-13-01T00:00:00Z', 'yesterday', '1e9', '-1', '2026-01-31T12:00:00'])(
    '%j is none',
    async (given) => {
      expect(await read(time, given)).toMatchObject({ code: 'E_INPUT', usage: true });
    },
  );

  test.each([
    ['0', 0],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
  ])('the span %j', async (given, expected) => {
    expect(await read(duration, given)).toBe(expected);
  });

  test.each(['90', '-1s', '1.5h', '1d', '0x10', 'NaN'])('no span: %j', async (given) => {
    expect(await read(duration, given)).toMatchObject({ code: 'E_INPUT' });
  });
});

describe('registries', () => {
  test.each([
    ['quay.io', 'quay.io'],
    ['localhost:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000'],
    ['https://quay.io', 'quay.io'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
  ])('%j is %j', (given, expected) => {
    expect(readHost(given)).toBe(expected);
  });

  test.each([
    'quay.io/acme',
    'user:pw@quay.io',
    'quay.io:70000',
    'QUAY.io',
    'a b',
    '10.0.0.0/8',
    'ftp://quay.io',
  ])('%j is none', (given) => {
    expect(() => readHost(given)).toThrow(expect.objectContaining({ code: 'E_INPUT', usage: true }));
  });
});

describe('arch-tag', () => {
  test.each(['{tag}-{arch}', '{tag}-{os}-{arch}{variant}-{run}.{attempt}_{sha}', 'none', 'v1-{arch}'])(
    '%j',
    async (given) => {
      expect(await read(archTagTemplate, given)).toBe(given);
    },
  );

  test.each([
    ['{tag}-{arhc}', 'did you mean {arch}?'],
    ['{tag}/{arch}', 'use letters, digits, . _ - and placeholders'],
    ['{tag', 'use letters, digits, . _ - and placeholders'],
    ['{zzzzzzzzzz}', 'the placeholders are {tag} {arch} {variant} {os} {sha} {run} {attempt}'],
  ])('%j is refused', async (given, hint) => {
    expect(await read(archTagTemplate, given)).toMatchObject({ code: 'E_INPUT', usage: true, hint });
  });
});

test('certificates are PEM or a path', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  expect(await read(certificate, pem)).toEqual({ pem });
  expect(await read(certificate, './ca.pem')).toEqual({ path: './ca.pem' });
  expect(await read(certificate, '-----BEGIN PRIVATE KEY-----\nMIIB')).toMatchObject({ code: 'E_INPUT' });
});

test('a path in an image is absolute', async () => {
  expect(await read(imagePath, '/srv')).toBe('/srv');
  expect(await read(imagePath, 'srv')).toMatchObject({ hint: 'did you mean "/srv"?' });
});

describe('annotations', () => {
  const amd64 = { os: 'linux', architecture: 'amd64' };

  test.each([
    ['a=b', { key: 'a', value: 'b', on: 'index', onImage: true, fromManifest: false }],
    ['index:a=b=c, d', { key: 'a', value: 'b=c, d', on: 'index', onImage: false, fromManifest: false }],
    ['manifest:a=b', { key: 'a', value: 'b', on: 'index', onImage: true, fromManifest: true }],
    ['manifest,index:a=b', { key: 'a', value: 'b', on: 'index', onImage: true, fromManifest: false }],
    [
      'manifest[linux/amd64]:a=b',
      { key: 'a', value: 'b', on: 'elsewhere', onImage: true, fromManifest: false, platform: amd64 },
    ],
    ['index-descriptor:a=b', { key: 'a', value: 'b', on: 'elsewhere', onImage: false, fromManifest: false }],
    [
      'manifest-descriptor:a=b',
      { key: 'a', value: 'b', on: 'descriptor', onImage: false, fromManifest: false },
    ],
    [
      'manifest-descriptor[linux/x86_64]:a=b',
      { key: 'a', value: 'b', on: 'descriptor', onImage: false, fromManifest: false, platform: amd64 },
    ],
    [
      'com.example/url=https://x:1/',
      { key: 'com.example/url', value: 'https://x:1/', on: 'index', onImage: true, fromManifest: false },
    ],
  ])('%j', async (given, expected) => {
    expect(await read(annotationList, given)).toEqual([expected]);
  });

  test.each([
    ['a', 'E_INPUT'],
    ['=b', 'E_INPUT'],
    ['manifest-descriptor[x86]:a=b', 'E_PLATFORM'],
  ])('%j is %s', async (given, code) => {
    expect(await read(annotationList, given)).toMatchObject({ code });
  });

  test.each(['manifest[linux/amd64]:a=b', 'index-descriptor:a=b'])(
    '%j is for no level that a merge reaches, and a leg may be given it',
    async (given) => {
      const raw = new Map([
        ['images', ['quay.io/a/b']],
        ['platforms', ['linux/amd64']],
        ['platform', ['linux/amd64']],
        ['annotations', [given]],
      ]);
      const log = memoryLog();
      await expect(parseInputs('merge', raw, log)).rejects.toMatchObject({
        code: 'E_UNSUPPORTED',
        message: expect.stringContaining('"a=b" is for a level that a merge can\'t reach'),
      });
      raw.delete('platforms');
      expect((await parseInputs('build', raw, log)).annotations).toHaveLength(1);
    },
  );
});

describe('references', () => {
  test('commas and newlines separate, and what is given twice counts once', async () => {
    const found = await referenceList.parse(['quay.io/a/b:v1, quay.io/a/c:v1\nquay.io/a/b:v1', 'alpine']);
    expect(found.map(({ repository, tag }) => `${repository.name}:${String(tag)}`)).toEqual([
      'quay.io/a/b:v1',
      'quay.io/a/c:v1',
      'docker.io/library/alpine:undefined',
    ]);
  });

  test.each([
    ['oci-archive:some, file.tar', 'E_UNSUPPORTED'],
    ['./layout', 'E_UNSUPPORTED'],
    ['', 'E_INPUT'],
    ['Quay.io/a', 'E_REFERENCE'],
  ])('%j is %s', async (given, code) => {
    expect(await read(referenceList, given)).toMatchObject({ code });
  });

  test('a folder may have a comma in its name', async () => {
    expect(await referenceList.parse(['oci:some, folder:v1'])).toMatchObject([
      { repository: { path: 'some, folder', name: 'oci:some, folder' }, tag: 'v1' },
    ]);
  });

  test('a registry whose name is that of a layout is a registry', async () => {
    expect(await referenceList.parse(['docker:5000/a:v1'])).toMatchObject([
      { repository: { registry: 'docker:5000' } },
    ]);
  });
});

describe('bytes', () => {
  test.each<[string, number]>([
    ['4096', 4096],
    ['16GiB', 17_179_869_184],
    ['1.5 GB', 1_500_000_000],
    ['500mb', 500_000_000],
    ['8 KiB', 8192],
    ['1B', 1],
    ['none', Infinity],
  ])('%j is %d', async (given, expected) => {
    expect(await byteLimit.parse([given])).toBe(expected);
  });

  test.each([
    '0',
    '0.1',
    '-1',
    '16G',
    '1e9',
    '0x10',
    'GiB',
    '9999999999TB',
    'unlimited',
    '1,5GB',
    '2 constructor',
  ])('%j is refused', async (given) => {
    expect(await read(byteLimit, given)).toMatchObject({ code: 'E_INPUT', usage: true });
  });
});
