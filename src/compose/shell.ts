import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';

/** What a shell (the action, the CLI) gives to a command. */
export interface Shell {
  readonly kind: 'action' | 'cli';
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute; where relative paths start. */
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM; `reason` is a CodedError. */
  readonly signal: AbortSignal;
  /** A folder of this run alone (0700), made when first asked for; the shell removes it however the command ends. */
  readonly scratch: () => Promise<string>;
}

/** Sleeps until the run is ended. */
export function sleeper({ signal }: Shell): (ms: number) => Promise<void> {
  return async (ms) => {
    await delay(ms, undefined, { signal });
  };
}
