import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { digestOf, type Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { Repository } from '../../oci/reference.ts';
import { parseFields } from '../../oci/schema.ts';
import type { Session } from '../process/session.ts';
import { pushStored, type StoredImage } from './layout-push.ts';
import { readDocument } from './stored-layout.ts';

/**
 * Has podman or buildah write an image to a folder, and pushes what is in it with our own client, by its digest.
 * @param packing arguments that make the engine pack layers as for a registry
 * @throws E_UNSUPPORTED for an engine elsewhere, whose folders are not ours to read
 */
export async function pushFromFolder(
  session: Session,
  image: string,
  repository: Repository,
  { packing, isLocal }: { packing: readonly string[]; isLocal: boolean },
): Promise<Digest> {
  if (!isLocal) throw noDigestPushElsewhere(session);
  const folder = join(await session.folder(), `${session.uniqueId()}-image`);
  try {
    const written = await session.tell(['push', ...packing, image, `dir:${folder}`]);
    if (written.code !== 0) throw session.failure(written, { doing: 'ask' });
    const stored = await readStoredFolder(folder);
    await pushStored(stored, { repository }, session.options);
    return stored.top.digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why an engine on another machine can't do that. */
export function noDigestPushElsewhere({ name }: Pick<Session, 'name'>): CodedError {
  return new CodedError('E_UNSUPPORTED', `arch-tag none: ${name} elsewhere pushes by name only`, {
    hint: 'let each leg push a tag ({tag}-{arch} is the default)',
  });
}

/**
 * One image as podman and buildah write it to `dir:folder`: its manifest as it would be pushed, in whichever format, and a file for each blob.
 * https://github.com/containers/image/blob/main/docs/containers-transports.5.md
 * @throws E_ENGINE, E_MANIFEST
 */
async function readStoredFolder(folder: string): Promise<StoredImage> {
  const bytes = await readDocument(join(folder, 'manifest.json'), 'the manifest of the built image');
  const mediaType =
    parseFields(bytes, 'the manifest of the built image', { code: 'E_ENGINE', maxDepth: 20 })
      .get('mediaType')
      .optional((field) => field.string()) ?? mediaTypes.ociManifest;
  const top = { bytes, digest: digestOf(bytes), mediaType };
  const image = parseManifest(top);
  if (image.kind !== 'image') {
    throw new CodedError('E_ENGINE', 'the engine wrote a list where one image was to be', {
      hint: 'build one platform a leg',
    });
  }
  const unique = new Map([...image.layers, image.config].map((blob) => [blob.digest, blob]));
  const blobs = [...unique.values()].map(({ digest, size, mediaType: type }) => ({
    digest,
    size,
    mediaType: type,
    open: () => createReadStream(join(folder, hexOf(digest))),
  }));
  return { top, children: [], blobs };
}

function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
