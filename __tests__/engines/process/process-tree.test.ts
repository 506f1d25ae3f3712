import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isRunning, leavesOf } from '../../../src/engines/process/process-tree.ts';

test('a process is known until it ends, and a later one of its number is another', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const known = await identify(child.pid ?? 0);
  if (known === undefined) throw new Error('the child is not there');
  expect(await isRunning(known)).toBe(true);
  expect(await isRunning({ ...known, started: '1' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isRunning(known)).toBe(false);
  expect(await identify(known.pid)).toBeUndefined();
});

test('the leaves are the programs that an engine runs, never the engine itself', async () => {
  const root = await mkdtemp(join(tmpdir(), 'proc-test-'));
  const processes: [pid: number, parent: number, name: string, state?: string][] = [
    [10, 1, 'podman'],
    [11, 10, 'buildah-oci-runtime'],
    [12, 11, 'a) name (with'],
    [13, 10, 'conmon'],
    [14, 13, 'gone', 'Z'],
    [20, 1, 'another podman'],
    [21, 20, 'sleep'],
  ];
  try {
    for (const [pid, parent, name, state = 'S'] of processes) {
      await mkdir(join(root, String(pid)));
      const rest = Array.from({ length: 17 }, () => '0').join(' ');
      await writeFile(
        join(root, String(pid), 'stat'),
        `${pid} (${name}) ${state} ${parent} ${rest} ${pid}00 0\n`,
      );
    }
    expect(await leavesOf(10, root)).toEqual([12, 13]);
    expect(await leavesOf(21, root)).toEqual([]);
    expect(await leavesOf(99, root)).toEqual([]);
    expect(await identify(12, root)).toEqual({ pid: 12, started: '1200' });
    expect(await leavesOf(10, join(root, 'none'))).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});
