import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { formatReference, parseReference, type Reference } from '../../oci/reference.ts';
import type { Field } from '../../oci/schema.ts';
import { formatPlatform, normalisePlatform, type Platform } from '../../platform/platform.ts';
import { writeDockerConfig } from '../auth.ts';
import { DockerfileEngine, type BuildOrder, type CommandOptions } from '../dockerfile-engine.ts';
import type { BuiltImage, Capabilities, EngineHost, PullSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import { Session } from '../process/session.ts';
import { printed } from '../process/streams.ts';
import { isLoopback } from '../registries.ts';
import { buildArgFlags } from '../request/build-args.ts';
import type { Command, ServiceContainer } from '../smoke/service.ts';
import { NamedService } from '../smoke/service-container.ts';
import { isStoredFor, storedImageId } from '../store.ts';
import { isAtLeast, type Dialect } from '../support.ts';
import { dockerArguments } from './docker-arguments.ts';
import { chooseBuilder, type Builder } from './docker-builder.ts';
import { completedForClassic, refuseForContainerd } from './docker-classic.ts';
import { askDocker, isHere, isLocalAddress } from './docker-host.ts';
import { pushByName } from './docker-push.ts';

export const dockerCapabilities: Capabilities = {
  source: 'dockerfile',
  modes: ['native', 'emulate', 'cross'],
  smokeTest: true,
  pushesBy: 'engine',
  caCertificate: false,
  insecureRegistries: 'loopback',
};

/** A Docker Engine, by its own command. https://docs.docker.com/reference/cli/docker/ */
export class DockerEngine extends DockerfileEngine {
  readonly capabilities = dockerCapabilities;
  protected override readonly dockerfileNames = ['Dockerfile'];
  #builder: Builder | undefined;
  /** Known once the host was asked. */
  #local: boolean | undefined;
  /** The version of the command that builds. */
  #client: string | undefined;
  #info: Promise<Field> | undefined;
  #configured: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    super('docker', new Session('docker', 'docker', options));
  }

  protected override readonly runPrivileged = async (
    image: string,
    args: readonly string[],
  ): Promise<ExecResult> => {
    await this.#configure();
    return this.session.tell(['run', '--rm', '--privileged', '--network', 'none', image, ...args]);
  };

  protected override dialect(): Dialect {
    return this.#builder?.kind === 'classic' ? 'docker-classic' : 'docker';
  }

  protected override isLocal(): boolean {
    return this.#local ?? isLocalAddress(this.session.options.env['DOCKER_HOST'] ?? '');
  }

  protected override async askHost(): Promise<EngineHost> {
    const host = await askDocker(this.session);
    this.#local = await isHere(this.session);
    return host;
  }

  /** Credentials that were given to us, in a configuration of our own. */
  #configure(): Promise<void> {
    this.#configured ??= (async () => {
      const { logins = [], env } = this.session.options;
      // Another builder, and attestations that turn an image into a list, are for the engine that knows of them.
      Object.assign(this.session.variables, {
        BUILDX_BUILDER: 'default',
        BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
      });
      if (logins.length === 0) return;
      const folder = join(await this.session.folder(), 'docker');
      Object.assign(this.session.variables, await writeDockerConfig(folder, logins, env));
    })();
    return this.#configured;
  }

  protected override async tryProgram(
    folder: string,
    platform: Platform,
    name: string,
  ): Promise<{ result: ExecResult; notes: readonly string[] }> {
    await this.#configure();
    const { builder, result } = await chooseBuilder(this.session, { folder, platform, name });
    if (result.code === 0) {
      this.#builder = builder;
      const answer = await this.session.ask(['--version'], { tool: builder.tool });
      this.#client = /\d+(?:\.\d+)+/u.exec(answer.stdout)?.[0];
    }
    return { result, notes: result.code === 0 ? [builder.note] : [] };
  }

  /** An option has to be known to the engine and to the command that asks it. */
  protected override optionVersion({ version }: EngineHost): string {
    const client = this.#client ?? version;
    return isAtLeast(client, version) ? version : client;
  }

  protected override async runBuild({
    request,
    source,
    paths,
    name,
    idFile,
  }: BuildOrder): Promise<ExecResult> {
    const builder = this.#builder;
    if (builder === undefined) throw new CodedError('E_INTERNAL', 'docker builds before its preflight');
    const host = await this.host();
    if (builder.kind === 'classic' && source.format === 'docker') refuseForContainerd(await this.#askInfo());
    const given = source.buildArgs ?? {};
    const { file, automatic } =
      builder.kind === 'classic'
        ? await completedForClassic(this.session, paths.file, request.platform, host.platform)
        : { file: paths.file, automatic: {} };
    const { args, env } = buildArgFlags({ ...automatic, ...given });
    const told = await dockerArguments(
      { request, source },
      {
        builder: builder.kind,
        version: this.optionVersion(host),
        options: this.session.options,
        folder: () => this.session.folder(),
      },
    );
    return this.session.tell(
      [
        'build',
        ...(builder.kind === 'buildkit' ? ['--progress', 'plain'] : ['--force-rm']),
        ...[
          '--platform',
          formatPlatform(request.platform),
          '--file',
          file,
          '--tag',
          name,
          '--iidfile',
          idFile,
        ],
        ...args,
        ...told.args,
        paths.context,
      ],
      { env: { ...env, ...told.env, ...builder.variables }, tool: builder.tool },
    );
  }

  /** With containerd's image store an image is known by its manifest, and the id that is written down may be its config's. */
  protected override async builtImage(order: BuildOrder): Promise<BuiltImage> {
    const built = await super.builtImage(order);
    const question = ['image', 'inspect', '--format', '{{.Id}}', built.name];
    const id = await storedImageId(this.session, question);
    if (id !== undefined) return { ...built, id };
    throw new CodedError('E_ENGINE', `docker built ${built.id}, and has no image ${built.name}`, {
      hint: 'see that nobody else removes images of this Docker Engine while a leg builds',
    });
  }

  hasImage(reference: string, platform: Platform): Promise<boolean> {
    const question = ['image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', reference];
    return isStoredFor(this.session, question, platform);
  }

  protected override prunes(): boolean {
    return this.#builder?.kind !== 'classic';
  }

  /** Mirrors of a Docker Engine are for Docker Hub alone. https://docs.docker.com/docker-hub/image-library/mirror/ */
  async pullSource(reference: string): Promise<PullSource | undefined> {
    const { registry } = parseReference(reference).repository;
    // Another machine's loopback is not ours to ask.
    if (!this.isLocal() && isLoopback(registry)) return undefined;
    const mirrors = (await this.#askInfo()).get('RegistryConfig').get('Mirrors');
    const some = mirrors.optional((field) => field.items(50)) ?? [];
    return { name: reference, isMirrored: registry === 'docker.io' && some.length > 0 };
  }

  async storage(): Promise<string | undefined> {
    if (!this.isLocal()) return undefined;
    return (await this.#askInfo()).get('DockerRootDir').optional((field) => field.string());
  }

  #askInfo(): Promise<Field> {
    this.#info ??= this.session.askJson(['info', '--format', '{{json .}}'], 'the answer of docker info');
    return this.#info;
  }

  async platformOf(image: BuiltImage): Promise<Platform> {
    const found = await this.session.askJson(
      ['image', 'inspect', '--format', '{{json .}}', image.id],
      'the answer of docker image inspect',
    );
    const text = (key: string): string | undefined => found.get(key).optional((field) => field.string());
    return normalisePlatform({
      os: found.get('Os').string(),
      architecture: found.get('Architecture').string(),
      variant: text('Variant'),
    });
  }

  /** One that has no name gets one: Docker pushes by name, and deletes an image with its last name. */
  async adopt(name: string): Promise<BuiltImage | undefined> {
    const inspect = ['image', 'inspect', '--format'];
    const id = await storedImageId(this.session, [...inspect, '{{.Id}}', name]);
    if (id === undefined) return undefined;
    const names = await this.session.ask([...inspect, '{{len .RepoTags}}', id]);
    if (names.code !== 0) throw this.session.failure(names, { doing: 'ask' });
    if (names.stdout.trim() === '0') {
      const own = `localhost/native-multiarch-adopted:${id.slice('sha256:'.length, 'sha256:'.length + 12)}`;
      const named = await this.session.ask(['image', 'tag', id, own]);
      if (named.code !== 0) throw this.session.failure(named, { doing: 'ask' });
      this.session.options.log.info(`${name} had no name, and keeps the one that it got now: ${own}`);
    }
    return { engine: this.name, id, name };
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    return printed(this.session, ['save', image.id]);
  }

  /** @param program absent: the image's own */
  protected override async runCommand(
    image: BuiltImage,
    program: Command | undefined,
    options: CommandOptions,
  ): Promise<ExecResult> {
    const { name } = options;
    const flags = ['--rm', '--name', name, '--network', 'none', '--pull', 'never', '--no-healthcheck'];
    const platform = ['--platform', formatPlatform(options.platform)];
    const [first, ...rest] = program ?? [];
    const entrypoint = first === undefined ? [] : ['--entrypoint', first];
    await this.session.note('container', name);
    try {
      return await this.session.tell(['run', ...flags, ...platform, ...entrypoint, image.id, ...rest], {
        timeoutMs: options.timeoutMs,
      });
    } finally {
      // A command that was ended leaves its container running in the engine.
      await this.session.ask(['rm', '--force', name], { evenIfAborted: true });
      await this.session.strike(name);
    }
  }

  protected override async service(image: BuiltImage, options: CommandOptions): Promise<ServiceContainer> {
    const own = ['--platform', formatPlatform((await this.host()).platform)];
    return new NamedService(this.session, options.name, {
      run: () => this.runCommand(image, undefined, options),
      global: () => [],
      importing: own,
      beside: () => own,
    });
  }

  protected override async runPush(image: BuiltImage, reference: Reference): Promise<ExecResult> {
    await this.#configure();
    return pushByName(this.session, image, formatReference(reference));
  }

  async remove(image: BuiltImage): Promise<void> {
    // The classic builder's cache is the images that the last one stands on: they have no name, and would go with it.
    const keep = this.#builder?.kind === 'classic' ? ['--no-prune'] : [];
    const answer = await this.session.ask(['image', 'rm', ...keep, image.name], { evenIfAborted: true });
    await this.session.strike(image.name);
    if (answer.code !== 0 && !/No such image/i.test(answer.stderr)) {
      this.session.options.log.warning(
        `${image.name} was not removed: ${answer.stderr.trim().slice(0, 300)}`,
      );
    }
  }
}
