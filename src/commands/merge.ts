import { CodedError, joinErrors, quote } from '../errors.ts';
import type { CompareCommits } from '../github/compare.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import type { RecordFiles } from '../handover/explicit.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag, targetsOf } from '../inputs/targets.ts';
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
import { buildIndex } from './merge-index.ts';
import {
  claimErrors,
  findLegs,
  isOfAnotherCommit,
  proveSet,
  recordOf,
  readLegs,
  refuseOtherRepositories,
  type FoundLegs,
} from './merge-legs.ts';
import { mergeResult } from './merge-result.ts';
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
  readonly compare: CompareCommits;
}

/**
 * The fan-in: collects what the legs made, proves every entry, assembles the index, and only then touches a tag.
 * What it promises is in the contract, "What merge promises".
 */
export async function merge(inputs: InputsOf<'merge'>, deps: MergeDeps): Promise<CommandResult> {
  const { log, registry, github } = deps;
  const { image, tags } = onlyTarget(inputs);
  const found = await findLegs(inputs, image, firstTag(inputs.tags), github, deps.files);
  refuseOtherRepositories(found, inputs, image);
  if (nothingPushed(found)) {
    const errors = claimErrors(found, inputs);
    if (errors.length > 0) throw joinErrors(errors);
    return nothingToPublish(found, inputs, image, log);
  }

  const [read, held] = await log.group(
    `Reading ${counted(found.legs.length, 'leg')} and ${counted(tags.length, 'tag')}`,
    async () =>
      Promise.all([
        readLegs(found.legs, repositoryReader(registry, image)),
        readHeld(
          registry,
          tags.map((tag) => ({ repository: image, tag, moving: inputs['moving-tags'].includes(tag) })),
        ),
      ]),
  );
  const noneOfThisRun = read.every(
    (leg) => leg === undefined || (!(leg instanceof CodedError) && isOfAnotherCommit(leg, github.sha)),
  );
  if (!found.explicit && isPullRequest(github) && noneOfThisRun) {
    return nothingToPublish(found, inputs, image, log);
  }
  const set = proveSet(found, read, inputs, github);
  for (const { key, fromManifest } of inputs.annotations) {
    if (fromManifest) log.info(`the annotation ${quote(key)} is for manifests, and goes on the index`);
  }
  for (const warning of [...set.warnings, ...configDifferences(set.entries.map((entry) => entry.image))])
    log.warning(warning);

  const contents = await checkContents(
    set.entries.map((entry) => ({ ...entry, word: recordOf(entry, set)?.content })),
    {
      check: inputs.check,
      allowForeign: inputs['allow-foreign'],
      open: (layer) => registry.getBlob(image, layer),
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
  const outcome = inputs['dry-run']
    ? undefined
    : await publishTags(
        built.index,
        image,
        held.filter((tag) => !stale.includes(tag)),
        deps,
      );
  return mergeResult({ inputs, image, set, contents, built, held, stale, outcome });
}

async function publishTags(
  index: ManifestBytes,
  image: Repository,
  tags: readonly HeldTag[],
  deps: MergeDeps,
): Promise<TagOutcome[]> {
  return deps.log.group(`Publishing ${index.digest}`, async () =>
    publish(deps.registry, index, [image], tags, deps),
  );
}

/** @throws E_UNSUPPORTED: several images come with copying between repositories. */
function onlyTarget(inputs: InputsOf<'merge'>): { image: Repository; tags: readonly string[] } {
  const [target, ...more] = targetsOf(inputs.images, inputs.tags);
  if (target !== undefined && more.length === 0) return target;
  throw new CodedError('E_UNSUPPORTED', `images names ${more.length + 1} repositories`, {
    hint: 'this version publishes to one repository; run merge once for each, where each has the legs',
  });
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
