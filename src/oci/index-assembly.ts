import { CodedError, quote } from '../errors.ts';
import type { Descriptor, PlatformJson } from './descriptor.ts';
import { digestOf } from './digest.ts';
import type { ManifestBytes } from './manifest-bytes.ts';
import { maxManifestBytes } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

export type IndexFormat = 'oci' | 'docker';

export interface IndexSpec {
  readonly format: IndexFormat;
  /** In the order in which they will stand: the first that fits is the one that runtimes take. */
  readonly entries: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an index: compact JSON, keys in a fixed order, annotations sorted by key, and nothing of the time or the
 * run. The same spec gives the same bytes, so the same digest.
 * https://github.com/opencontainers/image-spec/blob/main/image-index.md
 * @throws E_UNSUPPORTED for annotations on a Docker list, which has no place for them; E_MANIFEST over 4 MiB.
 */
export function assembleIndex(spec: IndexSpec): ManifestBytes {
  if (spec.format === 'docker') refuseAnnotations(spec);
  const mediaType = spec.format === 'docker' ? mediaTypes.dockerList : mediaTypes.ociIndex;
  const text = jsonObject([
    ['schemaVersion', '2'],
    ['mediaType', JSON.stringify(mediaType)],
    ['manifests', `[${spec.entries.map(descriptorJson).join(',')}]`],
    ['annotations', annotationsJson(spec.annotations)],
  ]);
  return indexOfText(text, mediaType);
}

/** @throws E_MANIFEST over 4 MiB */
export function indexOfText(text: string, mediaType: string): ManifestBytes {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength > maxManifestBytes) {
    throw new CodedError('E_MANIFEST', `the index would have ${bytes.byteLength} bytes`, {
      hint: `registries accept ${maxManifestBytes} at most; shorten its annotations`,
    });
  }
  return { bytes, digest: digestOf(bytes), mediaType };
}

function refuseAnnotations({ annotations, entries }: IndexSpec): void {
  const places = [
    { where: 'the list', keys: Object.keys(annotations ?? {}) },
    ...entries.map((entry) => ({
      where: `the entry ${entry.digest}`,
      keys: Object.keys(entry.annotations ?? {}),
    })),
  ];
  for (const { where, keys } of places) {
    const [key] = keys;
    if (key === undefined) continue;
    throw new CodedError(
      'E_UNSUPPORTED',
      `a Docker manifest list has no annotations, and ${where} is to have ${quote(key)}`,
      { hint: 'set format to oci, or leave the annotations out' },
    );
  }
}

/** Members whose JSON is undefined are left out. */
function jsonObject(members: readonly (readonly [key: string, json: string | undefined])[]): string {
  const present = members.filter(([, json]) => json !== undefined);
  return `{${present.map(([key, json]) => `${JSON.stringify(key)}:${json ?? ''}`).join(',')}}`;
}

function optionalJson(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** An entry as {@link assembleIndex} writes it. */
export function descriptorJson(descriptor: Descriptor): string {
  return jsonObject([
    ['mediaType', JSON.stringify(descriptor.mediaType)],
    ['digest', JSON.stringify(descriptor.digest)],
    ['size', JSON.stringify(descriptor.size)],
    ['platform', descriptor.platform && platformJson(descriptor.platform)],
    ['annotations', annotationsJson(descriptor.annotations)],
    ['artifactType', optionalJson(descriptor.artifactType)],
    ['urls', optionalJson(descriptor.urls)],
    ['data', optionalJson(descriptor.data)],
  ]);
}

function platformJson(platform: PlatformJson): string {
  return jsonObject([
    ['architecture', JSON.stringify(platform.architecture)],
    ['os', JSON.stringify(platform.os)],
    ['os.version', optionalJson(platform['os.version'])],
    ['os.features', optionalJson(platform['os.features'])],
    ['variant', optionalJson(platform.variant)],
    ['features', optionalJson(platform.features)],
  ]);
}

/** Sorted by key; undefined where there are none. */
export function annotationsJson(
  annotations: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const entries = Object.entries(annotations ?? {});
  if (entries.length === 0) return undefined;
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return jsonObject(entries.map(([key, value]) => [key, JSON.stringify(value)]));
}

export interface FormatChoice {
  readonly format: IndexFormat;
  /** For the log: why it is this one. */
  readonly reason: string;
  /** Both families under one index: legal, and yet some registries and tools stumble over it. */
  readonly mixed: boolean;
}

/**
 * OCI or Docker, for an index over children of these media types.
 * @throws E_UNSUPPORTED where a Docker list was asked for and can't hold what it is to hold.
 */
export function chooseFormat(
  wanted: 'auto' | IndexFormat,
  children: readonly string[],
  hasAnnotations: boolean,
): FormatChoice {
  const dockerTypes: readonly string[] = [mediaTypes.dockerManifest, mediaTypes.dockerList];
  const foreign = children.find((mediaType) => !dockerTypes.includes(mediaType));
  const mixed = foreign !== undefined && children.some((mediaType) => dockerTypes.includes(mediaType));
  if (wanted === 'oci') return { format: 'oci', reason: 'it was asked for', mixed };
  if (wanted === 'docker') {
    refuseDocker(foreign, hasAnnotations);
    return { format: 'docker', reason: 'it was asked for', mixed };
  }
  if (foreign !== undefined)
    return { format: 'oci', reason: mixed ? 'some of the images are OCI' : 'the images are OCI', mixed };
  if (children.length === 0) return { format: 'oci', reason: 'there are no images', mixed };
  if (hasAnnotations)
    return { format: 'oci', reason: 'the images are Docker, but a Docker list has no annotations', mixed };
  return { format: 'docker', reason: 'all images are Docker and there are no annotations', mixed };
}

function refuseDocker(foreign: string | undefined, hasAnnotations: boolean): void {
  const why =
    foreign !== undefined
      ? `it cannot hold a child of the type ${quote(foreign)}`
      : hasAnnotations
        ? 'it has no annotations, and some were asked for'
        : undefined;
  if (why === undefined) return;
  throw new CodedError('E_UNSUPPORTED', `a Docker manifest list was asked for, but ${why}`, {
    hint: 'set format to auto or oci',
  });
}
