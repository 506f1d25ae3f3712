import { toCodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import { missesChild, type RegistryError } from '../registry/errors.ts';
import type { ProvenSet } from './merge-legs.ts';

/** A manifest that the index lists, as it was read. */
interface Child {
  /** For people. */
  readonly name: string;
  readonly bytes: ManifestBytes;
}

/**
 * The same verbs, for a registry that refuses an index because it does not find a manifest that it has just shown to us: it cleaned
 * up meanwhile, or only one of its replicas has it. The manifests that the index lists are pushed again, then the index; once for
 * each repository.
 * @throws what the registry said to the index, with the manifests that could not be pushed again
 */
export function pushingChildrenAgain(
  verbs: PublishVerbs,
  index: ManifestBytes,
  set: ProvenSet,
  log: Log,
): PublishVerbs {
  const listing = Buffer.from(index.bytes).toString('utf8');
  const children = childrenOf(set).filter(({ bytes }) => listing.includes(bytes.digest));
  const done = new Set<string>();
  return {
    headManifest: async (repository, reference) => verbs.headManifest(repository, reference),
    getManifest: async (repository, reference) => verbs.getManifest(repository, reference),
    putManifest: async (repository, reference, manifest) => {
      try {
        return await verbs.putManifest(repository, reference, manifest);
      } catch (error) {
        if (manifest.digest !== index.digest || !missesChild(error) || done.has(repository.name)) throw error;
        done.add(repository.name);
        log.info(`${error.message}: what it lists is pushed again`);
        await pushAgain(verbs, repository, children, error);
        return verbs.putManifest(repository, reference, manifest);
      }
    },
  };
}

/** All that was read of the list: what legs made, and what is kept of a published one. */
function childrenOf({ entries, attestations, change }: ProvenSet): Child[] {
  const kept = change?.changed.base.entries.flatMap((entry) => entry.attestations) ?? [];
  return [
    ...entries.map(({ image, platform }) => ({ name: formatPlatform(platform), bytes: image.bytes })),
    ...[...attestations, ...kept].map(({ bytes, subject }) => ({
      name: `the attestation of ${subject}`,
      bytes,
    })),
  ];
}

async function pushAgain(
  verbs: PublishVerbs,
  repository: Repository,
  children: readonly Child[],
  refusal: RegistryError,
): Promise<void> {
  const failed = await Promise.all(
    children.map(async ({ name, bytes }) => {
      try {
        await verbs.putManifest(repository, bytes.digest, bytes);
        return [];
      } catch (error) {
        return [`${name} (${bytes.digest}) can't be pushed there again: ${toCodedError(error).message}`];
      }
    }),
  );
  const problems = failed.flat();
  if (problems.length === 0) return;
  throw refusal.with({
    message: `${refusal.message}; ${problems.join('; ')}`,
    hint: 'its layers are gone as well, as after a clean-up: run that leg again, then the merge',
  });
}
