import type { CommandName } from './commands.ts';
import type { InputDefinition, Kind } from './definition.ts';
import { assembleInputs } from './table/assemble.ts';
import { buildInputs } from './table/build.ts';
import { buildOptionInputs } from './table/build-options.ts';
import { everywhereInputs } from './table/everywhere.ts';
import { lookInputs } from './table/look.ts';
import { mergeInputs } from './table/merge.ts';
import { platformInputs } from './table/platforms.ts';

/** Every input of the contract, `command` apart. action.yml, the help and docs/inputs.md are made from it. */
const table = {
  ...everywhereInputs,
  ...platformInputs,
  ...buildInputs,
  ...buildOptionInputs,
  ...assembleInputs,
  ...mergeInputs,
  ...lookInputs,
} as const;

type Table = typeof table;

export type InputName = keyof Table;

export const inputNames = Object.keys(table) as readonly InputName[];

/** The same, row by row, where no input is meant in particular. */
export const inputTable: Readonly<Record<InputName, InputDefinition>> = table;

type ValueOf<Definition> = Definition extends { readonly kind: Kind<infer Value> } ? Value : never;

type NameFor<Command extends CommandName> = {
  [Name in InputName]: Command extends Table[Name]['commands'][number] ? Name : never;
}[InputName];

type Parsed<Name extends InputName, Command extends CommandName> = Table[Name] extends {
  readonly default: { readonly value: unknown };
}
  ? ValueOf<Table[Name]>
  : Table[Name] extends { readonly required: readonly (infer Needs)[] }
    ? Command extends Needs
      ? ValueOf<Table[Name]>
      : ValueOf<Table[Name]> | undefined
    : ValueOf<Table[Name]> | undefined;

/** What one command gets: each of its inputs, read, with its default where it has one. */
export type InputsOf<Command extends CommandName> = {
  readonly [Name in NameFor<Command>]: Parsed<Name, Command>;
};
