import { describe, expect, test } from '@jest/globals';
import { parseArguments } from '../../src/cli/arguments.ts';
import { rejection } from '../support/failure.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { labels } from './support/refusal.ts';
import { addLegs, path, published, recordOf, runMerge, sha, withRegistry, writes } from './support/scene.ts';

const tags = 'v1, v1.2, latest';

/** A list that somebody published before. */
function older(registry: FakeRegistry, facts: Record<string, string> = {}, ...held: string[]): Fixture {
  const annotations = Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [`org.opencontainers.image.${key}`, value]),
  );
  const index = buildIndex([buildImage({ labels: { old: 'yes' } })], {
    annotations: { of: 'before', ...annotations },
  });
  for (const tag of held) addToRegistry(registry, path, index, tag);
  return index;
}

function held(registry: FakeRegistry): Record<string, string | undefined> {
  const { v1, latest, ...others } = registry.tags(path);
  return { v1, 'v1.2': others['v1.2'], latest };
}

describe('tags', () => {
  test('are written in stages: those that exist, new ones, moving ones', async () => {
    await withRegistry({ latency: 5 }, async (registry) => {
      addLegs(registry);
      older(registry, {}, 'v1', 'latest');
      await runMerge(registry, { tags: 'latest, v1.2, v1', 'arch-tag': 'v1-{arch}' });
      expect(writes(registry).map((line) => line.replace(/sha256:\w+/, '<digest>'))).toEqual(
        ['<digest>', 'v1', 'v1.2', 'latest'].map((ref) => `PUT /v2/${path}/manifests/${ref} 201`),
      );
    });
  });

  test('one of three is refused: the others stand, and the next run finishes', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const before = older(registry, {}, 'v1', 'latest');
      const denied = JSON.stringify({ errors: [{ code: 'DENIED', message: 'not you' }] });
      registry.fail(
        { method: 'PUT', path: /manifests\/v1\.2$/ },
        { kind: 'answer', status: 403, body: denied },
      );
      const error = await rejection(runMerge(registry, { tags }));
      const { digest } = { digest: held(registry)['v1'] };
      expect(error.code).toBe('E_PUBLISH');
      expect(held(registry)).toEqual({ v1: digest, 'v1.2': undefined, latest: digest });
      const name = `${registry.host}/${path}`;
      for (const part of [
        `2 of 3 tags were put at ${String(digest)}`,
        `${name}:v1 held ${before.manifest.digest} (native-multiarch merge --images ${name} --tags v1 --platforms linux/amd64 --records ${name}@${before.manifest.digest} --check config --force restores it, and so does crane tag ${name}@${before.manifest.digest} v1)`,
        `${name}:v1.2 held nothing: E_DENIED`,
        'not you',
      ]) {
        expect(error.message).toContain(part);
      }
      await runMerge(registry, { tags });
      expect(held(registry)).toEqual({ v1: digest, 'v1.2': digest, latest: digest });
    });
  });

  test('are put back by the command that the error tells, byte for byte', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const before = older(registry, { revision: 'before' }, 'v1', 'latest');
      registry.fail({ method: 'PUT', path: /manifests\/v1\.2$/ }, { kind: 'answer', status: 403, body: '' });
      const { message } = await rejection(runMerge(registry, { tags }));
      const commands = [...message.matchAll(/native-multiarch (merge .*?) restores it/gu)];
      expect(commands).toHaveLength(2);
      for (const [, command = ''] of commands) {
        const { raw } = parseArguments(command.split(' '));
        await runMerge(
          registry,
          Object.fromEntries([...raw].map(([input, values]) => [input, values.join()])),
        );
      }
      const { digest } = before.manifest;
      expect(held(registry)).toEqual({ v1: digest, 'v1.2': undefined, latest: digest });
    });
  });

  test.each([
    ['harbor', 412],
    ['ecr', 400],
  ] as const)(
    'that may not move (%s) are E_TAG_IMMUTABLE, and success where they hold the list',
    async (style, status) => {
      await withRegistry({ immutableTags: { pattern: /^v1$/, style } }, async (registry) => {
        addLegs(registry);
        const before = older(registry, {}, 'v1');
        const error = await rejection(runMerge(registry));
        expect(error.code).toBe('E_TAG_IMMUTABLE');
        expect(error.message).toContain(before.manifest.digest);
        expect(held(registry)['v1']).toBe(before.manifest.digest);
        expect(registry.requests.filter((request) => request.status === status)).toHaveLength(1);
        await runMerge(registry, { tags: 'v2', 'arch-tag': 'v1-{arch}' });
        registry.setTag(path, 'v1', registry.tags(path)['v2'] ?? before.manifest.digest);
        await expect(runMerge(registry)).resolves.toBeDefined();
      });
    },
  );

  test('that somebody else moves between write and read-back are E_TAG_MOVED', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const theirs = older(registry, {}, 'theirs');
      let written = false;
      registry.fail(
        ({ method, path: asked }) => {
          if (method === 'PUT' && asked.endsWith('/v1')) written = true;
          else if (written && method === 'GET') registry.setTag(path, 'v1', theirs.manifest.digest);
          return false;
        },
        { kind: 'reset' },
      );
      const { code, message } = await rejection(runMerge(registry));
      expect(code).toBe('E_TAG_MOVED');
      expect(message).toContain(`${path}:v1 holds ${theirs.manifest.digest}`);
    });
  });

  test('that show the old list for a while after they were written are waited for', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      older(registry, {}, 'v1');
      registry.fail({ method: 'GET', path: /manifests\/v1$/ }, { kind: 'stale' }, 3);
      const { slept } = await runMerge(registry);
      expect(slept).toEqual([500, 1000, 2000]);
      expect(published(registry).manifests).toHaveLength(4);
    });
  });
});

