import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorLine, type CodedError } from '../../src/errors.ts';
import { parsePlatforms, type PlatformRow } from '../../src/inputs/platforms.ts';
import { formatPlatform } from '../../src/platform/platform.ts';
import { failure } from '../support/failure.ts';

/** `linux/s390x?` for what may be missing: the short form of a table. */
const names = (rows: readonly PlatformRow[]): string[] =>
  rows.map(({ platform, required }) => formatPlatform(platform) + (required ? '' : '?'));

/** All that a row says, without what it does not say. */
const row = (text: string): Partial<PlatformRow> => {
  const [first, ...rest] = parsePlatforms(text);
  if (first === undefined || rest.length > 0) throw new Error('one row is wanted');
  return first;
};

const three = ['linux/amd64', 'linux/arm/v7', 'linux/s390x?'];

describe('the forms of the table', () => {
  test.each([
    ['a line', 'linux/amd64, linux/arm, linux/s390x?'],
    ['lines', 'linux/amd64\nlinux/arm\nlinux/s390x?\n'],
    [
      'lines with comments and blanks',
      '# all of them\n\n  linux/amd64 # the first,\nlinux/arm,\n,\n linux/s390x ?  ',
    ],
    ['Windows line ends and a byte order mark', '\ufefflinux/amd64\r\nlinux/arm\r\nlinux/s390x?\r\n'],
    ['a YAML list', '- linux/amd64\n- linux/arm # 32 bit\n- linux/s390x?'],
    ['a flow list', '[linux/amd64, linux/arm, linux/s390x?]'],
    ['a JSON list', '["linux/amd64","linux/arm","linux/s390x?"]'],
    ['a YAML map', 'linux/amd64:\nlinux/arm: ~\nlinux/s390x: { required: false }'],
    ['a YAML map with question marks', 'linux/amd64: x\nlinux/arm: [a, b]\nlinux/s390x?: y'],
    ['a flow map', '{linux/amd64: x, linux/arm: {}, linux/s390x?: y}'],
    ['JSON', '{\n\t"linux/amd64": "x",\n\t"linux/arm": null,\n\t"linux/s390x": {"required": false}}'],
    ['a list of rows', '- platform: linux/amd64\n  runs-on: x\n- linux/arm: y\n- platform: linux/s390x?'],
    ['a document that is marked', '---\nlinux/amd64:\nlinux/arm:\nlinux/s390x?:'],
  ])('%s', (_, text) => {
    expect(names(parsePlatforms(text))).toEqual(three);
  });

  test('the example of the documentation', () => {
    const rows = parsePlatforms(`
linux/amd64: ubuntu-24.04
linux/arm64: ubuntu-24.04-arm
linux/ppc64le: { runs-on: [self-hosted, linux, ppc64le], fallback: emulate }
linux/s390x:   { runs-on: ubuntu-24.04-s390x, required: false, fallback: skip, timeout: 90m }
`);
    const common = { required: true, fallback: 'fail', entry: { override: false }, extra: {} };
    const linux = (architecture: string): PlatformRow['platform'] => ({ os: 'linux', architecture });
    expect(rows).toEqual([
      { ...common, platform: linux('amd64'), runsOn: 'ubuntu-24.04' },
      { ...common, platform: linux('arm64'), runsOn: 'ubuntu-24.04-arm' },
      {
        ...common,
        platform: linux('ppc64le'),
        runsOn: ['self-hosted', 'linux', 'ppc64le'],
        fallback: 'emulate',
      },
      {
        ...common,
        platform: linux('s390x'),
        runsOn: 'ubuntu-24.04-s390x',
        required: false,
        fallback: 'skip',
        timeoutMinutes: 90,
      },
    ]);
  });

  test('a plain row says nothing but its platform', () => {
    expect(row('linux/amd64')).toEqual({
      platform: { os: 'linux', architecture: 'amd64' },
      required: true,
      fallback: 'fail',
      entry: { override: false },
      extra: {},
    });
  });
});

