import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { CodedError, quote } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { digestOf, type Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { Reference, Repository } from '../../oci/reference.ts';
import { formatPlatform, samePlatform, type Platform } from '../../platform/platform.ts';
import type {
  BuildRequest,
  BuiltImage,
  Capabilities,
  Engine,
  EngineHost,
  FilesSource,
  Mode,
  Readiness,
} from '../engine.ts';
import type { EngineOptions, ImageReader } from '../options.ts';
import { Session } from '../process/session.ts';
import { checkValues } from '../request/request.ts';
import { sourceDate } from '../request/source-date.ts';
import { chunks, layoutArchive } from '../stored/layout-archive.ts';
import { pushStored, type StoredBlob, type StoredImage } from '../stored/layout-push.ts';
import { thisMachine } from '../this-machine.ts';
import { readBase, type BaseImage } from './base-image.ts';
import { layerEntries, type LayerEntry } from './files.ts';
import { imageConfig } from './image-config.ts';
import { writeLayer } from './layer-file.ts';

export const assembleCapabilities: Capabilities = {
  source: 'files',
  modes: ['cross', 'native'],
  smokeTest: false,
  pushesBy: 'client',
  caCertificate: true,
  insecureRegistries: 'any',
};

interface Assembled extends StoredImage {
  readonly platform: Platform;
}

/**
 * No engine at all: files go into one layer, and that with a configuration and a manifest makes an image. The same files give the
 * same bytes on every host.
 *
 * The layer is a gzip that is not compressed: what deflate makes of the same bytes differs from host to host (see gzip.ts), and some
 * tools take no plain tar.
 */
export class AssembleEngine implements Engine {
  readonly name = 'assemble' as const;
  readonly capabilities = assembleCapabilities;
  readonly #session: Session;
  readonly #images = new Map<string, Assembled>();

  constructor(options: EngineOptions) {
    this.#session = new Session('assemble', 'assemble', options);
  }

  /** Nothing is run, so there is no other machine to ask. */
  host(): Promise<EngineHost> {
    return thisMachine('assemble', this.#session.options);
  }

  async preflight(platform: Platform, mode: Mode): Promise<Readiness> {
    const target = formatPlatform(platform);
    if (platform.os === 'windows')
      throw new CodedError(
        'E_UNSUPPORTED',
        `engine assemble makes no ${target} images: their layers are of another kind`,
      );
    if (mode === 'emulate') {
      throw new CodedError('E_UNSUPPORTED', 'engine assemble runs nothing, so there is nothing to emulate', {
        hint: 'leave mode out, or set mode: cross',
      });
    }
    const host = await this.host();
    if (mode === 'native' && !samePlatform(host.platform, platform)) {
      throw new CodedError(
        'E_HOST_MISMATCH',
        `${target} was to be built natively, and this machine is ${formatPlatform(host.platform)}`,
        {
          hint: 'with engine assemble, leave mode out or set mode: cross',
        },
      );
    }
    return { mode, note: `${target} is assembled from files; nothing of it is run here` };
  }

  async build(request: BuildRequest): Promise<BuiltImage> {
    const { source, platform } = request;
    const { options } = this.#session;
    if (source.kind !== 'files') {
      throw new CodedError('E_UNSUPPORTED', 'engine assemble reads no Dockerfile', {
        hint: 'give files, or use engine docker, podman or buildah',
      });
    }
    checkValues(request, options.log);
    if (source.format === 'docker' && Object.keys(source.annotations ?? {}).length > 0) {
      throw new CodedError('E_UNSUPPORTED', "annotations can't be in an image of Docker's format", {
        hint: 'set format: oci, or leave annotations out',
      });
    }
    await this.preflight(platform, request.mode);
    const seconds = sourceDate(options.env) ?? 0;
    const isScratch = source.base === undefined || source.base === '' || source.base === 'scratch';
    const base = isScratch ? undefined : await readBase(source.base, platform, options);
    const entries = await layerEntries(source, platform, options, base?.tree);
    const image = await this.#assemble(entries, request, source, { seconds, base });
    const id = image.top.digest;
    this.#images.set(id, image);
    options.log.info(
      `assembled ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} into ${id} for ${formatPlatform(platform)}`,
    );
    return {
      engine: this.name,
      id,
      name: id,
      manifest: image.top,
      ...(base?.named !== undefined && { base: base.named }),
    };
  }

  async #assemble(
    entries: readonly LayerEntry[],
    { platform, labels = {} }: BuildRequest,
    source: FilesSource,
    { seconds, base }: { readonly seconds: number; readonly base: BaseImage | undefined },
  ): Promise<Assembled> {
    const { signal, reader } = this.#session.options;
    const types = formats[source.format ?? 'oci'];
    const layerFile = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
    const { descriptor, diffId } = await writeLayer(layerFile, entries, seconds, signal);
    const layer = { ...descriptor, mediaType: types.layer };
    const configBytes = imageConfig({ platform, source, labels, diffId, seconds, base });
    const config = { mediaType: types.config, digest: digestOf(configBytes), size: configBytes.length };
    const below = (base?.layers ?? []).map((each) => layerFor(each, source.format ?? 'oci'));
    const annotations = { ...baseAnnotations(base, source.format), ...source.annotations };
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: types.manifest,
        config,
        layers: [...below, layer],
        ...(Object.keys(annotations).length > 0 && { annotations }),
      }),
    );
    const blobs: StoredBlob[] = [
      ...below.map((each) => ({
        ...each,
        ...(base !== undefined && { from: base.repository }),
        open: () => read(reader, base, each),
      })),
      { ...layer, open: () => createReadStream(layerFile) },
      { ...config, open: () => chunks(configBytes) },
    ];
    const top = { bytes, digest: digestOf(bytes), mediaType: types.manifest };
    return { platform, top, children: [], blobs: distinct(blobs) };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface asks engines, and this one knows
  async platformOf(image: BuiltImage): Promise<Platform> {
    return this.#get(image).platform;
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    const { top, blobs } = this.#get(image);
    return layoutArchive(top, blobs);
  }

  run(): Promise<void> {
    return Promise.reject(
      new CodedError('E_UNSUPPORTED', 'engine assemble runs nothing, so there is no smoke test', {
        hint: 'leave smoke-test out, or test on the target machine with "verify --smoke-test"',
      }),
    );
  }

  async push(image: BuiltImage, reference: Reference): Promise<void> {
    await pushStored(this.#get(image), reference, this.#session.options);
  }

  async pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    const stored = this.#get(image);
    await pushStored(stored, { repository }, this.#session.options);
    return stored.top.digest;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- its files go when the engine is closed
  async remove(image: BuiltImage): Promise<void> {
    this.#images.delete(image.id);
  }

  async close(): Promise<void> {
    this.#images.clear();
    await this.#session.close();
  }

  #get(image: BuiltImage): Assembled {
    const found = this.#images.get(image.id);
    if (found === undefined) throw new CodedError('E_INTERNAL', `${image.id} was not assembled here`);
    return found;
  }
}

