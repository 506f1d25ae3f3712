import { resolve } from 'node:path';
import { CodedError } from '../errors.ts';
import type { StoredLayout } from '../engines/stored/stored-layout.ts';
import { openLayout, type Layout } from '../layout/layout.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { Reference } from '../oci/reference.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import { expandSource, type ProvenImage, type ProvenSource } from '../verify/source.ts';

/**
 * The image of one platform in an OCI image layout: what the name leads to, if that is one image, with what is attested of it; else the
 * image of the platform in its index.
 * @throws E_NOT_FOUND, E_PLATFORM_MISSING, E_INPUT where it is not clear which, E_MANIFEST, E_DIGEST_MISMATCH
 */
export async function adoptLayout(
  { repository, tag, digest }: Pick<Reference, 'repository' | 'tag' | 'digest'>,
  platform: Platform,
  cwd: string,
): Promise<StoredLayout> {
  const layout = await openLayout(resolve(cwd, repository.path));
  const name = digest ?? tag;
  const shown = name === undefined ? layout.name : `${layout.name}:${name}`;
  const manifest = await layout.manifest(name);
  if (manifest === undefined) {
    const names = layout.entries.map((entry) => entry.annotations?.['org.opencontainers.image.ref.name']);
    throw new CodedError('E_NOT_FOUND', `there is no ${shown}`, {
      hint: `it holds ${names.filter((each) => each !== undefined).join(', ') || 'images without a name'}`,
    });
  }
  const reader = {
    manifest: (ref: string) => layout.manifest(ref),
    blob: (blob: Pick<Descriptor, 'digest' | 'size'>, max: number) => layout.blob(blob, max),
  };
  const source = await expandSource(reader, manifest, shown);
  const image = imageFor(source, platform, shown);
  return source.images.length === 1 ? wholeSource(source, image, layout) : oneImage(image, layout);
}

function imageFor({ images }: ProvenSource, platform: Platform, shown: string): ProvenImage {
  const [only] = images;
  // One image of another platform is told by the check that every built image goes through.
  if (only !== undefined && images.length === 1) return only;
  const fitting = images.filter((each) => samePlatform(each.platform, platform));
  const [image] = fitting;
  if (image !== undefined && fitting.length === 1) return image;
  const there = images.map((each) => formatPlatform(each.platform)).join(', ');
  throw new CodedError(
    'E_PLATFORM_MISSING',
    `${shown} has ${fitting.length === 0 ? 'no' : String(fitting.length)} ${formatPlatform(platform)}: it holds ${there === '' ? 'no image' : there}`,
    { hint: 'name the one that is meant, as oci:folder:tag or oci:folder@sha256:...' },
  );
}

function oneImage(image: ProvenImage, layout: Layout): StoredLayout {
  const runnable = { manifest: image.bytes, image: image.manifest, config: image.config };
  return { top: image.bytes, children: [], blobs: blobsOf(image, layout), runnable };
}

/** With the index that the one image stands in, and what is attested of it. */
function wholeSource(source: ProvenSource, image: ProvenImage, layout: Layout): StoredLayout {
  const one = oneImage(image, layout);
  if (source.index === undefined || source.others.length > 0) return one;
  const attested = source.attestations.flatMap(({ bytes }) => {
    const parsed = parseManifest(bytes);
    return parsed.kind === 'image' ? [...parsed.layers, parsed.config] : [];
  });
  return {
    ...one,
    top: source.manifest,
    children: [image.bytes, ...source.attestations.map(({ bytes }) => bytes)],
    blobs: [...one.blobs, ...stored(attested, layout)],
  };
}

function blobsOf({ manifest }: ProvenImage, layout: Layout): StoredLayout['blobs'] {
  return stored([...manifest.layers, manifest.config], layout);
}

/** Each once. */
function stored(descriptors: readonly Descriptor[], layout: Layout): StoredLayout['blobs'] {
  const blobs = new Map<Digest, StoredLayout['blobs'][number]>();
  for (const blob of descriptors) {
    const { digest, size, mediaType } = blob;
    blobs.set(digest, { digest, size, mediaType, open: () => layout.stream(blob) });
  }
  return [...blobs.values()];
}
