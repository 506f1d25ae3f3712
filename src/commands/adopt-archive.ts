import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CodedError, quote, show } from '../errors.ts';
import type { StoredBlob } from '../engines/stored/layout-push.ts';
import type { StoredLayout } from '../engines/stored/stored-layout.ts';
import { parseImageConfig } from '../oci/config.ts';
import { digestOf, DigestStream } from '../oci/digest.ts';
import { layoutRepository } from '../oci/layout-reference.ts';
import { maxManifestBytes, parseManifest } from '../oci/manifest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { parseFields } from '../oci/schema.ts';
import { normalisePlatform, samePlatform, type Platform } from '../platform/platform.ts';
import { archiveMembers, type ArchiveMember } from '../verify/content/archive-members.ts';
import { adoptLayout } from './adopt-layout.ts';
import type { StoredSource } from './build-adopt.ts';

/** Where an archive is, and where its parts may be put. */
interface ArchivePlace {
  readonly path: string;
  readonly cwd: string;
  /** A folder of this run alone. */
  readonly scratch: string;
}

/** The image of one platform that `source-image` names, in a folder or an archive. @throws E_NOT_FOUND, E_INPUT, E_MANIFEST ... */
export async function readAdopted(
  source: StoredSource,
  platform: Platform,
  place: Omit<ArchivePlace, 'path'>,
): Promise<StoredLayout> {
  switch (source.kind) {
    case 'layout':
      return adoptLayout(source.reference, platform, place.cwd);
    case 'oci-archive':
      return adoptOciArchive({ ...place, path: source.path }, platform);
    case 'docker-archive':
      return adoptDockerArchive({ ...place, path: source.path }, platform);
  }
}

/** What an OCI image layout is made of, by the only names that there are; whatever else an archive holds is passed over. */
const layoutMember =
  /^(?:\.\/)?(?<path>oci-layout|index\.json|blobs\/(?<algorithm>sha256|sha512)\/(?<hex>[0-9a-f]{64}|[0-9a-f]{128}))$/u;
/** An image has 127 layers at most, and old engines link those that they share. */
const maxLinks = 4;

/**
 * The image of one platform in an OCI image layout that is one tar file. Blobs are written to a folder of ours, under names of ours.
 * @throws E_NOT_FOUND, E_INPUT, and as {@link adoptLayout} does
 */
async function adoptOciArchive(place: ArchivePlace, platform: Platform): Promise<StoredLayout> {
  const folder = await mkdtemp(join(place.scratch, 'adopted-'));
  for (const algorithm of ['sha256', 'sha512'])
    await mkdir(join(folder, 'blobs', algorithm), { recursive: true });
  for await (const member of archiveMembers(await opened(place), `oci-archive:${place.path}`)) {
    const path = member.type === 'file' ? layoutMember.exec(member.path)?.groups?.['path'] : undefined;
    if (path !== undefined) await pipeline(Readable.from(member.body), newFile(join(folder, path)));
  }
  return adoptLayout({ repository: layoutRepository(folder) }, platform, '/');
}

/** @throws E_NOT_FOUND, E_INPUT for what is no plain tar file */
async function opened({ path, cwd }: ArchivePlace): Promise<AsyncIterable<Uint8Array>> {
  const file = resolve(cwd, path);
  let start: Buffer;
  try {
    const handle = await open(file);
    try {
      if (!(await handle.stat()).isFile())
        throw new CodedError('E_INPUT', `${quote(path)} is no file`, { hint: 'name a tar file' });
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      start = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('E_NOT_FOUND', `there is no archive ${quote(path)} that can be read`, {
      hint: `it is looked for from ${cwd}`,
      cause: error,
    });
  }
  if (/^(?:1f8b|28b52ffd|425a68|fd377a58)/u.test(start.toString('hex'))) {
    throw new CodedError('E_INPUT', `${quote(path)} is compressed`, {
      hint: 'adopt the tar file itself: gunzip it first, or do not compress it',
    });
  }
  return createReadStream(file);
}

/** Of a path that an archive has twice, the last counts, as for tar. */
function newFile(path: string): ReturnType<typeof createWriteStream> {
  return createWriteStream(path, { mode: 0o600 });
}

/** An archive's members, by the paths that they have in it. */
interface Members {
  /** Where we put them. */
  readonly files: Map<string, string>;
  readonly links: Map<string, string>;
}

/**
 * The image in what `docker save`, kaniko or bazel wrote. Such an archive has no manifest and its layers are most often not compressed:
 * layers are packed with gzip, the config stays what it is, and with it the image's ID.
 * @throws E_NOT_FOUND, E_INPUT, E_MANIFEST
 */
async function adoptDockerArchive(place: ArchivePlace, platform: Platform): Promise<StoredLayout> {
  const what = `docker-archive:${place.path}`;
  const folder = await mkdtemp(join(place.scratch, 'adopted-'));
  const members: Members = { files: new Map(), links: new Map() };
  let count = 0;
  for await (const member of archiveMembers(await opened(place), what))
    await take(member, members, join(folder, `member-${count++}`));
  const { config, layers } = await chosenImage(members, platform, what);
  const packed = new Map<string, StoredBlob>();
  const blobs: StoredBlob[] = [];
  for (const path of layers) {
    const member = resolved(path, members);
    const blob =
      packed.get(member) ?? (await layerBlob(member, join(folder, `layer-${packed.size}`), members, what));
    packed.set(member, blob);
    blobs.push(blob);
  }
  const configBlob = blobOf(config, mediaTypes.dockerConfig);
  const describe = ({ mediaType, size, digest }: StoredBlob) => ({ mediaType, size, digest });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: describe(configBlob),
      layers: blobs.map(describe),
    }),
  );
  const top = { bytes, digest: digestOf(bytes), mediaType: mediaTypes.dockerManifest };
  const image = parseManifest(top);
  if (image.kind !== 'image') throw new CodedError('E_INTERNAL', 'a manifest of ours is no image');
  const runnable = { manifest: top, image, config: parseImageConfig(config, `the config in ${what}`) };
  const unique = new Map([...blobs, configBlob].map((blob) => [blob.digest, blob]));
  return { top, children: [], blobs: [...unique.values()], runnable };
}

