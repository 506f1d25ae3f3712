import { quote } from '../errors.ts';
import type { CompareCommits } from '../github/compare.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag } from '../inputs/targets.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import { staleTags } from '../publish/moving.ts';
import type { HeldTag } from '../publish/verbs.ts';
import type { CheckReport } from '../report/platforms.ts';
import { configDifferences } from '../verify/image-checks.ts';
import { checkContents } from './content-check.ts';
import { findLegs, nothingPushed, type FindDeps } from './handover-find.ts';
import { withRecords } from './handover-registry.ts';
import { heldFacts } from './held-facts.ts';
import { changesPublished, readBase } from './merge-base.ts';
import { pushingChildrenAgain } from './merge-children.ts';
import { neededCopies } from './merge-copy.ts';
import { publishAsTaken, type Watch } from './merge-fallback.ts';
import { buildIndex, type BuiltIndex } from './merge-index.ts';
import {
  checkedEntries,
  emptySet,
  proveSet,
  recordOf,
  repositoryOf,
  withBase,
  type ProvenSet,
} from './merge-legs.ts';
import { nothingToPublish, nothingWillBePushed, unpublished } from './merge-nothing.ts';
import { plannedWrites } from './merge-plan.ts';
import { mergeResult } from './merge-result.ts';
import { readState, type State, type StateDeps } from './merge-state.ts';
import { placesOf, type Places } from './merge-target.ts';
import { lackingPlaces, write, type WriteDeps } from './merge-write.ts';
import type { CommandResult } from './result.ts';

type MergeInputs = InputsOf<'merge'>;

export interface MergeDeps extends StateDeps, WriteDeps, FindDeps {
  readonly registry: StateDeps['registry'];
  /** SOURCE_DATE_EPOCH as RFC 3339, if it is set. */
  readonly sourceDate: string | undefined;
  readonly compare: CompareCommits;
}

/**
 * The fan-in: collects what the legs made, proves every entry, assembles the index, and only then touches a tag.
 * What it promises is in the contract, "What merge promises".
 */
export async function merge(inputs: MergeInputs, deps: MergeDeps): Promise<CommandResult> {
  const { log, github } = deps;
  const places = placesOf(inputs);
  const found = await findLegs(inputs, places.home, firstTag(inputs.tags), deps);
  if (nothingWillBePushed(found, inputs)) return unpublished(found, inputs, places.home);
  const state = await readState(found, places, inputs, deps);
  if (state === undefined) return nothingToPublish(found, inputs, places.home);
  if (nothingPushed(state.found)) return unpublished(state.found, inputs, places.home);
  const set = await prove(state, places, inputs, deps);
  tell(set, inputs, log);
  const contents = await readContents(set, places, inputs, deps);

  const made = buildIndex(set, inputs, github, deps.sourceDate);
  return publishAsTaken(
    made,
    async (built, watch) => publishBuilt(built, { set, contents, places, state, watch }, inputs, deps),
    log,
  );
}

/** What the list was made of, and where it goes. */
interface Publication {
  readonly set: ProvenSet;
  readonly contents: ReadonlyMap<Digest, CheckReport>;
  readonly places: Places;
  readonly state: State;
  readonly watch: Watch;
}

async function publishBuilt(
  built: BuiltIndex,
  { set, contents, places, state, watch }: Publication,
  inputs: MergeInputs,
  deps: MergeDeps,
): Promise<CommandResult> {
  const { log } = deps;
  const { index } = built;
  log.info(`index ${index.digest}: ${built.reason}`);
  const ours = new Set(places.targets.map(({ image }) => image.name));
  const held = state.held.filter(({ repository }) => ours.has(repository.name));
  const stale = inputs.force ? [] : await stalest(held, built, deps);
  const moved = held.filter((tag) => !stale.includes(tag));
  const lacking = await lackingPlaces(index, places, moved, deps.registry);
  const copies = neededCopies(set, index, lacking);
  const planned = plannedWrites(index, lacking, moved, copies, places.file);
  const watched = { ...deps, registry: watch(pushingChildrenAgain(deps.registry, index, set, log)) };
  // What refers to an image may be younger than the list that was published with it.
  const everywhere = places.targets.map(({ image }) => image);
  const brought = inputs['copy-referrers'] ? neededCopies(set, index, everywhere) : copies;
  const outcome = inputs['dry-run'] ? undefined : await write(index, places, moved, brought, inputs, watched);
  return mergeResult({ inputs, places, set, contents, built, held, stale, planned, outcome });
}

/** The set that the list is made of; of a published list that is changed, what is kept as well. */
async function prove(
  { found, read, held }: State,
  places: Places,
  inputs: MergeInputs,
  { github, registry, log }: MergeDeps,
): Promise<ProvenSet> {
  const proven = found.legs.length === 0 ? emptySet : proveSet(found, read, inputs, github);
  // A record saves reading layers, and costs two requests; where no layer is read it costs them for nothing.
  const set =
    inputs.check === 'content'
      ? await withRecords(proven, registry, { ...github, sha: inputs.revision ?? github.sha }, log)
      : proven;
  return changesPublished(inputs)
    ? withBase(set, await readBase(places.published, held, registry), inputs)
    : set;
}

function tell(set: ProvenSet, inputs: MergeInputs, log: Log): void {
  for (const { key, fromManifest } of inputs.annotations) {
    if (fromManifest) log.info(`the annotation ${quote(key)} is for manifests, and goes on the index`);
  }
  const differences = configDifferences(set.entries.map((entry) => entry.image));
  for (const warning of [...set.warnings, ...differences]) log.warning(warning);
}

async function readContents(
  set: ProvenSet,
  { home }: Places,
  inputs: MergeInputs,
  { log, registry }: MergeDeps,
): Promise<ReadonlyMap<Digest, CheckReport>> {
  return checkContents(
    checkedEntries(set, inputs).map((entry) => ({ ...entry, word: recordOf(entry, set)?.content })),
    {
      check: inputs.check,
      allowForeign: inputs['allow-foreign'],
      limit: inputs['content-limit'],
      open: (layer, { digest }) => registry.getBlob(repositoryOf(digest, set) ?? home, layer),
      by: 'merge',
      log,
    },
  );
}

/** Moving tags that would go backwards. */
async function stalest(
  held: readonly HeldTag[],
  { index, facts }: BuiltIndex,
  { log, compare, registry }: MergeDeps,
): Promise<HeldTag[]> {
  return staleTags(held, index.digest, facts, { log, compare, factsOf: heldFacts(registry, log) });
}
