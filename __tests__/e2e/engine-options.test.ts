/// <reference lib="esnext.disposable" />
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { probeProgram } from '../../src/engines/preflight/probe.ts';
import { padding, tarEnd, tarHeader } from '../../src/engines/stored/tar.ts';
import { lastLine, leftIn, shippedCli, type Cli } from './support/cli.ts';
import { Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneValidate } from './support/judges.ts';
import {
  ArgumentWatch,
  filesWithSecrets,
  findSecrets,
  makeSecrets,
  recorder,
  printed,
  storedBlobs,
  writeFullContext,
  type Secrets,
} from './support/options-table.ts';
import { debianPath } from './support/processes.ts';
import { platforms, signIn } from './support/publication.ts';
import { architectureNames, hostArchitecture } from './support/tools.ts';

let shop: Workshop;
let cli: Cli;

beforeAll(async () => {
  shop = await Workshop.start();
  cli = await shippedCli();
  await writeFullContext(path.join(shop.folder, 'full'));
});

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

const twoContexts = [
  '--build-contexts',
  'two=full/context-two',
  '--build-contexts',
  'three=./full/context-three',
];

/** buildx, which attests as well, has the same in a file of its own. */
const engines = [
  { name: 'docker', flags: ['--file', 'full/Dockerfile.alone'] },
  { name: 'podman', flags: twoContexts },
  { name: 'buildah', flags: twoContexts },
] as const;

/** A leg with everything: secrets in two forms, of which one has several lines, contexts, arguments, labels and a target. */
function everything(secrets: Secrets): string[] {
  return [
    ...['--context', 'full', '--network', 'none', '--target', 'wanted'],
    ...['--build-args', 'GREETING=hello, you', '--labels', 'org.example.words=two words, and a comma'],
    ...['--secret-envs', 'value=LEG_KEY', '--secret-envs', 'environment=LEG_TOKEN'],
    ...['--secret-files', `file=${secrets.file}`],
  ];
}

test('a secret in an image is found in each of its forms', async () => {
  const secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
  const { environment } = secrets.values;
  const member = gzipSync(`left: ${environment}`);
  const entry = { path: 'layer.tar.gz', kind: 'file', mode: 0o644, size: member.length } as const;
  const archive = Buffer.concat([tarHeader(entry, 0), member, padding(member.length), tarEnd]);
  for (const hidden of [archive, member, gzipSync(archive)])
    expect(findSecrets(hidden, secrets)).toEqual(['environment as it is']);
  const lines = secrets.values.value.split('\n').slice(0, 3).join('\n');
  for (const shown of [lines, Buffer.from(lines).toString('hex')])
    expect(findSecrets(Buffer.from(shown), secrets)).toHaveLength(2);
  for (const before of ['', 'x', 'xy']) {
    const found = findSecrets(
      Buffer.from(Buffer.from(`${before}${environment}`).toString('base64')),
      secrets,
    );
    expect(found).toEqual([`environment in base64 at ${before.length}`]);
  }
});

describe.each(engines)('$name', ({ name, flags }) => {
  const image = (): string => `${shop.registry.host}/acme/full-${name}`;
  const records: string[] = [];
  let secrets: Secrets;

  beforeAll(async () => {
    secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
  });

  test.each(architectureNames)(
    'linux/%s: secrets, contexts, arguments, labels, target and RUN, tested and pushed; no secret in sight',
    async (architecture) => {
      const recorded = await recorder(shop.folder, `/usr/bin/${name}`);
      const { env, storage } = shop.host(name);
      const native = architecture === hostArchitecture;
      const smoke = [
        '--smoke-test',
        `/bin/busybox sh -c 'test "$(/bin/busybox cat /found/sums /found/greeting /two /three)" = "${printed(secrets)}"'`,
      ];
      const { flags: login, input } = signIn(shop.registry);
      await using watch = new ArgumentWatch();
      const finished = await cli.run(
        [
          ...['build', '--engine', name, '--platform', `linux/${architecture}`, '--images', image()],
          ...['--mode', native ? 'native' : 'emulate', '--tags', 'v1', '--json'],
          ...[...login, ...everything(secrets), ...flags, ...smoke],
        ],
        {
          env: { ...env, ...secrets.env, PATH: `${recorded.path}:${debianPath}` },
          cwd: shop.folder,
          input,
        },
      );
      expect(`${finished.stderr}exit ${finished.status}`).toMatch(/exit 0$/);
      const { record, pushed } = JSON.parse(finished.stdout) as { record: unknown; pushed: boolean };
      expect(pushed).toBe(true);
      const kept = path.join(shop.folder, `${name}-${architecture}.json`);
      await writeFile(kept, JSON.stringify(record));
      records.push('--records', kept);
      expect(findSecrets(watch.text(), secrets)).toEqual([]);
      expect(findSecrets(await readFile(recorded.log), secrets)).toEqual([]);
      expect(findSecrets(Buffer.from(finished.stdout + finished.stderr), secrets)).toEqual([]);
      expect(await leftIn(cli.temporary)).toEqual([]);
      expect(await filesWithSecrets([storage, '/dev/shm', '/var/tmp'], secrets)).toEqual([]);
    },
  );

  test('the four are one list, which runs on each platform', async () => {
    const { flags: login, input } = signIn(shop.registry);
    const what = ['--images', image(), '--tags', 'v1', '--platforms', platforms.join(',')];
    await cli.outputs(['merge', ...what, ...records, ...login], { input });
    const verified = await cli.outputs(['verify', ...what, '--check', 'full', ...login], { input });
    expect(verified['platforms']).toEqual(platforms);
    expect(await craneValidate(shop.registry, `${image()}:v1`)).toContain('PASS');
    for (const architecture of architectureNames)
      expect(await runImage(shop.host('podman'), `${image()}:v1`, architecture, shop.registry)).toBe(
        printed(secrets),
      );
  });

  test('no layer, config, history or attestation holds a secret byte', async () => {
    const blobs = await storedBlobs(shop.registry, `acme/full-${name}`);
    const holds = (text: string): number => blobs.filter(({ bytes }) => bytes.includes(text)).length;
    // What has to be there is: so what is not found was looked for.
    expect(holds('two words, and a comma')).toBeGreaterThanOrEqual(architectureNames.length);
    expect(holds('/found/greeting')).toBeGreaterThanOrEqual(architectureNames.length);
    expect(holds('hello, you\n')).toBeGreaterThan(0);
    expect(
      blobs.flatMap(({ digest, bytes }) => findSecrets(bytes, secrets).map((what) => `${digest}: ${what}`)),
    ).toEqual([]);
  });
});

