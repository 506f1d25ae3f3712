import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, quote } from '../../errors.ts';
import type { SecretInput } from '../../inputs/build-lists.ts';
import type { EngineOptions } from '../options.ts';
import { realFile } from './build-options.ts';

/** The kernel takes no longer string in an environment than 128 KiB. */
const maxVariable = 100 * 1024;
/** BuildKit takes no more. */
const maxSecret = 500 * 1024;
const minMasked = 4;

/** `--secret` arguments, and what has to be in the environment of the build for them. */
interface SecretArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Secrets for a build command: by environment, in variables that only this child has; by a file of ours (0600) where they are too
 * long for that; and files where they are. Never as arguments: anybody on the machine can read those.
 * @param folder of ours alone (0700), removed when the engine is closed
 * @param by `file` for engines that write what is in their environment into files of their own, which stay when they are killed
 * @throws E_INPUT for what is not there
 */
export async function secretArguments(
  secrets: readonly SecretInput[],
  options: Pick<EngineOptions, 'cwd' | 'env' | 'log'>,
  folder: () => Promise<string>,
  by: 'environment' | 'file' = 'environment',
): Promise<SecretArguments> {
  const args: string[] = [];
  const env: Record<string, string> = {};
  const ids = new Set<string>();
  for (const [index, { id, from }] of secrets.entries()) {
    if (ids.has(id))
      throw new CodedError('E_INPUT', `secret ${quote(id)} is given twice`, { hint: 'give it once' });
    ids.add(id);
    if (from.kind === 'file') {
      args.push('--secret', fileArgument(id, await secretFile(id, from.path, options)));
      continue;
    }
    const value = secretValue(id, from, options);
    if (value === undefined) continue;
    if (by === 'environment' && Buffer.byteLength(value) <= maxVariable) {
      const variable = `NATIVE_MULTIARCH_SECRET_${index}`;
      env[variable] = value;
      args.push('--secret', `id=${id},env=${variable}`);
    } else {
      const file = join(await mkdtemp(join(await folder(), 'secret-')), 'value');
      await writeFile(file, value, { mode: 0o600, flag: 'wx' });
      args.push('--secret', fileArgument(id, file));
    }
  }
  return { args, env };
}

/** The type is said: podman takes a file for a variable where there is one of that name. */
function fileArgument(id: string, path: string): string {
  return `id=${id},type=file,src=${path}`;
}

/** `undefined` for an empty one: what a pull request from a fork gets of the repository's secrets. */
function secretValue(
  id: string,
  from: Exclude<SecretInput['from'], { kind: 'file' }>,
  { env, log }: Pick<EngineOptions, 'env' | 'log'>,
): string | undefined {
  const value = from.kind === 'value' ? from.value : env[from.variable];
  if (value === undefined) {
    throw new CodedError(
      'E_INPUT',
      `secret ${quote(id)} is to come from ${from.kind === 'environment' ? from.variable : ''}, which is not in the environment`,
      { hint: 'set it in env of the step' },
    );
  }
  if (value === '') {
    log.warning(`secret ${quote(id)} is empty, and left out of the build`);
    return undefined;
  }
  if (Buffer.byteLength(value) > maxSecret)
    throw new CodedError('E_INPUT', `secret ${quote(id)} has more than 500 KiB`, {
      hint: 'secrets are small',
    });
  mask(value, log);
  return value;
}

async function secretFile(
  id: string,
  path: string,
  { cwd, log }: Pick<EngineOptions, 'cwd' | 'log'>,
): Promise<string> {
  const real = await realFile(`secret ${quote(id)}`, path, cwd);
  if (/[,"\n]/u.test(real)) {
    throw new CodedError('E_INPUT', `secret ${quote(id)} is in ${quote(real)}, whose name engines misread`, {
      hint: 'use a path without commas, quotes and newlines',
    });
  }
  if ((await stat(real)).size > maxSecret)
    throw new CodedError('E_INPUT', `secret ${quote(id)} has more than 500 KiB`, {
      hint: 'secrets are small',
    });
  mask(await readFile(real, 'utf8'), log);
  return real;
}

/** Whole, and each line by itself: a log is masked line by line. */
function mask(value: string, log: EngineOptions['log']): void {
  for (const part of new Set([value, ...value.split(/\r\n|\r|\n/u)].map((each) => each.trim())))
    if (part.length >= minMasked) log.secret(part);
}
