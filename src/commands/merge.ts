import { CodedError, joinErrors, quote } from '../errors.ts';
import type { CompareCommits } from '../github/compare.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import type { RecordFiles } from '../handover/explicit.ts';
import type { Leg } from '../handover/leg.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag, targetsOf, type Target } from '../inputs/targets.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import { readHeld } from '../publish/held.ts';
import { staleTags } from '../publish/moving.ts';
import { publish, type TagOutcome } from '../publish/publish.ts';
import type { Sleep } from '../publish/read-back.ts';
import { type HeldTag, type PublishVerbs } from '../publish/verbs.ts';
import { configDifferences } from '../verify/image-checks.ts';
import { checkContents } from './content-check.ts';
import { heldFacts } from './held-facts.ts';
import { changesPublished, readBase } from './merge-base.ts';
import { copyAll, neededCopies, type CopyImage } from './merge-copy.ts';
import { buildIndex } from './merge-index.ts';
import {
  checkedEntries,
  claimErrors,
  emptySet,
  findLegs,
  otherCommit,
  proveSet,
  recordOf,
  repositoryOf,
  withBase,
  type ProvenSet,
  readLegs,
  type FoundLegs,
  type LegRead,
} from './merge-legs.ts';
import { mergeResult } from './merge-result.ts';
import { awaitLegs, type WaitDeps } from './merge-wait.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';
import type { CommandResult } from './result.ts';

export interface MergeDeps {
  readonly log: Log;
  readonly registry: PublishVerbs & ReadVerbs;
  readonly files: RecordFiles;
  readonly github: GithubEnvironment;
  /** SOURCE_DATE_EPOCH as RFC 3339, if it is set. */
  readonly sourceDate: string | undefined;
  readonly sleep: Sleep;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly compare: CompareCommits;
  readonly copy: CopyImage;
}

/**
 * The fan-in: collects what the legs made, proves every entry, assembles the index, and only then touches a tag.
 * What it promises is in the contract, "What merge promises".
 */
export async function merge(inputs: InputsOf<'merge'>, deps: MergeDeps): Promise<CommandResult> {
  const { log, registry, github } = deps;
  const targets = targetsOf(inputs.images, inputs.tags);
  const home = legsRepository(targets);
  const found = await findLegs(inputs, home, firstTag(inputs.tags), github, deps.files);
  if (nothingPushed(found)) {
    const errors = claimErrors(found, inputs);
    if (errors.length > 0) throw joinErrors(errors);
    return nothingToPublish(found, inputs, home, log);
  }

  const tags = targets.flatMap(({ image, tags: own }) =>
    own.map((tag) => ({ repository: image, tag, moving: inputs['moving-tags'].includes(tag) })),
  );
  const readAll = async (legs: readonly Leg[]): Promise<LegRead[]> =>
    readLegs(legs, (repository) => repositoryReader(registry, repository));
  const [first, heldBefore] = await log.group(
    `Reading ${counted(found.legs.length, 'leg')} and ${counted(tags.length, 'tag')}`,
    async () => Promise.all([readAll(found.legs), readHeld(registry, tags)]),
  );
  const noneOfThisRun = first.every(
    (leg) =>
      leg === undefined || (!(leg instanceof CodedError) && otherCommit(leg, github.sha) !== undefined),
  );
  if (!found.explicit && isPullRequest(github) && noneOfThisRun) {
    return nothingToPublish(found, inputs, home, log);
  }
  const commit = inputs.revision ?? github.sha;
  const read = await awaitLegs(found.legs, first, { seconds: inputs.wait, commit }, waitDeps(deps, readAll));
  // Tags may have moved while legs were waited for.
  const held = read === first ? heldBefore : await readHeld(registry, tags);
  const proven = found.legs.length === 0 ? emptySet : proveSet(found, read, inputs, github);
  const set = changesPublished(inputs)
    ? withBase(proven, await readBase(targets, held, registry), inputs)
    : proven;
  for (const { key, fromManifest } of inputs.annotations) {
    if (fromManifest) log.info(`the annotation ${quote(key)} is for manifests, and goes on the index`);
  }
  for (const warning of [...set.warnings, ...configDifferences(set.entries.map((entry) => entry.image))])
    log.warning(warning);
  const contents = await checkContents(
    checkedEntries(set, inputs).map((entry) => ({ ...entry, word: recordOf(entry, set)?.content })),
    {
      check: inputs.check,
      allowForeign: inputs['allow-foreign'],
      open: (layer, { digest }) => registry.getBlob(repositoryOf(digest, set) ?? home, layer),
      by: 'merge',
      log,
    },
  );

  const built = buildIndex(set, inputs, github, deps.sourceDate);
  log.info(`index ${built.index.digest}: ${built.reason}`);
  const stale = inputs.force
    ? []
    : await staleTags(held, built.index.digest, built.facts, {
        log,
        compare: deps.compare,
        factsOf: heldFacts(registry, log),
      });
  const moved = held.filter((tag) => !stale.includes(tag));
  const outcome = inputs['dry-run']
    ? undefined
    : await publishEverywhere(set, built.index, targets, moved, inputs, deps);
  return mergeResult({ inputs, targets, set, contents, built, held, stale, outcome });
}

/** Copies what is not beside the index yet, then publishes. A repository where every tag holds the index has all of it. */
async function publishEverywhere(
  set: ProvenSet,
  index: ManifestBytes,
  targets: readonly Target[],
  tags: readonly HeldTag[],
  inputs: InputsOf<'merge'>,
  deps: MergeDeps,
): Promise<TagOutcome[]> {
  const repositories = targets.map(({ image }) => image);
  const lacking = repositories.filter(
    ({ name }) => !tags.some((tag) => tag.repository.name === name && tag.held === index.digest),
  );
  await copyAll(neededCopies(set, index, lacking), inputs['copy-referrers'], deps.copy, deps.log);
  return deps.log.group(`Publishing ${index.digest}`, async () =>
    publish(deps.registry, index, repositories, tags, deps),
  );
}

function waitDeps(
  { log, registry, sleep, now = () => performance.now(), random = Math.random }: MergeDeps,
  read: WaitDeps['read'],
): WaitDeps {
  return { log, registry, sleep, now, random, read };
}

/** The first image is the one that legs push to. */
function legsRepository([first]: readonly Target[]): Repository {
  if (first !== undefined) return first.image;
  throw new CodedError('E_INPUT', 'images is not set, and merge needs it', { hint: 'set images' });
}

/** Promise 8: where no leg pushed, as on a pull request, there is nothing to publish and nothing wrong. */
function nothingPushed({ legs }: FoundLegs): boolean {
  return legs.length > 0 && legs.every((leg) => leg.record?.pushed === false);
}

function nothingToPublish(
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

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
