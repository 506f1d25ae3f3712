import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEngine } from '../../src/engines/detect.ts';
import type { BuildRequest, DockerfileSource, Engine } from '../../src/engines/engine.ts';
import { readLedger } from '../../src/engines/process/ledger.ts';
import type { EngineOptions } from '../../src/engines/options.ts';
import { CodedError } from '../../src/errors.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import {
  imageId,
  pathWith,
  recordingLog,
  scripted,
  temporaryFolder,
  testOptions,
  type Call,
  type Scripted,
} from './support/scripted.ts';

const amd64 = parsePlatform('linux/amd64');
const reference = parseReference('registry.test/acme/app:v1-amd64');

function request(source: Partial<DockerfileSource> = {}, rest: Partial<BuildRequest> = {}): BuildRequest {
  return {
    platform: amd64,
    mode: 'native',
    source: { kind: 'dockerfile', context: 'app', ...source },
    ...rest,
  };
}

const dockerVersion = JSON.stringify({
  Client: { Version: '28.2.2' },
  Server: { Version: '20.10.24+dfsg1', Os: 'linux', Arch: 'amd64', Components: [{ Name: 'Engine' }] },
});
const podmanInfo = JSON.stringify({
  host: { arch: 'amd64', os: 'linux', variant: '', serviceIsRemote: false },
  store: { graphRoot: '/nonexistent', graphDriverName: 'overlay' },
  version: { Version: '5.4.2' },
});

/** What a healthy engine answers. */
function healthy(line: string): { stdout: string } | undefined {
  if (line.startsWith('docker version')) return { stdout: dockerVersion };
  if (line.startsWith('podman info')) return { stdout: podmanInfo };
  if (line === 'buildah info') return { stdout: '{"host":{"arch":"amd64","os":"linux"}}' };
  if (line === 'buildah version --json') return { stdout: '{"version":"1.39.3"}' };
  if (line.startsWith('docker image inspect --format {{.Id}}')) return { stdout: `${imageId}\n` };
  return undefined;
}

type Answer = (line: string, call: Call) => ReturnType<Parameters<typeof scripted>[0]>;

function engine(
  name: 'docker' | 'podman' | 'buildah',
  answer: Answer = () => undefined,
  overrides: Partial<EngineOptions> = {},
): { engine: Engine; script: Scripted; log: string[] } {
  const script = scripted((line, call) => answer(line, call) ?? healthy(line));
  const { log, lines } = recordingLog();
  return {
    engine: createEngine(name, testOptions({ exec: script.exec, log, ...overrides })),
    script,
    log: lines,
  };
}

const names = ['docker', 'podman', 'buildah'] as const;

/** What takes an image away and leaves the engine's cache where it is. */
const removal = { docker: 'image rm', podman: 'rmi --no-prune', buildah: 'rmi' } as const;

