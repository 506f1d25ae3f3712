import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Reference, Repository } from '../../oci/reference.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import { DockerEngine } from '../docker/docker.ts';
import { DockerfileEngine, type BuildOrder } from '../dockerfile-engine.ts';
import type { BuiltImage, Capabilities, EngineHost, EngineName, RunOptions } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import { Session } from '../process/session.ts';
import { sourceDate } from '../request/source-date.ts';
import type { ServiceContainer, ServiceOptions } from '../smoke/service.ts';
import { StoredImages } from '../stored/stored-images.ts';
import { readStoredLayout } from '../stored/stored-layout.ts';
import { askedOptions, isAtLeast, type Dialect } from '../support.ts';
import { buildxArguments } from './buildx-arguments.ts';
import { BuilderNodes, type ChosenNode } from './builder-nodes.ts';
import { startBuilder, stopBuilder, type BuilderNode, type BuildxBuilder } from './buildx-builder.ts';
import { BuildxClient } from './buildx-client.ts';
import { layoutArguments, refuseForDockerDriver, refuseForDockerFormat } from './buildx-result.ts';

export const buildxCapabilities: Capabilities = {
  source: 'dockerfile',
  modes: ['native', 'emulate', 'cross'],
  smokeTest: true,
  pushesBy: 'client',
  caCertificate: true,
  insecureRegistries: 'any',
};

const probeMs = 180_000;
/** https://github.com/moby/buildkit/blob/master/docs/build-repro.md */
const rewriteSince = '0.13';
/** The docker driver, where the Docker Engine keeps its images in a store of its own. */
const noOciExporter = /OCI exporter is not supported for the docker driver/iu;

/**
 * BuildKit by buildx: in a container, far away, in a cluster, or the one inside of a Docker Engine. The result is an OCI image layout, which
 * our own client pushes; only a Docker Engine that can't write one keeps the image and pushes it itself.
 * https://docs.docker.com/build/builders/drivers/
 */
export class BuildxEngine extends DockerfileEngine {
  readonly capabilities = buildxCapabilities;
  protected override readonly dockerfileNames = ['Dockerfile'];
  readonly #client: BuildxClient;
  readonly #images: StoredImages;
  #builder: BuildxBuilder | undefined;
  #nodes: BuilderNodes | undefined;
  /** Set where images are in a Docker Engine's store. */
  #docker: DockerEngine | undefined;

  constructor(options: EngineOptions) {
    super('buildx', new Session('buildx', 'buildx', options));
    this.#client = new BuildxClient(this.session);
    this.#images = new StoredImages(options);
  }

  /** Whether its BuildKit is the one inside of a Docker Engine, as engine docker uses it; known once the host was asked. */
  get isDockersOwn(): boolean {
    return this.#builder?.driver === 'docker';
  }

  protected override dialect(): Dialect {
    return 'buildx';
  }

  /** What a builder emulates, only it knows: its image may bring QEMU along, of which /proc says nothing. */
  protected override isLocal(): boolean {
    return false;
  }

  protected override async askHost(): Promise<EngineHost> {
    const { version } = await this.#client.command();
    const builder = await startBuilder(this.#client);
    this.#builder = builder;
    this.#nodes = new BuilderNodes(this.#client, builder);
    const platform = await this.#nodes.firstOwn();
    for (const node of builder.nodes) {
      const kit = node.version === undefined ? 'BuildKit' : `BuildKit ${node.version}`;
      this.session.options.log.info(
        `builder ${builder.name} (${builder.driver}): ${kit} at ${node.endpoint}`,
      );
    }
    return { version, label: version === 'unknown' ? 'buildx' : `buildx ${version}`, platform };
  }

  /** Of several machines the one whose own platform it is. */
  protected override async hostFor(platform: Platform): Promise<EngineHost> {
    const host = await this.host();
    const { own, others } = await this.#node(platform);
    return { ...host, platform: own, ...(others.length > 0 && { others: others.map(formatPlatform) }) };
  }

  #node(platform: Platform): Promise<ChosenNode> {
    if (this.#nodes === undefined)
      throw new CodedError('E_INTERNAL', 'buildx builds before it has a builder');
    return this.#nodes.choose(platform);
  }

  protected override async tryProgram(
    folder: string,
    platform: Platform,
  ): Promise<{ result: ExecResult; notes: readonly string[] }> {
    const common = ['--no-cache', '--network', 'none', '--platform', formatPlatform(platform)];
    const { env } = await this.#node(platform);
    const attempt = async (output: readonly string[]): Promise<ExecResult> =>
      this.#client.ask([...this.#buildCommand(), ...common, ...output, folder], { env, timeoutMs: probeMs });
    const result = await attempt(layoutArguments(`${folder}-out`));
    if (result.code === 0 || !noOciExporter.test(result.stderr)) return { result, notes: [] };
    this.#docker ??= new DockerEngine(this.session.options);
    await this.#docker.host();
    return {
      result: await attempt(['--output', `type=local,dest=${folder}-files`]),
      notes: ["with the docker driver images are in Docker's own store, and Docker pushes them"],
    };
  }

  protected override keeper(): EngineName {
    return this.#docker?.name ?? this.name;
  }

  #buildCommand(): string[] {
    if (this.#builder === undefined)
      throw new CodedError('E_INTERNAL', 'buildx builds before it has a builder');
    return ['build', '--builder', this.#builder.name, '--progress', 'plain'];
  }

  protected override async runBuild(order: BuildOrder): Promise<ExecResult> {
    const { request, source, name, idFile } = order;
    const { node, env: chosen } = await this.#node(request.platform);
    refuseForDockerFormat(source);
    if (this.#docker !== undefined) refuseForDockerDriver(askedOptions(request), source);
    const { args, env } = await buildxArguments(order, this.session.options, () => this.session.folder());
    const output =
      this.#docker === undefined
        ? layoutArguments(await this.#layoutFolder(name), {
            ...source,
            sourceDate: this.#hasSourceDate(node),
          })
        : ['--load', '--tag', name, '--iidfile', idFile];
    return this.#client.tell([...this.#buildCommand(), ...args, ...output, order.paths.context], {
      env: { ...env, ...chosen },
    });
  }

