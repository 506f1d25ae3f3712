/** @import { Reply } from './internal.ts' */

/**
 * @param {number} status
 * @param {Reply['headers']} [headers]
 * @param {string | Uint8Array} [body]
 * @returns {Reply}
 */
export function reply(status, headers = {}, body = '') {
  return { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/**
 * @param {unknown} value
 * @param {Reply['headers']} [headers]
 */
export function json(value, headers = {}) {
  return reply(200, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
}

/**
 * A refusal in the form that the specification gives it.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 * @param {number} status
 * @param {string} code
 * @param {string} message
 * @param {unknown} [detail]
 */
export function failure(status, code, message, detail) {
  const errors = [{ code, message, ...(detail !== undefined && { detail }) }];
  return reply(status, { 'content-type': 'application/json' }, JSON.stringify({ errors }));
}

export const notHere = {
  /** @param {string} digest */
  blob: (digest) => failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry', { digest }),
  /** @param {string} reference */
  manifest: (reference) => failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown', { reference }),
  /** @param {string} name */
  repository: (name) => failure(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name }),
  upload: () => failure(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'),
};

/** @param {string} digest */
export const badDigest = (digest) =>
  failure(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content', { digest });

export const unsupported = () => failure(405, 'UNSUPPORTED', 'The operation is unsupported.');
