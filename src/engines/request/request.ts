import { lstat, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CodedError, joinErrors, quote } from '../../errors.ts';
import type { BuildRequest, DockerfileSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';

const maxValueBytes = 64 * 1024;
const argumentName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
/** What has no place in a value that goes into an image's configuration and into argument vectors. */
const control = /[\u0000\r\n]/;
const secretName = /(?:token|password|passwd|secret|private_?key|api_?key|credential)/i;

/** A Dockerfile build with its paths resolved and checked. */
export interface CheckedSource {
  readonly context: string;
  readonly file: string;
}

/** Whether a build argument of that name most likely holds a secret. */
export function looksSecret(name: string): boolean {
  return secretName.test(name);
}

/**
 * Checks what every engine asks of build arguments, labels and annotations, and warns of build arguments that look like secrets: whoever
 * has the image can read them.
 * @throws E_INPUT, all that is wrong at once
 */
export function checkValues(request: BuildRequest, log: EngineOptions['log']): void {
  const buildArgs = request.source.kind === 'dockerfile' ? (request.source.buildArgs ?? {}) : {};
  const errors = [
    ...Object.entries(buildArgs).flatMap(([name, value]) =>
      problem('build argument', name, value, argumentName),
    ),
    ...Object.entries(request.labels ?? {}).flatMap(([name, value]) =>
      problem('label', name, value, /^[^\s=]+$/),
    ),
    ...Object.entries(request.source.annotations ?? {}).flatMap(([name, value]) =>
      problem('annotation', name, value, /^[^\s=]+$/),
    ),
  ];
  if (errors.length > 0) throw joinErrors(errors);
  for (const name of Object.keys(buildArgs).filter(looksSecret)) {
    log.warning(
      `build argument ${name} looks like a secret, and whoever has the image can read it in its history`,
    );
  }
}

function problem(what: string, name: string, value: string, form: RegExp): CodedError[] {
  const bad = (why: string, hint: string): CodedError[] => [
    new CodedError('E_INPUT', `${what} ${quote(name, 60)} ${why}`, { hint }),
  ];
  if (!form.test(name)) return bad('has a name that engines do not take', `write NAME=value, one a line`);
  if (control.test(value))
    return bad('has a newline or NUL in its value', 'put such a value into a file of the context');
  if (Buffer.byteLength(value) > maxValueBytes)
    return bad('has more than 64 KiB', 'put such a value into a file of the context');
  return [];
}

/**
 * The folder and Dockerfile of a build, absolute, links followed.
 * @param dockerfileNames the names that the engine looks for, in its order
 * @throws E_INPUT for what is not there, remote, or outside of the workspace
 */
export async function checkSource(
  source: DockerfileSource,
  options: EngineOptions,
  dockerfileNames: readonly string[],
): Promise<CheckedSource> {
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(source.context) || source.context === '-') {
    throw new CodedError('E_INPUT', `context ${quote(source.context)} is not a folder here`, {
      hint: 'check the sources out first, and give their folder; remote contexts are not built',
    });
  }
  const context = await existing('context', source.context, options, 'folder');
  if (source.file !== undefined) {
    return { context, file: await existing('file', source.file, options, 'file') };
  }
  for (const name of dockerfileNames) {
    const file = join(context, name);
    if (await isThere(file)) return { context, file: await existing('file', file, options, 'file') };
  }
  throw new CodedError('E_INPUT', `there is no ${dockerfileNames.join(' or ')} in ${context}`, {
    hint: 'name it with file, or give the right folder as context',
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    // Not there, or in a folder that is not ours to read: the caller names what it looked for.
    return false;
  }
}

/**
 * The real path of something that has to be there, and inside the workspace where there is one.
 * @param what it is, for the error: `context`
 * @throws E_INPUT
 */
export async function existing(
  what: string,
  path: string,
  { cwd, workspace }: Pick<EngineOptions, 'cwd' | 'workspace'>,
  kind?: 'folder' | 'file',
): Promise<string> {
  let real: string;
  try {
    real = await realpath(resolve(cwd, path));
  } catch (error) {
    throw new CodedError('E_INPUT', `${what} ${quote(path)} is not there`, {
      hint: `it is looked for from ${cwd}; was the repository checked out?`,
      cause: error,
    });
  }
  if (workspace !== undefined && !isInside(real, await realpath(workspace))) {
    throw new CodedError('E_INPUT', `${what} ${quote(path)} leads out of the workspace`, {
      hint: 'use a path inside of the workspace; symbolic links are followed before this is decided',
    });
  }
  if (kind !== undefined && (await stat(real)).isDirectory() !== (kind === 'folder')) {
    throw new CodedError('E_INPUT', `${what} ${quote(path)} is not a ${kind}`, {
      hint: kind === 'folder' ? 'name the folder that it is in' : 'name one file in it',
    });
  }
  return real;
}

/** Whether `path` is `folder` or under it; both are real paths. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
