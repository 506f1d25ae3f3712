import { describe, expect, test } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayoutTarget } from '../../src/layout/layout-target.ts';
import { openLayout } from '../../src/layout/layout.ts';
import { createCopier, type CopySource } from '../../src/registry/copy/copier.ts';
import { rejection } from '../support/failure.ts';
import { buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { silentLog } from '../support/silent-log.ts';
import { entry, indexJson, pathOf, snapshot, testFolder, writeLayout } from './folders.ts';

const amd64 = buildImage({ platform: 'linux/amd64' });
const arm64 = buildImage({ platform: 'linux/arm64' });
const list = buildIndex([amd64, arm64, buildAttestation(amd64)]);

/** Writes a tree and its tag as a command would: everything below, then the name. */
async function publish(folder: string, source: string, tree: Fixture, tag: string): Promise<void> {
  const target = await openLayoutTarget(folder);
  await createCopier({ log: silentLog }).copyTree({
    source: await openLayout(source),
    target,
    manifest: tree.manifest,
    referrers: true,
  });
  await target.put(tag, tree.manifest);
}

async function sourceFolder() {
  const folder = await testFolder();
  await writeLayout(folder.path, [list], [entry(list, 'v1')]);
  return folder;
}

const ofAll = [list, ...list.children].flatMap(({ manifest, blobs }) => [manifest.digest, ...blobs.keys()]);

describe('writing', () => {
  test.each(['a folder that is empty', 'a folder that is not there yet'])('into %s', async (kind) => {
    await using source = await sourceFolder();
    await using parent = await testFolder();
    const folder = kind.includes('not') ? join(parent.path, 'a/b') : parent.path;
    await publish(folder, source.path, list, 'v1');
    const layout = await openLayout(folder);
    expect(await layout.manifest('v1')).toEqual(list.manifest);
    expect(JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    expect((await readdir(join(folder, 'blobs/sha256'))).sort()).toEqual(
      [...new Set(ofAll)].map((digest) => digest.slice(7)).sort(),
    );
    expect((await readdir(folder)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test('the same again changes no file', async () => {
    await using source = await sourceFolder();
    await using folder = await testFolder();
    await publish(folder.path, source.path, list, 'v1');
    const before = await snapshot(folder.path);
    await publish(folder.path, source.path, list, 'v1');
    expect(await snapshot(folder.path)).toEqual(before);
  });

  test('a name moves, and all else in index.json stays as it was', async () => {
    await using source = await sourceFolder();
    await using folder = await testFolder();
    const other = { ...(entry(arm64, 'other') as object), 'x-unknown': { kept: [1, null, 'two'] } };
    await writeLayout(folder.path, [amd64, arm64], [entry(amd64, 'v1'), other, entry(amd64)]);
    await publish(folder.path, source.path, list, 'v1');
    const { manifests, ...rest } = await indexJson(folder.path);
    expect(rest).toEqual({ schemaVersion: 2 });
    expect(manifests).toHaveLength(3);
    expect(manifests[0]).toEqual({
      mediaType: list.manifest.mediaType,
      digest: list.manifest.digest,
      size: list.manifest.bytes.length,
      annotations: { 'org.opencontainers.image.ref.name': 'v1' },
    });
    expect(manifests.slice(1)).toEqual([other, entry(amd64)]);
  });

  test('a name that stood twice stands once', async () => {
    await using folder = await testFolder();
    await writeLayout(
      folder.path,
      [amd64, arm64],
      [entry(arm64, 'x'), entry(amd64, 'v1'), entry(arm64, 'v1'), entry(arm64, 'y')],
    );
    const target = await openLayoutTarget(folder.path);
    await target.put('v1', arm64.manifest);
    const { manifests } = await indexJson(folder.path);
    expect(manifests.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'])).toEqual([
      'x',
      'v1',
      'y',
    ]);
  });

  test('several names at once all end in index.json', async () => {
    await using folder = await testFolder();
    const target = await openLayoutTarget(folder.path);
    const names = Array.from({ length: 20 }, (_, n) => `v${n + 10}`);
    await Promise.all(names.map((name) => target.put(name, amd64.manifest)));
    const { manifests } = await indexJson(folder.path);
    const written = manifests.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']);
    expect(written.sort()).toEqual(names);
  });

  test('without a name it is listed once', async () => {
    await using folder = await testFolder();
    const target = await openLayoutTarget(folder.path);
    await target.list(amd64.manifest);
    await target.list(amd64.manifest);
    expect((await indexJson(folder.path)).manifests).toHaveLength(1);
    expect((await (await openLayout(folder.path)).manifest())?.digest).toBe(amd64.manifest.digest);
  });

  test('by digest alone it is not listed', async () => {
    await using folder = await testFolder();
    const target = await openLayoutTarget(folder.path);
    await target.put(amd64.manifest.digest, amd64.manifest);
    expect((await readdir(folder.path)).sort()).toEqual(['blobs', 'oci-layout']);
    expect(await target.manifest(amd64.manifest.digest)).toEqual(amd64.manifest);
    expect(await target.manifest('v1')).toBeUndefined();
  });

  test('a name that is no tag is refused', async () => {
    await using folder = await testFolder();
    const target = await openLayoutTarget(folder.path);
    expect(await rejection(target.put('../v1', amd64.manifest))).toMatchObject({ code: 'E_REFERENCE' });
  });

  test('referrers come along, and are found again', async () => {
    const signature = buildImage({
      layers: [],
      manifest: { artifactType: 'application/vnd.acme.signature', subject: list.descriptor },
    });
    await using source = await testFolder();
    await writeLayout(source.path, [list, signature], [entry(list, 'v1'), entry(signature)]);
    await using folder = await testFolder();
    await publish(folder.path, source.path, list, 'v1');
    const layout = await openLayout(folder.path);
    expect((await layout.referrers(list.manifest.digest)).map(({ digest }) => digest)).toEqual([
      signature.manifest.digest,
    ]);
    const before = await snapshot(folder.path);
    await publish(folder.path, source.path, list, 'v1');
    expect(await snapshot(folder.path)).toEqual(before);
    expect((await layout.manifest())?.digest).toBe(list.manifest.digest);
  });
});

describe('what is there already', () => {
  test('a damaged blob is written anew', async () => {
    await using source = await sourceFolder();
    await using folder = await testFolder();
    await publish(folder.path, source.path, list, 'v1');
    const [blob = amd64.manifest.digest] = amd64.blobs.keys();
    for (const digest of [blob, amd64.manifest.digest]) {
      const { length } = await readFile(pathOf(folder.path, digest));
      await writeFile(pathOf(folder.path, digest), 'x'.repeat(length));
    }
    await publish(folder.path, source.path, list, 'v1');
    expect(await (await openLayout(folder.path)).manifest(amd64.manifest.digest)).toEqual(amd64.manifest);
    expect(await readFile(pathOf(folder.path, blob))).toEqual(Buffer.from(amd64.blobs.get(blob) ?? []));
  });

  test('a link in the place of a blob is replaced, and what it leads to is left alone', async () => {
    await using source = await sourceFolder();
    await using folder = await testFolder();
    await using outside = await testFolder();
    const victim = join(outside.path, 'victim');
    await writeFile(victim, 'mine');
    await mkdir(join(folder.path, 'blobs/sha256'), { recursive: true });
    await writeFile(join(folder.path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await symlink(victim, pathOf(folder.path, amd64.manifest.digest));
    await publish(folder.path, source.path, list, 'v1');
    expect(await readFile(victim, 'utf8')).toBe('mine');
    expect(await (await openLayout(folder.path)).manifest(amd64.manifest.digest)).toEqual(amd64.manifest);
  });

  test('a folder of blobs that is a link out of it is refused, and nothing is made behind it', async () => {
    await using folder = await testFolder();
    await using outside = await testFolder();
    await writeFile(join(folder.path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await symlink(outside.path, join(folder.path, 'blobs'));
    const target = await openLayoutTarget(folder.path);
    expect(await rejection(target.put('v1', amd64.manifest))).toMatchObject({ code: 'E_INPUT' });
    expect(await readdir(outside.path)).toEqual([]);
  });

  test.each<[string, (folder: string) => Promise<unknown>, string]>([
    ['a folder of something else', (folder) => writeFile(join(folder, 'README'), ''), 'E_INPUT'],
    [
      'a layout of another version',
      (folder) => writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"0.1"}'),
      'E_MANIFEST',
    ],
    [
      'a file',
      async (folder) => rm(folder, { recursive: true }).then(() => writeFile(folder, '')),
      'E_INPUT',
    ],
  ])('%s is refused', async (_, make, code) => {
    await using folder = await testFolder();
    await make(folder.path);
    const before = await snapshot(folder.path).catch(() => ({}));
    expect(await rejection(openLayoutTarget(folder.path))).toMatchObject({ code });
    expect(await snapshot(folder.path).catch(() => ({}))).toEqual(before);
  });

  test('to open it writes nothing', async () => {
    await using parent = await testFolder();
    await openLayoutTarget(join(parent.path, 'new'));
    expect(await readdir(parent.path)).toEqual([]);
  });
});

describe('a write that fails', () => {
  test('leaves no part of a file, nor the name', async () => {
    await using source = await sourceFolder();
    await using folder = await testFolder();
    const real = await openLayout(source.path);
    const broken: CopySource = {
      ...real,
      async *stream(blob) {
        for await (const chunk of real.stream(blob)) {
          yield chunk.subarray(0, 10);
          throw new Error('broken off');
        }
      },
    };
    const target = await openLayoutTarget(folder.path);
    const copying = createCopier({ log: silentLog }).copyTree({
      source: broken,
      target,
      manifest: list.manifest,
    });
    await expect(copying).rejects.toThrow('broken off');
    const files = Object.keys(await snapshot(folder.path));
    expect(files).toEqual(['oci-layout']);
  });

  test('says what the file system said', async () => {
    await using folder = await testFolder();
    const target = await openLayoutTarget(join(folder.path, 'layout'));
    await mkdir(join(folder.path, 'layout'));
    await writeFile(join(folder.path, 'layout/blobs'), 'a file');
    const error = await rejection(target.put('v1', amd64.manifest));
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(error.message).toMatch(/cannot be written \((?:ENOTDIR|EEXIST)\)/);
    await chmod(join(folder.path, 'layout'), 0o700);
  });

  test('ends where no folder can be made, as in /proc', async () => {
    const target = await openLayoutTarget('/proc/native-multiarch/layout');
    const error = await rejection(target.put('v1', amd64.manifest));
    expect(error).toMatchObject({ code: 'E_INPUT' });
    expect(error.message).toMatch(/cannot be written \(E[A-Z]+\)/);
  });

  test('into a name that leads nowhere is refused before anything is read', async () => {
    await using folder = await testFolder();
    const loop = join(folder.path, 'loop');
    await symlink(loop, loop);
    const error = await rejection(openLayoutTarget(loop));
    expect([error.code, error.message]).toEqual(['E_INPUT', `"${loop}" cannot be read (ELOOP)`]);
  });
});
