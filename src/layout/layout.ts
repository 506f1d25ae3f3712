import { stat } from 'node:fs/promises';
import { CodedError, quote } from '../errors.ts';
import type { ContentDescriptor, Descriptor } from '../oci/descriptor.ts';
import { digestAlgorithm, digestOf, DigestStream, isDigest, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { maxManifestBytes } from '../oci/manifest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { referrersTag } from '../oci/referrers-tag.ts';
import { parseFields } from '../oci/schema.ts';
import { entryNamed, onlyEntry, parseIndexJson, type IndexJson } from './index-json.ts';
import { blobPath, errno, LayoutFiles, layoutName, layoutVersion, noLayout } from './layout-files.ts';

/** An OCI image layout folder to read from. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export interface Layout {
  /** For people: `oci:folder`. */
  readonly name: string;
  /** What index.json lists, in its order. */
  readonly entries: readonly Descriptor[];
  /**
   * The exact bytes behind a digest or a name (`org.opencontainers.image.ref.name`), verified; without either the only
   * image that there is. Undefined where there is none of that name or digest.
   * @throws E_MANIFEST for what is malformed; E_DIGEST_MISMATCH; E_INPUT for a name, or no name, that fits several;
   * E_NOT_FOUND where index.json lists nothing, or what is not there.
   */
  manifest(reference?: string, size?: number): Promise<ManifestBytes | undefined>;
  /** A whole blob of at most `max` bytes, verified. @throws E_NOT_FOUND, E_DIGEST_MISMATCH, E_MANIFEST over `max`. */
  blob(descriptor: ContentDescriptor, max: number): Promise<Uint8Array>;
  /** A blob in pieces; it is the right one if the iteration ends without an error. @throws as {@link blob} does. */
  stream(descriptor: ContentDescriptor): AsyncIterable<Uint8Array>;
  /** Manifests that have this one as their `subject`, as far as index.json lists them or the tag that stands for a list. */
  referrers(subject: Digest): Promise<readonly Descriptor[]>;
}

const pieceBytes = 128 * 1024;
const mismatchHint = 'the folder is damaged: write it again';

/**
 * Opens an OCI image layout.
 * @throws E_NOT_FOUND where there is no such folder; E_INPUT for what is no layout; E_MANIFEST for another version of it, or
 * a malformed index.json.
 */
export async function openLayout(folder: string): Promise<Layout> {
  const files = new LayoutFiles(folder);
  await checkFolder(folder);
  await checkVersion(files, folder);
  const index = await readIndexJson(files, folder);
  if (index !== undefined) return layoutOf(files, index);
  throw noLayout(folder, 'has no index.json', 'it is no complete OCI image layout: write it again');
}

/** @throws E_NOT_FOUND, E_INPUT */
async function checkFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch((error: unknown) => {
    const code = errno(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return undefined;
    throw noLayout(folder, `cannot be read (${code})`, 'check the folder and its permissions');
  });
  if (stats === undefined) {
    throw new CodedError('E_NOT_FOUND', `there is no folder ${quote(folder, 200)}`, {
      hint: 'name the folder of an OCI image layout',
    });
  }
  if (!stats.isDirectory())
    throw noLayout(folder, 'is no folder', 'name the folder of an OCI image layout; unpack an archive first');
}

/** @throws E_INPUT where it is no layout; E_MANIFEST for another version. */
export async function checkVersion(files: LayoutFiles, folder: string): Promise<void> {
  const bytes = await files.read('oci-layout', 64 * 1024);
  if (bytes === undefined)
    throw noLayout(
      folder,
      'is no OCI image layout: it has no file oci-layout',
      'skopeo, crane, regctl, podman and buildx write such folders',
    );
  const version = parseFields(bytes, `oci-layout of ${layoutName(folder)}`)
    .get('imageLayoutVersion')
    .string({ maxLength: 100 });
  if (version === layoutVersion) return;
  throw new CodedError('E_MANIFEST', `${layoutName(folder)} is a layout of version ${quote(version)}`, {
    hint: `version ${layoutVersion} is known`,
  });
}

/** A layout's index.json; undefined where it has none. @throws E_MANIFEST for a malformed one. */
export async function readIndexJson(files: LayoutFiles, folder: string): Promise<IndexJson | undefined> {
  const bytes = await files.read('index.json', maxManifestBytes);
  return bytes && parseIndexJson(bytes, `index.json of ${layoutName(folder)}`);
}

/** The reading side of a layout whose index.json was read already. */
export function layoutOf(files: LayoutFiles, index: IndexJson): Layout {
  const reader = new LayoutReader(files, index);
  return {
    name: layoutName(files.folder),
    entries: index.entries,
    manifest: (reference, size) => reader.manifest(reference, size),
    blob: (descriptor, max) => reader.blob(descriptor, max),
    stream: (descriptor) => reader.stream(descriptor),
    referrers: (subject) => reader.referrers(subject),
  };
}

class LayoutReader {
  readonly #files: LayoutFiles;
  readonly #index: IndexJson;

  constructor(files: LayoutFiles, index: IndexJson) {
    this.#files = files;
    this.#index = index;
  }

