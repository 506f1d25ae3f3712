import { CodedError } from '../errors.ts';
import type { ContentDescriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { RegistryError } from './errors.ts';
import type { Log } from '../log.ts';
import type { Limits } from './limits.ts';
import { ChunkSource } from './upload-source.ts';
import type { UploadProgress, UploadRequests, UploadSession } from './upload-session.ts';

export interface UploadDependencies {
  readonly requests: UploadRequests;
  readonly limits: Limits;
  readonly log: Log;
  /** For people: `upload quay.io/acme/app@sha256:…`. */
  readonly what: string;
  readonly exists: (digest: Digest) => Promise<boolean>;
}

const maxNewSessions = 3;
/** Chunks of one try that bring an upload no further, refused (416) or not. */
const maxIdleChunks = 10;

/**
 * One blob on its way up: in one piece, or in chunks once the registry (or a proxy before it) has refused that or the
 * connection broke and part of it had arrived. After a fault it goes on where the registry says it stands.
 */
export class Upload {
  readonly #descriptor: ContentDescriptor;
  readonly #open: () => AsyncIterable<Uint8Array>;
  readonly #dependencies: UploadDependencies;
  #session: UploadSession | undefined;
  #sessions = 0;
  #inChunks = false;
  #offset = 0;

  constructor(
    descriptor: ContentDescriptor,
    open: () => AsyncIterable<Uint8Array>,
    session: UploadSession | undefined,
    dependencies: UploadDependencies,
  ) {
    this.#descriptor = descriptor;
    this.#open = open;
    this.#session = session;
    this.#dependencies = dependencies;
  }

  /** @throws RegistryError, E_DIGEST_MISMATCH for a source that is not what its descriptor says. */
  async run(): Promise<void> {
    const { requests, what } = this.#dependencies;
    const track = requests.exchange.track(what);
    for (;;) {
      await track.pass();
      const before = this.#offset;
      try {
        this.#session ??= await requests.begin();
        if (this.#session === undefined) return;
        await (this.#inChunks ? this.#sendChunks(this.#session) : this.#sendWhole(this.#session));
        return;
      } catch (error) {
        if (this.#offset > before) track.progressed();
        if (this.#turnToChunks(error)) continue;
        const failure = await track.failed(this.#judge(error));
        if (await this.#recover(failure)) return;
      }
    }
  }

  async #sendWhole(session: UploadSession): Promise<void> {
    const body = { length: this.#descriptor.size, open: this.#open };
    await this.#dependencies.requests.commit(session, this.#descriptor, body);
  }

  async #sendChunks(first: UploadSession): Promise<void> {
    const { requests } = this.#dependencies;
    const source = new ChunkSource(this.#open);
    try {
      let idle = 0;
      for (let session = first; ; session = this.#session ?? session) {
        const chunk = await source.read(this.#offset, this.#chunkBytes(session));
        if (chunk.byteLength === 0) {
          await source.finish();
          await requests.commit(session, this.#descriptor, new Uint8Array(0));
          return;
        }
        const sent = await requests.patch(session, this.#offset, chunk);
        const progress = sent.offset === undefined ? await requests.status(session) : sent;
        if ((progress?.offset ?? this.#offset) <= this.#offset && (idle += 1) > maxIdleChunks)
          throw this.#lost(`is no further than ${this.#offset} bytes after ${idle} chunks`);
        this.#advance(progress);
      }
    } finally {
      await source.close();
    }
  }

  #advance(progress: UploadProgress | undefined): void {
    if (progress?.offset === undefined) throw this.#lost('does not say how far the upload has come');
    if (progress.offset > this.#descriptor.size)
      throw this.#lost(`has ${progress.offset} bytes, more than there are`);
    this.#session = progress.session;
    this.#offset = progress.offset;
  }

  #chunkBytes(session: UploadSession): number {
    const { chunkBytes, largestChunkBytes } = this.#dependencies.limits;
    if (session.minChunk <= largestChunkBytes) return Math.max(chunkBytes, session.minChunk);
    throw new RegistryError(
      'E_REGISTRY',
      `${this.#dependencies.what}: the registry wants chunks of at least ${session.minChunk} bytes`,
      {
        hint: `a chunk is held in memory, so ${largestChunkBytes} bytes are the most: ask whoever runs the registry for a smaller minimum`,
      },
    );
  }

  /** A refusal of the whole (413: too large for a proxy; 416: wanted in order) is an invitation to send it in pieces, once. */
  #turnToChunks(error: unknown): boolean {
    if (this.#inChunks || !(error instanceof RegistryError)) return false;
    const isTooLarge = error.status === 413 && this.#descriptor.size > this.#dependencies.limits.chunkBytes;
    if (!isTooLarge && error.status !== 416) return false;
    this.#dependencies.log.info(`${error.message}; sending it in chunks`);
    this.#inChunks = true;
    this.#drop();
    return true;
  }

  /** A session that is gone or spoilt is worth a new one, although its status (404, 400) is final elsewhere. */
  #judge(error: unknown): unknown {
    if (!(error instanceof RegistryError) || error.retry !== 'never') return error;
    const isSessionGone =
      error.status === 404 && (this.#session !== undefined || error.says('BLOB_UPLOAD_UNKNOWN'));
    const isSpoilt =
      error.status === 400 && error.says('DIGEST_INVALID', 'SIZE_INVALID', 'BLOB_UPLOAD_INVALID');
    return isSessionGone || isSpoilt ? error.as('few') : error;
  }

  /** True: the blob is there after all. Otherwise the next attempt has a session to go on with, or none. */
  async #recover(failure: RegistryError): Promise<boolean> {
    const { exists, log, what } = this.#dependencies;
    if (failure.code === 'E_RATE_LIMITED' || this.#session === undefined) return false;
    if ((failure.answerLost || failure.status === 404) && (await exists(this.#descriptor.digest))) {
      log.info(`${what}: it is there, only the answer was lost`);
      return true;
    }
    const progress =
      failure.status === 404 || failure.status === 400 ? undefined : await this.#status(this.#session);
    if (progress?.offset === undefined || progress.offset > this.#descriptor.size) {
      if (this.#sessions >= maxNewSessions) throw failure.as('never', `begun ${maxNewSessions + 1} times`);
      this.#sessions += 1;
      this.#drop();
      return false;
    }
    this.#session = progress.session;
    this.#offset = progress.offset;
    this.#inChunks ||= progress.offset > 0;
    return false;
  }

  async #status(session: UploadSession): Promise<UploadProgress | undefined> {
    try {
      return await this.#dependencies.requests.status(session);
    } catch (error) {
      // Not every registry tells. Then the upload begins again, as it would have without asking.
      if (!(error instanceof CodedError)) throw error;
      this.#dependencies.log.debug(`${error.message}; beginning the upload again`);
      return undefined;
    }
  }

  #drop(): void {
    this.#session = undefined;
    this.#offset = 0;
  }

  #lost(how: string): RegistryError {
    const { what, requests } = this.#dependencies;
    return new RegistryError('E_REGISTRY', `${what}: ${requests.exchange.host} ${how}`, {
      hint: 'the registry, or a proxy before it, does not keep to the protocol',
      retry: 'few',
    });
  }
}
