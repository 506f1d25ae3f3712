import { CodedError, quote, settleAll } from '../errors.ts';
import { parseImageConfig, type ImageConfig } from '../oci/config.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { digestOf, digestAlgorithm, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import {
  attestationSubject,
  isAttestation,
  maxManifestBytes,
  parseManifest,
  type ImageManifest,
  type IndexManifest,
} from '../oci/manifest.ts';
import { configMediaTypes, imageMediaTypes, indexMediaTypes } from '../oci/media-types.ts';
import { normalisePlatform, platformOfJson, type Platform } from '../platform/platform.ts';

/** How content is read: from a registry's repository, or from anything else that answers by reference and digest. */
export interface ContentReader {
  /** The manifest at a tag or digest; `undefined` where there is none. */
  manifest(ref: string): Promise<ManifestBytes | undefined>;
  /** A whole blob, at most `max` bytes. */
  blob(descriptor: Pick<Descriptor, 'digest' | 'size'>, max: number): Promise<Uint8Array>;
}

/** One image whose manifest and config were read, whose bytes match their digests and sizes. */
export interface ProvenImage {
  /** As an index refers to it, without `platform`. */
  readonly descriptor: Descriptor;
  /** What the index that listed it said of its platform, if one did. */
  readonly said: Platform | undefined;
  readonly manifest: ImageManifest;
  /** The manifest as it was read, to be copied as it is. */
  readonly bytes: ManifestBytes;
  readonly config: ImageConfig;
  /** What the config says, normalised. */
  readonly platform: Platform;
}

export interface ProvenAttestation {
  readonly descriptor: Descriptor;
  readonly bytes: ManifestBytes;
  readonly subject: Digest;
}

/** An entry of an index of which nothing is known but that it is listed. */
export interface OtherEntry {
  readonly descriptor: Descriptor;
  /** Why it is none of the others. */
  readonly problem: CodedError;
}

/** What entries of an index led to. */
export interface FoundEntries {
  readonly images: readonly ProvenImage[];
  readonly attestations: readonly ProvenAttestation[];
  /** Empty where nothing is tolerated. */
  readonly others: readonly OtherEntry[];
}

/** Everything that one reference led to, indexes flattened. */
export interface ProvenSource extends FoundEntries {
  readonly manifest: ManifestBytes;
  /** The index itself, where the reference led to one. */
  readonly index: IndexManifest | undefined;
}

/** Which errors about one entry make it an {@link OtherEntry}; any other ends the reading. */
export type Tolerate = (error: CodedError) => boolean;

const nothing: Tolerate = () => false;

/** For an index that is not changed: entries of kinds that we do not know are tolerated, as long as they are there. */
export const otherKinds: Tolerate = ({ code }) => code === 'E_MANIFEST' || code === 'E_PLATFORM';

/** What is known of the bytes before they are read. */
interface Promised {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
}

/** Levels of indexes within indexes. No engine resolves deeper ones. */
const maxIndexDepth = 2;

/**
 * Reads what `ref` leads to and proves it: bytes against digest and size, config against the descriptor's platform.
 * An index is flattened; its attestations are kept beside the image that they are about.
 * @param name for messages: `quay.io/acme/app:v1-s390x`
 * @returns `undefined` where there is nothing at `ref`
 * @throws E_DIGEST_MISMATCH, E_MANIFEST; E_NOT_FOUND for a child that an index names and nobody has
 */
export async function readSource(
  reader: ContentReader,
  ref: string,
  name: string,
  promised?: Promised,
  tolerate = nothing,
): Promise<ProvenSource | undefined> {
  const manifest = await reader.manifest(ref);
  if (manifest === undefined) return undefined;
  if (promised !== undefined) checkPromise(manifest, promised, name);
  return expandSource(reader, manifest, name, tolerate);
}

/** {@link readSource}, for a manifest that was read already. */
export async function expandSource(
  reader: ContentReader,
  manifest: ManifestBytes,
  name: string,
  tolerate = nothing,
): Promise<ProvenSource> {
  const parsed = parseManifest(manifest);
  if (parsed.kind === 'image') {
    const { mediaType, digest, bytes } = manifest;
    const image = await readImage(reader, { mediaType, digest, size: bytes.length }, manifest, parsed, name);
    return { manifest, index: undefined, images: [image], attestations: [], others: [] };
  }
  const parts = await readEntries(reader, parsed, name, tolerate);
  return { manifest, index: parsed, ...together(parts) };
}

/**
 * What each entry of an index leads to, in its order.
 * @throws as {@link readSource} does, unless it is tolerated
 */
