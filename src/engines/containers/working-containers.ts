import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineName } from '../engine.ts';

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
 * Arguments of a build by which its containers can be told from those of others: a secret that no step asks for. podman and
 * buildah name these containers themselves, and take no label for them.
 * @param mark of this build alone; letters, digits and hyphens
 */
export function markArguments(mark: string, file: string): readonly string[] {
  return ['--secret', `id=${mark},type=file,src=${file}`];
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
