import { createHash } from 'node:crypto';
import type { Repository } from '../oci/reference.ts';
import { platformSlug, type Platform } from '../platform/platform.ts';

/** Which list a record is for: two images, or two lists of one image, may be built in one run. */
export interface ListName {
  readonly image: Repository;
  /** The first of `tags`. */
  readonly tag: string;
}

/** What the name of an artifact says. */
export interface RecordName {
  /** As in `linux-arm-v7`. */
  readonly platform: string;
  /** Of the run. */
  readonly attempt: number;
  /** Which try at handing it over. */
  readonly upload: number;
}

/** The one file in the artifact. */
export const recordFileName = 'record.json';

function prefix({ image, tag }: ListName): string {
  const hash = createHash('sha256').update(`${image.name}:${tag}`).digest('hex').slice(0, 12);
  return `native-multiarch.${hash}.`;
}

/**
 * The name of the artifact that holds a leg's record: `native-multiarch.<hash of image and tag>.linux-ppc64le.1`, where the
 * number is the attempt of the run. A name can't be used twice, so that an upload that was tried again has `-2` behind it.
 */
export function artifactName(list: ListName, platform: Platform, attempt: number, upload = 1): string {
  return `${prefix(list)}${platformSlug(platform)}.${attempt}${upload === 1 ? '' : `-${upload}`}`;
}

/** Undefined for the name of anything but a record for this list. */
export function parseArtifactName(list: ListName, name: string): RecordName | undefined {
  const start = prefix(list);
  const [, platform, attempt, upload] =
    (name.startsWith(start) ? /^([a-zA-Z0-9_.-]{1,200})\.([1-9]\d{0,5})(?:-([2-9]))?$/u : /$^/u).exec(
      name.slice(start.length),
    ) ?? [];
  return platform === undefined
    ? undefined
    : { platform, attempt: Number(attempt), upload: Number(upload ?? 1) };
}
