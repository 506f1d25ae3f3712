import type { Digest } from '../../../src/oci/digest.ts';
import type { ManifestBytes } from '../../../src/oci/manifest-bytes.ts';

/** Headers as node:http takes them: a list where a header stands several times. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Which listener a request came to: the registry, its token endpoint, or the storage host that blobs are redirected to. */
export type Service = 'registry' | 'token' | 'storage';

/** What a fault plan and a log reader know of a request when it arrives. */
export interface ArrivedRequest {
  /** 1 for the first request of this registry, whatever the service. */
  readonly number: number;
  readonly service: Service;
  readonly method: string;
  /** Decoded, without the query: `/v2/acme/app/manifests/v1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; of `authorization` the scheme alone, so that no test can print a secret. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface LoggedRequest extends ArrivedRequest {
  /** What was sent; 0 while nothing was, or where the connection was cut before the answer. */
  readonly status: number;
  /** The scheme of Authorization: `Basic`, `Bearer`, or `none`. */
  readonly authorization: string;
  /** The kind of the fault that it met. */
  readonly fault: Fault['kind'] | undefined;
  /** Body bytes that arrived, and that were sent. */
  readonly received: number;
  readonly sent: number;
  /** Milliseconds since the registry started; `end` is undefined while it is under way. */
  readonly start: number;
  readonly end: number | undefined;
  /** How many requests were under way when it arrived, itself included. */
  readonly inFlight: number;
  /** 1 for the first connection that was accepted. */
  readonly connection: number;
}

/**
 * How one request goes wrong. Unless a kind says otherwise the request is handled as always, and only the answer
 * suffers; "refused" kinds do not handle it, so that nothing changes in the registry.
 */
export type Fault =
  /** Refused with this answer: any status, a challenge, an HTML page, a redirect, a rate limit. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Headers;
      readonly body?: string | Uint8Array;
    }
  /** Refused with 401 and the registry's own challenge, as when a token has ended; `error` is put into it. */
  | { readonly kind: 'unauthorized'; readonly error?: 'invalid_token' | 'insufficient_scope' }
  /** Refused: the connection is cut (RST, or FIN with `fin`) before any of the body is read. */
  | { readonly kind: 'reset'; readonly fin?: boolean }
  /** Refused: the connection is cut once `after` bytes of the request's body came; an upload session keeps them. */
  | { readonly kind: 'reset-upload'; readonly after: number }
  /** Refused: `after` bytes of the request's body are read, then no more, and no answer comes: a zero window. */
  | { readonly kind: 'stall-upload'; readonly after: number }
  /** Done and committed, but the connection is cut instead of the answer. */
  | { readonly kind: 'lost-answer'; readonly fin?: boolean }
  /** Done and committed, but a gateway answers this. */
  | {
      readonly kind: 'lost-behind';
      readonly status: number;
      readonly headers?: Headers;
      readonly body?: string | Uint8Array;
    }
  /** Answered as if it were done, while nothing is kept. */
  | { readonly kind: 'not-committed' }
  /** Headers come after `milliseconds`; with `refused`, what is then told is 504. */
  | { readonly kind: 'delay'; readonly milliseconds: number; readonly refused?: boolean }
  /** No header ever comes. It is handled all the same, unless `refused`. */
  | { readonly kind: 'silence'; readonly refused?: boolean }
  /** Full headers, then `bytes` of the body, then the connection is cut. `chunked`: without a Content-Length. */
  | { readonly kind: 'truncate'; readonly bytes: number; readonly chunked?: boolean }
  /** Full headers, then `bytes` of the body, then nothing, on a connection that stays open. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** The body comes one byte at a time, one every `milliseconds`. */
  | { readonly kind: 'drip'; readonly milliseconds: number }
  /** A body of `bytes` (Infinity: without end) instead of the real one, without Content-Length. */
  | { readonly kind: 'flood'; readonly bytes: number }
  /** One byte of the body is another; headers and length are the honest ones. */
  | { readonly kind: 'corrupt' }
  /** Other bytes as the body, under the honest headers (Content-Length follows the body). */
  | { readonly kind: 'body'; readonly body: string | Uint8Array }
  /** A JSON body comes re-indented: the same document, other bytes. On a manifest PUT, that is what is kept. */
  | { readonly kind: 'reserialise' }
  /** The body is encoded once for each of `encodings` (gzip) and Content-Encoding says so. */
  | { readonly kind: 'encode'; readonly encodings: number }
  /** Headers are set, or taken out with undefined: Content-Type, Docker-Content-Digest, Location, Link, Content-Range... */
  | {
      readonly kind: 'headers';
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    }
  /** A success is told with this status: 201 to a PATCH, 204 or 200 to a PUT, 202 to a mount that was made. */
  | { readonly kind: 'status'; readonly status: number }
  /** A manifest read is answered from before the last write to what it names: an older digest, or 404. */
  | { readonly kind: 'stale' }
  /** Range is not seen: 200 with everything. */
  | { readonly kind: 'ignore-range' }
  /** These bytes on the wire instead of an answer, and then the end: no HTTP, two responses, two lengths, huge headers. Refused. */
  | { readonly kind: 'raw'; readonly bytes: string | Uint8Array }
  /** An honest answer that promises keep-alive; the next request over that connection is met with RST. */
  | { readonly kind: 'close-after' };