describe.each(names)('%s', (name) => {
  test('is asked for its own architecture', async () => {
    const host = await engine(name).engine.host();
    expect(host.platform).toEqual(amd64);
    expect(host.label).toBe(
      { docker: 'docker 20.10.24', podman: 'podman 5.4.2', buildah: 'buildah 1.39.3' }[name],
    );
  });

  test('another architecture is refused before anything is built', async () => {
    const { engine: one, script } = engine(name);
    await expect(one.build(request({}, { platform: parsePlatform('linux/s390x') }))).rejects.toMatchObject({
      code: 'E_HOST_MISMATCH',
    });
    expect(script.lines().filter((line) => / (?:build|bud) /.test(line))).toEqual([]);
  });

  test('in a container that is emulated itself, native is what the kernel runs', async () => {
    const { engine: one, script } = engine(name, () => undefined, {
      kernelArchitecture: () => Promise.resolve('s390x'),
    });
    if (name === 'docker') {
      // Its daemon answers for the machine that it is on.
      expect(await one.host()).toMatchObject({ platform: { architecture: 'amd64' } });
      return;
    }
    await expect(one.preflight(amd64, 'native')).rejects.toMatchObject({
      code: 'E_HOST_MISMATCH',
      message: expect.stringMatching(
        /^linux\/amd64 was to be built natively, and \w+ \S+ works on linux\/s390x, as its kernel says, and runs there through emulation as linux\/amd64$/,
      ),
    });
    expect(script.lines().filter((line) => / (?:build|bud) /.test(line))).toEqual([]);
    expect(await one.preflight(parsePlatform('linux/s390x'), 'native')).toMatchObject({ mode: 'native' });
  });

  test('a build has a name of its own, and all that was asked for', async () => {
    const { engine: one, script } = engine(name);
    const source = { target: 'app', buildArgs: { VERSION: '1', API_TOKEN: 'hush' }, network: 'host' };
    const image = await one.build(request(source, { labels: { 'a.b': 'c d' } }));
    expect(image).toMatchObject({ engine: name, id: imageId });
    const call = script.calls.find(({ args }) => args.includes('--iidfile'));
    const args = call?.args ?? [];
    const value = (flag: string): string | undefined => args[args.indexOf(flag) + 1];
    expect(value('--tag')).toBe(image.name);
    expect(value('--platform')).toBe('linux/amd64');
    expect(value('--target')).toBe('app');
    expect(value('--network')).toBe('host');
    expect(value('--label')).toBe('a.b=c d');
    expect(args.join(' ')).toContain('--build-arg VERSION=1 --build-arg API_TOKEN ');
    expect(args.join(' ')).not.toContain('hush');
    expect(call?.options.env['API_TOKEN']).toBe('hush');
    await one.remove(image);
    expect(script.lines().at(-1)).toBe(`${name} ${removal[name]} ${image.name}`);
  });

  test.each([
    ['fails', { code: 1, stderr: 'Error: no' }, false],
    ['is stopped, and may have left its image', { code: 143, ended: 'aborted' as const }, true],
  ])('a build that %s is in the ledger no more', async (_, answer, isRemoved) => {
    const temp = temporaryFolder();
    const isBuild = ({ args }: Call): boolean => args.includes('--iidfile');
    const { engine: one, script } = engine(name, (_line, call) => (isBuild(call) ? answer : undefined), {
      temp,
    });
    await expect(one.build(request())).rejects.toBeInstanceOf(CodedError);
    expect((await readLedger(temp))?.entries).toEqual([]);
    const build = script.calls.findIndex(isBuild);
    const image = script.calls[build]?.args.find((arg) => arg.startsWith('localhost/')) ?? '';
    const after = script.lines().slice(build + 1);
    expect(after).toEqual(isRemoved ? [`${name} ${removal[name]} ${image}`] : []);
  });

  test('the image of the probe is removed, also where the leg is stopped meanwhile', async () => {
    const temp = temporaryFolder();
    const { engine: one, script } = engine(
      name,
      (line) => (/ (?:build|bud) /.test(line) ? { code: 143, ended: 'aborted' } : undefined),
      { temp },
    );
    await expect(one.preflight(amd64, 'native')).rejects.toBeInstanceOf(CodedError);
    expect(script.lines().at(-1)).toMatch(/ (?:image rm|rmi) localhost\/native-multiarch-probe:id\d+$/);
    expect((await readLedger(temp))?.entries).toEqual([]);
  });

  test('two legs at once try programs of different bytes: equal layers are kept once', async () => {
    const tried = new Set<string>();
    for (const id of ['one', 'two']) {
      const { engine: leg } = engine(
        name,
        (line, { args }) => {
          if (/ (?:build|bud) /.test(line))
            tried.add(readFileSync(join(args.at(-1) ?? '', 'probe')).toString('hex'));
          return undefined;
        },
        { uniqueId: () => id },
      );
      await leg.preflight(amd64, 'native');
    }
    expect(tried.size).toBe(2);
  });

  test('a build whose image has no id that we can read leaves nothing behind', async () => {
    const temp = temporaryFolder();
    const script = scripted((line) => healthy(line));
    const exec: typeof script.exec = async (tool, args, options) => {
      const result = await script.exec(tool, args, options);
      const idFile = args[args.indexOf('--iidfile') + 1];
      if (args.includes('--iidfile') && idFile !== undefined) writeFileSync(idFile, 'no id');
      return result;
    };
    const { engine: one } = engine(name, () => undefined, { temp, exec });
    await expect(one.build(request())).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: `${name} gave no id where an image id was to be`,
    });
    expect(script.lines().at(-1)).toMatch(`${name} ${removal[name]} localhost/native-multiarch:`);
    expect((await readLedger(temp))?.entries).toEqual([]);
  });

  test('two builds do not share a name', async () => {
    const { engine: one } = engine(name);
    const first = await one.build(request());
    expect((await one.build(request())).name).not.toBe(first.name);
  });

  test('the preflight is run once for a platform', async () => {
    const { engine: one, script } = engine(name);
    await one.preflight(amd64, 'native');
    const calls = script.calls.length;
    expect(await one.preflight(amd64, 'native')).toMatchObject({ mode: 'native' });
    expect(script.calls).toHaveLength(calls);
  });

  test.each([
    ['a remote context', { context: 'https://github.com/acme/app.git' }],
    ['a context that is not there', { context: 'nothere' }],
    ['a Dockerfile that is not there', { file: 'nothere' }],
    ['a build argument with a newline', { buildArgs: { A: 'b\nc' } }],
    ['a build argument whose name is an option', { buildArgs: { '--x': 'y' } }],
    ['a build argument of more than 64 KiB', { buildArgs: { A: 'x'.repeat(65537) } }],
  ])('%s is E_INPUT, and nothing is started', async (_, source) => {
    const { engine: one, script } = engine(name);
    await expect(one.build(request(source))).rejects.toMatchObject({ code: 'E_INPUT' });
    expect(script.calls).toEqual([]);
  });

  test('a build argument that looks like a secret is warned about', async () => {
    const { engine: one, log } = engine(name);
    await one.build(request({ buildArgs: { DB_PASSWORD: 'x' } }));
    expect(log.filter((line) => line.startsWith('warning'))).toEqual([
      expect.stringContaining('DB_PASSWORD looks like a secret'),
    ]);
  });

  test('credentials are in no argument, reach the push, and are gone after close', async () => {
    const temp = temporaryFolder();
    const logins = [{ registry: 'registry.test', username: 'robot', password: 'pa55word' }];
    let seen = '';
    const { engine: one, script } = engine(
      name,
      (line, call) => {
        if (!line.startsWith(`${name} push`)) return undefined;
        const { env } = call.options;
        seen = readFileSync(
          env['REGISTRY_AUTH_FILE'] ?? join(env['DOCKER_CONFIG'] ?? '', 'config.json'),
          'utf8',
        );
        return undefined;
      },
      { logins, temp },
    );
    const image = await one.build(request());
    await one.push(image, reference);
    await one.remove(image);
    expect(seen).toContain(Buffer.from('robot:pa55word').toString('base64'));
    expect(script.lines().join('\n')).not.toContain('pa55word');
    await one.close();
    expect(readdirSync(temp)).toEqual([]);
  });

  test('a push that may pass is tried again, and one that is refused is not', async () => {
    let pushes = 0;
    const flaky = engine(name, (line) => {
      if (!line.startsWith(`${name} push`)) return undefined;
      return ++pushes < 3
        ? { code: 1, stderr: 'received unexpected HTTP status: 503 Service Unavailable' }
        : undefined;
    });
    const image = await flaky.engine.build(request());
    await flaky.engine.push(image, reference);
    expect(pushes).toBe(3);
    pushes = 0;
    const refused = engine(name, (line) => {
      if (!line.startsWith(`${name} push`)) return undefined;
      pushes++;
      return { code: 1, stderr: 'unauthorized: authentication required' };
    });
    await refused.engine.build(request());
    await expect(refused.engine.push(image, reference)).rejects.toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(pushes).toBe(1);
  });

  test('a smoke test that fails says how, and its container is removed', async () => {
    const { engine: one, script } = engine(name, (line) =>
      / run /.test(line) ? { code: 3, stdout: 'no database\n' } : undefined,
    );
    const image = await one.build(request());
    const run = one.run(image, { command: 'app check', platform: amd64, timeoutMs: 1000 });
    await expect(run).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringContaining('ended with 3: no database'),
    });
    expect(script.lines().at(-1)).toMatch(new RegExp(`^${name} rm .*native-multiarch-id`));
    const line = script.lines().find((one) => / run /.test(one)) ?? '';
    expect(line).toContain('--network none');
  });

  test('one that does not end is ended', async () => {
    const { engine: one } = engine(name, (line) =>
      / run /.test(line) ? { code: 137, ended: 'timeout' } : undefined,
    );
    const run = one.run(
      { engine: name, id: imageId, name: 'n' },
      { command: 'app', platform: amd64, timeoutMs: 5000 },
    );
    await expect(run).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringContaining('did not end within 5 s'),
    });
  });

  test('an engine that is not on PATH', async () => {
    const { engine: one } = engine(name, undefined, { env: { PATH: pathWith('other') } });
    await expect(one.host()).rejects.toMatchObject({ code: 'E_ENGINE_MISSING' });
  });

  test('an answer that is no JSON', async () => {
    const { engine: one } = engine(name, () => ({ stdout: 'Emulate Docker CLI using ' }));
    await expect(one.host()).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  test('emulation that only the probe finds missing', async () => {
    const fails: Answer = (line) =>
      / (?:build|bud) /.test(line)
        ? {
            code: 1,
            stderr:
              'exec /probe: exec format error\nError: building at STEP "RUN /probe": while running runtime: exit status 1',
          }
        : undefined;
    const lookUpEmulation = (): Promise<{ kind: 'unknown'; reason: string }> =>
      Promise.resolve({ kind: 'unknown', reason: 'not mounted' });
    const { engine: one } = engine(name, fails, { lookUpEmulation });
    await expect(one.preflight(parsePlatform('linux/s390x'), 'emulate')).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      hint: expect.stringContaining('qemu-user-static'),
    });
    await expect(one.preflight(parsePlatform('linux/386'), 'native')).rejects.toMatchObject({
      code: 'E_HOST_MISMATCH',
    });
  });
});

