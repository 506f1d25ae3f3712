/// <reference lib="esnext.disposable" />
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shippedCli, lastLine, leftIn, type Cli } from './support/cli.ts';
import { startEngine, type EngineHost } from './support/engines.ts';
import { publishList } from './support/lists.ts';
import { debianPath, succeed, type Finished } from './support/processes.ts';
import { signIn } from './support/publication.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import { requireTools } from './support/tools.ts';

/** What is published is pulled by digest and run, by every engine, under the credentials that it is given. */
const stack = new AsyncDisposableStack();
let cli: Cli;
let registry: Registry;
let image: string;

beforeAll(async () => {
  await requireTools();
  cli = stack.use(await shippedCli());
  registry = stack.use(await startRegistry({ version: 2, auth: 'basic' }));
  image = `${registry.host}/smoke/app`;
  await publishList(cli, registry, 'oci', image, ['v1']);
});

afterAll(async () => {
  await stack.disposeAsync();
});

async function verify(host: EngineHost, command: string, ...more: readonly string[]): Promise<Finished> {
  const { flags, input } = signIn(registry);
  return cli.run(
    ['verify', `${image}:v1`, '--engine', host.name, '--smoke-test', command, ...flags, ...more],
    { input, env: { ...host.env } },
  );
}

describe.each(['docker', 'podman', 'buildah'] as const)('%s', (name) => {
  let host: EngineHost;

  beforeAll(async () => {
    host = stack.use(await startEngine(name));
  });

  test('runs every platform of a published list that this host can run', async () => {
    const { status, stdout, stderr } = await verify(host, '/bin/busybox true', '--json');
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    const { report } = JSON.parse(stdout) as {
      report: { platforms: { platform: string; checks: { check: string; found: string }[] }[] };
    };
    const found = report.platforms.map(({ platform, checks }) => [
      platform,
      checks.find(({ check }) => check === 'smoke-test')?.found,
    ]);
    expect(found).toEqual(
      ['amd64', 'arm64', 'ppc64le', 's390x'].map((architecture) => [
        `linux/${architecture}`,
        `linux/${architecture}` === `linux/${process.arch === 'arm64' ? 'arm64' : 'amd64'}`
          ? 'passed'
          : 'passed, emulated',
      ]),
    );
    const left = {
      docker: ['ps', '--all', '-q'],
      podman: ['ps', '--all', '--external', '-q'],
      buildah: ['containers', '-q'],
    };
    const env = { PATH: debianPath, ...host.env };
    expect((await succeed(`/usr/bin/${name}`, left[name], { env })).stdout.trim()).toBe('');
    expect(await leftIn(cli.temporary)).toEqual([]);
  });

  test('fails where the command does', async () => {
    const { status, stderr } = await verify(
      host,
      '["/bin/busybox", "sh", "-c", "test $(/bin/busybox uname -m) != s390x"]',
    );
    expect(status).toBe(1);
    expect(lastLine(stderr)).toMatch(
      /^E_SMOKE_TEST: \S+\/smoke\/app@sha256:[0-9a-f]{64}: smoke test .* on linux\/s390x ended with 1: .*; the image is published and does not work/,
    );
    expect(lastLine(stderr)).not.toMatch(/linux\/amd64/);
    expect(stderr).not.toContain(registry.account?.password);
  });
});
