import type { ContentDescriptor } from '../oci/descriptor.ts';
import type { Repository } from '../oci/reference.ts';
import { discardBody } from './body.ts';
import { RegistryError } from './errors.ts';
import type { Call, Exchange } from './exchange.ts';
import { followLocation } from './redirects.ts';
import type { RequestBody } from './request-body.ts';
import { ScopeSet } from './scope.ts';
import type { HttpResponse } from './transport.ts';
import { apiPath, type VerbDependencies } from './verbs.ts';

/** An upload that the registry has opened for us. */
export interface UploadSession {
  readonly location: URL;
  /** OCI-Chunk-Min-Length, 0 where there is none. */
  readonly minChunk: number;
}

/** How far a session has come: bytes that the registry says it has. */
export interface UploadProgress {
  readonly session: UploadSession;
  /** Undefined: it does not say. */
  readonly offset: number | undefined;
}

/**
 * The requests of one upload, one method each; none is retried here.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 */
export class UploadRequests {
  readonly #repository: Repository;
  readonly #what: string;
  readonly #dependencies: VerbDependencies;

  constructor(repository: Repository, what: string, dependencies: VerbDependencies) {
    this.#repository = repository;
    this.#what = what;
    this.#dependencies = dependencies;
  }

  get exchange(): Exchange {
    return this.#dependencies.exchangeFor(this.#repository.registry);
  }

  /** Undefined: the registry has the blob already (201). */
  async begin(): Promise<UploadSession | undefined> {
    return this.exchange.once({
      ...this.#call('POST', apiPath(this.#repository, 'blobs/uploads/')),
      statuses: [201, 202],
      read: async (answer) => {
        await this.#discard(answer);
        return answer.status === 201 ? undefined : this.#session(answer, 0);
      },
    });
  }

  /** Ends the session with all of the blob, or with nothing after its chunks. */
  async commit(session: UploadSession, { digest }: ContentDescriptor, body: RequestBody): Promise<void> {
    const location = new URL(session.location);
    if (location.searchParams.has('digest')) location.searchParams.set('digest', digest);
    // Appended as text: to parse and write a signed query anew may change it.
    else location.search += `${location.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
    await this.exchange.once({
      ...this.#call('PUT', location),
      headers: { 'content-type': 'application/octet-stream' },
      body,
      isCommit: true,
      statuses: [200, 201, 202, 204],
      read: (answer) => this.#discard(answer),
    });
  }

  /** Sends one chunk. `offset` undefined in the answer: it came in the wrong place (416). */
  async patch(session: UploadSession, offset: number, chunk: Uint8Array): Promise<UploadProgress> {
    return this.exchange.once({
      ...this.#call('PATCH', session.location),
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `${offset}-${offset + chunk.byteLength - 1}`,
      },
      body: chunk,
      isCommit: true,
      statuses: [200, 201, 202, 204, 416],
      read: async (answer) => {
        await this.#discard(answer);
        if (answer.status === 416) return { session, offset: undefined };
        return {
          session: this.#session(answer, session.minChunk, session.location),
          // Of a chunk that was the first byte alone, `0-0` means that byte.
          offset:
            (chunk.byteLength === 1 && offset === 0 ? undefined : rangeEnd(answer)) ??
            offset + chunk.byteLength,
        };
      },
    });
  }

  /** Asks how far the session has come; undefined: it is no more. */
  async status(session: UploadSession): Promise<UploadProgress | undefined> {
    return this.exchange.once({
      ...this.#call('GET', session.location),
      statuses: [200, 202, 204, 404],
      read: async (answer) => {
        await this.#discard(answer);
        if (answer.status === 404) return undefined;
        return {
          session: this.#session(answer, session.minChunk, session.location),
          offset: rangeEnd(answer),
        };
      },
    });
  }

  #call(
    method: Call<unknown>['method'],
    target: string | URL,
  ): Omit<Call<unknown>, 'read' | 'look' | 'statuses'> {
    const need = ScopeSet.repository(this.#repository.path, 'pull', 'push');
    return { what: this.#what, method, target, need, repositoryPath: this.#repository.path };
  }

  #session(answer: HttpResponse, minChunk: number, before?: URL): UploadSession {
    return sessionOf(answer, this.#what, minChunk, before);
  }

  async #discard(answer: HttpResponse): Promise<void> {
    const { limits } = this.#dependencies;
    await discardBody(answer, limits);
  }
}

/** @param before the session's Location so far, which stays where an answer names none. */
export function sessionOf(answer: HttpResponse, what: string, minChunk: number, before?: URL): UploadSession {
  const { message, url, addressClass, status } = answer;
  const { location } = message.headers;
  const told = Number(message.headers['oci-chunk-min-length'] ?? minChunk);
  const min = Number.isSafeInteger(told) && told > 0 ? told : 0;
  if (location !== undefined)
    return { location: followLocation({ what, url, addressClass }, location), minChunk: min };
  if (before !== undefined) return { location: before, minChunk: min };
  throw new RegistryError(
    'E_REGISTRY',
    `${what}: ${url.host} opens an upload (${status}) without saying where (no Location)`,
    {
      hint: 'the registry, or a proxy before it, does not keep to the protocol',
      status,
    },
  );
}

/**
 * Bytes from `Range: 0-<last>`. `0-0` is written for one byte and for none; taken as none, which is right for nearly all.
 */
function rangeEnd({ message }: HttpResponse): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,16})$/.exec((message.headers.range ?? '').trim())?.[1];
  if (last === undefined) return undefined;
  return Number(last) === 0 ? 0 : Number(last) + 1;
}
