/// <reference lib="esnext.disposable" />
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildkitTool } from './support/buildkit.ts';
import { lastLine, leftIn, shippedCli, type Cli } from './support/cli.ts';
import { Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneDigest, craneValidate, skopeoCopy, skopeoRaw, type PublishedIndex } from './support/judges.ts';
import {
  ArgumentWatch,
  filesWithSecrets,
  findSecrets,
  makeSecrets,
  printed,
  recorder,
  writeFullContext,
  type Secrets,
} from './support/options-table.ts';
import { debianPath, run, succeed } from './support/processes.ts';
import { platforms, signIn } from './support/publication.ts';
import { architectureNames, busybox, hostArchitecture } from './support/tools.ts';

/** Legs with engine buildx from a shell, on a BuildKit elsewhere: what a workflow's author has. */
let shop: Workshop;
let cli: Cli;
let image: string;

beforeAll(async () => {
  shop = await Workshop.start();
  cli = await shippedCli();
  image = `${shop.registry.host}/acme/app`;
  await writeFullContext(path.join(shop.folder, 'full'));
});

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

/** The folders in which engine and leg write anything at all. */
function written(): string[] {
  return [cli.temporary, shop.host('buildx').storage, '/dev/shm', '/var/tmp'];
}

/** Each blob of an image or list. */
async function blobsOf(reference: string): Promise<Buffer[]> {
  const folder = await mkdtemp(path.join(shop.folder, 'pulled-'));
  const from = ['--src-tls-verify=false', '--src-authfile', shop.registry.authFile, `docker://${reference}`];
  await succeed('/usr/bin/skopeo', ['copy', '--all', '--preserve-digests', ...from, `oci:${folder}:all`]);
  const blobs = path.join(folder, 'blobs/sha256');
  return Promise.all((await readdir(blobs)).map(async (name) => readFile(path.join(blobs, name))));
}

async function list(reference: string): Promise<PublishedIndex> {
  return JSON.parse((await skopeoRaw(shop.registry, reference)).toString('utf8')) as PublishedIndex;
}

