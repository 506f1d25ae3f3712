import { digestOf } from '../../src/oci/digest.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { formatPlatform } from '../../src/platform/platform.ts';
import {
  readSource,
  type ContentReader,
  type ProvenImage,
  type ProvenSource,
} from '../../src/verify/source.ts';
import type { Fixture } from '../support/images.ts';

/** Content by digest, and one manifest under a tag. */
export function readerOf(
  fixture: Fixture,
  over: Readonly<Record<string, ManifestBytes | undefined>> = {},
): ContentReader {
  const all = descendants(fixture);
  const manifests = new Map(all.map(({ manifest }) => [manifest.digest as string, manifest]));
  manifests.set('v1', fixture.manifest);
  const blobs = new Map(all.flatMap((each) => [...each.blobs]));
  return {
    manifest: (ref) => Promise.resolve(ref in over ? over[ref] : manifests.get(ref)),
    blob: ({ digest }) => {
      const bytes = blobs.get(digest);
      return bytes === undefined ? Promise.reject(new Error(`no blob ${digest}`)) : Promise.resolve(bytes);
    },
  };
}

function descendants(fixture: Fixture): Fixture[] {
  return [fixture, ...fixture.children.flatMap(descendants)];
}

export async function sourceOf(fixture: Fixture): Promise<ProvenSource> {
  const source = await readSource(readerOf(fixture), 'v1', 'quay.io/acme/app:v1');
  if (source === undefined) throw new Error('the reader has no v1');
  return source;
}

export async function imageOf(fixture: Fixture): Promise<ProvenImage> {
  const [image] = (await sourceOf(fixture)).images;
  if (image === undefined) throw new Error('the source has no image');
  return image;
}

export function platformsOf(images: readonly Pick<ProvenImage, 'platform'>[]): string[] {
  return images.map(({ platform }) => formatPlatform(platform));
}

/** The same document in other bytes. */
export function tampered({ bytes, mediaType }: ManifestBytes): ManifestBytes {
  const other = Buffer.concat([bytes, Buffer.from(' ')]);
  return { bytes: other, digest: digestOf(other), mediaType };
}
