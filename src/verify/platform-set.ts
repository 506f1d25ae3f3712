import { CodedError } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import { formatPlatform, platformKey, type Platform } from '../platform/platform.ts';

export interface WantedPlatform {
  readonly platform: Platform;
  readonly required: boolean;
}

/** An image that stands, or is to stand, in the list under a platform. */
export interface FoundPlatform {
  readonly platform: Platform;
  /** What tells two images apart: a digest, or the tag that stands for one which is not read yet. */
  readonly digest: string;
  /** For people: where it was found. */
  readonly origin: string;
  /** A twin of the same platform that podman tells apart by its compression. */
  readonly compression?: 'zstd';
}

/** True when `found` is what `wanted` asks for; an os.version or os.features that was not asked for does not matter. */
export function isWanted(wanted: Platform, found: Platform): boolean {
  const { osVersion, osFeatures, ...asked } = found;
  return (
    platformKey(wanted) ===
    platformKey({
      ...asked,
      ...(wanted.osVersion !== undefined && osVersion !== undefined && { osVersion }),
      ...(wanted.osFeatures !== undefined && osFeatures !== undefined && { osFeatures }),
    })
  );
}

/** The platforms of `wanted` for which nothing was found. */
export function missingPlatforms(
  wanted: readonly WantedPlatform[],
  found: readonly FoundPlatform[],
): WantedPlatform[] {
  return wanted.filter((row) => !found.some((image) => isWanted(row.platform, image.platform)));
}

export interface SetOptions {
  /** Platforms beyond those asked for are no error. */
  readonly allowExtra?: boolean;
  /** The set is that of a published list, and not what legs made of late: the cures are other ones. */
  readonly published?: boolean;
}

/**
 * What is wrong with the set: a required platform that is missing, one that is there twice, one that was not asked for.
 * Where all may be missing, one has to be there all the same.
 * The same digest twice for one platform counts once.
 * @param where for people: what the set was looked for in
 */
export function checkPlatformSet(
  wanted: readonly WantedPlatform[],
  found: readonly FoundPlatform[],
  where: string,
  { allowExtra = false, published = false }: SetOptions = {},
): CodedError[] {
  return [
    ...missing(wanted, found, where, published),
    ...duplicates(found),
    ...(allowExtra ? [] : unexpected(wanted, found, published)),
  ];
}

function missing(
  wanted: readonly WantedPlatform[],
  found: readonly FoundPlatform[],
  where: string,
  published: boolean,
): CodedError[] {
  if (found.length === 0 && wanted.length > 0 && !wanted.some((row) => row.required)) {
    const names = wanted.map((row) => formatPlatform(row.platform)).join(', ');
    return [
      new CodedError('E_PLATFORM_MISSING', `none of ${names} is in ${where}`, {
        hint: `each of them may be missing, but a list of nothing is no list; ${published ? 'see what published it' : 'see why no leg pushed'}`,
      }),
    ];
  }
  const lacking = missingPlatforms(wanted, found)
    .filter((row) => row.required)
    .map((row) => formatPlatform(row.platform));
  if (lacking.length === 0) return [];
  return [
    new CodedError(
      'E_PLATFORM_MISSING',
      `${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} missing from ${where}`,
      {
        hint: published
          ? 'publish it again whole, or merge what is missing with append; what may be missing is marked with "?" in platforms'
          : 'see why its leg did not push and run it again, or mark the platform as not required with "?"',
      },
    ),
  ];
}

function duplicates(found: readonly FoundPlatform[]): CodedError[] {
  const byPlatform = groupBy(found, (image) => `${platformKey(image.platform)} ${image.compression ?? ''}`);
  return [...byPlatform.values()].flatMap((images) => {
    const [first] = images;
    if (first === undefined || images.every((image) => image.digest === first.digest)) return [];
    const each = images.map((image) => `${image.digest} (${image.origin})`).join(' and ');
    return [
      new CodedError(
        'E_PLATFORM_DUPLICATE',
        `${formatPlatform(first.platform)} is there more than once: ${each}`,
        {
          hint: 'keep one of them',
        },
      ),
    ];
  });
}

function unexpected(
  wanted: readonly WantedPlatform[],
  found: readonly FoundPlatform[],
  published: boolean,
): CodedError[] {
  const names = wanted.map((row) => formatPlatform(row.platform)).join(', ');
  return found
    .filter((image) => !wanted.some((row) => isWanted(row.platform, image.platform)))
    .map(
      ({ platform, origin }) =>
        new CodedError(
          'E_PLATFORM_UNEXPECTED',
          `${formatPlatform(platform)} (${origin}) was not asked for, only ${names}`,
          {
            hint: published
              ? 'add it to platforms, or set allow-extra; merge takes it out with remove-platforms'
              : 'add it to platforms, or leave it out',
          },
        ),
    );
}
