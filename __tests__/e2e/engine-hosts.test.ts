/// <reference lib="esnext.disposable" />
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRegistryClient } from '../../src/registry/client.ts';
import { credentialSource } from '../../src/registry/credentials.ts';
import { recordingLog } from '../engines/support/scripted.ts';
import { request, Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneDigest, craneValidate } from './support/judges.ts';
import { debianPath } from './support/processes.ts';
import { architectureNames, architectures, busybox, hostArchitecture } from './support/tools.ts';

/** Hosts where something is missing or broken, which is most of them. */
let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

async function program(folder: string, name: string, script: string): Promise<string> {
  const bin = path.join(shop.folder, folder);
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return bin;
}

describe('docker', () => {
  /** What a docker command of 23 or newer does that has no buildx plugin; everything else is Debian's. */
  const newer = (): Promise<string> =>
    program(
      'newer',
      'docker',
      'if [ "$1" = build ] && [ "$DOCKER_BUILDKIT" != 0 ]; then echo "ERROR: BuildKit is enabled but the buildx component is missing or broken." >&2; exit 1; fi\nexec /usr/bin/docker "$@"',
    );

  test('a newer command without buildx: another one builds with BuildKit', async () => {
    await using made = await shop.make('docker', { PATH: `${await newer()}:${debianPath}` });
    await shop.leg(made, 's390x', 'docker-both');
    expect(made.log.join('\n')).toContain('docker builds with BuildKit by /usr/');
  });

  test('a newer command alone: the classic builder builds what it can, and says what it cannot', async () => {
    await using made = await shop.make('docker', { PATH: await newer() });
    await shop.leg(made, hostArchitecture, 'docker-classic');
    expect(made.log.join('\n')).toContain('docker builds with the classic builder');
    await expect(made.engine.build(request('s390x'))).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      hint: expect.stringContaining('buildx'),
    });
  });

  test('without a bridge, a build that does not say its network is told so', async () => {
    await using made = await shop.make('docker');
    await expect(made.engine.build(request(hostArchitecture, { network: 'default' }))).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('no bridge'),
      hint: expect.stringContaining('network: none'),
    });
  });

  test('a daemon that is not there', async () => {
    await using made = await shop.make('docker', { DOCKER_HOST: `unix://${shop.folder}/nowhere.sock` });
    await expect(made.engine.host()).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('the Docker daemon does not answer'),
    });
  });
});

describe.each(['podman', 'buildah'] as const)('%s whose runtime fails on cgroups', (name) => {
  const brokenRuntime = async (): Promise<Record<string, string>> => {
    const says = 'cgroups in hybrid mode not supported, drop all controllers from cgroupv2';
    const bin = await program('runtime', 'crun', `echo "${says}" >&2\nexit 1`);
    const file = path.join(shop.folder, 'containers.conf');
    const crun = JSON.stringify(path.join(bin, 'crun'));
    await writeFile(file, `[engine]\nruntime = "crun"\n[engine.runtimes]\ncrun = [${crun}]\n`);
    return { CONTAINERS_CONF: file };
  };

  test('builds and runs with runc, and says so', async () => {
    await using made = await shop.make(name, await brokenRuntime());
    await shop.leg(made, 's390x', `${name}-runc`);
    const told = new RegExp(`${name} uses \\S*/runc, since .*cgroups in hybrid mode not supported`);
    expect(made.log.join('\n')).toMatch(told);
  });

  test('without runc builds in a chroot, and says so, and that this has the network of the host', async () => {
    const bin = path.join(shop.folder, `only-${name}`);
    await mkdir(bin);
    await symlink(`/usr/bin/${name}`, path.join(bin, name));
    await using made = await shop.make(name, { ...(await brokenRuntime()), PATH: bin });
    await made.engine.remove(await made.engine.build(request('arm64', { network: 'default' })));
    expect(made.log.join('\n')).toMatch(/uses BUILDAH_ISOLATION=chroot, with the host's network/);
    await expect(made.engine.build(request('arm64'))).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});

test('buildah in the isolation that was asked for', async () => {
  await using made = await shop.make('buildah', { BUILDAH_ISOLATION: 'chroot' });
  await shop.leg(made, 'ppc64le', 'buildah-chroot', 'default');
});

describe('assemble', () => {
  test.each(architectureNames)(
    'linux/%s: an image from files that other tools take, and that runs',
    async (architecture) => {
      const { username = '', password = '' } = shop.registry.account ?? {};
      const { reference, text } = shop.target(`assemble-${architecture}`);
      const client = createRegistryClient({
        credentials: credentialSource({
          explicit: [{ registry: shop.registry.host, username, password }],
          env: {},
          home: shop.folder,
          runHelper: () => Promise.reject(new Error('there is no helper')),
        }),
        log: recordingLog().log,
        pushRepositories: [reference.repository],
      });
      try {
        await using made = await shop.make('assemble', {}, { uploader: client });
        const files = [`${busybox(architecture)}:/bin/busybox`];
        const source = {
          kind: 'files',
          context: '.',
          files,
          entrypoint: ['/bin/busybox'],
          cmd: ['uname', '-m'],
        } as const;
        const image = await made.engine.build(request(architecture, { mode: 'cross', source }));
        await made.engine.push(image, reference);
        expect(await craneDigest(shop.registry, text)).toBe(image.id);
      } finally {
        client.close();
      }
      await craneValidate(shop.registry, text);
      for (const name of ['docker', 'podman'] as const) {
        expect(await runImage(shop.host(name), text, architecture, shop.registry)).toBe(
          architectures[architecture],
        );
      }
    },
  );
});
