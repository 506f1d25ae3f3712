import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claim, Ledger, readLedger, type Entry } from '../../src/engines/process/ledger.ts';
import { removeLeftovers, sweep } from '../../src/engines/leftovers.ts';
import { identify, pidNamespace } from '../../src/engines/process/process-tree.ts';
import { keptLog } from '../support/silent-log.ts';

let parent: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'leftovers-test-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(parent, { recursive: true });
});

const image: Entry = {
  kind: 'image',
  tool: 'podman',
  name: 'localhost/native-multiarch:0123abcd',
  variables: { REGISTRY_AUTH_FILE: '/x/auth' },
};

const imageId = `sha256:${'ab'.repeat(32)}`;
const otherId = `sha256:${'cd'.repeat(32)}`;

async function scratchOf(name: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  return folder;
}

/** As a leg that was killed leaves it: its process is no more. */
async function kill(scratch: string): Promise<void> {
  await writeFile(join(scratch, 'ledger', 'owner'), JSON.stringify({ pid: process.pid, started: '1' }));
}

/** As buildah keeps a container that it builds in: with the secrets that the build was given. */
async function container(storage: string, letter: string, secrets: readonly string[]): Promise<string> {
  const id = letter.repeat(64);
  const folder = join(storage, 'overlay-containers', id, 'userdata');
  await mkdir(folder, { recursive: true });
  const state = { type: 'buildah 1.28.2', CommonBuildOpts: { Secrets: secrets } };
  await writeFile(join(folder, 'buildah.json'), JSON.stringify(state));
  return id;
}

