import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { Field, parseFields } from '../../oci/schema.ts';
import type { EngineName } from '../engine.ts';
import { classify } from '../failures/failures.ts';
import type { FailureContext } from '../failures/failure-rules.ts';
import type { EngineOptions } from '../options.ts';
import { childEnvironment, leadingVariables, shownVariables } from './environment.ts';
import type { ExecOptions, ExecResult } from './exec.ts';
import { heartbeat } from './heartbeat.ts';
import { Ledger, type Made, type ToolCommand } from './ledger.ts';
import { isNoise, logLine } from './output.ts';
import { spawnExec } from './process.ts';
import { identify } from './process-tree.ts';
import { findTool } from './tools.ts';

type CallOptions = Partial<Omit<ExecOptions, 'signal'>> & {
  /** For cleaning up: is run although the leg was cancelled. */
  readonly evenIfAborted?: true;
  /** Another program than {@link Session.tool}, by its absolute path. */
  readonly tool?: string;
  /** Of {@link Session.tell}: lines that only somebody who looks for a fault wants. */
  readonly isAside?: (line: string) => boolean;
  /** Ends it as the leg's own signal does. */
  readonly stop?: AbortSignal;
};

/** How long an engine may take to answer a question, in milliseconds: a daemon that hangs is not waited for. */
const questionMs = 60_000;

/** One engine's command on this host: where it is, what it is given, how it is called. All engines call programs through one. */
export class Session {
  readonly options: EngineOptions;
  readonly name: EngineName;
  /** Added to the environment of every child. */
  readonly variables: Record<string, string> = {};
  readonly #command: string;
  #tool: Promise<string> | undefined;
  #folder: Promise<string> | undefined;
  readonly #ledger: Ledger;
  readonly #noted = new Map<string, () => Promise<void>>();

  constructor(name: EngineName, command: string, options: EngineOptions) {
    this.name = name;
    this.#command = command;
    this.options = options;
    this.#ledger = new Ledger(options.temp);
  }

  /** Where the command is; told once. @throws E_ENGINE_MISSING */
  tool(): Promise<string> {
    this.#tool ??= this.#findTool();
    return this.#tool;
  }

  async #findTool(): Promise<string> {
    const { env, log } = this.options;
    const found = await findTool(this.#command, env['PATH']);
    if (found === undefined) {
      throw new CodedError('E_ENGINE_MISSING', `there is no ${this.#command} on PATH`, {
        hint: `install ${this.#command}, or choose another engine: docker, podman, buildah, or assemble for files that were compiled elsewhere`,
      });
    }
    log.info(`${this.name} is ${found}`);
    for (const line of shownVariables(this.name, env)) log.info(line);
    return found;
  }

  /** A folder of ours alone (0700), made when it is needed. */
  folder(): Promise<string> {
    this.#folder ??= mkdtemp(join(this.options.temp, 'native-multiarch-'));
    return this.#folder;
  }

  /** A new folder in {@link folder} that holds these files, text or programs. */
  async folderWith(name: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const path = join(await this.folder(), name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const [file, content] of Object.entries(files)) {
      await writeFile(join(path, file), content, { mode: typeof content === 'string' ? 0o644 : 0o755 });
    }
    return path;
  }

  uniqueId(): string {
    return this.options.uniqueId?.() ?? randomBytes(6).toString('hex');
  }

  /** Runs the engine's command quietly and gives what came out, whatever the exit code. */
  async ask(args: readonly string[], options: CallOptions = {}): Promise<ExecResult> {
    const run = options.stepsFirst === true ? this.#runNoted : this.#run;
    return run.call(this, args, { timeoutMs: questionMs, ...options });
  }

