/// <reference lib="esnext.disposable" />
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FakeRegistry, FakeRegistryOptions, Fault, FaultPlan } from '../support/fake-registry.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { fanIn, lacking, user, writesOf } from './support.ts';

// Some hundred fan-ins; alone they take seconds, beside other suites on a small machine longer.
jest.setTimeout(120_000);

const architectures = ['amd64', 'arm64', 'ppc64le', 's390x'];
const tags = ['v1', 'v1.0', 'latest'];
const legs = architectures.map((name) => ({
  name,
  image: buildImage({
    platform: `linux/${name}`,
    labels: { 'org.opencontainers.image.revision': 'a'.repeat(40) },
  }),
}));
const before = buildIndex(
  architectures.map((name) => buildImage({ platform: `linux/${name}`, labels: { old: 'yes' } })),
);

/** Where a kill strikes: the request never gets there, or it is done and nobody hears of it. */
type Moment = 'before the request is done' | 'after it is done';

/** The registries of one publish; what comes after a kill finds nobody. */
class Scene implements AsyncDisposable {
  readonly #target: Target;
  readonly #registries: FakeRegistry[] = [];
  #arrived = 0;
  #killAt = Infinity;
  #moment: Moment = 'after it is done';
  #kill = new AbortController();

  constructor(target: Target) {
    this.#target = target;
  }

  /** Registries that check nothing: the order has to be right without their help. */
  static async of(target: Target): Promise<Scene> {
    const scene = new Scene(target);
    const auth: FakeRegistryOptions['auth'] = {
      mode: 'bearer',
      users: { [user.name]: { password: user.password } },
    };
    const faults: FaultPlan = () => scene.#next();
    const lenient = { auth, faults, checkChildren: false, checkBlobs: false };
    for (let n = 0; n < target.registries; n += 1) {
      scene.#registries.push(await startFakeRegistry({ ...lenient, ...target.options }));
    }
    for (const { name, image } of legs) addToRegistry(scene.#at(0), 'acme/app', image, `v1-${name}`);
    // Of the tags some exist and move, and some are new; not the same ones everywhere.
    for (const [at, { registry, path }] of scene.places().entries()) {
      addToRegistry(registry, path, before, 'latest');
      if (at > 0) registry.setTag(path, 'v1', before.manifest.digest);
    }
    return scene;
  }

  #at(n: number): FakeRegistry {
    const found = this.#registries[n];
    if (found === undefined) throw new Error(`there is no registry ${n}`);
    return found;
  }

  #next(): Fault | undefined {
    this.#arrived += 1;
    if (this.#arrived < this.#killAt) return undefined;
    if (this.#arrived === this.#killAt && this.#moment === 'after it is done') return { kind: 'lost-answer' };
    this.#kill.abort(new Error('killed'));
    return { kind: 'reset' };
  }

  places(): { readonly registry: FakeRegistry; readonly path: string }[] {
    return this.#target.places.map(({ registry, path }) => ({ registry: this.#at(registry), path }));
  }

  /** One run, which is killed at its n-th request. @returns how many requests there were. */
  async run(killAt = Infinity, moment: Moment = 'after it is done'): Promise<number> {
    this.#arrived = 0;
    this.#killAt = killAt;
    this.#moment = moment;
    this.#kill = new AbortController();
    for (const registry of this.#registries) registry.clearRequests();
    await fanIn({
      inputs: {
        images: this.places()
          .map(({ registry, path }) => `${registry.host}/${path}`)
          .join(','),
        tags: tags.join(','),
        platforms: architectures.map((name) => `linux/${name}`).join(','),
      },
      signal: this.#kill.signal,
    });
    return this.#arrived;
  }

  /** What each tag holds, everywhere, and what of it is not there. */
  state(): { readonly digests: (string | undefined)[]; readonly lacking: string[] } {
    const held = this.places().flatMap(({ registry, path }) =>
      tags.map((tag) => ({ registry, path, digest: registry.tags(path)[tag] })),
    );
    return {
      digests: held.map(({ digest }) => digest),
      lacking: held.flatMap(({ registry, path, digest }) =>
        digest === undefined ? [] : lacking(registry, path, digest),
      ),
    };
  }

  writes(): string[] {
    return this.#registries.flatMap(writesOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#registries) await registry.close();
  }
}

/** Tags that stand although one that goes before them does not: those that exist, then new ones, then moving ones. */
function outOfOrder(
  digests: readonly (string | undefined)[],
  old: readonly (string | undefined)[],
  whole: string | undefined,
): number[] {
  const stage = (at: number): number => {
    if (tags[at % tags.length] === 'latest') return 2;
    return old[at] === undefined ? 1 : 0;
  };
  const left = digests.flatMap((digest, at) => (digest === whole ? [] : [stage(at)]));
  return digests.flatMap((digest, at) => (digest === whole && stage(at) > Math.min(...left) ? [at] : []));
}

interface Target {
  readonly title: string;
  readonly registries: number;
  readonly places: readonly { readonly registry: number; readonly path: string }[];
  readonly options?: FakeRegistryOptions;
}

const targets: readonly Target[] = [
  {
    title: 'two registries',
    registries: 2,
    places: [
      { registry: 0, path: 'acme/app' },
      { registry: 1, path: 'mirror/app' },
    ],
  },
  {
    title: 'two registries, of which the one takes only uploads in two steps',
    registries: 2,
    places: [
      { registry: 0, path: 'acme/app' },
      { registry: 1, path: 'mirror/app' },
    ],
    options: { monolithicPost: false, mount: 'no' },
  },
  {
    title: 'two repositories of one registry',
    registries: 1,
    places: [
      { registry: 0, path: 'acme/app' },
      { registry: 0, path: 'mirror/app' },
    ],
  },
];

describe.each(targets)('a publish to $title', (target) => {
  let requests = 0;
  let whole: string | undefined;
  let old: (string | undefined)[];

  beforeAll(async () => {
    await using scene = await Scene.of(target);
    old = scene.state().digests;
    requests = await scene.run();
    const { digests, lacking: missing } = scene.state();
    whole = digests[0];
    expect(missing).toEqual([]);
    expect(new Set(digests)).toEqual(new Set([whole]));
    expect(old).not.toContain(whole);
  });

  test('asked a fair number of questions, so that the sweep is over something', () => {
    expect(requests).toBeGreaterThan(40);
  });

  test.each<Moment>(['before the request is done', 'after it is done'])(
    'killed at each of its requests, %s: old or new and whole; a second run finishes, a third writes nothing',
    async (moment) => {
      for (let n = 1; n <= requests; n += 1) {
        await using scene = await Scene.of(target);
        const survived = await scene.run(n, moment).then(
          () => true,
          () => false,
        );
        const after = scene.state();
        expect({ n, lacking: after.lacking }).toEqual({ n, lacking: [] });
        for (const [at, digest] of after.digests.entries()) {
          expect({ n, at, allowed: [old[at], whole].includes(digest) }).toEqual({ n, at, allowed: true });
        }
        expect({ n, outOfOrder: outOfOrder(after.digests, old, whole) }).toEqual({ n, outOfOrder: [] });
        // Who is killed has not succeeded.
        expect({ n, survived }).toEqual({ n, survived: false });

        await scene.run();
        expect({ n, ...scene.state() }).toEqual({ n, digests: old.map(() => whole), lacking: [] });
        await scene.run();
        expect({ n, writes: scene.writes() }).toEqual({ n, writes: [] });
      }
    },
  );
});
