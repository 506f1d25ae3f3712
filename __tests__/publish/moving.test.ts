import { describe, expect, test } from '@jest/globals';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { staleTags } from '../../src/publish/moving.ts';
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
  ])('%s', (_, held, next, wanted) => {
    const log = keptLog();
    const target = heldTag('latest', indexOf(held), true);
    const stale = staleTags([target], index, next, log);
    expect(stale).toEqual(wanted === 'stays' ? [target] : []);
    expect(log.warnings).toHaveLength(wanted === 'moves' ? 0 : 1);
    if (wanted === 'stays')
      expect(log.warnings[0]).toMatch(/^E_TAG_STALE: quay\.io\/acme\/app:latest stays at sha256:.*force/);
  });

  test('is of no interest where it does not exist, holds the index, or is no moving tag', () => {
    const log = keptLog();
    const newer = indexOf({ created: '2025-01-01T00:00:00Z' });
    const tags = [heldTag('latest', undefined, true), heldTag('edge', index, true), heldTag('v1', newer)];
    expect(staleTags(tags, index, { created: '2024-01-01T00:00:00Z' }, log)).toEqual([]);
    expect(log.warnings).toEqual([]);
  });

  test('that holds what can not be read moves with a warning: it is not worth a failed publication', () => {
    const log = keptLog();
    const odd = { ...indexOf(), mediaType: mediaTypes.ociManifest };
    expect(staleTags([heldTag('latest', odd, true)], index, { version: '1.0.0' }, log)).toEqual([]);
    expect(log.warnings).toHaveLength(1);
    expect(log.lines[0]).toContain('E_MANIFEST');
  });
});
