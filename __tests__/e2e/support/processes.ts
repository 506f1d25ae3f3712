import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Debian's own folders only: another docker CLI may stand in /usr/local/bin, with other rules. */
export const debianPath = '/usr/sbin:/usr/bin:/sbin:/bin';

export interface RunOptions {
  /** The whole environment of the child; nothing is inherited. Default: PATH alone. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Milliseconds until the child is killed; default two minutes. */
  readonly timeout?: number;
}

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  /** The same, where the bytes matter. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

const limit = 16 * 1024 * 1024;

/** Runs a program to its end. Death by a signal counts as 128 + nothing: it throws, with what was printed. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = spawn(program, args, {
    env: options.env ?? { PATH: debianPath },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 120_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  const collect = (into: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) into.push(chunk);
  };
  child.stdout.on('data', collect(out));
  child.stderr.on('data', collect(err));
  // A child that does not read its input closes the pipe; its exit status tells all that matters.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const bytes = Buffer.concat(out);
  const stderr = Buffer.concat(err).toString('utf8');
  if (status === null) {
    throw new Error(
      `${program} ${args.join(' ')} was ended by ${String(signal)}\n${bytes.toString('utf8')}\n${stderr}`,
    );
  }
  return { status, bytes, stdout: bytes.toString('utf8'), stderr };
}

/** Like {@link run}, where any other exit than 0 is an error that shows everything the program printed. */
export async function succeed(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(program, args, options);
  if (finished.status !== 0) {
    throw new Error(
      `${program} ${args.join(' ')} ended with ${finished.status}\n${finished.stdout}\n${finished.stderr}`,
    );
  }
  return finished;
}

export interface Server extends AsyncDisposable {
  /** What the line that said "ready" matched. */
  readonly ready: RegExpExecArray;
  /** Everything printed so far, both streams. */
  log(): string;
}

export interface ServerOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The server is up when its output matches. */
  readonly ready: RegExp;
  /** Milliseconds to get ready in; default 30 s. */
  readonly timeout?: number;
}

/**
 * Starts a server and waits for its word that it is ready. It gets SIGTERM when it is disposed of, and also when the
 * test process dies without doing so.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', options.program, ...options.args], {
    env: { PATH: debianPath, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const closed = once(child, 'close');
  const ready = new Promise<RegExpExecArray>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${options.program} was not ready in time\n${log}`));
    }, options.timeout ?? 30_000);
    const look = (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-limit);
      const match = options.ready.exec(log);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    void closed.then(() => {
      clearTimeout(timer);
      reject(new Error(`${options.program} ended before it was ready\n${log}`));
    });
  });
  const stop = async (): Promise<void> => {
    const kill = setTimeout(() => child.kill('SIGKILL'), 20_000);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await closed;
    clearTimeout(kill);
  };
  try {
    return { ready: await ready, log: () => log, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