/** Asked once for every request that arrives, in the order of arrival. */
export type FaultPlan = (request: ArrivedRequest) => Fault | undefined;

/** Which requests: by method, by a pattern over the path, by service, or by a function. All that are given must hold. */
export type RequestMatch =
  | { readonly method?: string; readonly path?: string | RegExp; readonly service?: Service }
  | ((request: ArrivedRequest) => boolean);

export interface FakeUser {
  readonly password: string;
  /** May the user do `action` (pull, push, delete) in `repository`? Default: everything. */
  readonly may?: (repository: string, action: string) => boolean;
}

export interface AuthOptions {
  /**
   * `basic`: credentials with every request. `bearer`: 401 with a challenge, tokens from `/token` on the same port
   * (GET with Basic, POST form with password or refresh_token). Default: `none`.
   */
  readonly mode: 'none' | 'basic' | 'bearer';
  readonly users?: Readonly<Record<string, FakeUser>>;
  /** What nobody in particular may do. Default: nothing. */
  readonly anonymous?: (repository: string, action: string) => boolean;
  /** Seconds that a token lasts, default 300; `omit`: 60, and `expires_in` is not told. */
  readonly expiresIn?: number | 'omit';
  /** Under which name a token is handed out. Default: both. */
  readonly tokenField?: 'token' | 'access_token' | 'both';
  /** The token endpoint sees the first `scope` parameter alone, and of it the first scope. */
  readonly firstScopeOnly?: boolean;
  /** A POST to the token endpoint is answered with this status (GCR 404, Artifactory 401, ACR 400). */
  readonly postStatus?: number;
  /** `expired` tokens aside, what a token without the right gets: 401 insufficient_scope (distribution) or 403 DENIED. Default 401. */
  readonly deniedStatus?: 401 | 403;
  /** What stands in the challenge as realm instead of the truth. */
  readonly realm?: string;
  /** Whole WWW-Authenticate headers instead of the truth; `{bearer}` and `{basic}` in them are filled in. */
  readonly challenges?: readonly string[];
  /** Refresh (identity) tokens and whose they are. */
  readonly identityTokens?: Readonly<Record<string, string>>;
}

export interface TlsOptions {
  /** Names and addresses in the certificate. Default: localhost, 127.0.0.1, ::1. */
  readonly names?: readonly string[];
  /** Default: an hour ago, and ten years from now. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The TCP connection is accepted and the handshake never answered. */
  readonly stallHandshake?: boolean;
}

