import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bigImages, layoutOf, seedBig } from './big-layers.js';
import { types } from './images.js';
import { baseEnvironment, rotated } from './lists.js';
import { measure } from './measure.js';
import { us } from './report.js';
import { ask, proveList } from './seed.js';
/** @import { Argv, Cost, MicroResult, Outcome, Sample, Tool } from './types.ts' */

export const copyName = 'copy of 4 images to another registry, as one list';
export const contentsName = 'contents of the layers of 4 images';
export const gunzipName = 'gunzip -t';
export const layoutName = `${us} verify --check full oci:`;
export const registryName = `${us} verify --check full`;

/** @typedef {{ name: string, argv: Argv }} Contender */

/**
 * The two benches that move large layers. No front and no latency: what counts is bytes.
 * @param {{ cli: string, tools: readonly Tool[], scratch: string, size: number, folder: string | undefined, repeat: number,
 *   only: readonly string[], say: (line: string) => void,
 *   start: (name: string, keep: 'disk') => Promise<{ host: string, close: () => Promise<void> }> }} ground
 * @returns {AsyncGenerator<MicroResult>}
 */
export async function* layerBenches(ground) {
  const { scratch, say, only } = ground;
  say('making the layers: gzip takes a while');
  const images = await bigImages(ground.folder ?? join(scratch, 'layers'), ground.size);
  const from = await ground.start('from', 'disk');
  await seedBig(from.host, 'big/app', images);
  const bytes = images.reduce((total, { size }) => total + size, 0);
  if (only.includes('contents'))
    yield {
      name: contentsName,
      base: gunzipName,
      bytes,
      outcomes: await contents(ground, from.host, images),
    };
  if (only.includes('copies'))
    yield { name: copyName, base: 'crane', bytes, outcomes: await copies(ground, from.host, images) };
}

/**
 * @param {Parameters<typeof layerBenches>[0]} ground
 * @param {string} host
 * @param {Awaited<ReturnType<typeof bigImages>>} images
 */
async function contents({ cli, scratch, repeat, say }, host, images) {
  const layout = join(scratch, 'layout');
  const index = await layoutOf(layout, images);
  await ask(`http://${host}/v2/big/app/manifests/v1`, 'PUT', { type: types.index, body: index });
  const files = images.map(({ file }) => file);
  const cores = String(availableParallelism());
  const platforms = images.map(({ image }) => image.platform).join(',');
  const verify = [process.execPath, cli, 'verify', '--check', 'full', '--platforms', platforms];
  /** @type {Contender[]} */
  const contenders = [
    {
      name: gunzipName,
      argv: ['sh', '-c', `printf '%s\\n' "$@" | xargs -P ${cores} -n 1 gunzip -t`, 'sh', ...files],
    },
    { name: layoutName, argv: [...verify, `oci:${layout}:v1`] },
    { name: registryName, argv: [...verify, '--images', `${host}/big/app`, '--tags', 'v1'] },
  ];
  const kept = keeperOf(contenders.map(({ name }) => name));
  for (let turn = 0; turn < repeat; turn += 1) {
    for (const { name, argv } of rotated(contenders, turn)) {
      if (kept.isAbsent(name)) continue;
      kept.add(name, await measure(argv, { env: baseEnvironment(scratch), scratch }), say);
    }
  }
  return kept.outcomes();
}

/**
 * @param {Parameters<typeof layerBenches>[0]} ground
 * @param {string} source
 * @param {Awaited<ReturnType<typeof bigImages>>} big
 */
async function copies({ tools, scratch, repeat, say, start }, source, big) {
  const images = big.map(({ image }) => image);
  const able = tools.filter(
    ({ relations, program }) => relations.includes('other-registry') && program !== undefined,
  );
  const kept = keeperOf(able.map(({ name }) => name));
  for (let turn = 0; turn < repeat; turn += 1) {
    for (const tool of rotated(able, turn)) {
      if (kept.isAbsent(tool.name)) continue;
      // A registry of its own: one that has seen the bytes may take them faster.
      const name = `to-${turn}-${tool.name.replace(' ', '-')}`;
      const to = await start(name, 'disk');
      const home = join(scratch, `home-${name}`);
      await mkdir(join(home, 'scratch'), { recursive: true });
      await writeFile(join(home, 'config.json'), '{"auths":{}}');
      const job = {
        ...{ images, source: `${source}/big/app`, target: `${to.host}/big/app`, tags: ['v1'], home },
        ...{ hosts: [source, to.host], account: undefined },
      };
      const plan = await tool.plan(job);
      const env = { ...baseEnvironment(home), ...tool.env?.(job) };
      const costs = [];
      for (const argv of [...plan.once, ...plan.tags.flatMap((tag) => plan.perTag(tag))]) {
        costs.push(await measure(argv, { env, scratch: join(home, 'scratch') }));
      }
      const failed = costs.find(({ status }) => status !== 0);
      if (failed === undefined) await proveList(to.host, 'big/app', ['v1'], images);
      kept.add(tool.name, failed ?? total(costs), say);
      await to.close();
      await rm(home, { recursive: true, force: true });
      await rm(join(scratch, name), { recursive: true, force: true });
    }
  }
  return kept.outcomes();
}

/** @param {readonly Cost[]} costs @returns {Cost} */
function total(costs) {
  return {
    status: 0,
    wall: costs.reduce((sum, { wall }) => sum + wall, 0),
    cpu: costs.reduce((sum, { cpu }) => sum + cpu, 0),
    peak: Math.max(...costs.map(({ peak }) => peak)),
    output: '',
  };
}

/** @param {readonly string[]} names */
function keeperOf(names) {
  /** @type {Map<string, { samples: Sample[], absent?: string }>} */
  const kept = new Map(names.map((name) => [name, { samples: [] }]));
  return {
    isAbsent: (/** @type {string} */ name) => kept.get(name)?.absent !== undefined,
    /** @type {(name: string, cost: Cost, say: (line: string) => void) => void} */
    add: (name, { status, wall, cpu, peak, output }, say) => {
      const own = kept.get(name);
      if (own === undefined) return;
      if (status === 0) own.samples.push({ requests: 0, rounds: 0, connections: 0, wall, cpu, peak });
      else {
        const last = output.trim().split('\n').at(-1) ?? '';
        own.absent = last.includes('E_UNSUPPORTED') ? 'not supported' : `failed: ${last.slice(0, 200)}`;
      }
      say(
        `${name}: ${status === 0 ? `${Math.round(wall)} ms, ${Math.round(peak / 1024)} MiB` : output.trim().split('\n').slice(-10).join('\n')}`,
      );
    },
    /** @returns {Outcome[]} */
    outcomes: () =>
      [...kept].map(([tool, { samples, absent }]) => ({ tool, samples, absent, measuredTags: undefined })),
  };
}
