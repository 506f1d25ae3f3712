/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Emulation } from '../../src/engines/preflight/binfmt.ts';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';
import { request, Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { architectureNames, architectures, busybox, hostArchitecture } from './support/tools.ts';

let shop: Workshop;
/** A PATH with a docker command that has no BuildKit of its own, and no buildx plugin. */
const classic = mkdtempSync(path.join(tmpdir(), 'classic-'));

beforeAll(async () => {
  shop = await Workshop.start();
  await symlink('/usr/local/bin/docker', path.join(classic, 'docker'));
  await crossContext('cross');
  await brokenContext('broken');
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

/** Native steps make the target's files; the target's own stage only takes them over. */
async function crossContext(name: string): Promise<void> {
  const folder = path.join(shop.folder, name);
  await mkdir(folder);
  for (const each of architectureNames) await copyFile(busybox(each), path.join(folder, `busybox-${each}`));
  const script =
    'b=/bin/busybox; $b mkdir -p /out/bin && $b cp /programs/busybox-$TARGETARCH /out/bin/busybox && echo $BUILDPLATFORM to $TARGETPLATFORM on $($b uname -m) > /out/built';
  const lines = [
    'FROM --platform=$BUILDPLATFORM scratch AS build',
    'ARG BUILDARCH',
    'ARG BUILDPLATFORM',
    'ARG TARGETARCH',
    'ARG TARGETPLATFORM',
    'COPY busybox-${BUILDARCH} /bin/busybox',
    'COPY busybox-* /programs/',
    `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`,
    'FROM scratch',
    'COPY --from=build /out/ /',
    'ENTRYPOINT ["/bin/busybox"]',
    'CMD ["cat", "/built"]',
  ];
  await writeFile(path.join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
}

/** A RUN step with a program of a machine that no kernel knows. */
async function brokenContext(name: string): Promise<void> {
  const folder = path.join(shop.folder, name);
  await mkdir(folder);
  const broken = Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(200)]);
  await writeFile(path.join(folder, 'broken'), broken, { mode: 0o755 });
  await writeFile(path.join(folder, 'Dockerfile'), 'FROM scratch\nCOPY broken /bin/\nRUN ["/bin/broken"]\n');
}

const absent = { lookUpEmulation: (): Promise<Emulation> => Promise.resolve({ kind: 'absent' }) };

describe.each(['docker', 'podman', 'buildah'] as const)('%s', (name) => {
  test.each(['s390x', 'ppc64le', 'arm64'] as const)(
    'cross-builds linux/%s without emulating',
    async (architecture) => {
      await using made = await shop.make(name, {}, absent);
      const asked = request(architecture, { mode: 'cross', context: 'cross' });
      expect(await made.engine.preflight(asked.platform, 'cross')).toMatchObject({
        mode: 'cross',
        emulates: false,
      });
      const image = await made.engine.build(asked);
      expect(formatPlatform(await made.engine.platformOf(image))).toBe(`linux/${architecture}`);
      const { reference, text } = shop.target(`${name}-cross-${architecture}`);
      await made.engine.push(image, reference);
      await made.engine.remove(image);
      expect(await runImage(shop.host('podman'), text, architecture, shop.registry)).toBe(
        `linux/${hostArchitecture} to linux/${architecture} on ${architectures[hostArchitecture]}`,
      );
    },
  );

  test('auto emulates where emulation works, and says so', async () => {
    await using made = await shop.make(name);
    const ready = await made.engine.preflight(parsePlatform('linux/s390x'), 'auto');
    expect(ready).toMatchObject({
      mode: 'emulate',
      warning: expect.stringContaining('2 to 20 times slower'),
    });
    expect(ready.note).toMatch(/^mode auto is emulate; linux\/s390x is emulated on /u);
    expect(await made.engine.preflight(parsePlatform(`linux/${hostArchitecture}`), 'auto')).toMatchObject({
      mode: 'native',
    });
  });

  test('auto is cross where nothing emulates, and says why', async () => {
    await using made = await shop.make(name, {}, absent);
    const ready = await made.engine.preflight(parsePlatform('linux/s390x'), 'auto');
    expect(ready.mode).toBe('cross');
    expect(ready.note).toContain(
      'mode auto is cross; emulate does not work here: this kernel has no emulation of linux/s390x',
    );
  });

  test('a RUN step of the target in a cross build goes through the emulation that is there', async () => {
    await using made = await shop.make(name);
    const image = await made.engine.build(request('s390x', { mode: 'cross' }));
    await made.engine.remove(image);
  });

  test('a program that nothing here can run fails as an exec format error', async () => {
    await using made = await shop.make(name, {}, absent);
    const build = made.engine.build(request('s390x', { mode: 'cross', context: 'broken' }));
    await expect(build).rejects.toMatchObject({
      code: 'E_BUILD',
      message: expect.stringMatching(/^exec format error: a RUN step of a stage for linux\/s390x started /u),
    });
  });
});

test("docker's classic builder can't cross-build, and says so before it starts", async () => {
  await using made = await shop.make('docker', { PATH: classic }, absent);
  await expect(
    made.engine.build(request('s390x', { mode: 'cross', context: 'cross' })),
  ).rejects.toMatchObject({
    code: 'E_UNSUPPORTED',
    message: expect.stringContaining("Docker's classic builder can't build stages of several platforms"),
  });
  expect(made.log.join('\n')).not.toContain('Step 1/');
});
