import { describe, expect, test } from '@jest/globals';
import { staleTags, type CommitFacts, type MovingDeps } from '../../src/publish/moving.ts';
import { keptLog } from '../support/silent-log.ts';
import { heldTag, indexOf } from './verbs.ts';

const index = indexOf({ title: 'the new one' });

describe('a moving tag', () => {
  type Facts = Record<string, string>;
  test.each<[string, Facts, Facts, 'moves' | 'stays' | 'moves, with a warning']>([
    [
      'goes to a later commit',
      { created: '2024-01-01T00:00:00Z' },
      { created: '2024-01-02T00:00:00Z' },
      'moves',
    ],
    [
      'stays at a later commit',
      { created: '2024-01-02T00:00:00Z' },
      { created: '2024-01-01T00:00:00Z' },
      'stays',
    ],
    [
      'goes to a commit of the same second',
      { created: '2024-01-01T00:00:00Z' },
      { created: '2024-01-01T00:00:00Z' },
      'moves',
    ],
    [
      'knows time zones',
      { created: '2024-01-01T12:00:00Z' },
      { created: '2024-01-01T13:30:00+01:00' },
      'moves',
    ],
    ['goes to a higher version', { version: '1.9.0' }, { version: '1.10.0' }, 'moves'],
    ['stays at a higher version', { version: 'v1.10.0' }, { version: '1.9.0' }, 'stays'],
    [
      'stays at a release when a release candidate comes',
      { version: '2.0.0' },
      { version: '2.0.0-rc.1' },
      'stays',
    ],
    [
      'stays at a higher version though the commit is later',
      { version: '2.0.0', created: '2024-01-01T00:00:00Z' },
      { version: '1.9.1', created: '2024-02-01T00:00:00Z' },
      'stays',
    ],
    [
      'stays at a later commit though the version is higher',
      { version: '1.0.0', created: '2024-02-01T00:00:00Z' },
      { version: '2.0.0', created: '2024-01-01T00:00:00Z' },
      'stays',
    ],
    [
      'may move within one commit',
      { revision: 'a', created: '2024-02-01T00:00:00Z' },
      { revision: 'a', created: '2024-01-01T00:00:00Z' },
      'moves',
    ],
    [
      'stays at a higher version of the same commit',
      { revision: 'a', version: '2.0.0' },
      { revision: 'a', version: '1.0.0' },
      'stays',
    ],
    ['knows nothing of what it holds', {}, { created: '2024-01-01T00:00:00Z' }, 'moves, with a warning'],
    [
      'knows nothing of what comes',
      { created: '2024-01-01T00:00:00Z', version: '1.0.0' },
      {},
      'moves, with a warning',
    ],
    [
      'is told a time that is none',
      { created: 'yesterday' },
      { created: '2024-01-01T00:00:00Z' },
      'moves, with a warning',
    ],
    ['is told versions that are none', { version: 'main' }, { version: 'v2' }, 'moves, with a warning'],
  ])('%s', async (_, held, next, wanted) => {
    const log = keptLog();
    const target = heldTag('latest', indexOf(held), true);
    const stale = await staleTags([target], index.digest, next, { ...told(held), log });
    expect(stale).toEqual(wanted === 'stays' ? [target] : []);
    expect(log.warnings).toHaveLength(wanted === 'moves' ? 0 : 1);
    if (wanted === 'stays')
      expect(log.warnings[0]).toMatch(/^E_TAG_STALE: quay\.io\/acme\/app:latest stays at sha256:.*force/);
  });

  test.each([
    ['behind', 'stays'],
    ['ahead', 'moves'],
    ['identical', 'moves'],
    ['diverged', 'stays'],
    [undefined, 'stays'],
  ] as const)('is compared by ancestry where somebody knows it: %s, it %s', async (order, wanted) => {
    const log = keptLog();
    const asked: string[] = [];
    const target = heldTag('latest', indexOf(), true);
    const stale = await staleTags(
      [target],
      index.digest,
      { revision: 'b', created: '2024-01-01T00:00:00Z' },
      {
        ...told({ revision: 'a', created: '2024-01-02T00:00:00Z' }),
        compare: (base, head) => {
          asked.push(`${base}...${head}`);
          return Promise.resolve(order);
        },
        log,
      },
    );
    expect(stale).toHaveLength(wanted === 'stays' ? 1 : 0);
    expect(asked).toEqual(['a...b']);
  });

  test('is of no interest where it does not exist, holds the index, or is no moving tag', async () => {
    const log = keptLog();
    const tags = [heldTag('latest', undefined, true), heldTag('edge', index, true), heldTag('v1', indexOf())];
    const next = { created: '2024-01-01T00:00:00Z' };
    expect(
      await staleTags(tags, index.digest, next, { ...told({ created: '2025-01-01T00:00:00Z' }), log }),
    ).toEqual([]);
    expect(log.warnings).toEqual([]);
  });
});

/** What the held list says, where nobody knows of ancestry. */
function told(facts: CommitFacts): Omit<MovingDeps, 'log'> {
  return { factsOf: () => Promise.resolve(facts), compare: () => Promise.resolve(undefined) };
}
