import { CodedError, quote } from '../errors.ts';
import { digestAlgorithm, digestOf, isDigest, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { manifestAccept } from '../oci/media-types.ts';
import type { Repository } from '../oci/reference.ts';
import { BodyTooLarge, discardBody, readBody } from './body.ts';
import type { ManifestHead } from './client.ts';
import { RegistryError } from './errors.ts';
import type { Call } from './exchange.ts';
import { ScopeSet } from './scope.ts';
import type { HttpResponse } from './transport.ts';
import { apiPath, checkedReference, named, type VerbDependencies } from './verbs.ts';

/** Reading and deleting manifests. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export class Manifests {
  readonly #dependencies: VerbDependencies;

  constructor(dependencies: VerbDependencies) {
    this.#dependencies = dependencies;
  }

  /** See RegistryClient.headManifest. */
  async head(repository: Repository, reference: string): Promise<ManifestHead | undefined> {
    try {
      return await this.#head(repository, reference);
    } catch (error) {
      // Some registries answer 403 to a HEAD of what isn't there, or 405 to every HEAD. And an answer to GET says why.
      if (!(error instanceof RegistryError) || (error.status !== 403 && error.status !== 405)) throw error;
      const manifest = (await this.#read(repository, reference))?.manifest;
      if (manifest === undefined) return undefined;
      return { digest: manifest.digest, mediaType: manifest.mediaType, size: manifest.bytes.byteLength };
    }
  }

  /** See RegistryClient.getManifest. */
  async get(
    repository: Repository,
    reference: string,
    expectedSize?: number,
  ): Promise<ManifestBytes | undefined> {
    const problem = (manifest: ServedManifest | undefined) => mismatch(manifest, reference, expectedSize);
    const first = await this.#read(repository, reference);
    if (problem(first) === undefined) return first?.manifest;
    this.#dependencies.log.info(
      `${named(repository, reference)}: ${problem(first) ?? ''}; reading it once more`,
    );
    const second = await this.#read(repository, reference);
    const stillWrong = problem(second);
    if (second === undefined || stillWrong === undefined) return second?.manifest;
    if (!isDigest(reference) && (await this.#has(repository, second.manifest, expectedSize)))
      return second.manifest;
    throw new CodedError('E_DIGEST_MISMATCH', `${named(repository, reference)}: ${stillWrong}`, {
      hint: 'the registry, or something before it, changes what it serves: nothing of it is used',
    });
  }

  /** Whether these bytes are in the repository under their own digest: then it is the header beside the tag that is wrong. */
  async #has(repository: Repository, manifest: ManifestBytes, expectedSize?: number): Promise<boolean> {
    if (expectedSize !== undefined && manifest.bytes.byteLength !== expectedSize) return false;
    return (await this.#read(repository, manifest.digest))?.manifest.digest === manifest.digest;
  }

  /** See RegistryClient.deleteManifest. */
  async delete(repository: Repository, reference: string): Promise<void> {
    const { limits } = this.#dependencies;
    await this.#dependencies.exchangeFor(repository.registry).call({
      what: `DELETE ${named(repository, reference)}`,
      method: 'DELETE',
      target: apiPath(repository, `manifests/${checkedReference(reference)}`),
      need: ScopeSet.repository(repository.path, 'pull', 'push', 'delete'),
      repositoryPath: repository.path,
      statuses: [200, 202, 204, 404],
      read: (answer) => discardBody(answer, limits),
    });
  }

  async #head(repository: Repository, reference: string): Promise<ManifestHead | undefined> {
    return this.#dependencies.exchangeFor(repository.registry).call({
      ...this.#reading(repository, reference, 'HEAD'),
      read: async (answer) => {
        const { limits } = this.#dependencies;
        await discardBody(answer, limits);
        return headOf(answer);
      },
    });
  }

  async #read(repository: Repository, reference: string): Promise<ServedManifest | undefined> {
    const { limits, signal } = this.#dependencies;
    const algorithm = isDigest(reference) ? digestAlgorithm(reference) : 'sha256';
    return this.#dependencies.exchangeFor(repository.registry).call({
      ...this.#reading(repository, reference, 'GET'),
      read: async (answer) => {
        if (answer.status === 404) {
          await discardBody(answer, limits);
          return undefined;
        }
        const bytes = await this.#bytes(answer, named(repository, reference), signal);
        const mediaType = mediaTypeOf(answer, bytes, named(repository, reference));
        const told = answer.message.headers['docker-content-digest'];
        return { manifest: { bytes, digest: digestOf(bytes, algorithm), mediaType }, told };
      },
    });
  }

  #reading(
    repository: Repository,
    reference: string,
    method: 'GET' | 'HEAD',
  ): Omit<Call<unknown>, 'read' | 'look'> {
    return {
      what: `${method} manifest ${named(repository, reference)}`,
      method,
      target: apiPath(repository, `manifests/${checkedReference(reference)}`),
      headers: { accept: manifestAccept },
      need: ScopeSet.repository(repository.path, 'pull'),
      repositoryPath: repository.path,
      statuses: [200, 404],
      isDocument: true,
    };
  }

  async #bytes(answer: HttpResponse, name: string, signal: AbortSignal): Promise<Uint8Array> {
    const { limits } = this.#dependencies;
    try {
      return await readBody(answer, limits.documentBytes, limits.documentMs, signal);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      throw new CodedError('E_MANIFEST', `${name} is ${error.message}`, {
        hint: 'registries take manifests of 4 MiB at most; this is none',
        cause: error,
      });
    }
  }
}

