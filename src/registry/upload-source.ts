import { CodedError } from '../errors.ts';
import type { ContentDescriptor } from '../oci/descriptor.ts';
import { digestAlgorithm, DigestStream } from '../oci/digest.ts';

type Open = () => AsyncIterable<Uint8Array>;

/** What is uploaded, checked while it is read: a registry's refusal of wrong bytes would say less. */
export function verifiedSource(open: Open, descriptor: ContentDescriptor, what: string): Open {
  return async function* () {
    const hash = new DigestStream(digestAlgorithm(descriptor.digest));
    let length = 0;
    for await (const chunk of open()) {
      length += chunk.byteLength;
      if (length > descriptor.size)
        throw wrong(what, `is longer than the ${descriptor.size} bytes of its descriptor`);
      hash.update(chunk);
      yield chunk;
    }
    if (length !== descriptor.size)
      throw wrong(what, `has ${length} bytes, and its descriptor says ${descriptor.size}`);
    const real = hash.digest();
    if (real !== descriptor.digest) throw wrong(what, `has the digest ${real}`);
  };
}

function wrong(what: string, how: string): CodedError {
  return new CodedError('E_DIGEST_MISMATCH', `${what}: what is to be uploaded ${how}`, {
    hint: 'it has changed since it was described: build it again',
  });
}

/** A source in chunks that are held whole, so that each can be sent again; it can be wound to any place. */
export class ChunkSource {
  readonly #open: Open;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #position = 0;
  #left: Uint8Array = new Uint8Array(0);

  constructor(open: Open) {
    this.#open = open;
  }

  /** At most `length` bytes from `offset` on; none at the end. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#iterator === undefined || offset < this.#position) await this.#rewind();
    while (this.#position < offset) {
      const skipped = await this.#take(offset - this.#position);
      if (skipped.byteLength === 0) break;
    }
    // Filled as it comes: parts that are joined in the end would take twice the memory, for each upload at once.
    const chunk = Buffer.allocUnsafe(length);
    let filled = 0;
    for (let part = await this.#take(length); part.byteLength > 0; part = await this.#take(length - filled)) {
      chunk.set(part, filled);
      filled += part.byteLength;
    }
    return chunk.subarray(0, filled);
  }

  /** Reads on to the end, so that a source which checks itself has done so. */
  async finish(): Promise<void> {
    while ((await this.#take(Infinity)).byteLength > 0);
  }

  async close(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    await iterator?.return?.();
  }

  async #rewind(): Promise<void> {
    await this.close();
    this.#iterator = this.#open()[Symbol.asyncIterator]();
    this.#position = 0;
    this.#left = new Uint8Array(0);
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#left.byteLength === 0 && length > 0) {
      const next = await this.#iterator?.next();
      if (next === undefined || next.done === true) return new Uint8Array(0);
      this.#left = next.value;
    }
    const taken = this.#left.subarray(0, Math.min(length, this.#left.byteLength));
    this.#left = this.#left.subarray(taken.byteLength);
    this.#position += taken.byteLength;
    return taken;
  }
}
