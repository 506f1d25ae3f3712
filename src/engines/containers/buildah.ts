import { CodedError } from '../../errors.ts';
import type { Field } from '../../oci/schema.ts';
import { normalisePlatform, type Platform } from '../../platform/platform.ts';
import type { CommandOptions } from '../dockerfile-engine.ts';
import type { BuiltImage, EngineHost } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import { Session } from '../process/session.ts';
import { writtenTo } from '../process/streams.ts';
import type { Command, ServiceContainer } from '../smoke/service.ts';
import { isStoredFor, storedImageId } from '../store.ts';
import type { Dialect } from '../support.ts';
import type { Arrangement } from './arrangement.ts';
import { BuildahService } from './buildah-service.ts';
import { ContainersEngine } from './containers.ts';
import { modestLimits } from './limits.ts';

/** buildah, which has neither a daemon nor a service. https://github.com/containers/buildah/tree/main/docs */
export class BuildahEngine extends ContainersEngine {
  protected override readonly buildCommand = 'bud';
  protected override readonly packing = [] as const;
  protected override readonly marksSince = '1.24';
  #info: Promise<Field> | undefined;

  constructor(options: EngineOptions) {
    super('buildah', new Session('buildah', 'buildah', options));
  }

  protected override dialect(): Dialect {
    return 'buildah';
  }

  protected override isLocal(): boolean {
    return true;
  }

  protected override globalArguments(): readonly string[] {
    return [];
  }

  protected override runtimeVariables({ runtime }: Arrangement): Record<string, string> {
    return runtime === undefined ? {} : { BUILDAH_RUNTIME: runtime };
  }

  #askInfo(): Promise<Field> {
    this.#info ??= this.session.askJson(['info'], 'the answer of buildah info');
    return this.#info;
  }

  protected override async askHost(): Promise<EngineHost> {
    const host = (await this.#askInfo()).get('host');
    const answer = await this.session.askJson(['version', '--json'], 'the answer of buildah version');
    const version = answer.get('version').string({ maxLength: 100 });
    return this.onThisKernel({
      version,
      label: `buildah ${version}`,
      platform: normalisePlatform({
        os: host.get('os').string(),
        architecture: host.get('arch').string(),
        variant: host.get('variant').optional((field) => field.string()),
      }),
    });
  }

  hasImage(reference: string, platform: Platform): Promise<boolean> {
    const question = [
      'inspect',
      '--type',
      'image',
      '--format',
      '{{.OCIv1.OS}}/{{.OCIv1.Architecture}}',
      reference,
    ];
    return isStoredFor(this.session, question, platform);
  }

  async storage(): Promise<string | undefined> {
    const info = await this.#askInfo();
    return info.get('store').optional((store) => store.get('GraphRoot').optional((field) => field.string()));
  }

  async platformOf(image: BuiltImage): Promise<Platform> {
    const config = (
      await this.session.askJson(['inspect', '--type', 'image', image.id], 'the answer of buildah inspect')
    ).get('OCIv1');
    return normalisePlatform({
      os: config.get('os').string(),
      architecture: config.get('architecture').string(),
      variant: config.get('variant').optional((field) => field.string()),
    });
  }

  async adopt(name: string): Promise<BuiltImage | undefined> {
    const question = ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', name];
    const id = await storedImageId(this.session, question);
    return id === undefined ? undefined : { engine: this.name, id, name };
  }

  /** Given to a pipe with a name: buildah writes archives to paths only, and as a child of Node it has no stdout that it could open by one. */
  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    return writtenTo(this.session, (path) => ['push', '--quiet', image.id, `docker-archive:${path}`]);
  }

  /** A container keeps those that it was made with. */
  #limits(): readonly string[] {
    return this.arrangement.limits === true ? modestLimits : [];
  }

  protected override async runCommand(
    image: BuiltImage,
    program: Command,
    { name, timeoutMs }: CommandOptions,
  ): Promise<ExecResult> {
    const env = this.variables(this.arrangement);
    await this.session.note('container', name);
    const chroot = this.isolation === 'chroot';
    const network = chroot ? [] : ['--network', 'none'];
    try {
      const made = await this.session.ask(
        ['from', '--pull=never', ...this.#limits(), '--name', name, image.id],
        { env },
      );
      if (made.code !== 0) return made;
      if (chroot)
        this.session.options.log.warning(
          "the smoke test has the host's network: buildah in chroot isolation can't take it away",
        );
      const args = ['run', '--terminal=false', ...network, name, '--', ...program];
      return await this.session.tell(args, { env, timeoutMs, stepsFirst: true });
    } finally {
      await this.session.ask(['rm', name], { evenIfAborted: true });
      await this.session.strike(name);
    }
  }

  /** In a chroot a service would have the ports of this machine: those of others answer there, and two legs meet. */
  override async checkServe(platform: Platform): Promise<void> {
    await super.checkServe(platform);
    this.#refuseChroot();
  }

  #refuseChroot(): void {
    if (this.isolation !== 'chroot') return;
    throw new CodedError(
      'E_UNSUPPORTED',
      "buildah in chroot isolation can't give a service a network of its own",
      {
        hint: 'use engine: docker or podman, or a machine on which buildah can start containers; smoke-test runs a command all the same',
      },
    );
  }

  protected override service(
    image: BuiltImage,
    { name, timeoutMs }: CommandOptions,
    [first, ...rest]: readonly string[],
  ): Promise<ServiceContainer> {
    this.#refuseChroot();
    if (first === undefined)
      throw new CodedError('E_SMOKE_TEST', 'the image has neither ENTRYPOINT nor CMD: it is no service', {
        hint: 'nothing was pushed; leave smoke-test-url out, or say in the Dockerfile what the service is',
      });
    const env = this.variables(this.arrangement);
    const words = {
      image: image.id,
      command: [first, ...rest] as const,
      limits: this.#limits(),
      env,
      timeoutMs,
    };
    return Promise.resolve(new BuildahService(this.session, name, words));
  }
}