describe('what an engine has no place for is told before it starts', () => {
  async function refused(PATH: string, flags: readonly string[]): Promise<string> {
    const secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
    const { flags: login, input } = signIn(shop.registry);
    const before = shop.registry.requests().length;
    const { status, stderr } = await cli.run(
      [
        ...['build', '--engine', 'docker', '--platform', 'linux/s390x', '--mode', 'emulate'],
        ...['--images', `${shop.registry.host}/acme/refused`, '--tags', 'v1'],
        ...[...login, ...everything(secrets), ...flags],
      ],
      { env: { ...shop.host('docker').env, ...secrets.env, PATH }, cwd: shop.folder, input },
    );
    expect(status).toBe(1);
    expect(stderr).not.toMatch(/^(?:#\d+ |Step \d)/mu);
    const asked = shop.registry.requests().slice(before);
    expect(asked.filter((line) => !line.startsWith('HEAD '))).toEqual([]);
    expect(await leftIn(cli.temporary)).toEqual([]);
    return lastLine(stderr);
  }

  test('build contexts with Docker 20.10', async () => {
    expect(await refused(debianPath, twoContexts)).toMatch(
      /^E_UNSUPPORTED: build-contexts can't be honoured by docker 20\.10\S*: it came with 23\.0; .*podman, buildah/,
    );
  });

  test("secrets and build contexts with Docker's classic builder", async () => {
    const classic = await mkdtemp(path.join(shop.folder, 'classic-'));
    await symlink('/usr/local/bin/docker', path.join(classic, 'docker'));
    const line = await refused(classic, twoContexts);
    expect(line).toMatch(
      /^E_UNSUPPORTED: .*secrets can't be honoured by docker without BuildKit, .*buildx, docker with its buildx plugin, podman/,
    );
    expect(line).toContain('build-contexts');
  });
});

test.each(['docker', 'podman'] as const)('a fifth platform: linux/riscv64 with %s', async (name) => {
  const context = await mkdtemp(path.join(shop.folder, 'riscv64-'));
  await writeFile(path.join(context, 'probe'), probeProgram('riscv64') ?? '', { mode: 0o755 });
  await writeFile(
    path.join(context, 'Dockerfile'),
    'FROM scratch\nCOPY probe /\nRUN ["/probe"]\nCMD ["/probe"]\n',
  );
  const { flags: login, input } = signIn(shop.registry);
  const image = `${shop.registry.host}/acme/fifth`;
  const outputs = await cli.outputs(
    [
      ...['build', '--engine', name, '--platform', 'linux/riscv64', '--mode', 'emulate'],
      ...['--context', context, '--network', 'none', '--images', image, '--tags', name],
      ...['--smoke-test', '/probe', ...login],
    ],
    { env: shop.host(name).env, input },
  );
  expect(outputs).toMatchObject({ platform: 'linux/riscv64', mode: 'emulate', pushed: true });
  const ran = runImage(shop.host('podman'), `${image}:${name}-riscv64`, 'riscv64', shop.registry);
  expect(await ran).toBe('');
});
