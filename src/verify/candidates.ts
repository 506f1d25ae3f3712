import type { Digest } from '../oci/digest.ts';
import type { Platform } from '../platform/platform.ts';
import { isWanted } from './platform-set.ts';
import type { ProvenImage, ProvenSource } from './source.ts';

/** Who said what about a source before it was read. */
export interface Claim {
  /** For people: where it was found. */
  readonly origin: string;
  /** `undefined`: nobody said; each image's own config does. */
  readonly claimed: Platform | undefined;
  /** What an index means, see {@link candidates}. */
  readonly index: 'leg' | 'pick' | 'all';
}

/** An image that may become an entry of the list, under the platform that it is claimed for. */
export interface Candidate {
  readonly platform: Platform;
  readonly digest: Digest;
  readonly origin: string;
  readonly image: ProvenImage;
  /** The claim itself, if there was one: the config has to bear it out. */
  readonly claimed: Platform | undefined;
  readonly compression?: 'zstd';
}

/** How podman marks the twin of an image that is packed with zstd. */
const zstdTwin = 'io.github.containers.compression.zstd';

/**
 * The images of a source that count.
 * `all`: each, under its own platform. `pick`: the one that is asked for; when the source holds no other, that one, so that
 * a wrong label is told as such. `leg`: each, since a leg's index holds one platform and anything else in it is to be seen.
 */
export function candidates(claim: Claim, source: ProvenSource): Candidate[] {
  const { origin, claimed } = claim;
  const own = (image: ProvenImage): Candidate => ({
    platform: image.platform,
    digest: image.descriptor.digest,
    origin,
    image,
    claimed: undefined,
    ...(image.descriptor.annotations?.[zstdTwin] === 'true' && { compression: 'zstd' }),
  });
  if (claimed === undefined) return source.images.map(own);
  const asClaimed = (image: ProvenImage): Candidate => ({
    ...own(image),
    platform: versioned(claimed, image.platform),
    claimed,
  });
  if (source.images.length === 1) return source.images.map(asClaimed);
  const matches = (image: ProvenImage): boolean => isWanted(claimed, image.platform);
  if (claim.index === 'pick') return source.images.filter(matches).map(asClaimed);
  return source.images.map((image) => (matches(image) ? asClaimed(image) : own(image)));
}

/** Of Windows there is an image for each version of the system: where a claim leaves that open, the config tells them apart. */
function versioned(claimed: Platform, { os, osVersion }: Platform): Platform {
  const isOpen = claimed.os === os && claimed.osVersion === undefined && osVersion !== undefined;
  return isOpen ? { ...claimed, osVersion } : claimed;
}

/** The same image twice under one platform counts once: the first is kept. */
export function withoutRepeats(found: readonly Candidate[]): Candidate[] {
  return found.filter(
    (candidate, index) =>
      found.findIndex(
        (other) => other.digest === candidate.digest && isWanted(other.platform, candidate.platform),
      ) === index,
  );
}

/** In the order of the platforms that were asked for, which is the order in which clients look. */
export function inOrderOf(wanted: readonly Platform[], found: readonly Candidate[]): Candidate[] {
  const rank = (candidate: Candidate): number => {
    const index = wanted.findIndex((platform) => isWanted(platform, candidate.platform));
    return index < 0 ? wanted.length : index;
  };
  return [...found].sort((a, b) => rank(a) - rank(b));
}