describe('four platforms with everything that a Dockerfile can be given, and provenance of mode=max', () => {
  let secrets: Secrets;
  const records: string[] = [];

  beforeAll(async () => {
    secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
  });

  test.each(architectureNames)('linux/%s: built, tried, pushed and handed over', async (architecture) => {
    const recorded = await recorder(shop.folder, buildkitTool('buildx'));
    const { flags, input } = signIn(shop.registry);
    const [, , file] = secrets.inputs;
    const secretFile = file?.from.kind === 'file' ? file.from.path : '';
    const full = path.join(shop.folder, 'full');
    await using watch = new ArgumentWatch();
    const outputs = await cli.outputs(
      [
        ...['build', '--engine', 'buildx', '--platform', `linux/${architecture}`, '--images', image],
        ...['--tags', 'v1', '--mode', 'auto', '--network', 'none', '--context', full, '--target', 'wanted'],
        ...['--build-args', 'GREETING=hello, you', '--labels', 'org.example.words=two words, and a comma'],
        ...['--secret-envs', 'value=VALUE_TOKEN', '--secret-envs', 'environment=LEG_TOKEN'],
        ...['--secret-files', `file=${secretFile}`, '--provenance', 'mode=max'],
        ...['--build-contexts', `two=${full}/context-two`, '--build-contexts', `three=${full}/context-three`],
        ...['--smoke-test', '/bin/busybox test -s /found/sums', ...flags],
      ],
      {
        input,
        env: {
          ...shop.host('buildx').env,
          ...secrets.env,
          VALUE_TOKEN: secrets.values.value,
          PATH: `${recorded.path}:${debianPath}`,
        },
      },
    );
    const reference = `${image}:v1-${architecture}`;
    expect(outputs).toMatchObject({
      platform: `linux/${architecture}`,
      mode: architecture === hostArchitecture ? 'native' : 'emulate',
      engine: 'buildx 0.30.1',
      pushed: true,
      digest: await craneDigest(shop.registry, reference),
    });
    const { record } = outputs;
    expect(record).toMatchObject({
      digest: outputs['digest'],
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
    const index = await list(reference);
    expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual([architecture, 'unknown']);
    expect(findSecrets(watch.text(), secrets)).toEqual([]);
    expect(findSecrets(await readFile(recorded.log), secrets)).toEqual([]);
    expect(findSecrets(Buffer.from(cli.printed()), secrets)).toEqual([]);
    const blobs = await blobsOf(reference);
    expect(blobs.some((blob) => blob.includes('GREETING'))).toBe(true);
    expect(blobs.flatMap((blob) => findSecrets(blob, secrets))).toEqual([]);
    expect(await leftIn(cli.temporary)).toEqual([]);
    expect(await filesWithSecrets(written(), secrets)).toEqual([]);
    records.push(JSON.stringify(record));
  });

  const merge = async (tag: string, ...more: string[]): Promise<Record<string, unknown>> => {
    const { flags, input } = signIn(shop.registry);
    const folder = await mkdtemp(path.join(shop.folder, 'records-'));
    for (const [at, record] of records.entries()) await writeFile(path.join(folder, `${at}.json`), record);
    const what = ['--images', image, '--tags', tag, '--platforms', platforms.join(','), '--records', folder];
    return cli.outputs(['merge', ...what, '--check', 'full', ...flags, ...more], { input });
  };

  test('one list of them, with the attestation of each beside it, runs everywhere', async () => {
    const outputs = await merge('v1');
    expect(outputs['platforms']).toEqual(platforms);
    const { manifests } = await list(`${image}:v1`);
    expect(manifests).toHaveLength(8);
    const digests = manifests.filter(({ platform }) => platform.os === 'linux').map(({ digest }) => digest);
    const subjects = manifests
      .filter(({ platform }) => platform.os === 'unknown')
      .map((one) => (one as { annotations?: Record<string, string> }).annotations);
    expect(subjects.map((each) => each?.['vnd.docker.reference.digest']).toSorted()).toEqual(
      digests.toSorted(),
    );
    await skopeoCopy(shop.registry, `${image}:v1`);
    for (const architecture of architectureNames)
      expect(await runImage(shop.host('podman'), `${image}:v1`, architecture, shop.registry)).toBe(
        printed(secrets),
      );
  });

  test('the same, with the attestations left out', async () => {
    const outputs = await merge('bare', '--attestations', 'strip');
    expect(outputs['platforms']).toEqual(platforms);
    expect((await list(`${image}:bare`)).manifests).toHaveLength(4);
    expect(await craneValidate(shop.registry, `${image}:bare`)).toContain('PASS');
  });
});

test('four platforms in one call', async () => {
  const { flags, input } = signIn(shop.registry);
  const outputs = await cli.outputs(
    [
      ...['build', '--engine', 'buildx', '--platforms', platforms.join(','), '--images', image],
      ...['--tags', 'several', '--mode', 'auto', '--network', 'none', '--provenance', 'true'],
      ...['--context', path.join(shop.folder, 'context'), ...flags],
    ],
    { input, env: shop.host('buildx').env },
  );
  const made = outputs['record'] as readonly Record<string, unknown>[];
  expect(made.map(({ platform, mode }) => [platform, mode])).toEqual(
    architectureNames.map((name) => [`linux/${name}`, name === hostArchitecture ? 'native' : 'emulate']),
  );
  for (const [at, name] of architectureNames.entries())
    expect(await craneDigest(shop.registry, `${image}:several-${name}`)).toBe(made[at]?.['digest']);
  const what = ['--images', image, '--tags', 'several', '--platforms', platforms.join(',')];
  const merged = await cli.outputs(['merge', ...what, '--handover', 'registry', ...flags], { input });
  expect(merged['platforms']).toEqual(platforms);
  expect(await leftIn(cli.temporary)).toEqual([]);
});

describe('a leg that is killed in a step that holds secrets', () => {
  const marker = 'sleep 2718';
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(shop.folder, 'killed-'));
    await copyFile(busybox(hostArchitecture), path.join(folder, 'busybox'));
    for (const name of ['slow', 'quick']) {
      const step = JSON.stringify(['/bin/busybox', ...(name === 'slow' ? marker.split(' ') : ['true'])]);
      await writeFile(
        path.join(folder, `Dockerfile.${name}`),
        `FROM scratch\nCOPY busybox /bin/busybox\nRUN --mount=type=secret,id=short --mount=type=secret,id=long ${step}\n`,
      );
    }
  });

  function leg(name: 'slow' | 'quick', env: Readonly<Record<string, string>>): ChildProcess {
    const args = [
      ...['build', '--engine', 'buildx', '--images', 'localhost:1/a', '--network', 'none', '--dry-run'],
      ...['--secret-envs', 'short=SHORT', '--secret-envs', 'long=LONG', '--file', `Dockerfile.${name}`],
    ];
    return spawn(process.execPath, [path.join(cli.folder, 'dist/cli.js'), ...args], {
      cwd: folder,
      env: { HOME: folder, TMPDIR: cli.temporary, ...shop.host('buildx').env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  async function steps(): Promise<number> {
    const { stdout } = await run('/usr/bin/pgrep', ['--full', `^/bin/busybox ${marker}`], { env: {} });
    return stdout.split('\n').filter((line) => line !== '').length;
  }

  async function until(what: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await what())) {
      if (Date.now() > deadline) throw new Error('waited for a minute');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s: nothing of them is left', async (signal) => {
    const word = (): string => randomBytes(18).toString('base64url');
    const values = { value: word(), environment: `${word()}${'x'.repeat(1000)}\n`.repeat(105), file: word() };
    const secrets: Secrets = { inputs: [], env: {}, file: '', values };
    // No process has room for more of the second than one variable holds.
    const env = { SHORT: values.value, LONG: values.environment };
    const killed = leg('slow', env);
    await until(async () => (await steps()) > 0);
    killed.kill(signal);
    await once(killed, 'exit');
    if (signal === 'SIGKILL') {
      // Until somebody comes, the one that is too long for an environment lies where nobody else can read.
      const lying = await filesWithSecrets(written(), secrets);
      expect(lying).toHaveLength(1);
      for (const file of lying) {
        expect((await stat(file)).mode & 0o077).toBe(0);
        expect((await stat(path.dirname(file))).mode & 0o077).toBe(0);
      }
      const next = leg('quick', env);
      let said = '';
      next.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const [code] = (await once(next, 'close')) as [number | null];
      expect(`${lastLine(said)} ${code}`).toMatch(/ 0$/);
      expect(said).toContain('an earlier leg was killed here; what it left is removed');
    }
    await until(async () => (await steps()) === 0);
    expect(await leftIn(cli.temporary)).toEqual([]);
    expect(await filesWithSecrets(written(), secrets)).toEqual([]);
    expect(await filesWithSecrets([folder], secrets)).toEqual([]);
  });
});
