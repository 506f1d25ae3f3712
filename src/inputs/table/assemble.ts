import type { InputDefinition } from '../definition.ts';
import { lines, text } from '../kinds.ts';
import { imagePath, words } from '../readers.ts';

/** `engine: assemble` alone uses these. */
export const assembleInputs = {
  base: {
    kind: text,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: what the files are put on.',
    default: { text: 'scratch', value: 'scratch' },
  },
  files: {
    kind: lines,
    group: 'Assemble',
    commands: ['build'],
    description:
      'With engine assemble: lines source:destination[:mode]. {os}, {arch} and {variant} are filled in; mode is octal.',
    default: { text: 'none', value: [] },
  },
  entrypoint: {
    kind: words,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: the program, as words or as a JSON list.',
    default: { text: 'none' },
  },
  cmd: {
    kind: words,
    group: 'Assemble',
    commands: ['build'],
    description: "With engine assemble: the program's default arguments, as words or as a JSON list.",
    default: { text: 'none' },
  },
  env: {
    kind: lines,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: environment variables of the image, one NAME=value a line.',
    default: { text: 'none', value: [] },
  },
  workdir: {
    kind: imagePath,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: the folder that the program starts in.',
    default: { text: '/' },
  },
  user: {
    kind: text,
    group: 'Assemble',
    commands: ['build'],
    description: 'With engine assemble: the user, or user:group, that the program runs as.',
    default: { text: 'root' },
  },
} as const satisfies Record<string, InputDefinition>;
