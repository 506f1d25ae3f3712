import { quote } from '../errors.ts';
import { digestAlgorithm, digestOf, type Digest } from './digest.ts';
import type { Descriptor, PlatformJson } from './descriptor.ts';
import { withoutUndefined, type Field } from './schema.ts';

const descriptorKeys = [
  'mediaType',
  'digest',
  'size',
  'urls',
  'annotations',
  'data',
  'artifactType',
  'platform',
];
const platformKeys = ['architecture', 'os', 'os.version', 'os.features', 'variant', 'features'];

/**
 * https://www.rfc-editor.org/rfc/rfc6838#section-4.2, with parameters let through: artifacts have layers of
 * `text/plain; charset=utf-8`.
 */
const mediaType = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:;[ -~]*)?$/,
  is: 'a media type',
  maxLength: 512,
};
const maxEmbeddedBytes = 64 * 1024;
const platformWord = { pattern: /^[!-~]*$/, is: 'a word of visible ASCII', maxLength: 128 };

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties. @throws E_MANIFEST, or E_PLATFORM for `platform`. */
export function readDescriptor(field: Field): Descriptor {
  field.refuseLookalikes(descriptorKeys);
  const digest = field.get('digest').digest();
  const size = field.get('size').integer();
  return withoutUndefined<Descriptor>({
    mediaType: readMediaType(field.get('mediaType')),
    digest,
    size,
    urls: field.get('urls').optional((urls) => urls.items(100).map(readUrl)),
    annotations: field.get('annotations').optional((annotations) => annotations.stringMap()),
    data: field.get('data').optional((data) => readData(data, digest, size)),
    artifactType: field.get('artifactType').optional(readMediaType),
    platform: field.get('platform').optional(readPlatform),
  });
}

/** A media type, within the bounds of RFC 6838. @throws E_MANIFEST, or the code of the field's document. */
export function readMediaType(field: Field): string {
  return field.string(mediaType);
}

/** Never fetched by us, and yet somebody downstream may. */
function readUrl(field: Field): string {
  const url = field.string({ maxLength: 8192 });
  if (!URL.canParse(url)) throw field.error(`is ${quote(url)}, which is not a URL`);
  return url;
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#embedded-content */
function readData(field: Field, digest: Digest, size: number): string {
  const text = field.string({ maxLength: Math.ceil(maxEmbeddedBytes / 3) * 4 });
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw field.error('is not base64');
  if (bytes.length !== size) throw field.error(`has ${bytes.length} bytes, and the descriptor says ${size}`);
  const actual = digestOf(bytes, digestAlgorithm(digest));
  if (actual !== digest) throw field.error(`has the digest ${actual}, and the descriptor says ${digest}`);
  return text;
}

/** Empty strings are let through, as tools write them for entries that are no images; what they mean, the platform room says. */
function readPlatform(manifestField: Field): PlatformJson {
  const field = manifestField.withCode('E_PLATFORM');
  field.refuseLookalikes(platformKeys);
  return withoutUndefined<PlatformJson>({
    architecture: field.get('architecture').string(platformWord),
    os: field.get('os').string(platformWord),
    'os.version': field.get('os.version').optional((version) => version.string(platformWord)),
    'os.features': field.get('os.features').optional(readWords),
    variant: field.get('variant').optional((variant) => variant.string(platformWord)),
    features: field.get('features').optional(readWords),
  });
}

function readWords(field: Field): string[] {
  return field.items(64).map((item) => item.string(platformWord));
}
