import { recordToJson, type LegRecord } from '../handover/record.ts';
import { parseDigest } from '../oci/digest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { withoutUndefined } from '../oci/schema.ts';
import { formatPlatform } from '../platform/platform.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import { formatDuration } from '../report/format.ts';
import type { ContentWord } from '../verify/content/word.ts';
import type { BuiltLeg } from './build-leg.ts';
import type { CommandResult } from './result.ts';

/** What build tells: the outputs of the contract, the record among them, and the same for people. */
export function buildResult([leg]: readonly BuiltLeg[]): CommandResult {
  if (leg === undefined) throw new TypeError('a build has at least one leg');
  const { target, platform, mode, host, pushed, content, withheld, seconds } = leg;
  const record = legRecord(leg);
  const references = pushed === undefined ? [] : [`${target.image.name}:${target.tag}`];
  const took = Object.entries(seconds).map(([phase, time]) => `${phase} ${formatDuration(time)}`);
  const facts: Fact[] = [
    ['platform', formatPlatform(platform)],
    ['mode', mode],
    ['engine', host.label],
    [pushed === undefined ? 'image' : 'digest', record.digest],
    ...(references.length > 0 ? [['pushed', references] as Fact] : [['not pushed', withheld ?? ''] as Fact]),
    ...(content === undefined ? [] : [['programs', told(content)] as Fact]),
    ['took', took.join(', ')],
  ];
  const title = `Built ${formatPlatform(platform)}`;
  return {
    outputs: {
      digest: record.digest,
      size: record.size,
      platform: formatPlatform(platform),
      mode,
      engine: host.label,
      references,
      pushed: pushed !== undefined,
      record: recordToJson(record),
    },
    text: `${title}\n\n${factsText(facts)}`,
    summary: factsMarkdown(title, facts),
  };
}

function legRecord({
  target,
  platform,
  mode,
  host,
  built,
  pushed,
  content,
  github,
  seconds,
}: BuiltLeg): LegRecord {
  return {
    image: target.image,
    ...(pushed !== undefined && { tag: target.tag }),
    platform,
    digest: pushed?.manifest.digest ?? parseDigest(built.id),
    mediaType: pushed?.manifest.mediaType ?? mediaTypes.ociConfig,
    size: pushed?.manifest.bytes.length ?? 0,
    pushed: pushed !== undefined,
    mode,
    engine: host.label,
    runner: { arch: host.platform.architecture },
    ...(github.workflow && {
      run: withoutUndefined<NonNullable<LegRecord['run']>>({
        id: github.runId,
        attempt: github.runAttempt,
        sha: github.sha,
        repository: github.repository,
      }),
    }),
    ...(content !== undefined && { content }),
    seconds,
  };
}

/** `ppc64le (41)`, `none` */
function told({ machines }: ContentWord): string {
  const each = Object.entries(machines).map(([machine, count]) => `${machine} (${count})`);
  return each.length === 0 ? 'none' : each.join(', ');
}
