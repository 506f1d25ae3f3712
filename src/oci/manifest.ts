import { CodedError, quote } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';
import { readDescriptor, readMediaType } from './descriptor-schema.ts';
import { isDigest, type Digest } from './digest.ts';
import type { ManifestBytes } from './manifest-bytes.ts';
import { imageMediaTypes, indexMediaTypes, mediaTypes } from './media-types.ts';
import { parseFields, withoutUndefined, type Field } from './schema.ts';

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md#image-manifest-property-descriptions */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
}

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions */
export interface IndexManifest {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
}

export type Manifest = ImageManifest | IndexManifest;

export const maxManifestBytes = 4 * 1024 * 1024;
/** Of images in one index; attestations are not counted. */
export const maxIndexEntries = 64;
const maxAttestations = 4 * maxIndexEntries;

const referenceType = 'vnd.docker.reference.type';
const referenceDigest = 'vnd.docker.reference.digest';

const manifestKeys = [
  ...[
    'schemaVersion',
    'mediaType',
    'artifactType',
    'config',
    'layers',
    'manifests',
    'subject',
    'annotations',
  ],
  ...['fsLayers', 'history', 'signatures'],
];
const schema1Keys = ['fsLayers', 'history', 'signatures'];

/**
 * The manifest in these bytes, checked against the media type that they were served with. Whether an index holds any
 * entry, and what its entries are, is the caller's question.
 * @throws E_MANIFEST where it is malformed, over a cap, of a kind that can't stand in an index, or two things at once
 * (https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh); E_PLATFORM for an entry's platform.
 */
export function parseManifest(manifest: ManifestBytes): Manifest {
  const what = `manifest ${manifest.digest}`;
  if (manifest.bytes.byteLength > maxManifestBytes) {
    throw new CodedError('E_MANIFEST', `${what} has ${manifest.bytes.byteLength} bytes`, {
      hint: `registries accept ${maxManifestBytes} at most`,
    });
  }
  const root = parseFields(manifest.bytes, what, { plainIntegers: true });
  root.refuseLookalikes(manifestKeys);
  checkSchemaVersion(root);
  const mediaType = agreedMediaType(root, manifest.mediaType);
  const isIndex = indexMediaTypes.includes(mediaType);
  refuseTwoThings(
    root,
    isIndex ? ['config', 'layers', ...schema1Keys] : ['manifests', ...schema1Keys],
    mediaType,
  );
  return isIndex ? readIndex(root, mediaType) : readImage(root, mediaType);
}

function checkSchemaVersion(root: Field): void {
  const version = root.get('schemaVersion');
  if (version.value === 2) return;
  if (version.value === 1 || root.get('fsLayers').value !== undefined) {
    throw root.error(
      'is of schema 1, which has no digests of its own',
      'build and push the image with a current tool',
    );
  }
  throw version.error(
    version.absent ? 'is missing' : `is ${JSON.stringify(version.value)}`,
    'it is the number 2',
  );
}

function agreedMediaType(root: Field, contentType: string): string {
  const served = contentType.split(';', 1).join('').trim();
  const said = root.get('mediaType').optional(readMediaType);
  if (said !== undefined && served !== '' && said !== served) {
    throw root.error(
      `was served as ${quote(served)} and says that it is ${quote(said)}`,
      'push it again with its own media type',
    );
  }
  const mediaType = said ?? served;
  if (mediaType === '') throw root.error('has no media type, neither in its body nor as it was served');
  if (![...indexMediaTypes, ...imageMediaTypes].includes(mediaType)) {
    throw root.error(
      `is of the media type ${quote(mediaType)}`,
      'an OCI or Docker (schema 2) manifest or list is wanted',
    );
  }
  if (said === undefined && mediaType !== mediaTypes.ociIndex && mediaType !== mediaTypes.ociManifest) {
    throw root.get('mediaType').error('is missing', 'only OCI manifests may leave it out');
  }
  return mediaType;
}

function refuseTwoThings(root: Field, foreignKeys: readonly string[], mediaType: string): void {
  const found = foreignKeys.filter((key) => !root.get(key).absent);
  if (found.length === 0) return;
  throw root.error(
    `says that it is ${mediaType} and has ${found.map((key) => quote(key)).join(' and ')} as well`,
    'a document that is two things at once is refused, since programs would differ on what it is',
  );
}

function readImage(root: Field, mediaType: string): ImageManifest {
  return withoutUndefined<ImageManifest>({
    kind: 'image',
    mediaType,
    config: readDescriptor(root.get('config')),
    layers: items(root.get('layers')).map(readDescriptor),
    ...readCommon(root),
  });
}

function readIndex(root: Field, mediaType: string): IndexManifest {
  const entries = items(root.get('manifests'));
  if (entries.length > maxIndexEntries + maxAttestations) throw tooMany(root, `${entries.length} entries`);
  const manifests = entries.map(readDescriptor);
  const images = manifests.filter((descriptor) => !isAttestation(descriptor)).length;
  if (images > maxIndexEntries) throw tooMany(root, `${images} entries besides attestations`);
  return withoutUndefined<IndexManifest>({ kind: 'index', mediaType, manifests, ...readCommon(root) });
}

/** Go writes an empty array as null; a key that isn't there at all is another matter. */
function items(field: Field): Field[] {
  return field.value === null ? [] : field.items();
}

function tooMany(root: Field, count: string): CodedError {
  return root
    .get('manifests')
    .error(`has ${count}`, `at most ${maxIndexEntries} images are accepted in an index`);
}

function readCommon(root: Field): {
  annotations: Readonly<Record<string, string>> | undefined;
  artifactType: string | undefined;
  subject: Descriptor | undefined;
} {
  return {
    annotations: root.get('annotations').optional((annotations) => annotations.stringMap()),
    artifactType: root.get('artifactType').optional(readMediaType),
    subject: root.get('subject').optional(readDescriptor),
  };
}

/**
 * Whether an index entry is BuildKit's attestation for another entry, and no image. An entry that names a real platform is
 * an image whatever its annotations say, for that is what a runtime takes it for.
 * https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
 */
export function isAttestation(descriptor: Descriptor): boolean {
  const { annotations, platform } = descriptor;
  if (annotations?.[referenceType] !== 'attestation-manifest') return false;
  return platform === undefined || (platform.os === 'unknown' && platform.architecture === 'unknown');
}

/** The digest of the entry that an attestation is about; undefined where it isn't one or names none. */
export function attestationSubject(descriptor: Descriptor): Digest | undefined {
  const digest = descriptor.annotations?.[referenceDigest];
  return digest !== undefined && isAttestation(descriptor) && isDigest(digest) ? digest : undefined;
}
