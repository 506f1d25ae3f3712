import type { Log } from '../log.ts';
import type { ContentDescriptor, Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { Blobs } from './blobs.ts';
import { ClientContext } from './client-context.ts';
import type { Clock } from './clock.ts';
import type { CredentialSource } from './credentials.ts';
import type { Limits } from './limits.ts';
import type { Network } from './lookup.ts';
import { ManifestPush } from './manifest-push.ts';
import { Manifests } from './manifests.ts';
import { listReferrers } from './referrers.ts';
import type { RequestLogEntry } from './request-log.ts';
import { listTags } from './tags.ts';
import { Uploads } from './uploads.ts';

export type { Clock } from './clock.ts';
export type { Credential, CredentialSource } from './credentials.ts';
export { anonymous } from './credentials.ts';
export { RegistryError } from './errors.ts';
export type { RegistryErrorEntry } from './errors.ts';
export type { Limits } from './limits.ts';
export type { RequestLogEntry } from './request-log.ts';

/** What HEAD tells of a manifest: the registry's word, not ours. */
export interface ManifestHead {
  /** As the header claims; never enough for a decision that bytes should make. Computed by us where GET had to stand in. */
  readonly digest?: Digest;
  /** Without parameters. */
  readonly mediaType: string;
  /** In bytes. */
  readonly size?: number;
}

/** What a registry made of a manifest that it took. */
export interface PutManifestResult {
  /** It knows of `subject` (OCI-Subject); otherwise the referrers tag schema has to be kept up by the pusher. */
  readonly subjectHandled: boolean;
}

export interface RegistryOptions {
  readonly credentials: CredentialSource;
  readonly log: Log;
  /** Repositories that will be written to: the first token asked for them allows `pull,push`. */
  readonly pushRepositories?: readonly Repository[];
  /** Repositories that will be read: the first token of their registry covers them too. */
  readonly pullRepositories?: readonly Repository[];
  /** `host[:port]` or CIDR: certificates are not checked, and plain HTTP will do. Loopback may always be plain HTTP. */
  readonly insecureRegistries?: readonly string[];
  /** `host[:port]` of token servers, wherever they are, that may see the credentials of the registries that name them. */
  readonly trustedRealms?: readonly string[];
  /** PEM text, trusted besides the default roots. */
  readonly caCertificate?: string;
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY and their lower-case forms; NODE_EXTRA_CA_CERTS. Default: none of them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly userAgent?: string;
  /** Cancels everything that is under way, promptly; what was called rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly network?: Network;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}

/**
 * The distribution API, one method per endpoint. Every answer is bounded, digests are computed here and never believed,
 * faults that time may heal are retried within one budget (limits.ts), and whatever fails in the end is a CodedError.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 */
export interface RegistryClient {
  /** HEAD of a tag or digest; undefined for 404. Not counted as a pull by Docker Hub. A registry without HEAD is asked with GET. */
  headManifest(repository: Repository, reference: string): Promise<ManifestHead | undefined>;
  /**
   * The exact bytes behind a tag or digest; undefined for 404. By digest they are verified.
   * @throws E_DIGEST_MISMATCH after a second read; E_MANIFEST over 4 MiB, or where Content-Type and body name different kinds.
   */
  getManifest(
    repository: Repository,
    reference: string,
    expect?: { readonly size?: number },
  ): Promise<ManifestBytes | undefined>;
  /**
   * Pushes the exact bytes to a tag or digest. A lost answer is looked up before anything is sent again, and an immutable
   * tag that holds these very bytes is success. @throws E_TAG_IMMUTABLE with the digest that the tag holds.
   */
  putManifest(repository: Repository, reference: string, manifest: ManifestBytes): Promise<PutManifestResult>;
  /** Deletes a tag or a manifest. What is not there counts as deleted. @throws E_UNSUPPORTED where the registry has no deletion. */
  deleteManifest(repository: Repository, reference: string): Promise<void>;
  headBlob(repository: Repository, digest: Digest): Promise<{ readonly size?: number } | undefined>;
  /**
   * The content of a blob as it comes in, resumed where the connection breaks. Digest and size are known to be right only
   * when the iteration has ended without an error.
   */
  getBlob(repository: Repository, descriptor: ContentDescriptor): AsyncIterable<Uint8Array>;
  /** A whole blob of at most `maxBytes`, verified; read once more before a wrong digest is believed. */
  readBlob(repository: Repository, descriptor: ContentDescriptor, maxBytes: number): Promise<Uint8Array>;
  /** Makes a blob of `from` (same registry) one of `repository`; false: upload it. */
  mountBlob(repository: Repository, digest: Digest, from: Repository): Promise<boolean>;
  /**
   * Uploads what `open` yields, which must be the same bytes each time. In one piece, or in chunks where the registry
   * wants it; resumed or started again after a fault. `isVerified`: `open` itself fails on bytes that are not those of the
   * descriptor, as {@link getBlob} does, so that they need not be hashed twice.
   */
  uploadBlob(
    repository: Repository,
    descriptor: ContentDescriptor,
    open: () => AsyncIterable<Uint8Array>,
    options?: { readonly isVerified?: boolean },
  ): Promise<void>;
  deleteBlob(repository: Repository, digest: Digest): Promise<void>;
  /** Every tag, in the registry's order; none for a repository that is not there. */
  listTags(repository: Repository): Promise<string[]>;
  /** Manifests whose subject is `digest`, by the referrers API or, where there is none, the tag schema. */
  listReferrers(repository: Repository, digest: Digest, artifactType?: string): Promise<Descriptor[]>;
  /** Every HTTP request so far, token calls and redirects included. */
  readonly requests: readonly RequestLogEntry[];
  /** Cancels what is under way and closes idle connections, so that the process can end. */
  close(): void;
}

/** Makes a client; contacts nobody yet. @throws E_INPUT for a `caCertificate` that holds no certificate. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const context = new ClientContext(options);
  const verbs = context.verbs;
  const manifests = new Manifests(verbs);
  const push = new ManifestPush(verbs, manifests);
  const blobs = new Blobs(verbs);
  const uploads = new Uploads(verbs, blobs);
  return {
    headManifest: (repository, reference) => manifests.head(repository, reference),
    getManifest: (repository, reference, expect) => manifests.get(repository, reference, expect?.size),
    putManifest: (repository, reference, manifest) => push.put(repository, reference, manifest),
    deleteManifest: (repository, reference) => manifests.delete(repository, reference),
    headBlob: (repository, digest) => blobs.head(repository, digest),
    getBlob: (repository, descriptor) => blobs.get(repository, descriptor),
    readBlob: (repository, descriptor, maxBytes) => blobs.read(repository, descriptor, maxBytes),
    mountBlob: (repository, digest, from) => uploads.mount(repository, digest, from),
    uploadBlob: (repository, descriptor, open, { isVerified = false } = {}) =>
      uploads.upload(repository, descriptor, open, isVerified),
    deleteBlob: (repository, digest) => blobs.delete(repository, digest),
    listTags: (repository) => listTags(repository, verbs),
    listReferrers: (repository, digest, artifactType) =>
      listReferrers(repository, digest, artifactType, verbs, manifests),
    requests: verbs.requests,
    close: () => {
      context.close();
    },
  };
}