describe('docker', () => {
  test.each([
    ['on this machine', {}, 'unix:///var/run/docker.sock', '/var/lib/docker'],
    ['where the context in use says', {}, 'ssh://core@power', undefined],
    ['where DOCKER_HOST says', { DOCKER_HOST: 'tcp://power:2376' }, 'unix:///var/run/docker.sock', undefined],
    ['here by DOCKER_HOST', { DOCKER_HOST: 'unix:///run/user/1/docker.sock' }, 'tcp://x', '/var/lib/docker'],
  ])('is %s: only then is its storage looked at', async (_, env, context, wanted) => {
    const { engine: one } = engine(
      'docker',
      (line) => {
        if (line.startsWith('docker context inspect')) return { stdout: `${context}\n` };
        return line.startsWith('docker info') ? { stdout: '{"DockerRootDir":"/var/lib/docker"}' } : undefined;
      },
      { env: { PATH: pathWith('docker'), ...env } },
    );
    await one.host();
    expect(await one.storage?.()).toBe(wanted);
  });

  const missing = {
    code: 1,
    stderr: 'ERROR: BuildKit is enabled but the buildx component is missing or broken.\n',
  };
  const declares = 'ARG TARGETARCH\nFROM scratch\n';

  test('BuildKit, where the command has it', async () => {
    const { engine: one, script } = engine('docker');
    await one.build(request());
    const build = script.calls.find(({ args }) => args.includes('--iidfile'));
    expect(build?.options.env).toMatchObject({ DOCKER_BUILDKIT: '1', BUILDX_BUILDER: 'default' });
  });

  test('a second docker command that has BuildKit is used to build, and named', async () => {
    const env = { PATH: `${pathWith('docker')}:${pathWith('docker')}` };
    const [newer = '', older = ''] = env.PATH.split(':');
    const {
      engine: one,
      script,
      log,
    } = engine(
      'docker',
      (_, call) =>
        call.tool.startsWith(newer) && call.options.env['DOCKER_BUILDKIT'] === '1' ? missing : undefined,
      { env },
    );
    await one.build(request());
    const build = script.calls.find(({ args }) => args.includes('--iidfile'));
    expect(build?.tool).toBe(join(older, 'docker'));
    expect(log.join('\n')).toContain(`docker builds with BuildKit by ${join(older, 'docker')}`);
  });

  test('else the classic builder, which is given the platform arguments that it lacks', async () => {
    const cwd = temporaryFolder({ 'app/Dockerfile': declares });
    const {
      engine: one,
      script,
      log,
    } = engine('docker', (_, call) => (call.options.env['DOCKER_BUILDKIT'] === '1' ? missing : undefined), {
      cwd,
    });
    const image = await one.build(request());
    const build = script.calls.find(({ args }) => args.includes('--iidfile'));
    expect(build?.options.env['DOCKER_BUILDKIT']).toBe('0');
    expect(build?.args.join(' ')).toContain('--force-rm');
    expect(build?.args.join(' ')).toContain('--build-arg TARGETARCH=amd64 ');
    expect(log.join('\n')).toContain('docker builds with the classic builder');
    await one.remove(image);
    // Its cache would go with the image.
    expect(script.lines().at(-1)).toBe(`docker image rm --no-prune ${image.name}`);
  });

  test.each([
    ['{"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}', true],
    [
      '{"Driver":"overlay2","DriverStatus":[["Backing Filesystem","extfs"],["Supports d_type","true"]]}',
      false,
    ],
    ['{"Driver":"vfs"}', false],
  ])('whose format is that of the store: %s', async (info, refused) => {
    const { engine: one } = engine('docker', (line, call) => {
      if (line.startsWith('docker info')) return { stdout: info };
      return call.options.env['DOCKER_BUILDKIT'] === '1' ? missing : undefined;
    });
    const built = one.build(request({ format: 'docker' }));
    if (refused)
      await expect(built).rejects.toMatchObject({
        code: 'E_UNSUPPORTED',
        message: expect.stringContaining("containerd's store"),
      });
    else expect(await built).toMatchObject({ id: imageId });
  });

  test.each([
    ['a shim', { stdout: '{"Client":{"Version":"4.3.1"}}' }],
    [
      "podman's socket",
      { stdout: JSON.stringify({ Server: { Version: '4.3.1', Components: [{ Name: 'Podman Engine' }] } }) },
    ],
  ])('podman behind %s is recognised', async (_, answer) => {
    const { engine: one } = engine('docker', (line) =>
      line.startsWith('docker version') ? answer : undefined,
    );
    await expect(one.host()).rejects.toMatchObject({ code: 'E_ENGINE', hint: 'use engine: podman' });
  });

  test('the pushed name is given back to whom it belonged', async () => {
    const theirs = `sha256:${'cd'.repeat(32)}`;
    const name = 'registry.test/acme/app:v1-amd64';
    let holder = theirs;
    const { engine: one, script } = engine('docker', (line) => {
      if (line.startsWith('docker image tag')) holder = line.split(' ')[3] ?? '';
      return line === `docker image inspect --format {{.Id}} ${name}` ? { stdout: holder } : undefined;
    });
    await one.push(await one.build(request()), reference);
    expect(script.lines().at(-1)).toBe(`docker image tag ${theirs} ${name}`);
  });

  test('a name that was moved while it was pushed is an error', async () => {
    const other = `sha256:${'ef'.repeat(32)}`;
    let pushed = false;
    const { engine: one } = engine('docker', (line) => {
      if (line.startsWith('docker push')) pushed = true;
      return pushed && line.startsWith('docker image inspect --format {{.Id}}')
        ? { stdout: other }
        : undefined;
    });
    await expect(one.push(await one.build(request()), reference)).rejects.toMatchObject({ code: 'E_ENGINE' });
  });
});

