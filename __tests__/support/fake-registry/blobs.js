import { badDigest, notHere, reply, unsupported } from './reply.js';
import { isDigest } from './store.js';
/** @import { Endpoint, Request } from './internal.ts' */

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
 * @type {Endpoint}
 */
export function getBlob({ store, storage }, request, { repository, reference }) {
  if (!isDigest(reference)) return badDigest(reference);
  const bytes = store.blob(repository, reference);
  if (bytes === undefined) return notHere.blob(reference);
  if (storage !== undefined && request.method === 'GET') return reply(307, { location: storage.sign(bytes) });
  return ranged(request, bytes, { 'docker-content-digest': reference });
}

/**
 * 200, 206 or 416, as RFC 9110 section 14 has it for one range of bytes; several ranges are answered with everything.
 * @param {Request} request
 * @param {Uint8Array} bytes
 * @param {Record<string, string>} headers
 */
export function ranged(request, bytes, headers) {
  const all = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', ...headers };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers['range'] ?? '');
  if (range === null || request.fault?.kind === 'ignore-range' || (range[1] === '' && range[2] === '')) {
    return reply(200, all, bytes);
  }
  const size = bytes.length;
  const start = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1]);
  const last = range[1] === '' || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (start >= size || last < start) return reply(416, { 'content-range': `bytes */${size}` });
  return reply(
    206,
    { ...all, 'content-range': `bytes ${start}-${last}/${size}` },
    bytes.subarray(start, last + 1),
  );
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-blobs
 * @type {Endpoint}
 */
export function deleteBlob({ store, options }, _request, { repository, reference }) {
  if (options.deletes === false) return unsupported();
  const gone = isDigest(reference) && store.find(repository)?.blobs.delete(reference);
  return gone === true ? reply(202) : notHere.blob(reference);
}
