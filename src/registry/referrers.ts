import type { Descriptor } from '../oci/descriptor.ts';
import { readDescriptor } from '../oci/descriptor-schema.ts';
import { parseDigest, type Digest } from '../oci/digest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { Repository } from '../oci/reference.ts';
import { referrersTag } from '../oci/referrers-tag.ts';
import { parseFields } from '../oci/schema.ts';
import { discardBody, isHtml, readBody } from './body.ts';
import { RegistryError } from './errors.ts';
import type { Manifests } from './manifests.ts';
import { nextPage } from './paging.ts';
import { ScopeSet } from './scope.ts';
import { apiPath, named, type VerbDependencies } from './verbs.ts';

/** What registries without the API answer to it. */
const absent: readonly number[] = [400, 404, 405, 501];
const maxReferrers = 10_000;

interface Page {
  readonly descriptors: readonly Descriptor[];
  readonly next: string | undefined;
}

/**
 * See RegistryClient.listReferrers.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(
  repository: Repository,
  digest: Digest,
  artifactType: string | undefined,
  dependencies: VerbDependencies,
  manifests: Manifests,
): Promise<Descriptor[]> {
  const query: [string, string][] = artifactType === undefined ? [] : [['artifactType', artifactType]];
  const first = apiPath(repository, `referrers/${parseDigest(digest)}`, query);
  const seen = new Set([first]);
  const found: Descriptor[] = [];
  for (let target: string | undefined = first; target !== undefined;) {
    const page = await readPage(repository, digest, target, seen, dependencies);
    if (page === undefined && target !== first)
      throw unlisted(repository, digest, 'a page of them is missing, although the page before it names it');
    const descriptors =
      page?.descriptors ?? (await readTagSchema(repository, digest, dependencies, manifests));
    found.push(...descriptors);
    if (found.length > maxReferrers)
      throw unlisted(repository, digest, `there are more than ${maxReferrers} of them`);
    target = page?.next;
  }
  // A registry that does not filter says so by a missing OCI-Filters-Applied; filtering twice does no harm.
  return artifactType === undefined ? found : found.filter((entry) => entry.artifactType === artifactType);
}

function unlisted(repository: Repository, digest: Digest, why: string): RegistryError {
  return new RegistryError('E_REGISTRY', `GET referrers of ${named(repository, digest)}: ${why}`, {
    hint: 'the registry is at fault, or holds more than can be used; nothing of this listing is used',
  });
}

/** Undefined: this registry has no such API. */
async function readPage(
  repository: Repository,
  digest: Digest,
  target: string,
  seen: Set<string>,
  { exchangeFor, limits, signal }: VerbDependencies,
): Promise<Page | undefined> {
  const what = `GET referrers of ${named(repository, digest)}`;
  return exchangeFor(repository.registry).call({
    what,
    method: 'GET',
    target,
    headers: { accept: mediaTypes.ociIndex },
    need: ScopeSet.repository(repository.path, 'pull'),
    repositoryPath: repository.path,
    statuses: [200, ...absent],
    read: async (answer) => {
      if (answer.status !== 200 || isHtml(answer.message.headers['content-type'])) {
        await discardBody(answer, limits);
        return undefined;
      }
      const bytes = await readBody(answer, limits.documentBytes, limits.documentMs, signal);
      return {
        descriptors: parseReferrers(bytes, `the answer to ${what}`),
        next: nextPage(what, answer, seen, limits.pages),
      };
    },
  });
}

/**
 * The index that clients keep under the tag `sha256-<hex>` where the API is missing.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#unavailable-referrers-api
 */
async function readTagSchema(
  repository: Repository,
  digest: Digest,
  { log }: VerbDependencies,
  manifests: Manifests,
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(digest);
  log.debug(`${repository.registry} has no referrers API; looking for the tag ${tag}`);
  const index = await manifests.get(repository, tag);
  return index?.mediaType === mediaTypes.ociIndex
    ? parseReferrers(index.bytes, `${repository.name}:${tag}`)
    : [];
}

function parseReferrers(bytes: Uint8Array, what: string): Descriptor[] {
  const root = parseFields(bytes, what, { code: 'E_REGISTRY' });
  return (
    root.get('manifests').optional((manifests) => manifests.items(maxReferrers).map(readDescriptor)) ?? []
  );
}
