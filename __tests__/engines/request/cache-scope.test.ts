import { describe, expect, test } from '@jest/globals';
import { cacheOfPlatform } from '../../../src/engines/request/cache-scope.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';

const platforms = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/ppc64le',
  'linux/s390x',
];

const given = [
  { type: 'gha', attributes: {} },
  { type: 'gha', attributes: { scope: 'main', mode: 'max' } },
  { type: 's3', attributes: { bucket: 'b', name: 'n' } },
  { type: 'azblob', attributes: {} },
  { type: 'local', attributes: { src: '/c/', dest: '/c/' } },
  { type: 'registry', attributes: { ref: 'localhost:5000/acme/cache' } },
  { type: 'registry', attributes: { ref: 'quay.io/acme/cache:v1', mode: 'max' } },
];

describe.each(given)('$type $attributes', (cache) => {
  test('no two platforms write to the same place, and each reads what it wrote first', () => {
    const written = platforms.map((platform) => cacheOfPlatform(cache, parsePlatform(platform), 'to'));
    expect(written.every((each) => each.length === 1)).toBe(true);
    const place = (each: (typeof written)[number]): string => {
      const { scope, name, dest, ref } = each[0]?.attributes ?? {};
      return scope ?? name ?? (cache.type === 'local' ? dest : ref) ?? '';
    };
    expect(new Set(written.map(place)).size).toBe(platforms.length);
    for (const [at, platform] of platforms.entries()) {
      const [read] = cacheOfPlatform(cache, parsePlatform(platform), 'from');
      const { src, ...rest } = read?.attributes ?? {};
      expect(cache.type === 'local' ? src : place([{ type: cache.type, attributes: rest }])).toBe(
        place(written[at] ?? []),
      );
    }
  });
});
