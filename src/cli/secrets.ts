import { readFile } from 'node:fs/promises';
import { CodedError, quote } from '../errors.ts';
import type { CommandName } from '../inputs/commands.ts';
import { inputTable } from '../inputs/table.ts';
import type { Arguments } from './arguments.ts';

/** Where secrets come from other than argv. */
export interface SecretSources {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
}

const maxSecret = 65_536;

/**
 * Adds to `raw` the secrets that did not come as flags: standard input, a file, the environment. A flag goes before the environment.
 * @throws E_INPUT
 */
export async function addSecrets(
  command: CommandName,
  given: Arguments,
  sources: SecretSources,
): Promise<void> {
  if (given.passwordStdin) {
    if (given.raw.has('password'))
      throw usage('--password and --password-stdin are both given', 'give one of them');
    given.raw.set('password', [await readStdin(sources.stdin())]);
  }
  if (given.registryAuthFile !== undefined) {
    if (given.raw.has('registry-auth')) {
      throw usage('--registry-auth and --registry-auth-file are both given', 'give one of them');
    }
    given.raw.set('registry-auth', [await readAuthFile(given.registryAuthFile)]);
  }
  fromEnvironment('password', 'NATIVE_MULTIARCH_PASSWORD', command, given, sources.env);
  fromEnvironment('registry-auth', 'NATIVE_MULTIARCH_REGISTRY_AUTH', command, given, sources.env);
}

function fromEnvironment(
  name: 'password' | 'registry-auth',
  variable: string,
  command: CommandName,
  given: Arguments,
  env: NodeJS.ProcessEnv,
): void {
  const value = env[variable];
  if (value === undefined || value === '' || given.raw.has(name)) return;
  // Exported once for many commands: that one of them has no use for it is not worth a warning.
  if (inputTable[name].commands.includes(command)) given.raw.set(name, [value]);
}

async function readStdin(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxSecret)
      throw usage('standard input holds more than 64 KiB, which is no password', 'give the password alone');
    chunks.push(bytes);
  }
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/u, '');
  if (password !== '') return password;
  throw usage(
    '--password-stdin found nothing on standard input',
    'write the password to it, as in: pass show quay | native-multiarch ...',
  );
}

/** What is wrong inside the file is no wrong use of a flag: exit status 1. */
async function readAuthFile(path: string): Promise<string> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const why =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    throw new CodedError('E_INPUT', `--registry-auth-file ${quote(path)} can't be read (${why})`, {
      hint: 'give the path of a file that this user can read',
      usage: true,
      cause: error,
    });
  }
  const { parseRegistryAuth } = await import('../inputs/registry-auth.ts');
  try {
    await parseRegistryAuth(content.trim());
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError(error.code, `--registry-auth-file ${quote(path)} ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
  return content;
}

function usage(message: string, hint: string): CodedError {
  return new CodedError('E_INPUT', message, { hint, usage: true });
}
