import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { BodyChunks } from './body-chunks.ts';
import type { Limits } from './limits.ts';
import { asError } from './request-body.ts';
import { TransportFailure } from './transport-failure.ts';
import type { HttpResponse } from './transport.ts';

/** A body is longer than it may be. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge' as const;
}

/** A body is encoded in a way that we never asked for and do not undo. */
export class BodyEncoding extends Error {
  override readonly name = 'BodyEncoding' as const;
}

/** How fast a body has to come: all of it within `wholeMs`, or at least `bytes` in each `everyMs`. */
export type Pace = { readonly wholeMs: number } | { readonly bytes: number; readonly everyMs: number };

/**
 * The body as it comes over the wire. Time that the consumer takes does not count. Leaving the iteration early closes the
 * connection. @throws TransportFailure `body-cut` or `body-slow`, or the signal's reason.
 */
export async function* rawBody(
  response: HttpResponse,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { message } = response;
  const abort = () => message.destroy(asError(signal.reason));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const chunks = new BodyChunks(message);
  const timer = new PaceTimer(message, pace);
  try {
    for (;;) {
      const next = chunks.ready() ?? (await timer.time(() => chunks.next()));
      if (next === undefined) return;
      timer.count(next.byteLength);
      response.logEntry.bytes += next.byteLength;
      yield next;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransportFailure) throw error;
    throw new TransportFailure('body-cut', `the body ended after ${response.logEntry.bytes} bytes`, {
      cause: error,
    });
  } finally {
    signal.removeEventListener('abort', abort);
    if (!message.complete) message.destroy();
  }
}

/**
 * The whole body, at most `maxBytes`, which are counted as they come in and after one layer of gzip is undone.
 * @throws BodyTooLarge, BodyEncoding, TransportFailure, or the signal's reason.
 */
export async function readBody(
  response: HttpResponse,
  maxBytes: number,
  wholeMs: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const announced = Number(response.message.headers['content-length'] ?? 0);
  if (announced > maxBytes) {
    response.message.destroy();
    throw new BodyTooLarge(`a body of ${announced} bytes, of which ${maxBytes} are read at most`);
  }
  const raw = rawBody(response, { wholeMs }, signal);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of isGzip(response) ? inflate(raw) : raw) {
    length += part.byteLength;
    if (length > maxBytes) throw new BodyTooLarge(`a body of more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** Reads what is left, as far as it is short, so that the connection can be used again, or closes it. Never throws. */
export async function discardBody(response: HttpResponse, { errorBytes, documentMs }: Limits): Promise<void> {
  try {
    if (response.method === 'HEAD') await endOf(response.message);
    else await readBody(response, errorBytes, documentMs, new AbortController().signal);
  } catch {
    response.message.destroy();
  }
}

/** The headers of an answer to HEAD describe a body that never comes. */
async function endOf(message: IncomingMessage): Promise<void> {
  if (!message.closed) await new Promise((resolve) => message.once('close', resolve).resume());
}

/** Is this the Content-Type of a web page, which is never what a registry was asked for? */
export function isHtml(contentType: string | undefined): boolean {
  return /^text\/html\b/i.test(contentType ?? '');
}

/** One layer of gzip undone. A fault of the network comes through as itself. */
export async function* inflate(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeding = feed(raw, gunzip);
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) yield part;
  } catch (error) {
    if (error instanceof TransportFailure || gunzip.errored === null || !isZlib(error)) throw error;
    throw new BodyEncoding(`Content-Encoding says gzip, and the body is not: ${asError(error).message}`);
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function feed(raw: AsyncIterable<Uint8Array>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of raw) {
      if (gunzip.destroyed) return;
      await new Promise<void>((resolve) => {
        gunzip.once('close', resolve);
        gunzip.write(chunk, () => {
          gunzip.off('close', resolve);
          resolve();
        });
      });
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(asError(error));
  }
}

function isZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Is the body gzip on top of what it is? @throws BodyEncoding for more layers, and for anything else. */
export function isGzip({ message }: HttpResponse): boolean {
  const encodings = (message.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  if (encodings.length === 0) return false;
  if (encodings.length === 1 && ['gzip', 'x-gzip'].includes(encodings[0] ?? '')) return true;
  message.destroy();
  throw new BodyEncoding(
    `a body in ${encodings.length} layers of encoding (${encodings.slice(0, 3).join(', ')})`,
  );
}

/** Ends a body that comes too slowly. */
class PaceTimer {
  readonly #message: IncomingMessage;
  readonly #pace: Pace;
  #waitedMs = 0;
  #bytes = 0;

  constructor(message: IncomingMessage, pace: Pace) {
    this.#message = message;
    this.#pace = pace;
  }

  /** Bytes that came. */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (!('bytes' in this.#pace) || this.#bytes < this.#pace.bytes) return;
    this.#bytes = 0;
    this.#waitedMs = 0;
  }

  async time<T>(next: () => Promise<T>): Promise<T> {
    const pace = this.#pace;
    const limitMs = 'wholeMs' in pace ? pace.wholeMs : pace.everyMs;
    const started = performance.now();
    const timer = setTimeout(
      () => {
        const what =
          'wholeMs' in pace ? 'the body did not end' : `the body brought less than ${pace.bytes} bytes`;
        this.#message.destroy(new TransportFailure('body-slow', `${what} in ${limitMs / 1000} s`));
      },
      Math.max(0, limitMs - this.#waitedMs),
    );
    try {
      return await next();
    } finally {
      this.#waitedMs += performance.now() - started;
      clearTimeout(timer);
    }
  }
}
