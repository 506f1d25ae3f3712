import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { pipeline, type Readable, type Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Exec, ExecOptions, ExecResult } from './exec.ts';
import { kill, leavesOf } from './process-tree.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How long a child that was asked to end has for it, in milliseconds; a leg that is cancelled has five seconds in all. */
const graceMs = 3000;
/** How often the programs that an engine runs are looked for, so that the next step does not start either. */
const stepsMs = 100;
const defaultMaxOutput = 1024 * 1024;
const maxLineLength = 4096;

/**
 * {@link Exec} with real processes. Spawned by ourselves and not through `@actions/exec`, which can neither be aborted nor
 * given a time limit, inherits what it is not told to drop, and prints the whole command line.
 *
 * The child leads a process group of its own, so that what it started (conmon, a plugin, a credential helper) ends with it.
 */
export const spawnExec: Exec = (tool, args, options) => {
  if (options.signal?.aborted === true) {
    return Promise.resolve({ code: 143, stdout: '', stderr: '', ended: 'aborted' });
  }
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      env: options.env,
      cwd: options.cwd,
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const stdout = options.output ? passOn(child.stdout, options.output) : collect(child.stdout, options);
    const stderr = collect(child.stderr, options);
    const ending = endOnTimeoutOrAbort(child, options);
    child.once('error', (error) => {
      ending.cancel();
      reject(error);
    });
    child.once('close', (code, signal) => {
      ending.cancel();
      resolve({
        code: code ?? 128 + signalNumber(signal),
        stdout: stdout(),
        stderr: stderr(),
        ...(ending.reason() !== undefined && { ended: ending.reason() }),
      } as ExecResult);
    });
    // A child that ends without reading its input closes the pipe: what it said and its exit code tell why.
    child.stdin.once('error', () => undefined);
    child.stdin.end(options.input);
  });
};

/** Ends the child when its time is over or the signal comes: first politely, then its whole group for good. */
function endOnTimeoutOrAbort(
  child: Child,
  { timeoutMs, signal, stepsFirst }: ExecOptions,
): { cancel(): void; reason(): ExecResult['ended'] } {
  let reason: ExecResult['ended'];
  const timers: NodeJS.Timeout[] = [];
  const end = (why: NonNullable<ExecResult['ended']>): void => {
    if (reason !== undefined) return;
    reason = why;
    if (stepsFirst === true) {
      timers.push(setInterval(() => void killSteps(child), stepsMs));
      timers.push(
        setTimeout(() => {
          killGroup(child, 'SIGTERM');
        }, graceMs),
      );
    } else killGroup(child, 'SIGTERM');
    timers.push(
      setTimeout(
        () => {
          killGroup(child, 'SIGKILL');
          // Something may have left the group and hold the pipes open: nobody waits for that.
          child.stdout.destroy();
          child.stderr.destroy();
        },
        graceMs + (stepsFirst === true ? graceMs / 3 : 0),
      ),
    );
  };
  const onAbort = (): void => {
    end('aborted');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (timeoutMs !== undefined)
    timers.push(
      setTimeout(() => {
        end('timeout');
      }, timeoutMs),
    );
  return {
    cancel: () => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
    reason: () => reason,
  };
}

async function killSteps(child: Child): Promise<void> {
  if (child.pid === undefined) return;
  for (const pid of await leavesOf(child.pid)) kill(pid);
}

function killGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (!kill(-child.pid, signal)) child.kill(signal);
}

/** Keeps the last bytes of a stream and tells its lines; gives what was kept. */
function collect(stream: Readable, { onLine, maxOutput = defaultMaxOutput }: ExecOptions): () => string {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let line = '';
  const take = (text: string): void => {
    kept += text;
    if (kept.length > maxOutput * 2) kept = kept.slice(-maxOutput);
    if (onLine === undefined) return;
    // A progress bar rewrites its line with carriage returns; what stands in the end is the line.
    const lines = (line + text).split('\n');
    line = (lines.pop() ?? '').slice(-maxLineLength);
    for (const whole of lines) onLine(lastRewrite(whole));
  };
  stream.on('data', (chunk: Buffer) => {
    take(decoder.write(chunk));
  });
  stream.once('end', () => {
    take(decoder.end());
    if (line !== '') onLine?.(lastRewrite(line));
  });
  return () => kept.slice(-maxOutput);
}

/** A stream that is cut short is told by the exit code, or by whoever reads the output. */
function passOn(stream: Readable, output: Writable): () => string {
  pipeline(stream, output, () => undefined);
  return () => '';
}

function lastRewrite(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  return (parts.at(-1) ?? '').slice(0, maxLineLength);
}

const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

function signalNumber(signal: NodeJS.Signals | null): number {
  return (signal === null ? undefined : signalNumbers[signal]) ?? 0;
}
