import { describe, expect, test } from '@jest/globals';
import { plan } from '../../src/commands/plan.ts';
import type { CommandResult } from '../../src/commands/result.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { rejection } from '../support/failure.ts';
import { keptLog, silentLog } from '../support/silent-log.ts';

async function planned(platforms: string): Promise<CommandResult> {
  const inputs = await parseInputs('plan', new Map([['platforms', [platforms]]]), silentLog);
  return plan(inputs, { log: silentLog });
}

async function rows(platforms: string): Promise<Record<string, unknown>[]> {
  const { outputs } = await planned(platforms);
  return (outputs['matrix'] as { include: Record<string, unknown>[] }).include;
}

const always = ['arch', 'mode', 'name', 'platform', 'required', 'runs-on', 'timeout-minutes'];

describe('the matrix', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'linux/amd64',
      {
        platform: 'linux/amd64',
        arch: 'amd64',
        'runs-on': 'ubuntu-24.04',
        mode: 'native',
        required: true,
        'timeout-minutes': 60,
        name: 'linux/amd64',
      },
    ],
    ['linux/arm64?', { platform: 'linux/arm64', 'runs-on': 'ubuntu-24.04-arm', required: false }],
    ['linux/ppc64le', { 'runs-on': 'ubuntu-24.04-ppc64le', mode: 'native' }],
    ['linux/s390x', { 'runs-on': 'ubuntu-24.04-s390x', mode: 'native' }],
    ['linux/x86_64', { platform: 'linux/amd64' }],
    [
      'linux/riscv64: { fallback: emulate }',
      { 'runs-on': 'ubuntu-24.04', mode: 'emulate', 'timeout-minutes': 300, name: 'linux/riscv64 (emulate)' },
    ],
    [
      'linux/riscv64: { fallback: cross }',
      { 'runs-on': 'ubuntu-24.04', mode: 'cross', 'timeout-minutes': 60 },
    ],
    ['linux/riscv64: { mode: emulate }', { 'runs-on': 'ubuntu-24.04', mode: 'emulate' }],
    ['linux/riscv64: my-runner', { 'runs-on': 'my-runner', mode: 'native' }],
    [
      'linux/ppc64le: { runs-on: [self-hosted, linux, ppc64le] }',
      { 'runs-on': ['self-hosted', 'linux', 'ppc64le'] },
    ],
    [
      'linux/ppc64le: { runs-on: { group: big, labels: [a] } }',
      { 'runs-on': { group: 'big', labels: ['a'] } },
    ],
    [
      'linux/s390x: { timeout: 90m, smoke-test: /app --version, engine: podman }',
      { 'timeout-minutes': 90, 'smoke-test': '/app --version', engine: 'podman' },
    ],
    ['linux/amd64: { goamd64: v3 }', { goamd64: 'v3' }],
    ['linux/arm/v6: { fallback: emulate }', { platform: 'linux/arm/v6', arch: 'arm' }],
  ])('%s', async (platforms, wanted) => {
    const [row, ...others] = await rows(platforms);
    expect(row).toMatchObject(wanted);
    expect(others).toEqual([]);
  });

  test('rows hold all of the keys of the contract, whatever the table says', async () => {
    for (const row of await rows(
      'linux/amd64: ubuntu-22.04\nlinux/arm64:\nlinux/riscv64: { fallback: cross, required: false }',
    )) {
      expect(Object.keys(row).sort()).toEqual(expect.arrayContaining(always));
      expect(typeof row['timeout-minutes']).toBe('number');
    }
  });

  test('keeps the order of the table, and counts', async () => {
    const { outputs } = await planned('linux/s390x, linux/amd64, linux/arm64');
    expect(outputs).toMatchObject({
      count: 3,
      platforms: ['linux/s390x', 'linux/amd64', 'linux/arm64'],
      skipped: [],
    });
  });

  test('rows have names that differ, for a job each', async () => {
    const names = (await rows('linux/arm/v6: r\nlinux/arm/v7: r\nlinux/arm64: r')).map((row) => row['name']);
    expect(new Set(names).size).toBe(3);
  });
});

describe('a platform without a runner', () => {
  test.each([
    ['linux/amd64:\nlinux/riscv64: { fallback: skip }', 1],
    ['linux/amd64:\nlinux/riscv64: { fallback: skip, required: false }', 0],
    ['linux/amd64, linux/riscv64?', 0],
  ])('%s: that merge will miss what is skipped is told where it is required', async (platforms, times) => {
    const log = keptLog();
    plan(await parseInputs('plan', new Map([['platforms', [platforms]]]), log), { log });
    expect(log.warnings).toHaveLength(times);
    for (const told of log.warnings) expect(told).toMatch(/^linux\/riscv64 is skipped and required/);
  });

  test.each(['linux/amd64, linux/riscv64?', 'linux/amd64:\nlinux/riscv64: { fallback: skip }'])(
    '%s: is skipped, with the reason',
    async (platforms) => {
      const { outputs, text } = await planned(platforms);
      expect(outputs).toMatchObject({
        count: 1,
        skipped: [{ platform: 'linux/riscv64', reason: expect.stringContaining('runner') }],
      });
      expect(text).toContain('linux/riscv64');
    },
  );

  test('is E_RUNNER where it is required, all of them at once', async () => {
    const error = await rejection(planned('linux/amd64, linux/riscv64, linux/loong64'));
    expect(error.code).toBe('E_RUNNER');
    for (const part of ['linux/riscv64', 'linux/loong64']) expect(error.message).toContain(part);
  });

  test('is an error where no row is left, since an empty matrix fails the run', async () => {
    const error = await rejection(planned('linux/riscv64?, linux/loong64?'));
    expect(error.code).toBe('E_RUNNER');
    expect(error.message).toContain('no platform is left');
  });

  test('mode auto is not there yet, and says so', async () => {
    expect((await rejection(planned('linux/amd64: { mode: auto }'))).code).toBe('E_UNSUPPORTED');
  });
});

test('a row has no name of its own: the matrix gives it one, and would drop it', async () => {
  expect((await rejection(planned('linux/amd64: { name: mine }'))).message).toContain('name');
});