export async function readEntries(
  reader: ContentReader,
  index: IndexManifest,
  name: string,
  tolerate: Tolerate,
  depth = 1,
): Promise<FoundEntries[]> {
  if (depth > maxIndexDepth) {
    throw new CodedError('E_MANIFEST', `${name} is an index nested more than ${maxIndexDepth} levels deep`, {
      hint: 'refer to the images themselves',
    });
  }
  return settleAll(
    index.manifests.map(async (descriptor, position) => {
      try {
        return await readEntry(reader, descriptor, `${name} manifests[${position}]`, tolerate, depth);
      } catch (error) {
        if (!(error instanceof CodedError) || !tolerate(error)) throw error;
        return { images: [], attestations: [], others: [{ descriptor, problem: error }] };
      }
    }),
  );
}

function together(parts: readonly FoundEntries[]): FoundEntries {
  return {
    images: parts.flatMap((part) => part.images),
    attestations: parts.flatMap((part) => part.attestations),
    others: parts.flatMap((part) => part.others),
  };
}

async function readEntry(
  reader: ContentReader,
  descriptor: Descriptor,
  name: string,
  tolerate: Tolerate,
  depth: number,
): Promise<FoundEntries> {
  if (!imageMediaTypes.includes(descriptor.mediaType) && !indexMediaTypes.includes(descriptor.mediaType)) {
    throw new CodedError('E_MANIFEST', `${name} is ${quote(descriptor.mediaType)}, which is no image`, {
      hint: 'refer to images only; artifacts are attached to the published index instead',
    });
  }
  const manifest = await reader.manifest(descriptor.digest);
  if (manifest === undefined) {
    throw new CodedError(
      'E_NOT_FOUND',
      `${name} refers to ${descriptor.digest}, which is not in the repository`,
      {
        hint: 'it may have been cleaned up before the merge; build that platform again, and keep its arch tag until the list is published',
      },
    );
  }
  checkPromise(manifest, descriptor, name);
  const none: FoundEntries = { images: [], attestations: [], others: [] };
  if (isAttestation(descriptor))
    return { ...none, attestations: [attestationOf(descriptor, manifest, name)] };
  const parsed = parseManifest(manifest);
  if (parsed.kind === 'index') return together(await readEntries(reader, parsed, name, tolerate, depth + 1));
  return { ...none, images: [await readImage(reader, descriptor, manifest, parsed, name)] };
}

async function readImage(
  reader: ContentReader,
  descriptor: Descriptor,
  bytes: ManifestBytes,
  manifest: ImageManifest,
  name: string,
): Promise<ProvenImage> {
  if (!configMediaTypes.includes(manifest.config.mediaType)) {
    throw new CodedError(
      'E_MANIFEST',
      `${name} has a config of ${quote(manifest.config.mediaType)}, so it is no image`,
      {
        hint: 'refer to images only; artifacts are attached to the published index instead',
      },
    );
  }
  const config = parseImageConfig(
    await reader.blob(manifest.config, maxManifestBytes),
    `the config of ${name}`,
  );
  const { platform: said, ...rest } = descriptor;
  return {
    descriptor: rest,
    said: said && platformOfJson(said),
    manifest,
    bytes,
    config,
    platform: normalisePlatform(config),
  };
}

function attestationOf(descriptor: Descriptor, bytes: ManifestBytes, name: string): ProvenAttestation {
  const subject = attestationSubject(descriptor);
  if (subject !== undefined) return { descriptor, bytes, subject: agreed(subject, bytes, name) };
  throw new CodedError('E_MANIFEST', `${name} is an attestation that does not say what it is about`, {
    hint: 'build that platform again',
  });
}

/** An attestation may also say itself what it is about; then it says what the index says. */
function agreed(subject: Digest, bytes: ManifestBytes, name: string): Digest {
  const said = parseManifest(bytes).subject?.digest;
  if (said === undefined || said === subject) return subject;
  throw new CodedError(
    'E_MANIFEST',
    `${name} is listed as an attestation about ${subject}, and says that it is about ${said}`,
    { hint: 'build that platform again' },
  );
}

/** Bytes, digest, size and media type must be what was promised. */
function checkPromise(manifest: ManifestBytes, promised: Promised, name: string): void {
  const mismatch = (what: string, said: string | number, is: string | number) =>
    new CodedError('E_DIGEST_MISMATCH', `${name}: the ${what} was to be ${said}, the registry holds ${is}`, {
      hint: 'the manifest was changed on the way or the descriptor is wrong; build that platform again',
    });
  const digest = digestOf(manifest.bytes, digestAlgorithm(promised.digest));
  if (digest !== promised.digest) throw mismatch('digest', promised.digest, digest);
  if (manifest.bytes.length !== promised.size) throw mismatch('size', promised.size, manifest.bytes.length);
  if (manifest.mediaType !== promised.mediaType) {
    throw new CodedError(
      'E_MANIFEST',
      `${name}: the media type was to be ${quote(promised.mediaType)}, the registry says ${quote(manifest.mediaType)}`,
      { hint: 'build that platform again' },
    );
  }
}

/** What a pull of the image transfers: config and layers, compressed, in bytes. */
export function imageSize({ manifest }: ProvenImage): number {
  return [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
}
