import { describe, expect, test } from '@jest/globals';
import { errorLine, toCodedError, type CodedError } from '../../src/errors.ts';
import { laterCommands, type CommandName } from '../../src/inputs/commands.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { inputNames, inputTable } from '../../src/inputs/table.ts';
import { memoryLog, type MemoryLog } from '../support/memory-log.ts';

type Given = Readonly<Record<string, string | readonly string[]>>;

function rawOf(given: Given): Map<string, readonly string[]> {
  return new Map(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  );
}

async function parse<Command extends CommandName>(
  command: Command,
  given: Given,
  log: MemoryLog = memoryLog(),
) {
  return parseInputs(command, rawOf(given), log);
}

async function failure(command: CommandName, given: Given, log?: MemoryLog): Promise<CodedError> {
  try {
    await parse(command, given, log);
  } catch (error) {
    return toCodedError(error);
  }
  throw new Error('nothing was thrown');
}

const image = { images: 'quay.io/acme/app' };
const leg = { ...image, platform: 'linux/ppc64le' };
const fanIn = { ...image, platforms: 'linux/amd64, linux/s390x?' };

describe('what is not set', () => {
  test('merge gets every default', async () => {
    const inputs = await parse('merge', fanIn);
    expect(inputs).toMatchObject({
      images: [{ name: 'quay.io/acme/app' }],
      tags: [{ tag: 'latest' }],
      platforms: [{ platform: { os: 'linux', architecture: 'amd64' } }, { required: false }],
      'arch-tag': '{tag}-{arch}',
      'moving-tags': ['latest'],
      handover: 'auto',
      format: 'auto',
      check: 'content',
      attestations: 'keep',
      force: false,
      'dry-run': false,
      records: [],
      annotations: [],
    });
    expect(inputs.revision).toBeUndefined();
    expect(Object.keys(inputs)).not.toContain('context');
  });

  test('build gets every default', async () => {
    expect(await parse('build', leg)).toMatchObject({
      platform: { os: 'linux', architecture: 'ppc64le' },
      engine: 'auto',
      push: 'auto',
      context: '.',
      'build-args': {},
      labels: {},
    });
  });

  test.each<[CommandName, Given, string]>([
    ['plan', {}, 'platforms is not set, and plan needs it; set platforms'],
    ['merge', image, 'platforms is not set, and merge needs it; set platforms'],
    ['merge', { platforms: 'linux/amd64' }, 'images is not set, and merge needs it'],
    ['build', { platform: 'linux/amd64', tags: 'v1' }, 'images is not set, and build needs it'],
    ['inspect', {}, 'nothing says what to inspect'],
    ['verify', { tags: 'v1' }, 'nothing says what to verify'],
  ])('%s %j: %s', async (command, given, line) => {
    const error = await failure(command, given);
    expect(errorLine(error)).toContain(`E_INPUT: ${line}`);
    expect(error.usage).toBe(true);
  });

  test.each<[CommandName, Given]>([
    ['inspect', { references: 'quay.io/acme/app:v1' }],
    ['verify', image],
    ['build', { tags: 'quay.io/acme/app:v1' }],
  ])('%s %j is enough', async (command, given) => {
    await expect(parse(command, given)).resolves.toBeDefined();
  });
});

describe('what is wrong', () => {
  test('all of it is told at once, each with its name', async () => {
    const error = await failure('build', { images: 'Quay.io/A', engine: 'dokcer', push: 'maybe' });
    expect(error.code).toBe('E_REFERENCE');
    expect(error.message).toMatch(/images: .*E_INPUT: engine is "dokcer".*E_INPUT: push is "maybe"/u);
    expect(error.hint).toContain('did you mean "docker"?');
    expect(error.usage).toBe(true);
  });

  test.each<[Given, string]>([
    [{ platform: 'x86_64' }, 'E_PLATFORM: platform: '],
    [{ tags: 'a b' }, 'E_REFERENCE: tags: "a b" is not a tag'],
    [{ 'build-args': 'TOKEN' }, 'E_INPUT: build-args: "TOKEN" is not name=value'],
    [{ context: 'a\0b' }, 'E_INPUT: context holds a NUL character'],
    [{ context: '${{ github.workspace }}' }, 'E_INPUT: context holds the letters ${{'],
    [{ labels: 'x'.repeat(1024 * 1024 + 1) }, 'E_INPUT: labels holds 1048577 bytes; give at most 1 MiB'],
    [{ context: ['a', 'b'] }, 'E_INPUT: context is given 2 times; give it once'],
    [{ username: 'me' }, 'E_INPUT: username is set without password'],
    [{ password: 'hunter22' }, 'E_INPUT: password is set without username'],
  ])('%#', async (given, line) => {
    const error = await failure('build', { ...leg, ...given });
    expect(errorLine(error)).toContain(line);
    expect(error.usage).toBe(true);
  });

  test('platforms that are equal once they are normalised', async () => {
    expect((await failure('plan', { platforms: 'linux/arm64, linux/aarch64' })).code).toBe(
      'E_PLATFORM_DUPLICATE',
    );
  });
});

