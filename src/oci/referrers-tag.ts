import { digestAlgorithm, digestHex, type Digest } from './digest.ts';

/**
 * The tag that holds the list of a manifest's referrers where there is no API for it: `sha256-<64 hex digits>`.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export function referrersTag(subject: Digest): string {
  return `${digestAlgorithm(subject)}-${digestHex(subject).slice(0, 64)}`;
}

/** Whether this name may be a {@link referrersTag}. */
export function isReferrersTag(name: string): boolean {
  return /^sha(?:256|512)-[0-9a-f]{64}$/.test(name);
}
