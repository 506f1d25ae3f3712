import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImageConfig } from '../../src/oci/config.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf, parseDigest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { judgeContent, readContent, type ContentVerdict } from '../../src/verify/content/content.ts';
import { LayerStore } from '../../src/verify/content/layer-store.ts';
import type { ProvenImage } from '../../src/verify/source.ts';
import { temporaryFolder, type Folder } from './support/folders.ts';
import { succeed } from './support/processes.ts';
import { architectureNames, busybox, debianRoot, requireTools, type Architecture } from './support/tools.ts';

interface Layer {
  readonly file: string;
  readonly mediaType: string;
  readonly diffId?: string;
}

type Run = Pick<ImageConfig, 'entrypoint' | 'cmd' | 'env'>;

let scratch: Folder;
beforeAll(async () => {
  await requireTools();
  scratch = await temporaryFolder();
});
afterAll(async () => scratch[Symbol.asyncDispose]());

/** What is found in an image of these layers, if it is said to be of that machine. */
async function verdictOf(machine: Architecture, layers: readonly Layer[], run: Run): Promise<ContentVerdict> {
  const files = new Map<string, string>();
  const described: Descriptor[] = [];
  const diffIds = [];
  for (const { file, mediaType, diffId } of layers) {
    const bytes = await readFile(file);
    const digest = digestOf(bytes);
    files.set(digest, file);
    described.push({ mediaType, digest, size: bytes.length });
    diffIds.push(parseDigest(diffId ?? digest));
  }
  const platform = parsePlatform(`linux/${machine}`);
  const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(Buffer.from('{}')), size: 2 };
  const image: ProvenImage = {
    descriptor: { ...config, mediaType: mediaTypes.ociManifest },
    bytes: { bytes: Buffer.from('{}'), digest: config.digest, mediaType: mediaTypes.ociManifest },
    said: undefined,
    manifest: { kind: 'image', mediaType: mediaTypes.ociManifest, config, layers: described },
    config: { os: 'linux', architecture: machine, labels: {}, diffIds, ...run },
    platform,
  };
  const store = new LayerStore(({ digest }) => createReadStream(files.get(digest) ?? ''));
  return judgeContent(platform, await readContent(image, store, () => false), 'it');
}

async function pack(folder: string, ...options: string[]): Promise<Layer> {
  const file = path.join(scratch.path, `${path.basename(folder)}-${Math.random()}.tar`);
  await succeed('tar', ['--create', '--file', file, ...options, '--directory', folder, '.']);
  return { file, mediaType: mediaTypes.ociLayer };
}

async function newTree(): Promise<string> {
  const folder = path.join(scratch.path, `tree-${Math.random()}`);
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  return folder;
}

const sound = (machine: Architecture): ContentVerdict => ({ found: machine, errors: [], warnings: [] });

function other(machine: Architecture): Architecture {
  return machine === 's390x' ? 'amd64' : 's390x';
}

describe.each(architectureNames)('a Debian root for %s', (machine) => {
  let base: Layer;
  beforeAll(async () => {
    base = await pack(debianRoot(machine));
  }, 60_000);

  test.each<Run>([
    { cmd: ['bash'] },
    { cmd: ['/bin/sh', '-c', 'exec /usr/bin/tini -- perl -v'] },
    { entrypoint: ['/usr/bin/tini', '--'], cmd: ['env', 'A=b', 'ls', '-l'] },
    { cmd: ['nice', 'cat', '/etc/debian_version'], env: ['PATH=/usr/bin:/bin'] },
  ])('starts a program of its own machine: %j', async (run) => {
    expect(await verdictOf(machine, [base], run)).toEqual(sound(machine));
    const lie = await verdictOf(other(machine), [base], run);
    expect([lie.found, lie.errors[0]?.code]).toEqual([machine, 'E_CONTENT_MISMATCH']);
  });

  test('with one program of another machine: an error where that is started, else a warning', async () => {
    const tree = await newTree();
    await mkdir(path.join(tree, 'usr/bin'), { recursive: true });
    await copyFile(path.join(debianRoot(other(machine)), 'usr/bin/tini'), path.join(tree, 'usr/bin/tini'));
    const layers = [base, await pack(tree)];
    const wrong = await verdictOf(machine, layers, { entrypoint: ['tini', '--', 'bash'] });
    expect(wrong.errors.map(({ message }) => message)).toEqual([
      `it is to be ${machine}: /usr/bin/tini is ${other(machine)} (started by /usr/bin/tini)`,
    ]);
    expect(await verdictOf(machine, layers, { cmd: ['bash'] })).toEqual({
      ...sound(machine),
      warnings: [`it also holds 1 program for ${other(machine)}, such as /usr/bin/tini`],
    });
  });

  test('with a whole root of another machine in a folder, as cross builds have, is warned about', async () => {
    const tree = await newTree();
    await mkdir(path.join(tree, 'usr/cross'), { recursive: true });
    await succeed('cp', ['-a', debianRoot(other(machine)), path.join(tree, 'usr/cross/root')]);
    const { found, errors, warnings } = await verdictOf(machine, [base, await pack(tree)], { cmd: ['bash'] });
    expect([found, errors, warnings.length]).toEqual([machine, [], 1]);
  });

  test('through /bin -> usr/bin, with busybox and its hard links on top', async () => {
    const [below, above] = [await newTree(), await newTree()];
    await mkdir(path.join(below, 'usr/bin'), { recursive: true });
    await succeed('rmdir', [path.join(below, 'bin')]);
    await symlink('usr/bin', path.join(below, 'bin'));
    await copyFile(busybox(machine), path.join(above, 'bin/busybox'));
    await link(path.join(above, 'bin/busybox'), path.join(above, 'bin/sh'));
    await symlink('/bin/sh', path.join(above, 'bin/ash'));
    await writeFile(path.join(above, 'start'), '#!/usr/bin/env ash\nexec "$@"\n');
    await symlink('busybox', path.join(above, 'bin/env'));
    const layers = [await pack(below), await pack(above)];
    for (const run of [{ entrypoint: ['/start'], cmd: ['sh'] }, { cmd: ['/usr/bin/ash'] }]) {
      expect(await verdictOf(machine, layers, run)).toEqual(sound(machine));
      expect((await verdictOf(other(machine), layers, run)).errors).toHaveLength(1);
    }
  });
});

