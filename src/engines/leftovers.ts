import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { removeScratch } from '../scratch.ts';
import { containerRemoval, markedContainers } from './containers/working-containers.ts';
import { givenBack, idQuestion } from './docker/docker-push.ts';
import type { EngineName } from './engine.ts';
import { childEnvironment } from './process/environment.ts';
import type { Exec, ExecResult } from './process/exec.ts';
import { readLedger, type Building, type Lent, type Made, type ToolCommand } from './process/ledger.ts';
import { lastLines } from './process/output.ts';
import { spawnExec } from './process/process.ts';
import { isRunning, kill, leavesOf, type ProcessId } from './process/process-tree.ts';
import { findTool, isProgram } from './process/tools.ts';

export interface LeftoverOptions {
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: real processes. */
  readonly exec?: Exec;
}

const removeArguments: Readonly<
  Partial<Record<EngineName, Partial<Record<Made['kind'], readonly string[]>>>>
> = {
  docker: { container: containerRemoval.docker, image: ['image', 'rm'] },
  podman: { container: containerRemoval.podman, image: ['rmi'] },
  buildah: { container: containerRemoval.buildah, image: ['rmi'] },
  buildx: { builder: ['rm', '--force'] },
};

const removeMs = 30_000;
/** How long an engine whose step was ended has for removing what it had made, in milliseconds. */
const settleMs = 3000;

/**
 * Ends and removes what the ledger in a leg's scratch folder says. What can't be removed is told and left.
 * @returns how many things were there; `undefined` where the leg is at work, or wrote no ledger
 */
export async function removeLeftovers(
  scratch: string,
  options: LeftoverOptions,
): Promise<number | undefined> {
  const ledger = await readLedger(scratch);
  if (ledger === undefined || ledger.ownerRuns) return undefined;
  for (const entry of ledger.entries) {
    if (entry.kind === 'process') await end(entry.process);
    else if (entry.kind === 'building') await removeBuilding(entry, options);
    else if (entry.kind === 'lent') await giveBack(entry, options);
    else await remove(entry, options);
  }
  return ledger.entries.length;
}

/**
 * The same for every leg of this user's that was killed on this machine and whose scratch folder is in `parent`; the folders go too.
 * A leg that is at work is left alone.
 * @param own the scratch folder of whoever asks
 */
export async function sweep(parent: string, options: LeftoverOptions, own?: string): Promise<void> {
  const names = (await readdir(parent).catch(() => [])).filter((name) =>
    name.startsWith('native-multiarch-'),
  );
  for (const folder of names.map((name) => join(parent, name))) {
    if (folder === own) continue;
    const stats = await lstat(folder).catch(() => undefined);
    if (stats?.uid !== process.getuid?.()) continue;
    const count = await removeLeftovers(folder, options);
    if (count === undefined) continue;
    await removeScratch(folder, parent);
    const what = count === 0 ? 'its temporary files are removed' : `what it left is removed (${count})`;
    options.log.info(`an earlier leg was killed here; ${what}`);
  }
}

async function end(engine: ProcessId): Promise<void> {
  const deadline = Date.now() + settleMs;
  while ((await isRunning(engine)) && Date.now() < deadline) {
    for (const pid of await leavesOf(engine.pid)) kill(pid);
    await delay(100);
  }
  if (await isRunning(engine)) kill(-engine.pid);
}

async function removeBuilding(
  { storage, name, ...entry }: Building,
  options: LeftoverOptions,
): Promise<void> {
  for (const id of await markedContainers(storage, name))
    await remove({ ...entry, kind: 'container', name: id }, options);
}

async function giveBack(
  { tool, name, image, before, variables }: Lent,
  options: LeftoverOptions,
): Promise<void> {
  const { log, env, exec = spawnExec } = options;
  const command = await commandOf(tool, env['PATH']);
  if (command === undefined) return;
  const ask = async (args: readonly string[]): Promise<ExecResult> =>
    exec(command[0], args, { env: environment(env, variables), timeoutMs: removeMs });
  if ((await ask([...idQuestion, name])).stdout.trim() !== image || before === image) return;
  const answer = await ask(givenBack(name, before));
  if (answer.code === 0) log.info(`the local name ${name} is what it was before`);
  else
    log.warning(
      `the local name ${name} stays on the image of a killed leg: ${lastLines(answer.stderr, 1, 300)}`,
    );
}

async function remove(
  { kind, tool, name, variables, command: own }: Made,
  options: LeftoverOptions,
): Promise<void> {
  const { log, env, exec = spawnExec } = options;
  const isThere = own !== undefined && (await isProgram(own[0]));
  const command = isThere ? own : await commandOf(tool, env['PATH']);
  const args = removeArguments[tool]?.[kind];
  if (command === undefined || args === undefined) return;
  const [path, ...prefix] = command;
  const answer = await exec(path, [...prefix, ...args, name], {
    env: environment(env, variables),
    timeoutMs: removeMs,
  });
  if (answer.code === 0) log.info(`${kind} ${name} is removed`);
  else if (!/no such|not known|no (?:container|image|builder)/iu.test(answer.stderr))
    log.warning(`${kind} ${name} of a killed leg was not removed: ${lastLines(answer.stderr, 1, 300)}`);
}

/** An empty variable of the leg's is one that it had not. */
function environment(env: LeftoverOptions['env'], variables: Made['variables']): Record<string, string> {
  const all = Object.entries({ ...childEnvironment(env), ...variables });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** buildx may be a plugin of docker. */
async function commandOf(tool: EngineName, path: string | undefined): Promise<ToolCommand | undefined> {
  const found = await findTool(tool, path);
  if (found !== undefined) return [found];
  const docker = tool === 'buildx' ? await findTool('docker', path) : undefined;
  return docker === undefined ? undefined : [docker, 'buildx'];
}
