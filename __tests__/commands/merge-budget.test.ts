import { describe, expect, test } from '@jest/globals';
import { addToRegistry, buildIndex, type Fixture } from '../support/images.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addLegs, bearer, path, recordOf, runMerge, withRegistry, writes } from './support/scene.ts';

const tags = 'v1, v1.2, latest';

/** The longest chain of requests of which each began after the one before had ended. */
async function measured(registry: FakeRegistry, inputs: Record<string, string>) {
  registry.clearRequests();
  await runMerge(registry, { tags, ...inputs });
  const shown = registry.requestLines().join('\n');
  return { requests: registry.requests.length, rounds: registry.rounds(), shown };
}

function records(registry: FakeRegistry, legs: Readonly<Record<string, Fixture>>): string {
  return Object.values(legs)
    .map((leg) => recordOf(registry, leg))
    .join('\n');
}

describe('what a merge of four platforms into three tags asks of a registry with tokens', () => {
  test.each([
    ['arch tags', false],
    ['records', true],
  ])('a fresh repository, from %s: 21 requests in 9 rounds', async (_, explicit) => {
    await withRegistry({ auth: bearer, latency: 25 }, async (registry) => {
      const legs = addLegs(registry);
      const cost = await measured(registry, explicit ? { records: records(registry, legs) } : {});
      expect(cost.shown.split('\n').filter((line) => line.endsWith(' 401'))).toHaveLength(1);
      expect(cost.shown.split('\n').filter((line) => line.includes('/token'))).toHaveLength(1);
      expect(cost).toMatchObject({ requests: 21, rounds: 9 });
    });
  });

  test('a tag that exists, a new one and latest, each in its own stage: 21 requests in 10 rounds', async () => {
    await withRegistry({ auth: bearer, latency: 25 }, async (registry) => {
      const before = buildIndex(Object.values(addLegs(registry)), {
        annotations: { 'org.opencontainers.image.revision': 'before' },
      });
      for (const tag of ['v1', 'latest']) addToRegistry(registry, path, before, tag);
      expect(await measured(registry, {})).toMatchObject({ requests: 21, rounds: 10 });
    });
  });

  test('the second run reads, and writes nothing: 17 requests in 6 rounds', async () => {
    await withRegistry({ auth: bearer, latency: 25 }, async (registry) => {
      addLegs(registry);
      await runMerge(registry, { tags });
      const cost = await measured(registry, {});
      expect(writes(registry)).toEqual([]);
      expect(cost).toMatchObject({ requests: 17, rounds: 6 });
    });
  });

  test('blobs on another host cost one request more for each platform', async () => {
    await withRegistry({ auth: bearer, latency: 25, redirectBlobs: true }, async (registry) => {
      addLegs(registry);
      expect(await measured(registry, {})).toMatchObject({ requests: 25, rounds: 10 });
    });
  });
});
