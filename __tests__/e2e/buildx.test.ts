/// <reference lib="esnext.disposable" />
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseEngine } from '../../src/engines/detect.ts';
import type { BuildRequest, DockerfileSource } from '../../src/engines/engine.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { recordingLog } from '../engines/support/scripted.ts';
import { buildkitTool, buildxPath } from './support/buildkit.ts';
import { request, Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneDigest, craneValidate } from './support/judges.ts';
import { debianPath, succeed } from './support/processes.ts';
import { architectureNames, architectures, hostArchitecture, type Architecture } from './support/tools.ts';

let shop: Workshop;
/** A docker with buildx as its plugin, and a private configuration. */
let withPlugin: Record<string, string>;

beforeAll(async () => {
  shop = await Workshop.start();
  const config = await mkdtemp(path.join(shop.folder, 'config-'));
  await mkdir(path.join(config, 'cli-plugins'));
  await symlink(buildkitTool('buildx'), path.join(config, 'cli-plugins', 'docker-buildx'));
  withPlugin = { ...shop.host('docker').env, DOCKER_CONFIG: config, PATH: debianPath };
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

function asked(architecture: Architecture, source: Partial<DockerfileSource> = {}): BuildRequest {
  return request(architecture, {
    source: { kind: 'dockerfile', context: 'context', network: 'none', ...source },
  });
}

describe('a BuildKit at an address, and no docker', () => {
  test.each(architectureNames)('linux/%s: built, run and pushed, with provenance', async (architecture) => {
    const made = await shop.make('buildx');
    const wanted = asked(architecture, { provenance: 'true' });
    const ready = await made.engine.preflight(wanted.platform, wanted.mode);
    expect(ready.mode).toBe(wanted.mode);
    const image = await made.engine.build(wanted);
    const { reference, text } = shop.target(`buildx-${architecture}`);
    await made.engine.push(image, reference);
    await made.engine.remove(image);
    await made.engine.close();
    expect(image.manifest && parseManifest(image.manifest)).toMatchObject({ kind: 'index' });
    expect(await craneDigest(shop.registry, text)).toBe(image.id);
    expect(await runImage(shop.host('podman'), text, architecture, shop.registry)).toBe(
      architectures[architecture],
    );
    expect(await readdir(made.temp)).toEqual([]);
  });

  test('the same sources give the same image, at the time that was given', async () => {
    const SOURCE_DATE_EPOCH = '1700000000';
    const digests = new Set<string>();
    for (const _ of [1, 2]) {
      await using made = await shop.make('buildx', { SOURCE_DATE_EPOCH });
      const image = await made.engine.build(asked(hostArchitecture, { noCache: true }));
      digests.add(image.id);
      await made.engine.remove(image);
    }
    expect(digests.size).toBe(1);
  });

  test("Docker's format, a cache in a folder, limits and further files", async () => {
    const cache = await mkdtemp(path.join(shop.folder, 'cache-'));
    await using made = await shop.make('buildx');
    const image = await made.engine.build(
      asked(hostArchitecture, {
        format: 'docker',
        cacheTo: [{ type: 'local', attributes: { dest: cache, mode: 'max' } }],
        cacheFrom: [{ type: 'local', attributes: { src: cache } }],
        addHosts: ['example.test:127.0.0.1'],
        shmSize: '32m',
        ulimit: ['nofile=512:512'],
        outputs: [`type=local,dest=${cache}/files`],
      }),
    );
    expect(image.manifest?.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect((await readdir(cache)).sort()).toEqual(['files', `linux-${hostArchitecture}`]);
    expect(await readdir(path.join(cache, 'files'))).toContain('built-on');
    await made.engine.push(image, shop.target('buildx-docker-format').reference);
    await made.engine.remove(image);
  });

  test('annotations are in the manifest', async () => {
    await using made = await shop.make('buildx');
    const image = await made.engine.build(
      asked(hostArchitecture, { annotations: { 'org.example.note': 'two words, and a comma' } }),
    );
    expect(image.manifest && parseManifest(image.manifest)).toMatchObject({
      annotations: { 'org.example.note': 'two words, and a comma' },
    });
    await made.engine.remove(image);
  });

  test('a step that fails, and a host network that the daemon does not grant', async () => {
    await using made = await shop.make('buildx');
    const context = await mkdtemp(path.join(shop.folder, 'failing-'));
    await writeFile(path.join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\nRUN ["/nothere"]\n');
    await expect(made.engine.build(asked(hostArchitecture, { context }))).rejects.toMatchObject({
      code: 'E_BUILD',
    });
    await expect(made.engine.build(asked(hostArchitecture, { network: 'host' }))).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('network.host'),
    });
  });

  test('nobody at the address is told in seconds, and nothing is left', async () => {
    const made = await shop.make('buildx', { BUILDKIT_HOST: `unix://${shop.folder}/nobody.sock` });
    await expect(made.engine.host()).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('nobody.sock'),
    });
    await made.engine.close();
    expect(await readdir(made.temp)).toEqual([]);
  });
});

