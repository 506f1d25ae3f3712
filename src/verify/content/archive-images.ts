import { digestAlgorithm, digestOf, isDigest, type Digest } from '../../oci/digest.ts';
import { readDescriptor } from '../../oci/descriptor-schema.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { isAttestation, parseManifest } from '../../oci/manifest.ts';
import { configMediaTypes, imageMediaTypes, indexMediaTypes } from '../../oci/media-types.ts';
import { parseFields } from '../../oci/schema.ts';
import { archiveError } from './archive-members.ts';

/** Where an archive has the parts of an image: paths in it. */
export interface ListedImage {
  readonly config: string;
  /** What the config's bytes have to be, where the archive says so. */
  readonly digest: Digest | undefined;
  /** Lowest first. */
  readonly layers: readonly string[];
}

type Documents = (path: string) => Buffer | undefined;

const maxImages = 64;
const maxEntries = 10_000;
/** Of indexes in indexes. */
const maxDepth = 3;

/**
 * The images that an archive lists: in Docker's manifest.json, else in the index.json of an OCI image layout.
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
 * @throws E_MANIFEST
 */
export function imagesIn(document: Documents, what: string): readonly ListedImage[] {
  const docker = document('manifest.json');
  if (docker !== undefined) return dockerImages(docker, what);
  const layout = document('index.json');
  if (layout === undefined) throw archiveError(what, 'has neither a manifest.json nor an index.json');
  const root = parseFields(layout, `index.json of ${what}`);
  const entries = root.get('manifests').optional((field) => field.items(maxEntries)) ?? [];
  return layoutImages(document, entries.map(readDescriptor), what, 1);
}

function dockerImages(bytes: Buffer, what: string): readonly ListedImage[] {
  return parseFields(bytes, `manifest.json of ${what}`)
    .items(maxImages)
    .map((entry) => {
      const config = entry.get('Config').string();
      const hex = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1] ?? '';
      const said = `sha256:${hex}`;
      return {
        config,
        digest: isDigest(said) ? said : undefined,
        layers: entry.get('Layers').optional((layers) => layers.strings(maxEntries)) ?? [],
      };
    });
}

/** What an archive of several platforms lists and does not hold is passed over. */
function layoutImages(
  document: Documents,
  entries: readonly Descriptor[],
  what: string,
  depth: number,
): readonly ListedImage[] {
  return entries.flatMap((entry): readonly ListedImage[] => {
    const isKnown = imageMediaTypes.includes(entry.mediaType) || indexMediaTypes.includes(entry.mediaType);
    const bytes = isKnown && !isAttestation(entry) ? document(pathOf(entry)) : undefined;
    if (bytes === undefined) return [];
    const { mediaType } = entry;
    const digest = digestOf(bytes, digestAlgorithm(entry.digest));
    if (digest !== entry.digest) throw archiveError(what, `has ${digest} in the place of ${entry.digest}`);
    const manifest = parseManifest({ bytes, digest, mediaType });
    if (manifest.kind === 'index') {
      if (depth >= maxDepth) throw archiveError(what, `has indexes more than ${maxDepth} deep`);
      return layoutImages(document, manifest.manifests, what, depth + 1);
    }
    if (!configMediaTypes.includes(manifest.config.mediaType)) return [];
    return [
      {
        config: pathOf(manifest.config),
        digest: manifest.config.digest,
        layers: manifest.layers.map(pathOf),
      },
    ];
  });
}

function pathOf({ digest }: Pick<Descriptor, 'digest'>): string {
  return `blobs/${digest.replace(':', '/')}`;
}
