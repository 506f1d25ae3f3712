import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';

/** What publishing asks of a registry. */
export interface PublishVerbs {
  headManifest(repository: Repository, ref: string): Promise<{ readonly digest?: Digest } | undefined>;
  getManifest(repository: Repository, ref: string): Promise<ManifestBytes | undefined>;
  putManifest(repository: Repository, ref: string, manifest: ManifestBytes): Promise<unknown>;
}

/** A tag that is to end at the new index. */
export interface TagTarget {
  readonly repository: Repository;
  readonly tag: string;
  /** Moved last: a tag that people pull without thinking, such as `latest`. */
  readonly moving: boolean;
}

/** A tag and the digest that it held before anything was written; `undefined` where it did not exist. */
export interface HeldTag extends TagTarget {
  readonly held: Digest | undefined;
  /** Of a moving tag that exists. */
  readonly manifest?: ManifestBytes;
}

/** `quay.io/acme/app:v1`, for messages and outputs. */
export function tagName(target: TagTarget): string {
  return `${target.repository.name}:${target.tag}`;
}
