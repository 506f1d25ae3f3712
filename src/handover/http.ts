export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** More of the answer is not read. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** As a server sent it. */
  readonly retryAfter: string | undefined;
  /** Undefined where it is longer than it may be. */
  readonly body: Uint8Array | undefined;
}

/** One HTTP exchange, with no retry and no redirect. Rejects where no whole answer came. */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;
