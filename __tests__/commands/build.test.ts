import { describe, expect, test } from '@jest/globals';
import { build } from '../../src/commands/build.ts';
import type { HandOver } from '../../src/commands/handover-leg.ts';
import { CodedError } from '../../src/errors.ts';
import { parseRecord } from '../../src/handover/record.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { archiveEntries, archiveOf } from '../support/archives.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { keptLog } from '../support/silent-log.ts';
import { tar } from '../support/tar.ts';
import { tinyProgram } from '../support/tiny-programs.js';
import { chunks } from '../verify/content/support.ts';
import {
  bearer,
  environment,
  path,
  raw,
  runMerge,
  sha,
  withClient,
  withRegistry,
  type RunOptions,
} from './support/scene.ts';
import { scriptedEngine, type Script } from './support/scripted-engine.ts';

const image = buildImage({ labels: { 'org.opencontainers.image.revision': sha } });
const s390x = buildImage({ platform: 'linux/s390x' });

async function runBuild(
  registry: FakeRegistry,
  script: Partial<Script> = {},
  inputs: Record<string, string> = {},
  options: RunOptions & { readonly handOver?: HandOver } = {},
) {
  const log = keptLog();
  const engine = scriptedEngine(registry, { image, ...script });
  const slept: number[] = [];
  let time = 0;
  const parsed = await parseInputs('build', raw(registry, { tags: 'v1', engine: 'podman', ...inputs }), log);
  const github = await environment(options);
  const work = withClient(registry, options, async (client) =>
    build(parsed, {
      log,
      engineOf: () => Promise.resolve(engine),
      registry: client,
      github,
      handOver: options.handOver ?? (() => Promise.resolve()),
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
      now: () => (time += 1500),
    }),
  );
  return { work, engine, log, slept };
}

