import { show } from '../errors.ts';
import { Mask, type Log } from '../log.ts';

/** The log of a shell: everything on stderr, secrets masked. */
export interface CliLog extends Log {
  /** `text` with every secret in it as `***`. */
  mask(text: string): string;
}

/** @param write gets whole lines, with their newline. */
export function cliLog(write: (text: string) => void, debug: boolean): CliLog {
  const mask = new Mask();
  let depth = 0;
  const print = (text: string): void => {
    for (const line of text.split(/\r\n|\r|\n/u)) {
      write(`${'  '.repeat(depth)}${show(mask.text(line).replaceAll('\t', '    '), 10_000)}\n`);
    }
  };
  return {
    mask: (text) => mask.text(text),
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
      mask.add(value);
    },
  };
}
