/**
 * Where progress goes. A shell implements it (workflow commands in the action, stderr in the CLI); everything else only
 * sees this port. Lines are cleaned by whoever builds them from outside values (errors.ts `show`).
 */
export interface Log {
  /** A line that a reader of the log wants. */
  info(line: string): void;
  /** Something a person should look at although the command goes on; an annotation in a workflow. */
  warning(line: string): void;
  /** Detail for `ACTIONS_STEP_DEBUG` or `--debug`; never inputs wholesale. */
  debug(line: string): void;
  /** Runs `work` with its lines folded under `title`; the group is closed however `work` ends. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** From now on this value is masked in every output of the shell. Call it before anything else sees the value. */
  secret(value: string): void;
}

/** Secrets, and text without them: longer ones go first, since one may hold another. */
export class Mask {
  readonly #secrets = new Set<string>();

  add(secret: string): void {
    if (secret !== '') this.#secrets.add(secret);
  }

  /** `text` with every secret in it as `***`. */
  text(text: string): string {
    return [...this.#secrets]
      .sort((a, b) => b.length - a.length)
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  }
}
