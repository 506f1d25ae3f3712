import { missingPlatforms } from '../verify/platform-set.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Digest } from '../oci/digest.ts';
import type { JsonObject } from '../oci/strict-json.ts';
import { formatPlatform } from '../platform/platform.ts';
import type { TagOutcome } from '../publish/publish.ts';
import { tagName, type HeldTag } from '../publish/verbs.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import {
  attestationsCheck,
  platformJson,
  platformsMarkdown,
  platformsText,
  type CheckReport,
  type PlatformReport,
} from '../report/platforms.ts';
import type { Candidate } from '../verify/candidates.ts';
import { imageSize } from '../verify/source.ts';
import type { BuiltIndex } from './merge-index.ts';
import { recordOf, type ProvenSet } from './merge-legs.ts';
import { plannedJson, plannedText, type PlannedWrite } from './merge-plan.ts';
import type { Places } from './merge-target.ts';
import type { CommandResult } from './result.ts';

/** Everything that a merge found and did. */
export interface Merged {
  readonly inputs: InputsOf<'merge'>;
  readonly places: Places;
  readonly set: ProvenSet;
  /** For each image's digest, what its programs are made for. */
  readonly contents: ReadonlyMap<Digest, CheckReport>;
  readonly built: BuiltIndex;
  readonly held: readonly HeldTag[];
  /** Moving tags that would have gone backwards. */
  readonly stale: readonly HeldTag[];
  /** What publishing writes, or would write. */
  readonly planned: readonly PlannedWrite[];
  /** `undefined` for a dry run. */
  readonly outcome: readonly TagOutcome[] | undefined;
}

/** What merge tells: the outputs of the contract, and the same for people. */
export function mergeResult(merged: Merged): CommandResult {
  const { inputs, places, set, built, held, stale, planned, outcome } = merged;
  const images = places.targets.map(({ image }) => image.name);
  const { digest } = built.index;
  const platforms = set.entries.map((entry) => formatPlatform(entry.platform));
  const missing = missingPlatforms(inputs.platforms, set.entries).map((row) => formatPlatform(row.platform));
  const rows = set.entries.map((entry) => platformReport(entry, merged));
  const tags = held.map((target) => tagReport(merged, target));
  const published = (outcome ?? []).map(tagName);
  const where = places.file === undefined ? images.map((image) => `${image}@${digest}`) : [digest];
  const facts: Fact[] = [
    ['index', where],
    ['media type', built.index.mediaType],
    ['tags', tags.map((tag) => tag.told)],
    ...(missing.length > 0 ? [['missing', missing] as Fact] : []),
  ];
  const title =
    outcome === undefined
      ? 'Dry run: nothing was written'
      : places.file === undefined
        ? `Published ${images.join(', ')}`
        : `Written to ${places.file}`;
  return {
    outputs: {
      digest,
      references:
        outcome === undefined || published.length > 0 ? published : where.filter((each) => each !== digest),
      platforms,
      'missing-platforms': missing,
      'stale-tags': stale.map(tagName),
      subjects: images.flatMap((name) =>
        [digest, ...set.entries.map((entry) => entry.digest)].map((each) => ({ name, digest: each })),
      ),
      index: Buffer.from(built.index.bytes).toString('utf8'),
      report: {
        image: images[0] ?? places.file ?? '',
        images,
        digest,
        mediaType: built.index.mediaType,
        published: outcome !== undefined,
        check: inputs.check,
        platforms: rows.map(platformJson),
        tags: tags.map(({ told: _, ...tag }) => tag),
        planned: planned.map(plannedJson),
      },
    },
    text: `${title}\n\n${factsText(facts)}\n${platformsText(rows)}${outcome === undefined ? dryRunText(planned, built) : ''}`,
    summary: `${factsMarkdown(title, facts)}\n${platformsMarkdown(rows)}`,
  };
}

/** What would be written, and the exact bytes of the list. */
function dryRunText(planned: readonly PlannedWrite[], { index }: BuiltIndex): string {
  const steps = planned.map((write, at) => `${at + 1}. ${plannedText(write)}\n`);
  const would =
    steps.length === 0
      ? 'Nothing would be written.\n'
      : `Would be written, in this order:\n${steps.join('')}`;
  return `\n${would}\n${Buffer.from(index.bytes).toString('utf8')}\n`;
}

/** The row of one platform: what was checked of it, and by whom. */
function platformReport(entry: Candidate, { set, contents }: Merged): PlatformReport {
  const record = recordOf(entry, set);
  const content = contents.get(entry.digest);
  const attestations = set.attestations.filter((attestation) => attestation.subject === entry.digest).length;
  return {
    platform: formatPlatform(entry.platform),
    digest: entry.digest,
    size: imageSize(entry.image),
    mode: record?.mode,
    engine: record?.engine,
    runner: record?.runner?.arch,
    checks: [
      { check: 'config', found: formatPlatform(entry.image.platform), by: 'merge' },
      ...(content === undefined ? [] : [content]),
      ...attestationsCheck(attestations, 'merge'),
    ],
  };
}

function tagReport({ built, stale, outcome }: Merged, target: HeldTag): JsonObject & { told: string } {
  const name = tagName(target);
  const before = target.held ?? null;
  if (stale.includes(target))
    return {
      tag: name,
      state: 'stale',
      before,
      after: before,
      told: `${name} stays at ${String(before)} (it would go backwards)`,
    };
  const state = outcome?.find((tag) => tagName(tag) === name)?.state ?? 'planned';
  const told = {
    kept: `${name} held it already`,
    created: `${name} is new`,
    moved: `${name} moved from ${String(before)}`,
    planned: `${name} holds ${before ?? 'nothing'}`,
  }[state];
  return { tag: name, state, before, after: outcome === undefined ? before : built.index.digest, told };
}