describe('a leg', () => {
  test('builds, pushes its arch tag, reads it back and hands over a record', async () => {
    await withRegistry({ auth: bearer }, async (registry) => {
      const env = {
        GITHUB_RUN_ID: '7',
        GITHUB_RUN_ATTEMPT: '2',
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_SERVER_URL: 'https://github.com',
      };
      const { work, engine } = await runBuild(registry, {}, {}, { event: 'push', env });
      const { outputs } = await work;
      expect(engine.steps).toEqual(['preflight native', 'build', 'archive', 'push v1-amd64', 'remove']);
      expect(registry.tags(path)).toEqual({ 'v1-amd64': image.manifest.digest });
      expect(outputs).toMatchObject({
        digest: image.manifest.digest,
        size: image.manifest.bytes.length,
        platform: 'linux/amd64',
        mode: 'native',
        engine: 'podman 5.4.2',
        references: [`${registry.host}/${path}:v1-amd64`],
        pushed: true,
      });
      expect(outputs['record']).toMatchObject({
        schema: 1,
        image: `${registry.host}/${path}`,
        tag: 'v1-amd64',
        platform: 'linux/amd64',
        digest: image.manifest.digest,
        mediaType: image.manifest.mediaType,
        size: image.manifest.bytes.length,
        pushed: true,
        mode: 'native',
        engine: 'podman 5.4.2',
        runner: { arch: 'amd64' },
        run: { id: '7', attempt: 2, sha, repository: 'acme/app' },
        seconds: { build: 1.5, push: 1.5 },
      });
      expect(engine.requests[0]?.labels).toEqual({
        'org.opencontainers.image.revision': sha,
        'org.opencontainers.image.source': 'https://github.com/acme/app',
        'org.opencontainers.image.version': 'v1',
      });
    });
  });

  test('whose credentials are wrong ends before anything is built', async () => {
    await withRegistry(
      { auth: { ...bearer, users: { robot: { password: 'another' } } } },
      async (registry) => {
        const { work, engine } = await runBuild(registry, {}, {}, { event: 'push' });
        expect((await rejection(work)).code).toBe('E_UNAUTHORIZED');
        expect(engine.steps).toEqual(['preflight native']);
      },
    );
  });

  test('that pushes nothing needs no credentials', async () => {
    await withRegistry(
      { auth: { ...bearer, users: { robot: { password: 'another' } } } },
      async (registry) => {
        const { work } = await runBuild(registry, {}, { 'dry-run': 'true' });
        await expect(work).resolves.toBeDefined();
        expect(registry.requests).toEqual([]);
      },
    );
  });

  test('whose smoke test is no command ends before anything is built', async () => {
    await withRegistry({}, async (registry) => {
      const { work, engine } = await runBuild(registry, {}, { 'smoke-test': "sh -c 'x" });
      expect((await rejection(work)).code).toBe('E_INPUT');
      expect(engine.steps).toEqual([]);
    });
  });

  test('pushes by digest alone with arch-tag none, and its record has no tag', async () => {
    await withRegistry({}, async (registry) => {
      const { work, engine } = await runBuild(registry, { byDigest: true }, { 'arch-tag': 'none' });
      const { outputs } = await work;
      expect(engine.steps).toEqual(['preflight native', 'build', 'archive', 'push by digest', 'remove']);
      expect(registry.tags(path)).toEqual({});
      const { digest } = image.manifest;
      expect(outputs).toMatchObject({
        digest,
        references: [`${registry.host}/${path}@${digest}`],
        pushed: true,
      });
      expect(outputs['record']).not.toHaveProperty('tag');
      const records = JSON.stringify(outputs['record']);
      await runMerge(registry, { platforms: 'linux/amd64', tags: 'v1', records });
      expect(Object.keys(registry.tags(path))).toEqual(['v1']);
    });
  });

  test('with arch-tag none is refused before it is built, where the engine or the hand-over needs a tag', async () => {
    await withRegistry({}, async (registry) => {
      const named = await runBuild(registry, {}, { 'arch-tag': 'none' });
      expect(await rejection(named.work)).toMatchObject({
        code: 'E_UNSUPPORTED',
        message: 'arch-tag none: engine podman pushes by name only',
      });
      expect(named.engine.steps).toEqual([]);
      const noDigestPush = new CodedError('E_UNSUPPORTED', 'arch-tag none: podman elsewhere');
      const elsewhere = await runBuild(registry, { byDigest: true, noDigestPush }, { 'arch-tag': 'none' });
      expect(await rejection(elsewhere.work)).toBe(noDigestPush);
      expect(elsewhere.engine.steps).toEqual(['preflight native']);
      const found = await runBuild(
        registry,
        { byDigest: true },
        { 'arch-tag': 'none', handover: 'registry' },
      );
      expect(await rejection(found.work)).toMatchObject({ code: 'E_INPUT' });
      const unpushed = await runBuild(registry, {}, { 'arch-tag': 'none', push: 'false' });
      await unpushed.work;
    });
  });

  test('makes a record that merge takes', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry);
      const record = JSON.stringify((await work).outputs['record']);
      expect(() => parseRecord(Buffer.from(record), 'it')).not.toThrow();
      await runMerge(registry, { platforms: 'linux/amd64', records: record });
      expect(registry.tags(path)['v1']).toBeDefined();
    });
  });

  test('says no more of its commit than is known, and labels that are set stand', async () => {
    await withRegistry({}, async (registry) => {
      const { work, engine } = await runBuild(
        registry,
        {},
        { tags: 'latest', labels: 'org.opencontainers.image.revision=mine\na=b' },
        { event: 'push' },
      );
      await work;
      expect(engine.requests[0]?.labels).toEqual({ 'org.opencontainers.image.revision': 'mine', a: 'b' });
    });
  });

  test('runs the smoke test before anything is pushed', async () => {
    await withRegistry({}, async (registry) => {
      const { work, engine } = await runBuild(registry, {}, { 'smoke-test': '/app --version' });
      const { outputs } = await work;
      expect(engine.steps).toEqual([
        'preflight native',
        'build',
        'archive',
        'run /app --version',
        'push v1-amd64',
        'remove',
      ]);
      expect(outputs['record']).toMatchObject({ seconds: { 'smoke-test': 1.5 } });
    });
  });

  test('may push an index with provenance, and hands that over', async () => {
    await withRegistry({}, async (registry) => {
      const index = buildIndex([image, buildAttestation(image)]);
      const { work } = await runBuild(registry, { pushes: index });
      const { outputs } = await work;
      expect(outputs['record']).toMatchObject({
        digest: index.manifest.digest,
        mediaType: index.manifest.mediaType,
      });
    });
  });

  test('knows its image by the digest of the manifest too', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { id: image.manifest.digest });
      await expect(work).resolves.toBeDefined();
    });
  });

  test('waits for a registry that does not show the tag yet, or shows what it held', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildImage({ labels: { last: 'week' } }), 'v1-amd64');
      registry.fail({ method: 'GET', path: /manifests\/v1-amd64/ }, { kind: 'stale' }, 2);
      const { work, slept } = await runBuild(registry);
      expect((await work).outputs['digest']).toBe(image.manifest.digest);
      expect(slept).toEqual([500, 1000]);
    });
  });
});

