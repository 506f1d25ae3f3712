import { access, cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { debianPath, run, type Finished } from './processes.ts';
import { root } from './tools.ts';

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export interface Cli extends AsyncDisposable {
  /** What is shipped, as a runner checks it out: action.yml, package.json and dist, and no node_modules. */
  readonly folder: string;
  /** The value of TMPDIR: what a command leaves behind is here. */
  readonly temporary: string;
  /** Everything that all runs so far have printed on either stream. */
  printed(): string;
  /** `node dist/cli.js …`; never throws for an exit other than 0. */
  run(args: readonly string[], options?: CliOptions): Promise<Finished>;
  /** The outputs that `--json` printed; an exit other than 0 is an error that shows what was said. */
  outputs(args: readonly string[], options?: CliOptions): Promise<Record<string, unknown>>;
}

/** A copy of what is shipped, run with an environment and a home of its own. */
export async function shippedCli(): Promise<Cli> {
  await access(path.join(root, 'dist/cli.js'));
  const scratch = await temporaryFolder();
  const folder = path.join(scratch.path, 'action');
  const home = path.join(scratch.path, 'home');
  const temporary = path.join(scratch.path, 'tmp');
  for (const made of [folder, home, temporary]) await mkdir(made);
  for (const shipped of ['action.yml', 'package.json', 'dist']) {
    await cp(path.join(root, shipped), path.join(folder, shipped), { recursive: true });
  }
  let printed = '';
  const runCli = async (args: readonly string[], options: CliOptions = {}): Promise<Finished> => {
    const finished = await run(process.execPath, [path.join(folder, 'dist/cli.js'), ...args], {
      env: { PATH: debianPath, HOME: home, TMPDIR: temporary, ...options.env },
      cwd: options.cwd ?? home,
      ...(options.input === undefined ? {} : { input: options.input }),
      timeout: 300_000,
    });
    printed += finished.stdout + finished.stderr;
    return finished;
  };
  return {
    folder,
    temporary,
    printed: () => printed,
    run: runCli,
    outputs: async (args, options) => {
      const finished = await runCli([...args, '--json'], options);
      if (finished.status !== 0) {
        throw new Error(
          `${args.join(' ')} ended with ${finished.status}\n${finished.stdout}\n${finished.stderr}`,
        );
      }
      return JSON.parse(finished.stdout) as Record<string, unknown>;
    },
    [Symbol.asyncDispose]: async () => {
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** Everything below a folder, to say what was left behind. */
export async function leftIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

/** The last line on stderr, where the contract wants the error's code. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
