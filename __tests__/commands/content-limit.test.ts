import { describe, expect, test } from '@jest/globals';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { tinyProgram } from '../support/tiny-programs.js';
import { noise } from '../verify/content/support.ts';
import { addLegs, path, recordOf, runInspect, runMerge, runVerify, withRegistry } from './support/scene.ts';

const platform = 'linux/s390x';
const layers = [
  [{ name: 'app', content: tinyProgram('s390x'), mode: 0o755 }],
  [{ name: 'data', content: noise(100_000) }],
];
const spec = { layers, run: { Entrypoint: ['/app'] } };
const unread = { check: 'content', found: 'not read: budget (2 of 2 layers)' };

interface Report {
  readonly platforms: readonly { readonly checks: readonly object[] }[];
}

function checksOf({ outputs }: { readonly outputs: Readonly<Record<string, unknown>> }): readonly object[] {
  return (outputs['report'] as Report).platforms.flatMap(({ checks }) => checks);
}

describe('content-limit', () => {
  test('reached by merge: published, with a warning, and the report says what was not read', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, [platform], spec);
      const { result, warnings } = await runMerge(registry, { platforms: platform, 'content-limit': '1' });
      expect(checksOf(result)).toContainEqual({ ...unread, by: 'merge' });
      expect(result.text).toContain('not read: budget (2 of 2 layers)');
      expect(warnings.join()).toMatch(
        /2 of its 2 layers were not read, for content-limit \(1 bytes\) was reached: layer sha256:/,
      );
    });
  });

  test('does not touch what a leg has vouched for', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry, [platform], spec);
      const content = { entrypoint: 's390x', machines: { s390x: 1 } };
      const records = Object.values(legs).map((leg) => recordOf(registry, leg, { content }));
      const asked = { platforms: platform, 'content-limit': '1', records: records.join('\n') };
      const { result } = await runMerge(registry, asked);
      expect(checksOf(result)).toContainEqual({ check: 'content', found: 's390x', by: 'leg' });
      const full = await runMerge(registry, { ...asked, check: 'full' });
      expect(checksOf(full.result)).toContainEqual({ ...unread, by: 'merge' });
    });
  });

  test('reached by verify: told in the same words; without a limit all is read', async () => {
    await withRegistry({}, async (registry) => {
      const list = buildIndex([buildImage({ ...spec, platform })]);
      addToRegistry(registry, path, list, 'v1');
      const asked = { platforms: platform, check: 'full' };
      const { result, warnings } = await runVerify(registry, { ...asked, 'content-limit': '1' });
      expect(checksOf(result)).toContainEqual({ ...unread, by: 'verify' });
      expect(warnings).toHaveLength(1);
      const whole = await runVerify(registry, { ...asked, 'content-limit': 'none' });
      expect(checksOf(whole.result)).toContainEqual({ check: 'content', found: 's390x', by: 'verify' });
      expect(whole.warnings).toEqual([]);
    });
  });

  test('lets inspect read what it would think too large, so far and no further', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildImage({ ...spec, platform }), 'v1');
      const { text } = await runInspect(registry, { 'content-limit': '1' });
      expect(text).toContain('2 of its 2 layers were not read');
    });
  });
});