const hybrid = (runtime: string): { code: number; stderr: string } => ({
  code: 1,
  stderr: `error running container: from ${runtime} creating container for [/probe]: cgroups in hybrid mode not supported, drop all controllers from cgroupv2\n: exit status 1\nError: building at STEP "RUN /probe": while running runtime: exit status 1\n`,
});

describe.each(['podman', 'buildah'] as const)('the containers in which %s builds', (name) => {
  const id = 'c'.repeat(64);

  /** A storage in which a build, as soon as it starts, has a container beside that of somebody else. */
  function building(answer: ReturnType<Answer>): { script: Scripted; one: Engine } {
    const storage = temporaryFolder({
      [`overlay-containers/${'d'.repeat(64)}/userdata/buildah.json`]: '{"CommonBuildOpts":{"Secrets":[]}}',
    });
    const info = JSON.parse(podmanInfo) as object;
    const { engine: one, script } = engine(name, (line, { args }) => {
      if (line.startsWith('podman info'))
        return { stdout: JSON.stringify({ ...info, store: { graphRoot: storage } }) };
      if (line === 'buildah info')
        return {
          stdout: `{"host":{"arch":"amd64","os":"linux"},"store":{"GraphRoot":${JSON.stringify(storage)}}}`,
        };
      if (!args.includes('--iidfile')) return undefined;
      const folder = join(storage, 'overlay-containers', id, 'userdata');
      mkdirSync(folder, { recursive: true });
      const secrets = args.filter((_, index) => args[index - 1] === '--secret');
      writeFileSync(join(folder, 'buildah.json'), JSON.stringify({ CommonBuildOpts: { Secrets: secrets } }));
      return answer;
    });
    return { script, one };
  }

  test.each([{ code: 1 }, { code: 143, ended: 'aborted' as const }])(
    'are removed where it did not: %j',
    async (answer) => {
      const { script, one } = building(answer);
      await expect(one.build(request())).rejects.toBeInstanceOf(CodedError);
      const remove = name === 'podman' ? 'podman rm --force' : 'buildah rm';
      expect(script.lines().filter((line) => / rm /.test(line))).toEqual([`${remove} ${id}`]);
    },
  );

  test('are its own affair where it ended well', async () => {
    const { script, one } = building(undefined);
    await one.build(request());
    expect(script.lines().filter((line) => / rm /.test(line))).toEqual([]);
  });
});

