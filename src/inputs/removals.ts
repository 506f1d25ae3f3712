import { isDigest, type Digest } from '../oci/digest.ts';
import { parsePlatform, type Platform } from '../platform/platform.ts';
import { listOf } from './kinds.ts';

/** One item of `remove-platforms`. */
export interface RemovalInput {
  /** As it was given. */
  readonly text: string;
  /** One of the two. */
  readonly digest?: Digest;
  readonly platform?: Platform;
}

export const removalList = {
  ...listOf(
    (text: string): RemovalInput =>
      isDigest(text) ? { text, digest: text } : { text, platform: parsePlatform(text) },
    { max: 1000 },
  ),
  syntax: 'list of platforms or digests',
};
