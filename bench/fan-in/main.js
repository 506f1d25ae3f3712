// npm run bench: the fan-in against its peers, on this machine alone. What it does and how to read it: bench/README.md.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listCases } from './cases.js';
import { goalsOf } from './goals.js';
import { manyImages } from './jobs.js';
import { layerBenches } from './layers.js';
import { runCase } from './lists.js';
import { startRegistry } from './registry-process.js';
import { caseTable, goalTable, microTable } from './report.js';
import { allTools, findProgram } from './tools.js';
/** @import { CaseResult, MicroResult, Tool } from './types.ts' */

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = ['lists', 'jobs', 'contents', 'copies'];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: parts.join(',') },
    cases: { type: 'string', default: '' },
    tools: { type: 'string', default: '' },
    repeat: { type: 'string', default: '' },
    latency: { type: 'string', default: '50' },
    requests: { type: 'boolean', default: false },
    'tag-cap': { type: 'string', default: '' },
    'layer-size': { type: 'string', default: '200' },
    'layer-folder': { type: 'string' },
    out: { type: 'string', default: join(root, '.cache/bench/fan-in.json') },
  },
});

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** @param {string} text */
const words = (text) => text.split(',').filter((word) => word !== '');

async function main() {
  const only = words(options.only);
  const unknown = only.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: the parts are ${parts.join(', ')}`);
  const scratch = mkdtempSync(join(tmpdir(), 'native-multiarch-bench-'));
  const closing = [() => Promise.resolve(rmSync(scratch, { recursive: true, force: true }))];
  try {
    // Others may build meanwhile; all turns are to run the same program.
    if (!existsSync(join(root, 'dist/cli.js')))
      throw new Error('dist/cli.js is missing: npm run build makes it');
    for (const part of ['dist', 'package.json', 'action.yml']) {
      cpSync(join(root, part), join(scratch, 'action', part), { recursive: true });
    }
    const cli = join(scratch, 'action/dist/cli.js');
    const folders = installedFolders();
    const wantedTools = words(options.tools);
    const tools = allTools({ cli, folders }).filter(
      ({ name }) => wantedTools.length === 0 || wantedTools.includes(name),
    );
    const program = findProgram('registry', folders);
    if (program === undefined)
      throw new Error('distribution is missing: scripts/install-test-tools.sh installs it');
    const start = async (/** @type {string} */ name, /** @type {'memory' | 'disk'} */ keep) => {
      const registry = await startRegistry(program, join(scratch, name), keep);
      closing.unshift(registry.close);
      return registry;
    };
    const shared = { scratch, latency: Number(options.latency), requests: options.requests, say };
    /** @type {CaseResult[]} */
    const lists = [];
    /** @type {MicroResult[]} */
    const micros = [];
    const about = { machine: machine(), latency: shared.latency, versions: versions(tools) };
    const save = () => {
      const goals = goalsOf(lists, micros);
      mkdirSync(dirname(options.out), { recursive: true });
      writeFileSync(options.out, `${JSON.stringify({ ...about, lists, micros, goals }, null, 2)}\n`);
      return goals;
    };
    if (only.includes('lists')) {
      const ground = {
        ...shared,
        first: await start('first', 'memory'),
        second: await start('second', 'memory'),
      };
      for (const wanted of listCases(
        words(options.cases),
        Number(options.repeat),
        Number(options['tag-cap']),
      )) {
        const result = await runCase(wanted, tools, ground);
        lists.push(result);
        process.stdout.write(`${caseTable(result)}\n`);
        save();
      }
    }
    if (only.includes('jobs')) {
      micros.push(await manyImages({ ...shared, cli, registry: await start('jobs', 'memory') }));
      process.stdout.write(`${microTable(/** @type {MicroResult} */ (micros.at(-1)))}\n`);
    }
    if (only.includes('contents') || only.includes('copies')) {
      const benches = layerBenches({
        ...shared,
        only,
        cli,
        tools,
        start,
        size: Number(options['layer-size']) * 1e6,
        folder: options['layer-folder'],
        repeat: Number(options.repeat) || 3,
      });
      for await (const result of benches) {
        micros.push(result);
        process.stdout.write(`${microTable(result)}\n`);
      }
    }
    process.stdout.write(goalTable(save()));
    say(`written: ${options.out}`);
  } finally {
    for (const close of closing) await close();
  }
}

/** Where the installer puts what is no Debian package. */
function installedFolders() {
  const installer = join(root, 'scripts/install-test-tools.sh');
  const ask = (/** @type {string} */ flag) =>
    execFileSync('bash', [installer, flag], { encoding: 'utf8' }).trim();
  const tools = join(ask('--folder'), 'bin');
  return [join(ask('--peers-folder'), 'bin'), tools];
}

function machine() {
  const { model = 'unknown' } = cpus()[0] ?? {};
  return {
    cores: cpus().length,
    model,
    node: process.version,
    load: loadavg()[0],
    when: new Date().toISOString(),
  };
}

/** @param {readonly Tool[]} tools */
function versions(tools) {
  return Object.fromEntries(
    tools.map(({ name, program, version: [command = '', ...args] }) => {
      if (program === undefined) return [name, 'not installed'];
      return [name, execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n')[0] ?? ''];
    }),
  );
}

await main();
