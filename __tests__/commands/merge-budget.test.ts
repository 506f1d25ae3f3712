import { describe, expect, test } from '@jest/globals';
import { addToRegistry, buildIndex, type Fixture } from '../support/images.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addLegs, bearer, path, recordOf, runMerge, withRegistry, writes } from './support/scene.ts';

const tags = 'v1, v1.2, latest';

interface Cost {
  readonly requests: number;
  readonly rounds: number;
}

interface Scene {
  /** What stands there before; gives the inputs. */
  readonly arrange?: (
    registry: FakeRegistry,
    legs: Readonly<Record<string, Fixture>>,
  ) => Promise<Record<string, string> | undefined>;
  readonly redirectBlobs?: boolean;
  readonly check?: (registry: FakeRegistry) => void;
}

/**
 * A merge into three tags, with every answer 30 ms late. Rounds are the longest chain of requests of which each began after
 * the one before had ended; on a busy machine one that starts late lengthens it, so that the best of three is the truth.
 */
async function cost({ arrange, redirectBlobs = false, check }: Scene): Promise<Cost> {
  const costs: Cost[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await withRegistry({ auth: bearer, latency: 30, redirectBlobs }, async (registry) => {
      const legs = addLegs(registry);
      const inputs = await arrange?.(registry, legs);
      registry.clearRequests();
      await runMerge(registry, { tags, check: 'config', ...inputs });
      costs.push({ requests: registry.requests.length, rounds: registry.rounds() });
      check?.(registry);
    });
  }
  return {
    requests: Math.max(...costs.map((each) => each.requests)),
    rounds: Math.min(...costs.map((each) => each.rounds)),
  };
}

/** The list of an earlier commit, as merge itself leaves it. */
function ownList(legs: Readonly<Record<string, Fixture>>): Fixture {
  return buildIndex(Object.values(legs), { annotations: { 'org.opencontainers.image.revision': 'before' } });
}

describe('what a merge of four platforms into three tags asks of a registry with tokens', () => {
  test('a fresh repository, from arch tags: 21 requests in 9 rounds, one challenge and one token among them', async () => {
    const check = (registry: FakeRegistry): void => {
      expect(registry.requests.filter(({ status }) => status === 401)).toHaveLength(1);
      expect(registry.requests.filter(({ service }) => service === 'token')).toHaveLength(1);
    };
    expect(await cost({ check })).toEqual({ requests: 21, rounds: 9 });
  });

  test('a fresh repository, from records with the word of their legs: the same, contents checked', async () => {
    const arrange: Scene['arrange'] = (registry, legs) =>
      Promise.resolve({
        check: 'content',
        records: Object.entries(legs)
          .map(([platform, leg]) => {
            const machine = platform.split('/')[1] ?? '';
            return recordOf(registry, leg, { content: { entrypoint: machine, machines: { [machine]: 1 } } });
          })
          .join('\n'),
      });
    expect(await cost({ arrange })).toEqual({ requests: 21, rounds: 9 });
  });

  test('contents that no leg has vouched for cost one request for each layer, two layers at a time', async () => {
    const arrange: Scene['arrange'] = () => Promise.resolve({ check: 'content' });
    const { requests, rounds } = await cost({ arrange });
    expect(requests).toBe(21 + 4);
    // Fewer processors read fewer layers at a time.
    expect(rounds).toBeGreaterThanOrEqual(9 + 2);
    expect(rounds).toBeLessThanOrEqual(9 + 4);
  });

  test('new tags, and latest moves: the same', async () => {
    const arrange: Scene['arrange'] = (registry, legs) => {
      addToRegistry(registry, path, ownList(legs), 'latest');
      return Promise.resolve(undefined);
    };
    expect(await cost({ arrange })).toEqual({ requests: 21, rounds: 9 });
  });

  test('a tag that exists, a new one and latest, each in its own stage: one round more', async () => {
    const arrange: Scene['arrange'] = (registry, legs) => {
      for (const tag of ['v1', 'latest']) addToRegistry(registry, path, ownList(legs), tag);
      return Promise.resolve(undefined);
    };
    expect(await cost({ arrange })).toEqual({ requests: 21, rounds: 10 });
  });

  test('the second run reads, and writes nothing: 17 requests in 6 rounds', async () => {
    const arrange: Scene['arrange'] = async (registry) => {
      await runMerge(registry, { tags, check: 'config' });
      return undefined;
    };
    const check = (registry: FakeRegistry): void => {
      expect(writes(registry)).toEqual([]);
    };
    expect(await cost({ arrange, check })).toEqual({ requests: 17, rounds: 6 });
  });

  test('blobs on another host cost one request more for each platform, and one round', async () => {
    expect(await cost({ redirectBlobs: true })).toEqual({ requests: 25, rounds: 10 });
  });
});
