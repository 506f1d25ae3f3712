import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { parseImageConfig, type ImageConfig } from '../../oci/config.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { readDescriptor } from '../../oci/descriptor-schema.ts';
import { digestOf, type Digest } from '../../oci/digest.ts';
import { isAttestation, maxManifestBytes, parseManifest, type ImageManifest } from '../../oci/manifest.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { parseFields } from '../../oci/schema.ts';
import type { StoredBlob, StoredImage } from './layout-push.ts';

/** An image with its config: what runs, without the attestations about it. */
export interface RunnableImage {
  readonly manifest: ManifestBytes;
  readonly image: ImageManifest;
  readonly config: ImageConfig;
}

/** What an engine wrote as an OCI image layout for one platform. */
export interface StoredLayout extends StoredImage {
  readonly runnable: RunnableImage;
}

/** Deeper than an index of images goes no builder. */
const maxDepth = 2;

/**
 * Reads the one image of an OCI image layout that an engine has just written. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 * @throws E_ENGINE for what is no such layout, E_MANIFEST, E_DIGEST_MISMATCH for what is not what its name says
 */
export async function readStoredLayout(folder: string): Promise<StoredLayout> {
  const index = await readDocument(join(folder, 'index.json'), 'an OCI image layout');
  const entries = parseFields(index, 'index.json of the built image', { code: 'E_ENGINE', maxDepth: 20 })
    .get('manifests')
    .items(2)
    .map(readDescriptor);
  const [entry, other] = entries;
  if (entry === undefined || other !== undefined) {
    throw new CodedError('E_ENGINE', `the engine wrote ${entries.length} images where one was to be`, {
      hint: 'build one platform a leg',
    });
  }
  const found: Found = { children: [], blobs: new Map(), images: [] };
  const top = await collect(folder, entry, found, 0);
  const [image, second] = found.images;
  if (image === undefined || second !== undefined) {
    throw new CodedError('E_ENGINE', `the engine wrote ${found.images.length} images where one was to be`, {
      hint: 'build one platform a leg',
    });
  }
  const config = await readBlob(folder, image.image.config.digest);
  return {
    top,
    children: found.children.slice(0, -1),
    blobs: [...found.blobs.values()],
    runnable: { ...image, config: parseImageConfig(config, `config of ${image.manifest.digest}`) },
  };
}

interface Found {
  /** Children first, the top last. */
  readonly children: ManifestBytes[];
  readonly blobs: Map<Digest, StoredBlob>;
  readonly images: Omit<RunnableImage, 'config'>[];
}

async function collect(
  folder: string,
  entry: Descriptor,
  found: Found,
  depth: number,
): Promise<ManifestBytes> {
  const bytes = await readBlob(folder, entry.digest);
  const manifest: ManifestBytes = { bytes, digest: entry.digest, mediaType: entry.mediaType };
  const parsed = parseManifest(manifest);
  if (parsed.kind === 'index') {
    if (depth >= maxDepth)
      throw new CodedError('E_ENGINE', `the engine wrote an index in an index (${entry.digest})`);
    for (const child of parsed.manifests) await collect(folder, child, found, depth + 1);
  } else {
    for (const { digest, size, mediaType } of [...parsed.layers, parsed.config]) {
      found.blobs.set(digest, {
        digest,
        size,
        mediaType,
        open: () => createReadStream(blobFile(folder, digest)),
      });
    }
    if (!isAttestation(entry)) found.images.push({ manifest, image: parsed });
  }
  found.children.push(manifest);
  return manifest;
}

function blobFile(folder: string, digest: Digest): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

/** @throws E_DIGEST_MISMATCH, and as {@link readDocument} does */
async function readBlob(folder: string, digest: Digest): Promise<Buffer> {
  const bytes = await readDocument(blobFile(folder, digest), digest);
  if (digestOf(bytes) === digest) return bytes;
  throw new CodedError('E_DIGEST_MISMATCH', `the engine wrote other bytes than ${digest} under that name`);
}

/**
 * A whole document that the engine has just written.
 * @param what it is, for the error
 * @throws E_ENGINE where it is not there, E_MANIFEST over 4 MiB
 */
export async function readDocument(path: string, what: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > maxManifestBytes)
      throw new CodedError('E_MANIFEST', `the engine wrote ${what} in a document of ${size} bytes`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('E_ENGINE', `the engine did not write ${what}`, {
      hint: 'see what it said above',
      cause: error,
    });
  }
}
