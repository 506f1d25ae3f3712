import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, joinErrors } from '../errors.ts';
import type { Reference } from '../oci/reference.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import type {
  BuildRequest,
  BuiltImage,
  Capabilities,
  DockerfileSource,
  DockerfileText,
  Engine,
  EngineHost,
  EngineName,
  Readiness,
  RunOptions,
  WantedMode,
} from './engine.ts';
import { crossFailure } from './preflight/mode.ts';
import { findMode } from './preflight/mode-trial.ts';
import type { ExecResult } from './process/exec.ts';
import { Session } from './process/session.ts';
import { checkOptions } from './request/build-options.ts';
import { checkSource, checkValues, type CheckedSource } from './request/request.ts';
import type { Command, ServiceContainer, ServiceOptions } from './smoke/service.ts';
import { runService } from './smoke/service-run.ts';
import { smokeTestArguments, smokeTestFailure } from './smoke/smoke.ts';
import { parseImageId } from './store.ts';
import { askedOptions, unsupportedOptions, type Dialect } from './support.ts';

/** What an engine is told about a build: checked, and with a name that only this build has. */
export interface BuildOrder {
  readonly request: BuildRequest;
  readonly source: DockerfileSource;
  readonly paths: CheckedSource;
  readonly name: string;
  /** Where the engine writes the id. */
  readonly idFile: string;
}

/** A container of a name that nobody else has. */
export interface CommandOptions extends Pick<RunOptions, 'platform' | 'timeoutMs'> {
  readonly name: string;
}

/** How long a service that was not well has for its end, in milliseconds, before its own command is ended. */
const endMs = 5000;

const maxPushes = 3;

/** What is worth another try, in the words of the engines; what a registry refuses for good is not. */
const passing =
  /\b50[0234]\b|\b429\b|toomanyrequests|timeout|connection re(?:set|fused)|unexpected EOF|: EOF|broken pipe|temporar/i;

/**
 * What the engines that build Dockerfiles share: what is asked, checked and said, in which order. Each of them says how its own
 * command is told to do each step.
 */
export abstract class DockerfileEngine implements Engine {
  abstract readonly capabilities: Capabilities;
  readonly name: EngineName;
  protected readonly session: Session;
  #host: Promise<EngineHost> | undefined;
  readonly #ready = new Map<string, Promise<Readiness>>();

  constructor(name: EngineName, session: Session) {
    this.name = name;
    this.session = session;
  }

  /** What the engine calls a Dockerfile, in the order in which it looks. */
  protected abstract readonly dockerfileNames: readonly string[];
  protected abstract askHost(): Promise<EngineHost>;
  /** Whether the engine shares this machine's kernel, so that /proc says what it can emulate. */
  protected abstract isLocal(): boolean;
  /** Builds `FROM scratch`, a COPY and a RUN of the probe, finding out on the way what this host needs; gives what was done for it. */
  protected abstract tryProgram(
    folder: string,
    platform: Platform,
    name: string,
  ): Promise<{ result: ExecResult; notes: readonly string[] }>;
  protected abstract runBuild(order: BuildOrder): Promise<ExecResult>;
  protected abstract runCommand(
    image: BuiltImage,
    program: Command,
    options: CommandOptions,
  ): Promise<ExecResult>;
  /** @param command the image's own program */
  protected abstract service(
    image: BuiltImage,
    options: CommandOptions,
    command: readonly string[],
  ): Promise<ServiceContainer>;
  protected abstract runPush(image: BuiltImage, reference: Reference): Promise<ExecResult>;
  abstract platformOf(image: BuiltImage): Promise<Platform>;
  abstract archive(image: BuiltImage): AsyncIterable<Uint8Array>;
  abstract remove(image: BuiltImage): Promise<void>;

  host(): Promise<EngineHost> {
    this.#host ??= this.askHost();
    return this.#host;
  }

  preflight(platform: Platform, mode: WantedMode): Promise<Readiness> {
    const key = (each: WantedMode): string => `${formatPlatform(platform)} ${each}`;
    const known = this.#ready.get(key(mode)) ?? this.#preflight(platform, mode);
    this.#ready.set(key(mode), known);
    // What `auto` picked is proven by that.
    return known.then((ready) => {
      this.#ready.set(key(ready.mode), known);
      return ready;
    });
  }

