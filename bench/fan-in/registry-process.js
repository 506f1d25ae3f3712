import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Starts distribution 3 on a free port of loopback, open to everybody.
 * @param {string} program
 * @param {string} folder New; its configuration and, unless it keeps all in memory, its storage.
 * @param {'memory' | 'disk'} keep
 */
export async function startRegistry(program, folder, keep) {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'config.json');
  const storage =
    keep === 'memory' ? { inmemory: {} } : { filesystem: { rootdirectory: join(folder, 'storage') } };
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'info', accesslog: { disabled: true } },
      storage: { ...storage, delete: { enabled: true } },
      http: { addr: '127.0.0.1:0', secret: 'of this run alone' },
    }),
  );
  const env = { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none', OTEL_SDK_DISABLED: 'true' };
  // It goes when this process goes, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, 'serve', config], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const port = await /** @type {Promise<number>} */ (
    new Promise((resolve, reject) => {
      let log = '';
      const look = (/** @type {Buffer} */ chunk) => {
        if (log.length < 100_000) log += chunk.toString('utf8');
        const match = /listening on 127\.0\.0\.1:(\d+)/.exec(log);
        if (match !== null) resolve(Number(match[1]));
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`the registry ended before it was ready\n${log}`)));
    })
  );
  return {
    port,
    host: `127.0.0.1:${port}`,
    close: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
