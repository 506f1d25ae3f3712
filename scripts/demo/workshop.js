import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeRegistry } from '../../__tests__/support/fake-registry/index.js';
import { tinyArchitectures, tinyProgram } from '../../__tests__/support/tiny-programs.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {Awaited<ReturnType<typeof openWorkshop>>} Workshop */

/**
 * What the demo works in: a folder with a program for each of the four machines, a registry in this process, and the
 * shipped CLI as child processes. `close` leaves nothing of it behind.
 */
export async function openWorkshop() {
  const folder = mkdtempSync(join(tmpdir(), 'native-multiarch-demo-'));
  const leaving = new AbortController();
  const programs = join(folder, 'programs');
  const records = join(folder, 'records');
  for (const made of [programs, records, join(folder, 'home')]) mkdirSync(made);
  for (const name of tinyArchitectures)
    writeFileSync(join(programs, `hello-${name}`), tinyProgram(name), { mode: 0o755 });
  const registry = await startFakeRegistry().catch((error) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  /** @type {Promise<unknown>[]} */
  const running = [];
  return {
    registry,
    programs,
    records,
    /** @param {readonly string[]} args */
    cli: (args) => {
      const ended = runCli(args, { env: environment(folder), signal: leaving.signal });
      running.push(ended);
      return ended;
    },
    close: async () => {
      leaving.abort();
      await Promise.allSettled(running);
      await registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Nothing of the machine's own but where programs and temporary files are: no proxy, no credentials, no workflow.
 * @param {string} folder
 */
function environment(folder) {
  const { PATH, SystemRoot } = process.env;
  const home = join(folder, 'home');
  return {
    PATH,
    SystemRoot,
    TMPDIR: folder,
    TEMP: folder,
    HOME: home,
    DOCKER_CONFIG: home,
    REGISTRY_AUTH_FILE: join(home, 'none.json'),
  };
}

/**
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
function runCli(args, { env, signal }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('dist', 'cli.js'), ...args], {
      cwd: root,
      env,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    // A child that was told to stop also has an error; it is over when it has cleaned up and closed.
    child.once('error', (error) => child.pid === undefined && reject(error));
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
