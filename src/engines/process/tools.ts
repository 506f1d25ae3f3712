import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The absolute path of the first program of that name on PATH. Empty and relative entries of PATH are passed over: they
 * would run whatever a checkout holds.
 */
export async function findTool(name: string, path: string | undefined): Promise<string | undefined> {
  return (await findTools(name, path))[0];
}

/** All programs of that name, in the order of PATH; one that is reached in two ways (`/bin`, `/usr/bin`) counts once. */
export async function findTools(name: string, path: string | undefined): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of (path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const candidate = join(folder, name);
    if (!(await isProgram(candidate))) continue;
    const real = await realpath(candidate);
    if (!found.has(real)) found.set(real, candidate);
  }
  return [...found.values()];
}

/** Whether it is a file that this user may run. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the next folder may have one, as a shell would look.
    return false;
  }
}
