/// <reference lib="esnext.disposable" />
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { MergeDeps } from '../../src/commands/merge.ts';
import { toCodedError } from '../../src/errors.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { readHeld } from '../../src/publish/held.ts';
import { publish } from '../../src/publish/publish.ts';
import type { PublishVerbs } from '../../src/publish/verbs.ts';
import { indexOf, patience, repository, SmallRegistry } from '../publish/verbs.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { everySchedule, interleave, type Gate } from './interleave.ts';
import { fanIn, lacking, lagging, user } from './support.ts';

// Thousands of schedules; seconds alone, more beside other suites.
jest.setTimeout(120_000);

/** What a run saw last of each tag, and how it ended. */
interface Ended {
  readonly seen: Map<string, Digest | undefined>;
  code: string | undefined;
}

/** A run whose tags all showed its own list has succeeded; one that saw another's says so, and nothing else goes wrong. */
function expectHonest({ seen, code }: Ended, own: Digest, tags: readonly string[]): void {
  const isOwn = tags.every((tag) => seen.get(tag) === own);
  expect({ seen: [...seen], code }).toEqual({ seen: [...seen], code: isOwn ? undefined : 'E_TAG_MOVED' });
}

/** Verbs that wait at a gate before each request, and that remember what tags showed. */
function gated(verbs: PublishVerbs, gate: Gate, { seen }: Ended): PublishVerbs {
  return {
    headManifest: async (at, ref) => {
      await gate();
      return verbs.headManifest(at, ref);
    },
    getManifest: async (at, ref) => {
      await gate();
      const found = await verbs.getManifest(at, ref);
      if (!ref.startsWith('sha256:')) seen.set(ref, found?.digest);
      return found;
    },
    putManifest: async (at, ref, manifest) => {
      await gate();
      return verbs.putManifest(at, ref, manifest);
    },
  };
}

/** Every promise that can settle by itself has settled. */
async function quiet(): Promise<void> {
  await new Promise(setImmediate);
}

describe('two runs that publish the same tags at once, over all schedules of their requests', () => {
  const old = indexOf({ version: '1.0.0' });
  const lists: readonly ManifestBytes[] = [indexOf({ version: '2.0.0' }), indexOf({ version: '3.0.0' })];

  test.each([
    { title: 'a tag that exists', tags: ['v1'], held: ['v1'], schedules: 252 },
    { title: 'a new tag', tags: ['v1'], held: [], schedules: 252 },
    { title: 'a moving tag and a new one', tags: ['v1', 'latest'], held: ['latest'], schedules: 10_000 },
  ])('$title: whole lists, and whoever reads the other one says so', async ({ tags, held, schedules }) => {
    const ends = new Set<string>();
    const played = await everySchedule(async (choose) => {
      const registry = new SmallRegistry();
      for (const tag of held) registry.refs.set(tag, old);
      const { slept, deps } = patience();
      const runs = lists.map((): Ended => ({ seen: new Map(), code: undefined }));
      await interleave(
        lists.map((list, at) => async (gate: Gate) => {
          const ended = runs[at];
          if (ended === undefined) return;
          const verbs = gated(registry, gate, ended);
          const targets = tags.map((tag) => ({ repository, tag, moving: tag === 'latest' }));
          try {
            const before = await readHeld(verbs, targets);
            ended.seen.clear();
            await publish(verbs, list, [repository], before, deps);
          } catch (error) {
            ended.code = toCodedError(error).code;
          }
        }),
        choose,
        quiet,
      );
      const left = tags.map((tag) => registry.refs.get(tag)?.digest);
      for (const digest of left) expect(lists.map((list) => list.digest)).toContain(digest);
      for (const [at, ended] of runs.entries()) expectHonest(ended, lists[at]?.digest ?? old.digest, tags);
      // A registry that shows everything at once gives no reason to wait.
      expect(slept).toEqual([]);
      ends.add(
        `${runs.map(({ code }) => code ?? 'done').join(' ')} ${left[0] === left.at(-1) ? 'one' : 'mixed'}`,
      );
    });
    expect(played).toBeGreaterThanOrEqual(schedules);
    // The schedules are different enough to matter: each run wins in some, and in some somebody notices.
    expect(ends.size).toBeGreaterThan(2);
  });
});

