import type { Descriptor } from '../../oci/descriptor.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { padding, tarEnd, tarHeader } from './tar.ts';

/** A blob of an image, and where its bytes are. */
export interface ArchivedBlob extends Pick<Descriptor, 'digest' | 'size'> {
  readonly open: () => AsyncIterable<Uint8Array>;
}

/**
 * One image as an OCI image layout in a tar stream. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 * @param annotations of its entry in index.json: names, for those who load it
 */
export async function* layoutArchive(
  { mediaType, digest, bytes }: ManifestBytes,
  blobs: readonly ArchivedBlob[],
  annotations?: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const descriptor = { mediaType, digest, size: bytes.length, ...(annotations && { annotations }) };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  const version = Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  yield* file('oci-layout', version.length, chunks(version));
  for (const blob of [...blobs, { ...descriptor, open: () => chunks(bytes) }])
    yield* file(`blobs/${blob.digest.replace(':', '/')}`, blob.size, blob.open());
  yield* file('index.json', index.length, chunks(index));
  yield tarEnd;
}

/** These bytes as a stream. */
export async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

async function* file(
  path: string,
  size: number,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield tarHeader({ path, kind: 'file', mode: 0o644, size }, 0);
  yield* content;
  yield padding(size);
}
