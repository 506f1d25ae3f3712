import { describe, expect, test } from '@jest/globals';
import { errorLine } from '../../src/errors.ts';
import { rejection } from '../support/failure.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addLegs, recordOf, runMerge, sha, withRegistry, writes, type Ran } from './support/scene.ts';

const two = ['linux/amd64', 'linux/s390x'];

/** A merge of two records in a run of acme/app, of which the second says of its run what is given. */
async function merge(registry: FakeRegistry, run: object | undefined, env = {}): Promise<Ran> {
  const [first, second] = Object.values(addLegs(registry, two));
  if (first === undefined || second === undefined) throw new Error('there are two legs');
  const records = [
    recordOf(registry, first, { run: { sha, repository: 'acme/app' } }),
    recordOf(registry, second, { ...(run !== undefined && { run }) }),
  ];
  return runMerge(
    registry,
    { platforms: two.join(), records: records.join('\n') },
    { event: 'push', env: { GITHUB_REPOSITORY: 'acme/app', ...env } },
  );
}

describe('a record that was named', () => {
  test.each([
    ['of a fork', { sha, repository: 'somebody/app' }],
    ["of a fork, with no commit, or any other's id", { id: '1', repository: 'somebody/app' }],
  ])('%s: E_RECORD, and nothing is written', async (_, run) => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(merge(registry, run));
      expect(errorLine(error)).toBe(
        'E_RECORD: records entry 2 was made by a run of "somebody/app", and this is one of "acme/app"; take the records of this repository only: those of a fork are what anybody may have written',
      );
      expect(writes(registry)).toEqual([]);
    });
  });

  test('of another commit of this repository: E_REVISION_MISMATCH', async () => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(merge(registry, { sha: 'f'.repeat(40), repository: 'acme/app' }));
      expect(error.code).toBe('E_REVISION_MISMATCH');
    });
  });

  test.each([
    ['of an earlier run of this repository', { id: '1', sha, repository: 'acme/app' }, {}],
    ['of this repository in other letters', { sha, repository: 'Acme/App' }, {}],
    ['that says nothing of its run', undefined, {}],
    ['outside of a workflow', { sha, repository: 'somebody/app' }, { GITHUB_ACTIONS: '' }],
  ])('%s is taken', async (_, run, env) => {
    await withRegistry({}, async (registry) => {
      const { result } = await merge(registry, run, env);
      expect(result.outputs['platforms']).toEqual(two);
    });
  });

  test('of a stranger is told together with what else is wrong', async () => {
    await withRegistry({}, async (registry) => {
      const leg = Object.values(addLegs(registry, two))[0];
      if (leg === undefined) throw new Error('there are two legs');
      const records = recordOf(registry, leg, { image: 'quay.io/evil/app' });
      const error = await rejection(
        runMerge(registry, { platforms: two.join(), records }, { event: 'push' }),
      );
      expect(error.code).toBe('E_PLATFORM_MISSING');
      expect(error.message).toContain('says that its image is in quay.io/evil/app');
    });
  });
});
