import { describe, expect, test } from '@jest/globals';
import { mediaTypes } from '../../src/oci/media-types.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { leg } from './support/refusal.ts';
import {
  addLegs,
  four,
  path,
  platformsIn,
  published,
  runMerge,
  withRegistry,
  writes,
} from './support/scene.ts';

const unsupported = JSON.stringify({ errors: [{ code: 'MANIFEST_INVALID', message: 'manifest invalid' }] });

/** Refuses manifests of OCI's index, as registries of before 2018 do, and pass-through caches of today. */
function refuseOciIndex(registry: FakeRegistry, status: number, body = unsupported, times = 99): void {
  registry.fail(
    ({ method, headers }) => method === 'PUT' && headers['content-type'] === mediaTypes.ociIndex,
    { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body },
    times,
  );
}

describe('a registry that takes no OCI index', () => {
  test.each([
    [400, unsupported],
    [404, ''],
    [405, JSON.stringify({ errors: [{ code: 'UNSUPPORTED', message: 'Unsupported manifest media type' }] })],
    [415, unsupported],
  ])('and says %d gets the same images as a Docker list', async (status, body) => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry);
      refuseOciIndex(registry, status, body);
      const { result, lines } = await runMerge(registry, { tags: 'v1,latest' });
      const list = published(registry);
      expect(list.mediaType).toBe(mediaTypes.dockerList);
      expect(platformsIn(list)).toEqual(four);
      expect(list.manifests).toEqual(four.map((platform) => leg(legs, platform).descriptor));
      expect(registry.tags(path)).toMatchObject({
        v1: result.outputs['digest'],
        latest: result.outputs['digest'],
      });
      expect(lines.join('\n')).toContain(
        'it seems to take no OCI index, so the list is published as a Docker one',
      );

      registry.clearRequests();
      await runMerge(registry, { tags: 'v1,latest' });
      expect(writes(registry).filter((line) => !line.endsWith(` ${status}`))).toEqual([]);
    });
  });

  test.each([
    ['annotations were asked for', { annotations: 'a=b' }, 'no annotations, and the list is to have "a"'],
    ['the format was asked for', { format: 'oci' }, 'with format auto becomes a Docker one'],
  ])('where %s nothing is published', async (_, inputs, said) => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const before = registry.tags(path);
      refuseOciIndex(registry, 415);
      const line = runMerge(registry, { tags: 'v1', ...inputs }).catch(
        (error: unknown) => `${String(error)} ${(error as { hint?: string }).hint ?? ''}`,
      );
      expect(await line).toContain(said);
      expect(registry.tags(path)).toEqual(before);
    });
  });

  test('and takes it the second time gets it: once may have been a proxy', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      refuseOciIndex(registry, 400, unsupported, 1);
      const { lines } = await runMerge(registry, { tags: 'v1' });
      expect(published(registry).mediaType).toBe(mediaTypes.ociIndex);
      expect(lines.join('\n')).not.toContain('Docker');
    });
  });

  test('what is refused for another reason is told as it is', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const body = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'no such repository' }] });
      refuseOciIndex(registry, 404, body);
      await expect(runMerge(registry, { tags: 'v1' })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
      expect(writes(registry)).toHaveLength(1);
    });
  });
});
