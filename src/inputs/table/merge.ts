import { parseTag } from '../../oci/reference.ts';
import type { InputDefinition } from '../definition.ts';
import { boolean, lines, list, listOf, oneOf, text } from '../kinds.ts';
import { byteLimit, duration, time } from '../readers.ts';
import { removalList } from '../removals.ts';

/** The fan-in. */
export const mergeInputs = {
  records: {
    kind: lines,
    group: 'Merge',
    commands: ['merge'],
    description:
      "What the legs made, one a line: platform=digest, platform=reference, a bare reference, a JSON record, or the path of a record file, of a folder of them, or of docker's folder of empty files named by digest. A path starts with /, ./ or ../.",
    default: { text: 'none: the arch tags are looked for', value: [] },
  },
  revision: {
    kind: text,
    group: 'Merge',
    commands: ['merge'],
    description: 'The commit that all legs have to be of; the index says so.',
    default: { text: "the run's commit, else the one on which all legs agree" },
  },
  created: {
    kind: time,
    group: 'Merge',
    commands: ['merge'],
    description: 'The time that the index says it was made at.',
    default: { text: "SOURCE_DATE_EPOCH, else the commit's own time where it is known" },
  },
  source: {
    kind: text,
    group: 'Merge',
    commands: ['merge'],
    description: 'Where the source is; the index says so.',
    default: { text: "the run's repository, else the label on which all platforms agree" },
  },
  version: {
    kind: text,
    group: 'Merge',
    commands: ['merge'],
    description: 'The version that the index says it is.',
    default: { text: 'the label on which all platforms agree' },
  },
  check: {
    kind: oneOf(['config', 'content', 'full']),
    group: 'Merge',
    commands: ['merge', 'verify'],
    description:
      'How deep every platform is proven. config compares os, architecture and variant with the claim; content also the machine of the programs inside, from the record of the leg where there is one, else from the layers; full always reads the layers.',
    default: { text: 'content', value: 'content' },
  },
  'allow-foreign': {
    kind: list,
    group: 'Merge',
    commands: ['build', 'merge', 'verify'],
    description:
      'Globs of files that may be of another machine than their platform, such as /usr/bin/qemu-*. ** goes across folders.',
    default: { text: 'none', value: [] },
  },
  'content-limit': {
    kind: byteLimit,
    group: 'Merge',
    commands: ['build', 'merge', 'verify', 'inspect'],
    description:
      'How many bytes of layers, unpacked, are read to look at the programs inside, such as 16GiB, 500MB, or none for no limit. Layers beyond are not checked: a warning names them, and the report says "not read: budget".',
    default: {
      text: '16GiB; inspect reads small images whole, and none of the others',
    },
  },
  wait: {
    kind: duration,
    group: 'Merge',
    commands: ['merge'],
    description:
      'How long to wait for platforms that have not arrived, such as 45m; those that may be missing are waited for too. An arch tag of another commit has not arrived.',
    default: { text: '0', value: 0 },
  },
  'moving-tags': {
    kind: listOf(parseTag, { max: 100 }),
    group: 'Merge',
    commands: ['merge'],
    description: 'Those of tags that are moved last, and never backwards.',
    default: { text: 'latest', value: ['latest'] },
  },
  force: {
    kind: boolean,
    group: 'Merge',
    commands: ['merge'],
    description: 'Move the moving tags even where they would go backwards.',
    default: { text: 'false', value: false },
  },
  append: {
    kind: boolean,
    group: 'Merge',
    commands: ['merge'],
    description:
      'Change the published list instead of making a new one: platforms names what is added or replaced in it, and everything else is kept byte for byte.',
    default: { text: 'false', value: false },
  },
  'remove-platforms': {
    kind: removalList,
    group: 'Merge',
    commands: ['merge'],
    description:
      'Platforms or digests that are taken out: of the published list, or of what records lead to where there are records and no append. What was attested of them goes too. Without append, platforms names all that is left.',
    default: { text: 'none', value: [] },
  },
  attestations: {
    kind: oneOf(['keep', 'strip']),
    group: 'Merge',
    commands: ['merge'],
    description:
      'Whether attestations (provenance, SBOM) that legs bring along are listed beside their image, or left out.',
    default: { text: 'keep', value: 'keep' },
  },
  'copy-referrers': {
    kind: boolean,
    group: 'Merge',
    commands: ['merge'],
    description: 'Copy signatures and the like of what is copied into another repository too.',
    default: { text: 'false', value: false },
  },
  spec: {
    kind: text,
    group: 'Merge',
    commands: ['merge'],
    description:
      "A YAML file as manifest-tool's push from-spec takes it: it says images, tags, platforms, records and annotations. Mark in platforms with ? what may be missing.",
  },
  output: {
    kind: text,
    group: 'Merge',
    commands: ['merge'],
    description:
      'Write an OCI image layout folder instead of a registry, under the names in tags; or, where it ends in .json, the bytes of the list alone into that file. Then images is not needed.',
  },
} as const satisfies Record<string, InputDefinition>;
