import type { Writable } from 'node:stream';

/** How a child is run. The environment is the whole of it: nothing is inherited. */
export interface ExecOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to its stdin, which is closed behind it; without it stdin is empty. */
  readonly input?: string | Uint8Array;
  /** After that many milliseconds it is ended: SIGTERM, then SIGKILL. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * When it has to end, the programs that it runs are ended first, which lets it remove what it had made for them: podman and buildah
   * leave that behind when they are ended themselves.
   */
  readonly stepsFirst?: true;
  /** Told the child's process number. */
  readonly onStart?: (pid: number) => void;
  /** Every line of stdout and stderr as it comes, for the log. */
  readonly onLine?: (line: string) => void;
  /** Of stdout and of stderr each, that many last bytes are kept; default 1 MiB. */
  readonly maxOutput?: number;
  /** Gets stdout as it comes, no faster than it takes it; then nothing of it is kept. Ending it early ends the child's output. */
  readonly output?: Writable;
}

export interface ExecResult {
  /** The exit code; 128 + number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Set where we ended it. */
  readonly ended?: 'timeout' | 'aborted';
}

/**
 * Runs one program with an argument vector, never through a shell. `tool` is an absolute path.
 * Resolves whatever the exit code is; rejects only where the program could not be started.
 */
export type Exec = (tool: string, args: readonly string[], options: ExecOptions) => Promise<ExecResult>;