describe('what this version can not honour is said, and never dropped', () => {
  test.each<[CommandName, Given, string]>([
    [
      'build',
      { ...leg, engine: 'podman', files: 'a:/a' },
      'files "a:/a" can\'t be honoured by engine podman',
    ],
    ['merge', { ...fanIn, 'arch-image': '{image}-{arch}' }, 'arch-image: "{image}-{arch}" is not supported'],
  ])('%s %j', async (command, given, message) => {
    const error = await failure(command, given);
    expect(errorLine(error)).toContain(`E_UNSUPPORTED: ${message}`);
    expect(error.usage).toBe(false);
  });

  test.each(laterCommands)('%s', async (command) => {
    expect((await failure(command, {})).code).toBe('E_UNSUPPORTED');
  });

  test('to ask in so many words for what happens anyway is fine', async () => {
    const given = {
      provenance: 'false',
      sbom: 'false',
      'no-cache': 'False',
      format: 'auto',
      'push-to': 'first',
    };
    await expect(parse('build', { ...leg, ...given })).resolves.toBeDefined();
    await expect(
      parse('merge', { ...fanIn, wait: '0', append: 'false', attestations: 'keep' }),
    ).resolves.toBeDefined();
  });

  test('assemble has inputs of its own', async () => {
    const given = {
      engine: 'assemble',
      mode: 'cross',
      files: 'a,b:/a',
      entrypoint: '/a -v',
      'arch-tag': 'none',
    };
    expect(await parse('build', { ...leg, ...given })).toMatchObject({
      files: ['a,b:/a'],
      entrypoint: ['/a', '-v'],
    });
  });
});

test('what the command does not use is a warning that names those which do', async () => {
  const log = memoryLog();
  await parse('plan', { platforms: 'linux/amd64', records: 'x', raw: 'nonsense' }, log);
  expect(log.lines).toEqual([
    'warning: records is set, and plan does not use it: it is for merge',
    'warning: raw is set, and plan does not use it: it is for inspect',
  ]);
});

test('a build argument that sounds like a secret is warned about, without its value', async () => {
  const log = memoryLog();
  await parse('build', { ...leg, 'build-args': 'NPM_TOKEN=abc\nMONKEY=1' }, log);
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]).toMatch(/^warning: build-args has "NPM_TOKEN"/u);
  expect(log.lines[0]).not.toContain('abc');
});

describe('secrets', () => {
  const login = { username: 'me' };

  test('are masked before anything is said, whole and line by line', async () => {
    const log = memoryLog();
    await failure('merge', { ...login, password: 'first-line\nsecond-line\n', engine: 'x' }, log);
    expect(log.secrets).toEqual(['first-line\nsecond-line', 'first-line', 'second-line']);
    const firstWord = log.events.findIndex((event) => !event.startsWith('secret '));
    expect(firstWord).toBe(3);
  });

  test('those in registry-auth are masked even where its YAML is broken', async () => {
    const log = memoryLog();
    const auth = '- { registry: quay.io, username: me, password: "pass word" }\n- password: other-one\n  [';
    await failure('merge', { ...fanIn, 'registry-auth': auth }, log);
    expect(log.secrets).toEqual(expect.arrayContaining(['pass word', 'other-one']));
  });

  test.each<[Given]>([
    [{ tags: 'v1, hunter22' }],
    [{ tags: 'quay.io/acme/app:hunter22' }],
    [{ labels: 'a=hunter22' }],
    [{ images: 'hunter22' }],
  ])('one that stands in another input is refused, and not shown: %#', async (given) => {
    const error = await failure('build', { ...leg, ...login, password: 'hunter22', ...given });
    expect(errorLine(error)).toContain('holds the very value of password, which is a secret');
    expect(errorLine(error)).not.toContain('hunter22');
  });

  test('one that is a build argument is warned about: some builds know no other way', async () => {
    const log = memoryLog();
    await parse('build', { ...leg, 'github-token': 'hunter22', 'build-args': 'AUTH=hunter22' }, log);
    expect(log.lines).toEqual([
      'warning: build-args holds the very value of github-token, which is a secret, and can be read in the image',
    ]);
  });

  test('a user name may be its own password', async () => {
    await expect(
      parse('merge', { ...fanIn, username: 'test1234', password: 'test1234' }),
    ).resolves.toBeDefined();
  });

  test('one that is too short to be masked is told', async () => {
    const log = memoryLog();
    await parse('merge', { ...fanIn, ...login, password: 'a1' }, log);
    expect(log.secrets).toEqual([]);
    expect(log.lines).toEqual(['warning: password is too short to be masked in this log']);
  });

  test('white space around a password is part of it', async () => {
    expect((await parse('merge', { ...fanIn, ...login, password: ' pa%s \n' })).password).toBe(' pa%s ');
  });
});

describe('the table', () => {
  test.each(inputNames)('%s is described as a sentence, and its later commands are its own', (name) => {
    const { description, commands, later, required, default: standard } = inputTable[name];
    expect(description).toMatch(/^[A-Z`{a].*[.]$/su);
    expect(description).not.toContain('\n');
    for (const command of [...(later ?? []), ...(required ?? [])]) expect(commands).toContain(command);
    if (required !== undefined) expect(standard).toBeUndefined();
  });

  test('every default that is text is read as the value that stands for it', async () => {
    for (const name of inputNames) {
      const { kind, default: standard } = inputTable[name];
      if (standard?.value === undefined || /[ :]/u.test(standard.text) || standard.text === 'none') continue;
      expect([name, await kind.parse([standard.text])]).toEqual([name, standard.value]);
    }
  });
});
