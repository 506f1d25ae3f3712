import { CodedError, quote } from '../errors.ts';
import { formatReference, parseReference, parseTag, type Repository } from '../oci/reference.ts';
import type { Kind } from './definition.ts';
import { eachItem, list, unreadable } from './kinds.ts';

/** One item of `tags`: bare, for every image; or with the repository that a full reference names. */
export interface TagItem {
  readonly tag: string;
  readonly repository?: Repository;
}

/** More than these are a mistake in a template, not a release. */
const maxTags = 100;

/**
 * `tags`: bare ones, or full references as docker/metadata-action prints them. `none` gives an empty list. Items that say the same
 * count once.
 */
export const tagList: Kind<readonly TagItem[]> = {
  syntax: 'list|none',
  flag: 'value',
  list: true,
  parse: async (values) => {
    const items = [...new Set(await list.parse(values))];
    if (items.includes('none')) {
      if (items.length === 1) return [];
      throw unreadable(`has "none" beside ${items.length - 1} more`, 'give either none alone or the tags');
    }
    if (items.length === 0)
      throw unreadable('has no tag in it', 'give a tag, or `none` to publish by digest alone');
    return withoutDoubles(eachItem(items, readTag, maxTags));
  },
};

function readTag(item: string): TagItem {
  if (!/[/:@]/u.test(item)) return { tag: parseTag(item) };
  const { repository, tag, digest } = parseReference(item);
  if (tag !== undefined && digest === undefined) return { tag, repository };
  throw new CodedError('E_REFERENCE', `${quote(item)} has ${digest === undefined ? 'no tag' : 'a digest'}`, {
    hint: 'an item of tags is a tag (v1), or a whole reference with one (quay.io/acme/app:v1)',
    usage: true,
  });
}

function withoutDoubles(items: readonly TagItem[]): TagItem[] {
  const byText = new Map<string, TagItem>();
  for (const item of items) {
    const key =
      item.repository === undefined
        ? item.tag
        : formatReference({ repository: item.repository, tag: item.tag });
    if (!byText.has(key)) byText.set(key, item);
  }
  return [...byText.values()];
}