export interface FakeRegistryOptions {
  readonly auth?: AuthOptions;
  /** HTTPS with a certificate of a private CA made on the spot ({@link FakeRegistry.caCertificate}). Default: plain HTTP. */
  readonly tls?: boolean | TlsOptions;
  /** A GET of a blob is answered with 307 to a second host, which refuses whoever shows it an Authorization header (400). */
  readonly redirectBlobs?: boolean;
  /** An index whose children are not all here is refused with MANIFEST_BLOB_UNKNOWN, as distribution v3 does. Default true. */
  readonly checkChildren?: boolean;
  /** An image whose blobs are not all here is refused with MANIFEST_BLOB_UNKNOWN. Default true. */
  readonly checkBlobs?: boolean;
  /** A manifest is 404 unless Accept names its media type, as in distribution v3. Default true. */
  readonly strictAccept?: boolean;
  /** The referrers API and the OCI-Subject header. Without, clients keep the tag-schema fallback. Default true. */
  readonly referrers?: boolean;
  /** `yes`: 201 where the source has the blob (default); `no`: always 202, an upload session; `anywhere`: without `from` as well. */
  readonly mount?: 'yes' | 'no' | 'anywhere';
  /** POST ?digest= with the whole blob is 201 (default); without, it is 202 and the body is not looked at, as in distribution. */
  readonly monolithicPost?: boolean;
  /** Bytes; sent as OCI-Chunk-Min-Length, and a smaller chunk that isn't the last is refused. */
  readonly minChunk?: number;
  /** Bytes of a request's body above which a blob upload is 413, as behind a proxy. */
  readonly maxUpload?: number;
  /** Upload Locations: relative to the host (default), or absolute. */
  readonly locations?: 'relative' | 'absolute';
  /** Tags that match may not be moved once they are there; the refusal is that of Harbor (412) or ECR (400, even for the same digest). */
  readonly immutableTags?: { readonly pattern: RegExp; readonly style: 'harbor' | 'ecr' };
  /** PUT manifests/<digest>?tag=a&tag=b tags as well and answers OCI-Tag. Default false. */
  readonly tagParameter?: boolean;
  /** Can things be deleted? Default true; without, 405 UNSUPPORTED. */
  readonly deletes?: boolean;
  /** HEAD of a manifest is 405. Default false. */
  readonly headRefused?: boolean;
  /** Entries in a page of tags/list where the client asks for more, or for no number. Default 1000. */
  readonly tagsPage?: number;
  /** Repositories outside it are NAME_UNKNOWN on every write: registries where one is made by hand. */
  readonly repositories?: readonly string[];
  /** Every answer takes this long: so that {@link FakeRegistry.rounds} means something. Milliseconds, default 0. */
  readonly latency?: number;
  /** After a manifest was written, so many reads of what it names still see the state before. Default 0. */
  readonly staleReads?: number;
  readonly faults?: FaultPlan;
  /** Milliseconds since the epoch, for tokens and certificates. */
  readonly now?: () => number;
  /** 0, the default, is a free one. */
  readonly port?: number;
  /** The address to listen on, and the host that stands in references. Default 127.0.0.1. */
  readonly address?: string;
}

/** A running registry, and what a test may look at and change behind its clients' backs. */
export interface FakeRegistry extends AsyncDisposable {
  /** As it stands in a reference: `127.0.0.1:40123`. */
  readonly host: string;
  /** `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The host that blobs are redirected to. */
  readonly storageHost: string | undefined;
  /** PEM; with TLS. */
  readonly caCertificate: string | undefined;

  /** Every request since the start or {@link clearRequests}, in the order of arrival. */
  readonly requests: readonly LoggedRequest[];
  clearRequests(): void;
  /** The longest chain of logged requests of which each began after the one before had ended. Wants a `latency` of 20 ms or so. */
  rounds(): number;
  /** The most requests that were under way at once. */
  concurrency(): number;
  /** Log lines such as `GET /v2/acme/app/manifests/v1 200`, for messages and snapshots. */
  requestLines(): string[];

  /** The next `times` (default 1) requests that match meet `fault`. Asked before the `faults` option; earlier calls first. */
  fail(match: RequestMatch, fault: Fault, times?: number): void;
  /** Every token handed out so far ends now. */
  revokeTokens(): void;

  addBlob(repository: string, bytes: Uint8Array): Digest;
  /** Puts a manifest in without any check, under its digest and perhaps a tag. `digest` lets it lie. */
  addManifest(
    repository: string,
    manifest: { bytes: Uint8Array; mediaType: string; digest?: Digest },
    tag?: string,
  ): Digest;
  setTag(repository: string, tag: string, digest: Digest): void;
  /** What a tag or digest holds. */
  manifest(repository: string, reference: string): ManifestBytes | undefined;
  blob(repository: string, digest: string): Uint8Array | undefined;
  /** Tag -> digest, sorted by tag: compare before and after. */
  tags(repository: string): Record<string, Digest>;
  repositories(): string[];
  /** As a garbage collection would: the tags that point to it go too. */
  removeManifest(repository: string, digest: string): void;
  removeBlob(repository: string, digest: string): void;
  /** Upload sessions that are open now. */
  openUploads(): number;

  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}
