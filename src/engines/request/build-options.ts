import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError, joinErrors, quote, toCodedError } from '../../errors.ts';
import type { DockerfileSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import { refusedArguments } from './extra-arguments.ts';
import { existing } from './request.ts';

type Places = Pick<EngineOptions, 'cwd' | 'workspace' | 'env'>;

/**
 * The inputs of a build that name something on this machine, checked, with absolute paths in them.
 * @throws E_INPUT for what is not there; E_UNSUPPORTED for what no engine is told; all of it at once
 */
export async function checkOptions(source: DockerfileSource, places: Places): Promise<DockerfileSource> {
  const errors: CodedError[] = refusedArguments(source.extraArgs ?? []);
  const kept = async <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      errors.push(toCodedError(error));
      return undefined;
    });
  const contexts = await Promise.all(
    Object.entries(source.buildContexts ?? {}).map(async ([name, value]) => [
      name,
      await kept(checkContext(name, value, places)),
    ]),
  );
  const ssh = await Promise.all((source.ssh ?? []).map(async (line) => kept(checkSsh(line, places))));
  if (errors.length > 0) throw joinErrors(errors);
  return {
    ...source,
    ...(source.buildContexts !== undefined && {
      buildContexts: Object.fromEntries(contexts) as Record<string, string>,
    }),
    ...(source.ssh !== undefined && { ssh: ssh as string[] }),
  };
}

const layoutForm =
  /^oci-layout:\/\/(?<folder>.+?)(?<name>(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/u;

/** A folder or layout of this machine as its absolute path; an image as it stands. */
async function checkContext(name: string, value: string, places: Places): Promise<string> {
  const what = `build context ${name}`;
  if (!/^[^\s=,"]+$/u.test(name)) {
    throw new CodedError('E_INPUT', `build-contexts has the name ${quote(name)}`, {
      hint: 'use a name without spaces, commas and quotes',
    });
  }
  if (/^docker-image:\/\/\S+$/u.test(value)) return value;
  const layout = layoutForm.exec(value)?.groups;
  if (layout !== undefined) {
    const folder = await existing(what, layout['folder'] ?? '', places, 'folder');
    return `oci-layout://${folder}${layout['name'] ?? ''}`;
  }
  if (/^(?:[a-z][a-z0-9+.-]*:|git@|github\.com\/)/iu.test(value)) {
    throw new CodedError('E_UNSUPPORTED', `${what} is ${quote(value)}, which is not on this machine`, {
      hint: 'give a folder, docker-image://reference or oci-layout://folder; check out other repositories in a step before, so that all platforms are built from the same sources',
    });
  }
  return existing(what, value, places, 'folder');
}

/** `default`, or `id=socket` or `id=key,key`. */
async function checkSsh(line: string, { cwd, env }: Places): Promise<string> {
  const end = line.indexOf('=');
  const id = end === -1 ? line : line.slice(0, end);
  if (!/^[A-Za-z0-9_.-]+$/u.test(id)) {
    throw new CodedError('E_INPUT', `ssh has ${quote(line)}, which is not id=path`, {
      hint: 'write default, default=socket, or id=key',
    });
  }
  if (end === -1) {
    if ((env['SSH_AUTH_SOCK'] ?? '') !== '') return line;
    throw new CodedError('E_INPUT', `ssh asks for the agent of ${quote(id)}, and SSH_AUTH_SOCK is not set`, {
      hint: 'start an agent in a step before (webfactory/ssh-agent does), or name a key: default=path',
    });
  }
  const paths = line.slice(end + 1).split(',');
  const real = await Promise.all(paths.map(async (path) => realFile(`ssh ${id}`, path, cwd)));
  return `${id}=${real.join(',')}`;
}

/** The real path of a file of this machine, which may be outside of the workspace: keys and secrets are better kept there. */
export async function realFile(what: string, path: string, cwd: string): Promise<string> {
  try {
    const real = await realpath(resolve(cwd, path));
    if ((await stat(real)).isDirectory())
      throw new CodedError('E_INPUT', `${what} is a folder: ${quote(path)}`);
    return real;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('E_INPUT', `${what} is not there: ${quote(path)}`, {
      hint: `it is looked for from ${cwd}`,
      cause: error,
    });
  }
}
