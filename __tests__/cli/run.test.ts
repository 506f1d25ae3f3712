import { describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, type CliHost } from '../../src/cli/run.ts';
import type { CommandResult, Shell } from '../../src/compose.ts';
import { CodedError } from '../../src/errors.ts';
import { commandNames } from '../../src/inputs/commands.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { inputNames, inputTable } from '../../src/inputs/table.ts';

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly raw: Record<string, readonly string[]>;
}

type Command = (shell: Shell) => Promise<CommandResult> | CommandResult;

const done: Command = () => ({ outputs: { digest: 'sha256:1', count: 2 }, text: 'published', summary: '' });

async function run(argv: string[], options: Partial<CliHost> & { command?: Command } = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  let raw: Ran['raw'] = {};
  const status = await runCli({
    argv,
    env: {},
    cwd: '/',
    temp: tmpdir(),
    stdout: (text) => Promise.resolve(void (stdout += text)),
    stderr: (text) => (stderr += text),
    stdin: () => chunks(),
    signal: new AbortController().signal,
    compose: () =>
      Promise.resolve({
        runCommand: async (command, given, shell) => {
          raw = Object.fromEntries(given);
          await parseInputs(command, given, shell.log);
          return (options.command ?? done)(shell);
        },
      }),
    ...options,
  });
  return { status, stdout, stderr, raw };
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Promise.resolve(Buffer.from(text)) as unknown as Uint8Array;
  await Promise.resolve();
}

const merge = ['merge', '--images', 'quay.io/acme/app', '--platforms', 'linux/amd64'];

describe('a command that is done', () => {
  test('prints its text on stdout, all else on stderr, and ends with 0', async () => {
    const command: Command = async ({ log }) => {
      log.info('working');
      log.debug('not told');
      await log.group('Phase', () => {
        log.info('inside');
        return Promise.resolve();
      });
      log.warning('look');
      return done({} as Shell);
    };
    expect(await run(merge, { command })).toMatchObject({
      status: 0,
      stdout: 'published\n',
      stderr: 'working\nPhase\n  inside\nwarning: look\n',
    });
  });

  test('prints its outputs with real types for --json', async () => {
    const { stdout, status } = await run([...merge, '--json']);
    expect([status, JSON.parse(stdout)]).toEqual([0, { digest: 'sha256:1', count: 2 }]);
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  test('prints exact bytes as they are', async () => {
    const command: Command = () => ({ outputs: {}, text: '{"a":1}', exact: true, summary: '' });
    expect((await run(merge, { command })).stdout).toBe('{"a":1}');
  });

  test('what is typed for control stays text', async () => {
    const command: Command = (shell) => {
      shell.log.info('a\u{1b}[31m\tb\r\nc');
      return done(shell);
    };
    expect((await run(merge, { command })).stderr).toBe('a\\u{1b}[31m    b\nc\n');
  });
});

describe('a command that fails', () => {
  const failing: Command = () => {
    throw new CodedError('E_TAG_IMMUTABLE', 'v1 is immutable', { hint: 'take another' });
  };

  test('ends with 1, and its line is the last on stderr', async () => {
    expect(await run(merge, { command: failing })).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'E_TAG_IMMUTABLE: v1 is immutable; take another\n',
    });
  });

  test('tells the same as JSON', async () => {
    const { stdout, stderr } = await run([...merge, '--json'], { command: failing });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'E_TAG_IMMUTABLE', message: 'v1 is immutable', hint: 'take another' },
    });
    expect(stderr).toBe('E_TAG_IMMUTABLE: v1 is immutable; take another\n');
  });

  test('a bug of ours is told as one, with where it is', async () => {
    const command: Command = () => {
      throw new TypeError('x is undefined');
    };
    const { status, stderr } = await run(merge, { command });
    expect(status).toBe(1);
    expect(stderr).toContain('TypeError: x is undefined');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^E_INTERNAL: x is undefined; this is a bug/u);
  });

  test('one that was told to stop says so, whatever it stumbled over', async () => {
    const controller = new AbortController();
    const command: Command = () => {
      controller.abort(new CodedError('E_CANCELLED', 'stopped by SIGINT'));
      throw new Error('socket hang up');
    };
    const { stderr } = await run(merge, { command, signal: controller.signal });
    expect(stderr).toBe('E_CANCELLED: stopped by SIGINT\n');
  });
});

