import { randomUUID } from 'node:crypto';
import { ranged } from './blobs.js';
import { reply } from './reply.js';
/** @import { Reply, Request } from './internal.ts' */

/** The host that blobs are redirected to: signed addresses, and no patience for credentials, as an object store has it. */
export class StorageHost {
  #url;
  /** @type {Map<string, Uint8Array>} */
  #signed = new Map();

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /**
   * An address that gives these bytes to whoever has it.
   * @param {Uint8Array} bytes
   */
  sign(bytes) {
    const signature = randomUUID();
    this.#signed.set(signature, bytes);
    return `${this.#url}/objects/data?X-Signature=${signature}`;
  }

  /**
   * @param {Request} request
   * @returns {Reply}
   */
  answer(request) {
    if (request.headers['authorization'] !== undefined) {
      return xml(
        400,
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Signature query parameter should be specified',
      );
    }
    const bytes = this.#signed.get(request.query.get('X-Signature') ?? '');
    return bytes === undefined ? xml(403, 'AccessDenied', 'Access Denied') : ranged(request, bytes, {});
  }
}

/**
 * @param {number} status
 * @param {string} code
 * @param {string} message
 */
function xml(status, code, message) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return reply(status, { 'content-type': 'application/xml' }, body);
}
