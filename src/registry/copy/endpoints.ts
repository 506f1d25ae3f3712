import type { Log } from '../../log.ts';
import type { ContentDescriptor } from '../../oci/descriptor.ts';
import type { Repository } from '../../oci/reference.ts';
import type { RegistryClient } from '../client.ts';
import { RegistryError } from '../errors.ts';
import type { CopySource, CopyTarget } from './content.ts';
import { lent } from './lent.ts';

/** What copying asks of a registry client. */
export type SourceVerbs = Pick<RegistryClient, 'getManifest' | 'getBlob' | 'listReferrers'>;
export type TargetVerbs = Pick<
  RegistryClient,
  'headManifest' | 'getManifest' | 'putManifest' | 'headBlob' | 'mountBlob' | 'uploadBlob' | 'listReferrers'
>;

/** A repository to copy from. */
export function registrySource(client: SourceVerbs, repository: Repository): CopySource {
  return {
    name: repository.name,
    manifest: (digest, size) =>
      client.getManifest(repository, digest, size === undefined ? undefined : { size }),
    stream: (blob) => lent(client.getBlob(repository, blob)),
    referrers: (subject) => client.listReferrers(repository, subject),
  };
}

/** Bytes below which to ask whether a blob is there costs about as much as to send it. */
const smallBlob = 1024 * 1024;

/** A repository to copy to. @param mountFrom a repository of the same registry that has the blobs. */
export function registryTarget(
  client: TargetVerbs,
  repository: Repository,
  log: Log,
  mountFrom?: Repository,
): CopyTarget {
  return {
    name: repository.name,
    hasManifest: (digest) =>
      looking(log, async () => (await client.headManifest(repository, digest)) !== undefined),
    adopt: (blob) => adopt(client, repository, log, blob, mountFrom),
    upload: (blob, open) => client.uploadBlob(repository, blob, open, { isVerified: true }),
    put: (reference, manifest) => client.putManifest(repository, reference, manifest),
    manifest: (reference) => client.getManifest(repository, reference),
    referrers: (subject) => client.listReferrers(repository, subject),
  };
}

/**
 * One request for most blobs. A mount finds what is there already as well; one from the repository itself does nothing
 * else, and where it finds nothing it has opened the upload, which a HEAD would not have done. Not every registry finds
 * it so, which for a large blob is worth a HEAD.
 */
async function adopt(
  client: TargetVerbs,
  repository: Repository,
  log: Log,
  { digest, size }: ContentDescriptor,
  mountFrom: Repository | undefined,
): Promise<boolean> {
  const isSmall = size < smallBlob;
  if (mountFrom !== undefined || isSmall) {
    if (await client.mountBlob(repository, digest, mountFrom ?? repository)) return true;
  }
  if (isSmall) return false;
  return looking(log, async () => (await client.headBlob(repository, digest)) !== undefined);
}

/** Looking only saves work: an account that may write and not read writes without having looked. */
async function looking(log: Log, look: () => Promise<boolean>): Promise<boolean> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof RegistryError) || (error.status !== 401 && error.status !== 403)) throw error;
    log.debug(`${error.message}; writing without having looked`);
    return false;
  }
}

/** Are two repositories of the same registry, so that a blob of one can be mounted into the other? */
export function sameRegistry(a: Repository, b: Repository): boolean {
  return a.registry === b.registry;
}