  async manifest(
    reference: string | undefined,
    size: number | undefined,
  ): Promise<ManifestBytes | undefined> {
    if (reference !== undefined && isDigest(reference)) {
      const entry = this.#index.entries.find(({ digest }) => digest === reference);
      return this.#read(reference, size ?? entry?.size, entry?.mediaType);
    }
    const entry = reference === undefined ? onlyEntry(this.#index) : entryNamed(this.#index, reference);
    if (entry === undefined) return undefined;
    const manifest = await this.#read(entry.digest, entry.size, entry.mediaType);
    if (manifest !== undefined) return manifest;
    throw this.#missing(entry.digest);
  }

  async blob(descriptor: ContentDescriptor, max: number): Promise<Uint8Array> {
    if (descriptor.size > max) {
      throw new CodedError(
        'E_MANIFEST',
        `${descriptor.digest} has ${descriptor.size} bytes by its descriptor`,
        {
          hint: `${max} are read of its kind at most`,
        },
      );
    }
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(descriptor)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream({ digest, size }: ContentDescriptor): AsyncGenerator<Uint8Array> {
    const file = await this.#files.open(blobPath(digest));
    if (file === undefined) throw this.#missing(digest);
    try {
      if (file.size !== size) throw this.#mismatch(digest, `it has ${file.size} bytes instead of ${size}`);
      const hash = new DigestStream(digestAlgorithm(digest));
      for (let left = size; left > 0;) {
        const piece = Buffer.allocUnsafe(Math.min(pieceBytes, left));
        const { bytesRead } = await file.handle.read(piece, 0, piece.byteLength, null);
        if (bytesRead === 0) throw this.#mismatch(digest, `it ends ${left} bytes before ${size}`);
        left -= bytesRead;
        hash.update(piece.subarray(0, bytesRead));
        yield piece.subarray(0, bytesRead);
      }
      const real = hash.digest();
      if (real !== digest) throw this.#mismatch(digest, `its bytes have the digest ${real}`);
    } finally {
      await file.handle.close();
    }
  }

  async referrers(subject: Digest): Promise<readonly Descriptor[]> {
    const list = entryNamed(this.#index, referrersTag(subject));
    const listed = list?.mediaType === mediaTypes.ociIndex ? await this.#entriesOf(list) : [];
    const found = new Map(listed.map((descriptor) => [descriptor.digest, descriptor]));
    for (const entry of this.#index.entries) {
      if (!found.has(entry.digest) && (await this.#isAbout(entry, subject))) found.set(entry.digest, entry);
    }
    return [...found.values()];
  }

  async #entriesOf({ digest, size }: Descriptor): Promise<readonly Descriptor[]> {
    const bytes = await this.blob({ digest, size }, maxManifestBytes);
    return parseIndexJson(bytes, `${digest} of ${layoutName(this.#files.folder)}`).entries;
  }

  async #isAbout({ digest, size }: Descriptor, subject: Digest): Promise<boolean> {
    const manifest = await this.#read(digest, size, undefined);
    if (manifest === undefined) return false;
    const field = parseFields(manifest.bytes, `manifest ${digest}`).get('subject');
    return field.optional((about) => about.get('digest').digest()) === subject;
  }

  async #read(
    digest: Digest,
    size: number | undefined,
    promised: string | undefined,
  ): Promise<ManifestBytes | undefined> {
    const bytes = await this.#files.read(blobPath(digest), maxManifestBytes);
    if (bytes === undefined) return undefined;
    if (size !== undefined && bytes.byteLength !== size)
      throw this.#mismatch(digest, `it has ${bytes.byteLength} bytes instead of ${size}`);
    const real = digestOf(bytes, digestAlgorithm(digest));
    if (real !== digest) throw this.#mismatch(digest, `its bytes have the digest ${real}`);
    const mediaType = mediaTypeOf(bytes, digest, promised);
    return mediaType === undefined ? undefined : { bytes, digest, mediaType };
  }

  #missing(digest: Digest): CodedError {
    return new CodedError('E_NOT_FOUND', `${digest} is not in ${layoutName(this.#files.folder)}`, {
      hint: 'the layout is incomplete, perhaps of one platform alone: write it again with all of them',
    });
  }

  #mismatch(digest: Digest, how: string): CodedError {
    return new CodedError('E_DIGEST_MISMATCH', `${digest} of ${layoutName(this.#files.folder)}: ${how}`, {
      hint: mismatchHint,
    });
  }
}

/**
 * A file has no Content-Type: what the document says of itself, else what led to it, else what it looks like, which is left
 * to OCI's two kinds. Undefined for a document that is no manifest. @throws E_MANIFEST where two of them differ.
 */
function mediaTypeOf(bytes: Uint8Array, digest: Digest, promised: string | undefined): string | undefined {
  const root = parseFields(bytes, `manifest ${digest}`);
  const said = root.get('mediaType').optional((field) => field.string({ maxLength: 512 }));
  if (said !== undefined && promised !== undefined && said !== promised)
    throw root.error(`is listed as ${quote(promised)} and says that it is ${quote(said)}`);
  if (said !== undefined || promised !== undefined) return said ?? promised;
  if (!root.get('manifests').absent) return mediaTypes.ociIndex;
  return root.get('layers').absent ? undefined : mediaTypes.ociManifest;
}
