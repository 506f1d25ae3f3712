import { CodedError, errorLine, joinErrors, toCodedError } from '../errors.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { readBackIndex, readBackTag, type ReadBackDeps } from './read-back.ts';
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
  const written = tags.filter((target) => target.held !== index.digest);
  const stages = [
    written.filter((target) => !target.moving && target.held !== undefined),
    written.filter((target) => !target.moving && target.held === undefined),
    written.filter((target) => target.moving),
  ];
  const failures = new Map<HeldTag, CodedError>();
  for (const stage of stages) {
    await collect(stage, failures, async (target) => {
      await putTag(verbs, target, index);
      deps.log.info(`${tagName(target)} -> ${index.digest}`);
    });
  }
  const standing = tags.filter((target) => !failures.has(target));
  await collect(standing, failures, async (target) => {
    await readBackTag(verbs, target, index.digest, written.includes(target), deps);
  });
  if (failures.size > 0) throw publishError(index, tags, failures);
  return tags.map((target) => ({ ...target, state: stateOf(target, index) }));
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
  const present =
    held.some((target) => target.held === index.digest) ||
    (held.length === 0 && (await verbs.headManifest(repository, index.digest)) !== undefined);
  if (!present) await verbs.putManifest(repository, index.digest, index);
  await readBackIndex(verbs, repository, index, deps);
  deps.log.info(
    `${repository.name}@${index.digest} ${present ? 'was there already' : 'is pushed'} and reads back the same`,
  );
}

/** An immutable tag that already holds the index is where it should be, whatever the registry says of the write. */
async function putTag(verbs: PublishVerbs, target: HeldTag, index: ManifestBytes): Promise<void> {
  try {
    await verbs.putManifest(target.repository, target.tag, index);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_TAG_IMMUTABLE') throw error;
    const now = await verbs.getManifest(target.repository, target.tag);
    if (now?.digest === index.digest) return;
    throw new CodedError(
      'E_TAG_IMMUTABLE',
      `${tagName(target)} may not move and holds ${now?.digest ?? 'nothing'}, not ${index.digest}`,
      {
        hint: 'publish under a new tag, or let whoever runs the registry lift the rule',
        cause: error,
      },
    );
  }
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

function publishError(
  index: ManifestBytes,
  tags: readonly HeldTag[],
  failures: ReadonlyMap<HeldTag, CodedError>,
): CodedError {
  const errors = [...failures.values()];
  const moved = errors.every((error) => error.code === 'E_TAG_MOVED');
  const changed = tags.filter((target) => !failures.has(target) && target.held !== index.digest);
  if (moved || changed.length === 0) return joinErrors(errors);
  const stands = changed.map((target) =>
    target.held === undefined
      ? `${tagName(target)} is new`
      : `${tagName(target)} held ${target.held} (crane tag ${target.repository.name}@${target.held} ${target.tag} restores it)`,
  );
  const missed = [...failures].map(
    ([target, error]) => `${tagName(target)} held ${target.held ?? 'nothing'}: ${errorLine(error)}`,
  );
  return new CodedError(
    'E_PUBLISH',
    `${changed.length} of ${tags.length} tags stand at ${index.digest} (${stands.join(', ')}) and ${failures.size} do not (${missed.join(', ')})`,
    {
      hint: 'mend what the registry refused and run the merge again: it finishes what is left',
      cause: errors[0],
    },
  );
}
