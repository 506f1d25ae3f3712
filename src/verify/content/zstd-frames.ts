/** What comes next in a stream: bytes that have to be read, bytes that pass unread, or a frame that has ended. */
type Step = { readonly read: number } | { readonly pass: number } | 'frame ended';

const frameMagic = 0xfd2fb528;
/** Of a frame without content; the last four bits of its magic are free. */
const skippableMagic = 0x184d2a5;
/** zstd:chunked has a frame for each file. */
const maxFrames = 2_000_000;

/**
 * Cuts a zstd stream where its frames end. Node's decompressor drops what stands behind a frame's end in the same write, and says
 * nothing; zstd:chunked layers have thousands of frames.
 */
export class ZstdFrames {
  readonly #format = frames();
  #step = this.#format.next([]).value;
  /** What is there of the bytes that have to be read. */
  #field: number[] = [];
  #passed = 0;
  #frames = 0;
  #begun = false;

  /** Whether the bytes so far end with a frame. */
  get isWhole(): boolean {
    return !this.#begun;
  }

  /** The parts of a chunk, none of them across the end of a frame. @throws Error for what is no zstd stream */
  *cut(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    let offset = 0;
    while (offset < chunk.length) {
      this.#begun = true;
      offset += this.#advance(chunk, offset);
      if (this.#step !== 'frame ended') continue;
      this.#frames += 1;
      if (this.#frames > maxFrames) throw new Error(`it has more than ${maxFrames} zstd frames`);
      this.#begun = false;
      this.#step = this.#next([]);
      yield chunk.subarray(start, offset);
      start = offset;
    }
    if (start < offset) yield chunk.subarray(start, offset);
  }

  /** @returns the bytes taken */
  #advance(chunk: Uint8Array, offset: number): number {
    if (this.#step === 'frame ended') return 0;
    if ('pass' in this.#step) {
      const taken = Math.min(this.#step.pass - this.#passed, chunk.length - offset);
      this.#passed += taken;
      if (this.#passed === this.#step.pass) this.#step = this.#next([]);
      return taken;
    }
    this.#field.push(chunk[offset] ?? 0);
    if (this.#field.length === this.#step.read) this.#step = this.#next(this.#field);
    return 1;
  }

  /** Steps over what takes no bytes. */
  #next(field: readonly number[]): Step {
    this.#field = [];
    this.#passed = 0;
    let step = this.#format.next(field).value;
    while (step !== 'frame ended' && 'pass' in step && step.pass === 0) step = this.#format.next([]).value;
    return step;
  }
}

/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1 */
function* frames(): Generator<Step, never, readonly number[]> {
  for (;;) {
    const magic = littleEndian(yield { read: 4 });
    if (Math.floor(magic / 16) === skippableMagic) {
      yield { pass: littleEndian(yield { read: 4 }) };
    } else if (magic === frameMagic) {
      yield* frame();
    } else {
      throw new Error('it has bytes that are no zstd frame');
    }
    yield 'frame ended';
  }
}

function* frame(): Generator<Step, void, readonly number[]> {
  const [descriptor = 0] = yield { read: 1 };
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  yield { pass: windowBytes + dictionaryBytes + sizeBytes };
  for (let isLast = false; !isLast;) {
    const header = littleEndian(yield { read: 3 });
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    yield { pass: isRepeatedByte ? 1 : header >> 3 };
    isLast = (header & 1) === 1;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  yield { pass: hasChecksum ? 4 : 0 };
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
