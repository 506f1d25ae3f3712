import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestLog } from '../../__tests__/support/fake-registry/request-log.js';
import { startFront } from './front.js';
import { smallImages } from './images.js';
import { measure } from './measure.js';
import { proveList, seed } from './seed.js';
/** @import { Argv, BuiltImage, CaseResult, Job, ListCase, Outcome, Sample, Tool } from './types.ts' */

const account = { username: 'bench', password: 'of this run alone' };
const tagNames = ['v1.0.0', 'v1.0', 'latest'];

/**
 * @typedef {object} Ground What all cases stand on.
 * @property {{ port: number, host: string }} first The registry where the images are.
 * @property {{ port: number, host: string }} second
 * @property {string} scratch
 * @property {number} latency Milliseconds added to every request.
 * @property {boolean} requests Whether every request is to be said.
 * @property {(line: string) => void} say
 */

let runs = 0;

/** Milliseconds. A tool that takes longer is not asked again, neither in a further turn nor for a larger list of that relation. */
const patience = 60_000;
/** @type {Set<string>} */
const tooSlow = new Set();

/**
 * All tools make the same list, in turns and in another order each time, so that what else the machine does hits all.
 * @param {ListCase} wanted
 * @param {readonly Tool[]} tools
 * @param {Ground} ground
 * @returns {Promise<CaseResult>}
 */
export async function runCase(wanted, tools, ground) {
  const log = new RequestLog();
  const { auth, redirect } = wanted;
  const front = (/** @type {number} */ upstream) =>
    startFront({ upstream, latency: ground.latency, auth, redirect, account, log });
  const fronts = [await front(ground.first.port), await front(ground.second.port)];
  const images = smallImages(wanted.platforms);
  runs += 1;
  const origin = `origin/${runs}`;
  await seed(ground.first.host, origin, images);
  /** @type {Map<string, { samples: Sample[], absent?: string, measuredTags?: number }>} */
  const kept = new Map(tools.map((tool) => [tool.name, { samples: [], ...absence(tool, wanted) }]));
  try {
    for (let turn = 0; turn < wanted.repeat; turn += 1) {
      for (const tool of rotated(tools, turn)) {
        const own = kept.get(tool.name);
        if (own === undefined || own.absent !== undefined || tooSlow.has(keyOf(tool, wanted))) continue;
        const started = performance.now();
        const made = await runTool(tool, wanted, {
          ...ground,
          log,
          fronts: fronts.map(({ host }) => host),
          images,
          origin,
        });
        if (performance.now() - started > patience) tooSlow.add(keyOf(tool, wanted));
        if (typeof made === 'string') own.absent = made;
        else {
          own.samples.push(made.sample);
          if (made.measuredTags !== undefined) own.measuredTags = made.measuredTags;
        }
      }
    }
  } finally {
    for (const one of fronts) await one.close();
  }
  const outcomes = [...kept].map(
    ([tool, { samples, absent, measuredTags }]) =>
      /** @type {Outcome} */ ({ tool, samples, absent, measuredTags }),
  );
  return { ...wanted, outcomes };
}

/** @param {Tool} tool @param {ListCase} wanted */
function keyOf({ name }, { relation }) {
  return `${name}, ${relation}`;
}

/** @param {Tool} tool @param {ListCase} wanted */
function absence(tool, wanted) {
  if (tool.program === undefined) return { absent: 'not installed' };
  if (!tool.relations.includes(wanted.relation)) return { absent: 'not supported' };
  return tooSlow.has(keyOf(tool, wanted)) ? { absent: 'left out: more than a minute before' } : {};
}

/**
 * @param {Tool} tool
 * @param {ListCase} wanted
 * @param {Ground & { log: RequestLog, fronts: string[], images: BuiltImage[], origin: string }} ground
 * @returns {Promise<{ sample: Sample, measuredTags?: number } | string>} Why there is no sample, if there is none.
 */