describe('a moving tag', () => {
  const [early, late] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z'];

  test('stays at a newer commit: a warning, the rest is published, and no failure', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const newer = older(registry, { created: late, revision: 'newer' }, 'latest', 'v1');
      const { result, warnings } = await runMerge(registry, { tags, created: early });
      const after = held(registry);
      expect(after['latest']).toBe(newer.manifest.digest);
      expect(after['v1']).toBe(result.outputs['digest']);
      expect(result.outputs['stale-tags']).toEqual([`${registry.host}/${path}:latest`]);
      expect(result.outputs['references']).toEqual(
        ['v1', 'v1.2'].map((tag) => `${registry.host}/${path}:${tag}`),
      );
      expect(warnings.filter((line) => line.startsWith('E_TAG_STALE'))).toHaveLength(1);
    });
  });

  test('is moved all the same with force', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      older(registry, { created: late, revision: 'newer' }, 'latest');
      const { result } = await runMerge(registry, { tags, created: early, force: 'true' });
      expect(held(registry)['latest']).toBe(result.outputs['digest']);
    });
  });

  test('never goes from a higher version to a lower one', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const newer = older(registry, { version: '2.0.0', created: early }, 'latest');
      await runMerge(registry, { tags, version: '1.9.9', created: late });
      expect(held(registry)['latest']).toBe(newer.manifest.digest);
    });
  });

  test('goes by ancestry where somebody tells it', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const newer = older(registry, { revision: 'newer', created: early }, 'latest');
      const asked: string[] = [];
      await runMerge(
        registry,
        { tags, created: late },
        {
          compare: (base, head) => {
            asked.push(`${base}...${head}`);
            return Promise.resolve('behind');
          },
        },
      );
      expect(asked).toEqual([`newer...${sha}`]);
      expect(held(registry)['latest']).toBe(newer.manifest.digest);
    });
  });

  test('that holds a Docker list is judged by the labels of its images', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const image = buildImage({ format: 'docker', labels: { 'org.opencontainers.image.version': '2.0.0' } });
      const newer = buildIndex([image], { format: 'docker' });
      addToRegistry(registry, path, newer, 'latest');
      await runMerge(registry, { tags, version: '1.9.9' });
      expect(held(registry)['latest']).toBe(newer.manifest.digest);
    });
  });

  test('moves where nothing is known, with a warning', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, undefined, { labels });
      older(registry, {}, 'latest');
      const { result, warnings } = await runMerge(registry, { tags });
      expect(held(registry)['latest']).toBe(result.outputs['digest']);
      expect(warnings.join()).toContain('latest moves although it is not known');
    });
  });
});

describe('a pull request', () => {
  const options = { event: 'pull_request' };

  test('on which no leg pushed publishes nothing, says so, and is no failure', async () => {
    await withRegistry({}, async (registry) => {
      const legs = Object.values(addLegs(registry));
      const records = legs.map((each) => recordOf(registry, each, { pushed: false })).join('\n');
      const { result } = await runMerge(registry, { records }, options);
      expect(result.text).toContain('nothing is published');
      expect(result.outputs['references']).toEqual([]);
      expect(result.outputs['report']).toMatchObject({ published: false });
      expect(registry.requests).toEqual([]);
    });
  });

  test('on which no leg pushed is still told what is wrong with the set', async () => {
    await withRegistry({}, async (registry) => {
      const legs = Object.values(addLegs(registry)).slice(1);
      const records = legs.map((each) => recordOf(registry, each, { pushed: false })).join('\n');
      expect((await rejection(runMerge(registry, { records }, options))).code).toBe('E_PLATFORM_MISSING');
    });
  });

  test.each<[string, Record<string, string> | undefined]>([
    ['no arch tag is there', undefined],
    ['the arch tags are those of the last push', { 'org.opencontainers.image.revision': 'last week' }],
  ])('without records, where %s', async (_, left) => {
    await withRegistry({}, async (registry) => {
      if (left !== undefined) addLegs(registry, undefined, { labels: left });
      const { result } = await runMerge(registry, {}, options);
      expect(result.text).toContain('nothing is published');
      expect(writes(registry)).toEqual([]);
    });
  });

  test('on which the legs did push is published', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      await runMerge(registry, {}, options);
      expect(published(registry).manifests).toHaveLength(4);
    });
  });

  test('on which some legs pushed is not complete', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, ['linux/amd64', 'linux/arm64']);
      expect((await rejection(runMerge(registry, {}, options))).code).toBe('E_PLATFORM_MISSING');
    });
  });
});
