import { createHash, type Hash } from 'node:crypto';
import { CodedError, quote } from '../errors.ts';

declare const digestBrand: unique symbol;

/**
 * `algorithm:hex`, checked. A digest is untrusted text until {@link parseDigest} has seen it: only then may it stand in a URL.
 * https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
 */
export type Digest = string & { readonly [digestBrand]: true };

export type DigestAlgorithm = 'sha256' | 'sha512';

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether this is a sha256 or sha512 digest in lower-case hex. */
export function isDigest(text: string): text is Digest {
  return digestForm.test(text);
}

/** @throws E_REFERENCE when `text` is not a sha256 or sha512 digest in lower-case hex. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new CodedError('E_REFERENCE', `${quote(text)} is not a digest`, {
    hint: 'a digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits',
  });
}

/** What stands before the colon. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** What stands behind the colon. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of exactly these bytes. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest;
}

/** A digest made while bytes go by. */
export class DigestStream {
  readonly #algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  constructor(algorithm: DigestAlgorithm = 'sha256') {
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The digest of all that was given to `update`. Call it once. */
  digest(): Digest {
    return `${this.#algorithm}:${this.#hash.digest('hex')}` as Digest;
  }
}