describe('a leg pushes nothing', () => {
  test.each<[string, Record<string, string>, RunOptions, string]>([
    ['on a pull request', {}, { event: 'pull_request' }, 'pull_request'],
    ['on a pull request of another kind', {}, { event: 'pull_request_target' }, 'pull_request_target'],
    ['where push is false', { push: 'false' }, {}, 'push is false'],
    ['in a dry run', { 'dry-run': 'true', push: 'true' }, {}, 'dry-run'],
  ])('%s, and says so in its record', async (_, inputs, options, reason) => {
    await withRegistry({}, async (registry) => {
      const { work, engine, log } = await runBuild(
        registry,
        {},
        { 'smoke-test': '/app', ...inputs },
        options,
      );
      const { outputs } = await work;
      expect(engine.steps).toEqual(['preflight native', 'build', 'archive', 'run /app', 'remove']);
      expect(registry.requests).toEqual([]);
      expect(outputs).toMatchObject({ pushed: false, references: [], record: { pushed: false } });
      expect(outputs['record']).not.toHaveProperty('tag');
      expect(log.lines.join('\n')).toContain(reason);
      expect(() => parseRecord(Buffer.from(JSON.stringify(outputs['record'])), 'it')).not.toThrow();
    });
  });

  test('unless push is true', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, {}, { push: 'true' }, { event: 'pull_request' });
      expect((await work).outputs['pushed']).toBe(true);
    });
  });
});

describe('a leg that fails', () => {
  const told = (code: CodedError['code']) => new CodedError(code, `the engine said ${code}`);

  test.each<[string, Partial<Script>, Record<string, string>, string, string[]]>([
    [
      'in its preflight: nothing was built, nothing is removed',
      { fails: { preflight: told('E_HOST_MISMATCH') } },
      {},
      'E_HOST_MISMATCH',
      ['preflight native'],
    ],
    ['in its build', { fails: { build: told('E_BUILD') } }, {}, 'E_BUILD', ['preflight native', 'build']],
    [
      'in its smoke test: nothing is pushed, the image is removed',
      { fails: { run: told('E_SMOKE_TEST') } },
      { 'smoke-test': '/app' },
      'E_SMOKE_TEST',
      ['preflight native', 'build', 'archive', 'run /app', 'remove'],
    ],
    [
      'in its push: the image is removed',
      { fails: { push: told('E_DENIED') } },
      {},
      'E_DENIED',
      ['preflight native', 'build', 'archive', 'push v1-amd64', 'remove'],
    ],
    [
      'with an image of another platform: nothing is pushed',
      { image: s390x },
      {},
      'E_PLATFORM_MISMATCH',
      ['preflight native', 'build', 'remove'],
    ],
    [
      'where a smoke test can not be run, before it builds anything',
      { capabilities: { smokeTest: false } },
      { 'smoke-test': '/app' },
      'E_UNSUPPORTED',
      [],
    ],
  ])('%s', async (_, script, inputs, code, steps) => {
    await withRegistry({}, async (registry) => {
      const { work, engine } = await runBuild(registry, script, inputs);
      expect((await rejection(work)).code).toBe(code);
      expect(engine.steps).toEqual(steps);
      expect(registry.tags(path)).toEqual({});
    });
  });

  test('because its tag may not move: E_TAG_IMMUTABLE, with a template that is new in each attempt', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { fails: { push: told('E_TAG_IMMUTABLE') } });
      const error = await rejection(work);
      expect(error.code).toBe('E_TAG_IMMUTABLE');
      expect(error.hint).toContain('{tag}-{arch}-{run}-{attempt}');
    });
  });

  test('because something else stands at its tag: E_TAG_MOVED, with what stands there', async () => {
    await withRegistry({}, async (registry) => {
      const other = buildImage({ labels: { other: 'leg' } });
      const { work, engine } = await runBuild(registry, { pushes: other });
      const error = await rejection(work);
      expect(error.code).toBe('E_TAG_MOVED');
      expect(error.message).toContain(other.manifest.digest);
      expect(engine.steps.at(-1)).toBe('remove');
    });
  });

  test('because the tag still shows what it held after five minutes', async () => {
    await withRegistry({}, async (registry) => {
      const old = buildImage({ labels: { last: 'week' } });
      addToRegistry(registry, path, old, 'v1-amd64');
      const { work, slept } = await runBuild(registry, { pushes: 'nothing' });
      expect((await rejection(work)).code).toBe('E_TAG_MOVED');
      expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(300_000);
    });
  });

  test('because nothing ever shows at its tag', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { pushes: 'nothing' });
      expect((await rejection(work)).code).toBe('E_NOT_FOUND');
    });
  });
});

