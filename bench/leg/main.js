// npm run bench:leg: what a leg costs beside the bare commands of its engine, on this machine alone: bench/README.md.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from '../fan-in/measure.js';
import { startRegistry } from '../fan-in/registry-process.js';
import { spread } from '../fan-in/statistics.js';
import { findProgram } from '../fan-in/tools.js';
/** @import { Argv } from '../fan-in/types.ts' */

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Of a build of 60 s: 1.5 s, and 3 %. */
const goal = { seconds: 1.5, of: 60, share: 0.03 };

const { values: options } = parseArgs({
  options: {
    engines: { type: 'string', default: 'docker,podman,buildah' },
    repeat: { type: 'string', default: '5' },
    step: { type: 'string', default: '10' },
    out: { type: 'string', default: join(root, '.cache/bench/leg.json') },
  },
});

/** @typedef {{ name: string, env: NodeJS.ProcessEnv, build: (tag: string) => Argv[], close: () => Promise<void> }} Host */

async function main() {
  const scratch = mkdtempSync(join(tmpdir(), 'native-multiarch-bench-'));
  const closing = [() => Promise.resolve(rmSync(scratch, { recursive: true, force: true }))];
  try {
    for (const part of ['dist', 'package.json'])
      cpSync(join(root, part), join(scratch, 'action', part), { recursive: true });
    const folder = execFileSync(join(root, 'scripts/install-test-tools.sh'), ['--folder'], {
      encoding: 'utf8',
    }).trim();
    const program = findProgram('registry', [join(folder, 'bin')]);
    if (program === undefined) throw new Error('run scripts/install-test-tools.sh first');
    const registry = await startRegistry(program, join(scratch, 'registry'), 'memory');
    closing.push(registry.close);
    writeContext(join(scratch, 'context'), folder);
    const results = [];
    for (const name of options.engines.split(',')) {
      const host = await startHost(name, scratch);
      closing.push(host.close);
      results.push(await compare(host, registry.host, scratch));
    }
    for (const result of results) print(result);
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(
      options.out,
      `${JSON.stringify({ step: Number(options.step), goal, results }, undefined, 2)}\n`,
    );
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

/** @param {string} context @param {string} folder */
function writeContext(context, folder) {
  const machine = execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim();
  const arch = { x86_64: 'amd64', aarch64: 'arm64' }[machine] ?? machine;
  mkdirSync(context);
  cpSync(join(folder, 'programs', arch, 'busybox'), join(context, 'busybox'));
  const dockerfile = `FROM scratch\nCOPY busybox /bin/busybox\nARG TURN\nRUN ["/bin/busybox","sleep","${options.step}"]\nENTRYPOINT ["/bin/busybox"]\n`;
  writeFileSync(join(context, 'Dockerfile'), dockerfile);
}

/**
 * The bare commands and a leg, in turns. Each turn has a build argument of its own, so that no step comes from the cache.
 * @param {Host} host @param {string} registry @param {string} scratch
 */
async function compare(host, registry, scratch) {
  const cli = join(scratch, 'action/dist/cli.js');
  const context = join(scratch, 'context');
  /** @type {{ bare: number, leg: number }[]} */
  const turns = [];
  // The first turn warms the engine up and does not count.
  for (let turn = 0; turn <= Number(options.repeat); turn++) {
    const image = `${registry}/bench/${host.name}`;
    const bare = async () => {
      let wall = 0;
      for (const argv of host.build(`${image}:bare-${turn}`)) wall += await run([...argv], host.env, scratch);
      return wall;
    };
    const leg = async () =>
      run(
        [
          ...[
            process.execPath,
            cli,
            'build',
            '--engine',
            host.name,
            '--context',
            context,
            '--network',
            'none',
          ],
          ...['--images', image, '--tags', `leg-${turn}`, '--build-args', `TURN=leg-${turn}`],
        ],
        host.env,
        scratch,
      );
    const order = turn % 2 === 0 ? [bare, leg] : [leg, bare];
    const walls = new Map();
    for (const one of order) walls.set(one, await one());
    if (turn > 0) turns.push({ bare: walls.get(bare) / 1000, leg: walls.get(leg) / 1000 });
    process.stderr.write(`${host.name} ${turn}: ${JSON.stringify(turns.at(-1) ?? 'warm')}\n`);
  }
  const overhead = spread(turns.map(({ bare, leg }) => leg - bare));
  return { engine: host.name, turns, bare: spread(turns.map(({ bare }) => bare)), overhead };
}

/** @param {string[]} argv @param {NodeJS.ProcessEnv} env @param {string} scratch */
async function run(argv, env, scratch) {
  const [program = '', ...rest] = argv;
  const { status, wall, output } = await measure([program, ...rest], { env, scratch });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}\n${output}`);
  return wall;
}

/** An engine with storage of its own. @param {string} name @param {string} scratch @returns {Promise<Host>} */
async function startHost(name, scratch) {
  const folder = join(scratch, name);
  const context = join(scratch, 'context');
  mkdirSync(folder);
  const common = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder };
  /** @param {string} tag */
  const args = (tag) => ['--network', 'none', '--build-arg', `TURN=${tag}`, '--tag', tag, context];
  if (name === 'docker') {
    const socket = `unix://${folder}/docker.sock`;
    const daemon = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'TERM', '--', 'dockerd', '--host', socket, '--pidfile', join(folder, 'pid')],
        ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
        ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
      ],
      { stdio: 'ignore' },
    );
    const closed = once(daemon, 'close');
    while (!existsSync(join(folder, 'docker.sock'))) await new Promise((resolve) => setTimeout(resolve, 100));
    return {
      name,
      env: { ...common, DOCKER_HOST: socket, DOCKER_BUILDKIT: '1' },
      build: (tag) => [
        ['/usr/bin/docker', 'build', ...args(tag)],
        ['/usr/bin/docker', 'push', tag],
      ],
      close: async () => {
        daemon.kill('SIGTERM');
        await closed;
      },
    };
  }
  const storage = join(folder, 'storage.conf');
  const quoted = (/** @type {string} */ part) => JSON.stringify(join(folder, part));
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = ${quoted('graph')}\nrunroot = ${quoted('run')}\n`,
  );
  const runtime = name === 'podman' ? ['--runtime', 'runc'] : [];
  const isolation = { ...(name === 'buildah' && { BUILDAH_RUNTIME: 'runc' }) };
  return {
    name,
    env: { ...common, ...isolation, CONTAINERS_STORAGE_CONF: storage },
    build: (tag) => [
      [name, ...runtime, name === 'buildah' ? 'bud' : 'build', ...args(tag)],
      [name, 'push', '--tls-verify=false', tag],
    ],
    close: () => Promise.resolve(),
  };
}

/** @param {Awaited<ReturnType<typeof compare>>} result */
function print({ engine, bare, overhead }) {
  const { min, median, max } = overhead;
  const share = median / goal.of;
  const met = median <= goal.seconds && share <= goal.share;
  process.stdout.write(
    `${engine.padEnd(8)} bare ${bare.median.toFixed(2)} s, a leg takes ${median.toFixed(2)} s more (${min.toFixed(2)} to ${max.toFixed(2)}), ` +
      `${(share * 100).toFixed(1)} % of a build of ${goal.of} s: ${met ? 'met' : 'not met'}\n`,
  );
}

await main();
