import { CodedError } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Reference, Repository } from '../../oci/reference.ts';
import { normalisePlatform, type Platform } from '../../platform/platform.ts';
import type { BuiltImage, RunOptions } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ServiceOptions } from '../smoke/service.ts';
import { ImageRunner } from './image-runner.ts';
import { chunks, layoutArchive } from './layout-archive.ts';
import { pushStored } from './layout-push.ts';
import type { StoredLayout } from './stored-layout.ts';

/**
 * Images that are files: run by Docker or podman, and pushed byte for byte by our own client. The methods are those of
 * {@link Engine}, for the engines that leave their images in files.
 */
export class StoredImages {
  readonly #options: EngineOptions;
  readonly #images = new Map<string, StoredLayout>();
  #runner: Promise<ImageRunner> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** From now on `layout` is what is meant by `image`. */
  keep(image: BuiltImage, layout: StoredLayout): void {
    this.#images.set(keyOf(image), layout);
  }

  /** The files are the caller's to remove. */
  forget(image: BuiltImage): void {
    this.#images.delete(keyOf(image));
  }

  /** As the image's config says it. */
  platformOf(image: BuiltImage): Promise<Platform> {
    const { os, architecture, variant } = this.#layoutOf(image).runnable.config;
    return Promise.resolve(normalisePlatform({ os, architecture, variant }));
  }

  /** The image as an OCI image layout in a tar stream. */
  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    const { top, children, blobs } = this.#layoutOf(image);
    const below = children.map(({ digest, bytes }) => ({
      digest,
      size: bytes.length,
      open: () => chunks(bytes),
    }));
    return layoutArchive(top, [...blobs, ...below]);
  }

  /** Whether Docker or podman runs programs of the platform here. @throws E_UNSUPPORTED */
  async checkRun(platform: Platform): Promise<void> {
    await this.#findRunner(platform);
  }

  /** @throws as {@link Engine.run} does */
  async run(image: BuiltImage, options: RunOptions): Promise<void> {
    const runner = await this.#findRunner(options.platform);
    await runner.run(this.#layoutOf(image), options);
  }

  /** Whoever runs images serves them, too. @throws E_UNSUPPORTED */
  async checkServe(platform: Platform): Promise<void> {
    await this.checkRun(platform);
  }

  /** @throws as {@link Engine.serve} does */
  async serve(image: BuiltImage, options: ServiceOptions): Promise<void> {
    const runner = await this.#findRunner(options.platform);
    await runner.serve(this.#layoutOf(image), options);
  }

  /** @throws as {@link pushStored} does */
  async push(image: BuiltImage, reference: Reference): Promise<void> {
    await pushStored(this.#layoutOf(image), reference, this.#options);
  }

  /** The same without a tag. */
  async pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    const stored = this.#layoutOf(image);
    await pushStored(stored, { repository }, this.#options);
    return stored.top.digest;
  }

  /** Ends the engine that ran them. */
  async close(): Promise<void> {
    // Where none was found there is none to end, and whoever looked for it was told.
    const runner = await this.#runner?.catch(() => undefined);
    await runner?.close();
  }

  #findRunner(platform: Platform): Promise<ImageRunner> {
    this.#runner ??= ImageRunner.find(platform, this.#options);
    return this.#runner;
  }

  #layoutOf(image: BuiltImage): StoredLayout {
    const found = this.#images.get(keyOf(image));
    if (found === undefined) throw new CodedError('E_INTERNAL', `${image.id} is no image of this engine`);
    return found;
  }
}

/** Two builds may come to the same id, and two images be adopted by one name. */
function keyOf({ name, id }: BuiltImage): string {
  return `${name} ${id}`;
}
