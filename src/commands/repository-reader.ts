import type { Descriptor } from '../oci/descriptor.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import type { ContentReader } from '../verify/source.ts';

/** What reading asks of a registry. */
export interface ReadVerbs {
  getManifest(repository: Repository, ref: string): Promise<ManifestBytes | undefined>;
  readBlob(
    repository: Repository,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    maxBytes: number,
  ): Promise<Uint8Array>;
  /** The blob as a stream, its digest and size checked on the way. */
  getBlob(repository: Repository, descriptor: Pick<Descriptor, 'digest' | 'size'>): AsyncIterable<Uint8Array>;
}

/** One repository, as the checks read it. */
export function repositoryReader(verbs: ReadVerbs, repository: Repository): ContentReader {
  return {
    manifest: async (ref) => verbs.getManifest(repository, ref),
    blob: async (descriptor, max) => verbs.readBlob(repository, descriptor, max),
  };
}
