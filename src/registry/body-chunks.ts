import type { IncomingMessage } from 'node:http';
import { giveBack } from './give-back.ts';

/** Bytes that may wait for the consumer before the connection is told to wait. */
const ahead = 256 * 1024;

/**
 * Node's parser copies each piece of a body out of what the socket read, which is then garbage: 64 KiB for each chunk, of
 * which the collector lets tens of megabytes pile up. Whether it copies is seen, not believed: undefined until then.
 */
let parserCopies: boolean | undefined;

/** The chunks of one body, as a stream's own iterator gives them, with less work for each and less memory held. */
export class BodyChunks {
  readonly #message: IncomingMessage;
  #queue: Buffer[] = [];
  #queued = 0;
  readonly #detach: () => void;
  #fresh: Buffer | undefined;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(message: IncomingMessage) {
    this.#message = message;
    const { socket } = message;
    const take = (chunk: Buffer) => {
      this.#fresh = chunk;
      this.#queue.push(chunk);
      this.#queued += chunk.byteLength;
      if (this.#queued > ahead) message.pause();
      this.#wake();
    };
    const look = (raw: Buffer) => {
      // Emitted after the parser has seen it, and so after what it made of it.
      if (this.#fresh !== undefined) parserCopies = this.#fresh.buffer !== raw.buffer;
      this.#fresh = undefined;
      if (parserCopies === true) giveBack(raw);
    };
    const end = () => {
      this.#finish({});
    };
    const fail = (error: unknown) => {
      this.#finish({ error });
    };
    const close = () => {
      this.#finish({ error: new Error('the connection was closed') });
    };
    this.#detach = () => {
      socket.off('data', look);
    };
    if (message.destroyed) this.#finish({ error: message.errored ?? new Error('the connection was closed') });
    else {
      socket.on('data', look);
      message.once('end', end).on('error', fail).once('close', close).on('data', take);
    }
  }

  /** What is here already, in one piece: TLS brings 16 KiB at a time, and to pass a chunk on costs more than to copy it. */
  ready(): Buffer | undefined {
    const [only, ...more] = this.#queue;
    const chunk = more.length === 0 ? only : Buffer.concat(this.#queue, this.#queued);
    if (more.length > 0) this.#queue.forEach(giveBack);
    this.#queue = [];
    this.#queued = 0;
    if (this.#message.isPaused()) this.#message.resume();
    return chunk;
  }

  /** The next chunk, when it is here; undefined at the end. @throws what ended the connection. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.ready();
      if (chunk !== undefined) return chunk;
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #finish(how: { readonly error?: unknown }): void {
    this.#end ??= how;
    this.#detach();
    this.#wake();
  }
}
