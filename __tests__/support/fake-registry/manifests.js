import { badDigest, failure, notHere, reply, unsupported } from './reply.js';
import { digestFits, digestOf, isDigest } from './store.js';
/** @import { Digest } from '../../../src/oci/digest.ts' */
/** @import { Endpoint, Request, StoredManifest } from './internal.ts' */
/** @import { FakeRegistryOptions } from './types.ts' */
/** @import { Store } from './store.js' */

/** https://github.com/distribution/distribution: `maxManifestBodySize`. */
const maxManifestBytes = 4 * 1024 * 1024;
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const imageTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 * @type {Endpoint}
 */
export function getManifest({ store, options }, request, { repository, reference }) {
  if (request.method === 'HEAD' && options.headRefused === true) return unsupported();
  if (reference.includes(':') && !isDigest(reference)) return badDigest(reference);
  const found = store.readManifest(repository, reference, request.fault?.kind === 'stale');
  if (found === undefined) return notHere.manifest(reference);
  if ((options.strictAccept ?? true) && !accepts(request, found.mediaType)) {
    return failure(
      404,
      'MANIFEST_UNKNOWN',
      `a manifest of type ${found.mediaType} was found, and Accept does not name it`,
    );
  }
  return reply(200, { 'content-type': found.mediaType, 'docker-content-digest': found.digest }, found.bytes);
}

/**
 * Only a type that is named counts, as in distribution v3; parameters such as q do not.
 * @param {Request} request
 * @param {string} mediaType
 */
function accepts(request, mediaType) {
  const named = (request.headers['accept'] ?? '').split(',').map((part) => part.split(';')[0]?.trim());
  return named.includes(mediaType);
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
 * @type {Endpoint}
 */
export function putManifest({ store, options }, request, { repository, reference }) {
  const byDigest = reference.includes(':');
  if (byDigest && (!isDigest(reference) || !digestFits(request.body, reference))) return badDigest(reference);
  const tags = byDigest ? tagParameters(options, request) : [reference];
  const badTag = tags.find((tag) => !tagForm.test(tag));
  if (badTag !== undefined)
    return failure(400, 'TAG_INVALID', 'manifest tag did not match URI', { tag: badTag });
  if (request.body.length > maxManifestBytes)
    return failure(413, 'MANIFEST_INVALID', 'manifest is over 4 MiB');
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const document = readDocument(request.body, mediaType);
  if ('refusal' in document) return failure(400, 'MANIFEST_INVALID', document.refusal);
  const missing = missingContent(store, options, repository, document);
  if (missing.length > 0) return unknownContent(missing);
  const digest = byDigest ? /** @type {Digest} */ (reference) : digestOf(request.body);
  const held = tags.flatMap((tag) => immutable(store, options, repository, tag, digest) ?? []);
  if (held[0] !== undefined) return held[0];
  store.putManifest(repository, { bytes: request.body, digest, mediaType }, tags);
  const subject = (options.referrers ?? true) ? document.subject?.digest : undefined;
  return reply(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(subject !== undefined && { 'oci-subject': subject }),
    ...(byDigest && tags.length > 0 && { 'oci-tag': tags.join(', ') }),
  });
}

/**
 * @param {FakeRegistryOptions} options
 * @param {Request} request
 */
function tagParameters(options, request) {
  return options.tagParameter === true ? request.query.getAll('tag') : [];
}

/** @typedef {{ mediaType?: string, digest: Digest, urls?: string[] }} Link */
/** @typedef {{ subject?: Link, children: Link[], blobs: Link[] }} Document */

/**
 * What a manifest refers to, or why it is none.
 * @param {Uint8Array} bytes
 * @param {string} mediaType
 * @returns {Document | { refusal: string }}
 */
