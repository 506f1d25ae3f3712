import { jobName } from './jobs.js';
import { contentsName, copyName, gunzipName, layoutName, registryName } from './layers.js';
import { mebibytes, outcomeOf, showSpread, us } from './report.js';
import { fastest, ratio, spreadOf } from './statistics.js';
/** @import { CaseResult, Goal, MicroResult, Outcome } from './types.ts' */

const megabyte = 1e6 / 1024;

/**
 * The goals that this bench is there to check; what was not run is not measured, and so neither met nor missed.
 * @param {readonly CaseResult[]} lists
 * @param {readonly MicroResult[]} micros
 * @returns {Goal[]}
 */
export function goalsOf(lists, micros) {
  const same = lists.filter(
    ({ relation, auth, redirect }) => relation === 'same-repository' && auth === 'bearer' && !redirect,
  );
  return [
    requestGoal('same repository, 4 x 3', 21, find(lists, '4x3 same-repository')),
    ...same.map(wallGoal),
    requestGoal('other repository of the registry, 4 x 1', 35, find(lists, '4x1 other-repository')),
    ...copyGoals(micros.find(({ name }) => name === copyName)),
    ...contentGoals(micros.find(({ name }) => name === contentsName)),
    ...growthGoals(same),
    peakGoal(jobName, 256, outcomeOf(micros.find(({ name }) => name === jobName)?.outcomes ?? [], us)),
  ];
}

/** @param {readonly CaseResult[]} lists @param {string} name */
function find(lists, name) {
  return lists.find((one) => one.name === name);
}

/** @param {string} goal @param {number} most @param {CaseResult | undefined} result @returns {Goal} */
function requestGoal(goal, most, result) {
  const own = result && outcomeOf(result.outcomes, us);
  const requests = own && spreadOf(own, 'requests');
  const measured = requests === undefined ? '' : `${requests.median} (${requests.min}..${requests.max})`;
  const wanted = `at most ${most} requests`;
  return { goal, wanted, measured, met: requests && requests.max <= most };
}

/** @param {CaseResult} result @returns {Goal} */
function wallGoal({ name, outcomes }) {
  const own = outcomeOf(outcomes, us);
  const peer = fastest(outcomes, us);
  const against = own && peer && ratio(own, peer, 'wall');
  const measured = against === undefined ? '' : `${showSpread(against)} of ${String(peer?.tool)}`;
  const wanted = 'wall time at most 0.6 of the fastest peer';
  return { goal: name, wanted, measured, met: against && against.median <= 0.6 };
}

/** @param {MicroResult | undefined} result @returns {Goal[]} */
function copyGoals(result) {
  const own = result && outcomeOf(result.outcomes, us);
  const crane = result && outcomeOf(result.outcomes, 'crane');
  const against = own && crane && ratio(own, crane, 'wall');
  return [
    {
      ...{ goal: copyName, wanted: "wall time at most crane's" },
      ...{ measured: showSpread(against), met: against && against.median <= 1 },
    },
    peakGoal(copyName, 128, own),
  ];
}

/** @param {MicroResult | undefined} result @returns {Goal[]} */
function contentGoals(result) {
  const gunzip = result && outcomeOf(result.outcomes, gunzipName);
  return [layoutName, registryName].map((tool) => {
    const own = result && outcomeOf(result.outcomes, tool);
    const against = own && gunzip && ratio(own, gunzip, 'wall');
    const wanted = 'wall time at most 0.7 of gunzip -t';
    return { goal: tool, wanted, measured: showSpread(against), met: against && against.median <= 0.7 };
  });
}

/** Linear: what one platform or tag more costs does not grow with their number. @param {readonly CaseResult[]} same @returns {Goal[]} */
function growthGoals(same) {
  const perUnit = (/** @type {string} */ name, /** @type {'requests' | 'cpu'} */ key) => {
    const result = find(same, name);
    const own = result && outcomeOf(result.outcomes, us);
    const cost = own && spreadOf(own, key)?.median;
    return cost === undefined || result === undefined ? undefined : cost / (result.platforms + result.tags);
  };
  const growth = /** @type {const} */ (['requests', 'cpu']).map((key) => {
    const small = perUnit('4x3 same-repository', key);
    const large = perUnit('64x100 same-repository', key);
    const known = small !== undefined && large !== undefined;
    const unit = key === 'cpu' ? 'ms of CPU' : key;
    return {
      goal: `growth from 4 x 3 to 64 x 100: ${unit} for each platform or tag`,
      wanted: 'no more than in the small',
      measured: known ? `${small.toFixed(1)} -> ${large.toFixed(1)}` : '',
      met: known ? large <= small : undefined,
    };
  });
  const large = find(same, '64x100 same-repository');
  return [...growth, peakGoal('same repository, 64 x 100', 256, large && outcomeOf(large.outcomes, us))];
}

/** @param {string} goal @param {number} most Megabytes. @param {Outcome | undefined} own @returns {Goal} */
function peakGoal(goal, most, own) {
  const peak = own && spreadOf(own, 'peak')?.max;
  const measured = peak === undefined ? '' : `${mebibytes(peak)} MiB`;
  return {
    goal,
    wanted: `peak memory below ${most} MB`,
    measured,
    met: peak === undefined ? undefined : peak < most * megabyte,
  };
}
