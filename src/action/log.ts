import type { Log, Mask } from '../log.ts';
import { harmless, harmlessLines } from './escape.ts';

/** What this folder uses of @actions/core, so that a test can give something else. */
export interface Core {
  readonly info: (line: string) => void;
  readonly debug: (line: string) => void;
  readonly warning: (line: string) => void;
  readonly error: (line: string, properties: { title: string; file?: string; startLine?: number }) => void;
  readonly startGroup: (title: string) => void;
  readonly endGroup: () => void;
  readonly setSecret: (value: string) => void;
  readonly setOutput: (name: string, value: string) => void;
  readonly saveState: (name: string, value: string) => void;
}

/**
 * The log of a workflow: groups that fold, warnings as annotations, and nothing from outside that the runner would obey. The runner
 * masks what it prints; `mask` keeps the secrets for what it does not print, such as the step summary.
 */
export function actionLog(core: Core, mask: Mask): Log {
  let open = 0;
  return {
    info: (text) => {
      for (const line of harmlessLines(text)) core.info(line);
    },
    warning: (line) => {
      core.warning(harmless(line));
    },
    debug: (line) => {
      core.debug(harmless(line));
    },
    // The runner's groups do not nest: one inside another would end it.
    group: async (title, work) => {
      if (open === 0) core.startGroup(harmless(title));
      else core.info(harmless(title));
      open += 1;
      try {
        return await work();
      } finally {
        open -= 1;
        if (open === 0) core.endGroup();
      }
    },
    secret: (value) => {
      if (value === '') return;
      mask.add(value);
      core.setSecret(value);
    },
  };
}
