import type { ContentDescriptor, Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';

/** Where content comes from: a repository of a registry, or anything else that answers by digest. */
export interface CopySource {
  /** For people: `quay.io/acme/app`. */
  readonly name: string;
  /** The verified bytes at a digest or tag; undefined where there are none. `size`, where a descriptor has told it, is verified too. */
  manifest(reference: string, size?: number): Promise<ManifestBytes | undefined>;
  /**
   * A blob as it comes in. Digest and size are verified: an iteration that ended well brought the right bytes. A chunk is
   * there until the next one is asked for, and no longer.
   */
  stream(blob: ContentDescriptor): AsyncIterable<Uint8Array>;
  /** Manifests whose subject this is. */
  referrers(subject: Digest): Promise<readonly Descriptor[]>;
}

/** Where content goes to. */
export interface CopyTarget {
  /** For people, and different for every two targets. */
  readonly name: string;
  /** Is this manifest there, and so all that it refers to? */
  hasManifest(digest: Digest): Promise<boolean>;
  /** True: the blob is there, or is now, without having been sent. */
  adopt(blob: ContentDescriptor): Promise<boolean>;
  /**
   * Takes what `open` yields: the same bytes each time, and verified by `open` itself. What its iteration throws is thrown
   * as it is.
   */
  upload(blob: ContentDescriptor, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  /** @param reference the manifest's digest, or a tag. @returns whether its `subject` will be listed without our help. */
  put(reference: string, manifest: ManifestBytes): Promise<{ readonly subjectHandled: boolean }>;
  /** What a tag or digest holds. */
  manifest(reference: string): Promise<ManifestBytes | undefined>;
  /** Manifests whose subject this is, as the target itself lists them. */
  referrers(subject: Digest): Promise<readonly Descriptor[]>;
}
