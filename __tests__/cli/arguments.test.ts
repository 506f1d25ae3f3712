import { describe, expect, test } from '@jest/globals';
import { parseArguments, wantsJson } from '../../src/cli/arguments.ts';
import { errorLine, toCodedError } from '../../src/errors.ts';

function raw(...argv: string[]): Record<string, string[]> {
  return Object.fromEntries(parseArguments(argv).raw);
}

function failure(...argv: string[]): string {
  try {
    parseArguments(argv);
  } catch (error) {
    expect(toCodedError(error).usage).toBe(true);
    return errorLine(toCodedError(error));
  }
  throw new Error('nothing was thrown');
}

describe('flags', () => {
  test.each<[string[], Record<string, string[]>]>([
    [['merge', '--platforms', 'linux/amd64'], { platforms: ['linux/amd64'] }],
    [['merge', '--platforms=linux/amd64'], { platforms: ['linux/amd64'] }],
    [['merge', '--platforms', 'a', '--platforms=b,c'], { platforms: ['a', 'b,c'] }],
    [['--platforms', 'a', 'merge'], { platforms: ['a'] }],
    [['merge', '--annotations', 'a=b=c'], { annotations: ['a=b=c'] }],
    [['build', '--entrypoint', '-x'], { entrypoint: ['-x'] }],
    [['build', '--entrypoint=--version'], { entrypoint: ['--version'] }],
    [['merge', '--platforms='], { platforms: [''] }],
  ])('%j', (argv, expected) => {
    expect(raw(...argv)).toEqual(expected);
  });

  test('a boolean alone is true, takes a value only after =, and has an opposite', () => {
    expect(raw('merge', '--force', '--dry-run=false')).toEqual({ force: ['true'], 'dry-run': ['false'] });
    expect(raw('merge', '--no-force')).toEqual({ force: ['false'] });
    expect(raw('build', '--no-cache')).toEqual({ 'no-cache': ['true'] });
    expect(raw('build', '--no-no-cache')).toEqual({ 'no-cache': ['false'] });
    expect(failure('merge', '--force', 'true')).toContain(
      'a boolean takes its value after =, as in --force=true',
    );
  });

  test('one that may also be auto is both', () => {
    expect(raw('build', '--push', '--platform', 'x')).toEqual({ push: ['true'], platform: ['x'] });
    expect(raw('build', '--push', 'auto')).toEqual({ push: ['auto'] });
    expect(raw('build', '--push=false')).toEqual({ push: ['false'] });
    expect(raw('build', '--no-push')).toEqual({ push: ['false'] });
  });

  test('those of the shell are no inputs', () => {
    const given = parseArguments([
      'merge',
      '--json',
      '--debug',
      '--password-stdin',
      '--registry-auth-file',
      'a.yml',
    ]);
    expect(given).toMatchObject({
      json: true,
      debug: true,
      passwordStdin: true,
      registryAuthFile: 'a.yml',
      command: 'merge',
    });
    expect(given.raw.size).toBe(0);
    expect(parseArguments(['-h']).help).toBe(true);
    expect(parseArguments(['merge', '--help']).help).toBe(true);
    expect(parseArguments(['--json=false', '--version'])).toMatchObject({ json: false, version: true });
  });

  test.each([
    [['merge', '--version', '2.0.0'], { version: ['2.0.0'] }, false],
    [['merge', '--tags', 'v2', '--version=2.0.0'], { tags: ['v2'], version: ['2.0.0'] }, false],
    [['merge', '--version'], {}, true],
    [['merge', '--version', '--json'], {}, true],
    [['inspect', '--version'], {}, true],
    [['--version', 'merge'], {}, true],
  ])('%j: the version of a list, or that of the program', (argv, raw, version) => {
    const given = parseArguments(argv);
    expect(Object.fromEntries(given.raw)).toEqual(raw);
    expect(given.version).toBe(version);
  });
});

describe('arguments that are no flags', () => {
  test('are references for inspect and verify', () => {
    expect(raw('inspect', 'a:v1', '--raw', 'b:v1')).toEqual({ raw: ['true'], references: ['a:v1', 'b:v1'] });
    expect(raw('verify', '--references', 'a:v1', 'b:v1')).toEqual({ references: ['a:v1', 'b:v1'] });
    expect(raw('inspect', '--', '--odd')).toEqual({ references: ['--odd'] });
  });

  test('are wrong use for the others', () => {
    expect(failure('merge', 'quay.io/acme/app:v1')).toBe(
      'E_INPUT: merge does not know what to do with the argument "quay.io/acme/app:v1"; see native-multiarch merge --help',
    );
  });
});

describe('wrong use names what is wrong, and what was probably meant', () => {
  test.each([
    [['help'], 'E_INPUT: "help" is not a command; did you mean --help?'],
    [['version'], 'E_INPUT: "version" is not a command; did you mean --version?'],
    [['-v'], 'E_INPUT: "-v" is not a flag; did you mean --version?'],
    [['merge', '--bogus'], 'E_INPUT: "--bogus" is not a flag; see --help for those that there are'],
    [['merge', '--platfroms', 'x'], 'E_INPUT: "--platfroms" is not a flag; did you mean --platforms?'],
    [['merge', '--platfroms=secret'], 'E_INPUT: "--platfroms" is not a flag; did you mean --platforms?'],
    [['merge', '--jsn'], 'E_INPUT: "--jsn" is not a flag; did you mean --json?'],
    [['merge', '-platforms', 'x'], 'E_INPUT: "-platforms" is not a flag; did you mean --platforms?'],
    [['merge', '--xyzzyplugh'], 'E_INPUT: "--xyzzyplugh" is not a flag; see --help for those that there are'],
    [['merge', '--platforms'], 'E_INPUT: --platforms has no value; write --platforms <value>'],
    [['merge', '--platforms', '--force'], 'E_INPUT: --platforms has no value, "--force" follows; '],
    [
      ['merge', '--no-platforms'],
      'E_INPUT: --no-platforms is not a flag: platforms is not a boolean; leave --platforms out',
    ],
    [
      ['merge', '--no-force=true'],
      'E_INPUT: --no-force takes no value; write --no-force alone, or --force=true',
    ],
    [['merge', '--json=maybe'], 'E_INPUT: --json is "maybe", which is not a boolean; write --json alone'],
    [['merg'], 'E_INPUT: "merg" is not a command; did you mean merge?'],
    [['frobnicate'], 'E_INPUT: "frobnicate" is not a command; the commands are plan, build, merge, '],
    [['merge', '--__proto__', 'x'], 'E_INPUT: "--__proto__" is not a flag; '],
    [['merge', '--toString'], 'E_INPUT: "--toString" is not a flag; '],
    [['merge', '--\u{1b}[31m'], 'E_INPUT: "--\\u{1b}[31m" is not a flag; '],
  ])('%j', (argv, line) => {
    expect(failure(...argv)).toContain(line);
  });
});

test.each([
  [['merge', '--json', '--bad'], true],
  [['merge', '--json=true'], true],
  [['inspect', '--', '--json'], false],
  [['merge'], false],
])('whether %j wants JSON can be told although it can not be read', (argv, expected) => {
  expect(wantsJson(argv)).toBe(expected);
});
