import { inflate, isGzip, rawBody } from './body.ts';
import type { Limits } from './limits.ts';
import type { HttpResponse } from './transport.ts';

/**
 * What a refusal says, up to `errorBytes`; the rest is cut off. A body that breaks is as good as what came of it.
 * @throws the signal's reason.
 */
export async function readErrorBytes(
  response: HttpResponse,
  limits: Limits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (response.buffered !== undefined) return response.buffered;
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const raw = rawBody(response, { wholeMs: limits.documentMs }, signal);
    for await (const part of isGzip(response) ? inflate(raw) : raw) {
      parts.push(part);
      length += part.byteLength;
      if (length >= limits.errorBytes) break;
    }
  } catch {
    signal.throwIfAborted();
  }
  return Buffer.concat(parts).subarray(0, limits.errorBytes);
}
