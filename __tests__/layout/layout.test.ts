import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout } from '../../src/layout/layout.ts';
import { digestOf, type Digest } from '../../src/oci/digest.ts';
import type { ContentReader } from '../../src/verify/source.ts';
import { readSource } from '../../src/verify/source.ts';
import { rejection } from '../support/failure.ts';
import { buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { entry, pathOf, testFolder, writeLayout, writeTree } from './folders.ts';

const amd64 = buildImage({ platform: 'linux/amd64' });
const arm64 = buildImage({ platform: 'linux/arm64' });
const list = buildIndex([amd64, arm64, buildAttestation(amd64)]);
const none = digestOf(Buffer.from('none'));

async function wholeOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('which image', () => {
  test('by name, by digest, and without either where there is one', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [list], [entry(list, 'v1')]);
    const layout = await openLayout(folder.path);
    for (const reference of ['v1', list.manifest.digest, undefined])
      expect(await layout.manifest(reference)).toEqual(list.manifest);
    expect(await layout.manifest(arm64.manifest.digest)).toEqual(arm64.manifest);
    expect(await layout.manifest('v2')).toBeUndefined();
    expect(await layout.manifest(none)).toBeUndefined();
    expect(layout.entries.map(({ digest }) => digest)).toEqual([list.manifest.digest]);
    expect(layout.name).toBe(`oci:${folder.path}`);
  });

  test.each([
    ['as containerd names it', entry(list, 'v1', { 'io.containerd.image.name': 'docker.io/acme/app:v1' })],
    ['as older BuildKits named it', entry(list, 'docker.io/acme/app:v1')],
    [
      'named by containerd alone',
      entry(list, undefined, { 'io.containerd.image.name': 'ghcr.io/acme/app:v1' }),
    ],
  ])('%s, it is found by its tag', async (_, listed) => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [list, amd64], [entry(amd64, 'v10'), listed]);
    const layout = await openLayout(folder.path);
    expect((await layout.manifest('v1'))?.digest).toBe(list.manifest.digest);
  });

  test('several without a name say which there are', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64, arm64], [entry(amd64, 'a'), entry(arm64)]);
    const error = await rejection((await openLayout(folder.path)).manifest());
    expect(error.code).toBe('E_INPUT');
    expect(error.hint).toContain('"a"');
    expect(error.hint).toContain(arm64.manifest.digest);
  });

  test('two of one name are refused, the same one twice is one', async () => {
    await using folder = await testFolder();
    await writeLayout(
      folder.path,
      [amd64, arm64],
      [entry(amd64, 'v1'), entry(arm64, 'v1'), entry(amd64, 'x'), entry(amd64, 'x')],
    );
    const layout = await openLayout(folder.path);
    expect(await rejection(layout.manifest('v1'))).toMatchObject({ code: 'E_INPUT' });
    expect((await layout.manifest('x'))?.digest).toBe(amd64.manifest.digest);
  });

  test('the list of referrers is no image', async () => {
    await using folder = await testFolder();
    const referrers = buildIndex([]);
    await writeLayout(
      folder.path,
      [amd64, referrers],
      [entry(amd64, 'v1'), entry(referrers, amd64.manifest.digest.replace(':', '-'))],
    );
    expect((await (await openLayout(folder.path)).manifest())?.digest).toBe(amd64.manifest.digest);
  });

  test('an empty one has none', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [], []);
    expect(await rejection((await openLayout(folder.path)).manifest())).toMatchObject({
      code: 'E_NOT_FOUND',
    });
  });

  test('a name that is a path is only a name', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64], [entry(amd64, '../../etc/passwd')]);
    const layout = await openLayout(folder.path);
    expect((await layout.manifest('../../etc/passwd'))?.digest).toBe(amd64.manifest.digest);
    for (const reference of ['../oci-layout', 'sha256:../../oci-layout', '/etc/passwd'])
      expect(await layout.manifest(reference)).toBeUndefined();
  });
});

