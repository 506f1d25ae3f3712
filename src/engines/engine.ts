import type { CacheInput, SecretInput } from '../inputs/build-lists.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Reference, Repository } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';
import type { ServiceOptions } from './smoke/service.ts';

/** Every engine that can be asked for. */
export const engineNames = ['buildx', 'docker', 'podman', 'buildah', 'assemble'] as const;

export type EngineName = (typeof engineNames)[number];

/**
 * How an image of one platform is made on this host: by the host's own processor, through QEMU and the kernel's
 * binfmt_misc, or from files that were compiled elsewhere.
 */
export type Mode = 'native' | 'emulate' | 'cross';

/** `auto`: native where this machine can run the platform's programs, else emulate where emulation works, else cross. */
export type WantedMode = Mode | 'auto';

/** What an engine can do, as data: commands and documentation read it, nobody asks for an engine by name. */
export interface Capabilities {
  /** What an image is made from: a Dockerfile and its context, or files put into layers by ourselves. */
  readonly source: BuildSource['kind'];
  readonly modes: readonly Mode[];
  /** Set where its images in OCI format lose what only Docker's format has a place for: HEALTHCHECK and SHELL. */
  readonly losesDockerOnly?: true;
  /** Whether {@link Engine.run} can run a command in the image. */
  readonly smokeTest: boolean;
  /** `engine`: its own client pushes; `client`: it hands blobs to {@link ImageUploader}. */
  readonly pushesBy: 'engine' | 'client';
  /** Whether `ca-certificate` reaches the engine's own registry client; where not, its configuration has to hold it. */
  readonly caCertificate: boolean;
  /** Whether `insecure-registries` reaches it; `loopback`: only loopback may be plain HTTP, the rest is its own configuration. */
  readonly insecureRegistries: 'any' | 'loopback';
}

/** The engine, as it answered when it was asked; never as this process sees itself. */
export interface EngineHost {
  /** `5.4.2` */
  readonly version: string;
  /** What records and reports say: `podman 5.4.2`. */
  readonly label: string;
  /** The platform of the machine that the engine works on. */
  readonly platform: Platform;
  /** What the engine takes that machine for, where it runs through emulation itself: `linux/arm64`. */
  readonly emulatedAs?: string;
  /** The own platforms of further machines that it has, none of which was the better one. */
  readonly others?: readonly string[];
}

/** What {@link Engine.preflight} found out about a platform on this engine. */
export interface Readiness {
  /** What will really happen: a platform that is the host's own is `native`, also where `emulate` was asked for. */
  readonly mode: Mode;
  /** One line for a person: what runs the programs, and what had to be done so that it works. */
  readonly note: string;
  /** What a person should know before waiting for it. */
  readonly warning?: string;
  /** In mode cross, where it is known: whether RUN steps can start programs of the target. */
  readonly emulates?: boolean;
  /** The machine on which it will be built, where the engine has several. */
  readonly host?: EngineHost;
}

/** A Dockerfile build. */
export interface DockerfileSource {
  readonly kind: 'dockerfile';
  /** A folder, absolute or from {@link EngineOptions.cwd}. */
  readonly context: string;
  /** The Dockerfile, absolute or from `cwd`; without it, `Dockerfile` (podman and buildah: `Containerfile` first) in the context. */
  readonly file?: string;
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Of the RUN steps: `none`, `host`, `default`, or the engine's own word. */
  readonly network?: string;
  /** Annotations of the image's manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Further contexts by name: a folder, `docker-image://reference`, `oci-layout://folder`, `target:` ... */
  readonly buildContexts?: Readonly<Record<string, string>>;
  readonly secrets?: readonly SecretInput[];
  /** `default`, `default=socket`, `id=key`. */
  readonly ssh?: readonly string[];
  readonly cacheFrom?: readonly CacheInput[];
  readonly cacheTo?: readonly CacheInput[];
  readonly noCache?: boolean;
  readonly pull?: boolean;
  /** `name:address`. */
  readonly addHosts?: readonly string[];
  readonly shmSize?: string;
  readonly ulimit?: readonly string[];
  /** `true`, or attributes such as `mode=max`; absent: none. */
  readonly provenance?: string;
  readonly sbom?: string;
  /** Further exporters, as `--output` of buildx takes them. */
  readonly outputs?: readonly string[];
  /** Arguments that the engine's build command gets unchanged. */
  readonly extraArgs?: readonly string[];
  /** Of manifest and config; absent: what the engine makes. */
  readonly format?: 'oci' | 'docker';
  /** Instructions that an image in OCI format can't hold, for a person: `SHELL (line 4)`. BuildKit keeps them all the same. */
  readonly dockerOnly?: readonly string[];
}

