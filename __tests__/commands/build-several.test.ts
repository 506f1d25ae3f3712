import { describe, expect, test } from '@jest/globals';
import { build } from '../../src/commands/build.ts';
import { CodedError } from '../../src/errors.ts';
import type { BuiltImage, Engine, WantedMode } from '../../src/engines/engine.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { buildImage } from '../support/images.ts';
import { keptLog } from '../support/silent-log.ts';
import {
  environment,
  path,
  raw,
  runMerge,
  withClient,
  withRegistry,
  type RunOptions,
} from './support/scene.ts';
import { scriptedEngine, type Script } from './support/scripted-engine.ts';

const amd64 = buildImage();
const s390x = buildImage({ platform: 'linux/s390x' });

/** A host that makes both: each image by the engine that its row names. */
async function runBuild(
  registry: FakeRegistry,
  inputs: Record<string, string>,
  scripts: Partial<Record<'docker' | 'podman', Partial<Script>>> = {},
  options: RunOptions = {},
  prepare: (engines: Record<'docker' | 'podman', Engine>) => void = () => undefined,
) {
  const log = keptLog();
  const engines = {
    docker: scriptedEngine(registry, { image: amd64, ...scripts.docker }),
    podman: scriptedEngine(registry, { image: s390x, ...scripts.podman }),
  };
  prepare(engines);
  const parsed = await parseInputs('build', raw(registry, { tags: 'v1', ...inputs }), log);
  const github = await environment(options);
  const work = withClient(registry, options, async (client) =>
    build(parsed, {
      log,
      engineOf: (name) => Promise.resolve(engines[name === 'docker' ? 'docker' : 'podman']),
      registry: client,
      github,
      handOver: () => Promise.resolve(),
      sleep: () => Promise.resolve(),
      now: () => 0,
    }),
  );
  return { work, engines, log };
}

const rows = '{ linux/amd64: { engine: docker }, linux/s390x: { engine: podman, mode: emulate } }';

describe('several platforms on one host', () => {
  test('are made one after the other, each tried before the first is built; merge takes the records', async () => {
    await withRegistry({}, async (registry) => {
      const { work, engines } = await runBuild(registry, { platforms: rows });
      const { outputs, text } = await work;
      expect(engines.docker.steps).toEqual([
        'preflight native',
        'build',
        'archive',
        'push v1-amd64',
        'remove',
      ]);
      expect(engines.podman.steps).toEqual([
        'preflight emulate',
        'build',
        'archive',
        'push v1-s390x',
        'remove',
      ]);
      expect(outputs).toMatchObject({
        platforms: ['linux/amd64', 'linux/s390x'],
        'missing-platforms': [],
        pushed: true,
        references: [`${registry.host}/${path}:v1-amd64`, `${registry.host}/${path}:v1-s390x`],
        record: [
          { platform: 'linux/amd64', digest: amd64.manifest.digest, mode: 'native' },
          { platform: 'linux/s390x', digest: s390x.manifest.digest, mode: 'emulate' },
        ],
      });
      expect(outputs).not.toHaveProperty('digest');
      expect(text).toMatch(/Built linux\/amd64[^]*Built linux\/s390x/u);
      await runMerge(registry, {
        platforms: 'linux/amd64, linux/s390x',
        records: JSON.stringify(outputs['record']),
      });
      expect(registry.tags(path)['v1']).toBeDefined();
    });
  });

  test('record is a list for one as well, where platforms was given', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { platforms: 'linux/s390x' });
      expect((await work).outputs['record']).toHaveLength(1);
    });
  });

  test('nothing is built where one can not be, and all that is wrong is told', async () => {
    await withRegistry({}, async (registry) => {
      const fails = (what: string) => ({
        fails: { preflight: new CodedError('E_UNSUPPORTED', `${what} is missing`) },
      });
      const { work, engines } = await runBuild(
        registry,
        { platforms: rows },
        { docker: fails('BuildKit'), podman: fails('QEMU') },
      );
      const error = await rejection(work);
      expect(error.code).toBe('E_UNSUPPORTED');
      expect(error.message).toBe('linux/amd64: BuildKit is missing. linux/s390x: QEMU is missing');
      expect([...engines.docker.steps, ...engines.podman.steps]).toEqual([
        'preflight native',
        'preflight emulate',
      ]);
    });
  });

  test('one that fails does not keep the others from being made, and fails the step', async () => {
    await withRegistry({}, async (registry) => {
      const fails = { fails: { build: new CodedError('E_BUILD', 'oh no') } };
      const { work } = await runBuild(registry, { platforms: rows }, { docker: fails });
      expect((await rejection(work)).message).toBe('linux/amd64: oh no');
      expect(Object.keys(registry.tags(path))).toEqual(['v1-s390x']);
    });
  });

  test('one that may be missing is, with a warning', async () => {
    await withRegistry({}, async (registry) => {
      const fails = { fails: { build: new CodedError('E_BUILD', 'oh no') } };
      const platforms =
        '{ linux/amd64: { engine: docker, required: false }, linux/s390x: { engine: podman } }';
      const { work, log } = await runBuild(registry, { platforms, mode: 'auto' }, { docker: fails });
      const { outputs, text } = await work;
      expect(outputs['missing-platforms']).toEqual(['linux/amd64']);
      expect(outputs['platforms']).toEqual(['linux/s390x']);
      expect(log.warnings.join('\n')).toContain('linux/amd64 may be missing, and is: E_BUILD');
      expect(text).toContain('Platforms that may be missing, and are');
    });
  });

  test('where none is left, it fails', async () => {
    await withRegistry({}, async (registry) => {
      const fails = { fails: { build: new CodedError('E_BUILD', 'oh no') } };
      const { work } = await runBuild(registry, { platforms: 'linux/s390x?' }, { podman: fails });
      expect((await rejection(work)).code).toBe('E_BUILD');
    });
  });

  test('fallback is taken where this host is not the platform', async () => {
    await withRegistry({}, async (registry) => {
      const platforms = '{ linux/s390x: { runs-on: z, fallback: emulate } }';
      const { work } = await runBuild(registry, { platforms }, {}, {}, ({ podman }) => {
        const preflight = podman.preflight.bind(podman);
        Object.assign(podman, {
          preflight: async (platform: Parameters<Engine['preflight']>[0], mode: WantedMode) => {
            if (mode === 'native') throw new CodedError('E_HOST_MISMATCH', 'another machine');
            return preflight(platform, mode);
          },
        });
      });
      expect((await work).outputs['record']).toMatchObject([{ mode: 'emulate' }]);
    });
  });

  test('platform beside platforms is refused', async () => {
    await withRegistry({}, async (registry) => {
      await expect(
        runBuild(registry, { platform: 'linux/amd64', platforms: 'linux/s390x' }),
      ).rejects.toMatchObject({
        code: 'E_INPUT',
        message: 'platform and platforms are both set',
      });
    });
  });
});

