import type { Repository } from '../oci/reference.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import { archTag, type ArchTagValues } from './arch-tag.ts';
import type { Leg } from './leg.ts';

/** The registry as the hand-over: for each platform, the arch tag that its leg pushed. */
export function archTagLegs(
  platforms: readonly Platform[],
  repository: Repository,
  template: string,
  values: Omit<ArchTagValues, 'platform'>,
): Leg[] {
  return platforms.map((platform) => {
    const ref = archTag(template, { ...values, platform });
    return {
      origin: `arch tag ${ref} for ${formatPlatform(platform)}`,
      claimed: platform,
      repository,
      ref,
      index: 'leg',
    };
  });
}
