import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../oci/digest.ts';
import { parseFields, type Field } from '../../oci/schema.ts';
import { formatPlatform, normalisePlatform, type Platform } from '../../platform/platform.ts';
import type { CommandOptions } from '../dockerfile-engine.ts';
import type { BuiltImage, EngineHost } from '../engine.ts';
import { runtimeTrouble } from '../failures/failures.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import { Session } from '../process/session.ts';
import { printed } from '../process/streams.ts';
import { findTool } from '../process/tools.ts';
import type { Command, ServiceContainer } from '../smoke/service.ts';
import { NamedService } from '../smoke/service-container.ts';
import { isStoredFor, storedImageId } from '../store.ts';
import { isAtLeast, type Dialect } from '../support.ts';
import type { Arrangement } from './arrangement.ts';
import { ContainersEngine } from './containers.ts';
import { modestLimits } from './limits.ts';

/** podman, local or remote. */
export class PodmanEngine extends ContainersEngine {
  protected override readonly buildCommand = 'build';
  protected override readonly packing = ['--compress'];
  protected override readonly marksSince = '4.0';
  #info: Promise<Field> | undefined;
  #local = true;
  #found: Arrangement = {};

  constructor(options: EngineOptions) {
    super('podman', new Session('podman', 'podman', options));
  }

  protected override readonly runPrivileged = async (
    image: string,
    args: readonly string[],
  ): Promise<ExecResult> => {
    await this.configure();
    return this.session.tell(['run', '--rm', '--privileged', '--network', 'none', image, ...args]);
  };

  protected override dialect(): Dialect {
    return 'podman';
  }

  protected override isLocal(): boolean {
    return this.#local;
  }

  protected override globalArguments({ runtime }: Arrangement): readonly string[] {
    return runtime === undefined ? [] : ['--runtime', runtime];
  }

  protected override runtimeVariables(): Record<string, string> {
    return {};
  }

  /** Its cache is the images that the last one stands on: they have no name, and older versions take them along. */
  protected override async removal(): Promise<readonly string[]> {
    return isAtLeast((await this.host()).version, '4.3') ? ['rmi', '--no-prune'] : ['rmi'];
  }

