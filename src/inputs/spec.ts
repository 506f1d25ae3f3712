import { CodedError, quote } from '../errors.ts';
import { formatReference, parseReference, parseTag } from '../oci/reference.ts';
import { formatPlatform, normalisePlatform, type Platform } from '../platform/platform.ts';
import type { RawInputs } from './commands.ts';
import { inputTable } from './table.ts';
import type { PlatformRow } from './platforms.ts';
import type { TagItem } from './tags.ts';
import { YamlField, type YamlEntry } from './yaml-field.ts';
import { readYaml } from './yaml.ts';

/** More than any spec has; what is longer is refused by the reader of YAML. In bytes. */
export const maxSpecBytes = 256 * 1024;

/** The inputs that a spec fills, as text. */
interface SpecInputs {
  readonly image: string;
  readonly tags: readonly string[];
  readonly rows: readonly SpecRow[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

interface SpecRow {
  /** A reference with a tag or a digest. */
  readonly image: string;
  /** Undefined: the image's config says it. */
  readonly platform: Platform | undefined;
  /** For the entry: the image's config need not have them. */
  readonly osFeatures: readonly string[];
  readonly features: readonly string[];
}

/** What `platform` of an entry may have: Go's lower-cased names, and those of the image specification. */
const platformKeys: Readonly<Record<string, keyof SpecPlatform>> = {
  architecture: 'architecture',
  os: 'os',
  variant: 'variant',
  osversion: 'osVersion',
  'os.version': 'osVersion',
  osfeatures: 'osFeatures',
  'os.features': 'osFeatures',
  features: 'features',
};

interface SpecPlatform {
  architecture?: string;
  os?: string;
  variant?: string;
  osVersion?: string;
  osFeatures?: string[];
  features?: string[];
}

/**
 * The inputs with what a YAML file of `manifest-tool push from-spec` says in them: images, tags, platforms, records and
 * annotations. Given beside it, they have to say the same; `platforms` may also mark with `?` what may be missing, which is
 * manifest-tool's --ignore-missing.
 * https://github.com/estesp/manifest-tool#createpush
 * @param read the text of the file
 * @throws E_INPUT and what the parts are read with, about the file; E_INPUT where an input says something else
 */
export async function withSpec(raw: RawInputs, read: (path: string) => Promise<string>): Promise<RawInputs> {
  const path = raw.get('spec')?.at(-1)?.trim();
  if (path === undefined || path === '') return raw;
  const spec = inFile(path, parseSpec, await read(path));
  const filled = new Map(raw);
  await fillImages(filled, raw, spec);
  await fillPlatforms(filled, raw, spec);
  if (raw.has('records')) throw contradiction('records', 'is set, and the spec says where the images are');
  filled.set(
    'records',
    spec.rows.map(({ image, platform }) =>
      platform === undefined ? image : `${formatPlatform(platform)}=${image}`,
    ),
  );
  const lines = spec.annotations.map(([key, value]) => `index:${key}=${value}`);
  if (lines.length > 0) filled.set('annotations', [...lines, ...(raw.get('annotations') ?? [])]);
  return filled;
}

function inFile<T>(path: string, parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    // What is wrong inside a file is no wrong use of the command.
    throw new CodedError(error.code, `spec ${quote(path)}: ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
}

function parseSpec(text: string): SpecInputs {
  const source = readYaml(text);
  const fields = known(new YamlField(source.root, 'the spec', source), [
    'image',
    'tags',
    'manifests',
    'annotations',
  ]);
  const target = fields.get('image');
  const manifests = fields.get('manifests')?.items() ?? [];
  if (target === undefined || manifests.length === 0) {
    throw new CodedError('E_INPUT', `it has no ${target === undefined ? 'image' : 'manifests'}`, {
      hint: 'a spec has image, and manifests with an image and a platform each',
    });
  }
  const { repository, tag = 'latest', digest } = parseReference(target.string());
  if (digest !== undefined) throw target.error('has a digest', 'name the tag that is to be published');
  const more = fields.get('tags');
  const tags =
    more === undefined || more.isNull ? [] : more.items().map((item) => parseTag(item.numberOrString()));
  const annotations = fields.get('annotations');
  return {
    image: repository.name,
    tags: [...new Set([tag, ...tags])],
    rows: manifests.map(readRow),
    annotations: annotations === undefined || annotations.isNull ? [] : readAnnotations(annotations),
  };
}

function readRow(item: YamlField): SpecRow {
  const fields = known(item, ['image', 'platform']);
  const image = fields.get('image');
  if (image === undefined)
    throw item.error('has no image', 'give it one, like image: quay.io/acme/app:v1-s390x');
  const reference = parseReference(image.string());
  const isNamed = reference.tag !== undefined || reference.digest !== undefined;
  const named = formatReference(isNamed ? reference : { ...reference, tag: 'latest' });
  const platform = fields.get('platform');
  if (platform === undefined || platform.isNull)
    return { image: named, platform: undefined, osFeatures: [], features: [] };
  return { image: named, ...readPlatform(platform) };
}

function readPlatform(field: YamlField): Omit<SpecRow, 'image'> {
  const said: SpecPlatform = {};
  for (const [key, value] of known(field, Object.keys(platformKeys))) {
    const name = platformKeys[key];
    if (value.isNull || name === undefined) continue;
    if (name === 'osFeatures' || name === 'features') said[name] = value.strings();
    else said[name] = value.numberOrString();
  }
  const { os, architecture, osFeatures = [], features = [], ...rest } = said;
  if (os === undefined && architecture === undefined) return { platform: undefined, osFeatures, features };
  if (os === undefined || architecture === undefined)
    throw field.error(`has no ${os === undefined ? 'os' : 'architecture'}`, 'give both, or neither');
  return { platform: normalisePlatform({ os, architecture, ...rest }), osFeatures, features };
}

function readAnnotations(field: YamlField): [string, string][] {
  return Object.entries(field.stringMap()).map(([key, value]) => {
    if (!/[\r\n]/.test(key + value) && !key.includes('=')) return [key, value];
    throw field.error(`has ${quote(key)}, with a line break, or an = in its name`, 'take it out');
  });
}

/** @throws E_INPUT for a key that means nothing: manifest-tool would drop it without a word. */
function known(field: YamlField, keys: readonly string[]): Map<string, YamlField> {
  const entries: YamlEntry[] = field.uniqueEntries();
  for (const { key, keyField } of entries) {
    if (!keys.includes(key)) throw keyField.error(`is ${quote(key)}`, `it can be ${keys.join(', ')}`);
  }
  return new Map(entries.map(({ key, value }) => [key, value]));
}

async function fillImages(
  filled: Map<string, readonly string[]>,
  raw: RawInputs,
  spec: SpecInputs,
): Promise<void> {
  const given = (name: 'images' | 'tags'): unknown => inputTable[name].kind.parse(raw.get(name) ?? []);
  if (raw.has('tags') || raw.has('images')) {
    const images = raw.has('images') ? ((await given('images')) as { name: string }[]) : undefined;
    const tags = raw.has('tags') ? ((await given('tags')) as TagItem[]) : [];
    const names = [...(images ?? []), ...tags.flatMap(({ repository }) => repository ?? [])];
    if (names.some(({ name }) => name !== spec.image))
      throw contradiction(
        'images',
        `names ${names.map(({ name }) => name).join(', ')}, and the spec ${spec.image}`,
      );
    const said = tags.map(({ tag }) => tag);
    if (raw.has('tags') && !sameSet(said, spec.tags))
      throw contradiction('tags', `is ${said.join(', ')}, and the spec says ${spec.tags.join(', ')}`);
  }
  filled.set('images', [spec.image]);
  filled.set('tags', spec.tags);
}

async function fillPlatforms(
  filled: Map<string, readonly string[]>,
  raw: RawInputs,
  { rows }: SpecInputs,
): Promise<void> {
  const said = rows.flatMap(({ platform }) => (platform === undefined ? [] : [formatPlatform(platform)]));
  const whole = said.length === rows.length;
  if (raw.has('platforms')) {
    const given = (await inputTable.platforms.kind.parse(raw.get('platforms') ?? [])) as PlatformRow[];
    const names = given.map(({ platform }) => formatPlatform(platform));
    if (whole ? !sameSet(names, said) : !said.every((name) => names.includes(name)))
      throw contradiction('platforms', `is ${names.join(', ')}, and the spec says ${said.join(', ')}`);
    return;
  }
  if (!whole) {
    throw new CodedError('E_INPUT', 'the spec does not say the platform of each of its images', {
      hint: 'add it there, or set platforms',
    });
  }
  const table = rows.map(({ platform, osFeatures, features }) => ({
    platform: platform === undefined ? '' : formatPlatform(platform),
    ...(platform?.osVersion !== undefined && { 'os-version': platform.osVersion }),
    ...(osFeatures.length > 0 && { 'os-features': osFeatures }),
    ...(features.length > 0 && { features }),
  }));
  // Images for several versions of Windows are named by one platform; their configs tell them apart.
  const different = [...new Map(table.map((row) => [JSON.stringify(row), row])).values()];
  filled.set('platforms', [JSON.stringify(different)]);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((each) => b.includes(each)) && b.every((each) => a.includes(each));
}

function contradiction(name: string, how: string): CodedError {
  return new CodedError('E_INPUT', `${name} ${how}`, {
    hint: `leave ${name} out, or change the spec`,
    usage: true,
  });
}
