import type { InputDefinition, Kind } from '../definition.ts';
import { text } from '../kinds.ts';

const common = { group: 'Build', commands: ['build'], later: ['build'] } as const;

function later<Value>(kind: Kind<Value>, description: string): InputDefinition<Value> {
  return { ...common, kind, description };
}

/** What the contract has for build and this version has not: set to anything but the default, each is `E_UNSUPPORTED`. */
export const laterBuildInputs = {
  'smoke-test-url': later(text, 'Start the image as a service, and ask this URL until it answers.'),
} as const;
