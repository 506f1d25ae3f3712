import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readAdopted } from '../../src/commands/adopt-archive.ts';
import type { StoredLayout } from '../../src/engines/stored/stored-layout.ts';
import { errorLine } from '../../src/errors.ts';
import { parseSourceImage } from '../../src/inputs/source-image.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { temporaryFolder } from '../engines/support/scripted.ts';
import { archiveEntries, type ArchiveKind } from '../support/archives.ts';
import { rejection } from '../support/failure.ts';
import { buildImage } from '../support/images.ts';
import { tar, type TarEntry } from '../support/tar.ts';

const platform = parsePlatform('linux/s390x');
const image = buildImage({
  platform: 'linux/s390x',
  layers: [[{ name: 'one', content: '1' }], [{ name: 'two', content: '2' }], [{ name: 'one', content: '1' }]],
});

/** `source-image` of an archive with these bytes. */
async function adopted(kind: 'oci' | 'docker', bytes: Uint8Array): Promise<StoredLayout> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'image.tar'), bytes);
  return adoptedFrom(`${kind}-archive:image.tar`, cwd);
}

async function adoptedFrom(text: string, cwd: string): Promise<StoredLayout> {
  const source = parseSourceImage(text);
  if (source.kind === 'local') throw new Error('not an archive');
  return readAdopted(source, platform, { cwd, scratch: temporaryFolder() });
}

const isOci = (kind: ArchiveKind): 'oci' | 'docker' => (kind === 'oci' ? 'oci' : 'docker');

async function bytesOf(blobs: StoredLayout['blobs'], digest: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of blobs.find((blob) => blob.digest === digest)?.open() ?? []) parts.push(part);
  return Buffer.concat(parts);
}

describe.each(['docker 20.10', 'docker 25', 'podman', 'oci'] as const)('an archive as of %s', (kind) => {
  const entries = archiveEntries(image, kind);

  test('is the image: its config, and layers that hold what the config names', async () => {
    const { runnable, blobs } = await adopted(isOci(kind), tar(entries));
    expect(runnable.image.layers).toHaveLength(3);
    for (const blob of blobs) {
      const bytes = await bytesOf(blobs, blob.digest);
      expect(digestOf(bytes)).toBe(blob.digest);
      expect(bytes.length).toBe(blob.size);
    }
    const plain = await Promise.all(
      runnable.image.layers.map(async ({ digest }) => digestOf(gunzipSync(await bytesOf(blobs, digest)))),
    );
    expect(plain).toEqual(runnable.config.diffIds);
  });

  test('cut off anywhere is refused, and says so', async () => {
    const whole = tar(entries);
    const used = whole.length - 1024;
    for (const at of [1, 511, 513, Math.floor(used / 3), Math.floor(used / 2), used - 700]) {
      const error = await rejection(adopted(isOci(kind), whole.subarray(0, at)));
      expect(['E_MANIFEST', 'E_INPUT', 'E_NOT_FOUND', 'E_DIGEST_MISMATCH']).toContain(error.code);
      expect(error.hint).toBeDefined();
    }
  });

  test('with a path twice is what its last one says, as for tar', async () => {
    const first = entries.map((entry) =>
      entry.type === undefined ? { ...entry, content: 'something else' } : entry,
    );
    const { runnable } = await adopted(isOci(kind), tar([...first, ...entries]));
    expect(runnable.config.diffIds).toHaveLength(3);
  });

  test('puts nothing anywhere but into its own folder, whatever the paths say', async () => {
    const evil: TarEntry[] = [
      { name: '../outside', content: 'x' },
      { name: '/tmp/native-multiarch-outside', content: 'x' },
      { name: 'blobs/sha256/../../../outside', content: 'x' },
      { name: 'out', type: '2', linkName: '/' },
      { name: 'out/outside', content: 'x' },
      { name: 'dev', type: '3' },
    ];
    const parent = temporaryFolder();
    const [cwd, scratch] = [join(parent, 'cwd'), join(parent, 'scratch')];
    for (const folder of [cwd, scratch]) mkdirSync(folder);
    writeFileSync(join(cwd, 'image.tar'), tar([...evil, ...entries]));
    const source = parseSourceImage(`${isOci(kind)}-archive:image.tar`);
    if (source.kind === 'local') throw new Error('not an archive');
    await readAdopted(source, platform, { cwd, scratch });
    expect(readdirSync(parent).sort()).toEqual(['cwd', 'scratch']);
    expect(readdirSync(cwd)).toEqual(['image.tar']);
    expect(readdirSync(scratch)).toHaveLength(1);
  });
});