  #askInfo(): Promise<Field> {
    this.#info ??= this.session.askJson(['info', '--format', 'json'], 'the answer of podman info');
    return this.#info;
  }

  protected override async askHost(): Promise<EngineHost> {
    const info = await this.#askInfo();
    const host = info.get('host');
    this.#local = host.get('serviceIsRemote').optional((field) => field.boolean()) !== true;
    const version = info.get('version').get('Version').string({ maxLength: 100 });
    return this.onThisKernel({
      version,
      label: `podman ${version}`,
      platform: normalisePlatform({
        os: host.get('os').string(),
        architecture: host.get('arch').string(),
        variant: host.get('variant').optional((field) => field.string()),
      }),
    });
  }

  hasImage(reference: string, platform: Platform): Promise<boolean> {
    const question = ['image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', reference];
    return isStoredFor(this.session, question, platform);
  }

  async storage(): Promise<string | undefined> {
    const root = (await this.#askInfo()).get('store').get('graphRoot');
    return this.#local ? root.optional((field) => field.string()) : undefined;
  }

  /** podman's own inspect leaves the variant out, so the config is read where podman keeps it, if it keeps it here. */
  async platformOf(image: BuiltImage): Promise<Platform> {
    const stored = this.#local ? await this.#storedConfig(image) : undefined;
    const answer = stored ?? (await this.#inspect(image));
    const key =
      stored === undefined
        ? { os: 'Os', architecture: 'Architecture' }
        : { os: 'os', architecture: 'architecture' };
    return normalisePlatform({
      os: answer.get(key.os).string(),
      architecture: answer.get(key.architecture).string(),
      variant: answer.get('variant').optional((field) => field.string()),
    });
  }

  async #inspect(image: BuiltImage): Promise<Field> {
    const answer = await this.session.askJson(
      ['image', 'inspect', image.id],
      'the answer of podman image inspect',
    );
    const [only] = answer.items(1);
    if (only === undefined) throw answer.error('is empty');
    return only;
  }

  /** https://github.com/containers/storage/blob/main/docs/containers-storage-layers.md: an image's big data, by name. */
  async #storedConfig(image: BuiltImage): Promise<Field | undefined> {
    const store = (await this.#askInfo()).get('store');
    const root = store.get('graphRoot').optional((field) => field.string());
    const driver = store.get('graphDriverName').optional((field) => field.string());
    if (root === undefined || driver === undefined) return undefined;
    const file = `=${Buffer.from(image.id).toString('base64')}`;
    let bytes: Buffer;
    try {
      bytes = await readFile(join(root, `${driver}-images`, image.id.slice('sha256:'.length), file));
    } catch {
      // Kept in another way, or not ours to read: podman's inspect knows all but the variant.
      return undefined;
    }
    return digestOf(bytes) === image.id
      ? parseFields(bytes, `the config of ${image.id}`, { code: 'E_ENGINE', maxDepth: 40 })
      : undefined;
  }

  async adopt(name: string): Promise<BuiltImage | undefined> {
    const id = await storedImageId(this.session, ['image', 'inspect', '--format', '{{.Id}}', name]);
    return id === undefined ? undefined : { engine: this.name, id, name };
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    return printed(this.session, ['save', '--quiet', '--format', 'docker-archive', image.id]);
  }

  /**
   * Where the runtime refuses to start the container, nothing ran: so it is tried again with what this host lacks.
   * @param program absent: the image's own
   */
  protected override async runCommand(
    image: BuiltImage,
    program: Command | undefined,
    options: CommandOptions,
  ): Promise<ExecResult> {
    const { log, env } = this.session.options;
    const entrypoint = program === undefined ? [] : ['--entrypoint', JSON.stringify(program)];
    const platform = ['--platform', formatPlatform(options.platform)];
    for (;;) {
      const { limits, runtime } = this.#running;
      const flags = ['--rm', '--name', options.name, '--network', 'none', '--stop-timeout', '0'];
      const args = [...this.#global(), 'run', ...flags, '--no-healthcheck', ...platform, ...this.#limits()];
      const result = await this.#runOnce([...args, ...entrypoint, image.id], options);
      const trouble = result.code === 0 ? undefined : runtimeTrouble(`${result.stdout}\n${result.stderr}`);
      if (trouble === undefined) return result;
      if (trouble.kind === 'limits' && limits === undefined) {
        this.#found = { ...this.#running, limits: true };
        log.info(`podman runs the image with ${modestLimits.join(' ')}, since ${trouble.says}`);
        continue;
      }
      const runc = runtime === undefined ? await findTool('runc', env['PATH']) : undefined;
      if (runc === undefined) return result;
      this.#found = { ...this.#running, runtime: runc };
      log.info(`podman runs the image with ${runc}, since ${trouble.says}`);
    }
  }

  /** What containers need on this host: what builds need, and what was found out since. */
  get #running(): Arrangement {
    return { ...this.arrangement, ...this.#found };
  }

  #global(): readonly string[] {
    return this.globalArguments(this.#running);
  }

  #limits(): readonly string[] {
    return this.#running.limits === true ? modestLimits : [];
  }

  protected override service(image: BuiltImage, options: CommandOptions): Promise<ServiceContainer> {
    return Promise.resolve(
      new NamedService(this.session, options.name, {
        run: () => this.runCommand(image, undefined, options),
        global: () => this.#global(),
        importing: [],
        beside: () => ['--stop-timeout', '0', ...this.#limits()],
      }),
    );
  }

  async #runOnce(args: readonly string[], { name, timeoutMs }: CommandOptions): Promise<ExecResult> {
    await this.session.note('container', name);
    try {
      // Where the runtime refuses, what it says is in the line about the next try, or in the error.
      const isAside = (line: string): boolean => runtimeTrouble(line) !== undefined;
      return await this.session.tell(args, { timeoutMs, isAside });
    } finally {
      await this.session.ask(['rm', '--force', '--ignore', name], { evenIfAborted: true });
      await this.session.strike(name);
    }
  }
}
