import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../src/oci/digest.ts';
import type { Fixture } from '../support/images.ts';

export interface TestFolder extends AsyncDisposable {
  readonly path: string;
}

export async function testFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'layout-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function pathOf(folder: string, digest: Digest): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

/** Writes blobs, as any other tool would. */
export async function writeTree(folder: string, tree: Fixture): Promise<void> {
  const blobs = [...tree.blobs, [tree.manifest.digest, tree.manifest.bytes] as const];
  for (const [digest, bytes] of blobs) {
    await mkdir(join(pathOf(folder, digest), '..'), { recursive: true });
    await writeFile(pathOf(folder, digest), bytes);
  }
  for (const child of tree.children) await writeTree(folder, child);
}

/** A whole layout with these entries in its index.json. */
export async function writeLayout(
  folder: string,
  trees: readonly Fixture[],
  entries: readonly unknown[],
): Promise<void> {
  for (const tree of trees) await writeTree(folder, tree);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: entries }));
}

export function entry(tree: Fixture, name?: string, annotations: Record<string, string> = {}): unknown {
  const named = name === undefined ? {} : { 'org.opencontainers.image.ref.name': name };
  const { mediaType, digest, size } = tree.descriptor;
  return { mediaType, digest, size, annotations: { ...annotations, ...named } };
}

/** Every file with its content's length and when it was written, to see what changed. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const each of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (each.isDirectory()) continue;
    const path = join(each.parentPath, each.name);
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    found[path.slice(folder.length + 1)] = `${size} ${mtimeNs} ${ino}`;
  }
  return found;
}

export async function indexJson(folder: string): Promise<{
  manifests: { digest: string; annotations?: Record<string, string> }[];
}> {
  return JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as ReturnType<
    typeof indexJson
  > extends Promise<infer T>
    ? T
    : never;
}