interface ServedManifest {
  readonly manifest: ManifestBytes;
  /** Docker-Content-Digest: the registry's word. */
  readonly told: string | readonly string[] | undefined;
}

function mismatch(
  served: ServedManifest | undefined,
  reference: string,
  expectedSize?: number,
): string | undefined {
  if (served === undefined) return undefined;
  const { digest, bytes } = served.manifest;
  if (isDigest(reference) && digest !== reference) {
    return `the ${bytes.byteLength} bytes that came have the digest ${digest}`;
  }
  const { told } = served;
  if (
    typeof told === 'string' &&
    isDigest(told) &&
    told.startsWith('sha256:') &&
    !isDigest(reference) &&
    told !== digest
  ) {
    return `the ${bytes.byteLength} bytes that came have the digest ${digest}, and were served as ${told}`;
  }
  if (expectedSize === undefined || bytes.byteLength === expectedSize) return undefined;
  return `it has ${bytes.byteLength} bytes, and its descriptor says ${expectedSize}`;
}

function headOf({ status, message }: HttpResponse): ManifestHead | undefined {
  if (status === 404) return undefined;
  const digest = message.headers['docker-content-digest'];
  const length = message.headers['content-length'];
  return {
    mediaType: contentType(message.headers['content-type']),
    ...(typeof digest === 'string' && isDigest(digest) && { digest: digest satisfies Digest }),
    ...(length !== undefined && /^\d+$/.test(length) && { size: Number(length) }),
  };
}

function contentType(header: string | undefined): string {
  return (header?.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Types that say nothing: what storage services and proxies put where a registry put nothing. */
const unspecific: readonly string[] = [
  '',
  'application/json',
  'application/octet-stream',
  'binary/octet-stream',
  'text/plain',
];

/**
 * The type that a manifest was served with, else what it says of itself.
 * @throws E_MANIFEST where the two differ (https://github.com/opencontainers/distribution-spec/security/advisories/GHSA-mc8v-mgrf-8f4m).
 */
function mediaTypeOf({ message }: HttpResponse, bytes: Uint8Array, name: string): string {
  const served = contentType(message.headers['content-type']);
  const said = ownMediaType(bytes);
  if (unspecific.includes(served)) {
    if (said !== undefined) return said;
    throw new CodedError('E_MANIFEST', `${name} has no media type, neither as it was served nor in itself`, {
      hint: 'push it again with a current tool',
    });
  }
  if (said === undefined || said === served) return served;
  throw new CodedError(
    'E_MANIFEST',
    `${name} was served as ${quote(served)} and says that it is ${quote(said)}`,
    {
      hint: 'push it again with its own media type',
    },
  );
}

/** Only a look: whether the document is well formed is for those who parse it. */
function ownMediaType(bytes: Uint8Array): string | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof json !== 'object' || json === null || !('mediaType' in json)) return undefined;
    return typeof json.mediaType === 'string' && json.mediaType !== '' ? json.mediaType : undefined;
  } catch {
    return undefined;
  }
}
