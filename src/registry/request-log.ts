/**
 * One HTTP request as it went out, token calls and redirect hops included. Without headers, bodies and queries, so that
 * no secret and no signed URL can be in it.
 */
export interface RequestLogEntry {
  readonly method: string;
  /** `host[:port]`. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** Body bytes received, as they came over the wire. Grows while a body is read. */
  readonly bytes: number;
  /** Body bytes sent. */
  readonly sentBytes: number;
  /** Milliseconds from the request to the headers of the answer, or to its failure. */
  readonly ms: number;
}

/** An entry while its request is under way. */
export interface OpenLogEntry {
  method: string;
  host: string;
  path: string;
  status: number | undefined;
  bytes: number;
  sentBytes: number;
  ms: number;
}

/** What went out, in order of departure. Keeps the last `capacity` entries, so that a long poll can't grow it for ever. */
export class RequestLog {
  readonly #entries: OpenLogEntry[] = [];
  readonly #capacity: number;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  get entries(): readonly RequestLogEntry[] {
    return this.#entries;
  }

  open(method: string, url: URL): OpenLogEntry {
    const entry = {
      method,
      host: url.host,
      path: url.pathname,
      status: undefined,
      bytes: 0,
      sentBytes: 0,
      ms: 0,
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
    return entry;
  }
}
