import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { machine } from 'node:os';
import { join } from 'node:path';
import { CodedError, quote } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { DigestStream, digestOf, type Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { Reference } from '../oci/reference.ts';
import { architectureOfUname } from '../platform/architectures.ts';
import { formatPlatform, normalisePlatform, samePlatform, type Platform } from '../platform/platform.ts';
import type {
  BuildRequest,
  BuiltImage,
  Capabilities,
  Engine,
  EngineHost,
  FilesSource,
  Mode,
  Readiness,
} from './engine.ts';
import { layerEntries, type LayerEntry } from './files.ts';
import { StoredGzip } from './gzip.ts';
import { imageConfig } from './image-config.ts';
import { chunks, layoutArchive } from './layout-archive.ts';
import { pushStored } from './layout-push.ts';
import type { EngineOptions } from './options.ts';
import { checkValues } from './request.ts';
import { Session } from './session.ts';
import { padding, tarEnd, tarHeader } from './tar.ts';

export const assembleCapabilities: Capabilities = {
  source: 'files',
  modes: ['cross', 'native'],
  smokeTest: false,
  pushesBy: 'client',
  caCertificate: true,
  insecureRegistries: 'any',
};

interface Assembled {
  readonly platform: Platform;
  readonly layer: Descriptor;
  readonly layerFile: string;
  readonly config: Descriptor;
  readonly configBytes: Buffer;
  readonly manifest: ManifestBytes;
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

  /** The machine that this process is on: nothing is run, so there is nobody else to ask. */
  host(): Promise<EngineHost> {
    const architecture = architectureOfUname(machine());
    if (architecture === undefined) {
      return Promise.reject(
        new CodedError('E_PLATFORM', `the machine ${quote(machine())} is not a registered architecture`, {
          hint: 'give platform',
        }),
      );
    }
    return Promise.resolve({
      version: '1',
      label: 'assemble',
      platform: normalisePlatform({ os: 'linux', architecture }),
    });
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
    if (source.base !== undefined && source.base !== '' && source.base !== 'scratch') {
      throw new CodedError('E_UNSUPPORTED', `engine assemble can't put files on ${quote(source.base)} yet`, {
        hint: 'leave base out, which means scratch',
      });
    }
    checkValues(request, options.log);
    await this.preflight(platform, request.mode);
    const seconds = sourceDate(options.env);
    const entries = await layerEntries(source, platform, options);
    const image = await this.#assemble(entries, request, source, seconds);
    const id = image.manifest.digest;
    this.#images.set(id, image);
    options.log.info(
      `assembled ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} into ${id} for ${formatPlatform(platform)}`,
    );
    return { engine: this.name, id, name: id, manifest: image.manifest };
  }

  async #assemble(
    entries: readonly LayerEntry[],
    { platform, labels }: BuildRequest,
    source: FilesSource,
    seconds: number,
  ): Promise<Assembled> {
    const layerFile = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
    const { descriptor: layer, diffId } = await writeLayer(
      layerFile,
      entries,
      seconds,
      this.#session.options.signal,
    );
    const configBytes = imageConfig({
      platform,
      source,
      labels: labels ?? {},
      diffId,
      seconds,
    });
    const config = {
      mediaType: mediaTypes.ociConfig,
      digest: digestOf(configBytes),
      size: configBytes.length,
    };
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] }),
    );
    const manifest = { bytes, digest: digestOf(bytes), mediaType: mediaTypes.ociManifest };
    return { platform, layer, layerFile, config, configBytes, manifest };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface asks engines, and this one knows
  async platformOf(image: BuiltImage): Promise<Platform> {
    return this.#get(image).platform;
  }

  archive(image: BuiltImage): AsyncIterable<Uint8Array> {
    const { layer, layerFile, config, configBytes, manifest } = this.#get(image);
    return layoutArchive(manifest, [
      { ...layer, open: () => createReadStream(layerFile) },
      { ...config, open: () => chunks(configBytes) },
    ]);
  }

  run(): Promise<void> {
    return Promise.reject(
      new CodedError('E_UNSUPPORTED', 'engine assemble runs nothing, so there is no smoke test', {
        hint: 'leave smoke-test out, or test on the target machine with "verify --smoke-test"',
      }),
    );
  }

  async push(image: BuiltImage, reference: Reference): Promise<void> {
    const { layer, layerFile, config, configBytes, manifest } = this.#get(image);
    const blobs = [
      { ...layer, open: () => createReadStream(layerFile) },
      { ...config, open: () => chunks(configBytes) },
    ];
    await pushStored({ top: manifest, children: [], blobs }, reference, this.#session.options);
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

/** Seconds since 1970 that stand for all times in the image. https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDate(env: EngineOptions['env']): number {
  const text = env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return 0;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new CodedError('E_INPUT', `SOURCE_DATE_EPOCH is ${quote(text)}`, {
    hint: 'it is a number of seconds since 1970',
  });
}

interface Layer {
  readonly descriptor: Descriptor;
  /** Of the tar in it. */
  readonly diffId: Digest;
}

async function writeLayer(
  file: string,
  entries: readonly LayerEntry[],
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const tar = new DigestStream();
  const blob = new DigestStream();
  const gzip = new StoredGzip();
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
  const store = async (bytes: Uint8Array): Promise<void> => {
    blob.update(bytes);
    size += bytes.length;
    await writeAll(handle, bytes);
  };
  const write = async (bytes: Uint8Array): Promise<void> => {
    tar.update(bytes);
    await store(gzip.write(bytes));
  };
  try {
    for (const entry of entries) {
      signal?.throwIfAborted();
      await write(tarHeader(entry, seconds));
      if (entry.source === undefined) continue;
      await copyContent(entry, entry.source, write);
      await write(padding(entry.size));
    }
    await write(tarEnd);
    await store(gzip.end());
  } finally {
    await handle.close();
  }
  const descriptor = { mediaType: mediaTypes.ociLayerGzip, digest: blob.digest(), size };
  return { descriptor, diffId: tar.digest() };
}

async function copyContent(
  entry: LayerEntry,
  source: string,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  let copied = 0;
  for await (const chunk of createReadStream(source)) {
    const bytes = chunk as Buffer;
    copied += bytes.length;
    if (copied <= entry.size) await write(bytes);
  }
  if (copied !== entry.size) {
    throw new CodedError('E_INPUT', `${quote(source)} changed its size while it was read`, {
      hint: 'assemble when the files are finished',
    });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}
