/// <reference lib="esnext.disposable" />
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startFakeRegistry, type FakeRegistry, type Fault } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { lacking, writesOf } from './support.ts';

// Dozens of processes of the shipped program.
jest.setTimeout(120_000);

const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const architectures = ['amd64', 'arm64', 'ppc64le', 's390x'];
const tags = ['v1', 'v1.0', 'latest'];
const legs = architectures.map((name) => ({ name, image: buildImage({ platform: `linux/${name}` }) }));
const before = buildIndex([buildImage({ labels: { old: 'yes' } })]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kill-test-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** From the signal, or the start where there was none, to the end. */
  readonly milliseconds: number;
}

/** Two registries that check nothing, the legs in the first, and the real program that publishes to both. */
class Scene implements AsyncDisposable {
  readonly #registries: FakeRegistry[] = [];
  #arrived = 0;
  #onRequest: (n: number) => Fault | undefined = () => undefined;

  static async start(): Promise<Scene> {
    const scene = new Scene();
    for (const repository of ['acme/app', 'mirror/app']) {
      const registry = await startFakeRegistry({
        checkChildren: false,
        checkBlobs: false,
        faults: () => scene.#onRequest((scene.#arrived += 1)),
      });
      scene.#registries.push(registry);
      addToRegistry(registry, repository, before, 'latest');
    }
    const [home] = scene.#registries;
    if (home === undefined) throw new Error('no registry was started');
    for (const { name, image } of legs) addToRegistry(home, 'acme/app', image, `v1-${name}`);
    return scene;
  }

  get arrived(): number {
    return this.#arrived;
  }

  /** One run; at its n-th request it gets `signal`, and the request is still done, or is not. */
  async run(at = Infinity, signal: NodeJS.Signals = 'SIGKILL', isDone = true): Promise<Ended> {
    this.#arrived = 0;
    for (const registry of this.#registries) registry.clearRequests();
    const images = this.places().map(({ registry, repository }) => `${registry.host}/${repository}`);
    const platforms = architectures.map((name) => `linux/${name}`);
    const args = ['merge', '--images', images.join(','), '--tags', tags.join(',')];
    let began = performance.now();
    const child = spawn(process.execPath, [cli, ...args, '--platforms', platforms.join(',')], {
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#onRequest = (n) => {
      if (n !== at) return undefined;
      began = performance.now();
      child.kill(signal);
      return isDone ? undefined : { kind: 'reset' };
    };
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [status, died] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    const milliseconds = performance.now() - began;
    await this.#quiet();
    return { status, signal: died, stderr, milliseconds };
  }

  /** What a dead client sent arrives all the same. */
  async #quiet(): Promise<void> {
    while (this.#registries.some(({ requests }) => requests.some(({ end }) => end === undefined))) {
      await delay(5);
    }
    await delay(20);
  }

  places(): { readonly registry: FakeRegistry; readonly repository: string }[] {
    return this.#registries.map((registry, at) => ({
      registry,
      repository: at === 0 ? 'acme/app' : 'mirror/app',
    }));
  }

  digests(): (string | undefined)[] {
    return this.places().flatMap(({ registry, repository }) =>
      tags.map((tag) => registry.tags(repository)[tag]),
    );
  }

  lacking(): string[] {
    return this.places().flatMap(({ registry, repository }) =>
      Object.values(registry.tags(repository)).flatMap((digest) => lacking(registry, repository, digest)),
    );
  }

  writes(): string[] {
    return this.#registries.flatMap(writesOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#registries) await registry.close();
  }
}

const old = [undefined, undefined, before.manifest.digest, undefined, undefined, before.manifest.digest];
let requests = 0;
let whole: string | undefined;

beforeAll(async () => {
  await using scene = await Scene.start();
  const { status, stderr } = await scene.run();
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  requests = scene.arrived;
  [whole] = scene.digests();
  expect(new Set(scene.digests())).toEqual(new Set([whole]));
});

/** About `count` of all requests, the last ones among them: that is where tags move. */
function sample(count: number): number[] {
  const step = Math.max(1, Math.floor(requests / count));
  return Array.from({ length: Math.ceil(requests / step) }, (_, at) => requests - at * step);
}

async function expectFinishable(scene: Scene, n: number): Promise<void> {
  expect({ n, lacking: scene.lacking() }).toEqual({ n, lacking: [] });
  for (const [at, digest] of scene.digests().entries()) {
    expect({ n, at, allowed: [old[at], whole].includes(digest) }).toEqual({ n, at, allowed: true });
  }
  expect({ n, ...(await scene.run()) }).toMatchObject({ n, status: 0 });
  expect({ n, digests: scene.digests(), lacking: scene.lacking() }).toEqual({
    n,
    digests: old.map(() => whole),
    lacking: [],
  });
}

describe('the shipped program, publishing to two registries', () => {
  test.each([true, false])(
    'killed by SIGKILL at a sample of its requests (done: %s): old or new and whole, and the next run finishes',
    async (isDone) => {
      for (const n of sample(10)) {
        await using scene = await Scene.start();
        expect({ n, ...(await scene.run(n, 'SIGKILL', isDone)) }).toMatchObject({ n, signal: 'SIGKILL' });
        await expectFinishable(scene, n);
        await scene.run();
        expect({ n, writes: scene.writes() }).toEqual({ n, writes: [] });
      }
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: ends with %d, promptly, with a word, and nothing is left behind', async (signal, code) => {
    for (const n of sample(6).filter((at) => at < requests)) {
      await using scene = await Scene.start();
      const { status, stderr, milliseconds } = await scene.run(n, signal);
      expect({ n, status, line: stderr.trimEnd().split('\n').at(-1) }).toEqual({
        n,
        status: code,
        line: expect.stringMatching(new RegExp(`^E_CANCELLED: stopped by ${signal}`)),
      });
      expect(milliseconds).toBeLessThan(2000);
      expect(await readdir(folder)).toEqual([]);
      await expectFinishable(scene, n);
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s while a registry does not answer: promptly all the same',
    async (signal) => {
      await using registry = await startFakeRegistry({ faults: () => ({ kind: 'silence' }) });
      const args = ['merge', '--images', `${registry.host}/acme/app`, '--platforms', 'linux/amd64'];
      const child = spawn(process.execPath, [cli, ...args], {
        env: { PATH: process.env['PATH'], HOME: folder },
      });
      while (registry.requests.length === 0) await delay(10);
      const began = performance.now();
      child.kill(signal);
      const [status] = (await once(child, 'close')) as [number | null];
      expect(status).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );
});
