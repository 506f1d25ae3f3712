import type { InputDefinition } from '../definition.ts';
import { boolean } from '../kinds.ts';
import { referenceList } from '../references.ts';

/** What only looks. */
export const lookInputs = {
  references: {
    kind: referenceList,
    group: 'Verify and inspect',
    commands: ['verify', 'inspect'],
    description: 'What to look at: references with a tag or a digest. In a shell simply the arguments.',
    default: { text: 'every image x tag' },
  },
  'allow-extra': {
    kind: boolean,
    group: 'Verify and inspect',
    commands: ['verify'],
    description: 'Platforms that are published and were not asked for are no failure.',
    default: { text: 'false', value: false },
  },
  raw: {
    kind: boolean,
    group: 'Verify and inspect',
    commands: ['inspect'],
    description: 'Print the exact bytes of the manifest, and nothing else.',
    default: { text: 'false', value: false },
  },
} as const satisfies Record<string, InputDefinition>;