/** An image assembled from files, without a container engine. */
export interface FilesSource {
  readonly kind: 'files';
  /** `scratch` (the default), a reference, or `oci:folder[:tag]`. */
  readonly base?: string;
  /** Where relative sources start: absolute or from {@link EngineOptions.cwd}. */
  readonly context: string;
  /** Lines `source:destination[:mode[:uid[:gid]]]`, with `{os}`, `{arch}` and `{variant}` filled in; mode is octal. */
  readonly files: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=value`. */
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
  /** Annotations of the image's manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of manifest and config; absent: OCI. */
  readonly format?: 'oci' | 'docker';
}

export type BuildSource = DockerfileSource | FilesSource;

export interface BuildRequest {
  readonly platform: Platform;
  readonly mode: Mode;
  readonly labels?: Readonly<Record<string, string>>;
  readonly source: BuildSource;
}

/** An image in the engine's own store. Nobody but the engine that made it can read `id`. */
export interface BuiltImage {
  readonly engine: EngineName;
  /** What the engine calls it: `sha256:...`, never a tag that another build could move. */
  readonly id: string;
  /** The name under which only this build knows it, and which keeps the engine from collecting it. */
  readonly name: string;
  /** Where we made it ourselves (`assemble`): the very bytes that will be pushed. */
  readonly manifest?: ManifestBytes;
  /** Where it was put on an image of a registry: its full name, and what that led to. */
  readonly base?: { readonly reference: string; readonly digest: Digest };
}

/** A Dockerfile, as the engine will read it. */
export interface DockerfileText {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Whether stages that the target does not need are left out. */
  readonly prunes: boolean;
}

/** Where an engine pulls an image from. */
export interface PullSource {
  /** The full name: the engine's configuration may complete a short one. */
  readonly name: string;
  /** Whether the engine asks a mirror as well. */
  readonly isMirrored: boolean;
}

export interface RunOptions {
  /** Words, quoted as in a shell; `["program", "argument"]`; or, where it needs a shell, a line for the image's `/bin/sh -c`. */
  readonly command: string;
  readonly platform: Platform;
  readonly timeoutMs: number;
}

/** One engine on one host, for one leg. Made from {@link EngineOptions}, and ended with {@link Engine.close}. */
export interface Engine {
  readonly name: EngineName;
  readonly capabilities: Capabilities;
  /** @throws E_ENGINE_MISSING, E_ENGINE. Asked once; later calls give the same answer. */
  host(): Promise<EngineHost>;
  /**
   * Whether a RUN step of that platform works here, found out by running one (some 150 bytes of program, no network, no pull).
   * @throws E_HOST_MISMATCH where native was asked for and the engine's machine is another; E_UNSUPPORTED for a mode that the engine
   * does not have, or an emulation that is not installed; E_ENGINE where the engine answers and can't run anything
   */
  preflight(platform: Platform, mode: WantedMode): Promise<Readiness>;
  /** What {@link build} will read, where it builds Dockerfiles. @throws E_INPUT */
  dockerfile?(source: DockerfileSource): Promise<DockerfileText>;
  /** Whether a build would take that image from the engine's own store, without asking a registry. Absent where it never does. */
  hasImage?(reference: string, platform: Platform): Promise<boolean>;
  /** Where a build would pull that image from; `undefined` where only the engine can tell. Absent where it is always the name. */
  pullSource?(reference: string): Promise<PullSource | undefined>;
  /** The folder of the engine's storage; `undefined` where it is on another machine. Absent where it has none. */
  storage?(): Promise<string | undefined>;
  /** Runs {@link preflight} first unless that was done. @throws E_BUILD, E_ENGINE, E_UNSUPPORTED, E_INPUT, E_BASE_PLATFORM. */
  build(request: BuildRequest): Promise<BuiltImage>;
  /**
   * An image that is in the engine's store already, by its name or ID; `undefined` where there is none. It stays the user's:
   * {@link remove} is not called for it. Absent where the engine has no store.
   */
  adopt?(name: string, platform: Platform): Promise<BuiltImage | undefined>;
  /** As the image's own config says it. */
  platformOf(image: BuiltImage): Promise<Platform>;
  /**
   * The image as one tar stream, as `docker save` writes it or as an OCI image layout: what {@link push} will push, to be looked at before that.
   * It need not be read to its end. @throws E_ENGINE while it is read.
   */
  archive(image: BuiltImage): AsyncIterable<Uint8Array>;
  /**
   * Where it depends on the machine whether {@link run} works: finds it out, before anything is built.
   * @throws E_UNSUPPORTED
   */
  checkRun?(platform: Platform): Promise<void>;
  /** Runs a command in the image, without network, and resolves when it has ended with 0. @throws E_SMOKE_TEST with the last lines, E_UNSUPPORTED. */
  run(image: BuiltImage, options: RunOptions): Promise<void>;
  /** As {@link checkRun}, for {@link serve}. */
  checkServe?(platform: Platform): Promise<void>;
  /**
   * Starts the image as a service, in a network with nothing else in it, and asks until it answers; removed however that ends. Absent where
   * {@link Capabilities.smokeTest} is. @throws E_SMOKE_TEST with its last answer and last lines, E_ENGINE, E_UNSUPPORTED.
   */
  serve?(image: BuiltImage, options: ServiceOptions): Promise<void>;
  /** `reference` has a tag. @throws E_UNAUTHORIZED, E_DENIED, E_RATE_LIMITED, E_NETWORK, E_REGISTRY, E_ENGINE ... as the engine's words tell. */
  push(image: BuiltImage, reference: Reference): Promise<void>;
  /**
   * The same without a tag, for a registry to keep by its digest alone. Absent where the engine pushes by name only.
   * @returns what it was pushed as
   */
  pushByDigest?(image: BuiltImage, repository: Repository): Promise<Digest>;
  /** Where it depends on the machine whether {@link pushByDigest} works: before anything is built, and after the preflight. @throws E_UNSUPPORTED */
  checkPushByDigest?(): Promise<void>;
  /** Removes what this build put under a name of its own, and nothing else: the build cache stays. Never throws for what is gone. */
  remove(image: BuiltImage): Promise<void>;
  /** Removes credentials and temporary files of ours. Idempotent; call it however the leg ended. */
  close(): Promise<void>;
}
