import { describe, expect, test } from '@jest/globals';
import { createEngine } from '../../src/engines/detect.ts';
import type { Engine } from '../../src/engines/engine.ts';
import type { EngineOptions } from '../../src/engines/options.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { pathWith, scripted, temporaryFolder, testOptions, type Scripted } from './support/scripted.ts';

/** What a leg asks an engine before it builds. */
function engine(
  name: 'docker' | 'podman' | 'buildah',
  answers: Readonly<Record<string, string>>,
  over: Partial<EngineOptions> = {},
): { engine: Engine; script: Scripted } {
  const script = scripted((line) => {
    const found = Object.entries(answers).find(([start]) => line.startsWith(start));
    return found === undefined ? { code: 1, stderr: 'No such image' } : { stdout: found[1] };
  });
  const env = { PATH: pathWith('docker', 'podman', 'buildah'), HOME: temporaryFolder(), ...over.env };
  return { engine: createEngine(name, testOptions({ exec: script.exec, ...over, env })), script };
}

const s390x = parsePlatform('linux/s390x');

describe('an image in the store', () => {
  const questions = {
    docker: 'docker image inspect --format {{.Os}}/{{.Architecture}} node:24',
    podman: 'podman image inspect --format {{.Os}}/{{.Architecture}} node:24',
    buildah: 'buildah inspect --type image --format {{.OCIv1.OS}}/{{.OCIv1.Architecture}} node:24',
  } as const;

  test.each(['docker', 'podman', 'buildah'] as const)('of %s is one of that platform', async (name) => {
    const has = async (said: string): Promise<boolean | undefined> =>
      engine(name, { [questions[name]]: said }).engine.hasImage?.('node:24', s390x);
    expect(await has('linux/s390x\n')).toBe(true);
    expect(await has('linux/amd64\n')).toBe(false);
    expect(await has('\n')).toBe(false);
    expect(await engine(name, {}).engine.hasImage?.('node:24', s390x)).toBe(false);
  });
});

describe('docker', () => {
  const info = (over: object): Record<string, string> => ({
    'docker info': JSON.stringify({
      DockerRootDir: '/var/lib/docker',
      RegistryConfig: { Mirrors: [] },
      ...over,
    }),
  });

  test('keeps its images where it says, if it is here', async () => {
    expect(await engine('docker', info({})).engine.storage?.()).toBe('/var/lib/docker');
    const elsewhere = engine('docker', info({}), { env: { DOCKER_HOST: 'ssh://z.example' } });
    expect(await elsewhere.engine.storage?.()).toBeUndefined();
    expect(elsewhere.script.lines()).toEqual([]);
  });

  test('pulls from where the name says, and from mirrors of Docker Hub', async () => {
    const plain = engine('docker', info({}));
    expect(await plain.engine.pullSource?.('node:24')).toEqual({ name: 'node:24', isMirrored: false });
    expect(plain.script.lines()).toHaveLength(1);
    const mirrored = engine(
      'docker',
      info({ RegistryConfig: { Mirrors: ['https://mirror.gcr.io/'] } }),
    ).engine;
    expect(await mirrored.pullSource?.('node:24')).toEqual({ name: 'node:24', isMirrored: true });
    expect(await mirrored.pullSource?.('quay.io/a/b')).toEqual({ name: 'quay.io/a/b', isMirrored: false });
  });

  test("on another machine: that machine's loopback is not ours", async () => {
    const { engine: one } = engine('docker', info({}), { env: { DOCKER_HOST: 'tcp://z.example:2376' } });
    expect(await one.pullSource?.('localhost:5000/a/b')).toBeUndefined();
    expect(await one.pullSource?.('quay.io/a/b')).toBeDefined();
  });

  test('builds what nobody needs where it has no BuildKit', async () => {
    const version = { Server: { Version: '20.10.24', Os: 'linux', Arch: 'amd64', Components: [] } };
    for (const hasBuildKit of [true, false]) {
      const { exec } = scripted((line, { options }) => {
        if (line.startsWith('docker version')) return { stdout: JSON.stringify(version) };
        const isMissing = !hasBuildKit && options.env['DOCKER_BUILDKIT'] === '1';
        return isMissing
          ? { code: 1, stderr: 'ERROR: BuildKit is enabled but the buildx component is missing or broken.' }
          : {};
      });
      const one = createEngine('docker', testOptions({ exec }));
      await one.preflight(parsePlatform('linux/amd64'), 'native');
      const read = await one.dockerfile?.({ kind: 'dockerfile', context: 'app' });
      expect(read).toMatchObject({ text: 'FROM scratch\n', prunes: hasBuildKit });
    }
  });
});

describe('podman', () => {
  const info = (remote: boolean): Record<string, string> => ({
    'podman info': JSON.stringify({
      host: { arch: 's390x', os: 'linux', variant: '', serviceIsRemote: remote },
      store: { graphRoot: '/home/a/storage', graphDriverName: 'overlay' },
      version: { Version: '5.4.2' },
    }),
  });
  const home = temporaryFolder({
    '.config/containers/registries.conf.d/a.conf': '[aliases]\n"node" = "docker.io/library/node"\n',
  });

  test('keeps its images where it says, if it is here', async () => {
    for (const remote of [false, true]) {
      const { engine: one } = engine('podman', info(remote));
      await one.host();
      expect(await one.storage?.()).toBe(remote ? undefined : '/home/a/storage');
    }
  });

  test('completes short names by its own configuration, if it is here', async () => {
    for (const remote of [false, true]) {
      const { engine: one } = engine('podman', info(remote), { env: { HOME: home } });
      await one.host();
      const source = await one.pullSource?.('node:24');
      expect(source?.name).toBe(remote ? undefined : 'docker.io/library/node:24');
    }
  });

  test.each(['oci-archive:base.tar', 'docker-archive:x.tar', 'dir:a', 'containers-storage:b'])(
    '%s is no image of a registry',
    async (reference) => {
      expect(await engine('podman', info(false)).engine.pullSource?.(reference)).toBeUndefined();
    },
  );

  test('looks for a Containerfile first', async () => {
    const folder = temporaryFolder({ Dockerfile: 'FROM a\n', Containerfile: 'FROM b\n' });
    const { engine: one } = engine('podman', info(false));
    expect(await one.dockerfile?.({ kind: 'dockerfile', context: folder })).toMatchObject({
      text: 'FROM b\n',
    });
    await expect(one.dockerfile?.({ kind: 'dockerfile', context: temporaryFolder() })).rejects.toMatchObject({
      code: 'E_INPUT',
    });
  });
});

test('buildah keeps its images where it says', async () => {
  const info = '{"host":{"arch":"s390x","os":"linux"},"store":{"GraphRoot":"/var/lib/containers/storage"}}';
  expect(await engine('buildah', { 'buildah info': info }).engine.storage?.()).toBe(
    '/var/lib/containers/storage',
  );
});
