import type { Log } from '../../src/log.ts';

/** Says nothing to anybody. */
export const silentLog: Log = {
  info: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
  group: async (_, work) => work(),
  secret: () => undefined,
};

/** Keeps what is said, one line each, `warning: ` before warnings. */
export function keptLog(): Log & { readonly lines: string[]; readonly warnings: string[] } {
  const lines: string[] = [];
  const warnings: string[] = [];
  return {
    ...silentLog,
    lines,
    warnings,
    info: (line) => void lines.push(line),
    warning: (line) => {
      lines.push(`warning: ${line}`);
      warnings.push(line);
    },
  };
}