  async #preflight(platform: Platform, wanted: WantedMode): Promise<Readiness> {
    const { session } = this;
    const host = await this.hostFor(platform);
    const ready = await findMode(platform, wanted, {
      session,
      host,
      local: this.isLocal(),
      tryProgram: async (folder, tried, name) => this.tryProgram(folder, tried, name),
      ...(this.runPrivileged !== undefined && { runPrivileged: this.runPrivileged }),
    });
    return host === (await this.host()) ? ready : { ...ready, host };
  }

  /** Where the platform is built, of an engine that has several machines. */
  protected hostFor(_platform: Platform): Promise<EngineHost> {
    return this.host();
  }

  /** Runs a container with all rights of the engine's machine, where the engine can. */
  protected readonly runPrivileged?: (image: string, args: readonly string[]) => Promise<ExecResult>;

  /** Which row of the table of options it is; known after the preflight. */
  protected abstract dialect(): Dialect;

  /** Which version that table is read for; known after the preflight. */
  protected optionVersion({ version }: EngineHost): string {
    return version;
  }

  /** Whether stages that the target does not need are left out; known once the preflight is done. */
  protected prunes(): boolean {
    return true;
  }

  async dockerfile(source: DockerfileSource): Promise<DockerfileText> {
    const { file } = await checkSource(source, this.session.options, this.dockerfileNames);
    return { file, text: await readFile(file, 'utf8'), prunes: this.prunes() };
  }

  async build(request: BuildRequest): Promise<BuiltImage> {
    const { source } = request;
    if (source.kind !== 'dockerfile') {
      throw new CodedError('E_UNSUPPORTED', `${this.name} builds Dockerfiles, and files were given`, {
        hint: 'engine assemble makes images from files',
      });
    }
    checkValues(request, this.session.options.log);
    const paths = await checkSource(source, this.session.options, this.dockerfileNames);
    const checked = await checkOptions(source, this.session.options);
    await this.preflight(request.platform, request.mode);
    const version = this.optionVersion(await this.host());
    const refused = unsupportedOptions(askedOptions(request), this.dialect(), version);
    if (refused.length > 0) throw joinErrors(refused);
    const id = this.session.uniqueId();
    const name = `localhost/native-multiarch:${id}`;
    await this.session.note('image', name, this.keeper());
    const idFile = join(await this.session.folder(), `${id}.iid`);
    const order = { request, source: checked, paths, name, idFile };
    let result: ExecResult;
    try {
      result = await this.runBuild(order);
      if (result.code === 0) return await this.builtImage(order);
    } catch (error) {
      // A build that was stopped in its last moment may have given the name, and so has one whose image can't be read.
      await this.remove({ engine: this.name, id: name, name });
      throw error;
    }
    await this.session.strike(name);
    throw await this.#buildFailure(result, request, paths.file);
  }

  /** Who keeps what is built. */
  protected keeper(): EngineName {
    return this.name;
  }

  /** What a build that went well has made. */
  protected async builtImage({ name, idFile }: BuildOrder): Promise<BuiltImage> {
    return { engine: this.name, id: parseImageId(await readFile(idFile, 'utf8'), this.session), name };
  }

  async #buildFailure(
    result: ExecResult,
    { platform, mode }: BuildRequest,
    file: string,
  ): Promise<CodedError> {
    const format = /(?:exec (\S+): )?exec format error/i.exec(`${result.stdout}\n${result.stderr}`);
    if (mode === 'cross' && format !== null)
      return crossFailure(platform, await this.host(), format[1]?.replaceAll('"', '') ?? 'a program');
    return this.session.failure(result, { doing: 'build', platform, file });
  }

  async run(image: BuiltImage, options: RunOptions): Promise<void> {
    const program = smokeTestArguments(options.command);
    const name = this.#containerName();
    const result = await this.runCommand(image, program, { ...options, name });
    if (result.code !== 0) throw smokeTestFailure(result, options, this.name);
  }

  /** Whether services can be run: where it depends on the machine, an engine finds it out. */
  async checkServe(platform: Platform): Promise<void> {
    await this.preflight(platform, 'emulate');
  }

  async serve(image: BuiltImage, options: ServiceOptions): Promise<void> {
    const { log, sleep = wait, now = () => performance.now() } = this.session.options;
    const { platform, timeoutMs, command } = options;
    const started = { name: this.#containerName(), platform, timeoutMs: timeoutMs + endMs };
    const container = await this.service(image, started, command);
    log.info(await runService(container, options, { host: await this.host(), clock: { now, sleep } }));
  }

  #containerName(): string {
    return `native-multiarch-${this.session.uniqueId()}`;
  }

  async push(image: BuiltImage, reference: Reference): Promise<void> {
    const { log, sleep = wait, signal } = this.session.options;
    const { registry } = reference.repository;
    for (let tries = 1; ; tries++) {
      const result = await this.runPush(image, reference);
      if (result.code === 0) return;
      const error = this.session.failure(result, {
        doing: 'push',
        registry,
        caCertificate: this.session.options.caCertificate !== undefined,
      });
      const mayPass =
        ['E_NETWORK', 'E_RATE_LIMITED', 'E_REGISTRY'].includes(error.code) && passing.test(error.message);
      if (!mayPass || tries === maxPushes) throw error;
      const ms = 2000 * 4 ** (tries - 1);
      log.warning(`push to ${registry} failed (${error.message}); trying again in ${ms / 1000} s`);
      await sleep(ms);
      signal?.throwIfAborted();
    }
  }

  async close(): Promise<void> {
    await this.session.close();
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
