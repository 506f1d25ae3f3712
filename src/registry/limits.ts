/** The bounds of everything that a registry could stretch. Bytes and milliseconds. */
export interface Limits {
  /** A manifest, an index, a page of tags or referrers; counted after inflating. */
  readonly documentBytes: number;
  readonly tokenBytes: number;
  readonly errorBytes: number;
  readonly headerBytes: number;
  readonly redirects: number;
  readonly pages: number;
  /** From the wish for a connection to the end of the TLS handshake. */
  readonly connectMs: number;
  /** From the end of the request to the headers of the answer. */
  readonly headersMs: number;
  /** The same where the registry has a whole blob to commit first. */
  readonly commitMs: number;
  /** A document, from its headers to its last byte, however steadily it drips. */
  readonly documentMs: number;
  /** A blob must bring at least `rateBytes` in every `rateMs`. */
  readonly rateBytes: number;
  readonly rateMs: number;
  /** An upload that moves no byte for so long has stalled. */
  readonly uploadStallMs: number;
  /** Connections at once to one host. */
  readonly socketsPerHost: number;
  /** Of one request, the first included. */
  readonly attempts: number;
  /** Of all requests of one client together. */
  readonly retries: number;
  /** Of one client; time in which several requests wait at once counts once. */
  readonly waitingMs: number;
  /** For a registry to take a manifest that lists what this client wrote before, from its first refusal. */
  readonly lagMs: number;
  readonly shortestRetryAfterMs: number;
  readonly longestRetryAfterMs: number;
  /** Bytes of one PATCH where a registry wants an upload in pieces. */
  readonly chunkBytes: number;
  /** The largest OCI-Chunk-Min-Length that is obeyed, as a chunk is held in memory. */
  readonly largestChunkBytes: number;
}

export const defaultLimits: Limits = {
  documentBytes: 4 * 1024 * 1024,
  tokenBytes: 64 * 1024,
  errorBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  redirects: 5,
  pages: 100,
  connectMs: 10_000,
  headersMs: 60_000,
  commitMs: 300_000,
  documentMs: 60_000,
  rateBytes: 60 * 1024,
  rateMs: 60_000,
  uploadStallMs: 120_000,
  socketsPerHost: 16,
  attempts: 7,
  retries: 60,
  waitingMs: 15 * 60_000,
  lagMs: 5 * 60_000,
  shortestRetryAfterMs: 1_000,
  longestRetryAfterMs: 300_000,
  chunkBytes: 10 * 1024 * 1024,
  largestChunkBytes: 128 * 1024 * 1024,
};
