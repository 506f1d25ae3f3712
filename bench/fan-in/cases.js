/** @import { ListCase, Relation } from './types.ts' */

/** Turns by size: the larger, the longer, and the less a single disturbance weighs. */
const sizes = [
  { platforms: 4, tags: 3, repeat: 5, tagCap: 3 },
  { platforms: 16, tags: 10, repeat: 3, tagCap: 1 },
  { platforms: 64, tags: 100, repeat: 2, tagCap: 1 },
];

/** @type {readonly Relation[]} */
const relations = ['same-repository', 'other-repository', 'other-registry'];

const usual = { auth: /** @type {const} */ ('bearer'), redirect: false };

/** @type {readonly ListCase[]} */
const all = [
  ...sizes.flatMap((size) =>
    relations.map((relation) => ({
      ...{ name: `${size.platforms}x${size.tags} ${relation}`, relation },
      ...usual,
      ...size,
    })),
  ),
  {
    ...{ name: '4x1 other-repository', relation: 'other-repository', platforms: 4, tags: 1 },
    ...usual,
    repeat: 3,
    tagCap: 1,
  },
  {
    ...{ name: '4x3 same-repository, no auth', relation: 'same-repository', platforms: 4, tags: 3 },
    ...{ auth: 'none', redirect: false, repeat: 3, tagCap: 3 },
  },
  {
    ...{ name: '4x3 same-repository, redirects', relation: 'same-repository', platforms: 4, tags: 3 },
    ...{ auth: 'bearer', redirect: true, repeat: 3, tagCap: 3 },
  },
];

/**
 * @param {readonly string[]} wanted Beginnings of names; none: all.
 * @param {number} repeat 0: as it stands.
 * @param {number} tagCap 0: as it stands.
 * @returns {ListCase[]}
 */
export function listCases(wanted, repeat, tagCap) {
  return all
    .filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
    .map((one) => ({ ...one, repeat: repeat || one.repeat, tagCap: tagCap || one.tagCap }));
}
