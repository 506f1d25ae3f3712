import type { ClientRequest, IncomingMessage } from 'node:http';
import type { OpenLogEntry } from './request-log.ts';
import type { Watch } from './watch.ts';

/** A body that can be sent again: bytes, or a stream that starts from its beginning whenever it is opened. */
export type RequestBody = Uint8Array | { readonly length: number; open(): AsyncIterable<Uint8Array> };

/** What the source of a body threw, kept apart from what the network did. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure' as const;
  constructor(cause: unknown) {
    super('the source of the body failed', { cause });
  }
}

export function bodyLength(body: RequestBody): number {
  return body instanceof Uint8Array ? body.byteLength : body.length;
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

const sliceBytes = 256 * 1024;

/** Writes a body in small slices, so that a peer that takes nothing any more is noticed, and no more is read than is sent. */
export class BodyWriter {
  readonly #outgoing: ClientRequest;
  readonly #body: RequestBody | undefined;
  readonly #logEntry: OpenLogEntry;
  readonly #watch: Watch;
  readonly #stallMs: number;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(
    outgoing: ClientRequest,
    body: RequestBody | undefined,
    logEntry: OpenLogEntry,
    watch: Watch,
    stallMs: number,
  ) {
    this.#outgoing = outgoing;
    this.#body = body;
    this.#logEntry = logEntry;
    this.#watch = watch;
    this.#stallMs = stallMs;
    outgoing.once('close', () => {
      this.#stop();
    });
  }

  /** Resolves when all is written, or nothing more is to be. @throws SourceFailure */
  async write(): Promise<void> {
    if (this.#body !== undefined) {
      for await (const slice of slices(this.#body)) {
        if (!(await this.#step((done) => this.#outgoing.write(slice, done)))) return;
        this.#logEntry.sentBytes += slice.byteLength;
      }
    }
    await this.#step((done) => this.#outgoing.end(done));
    this.#watch.stop('upload-stalled');
  }

  /** An answer is here: a server that has made up its mind need not be sent the rest. */
  stop(answer: IncomingMessage): void {
    this.#stop();
    answer.once('close', () => {
      if (!this.#outgoing.writableFinished) this.#outgoing.destroy();
    });
  }

  #stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** False: stopped. */
  async #step(send: (done: () => void) => unknown): Promise<boolean> {
    if (this.#stopped) return false;
    // Without a socket the request waits for its turn, which is nobody's stall.
    if (this.#body !== undefined && this.#outgoing.socket !== null) {
      this.#watch.start('upload-stalled', this.#stallMs, 'no byte of the upload was taken');
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      send(resolve);
    });
    // Until the next slice it is the source that is waited for.
    this.#watch.stop('upload-stalled');
    return !this.#stopped;
  }
}

async function* slices(body: RequestBody): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield* cut(body);
  else {
    const source = body.open()[Symbol.asyncIterator]();
    try {
      for (let next = await pull(source); next.done !== true; next = await pull(source)) {
        // A generator more for each chunk is a good part of what a copy costs.
        if (next.value.byteLength <= sliceBytes) yield next.value;
        else yield* cut(next.value);
      }
    } finally {
      await source.return?.();
    }
  }
}

async function pull(source: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    return await source.next();
  } catch (error) {
    throw new SourceFailure(error);
  }
}

function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += sliceBytes) {
    yield bytes.subarray(start, start + sliceBytes);
  }
}
