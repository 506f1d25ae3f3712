import { show } from '../errors.ts';
import { RegistryError } from './errors.ts';
import { sameOrigin } from './redirects.ts';
import type { HttpResponse } from './transport.ts';

/**
 * The next page, from `Link: <...>; rel="next"`: `/v2/...` with its query, on the same origin as this page.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 * @param seen targets that were asked for already; the new one is added.
 * @throws E_REGISTRY for another origin, a page that was read before, or more than `maxPages`.
 */
export function nextPage(
  what: string,
  answer: HttpResponse,
  seen: Set<string>,
  maxPages: number,
): string | undefined {
  const link = answer.message.headersDistinct['link']?.map(nextOf).find((target) => target !== undefined);
  if (link === undefined) return undefined;
  const refuse = (why: string) =>
    new RegistryError('E_REGISTRY', `${what}: the next page that ${answer.url.host} names ${why}`, {
      hint: 'the registry is at fault; nothing of this listing is used',
    });
  if (!URL.canParse(link, answer.url.href)) throw refuse(`is not a URL: ${show(link, 80)}`);
  const url = new URL(link, answer.url);
  if (!sameOrigin(url, answer.url)) throw refuse(`is on another host: ${show(url.origin, 80)}`);
  const target = `${url.pathname}${url.search}`;
  if (seen.has(target)) throw refuse('is one that was read before');
  if (seen.size >= maxPages) throw refuse(`is one more than the ${maxPages} that are read`);
  seen.add(target);
  return target;
}

function nextOf(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^<>]{0,8192})>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^";,]*\s)?next(?=[\s",;]|$)/i.test(parameters)) return target;
  }
  return undefined;
}
