import { show } from '../errors.ts';
import type { Log } from '../log.ts';

/** The log of a shell: everything on stderr, secrets masked. */
export interface CliLog extends Log {
  /** `text` with every secret in it as `***`. */
  mask(text: string): string;
}

/** @param write gets whole lines, with their newline. */
export function cliLog(write: (text: string) => void, debug: boolean): CliLog {
  const secrets = new Set<string>();
  let depth = 0;
  const mask = (text: string): string =>
    [...secrets]
      .sort((a, b) => b.length - a.length)
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  const print = (text: string): void => {
    for (const line of text.split(/\r\n|\r|\n/u)) {
      write(`${'  '.repeat(depth)}${show(mask(line).replaceAll('\t', '    '), 10_000)}\n`);
    }
  };
  return {
    mask,
    info: print,
    warning: (line) => {
      print(`warning: ${line}`);
    },
    debug: (line) => {
      if (debug) print(line);
    },
    group: async (title, work) => {
      print(title);
      depth += 1;
      try {
        return await work();
      } finally {
        depth -= 1;
      }
    },
    secret: (value) => {
      if (value !== '') secrets.add(value);
    },
  };
}
