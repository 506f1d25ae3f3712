import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { publish, type TagOutcome } from '../publish/publish.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { HeldTag, PublishVerbs } from '../publish/verbs.ts';
import type { Repository } from '../oci/reference.ts';
import { copyAll, type CopyImage, type NeededCopy } from './merge-copy.ts';
import type { Places } from './merge-target.ts';

export interface WriteDeps {
  readonly log: Log;
  readonly registry: PublishVerbs;
  readonly copy: CopyImage;
  readonly sleep: Sleep;
  /** Writes a whole file, in the place of what is there. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
}

/** Where the index does not stand yet. A repository where it does has all of it; where there is no tag to tell, it is asked. */
export async function lackingPlaces(
  index: ManifestBytes,
  places: Places,
  tags: readonly HeldTag[],
  registry: Pick<PublishVerbs, 'headManifest'>,
): Promise<Repository[]> {
  const lacking = await Promise.all(
    places.targets.map(async ({ image }) => {
      const own = tags.filter((tag) => tag.repository.name === image.name);
      const stands =
        own.some((tag) => tag.held === index.digest) ||
        (own.length === 0 && (await registry.headManifest(image, index.digest)) !== undefined);
      return stands ? [] : [image];
    }),
  );
  return lacking.flat();
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
