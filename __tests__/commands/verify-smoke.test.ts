import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Engine, Mode } from '../../src/engines/engine.ts';
import { CodedError } from '../../src/errors.ts';
import { formatPlatform } from '../../src/platform/platform.ts';
import { rejection } from '../support/failure.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { path, runVerify, withRegistry } from './support/scene.ts';
import { scriptedEngine } from './support/scripted-engine.ts';

const amd64 = buildImage();
const arm64 = buildImage({ platform: 'linux/arm64' });
const s390x = buildImage({ platform: 'linux/s390x' });
const list = buildIndex([amd64, arm64, s390x]);
const images = { 'linux/amd64': amd64, 'linux/arm64': arm64, 'linux/s390x': s390x };

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'verify-smoke-'));
});

afterAll(async () => {
  await rm(scratch, { recursive: true });
});

type Runs = Readonly<Partial<Record<string, Mode | CodedError>>>;

const foreign = new CodedError('E_UNSUPPORTED', 'nothing in binfmt_misc takes its programs');

/** An engine on a host that can run what `runs` says; it keeps what was pulled, run and removed. */
function engineThat(
  registry: FakeRegistry,
  runs: Runs,
  failure?: Error,
): { readonly engine: Engine; readonly done: string[] } {
  const done: string[] = [];
  const base = scriptedEngine(registry, { image: amd64 });
  const engine: Engine = {
    ...base,
    preflight: (platform, wanted) => {
      expect(wanted).toBe('emulate');
      const mode = runs[formatPlatform(platform)] ?? foreign;
      return typeof mode === 'string' ? Promise.resolve({ mode, note: '' }) : Promise.reject(mode);
    },
    build: async ({ source, platform }) => {
      const file = source.kind === 'dockerfile' ? (source.file ?? '') : '';
      done.push(`${formatPlatform(platform)} ${(await readFile(file, 'utf8')).split('\n', 1).join()}`);
      return { engine: 'podman', id: 'sha256:1', name: 'pulled' };
    },
    run: (_, { command, timeoutMs, platform }) => {
      done.push(`run ${command} ${timeoutMs}`);
      return failure === undefined || formatPlatform(platform) !== 'linux/amd64'
        ? Promise.resolve()
        : Promise.reject(failure);
    },
    remove: ({ name }) => {
      done.push(`remove ${name}`);
      return Promise.resolve();
    },
  };
  return { engine, done };
}

function smoke(
  registry: FakeRegistry,
  runs: Runs,
  { failure, inputs }: { failure?: Error; inputs?: Record<string, string> } = {},
) {
  addToRegistry(registry, path, list, 'v1');
  const { engine, done } = engineThat(registry, runs, failure);
  const verified = runVerify(registry, { 'smoke-test': '/app --version', ...inputs }, engine, scratch);
  return { verified, done };
}

