// npm run demo: the main job for real, from four builds to one proven tag, with no account, no engine and no network.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyArchitectures } from '../__tests__/support/tiny-programs.js';
import { bold, chapter, dim, green, quote, red, say, showCommand } from './demo/stage.js';
import { openWorkshop, root } from './demo/workshop.js';
/** @import { Workshop } from './demo/workshop.js' */

const platforms = tinyArchitectures.map((name) => `linux/${name}`).join(',');
const repository = 'demo/hello';
/** Every leg says which commit it is of, and merge refuses legs of two. In a workflow it is known; here it is made up. */
const revision = 'org.opencontainers.image.revision=89e495e7941cf9e40e6980d14a16bf023ccd4c91';

/** Something was not as the demo says. */
class BrokenPromise extends Error {}

/**
 * @param {boolean} kept
 * @param {string} promise
 */
function expect(kept, promise) {
  if (!kept) throw new BrokenPromise(promise);
}

/**
 * Shows a command, runs it, and shows what it said: progress dimmed, then its result.
 * @param {Workshop} workshop
 * @param {string[]} args
 */
async function run(workshop, args) {
  showCommand(['node', 'dist/cli.js', ...args]);
  const finished = await workshop.cli(args);
  if (finished.status === 0 && args.includes('--json')) return finished;
  const lines = finished.stderr.split('\n').filter((line) => line !== '');
  const errorLine = finished.status === 0 ? undefined : lines.pop();
  if (lines.length > 0) quote(lines.join('\n'), dim);
  if (errorLine !== undefined) quote(errorLine, red);
  return finished;
}

/**
 * @param {Workshop} workshop
 * @param {string[]} args
 */
async function succeed(workshop, args) {
  const finished = await run(workshop, args);
  expect(finished.status === 0, `${args[0]} ends with 0, not ${finished.status}`);
  return finished.stdout;
}

/** @param {Workshop} workshop */
async function tell(workshop) {
  const { registry } = workshop;
  const image = `${registry.host}/${repository}`;
  const recordOf = (/** @type {string} */ name) => join(workshop.records, `linux-${name}.json`);
  const fanIn = ['--images', image, '--tags', 'v1,latest', '--platforms', platforms];

  say(
    bold('One image for four architectures: four builds, one merge, one tag that is right on all of them.'),
  );
  say(
    `The registry is in this process (${registry.host}). Nothing leaves this machine, and nothing stays on it.`,
  );

  chapter(
    '1. Four legs. In a workflow each runs on its own hardware; here programs compiled elsewhere are packed.',
  );
  for (const name of tinyArchitectures) {
    const made = await succeed(workshop, [
      ...['build', '--engine', 'assemble', '--platform', `linux/${name}`, '--images', image, '--tags', 'v1'],
      ...['--context', workshop.programs, '--files', 'hello-{arch}:/hello:0755'],
      ...['--entrypoint', '["/hello"]', '--labels', revision, '--json'],
    ]);
    const { digest, mode, record } = JSON.parse(made);
    writeFileSync(recordOf(name), JSON.stringify(record));
    quote(`${green('pushed')} v1-${name}  ${digest}  (mode ${mode})\nits record: ${recordOf(name)}`);
    expect(
      registry.tags(repository)[`v1-${name}`] === digest,
      `the registry holds ${digest} under v1-${name}`,
    );
  }

  chapter('2. One merge. It reads every leg back, proves it, publishes one index, and moves the tags last.');
  quote(await succeed(workshop, ['merge', ...fanIn, '--records', workshop.records]));
  const published = registry.tags(repository);
  expect(
    published['v1'] !== undefined && published['v1'] === published['latest'],
    'v1 and latest hold one digest',
  );

  chapter('3. What stands there now, asked of the registry again.');
  quote(await succeed(workshop, ['verify', ...fanIn]));
  quote(await succeed(workshop, ['inspect', `${image}:v1`]));

  chapter('4. The mistake of every cross build: a program for amd64 in an image that is labelled s390x.');
  copyFileSync(join(workshop.programs, 'hello-amd64'), join(workshop.programs, 'wrong-s390x'));
  registry.clearRequests();
  const wrong = await run(workshop, [
    ...['build', '--engine', 'assemble', '--platform', 'linux/s390x', '--images', image, '--tags', 'v1'],
    ...['--context', workshop.programs, '--files', 'wrong-{arch}:/hello:0755', '--entrypoint', '["/hello"]'],
  ]);
  expectRefused(wrong, /^E_CONTENT_MISMATCH: .* \/hello is amd64/);
  proveNothingMoved(workshop, published);

  chapter('5. The mistake that everybody makes: one platform of the four is forgotten.');
  const forgotten = readFileSync(recordOf('s390x'));
  rmSync(recordOf('s390x'));
  say(`(the record of linux/s390x is gone: ${recordOf('s390x')})`);
  registry.clearRequests();
  const refused = await run(workshop, ['merge', ...fanIn, '--records', workshop.records]);
  expectRefused(refused, /^E_PLATFORM_MISSING: .*linux\/s390x/);
  proveNothingMoved(workshop, published);
  writeFileSync(recordOf('s390x'), forgotten);
}

