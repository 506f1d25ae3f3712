import { CodedError, errorLine, joinErrors, toCodedError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { readBackIndex, readBackTag, type ReadBackDeps } from './read-back.ts';
import { restoring } from './restore.ts';
import { tagName, type HeldTag, type PublishVerbs } from './verbs.ts';

/** Where one tag stands in the end. */
export interface TagOutcome extends HeldTag {
  /** `kept`: it held the index before, nothing was written. */
  readonly state: 'kept' | 'created' | 'moved';
}

/**
 * Publishes an index: by digest, read back, then the tags that exist with another digest, then new tags, then moving
 * tags, each stage on all repositories before the next; then every tag is read back. What holds the index already is not
 * written again. The switch of a tag is atomic in the registry, so a run that dies leaves each tag at the old or the new list.
 * @param repositories where the index goes; those of the tags, or just where it stands by digest when there is no tag
 * @throws what the registry said, when no tag has changed; E_TAG_MOVED when another run changed one; E_PUBLISH when some
 * tags stand at the new list and some do not
 */
export async function publish(
  verbs: PublishVerbs,
  index: ManifestBytes,
  repositories: readonly Repository[],
  tags: readonly HeldTag[],
  deps: ReadBackDeps,
): Promise<TagOutcome[]> {
  await inParallel(repositories, async (repository) => {
    await placeIndex(verbs, index, repository, tags, deps);
  });
  const stages = tagStages(tags, index.digest);
  const written = stages.flat();
  const failures = new Map<HeldTag, CodedError>();
  for (const stage of stages) {
    await collect(stage, failures, async (target) => {
      await verbs.putManifest(target.repository, target.tag, index);
      deps.log.info(`${tagName(target)} -> ${index.digest}`);
    });
  }
  const unread = new Map<HeldTag, CodedError>();
  const refused = [...failures.keys()];
  await collect(
    tags.filter((target) => !failures.has(target)),
    unread,
    async (target) => {
      await readBackTag(verbs, target, index.digest, written.includes(target), deps);
    },
  );
  // A write may have been done although its answer never came: only a read says where such a tag stands.
  await Promise.all(
    refused.map(async (target) => {
      if (await standsAt(verbs, target, index)) failures.delete(target);
    }),
  );
  if (failures.size + unread.size > 0) throw await publishError(verbs, index, tags, failures, unread);
  return tags.map((target) => ({ ...target, state: stateOf(target, index) }));
}

/** The tags that have to be written, those first that exist with another list, then new ones, then moving ones. */
export function tagStages(tags: readonly HeldTag[], digest: Digest): HeldTag[][] {
  const written = tags.filter((target) => target.held !== digest);
  return [
    written.filter((target) => !target.moving && target.held !== undefined),
    written.filter((target) => !target.moving && target.held === undefined),
    written.filter((target) => target.moving),
  ];
}

/** Whether a tag holds the index; false also where it can't be read, and then the failure of the write is told. */
async function standsAt(verbs: PublishVerbs, target: HeldTag, index: ManifestBytes): Promise<boolean> {
  try {
    return (await verbs.getManifest(target.repository, target.tag))?.digest === index.digest;
  } catch {
    return false;
  }
}

function stateOf(target: HeldTag, index: ManifestBytes): TagOutcome['state'] {
  if (target.held === undefined) return 'created';
  return target.held === index.digest ? 'kept' : 'moved';
}

async function placeIndex(
  verbs: PublishVerbs,
  index: ManifestBytes,
  repository: Repository,
  tags: readonly HeldTag[],
  deps: ReadBackDeps,
): Promise<void> {
  const held = tags.filter((target) => target.repository.name === repository.name);
  const claimed =
    held.some((target) => target.held === index.digest) ||
    (held.length === 0 && (await verbs.headManifest(repository, index.digest)) !== undefined);
  // Patience is for what this run wrote: what is said to be there and does not show is written again instead.
  const present = claimed && (await verbs.getManifest(repository, index.digest)) !== undefined;
  if (!present) {
    await verbs.putManifest(repository, index.digest, index);
    await readBackIndex(verbs, repository, index, deps);
  }
  deps.log.info(
    `${repository.name}@${index.digest} ${present ? 'was there already' : 'is pushed'} and reads back the same`,
  );
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const failures = new Map<T, CodedError>();
  await collect(items, failures, work);
  if (failures.size > 0) throw joinErrors([...failures.values()]);
}

async function collect<T>(
  items: readonly T[],
  failures: Map<T, CodedError>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  await Promise.all(
    items.map(async (item) => {
      try {
        await work(item);
      } catch (error) {
        failures.set(item, toCodedError(error));
      }
    }),
  );
}

/**
 * @param failures of writes: the tag holds what it held
 * @param unread of read-backs: the tag was written, or held the index before, and does not show it now
 */
async function publishError(
  verbs: PublishVerbs,
  index: ManifestBytes,
  tags: readonly HeldTag[],
  failures: ReadonlyMap<HeldTag, CodedError>,
  unread: ReadonlyMap<HeldTag, CodedError>,
): Promise<CodedError> {
  const errors = [...failures.values(), ...unread.values()];
  const changed = tags.filter((target) => !failures.has(target) && target.held !== index.digest);
  const moved = errors.every((error) => error.code === 'E_TAG_MOVED');
  if (moved || changed.length === 0) return joinErrors(errors);
  const stands = await Promise.all(
    changed.map(async (target) => {
      const doubt = unread.get(target);
      const wrong = doubt === undefined ? '' : `, and reads back wrong: ${errorLine(doubt)}`;
      return `${tagName(target)} ${await restoring(verbs, target)}${wrong}`;
    }),
  );
  const missed = [...failures].map(
    ([target, error]) =>
      `; not put there: ${tagName(target)} held ${target.held ?? 'nothing'}: ${errorLine(error)}`,
  );
  return new CodedError(
    'E_PUBLISH',
    `${changed.length} of ${tags.length} tags ${changed.length === 1 ? 'was' : 'were'} put at ${index.digest} (${stands.join(', ')})${missed.join('')}`,
    {
      hint: 'mend what the registry refused and run the merge again: it finishes what is left',
      cause: errors[0],
    },
  );
}
