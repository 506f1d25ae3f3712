import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecResult } from '../process/exec.ts';
import { descendantsOf, kill } from '../process/process-tree.ts';
import type { Session } from '../process/session.ts';
import type { Command, ServiceContainer } from '../smoke/service.ts';

export interface BuildahWords {
  readonly image: string;
  readonly command: Command;
  /** Of every container, as arguments of `buildah from`. */
  readonly limits: readonly string[];
  /** Of every `buildah run`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * A service in a container of buildah, which has nothing that runs in the background: `buildah run` is a child of ours for as long as the
 * service lives, and what asks it joins its namespaces by the number of its process.
 */
export class BuildahService implements ServiceContainer {
  readonly #session: Session;
  readonly #name: string;
  readonly #words: BuildahWords;
  readonly #made: string[] = [];
  #pid: number | undefined;
  #running: Promise<ExecResult> | undefined;
  #relay: Promise<string> | undefined;

  constructor(session: Session, name: string, words: BuildahWords) {
    this.#session = session;
    this.#name = name;
    this.#words = words;
  }

  run(): Promise<ExecResult> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<ExecResult> {
    const { image, command, env, timeoutMs } = this.#words;
    const made = await this.#from(this.#name, image);
    if (made.code !== 0) return made;
    const onStart = (pid: number): void => {
      this.#pid = pid;
    };
    const args = ['run', '--terminal=false', '--network', 'none', this.#name, '--', ...command];
    try {
      return await this.#session.tell(args, { env, timeoutMs, onStart, stepsFirst: true });
    } finally {
      this.#pid = undefined;
    }
  }

  async #from(name: string, image: string): Promise<ExecResult> {
    await this.#session.note('container', name);
    this.#made.push(name);
    const { env, limits } = this.#words;
    return this.#session.ask(['from', '--pull=never', ...limits, '--name', name, image], { env });
  }

  async isUp(): Promise<boolean> {
    return (await this.#process()) !== undefined;
  }

  /** The first process of the service: the first one below ours that has another network. */
  async #process(): Promise<number | undefined> {
    if (this.#pid === undefined) return undefined;
    const own = await network('self');
    for (const pid of await descendantsOf(this.#pid)) {
      const other = await network(String(pid));
      if (other !== undefined && other !== own) return pid;
    }
    return undefined;
  }

  async beside(relay: Buffer, input: string, timeoutMs: number): Promise<ExecResult> {
    this.#relay ??= this.#makeRelay(relay);
    return this.#join(await this.#relay, ['/relay'], { input, timeoutMs });
  }

  async #makeRelay(relay: Buffer): Promise<string> {
    const name = `${this.#name}-relay`;
    const made = await this.#from(name, 'scratch');
    if (made.code !== 0) throw this.#session.failure(made, { doing: 'ask' });
    const folder = await this.#session.folderWith(name, { relay });
    const added = await this.#session.ask(['add', '--quiet', name, join(folder, 'relay'), '/relay']);
    if (added.code !== 0) throw this.#session.failure(added, { doing: 'ask' });
    return name;
  }

  async inside(command: Command, timeoutMs: number): Promise<ExecResult> {
    return this.#join(this.#name, command, { timeoutMs });
  }

  async #join(
    container: string,
    command: Command,
    options: { input?: string; timeoutMs: number },
  ): Promise<ExecResult> {
    const pid = await this.#process();
    if (pid === undefined) return { code: 1, stdout: '', stderr: 'the service does not run' };
    const joined = ['--network', `ns:/proc/${pid}/ns/net`, '--pid', `/proc/${pid}/ns/pid`];
    return this.#session.ask(['run', '--terminal=false', ...joined, container, '--', ...command], {
      ...options,
      env: this.#words.env,
      stepsFirst: true,
    });
  }

  async remove(): Promise<void> {
    // With its first process all others of a container end.
    const pid = await this.#process();
    if (pid !== undefined) kill(pid);
    await this.#running?.catch(() => undefined);
    for (const name of this.#made) {
      await this.#session.ask(['rm', name], { evenIfAborted: true });
      await this.#session.strike(name);
    }
  }
}

/** Which network a process has; `undefined` for one that is gone, or not ours to look at. */
async function network(process: string): Promise<string | undefined> {
  return readlink(`/proc/${process}/ns/net`).catch(() => undefined);
}
