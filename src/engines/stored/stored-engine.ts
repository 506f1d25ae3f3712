import { CodedError } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Reference, Repository } from '../../oci/reference.ts';
import type { Platform } from '../../platform/platform.ts';
import type { BuiltImage, Capabilities, Engine, EngineHost, Readiness, RunOptions } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ServiceOptions } from '../smoke/service.ts';
import { thisMachine } from '../this-machine.ts';
import { StoredImages } from './stored-images.ts';
import type { StoredLayout } from './stored-layout.ts';

const capabilities: Capabilities = {
  source: 'files',
  modes: ['native', 'emulate', 'cross'],
  smokeTest: true,
  pushesBy: 'client',
  caCertificate: true,
  insecureRegistries: 'any',
};

/** Images that somebody has put into a folder or an archive. Nothing is built here: see {@link StoredImages}. */
export class StoredEngine implements Engine {
  readonly name = 'assemble' as const;
  readonly capabilities = capabilities;
  readonly #options: EngineOptions;
  readonly #read: (platform: Platform) => Promise<StoredLayout>;
  readonly #images: StoredImages;

  /** @param read the image of a platform */
  constructor(options: EngineOptions, read: (platform: Platform) => Promise<StoredLayout>) {
    this.#options = options;
    this.#images = new StoredImages(options);
    this.#read = read;
  }

  /** Only a smoke test asks for more than this machine. */
  host(): Promise<EngineHost> {
    return thisMachine('adopted', this.#options);
  }

  preflight(): Promise<Readiness> {
    return Promise.reject(new CodedError('E_INTERNAL', 'an image that is adopted is not built'));
  }

  build(): Promise<BuiltImage> {
    return Promise.reject(new CodedError('E_INTERNAL', 'an image that is adopted is not built'));
  }

  async adopt(name: string, platform: Platform): Promise<BuiltImage> {
    const layout = await this.#read(platform);
    const image = { engine: this.name, id: layout.top.digest, name, manifest: layout.top };
    this.#images.keep(image, layout);
    return image;
  }

  platformOf(image: BuiltImage): Promise<Platform> {
    return this.#images.platformOf(image);
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    return this.#images.archive(image);
  }

  checkRun(platform: Platform): Promise<void> {
    return this.#images.checkRun(platform);
  }

  run(image: BuiltImage, options: RunOptions): Promise<void> {
    return this.#images.run(image, options);
  }

  checkServe(platform: Platform): Promise<void> {
    return this.#images.checkServe(platform);
  }

  serve(image: BuiltImage, options: ServiceOptions): Promise<void> {
    return this.#images.serve(image, options);
  }

  push(image: BuiltImage, reference: Reference): Promise<void> {
    return this.#images.push(image, reference);
  }

  pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    return this.#images.pushByDigest(image, repository);
  }

  /** What it stands in is the user's. */
  remove(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#images.close();
  }
}