function readDocument(bytes, mediaType) {
  /** @type {any} */
  let body;
  try {
    body = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    return { refusal: `manifest is not JSON: ${String(error)}` };
  }
  if (body === null || typeof body !== 'object' || body.schemaVersion !== 2)
    return { refusal: 'schemaVersion is not 2' };
  if (body.mediaType !== undefined && body.mediaType !== mediaType) {
    return { refusal: `mediaType is ${String(body.mediaType)} and Content-Type is ${mediaType}` };
  }
  const isIndex = indexTypes.includes(mediaType);
  if (!isIndex && !imageTypes.includes(mediaType)) return { refusal: `unknown media type ${mediaType}` };
  if (isIndex ? body.config !== undefined || body.layers !== undefined : body.manifests !== undefined) {
    return { refusal: 'the document is an index and an image at once' };
  }
  const children = isIndex ? body.manifests : [];
  const blobs = isIndex ? [] : [body.config, ...(Array.isArray(body.layers) ? body.layers : [undefined])];
  const links = [
    ...(Array.isArray(children) ? children : [undefined]),
    ...blobs,
    ...(body.subject ? [body.subject] : []),
  ];
  if (!links.every(isLink)) return { refusal: 'a descriptor has no digest or no size' };
  return { subject: body.subject, children, blobs };
}

/** @param {any} link */
function isLink(link) {
  return (
    link !== null &&
    typeof link === 'object' &&
    isDigest(String(link.digest)) &&
    Number.isSafeInteger(link.size)
  );
}

/**
 * @param {Store} store
 * @param {FakeRegistryOptions} options
 * @param {string} repository
 * @param {Document} document
 */
function missingContent(store, options, repository, document) {
  const children = (options.checkChildren ?? true) ? document.children : [];
  const blobs = (options.checkBlobs ?? true) ? document.blobs : [];
  return [
    ...children.filter((child) => store.manifest(repository, child.digest) === undefined),
    ...blobs.filter((blob) => blob.urls === undefined && store.blob(repository, blob.digest) === undefined),
  ].map((link) => link.digest);
}

/** @param {Digest[]} digests */
function unknownContent(digests) {
  const errors = digests.map((digest) => ({
    code: 'MANIFEST_BLOB_UNKNOWN',
    message: 'manifest blob unknown to registry',
    detail: { digest },
  }));
  return reply(400, { 'content-type': 'application/json' }, JSON.stringify({ errors }));
}

/**
 * The refusals of Harbor and of ECR, word for word; ECR's also meets a push of what the tag has already.
 * @param {Store} store
 * @param {FakeRegistryOptions} options
 * @param {string} repository
 * @param {string} tag
 * @param {Digest} digest
 */
function immutable(store, options, repository, tag, digest) {
  const held = store.manifest(repository, tag)?.digest;
  if (options.immutableTags === undefined || held === undefined || !options.immutableTags.pattern.test(tag))
    return undefined;
  if (options.immutableTags.style === 'ecr') {
    const message = `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`;
    return failure(400, 'TAG_INVALID', message);
  }
  if (held === digest) return undefined;
  return failure(
    412,
    'PRECONDITION',
    `Failed to process request due to '${repository}:${tag}' configured as immutable.`,
  );
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-manifests
 * @type {Endpoint}
 */
export function deleteManifest({ store, options }, _request, { repository, reference }) {
  if (options.deletes === false) return unsupported();
  const gone = isDigest(reference)
    ? store.removeManifest(repository, reference)
    : store.removeTag(repository, reference);
  return gone ? reply(202) : notHere.manifest(reference);
}

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 * @type {Endpoint}
 */
export function listReferrers({ store, options }, request, { repository, reference }) {
  if (options.referrers === false)
    return reply(404, { 'content-type': 'text/plain' }, '404 page not found\n');
  if (!isDigest(reference)) return badDigest(reference);
  const wanted = request.query.get('artifactType');
  const all = [...(store.find(repository)?.manifests.values() ?? [])].flatMap(
    (m) => referrer(m, reference) ?? [],
  );
  const manifests = wanted === null ? all : all.filter((entry) => entry.artifactType === wanted);
  const index = { schemaVersion: 2, mediaType: indexTypes[0], manifests };
  return reply(
    200,
    {
      'content-type': String(indexTypes[0]),
      ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }),
    },
    JSON.stringify(index),
  );
}

/**
 * The descriptor of a manifest in the list of those that refer to `subject`, if it does.
 * @param {StoredManifest} manifest
 * @param {Digest} subject
 */
function referrer({ bytes, digest, mediaType }, subject) {
  const body = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (body.subject?.digest !== subject) return undefined;
  const artifactType = body.artifactType || body.config?.mediaType;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType && { artifactType }),
    ...(body.annotations && { annotations: body.annotations }),
  };
}
