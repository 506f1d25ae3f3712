import { annotationList } from '../annotations.ts';
import type { InputDefinition } from '../definition.ts';
import { isYaml, parsePlatformList } from '../platform-list.ts';
import { oneOf, valueOf } from '../kinds.ts';
import { archTagTemplate } from '../readers.ts';

/** What a run is made of, and what all its legs have to agree on. */
export const platformInputs = {
  platforms: {
    kind: {
      syntax: 'list or YAML map',
      flag: 'value',
      list: true,
      // A plain list is read without the YAML reader, which takes longer to load than all else together.
      parse: async (values: readonly string[]) => {
        const text = values.join('\n');
        return isYaml(text)
          ? (await import('../platforms.ts')).parsePlatforms(text)
          : parsePlatformList(text);
      },
    },
    group: 'Platforms',
    commands: ['plan', 'build', 'merge', 'verify'],
    required: ['plan', 'merge'],
    description:
      'The platforms of the image: a list (linux/amd64, linux/s390x?) in which ? marks one that may be missing, or a YAML map from platform to runner label or row. For build: several that this one host makes, instead of platform.',
  },
  handover: {
    kind: oneOf(['auto', 'registry', 'none'], ['artifact']),
    group: 'Platforms',
    commands: ['build', 'merge'],
    description:
      'The way from the legs to the fan-in: registry looks for the arch tags, none takes what records names and nothing else.',
    default: { text: 'auto: records where there are any, else the registry', value: 'auto' },
  },
  'arch-tag': {
    kind: archTagTemplate,
    group: 'Platforms',
    commands: ['build', 'merge', 'prune'],
    description:
      'The tag that a leg pushes. Placeholders: {tag} (the first of tags) {arch} {variant} {os} {sha} {run} {attempt}. `none` pushes by digest alone, where the engine can.',
    default: { text: '{tag}-{arch}', value: '{tag}-{arch}' },
  },
  'arch-image': {
    kind: valueOf('template', (template) => template),
    group: 'Platforms',
    commands: ['build', 'merge', 'prune'],
    later: ['build', 'merge', 'prune'],
    description: 'The repository that a leg pushes to; {image}-{arch} makes one for every architecture.',
    default: { text: '{image}', value: '{image}' },
  },
  format: {
    kind: oneOf(['auto', 'oci', 'docker']),
    group: 'Platforms',
    commands: ['build', 'merge'],
    later: ['build'],
    description: 'The media types that are published: an OCI index, or a Docker manifest list.',
    default: {
      text: 'auto: docker where every platform is docker and nothing needs annotations, else oci',
      value: 'auto',
    },
  },
  annotations: {
    kind: annotationList,
    group: 'Platforms',
    commands: ['build', 'merge'],
    later: ['build'],
    description:
      'Annotations, one name=value a line, on the index. Prefixes of docker/metadata-action are understood: index:, manifest: (put on the index, with a notice), manifest-descriptor[platform]:.',
    default: { text: 'none', value: [] },
  },
} as const satisfies Record<string, InputDefinition>;
