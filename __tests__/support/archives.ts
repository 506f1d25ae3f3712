import { gunzipSync } from 'node:zlib';
import type { Fixture } from './images.ts';
import { tar, type TarEntry } from './tar.ts';

export type ArchiveKind = 'docker 20.10' | 'docker 25' | 'podman' | 'oci';

interface ManifestJson {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** An image as `docker save`, `podman save` or an OCI archive has it: the members in the order in which these write them. */
export function archiveEntries(image: Fixture, kind: ArchiveKind): TarEntry[] {
  const manifest = JSON.parse(Buffer.from(image.manifest.bytes).toString()) as ManifestJson;
  const blobs = new Map<string, Uint8Array>(image.blobs);
  const bytes = (digest: string): Uint8Array => blobs.get(digest) ?? new Uint8Array();
  const hex = (digest: string): string => digest.slice('sha256:'.length);
  const blobPath = (digest: string): string => `blobs/sha256/${hex(digest)}`;
  const config = manifest.config.digest;
  const layers = manifest.layers.map(({ digest }) => digest);
  const json = (name: string, value: unknown): TarEntry => ({ name, content: JSON.stringify(value) });
  const listing = (configPath: string, paths: readonly string[]): TarEntry =>
    json('manifest.json', [{ Config: configPath, RepoTags: null, Layers: paths }]);
  if (kind === 'oci' || kind === 'docker 25') {
    return [
      { name: 'blobs/', type: '5' },
      ...[...new Set([config, ...layers])].map((digest) => ({
        name: blobPath(digest),
        content: bytes(digest),
      })),
      { name: blobPath(image.manifest.digest), content: image.manifest.bytes },
      json('index.json', { schemaVersion: 2, manifests: [image.descriptor] }),
      ...(kind === 'docker 25' ? [listing(blobPath(config), layers.map(blobPath))] : []),
      json('oci-layout', { imageLayoutVersion: '1.0.0' }),
    ];
  }
  const plain = (digest: string): Uint8Array =>
    bytes(digest)[0] === 0x1f ? gunzipSync(bytes(digest)) : bytes(digest);
  const first = (digest: string): number => layers.indexOf(digest);
  const configEntry = { name: `${hex(config)}.json`, content: bytes(config) };
  if (kind === 'podman') {
    const path = (digest: string): string => `${hex(digest)}.tar`;
    return [
      ...[...new Set(layers)].map((digest) => ({ name: path(digest), content: plain(digest) })),
      configEntry,
      ...layers.flatMap((digest, at) => [
        { name: `id${at}/`, type: '5' },
        { name: `id${at}/layer.tar`, type: '2', linkName: `../${path(digest)}` },
        json(`id${at}/json`, { id: `id${at}` }),
      ]),
      listing(configEntry.name, layers.map(path)),
    ];
  }
  return [
    ...layers.flatMap((digest, at) => [
      { name: `id${at}/`, type: '5' },
      { name: `id${at}/VERSION`, content: '1.0' },
      json(`id${at}/json`, { id: `id${at}` }),
      first(digest) === at
        ? { name: `id${at}/layer.tar`, content: plain(digest) }
        : { name: `id${at}/layer.tar`, type: '2', linkName: `../id${first(digest)}/layer.tar` },
    ]),
    configEntry,
    listing(
      configEntry.name,
      layers.map((_, at) => `id${at}/layer.tar`),
    ),
  ];
}

/** {@link archiveEntries} as the stream that an engine gives. */
export async function* archiveOf(
  image: Fixture,
  kind: ArchiveKind = 'podman',
  chunkSize = 65_536,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = tar(archiveEntries(image, kind));
  for (let at = 0; at < bytes.length; at += chunkSize) {
    await Promise.resolve();
    yield bytes.subarray(at, at + chunkSize);
  }
}