describe('what a row can say', () => {
  test('everything', () => {
    const text = `
windows/amd64:
  runs-on: { group: big, labels: [windows, x64] }
  required: True
  fallback: cross
  engine: docker
  mode: auto
  timeout: 1h30m
  smoke-test: /bin/app --version
  os-version: 10.0.17763.1
  os-features: [win32k, other]
  features: sse4, avx
  annotations: { com.example.a: b, "empty": "" }
  override: true
  max-parallel: 3
  nested: { list: [1, two, null, true, 1.5], __proto__: { polluted: true } }
`;
    const read = row(text);
    expect(read).toEqual({
      platform: { os: 'windows', architecture: 'amd64' },
      runsOn: { group: 'big', labels: ['windows', 'x64'] },
      required: true,
      fallback: 'cross',
      engine: 'docker',
      mode: 'auto',
      timeoutMinutes: 90,
      smokeTest: '/bin/app --version',
      entry: {
        osVersion: '10.0.17763.1',
        osFeatures: ['win32k', 'other'],
        features: ['sse4', 'avx'],
        annotations: { 'com.example.a': 'b', empty: '' },
        override: true,
      },
      extra: {
        'max-parallel': 3,
        nested: JSON.parse('{"list":[1,"two",null,true,1.5],"__proto__":{"polluted":true}}') as unknown,
      },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each([
    ['90m', 90],
    ['2h', 120],
    ['1h30m', 90],
    ['1h30', 90],
    ['90', 90],
    ['"90"', 90],
    ['1', 1],
    ['7200', 7200],
    ['120h', 7200],
  ])('timeout: %s is %i minutes', (timeout, minutes) => {
    expect(row(`linux/amd64: { timeout: ${timeout} }`).timeoutMinutes).toBe(minutes);
  });

  test.each([
    '0',
    '-1',
    '7201',
    '121h',
    '1.5',
    '1e9',
    '0x10',
    '0o10',
    '1e1',
    'NaN',
    '.inf',
    '90s',
    '"1 h"',
    'h',
    '""',
    '~',
    '[1]',
    'true',
  ])('timeout: %s is refused', (timeout) => {
    const error = failure(() => parsePlatforms(`linux/amd64: { timeout: ${timeout} }`));
    expect(error.code).toBe('E_INPUT');
    expect(error.message).toMatch(/^line 1, column 25: timeout of linux\/amd64 /);
  });

  test.each([
    ['runs-on: 24.04', 'is 24.04, not text', 'quotes'],
    ['runs-on: ""', 'is empty', undefined],
    ['runs-on:', 'is empty', undefined],
    ['runs-on: []', 'empty list', 'label'],
    ['runs-on: {}', 'empty map', 'group'],
    ['runs-on: { label: x }', 'is "label"', 'group and labels'],
    ['runs-on: [a, [b]]', 'is a list, not text', undefined],
    ['required: yes', 'is "yes", not true or false', undefined],
    ['required: 1', 'is 1, not true or false', undefined],
    ['required: "true"', 'not true or false', undefined],
    ['fallback: retry', 'is "retry"', 'fail, emulate, cross, skip'],
    ['mode: fast', 'is "fast"', 'native, emulate, cross, auto'],
    ['engine: kaniko', 'is "kaniko"', 'buildx, docker, podman'],
    ['smoke-test: true', 'is true, not text', 'quotes'],
    ['smoke-test: "a\\0b"', 'NUL', undefined],
    ['os-version: 10.0', 'is 10.0, not text', 'quotes'],
    ['os-version: 10 0', 'one word', undefined],
    ['os-features: [ok, "n o"]', 'not one word', undefined],
    ['annotations: { a: 1.0 }', 'a of annotations of linux/amd64 is 1.0, not text', 'quotes'],
    ['annotations: [a]', 'is a list, not a map', undefined],
    ['override: "no"', 'not true or false', undefined],
    ['arch: amd64', 'the matrix row has anyway', undefined],
    ['timeout-minutes: 5', 'the matrix row has anyway', 'timeout: 90m'],
    ['extra: .nan', 'not something that JSON has', undefined],
    ['"runs-on": a\n  runs-on: b', '"runs-on", a second time', undefined],
    ['x: { a: 1, a: 2 }', '"a", a second time', undefined],
    ['[a]: 1', 'not plain text', undefined],
  ])('%s is refused', (line, why, hint) => {
    const error = failure(() => parsePlatforms(`linux/amd64:\n  ${line}\n`));
    expect(error.code).toBe('E_INPUT');
    expect(error.usage).toBe(true);
    expect(error.message).toMatch(/^line [23], column \d+: /);
    expect(error.message).toContain(why);
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });
});

describe('platforms that are wrong', () => {
  test.each(['', '  \n ', '# linux/amd64', ',,', '[]', '{}', '---', '# a\n---\n# b'])(
    '%j has none',
    (text) => {
      expect(failure(() => parsePlatforms(text))).toMatchObject({ code: 'E_PLATFORM', usage: true });
    },
  );

  test.each([
    ['linux/amd64\n  linux/foo', 'line 2, column 3: "linux/foo" is not a platform'],
    ['linux/amd64,  x86_64', 'line 1, column 15: "x86_64" is not a platform'],
    ['a: b\nlinux/amd64: x', 'line 1, column 1: "a" is not a platform'],
    ['{"linux/amd64": null,\n "linux/amd46": null}', 'line 2, column 2: "linux/amd46"'],
    ['- linux/amd64\n- platform: linux', 'line 2, column 13: "linux"'],
    ['linux/amd64:ubuntu', 'line 1, column 1: "linux/amd64:ubuntu"'],
    ['linux/amd64, linux/arm64: x', 'line 1, column 1: "linux/amd64, linux/arm64"'],
    ['linux/amd64??', '"linux/amd64?"'],
    ['?', '"" is not a platform'],
    ['${{ inputs.platforms }}', '"${{ inputs.platforms }}"'],
  ])('%j', (text, why) => {
    const error = failure(() => parsePlatforms(text));
    expect(error).toMatchObject({ code: 'E_PLATFORM', usage: true });
    expect(error.message).toContain(why);
  });

  test.each([
    [
      'linux/arm64\nlinux/aarch64',
      'line 2, column 1: "linux/aarch64" is linux/arm64, and so is "linux/arm64" at line 1, column 1',
    ],
    ['linux/arm64, linux/arm64/v8?', '"linux/arm64/v8?" is linux/arm64'],
    ['linux/arm: x\nlinux/arm/v7: y', 'line 2, column 1'],
    ['linux/amd64: x\nlinux/amd64: y', 'line 2, column 1'],
    ['{"linux/amd64": null, "linux/amd64/v1": null}', 'linux/amd64/v1'],
    ['- platform: windows(1)/amd64\n- platform: windows/amd64\n  os-version: "1"', 'line 2, column 13'],
  ])('%j is there twice', (text, why) => {
    const error = failure(() => parsePlatforms(text));
    expect(error).toMatchObject({ code: 'E_PLATFORM_DUPLICATE', usage: true });
    expect(error.message).toContain(why);
  });

  test.each([
    '{"a\\nb": 1}',
    'linux/amd64: { "x\\u001b": .nan }',
    '{"linux/amd64": {"runs-on": {"\\u202e": 1}}}',
    'linux/\u0007',
  ])('%j is shown on one line', (text) => {
    expect(errorLine(failure(() => parsePlatforms(text)))).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('versions tell two rows apart', () => {
    const text =
      '- { platform: windows/amd64, os-version: 10.0.1 }\n- { platform: windows/amd64, os-version: 10.0.2 }';
    expect(parsePlatforms(text)).toHaveLength(2);
  });

  test('everything that is wrong is told at once', () => {
    const line = errorLine(
      failure(() =>
        parsePlatforms(
          'linux/amd46: x\nlinux/arm64: { timeout: 0, mode: fast }\nlinux/aarch64: y\nlinux/s390: z',
        ),
      ),
    );
    expect(line).toMatch(/^E_PLATFORM: line 1, column 1: /);
    for (const part of [
      'line 2, column 25',
      'mode of linux/arm64',
      'E_PLATFORM_DUPLICATE: line 3, column 1',
      'line 4, column 1',
    ]) {
      expect(line).toContain(part);
    }
    expect(line).not.toContain('\n');
  });
});

describe('YAML that is not plain', () => {
  test.each([
    ['linux/amd64: x\nlinux/arm64\nlinux/s390x: y', 'line 2, column 1: this is not YAML'],
    ['linux/amd64: {a', 'line 1, column'],
    ['linux/amd64: x\n\tlinux/arm64: y', 'line 2'],
    ['linux/amd64: &a x\nlinux/arm64: *a', 'line 1, column 17: a YAML anchor'],
    ['linux/amd64: *a', 'alias'],
    ['linux/amd64: !!str x', 'a YAML tag'],
    ['linux/amd64: !secret x', 'a YAML tag'],
    ['%YAML 1.1\n---\nlinux/amd64: x', 'line 1, column 1: a YAML directive'],
    ['linux/amd64: x\n---\nlinux/arm64: y', 'line 2'],
    ['"linux/amd64"', 'neither a list nor a map'],
    ['[[linux/amd64]]', 'neither a platform nor a row'],
    ['[null]', 'neither a platform nor a row'],
    ['<<: { a: b }', '"<<"'],
    ['{'.repeat(10_000), 'more than 20 levels'],
    [`linux/amd64: ${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'more than 20 levels'],
    ['- '.repeat(10_000), 'more than 20 levels'],
    [`x: y\n${'? '.repeat(10_000)}`, 'more than 20 levels'],
    [Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'more than 20 levels'],
    ['a'.repeat(70_000), 'has 70000 characters'],
  ])('%.40s is refused', (text, why) => {
    const error = failure(() => parsePlatforms(text));
    expect(['E_INPUT', 'E_PLATFORM']).toContain(error.code);
    expect(error.message).toContain(why);
  });

  test('twenty levels are read', () => {
    const deep = '['.repeat(18) + ']'.repeat(18);
    expect(row(`linux/amd64: { x: ${deep} }`).extra).toEqual({ x: JSON.parse(deep) as unknown });
  });

  test('an alias bomb costs nothing', () => {
    const bomb = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
    ].join('\n');
    expect(failure(() => parsePlatforms(bomb)).message).toContain('anchor');
  });

  test('more platforms than an index holds', () => {
    const many = Array.from({ length: 65 }, (_, i) => `windows(10.0.${i})/amd64`).join(',');
    const error = failure(() => parsePlatforms(many));
    expect(error.code).toBe('E_INPUT');
    expect(error.hint).toContain('64');
  });
});

describe('properties', () => {
  const platforms = fc.uniqueArray(
    fc.constantFrom(
      'linux/amd64',
      'linux/arm64',
      'linux/arm/v7',
      'linux/ppc64le/power9',
      'linux/s390x',
      'windows(10+x)/amd64',
    ),
    { minLength: 1 },
  );
  const table = platforms.chain((list) =>
    fc.tuple(...list.map((platform) => fc.boolean().map((required) => platform + (required ? '' : '?')))),
  );

  test('every form says the same', () => {
    fc.assert(
      fc.property(table, (list) => {
        const map = Object.fromEntries(
          list.map((name) => [name.replace('?', ''), { required: !name.endsWith('?') }]),
        );
        const forms = [
          list.join(', '),
          list.join('\r\n'),
          list.map((name) => `- ${name}`).join('\n'),
          list.map((name) => `${name}: `).join('\n'),
          JSON.stringify(list),
          JSON.stringify(map),
          JSON.stringify(map, null, 4),
        ];
        for (const form of forms) expect(names(parsePlatforms(form))).toEqual(list);
      }),
    );
  });

  test('nothing but coded errors comes out of any text', () => {
    const token = fc.constantFrom(
      'linux/amd64',
      ':',
      ': ',
      '- ',
      '? ',
      '\n',
      ' ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '?',
      '#',
      '"',
      "'",
      '|',
      '>',
      '&a',
      '*a',
      '!',
      '%',
      'x',
      '\t',
      '---',
      '"\\u001b\\n"',
      '\u0007',
      'runs-on',
      'null',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
        try {
          expect(parsePlatforms(tokens.join('')).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CodedError', usage: true });
          expect(errorLine(error as CodedError)).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
