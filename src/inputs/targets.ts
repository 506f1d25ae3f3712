import type { Repository } from '../oci/reference.ts';
import { unreadable } from './kinds.ts';
import type { TagItem } from './tags.ts';

/** What is published, or looked at, in one repository. */
export interface Target {
  readonly image: Repository;
  /** In the order they were given; empty publishes by digest alone. */
  readonly tags: readonly string[];
}

/**
 * Images x tags. A bare tag is for every image; a full reference is for its own repository, which need not be in `images`. The first
 * target is the one that legs push to.
 * @throws E_INPUT when nothing names an image, or an image would get no tag although some are given.
 */
export function targetsOf(images: readonly Repository[] | undefined, tags: readonly TagItem[]): Target[] {
  const named = tags.flatMap((item) => item.repository ?? []);
  const repositories = new Map([...(images ?? []), ...named].map((image) => [image.name, image]));
  if (repositories.size === 0) {
    throw unreadable(
      'images is not set',
      'name the repository (quay.io/acme/app), or give whole references in tags',
    );
  }
  return [...repositories.values()].map((image) => {
    const own = tags.filter((item) => item.repository === undefined || item.repository.name === image.name);
    if (own.length === 0 && tags.length > 0) {
      throw unreadable(
        `images names ${image.name}, for which there is no tag in tags`,
        'add a tag for it, use bare tags, or take it out of images',
      );
    }
    return { image, tags: [...new Set(own.map((item) => item.tag))] };
  });
}

/** The {@link targetsOf} that a leg pushes to: the first, or all where `push-to` says so. @throws as {@link targetsOf} does */
export function legTargets(inputs: {
  readonly images?: readonly Repository[] | undefined;
  readonly tags: readonly TagItem[];
  readonly 'push-to': 'first' | 'all';
}): Target[] {
  return targetsOf(inputs.images, inputs.tags).slice(0, inputs['push-to'] === 'all' ? undefined : 1);
}

/** `{tag}` of `arch-tag`: the first of `tags`. */
export function firstTag(tags: readonly TagItem[]): string | undefined {
  return tags[0]?.tag;
}