describe('drivers', () => {
  test("the docker driver with Docker 20.10 keeps the image in Docker's store", async () => {
    await using made = await shop.make('buildx', { ...withPlugin, BUILDKIT_HOST: '' });
    const image = await made.engine.build(asked('s390x'));
    const { platform } = asked('s390x');
    await made.engine.run(image, { command: '/bin/busybox true', platform, timeoutMs: 60_000 });
    const { reference, text } = shop.target('buildx-docker-driver');
    await made.engine.push(image, reference);
    await craneValidate(shop.registry, text);
    await expect(
      made.engine.build(asked('s390x', { provenance: 'true', cacheTo: [{ type: 'gha', attributes: {} }] })),
    ).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    await made.engine.remove(image);
    const left = ['images', '--format', '{{.Repository}}:{{.Tag}}'];
    expect((await succeed('/usr/bin/docker', left, { env: withPlugin })).stdout).not.toContain(
      'native-multiarch',
    );
  });

  test('a builder that the user has chosen is used, and stays', async () => {
    const { BUILDKIT_HOST = '', ...rest } = shop.host('buildx').env;
    const BUILDX_CONFIG = await mkdtemp(path.join(shop.folder, 'builders-'));
    const env = { ...rest, PATH: debianPath, HOME: shop.folder, BUILDX_CONFIG };
    const create = ['create', '--use', '--name', 'users', '--driver', 'remote', BUILDKIT_HOST];
    await succeed(buildkitTool('buildx'), create, { env });
    const made = await shop.make('buildx', { BUILDX_CONFIG, BUILDKIT_HOST: '' });
    const image = await made.engine.build(asked('ppc64le'));
    await made.engine.remove(image);
    await made.engine.close();
    expect(made.log.join('\n')).toContain('builder users (remote): BuildKit 0.26.2 at');
    expect((await succeed(buildkitTool('buildx'), ['inspect', 'users'], { env })).stdout).toContain('users');
  });

  test('a container of our own that Docker can not start is told, and gone', async () => {
    const made = await shop.make('buildx', {
      ...withPlugin,
      BUILDKIT_HOST: '',
      NATIVE_MULTIARCH_BUILDER_OPTIONS: 'image=localhost/no-such-buildkit:1,network=host',
    });
    await expect(made.engine.host()).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('localhost/no-such-buildkit'),
    });
    await made.engine.close();
    expect(await readdir(made.temp)).toEqual([]);
    expect((await succeed('/usr/bin/docker', ['ps', '-aq'], { env: withPlugin })).stdout).toBe('');
  });
});

describe('engine auto', () => {
  const trial = { mode: 'native', smokeTest: false } as const;

  async function chosen(env: Record<string, string>, smokeTest = false) {
    const temp = await mkdtemp(path.join(shop.folder, 'temp-'));
    const { log, lines } = recordingLog();
    const options = { log, env: { HOME: temp, ...env }, cwd: shop.folder, temp };
    const engine = await chooseEngine('auto', options, { ...trial, smokeTest });
    await engine.close();
    return { name: engine.name, lines: lines.join('\n') };
  }

  test('takes a BuildKit that somebody set up, also where the image is to run', async () => {
    expect((await chosen(shop.host('buildx').env, true)).name).toBe('buildx');
  });

  test("leaves Docker's own BuildKit to engine docker", async () => {
    const { name, lines } = await chosen(withPlugin);
    expect(name).toBe('docker');
    expect(lines).toContain(
      "engine buildx is passed over: E_ENGINE_MISSING: the builder of buildx is Docker's own",
    );
  });

  test('goes on where the BuildKit does not answer', async () => {
    const { name, lines } = await chosen({
      ...shop.host('podman').env,
      PATH: buildxPath,
      BUILDKIT_HOST: `unix://${shop.folder}/nobody.sock`,
    });
    expect(name).toBe('podman');
    expect(lines).toMatch(/engine buildx is passed over: E_ENGINE: BuildKit does not answer/);
  });
});
