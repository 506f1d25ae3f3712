/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BuiltImage } from '../../src/engines/engine.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { request, Workshop, type Made } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneDigest, craneValidate } from './support/judges.ts';
import { debianPath, succeed } from './support/processes.ts';
import { architectureNames, architectures, busybox, hostArchitecture } from './support/tools.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

const listed = {
  docker: [
    ['images', '--format', '{{.Repository}}:{{.Tag}}'],
    ['ps', '--all', '-q'],
  ],
  podman: [
    ['images', '--format', '{{.Repository}}:{{.Tag}}'],
    ['ps', '--all', '-q'],
  ],
  buildah: [
    ['images', '--format', '{{.Name}}:{{.Tag}}'],
    ['containers', '-q'],
  ],
} as const;

describe.each(['docker', 'podman', 'buildah'] as const)('%s', (name) => {
  const own = parsePlatform(`linux/${hostArchitecture}`);

  test.each(architectureNames)('builds, runs and pushes linux/%s', async (architecture) => {
    await using made = await shop.make(name);
    const { platform, mode } = request(architecture);
    const ready = await made.engine.preflight(platform, mode);
    expect(ready.mode).toBe(mode);
    if (mode === 'emulate') expect(ready.note).toMatch(/by \/\S+ \(binfmt_misc qemu-\S+, flags \w*F\w*\)/);
    const text = await shop.leg(made, architecture, `${name}-${architecture}`);
    await craneValidate(shop.registry, text);
    expect(await craneDigest(shop.registry, text)).toMatch(/^sha256:/);
    expect(await runImage(shop.host('podman'), text, architecture, shop.registry)).toBe(
      architectures[architecture],
    );
  });

  test('leaves no name, no container, no file and no word of a password', async () => {
    const made = await shop.make(name);
    await shop.leg(made, hostArchitecture, `${name}-clean`);
    await made.engine.close();
    expect(await readdir(made.temp)).toEqual([]);
    const [images, containers] = listed[name];
    const env = { PATH: debianPath, ...shop.host(name).env };
    const names = (await succeed(`/usr/bin/${name}`, images, { env })).stdout;
    expect(names).not.toMatch(/native-multiarch|acme\/engines:.*clean/);
    expect((await succeed(`/usr/bin/${name}`, containers, { env })).stdout.trim()).toBe('');
    expect(made.log.join('\n')).not.toContain(shop.registry.account?.password);
  });

  test('another architecture is refused natively', async () => {
    await using made = await shop.make(name);
    const build = made.engine.build(request('s390x', { mode: 'native' }));
    await expect(build).rejects.toMatchObject({ code: 'E_HOST_MISMATCH' });
  });

  test('a step that fails, and a program of no machine', async () => {
    await using made = await shop.make(name);
    const fails = buildOf(made, `${name}-fails`, '["/bin/busybox", "sh", "-c", "echo oh no >&2; exit 3"]');
    await expect(fails).rejects.toMatchObject({ code: 'E_BUILD', message: expect.stringContaining('oh no') });
    const broken = buildOf(made, `${name}-broken`, '["/bin/broken"]');
    await expect(broken).rejects.toMatchObject({
      code: 'E_BUILD',
      message: expect.stringContaining('/bin/broken is not for linux'),
    });
  });

  test('a smoke test that fails, that is not there, and that does not end', async () => {
    await using made = await shop.make(name);
    const image = await made.engine.build(request(hostArchitecture));
    const smoke = (command: string, timeoutMs = 60_000): Promise<void> =>
      made.engine.run(image, { command, platform: own, timeoutMs });
    await expect(smoke('/bin/busybox false')).rejects.toMatchObject({ code: 'E_SMOKE_TEST' });
    await expect(smoke('/bin/nothere')).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      hint: expect.stringContaining('is that program in the image'),
    });
    await expect(smoke('/bin/busybox sleep 4242', 5000)).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringContaining('did not end within 5 s'),
    });
    expect((await succeed('/usr/bin/ps', ['-eo', 'args'])).stdout).not.toMatch(/sleep 4242/);
    await made.engine.remove(image);
  });

  test('a registry that does not know us', async () => {
    const logins = [{ registry: shop.registry.host, username: 'tester', password: 'wrong' }];
    await using made = await shop.make(name, {}, { logins });
    const image = await made.engine.build(request(hostArchitecture));
    const push = made.engine.push(image, shop.target('refused').reference);
    await expect(push).rejects.toMatchObject({ code: 'E_UNAUTHORIZED' });
    await made.engine.remove(image);
  });
});

/** A build with this RUN step; the image has a busybox and a program of no machine. */
async function buildOf(made: Made, name: string, step: string): Promise<BuiltImage> {
  const context = path.join(shop.folder, name);
  await mkdir(context);
  await copyFile(busybox(hostArchitecture), path.join(context, 'busybox'));
  const broken = Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(200)]);
  await writeFile(path.join(context, 'broken'), broken, { mode: 0o755 });
  await writeFile(path.join(context, 'Dockerfile'), `FROM scratch\nCOPY busybox broken /bin/\nRUN ${step}\n`);
  return made.engine.build(request(hostArchitecture, { context }));
}
