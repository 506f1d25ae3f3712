import { deleteBlob, getBlob } from './blobs.js';
import { deleteManifest, getManifest, listReferrers, putManifest } from './manifests.js';
import { failure, json, notHere, reply, unsupported } from './reply.js';
import { listTags } from './tags.js';
import { cancelUpload, finishUpload, startUpload, uploadChunk, uploadStatus } from './uploads.js';
/** @import { Context, Endpoint, Reply, Request, Route, Scope } from './internal.ts' */
/** @import { ArrivedRequest } from './types.ts' */

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints */
/** @type {{ form: RegExp, verbs: Record<string, Endpoint> }[]} */
const endpoints = [
  {
    form: /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/,
    verbs: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
  { form: /^\/v2\/(?<repository>.+)\/blobs\/uploads\/?$/, verbs: { POST: startUpload } },
  {
    form: /^\/v2\/(?<repository>.+)\/blobs\/uploads\/(?<reference>[^/]+)$/,
    verbs: { GET: uploadStatus, PATCH: uploadChunk, PUT: finishUpload, DELETE: cancelUpload },
  },
  {
    form: /^\/v2\/(?<repository>.+)\/blobs\/(?<reference>[^/]+)$/,
    verbs: { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob },
  },
  { form: /^\/v2\/(?<repository>.+)\/tags\/list$/, verbs: { GET: listTags } },
  { form: /^\/v2\/(?<repository>.+)\/referrers\/(?<reference>[^/]+)$/, verbs: { GET: listReferrers } },
];

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const nameForm = new RegExp(`^${component}(?:/${component})*$`);

/**
 * The endpoint that a request is for.
 * @param {ArrivedRequest} request
 * @returns {{ endpoint: Endpoint, route: Route } | undefined}
 */
export function findEndpoint(request) {
  if (/^\/v2\/?$/.test(request.path))
    return { endpoint: () => json({}), route: { repository: '', reference: '' } };
  for (const { form, verbs } of endpoints) {
    const groups = form.exec(request.path)?.groups;
    if (groups?.['repository'] === undefined) continue;
    const route = { repository: groups['repository'], reference: groups['reference'] ?? '' };
    if (!nameForm.test(route.repository)) {
      return { endpoint: () => failure(400, 'NAME_INVALID', 'invalid repository name'), route };
    }
    return { endpoint: verbs[request.method] ?? unsupported, route };
  }
  return undefined;
}

/**
 * @param {Context} context
 * @param {Request} request
 * @returns {Reply}
 */
export function dispatch(context, request) {
  const found = findEndpoint(request);
  if (found === undefined) return reply(404, { 'content-type': 'text/plain' }, '404 page not found\n');
  const { repositories, maxUpload = Infinity } = context.options;
  const writes = request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH';
  if (writes && repositories?.includes(found.route.repository) === false)
    return notHere.repository(found.route.repository);
  if (request.path.includes('/blobs/uploads') && request.body.length > maxUpload) return tooLarge;
  return found.endpoint(context, request, found.route);
}

/** What nginx says in front of a registry. */
const tooLarge = reply(
  413,
  { 'content-type': 'text/html' },
  '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
);

/**
 * What a client must be allowed to do for this request, the repository it is about first.
 * @param {ArrivedRequest} request
 * @returns {Scope[]}
 */
export function neededScopes(request) {
  const repository = findEndpoint(request)?.route.repository ?? '';
  if (repository === '') return [];
  if (request.method === 'GET' || request.method === 'HEAD') return [{ repository, actions: ['pull'] }];
  const isUpload = request.path.includes('/blobs/uploads/');
  if (request.method === 'DELETE' && !isUpload) return [{ repository, actions: ['delete'] }];
  const from = request.query.get('from');
  return [
    { repository, actions: ['pull', 'push'] },
    ...(from === null ? [] : [{ repository: from, actions: ['pull'] }]),
  ];
}
