import { CodedError } from '../errors.ts';
import { digestAlgorithm, digestOf, isDigest, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { discardBody } from './body.ts';
import type { PutManifestResult } from './client.ts';
import { missesChild, RegistryError } from './errors.ts';
import type { Manifests } from './manifests.ts';
import { ScopeSet } from './scope.ts';
import { apiPath, checkedReference, named, type VerbDependencies } from './verbs.ts';

/** What a push told, before it was checked. */
interface PutAnswer extends PutManifestResult {
  /** Docker-Content-Digest, if it is one. */
  readonly digest: string | undefined;
}

/** Pushes of one manifest to one repository that are under way. */
interface Pushes {
  /** First tries, which may go at the same time. */
  readonly first: Set<Promise<unknown>>;
  /** The last of the second tries, which go one after the other. */
  again: Promise<unknown>;
}

const firstLagMs = 1_000;
const longestLagMs = 30_000;

/** Writing manifests. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
export class ManifestPush {
  readonly #dependencies: VerbDependencies;
  readonly #manifests: Manifests;
  /** By repository and digest. */
  readonly #underWay = new Map<string, Pushes>();
  /** What was written to each repository, which a lagging registry may not know of yet. */
  readonly #written = new Map<string, Set<Digest>>();

  constructor(dependencies: VerbDependencies, manifests: Manifests) {
    this.#dependencies = dependencies;
    this.#manifests = manifests;
  }

  /** See RegistryClient.putManifest. */
  async put(repository: Repository, reference: string, manifest: ManifestBytes): Promise<PutManifestResult> {
    this.#checkBeforeSending(repository, reference, manifest);
    try {
      const { digest, subjectHandled } = await this.#putPatiently(repository, reference, manifest);
      this.#writtenTo(repository).add(manifest.digest);
      const comparable = digest?.startsWith(`${digestAlgorithm(manifest.digest)}:`) === true;
      if (comparable && digest !== manifest.digest)
        await this.#confirm(repository, reference, manifest, digest);
      return { subjectHandled };
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'E_TAG_IMMUTABLE') throw error;
      return this.#immutable(repository, reference, manifest, error);
    }
  }

  #checkBeforeSending(repository: Repository, reference: string, manifest: ManifestBytes): void {
    const { bytes, digest } = manifest;
    const { documentBytes } = this.#dependencies.limits;
    if (bytes.byteLength > documentBytes) {
      throw new CodedError(
        'E_MANIFEST',
        `the manifest for ${named(repository, reference)} has ${bytes.byteLength} bytes`,
        {
          hint: `registries take ${documentBytes} at most`,
        },
      );
    }
    const wanted = isDigest(reference) ? reference : digest;
    const real = digestOf(bytes, digestAlgorithm(wanted));
    if (real === wanted) return;
    throw new CodedError(
      'E_DIGEST_MISMATCH',
      `the bytes for ${named(repository, reference)} have the digest ${real}, not ${wanted}`,
      {
        hint: 'this is a bug in native-multiarch; please report it',
      },
    );
  }

  /**
   * A registry that looks for what an index lists may not see yet what this client wrote a moment ago: waited for, as reads are.
   * What somebody else wrote, or nobody, is told at once.
   */
  async #putPatiently(
    repository: Repository,
    reference: string,
    manifest: ManifestBytes,
  ): Promise<PutAnswer> {
    const { limits, log, sleep } = this.#dependencies;
    let waited = 0;
    for (let wait = firstLagMs; ; wait = Math.min(wait * 2, longestLagMs)) {
      try {
        return await this.#putBesideOthers(repository, reference, manifest);
      } catch (error) {
        const lags = missesChild(error) && this.#listsWritten(repository, manifest);
        if (!lags || waited >= limits.lagMs) throw error;
        const next = Math.min(wait, limits.lagMs - waited);
        log.info(`${error.message}; it lists what was just written: trying again in ${next / 1000} s`);
        await sleep(next);
        waited += next;
      }
    }
  }

  #listsWritten(repository: Repository, { bytes, digest }: ManifestBytes): boolean {
    const text = Buffer.from(bytes).toString('utf8');
    return [...this.#writtenTo(repository)].some((child) => child !== digest && text.includes(child));
  }

  #writtenTo({ name }: Repository): Set<Digest> {
    const written = this.#written.get(name) ?? new Set();
    this.#written.set(name, written);
    return written;
  }

  /**
   * Some registries (Quay) refuse a manifest as invalid while they are given it under another name too. Then it is pushed once
   * more when the others are done, one name after the other.
   */
  async #putBesideOthers(
    repository: Repository,
    reference: string,
    manifest: ManifestBytes,
  ): Promise<PutAnswer> {
    const key = `${repository.name}@${manifest.digest}`;
    const pushes = this.#underWay.get(key) ?? { first: new Set(), again: Promise.resolve() };
    this.#underWay.set(key, pushes);
    const { first } = pushes;
    const hadOthers = first.size > 0;
    const own = this.#put(repository, reference, manifest);
    const settled = own.catch(() => undefined);
    first.add(settled);
    try {
      return await own;
    } catch (error) {
      const isRace = error instanceof RegistryError && error.status === 400 && error.says('MANIFEST_INVALID');
      if (!isRace || (!hadOthers && first.size < 2)) throw error;
      this.#dependencies.log.info(`${error.message}; trying again when the other pushes of it are done`);
      await Promise.all([...first]);
      const again = pushes.again.then(async () => this.#put(repository, reference, manifest));
      pushes.again = again.catch(() => undefined);
      return await again;
    } finally {
      first.delete(settled);
      if (first.size === 0) this.#underWay.delete(key);
    }
  }

  async #put(repository: Repository, reference: string, manifest: ManifestBytes): Promise<PutAnswer> {
    const { limits, exchangeFor } = this.#dependencies;
    return exchangeFor(repository.registry).call({
      what: `PUT manifest ${named(repository, reference)}`,
      method: 'PUT',
      target: apiPath(repository, `manifests/${checkedReference(reference)}`),
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
      need: ScopeSet.repository(repository.path, 'pull', 'push'),
      repositoryPath: repository.path,
      statuses: [200, 201, 202, 204],
      look: async () => this.#lookAfterLostAnswer(repository, reference, manifest),
      read: async ({ message, ...answer }) => {
        const digest = message.headers['docker-content-digest'];
        const subjectHandled = message.headers['oci-subject'] !== undefined;
        await discardBody({ message, ...answer }, limits);
        return {
          subjectHandled,
          digest: typeof digest === 'string' && isDigest(digest) ? digest : undefined,
        };
      },
    });
  }

  async #lookAfterLostAnswer(
    repository: Repository,
    reference: string,
    manifest: ManifestBytes,
  ): Promise<{ value: PutAnswer } | undefined> {
    try {
      if (!(await this.#holds(repository, reference, manifest))) return undefined;
    } catch (error) {
      // Who may push and not pull can't look, and sends it again: a push can be repeated.
      if (error instanceof RegistryError && (error.status === 401 || error.status === 403)) return undefined;
      throw error;
    }
    this.#dependencies.log.info(
      `PUT manifest ${named(repository, reference)}: it is there, only the answer was lost`,
    );
    return { value: { digest: undefined, subjectHandled: false } };
  }

  async #holds(repository: Repository, reference: string, manifest: ManifestBytes): Promise<boolean> {
    const found = await this.#manifests.get(repository, reference);
    return found !== undefined && Buffer.from(found.bytes).equals(manifest.bytes);
  }

  /** The registry told another digest than ours: did it keep other bytes, or is only its header wrong? */
  async #confirm(
    repository: Repository,
    reference: string,
    manifest: ManifestBytes,
    told: string,
  ): Promise<void> {
    if (await this.#holds(repository, reference, manifest)) return;
    throw new CodedError(
      'E_DIGEST_MISMATCH',
      `${named(repository, reference)} was pushed as ${manifest.digest}, and the registry made ${told} of it`,
      { hint: 'the registry does not keep manifests byte for byte: publish somewhere else' },
    );
  }

  async #immutable(
    repository: Repository,
    reference: string,
    manifest: ManifestBytes,
    refusal: RegistryError,
  ): Promise<PutManifestResult> {
    const held = await this.#manifests.get(repository, reference);
    if (held !== undefined && Buffer.from(held.bytes).equals(manifest.bytes)) {
      this.#dependencies.log.info(
        `${named(repository, reference)} is immutable and holds ${manifest.digest} already`,
      );
      return { subjectHandled: false };
    }
    throw immutableTag(named(repository, reference), held?.digest, manifest.digest, refusal);
  }
}

/** The refusal of a tag that may not move, with what it holds. */
export function immutableTag(
  name: string,
  held: Digest | undefined,
  wanted: Digest,
  refusal: RegistryError,
): RegistryError {
  const holds = held === undefined ? 'holds another digest' : `holds ${held}`;
  return refusal.with({
    message: `${name} is immutable and ${holds}, not ${wanted} (${refusal.message})`,
  });
}
