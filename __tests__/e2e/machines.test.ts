/// <reference lib="esnext.disposable" />
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildkitTool, buildxPath, startBuildKit, type BuildKit } from './support/buildkit.ts';
import { lastLine, shippedCli, type Cli } from './support/cli.ts';
import { writeContext } from './support/context.ts';
import { startDaemonless } from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import { debianPath, run, succeed, type Finished } from './support/processes.ts';
import { architectureNames, hostArchitecture } from './support/tools.ts';

/** What machine it is that native builds run on: that of the one node of several, and that of the kernel. */
let cli: Cli;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const [foreign = hostArchitecture, third = foreign] = architectureNames.filter(
  (name) => name !== hostArchitecture,
);

beforeAll(async () => {
  cli = await shippedCli();
  folder = await temporaryFolder();
  await writeContext(path.join(folder.path, 'context'));
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});

const legArguments = (engine: string, architecture: string): string[] => [
  ...['build', '--engine', engine, '--images', 'localhost:1/a', '--dry-run', '--network', 'none'],
  ...['--context', path.join(folder.path, 'context'), '--platform', `linux/${architecture}`],
];

describe('a builder of two BuildKits', () => {
  let near: BuildKit;
  let far: BuildKit;
  const config = (): string => path.join(folder.path, 'buildx');

  beforeAll(async () => {
    near = await startBuildKit();
    // It says that it is another machine: this one emulates it.
    far = await startBuildKit('--oci-worker-platform', `linux/${foreign}`);
    await mkdir(config());
    const env = { PATH: buildxPath, HOME: folder.path, BUILDX_CONFIG: config() };
    const create = ['create', '--name', 'farm', '--driver', 'remote'];
    await succeed(buildkitTool('buildx'), [...create, '--node', 'near', near.address], { env });
    await succeed(buildkitTool('buildx'), [...create, '--append', '--node', 'far', far.address], { env });
  });

  afterAll(async () => {
    await far[Symbol.asyncDispose]();
    await near[Symbol.asyncDispose]();
  });

  const leg = async (architecture: string): Promise<Finished> =>
    cli.run(legArguments('buildx', architecture), {
      env: { PATH: buildxPath, BUILDX_CONFIG: config(), BUILDX_BUILDER: 'farm' },
    });

  const records = async ({ address }: BuildKit): Promise<number> =>
    (await succeed(buildkitTool('buildctl'), ['--addr', address, 'du'])).stdout.split('\n').length;

  test.each([
    [hostArchitecture, 'near'],
    [foreign, 'far'],
  ] as const)('linux/%s is built natively on %s, and not on the other', async (architecture, node) => {
    const [its, other] = node === 'near' ? [near, far] : [far, near];
    const before = [await records(its), await records(other)] as const;
    const { stderr, status } = await leg(architecture);
    expect(`${lastLine(stderr)} exit ${status}`).toMatch(/ exit 0$/);
    expect(stderr).toContain(
      `linux/${architecture} is built on node ${node} of builder farm, a machine of linux/${architecture}`,
    );
    expect(stderr).toContain(`linux/${architecture} runs natively on buildx`);
    expect(await records(its)).toBeGreaterThan(before[0]);
    expect(await records(other)).toBe(before[1]);
  });

  test(`linux/${third}, which both only emulate, is refused with the names of both`, async () => {
    const { stderr, status } = await leg(third);
    expect(status).toBe(1);
    expect(lastLine(stderr)).toMatch(
      new RegExp(
        `^E_HOST_MISMATCH: linux/${third} was .*, and buildx \\S+ works on linux/${hostArchitecture} and linux/${foreign};`,
        'u',
      ),
    );
  });
});

test.each(['podman', 'buildah'] as const)('%s on a kernel of another machine', async (name) => {
  await using host = await startDaemonless(name);
  const kernel = path.join(folder.path, 'arch');
  await writeFile(kernel, 's390x\n');
  // Nobody else sees that mount.
  const script = 'mount --bind "$0" /proc/sys/kernel/arch && exec "$@"';
  const program = [process.execPath, path.join(cli.folder, 'dist/cli.js')];
  const inside = ['--mount', '/bin/sh', '-c', script, kernel, ...program];
  const { stderr, status } = await run(
    '/usr/bin/unshare',
    [...inside, ...legArguments(name, hostArchitecture)],
    { env: { PATH: debianPath, HOME: folder.path, TMPDIR: cli.temporary, ...host.env } },
  );
  expect(status).toBe(1);
  expect(lastLine(stderr)).toMatch(
    new RegExp(
      `^E_HOST_MISMATCH: linux/${hostArchitecture} was to be built natively, and ${name} \\S+ works on linux/s390x, as its kernel says, and runs there through emulation as linux/${hostArchitecture};`,
      'u',
    ),
  );
});
