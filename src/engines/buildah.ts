import { normalisePlatform, type Platform } from '../platform/platform.ts';
import { storedImageId } from './adopt.ts';
import { ContainersEngine, type Arrangement } from './containers.ts';
import type { BuiltImage, EngineHost, RunOptions } from './engine.ts';
import type { ExecResult } from './exec.ts';
import type { EngineOptions } from './options.ts';
import { Session } from './session.ts';
import { isStoredFor } from './store.ts';
import { writtenTo } from './streams.ts';
import type { Dialect } from './support.ts';

/** buildah, which has neither a daemon nor a service. https://github.com/containers/buildah/tree/main/docs */
export class BuildahEngine extends ContainersEngine {
  protected override readonly buildCommand = 'bud';

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

  protected override async askHost(): Promise<EngineHost> {
    const host = (await this.session.askJson(['info'], 'the answer of buildah info')).get('host');
    const answer = await this.session.askJson(['version', '--json'], 'the answer of buildah version');
    const version = answer.get('version').string({ maxLength: 100 });
    return {
      version,
      label: `buildah ${version}`,
      platform: normalisePlatform({
        os: host.get('os').string(),
        architecture: host.get('arch').string(),
        variant: host.get('variant').optional((field) => field.string()),
      }),
    };
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
    const info = await this.session.askJson(['info'], 'the answer of buildah info');
    return info
      .get('store')
      .get('GraphRoot')
      .optional((field) => field.string());
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

  protected override async runCommand(
    image: BuiltImage,
    program: readonly [string, ...string[]],
    options: RunOptions,
  ): Promise<ExecResult> {
    const name = `native-multiarch-${this.session.uniqueId()}`;
    const env = this.variables(this.arrangement);
    const made = await this.session.ask(['from', '--pull=never', '--name', name, image.id], { env });
    if (made.code !== 0) return made;
    const chroot = this.isolation === 'chroot';
    if (chroot)
      this.session.options.log.warning(
        "the smoke test has the host's network: buildah in chroot isolation can't take it away",
      );
    const network = chroot ? [] : ['--network', 'none'];
    try {
      return await this.session.tell(['run', '--terminal=false', ...network, name, '--', ...program], {
        env,
        timeoutMs: options.timeoutMs,
      });
    } finally {
      await this.session.ask(['rm', name], { evenIfAborted: true });
    }
  }
}
