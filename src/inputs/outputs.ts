import type { CommandName } from './commands.ts';

/** One row of the table of outputs. In a workflow, what is not text is JSON. */
export interface OutputDefinition {
  readonly commands: readonly CommandName[];
  readonly type: 'text' | 'number' | 'true|false' | 'list' | 'object';
  readonly description: string;
}

/** Every output of the contract. */
export const outputTable = {
  matrix: {
    commands: ['plan'],
    type: 'object',
    description: 'For strategy.matrix: include holds one row for each platform.',
  },
  count: { commands: ['plan'], type: 'number', description: 'The number of rows in matrix.' },
  platforms: { commands: ['plan', 'merge', 'verify'], type: 'list', description: 'The platforms, in order.' },
  skipped: { commands: ['plan'], type: 'list', description: 'Platforms that got no row, with reasons.' },
  digest: {
    commands: ['build', 'merge', 'verify'],
    type: 'text',
    description: 'The digest of what was pushed, published or verified.',
  },
  size: { commands: ['build'], type: 'number', description: 'The size of the manifest, in bytes.' },
  platform: { commands: ['build'], type: 'text', description: 'The platform that was built.' },
  mode: { commands: ['build'], type: 'text', description: 'How it was built: native, emulate or cross.' },
  engine: { commands: ['build'], type: 'text', description: 'What built it, with its version.' },
  references: {
    commands: ['build', 'merge'],
    type: 'list',
    description: 'References under which the result can be pulled.',
  },
  pushed: { commands: ['build'], type: 'true|false', description: 'Whether anything was pushed.' },
  record: { commands: ['build'], type: 'object', description: 'What merge takes as one line of records.' },
  'missing-platforms': {
    commands: ['merge'],
    type: 'list',
    description: 'Platforms that may be missing, and are.',
  },
  'stale-tags': {
    commands: ['merge'],
    type: 'list',
    description: 'Moving tags that were left where they are, since they would have gone backwards.',
  },
  subjects: {
    commands: ['merge'],
    type: 'list',
    description: 'Name and digest of the index and of each platform, as attest actions want them.',
  },
  index: { commands: ['merge'], type: 'text', description: 'The exact bytes of the index.' },
  report: {
    commands: ['merge', 'verify', 'inspect', 'prune', 'doctor'],
    type: 'object',
    description: 'What was found and done, for each platform.',
  },
} as const satisfies Record<string, OutputDefinition>;

export type OutputName = keyof typeof outputTable;

export const outputNames = Object.keys(outputTable) as readonly OutputName[];
