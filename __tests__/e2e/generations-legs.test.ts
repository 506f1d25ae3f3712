/// <reference lib="esnext.disposable" />
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lastLine, leftIn, shippedCli, type Cli } from './support/cli.ts';
import {
  folderThere,
  plugin,
  startGenerationLegs,
  type GenerationLegs,
  type LegHost,
} from './support/generation-legs.ts';
import { requireGenerations } from './support/generations.ts';
import { craneDigest, craneValidate } from './support/judges.ts';
import {
  ArgumentWatch,
  filesWithSecrets,
  findSecrets,
  makeSecrets,
  printed,
  storedBlobs,
  type Secrets,
} from './support/options-table.ts';
import type { Finished } from './support/processes.ts';
import { signIn } from './support/publication.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import { hostArchitecture, requireTools } from './support/tools.ts';

/** Legs with the engines of the next generation, in their own Debian. Not part of test:e2e, as generations.test.ts is not. */
const stack = new AsyncDisposableStack();
let cli: Cli;
let registry: Registry;
let legs: GenerationLegs;

beforeAll(async () => {
  await requireTools();
  await requireGenerations();
  cli = stack.use(await shippedCli());
  registry = stack.use(await startRegistry({ version: 3, auth: 'basic' }));
  legs = stack.use(await startGenerationLegs(registry));
});

afterAll(async () => {
  await stack.disposeAsync();
});

const two = ['native', 'emulate'] as const;
const architectureOf = { native: hostArchitecture, emulate: 's390x' } as const;
const platforms = two.map((mode) => `linux/${architectureOf[mode]}`).join(',');
const note = ['--annotations', 'org.example.note=two words, and a comma'];
const oci = 'application/vnd.oci.image.manifest.v1+json';
const dockers = 'application/vnd.docker.distribution.manifest.v2+json';

const engines: readonly {
  readonly title: string;
  readonly engine: 'docker' | 'podman' | 'buildah' | 'buildx';
  readonly host: LegHost;
  readonly label: RegExp;
  readonly mediaType: string;
  readonly flags: readonly string[];
}[] = [
  {
    title: 'docker',
    engine: 'docker',
    host: 'docker',
    label: /^docker 26\.1\./,
    mediaType: dockers,
    flags: [],
  },
  {
    title: "docker with containerd's store",
    engine: 'docker',
    host: 'containerd',
    label: /^docker 26\.1\./,
    mediaType: dockers,
    flags: [],
  },
  { title: 'podman', engine: 'podman', host: 'podman', label: /^podman 5\./, mediaType: oci, flags: note },
  {
    title: 'buildah',
    engine: 'buildah',
    host: 'buildah',
    label: /^buildah 1\.39/,
    mediaType: oci,
    flags: note,
  },
  {
    title: 'buildx, docker driver',
    engine: 'buildx',
    host: 'docker',
    label: /^buildx 0\.13/,
    mediaType: dockers,
    flags: [],
  },
  {
    title: "buildx, docker driver and containerd's store",
    engine: 'buildx',
    host: 'containerd',
    label: /^buildx 0\.13/,
    mediaType: oci,
    flags: note,
  },
  {
    title: 'buildx, BuildKit elsewhere',
    engine: 'buildx',
    host: 'buildkit',
    label: /^buildx 0\.13/,
    mediaType: oci,
    flags: note,
  },
];

