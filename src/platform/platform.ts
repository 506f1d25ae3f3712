/** The room's door: a platform is parsed from what people write, normalised, compared and printed. No I/O. */
export {
  formatPlatform,
  normalisePlatform,
  platformArch,
  platformKey,
  platformOfJson,
  platformSlug,
  platformToJson,
  samePlatform,
} from './normalise.ts';
export type { Platform, PlatformJson, RawPlatform } from './normalise.ts';
export { parsePlatform } from './parse.ts';
