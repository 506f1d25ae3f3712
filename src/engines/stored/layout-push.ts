import { CodedError, settleAll } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { formatReference, type Reference, type Repository } from '../../oci/reference.ts';
import type { EngineOptions } from '../options.ts';

/** A config or layer, and where its bytes are. */
export interface StoredBlob extends Pick<Descriptor, 'digest' | 'size' | 'mediaType'> {
  readonly open: () => AsyncIterable<Uint8Array>;
  /** A repository that has it, so that it need not travel where that is one of the same registry. */
  readonly from?: Repository;
}

/** An image that no engine's store holds: the very bytes that a registry will get. */
export interface StoredImage {
  /** What the tag leads to: an image, or an index. */
  readonly top: ManifestBytes;
  /** The manifests below {@link top}, each before whatever lists it. */
  readonly children: readonly ManifestBytes[];
  readonly blobs: readonly StoredBlob[];
}

/** How many blobs travel at once. */
const lanes = 4;

/**
 * Pushes an image through our own client: blobs, the manifests below the top by their digests, and last the top by its tag, so that
 * the tag never leads to what is not there.
 * @throws what the client says: E_UNAUTHORIZED, E_DENIED, E_TAG_IMMUTABLE, E_NETWORK ...
 */
export async function pushStored(
  { top, children, blobs }: StoredImage,
  reference: Pick<Reference, 'repository' | 'tag'>,
  { uploader, log, signal }: Pick<EngineOptions, 'uploader' | 'log' | 'signal'>,
): Promise<void> {
  if (uploader === undefined)
    throw new CodedError('E_INTERNAL', 'the engine was given nobody to upload with');
  const { repository } = reference;
  const waiting = [...blobs];
  const upload = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob !== undefined; blob = waiting.shift()) {
      signal?.throwIfAborted();
      const { digest, size, mediaType, open, from } = blob;
      if (from?.registry === repository.registry && (await uploader.mountBlob?.(repository, digest, from)))
        continue;
      await uploader.uploadBlob(repository, { digest, size, mediaType }, open);
    }
  };
  await settleAll(Array.from({ length: Math.min(lanes, blobs.length) }, upload));
  for (const child of children) await uploader.putManifest(repository, child.digest, child);
  await uploader.putManifest(repository, reference.tag ?? top.digest, top);
  log.info(`pushed ${formatReference(reference)} as ${top.digest}`);
}
