import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordOf, smallImages } from './images.js';
import { baseEnvironment } from './lists.js';
import { measure } from './measure.js';
import { proveList, seed } from './seed.js';
import { us } from './report.js';
/** @import { MicroResult, Sample } from './types.ts' */

export const jobName = '200 images of 4 platforms in one job';

/**
 * One merge that publishes the four platforms' list to 200 repositories, to all but the first by copying.
 * @param {{ cli: string, scratch: string, registry: { host: string }, say: (line: string) => void }} ground
 * @returns {Promise<MicroResult>}
 */
export async function manyImages({ cli, scratch, registry: { host }, say }) {
  const home = join(scratch, 'many');
  const records = join(home, 'records');
  await mkdir(records, { recursive: true });
  const images = smallImages(4);
  const paths = Array.from({ length: 200 }, (_, at) => `many/app-${at}`);
  const [first = ''] = paths;
  await seed(host, first, images);
  for (const [at, image] of images.entries()) {
    await writeFile(join(records, `${at}.json`), JSON.stringify(recordOf(image, `${host}/${first}`)));
  }
  const platforms = images.map(({ platform }) => platform).join(',');
  const names = paths.map((path) => `${host}/${path}`).join(',');
  const cost = await measure(
    [
      process.execPath,
      cli,
      'merge',
      '--images',
      names,
      '--tags',
      'v1',
      '--platforms',
      platforms,
      '--records',
      records,
    ],
    { env: baseEnvironment(home), scratch: home },
  );
  const bytes =
    paths.length *
    images.flatMap(({ blobs }) => [...blobs.values()]).reduce((n, { length }) => n + length, 0);
  if (cost.status !== 0) {
    const last = cost.output.trim().split('\n').at(-1) ?? '';
    say(`${jobName}: ${cost.output}`);
    const absent = last.includes('E_UNSUPPORTED') ? 'not supported' : `failed: ${last.slice(0, 200)}`;
    return {
      name: jobName,
      base: us,
      bytes,
      outcomes: [{ tool: us, samples: [], absent, measuredTags: undefined }],
    };
  }
  for (const path of paths) await proveList(host, path, ['v1'], images);
  const { wall, cpu, peak } = cost;
  /** @type {Sample} */
  const sample = { requests: 0, rounds: 0, connections: 0, wall, cpu, peak };
  return {
    name: jobName,
    base: us,
    bytes,
    outcomes: [{ tool: us, samples: [sample], absent: undefined, measuredTags: undefined }],
  };
}