async function take(member: ArchiveMember, { files, links }: Members, file: string): Promise<void> {
  const path = posix.normalize(member.path);
  if (member.type === 'symlink') links.set(path, posix.join(posix.dirname(path), member.target));
  else if (member.type === 'hardlink') links.set(path, posix.normalize(member.target));
  if (member.type !== 'file') return;
  await pipeline(Readable.from(member.body), newFile(file));
  files.set(path, file);
}

/** A small one, whole. @throws E_MANIFEST */
async function document(path: string, members: Members, what: string): Promise<Buffer | undefined> {
  const file = members.files.get(resolved(path, members));
  if (file === undefined) return undefined;
  const { size } = await stat(file);
  if (size <= maxManifestBytes) return readFile(file);
  throw new CodedError('E_MANIFEST', `${what} has ${show(path)} of ${size} bytes`, {
    hint: `it may have ${maxManifestBytes} at most; save that image again`,
  });
}

function resolved(path: string, { links }: Members): string {
  let found = posix.normalize(path);
  for (let each = 0; each < maxLinks; each += 1) found = links.get(found) ?? found;
  return found;
}

/** https://github.com/moby/docker-image-spec/blob/main/spec.md: manifest.json lists the images of an archive. */
async function chosenImage(
  members: Members,
  platform: Platform,
  what: string,
): Promise<{ config: Buffer; layers: readonly string[] }> {
  const list = await document('manifest.json', members, what);
  if (list === undefined) {
    throw new CodedError('E_INPUT', `${what} has no manifest.json`, {
      hint: 'docker save, podman save, kaniko and skopeo write such archives; for an OCI image layout write oci-archive:file',
    });
  }
  const items = parseFields(list, `manifest.json of ${what}`).items(100);
  const images = await Promise.all(
    items.map(async (item) => {
      const path = item.get('Config').string({ maxLength: 4096 });
      const config = await document(path, members, what);
      if (config === undefined) throw lacks(path, what);
      const layers = item.get('Layers').items(127);
      return { config, layers: layers.map((layer) => layer.string({ maxLength: 4096 })) };
    }),
  );
  const [only] = images;
  if (only !== undefined && images.length === 1) return only;
  const fitting = images.filter(({ config }) => {
    const { os, architecture, variant } = parseImageConfig(config, `a config in ${what}`);
    return samePlatform(normalisePlatform({ os, architecture, variant }), platform);
  });
  const [image] = fitting;
  if (image !== undefined && fitting.length === 1) return image;
  throw new CodedError(
    'E_INPUT',
    `${what} holds ${images.length} images, ${fitting.length} of them of the platform`,
    { hint: 'save one image alone' },
  );
}

function lacks(path: string, what: string): CodedError {
  return new CodedError('E_MANIFEST', `${what} lacks ${quote(path)}, which its manifest.json names`, {
    hint: 'save that image again',
  });
}

/** A layer as it will be pushed: packed where it is not. */
async function layerBlob(
  path: string,
  target: string,
  { files }: Members,
  what: string,
): Promise<StoredBlob> {
  const found = files.get(path);
  if (found === undefined) throw lacks(path, what);
  const handle = await open(found);
  const { buffer: start } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
  const isPacked = start.toString('hex') === '1f8b';
  const file = isPacked ? found : target;
  const hash = new DigestStream('sha256');
  let size = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  if (isPacked) for await (const _ of counted(createReadStream(file)));
  else await pipeline(createReadStream(found), createGzip(), counted, newFile(file));
  return {
    digest: hash.digest(),
    size,
    mediaType: mediaTypes.dockerLayerGzip,
    open: () => createReadStream(file),
  };
}

function blobOf(bytes: Buffer, mediaType: string): StoredBlob {
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    mediaType,
    open: () => Readable.from([bytes]),
  };
}
