import type { CacheInput } from '../../inputs/build-lists.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';

/**
 * The part of a cache that is one platform's own, since legs of several platforms would overwrite each other's. To read from, it is that
 * part and then, where the cache is an image, that image as it was given.
 */
export function cacheOfPlatform(
  cache: CacheInput,
  platform: Platform,
  direction: 'from' | 'to',
): readonly CacheInput[] {
  const suffix = formatPlatform(platform).replaceAll('/', '-');
  const { type, attributes } = cache;
  const withValue = (key: string, value: string): CacheInput => ({
    type,
    attributes: { ...attributes, [key]: value },
  });
  switch (type) {
    case 'gha':
      return [withValue('scope', `${attributes['scope'] ?? 'buildkit'}-${suffix}`)];
    case 's3':
    case 'azblob':
      return [withValue('name', `${attributes['name'] ?? 'buildkit'}-${suffix}`)];
    case 'local': {
      const key = direction === 'from' ? 'src' : 'dest';
      const folder = attributes[key];
      return folder === undefined ? [cache] : [withValue(key, `${folder.replace(/\/+$/u, '')}/${suffix}`)];
    }
    case 'registry': {
      const ref = attributes['ref'];
      if (ref === undefined || ref.includes('@')) return [cache];
      const own = withValue('ref', `${/:[^/]+$/u.test(ref) ? ref : `${ref}:latest`}-${suffix}`);
      return direction === 'from' ? [own, cache] : [own];
    }
    default:
      return [cache];
  }
}