/**
 * @param {{ status: number | null, stderr: string }} finished
 * @param {RegExp} line
 */
function expectRefused({ status, stderr }, line) {
  const last = stderr.trimEnd().split('\n').pop() ?? '';
  expect(status === 1, `it is refused with exit status 1, not ${status}`);
  expect(line.test(last), `the error line says what is wrong: ${last}`);
}

/**
 * @param {Workshop} workshop
 * @param {Record<string, string>} before
 */
function proveNothingMoved({ registry }, before) {
  const after = registry.tags(repository);
  const writes = registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  say();
  say('And not one tag has moved:');
  for (const tag of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const kept = before[tag] === after[tag];
    quote(
      `${tag.padEnd(12)} ${String(before[tag]).slice(7, 19)} -> ${String(after[tag]).slice(7, 19)}  ${kept ? green('same') : red('moved')}`,
    );
    expect(kept, `${tag} stays where it was`);
  }
  quote(`${registry.requests.length} requests reached the registry, ${writes.length} of them a write`);
  expect(writes.length === 0, 'what is refused writes nothing');
}

function tellWhatNext() {
  chapter('What to try next');
  quote(
    [
      'npm run demo -- --keep        the same, and the registry stays: every line above can be pasted and changed',
      'node dist/cli.js --help       the commands; <command> --help has every flag with its default',
      'examples/pipeline.yml         the same road in a workflow: plan, a matrix of native legs, one merge',
    ].join('\n'),
  );
}

async function main() {
  const started = performance.now();
  expect(existsSync(join(root, 'dist/cli.js')), 'dist/cli.js is there (npm run build makes it)');
  const workshop = await openWorkshop();
  const left = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => resolve(signal === 'SIGINT' ? 130 : 143));
  });
  try {
    const story = tell(workshop).then(() => 0);
    // Where a signal ended the demo, what the cut-off story says no longer matters.
    story.catch(() => undefined);
    const status = await Promise.race([story, left]);
    if (status !== 0) return status;
    tellWhatNext();
    say();
    say(green(`All as promised, in ${((performance.now() - started) / 1000).toFixed(1)} s.`));
    if (!process.argv.includes('--keep')) return 0;
    say(`The registry stays at ${workshop.registry.host} until you press Ctrl-C.`);
    await left;
    return 0;
  } finally {
    await workshop.close();
  }
}

main().then(
  (status) => (process.exitCode = status),
  (error) => {
    process.exitCode = 1;
    say();
    if (error instanceof BrokenPromise) say(red(`The demo did not keep its word: ${error.message}`));
    else throw error;
  },
);
