import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import type { FoundLegs } from './merge-legs.ts';
import type { CommandResult } from './result.ts';

/** Promise 8: where no leg pushed, as on a pull request, there is nothing to publish and nothing wrong. */
export function nothingPushed({ legs }: FoundLegs): boolean {
  return legs.length > 0 && legs.every((leg) => leg.record?.pushed === false);
}

export function nothingToPublish(
  found: FoundLegs,
  inputs: InputsOf<'merge'>,
  image: Repository,
  log: Log,
): CommandResult {
  const platforms = found.legs.flatMap((leg) =>
    leg.claimed === undefined ? [] : [formatPlatform(leg.claimed)],
  );
  const text = found.explicit
    ? `No leg pushed (${platforms.join(', ')} were built), so nothing is published.`
    : 'No leg has pushed its arch tag for this pull request, so nothing is published.';
  log.info(text);
  return {
    outputs: {
      references: [],
      platforms: found.explicit ? platforms : [],
      'missing-platforms': [],
      'stale-tags': [],
      subjects: [],
      report: { image: image.name, published: false, check: inputs.check, platforms: [], tags: [] },
    },
    text,
    summary: text,
  };
}