describe.each(['podman', 'buildah'] as const)('%s where containers do not start', (name) => {
  const isRunc = ({ args, options }: Call): boolean =>
    args.some((arg) => arg.endsWith('/runc')) || options.env['BUILDAH_RUNTIME'] !== undefined;
  const isChroot = ({ options }: Call): boolean => options.env['BUILDAH_ISOLATION'] === 'chroot';

  test('runc is used where crun fails, and said', async () => {
    const {
      engine: one,
      script,
      log,
    } = engine(
      name,
      (line, call) => (/ (?:build|bud) /.test(line) && !isRunc(call) ? hybrid('/usr/bin/crun') : undefined),
      { env: { PATH: pathWith(name, 'runc') } },
    );
    await one.build(request());
    expect(
      isRunc(
        script.calls.find(({ args }) => args.includes('--iidfile')) ?? {
          tool: '',
          args: [],
          options: { env: {} },
        },
      ),
    ).toBe(true);
    expect(log.join('\n')).toMatch(/uses \S+\/runc, since .*cgroups in hybrid mode not supported/);
  });

  test('then a chroot, with which no network can be taken away', async () => {
    const {
      engine: one,
      script,
      log,
    } = engine(name, (line, call) =>
      / (?:build|bud) /.test(line) && !isChroot(call) ? hybrid('/usr/bin/crun') : undefined,
    );
    await one.build(request());
    expect(
      script.calls.find(({ args }) => args.includes('--iidfile'))?.options.env['BUILDAH_ISOLATION'],
    ).toBe('chroot');
    expect(log.join('\n')).toContain('uses BUILDAH_ISOLATION=chroot');
    await expect(one.build(request({ network: 'none' }))).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('chroot isolation'),
    });
    await one.build(request({ network: 'host' }));
  });

  test("the user's own isolation is passed through, and not second-guessed", async () => {
    const env = { PATH: pathWith(name, 'runc'), BUILDAH_ISOLATION: 'chroot' };
    const { engine: one, script } = engine(
      name,
      (line) => (/ (?:build|bud) /.test(line) ? hybrid('/usr/bin/crun') : undefined),
      { env },
    );
    await expect(one.build(request())).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(
      script.calls
        .filter(({ args }) => args.includes('--no-cache'))
        .map(({ options }) => options.env['BUILDAH_ISOLATION']),
    ).toEqual(['chroot']);
  });

  test('where nothing works the first reason is told, with the cure', async () => {
    const { engine: one } = engine(
      name,
      (line) => (/ (?:build|bud) /.test(line) ? hybrid('/usr/bin/crun') : undefined),
      { env: { PATH: pathWith(name, 'runc') } },
    );
    await expect(one.build(request())).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('cgroups in hybrid mode'),
      hint: expect.stringContaining('runc'),
    });
  });

  test('certificates and plain HTTP reach its own registry client', async () => {
    const { engine: one, script } = engine(name, undefined, {
      caCertificate: 'PEM',
      insecureRegistries: ['registry.test'],
    });
    await one.push(await one.build(request()), reference);
    const push = script.lines().find((line) => line.startsWith(`${name} push`)) ?? '';
    expect(push).toMatch(
      /--cert-dir \S+ --tls-verify=false sha256:\S+ docker:\/\/registry\.test\/acme\/app:v1-amd64$/,
    );
    expect(
      script.calls.find(({ args }) => args.includes('--iidfile'))?.options.env['CONTAINERS_REGISTRIES_CONF'],
    ).toBeDefined();
  });

  test.each([
    ['localhost:5000/app:v1', true],
    ['127.0.0.1:5000/app:v1', true],
    ['quay.io/acme/app:v1', false],
  ])('%s may be plain HTTP: %s', async (text, insecure) => {
    const { engine: one, script } = engine(name);
    await one.push(await one.build(request()), parseReference(text));
    expect(
      (script.lines().find((line) => line.startsWith(`${name} push`)) ?? '').includes('--tls-verify=false'),
    ).toBe(insecure);
  });
});

