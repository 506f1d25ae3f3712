/// <reference lib="esnext.disposable" />
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lastLine, leftIn, shippedCli, type Cli } from './support/cli.ts';
import { writeContext } from './support/context.ts';
import {
  runImage,
  startDocker,
  startDaemonless,
  startEngine,
  type EngineHost,
  type EngineName,
} from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import {
  craneDigest,
  craneValidate,
  regctlManifest,
  sha256,
  skopeoRaw,
  type PublishedIndex,
} from './support/judges.ts';
import { buildLeg, platforms, signIn } from './support/publication.ts';
import { startRegistry, type Registry, type RegistryWanted } from './support/registry.ts';
import { architectureNames, architectures, hostArchitecture, requireTools } from './support/tools.ts';

type Handover = 'arch tags' | 'record files' | 'digests';

interface Road {
  readonly engine: EngineName;
  readonly registry: RegistryWanted;
  readonly handover: Handover;
  /** Of the RUN steps: the Docker Engine here has no bridge; buildah's chroot isolation has the host's network alone. */
  readonly network: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Each engine goes the whole way once, each with another registry, another sign-in and another way of handing over. */
const roads: readonly Road[] = [
  {
    engine: 'docker',
    registry: { version: 2, auth: 'basic' },
    handover: 'arch tags',
    network: ['--network', 'none'],
  },
  {
    engine: 'podman',
    registry: { version: 3, auth: 'token' },
    handover: 'record files',
    network: ['--network', 'none'],
  },
  {
    engine: 'buildah',
    registry: { version: 3, auth: 'none' },
    handover: 'digests',
    network: [],
    env: { BUILDAH_ISOLATION: 'chroot' },
  },
];

const shared = new AsyncDisposableStack();
let docker: EngineHost;
let podman: EngineHost;

beforeAll(async () => {
  await requireTools();
  docker = shared.use(await startDocker());
  podman = shared.use(await startDaemonless('podman'));
});

afterAll(async () => {
  await shared.disposeAsync();
});

describe.each(roads)('four platforms with $engine, handed over as $handover', (road) => {
  const stack = new AsyncDisposableStack();
  let cli: Cli;
  let engine: EngineHost;
  let registry: Registry;
  let folder: string;
  let image: string;
  let records: readonly string[] = [];

  beforeAll(async () => {
    cli = stack.use(await shippedCli());
    registry = stack.use(await startRegistry(road.registry));
    const own = road.engine === 'docker' ? docker : stack.use(await startEngine(road.engine));
    engine = { ...own, env: { ...own.env, ...road.env } };
    folder = stack.use(await temporaryFolder()).path;
    await writeContext(path.join(folder, 'context'));
    image = `${registry.host}/acme/app`;
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  const publish = (more: readonly string[] = []): Promise<Record<string, unknown>> => {
    const { flags, input } = signIn(registry);
    const what = ['--images', image, '--tags', 'v1,latest', '--platforms', platforms.join(',')];
    return cli.outputs(
      ['merge', ...what, ...records.flatMap((record) => ['--records', record]), ...flags, ...more],
      {
        input,
      },
    );
  };

  test.each(architectureNames)('builds linux/%s and pushes its arch tag', async (architecture) => {
    const outputs = await buildLeg(cli, engine, registry, architecture, [
      ...[
        '--images',
        image,
        '--tags',
        'v1,latest',
        '--context',
        path.join(folder, 'context'),
        ...road.network,
      ],
    ]);
    const mode = architecture === hostArchitecture ? 'native' : 'emulate';
    expect(outputs).toMatchObject({ platform: `linux/${architecture}`, mode, pushed: true });
    expect(outputs['references']).toContain(`${image}:v1-${architecture}`);
    expect(outputs['digest']).toBe(await craneDigest(registry, `${image}:v1-${architecture}`));
    const record = outputs['record'] as Record<string, unknown>;
    expect(record).toMatchObject({
      ...{
        schema: 1,
        image,
        tag: `v1-${architecture}`,
        platform: `linux/${architecture}`,
        pushed: true,
        mode,
      },
      ...{ digest: outputs['digest'], size: outputs['size'] },
      engine: expect.stringMatching(new RegExp(`^${road.engine} \\d+\\.`)) as unknown,
    });
    await mkdir(path.join(folder, 'records'), { recursive: true });
    await writeFile(path.join(folder, 'records', `${architecture}.json`), JSON.stringify(record));
    if (road.handover === 'digests')
      records = [...records, `linux/${architecture}=${String(outputs['digest'])}`];
    if (road.handover === 'record files') records = [path.join(folder, 'records')];
  });

  test('merges them into one list under both tags', async () => {
    const outputs = await publish();
    expect(outputs['platforms']).toEqual(platforms);
    expect(outputs['references']).toEqual(expect.arrayContaining([`${image}:v1`, `${image}:latest`]));
    for (const tag of ['v1', 'latest'])
      expect(await craneDigest(registry, `${image}:${tag}`)).toBe(outputs['digest']);
    expect(sha256(Buffer.from(String(outputs['index'])))).toBe(outputs['digest']);
  });

  test('verifies and shows it', async () => {
    const { flags, input } = signIn(registry);
    const what = ['--images', image, '--tags', 'v1,latest'];
    const verified = await cli.outputs(['verify', ...what, '--platforms', platforms.join(','), ...flags], {
      input,
    });
    expect(verified['platforms']).toEqual(platforms);
    const shown = await cli.run(['inspect', `${image}:v1`, ...flags], { input });
    expect(`${shown.stderr}exit ${shown.status}`).toMatch(/exit 0$/);
    for (const platform of platforms) expect(shown.stdout).toContain(platform);
    const raw = await cli.run(['inspect', '--raw', `${image}:v1`, ...flags], { input });
    expect(sha256(raw.bytes)).toBe(verified['digest']);
  });

  test('satisfies crane, skopeo and regctl', async () => {
    expect(await craneValidate(registry, `${image}:v1`)).toContain('PASS');
    const bytes = await skopeoRaw(registry, `${image}:v1`);
    expect(await regctlManifest(registry, `${image}:v1`)).toEqual(bytes);
    expect(sha256(bytes)).toBe(await craneDigest(registry, `${image}:latest`));
    const index = JSON.parse(bytes.toString('utf8')) as PublishedIndex;
    expect(index.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`)).toEqual(
      platforms,
    );
  });

  test.each(architectureNames)(
    'runs as %s from the one tag, in docker and in podman',
    async (architecture) => {
      for (const host of [docker, podman]) {
        expect(await runImage(host, `${image}:v1`, architecture, registry)).toBe(architectures[architecture]);
      }
    },
  );

  test('writes nothing the second time', async () => {
    const before = registry.requests().length;
    const outputs = await publish();
    expect(outputs['digest']).toBe(await craneDigest(registry, `${image}:v1`));
    const writes = registry
      .requests()
      .slice(before)
      .filter((request) => !/^(GET|HEAD) /.test(request));
    expect(writes).toEqual([]);
  });

  test('refuses a set with a platform missing, and moves no tag', async () => {
    const held = await craneDigest(registry, `${image}:v1`);
    const { flags, input } = signIn(registry);
    const wanted = [...platforms, 'linux/riscv64'].join(',');
    const what = ['--images', image, '--tags', 'v1,latest,v2', '--platforms', wanted];
    const refused = await cli.run(
      ['merge', ...what, ...records.flatMap((record) => ['--records', record]), ...flags],
      { input },
    );
    expect(refused.status).toBe(1);
    expect(lastLine(refused.stderr)).toMatch(/^E_PLATFORM_MISSING: .*linux\/riscv64/);
    expect(await craneDigest(registry, `${image}:v1`)).toBe(held);
    expect(await craneDigest(registry, `${image}:latest`)).toBe(held);
    expect(await craneDigest(registry, `${image}:v2`)).toBeUndefined();
  });

  test('leaves no file behind, and tells nobody the password', async () => {
    expect(await leftIn(cli.temporary)).toEqual([]);
    if (registry.account === undefined) return;
    const { password } = registry.account;
    for (const form of [password, Buffer.from(password).toString('base64'), encodeURIComponent(password)]) {
      expect(cli.printed()).not.toContain(form);
    }
  });
});
