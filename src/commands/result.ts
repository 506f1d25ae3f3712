import type { JsonValue } from '../oci/strict-json.ts';

/** What a command gives back to its shell. */
export interface CommandResult {
  /** Under the names of the contract's table of outputs, with real types. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** What a person at a shell reads on stdout. */
  readonly text: string;
  /** `text` is written byte for byte, without the newline that a shell adds where it has none (`inspect --raw`). */
  readonly exact?: boolean;
  /** Markdown for the step summary. */
  readonly summary: string;
}
