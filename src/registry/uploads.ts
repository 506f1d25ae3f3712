import type { ContentDescriptor } from '../oci/descriptor.ts';
import { parseDigest, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import type { Blobs } from './blobs.ts';
import { discardBody } from './body.ts';
import { RegistryError } from './errors.ts';
import { ScopeSet } from './scope.ts';
import { Upload } from './upload.ts';
import { sessionOf, UploadRequests, type UploadSession } from './upload-session.ts';
import { verifiedSource } from './upload-source.ts';
import type { HttpResponse } from './transport.ts';
import { apiPath, named, type VerbDependencies } from './verbs.ts';

/** Uploads at once to a registry that has said 429. */
const pacedUploads = 3;

/** Bringing blobs into a repository. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs */
export class Uploads {
  readonly #dependencies: VerbDependencies;
  readonly #blobs: Blobs;
  /** Upload sessions that were opened in the place of a mount (202), by repository and digest, for the upload that follows. */
  readonly #offered = new Map<string, UploadSession>();
  readonly #underWay = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];

  constructor(dependencies: VerbDependencies, blobs: Blobs) {
    this.#dependencies = dependencies;
    this.#blobs = blobs;
  }

  /** See RegistryClient.mountBlob. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository */
  async mount(repository: Repository, digest: Digest, from: Repository): Promise<boolean> {
    const what = `mount ${named(repository, digest)} from ${from.name}`;
    if (from.registry !== repository.registry) return false;
    try {
      return await this.#dependencies.exchangeFor(repository.registry).call({
        what,
        method: 'POST',
        target: apiPath(repository, 'blobs/uploads/', [
          ['mount', parseDigest(digest)],
          ['from', from.path],
        ]),
        need: ScopeSet.repository(repository.path, 'pull', 'push').plus(
          ScopeSet.repository(from.path, 'pull'),
        ),
        repositoryPath: repository.path,
        statuses: [201, 202],
        read: (answer) => this.#readMount(answer, what, repository, digest),
      });
    } catch (error) {
      // An upload may work whatever the registry has against a mount; Harbor, Quay and Docker Hub differ in what they answer.
      if (!(error instanceof RegistryError) || error.status === undefined || error.code === 'E_RATE_LIMITED')
        throw error;
      this.#dependencies.log.debug(`${error.message}; it has to be uploaded`);
      return false;
    }
  }

  /** See RegistryClient.uploadBlob. */
  async upload(
    repository: Repository,
    descriptor: ContentDescriptor,
    open: () => AsyncIterable<Uint8Array>,
    isVerified: boolean,
  ): Promise<void> {
    const what = `upload ${named(repository, parseDigest(descriptor.digest))}`;
    const { limits, log } = this.#dependencies;
    const key = named(repository, descriptor.digest);
    const session = this.#offered.get(key);
    this.#offered.delete(key);
    await this.#turn(repository.registry);
    try {
      await new Upload(descriptor, isVerified ? open : verifiedSource(open, descriptor, what), session, {
        requests: new UploadRequests(repository, what, this.#dependencies),
        limits,
        log,
        what,
        exists: async (digest) => (await this.#blobs.head(repository, digest)) !== undefined,
      }).run();
    } finally {
      this.#underWay.set(repository.registry, (this.#underWay.get(repository.registry) ?? 1) - 1);
      this.#waiting.splice(0).forEach((wake) => {
        wake();
      });
    }
  }

  async #readMount(
    answer: HttpResponse,
    what: string,
    repository: Repository,
    digest: Digest,
  ): Promise<boolean> {
    const { limits } = this.#dependencies;
    await discardBody(answer, limits);
    if (answer.status === 201) return true;
    if (answer.message.headers.location !== undefined) {
      this.#offered.set(named(repository, digest), sessionOf(answer, what, 0));
    }
    return false;
  }

  async #turn(registry: string): Promise<void> {
    const { gate } = this.#dependencies.exchangeFor(registry);
    while (gate.isPaced && (this.#underWay.get(registry) ?? 0) >= pacedUploads) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#underWay.set(registry, (this.#underWay.get(registry) ?? 0) + 1);
  }
}