test('emulators for other machines are programs of their own machine', async () => {
  const tree = await newTree();
  const [own, host] = ['s390x', 'amd64'] as const;
  await copyFile(`/usr/bin/qemu-${own}-static`, path.join(tree, `bin/qemu-${own}-static`));
  const layers = [await pack(debianRoot(own)), await pack(tree)];
  const { found, errors, warnings } = await verdictOf(own, layers, { cmd: ['bash'] });
  expect([found, errors, warnings.length]).toEqual([own, [], 1]);
  const emulated = await verdictOf(host, layers, {
    entrypoint: [`/bin/qemu-${own}-static`],
    cmd: ['/bin/bash'],
  });
  expect([emulated.found, emulated.errors]).toEqual([host, []]);
});

describe('what tools write', () => {
  const run = { entrypoint: ['/app'] };

  test.each([
    '--format=v7',
    '--format=oldgnu',
    '--format=gnu',
    '--format=ustar',
    '--format=posix',
    '--format=oldgnu --sparse',
    '--format=gnu --sparse',
    '--format=posix --sparse --sparse-version=0.0',
    '--format=posix --sparse --sparse-version=0.1',
    '--format=posix --sparse --sparse-version=1.0',
    '--format=posix --xattrs --acls --numeric-owner',
  ])('GNU tar %s', async (line) => {
    const options = line.split(' ');
    const tree = await newTree();
    const hasLongNames = options[0] !== '--format=v7' && options[0] !== '--format=ustar';
    const folder = hasLongNames ? path.join('long'.repeat(60), 'name'.repeat(60)) : 'short';
    await mkdir(path.join(tree, folder), { recursive: true });
    const program = path.join(tree, folder, 'program');
    await copyFile(busybox('ppc64le'), program);
    await truncate(program, (await stat(program)).size + 4_000_000);
    // Enough holes for a map that goes on behind the header.
    for (const megabyte of [3, 4, 5]) {
      await succeed('dd', [
        'if=/dev/urandom',
        `of=${program}`,
        'bs=4096',
        'count=1',
        'conv=notrunc',
        `seek=${megabyte * 256}`,
      ]);
    }
    await symlink(path.join(folder, 'program'), path.join(tree, 'app'));
    const layers = [await pack(tree, ...options)];
    expect(await verdictOf('ppc64le', layers, run)).toEqual(sound('ppc64le'));
    expect((await verdictOf('arm64', layers, run)).errors).toHaveLength(1);
  });

  test.each([
    ['oci', 'gzip', mediaTypes.ociLayerGzip],
    ['oci', 'zstd', mediaTypes.ociLayerZstd],
    ['oci', 'zstd:chunked', mediaTypes.ociLayerZstd],
  ])('skopeo, %s with %s', async (_format, compression, mediaType) => {
    // As Go writes: this skopeo drops more zeros at the end than one block's, and then no runtime takes the layer.
    const layer = await pack(debianRoot('arm64'), '--blocking-factor=1');
    const source = await newTree();
    const diffId = digestOf(await readFile(layer.file));
    await writeLayout(source, layer.file, diffId);
    const target = path.join(scratch.path, `layout-${Math.random()}`);
    await succeed('skopeo', [
      'copy',
      '--dest-compress-format',
      compression,
      `oci:${source}`,
      `oci:${target}`,
    ]);
    const blob = (digest: string): string => path.join(target, 'blobs', digest.replace(':', '/'));
    const index = JSON.parse(await readFile(path.join(target, 'index.json'), 'utf8')) as {
      manifests: Descriptor[];
    };
    const manifest = JSON.parse(await readFile(blob(index.manifests[0]?.digest ?? ''), 'utf8')) as {
      layers: Descriptor[];
    };
    const layers = manifest.layers.map(({ digest, mediaType: its }) => ({
      file: blob(digest),
      mediaType: its,
      diffId,
    }));
    expect(layers.map((each) => each.mediaType)).toEqual([mediaType]);
    expect(await verdictOf('arm64', layers, { cmd: ['bash'] })).toEqual(sound('arm64'));
  });
});

/** An OCI layout of one image with one layer, gzip. */
async function writeLayout(folder: string, layerFile: string, diffId: string): Promise<void> {
  await mkdir(path.join(folder, 'blobs/sha256'), { recursive: true });
  const put = async (bytes: Buffer, mediaType: string): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    await writeFile(path.join(folder, 'blobs', digest.replace(':', '/')), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const layer = await put(gzipSync(await readFile(layerFile), { level: 1 }), mediaTypes.ociLayerGzip);
  const config = await put(
    json({ architecture: 'arm64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }),
    mediaTypes.ociConfig,
  );
  const mediaType = mediaTypes.ociManifest;
  const manifest = await put(json({ schemaVersion: 2, mediaType, config, layers: [layer] }), mediaType);
  await writeFile(path.join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  await writeFile(path.join(folder, 'index.json'), json({ schemaVersion: 2, manifests: [manifest] }));
}
