import { readdir, readFile, readlink } from 'node:fs/promises';
import { groupBy } from '../../group-by.ts';

/** A process of this machine that can't be taken for a later one of the same number. */
export interface ProcessId {
  readonly pid: number;
  /** In clock ticks since the machine started. */
  readonly started: string;
}

interface Known extends ProcessId {
  readonly parent: number;
}

/** `undefined` where there is no such process, or no /proc. */
export async function identify(pid: number, root = '/proc'): Promise<ProcessId | undefined> {
  const known = await read(pid, root);
  return known && { pid: known.pid, started: known.started };
}

/**
 * Within which numbers of processes mean something: a container has its own, whatever folders it shares with others. `undefined` where
 * there is no /proc. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
export async function pidNamespace(root = '/proc'): Promise<string | undefined> {
  return readlink(`${root}/self/ns/pid`).catch(() => undefined);
}

/** Whether that very process runs; a zombie, which only waits for its parent, does not. */
export async function isRunning({ pid, started }: ProcessId, root = '/proc'): Promise<boolean> {
  return (await read(pid, root))?.started === started;
}

/**
 * The processes that `pid` started, directly or not, and that started none themselves: of an engine, the program of a RUN step.
 * Ended from there, the engine sees its step fail and removes what it had made for it.
 */
export async function leavesOf(pid: number, root = '/proc'): Promise<number[]> {
  const found: number[] = [];
  await visitBelow(pid, root, (one, isLeaf) => {
    if (isLeaf) found.push(one);
  });
  return found;
}

/** The processes that `pid` started, directly or not, each before those that it started itself. */
export async function descendantsOf(pid: number, root = '/proc'): Promise<number[]> {
  const found: number[] = [];
  await visitBelow(pid, root, (one) => found.push(one));
  return found;
}

/**
 * Sends a signal to a process or, for a negative number, to its group.
 * @returns false where there is none any more, which is what was wanted
 */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function visitBelow(
  pid: number,
  root: string,
  see: (pid: number, isLeaf: boolean) => void,
): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const all = (
    await Promise.all(
      names.filter((name) => /^\d+$/u.test(name)).map(async (name) => read(Number(name), root)),
    )
  ).filter((one) => one !== undefined);
  const children = groupBy(all, ({ parent }) => String(parent));
  const visit = (one: number): void => {
    for (const { pid: child } of children.get(String(one)) ?? []) {
      see(child, !children.has(String(child)));
      visit(child);
    }
  };
  visit(pid);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may hold anything. */
async function read(pid: number, root: string): Promise<Known | undefined> {
  const text = await readFile(`${root}/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, started] = [fields[0], Number(fields[1]), fields[19]];
  if (state === 'Z' || started === undefined) return undefined;
  return { pid, parent, started };
}
