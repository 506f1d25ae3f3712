import { CodedError } from '../errors.ts';
import type { RemovalInput } from '../inputs/removals.ts';
import type { Digest } from '../oci/digest.ts';
import { isWanted } from '../verify/platform-set.ts';
import type { FoundEntries, ProvenImage } from '../verify/source.ts';
import type { ReadLeg } from './handover-read.ts';

/** Whether an image is what an item of `remove-platforms` names. */
export function isRemoved({ digest, platform }: RemovalInput, image: ProvenImage): boolean {
  if (platform !== undefined) return isWanted(platform, image.said ?? image.platform);
  return image.descriptor.digest === digest;
}

/** The digests of all that `remove-platforms` names: of images, or of anything else by its digest. */
export function removedDigests(
  removals: readonly RemovalInput[],
  { images, attestations, others }: FoundEntries,
): Set<Digest> {
  const named = new Set(removals.flatMap(({ digest }) => digest ?? []));
  const rest = [...attestations, ...others].map(({ descriptor }) => descriptor.digest);
  return new Set([
    ...images
      .filter((image) => removals.some((removal) => isRemoved(removal, image)))
      .map(({ descriptor }) => descriptor.digest),
    ...rest.filter((digest) => named.has(digest)),
  ]);
}

/** An item that names nothing is a mistake, or was done before. */
export function removalErrors(
  removals: readonly RemovalInput[],
  found: FoundEntries,
  where: string,
): CodedError[] {
  return removals
    .filter((removal) => removedDigests([removal], found).size === 0)
    .map(
      ({ text, platform }) =>
        new CodedError(
          platform === undefined ? 'E_NOT_FOUND' : 'E_PLATFORM_MISSING',
          `${text} is to be removed and is not in ${where}`,
          { hint: 'see what is there with inspect, and correct remove-platforms' },
        ),
    );
}

/** What the legs brought, without what is to be removed and what was said about that. */
export function withoutRemoved(
  legs: readonly ReadLeg[],
  removals: readonly RemovalInput[],
): { readonly legs: readonly ReadLeg[]; readonly errors: readonly CodedError[] } {
  if (removals.length === 0) return { legs, errors: [] };
  const all: FoundEntries = {
    images: legs.flatMap(({ source }) => source.images),
    attestations: legs.flatMap(({ source }) => source.attestations),
    others: legs.flatMap(({ source }) => source.others),
  };
  const removed = removedDigests(removals, all);
  const stays = ({ descriptor }: { readonly descriptor: { readonly digest: Digest } }): boolean =>
    !removed.has(descriptor.digest);
  return {
    legs: legs.map(({ leg, source }) => ({
      leg,
      source: {
        ...source,
        images: source.images.filter(stays),
        attestations: source.attestations.filter((each) => stays(each) && !removed.has(each.subject)),
        others: source.others.filter(stays),
      },
    })),
    errors: removalErrors(removals, all, 'records'),
  };
}
