import { pipeline } from 'node:stream/promises';
import { Readable, Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import { CodedError, quote } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { DigestStream, digestAlgorithm, type Digest } from '../../oci/digest.ts';
import { changeOf, type LayerChanges } from './layer.ts';
import { TarWalker } from './tar.ts';

/** What one read may cost; counted while reading, since sizes in headers are claims. */
export interface ReadCaps {
  /** Members of one layer. */
  readonly maxEntries: number;
  /** A layer that inflates to more than this many times its size is no layer. Looked at from {@link ratioFloor} on. */
  readonly maxRatio: number;
}

export const defaultCaps: ReadCaps = { maxEntries: 1_000_000, maxRatio: 200 };

/** Sparse files make small layers inflate a lot; below this many bytes that is harmless. */
const ratioFloor = 64 * 1024 * 1024;

/** Inflated bytes that may still be read by all readers together. */
export class ReadBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get spent(): boolean {
    return this.#left <= 0;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }
}

/** A layer as it was read, or why it was not. */
export type ReadLayer = { readonly changes: LayerChanges } | { readonly unread: string };

type Compression = 'none' | 'gzip' | 'zstd';

/** How a layer of that media type is packed; undefined for kinds that can't be read (encrypted, foreign to images). */
export function compressionOf(mediaType: string): Compression | undefined {
  if (/^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar$/.test(mediaType)) return 'none';
  if (/^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar\+gzip$/.test(mediaType))
    return 'gzip';
  if (/^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar\+zstd$/.test(mediaType))
    return 'zstd';
  if (/^application\/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar\.gzip$/.test(mediaType))
    return 'gzip';
  if (/^application\/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar\.zstd$/.test(mediaType))
    return 'zstd';
  if (mediaType === 'application/vnd.docker.image.rootfs.diff.tar') return 'none';
  return undefined;
}

/** Thrown to stop a read whose budget is spent; never leaves this file. */
class BudgetSpent extends Error {}

/**
 * Reads a layer as a stream: inflated, its diffID checked, its tar walked. Nothing is unpacked.
 * @param blob the compressed bytes; who gives them checks their digest and size
 * @throws E_LAYER for bytes that are no layer, over a cap, or not what the config's diffID says
 */
export async function readLayer(
  descriptor: Descriptor,
  diffId: Digest | undefined,
  blob: () => AsyncIterable<Uint8Array>,
  budget: ReadBudget,
  caps: ReadCaps = defaultCaps,
): Promise<ReadLayer> {
  const name = `layer ${descriptor.digest}`;
  const compression = compressionOf(descriptor.mediaType);
  if (compression === undefined) return { unread: `${name} is ${quote(descriptor.mediaType)}` };
  if (descriptor.urls !== undefined) return { unread: `${name} is kept outside the registry` };
  const inflater = inflaterOf(compression);
  if (inflater === 'missing') return { unread: `${name} is zstd, which needs Node 22.15 or newer` };
  if (budget.spent) return { unread: `${name}: the budget for reading is spent` };

  const changes: [string, LayerChanges[number][1]][] = [];
  const digest = new DigestStream(diffId === undefined ? 'sha256' : digestAlgorithm(diffId));
  const walker = new TarWalker(name, caps, (entry) => {
    const change = changeOf(entry);
    if (change !== undefined) changes.push([...change]);
  });
  let inflated = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        inflated += chunk.length;
        budget.take(chunk.length);
        if (budget.spent) throw new BudgetSpent();
        if (inflated > ratioFloor && inflated > descriptor.size * caps.maxRatio)
          throw bomb(name, descriptor.size, caps);
        digest.update(chunk);
        walker.write(chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  try {
    const source = Readable.from(blob(), { objectMode: false });
    await (inflater === undefined ? pipeline(source, sink) : pipeline(source, inflater, sink));
    walker.end();
  } catch (error) {
    if (error instanceof BudgetSpent) return { unread: `${name}: the budget for reading is spent` };
    if (error instanceof CodedError) throw error;
    throw new CodedError(
      'E_LAYER',
      `${name} can't be inflated: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'it is damaged or of another kind than its media type says; build and push that image again',
        cause: error,
      },
    );
  }
  const found = digest.digest();
  if (diffId !== undefined && found !== diffId) {
    throw new CodedError('E_LAYER', `${name} inflates to ${found}, the config says ${diffId}`, {
      hint: 'runtimes refuse such an image; build and push it again',
    });
  }
  return { changes };
}

function inflaterOf(compression: Compression): NodeJS.ReadWriteStream | 'missing' | undefined {
  const chunkSize = 256 * 1024;
  if (compression === 'none') return undefined;
  if (compression === 'gzip') return zlib.createGunzip({ chunkSize });
  // Node 20 has no zstd; the action's own runtime, Node 24, does.
  return 'createZstdDecompress' in zlib ? zlib.createZstdDecompress({ chunkSize }) : 'missing';
}

function bomb(name: string, size: number, { maxRatio }: ReadCaps): CodedError {
  return new CodedError('E_LAYER', `${name} of ${size} bytes inflates to more than ${maxRatio} times that`, {
    hint: 'that is how decompression bombs look; see what is in the image',
  });
}