describe('pushing by digest alone', () => {
  test('is refused before the build by podman elsewhere', async () => {
    for (const isElsewhere of [false, true]) {
      const stdout = podmanInfo.replace('"serviceIsRemote":false', `"serviceIsRemote":${isElsewhere}`);
      const { engine: one } = engine('podman', (line) =>
        line.startsWith('podman info') ? { stdout } : undefined,
      );
      const check = one.checkPushByDigest?.();
      if (isElsewhere)
        await expect(check).rejects.toMatchObject({
          code: 'E_UNSUPPORTED',
          message: expect.stringMatching(/^arch-tag none: podman elsewhere/),
        });
      else await expect(check).resolves.toBeUndefined();
    }
  });

  test("is refused before the build by buildx with Docker's own builder, known from the preflight", async () => {
    const inspected =
      'Name:   default\nDriver: docker\n\nNodes:\nName:             default\nEndpoint:         default\nStatus:           running\nBuildKit version: v0.12.5\nPlatforms:        linux/amd64, linux/386\n';
    const script = scripted((line) => {
      if (line === 'docker buildx version') return { stdout: 'github.com/docker/buildx v0.13.1\n' };
      if (line.includes('buildx inspect')) return { stdout: inspected };
      if (line.includes('type=oci'))
        return { code: 1, stderr: 'ERROR: OCI exporter is not supported for the docker driver.\n' };
      return healthy(line);
    });
    const one = createEngine('buildx', testOptions({ exec: script.exec }));
    await one.preflight(amd64, 'native');
    await expect(one.checkPushByDigest?.()).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: 'arch-tag none: with the docker driver Docker pushes, by name only',
    });
  });
});

