import { CodedError } from '../errors.ts';
import type { ContentDescriptor } from '../oci/descriptor.ts';
import { parseDigest, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { BlobReader } from './blob-reader.ts';
import { discardBody } from './body.ts';
import { RegistryError } from './errors.ts';
import type { HttpResponse } from './transport.ts';
import { ScopeSet } from './scope.ts';
import { apiPath, named, type VerbDependencies } from './verbs.ts';

/** Reading and deleting blobs. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs */
export class Blobs {
  readonly #dependencies: VerbDependencies;

  constructor(dependencies: VerbDependencies) {
    this.#dependencies = dependencies;
  }

  /** See RegistryClient.headBlob. */
  async head(repository: Repository, digest: Digest): Promise<{ size?: number } | undefined> {
    try {
      return await this.#exists(repository, digest, 'HEAD');
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status !== 405) throw error;
      return this.#exists(repository, digest, 'GET');
    }
  }

  /** See RegistryClient.getBlob. */
  get(repository: Repository, descriptor: ContentDescriptor): AsyncIterable<Uint8Array> {
    const dependencies = this.#dependencies;
    return {
      [Symbol.asyncIterator]: () => new BlobReader(repository, descriptor, dependencies).read(),
    };
  }

  /** See RegistryClient.readBlob. */
  async read(repository: Repository, descriptor: ContentDescriptor, maxBytes: number): Promise<Uint8Array> {
    const { digest, size } = descriptor;
    const name = named(repository, digest);
    if (size > maxBytes) {
      throw new CodedError('E_MANIFEST', `${name} has ${size} bytes by its descriptor`, {
        hint: `${maxBytes} are read of its kind at most`,
      });
    }
    try {
      return await this.#readOnce(repository, descriptor);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'E_DIGEST_MISMATCH') throw error;
      this.#dependencies.log.info(`${error.message}; reading it once more`);
      return this.#readOnce(repository, descriptor);
    }
  }

  /** See RegistryClient.deleteBlob. */
  async delete(repository: Repository, digest: Digest): Promise<void> {
    const { limits } = this.#dependencies;
    await this.#dependencies.exchangeFor(repository.registry).call({
      what: `DELETE blob ${named(repository, digest)}`,
      method: 'DELETE',
      target: apiPath(repository, `blobs/${parseDigest(digest)}`),
      need: ScopeSet.repository(repository.path, 'pull', 'push', 'delete'),
      repositoryPath: repository.path,
      statuses: [200, 202, 204, 404],
      read: (answer) => discardBody(answer, limits),
    });
  }

  async #readOnce(repository: Repository, descriptor: ContentDescriptor): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.get(repository, descriptor)) parts.push(part);
    return Buffer.concat(parts);
  }

  async #exists(
    repository: Repository,
    digest: Digest,
    method: 'GET' | 'HEAD',
  ): Promise<{ size?: number } | undefined> {
    return this.#dependencies.exchangeFor(repository.registry).call({
      what: `${method} blob ${named(repository, digest)}`,
      method,
      target: apiPath(repository, `blobs/${parseDigest(digest)}`),
      need: ScopeSet.repository(repository.path, 'pull'),
      repositoryPath: repository.path,
      statuses: [200, 404],
      read: async (answer) => {
        const { limits } = this.#dependencies;
        if (method === 'HEAD') await discardBody(answer, limits);
        else answer.message.destroy();
        return sizeOf(answer);
      },
    });
  }
}

function sizeOf({ status, message }: HttpResponse): { size?: number } | undefined {
  if (status === 404) return undefined;
  const length = message.headers['content-length'];
  return length !== undefined && /^\d+$/.test(length) ? { size: Number(length) } : {};
}