describe('wrong use ends with 2', () => {
  test.each([
    [[]],
    [['--frob']],
    [['merg']],
    [['merge']],
    [[...merge, '--format', 'tar']],
    [[...merge, '--force=yes']],
  ])('%j', async (argv) => {
    const { status, stdout, stderr } = await run(argv);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^E_[A-Z_]+: .+; .+/u);
  });

  test('with the error as JSON, whatever else is wrong', async () => {
    const { status, stdout } = await run(['merge', '--frob', '--json']);
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { error: { code: 'E_INPUT' } }]);
  });

  test('what is not supported is no wrong use', async () => {
    expect((await run(['prune'])).status).toBe(1);
    expect((await run([...merge, '--arch-image', '{image}-{arch}'])).status).toBe(1);
  });
});

describe('secrets need no argv', () => {
  const login = [...merge, '--username', 'me'];

  test('--password-stdin takes one newline off', async () => {
    const { raw, status } = await run([...login, '--password-stdin'], {
      stdin: () => chunks('hunt', 'er22\r\n'),
    });
    expect([status, raw['password']]).toEqual([0, ['hunter22']]);
  });

  test.each([
    [[...login, '--password-stdin', '--password', 'x'], 'both given'],
    [[...login, '--password-stdin'], 'found nothing on standard input'],
    [
      [...merge, '--registry-auth-file', '/does/not/exist'],
      `--registry-auth-file "/does/not/exist" can't be read (ENOENT)`,
    ],
  ])('%j is wrong use', async (argv, told) => {
    const { status, stderr } = await run(argv);
    expect(status).toBe(2);
    expect(stderr).toContain(told);
  });

  test('a password of more than 64 KiB is none', async () => {
    const stdin = () => chunks('x'.repeat(40_000), 'x'.repeat(40_000));
    expect((await run([...login, '--password-stdin'], { stdin })).stderr).toContain('more than 64 KiB');
  });

  test('the environment has them for commands that use them, and a flag goes first', async () => {
    const env = { NATIVE_MULTIARCH_PASSWORD: 'hunter22' };
    expect((await run(login, { env })).raw['password']).toEqual(['hunter22']);
    expect((await run([...login, '--password', 'other-one'], { env })).raw['password']).toEqual([
      'other-one',
    ]);
    const plan = await run(['plan', '--platforms', 'linux/amd64'], { env });
    expect([plan.status, plan.stderr, plan.raw['password']]).toEqual([0, '', undefined]);
  });

  test('what is wrong inside a file is no wrong use, and not shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
    try {
      const file = join(folder, 'auth.yml');
      await writeFile(file, '- {registry: quay.io, username: me, password: hunter22}\n');
      expect((await run([...merge, '--registry-auth-file', file])).status).toBe(0);
      await writeFile(file, '- {registry: quay.io, password: hunter22}\n');
      const { status, stderr } = await run([...merge, '--registry-auth-file', file]);
      expect(status).toBe(1);
      expect(stderr).toContain('has an item 1 without username');
      expect(stderr).not.toContain('hunter22');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('no secret is on stderr, nor in an error', async () => {
    const command: Command = ({ log }) => {
      log.info('sent hunter22 to the server');
      throw new CodedError('E_DENIED', 'hunter22 is wrong');
    };
    const { stdout, stderr } = await run([...login, '--password', 'hunter22', '--json', '--debug'], {
      command,
    });
    expect(stdout + stderr).not.toContain('hunter22');
    expect(stderr).toContain('sent *** to the server');
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: '*** is wrong' } });
  });
});

test('the folder for temporary files is private, and gone in the end', async () => {
  const temp = await mkdtemp(join(tmpdir(), 'cli-test-'));
  try {
    const command: Command = async (shell) => {
      await writeFile(join(await shell.scratch(), 'left-over'), '');
      expect(await shell.scratch()).toBe(await shell.scratch());
      expect(await readdir(temp)).toHaveLength(1);
      throw new CodedError('E_BUILD', 'no');
    };
    await run(merge, { command, temp });
    expect(await readdir(temp)).toEqual([]);
  } finally {
    await rm(temp, { recursive: true });
  }
});

describe('help', () => {
  test('is on stdout, names every command, and fits a terminal', async () => {
    const { status, stdout, stderr } = await run(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    for (const name of commandNames) expect(stdout).toContain(`  ${name} `);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  test.each(commandNames)('of %s has every flag, with its default', async (command) => {
    const { stdout } = await run([command, '--help']);
    const words = stdout.replace(/\s+/gu, ' ');
    for (const name of inputNames.filter((each) => inputTable[each].commands.includes(command))) {
      expect(words).toContain(`--${name}`);
    }
    if (command === 'merge') {
      expect(words).toContain('--arch-tag <template>');
      expect(words).toContain('Default: {tag}-{arch}.');
      expect(words).toContain('--force | --no-force');
      expect(words).toMatch(/--platforms <list or YAML map> .* Required\./u);
    }
  });

  test('--version prints the version alone', async () => {
    expect(await run(['--version'])).toMatchObject({ status: 0, stdout: 'development\n', stderr: '' });
  });
});
