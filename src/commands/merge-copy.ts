import { settleAll } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { repositoryOf, type ProvenSet } from './merge-legs.ts';

/** Copies one image or attestation byte for byte: its blobs first, then the manifest, by digest. */
export type CopyImage = (copy: {
  readonly from: Repository;
  readonly to: Repository;
  readonly manifest: ManifestBytes;
  readonly referrers: boolean;
}) => Promise<unknown>;

/**
 * Brings every entry into each repository where the index will stand, since an index may only refer to what is beside it.
 * Nothing that this does can be seen under a tag.
 */
export async function copyEntries(
  set: ProvenSet,
  targets: readonly Repository[],
  referrers: boolean,
  copy: CopyImage,
  log: Log,
): Promise<void> {
  const entries = [...set.entries.map((entry) => entry.image), ...set.attestations];
  const copies = targets.flatMap((to) =>
    entries.flatMap(({ descriptor, bytes }) => {
      const from = repositoryOf(descriptor.digest, set);
      return from === undefined || from.name === to.name ? [] : [{ from, to, manifest: bytes, referrers }];
    }),
  );
  if (copies.length === 0) return;
  const names = [...new Set(copies.map(({ to }) => to.name))].join(', ');
  await log.group(`Copying ${copies.length} manifests and what they refer to into ${names}`, async () => {
    await settleAll(copies.map(async (each) => copy(each)));
  });
}
