import { describe, expect, test } from '@jest/globals';
import { spawnExec } from '../../../src/engines/process/process.ts';

const node = process.execPath;
const run = (
  script: string,
  options: Partial<Parameters<typeof spawnExec>[2]> = {},
): ReturnType<typeof spawnExec> => spawnExec(node, ['-e', script], { env: {}, ...options });

describe('a real process', () => {
  test('gives exit code, both outputs, and its lines as they come', async () => {
    const lines: string[] = [];
    const result = await run(
      'process.stdout.write("one\\ntw"); setTimeout(() => { process.stdout.write("o\\nla\\rst"); process.exitCode = 3; }, 20)',
      {
        onLine: (line) => lines.push(line),
      },
    );
    expect(result).toEqual({ code: 3, stdout: 'one\ntwo\nla\rst', stderr: '' });
    expect(lines).toEqual(['one', 'two', 'st']);
  });

  test('inherits nothing, and reads its input', async () => {
    const result = await run(
      'process.stdin.on("data", (d) => process.stdout.write(d)); process.stderr.write(Object.keys(process.env).join())',
      {
        env: { ONLY: '1' },
        input: 'hello',
      },
    );
    expect(result).toMatchObject({ code: 0, stdout: 'hello', stderr: 'ONLY' });
  });

  test('one that never reads its input is no error', async () => {
    const result = await run('process.stdin.destroy()', { input: 'x'.repeat(1_000_000) });
    expect(result.code).toBe(0);
  });

  test('keeps the end of a long output', async () => {
    const result = await run('for (let i = 0; i < 20000; i++) console.log("line " + i)', { maxOutput: 1000 });
    expect(result.stdout.length).toBe(1000);
    expect(result.stdout.endsWith('line 19999\n')).toBe(true);
  });

  test('is ended when its time is over', async () => {
    const result = await run('setInterval(() => {}, 1000)', { timeoutMs: 100 });
    expect(result).toMatchObject({ ended: 'timeout', code: 143 });
  });

  test('is ended with all that it started when the leg is cancelled', async () => {
    const controller = new AbortController();
    // The grandchild holds the pipe open: only when it is gone, too, the output comes to its end.
    const script = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    let aborted = 0;
    const result = await run(script, {
      signal: controller.signal,
      onLine: () => {
        aborted = Date.now();
        controller.abort();
      },
    });
    expect(result).toMatchObject({ ended: 'aborted', stdout: 'up\n' });
    expect(Date.now() - aborted).toBeLessThan(3000);
  });

  test('is not started at all after that', async () => {
    expect(await run('', { signal: AbortSignal.abort() })).toMatchObject({ ended: 'aborted' });
  });

  test('a program that is not there is an error', async () => {
    await expect(spawnExec('/nonexistent/engine', [], { env: {} })).rejects.toThrow('ENOENT');
  });
});
