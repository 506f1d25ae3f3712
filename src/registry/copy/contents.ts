import { CodedError } from '../../errors.ts';
import { readDescriptor } from '../../oci/descriptor-schema.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { maxManifestBytes, parseManifest } from '../../oci/manifest.ts';
import { imageMediaTypes, indexMediaTypes } from '../../oci/media-types.ts';
import { parseFields, type Field } from '../../oci/schema.ts';

/** What a manifest refers to, each thing once. A `subject` is not among it: it may be anywhere, or nowhere. */
export interface Contents {
  readonly manifests: readonly Descriptor[];
  readonly blobs: readonly Descriptor[];
  /** Layers that registries do not hold; whoever pulls the image gets them from their `urls`. */
  readonly foreign: readonly Descriptor[];
  /** Entries of an index that are of no kind that we know: manifests or blobs. */
  readonly unknown: readonly Descriptor[];
}

const manifestTypes: readonly string[] = [...imageMediaTypes, ...indexMediaTypes];
const maxReferences = 1_000;

/** @throws E_MANIFEST for what is malformed, or no manifest at all. */
export function contentsOf(manifest: ManifestBytes): Contents {
  if (!manifestTypes.includes(manifest.mediaType)) return contentsOfUnknown(manifest);
  const parsed = parseManifest(manifest);
  return parsed.kind === 'image'
    ? sorted([parsed.config, ...parsed.layers], [])
    : sorted([], parsed.manifests);
}

/** Kinds that came and went, such as ORAS's artifact manifest, refer to things under these names too. */
function contentsOfUnknown({ bytes, digest }: ManifestBytes): Contents {
  const what = `manifest ${digest}`;
  if (bytes.byteLength > maxManifestBytes) {
    throw new CodedError('E_MANIFEST', `${what} has ${bytes.byteLength} bytes`, {
      hint: `registries accept ${maxManifestBytes} at most`,
    });
  }
  const root = parseFields(bytes, what, { plainIntegers: true });
  const list = (key: string) => root.get(key).optional(readDescriptors) ?? [];
  const config = root.get('config').optional(readDescriptor);
  return sorted(
    [...(config === undefined ? [] : [config]), ...list('layers'), ...list('blobs')],
    list('manifests'),
  );
}

function readDescriptors(field: Field): Descriptor[] {
  return field.items(maxReferences).map(readDescriptor);
}

function sorted(blobs: readonly Descriptor[], entries: readonly Descriptor[]): Contents {
  const own = once(blobs);
  const known = once(entries);
  return {
    manifests: known.filter(({ mediaType }) => manifestTypes.includes(mediaType)),
    blobs: own.filter((blob) => !isForeign(blob)),
    foreign: own.filter(isForeign),
    unknown: known.filter(({ mediaType }) => !manifestTypes.includes(mediaType)),
  };
}

function once(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()];
}

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#non-distributable-layers, and Docker's `foreign` ones. */
function isForeign({ mediaType, urls = [] }: Descriptor): boolean {
  return urls.length > 0 && /\.(?:nondistributable|foreign)\./.test(mediaType);
}