interface Call {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Engines that do nothing, and tell how they were called. */
async function engines(stderr = ''): Promise<{
  calls: Call[];
  options: Parameters<typeof removeLeftovers>[1];
  log: ReturnType<typeof keptLog>;
}> {
  const bin = await scratchOf('bin');
  for (const tool of ['docker', 'podman', 'buildah']) {
    await writeFile(join(bin, tool), '');
    await chmod(join(bin, tool), 0o755);
  }
  const calls: Call[] = [];
  const log = keptLog();
  return {
    calls,
    log,
    options: {
      log,
      env: { PATH: bin, INPUT_PASSWORD: 'hunter2' },
      exec: (tool, args, { env }) => {
        calls.push({ tool, args, env });
        return Promise.resolve({ code: stderr === '' ? 0 : 1, stdout: '', stderr });
      },
    },
  };
}

describe('the ledger', () => {
  test('holds what was noted and not struck off, processes first', async () => {
    const scratch = await scratchOf('one');
    const ledger = new Ledger(scratch);
    const child = { kind: 'process', process: { pid: 4711, started: '12' } } as const;
    await ledger.note(image);
    const strike = await ledger.note({ ...image, name: 'native-multiarch-gone' });
    await new Ledger(scratch).note(child);
    await strike();
    expect(await readLedger(scratch)).toEqual({ ownerRuns: true, entries: [child, image] });
  });

  test('of a leg in another container nobody can tell whether it is at work: it is left alone', async () => {
    const scratch = await scratchOf('native-multiarch-aaaaaa');
    await new Ledger(scratch).note(image);
    const owner = (namespace?: string): Promise<void> =>
      writeFile(
        join(scratch, 'ledger', 'owner'),
        JSON.stringify({ pid: process.pid, started: '1', namespace }),
      );
    for (const [namespace, ownerRuns] of [
      [await pidNamespace(), false],
      [undefined, false],
      ['pid:[1]', true],
    ] as const) {
      await owner(namespace);
      expect(await readLedger(scratch)).toMatchObject({ ownerRuns, entries: [image] });
    }
    const { calls, options } = await engines();
    await sweep(parent, options);
    expect(calls).toEqual([]);
    expect(await readdir(parent)).toContain('native-multiarch-aaaaaa');
  });

  test('a leg may be the first process of a container', async () => {
    const scratch = await scratchOf('one');
    await claim(scratch);
    const first = await identify(1);
    await writeFile(join(scratch, 'ledger', 'owner'), JSON.stringify(first));
    expect(await readLedger(scratch)).toMatchObject({ ownerRuns: true });
  });

  test('nobody removes a folder of his own', async () => {
    const own = await scratchOf('native-multiarch-aaaaaa');
    await claim(own);
    await kill(own);
    const { options } = await engines();
    await sweep(parent, options, own);
    expect(await readdir(parent)).toContain('native-multiarch-aaaaaa');
    await sweep(parent, options);
    expect(await readdir(parent)).not.toContain('native-multiarch-aaaaaa');
  });

  test('a folder without one has none', async () => {
    expect(await readLedger(await scratchOf('one'))).toBeUndefined();
    expect(await readLedger(join(parent, 'none'))).toBeUndefined();
  });

  test('the folder that a leg claimed stays claimed when its engines close', async () => {
    const scratch = await scratchOf('one');
    expect(await claim(scratch)).toBe(true);
    expect(await claim(scratch)).toBe(false);
    const ledger = new Ledger(scratch);
    await (
      await ledger.note(image)
    )();
    await ledger.close();
    expect(await readLedger(scratch)).toEqual({ ownerRuns: true, entries: [] });
  });

  test('without a claim it goes with the engine that wrote it', async () => {
    const scratch = await scratchOf('one');
    const ledger = new Ledger(scratch);
    await (
      await ledger.note(image)
    )();
    await ledger.close();
    expect(await readLedger(scratch)).toBeUndefined();
  });

  test.each<[string, string]>([
    ['half written', '{"kind":"image"'],
    ["a name that isn't ours", JSON.stringify({ ...image, name: 'postgres' })],
    ['a flag for a name', JSON.stringify({ ...image, name: '--all' })],
    ['another tool', JSON.stringify({ ...image, tool: 'rm' })],
    ['another kind', JSON.stringify({ ...image, kind: 'volume' })],
    ['every process', JSON.stringify({ kind: 'process', process: { pid: 1, started: '1' } })],
    ['a negative process', JSON.stringify({ kind: 'process', process: { pid: -5, started: '1' } })],
    [
      'a flag for a name to give back',
      JSON.stringify({ ...image, kind: 'lent', name: '--all', image: `sha256:${'ab'.repeat(32)}` }),
    ],
    [
      'a storage that leads elsewhere',
      JSON.stringify({ ...image, kind: 'building', name: 'native-multiarch-1', storage: '/var/../etc' }),
    ],
    [
      'another program',
      JSON.stringify({
        ...image,
        kind: 'builder',
        tool: 'buildx',
        name: 'native-multiarch-1',
        command: ['/bin/sh'],
      }),
    ],
    [
      'other arguments',
      JSON.stringify({
        ...image,
        kind: 'builder',
        tool: 'buildx',
        name: 'native-multiarch-1',
        command: ['/usr/bin/docker', 'run'],
      }),
    ],
    ['long', JSON.stringify({ ...image, variables: { A: 'x'.repeat(20_000) } })],
  ])('what can not be ours is left out: %s', async (_, text) => {
    const scratch = await scratchOf('one');
    await new Ledger(scratch).note(image);
    await writeFile(join(scratch, 'ledger', '00000000000a'), text);
    expect((await readLedger(scratch))?.entries).toEqual([image]);
  });
});

describe('after a leg that was killed', () => {
  test('what it made is removed by its own engine, which gets the same configuration and nothing of ours', async () => {
    const { calls, options } = await engines();
    const scratch = await scratchOf('one');
    const ledger = new Ledger(scratch);
    await ledger.note(image);
    await ledger.note({ kind: 'container', tool: 'docker', name: 'native-multiarch-77', variables: {} });
    await kill(scratch);
    expect(await removeLeftovers(scratch, options)).toBe(2);
    expect(calls.map(({ tool, args }) => [tool.split('/').at(-1), ...args]).toSorted()).toEqual([
      ['docker', 'rm', '--force', 'native-multiarch-77'],
      ['podman', 'rmi', 'localhost/native-multiarch:0123abcd'],
    ]);
    const podman = calls.find(({ tool }) => tool.endsWith('podman'));
    expect(podman?.env).toEqual({ PATH: options.env['PATH'], REGISTRY_AUTH_FILE: '/x/auth' });
  });

  test('the containers in which it was building are found by their mark, and no others', async () => {
    const { calls, options } = await engines();
    const storage = await scratchOf('graph');
    const own = await container(storage, 'a', ['id=native-multiarch-77,type=file,src=/x/mark']);
    await container(storage, 'b', ['id=native-multiarch-777,type=file,src=/y/mark']);
    await container(storage, 'c', []);
    await mkdir(join(storage, 'overlay-containers', 'd'.repeat(64)));
    const scratch = await scratchOf('one');
    const building = { kind: 'building', tool: 'podman', name: 'native-multiarch-77', storage } as const;
    await new Ledger(scratch).note({ ...building, variables: {} });
    await kill(scratch);
    await removeLeftovers(scratch, options);
    expect(calls.map(({ args }) => args)).toEqual([['rm', '--force', own]]);
  });

  test.each([
    ['nobody had before', undefined, imageId, ['image', 'rm', '--no-prune', 'quay.io/acme/app:v1']],
    ['another image had', otherId, imageId, ['image', 'tag', otherId, 'quay.io/acme/app:v1']],
    ['somebody else has taken since', otherId, otherId, undefined],
    ['the image had itself', imageId, imageId, undefined],
  ])('a name for pushing that %s', async (_, before, now, wanted) => {
    const { calls, options } = await engines();
    const scratch = await scratchOf('one');
    const lent = { kind: 'lent', tool: 'docker', name: 'quay.io/acme/app:v1', image: imageId } as const;
    await new Ledger(scratch).note({ ...lent, ...(before !== undefined && { before }), variables: {} });
    await kill(scratch);
    await removeLeftovers(scratch, {
      ...options,
      exec: async (tool, args, given) => ({
        ...(await (options.exec?.(tool, args, given) ?? Promise.reject(new Error('no engine')))),
        stdout: `${now}\n`,
      }),
    });
    expect(calls.slice(1).map(({ args }) => args)).toEqual(wanted === undefined ? [] : [wanted]);
  });

  test("an image that buildx left in Docker's store is Docker's to remove", async () => {
    const { calls, options } = await engines();
    const scratch = await scratchOf('one');
    await new Ledger(scratch).note({ ...image, tool: 'docker' });
    await new Ledger(scratch).note({ ...image, tool: 'buildx' });
    await kill(scratch);
    await removeLeftovers(scratch, options);
    expect(calls.map(({ args }) => args)).toEqual([['image', 'rm', 'localhost/native-multiarch:0123abcd']]);
  });

  test('a builder is removed by the buildx that made it, and by another only where that is gone', async () => {
    const { calls, options } = await engines();
    const scratch = await scratchOf('one');
    const tools = await scratchOf('tools');
    const buildx = join(tools, 'buildx');
    await writeFile(buildx, '');
    await chmod(buildx, 0o755);
    const builder = { kind: 'builder', tool: 'buildx', name: 'native-multiarch-77', variables: {} } as const;
    await new Ledger(scratch).note({ ...builder, command: [buildx] });
    await kill(scratch);
    await removeLeftovers(scratch, options);
    await rm(buildx);
    await removeLeftovers(scratch, options);
    expect(calls.map(({ tool, args }) => [tool.split('/').slice(-2).join('/'), ...args])).toEqual([
      ['tools/buildx', 'rm', '--force', 'native-multiarch-77'],
      ['bin/docker', 'buildx', 'rm', '--force', 'native-multiarch-77'],
    ]);
  });

  test('what leads to another engine than the leg was led to is taken out of the way', async () => {
    const { calls, options } = await engines();
    const scratch = await scratchOf('one');
    const variables = { DOCKER_HOST: 'ssh://far.example', DOCKER_CONTEXT: '' };
    await new Ledger(scratch).note({
      kind: 'container',
      tool: 'docker',
      name: 'native-multiarch-77',
      variables,
    });
    await kill(scratch);
    await removeLeftovers(scratch, { ...options, env: { ...options.env, DOCKER_CONTEXT: 'near' } });
    expect(calls[0]?.env).toEqual({ PATH: options.env['PATH'], DOCKER_HOST: 'ssh://far.example' });
  });

  test.each([
    ['is gone already', 'Error: localhost/native-multiarch:0123abcd: image not known', 0],
    ['is held', 'Error: image is in use by 3 containers', 1],
  ])('what %s', async (_, stderr, warnings) => {
    const { log, options } = await engines(stderr);
    const scratch = await scratchOf('one');
    await new Ledger(scratch).note(image);
    await kill(scratch);
    await removeLeftovers(scratch, options);
    expect(log.warnings).toHaveLength(warnings);
  });

  test('an engine that is still at work is ended from its step on', async () => {
    const scratch = await scratchOf('one');
    // As podman does: it ends, with 7, when the program of its step was killed.
    const engine = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).on('spawn', () => console.log('up')).on('exit', () => process.exit(7)); setInterval(() => {}, 1000)`,
      ],
      { detached: true },
    );
    children.push(engine);
    const ended = once(engine, 'exit');
    await once(engine.stdout, 'data');
    const known = await identify(engine.pid ?? 0);
    if (known === undefined) throw new Error('the engine is not there');
    await new Ledger(scratch).note({ kind: 'process', process: known });
    await kill(scratch);
    await removeLeftovers(scratch, (await engines()).options);
    expect(await ended).toEqual([7, null]);
  });

  test('a sweep takes the folders of killed legs, and leaves those at work and all else', async () => {
    const { calls, options, log } = await engines();
    const killed = await scratchOf('native-multiarch-aaaaaa');
    await new Ledger(killed).note(image);
    await kill(killed);
    await new Ledger(await scratchOf('native-multiarch-bbbbbb')).note(image);
    const killedEarly = await scratchOf('native-multiarch-dddddd');
    await claim(killedEarly);
    await kill(killedEarly);
    await scratchOf('native-multiarch-cccccc');
    await scratchOf('other');
    await sweep(parent, options);
    expect((await readdir(parent)).toSorted()).toEqual([
      'bin',
      'native-multiarch-bbbbbb',
      'native-multiarch-cccccc',
      'other',
    ]);
    expect(calls).toHaveLength(1);
    expect(log.lines.filter((line) => line.startsWith('an earlier leg')).toSorted()).toEqual([
      'an earlier leg was killed here; its temporary files are removed',
      'an earlier leg was killed here; what it left is removed (1)',
    ]);
  });
});
