import { describe, expect, test } from '@jest/globals';
import { harmless, harmlessLines } from '../../src/action/escape.ts';
import { actionLog, type Core } from '../../src/action/log.ts';
import { outputTexts } from '../../src/action/outputs.ts';
import { runAction, type ActionHost } from '../../src/action/run.ts';
import type { CommandResult, Shell } from '../../src/compose.ts';
import { CodedError } from '../../src/errors.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { Mask } from '../../src/log.ts';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryLog } from '../support/memory-log.ts';

/** What the runner would see, one call a line. */
function recorder(): { readonly core: Core; readonly calls: string[] } {
  const calls: string[] = [];
  const call =
    (name: string) =>
    (...words: unknown[]): void => {
      calls.push(
        [name, ...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))].join(' '),
      );
    };
  const core: Core = {
    info: call('info'),
    debug: () => undefined,
    warning: call('warning'),
    error: call('error'),
    startGroup: call('group'),
    endGroup: call('endgroup'),
    setSecret: call('secret'),
    setOutput: call('output'),
    saveState: call('state'),
  };
  return { core, calls };
}

type Command = (shell: Shell) => Promise<CommandResult> | CommandResult;

const done: Command = () => ({ outputs: { digest: 'sha256:1' }, text: 'published\n', summary: '### Done' });

async function run(env: Record<string, string>, command: Command = done, host: Partial<ActionHost> = {}) {
  const { core, calls } = recorder();
  let summary = '';
  const status = await runAction({
    core,
    env: { GITHUB_OUTPUT: '/dev/null', ...env },
    cwd: '/',
    temp: tmpdir(),
    signal: new AbortController().signal,
    writeSummary: (markdown) => {
      summary += markdown;
      return Promise.resolve();
    },
    compose: () =>
      Promise.resolve({
        runCommand: async (name, raw, shell) => {
          await parseInputs(name, raw, shell.log);
          return command(shell);
        },
      }),
    ...host,
  });
  return { status, calls, summary };
}

const merge = { INPUT_COMMAND: 'merge', INPUT_IMAGES: 'quay.io/acme/app', INPUT_PLATFORMS: 'linux/amd64' };

