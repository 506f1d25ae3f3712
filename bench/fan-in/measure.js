import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
/** @import { Argv, Cost } from './types.ts' */

let count = 0;

/**
 * Runs a command to its end under GNU time, which stays small: a child that Node itself forks can be counted with Node's
 * own memory. The peak is that of the largest process in the command's tree.
 * @param {Argv} argv
 * @param {{ env: NodeJS.ProcessEnv, scratch: string, timeout?: number }} options
 * @returns {Promise<Cost>}
 */
export async function measure(argv, { env, scratch, timeout = 300_000 }) {
  count += 1;
  const file = join(scratch, `cost-${count}`);
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['--format=%M %U %S', `--output=${file}`, '--', ...argv], {
    env,
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // All of its group: what the command has started keeps our pipes open.
  const timer = setTimeout(() => {
    process.kill(-Number(child.pid), 'SIGKILL');
    output += `\nno end in ${timeout / 1000} s`;
  }, timeout);
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString('utf8')).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [status] = /** @type {[number | null]} */ (await once(child, 'close'));
  clearTimeout(timer);
  const wall = performance.now() - started;
  const last = (await readFile(file, 'utf8')).trim().split('\n').at(-1) ?? '';
  await rm(file);
  const [peak = 0, user = 0, system = 0] = last.split(' ').map(Number);
  return { status: status ?? -1, wall, cpu: (user + system) * 1000, peak, output };
}
