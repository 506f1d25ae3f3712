import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../support/fake-registry.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { labels, recordsOf } from './support/refusal.ts';
import {
  addLegs,
  four,
  path,
  platformsIn,
  published,
  runMerge,
  sha,
  withRegistry,
  writes,
} from './support/scene.ts';

const revision = 'org.opencontainers.image.revision';

describe('the same inputs', () => {
  test('give the same digest, and a second run writes nothing', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const first = await runMerge(registry, { tags: 'v1, latest' });
      registry.clearRequests();
      const second = await runMerge(registry, { tags: 'v1, latest' });
      expect(second.result.outputs['digest']).toBe(first.result.outputs['digest']);
      expect(writes(registry)).toEqual([]);
      expect(second.result.outputs['report']).toMatchObject({ tags: [{ state: 'kept' }, { state: 'kept' }] });
    });
  });

  test('give the same digest whatever the run is called, and in whatever order records come', async () => {
    await withRegistry({}, async (registry) => {
      const legs = recordsOf(registry, addLegs(registry));
      const digests = [];
      for (const [run, records] of [
        ['1', legs],
        ['2', [...legs].reverse()],
      ] as const) {
        const options = { event: 'push', env: { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: run } };
        digests.push(
          (await runMerge(registry, { records: records.join('\n') }, options)).result.outputs['digest'],
        );
      }
      expect(digests[0]).toBe(digests[1]);
    });
  });

  test('finish what an earlier run left: only the tag that is missing is written', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      await runMerge(registry, { tags: 'v1' });
      registry.clearRequests();
      await runMerge(registry, { tags: 'v1, v1.2' });
      expect(writes(registry)).toEqual([`PUT /v2/${path}/manifests/v1.2 201`]);
    });
  });
});

describe('one source that is an index', () => {
  test.each([
    ['OCI', 'oci'],
    ['Docker', 'docker'],
  ] as const)('is published as its own bytes: %s', async (_, format) => {
    await withRegistry({}, async (registry) => {
      const images = four.map((platform) => buildImage({ platform, format }));
      const source = buildIndex(images, {
        format,
        over: format === 'oci' ? { annotations: { theirs: 'yes' } } : {},
      });
      addToRegistry(registry, path, source, 'rc');
      await runMerge(registry, { records: `${registry.host}/${path}:rc` });
      expect(registry.tags(path)['v1']).toBe(source.manifest.digest);
    });
  });

  test('with its attestations, and with a revision that it tells already', async () => {
    await withRegistry({}, async (registry) => {
      const amd64 = buildImage({ labels });
      const source = buildIndex([amd64, buildAttestation(amd64)], { annotations: { [revision]: sha } });
      addToRegistry(registry, path, source, 'rc');
      await runMerge(registry, {
        platforms: 'linux/amd64',
        records: `${registry.host}/${path}:rc`,
        revision: sha,
      });
      expect(registry.tags(path)['v1']).toBe(source.manifest.digest);
    });
  });

  test.each<[string, Record<string, string>]>([
    ['an annotation', { annotations: 'a=1' }],
    ['a version', { version: '2.0.0' }],
    ['another format', { format: 'docker' }],
  ])('is made anew for %s', async (_, inputs) => {
    await withRegistry({}, async (registry) => {
      const source = buildIndex([buildImage({ format: inputs['format'] === undefined ? 'oci' : 'docker' })]);
      addToRegistry(registry, path, source, 'rc');
      await runMerge(registry, {
        platforms: 'linux/amd64',
        records: `${registry.host}/${path}:rc`,
        ...inputs,
      });
      expect(registry.tags(path)['v1']).not.toBe(source.manifest.digest);
      expect(platformsIn(published(registry))).toEqual(['linux/amd64']);
    });
  });
});

describe('a write whose answer goes wrong', () => {
  test.each<[string, Fault, RegExp, number]>([
    ['lost: it is looked up, and not sent again', { kind: 'lost-answer' }, /manifests\/v1$/, 1],
    ['lost behind a gateway', { kind: 'lost-behind', status: 504 }, /manifests\/v1$/, 1],
    ['lost, of the index by digest', { kind: 'lost-answer' }, /manifests\/sha256:/, 1],
    ['refused for now: it is sent once more', { kind: 'answer', status: 503 }, /manifests\/v1$/, 2],
    ['limited', { kind: 'answer', status: 429, headers: { 'retry-after': '2' } }, /manifests\/v1$/, 2],
    ['reset before it arrived', { kind: 'reset' }, /manifests\/v1$/, 2],
  ])('%s', async (_, fault, path, sent) => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      registry.fail({ method: 'PUT', path }, fault);
      const { result } = await runMerge(registry, { tags: 'v1, latest' });
      const puts = registry.requests.filter((request) => request.method === 'PUT' && path.test(request.path));
      expect(puts).toHaveLength(sent);
      expect(
        Object.values(registry.tags('acme/app')).filter((digest) => digest === result.outputs['digest']),
      ).toHaveLength(2);
    });
  });
});
