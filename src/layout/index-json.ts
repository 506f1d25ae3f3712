import { CodedError, quote } from '../errors.ts';
import { readDescriptor } from '../oci/descriptor-schema.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { isReferrersTag } from '../oci/referrers-tag.ts';
import { parseFields } from '../oci/schema.ts';
import type { JsonObject, JsonValue } from '../oci/strict-json.ts';

/** The annotation that names an entry. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const refName = 'org.opencontainers.image.ref.name';
/** Where containerd and BuildKit put the whole reference. */
const containerdName = 'io.containerd.image.name';
const maxEntries = 10_000;

/** A layout's index.json. https://github.com/opencontainers/image-spec/blob/main/image-layout.md#indexjson-file */
export interface IndexJson {
  readonly document: JsonObject;
  /** `manifests` of the document, as it stands there and as it is meant. */
  readonly listed: readonly JsonValue[];
  readonly entries: readonly Descriptor[];
  /** For messages. */
  readonly what: string;
}

/** @throws E_MANIFEST */
export function parseIndexJson(bytes: Uint8Array, what: string): IndexJson {
  const root = parseFields(bytes, what, { plainIntegers: true });
  const version = root.get('schemaVersion');
  if (version.value !== 2) throw version.error('is not the number 2');
  root.get('mediaType').optional((field) => field.oneOf([mediaTypes.ociIndex]));
  const fields = root.get('manifests').optional((field) => field.items(maxEntries)) ?? [];
  return {
    document: root.object(),
    listed: fields.map(({ value = null }) => value),
    entries: fields.map(readDescriptor),
    what,
  };
}

/**
 * The entry of this name: `v1`, or a whole reference that ends in `:v1`, as containerd writes them.
 * @throws E_INPUT where it could be either of several.
 */
export function entryNamed({ entries, what }: IndexJson, name: string): Descriptor | undefined {
  const exact = entries.filter((entry) => nameOf(entry) === name);
  const found =
    exact.length > 0
      ? exact
      : entries.filter((entry) => [nameOf(entry), entry.annotations?.[containerdName]].some(endsIn(name)));
  const [first, ...rest] = found;
  if (rest.every(({ digest }) => digest === first?.digest)) return first;
  throw new CodedError('E_INPUT', `${what} has ${found.length} images with the name ${quote(name)}`, {
    hint: `write the digest instead: ${found.map(({ digest }) => digest).join(' or ')}`,
  });
}

function endsIn(tag: string): (name: string | undefined) => boolean {
  return (name) => name?.endsWith(`:${tag}`) === true && name.includes('/');
}

/** The one image of a layout. @throws E_INPUT where there are several, E_NOT_FOUND where there is none. */
export function onlyEntry({ entries, what }: IndexJson): Descriptor {
  const images = new Map(
    entries.filter((entry) => !isReferrersTag(nameOf(entry) ?? '')).map((entry) => [entry.digest, entry]),
  );
  const [first, ...rest] = images.values();
  if (first === undefined)
    throw new CodedError('E_NOT_FOUND', `${what} lists no image`, { hint: 'write one into it first' });
  if (rest.length === 0) return first;
  const names = [...images.values()].map((entry) => nameOf(entry) ?? entry.digest);
  throw new CodedError('E_INPUT', `${what} lists ${images.size} images`, {
    hint: `say which, behind a colon: ${names
      .slice(0, 10)
      .map((name) => quote(name))
      .join(', ')}`,
  });
}

function nameOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[refName];
}

/**
 * The document with `manifest` under `name`, in the place of what had that name before; undefined where nothing would
 * change. What else is in the document stays as it is. Without a name it is added unless it is listed already.
 */
export function withEntry(
  before: IndexJson | undefined,
  manifest: ManifestBytes,
  name: string | undefined,
): Uint8Array | undefined {
  const { document, listed, entries } = before ?? emptyIndexJson('');
  const isSame = (entry: Descriptor | undefined) =>
    entry?.digest === manifest.digest &&
    entry.mediaType === manifest.mediaType &&
    entry.size === manifest.bytes.byteLength;
  const holds = (entry: Descriptor) => (name === undefined ? isSame(entry) : nameOf(entry) === name);
  const own = entries.flatMap((entry, position) => (holds(entry) ? [position] : []));
  if (own.length === 1 && isSame(entries[own[0] ?? 0])) return undefined;
  if (name === undefined && own.length > 0) return undefined;
  const entry = {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.byteLength,
    ...(name !== undefined && { annotations: { [refName]: name } }),
  };
  const place = own[0] ?? listed.length;
  const others = (from: number, to?: number) =>
    listed.slice(from, to).filter((_, index) => !own.includes(from + index));
  const manifests = [...others(0, place), entry, ...others(place)];
  return Buffer.from(JSON.stringify({ ...document, manifests }));
}

/** @param what for messages. */
export function emptyIndexJson(what: string): IndexJson {
  return { document: { schemaVersion: 2, mediaType: mediaTypes.ociIndex }, listed: [], entries: [], what };
}