  /** Runs it with every line of its output in the log, and a line of ours when it says nothing for long. */
  async tell(args: readonly string[], options: CallOptions = {}): Promise<ExecResult> {
    const { log, now = () => performance.now() } = this.options;
    const beat = heartbeat(
      this.name,
      (line) => {
        log.info(line);
      },
      now,
    );
    try {
      return await this.#runNoted(args, {
        onLine: (line) => {
          beat.heard();
          if (isNoise(line) || options.isAside?.(line) === true) log.debug(logLine(line));
          else log.info(logLine(line));
        },
        ...options,
      });
    } finally {
      beat.stop();
    }
  }

  /** What runs for long, or starts programs of its own, is in the ledger meanwhile. */
  async #runNoted(args: readonly string[], options: CallOptions): Promise<ExecResult> {
    let noted: Promise<() => Promise<void>> | undefined;
    try {
      return await this.#run(args, {
        ...options,
        onStart: (pid) => {
          noted = this.#noteProcess(pid);
          // Told below, when the program has ended.
          noted.catch(() => undefined);
          options.onStart?.(pid);
        },
      });
    } finally {
      const strike = await noted;
      await strike?.();
    }
  }

  async #noteProcess(pid: number): Promise<() => Promise<void>> {
    const process = await identify(pid);
    return process === undefined ? () => Promise.resolve() : this.#ledger.note({ kind: 'process', process });
  }

  /**
   * Writes down, before it is made, what has to be removed should this process be killed.
   * @param tool whose it will be, where that is another engine
   * @param command of the tool, where it may not be on PATH
   */
  async note(kind: Made['kind'], name: string, tool = this.name, command?: ToolCommand): Promise<void> {
    const entry = { kind, tool, name, variables: this.#leading(), ...(command !== undefined && { command }) };
    this.#noted.set(name, await this.#ledger.note(entry));
  }

  /** What leads another process, with an environment of its own, to the same engine. */
  #leading(): Record<string, string> {
    return { ...leadingVariables(this.name, this.options.env), ...this.variables };
  }

  /** The same for the containers of a build, which have this mark. */
  async noteBuilding(name: string, storage: string): Promise<void> {
    const entry = { kind: 'building', tool: this.name, name, storage, variables: this.#leading() } as const;
    this.#noted.set(name, await this.#ledger.note(entry));
  }

  /** The same for a name that another image may have had before. */
  async noteLent(name: string, image: string, before: string | undefined): Promise<void> {
    const entry = { kind: 'lent', tool: this.name, name, image, variables: this.#leading() } as const;
    this.#noted.set(name, await this.#ledger.note({ ...entry, ...(before !== undefined && { before }) }));
  }

  /** Makes an image that is of no use once it is there, and removes it, also where the leg is stopped meanwhile. */
  async throwaway(
    name: string,
    removal: readonly string[],
    make: () => Promise<ExecResult>,
  ): Promise<ExecResult> {
    await this.note('image', name);
    let mayBeThere = true;
    try {
      const result = await make();
      mayBeThere = result.code === 0;
      return result;
    } finally {
      if (mayBeThere) await this.ask([...removal, name], { evenIfAborted: true });
      await this.strike(name);
    }
  }

  /** It is gone. */
  async strike(name: string): Promise<void> {
    await this.#noted.get(name)?.();
    this.#noted.delete(name);
  }

  /** {@link ask}, whose answer is one JSON document. @throws E_ENGINE as the engine's words tell. */
  async askJson(args: readonly string[], what: string): Promise<Field> {
    const answer = await this.ask(args);
    if (answer.code !== 0) throw this.failure(answer, { doing: 'ask' });
    return parseFields(Buffer.from(answer.stdout), what, { code: 'E_ENGINE', maxDepth: 40 });
  }

  failure(result: ExecResult, context: Omit<FailureContext, 'engine'>): CodedError {
    if (result.ended === 'timeout') {
      return new CodedError('E_TIMEOUT', `${this.name} gave no answer in time`, {
        hint: 'see whether the engine hangs on this machine, and restart it',
      });
    }
    return classify(`${result.stdout}\n${result.stderr}`, result.code, {
      engine: this.name,
      temporary: this.options.temp,
      ...context,
    });
  }

  /** Removes everything that was written. Idempotent. */
  async close(): Promise<void> {
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await this.#ledger.close();
  }

  async #run(args: readonly string[], options: CallOptions): Promise<ExecResult> {
    const { signal, cwd, env, exec = spawnExec, log } = this.options;
    const { evenIfAborted, tool: other, stop, ...given } = options;
    const signals = [evenIfAborted === true ? undefined : signal, stop].filter((each) => each !== undefined);
    const tool = other ?? (await this.tool());
    log.debug(`${tool} ${args.join(' ')}`);
    const result = await exec(tool, args, {
      cwd,
      ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      ...given,
      env: { ...childEnvironment(env), ...this.variables, ...given.env },
    });
    if (result.ended === 'aborted') {
      throw signal?.reason instanceof CodedError
        ? signal.reason
        : new CodedError('E_ENGINE', `${this.name} was stopped`, { hint: 'the leg was cancelled' });
    }
    return result;
  }
}
