import type { Repository } from '../oci/reference.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import { archTag, type ArchTagValues } from './arch-tag.ts';
import type { Leg } from './leg.ts';

/** Of a run that was run again more often, no older attempts are asked for. */
const maxEarlier = 20;

/**
 * The registry as the hand-over: for each platform, the arch tag that its leg pushed. A template with `{attempt}` gives a tag for
 * each attempt, and a leg that was not run again has pushed that of an earlier one.
 */
export function archTagLegs(
  platforms: readonly Platform[],
  repository: Repository,
  template: string,
  values: Omit<ArchTagValues, 'platform'>,
): Leg[] {
  return platforms.map((platform) => {
    const tagOf = (attempt: string | undefined): string =>
      archTag(template, { ...values, platform, attempt });
    const ref = tagOf(values.attempt);
    const before = template.includes('{attempt}') ? Number(values.attempt) - 1 : 0;
    const attempts = Array.from({ length: Math.min(before, maxEarlier) }, (_, index) => before - index);
    const earlier = attempts.map((attempt) => tagOf(String(attempt)));
    return {
      origin: `arch tag ${ref} for ${formatPlatform(platform)}`,
      claimed: platform,
      repository,
      ref,
      ...(earlier.length > 0 && { earlier }),
      index: 'leg',
    };
  });
}