describe('a smoke test of what is published', () => {
  test('pulls by digest what this host can run, and says what it can not', async () => {
    await withRegistry({}, async (registry) => {
      const runs: Runs = { 'linux/amd64': 'native', 'linux/s390x': 'emulate' };
      const { verified, done } = smoke(registry, runs);
      const { result, lines } = await verified;
      const from = (platform: keyof typeof images): string =>
        `${platform} FROM ${registry.host}/${path}@${images[platform].manifest.digest}`;
      expect(done).toEqual([
        ...[from('linux/amd64'), 'run /app --version 300000', 'remove pulled'],
        ...[from('linux/s390x'), 'run /app --version 900000', 'remove pulled'],
      ]);
      const { platforms } = result.outputs['report'] as unknown as {
        platforms: { checks: { check: string; found: string }[] }[];
      };
      expect(platforms.map(({ checks }) => checks.find(({ check }) => check === 'smoke-test'))).toEqual([
        { check: 'smoke-test', found: 'passed', by: 'verify' },
        { check: 'smoke-test', found: 'not run on this host', by: 'verify' },
        { check: 'smoke-test', found: 'passed, emulated', by: 'verify' },
      ]);
      expect(lines.join('\n')).toContain(
        'linux/arm64 is not run on this host: E_UNSUPPORTED: nothing in binfmt',
      );
    });
  });

  test('tells what failed with its reference, runs the others, and leaves nothing behind', async () => {
    await withRegistry({}, async (registry) => {
      const failure = new CodedError(
        'E_SMOKE_TEST',
        'smoke test "/app --version" on linux/amd64 ended with 1',
        {
          hint: 'nothing was pushed; the log above has its output',
        },
      );
      const { verified, done } = smoke(
        registry,
        { 'linux/amd64': 'native', 'linux/arm64': 'emulate' },
        { failure },
      );
      expect(await rejection(verified)).toMatchObject({
        code: 'E_SMOKE_TEST',
        message: `${registry.host}/${path}@${amd64.manifest.digest}: ${failure.message}`,
        hint: 'the image is published and does not work; the log above has its output',
      });
      expect(done.filter((step) => step.startsWith('remove'))).toHaveLength(2);
    });
  });

  test('an engine that does not work is no verdict on the image', async () => {
    await withRegistry({}, async (registry) => {
      const failure = new CodedError('E_ENGINE', "podman can't start containers here");
      const { verified, done } = smoke(registry, { 'linux/amd64': 'native' }, { failure });
      expect((await rejection(verified)).code).toBe('E_ENGINE');
      expect(done.at(-1)).toBe('remove pulled');
      const broken = smoke(registry, { 'linux/amd64': failure });
      expect((await rejection(broken.verified)).code).toBe('E_ENGINE');
    });
  });

  test('that could run nothing is a failure', async () => {
    await withRegistry({}, async (registry) => {
      const { verified, done } = smoke(registry, {});
      expect(await rejection(verified)).toMatchObject({
        code: 'E_UNSUPPORTED',
        message:
          'smoke-test: podman 5.4.2 on this host can run none of linux/amd64, linux/arm64, linux/s390x',
      });
      expect(done).toEqual([]);
    });
  });

  test('comes after everything else that can be wrong', async () => {
    await withRegistry({}, async (registry) => {
      const { verified, done } = smoke(
        registry,
        { 'linux/amd64': 'native' },
        { inputs: { platforms: 'linux/amd64' } },
      );
      expect((await rejection(verified)).code).toBe('E_PLATFORM_UNEXPECTED');
      expect(done).toEqual([]);
    });
  });

  test('does not run the ONBUILD steps of a base image', async () => {
    await withRegistry({}, async (registry) => {
      const base = buildImage({ run: { OnBuild: ['RUN rm -rf /'] } });
      addToRegistry(registry, path, base, 'v1');
      const { engine, done } = engineThat(registry, { 'linux/amd64': 'native' });
      const error = await rejection(runVerify(registry, { 'smoke-test': '/app' }, engine, scratch));
      expect(error.code).toBe('E_UNSUPPORTED');
      expect(done).toEqual([]);
    });
  });

  test('needs a registry, and an engine that runs things', async () => {
    await withRegistry({}, async (registry) => {
      const inFolder = runVerify(registry, { references: 'oci:/nonexistent', 'smoke-test': '/app' });
      expect(await rejection(inFolder)).toMatchObject({
        code: 'E_UNSUPPORTED',
        message: 'smoke-test needs an image in a registry, and this one is in a folder',
      });
      addToRegistry(registry, path, list, 'v1');
      const { engine } = engineThat(registry, {});
      const assemble: Engine = {
        ...engine,
        name: 'assemble',
        capabilities: { ...engine.capabilities, smokeTest: false },
      };
      const error = await rejection(runVerify(registry, { 'smoke-test': '/app' }, assemble, scratch));
      expect(error.message).toBe("engine assemble can't run a smoke test");
    });
  });
});
