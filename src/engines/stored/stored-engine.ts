import { machine } from 'node:os';
import { CodedError, quote } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Reference, Repository } from '../../oci/reference.ts';
import { architectureOfUname } from '../../platform/architectures.ts';
import { normalisePlatform, type Platform } from '../../platform/platform.ts';
import type { BuiltImage, Capabilities, Engine, EngineHost, Readiness, RunOptions } from '../engine.ts';
import { ImageRunner } from './image-runner.ts';
import { chunks, layoutArchive } from './layout-archive.ts';
import { pushStored } from './layout-push.ts';
import type { EngineOptions } from '../options.ts';
import type { ServiceOptions } from '../smoke/service.ts';
import type { StoredLayout } from './stored-layout.ts';

const capabilities: Capabilities = {
  source: 'files',
  modes: ['native', 'emulate', 'cross'],
  smokeTest: true,
  pushesBy: 'client',
  caCertificate: true,
  insecureRegistries: 'any',
};

/**
 * Images that stand in a folder or an archive, made by whomever. Nothing is built: they are run by Docker or podman, and pushed
 * byte for byte by our own client.
 */
export class StoredEngine implements Engine {
  readonly name = 'assemble' as const;
  readonly capabilities = capabilities;
  readonly #options: EngineOptions;
  readonly #read: (platform: Platform) => Promise<StoredLayout>;
  readonly #images = new Map<string, StoredLayout>();
  #runner: Promise<ImageRunner> | undefined;

  /** @param read the image of a platform */
  constructor(options: EngineOptions, read: (platform: Platform) => Promise<StoredLayout>) {
    this.#options = options;
    this.#read = read;
  }

  /** The machine that this process is on: only a smoke test asks for more. */
  host(): Promise<EngineHost> {
    const architecture = architectureOfUname(machine());
    if (architecture === undefined) {
      throw new CodedError('E_PLATFORM', `the machine ${quote(machine())} is not a registered architecture`, {
        hint: 'give platform',
      });
    }
    const platform = normalisePlatform({ os: 'linux', architecture });
    return Promise.resolve({ version: '1', label: 'adopted', platform });
  }

  preflight(): Promise<Readiness> {
    return Promise.reject(new CodedError('E_INTERNAL', 'an image that is adopted is not built'));
  }

  build(): Promise<BuiltImage> {
    return Promise.reject(new CodedError('E_INTERNAL', 'an image that is adopted is not built'));
  }

  async adopt(name: string, platform: Platform): Promise<BuiltImage> {
    const image = await this.#read(platform);
    const id = image.top.digest;
    this.#images.set(id, image);
    return { engine: this.name, id, name, manifest: image.top };
  }

  platformOf(image: BuiltImage): Promise<Platform> {
    const { os, architecture, variant } = this.#imageOf(image).runnable.config;
    return Promise.resolve(normalisePlatform({ os, architecture, variant }));
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    const { top, children, blobs } = this.#imageOf(image);
    const below = children.map(({ digest, bytes }) => ({
      digest,
      size: bytes.length,
      open: () => chunks(bytes),
    }));
    return layoutArchive(top, [...blobs, ...below]);
  }

  async checkRun(platform: Platform): Promise<void> {
    await this.#findRunner(platform);
  }

  async run(image: BuiltImage, options: RunOptions): Promise<void> {
    const runner = await this.#findRunner(options.platform);
    await runner.run(this.#imageOf(image), options);
  }

  checkServe(platform: Platform): Promise<void> {
    return this.checkRun(platform);
  }

  async serve(image: BuiltImage, options: ServiceOptions): Promise<void> {
    const runner = await this.#findRunner(options.platform);
    await runner.serve(this.#imageOf(image), options);
  }

  #findRunner(platform: Platform): Promise<ImageRunner> {
    this.#runner ??= ImageRunner.find(platform, this.#options);
    return this.#runner;
  }

  async push(image: BuiltImage, reference: Reference): Promise<void> {
    await pushStored(this.#imageOf(image), reference, this.#options);
  }

  async pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    const stored = this.#imageOf(image);
    await pushStored(stored, { repository }, this.#options);
    return stored.top.digest;
  }

  /** What it stands in is the user's. */
  remove(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const runner = await this.#runner?.catch(() => undefined);
    await runner?.close();
  }

  #imageOf({ id }: BuiltImage): StoredLayout {
    const found = this.#images.get(id);
    if (found === undefined) throw new CodedError('E_INTERNAL', `${id} was not adopted here`);
    return found;
  }
}
