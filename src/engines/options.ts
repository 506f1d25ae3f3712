import type { RemoteInput } from '../inputs/remote.ts';
import type { Log } from '../log.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import type { LookUpEmulation } from './preflight/binfmt.ts';
import type { Exec } from './process/exec.ts';

/** Credentials that were given to us for one exact registry (`docker.io`, `quay.io`, `localhost:5000`). */
export interface RegistryLogin {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** The registry's verbs that an engine without a client of its own needs; src/registry/client.ts has them. */
export interface ImageUploader {
  uploadBlob(
    repository: Repository,
    descriptor: Pick<Descriptor, 'digest' | 'size' | 'mediaType'>,
    open: () => AsyncIterable<Uint8Array>,
  ): Promise<void>;
  putManifest(repository: Repository, reference: string, manifest: ManifestBytes): Promise<unknown>;
  /** Makes a blob of `from`, of the same registry, one of `repository`; false: upload it. */
  mountBlob?(repository: Repository, digest: Digest, from: Repository): Promise<boolean>;
}

/** What a base image is read with: from registries, and from OCI image layouts in the place of a repository. */
export interface ImageReader {
  /** An empty reference is the only image of a layout. */
  getManifest(repository: Repository, reference: string): Promise<ManifestBytes | undefined>;
  readBlob(
    repository: Repository,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    maxBytes: number,
  ): Promise<Uint8Array>;
  /** As a stream, its digest and size checked on the way. */
  getBlob(repository: Repository, descriptor: Pick<Descriptor, 'digest' | 'size'>): AsyncIterable<Uint8Array>;
  /** The paths of a packed layer, in the order of its archive. @throws E_LAYER */
  layerPaths(
    name: string,
    blob: AsyncIterable<Uint8Array>,
    see: (parts: readonly string[], change: PathChange) => void,
  ): Promise<void>;
}

/** What a layer does to one path. */
export type PathChange =
  | { readonly kind: 'folder'; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file' | 'removed' | 'emptied' };

/** What every engine is made from. */
export interface EngineOptions {
  readonly log: Log;
  /** The environment of this process; what children see of it is decided by environment.ts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of a request start here. */
  readonly cwd: string;
  /** An existing folder for temporary files of ours: RUNNER_TEMP, else the system's. */
  readonly temp: string;
  /** Where it is set, no path of a request may lead out of this folder, symbolic links followed. */
  readonly workspace?: string;
  /** Merged over what `docker login` or `podman login` left, in a private file that {@link Engine.close} removes. */
  readonly logins?: readonly RegistryLogin[];
  readonly insecureRegistries?: readonly string[];
  /** PEM. */
  readonly caCertificate?: string;
  readonly signal?: AbortSignal;
  /** Needed by engines whose images our own client pushes. */
  readonly uploader?: ImageUploader;
  /** Needed by `assemble` for a base image. */
  readonly reader?: ImageReader;
  /** Where the engine is, if not where the environment leads to. */
  readonly remote?: RemoteInput;
  /** The buildx that was installed for this leg: an absolute path. */
  readonly buildx?: string;
  /** Default: real processes. */
  readonly exec?: Exec;
  /** Whether emulation that is missing is installed: `setup-emulation`. */
  readonly setUpEmulation?: boolean;
  /** Default: the kernel of this machine. */
  readonly lookUpEmulation?: LookUpEmulation;
  /** The architecture of this machine's kernel, where it says. Default: it is asked. */
  readonly kernelArchitecture?: () => Promise<string | undefined>;
  /** Waits that many milliseconds between tries of a push. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Monotonic, in milliseconds. */
  readonly now?: () => number;
  /** Names nobody else has; default: 12 random hexadecimal digits. */
  readonly uniqueId?: () => string;
}