describe('content', () => {
  test('blobs come whole and in pieces, and the checks can read from it', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [list], [entry(list)]);
    const layout = await openLayout(folder.path);
    for (const [digest, bytes] of amd64.blobs) {
      const descriptor = { digest, size: bytes.length };
      expect(await layout.blob(descriptor, 1e6)).toEqual(Buffer.from(bytes));
      expect(await wholeOf(layout.stream(descriptor))).toEqual(Buffer.from(bytes));
    }
    const reader: ContentReader = layout;
    const source = await readSource(reader, list.manifest.digest, layout.name);
    expect(source?.images).toHaveLength(2);
  });

  test('of more than one piece', async () => {
    await using folder = await testFolder();
    const bytes = Buffer.alloc(1_000_000, 3);
    const digest = digestOf(bytes);
    await writeLayout(folder.path, [{ ...amd64, blobs: new Map([[digest, bytes]]) }], []);
    const layout = await openLayout(folder.path);
    expect(bytes.equals(await wholeOf(layout.stream({ digest, size: bytes.length })))).toBe(true);
    expect(await rejection(layout.blob({ digest, size: bytes.length }, 999_999))).toMatchObject({
      code: 'E_MANIFEST',
    });
  });

  test('sha512 too', async () => {
    await using folder = await testFolder();
    const bytes = Buffer.from('content');
    const digest = digestOf(bytes, 'sha512');
    await writeLayout(folder.path, [{ ...amd64, blobs: new Map([[digest, bytes]]) }], []);
    expect(await (await openLayout(folder.path)).blob({ digest, size: 7 }, 7)).toEqual(bytes);
  });

  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ['is changed', (path) => writeFile(path, 'x'.repeat(amd64.manifest.bytes.length)), 'E_DIGEST_MISMATCH'],
    ['is cut', (path) => truncate(path, 10), 'E_DIGEST_MISMATCH'],
    [
      'is longer',
      (path) => writeFile(path, `${Buffer.from(amd64.manifest.bytes).toString()} `),
      'E_DIGEST_MISMATCH',
    ],
    ['is gone', (path) => rm(path), 'E_NOT_FOUND'],
    ['is a folder', async (path) => rm(path).then(() => mkdir(path)), 'E_INPUT'],
    ['is a named pipe', async (path) => rm(path).then(() => execFileSync('mkfifo', [path])), 'E_INPUT'],
    ['is a link to nowhere', async (path) => rm(path).then(() => symlink('/nowhere', path)), 'E_NOT_FOUND'],
  ])('a blob that %s', async (_, harm, code) => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64], [entry(amd64, 'v1')]);
    await harm(pathOf(folder.path, amd64.manifest.digest));
    const layout = await openLayout(folder.path);
    const { digest, size } = amd64.descriptor;
    expect(await rejection(layout.manifest('v1'))).toMatchObject({ code });
    expect(await rejection(layout.blob({ digest, size }, 1e6))).toMatchObject({ code });
    expect(await rejection(wholeOf(layout.stream({ digest, size })))).toMatchObject({ code });
  });

  test('a link that leads out of the folder is not followed, be it a file or a folder above it', async () => {
    await using outside = await testFolder();
    await writeTree(outside.path, amd64);
    const { digest } = amd64.manifest;
    await using one = await testFolder();
    await writeLayout(one.path, [amd64], [entry(amd64, 'v1')]);
    await rm(pathOf(one.path, digest));
    await symlink(pathOf(outside.path, digest), pathOf(one.path, digest));
    await using two = await testFolder();
    await writeLayout(two.path, [], [entry(amd64, 'v1')]);
    await symlink(join(outside.path, 'blobs'), join(two.path, 'blobs'));
    for (const { path } of [one, two]) {
      const error = await rejection((await openLayout(path)).manifest('v1'));
      expect(error.code).toBe('E_INPUT');
      expect(error.message).toContain('leads out of the folder');
    }
  });

  test('a link within the folder, and a link to the folder, are followed', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64], [entry(amd64, 'v1')]);
    await rename(join(folder.path, 'blobs'), join(folder.path, 'store'));
    await symlink('store', join(folder.path, 'blobs'));
    await using other = await testFolder();
    await symlink(folder.path, join(other.path, 'link'));
    expect(await (await openLayout(join(other.path, 'link'))).manifest('v1')).toEqual(amd64.manifest);
  });
});

