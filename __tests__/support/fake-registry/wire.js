import { once } from 'node:events';
/** @import { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http' */
/** @import { Socket } from 'node:net' */
/** @import { Reply } from './internal.ts' */
/** @import { Fault } from './types.ts' */

const filler = Buffer.alloc(64 * 1024, ' ');

/**
 * Reads a body, at most `limit` bytes of it. It is not `whole` where the limit came first or the client left.
 * @param {IncomingMessage} message
 * @param {number} limit
 * @param {(bytes: number) => void} count
 * @returns {Promise<{ bytes: Buffer, whole: boolean }>}
 */
export function readBody(message, limit, count) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let size = 0;
    const done = () =>
      resolve({ bytes: Buffer.concat(chunks).subarray(0, limit), whole: message.complete && size <= limit });
    message.on('data', (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      count(chunk.length);
      if (size < limit) return;
      message.pause();
      done();
    });
    message.once('end', done);
    message.once('close', done);
    // A client that leaves is no error of ours: `close` follows, and the body is not whole.
    message.on('error', () => undefined);
  });
}

/**
 * Ends a connection: RST, as a machine does that went away, or FIN.
 * @param {Socket} socket
 * @param {boolean} fin
 */
export function cut(socket, fin) {
  if (fin) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * Sends an answer, in whole or as far as its fault lets it.
 * @param {ServerResponse} response
 * @param {Reply} answer
 * @param {Fault | undefined} fault
 * @param {{ leave: () => void, count: (bytes: number) => void, sleep: (milliseconds: number) => Promise<void> }} io `leave` is told before the last byte goes.
 */
export async function deliver(response, answer, fault, { leave, count, sleep }) {
  const body = response.req.method === 'HEAD' ? Buffer.alloc(0) : answer.body;
  response.writeHead(answer.status, headersOf(answer, fault));
  switch (fault?.kind) {
    case 'truncate':
    case 'stall': {
      const part = body.subarray(0, fault.bytes);
      count(part.length);
      response.write(part, () => fault.kind === 'truncate' && response.socket?.destroy());
      response.flushHeaders();
      return;
    }
    case 'drip':
      for (const byte of body) {
        if (response.destroyed) return;
        response.write(Uint8Array.of(byte));
        count(1);
        await sleep(fault.milliseconds);
      }
      break;
    case 'flood':
      await flood(response, fault.bytes, count);
      break;
    default:
      count(body.length);
      leave();
      response.end(body);
      return;
  }
  leave();
  response.end();
}

/**
 * @param {ServerResponse} response
 * @param {number} bytes
 * @param {(bytes: number) => void} count
 */
async function flood(response, bytes, count) {
  const left = new AbortController();
  response.once('close', () => left.abort());
  for (let rest = bytes; rest > 0 && !response.destroyed; rest -= filler.length) {
    const part = filler.subarray(0, Math.min(rest, filler.length));
    count(part.length);
    if (!response.write(part)) await once(response, 'drain', { signal: left.signal }).catch(() => undefined);
  }
}

/**
 * @param {Reply} answer
 * @param {Fault | undefined} fault
 * @returns {OutgoingHttpHeaders}
 */
function headersOf({ status, headers, body }, fault) {
  const unsized =
    status === 204 || fault?.kind === 'flood' || (fault?.kind === 'truncate' && fault.chunked === true);
  /** @type {Record<string, string | readonly string[] | undefined>} */
  const all = {
    'docker-distribution-api-version': 'registry/2.0',
    ...(!unsized && { 'content-length': String(body.length) }),
    ...headers,
  };
  for (const [name, value] of Object.entries(fault?.kind === 'headers' ? fault.headers : {})) {
    all[name.toLowerCase()] = value;
  }
  const kept = Object.entries(all).filter(([, value]) => value !== undefined);
  return /** @type {OutgoingHttpHeaders} */ (Object.fromEntries(kept));
}
