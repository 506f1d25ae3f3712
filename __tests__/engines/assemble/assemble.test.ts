import { chmodSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { AssembleEngine } from '../../../src/engines/assemble/assemble.ts';
import type { BuildRequest, FilesSource } from '../../../src/engines/engine.ts';
import { parseFileLine } from '../../../src/engines/assemble/files.ts';
import type { EngineOptions, ImageUploader } from '../../../src/engines/options.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { parseImageConfig } from '../../../src/oci/config.ts';
import { parseManifest } from '../../../src/oci/manifest.ts';
import type { ManifestBytes } from '../../../src/oci/manifest-bytes.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { readArchive } from '../../../src/verify/content/archive.ts';
import { contentOf } from '../../../src/verify/content/content.ts';
import { tinyProgram } from '../../support/tiny-programs.js';
import { temporaryFolder, testOptions } from '../support/scripted.ts';

const platform = parsePlatform('linux/s390x');
const reference = parseReference('registry.test/acme/app:v1-s390x');

function request(source: Partial<FilesSource>, rest: Partial<BuildRequest> = {}): BuildRequest {
  return {
    platform,
    mode: 'cross',
    source: { kind: 'files', context: '.', files: ['app-{arch}:/bin/app'], ...source },
    ...rest,
  };
}

interface Uploads {
  readonly blobs: Map<string, Buffer>;
  readonly order: string[];
  manifest: ManifestBytes | undefined;
}

function uploader(): { uploads: Uploads; uploader: ImageUploader } {
  const uploads: Uploads = { blobs: new Map(), order: [], manifest: undefined };
  return {
    uploads,
    uploader: {
      uploadBlob: async (_, descriptor, open) => {
        const parts: Uint8Array[] = [];
        for await (const part of open()) parts.push(part);
        const bytes = Buffer.concat(parts);
        expect(digestOf(bytes)).toBe(descriptor.digest);
        expect(bytes.length).toBe(descriptor.size);
        uploads.blobs.set(descriptor.digest, bytes);
        uploads.order.push('blob');
      },
      putManifest: (_, tag, manifest) => {
        uploads.manifest = manifest;
        uploads.order.push(tag);
        return Promise.resolve();
      },
    },
  };
}

async function assembled(
  folder: string,
  asked: BuildRequest,
  overrides: Partial<EngineOptions> = {},
): Promise<{ uploads: Uploads; id: string }> {
  const to = uploader();
  const engine = new AssembleEngine(
    testOptions({ cwd: folder, uploader: to.uploader, env: {}, ...overrides }),
  );
  try {
    const image = await engine.build(asked);
    await engine.push(image, reference);
    return { uploads: to.uploads, id: image.id };
  } finally {
    await engine.close();
  }
}

const app = { 'app-s390x': 'program\n' };

describe('an image from files', () => {
  test('is a manifest, a config and one layer, pushed in that order from below', async () => {
    const labels = { z: '1', a: '2' };
    const asked = request(
      { entrypoint: ['/bin/app'], cmd: ['serve'], env: ['A=1'], workdir: '/w', user: '1000' },
      { labels },
    );
    const { uploads, id } = await assembled(temporaryFolder(app), asked);
    expect(uploads.order).toEqual(['blob', 'blob', 'v1-s390x']);
    const manifest = uploads.manifest ?? {
      bytes: Buffer.alloc(0),
      digest: digestOf(Buffer.alloc(0)),
      mediaType: '',
    };
    expect(digestOf(manifest.bytes)).toBe(id);
    const image = parseManifest(manifest);
    if (image.kind !== 'image') throw new Error('not an image');
    expect(image.layers.map((layer) => layer.mediaType)).toEqual([
      'application/vnd.oci.image.layer.v1.tar+gzip',
    ]);
    const config = parseImageConfig(uploads.blobs.get(image.config.digest) ?? Buffer.alloc(0), 'config');
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 's390x',
      created: '1970-01-01T00:00:00Z',
      entrypoint: ['/bin/app'],
      cmd: ['serve'],
      env: ['A=1'],
      workingDir: '/w',
      user: '1000',
      labels,
      diffIds: [digestOf(gunzipSync(uploads.blobs.get(image.layers[0]?.digest ?? '') ?? Buffer.alloc(0)))],
    });
  });

  test('has the same digest whatever the host makes of umask, times and order', async () => {
    const one = temporaryFolder({ ...app, 'data/b': 'b', 'data/a/c': 'c' });
    const two = temporaryFolder({ 'data/a/c': 'c', 'data/b': 'b', ...app });
    chmodSync(join(two, 'app-s390x'), 0o600);
    chmodSync(join(two, 'data'), 0o700);
    utimesSync(join(two, 'data/b'), 1, 1);
    const files = ['app-{arch}:/bin/app:755', 'data:/srv'];
    const first = await assembled(one, request({ files }, { labels: { a: '1', b: '2' } }));
    const second = await assembled(two, request({ files }, { labels: { b: '2', a: '1' } }));
    expect(second.id).toBe(first.id);
    expect(first.id).toBe('sha256:9a1dd06b6f122bce977db8c94207cec4d8eb6f97cb5db76fbe06479bfa2bd7ad');
    const later = await assembled(one, request({ files }, { labels: { a: '1', b: '2' } }), {
      env: { SOURCE_DATE_EPOCH: '1700000000' },
    });
    expect(later.id).not.toBe(first.id);
  });

  test('holds folders, links, modes and parents', async () => {
    const folder = temporaryFolder({ 'tree/run.sh': '#!/bin/sh\n', 'tree/sub/data': 'x' });
    chmodSync(join(folder, 'tree/run.sh'), 0o755);
    symlinkSync('sub/data', join(folder, 'tree/link'));
    mkdirSync(join(folder, 'tree/empty'));
    const { uploads } = await assembled(
      folder,
      request({ files: ['tree:/opt/app', 'tree/sub/data:/etc/conf/:4750', 'tree/run.sh:run'] }),
    );
    const layer = [...uploads.blobs.values()].find((blob) => blob[0] === 0x1f);
    const tar = gunzipSync(layer ?? Buffer.alloc(0));
    const names: string[] = [];
    for (let at = 0; tar[at] !== 0;) {
      const field = (from: number, length: number): string =>
        tar
          .subarray(at + from, at + from + length)
          .toString('latin1')
          .replace(/\0[^]*$/, '');
      names.push(
        `${field(100, 8)} ${field(0, 100)}${field(157, 100) === '' ? '' : ` -> ${field(157, 100)}`}`,
      );
      at += 512 + Math.ceil(parseInt(field(124, 12), 8) / 512) * 512;
    }
    expect(names).toEqual([
      '0000755 etc/',
      '0000755 etc/conf/',
      '0004750 etc/conf/data',
      '0000755 opt/',
      '0000755 opt/app/',
      '0000755 opt/app/empty/',
      '0000777 opt/app/link -> sub/data',
      '0000755 opt/app/run.sh',
      '0000755 opt/app/sub/',
      '0000644 opt/app/sub/data',
      '0000755 run',
    ]);
  });

  test('is given as an OCI image layout, with the bytes that are pushed', async () => {
    const cwd = temporaryFolder({ 'app-s390x': tinyProgram('s390x') });
    const engine = new AssembleEngine(testOptions({ cwd, env: {} }));
    const image = await engine.build(request({ entrypoint: ['/bin/app'] }));
    const read = await readArchive(engine.archive(image), { what: 'it', platform });
    expect(image.manifest && parseManifest(image.manifest)).toMatchObject({
      config: { digest: read.configDigest },
    });
    expect(read.layers.map((layer) => 'diffId' in layer && layer.diffId)).toEqual(read.config.diffIds);
    expect(contentOf(read.config, read.layers, () => false).machines).toEqual({ s390x: 1 });
    await engine.close();
  });

  test('leaves nothing behind', async () => {
    const temp = temporaryFolder();
    await assembled(temporaryFolder(app), request({}), { temp });
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe('what can not be assembled', () => {
  test.each<[string, Partial<FilesSource>, Partial<BuildRequest>, string]>([
    ['no files', { files: [] }, {}, 'E_INPUT'],
    ['a source that is not there', { files: ['nothere:/x'] }, {}, 'E_INPUT'],
    ['two things at one place', { files: ['app-s390x:/x', 'app-s390x:x'] }, {}, 'E_INPUT'],
    ['a file under a file', { files: ['app-s390x:/x', 'app-s390x:/x/y'] }, {}, 'E_INPUT'],
    ['a destination outside', { files: ['app-s390x:/../x'] }, {}, 'E_INPUT'],
    ['an unknown placeholder', { files: ['app-{cpu}:/x'] }, {}, 'E_INPUT'],
    ["annotations in Docker's format", { format: 'docker', annotations: { a: 'b' } }, {}, 'E_UNSUPPORTED'],
    ["an owner that tar can't hold", { files: ['app-s390x:/x:755:2097152'] }, {}, 'E_INPUT'],
    ['env without a name', { env: ['=x'] }, {}, 'E_INPUT'],
    ['a label with a newline', {}, { labels: { a: 'b\nc' } }, 'E_INPUT'],
    ['emulation', {}, { mode: 'emulate' }, 'E_UNSUPPORTED'],
    ['windows', {}, { platform: parsePlatform('windows/amd64') }, 'E_UNSUPPORTED'],
    ['a Dockerfile', {}, { source: { kind: 'dockerfile', context: '.' } }, 'E_UNSUPPORTED'],
  ])('%s', async (_, source, rest, code) => {
    await expect(assembled(temporaryFolder(app), request(source, rest))).rejects.toMatchObject({ code });
  });

  test('all problems are told at once', async () => {
    const files = ['one:/1', 'two:/2'];
    await expect(assembled(temporaryFolder(app), request({ files }))).rejects.toThrow(
      /"one" is not there.*"two" is not there/,
    );
  });

  test('a link that leads out of the workspace', async () => {
    const folder = temporaryFolder({ 'w/x': '', secret: 's' });
    symlinkSync('../secret', join(folder, 'w/link'));
    const inside = { cwd: join(folder, 'w'), workspace: join(folder, 'w') };
    await expect(assembled(folder, request({ files: ['link:/x'] }), inside)).rejects.toThrow(
      'leads out of the workspace',
    );
    await expect(assembled(folder, request({ files: ['../secret:/x'] }), inside)).rejects.toThrow(
      'leads out of the workspace',
    );
  });

  test('a smoke test', async () => {
    const engine = new AssembleEngine(testOptions());
    await expect(engine.run()).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  test('a time that is none', async () => {
    await expect(
      assembled(temporaryFolder(app), request({}), { env: { SOURCE_DATE_EPOCH: 'now' } }),
    ).rejects.toMatchObject({ code: 'E_INPUT' });
  });
});

describe('a line of files', () => {
  const arm = parsePlatform('linux/arm/v6');

  test.each([
    ['a:/b', { source: 'a', destination: 'b' }],
    ['out/{os}-{arch}{variant}:/app:0755', { source: 'out/linux-armv6', destination: 'app', mode: 0o755 }],
    [' a b : /c d/ ', { source: 'a b', destination: 'c d/' }],
    ['a:/:644', { source: 'a', destination: '', mode: 0o644 }],
  ])('%j', (line, expected) => {
    expect(parseFileLine(line, arm)).toEqual(expected);
  });

  test.each(['a', 'a:', ':b', 'a:/b:999', 'a:/b:7', 'a:/b/../c', 'a:./b', 'a:/b:755:x', 'a:/b\\c', 'a{}:/b'])(
    '%j is E_INPUT',
    (line) => {
      expect(() => parseFileLine(line, arm)).toThrow(expect.objectContaining({ code: 'E_INPUT' }));
    },
  );
});
