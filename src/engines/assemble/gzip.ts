/** The most that one stored block of deflate holds. */
const maxBlock = 65_535;
const noTime = [0, 0, 0, 0];
const unknownSystem = 255;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb8_8320;
  return value;
});

/**
 * A gzip member of stored blocks: nothing is made smaller, and the same bytes come out on every host. What deflate makes of its
 * input depends on the version of zlib, on the processor's vector instructions and, on s390x, on whether it compresses in
 * hardware; and not every tool takes a layer that is no gzip. https://www.rfc-editor.org/rfc/rfc1952
 */
export class StoredGzip {
  #crc = 0xffff_ffff;
  #size = 0;
  #pending: Uint8Array[] = [];
  #pendingSize = 0;
  #started = false;

  /** What can be written after these bytes; blocks do not depend on how the input was cut. */
  write(bytes: Uint8Array): Buffer {
    for (const byte of bytes) this.#crc = (table[(this.#crc ^ byte) & 0xff] ?? 0) ^ (this.#crc >>> 8);
    this.#size += bytes.length;
    this.#pending.push(bytes);
    this.#pendingSize += bytes.length;
    if (this.#pendingSize <= maxBlock) return this.#head();
    // One block is always kept back: only the last one may say that it is.
    const all = Buffer.concat(this.#pending);
    const parts = [this.#head()];
    let at = 0;
    for (; all.length - at > maxBlock; at += maxBlock)
      parts.push(block(all.subarray(at, at + maxBlock), false));
    this.#pending = [all.subarray(at)];
    this.#pendingSize = all.length - at;
    return Buffer.concat(parts);
  }

  /** The last block and the trailer. Call it once. */
  end(): Buffer {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE((this.#crc ^ 0xffff_ffff) >>> 0, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    return Buffer.concat([this.#head(), block(Buffer.concat(this.#pending), true), trailer]);
  }

  #head(): Buffer {
    if (this.#started) return Buffer.alloc(0);
    this.#started = true;
    return Buffer.from([0x1f, 0x8b, 8, 0, ...noTime, 0, unknownSystem]);
  }
}

function block(bytes: Buffer, isLast: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isLast ? 1 : 0, 0);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([head, bytes]);
}
