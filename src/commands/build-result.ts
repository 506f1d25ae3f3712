import { recordToJson, type LegRecord } from '../handover/record.ts';
import { parseDigest } from '../oci/digest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { withoutUndefined } from '../oci/schema.ts';
import { formatPlatform } from '../platform/platform.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import { formatDuration } from '../report/format.ts';
import type { ContentWord } from '../verify/content/word.ts';
import type { BuiltLeg } from './build-leg.ts';
import { nameOf } from './build-push.ts';
import type { CommandResult } from './result.ts';

/** A platform that may be missing, and is. */
export interface MissingLeg {
  readonly platform: string;
  readonly reason: string;
}

/** What build tells: the outputs of the contract, the record among them, and the same for people. */
export function buildResult(leg: BuiltLeg): CommandResult {
  const { platform, mode, host, pushed } = leg;
  const record = legRecord(leg);
  const facts = legFacts(leg, record);
  const title = `Built ${formatPlatform(platform)}`;
  return {
    outputs: {
      digest: record.digest,
      size: record.size,
      platform: formatPlatform(platform),
      mode,
      engine: host.label,
      references: referencesOf(leg),
      pushed: pushed !== undefined,
      record: recordToJson(record),
    },
    text: `${title}\n\n${factsText(facts)}`,
    summary: factsMarkdown(title, facts),
  };
}

/** The same for several platforms: `record` is a list, and what is of one image alone stands in its record. */
export function buildResults(legs: readonly BuiltLeg[], missing: readonly MissingLeg[]): CommandResult {
  const told = legs.map((leg) => {
    const record = legRecord(leg);
    return { leg, record, title: `Built ${formatPlatform(leg.platform)}`, facts: legFacts(leg, record) };
  });
  const absent: Fact[] = missing.map(({ platform, reason }) => [platform, reason]);
  const gone = 'Platforms that may be missing, and are';
  return {
    outputs: {
      platforms: legs.map(({ platform }) => formatPlatform(platform)),
      'missing-platforms': missing.map(({ platform }) => platform),
      references: legs.flatMap(referencesOf),
      pushed: legs.some(({ pushed }) => pushed !== undefined),
      record: told.map(({ record }) => recordToJson(record)),
    },
    text: [
      ...told.map(({ title, facts }) => `${title}\n\n${factsText(facts)}`),
      ...(absent.length === 0 ? [] : [`${gone}\n\n${factsText(absent)}`]),
    ].join('\n'),
    summary: [
      ...told.map(({ title, facts }) => factsMarkdown(title, facts)),
      ...(absent.length === 0 ? [] : [factsMarkdown(gone, absent)]),
    ].join('\n\n'),
  };
}

function referencesOf({ pushed, targets }: BuiltLeg): string[] {
  return pushed === undefined
    ? []
    : targets.map(({ image, tag = pushed.manifest.digest }) => nameOf({ image, tag }));
}

function legFacts(leg: BuiltLeg, record: LegRecord): Fact[] {
  const { platform, mode, host, pushed, content, withheld, seconds } = leg;
  const took = Object.entries(seconds).map(([phase, time]) => `${phase} ${formatDuration(time)}`);
  return [
    ['platform', formatPlatform(platform)],
    ['mode', mode],
    ['engine', host.label],
    [pushed === undefined ? 'image' : 'digest', record.digest],
    pushed === undefined ? ['not pushed', withheld ?? ''] : ['pushed', referencesOf(leg)],
    ...(content === undefined ? [] : [['programs', told(content)] as Fact]),
    ['took', took.join(', ')],
  ];
}

/** What the leg hands to the fan-in. */
export function legRecord({
  targets: [target],
  platform,
  mode,
  host,
  built,
  pushed,
  content,
  bases,
  github,
  seconds,
}: BuiltLeg): LegRecord {
  const all = built.base === undefined ? bases : [...bases, built.base];
  return {
    image: target.image,
    ...(pushed !== undefined && target.tag !== undefined && { tag: target.tag }),
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
    ...(all.length > 0 && { bases: all.filter(({ reference }) => reference.length <= 600) }),
    seconds,
  };
}

/** `ppc64le (41)`, `none` */
function told({ machines }: ContentWord): string {
  const each = Object.entries(machines).map(([machine, count]) => `${machine} (${count})`);
  return each.length === 0 ? 'none' : each.join(', ');
}
