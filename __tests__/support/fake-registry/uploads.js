import { randomUUID } from 'node:crypto';
import { badDigest, failure, notHere, reply } from './reply.js';
import { digestFits, isDigest } from './store.js';
/** @import { Digest } from '../../../src/oci/digest.ts' */
/** @import { Context, Endpoint, Reply, Request } from './internal.ts' */
/** @import { Upload } from './store.js' */

/**
 * Mount, whole blob in one POST, or the start of a session.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 * @type {Endpoint}
 */
export function startUpload(context, request, { repository }) {
  const mounted = mount(context, request, repository);
  if (mounted !== undefined) return mounted;
  const digest = request.query.get('digest');
  if (digest !== null && (context.options.monolithicPost ?? true)) {
    return commit(context, repository, digest, request.body);
  }
  const id = randomUUID();
  /** @type {Upload} */
  const upload = { repository, bytes: new Uint8Array(), state: randomUUID(), short: false };
  context.store.uploads.set(id, upload);
  const minimum = context.options.minChunk;
  return progress(
    context,
    202,
    id,
    upload,
    minimum === undefined ? {} : { 'oci-chunk-min-length': String(minimum) },
  );
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository
 * @param {Context} context
 * @param {Request} request
 * @param {string} repository
 */
function mount({ store, options }, request, repository) {
  const digest = request.query.get('mount');
  const from = request.query.get('from');
  if (digest === null || !isDigest(digest) || options.mount === 'no') return undefined;
  const anywhere = from === null && options.mount === 'anywhere';
  const bytes = anywhere ? store.blobAnywhere(digest) : store.blob(from ?? repository, digest);
  if (bytes === undefined) return undefined;
  store.putBlob(repository, digest, bytes);
  return created(repository, digest);
}

/**
 * @param {Context} context
 * @param {string} repository
 * @param {string} digest
 * @param {Uint8Array} bytes
 */
function commit({ store }, repository, digest, bytes) {
  if (!isDigest(digest) || !digestFits(bytes, digest)) return badDigest(digest);
  store.putBlob(repository, digest, bytes);
  return created(repository, digest);
}

/**
 * @param {string} repository
 * @param {Digest} digest
 */
function created(repository, digest) {
  return reply(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}

/**
 * Where the session is and how far it came. A session without a byte says 0-0, as distribution does.
 * @param {Context} context
 * @param {number} status
 * @param {string} id
 * @param {Upload} upload
 * @param {Record<string, string>} [headers]
 */
function progress(context, status, id, upload, headers = {}) {
  const path = `/v2/${upload.repository}/blobs/uploads/${id}?_state=${upload.state}`;
  return reply(status, {
    location: context.options.locations === 'absolute' ? `${context.url}${path}` : path,
    range: `0-${Math.max(0, upload.bytes.length - 1)}`,
    'docker-upload-uuid': id,
    ...headers,
  });
}

/**
 * The session that a request names; its Location has to come back with the query that it had.
 * @param {Context} context
 * @param {Request} request
 * @param {{ repository: string, reference: string }} route
 * @returns {{ upload: Upload } | { refusal: Reply }}
 */
function session({ store }, request, { repository, reference }) {
  const upload = store.uploads.get(reference);
  if (upload?.repository !== repository) return { refusal: notHere.upload() };
  if (request.query.get('_state') === upload.state) return { upload };
  return { refusal: failure(400, 'BLOB_UPLOAD_INVALID', 'the query of the upload Location was lost') };
}

/**
 * @type {Endpoint}
 */
export function uploadStatus(context, request, route) {
  const found = session(context, request, route);
  return 'refusal' in found ? found.refusal : progress(context, 204, route.reference, found.upload);
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks
 * @type {Endpoint}
 */
export function uploadChunk(context, request, route) {
  const found = session(context, request, route);
  if ('refusal' in found) return found.refusal;
  return (
    append(context, request, route.reference, found.upload) ??
    progress(context, 202, route.reference, found.upload)
  );
}

/**
 * Adds the body to the session, or says why not.
 * @param {Context} context
 * @param {Request} request
 * @param {string} id
 * @param {Upload} upload
 */
function append(context, request, id, upload) {
  if (request.body.length === 0) return undefined;
  const range = request.headers['content-range'];
  if (range !== undefined) {
    const [start, end] = /^\d+-\d+$/.test(range) ? range.split('-').map(Number) : [];
    if (start !== upload.bytes.length || end !== start + request.body.length - 1) {
      return progress(context, 416, id, upload);
    }
  }
  if (upload.short)
    return failure(400, 'SIZE_INVALID', 'a chunk below OCI-Chunk-Min-Length was not the last one');
  upload.short = request.body.length < (context.options.minChunk ?? 0);
  upload.bytes = Buffer.concat([upload.bytes, request.body]);
  return undefined;
}

/**
 * The last chunk, if there is one, and the end of the session. A digest that does not fit ends it too.
 * @type {Endpoint}
 */
export function finishUpload(context, request, route) {
  const found = session(context, request, route);
  if ('refusal' in found) return found.refusal;
  const digest = request.query.get('digest');
  if (digest === null || !isDigest(digest)) return badDigest(String(digest));
  const refusal = append(context, request, route.reference, found.upload);
  if (refusal !== undefined) return refusal;
  context.store.uploads.delete(route.reference);
  return commit(context, route.repository, digest, found.upload.bytes);
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#cancel-a-blob-upload
 * @type {Endpoint}
 */
export function cancelUpload(context, request, route) {
  const found = session(context, request, route);
  if ('refusal' in found) return found.refusal;
  context.store.uploads.delete(route.reference);
  return reply(204);
}

/**
 * What a registry keeps of a body whose connection broke: the session goes on from there.
 * @param {Context} context
 * @param {Request} request
 * @param {{ repository: string, reference: string }} route
 */
export function keepPart(context, request, route) {
  const found = session(context, request, route);
  const start = Number((request.headers['content-range'] ?? '').split('-')[0]);
  if ('refusal' in found || (start > 0 && start !== found.upload.bytes.length)) return;
  found.upload.bytes = Buffer.concat([found.upload.bytes, request.body]);
}
