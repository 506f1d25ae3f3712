import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { CodedError } from '../../../src/errors.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { readArchive, type ArchivedImage, type ArchiveOptions } from '../../../src/verify/content/archive.ts';
import { contentOf, judgeContent } from '../../../src/verify/content/content.ts';
import { defaultCaps, ReadBudget } from '../../../src/verify/content/read-layer.ts';
import { archiveEntries, archiveOf, type ArchiveKind } from '../../support/archives.ts';
import { rejection } from '../../support/failure.ts';
import { buildAttestation, buildImage, buildIndex, type Fixture } from '../../support/images.ts';
import { tar, type TarEntry } from '../../support/tar.ts';
import { chunks, link, member, noise, pax, program } from './support.ts';

const kinds: readonly ArchiveKind[] = ['docker 20.10', 'docker 25', 'podman', 'oci'];
const own = parsePlatform('linux/amd64');
const run = { Entrypoint: ['/bin/app'] };
const notes = [{ name: 'notes', content: 'the same twice' }];
const image = buildImage({
  run,
  layers: [
    [program('bin/app', 's390x'), program('bin/gone', 'arm64')],
    notes,
    [{ name: 'bin/.wh.gone' }],
    notes,
    [program('bin/app')],
  ],
});

async function read(
  source: AsyncIterable<Uint8Array>,
  options: Partial<ArchiveOptions> = {},
): Promise<ArchivedImage> {
  return readArchive(source, { what: 'the image', platform: own, ...options });
}

async function failure(entries: readonly TarEntry[] | Buffer): Promise<CodedError> {
  return rejection(read(chunks(Buffer.isBuffer(entries) ? entries : tar(entries))));
}

function configDigest({ manifest }: Fixture): string {
  return (JSON.parse(Buffer.from(manifest.bytes).toString()) as { config: { digest: string } }).config.digest;
}