  /** @throws E_INPUT. BuildKit older than 0.13 gives the times to the config alone. */
  #hasSourceDate({ version = 'unknown' }: BuilderNode): boolean {
    const { env, log } = this.session.options;
    if (sourceDate(env) === undefined) return false;
    if (isAtLeast(version, rewriteSince)) return true;
    log.warning(
      `SOURCE_DATE_EPOCH is set, and BuildKit ${version} leaves the times of files as they are: ${rewriteSince} gives them to the layers, too`,
    );
    return false;
  }

  protected override async builtImage(order: BuildOrder): Promise<BuiltImage> {
    if (this.#docker !== undefined) return super.builtImage(order);
    const { name } = order;
    const layout = await readStoredLayout(await this.#layoutFolder(name));
    const image = { engine: this.name, id: layout.top.digest, name, manifest: layout.top };
    this.#images.keep(image, layout);
    return image;
  }

  /** Of the image of this name. */
  async #layoutFolder(name: string): Promise<string> {
    const layouts = join(await this.session.folder(), 'layouts');
    await mkdir(layouts, { recursive: true, mode: 0o700 });
    return join(layouts, name.slice(name.lastIndexOf(':') + 1));
  }

  /** Where the images are: in the Docker Engine whose BuildKit built them, else in files of ours. */
  get #home(): DockerEngine | StoredImages {
    return this.#docker ?? this.#images;
  }

  platformOf(image: BuiltImage): Promise<Platform> {
    return this.#home.platformOf(image);
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    return this.#home.archive(image);
  }

  async checkRun(platform: Platform): Promise<void> {
    // A Docker Engine runs what it has built.
    if (this.#docker === undefined) await this.#images.checkRun(platform);
  }

  override run(image: BuiltImage, options: RunOptions): Promise<void> {
    return this.#home.run(image, options);
  }

  override checkServe(platform: Platform): Promise<void> {
    return this.#home.checkServe(platform);
  }

  override serve(image: BuiltImage, options: ServiceOptions): Promise<void> {
    return this.#home.serve(image, options);
  }

  override push(image: BuiltImage, reference: Reference): Promise<void> {
    return this.#home.push(image, reference);
  }

  async pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    await this.checkPushByDigest();
    return this.#images.pushByDigest(image, repository);
  }

  checkPushByDigest(): Promise<void> {
    if (this.#docker === undefined) return Promise.resolve();
    const says = 'arch-tag none: with the docker driver Docker pushes, by name only';
    return Promise.reject(
      new CodedError('E_UNSUPPORTED', says, {
        hint: 'let each leg push a tag, or use a builder with another driver: docker buildx create --use',
      }),
    );
  }

  /** {@link run}, {@link serve} and {@link push} go to where the images are: the command of buildx has none of the three. */
  protected override runCommand(): Promise<ExecResult> {
    return Promise.reject(new CodedError('E_INTERNAL', 'buildx has no command that runs images'));
  }

  protected override service(): Promise<ServiceContainer> {
    return Promise.reject(new CodedError('E_INTERNAL', 'buildx has no command that starts services'));
  }

  protected override runPush(): Promise<ExecResult> {
    return Promise.reject(new CodedError('E_INTERNAL', 'buildx has no command that pushes layouts'));
  }

  async remove(image: BuiltImage): Promise<void> {
    if (this.#docker !== undefined) await this.#docker.remove(image);
    this.#images.forget(image);
    await rm(await this.#layoutFolder(image.name), { recursive: true, force: true });
    await this.session.strike(image.name);
  }

  override async close(): Promise<void> {
    const builder = this.#builder;
    this.#builder = undefined;
    if (builder !== undefined) await stopBuilder(this.#client, builder);
    await this.#docker?.close();
    await this.#images.close();
    await super.close();
  }
}
