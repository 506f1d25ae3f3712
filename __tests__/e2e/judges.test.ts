/// <reference lib="esnext.disposable" />
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lastLine, shippedCli, type Cli } from './support/cli.ts';
import { runImage, startDaemonless, startDocker, type EngineHost } from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import { craneDigest, craneValidate, regctlManifest, skopeoCopy, skopeoRaw } from './support/judges.ts';
import { platforms, signIn } from './support/publication.ts';
import { startRegistry, type Registry, type RegistryWanted } from './support/registry.ts';
import { architectureNames, architectures, busybox, requireTools } from './support/tools.ts';

const registries: readonly RegistryWanted[] = [
  { version: 2, auth: 'token' },
  { version: 3, auth: 'basic' },
];

/** Images that no container engine made: assembled by ourselves, so every byte of them is for others to judge. */
describe.each(registries)('assembled images in distribution $version with $auth sign-in', (wanted) => {
  const stack = new AsyncDisposableStack();
  let cli: Cli;
  let registry: Registry;
  let hosts: readonly EngineHost[];
  let programs: string;
  let image: string;

  beforeAll(async () => {
    await requireTools();
    cli = stack.use(await shippedCli());
    registry = stack.use(await startRegistry(wanted));
    hosts = [stack.use(await startDocker()), stack.use(await startDaemonless('podman'))];
    programs = stack.use(await temporaryFolder()).path;
    for (const name of architectureNames) {
      await mkdir(path.join(programs, 'linux', name), { recursive: true });
      await copyFile(busybox(name), path.join(programs, 'linux', name, 'busybox'));
    }
    image = `${registry.host}/acme/tool`;
    for (const name of architectureNames) await assemble(name, 'v1');
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  const assemble = (
    name: string,
    tag: string,
    more: readonly string[] = [],
  ): Promise<Record<string, unknown>> => {
    const { flags, input } = signIn(registry);
    const args = [
      ...['build', '--engine', 'assemble', '--platform', `linux/${name}`, '--images', image, '--tags', tag],
      ...['--context', programs, '--files', '{os}/{arch}/busybox:/bin/busybox:0755'],
      ...['--entrypoint', '["/bin/busybox"]', '--cmd', '["uname", "-m"]', ...more, ...flags],
    ];
    return cli.outputs(args, { input });
  };

  const merge = (tags: string, more: readonly string[] = []): ReturnType<Cli['run']> => {
    const { flags, input } = signIn(registry);
    const args = [
      'merge',
      '--images',
      image,
      '--tags',
      tags,
      '--platforms',
      platforms.join(','),
      ...more,
      ...flags,
    ];
    return cli.run(args, { input });
  };

  test('are published as one list that crane, skopeo and regctl accept', async () => {
    const merged = await merge('v1');
    expect(`${lastLine(merged.stderr)} ${merged.status}`).toMatch(/ 0$/);
    expect(await craneValidate(registry, `${image}:v1`)).toContain('PASS');
    await skopeoCopy(registry, `${image}:v1`);
    expect(await regctlManifest(registry, `${image}:v1`)).toEqual(await skopeoRaw(registry, `${image}:v1`));
  });

  test.each(architectureNames)('run as %s in docker and in podman', async (name) => {
    for (const host of hosts)
      expect(await runImage(host, `${image}:v1`, name, registry)).toBe(architectures[name]);
  });

  test('have the same digest when they are assembled again', async () => {
    const before = await craneDigest(registry, `${image}:v1-s390x`);
    const again = await assemble('s390x', 'v1');
    expect(again['digest']).toBe(before);
  });

  test('asks the token server once for each command', async () => {
    if (registry.tokens === undefined) return;
    const before = registry.tokens.asked.length;
    expect((await merge('v1')).status).toBe(0);
    expect(registry.tokens.asked.slice(before)).toHaveLength(1);
  });

  test.each([
    {
      mistake: 'a leg under the name of another platform',
      more: () => ['--records', `linux/s390x=${image}:v1-ppc64le`],
      code: 'E_PLATFORM_MISMATCH',
    },
    {
      mistake: 'a record of what was never pushed',
      more: () => ['--records', `linux/s390x=sha256:${'0'.repeat(64)}`],
      code: 'E_NOT_FOUND',
    },
  ])('refuses $mistake with $code', async ({ more, code }) => {
    const others = ['amd64', 'arm64', 'ppc64le'].flatMap((name) => [
      '--records',
      `linux/${name}=${image}:v1-${name}`,
    ]);
    const refused = await merge('v9', [...others, ...more()]);
    expect(refused.status).toBe(1);
    expect(lastLine(refused.stderr)).toMatch(new RegExp(`^${code}: `));
    expect(await craneDigest(registry, `${image}:v9`)).toBeUndefined();
  });

  test('refuses a wrong password with E_UNAUTHORIZED', async () => {
    const args = ['verify', '--images', image, '--tags', 'v1', '--username', 'tester', '--password-stdin'];
    const refused = await cli.run(args, { input: 'not the password' });
    expect(refused.status).toBe(1);
    expect(lastLine(refused.stderr)).toMatch(/^E_UNAUTHORIZED: /);
  });
});
