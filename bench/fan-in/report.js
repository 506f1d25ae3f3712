import { fastest, ratio, spreadOf } from './statistics.js';
/** @import { CaseResult, Goal, MicroResult, Outcome } from './types.ts' */
/** @import { Spread } from './statistics.js' */

export const us = 'native-multiarch';

/** @param {CaseResult} result */
export function caseTable(result) {
  const title = `${result.name}: ${result.platforms} platforms x ${result.tags} tags, ${result.relation.replace('-', ' ')}`;
  const how = `auth ${result.auth}${result.redirect ? ', blobs redirected' : ''}, ${result.repeat} turns`;
  const own = result.outcomes.find(({ tool }) => tool === us);
  const best = fastest(result.outcomes, us);
  const rows = result.outcomes.map((outcome) => {
    const { tool, samples, absent, measuredTags } = outcome;
    if (samples.length === 0) return [tool, absent ?? ''];
    const about = measuredTags === undefined ? '' : '~';
    const wall = spreadOf(outcome, 'wall');
    const cells = /** @type {const} */ (['requests', 'rounds', 'connections']).map(
      (key) => `${about}${String(Math.round(spreadOf(outcome, key)?.median ?? NaN))}`,
    );
    return [
      tool,
      ...cells,
      ...[about + seconds(wall?.median), `${seconds(wall?.min)}..${seconds(wall?.max)}`],
      ...[seconds(spreadOf(outcome, 'cpu')?.median), mebibytes(spreadOf(outcome, 'peak')?.max)],
      tool === us || own === undefined ? '' : showSpread(ratio(own, outcome, 'wall')),
      outcome === best ? 'fastest peer' : '',
    ];
  });
  const head = [
    'tool',
    'requests',
    'rounds',
    'conns',
    'wall s',
    'min..max',
    'cpu s',
    'peak MiB',
    'ours/it',
    '',
  ];
  const capped = result.outcomes.some(({ measuredTags }) => measuredTags !== undefined);
  const note = capped ? '~ a part of the tags was made, and the rest reckoned to cost as much each\n' : '';
  return `${title} (${how})\n${table([head, ...rows])}\n${note}`;
}

/** @param {MicroResult} result */
export function microTable(result) {
  const base = outcomeOf(result.outcomes, result.base);
  const rows = result.outcomes.map((outcome) => {
    const wall = spreadOf(outcome, 'wall');
    if (wall === undefined) return [outcome.tool, outcome.absent ?? ''];
    const against = (/** @type {'wall' | 'cpu'} */ key) =>
      base === undefined || base === outcome ? '' : showSpread(ratio(outcome, base, key));
    const rate = (result.bytes / 1e6 / (wall.median / 1000)).toFixed(0);
    return [
      outcome.tool,
      ...[seconds(wall.median), `${seconds(wall.min)}..${seconds(wall.max)}`],
      ...[rate, seconds(spreadOf(outcome, 'cpu')?.median), mebibytes(spreadOf(outcome, 'peak')?.max)],
      ...[against('wall'), against('cpu')],
    ];
  });
  const over = `/${result.base}`;
  const head = ['', 'wall s', 'min..max', 'MB/s', 'cpu s', 'peak MiB', `wall${over}`, `cpu${over}`];
  return `${result.name} (${(result.bytes / 1e6).toFixed(0)} MB)\n${table([head, ...rows])}\n`;
}

/** @param {readonly Goal[]} goals */
export function goalTable(goals) {
  const verdict = (/** @type {boolean | undefined} */ met) =>
    met === undefined ? 'not measured' : met ? 'met' : 'NOT MET';
  const rows = goals.map(({ goal, wanted, measured, met }) => [verdict(met), goal, wanted, measured]);
  return `Goals\n${table([['', 'goal', 'wanted', 'measured'], ...rows])}\n`;
}

/** @param {Spread | undefined} value */
export function showSpread(value) {
  if (value === undefined) return '';
  return `${value.median.toFixed(2)} (${value.min.toFixed(2)}..${value.max.toFixed(2)})`;
}

/** @param {number | undefined} milliseconds */
function seconds(milliseconds) {
  return milliseconds === undefined ? '' : (milliseconds / 1000).toFixed(2);
}

/** @param {number | undefined} kibibytes */
export function mebibytes(kibibytes) {
  return kibibytes === undefined ? '' : (kibibytes / 1024).toFixed(0);
}

/** The first column to the left, the others to the right; text columns of goals stay left. @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(
      ...rows.map((row) => (row.length === count || at < row.length - 1 ? (row[at] ?? '').length : 0)),
    ),
  );
  const numeric = rows.some((row) => row.includes('peak MiB'));
  return rows
    .map((row) =>
      row
        .map((cell, at) =>
          numeric && at > 0 && row.length === count
            ? cell.padStart(widths[at] ?? 0)
            : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

/** @param {readonly Outcome[]} outcomes @param {string} tool */
export function outcomeOf(outcomes, tool) {
  return outcomes.find((outcome) => outcome.tool === tool && outcome.samples.length > 0);
}
