import type { CommandName } from './commands.ts';

/** How a value is read, and what help and docs say about its form. */
export interface Kind<Value> {
  /** The form, as people read it: `list`, `true|false`, `auto|oci|docker`. */
  readonly syntax: string;
  /**
   * How a flag takes it: `value` needs one; a `switch` takes one only after `=`; a `word` is a switch that also takes one of
   * `words` as its next argument.
   */
  readonly flag: 'value' | 'switch' | 'word';
  /** Words for people to choose from, where there is a closed set. */
  readonly words?: readonly string[];
  /** Whether a flag may be repeated. */
  readonly list: boolean;
  /**
   * `values` has at least one element. @throws CodedError without the input's name; who calls puts it in front. Async where
   * the reader is loaded only when it is needed.
   */
  readonly parse: (values: readonly string[]) => Value | Promise<Value>;
}

export type InputGroup = 'Everywhere' | 'Platforms' | 'Build' | 'Assemble' | 'Merge' | 'Verify and inspect';

/** One row of the table of inputs. */
export interface InputDefinition<Value = unknown> {
  readonly kind: Kind<Value>;
  readonly group: InputGroup;
  /** The commands that use it. */
  readonly commands: readonly CommandName[];
  /** For people, in full sentences; the first one stands in the help. */
  readonly description: string;
  /** What holds when it is not set. `text` is for people; `value`, where there is one, is what the program gets. */
  readonly default?: { readonly text: string; readonly value?: Value };
  /** Commands that can't do without. */
  readonly required?: readonly CommandName[];
  /** In a workflow it has to be set for these, and not empty. */
  readonly requiredInWorkflow?: readonly CommandName[];
  /** Commands for which it is not there yet: anything but the default is `E_UNSUPPORTED`. */
  readonly later?: readonly CommandName[];
  /** Masked before anything else happens. */
  readonly secret?: boolean;
  /** The one default that action.yml itself holds. */
  readonly actionDefault?: string;
}