async function runTool(tool, wanted, ground) {
  runs += 1;
  const { relation } = wanted;
  const home = join(ground.scratch, `home-${runs}`);
  await mkdir(home);
  const [here = '', there = ''] = ground.fronts;
  const path = `run/${runs}`;
  if (relation === 'same-repository') await seed(ground.first.host, path, ground.images, ground.origin);
  const targetHost = relation === 'other-registry' ? there : here;
  /** @type {Job} */
  const job = {
    images: ground.images,
    source: `${here}/${relation === 'same-repository' ? path : ground.origin}`,
    target: `${targetHost}/${path}`,
    tags: Array.from({ length: wanted.tags }, (_, at) => tagNames[at] ?? `v1.0.0-${at}`),
    home,
    hosts: [...new Set([here, targetHost])],
    account: wanted.auth === 'bearer' ? account : undefined,
  };
  await signIn(job);
  const plan = await tool.plan(job);
  const each = plan.tags.slice(0, wanted.tagCap);
  const env = { ...baseEnvironment(home), ...tool.env?.(job) };
  const run = async (/** @type {readonly Argv[]} */ commands) => runAll(commands, { env, home, ...ground });
  const once = await run(plan.once);
  const many = typeof once === 'string' ? once : await run(each.flatMap((tag) => plan.perTag(tag)));
  if (typeof once === 'string') return failed(tool, wanted, once, ground);
  if (typeof many === 'string') return failed(tool, wanted, many, ground);
  const behind = relation === 'other-registry' ? ground.second : ground.first;
  const made =
    plan.tags.length === 0 ? job.tags : job.tags.slice(0, job.tags.length - plan.tags.length + each.length);
  await proveList(behind.host, path, made, ground.images);
  await rm(home, { recursive: true, force: true });
  const factor = each.length === 0 ? 0 : plan.tags.length / each.length;
  const sample = sum(once, many, factor);
  ground.say(`${wanted.name} ${tool.name}: ${sample.requests} requests, ${Math.round(sample.wall)} ms`);
  return each.length < plan.tags.length ? { sample, measuredTags: each.length } : { sample };
}

/** @param {Tool} tool @param {ListCase} wanted @param {string} output @param {Ground} ground */
function failed(tool, wanted, output, ground) {
  const last = output.trim().split('\n').at(-1) ?? '';
  ground.say(`${wanted.name} ${tool.name} failed:\n${output.trim().split('\n').slice(-10).join('\n')}`);
  return /E_UNSUPPORTED|not supported by this version/.test(last)
    ? 'not supported'
    : `failed: ${last.slice(0, 200)}`;
}

/**
 * @param {readonly Argv[]} commands
 * @param {Ground & { env: NodeJS.ProcessEnv, home: string, log: RequestLog }} options
 * @returns {Promise<Sample | string>} What was printed, where one fails.
 */
async function runAll(commands, { env, home, log, requests, say }) {
  log.entries = [];
  let [wall, cpu, peak] = [0, 0, 0];
  for (const argv of commands) {
    const cost = await measure(argv, { env, scratch: home });
    if (cost.status !== 0) return `${argv.slice(0, 4).join(' ')} ended with ${cost.status}\n${cost.output}`;
    wall += cost.wall;
    cpu += cost.cpu;
    peak = Math.max(peak, cost.peak);
  }
  if (requests) for (const line of log.lines()) say(`  ${line}`);
  const connections = new Set(log.entries.map((entry) => entry.connection)).size;
  return { requests: log.entries.length, rounds: log.rounds(), connections, wall, cpu, peak };
}

/** Commands run one after the other, so what they cost adds up. @param {Sample} once @param {Sample} many @param {number} factor */
function sum(once, many, factor) {
  const add = (/** @type {'requests' | 'rounds' | 'connections' | 'wall' | 'cpu'} */ key) =>
    Math.round((once[key] + many[key] * factor) * 10) / 10;
  return {
    requests: add('requests'),
    rounds: add('rounds'),
    connections: add('connections'),
    wall: add('wall'),
    cpu: add('cpu'),
    peak: Math.max(once.peak, many.peak),
  };
}

/** docker's config.json, which serves every tool here. @param {Job} job */
async function signIn({ home, hosts, account: user }) {
  const auth = user && Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const auths = auth === undefined ? {} : Object.fromEntries(hosts.map((host) => [host, { auth }]));
  await writeFile(join(home, 'config.json'), JSON.stringify({ auths }));
}

/** Nothing of the machine's own: no proxy, no credentials, no workflow. @param {string} home */
export function baseEnvironment(home) {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    TMPDIR: home,
    XDG_RUNTIME_DIR: home,
    DOCKER_CONFIG: home,
    REGISTRY_AUTH_FILE: join(home, 'config.json'),
  };
}

/** @template T @param {readonly T[]} items @param {number} by */
export function rotated(items, by) {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
