import { describe, expect, test } from '@jest/globals';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildImage } from '../support/images.ts';
import {
  addLegs,
  four,
  path,
  platformsIn,
  published,
  runMerge,
  sha,
  withRegistry,
  type RunOptions,
} from './support/scene.ts';

const three = four.slice(0, 3);
const old = buildImage({
  platform: 'linux/s390x',
  labels: { 'org.opencontainers.image.revision': 'last-week' },
});

/** Time that goes on only while somebody waits; `events` happen when their second has come. */
function scripted(events: Readonly<Record<number, () => void>>): RunOptions & { readonly waits: number[] } {
  let time = 0;
  const waits: number[] = [];
  const due = new Map(Object.entries(events).map(([second, event]) => [Number(second) * 1000, event]));
  return {
    waits,
    now: () => time,
    sleep: (ms) => {
      time += ms;
      waits.push(ms / 1000);
      for (const [at, event] of due) {
        if (at > time) continue;
        due.delete(at);
        event();
      }
      return Promise.resolve();
    },
  };
}

function arrive(registry: FakeRegistry): () => void {
  return () => void addLegs(registry, ['linux/s390x']);
}

describe('wait', () => {
  test('asks for what is missing alone, from 5 s up to 30 s apart, until it is there', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      const script = scripted({ 100: arrive(registry) });
      const { lines } = await runMerge(registry, { wait: '45m' }, script);
      expect(script.waits).toEqual([5, 10, 20, 30, 30, 30]);
      expect(platformsIn(published(registry))).toEqual(four);
      const asked = registry.requestLines().filter((line) => line.includes('/manifests/v1-'));
      expect(asked.filter((line) => line.startsWith('HEAD') && !line.includes('s390x'))).toEqual([]);
      expect(asked.filter((line) => line.startsWith('HEAD'))).toHaveLength(6);
      expect(asked.filter((line) => line.includes('v1-amd64'))).toHaveLength(1);
      const told = lines.filter((line) => line.startsWith('waiting for'));
      expect(told[0]).toBe('waiting for linux/s390x (not there yet); 45 min left');
      expect(told.length).toBeLessThanOrEqual(3);
    });
  });

  test('does not take last week for today', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      addToRegistry(registry, path, old, 'v1-s390x');
      const script = scripted({ 30: arrive(registry) });
      const { lines } = await runMerge(registry, { wait: '5m', revision: sha }, script);
      expect(lines.join('\n')).toContain('waiting for linux/s390x (of commit last-week)');
      expect(published(registry).manifests[3]?.digest).not.toBe(old.manifest.digest);
    });
  });

  test.each([
    ['is not there', false],
    ['is last week’s', true],
  ])('ends with a missing platform where a leg %s when the time is over', async (_, left) => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      if (left) addToRegistry(registry, path, old, 'v1-s390x');
      const script = scripted({});
      const error = await rejection(runMerge(registry, { wait: '1m', revision: sha }, script));
      expect(error.code).toBe('E_PLATFORM_MISSING');
      expect(error.message).toContain('linux/s390x');
      expect(script.waits.reduce((sum, each) => sum + each)).toBe(60);
    });
  });

  test('waits for optional platforms too, and then does without', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      addToRegistry(registry, path, old, 'v1-s390x');
      const script = scripted({});
      const platforms = `${three.join()}, linux/s390x?`;
      const { result, warnings } = await runMerge(registry, { wait: '1m', revision: sha, platforms }, script);
      expect(script.waits).not.toEqual([]);
      expect(result.outputs['missing-platforms']).toEqual(['linux/s390x']);
      expect(warnings.join()).toContain('arch tag v1-s390x for linux/s390x is of commit last-week');
    });
  });

  test('reads the tags again: somebody may have moved them meanwhile', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      const script = scripted({
        20: () => {
          addToRegistry(registry, path, old, 'v1');
          arrive(registry)();
        },
      });
      const { result } = await runMerge(registry, { wait: '5m' }, script);
      expect(result.outputs['report']).toMatchObject({
        tags: [{ state: 'moved', before: old.manifest.digest }],
      });
    });
  });

  test('takes no time where all is there, and none for a leg that can not be read', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const script = scripted({});
      await runMerge(registry, { wait: '45m' }, script);
      addToRegistry(registry, path, buildImage({ manifest: { manifests: [] } }), 'v1-amd64');
      const platforms = `${four.join()}, linux/riscv64`;
      const error = await rejection(runMerge(registry, { wait: '45m', platforms }, script));
      expect(error.message).toContain('manifests');
      expect(script.waits).toEqual([]);
    });
  });

  test('outlives a registry that is away for a while', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, three);
      const script = scripted({
        5: () => {
          registry.fail((request) => request.method === 'HEAD', { kind: 'status', status: 503 }, 8);
        },
        100: arrive(registry),
      });
      await runMerge(registry, { wait: '45m' }, script);
      expect(platformsIn(published(registry))).toEqual(four);
    });
  });
});