const platforms = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];
const path = 'acme/app';
const tags = ['v1', 'v1.0', 'latest'];
const before = buildIndex(platforms.map((platform) => buildImage({ platform, labels: { run: 'old' } })));
const both = ['a', 'b'].map((letter) => {
  const labels = { 'org.opencontainers.image.revision': letter.repeat(40) };
  return platforms.map((platform) => buildImage({ platform, labels }));
});

/** Two whole merges with the real client and registry protocol; `choose` decides whose request goes on. */
async function twoMerges(
  choose: (ready: readonly number[]) => number,
  staleReads = 0,
): Promise<{ codes: (string | undefined)[] }> {
  const auth = { mode: 'bearer', users: { [user.name]: { password: user.password } } } as const;
  await using registry = await startFakeRegistry({ auth, faults: lagging(staleReads) });
  addToRegistry(registry, path, before, 'latest');
  for (const image of both.flat()) addToRegistry(registry, path, image);
  const own: (Digest | undefined)[] = [];
  const runs = both.map((): Ended => ({ seen: new Map(), code: undefined }));
  let underWay = 0;
  const atRest = async (): Promise<void> => {
    do await quiet();
    while (underWay > 0);
  };
  await interleave(
    both.map((images, at) => async (gate: Gate) => {
      const ended = runs[at];
      if (ended === undefined) return;
      const held = async (): Promise<void> => {
        underWay -= 1;
        await gate();
        underWay += 1;
      };
      underWay += 1;
      try {
        const { outputs } = await fanIn({
          inputs: {
            images: `${registry.host}/${path}`,
            tags: tags.join(','),
            platforms: platforms.join(','),
            records: images.map((image, of) => `${platforms[of] ?? ''}=${image.manifest.digest}`).join('\n'),
          },
          around: (client) => heldBack(client, held, ended, (digest) => (own[at] = digest)),
        });
        expect(outputs['digest']).toBe(own[at]);
      } catch (error) {
        ended.code = toCodedError(error).code;
      } finally {
        underWay -= 1;
      }
    }),
    choose,
    atRest,
  );
  for (const tag of tags) {
    const digest = registry.tags(path)[tag];
    expect(own).toContain(digest);
    if (digest !== undefined) expect(lacking(registry, path, digest)).toEqual([]);
  }
  for (const [at, ended] of runs.entries()) {
    if (own[at] !== undefined) expectHonest(ended, own[at], tags);
  }
  return { codes: runs.map(({ code }) => code) };
}

/** The client, whose requests for manifests are held back. */
function heldBack(
  client: RegistryClient,
  gate: Gate,
  ended: Ended,
  made: (digest: Digest) => void,
): MergeDeps['registry'] {
  const verbs = gated(client, gate, ended);
  return {
    ...client,
    headManifest: async (at, ref) => verbs.headManifest(at, ref),
    getManifest: async (at, ref) => verbs.getManifest(at, ref),
    putManifest: async (at, ref, manifest) => {
      if (ref === manifest.digest) {
        made(manifest.digest);
        ended.seen.clear();
      }
      return verbs.putManifest(at, ref, manifest);
    },
  };
}

describe('two whole merges at once', () => {
  test.each([
    { title: 'a registry that shows what was written', staleReads: 0 },
    { title: 'one that shows the state before for two reads', staleReads: 2 },
  ])('$title: under any schedule each tag ends whole', async ({ staleReads }) => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (choices) => {
        const { codes } = await twoMerges(
          (ready) => ready[(choices.next().value ?? 0) % ready.length] ?? 0,
          staleReads,
        );
        ends.add(codes.map((code) => code ?? 'done').join(' '));
      }),
      { numRuns: 60, seed: 4, endOnFailure: true },
    );
    expect(ends.size).toBeGreaterThan(1);
  });

  test('one after the other: the second one moves what the first one left, and nobody complains', async () => {
    expect((await twoMerges((ready) => Math.min(...ready))).codes).toEqual([undefined, undefined]);
  });
});
