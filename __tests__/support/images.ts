import { gzipSync } from 'node:zlib';
import { digestOf, type Digest } from '../../src/oci/digest.ts';
import type { Descriptor, PlatformJson } from '../../src/oci/descriptor.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import type { FakeRegistry } from './fake-registry.ts';
import { tar, type TarEntry } from './tar.ts';

export interface ImageSpec {
  /** `os/arch` or `os/arch/variant`. Default linux/amd64. */
  readonly platform?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  /** Each layer's entries. Default: one layer with one small file that names the platform. */
  readonly layers?: readonly (readonly TarEntry[])[];
  /** Default `oci`. */
  readonly format?: 'oci' | 'docker';
  /** Default `gzip`. */
  readonly compression?: 'gzip' | 'none';
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly created?: string;
  /** More of the config's `config`: Entrypoint, Cmd, Env, User, ExposedPorts, WorkingDir, Healthcheck. */
  readonly run?: Readonly<Record<string, unknown>>;
  /** Put over the finished config: what a tampered or odd one has. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Put over the finished manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** A manifest with all that it refers to. */
export interface Fixture {
  readonly manifest: ManifestBytes;
  /** As it stands in an index, platform included. */
  readonly descriptor: Descriptor;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly children: readonly Fixture[];
}

export function buildImage(spec: ImageSpec = {}): Fixture {
  const { format = 'oci', compression = 'gzip' } = spec;
  const platform = platformOf(spec);
  const archives = (spec.layers ?? [[defaultFile(spec)]]).map((entries) => tar(entries));
  const layers = archives.map((bytes) => (compression === 'gzip' ? gzipSync(bytes) : bytes));
  const config = toBytes({
    ...platform,
    created: spec.created ?? '2024-01-01T00:00:00Z',
    config: { ...spec.run, ...(spec.labels && { Labels: spec.labels }) },
    rootfs: { type: 'layers', diff_ids: archives.map((bytes) => digestOf(bytes)) },
    history: archives.map(() => ({ created_by: 'fixture' })),
    ...spec.config,
  });
  const types = format === 'oci' ? ociTypes(compression) : dockerTypes;
  const bytes = toBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: layers.map((layer) => ({ mediaType: types.layer, digest: digestOf(layer), size: layer.length })),
    ...(spec.annotations && { annotations: spec.annotations }),
    ...spec.manifest,
  });
  const blobs = new Map([config, ...layers].map((blob) => [digestOf(blob), blob]));
  return fixture(bytes, types.manifest, blobs, [], platform);
}

/** An index over these, in this order; `over` is put over the finished document. */
export function buildIndex(
  children: readonly Fixture[],
  options: {
    readonly format?: 'oci' | 'docker';
    readonly annotations?: Readonly<Record<string, string>>;
    readonly entries?: readonly Descriptor[];
    readonly over?: Readonly<Record<string, unknown>>;
  } = {},
): Fixture {
  const mediaType = options.format === 'docker' ? mediaTypes.dockerList : mediaTypes.ociIndex;
  const bytes = toBytes({
    schemaVersion: 2,
    mediaType,
    manifests: options.entries ?? children.map((child) => child.descriptor),
    ...(options.annotations && { annotations: options.annotations }),
    ...options.over,
  });
  return fixture(bytes, mediaType, new Map(), children, undefined);
}

/** What buildx with provenance adds next to an image: https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
export function buildAttestation(image: Fixture): Fixture {
  const statement = toBytes({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'image', digest: { sha256: image.manifest.digest.slice('sha256:'.length) } }],
  });
  const built = buildImage({
    platform: 'unknown/unknown',
    layers: [],
    manifest: {
      layers: [{ mediaType: mediaTypes.inToto, digest: digestOf(statement), size: statement.length }],
    },
  });
  const annotations = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': image.manifest.digest,
  };
  return {
    ...built,
    descriptor: { ...built.descriptor, annotations },
    blobs: new Map([...built.blobs, [digestOf(statement), statement]]),
  };
}

/** Puts a manifest and all below it into the registry, with no request. */
export function addToRegistry(
  registry: FakeRegistry,
  repository: string,
  fixture: Fixture,
  tag?: string,
): void {
  for (const child of fixture.children) addToRegistry(registry, repository, child);
  for (const blob of fixture.blobs.values()) registry.addBlob(repository, blob);
  registry.addManifest(repository, fixture.manifest, tag);
}

function fixture(
  bytes: Uint8Array,
  mediaType: string,
  blobs: ReadonlyMap<Digest, Uint8Array>,
  children: readonly Fixture[],
  platform: PlatformJson | undefined,
): Fixture {
  const digest = digestOf(bytes);
  const descriptor = { mediaType, digest, size: bytes.length, ...(platform && { platform }) };
  return { manifest: { bytes, digest, mediaType }, descriptor, blobs, children };
}

function platformOf({ platform = 'linux/amd64', osVersion, osFeatures }: ImageSpec): PlatformJson {
  const [os = '', architecture = '', variant] = platform.split('/');
  return {
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
  };
}

function defaultFile({ platform = 'linux/amd64' }: ImageSpec): TarEntry {
  return { name: 'platform.txt', content: `${platform}\n` };
}

const dockerTypes = {
  manifest: mediaTypes.dockerManifest,
  config: mediaTypes.dockerConfig,
  layer: mediaTypes.dockerLayerGzip,
};

function ociTypes(
  compression: 'gzip' | 'none',
): typeof dockerTypes | Record<keyof typeof dockerTypes, string> {
  const layer = compression === 'gzip' ? mediaTypes.ociLayerGzip : mediaTypes.ociLayer;
  return { manifest: mediaTypes.ociManifest, config: mediaTypes.ociConfig, layer };
}

function toBytes(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}