describe.each(kinds)('an archive as %s writes it', (kind) => {
  test('gives the config, and the layers in their order', async () => {
    const archived = await read(archiveOf(image, kind));
    expect(archived.configDigest).toBe(configDigest(image));
    expect(archived.platform).toEqual(own);
    expect(archived.layers.map((layer) => 'diffId' in layer && layer.diffId)).toEqual(
      archived.config.diffIds,
    );
    const content = contentOf(archived.config, archived.layers, () => false);
    expect(content.machines).toEqual({ amd64: 1 });
    expect(judgeContent(own, content, 'it')).toEqual({ found: 'amd64', errors: [], warnings: [] });
  });

  test('however it is cut into chunks', async () => {
    for (const size of [1, 511, 513, 10_000]) {
      const { layers } = await read(archiveOf(image, kind, size));
      expect(layers).toHaveLength(5);
    }
  });

  test('cut short anywhere is no image', async () => {
    const whole = tar(archiveEntries(image, kind));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1100 }), async (length) => {
        // Its last two members are the manifest and, in a layout, the version: only then something is missing.
        const cut = whole.subarray(0, Math.min(length, whole.length - 4096));
        const error = await rejection(read(chunks(cut)));
        expect(['E_MANIFEST', 'E_LAYER']).toContain(error.code);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what an archive has to be', () => {
  const entries = archiveEntries(image, 'docker 20.10');
  const over = (name: RegExp, content: string | Uint8Array): TarEntry[] =>
    entries.map((entry) =>
      name.test(entry.name) && entry.type === undefined ? { ...entry, content } : entry,
    );

  test.each<[string, readonly TarEntry[] | Buffer, CodedError['code'], string]>([
    ['nothing', Buffer.alloc(0), 'E_MANIFEST', 'the image has neither a manifest.json nor an index.json'],
    ['noise', noise(2048), 'E_MANIFEST', 'the image is no tar archive'],
    [
      'a manifest that is no JSON',
      over(/^manifest/, '[{'),
      'E_MANIFEST',
      'manifest.json of the image is not JSON that we accept',
    ],
    ['no image in it', over(/^manifest/, '[]'), 'E_MANIFEST', 'the image holds no image'],
    [
      'a config that is not there',
      over(/^manifest/, '[{"Config":"gone.json","Layers":[]}]'),
      'E_MANIFEST',
      'the image has no config at gone.json',
    ],
    ['another config than its name says', over(/^[0-9a-f]{64}.json/, '{}'), 'E_DIGEST_MISMATCH', 'was to be'],
    ['a layer fewer', dropped(entries, 'id4/layer.tar'), 'E_MANIFEST', 'has no layer at id4/layer.tar'],
    ['another layer than the config names', over(/^id4.layer/, tar([])), 'E_LAYER', 'the config says'],
    ['a layer that is no archive', over(/^id4.layer/, gzipSync('no tar')), 'E_LAYER', 'stops in the middle'],
    [
      'a layer cut short',
      over(/^id4.layer/, gzipSync(tar([])).subarray(0, 20)),
      'E_LAYER',
      "can't be inflated",
    ],
    [
      'a link that leads to itself',
      entries.map((entry) => (entry.name === 'id4/layer.tar' ? link(entry.name, 'layer.tar') : entry)),
      'E_MANIFEST',
      'has no layer at id4/layer.tar',
    ],
    [
      'a name that leads out',
      over(/^manifest/, '[{"Config":"../../etc/passwd"}]'),
      'E_MANIFEST',
      'has no config',
    ],
  ])('not %s', async (_, given, code, message) => {
    const error = await failure(given);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });

  test('bounded: members, records and documents', async () => {
    const many = Array.from({ length: 20_002 }, (_, at) => ({ name: `${at}`, content: '' }));
    expect((await failure(many)).message).toContain('holds more than 20000 members');
    const record = member({ name: 'x', type: 'x', size: 2 ** 20 + 1 });
    expect((await failure(record)).message).toContain('has a record of 1048577 bytes');
    const documents = Array.from({ length: 9 }, (_, at) => ({ name: `${at}`, content: noise(4 * 2 ** 20) }));
    expect((await failure(documents)).message).toContain('bytes of documents');
    const large = member({ name: 'x' }, (header) => header.write('77777777777', 124));
    expect((await failure(large)).message).toContain('stops in the middle of a member');
  });

  test('within the budget: what is beyond is told as unread, and the rest of the archive is passed over', async () => {
    const { layers } = await read(archiveOf(image), { budget: new ReadBudget(3000) });
    expect(layers.filter((layer) => 'unread' in layer).length).toBeGreaterThan(0);
    expect(layers).toHaveLength(5);
  });

  test('no bomb', async () => {
    const caps = { ...defaultCaps, ratioFloor: 2 ** 20 };
    const bomb = gzipSync(tar([{ name: 'zeros', content: Buffer.alloc(2 * 2 ** 20) }]));
    const given = archiveEntries(image, 'docker 25').map((entry) =>
      entry.content instanceof Uint8Array && entry.content[0] === 0x1f ? { ...entry, content: bomb } : entry,
    );
    const error = await rejection(read(chunks(tar(given)), { caps }));
    expect([error.code, error.message]).toEqual(['E_LAYER', expect.stringContaining('more than 200 times')]);
  });
});

describe('what may be in it besides', () => {
  test('long names, folders, devices, hard links, and a document that starts like a layer', async () => {
    const entries = archiveEntries(image, 'podman');
    const archive = Buffer.concat([
      pax([['path', `${'long/'.repeat(60)}name`]]),
      tar([{ name: 'short', content: '{}' }]).subarray(0, 1024),
      tar([
        { name: 'odd', content: Buffer.from([0x1f, 0x8b, 0, 0]) },
        { name: 'device', type: '3' },
        { name: './twice', type: '1', linkName: entries[0]?.name ?? '' },
        ...entries,
      ]),
    ]);
    expect((await read(chunks(archive, 700))).layers).toHaveLength(5);
  });

  test('images of other platforms, and attestations: the one that is meant is taken', async () => {
    const other = buildImage({ platform: 'linux/s390x' });
    const index = buildIndex([other, image, buildAttestation(image)]);
    const members = [other, image].flatMap((each) => archiveEntries(each, 'oci').filter(isBlob));
    const listed = [
      ...members,
      { name: `blobs/sha256/${index.manifest.digest.slice(7)}`, content: index.manifest.bytes },
      { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: [index.descriptor] }) },
    ];
    expect((await read(chunks(tar(listed)))).configDigest).toBe(configDigest(image));
    const arm = { platform: parsePlatform('linux/arm64') };
    const error = await rejection(read(chunks(tar(listed)), arm));
    expect(error.message).toBe('the image holds 2 images, 0 of them of the platform that is wanted');
  });

  test('one image of another platform is given as it is', async () => {
    const other = buildImage({ platform: 'linux/s390x' });
    expect((await read(archiveOf(other))).platform).toEqual(parsePlatform('linux/s390x'));
  });

  test('a layer without a byte', async () => {
    const empty = buildImage({ layers: [[]], config: { rootfs: { diff_ids: [digestOf(Buffer.alloc(0))] } } });
    const entries = archiveEntries(empty, 'podman').map((entry) =>
      entry.name.endsWith('.tar') && entry.type === undefined ? { ...entry, content: '' } : entry,
    );
    expect((await read(chunks(tar(entries)))).layers).toHaveLength(1);
  });
});

test('what the source throws is told as it is', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* archiveOf(image, 'podman', 5000);
    throw new CodedError('E_ENGINE', 'the engine ended with 1');
  }
  expect((await rejection(read(broken()))).code).toBe('E_ENGINE');
});

function isBlob({ name }: TarEntry): boolean {
  return /^blobs\/./.test(name);
}

function dropped(entries: readonly TarEntry[], name: string): TarEntry[] {
  return entries.filter((entry) => entry.name !== name);
}
