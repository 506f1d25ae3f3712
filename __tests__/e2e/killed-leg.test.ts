/// <reference lib="esnext.disposable" />
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shippedCli, leftIn, type Cli } from './support/cli.ts';
import { startEngine, type EngineHost, type EngineName } from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import { debianPath, run, succeed } from './support/processes.ts';
import { busybox, hostArchitecture } from './support/tools.ts';

/** A leg that is stopped or killed while a RUN step runs, and the next leg on the same machine. */
const marker = `sleep ${3_000_000 + process.pid}`;
let cli: Cli;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  cli = await shippedCli();
  folder = await temporaryFolder();
  for (const name of ['slow', 'quick']) {
    const context = path.join(folder.path, name);
    await mkdir(context);
    await copyFile(busybox(hostArchitecture), path.join(context, 'busybox'));
    const program = JSON.stringify(['/bin/busybox', ...(name === 'slow' ? marker.split(' ') : ['true'])]);
    await writeFile(
      path.join(context, 'Dockerfile'),
      `FROM scratch\nCOPY busybox /bin/busybox\nRUN ${program}\nENTRYPOINT ["/bin/busybox"]\n`,
    );
  }
  const service = path.join(folder.path, 'service');
  await mkdir(service);
  await copyFile(busybox(hostArchitecture), path.join(service, 'busybox'));
  const program = JSON.stringify(['/bin/busybox', ...marker.split(' ')]);
  await writeFile(
    path.join(service, 'Dockerfile'),
    `FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT ${program}\n`,
  );
});

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function leg(host: EngineHost, context: string, ...more: readonly string[]): ChildProcess {
  const args = [
    'build',
    '--engine',
    host.name,
    '--images',
    'localhost:1/a',
    '--network',
    'none',
    '--dry-run',
    ...more,
  ];
  return spawn(process.execPath, [path.join(cli.folder, 'dist/cli.js'), ...args], {
    cwd: path.join(folder.path, context),
    env: { PATH: debianPath, HOME: folder.path, TMPDIR: cli.temporary, ...host.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** What the next leg says, which has to go well, when it has removed all of a killed one. */
async function nextLeg(host: EngineHost): Promise<string> {
  const next = leg(host, 'quick');
  let said = '';
  next.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  expect(await once(next, 'close')).toEqual([0, null]);
  return said;
}

/** The programs of RUN steps of these tests that are at work. */
async function steps(): Promise<string[]> {
  const { stdout } = await run('/usr/bin/pgrep', ['--full', `^/bin/busybox ${marker}`], { env: {} });
  return stdout.split('\n').filter((line) => line !== '');
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited for a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Containers, also those that a builder works in, and images with our name. */
async function leftInEngine({ name, env }: EngineHost): Promise<string> {
  const ask = async (...args: string[]): Promise<string> =>
    (await succeed(`/usr/bin/${name}`, args, { env: { PATH: debianPath, ...env } })).stdout;
  const containers = {
    docker: ['ps', '--all', '--quiet'],
    podman: ['ps', '--all', '--external', '--quiet'],
    buildah: ['containers', '--all', '--quiet'],
  }[name];
  const images = (await ask('images')).split('\n').filter((line) => line.includes('native-multiarch'));
  return [await ask(...containers), ...images].join('').trim();
}

describe.each<EngineName>(['docker', 'podman', 'buildah'])('%s', (name) => {
  test('a leg that is stopped takes its step with it, and leaves nothing', async () => {
    await using host = await startEngine(name);
    const child = leg(host, 'slow');
    await until(async () => (await steps()).length > 0);
    const before = Date.now();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(143);
    expect(Date.now() - before).toBeLessThan(5000);
    await until(async () => (await steps()).length === 0);
    expect(await leftIn(cli.temporary)).toEqual([]);
    expect(await leftInEngine(host)).toBe('');
  });

  test('what a leg that was killed left, the next one removes', async () => {
    await using host = await startEngine(name);
    const killed = leg(host, 'slow');
    await until(async () => (await steps()).length > 0);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await readdir(cli.temporary)).not.toEqual([]);

    const said = await nextLeg(host);
    expect(said).toContain('an earlier leg was killed here; what it left is removed');
    await until(async () => (await steps()).length === 0);
    expect(await leftIn(cli.temporary)).toEqual([]);
    expect(await leftInEngine(host)).toBe('');
  });

  test('a service of a leg that was killed, and what asks it, are removed by the next one', async () => {
    await using host = await startEngine(name);
    const killed = leg(host, 'service', '--smoke-test-url', 'http://localhost:8080/');
    await until(async () => (await steps()).length > 0);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await nextLeg(host)).toContain('an earlier leg was killed here; what it left is removed');
    await until(async () => (await steps()).length === 0);
    expect(await leftIn(cli.temporary)).toEqual([]);
    expect(await leftInEngine(host)).toBe('');
  });
});

test('a leg in another container, which has the same folders, is left at its work', async () => {
  await using host = await startEngine('docker');
  const args = ['build', '--engine', 'docker', '--images', 'localhost:1/a', '--network', 'none', '--dry-run'];
  const elsewhere = spawn(
    '/usr/bin/unshare',
    [
      ...['--pid', '--fork', '--mount-proc', '--kill-child=SIGTERM', process.execPath],
      ...[path.join(cli.folder, 'dist/cli.js'), ...args],
    ],
    {
      cwd: path.join(folder.path, 'slow'),
      env: { PATH: debianPath, HOME: folder.path, TMPDIR: cli.temporary, ...host.env },
      stdio: 'ignore',
    },
  );
  await until(async () => (await steps()).length > 0);
  expect(await nextLeg(host)).not.toContain('an earlier leg was killed');
  expect(await steps()).not.toEqual([]);
  expect(await leftIn(cli.temporary)).not.toEqual([]);
  // unshare itself takes no other signal; what it started gets SIGTERM by that.
  elsewhere.kill('SIGKILL');
  await once(elsewhere, 'exit');
  await until(async () => (await steps()).length === 0);
  await until(async () => (await leftIn(cli.temporary)).length === 0);
});
