import type { Digest } from './digest.ts';

/**
 * A manifest of any kind as it travels through the program: the exact bytes, the digest that we computed over them, and
 * the media type that they were served or will be pushed with. Never re-serialised.
 */
export interface ManifestBytes {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
}
