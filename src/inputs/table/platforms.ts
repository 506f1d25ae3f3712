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
    kind: oneOf(['auto', 'artifact', 'registry', 'none']),
    group: 'Platforms',
    commands: ['build', 'merge'],
    description:
      'The way from the legs to the fan-in. artifact: each leg hands its record over as an artifact of the run. registry: the arch tag, with the record beside it. none: nothing is handed over, and merge takes what records names.',
    default: {
      text: 'auto: artifact where the run has a service for it that works, else registry; with records, those alone',
      value: 'auto',
    },
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
    description:
      'The media types that are published: an OCI index or a Docker manifest list by merge, an image of that format by build.',
    default: {
      text: 'auto. merge: docker where every platform is docker and nothing needs annotations, else oci. build: what the engine makes (docker: docker; the others: oci)',
      value: 'auto',
    },
  },
  annotations: {
    kind: annotationList,
    group: 'Platforms',
    commands: ['build', 'merge'],
    description:
      'Annotations, one name=value a line. A leg of build puts those without a prefix, and those with manifest:, on its image; merge puts those without a prefix on the index. Prefixes of docker/metadata-action are understood: index:, manifest: (merge puts it on the index, with a notice), manifest-descriptor[platform]:.',
    default: { text: 'none', value: [] },
  },
} as const satisfies Record<string, InputDefinition>;
