import { secretForms, type Log } from '../log.ts';

const shortest = 4;
const mask = '***';

/** What must not be seen: told to the log's masks as soon as it is known, and taken out of what registries say. */
export class Secrets {
  readonly #log: Log;
  readonly #values = new Set<string>();
  readonly #forms = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(value: string): void {
    if (value === '' || this.#values.has(value)) return;
    this.#values.add(value);
    if (value.length >= shortest) for (const form of secretForms(value)) this.#forms.add(form);
    this.#log.secret(value);
  }

  /** The text with every secret in it replaced, in each of its forms, longest first. What is shorter than 4 characters would eat whole texts and stays. */
  mask(text: string): string {
    const forms = [...this.#forms].sort((a, b) => b.length - a.length);
    return forms.reduce((masked, value) => masked.replaceAll(value, mask), text);
  }
}
