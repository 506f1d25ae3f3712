import * as zlib from 'node:zlib';
import { ZstdFrames } from './zstd-frames.ts';

/** How a layer is packed, told from its first bytes as Docker, Podman and containerd do. */
export type Packing = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

const magics: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  // A skippable frame, which may come first: its magic's first four bits are free.
  ['zstd', [0x2a, 0x4d, 0x18]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];
export const magicBytes = 6;

/** How a stream is packed, by its first {@link magicBytes}. */
export function packingOf(start: Uint8Array): Packing {
  const found = magics.find(([, magic]) => {
    const isSkippable = magic[0] === 0x2a;
    const at = isSkippable ? 1 : 0;
    if (isSkippable && ((start[0] ?? 0) & 0xf0) !== 0x50) return false;
    return magic.every((byte, index) => start[at + index] === byte);
  });
  return found?.[0] ?? 'none';
}

/** The bytes are damaged: says how. */
export class InflateError extends Error {}

/** They are sound, and this program can't inflate them: says why, in words that go behind the layer's name. */
export class CannotInflate extends Error {}

/** Large enough that the way between threads costs little, in bytes. */
const chunkSize = 256 * 1024;
/** 32 MiB, the widest window of encoders in use: it is memory that a stream makes us take. */
const maxWindowLog = 25;

type Engine = zlib.Gunzip | zlib.ZstdDecompress;

/**
 * Inflates a stream to its end; `sink` gets the bytes as they come, and stops the work by throwing.
 * @throws InflateError, CannotInflate, and whatever the source or the sink throws
 */
export async function inflate(
  packing: Packing,
  source: AsyncIterable<Uint8Array>,
  sink: (bytes: Buffer) => void,
): Promise<void> {
  switch (packing) {
    case 'none':
      for await (const chunk of source) sink(asBuffer(chunk));
      return;
    case 'gzip':
      await run(zlib.createGunzip({ chunkSize }), source, sink);
      return;
    case 'zstd':
      await run(zstdEngine(), wholeFrames(source), sink);
      return;
    case 'xz':
    case 'bzip2':
      throw new CannotInflate(`is packed with ${packing}, which few runtimes read`);
  }
}

function zstdEngine(): zlib.ZstdDecompress {
  // Node 20 has no zstd; the action's own runtime, Node 24, does.
  if (!('createZstdDecompress' in zlib)) throw new CannotInflate('is zstd, which needs Node 22.15 or newer');
  return zlib.createZstdDecompress({
    chunkSize,
    params: { [zlib.constants.ZSTD_d_windowLogMax]: maxWindowLog },
  });
}

async function* wholeFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  for await (const chunk of source) yield* cut(frames, chunk);
  if (!frames.isWhole) throw new InflateError('it stops in the middle of a zstd frame');
}

function* cut(frames: ZstdFrames, chunk: Uint8Array): Generator<Uint8Array> {
  try {
    yield* frames.cut(chunk);
  } catch (error) {
    throw new InflateError(error instanceof Error ? error.message : String(error));
  }
}

/** Drives an engine by hand: pipelines of streams cost more, and don't tell bytes that the engine left over. */
async function run(
  engine: Engine,
  source: AsyncIterable<Uint8Array>,
  sink: (bytes: Buffer) => void,
): Promise<void> {
  const output = new EngineOutput(engine, sink);
  let given = 0;
  try {
    for await (const chunk of source) {
      given += chunk.length;
      if (!engine.write(chunk)) await output.moved();
      if (output.isOver) break;
    }
    engine.end();
    while (!output.isOver) await output.moved();
  } finally {
    engine.destroy();
  }
  if (output.failed !== undefined) throw output.failed as Error;
  if (engine.bytesWritten < given) throw new InflateError('it goes on behind its end');
}

/** What comes out of an engine, until its end or a failure of its own or of the sink's. */
class EngineOutput {
  failed: unknown;
  readonly #engine: Engine;
  #ended = false;
  #wake = (): void => undefined;

  constructor(engine: Engine, sink: (bytes: Buffer) => void) {
    this.#engine = engine;
    engine.on('data', (bytes: Buffer) => {
      try {
        if (this.failed === undefined) sink(bytes);
      } catch (error) {
        this.#fail(error);
      }
    });
    engine.once('end', () => {
      this.#ended = true;
      this.#wake();
    });
    engine.on('drain', () => {
      this.#wake();
    });
    engine.once('error', (error: Error & { readonly code?: string }) => {
      this.#fail(
        error.code === 'ZSTD_error_frameParameter_windowTooLarge'
          ? new CannotInflate('is zstd with a window of more than 32 MiB')
          : new InflateError(error.message),
      );
    });
  }

  get isOver(): boolean {
    return this.#ended || this.failed !== undefined;
  }

  /** Resolves when the engine takes more, or is over. */
  async moved(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.isOver) resolve();
    });
  }

  #fail(error: unknown): void {
    this.failed ??= error;
    this.#engine.destroy();
    this.#wake();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
