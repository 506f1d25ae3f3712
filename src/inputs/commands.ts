import { CodedError } from '../errors.ts';

/** Every command of the contract, in the order of a run. */
export const commandNames = ['plan', 'build', 'merge', 'verify', 'inspect', 'prune', 'doctor'] as const;

export type CommandName = (typeof commandNames)[number];

/** Commands that the contract names and this version does not have, and what to do without them. */
const substitutes: Partial<Record<CommandName, string>> = {
  prune: "delete the arch tags by the registry's own means, and only where that leaves the images themselves",
  doctor: 'run build: it says what its host lacks, with the cure',
};

export const laterCommands: readonly CommandName[] = commandNames.filter((name) => name in substitutes);

/** E_UNSUPPORTED for one of {@link laterCommands}. */
export function laterCommand(command: CommandName): CodedError {
  return new CodedError('E_UNSUPPORTED', `the command ${command} is not supported by this version`, {
    hint: substitutes[command] ?? `the commands are ${commandNames.join(', ')}`,
  });
}

/** One line on each, for help and docs. */
export const commandDescriptions: Readonly<Record<CommandName, string>> = {
  plan: 'turn the platform table into a job matrix, with a runner and a mode for every platform',
  build: "build one platform's image, check and smoke-test it, push its arch tag, hand over a record",
  merge: 'collect and check the platforms of a run, publish one manifest list, move the tags last',
  verify: 'check what is published against the platforms that are expected',
  inspect: 'show an index: platforms, sizes, layers and attestations; as a table, JSON or the raw bytes',
  prune: 'remove the arch tags of a finished run (not in this version)',
  doctor: 'say what this machine lacks to be a build leg (not in this version)',
};

/**
 * Inputs as they were given: name -> values. In a workflow there is one value; a flag may have been given several times.
 * An input that was not set is not a key.
 */
export type RawInputs = ReadonlyMap<string, readonly string[]>;