test('podman runs the image with limits that this host grants, and with runc, where its own way is refused', async () => {
  const answers = [
    'Error: crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied',
    'Error: OCI runtime error: crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv2',
  ];
  const { engine: one, script } = engine(
    'podman',
    (line) => {
      const stderr = / run /.test(line) ? answers.shift() : undefined;
      return stderr === undefined ? undefined : { code: 126, stderr };
    },
    { env: { PATH: pathWith('podman', 'runc') } },
  );
  await one.run(
    { engine: 'podman', id: imageId, name: 'n' },
    { command: 'true', platform: amd64, timeoutMs: 1000 },
  );
  const runs = script.lines().filter((line) => / run /.test(line));
  expect(runs).toHaveLength(3);
  expect(runs[1]).toContain('--ulimit nofile=1024:1024 --ulimit nproc=1024:1024');
  expect(runs[2]).toMatch(/^podman --runtime \S+\/runc run .*--ulimit nofile=1024:1024/);
});

test('buildah runs the image with the limits that its builds need, which a container has from its start', async () => {
  const stderr =
    'error running container: from /usr/bin/runc creating container for [/probe]: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted';
  const { engine: one, script } = engine('buildah', (line) =>
    line.includes(' bud ') && !line.includes('--ulimit') ? { code: 1, stderr } : undefined,
  );
  const image = await one.build(request());
  await one.run(image, { command: 'true', platform: amd64, timeoutMs: 1000 });
  const made = script.lines().find((line) => line.startsWith('buildah from '));
  expect(made).toContain('--ulimit nofile=1024:1024 --ulimit nproc=1024:1024');
});

describe("docker with containerd's image store", () => {
  const manifest = `sha256:${'cd'.repeat(32)}`;

  test('an image is known by what the store calls it, not by the id that its builder wrote down', async () => {
    const { engine: one, script } = engine('docker', (line) =>
      line.startsWith('docker image inspect --format {{.Id}} ') ? { stdout: `${manifest}\n` } : undefined,
    );
    const image = await one.build(request());
    expect(image.id).toBe(manifest);
    await one.push(image, reference);
    expect(script.lines()).toContain(`docker image tag ${manifest} registry.test/acme/app:v1-amd64`);
  });

  test('an image that is gone as soon as it is built', async () => {
    const { engine: one } = engine('docker', (line) =>
      line.startsWith('docker image inspect --format {{.Id}} ')
        ? { code: 1, stderr: 'Error response from daemon: No such image: localhost/native-multiarch:1' }
        : undefined,
    );
    await expect(one.build(request())).rejects.toMatchObject({ code: 'E_ENGINE' });
  });
});
