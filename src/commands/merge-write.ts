import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { publish, type TagOutcome } from '../publish/publish.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { HeldTag, PublishVerbs } from '../publish/verbs.ts';
import { copyAll, neededCopies, type CopyImage, type NeededCopy } from './merge-copy.ts';
import type { ProvenSet } from './merge-legs.ts';
import type { Places } from './merge-target.ts';

export interface WriteDeps {
  readonly log: Log;
  readonly registry: PublishVerbs;
  readonly copy: CopyImage;
  readonly sleep: Sleep;
  /** Writes a whole file, in the place of what is there. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
}

/** What is not beside the index yet. A repository where a tag holds the index has all of it, and so has one without tags where it stands. */
export async function lackingCopies(
  set: ProvenSet,
  index: ManifestBytes,
  places: Places,
  tags: readonly HeldTag[],
  registry: Pick<PublishVerbs, 'headManifest'>,
): Promise<NeededCopy[]> {
  const lacking = places.targets
    .map(({ image }) => image)
    .filter(({ name }) => !tags.some((tag) => tag.repository.name === name && tag.held === index.digest));
  const copies = neededCopies(set, index, lacking);
  const untagged = lacking.filter(
    ({ name }) =>
      copies.some(({ to }) => to.name === name) && !tags.some((tag) => tag.repository.name === name),
  );
  const whole = await Promise.all(
    untagged.map(async (place) =>
      (await registry.headManifest(place, index.digest)) === undefined ? [] : [place.name],
    ),
  );
  return copies.filter(({ to }) => !whole.flat().includes(to.name));
}

/** Copies what is lacking, then publishes: everywhere, or into the folder or file that is asked for. */
export async function write(
  index: ManifestBytes,
  places: Places,
  tags: readonly HeldTag[],
  copies: readonly NeededCopy[],
  inputs: InputsOf<'merge'>,
  deps: WriteDeps,
): Promise<TagOutcome[]> {
  if (places.file !== undefined) {
    await deps.writeFile(places.file, index.bytes);
    return [];
  }
  await copyAll(copies, inputs['copy-referrers'], deps.copy, deps.log);
  return deps.log.group(`Publishing ${index.digest}`, async () => {
    const repositories = places.targets.map(({ image }) => image);
    const outcome = await publish(deps.registry, index, repositories, tags, deps);
    // What stands in a folder without a name has to be listed all the same, or nobody would find it.
    for (const folder of tags.length === 0 ? repositories.filter(isLayout) : [])
      await deps.registry.putManifest(folder, '', index);
    return outcome;
  });
}
