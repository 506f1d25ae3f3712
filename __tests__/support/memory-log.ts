import type { Log } from '../../src/log.ts';

/** A log that remembers, for tests. */
export interface MemoryLog extends Log {
  /** `warning: ...`, `debug: ...`, `group: ...`, and plain lines. */
  readonly lines: readonly string[];
  readonly secrets: readonly string[];
  /** Everything in the order it came, secrets too, to see what came first. */
  readonly events: readonly string[];
}

export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  const secrets: string[] = [];
  const events: string[] = [];
  const line = (text: string): void => {
    lines.push(text);
    events.push(text);
  };
  return {
    lines,
    secrets,
    events,
    info: line,
    warning: (text) => {
      line(`warning: ${text}`);
    },
    debug: (text) => {
      line(`debug: ${text}`);
    },
    group: async (title, work) => {
      line(`group: ${title}`);
      return work();
    },
    secret: (value) => {
      secrets.push(value);
      events.push(`secret ${value}`);
    },
  };
}
