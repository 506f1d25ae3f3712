import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineName } from '../engine.ts';
import type { ExecResult } from '../process/exec.ts';
import type { Session } from '../process/session.ts';

/** What podman and buildah keep of a container that they build in. */
const stateFile = join('userdata', 'buildah.json');
const maxState = 4 * 1024 * 1024;
const containerId = /^[0-9a-f]{64}$/u;

/** How an engine removes a container by its id. */
export const containerRemoval: Readonly<Record<EngineName, readonly string[]>> = {
  docker: ['rm', '--force'],
  podman: ['rm', '--force'],
  buildah: ['rm'],
  buildx: [],
  assemble: [],
};

/**
 * Runs a build, and removes its containers if it does not do so itself, as when it is ended while it commits. podman and buildah name
 * these containers themselves and take no label for them, so they are marked by a secret that no step asks for.
 * @param storage the folder in which the engine keeps everything
 * @param build is given the arguments that mark its containers
 */
export async function markedBuild(
  session: Session,
  storage: string,
  build: (mark: readonly string[]) => Promise<ExecResult>,
): Promise<ExecResult> {
  const mark = `native-multiarch-${session.uniqueId()}`;
  const file = join(await session.folder(), 'mark');
  await writeFile(file, '', { mode: 0o600 });
  await session.noteBuilding(mark, storage);
  let hasCleanedUp = false;
  try {
    const result = await build(['--secret', `id=${mark},type=file,src=${file}`]);
    hasCleanedUp = result.code === 0;
    return result;
  } finally {
    if (!hasCleanedUp) {
      for (const id of await markedContainers(storage, mark))
        await session.ask([...containerRemoval[session.name], id], { evenIfAborted: true });
    }
    await session.strike(mark);
  }
}

/**
 * The ids of the containers that a build with this mark works in, or has left behind.
 * https://github.com/containers/storage/blob/main/docs/containers-storage.md: `<root>/<driver>-containers/<id>/userdata`
 * @param storage the folder in which the engine keeps everything
 */
export async function markedContainers(storage: string, mark: string): Promise<string[]> {
  const found: string[] = [];
  const kinds = (await readdir(storage).catch(() => [])).filter((name) => name.endsWith('-containers'));
  for (const folder of kinds.map((name) => join(storage, name))) {
    for (const id of (await readdir(folder).catch(() => [])).filter((name) => containerId.test(name)))
      if (await holds(join(folder, id, stateFile), `id=${mark},`)) found.push(id);
  }
  return found;
}

async function holds(file: string, words: string): Promise<boolean> {
  try {
    return (await stat(file)).size <= maxState && (await readFile(file, 'utf8')).includes(words);
  } catch {
    // A container of another kind, or one that is just being made or removed.
    return false;
  }
}
