import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordOf, smallImages } from './images.js';
import { baseEnvironment } from './lists.js';
import { measure } from './measure.js';
import { proveList, seed } from './seed.js';
import { us } from './report.js';
/** @import { Cost, MicroResult, Outcome } from './types.ts' */

export const jobName = '200 images of 4 platforms in one job';

/** Images, and as many as one merge takes. */
const [count, batch] = [200, 20];

/**
 * What one fan-in job does that publishes the four platforms' list to 200 repositories: as few merges as there can be,
 * each of which copies to all of its repositories but the one of the legs.
 * @param {{ cli: string, scratch: string, registry: { host: string }, say: (line: string) => void }} ground
 * @returns {Promise<MicroResult>}
 */
export async function manyImages({ cli, scratch, registry: { host }, say }) {
  const home = join(scratch, 'many');
  const records = join(home, 'records');
  await mkdir(records, { recursive: true });
  const images = smallImages(4);
  const paths = Array.from({ length: count }, (_, at) => `many/app-${at}`);
  await seed(host, 'many/legs', images);
  for (const [at, image] of images.entries()) {
    await writeFile(join(records, `${at}.json`), JSON.stringify(recordOf(image, `${host}/many/legs`)));
  }
  const platforms = images.map(({ platform }) => platform).join(',');
  /** @type {Cost[]} */
  const costs = [];
  for (let from = 0; from < count; from += batch) {
    const names = paths.slice(from, from + batch).map((path) => `${host}/${path}`);
    const merge = [process.execPath, cli, 'merge', '--images', names.join(','), '--tags', 'v1'];
    const cost = await measure([...merge, '--platforms', platforms, '--records', records], {
      env: baseEnvironment(home),
      scratch: home,
    });
    costs.push(cost);
    if (cost.status !== 0) break;
  }
  const failed = costs.find(({ status }) => status !== 0);
  if (failed !== undefined) {
    const last = failed.output.trim().split('\n').at(-1) ?? '';
    say(`${jobName}: ${last}`);
    return result({
      samples: [],
      absent: last.includes('E_UNSUPPORTED') ? 'not supported' : `failed: ${last}`,
    });
  }
  for (const path of paths) await proveList(host, path, ['v1'], images);
  const sum = (/** @type {'wall' | 'cpu'} */ key) => costs.reduce((total, cost) => total + cost[key], 0);
  const peak = Math.max(...costs.map((cost) => cost.peak));
  const sample = { requests: 0, rounds: 0, connections: 0, wall: sum('wall'), cpu: sum('cpu'), peak };
  return result({ samples: [sample], absent: undefined });

  /** @param {Pick<Outcome, 'samples' | 'absent'>} outcome @returns {MicroResult} */
  function result(outcome) {
    const each = images
      .flatMap(({ blobs }) => [...blobs.values()])
      .reduce((total, { length }) => total + length, 0);
    const outcomes = [{ tool: us, measuredTags: undefined, ...outcome }];
    return { name: jobName, base: us, bytes: each * count, outcomes };
  }
}