describe('what is no archive of an image', () => {
  const docker = archiveEntries(image, 'docker 25');
  const without = (path: RegExp) => docker.filter(({ name }) => !path.test(name));
  const listing = (value: unknown): TarEntry[] => [
    ...without(/^manifest\.json$/),
    { name: 'manifest.json', content: typeof value === 'string' ? value : JSON.stringify(value) },
  ];
  const [config = ''] = docker.map(({ name }) => name).filter((name) => name.startsWith('blobs/sha256/'));

  test.each<[string, 'oci' | 'docker', Uint8Array, RegExp]>([
    [
      'empty',
      'docker',
      Buffer.alloc(0),
      /^E_INPUT: docker-archive:image\.tar has no manifest\.json; .*oci-archive:file$/,
    ],
    ['text', 'docker', Buffer.from('hello\n'.repeat(200)), /^E_MANIFEST: docker-archive:image\.tar /],
    ['packed', 'docker', gzipSync(tar(docker)), /^E_INPUT: "image\.tar" is compressed; .*gunzip/],
    [
      'no layout',
      'oci',
      tar([{ name: 'index.json', content: '{}' }]),
      /^E_(INPUT|MANIFEST|NOT_FOUND): .*oci-layout/,
    ],
    [
      'a layout whose index is no JSON',
      'oci',
      tar([
        { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
        { name: 'index.json', content: 'x' },
      ]),
      /^E_MANIFEST: /,
    ],
    ['a list that is no JSON', 'docker', tar(listing('x')), /^E_MANIFEST: .*manifest\.json/],
    ['a list of nothing', 'docker', tar(listing([])), /^E_INPUT: .* holds 0 images/],
    ['a list of strings', 'docker', tar(listing(['x'])), /^E_MANIFEST: .*manifest\.json/],
    [
      'a config that is not there',
      'docker',
      tar(listing([{ Config: 'none.json', Layers: [] }])),
      /^E_MANIFEST: .* lacks "none\.json", which its manifest\.json names; save/,
    ],
    [
      'a layer that is not there',
      'docker',
      tar(listing([{ Config: config, Layers: ['../../etc/passwd'] }])),
      /^E_MANIFEST: .* lacks "\.\.\/\.\.\/etc\/passwd"/,
    ],
    [
      'too many layers',
      'docker',
      tar(listing([{ Config: config, Layers: Array(128).fill(config) }])),
      /^E_MANIFEST: .*127/,
    ],
    [
      'a list over the cap',
      'docker',
      tar(listing(`["${'x'.repeat(5_000_000)}"]`)),
      /^E_MANIFEST: .*manifest\.json of 50000\d\d bytes; it may have \d+ at most/,
    ],
    [
      'two images, both of the platform',
      'docker',
      tar(
        listing([
          { Config: config, Layers: [] },
          { Config: config, Layers: [] },
        ]),
      ),
      /^E_INPUT: .* holds 2 images, 2 of them of the platform; save one image alone$/,
    ],
  ])('%s', async (_, kind, bytes, wanted) => {
    expect(errorLine(await rejection(adopted(kind, bytes)))).toMatch(wanted);
  });

  test('a file that is not there, or a folder', async () => {
    const cwd = temporaryFolder({ 'folder/file': '' });
    expect(errorLine(await rejection(adoptedFrom('oci-archive:none.tar', cwd)))).toMatch(
      /^E_NOT_FOUND: there is no archive "none\.tar" that can be read; it is looked for from /,
    );
    expect(errorLine(await rejection(adoptedFrom('docker-archive:folder', cwd)))).toBe(
      'E_INPUT: "folder" is no file; name a tar file',
    );
  });

  test('links in a circle end', async () => {
    const circle: TarEntry[] = [
      { name: 'a', type: '2', linkName: 'b' },
      { name: 'b', type: '2', linkName: 'a' },
    ];
    const bytes = tar([...circle, ...listing([{ Config: 'a', Layers: [] }])]);
    expect((await rejection(adopted('docker', bytes))).code).toBe('E_MANIFEST');
  });
});
