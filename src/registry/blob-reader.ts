import { CodedError, quote } from '../errors.ts';
import type { ContentDescriptor } from '../oci/descriptor.ts';
import { digestAlgorithm, DigestStream, parseDigest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { inflate, isGzip, isHtml, rawBody } from './body.ts';
import { RegistryError, webPageError } from './errors.ts';
import type { Call } from './exchange.ts';
import { failureError } from './failure-error.ts';
import { ScopeSet } from './scope.ts';
import type { HttpResponse } from './transport.ts';
import { apiPath, named, type VerbDependencies } from './verbs.ts';

/** What is left of a blob, as the registry began to send it. */
interface Rest {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Bytes at its beginning that we have already. */
  readonly known: number;
}

/** An attempt that brought this many bytes counts as progress. */
const progressBytes = 64 * 1024;
const mismatchHint = 'the registry, or something before it, changes what it serves: nothing of it is used';

/**
 * One reading of one blob: its bytes go out as they come in, and where the connection breaks it goes on from there. A blob
 * that moves at all may break any number of times within the budget; one that does not has the attempts of one request.
 */
export class BlobReader {
  readonly #repository: Repository;
  readonly #descriptor: ContentDescriptor;
  readonly #dependencies: VerbDependencies;
  readonly #what: string;
  readonly #hash: DigestStream;
  #offset = 0;
  /** Set where the last answer was text/html: a page that stands in the way, or a blob that is a web page; its digest tells which. */
  #page: { readonly host: string; readonly status: number } | undefined;

  constructor(repository: Repository, descriptor: ContentDescriptor, dependencies: VerbDependencies) {
    this.#repository = repository;
    this.#descriptor = descriptor;
    this.#dependencies = dependencies;
    this.#what = `GET blob ${named(repository, descriptor.digest)}`;
    this.#hash = new DigestStream(digestAlgorithm(descriptor.digest));
  }

  /** @throws E_DIGEST_MISMATCH where bytes or their number are not those of the descriptor; RegistryError. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const exchange = this.#dependencies.exchangeFor(this.#repository.registry);
    const track = exchange.track(this.#what);
    for (let done = false; !done;) {
      await track.pass();
      const before = this.#offset;
      try {
        yield* this.#take(await exchange.once(this.#call()));
        done = true;
      } catch (error) {
        const failure = failureError(error, this.#what, exchange.host);
        if (this.#offset - before >= progressBytes) track.progressed();
        // All bytes are here, and only the end of the connection was not as it should be.
        done =
          this.#offset === this.#descriptor.size && failure instanceof RegistryError && this.#offset > before;
        if (!done) await track.failed(failure);
      }
    }
    const real = this.#hash.digest();
    if (real !== this.#descriptor.digest) throw this.#mismatch(`its bytes have the digest ${real}`);
  }

  async *#take({ bytes, known }: Rest): AsyncGenerator<Uint8Array> {
    const { size } = this.#descriptor;
    let skip = known;
    for await (const chunk of bytes) {
      const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
      skip -= chunk.byteLength - fresh.byteLength;
      if (fresh.byteLength === 0) continue;
      if (this.#offset + fresh.byteLength > size)
        throw this.#mismatch(`it goes on after the ${size} bytes of its descriptor`);
      this.#offset += fresh.byteLength;
      this.#hash.update(fresh);
      yield fresh;
    }
    if (this.#offset === size) return;
    if (this.#page !== undefined) throw this.#mismatch('');
    throw new RegistryError(
      'E_DIGEST_MISMATCH',
      `${this.#what}: it ends after ${this.#offset} of ${size} bytes`,
      {
        hint: mismatchHint,
        retry: 'few',
        reason: `it ends after ${this.#offset} of ${size} bytes`,
      },
    );
  }

  #call(): Call<Rest> {
    const isRest = this.#offset > 0;
    return {
      what: this.#what,
      method: 'GET',
      target: apiPath(this.#repository, `blobs/${parseDigest(this.#descriptor.digest)}`),
      headers: isRest ? { range: `bytes=${this.#offset}-` } : {},
      need: ScopeSet.repository(this.#repository.path, 'pull'),
      repositoryPath: this.#repository.path,
      statuses: isRest ? [200, 206, 416] : [200],
      read: (answer) => Promise.resolve(this.#rest(answer)),
    };
  }

  /** https://www.rfc-editor.org/rfc/rfc9110#name-206-partial-content */
  #rest(answer: HttpResponse): Rest {
    const { message, status } = answer;
    const { size } = this.#descriptor;
    this.#page = isHtml(message.headers['content-type']) ? { host: answer.url.host, status } : undefined;
    if (status === 416) {
      message.destroy();
      throw this.#mismatch(`it has no more than ${this.#offset} of the ${size} bytes of its descriptor`);
    }
    const { limits, signal } = this.#dependencies;
    const raw = () => rawBody(answer, { bytes: limits.rateBytes, everyMs: limits.rateMs }, signal);
    // Stored with an encoding of its own, a blob comes with its true length; encoded on the way, with another or none.
    const isEncoded =
      message.headers['content-length'] !== String(size - (status === 206 ? this.#offset : 0)) &&
      isGzip(answer);
    if (status === 200) return { bytes: isEncoded ? inflate(raw()) : raw(), known: this.#offset };
    const range = message.headers['content-range'] ?? '';
    if (!isEncoded && isRangeFrom(range, this.#offset, size)) return { bytes: raw(), known: 0 };
    message.destroy();
    throw new RegistryError(
      'E_REGISTRY',
      `${this.#what}: asked for bytes ${this.#offset}-, got ${quote(range, 60)}`,
      {
        hint: 'the registry, or its storage, is at fault',
        retry: 'few',
        reason: 'the wrong part of it was sent',
      },
    );
  }

  #mismatch(how: string): CodedError {
    if (this.#page !== undefined) return webPageError(this.#what, this.#page.host, this.#page.status);
    return new CodedError('E_DIGEST_MISMATCH', `${this.#what}: ${how}`, { hint: mismatchHint });
  }
}

function isRangeFrom(header: string, offset: number, size: number): boolean {
  const [, first, last, total] = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header.trim()) ?? [];
  return (
    Number(first) === offset &&
    Number(last) >= offset &&
    Number(last) < size &&
    (total === '*' || Number(total) === size)
  );
}
