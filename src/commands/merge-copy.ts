import { settleAll } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { repositoryOf, type ProvenSet } from './merge-legs.ts';

/** What is to be brought from one repository into another. */
export interface NeededCopy {
  readonly from: Repository;
  readonly to: Repository;
  readonly manifest: ManifestBytes;
}

/** Copies an image, or an index with all below it, byte for byte: blobs first, then manifests, by digest. */
export type CopyImage = (copy: NeededCopy & { readonly referrers: boolean }) => Promise<unknown>;

/**
 * What has to come into each repository where the index will stand, since an index may only refer to what is beside it.
 * An index that keeps its own bytes is brought whole, whatever it holds; so is a published list of which entries are kept
 * that nobody understands.
 */
export function neededCopies(
  set: ProvenSet,
  index: ManifestBytes,
  targets: readonly Repository[],
): NeededCopy[] {
  const [only] = set.legs;
  const { base, placed = [] } = set.change?.changed ?? {};
  if (base === undefined && only?.source.manifest.digest === index.digest)
    return toEach(targets, only.leg.repository, only.source.manifest);
  const kept = placed.flatMap((each) => ('kept' in each ? [each.kept] : []));
  const opaque = kept.some((entry) => entry.others.length > 0 || entry.images.length > 1);
  const attestations = [...set.attestations, ...kept.flatMap((entry) => entry.attestations)];
  const single = [...set.entries.map((entry) => entry.image), ...attestations].flatMap(
    ({ descriptor, bytes }) => {
      const from = repositoryOf(descriptor.digest, set);
      return from === undefined ? [] : toEach(targets, from, bytes);
    },
  );
  return [
    ...(base !== undefined && opaque ? toEach(targets, base.repository, base.manifest) : []),
    ...single,
  ];
}

function toEach(targets: readonly Repository[], from: Repository, manifest: ManifestBytes): NeededCopy[] {
  return targets.filter((to) => to.name !== from.name).map((to) => ({ from, to, manifest }));
}

/** Brings everything that is needed. Nothing that this does can be seen under a tag. */
export async function copyAll(
  copies: readonly NeededCopy[],
  referrers: boolean,
  copy: CopyImage,
  log: Log,
): Promise<void> {
  if (copies.length === 0) return;
  const names = [...new Set(copies.map(({ to }) => to.name))].join(', ');
  await log.group(
    `Copying ${copies.length === 1 ? '1 manifest and what it refers to' : `${copies.length} manifests and what they refer to`} into ${names}`,
    async () => {
      await settleAll(copies.map(async (each) => copy({ ...each, referrers })));
    },
  );
}
