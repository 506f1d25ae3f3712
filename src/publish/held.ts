import { settleAll } from '../errors.ts';
import type { HeldTag, PublishVerbs, TagTarget } from './verbs.ts';

/**
 * Reads what each tag holds now, all in one round. Of a moving tag the manifest itself is read, since it says which commit
 * it is of; for the others the registry's word is enough until the read-back.
 */
export async function readHeld(verbs: PublishVerbs, targets: readonly TagTarget[]): Promise<HeldTag[]> {
  return settleAll(targets.map(async (target) => ({ ...target, ...(await readTag(verbs, target)) })));
}

async function readTag(
  verbs: PublishVerbs,
  { repository, tag, moving }: TagTarget,
): Promise<Pick<HeldTag, 'held' | 'manifest'>> {
  if (!moving) {
    const head = await verbs.headManifest(repository, tag);
    if (head === undefined) return { held: undefined };
    // A registry may answer HEAD without the digest; then the bytes say it.
    if (head.digest !== undefined) return { held: head.digest };
  }
  const manifest = await verbs.getManifest(repository, tag);
  return manifest === undefined ? { held: undefined } : { held: manifest.digest, manifest };
}