describe('media types, for files have none', () => {
  const bare = (json: unknown) => {
    const bytes = Buffer.from(JSON.stringify(json));
    const digest = digestOf(bytes);
    return { ...amd64, blobs: new Map([[digest, bytes]]), bytes, digest };
  };

  test.each([
    ['an index', { schemaVersion: 2, manifests: [] }, 'application/vnd.oci.image.index.v1+json'],
    ['an image', { schemaVersion: 2, config: {}, layers: [] }, 'application/vnd.oci.image.manifest.v1+json'],
    [
      'a Docker image',
      { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' },
      'application/vnd.docker.distribution.manifest.v2+json',
    ],
    ['a config', { architecture: 'amd64', os: 'linux' }, undefined],
  ])('%s', async (_, json, mediaType) => {
    await using folder = await testFolder();
    const made = bare(json);
    await writeLayout(folder.path, [made], []);
    expect((await (await openLayout(folder.path)).manifest(made.digest))?.mediaType).toBe(mediaType);
  });

  test('a document that is listed as one kind and says that it is another is refused', async () => {
    await using folder = await testFolder();
    const listed = { ...amd64.descriptor, mediaType: 'application/vnd.oci.image.index.v1+json' };
    await writeLayout(folder.path, [amd64], [listed]);
    expect(await rejection((await openLayout(folder.path)).manifest())).toMatchObject({ code: 'E_MANIFEST' });
  });

  test('what is no JSON is no manifest', async () => {
    await using folder = await testFolder();
    const bytes = Buffer.from('not JSON');
    const digest = digestOf(bytes);
    await writeLayout(folder.path, [{ ...amd64, blobs: new Map([[digest, bytes]]) }], []);
    expect(await rejection((await openLayout(folder.path)).manifest(digest))).toMatchObject({
      code: 'E_MANIFEST',
    });
  });
});

describe('referrers', () => {
  const about = (mark: string) =>
    buildImage({ layers: [], annotations: { mark }, manifest: { subject: amd64.descriptor } });

  test('those that a tag lists and those that index.json lists', async () => {
    await using folder = await testFolder();
    const [byTag, byEntry] = [about('tag'), about('entry')];
    const tagged = buildIndex([byTag]);
    await writeLayout(
      folder.path,
      [amd64, tagged, byEntry],
      [entry(amd64, 'v1'), entry(tagged, amd64.manifest.digest.replace(':', '-')), entry(byEntry)],
    );
    const layout = await openLayout(folder.path);
    const found = await layout.referrers(amd64.manifest.digest);
    expect(found.map(({ digest }) => digest)).toEqual([byTag.manifest.digest, byEntry.manifest.digest]);
    expect(await layout.referrers(none)).toEqual([]);
  });
});

describe('what is no layout', () => {
  test.each<[string, (folder: string) => Promise<unknown>, string, RegExp]>([
    ['no folder at all', (folder) => rm(folder, { recursive: true }), 'E_NOT_FOUND', /there is no folder/],
    [
      'a file',
      async (folder) => rm(folder, { recursive: true }).then(() => writeFile(folder, '')),
      'E_INPUT',
      /is no folder/,
    ],
    ['another folder', (folder) => rm(join(folder, 'oci-layout')), 'E_INPUT', /no file oci-layout/],
    [
      'one of the future',
      (folder) => writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'),
      'E_MANIFEST',
      /version "2\.0\.0"/,
    ],
    [
      'one without a version',
      (folder) => writeFile(join(folder, 'oci-layout'), '{}'),
      'E_MANIFEST',
      /imageLayoutVersion/,
    ],
    [
      'a huge oci-layout',
      (folder) => writeFile(join(folder, 'oci-layout'), ' '.repeat(70_000)),
      'E_MANIFEST',
      /70000 bytes/,
    ],
    ['without index.json', (folder) => rm(join(folder, 'index.json')), 'E_INPUT', /no index\.json/],
    [
      'a huge index.json',
      (folder) => truncate(join(folder, 'index.json'), 5e6),
      'E_MANIFEST',
      /5000000 bytes/,
    ],
    [
      'index.json of no JSON',
      (folder) => writeFile(join(folder, 'index.json'), '{'),
      'E_MANIFEST',
      /not JSON/,
    ],
    [
      'index.json of another schema',
      (folder) => writeFile(join(folder, 'index.json'), '{"schemaVersion":1}'),
      'E_MANIFEST',
      /schemaVersion/,
    ],
    [
      'a Docker list as index.json',
      (folder) =>
        writeFile(
          join(folder, 'index.json'),
          '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}',
        ),
      'E_MANIFEST',
      /mediaType/,
    ],
    [
      'a digest that is a path',
      (folder) =>
        writeFile(
          join(folder, 'index.json'),
          JSON.stringify({
            schemaVersion: 2,
            manifests: [{ ...amd64.descriptor, digest: 'sha256:../../../etc/passwd' }],
          }),
        ),
      'E_MANIFEST',
      /not a digest/,
    ],
    [
      'index.json that is a link out of it',
      async (folder) =>
        rm(join(folder, 'index.json')).then(() => symlink('/etc/passwd', join(folder, 'index.json'))),
      'E_INPUT',
      /leads out/,
    ],
  ])('%s', async (_, harm, code, message) => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64], [entry(amd64, 'v1')]);
    await harm(folder.path);
    const error = await rejection(openLayout(folder.path));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('a digest that nobody has checked never becomes a path', async () => {
    await using folder = await testFolder();
    await writeLayout(folder.path, [amd64], [entry(amd64, 'v1')]);
    const layout = await openLayout(folder.path);
    const digest = 'sha256:../../oci-layout' as Digest;
    expect(await rejection(layout.blob({ digest, size: 30 }, 100))).toMatchObject({ code: 'E_REFERENCE' });
    expect((await readFile(join(folder.path, 'oci-layout'))).length).toBe(30);
  });
});