describe('the platform of a row stands although the config says another', () => {
  test('and is told loudly', async () => {
    await withRegistry({}, async (registry) => {
      const { work, log } = await runBuild(registry, {
        platforms: '{ linux/riscv64: { engine: podman, override: true } }',
        'allow-foreign': '**',
      });
      expect((await work).outputs['record']).toMatchObject([{ platform: 'linux/riscv64' }]);
      expect(log.warnings.join('\n')).toContain('override is set');
    });
  });
});

describe('push-to all', () => {
  test('pushes to every image, and the record names the first', async () => {
    await withRegistry({}, async (registry) => {
      const images = `${registry.host}/${path},${registry.host}/acme/mirror`;
      const { work } = await runBuild(registry, { images, engine: 'docker', 'push-to': 'all' });
      const { outputs } = await work;
      expect(outputs['references']).toEqual([
        `${registry.host}/${path}:v1-amd64`,
        `${registry.host}/acme/mirror:v1-amd64`,
      ]);
      expect(outputs['record']).toMatchObject({ image: `${registry.host}/${path}` });
      expect(registry.tags('acme/mirror')).toEqual({ 'v1-amd64': amd64.manifest.digest });
    });
  });
});

describe('events that anybody may set off', () => {
  test.each(['pull_request_target', 'workflow_run', 'issue_comment'])('%s pushes nothing', async (event) => {
    await withRegistry({}, async (registry) => {
      const { work, engines } = await runBuild(registry, { engine: 'docker', push: 'true' }, {}, { event });
      const error = await rejection(work);
      expect(error.code).toBe('E_INPUT');
      expect(error.message).toBe(
        `push is true on the event ${event}, whose run has this repository's rights while what it works on may come from anybody`,
      );
      expect(error.hint).toContain('allow-privileged-events: true');
      expect(engines.docker.steps).toEqual([]);
    });
  });

  test('unless that is allowed, or nothing is pushed', async () => {
    await withRegistry({}, async (registry) => {
      const event = 'workflow_run';
      const allowed = { engine: 'docker', 'allow-privileged-events': 'true' };
      expect((await (await runBuild(registry, allowed, {}, { event })).work).outputs['pushed']).toBe(true);
      const off = { engine: 'docker', push: 'false' };
      expect((await (await runBuild(registry, off, {}, { event })).work).outputs['pushed']).toBe(false);
    });
  });
});

