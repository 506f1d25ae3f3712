import { joinErrors } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import { missingPlatforms } from '../verify/platform-set.ts';
import { claimErrors, nothingPushed, type FoundLegs } from './handover-find.ts';
import type { CommandResult } from './result.ts';

/** True where each leg is heard of, or nobody waits for the others. */
export function nothingWillBePushed(found: FoundLegs, { wait }: InputsOf<'merge'>): boolean {
  const mayCome = wait > 0 && found.refresh !== undefined;
  return nothingPushed(found) && !(mayCome && found.legs.some(({ unheard }) => unheard !== undefined));
}

/** @throws what is wrong with the set that was built, as far as its records tell */
export function unpublished(found: FoundLegs, inputs: InputsOf<'merge'>, image: Repository): CommandResult {
  const errors = claimErrors(found, inputs);
  if (errors.length > 0) throw joinErrors(errors);
  return nothingToPublish(found, inputs, image);
}

/** What a merge tells that had nothing to publish. */
export function nothingToPublish(
  found: FoundLegs,
  inputs: InputsOf<'merge'>,
  image: Repository,
): CommandResult {
  const built = nothingPushed(found);
  const platforms = found.legs.flatMap(({ claimed, record }) =>
    claimed === undefined || record === undefined ? [] : [formatPlatform(claimed)],
  );
  const missing = built
    ? missingPlatforms(
        inputs.platforms,
        found.legs.flatMap(({ claimed: platform, record, ref: digest, origin }) =>
          platform === undefined || record === undefined ? [] : [{ platform, digest, origin }],
        ),
      )
    : [];
  const text = built
    ? `No leg pushed (${platforms.join(', ')} ${platforms.length === 1 ? 'was' : 'were'} built), so nothing is published.`
    : 'No leg has pushed its arch tag for this pull request, so nothing is published.';
  return {
    outputs: {
      references: [],
      platforms: built ? platforms : [],
      'missing-platforms': missing.map(({ platform }) => formatPlatform(platform)),
      'stale-tags': [],
      subjects: [],
      report: { image: image.name, published: false, check: inputs.check, platforms: [], tags: [] },
    },
    text,
    summary: text,
  };
}