describe.each(engines)('$title', ({ title, engine, host, label, mediaType, flags }) => {
  const repository = `legs/${title.replaceAll(/[^a-z]+/g, '-')}`;
  const image = (): string => `${registry.host}/${repository}`;
  const records: string[] = [];
  let secrets: Secrets;

  beforeAll(async () => {
    secrets = await makeSecrets(await folderThere(legs, 'outside'));
  });

  test.each(two)('%s: everything at once, tested and pushed; no secret in sight', async (mode) => {
    const architecture = architectureOf[mode];
    const smoke = `/bin/busybox sh -c 'test "$(/bin/busybox cat /found/sums /found/greeting /two /three)" = "${printed(secrets)}"'`;
    await using watch = new ArgumentWatch();
    const finished = await legs.run(
      [
        ...['build', '--engine', engine, '--platform', `linux/${architecture}`, '--mode', mode],
        ...['--images', image(), '--tags', 'v1', '--json', '--network', 'none'],
        ...['--context', 'full', '--target', 'wanted', '--build-args', 'GREETING=hello, you'],
        ...['--labels', 'org.example.words=two words, and a comma'],
        ...['--secret-envs', 'value=LEG_KEY', '--secret-envs', 'environment=LEG_TOKEN'],
        ...['--secret-files', `file=${secrets.file}`],
        ...['--build-contexts', 'two=full/context-two', '--build-contexts', 'three=./full/context-three'],
        // Two engines share one BuildKit here, whose cache does not tell one secret from another.
        ...['--no-cache', '--smoke-test', smoke, ...flags],
      ],
      { env: { ...legs.env[host], ...secrets.env } },
    );
    expect(`${finished.stderr}exit ${finished.status}`).toMatch(/exit 0$/);
    const outputs = JSON.parse(finished.stdout) as Record<string, unknown>;
    expect(outputs).toMatchObject({
      mode,
      engine: expect.stringMatching(label),
      pushed: true,
      digest: await craneDigest(registry, `${image()}:v1-${architecture}`),
      record: { mediaType },
    });
    const kept = path.join(legs.folder, `${repository.replace('/', '-')}-${mode}.json`);
    await writeFile(kept, JSON.stringify(outputs['record']));
    records.push('--records', kept);
    expect(findSecrets(watch.text(), secrets)).toEqual([]);
    expect(findSecrets(Buffer.from(finished.stdout + finished.stderr), secrets)).toEqual([]);
    expect(await leftIn(legs.temporary)).toEqual([]);
    expect(await filesWithSecrets(['/dev/shm'], secrets)).toEqual([]);
  });

  test('the two are one list, which that generation pulls and runs', async () => {
    const { flags: login, input } = signIn(registry);
    const what = ['--images', image(), '--tags', 'v1', '--platforms', platforms, ...login];
    await cli.outputs(['merge', ...what, ...records], { input });
    await cli.outputs(['verify', ...what, '--check', 'full'], { input });
    expect(await craneValidate(registry, `${image()}:v1`)).toContain('PASS');
    const { generation, env } = legs;
    const docker = async (...args: string[]): Promise<string> =>
      generation.succeed('/usr/bin/docker', args, host === 'containerd' ? env.containerd : env.docker);
    for (const mode of two) {
      const platform = ['--platform', `linux/${architectureOf[mode]}`, `${image()}:v1`];
      await docker('pull', '--quiet', ...platform);
      expect(await docker('run', '--rm', '--network', 'none', ...platform)).toBe(printed(secrets));
    }
  });

  test('no layer, config, history or attestation holds a secret byte', async () => {
    const blobs = await storedBlobs(registry, repository);
    const holds = (text: string): number => blobs.filter(({ bytes }) => bytes.includes(text)).length;
    expect(holds('two words, and a comma')).toBeGreaterThanOrEqual(flags.length > 0 ? 4 : 2);
    expect(holds('hello, you\n')).toBeGreaterThan(0);
    expect(
      blobs.flatMap(({ digest, bytes }) => findSecrets(bytes, secrets).map((what) => `${digest}: ${what}`)),
    ).toEqual([]);
  });
});

describe.each(['docker', 'containerd'] as const)('docker without the buildx plugin, store of %s', (host) => {
  const image = (): string => `${registry.host}/legs/classic-${host}`;
  const leg = async (mode: (typeof two)[number], ...flags: string[]): Promise<Finished> =>
    legs.run(
      [
        ...['build', '--engine', 'docker', '--platform', `linux/${architectureOf[mode]}`, '--mode', mode],
        ...['--images', image(), '--tags', 'v1', '--json', '--network', 'none', '--context', 'context'],
        ...flags,
      ],
      { env: { ...legs.env[host], LEG_TOKEN: 'of some characters' } },
      plugin,
    );

  test('the classic builder builds what it can', async () => {
    const smoke = [
      '--smoke-test',
      '/bin/busybox test -s /built-on',
      '--labels',
      'org.example.words=two words',
    ];
    const { status, stdout, stderr } = await leg('native', ...smoke);
    expect(`${stderr}exit ${status}`).toMatch(/docker builds with the classic builder.*exit 0$/s);
    const mediaType = host === 'containerd' ? oci : dockers;
    expect(JSON.parse(stdout)).toMatchObject({ pushed: true, record: { mediaType } });
    expect(await craneValidate(registry, `${image()}:v1-${hostArchitecture}`)).toContain('PASS');
    expect(await leftIn(legs.temporary)).toEqual([]);
  });

  test('and says what it can not', async () => {
    const contexts = ['--build-contexts', 'two=full/context-two', '--secret-envs', 'environment=LEG_TOKEN'];
    expect(lastLine((await leg('native', ...contexts)).stderr)).toMatch(
      /^E_UNSUPPORTED: .*build-contexts.* can't be honoured by docker without BuildKit, .*secrets/,
    );
    expect(lastLine((await leg('emulate')).stderr)).toMatch(/^E_UNSUPPORTED: .*classic builder.*buildx/);
    expect(await leftIn(legs.temporary)).toEqual([]);
  });

  test('the format of its store is not another', async () => {
    const { status, stderr } = await leg('native', '--format', 'docker', '--dry-run');
    if (host === 'containerd')
      expect(lastLine(stderr)).toMatch(/^E_UNSUPPORTED: format docker .*containerd's store/);
    else expect(`${stderr}exit ${status}`).toMatch(/exit 0$/);
  });
});
