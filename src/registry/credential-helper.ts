import { spawn } from 'node:child_process';
import { CodedError, quote, show, toCodedError } from '../errors.ts';
import { parseFields } from '../oci/schema.ts';
import type { Credential } from './credentials.ts';
import { canonicalRegistry } from './endpoint.ts';

/** What a helper did. */
export interface HelperResult {
  /** Undefined: ended by a signal. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `program get` with `input` on its stdin, and neither a shell nor any secret in its arguments.
 * @throws E_UNAUTHORIZED where it is missing, can't be run, says too much or takes too long.
 */
export type RunHelper = (program: string, input: string) => Promise<HelperResult>;

interface HelperOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

const maxOutputBytes = 64 * 1024;
const defaultTimeoutMs = 10_000;
/** https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go */
const notFound =
  /credentials not found in native (?:keychain|store)|no credentials server url|no credentials username/i;

/** The runner that starts real programs. */
export function helperRunner({ env, timeoutMs = defaultTimeoutMs }: HelperOptions): RunHelper {
  return (program, input) =>
    new Promise((resolve, reject) => {
      const fail = (why: string, hint: string, cause?: unknown) => {
        reject(new CodedError('E_UNAUTHORIZED', `the credential helper ${program} ${why}`, { hint, cause }));
      };
      const child = spawn(program, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(`did not answer in ${timeoutMs / 1000} s`, 'run it by hand, or log in without it');
      }, timeoutMs);
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          output[name] += text;
          if (output[name].length <= maxOutputBytes) return;
          child.kill('SIGKILL');
          fail(`says more than ${maxOutputBytes} bytes`, 'run it by hand to see what it says');
        });
      }
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const why = error.code === 'ENOENT' ? 'is not installed' : `can't be run: ${error.message}`;
        fail(why, 'install it, or take it out of the docker config and log in again', error);
      });
      child.on('close', (status) => {
        clearTimeout(timer);
        resolve({ status: status ?? undefined, ...output });
      });
      // A helper that does not read its input is no error of ours.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
}

/**
 * What a helper holds for a registry; undefined where it says that it holds nothing.
 * https://github.com/docker/docker-credential-helpers#development
 * @throws E_UNAUTHORIZED
 */
export async function askHelper(
  name: string,
  registry: string,
  origin: string,
  run: RunHelper,
): Promise<Credential | undefined> {
  const program = `docker-credential-${name}`;
  const { status, stdout, stderr } = await run(program, serverOf(registry));
  if (status === 0) return parseAnswer(stdout, program, origin);
  const said = `${stdout} ${stderr}`.trim();
  if (notFound.test(said)) return undefined;
  const how = status === undefined ? 'was killed' : `ended with ${status}`;
  throw new CodedError(
    'E_UNAUTHORIZED',
    `the credential helper ${program} ${how} for ${registry}: ${quote(said, 200)}`,
    {
      hint: `${origin} names it; run it by hand, or log in without it`,
    },
  );
}

/** Docker Hub's entry has kept the address of its first API. */
function serverOf(registry: string): string {
  return canonicalRegistry(registry) === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

function parseAnswer(stdout: string, program: string, origin: string): Credential | undefined {
  const from = `${program} (${origin})`;
  try {
    const root = parseFields(Buffer.from(stdout), `the answer of ${program}`, { code: 'E_UNAUTHORIZED' });
    const username = root.get('Username').optional((field) => field.string()) ?? '';
    const secret = root.get('Secret').string();
    if (secret === '') return undefined;
    if (username === '<token>') return { kind: 'identity', token: secret, origin: from };
    return { kind: 'basic', username, password: secret, origin: from };
  } catch (error) {
    // What it printed instead may be the secret, and so may be what the parser quotes.
    throw new CodedError('E_UNAUTHORIZED', `${show(program)} answers with something that is not its JSON`, {
      hint: `${toCodedError(error).code === 'E_INTERNAL' ? 'this is a bug; ' : ''}run "${program} get" by hand to see it`,
    });
  }
}