describe('an image that is there already', () => {
  const holding =
    (id: string | undefined) =>
    (engines: Record<'docker' | 'podman', Engine>): void => {
      for (const engine of Object.values(engines)) {
        const image: BuiltImage | undefined =
          id === undefined ? undefined : { engine: 'docker', id, name: 'app' };
        Object.assign(engine, { adopt: () => Promise.resolve(image) });
      }
    };

  test('is checked and pushed, not built and not removed', async () => {
    await withRegistry({}, async (registry) => {
      const { config } = JSON.parse(Buffer.from(amd64.manifest.bytes).toString()) as {
        config: { digest: string };
      };
      const inputs = { 'source-image': 'app:dev', engine: 'docker' };
      const { work, engines } = await runBuild(registry, inputs, {}, {}, holding(config.digest));
      expect((await work).outputs).toMatchObject({ platform: 'linux/amd64', mode: 'native', pushed: true });
      expect(engines.docker.steps).toEqual(['archive', 'push v1-amd64']);
    });
  });

  test('and is not of the platform, fails before it is pushed', async () => {
    await withRegistry({}, async (registry) => {
      const inputs = { 'source-image': 'app', engine: 'docker', platform: 'linux/s390x' };
      const { work, engines } = await runBuild(registry, inputs, {}, {}, holding('sha256:1'));
      const error = await rejection(work);
      expect(error.code).toBe('E_PLATFORM_MISMATCH');
      expect(error.message).toBe("linux/s390x was to be adopted, the image's config says linux/amd64");
      expect(engines.docker.steps).toEqual([]);
    });
  });

  test('natively on another machine is E_HOST_MISMATCH', async () => {
    await withRegistry({}, async (registry) => {
      const inputs = { 'source-image': 'app', engine: 'docker', platform: 'linux/s390x', mode: 'native' };
      const { work } = await runBuild(registry, inputs, {}, {}, holding('sha256:1'));
      expect((await rejection(work)).code).toBe('E_HOST_MISMATCH');
    });
  });

  test('and is nowhere, every store is named', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { 'source-image': 'app' }, {}, {}, holding(undefined));
      const error = await rejection(work);
      expect(error.code).toBe('E_NOT_FOUND');
      expect(error.message).toBe(
        'there is no image app here: docker has none of that name; podman has none of that name; buildah has none of that name',
      );
    });
  });

  test('takes no options of a build, and their values are not shown', async () => {
    await withRegistry({}, async (registry) => {
      const inputs = { 'source-image': 'app', labels: 'a=b', secrets: 'token=hunter2hunter2' };
      const error = await rejection(runBuild(registry, inputs));
      expect(error.code).toBe('E_UNSUPPORTED');
      expect(error.message).toBe(
        "labels can't be honoured with source-image, which is adopted as it is. secrets can't be honoured with source-image, which is adopted as it is",
      );
    });
  });
});

describe('a cross build where nothing emulates', () => {
  const text = [
    'FROM --platform=$BUILDPLATFORM scratch AS build',
    'RUN ["/make"]',
    'FROM scratch',
    'COPY --from=build /app /',
  ];

  /** The legs of a host without emulation, with this Dockerfile. */
  async function cross(lines: readonly string[], emulates: boolean | undefined) {
    return withRegistryOf(async (registry) => {
      const { work, engines } = await runBuild(
        registry,
        { platform: 'linux/s390x', engine: 'podman', mode: 'cross' },
        {},
        {},
        ({ podman }) => {
          Object.assign(podman, {
            dockerfile: () =>
              Promise.resolve({ file: '/w/Dockerfile', text: lines.join('\n'), prunes: true }),
            preflight: () =>
              Promise.resolve({ mode: 'cross', note: '', ...(emulates !== undefined && { emulates }) }),
          });
        },
      );
      const error = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return { error, steps: engines.podman.steps };
    });
  }

  async function withRegistryOf<T>(work: (registry: FakeRegistry) => Promise<T>): Promise<T> {
    const done: T[] = [];
    await withRegistry({}, async (registry) => {
      done.push(await work(registry));
    });
    const [first] = done;
    if (first === undefined) throw new Error('nothing was done');
    return first;
  }

  test('a RUN step of the target is told with its line, before anything is built', async () => {
    const { error, steps } = await cross([...text, 'RUN ["/app"]'], false);
    expect(error).toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringMatching(
        /^RUN in line 5 of the Dockerfile is of a stage for linux\/s390x, and podman 5/u,
      ),
      hint: expect.stringContaining('FROM --platform=$BUILDPLATFORM'),
    });
    expect(steps).toEqual([]);
  });

  test.each([
    ['steps of native stages alone', text, false],
    ['emulation', [...text, 'RUN ["/app"]'], true],
    ['an engine elsewhere, of whose kernel nothing is known', [...text, 'RUN ["/app"]'], undefined],
  ])('with %s it is built', async (_, lines, emulates) => {
    expect(await cross(lines, emulates)).toMatchObject({
      error: undefined,
      steps: expect.arrayContaining(['build']),
    });
  });
});
