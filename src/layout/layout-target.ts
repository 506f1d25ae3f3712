import { readdir } from 'node:fs/promises';
import type { ContentDescriptor, Descriptor } from '../oci/descriptor.ts';
import { isDigest, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { parseTag } from '../oci/reference.ts';
import { emptyIndexJson, withEntry } from './index-json.ts';
import { blobPath, errno, LayoutFiles, layoutName, layoutVersion, noLayout } from './layout-files.ts';
import { checkVersion, layoutOf, readIndexJson, type Layout } from './layout.ts';

/** An OCI image layout folder to write to, as a copy wants its target. Nothing is made before the first write. */
export interface LayoutTarget {
  /** For people: `oci:folder`. */
  readonly name: string;
  /** Always false: whether all below it is here as well shows only by looking at each blob, which a copy does anyway. */
  hasManifest(digest: Digest): Promise<boolean>;
  /** Is this blob there, with the right bytes? */
  adopt(blob: ContentDescriptor): Promise<boolean>;
  upload(blob: ContentDescriptor, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Writes a manifest, and for a tag its entry in index.json, in the place of what had that name. The same again changes no
   * file. @param reference its digest, or a tag.
   */
  put(reference: string, manifest: ManifestBytes): Promise<{ readonly subjectHandled: boolean }>;
  /** Writes a manifest and lists it in index.json without a name. */
  list(manifest: ManifestBytes): Promise<void>;
  manifest(reference: string): Promise<ManifestBytes | undefined>;
  referrers(subject: Digest): Promise<readonly Descriptor[]>;
}

/**
 * A folder that is to be an OCI image layout: one already, empty, or not there yet.
 * @throws E_INPUT for a folder with other things in it; E_MANIFEST for a layout of another version.
 */
export async function openLayoutTarget(folder: string): Promise<LayoutTarget> {
  const files = new LayoutFiles(folder);
  const held = await contentOf(folder);
  if (held.includes('oci-layout')) await checkVersion(files, folder);
  else if (held.length > 0) {
    throw noLayout(
      folder,
      'has other things in it and is no OCI image layout',
      'choose a folder that is empty, or not there yet',
    );
  }
  const writer = new LayoutWriter(files, held.includes('oci-layout'));
  return {
    name: layoutName(folder),
    hasManifest: () => Promise.resolve(false),
    adopt: (blob) => writer.has(blob),
    upload: (blob, open) => writer.write(blob, open()),
    put: async (reference, manifest) => {
      await writer.writeManifest(manifest);
      if (!isDigest(reference)) await writer.enter(manifest, parseTag(reference));
      return { subjectHandled: false };
    },
    list: async (manifest) => {
      await writer.writeManifest(manifest);
      await writer.enter(manifest, undefined);
    },
    manifest: async (reference) => (await writer.reader())?.manifest(reference),
    referrers: async (subject) => (await (await writer.reader())?.referrers(subject)) ?? [],
  };
}

async function contentOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errno(error) === 'ENOENT') return [];
    const code = errno(error);
    if (code === 'ENOTDIR') throw noLayout(folder, 'is no folder', 'choose another name');
    if (code === undefined) throw error;
    throw noLayout(folder, `cannot be read (${code})`, 'check the folder and its permissions');
  }
}

class LayoutWriter {
  readonly #files: LayoutFiles;
  #isLayout: boolean;
  /** Changes of index.json, one after the other: each reads what the one before has written. */
  #entering: Promise<unknown> = Promise.resolve();

  constructor(files: LayoutFiles, isLayout: boolean) {
    this.#files = files;
    this.#isLayout = isLayout;
  }

  async has(blob: ContentDescriptor): Promise<boolean> {
    if (!(await this.#files.isOwnFile(blobPath(blob.digest)))) return false;
    try {
      const pieces = emptyLayout(this.#files).stream(blob)[Symbol.asyncIterator]();
      while ((await pieces.next()).done !== true);
      return true;
    } catch (error) {
      if (isMismatch(error)) return false;
      throw error;
    }
  }

  async write(
    { digest }: ContentDescriptor,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    await this.#begin();
    await this.#files.write(blobPath(digest), content);
  }

  async writeManifest({ digest, bytes }: ManifestBytes): Promise<void> {
    const blob = { digest, size: bytes.byteLength };
    if (!(await this.has(blob))) await this.write(blob, [bytes]);
  }

  async enter(manifest: ManifestBytes, name: string | undefined): Promise<void> {
    const entering = this.#entering.then(async () => {
      const before = await readIndexJson(this.#files, this.#files.folder);
      const after = withEntry(before, manifest, name);
      if (after !== undefined) await this.#files.write('index.json', [after]);
    });
    this.#entering = entering.catch(() => undefined);
    await entering;
  }

  /** Undefined: nothing is listed yet. */
  async reader(): Promise<Layout | undefined> {
    if (!this.#isLayout) return undefined;
    const index = await readIndexJson(this.#files, this.#files.folder);
    return index === undefined ? emptyLayout(this.#files) : layoutOf(this.#files, index);
  }

  async #begin(): Promise<void> {
    if (this.#isLayout) return;
    this.#isLayout = true;
    await this.#files.write('oci-layout', [
      Buffer.from(JSON.stringify({ imageLayoutVersion: layoutVersion })),
    ]);
  }
}

function emptyLayout(files: LayoutFiles): Layout {
  return layoutOf(files, emptyIndexJson(`index.json of ${layoutName(files.folder)}`));
}

function isMismatch(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'E_DIGEST_MISMATCH';
}
