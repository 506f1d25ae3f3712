import type { RemoteInput } from '../inputs/remote.ts';
import type { Log } from '../log.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import type { LookUpEmulation } from './binfmt.ts';
import type { Exec } from './exec.ts';

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
}

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
  /** Waits that many milliseconds between tries of a push. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Monotonic, in milliseconds. */
  readonly now?: () => number;
  /** Names nobody else has; default: 12 random hexadecimal digits. */
  readonly uniqueId?: () => string;
}