describe('the programs in the image', () => {
  const run = { Entrypoint: ['/app'] };
  const layers = [[{ name: 'app', content: tinyProgram('s390x'), mode: 0o755 }]];
  const wrong = buildImage({ layers, run });
  const right = buildImage({ platform: 'linux/s390x', layers, run });

  test.each<[string, Record<string, string>, RunOptions]>([
    ['that is to be pushed', {}, { event: 'push' }],
    ['of a pull request', {}, { event: 'pull_request' }],
    ['of a dry run', { 'dry-run': 'true' }, {}],
  ])('are of its machine, or nothing is run and nothing pushed: one %s', async (_, inputs, options) => {
    await withRegistry({}, async (registry) => {
      const asked = { 'smoke-test': '/app', ...inputs };
      const { work, engine } = await runBuild(registry, { image: wrong }, asked, options);
      const error = await rejection(work);
      expect(error.code).toBe('E_CONTENT_MISMATCH');
      expect(error.message).toBe('the image for linux/amd64 is to be amd64: /app is s390x (started by /app)');
      expect(engine.steps).toEqual(['preflight native', 'build', 'archive', 'remove']);
      expect(registry.requests.filter(({ method }) => method !== 'HEAD')).toEqual([]);
    });
  });

  test('may be foreign where that is allowed', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { image: wrong }, { 'allow-foreign': '/app' });
      await expect(work).resolves.toBeDefined();
    });
  });

  test.each(['push', 'pull_request'])(
    'are in the record, on %s events, and merge takes the word',
    async (event) => {
      await withRegistry({}, async (registry) => {
        const script = { image: right, platform: 'linux/s390x' };
        const { work } = await runBuild(registry, script, {}, { event });
        const content = { entrypoint: 's390x', machines: { s390x: 1 } };
        expect((await work).outputs['record']).toMatchObject({ content });
        const blobs = registry.requests.filter(
          ({ method, path: at }) => method === 'GET' && at.includes('/blobs/'),
        );
        // The config alone, and where nothing was pushed not even that.
        expect(blobs).toHaveLength(event === 'push' ? 1 : 0);
      });
    },
  );

  test('that were not read are not vouched for', async () => {
    await withRegistry({}, async (registry) => {
      const entries = archiveEntries(image, 'docker 25').map((entry) =>
        entry.content instanceof Uint8Array && entry.content[0] === 0x1f
          ? { ...entry, content: Buffer.from('fd377a585a00', 'hex') }
          : entry,
      );
      const { work, log } = await runBuild(registry, { archive: chunks(tar(entries)) });
      expect((await work).outputs['record']).not.toHaveProperty('content');
      expect(log.warnings.join()).toContain('is packed with xz');
    });
  });

  test('that content-limit leaves unread are told, and not vouched for', async () => {
    await withRegistry({}, async (registry) => {
      const { work, log } = await runBuild(registry, { image }, { 'content-limit': '1' });
      expect((await work).outputs['record']).not.toHaveProperty('content');
      expect(log.warnings.join()).toContain('layers were not read, for content-limit (1 bytes) was reached');
    });
  });

  test('are those of the image that was pushed: E_DIGEST_MISMATCH', async () => {
    await withRegistry({}, async (registry) => {
      const { work } = await runBuild(registry, { archive: archiveOf(buildImage({ layers: [[]] })) });
      expect((await rejection(work)).code).toBe('E_DIGEST_MISMATCH');
    });
  });
});

test("the platform is the engine's own where none is said, and its variant stands in the tag", async () => {
  await withRegistry({}, async (registry) => {
    const arm = buildImage({ platform: 'linux/arm' });
    const { work } = await runBuild(registry, { image: arm, platform: 'linux/arm/v7' });
    expect((await work).outputs).toMatchObject({
      platform: 'linux/arm/v7',
      references: [`${registry.host}/${path}:v1-arm-v7`],
    });
  });
});