describe('a step', () => {
  test('tells its text, sets its outputs, writes its summary', async () => {
    expect(await run(merge)).toEqual({
      status: 0,
      calls: ['info published', 'output digest sha256:1'],
      summary: '### Done',
    });
  });

  test('reads names with hyphens, and takes what is empty as not set', async () => {
    const { status, calls } = await run({
      ...merge,
      'INPUT_ARCH-TAG': '{tga}',
      INPUT_FORMAT: '',
      'INPUT_DRY-RUN': ' \n',
    });
    expect(status).toBe(1);
    expect(calls).toEqual([
      'error E_INPUT: arch-tag is "{tga}", with the unknown placeholder "{tga}"; did you mean {tag}? {"title":"E_INPUT"}',
    ]);
  });

  test('masks secrets before anything else', async () => {
    const env = { ...merge, INPUT_USERNAME: 'me', INPUT_PASSWORD: 'hunter22', INPUT_RAW: 'true' };
    const { calls } = await run(env);
    expect(calls[0]).toBe('secret hunter22');
    expect(calls[1]).toMatch(/^warning raw is set/u);
  });

  test('a secret in what went wrong is in no line and not in the summary, however Markdown would write it', async () => {
    const secret = 'Pa_ss*w<rd>@12|#x&y';
    const { calls, summary } = await run({ ...merge, INPUT_USERNAME: 'me', INPUT_PASSWORD: secret }, () => {
      throw new CodedError('E_BUILD', `the engine said ${secret}`, { hint: `not ${secret}` });
    });
    expect(calls.filter((call) => call.includes(secret) && !call.startsWith('secret '))).toEqual([]);
    expect(summary).toContain('the engine said &#42;&#42;&#42;');
    expect(summary).not.toContain('&#60;rd&#62;');
  });

  test('fails with 1, an annotation, which the runner prints as its line, and a row in the summary', async () => {
    const command: Command = () => {
      throw new CodedError('E_PLATFORM_MISSING', 'linux/s390x | <b>@acme</b> is missing', {
        hint: 'look at its leg',
      });
    };
    const { status, calls, summary } = await run(merge, command);
    const line = 'E_PLATFORM_MISSING: linux/s390x | <b>@acme</b> is missing; look at its leg';
    expect(status).toBe(1);
    expect(calls).toEqual([`error ${line} {"title":"E_PLATFORM_MISSING"}`]);
    expect(summary).toContain(
      '| merge | `E_PLATFORM_MISSING` | linux/s390x &#124; &#60;b&#62;&#64;acme&#60;/b&#62; is missing |',
    );
  });

  test('a line that the runner would cut short is printed whole as well', async () => {
    const command: Command = () => {
      throw new CodedError('E_PUBLISH', 'x'.repeat(5000));
    };
    const { calls } = await run(merge, command);
    expect(calls[0]).toBe(`info E_PUBLISH: ${'x'.repeat(5000)}`);
    expect(calls[1]).toMatch(/^error E_PUBLISH: x+ /u);
  });

  test('a failure at a line of a file has its annotation there', async () => {
    const command: Command = () => {
      throw new CodedError('E_BUILD', 'oh no', { place: { file: '/src/Dockerfile', line: 5 } });
    };
    const { calls } = await run(merge, command);
    expect(calls.at(-1)).toBe(
      'error E_BUILD: oh no {"title":"E_BUILD","file":"/src/Dockerfile","startLine":5}',
    );
  });

  test.each([
    [{}, 'E_INPUT: command is not set; the commands are plan, build, '],
    [{ INPUT_COMMAND: 'marge' }, 'E_INPUT: command is "marge", which is not a command; did you mean merge?'],
    [
      { INPUT_COMMAND: 'build', INPUT_IMAGES: 'a/b' },
      'E_INPUT: platform is empty, and build needs it in a workflow',
    ],
    [{ INPUT_COMMAND: 'prune' }, 'E_UNSUPPORTED: the command prune is not supported'],
    [{ ...merge, GITHUB_OUTPUT: '' }, 'E_GITHUB: GITHUB_OUTPUT is not set'],
  ])('%j', async (env, line) => {
    const { status, calls } = await run(env);
    expect(status).toBe(1);
    expect(calls[0]).toContain(`error ${line}`);
  });

  test('the folder for temporary files is told to the post step, and gone before it', async () => {
    const temp = await mkdtemp(join(tmpdir(), 'action-test-'));
    try {
      const command: Command = async (shell) => {
        await shell.scratch();
        return done(shell);
      };
      const { calls } = await run(merge, command, { temp });
      expect(calls[0]).toMatch(new RegExp(`^state scratch ${temp}/native-multiarch-`, 'u'));
      expect(await readdir(temp)).toEqual([]);
    } finally {
      await rm(temp, { recursive: true });
    }
  });

  test('a summary that can not be written does not hide the failure', async () => {
    const writeSummary = () => Promise.reject(new Error('ENOSPC'));
    const { status, calls } = await run({ INPUT_COMMAND: 'prune' }, done, { writeSummary });
    expect(status).toBe(1);
    expect(calls.at(-1)).toMatch(/^error E_UNSUPPORTED/u);
  });

  test('a summary that can not be written is a warning where all else is done', async () => {
    const writeSummary = () => Promise.reject(new Error('EACCES'));
    const { status, calls } = await run(merge, done, { writeSummary });
    expect(status).toBe(0);
    expect(calls).toEqual([
      'info published',
      'output digest sha256:1',
      "warning the step summary can't be written: EACCES",
    ]);
  });

  test('a summary of more than 900 KiB is cut at a line', async () => {
    const command: Command = () => ({ outputs: {}, text: '', summary: 'a line of é\n'.repeat(100_000) });
    const { summary } = await run(merge, command);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(900 * 1024);
    expect(
      summary
        .split('\n')
        .slice(0, -4)
        .every((line) => line === 'a line of é'),
    ).toBe(true);
    expect(summary).toContain('(the rest is in the log)');
  });
});

test('outputs are text or JSON; one that a workflow can not take is left out, and told', () => {
  const log = memoryLog();
  const outputs = {
    text: 'a\nb',
    list: ['a'],
    number: 1,
    flag: false,
    nothing: null,
    huge: 'x'.repeat(1024 * 1024),
  };
  expect(outputTexts(outputs, log)).toEqual([
    ['text', 'a\nb'],
    ['list', '["a"]'],
    ['number', '1'],
    ['flag', 'false'],
    ['nothing', 'null'],
  ]);
  expect(log.lines).toEqual([expect.stringContaining('the output huge has 1048576 bytes')]);
});

/** How the runner finds commands in a line of stdout, both generations of them. */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[');
}

describe('text from outside never becomes a command of the runner', () => {
  test.each([
    '::set-output name=a::b',
    '  \t::add-mask::x',
    '\u{a0}::error::x',
    '##[add-path]/tmp',
    'text before ##[set-env name=a]b',
    '###[error]x',
    ':::error::x',
    'ok\r::stop-commands::x',
    'ok\n::error::x',
  ])('%j', (text) => {
    const { core, calls } = recorder();
    actionLog(core, new Mask()).info(text);
    for (const call of calls) expect(isCommand(call.replace(/^info /u, ''))).toBe(false);
  });

  test('what is no command stays as it is', () => {
    for (const line of ['a::b', 'sha256:abc', '## heading', 'C:\\x', 'fe80::1', '# [x]'])
      expect(harmless(line)).toBe(line);
    expect(harmlessLines('a\r\nb\rc\nd')).toEqual(['a', 'b', 'c', 'd']);
  });
});

test('groups inside groups are lines: the runner has only one storey', async () => {
  const { core, calls } = recorder();
  const log = actionLog(core, new Mask());
  await log
    .group('outer', () =>
      log.group('inner', () => {
        log.info('line');
        return Promise.reject(new Error('x'));
      }),
    )
    .catch(() => undefined);
  expect(calls).toEqual(['group outer', 'info inner', 'info line', 'endgroup']);
});
