import { describe, expect, test } from '@jest/globals';
import { rejection } from '../support/failure.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addLegs, path, runMerge, textOutput, withRegistry, writes } from './support/scene.ts';

const platforms = 'linux/amd64,linux/s390x';
/** So often a write is tried before what the registry says of a missing child is believed. */
const tries = 3;
const byDigest = { method: 'PUT', path: /manifests\/sha256:/ };

function saying(code: string, status: number): { kind: 'answer'; status: number; body: string } {
  return { kind: 'answer', status, body: JSON.stringify({ errors: [{ code, message: 'gone' }] }) };
}

function put(registry: FakeRegistry): string[] {
  return writes(registry).map((line) => line.replace(/^PUT \S+\/manifests\//u, ''));
}

describe('a registry that has shown an image, and does not find it for the list', () => {
  test.each([
    ['MANIFEST_BLOB_UNKNOWN', 400],
    ['MANIFEST_UNKNOWN', 404],
  ])('%s with %d: is given it once more, and then the list', async (code, status) => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry, platforms.split(','));
      registry.fail(byDigest, saying(code, status), code === 'MANIFEST_UNKNOWN' ? 1 : tries);
      const { result, lines } = await runMerge(registry, { platforms });
      const index = textOutput(result, 'digest');
      const children = Object.values(legs).map(({ manifest }) => `${manifest.digest} 201`);
      const done = put(registry).filter((line) => line.endsWith(' 201'));
      expect(done.slice(0, 2).sort()).toEqual(children.sort());
      expect(done.slice(2)).toEqual([`${index} 201`, 'v1 201']);
      expect(lines.join('\n')).toContain('what it lists is pushed again');
      expect(registry.tags(path)['v1']).toBe(index);
    });
  });

  test('and says so again: the list is given up, with the tags as they were', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry, platforms.split(','));
      const children = Object.values(legs).map(({ manifest }) => manifest.digest);
      const list = {
        method: 'PUT',
        path: new RegExp(`manifests/sha256:(?!${children.map((child) => child.slice(7)).join('|')})`),
      };
      registry.fail(list, saying('MANIFEST_BLOB_UNKNOWN', 400), 1000);
      const error = await rejection(runMerge(registry, { platforms }));
      expect(error.message).toContain('MANIFEST_BLOB_UNKNOWN');
      for (const child of children)
        expect(put(registry).filter((line) => line === `${child} 201`)).toHaveLength(1);
      expect(registry.tags(path)['v1']).toBeUndefined();
    });
  });

  test('and does not take it either: the platform is named', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry, platforms.split(','));
      const s390x = legs['linux/s390x']?.manifest.digest ?? '';
      const child = { method: 'PUT', path: new RegExp(`manifests/${s390x}`) };
      registry.fail(child, saying('BLOB_UNKNOWN', 400), 1000);
      registry.fail(byDigest, saying('MANIFEST_BLOB_UNKNOWN', 400), tries);
      const error = await rejection(runMerge(registry, { platforms }));
      expect(error.message).toContain(`linux/s390x (${s390x}) can't be pushed there again: PUT manifest`);
      expect(error.hint).toContain('run that leg again');
      expect(registry.tags(path)['v1']).toBeUndefined();
    });
  });
});
