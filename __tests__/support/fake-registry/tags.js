import { json, notHere } from './reply.js';
/** @import { Endpoint } from './internal.ts' */

/**
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 * @type {Endpoint}
 */
export function listTags({ store, options }, request, { repository }) {
  const held = store.find(repository);
  if (held === undefined) return notHere.repository(repository);
  const last = request.query.get('last') ?? '';
  const limit = Math.min(Number(request.query.get('n') ?? Infinity), options.tagsPage ?? 1000);
  const after = [...held.tags.keys()].sort().filter((tag) => tag > last);
  const tags = after.slice(0, limit);
  const end = tags.at(-1);
  if (end === undefined || tags.length === after.length) return json({ name: repository, tags });
  const next = `/v2/${repository}/tags/list?last=${encodeURIComponent(end)}&n=${limit}`;
  return json({ name: repository, tags }, { link: `<${next}>; rel="next"` });
}
