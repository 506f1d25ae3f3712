import type { Log } from '../../log.ts';
import type { ContentDescriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';

const everyMs = 10_000;

/** How far the blobs of one copy have come, told every ten seconds: a copy that ends sooner says nothing on the way. */
export class Progress {
  readonly #what: string;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #sizes = new Map<Digest, number>();
  readonly #sent = new Map<Digest, number>();
  #toldAt: number;
  #blobs = 0;

  /** @param what `copying a to b`. @param now milliseconds, monotonic. */
  constructor(what: string, log: Log, now: () => number) {
    this.#what = what;
    this.#log = log;
    this.#now = now;
    this.#toldAt = now();
  }

  /** A blob that has to be sent. */
  plan({ digest, size }: ContentDescriptor): void {
    this.#sizes.set(digest, size);
  }

  /** So many bytes of a blob came by, from its beginning each time that it is read. */
  passed({ digest }: ContentDescriptor, bytes: number): void {
    if (bytes > (this.#sent.get(digest) ?? 0)) this.#sent.set(digest, bytes);
    this.#tellNowAndThen();
  }

  done({ digest, size }: ContentDescriptor): void {
    this.#sent.set(digest, size);
    this.#blobs += 1;
    this.#tellNowAndThen();
  }

  #tellNowAndThen(): void {
    const now = this.#now();
    if (now - this.#toldAt < everyMs) return;
    this.#toldAt = now;
    const all = sum(this.#sizes.values());
    const sent = sum(this.#sent.values());
    const percent = all === 0 ? 100 : Math.floor((100 * sent) / all);
    this.#log.info(
      `${this.#what}: ${megabytes(sent)} of ${megabytes(all)} (${percent} %), ${this.#blobs} of ${this.#sizes.size} blobs`,
    );
  }
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/** `12.3 MB`, for people; what is smaller in kB. */
export function megabytes(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 100_000_000 ? 1 : 0)} MB`;
}
