import { CodedError } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Target } from '../inputs/targets.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { descriptorJson } from '../oci/index-assembly.ts';
import { entryTexts } from '../oci/index-edit.ts';
import { parseManifest, type IndexManifest } from '../oci/manifest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { platformToJson } from '../platform/platform.ts';
import { tagName, type HeldTag } from '../publish/verbs.ts';
import { expandSource, otherKinds, readEntries, type FoundEntries } from '../verify/source.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

/** One entry of the published list, as it is written there, and what it leads to. */
export interface BaseEntry extends FoundEntries {
  readonly text: string;
  readonly descriptor: Descriptor;
}

/** The list that stands already: something is added to it, replaced in it, or taken out of it. */
export interface Base {
  /** For people: `quay.io/acme/app:v1`. */
  readonly name: string;
  readonly repository: Repository;
  readonly manifest: ManifestBytes;
  /** `undefined` where a single image stands there, which becomes the first entry. */
  readonly index: IndexManifest | undefined;
  readonly entries: readonly BaseEntry[];
}

/** Whether a published list is to be changed, and not made from what the legs left alone. */
export function changesPublished(inputs: InputsOf<'merge'>): boolean {
  return inputs.append || (inputs['remove-platforms'].length > 0 && inputs.records.length === 0);
}

/**
 * Reads the list that the first tag of each image holds, of the tags that exist. All images have to hold the same.
 * @throws E_NOT_FOUND where there is none; E_DIGEST_MISMATCH where images disagree
 */
export async function readBase(
  targets: readonly Target[],
  held: readonly HeldTag[],
  registry: ReadVerbs,
): Promise<Base> {
  const first = publishedTag(targets, held);
  const name = tagName(first);
  const reader = repositoryReader(registry, first.repository);
  const manifest = first.manifest ?? (await reader.manifest(first.held));
  if (manifest === undefined) {
    throw new CodedError('E_NOT_FOUND', `${name} holds ${first.held}, which the registry does not have`, {
      hint: 'run the merge again; if it goes on tell whoever runs the registry',
    });
  }
  const { repository } = first;
  const parsed = parseManifest(manifest);
  if (parsed.kind === 'index') {
    const texts = entryTexts(manifest);
    const found = await readEntries(reader, parsed, name, otherKinds);
    const entries = parsed.manifests.map((descriptor, position) => {
      const [text, part] = [texts[position], found[position]];
      if (text === undefined || part === undefined)
        throw new TypeError(`${name} has no entry ${position} in its text`);
      return { ...part, text, descriptor };
    });
    return { name, repository, manifest, index: parsed, entries };
  }
  const source = await expandSource(reader, manifest, name);
  const entries = source.images.map((image) => {
    const descriptor = { ...image.descriptor, platform: platformToJson(image.config) };
    return { ...source, text: descriptorJson(descriptor), descriptor };
  });
  return { name, repository, manifest, index: undefined, entries };
}

function publishedTag(
  targets: readonly Target[],
  held: readonly HeldTag[],
): HeldTag & { readonly held: NonNullable<HeldTag['held']> } {
  const tags = targets.flatMap(({ image }) => {
    const own = held.filter(({ repository }) => repository.name === image.name);
    return own.flatMap((tag) => (tag.held === undefined ? [] : [{ ...tag, held: tag.held }])).slice(0, 1);
  });
  const [first, ...others] = tags;
  if (first === undefined) {
    const why = held.length === 0 ? 'tags names none' : `nothing stands at ${held.map(tagName).join(', ')}`;
    throw new CodedError('E_NOT_FOUND', `there is no published list to change: ${why}`, {
      hint: 'name a tag that holds the list; to publish a new one, leave append and remove-platforms out',
    });
  }
  if (others.every((tag) => tag.held === first.held)) return first;
  const each = tags.map((tag) => `${tagName(tag)} holds ${tag.held}`).join(', ');
  throw new CodedError('E_DIGEST_MISMATCH', `the images do not hold the same list: ${each}`, {
    hint: 'publish one of the lists to all of them first, or change them one by one',
  });
}