const formats = {
  oci: {
    manifest: mediaTypes.ociManifest,
    config: mediaTypes.ociConfig,
    layer: mediaTypes.ociLayerGzip,
  },
  docker: {
    manifest: mediaTypes.dockerManifest,
    config: mediaTypes.dockerConfig,
    layer: mediaTypes.dockerLayerGzip,
  },
} as const;

/** The same bytes under the name that they have in a format. @throws E_UNSUPPORTED where it has none */
function layerFor({ mediaType, digest, size }: Descriptor, format: keyof typeof formats): Descriptor {
  const isGzip = mediaType === mediaTypes.ociLayerGzip || mediaType === mediaTypes.dockerLayerGzip;
  const isOci = mediaType === mediaTypes.ociLayer || mediaType === mediaTypes.ociLayerZstd;
  if (isGzip) return { mediaType: formats[format].layer, digest, size };
  if (isOci && format === 'oci') return { mediaType, digest, size };
  throw new CodedError(
    'E_UNSUPPORTED',
    `the base has a layer of the kind ${quote(mediaType)}, which can't be in an image of format ${format}`,
    { hint: format === 'docker' ? 'set format: oci' : 'choose another base image' },
  );
}

/** https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function baseAnnotations(
  base: BaseImage | undefined,
  format: FilesSource['format'],
): Readonly<Record<string, string>> {
  if (base?.named === undefined || format === 'docker') return {};
  return {
    'org.opencontainers.image.base.digest': base.digest,
    'org.opencontainers.image.base.name': base.named.reference,
  };
}

function read(
  reader: ImageReader | undefined,
  base: BaseImage | undefined,
  layer: Descriptor,
): AsyncIterable<Uint8Array> {
  if (reader === undefined || base === undefined)
    throw new CodedError('E_INTERNAL', 'a layer without a base');
  return reader.getBlob(base.repository, layer);
}

/** An image may have one layer twice. */
function distinct(blobs: readonly StoredBlob[]): StoredBlob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}
