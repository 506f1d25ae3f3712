import type { InputDefinition } from '../definition.ts';
import { lines, text } from '../kinds.ts';
import { imagePath, words } from '../readers.ts';

/** `engine: assemble` alone uses these. */
export const assembleInputs = {
  base: {
    kind: text,
    group: 'Assemble',
    commands: ['build'],
    description:
      'With engine assemble: what the files are put on: scratch, a reference that has the platform, or oci:folder[:tag].',
    default: { text: 'scratch', value: 'scratch' },
  },
  files: {
    kind: lines,
    group: 'Assemble',
    commands: ['build'],
    description:
      'With engine assemble: lines source:destination[:mode[:uid[:gid]]]. {os}, {arch} and {variant} are filled in; mode is octal. A destination that ends with a slash is a folder.',
    default: { text: 'none', value: [] },
  },
  entrypoint: {
    kind: words,
    group: 'Assemble',
    commands: ['build'],
    description:
      "With engine assemble: the program, as words or as a JSON list. It takes the base's arguments away.",
    default: { text: "the base's" },
  },
  cmd: {
    kind: words,
    group: 'Assemble',
    commands: ['build'],
    description: "With engine assemble: the program's default arguments, as words or as a JSON list.",
    default: { text: "the base's, unless entrypoint is given" },
  },
  env: {
    kind: lines,
    group: 'Assemble',
    commands: ['build'],
    description:
      "With engine assemble: environment variables of the image, one NAME=value a line; they are added to the base's.",
    default: { text: 'none', value: [] },
  },
  workdir: {
    kind: imagePath,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: the folder that the program starts in.',
    default: { text: "the base's, else /" },
  },
  user: {
    kind: text,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: the user, or user:group, that the program runs as.',
    default: { text: "the base's, else root" },
  },
} as const satisfies Record<string, InputDefinition>;
