import type { CodedError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';
import type { LegRecord } from './record.ts';

/** Where the fan-in finds one leg's work, and what it was told about it. */
export interface Leg {
  /** For people: `arch tag v1-s390x`, `records line 3`. */
  readonly origin: string;
  /** The platform that somebody said it is for; undefined for a bare reference, whose config is asked. */
  readonly claimed: Platform | undefined;
  readonly repository: Repository;
  /** A tag or a digest; empty for the only image of an OCI image layout. */
  readonly ref: string;
  /** The tags of this leg in earlier attempts, newest first: where it was not run again, one of them holds its work. */
  readonly earlier?: readonly string[];
  /** What a record promises of the manifest. */
  readonly promised?: { readonly digest: Digest; readonly mediaType: string; readonly size: number };
  readonly record?: LegRecord;
  /** The arch tag that stands for it as well: who handed over a record need not be who could push. */
  readonly anchor?: string;
  /** `absent`: it has handed nothing over, and is looked for nowhere else. `fallback`: the same, and its arch tag is looked for. */
  readonly unheard?: 'absent' | 'fallback';
  /** What is wrong with what it handed over. */
  readonly problem?: CodedError;
  /**
   * What an index found there means. `leg`: one platform's own index, which may hold that platform only (attestations
   * apart). `pick`: the claimed platform is taken out of it. `all`: each of its images is wanted.
   */
  readonly index: 'leg' | 'pick' | 'all';
}

/** The leg that handed this record over. @param origin where the record comes from, for people */
export function legOfRecord(record: LegRecord, origin: string): Leg {
  const { digest, mediaType, size } = record;
  return {
    origin,
    claimed: record.platform,
    repository: record.image,
    ref: digest,
    promised: { digest, mediaType, size },
    record,
    index: 'leg',
  };
}
