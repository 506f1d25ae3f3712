import { posix } from 'node:path';
import { CodedError, show } from '../../errors.ts';
import { parseImageConfig, type ImageConfig } from '../../oci/config.ts';
import { digestAlgorithm, digestOf, type Digest } from '../../oci/digest.ts';
import { maxManifestBytes } from '../../oci/manifest.ts';
import { normalisePlatform, samePlatform, type Platform } from '../../platform/platform.ts';
import { archiveError, archiveMembers, type ArchiveMember } from './archive-members.ts';
import { imagesIn, type ListedImage } from './archive-images.ts';
import { checkLayerCount } from './content.ts';
import { magicBytes, packingOf } from './inflate.ts';
import { defaultReadBudget } from './layer-store.ts';
import {
  defaultCaps,
  otherDiffId,
  readLayerBytes,
  ReadBudget,
  type ReadCaps,
  type ReadLayer,
} from './read-layer.ts';
import { block, isHeader } from './tar-header.ts';

/** An image as an archive has it. */
export interface ArchivedImage {
  readonly configDigest: Digest;
  readonly config: ImageConfig;
  readonly platform: Platform;
  /** Lowest first; each is the one that the config names, unless it was not read. */
  readonly layers: readonly ReadLayer[];
}

export interface ArchiveOptions {
  /** For messages. */
  readonly what: string;
  /** Which image is meant, where there are several. */
  readonly platform: Platform;
  readonly budget?: ReadBudget;
  readonly caps?: ReadCaps;
}

/** Of all documents (configs, manifests) that are kept, and of the packed changes of all layers, in bytes. */
const maxKeptDocuments = 32 * 1024 * 1024;
const maxKeptChanges = 128 * 1024 * 1024;
const maxLinks = 10;

/**
 * Reads an image from an archive, a tar stream, in one pass, with nothing stored: those of `docker save` (before Docker 25 and since),
 * `podman save`, `buildah push docker-archive:`, and OCI image layouts. What is a layer is told from its bytes, for the documents
 * that say so come last.
 * @throws E_MANIFEST for what is no archive of an image; E_LAYER for layers that are not what the config says; and what the source throws
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  { what, platform, budget = new ReadBudget(defaultReadBudget), caps = defaultCaps }: ArchiveOptions,
): Promise<ArchivedImage> {
  const kept = new Kept(what, budget, caps);
  for await (const member of archiveMembers(source, what)) await kept.take(member);
  const images = imagesIn((path) => kept.document(path), what);
  const read = images.map((listed) => ({ listed, ...configOf(kept, listed, what) }));
  const [first, ...others] = read;
  if (first === undefined) throw archiveError(what, 'holds no image');
  const meant = others.length === 0 ? read : read.filter((each) => samePlatform(each.platform, platform));
  const [image] = meant;
  if (image === undefined || new Set(meant.map(({ configDigest }) => configDigest)).size > 1) {
    throw archiveError(
      what,
      `holds ${read.length} images, ${meant.length} of them of the platform that is wanted`,
    );
  }
  const { listed, ...rest } = image;
  return { ...rest, layers: layersOf(kept, listed, rest.config.diffIds, what) };
}

function configOf(kept: Kept, { config: path, digest }: ListedImage, what: string) {
  const bytes = kept.document(path);
  const name = `the config in ${what}`;
  if (bytes === undefined) throw archiveError(what, `has no config at ${show(path)}`);
  const configDigest = digestOf(bytes, digest && digestAlgorithm(digest));
  if (digest !== undefined && digest !== configDigest) {
    throw new CodedError('E_DIGEST_MISMATCH', `${name} was to be ${digest}, it is ${configDigest}`, {
      hint: 'save that image again',
    });
  }
  const config = parseImageConfig(bytes, name);
  return { configDigest, config, platform: normalisePlatform(config) };
}

function layersOf(
  kept: Kept,
  { layers: paths }: ListedImage,
  diffIds: readonly Digest[],
  what: string,
): readonly ReadLayer[] {
  checkLayerCount(what, paths.length, diffIds.length);
  return diffIds.map((said, index) => {
    const path = paths[index] ?? '';
    const layer = kept.layer(path);
    if (layer === undefined) throw archiveError(what, `has no layer at ${show(path)}`);
    if ('unread' in layer || layer.diffId === said) return layer;
    throw otherDiffId(`layer ${show(path)}`, layer.diffId, said);
  });
}

/** What is kept of an archive's members. */
class Kept {
  readonly #what: string;
  readonly #budget: ReadBudget;
  readonly #caps: ReadCaps;
  readonly #layers = new Map<string, ReadLayer | CodedError>();
  readonly #documents = new Map<string, Buffer>();
  readonly #links = new Map<string, string>();
  #documentBytes = 0;
  #changeBytes = 0;

  constructor(what: string, budget: ReadBudget, caps: ReadCaps) {
    this.#what = what;
    this.#budget = budget;
    this.#caps = caps;
  }

  async take({ path: written, type, target, size, body }: ArchiveMember): Promise<void> {
    const path = posix.normalize(written);
    if (type === 'symlink') this.#links.set(path, posix.join(posix.dirname(path), target));
    else if (type === 'hardlink') this.#links.set(path, posix.normalize(target));
    else if (type === 'file') {
      const source = body[Symbol.asyncIterator]();
      const start = await startOf(source);
      const whole = joined(start, source);
      if (isLayer(start)) this.#layers.set(path, await this.#readLayer(path, size, whole));
      else if (size <= maxManifestBytes) await this.#keepDocument(path, size, whole);
    }
  }

  /** What a path leads to. @throws E_LAYER where that is no layer */
  layer(path: string): ReadLayer | undefined {
    const found = this.#layers.get(this.#resolve(path));
    if (found instanceof CodedError) throw found;
    return found;
  }

  document(path: string): Buffer | undefined {
    return this.#documents.get(this.#resolve(path));
  }

  #resolve(path: string): string {
    let found = posix.normalize(path);
    for (let links = 0; links < maxLinks; links += 1) {
      const target = this.#links.get(found);
      if (target === undefined) break;
      found = target;
    }
    return found;
  }

  /** What is wrong with it counts only if the image has it: a document may look like a layer. */
  async #readLayer(
    path: string,
    size: number,
    blob: AsyncIterable<Uint8Array>,
  ): Promise<ReadLayer | CodedError> {
    const name = `layer ${show(path)}`;
    try {
      const { layer } = await readLayerBytes(
        { name, size, diffId: undefined },
        blob,
        this.#budget,
        this.#caps,
      );
      if ('unread' in layer) return layer;
      this.#changeBytes += layer.changes.bytes + layer.whiteouts.bytes;
      return this.#changeBytes > maxKeptChanges
        ? { unread: `${name}: there are more names in the layers than are kept` }
        : layer;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'E_LAYER') return error;
      throw error;
    }
  }

  async #keepDocument(path: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.#documentBytes += size;
    if (this.#documentBytes > maxKeptDocuments)
      throw archiveError(this.#what, `holds more than ${maxKeptDocuments} bytes of documents`);
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    this.#documents.set(path, Buffer.concat(parts));
  }
}

/** Enough to tell a layer from a document, where there is as much. */
async function startOf(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < block) {
    const next = await source.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  return start;
}

async function* joined(
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function isLayer(start: Buffer): boolean {
  if (start.length === 0 || packingOf(start.subarray(0, magicBytes)) !== 'none') return true;
  return start.length >= block && isHeader(start.subarray(0, block));
}
