/** @import { Outcome, Sample } from './types.ts' */

/** @typedef {{ min: number, median: number, max: number }} Spread */

/** @param {readonly number[]} values At least one. @returns {Spread} */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? NaN;
  return { min: sorted[0] ?? NaN, median: (lower + upper) / 2, max: sorted.at(-1) ?? NaN };
}

/** @param {Outcome} outcome @param {keyof Sample} key @returns {Spread | undefined} */
export function spreadOf({ samples }, key) {
  return samples.length === 0 ? undefined : spread(samples.map((sample) => sample[key]));
}

/**
 * One over the other, turn by turn: what disturbed a turn disturbed both.
 * @param {Outcome} one
 * @param {Outcome} other
 * @param {keyof Sample} key
 */
export function ratio(one, other, key) {
  const ratios = one.samples.flatMap((sample, turn) => {
    const against = other.samples[turn];
    return against === undefined ? [] : [sample[key] / against[key]];
  });
  return ratios.length === 0 ? undefined : spread(ratios);
}

/** The peer with the shortest median. @param {readonly Outcome[]} outcomes @param {string} but */
export function fastest(outcomes, but) {
  const medianOf = (/** @type {Outcome} */ outcome) => spreadOf(outcome, 'wall')?.median ?? Infinity;
  const peers = outcomes.filter(({ tool, samples }) => tool !== but && samples.length > 0);
  return peers.toSorted((a, b) => medianOf(a) - medianOf(b))[0];
}
