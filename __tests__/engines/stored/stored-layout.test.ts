import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { StoredImages } from '../../../src/engines/stored/stored-images.ts';
import { readStoredLayout } from '../../../src/engines/stored/stored-layout.ts';
import type { BuiltImage } from '../../../src/engines/engine.ts';
import { digestOf, type Digest } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { parseRepository } from '../../../src/oci/reference.ts';
import { formatPlatform } from '../../../src/platform/platform.ts';
import { temporaryFolder, testOptions } from '../support/scripted.ts';

const emptyLayer = Buffer.from('a layer');

interface Written {
  readonly folder: string;
  readonly manifest: Digest;
  readonly config: Digest;
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** An OCI image layout of one image, as engines write it. */
function layout(architecture: string, entries = 1): Written {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture,
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(emptyLayer)] },
    }),
  );
  const described = (mediaType: string, bytes: Buffer): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: described(mediaTypes.ociConfig, config),
      layers: [described(mediaTypes.ociLayer, emptyLayer)],
    }),
  );
  const manifests = Array.from({ length: entries }, () => described(mediaTypes.ociManifest, manifest));
  const folder = temporaryFolder({
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
    [blobPath(digestOf(config))]: config,
    [blobPath(digestOf(manifest))]: manifest,
    [blobPath(digestOf(emptyLayer))]: emptyLayer,
  });
  return { folder, manifest: digestOf(manifest), config: digestOf(config) };
}

describe('a layout that an engine has written', () => {
  test('is read with its config, and every blob once', async () => {
    const { folder, manifest, config } = layout('s390x');
    const read = await readStoredLayout(folder);
    expect(read.top.digest).toBe(manifest);
    expect(read.blobs.map(({ digest }) => digest)).toEqual([digestOf(emptyLayer), config]);
    expect(read.runnable.config.architecture).toBe('s390x');
    expect(read.children).toEqual([]);
  });

  test('with other bytes under a name than the name says', async () => {
    const { folder, config } = layout('s390x');
    writeFileSync(join(folder, blobPath(config)), '{}');
    await expect(readStoredLayout(folder)).rejects.toMatchObject({ code: 'E_DIGEST_MISMATCH' });
  });

  test('without a manifest that its index names', async () => {
    const { folder, manifest } = layout('s390x');
    rmSync(join(folder, blobPath(manifest)));
    await expect(readStoredLayout(folder)).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: `the engine did not write ${manifest}`,
    });
  });

  test('with a document that is too large is not read', async () => {
    const { folder } = layout('s390x');
    writeFileSync(join(folder, 'index.json'), Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    await expect(readStoredLayout(folder)).rejects.toMatchObject({ code: 'E_MANIFEST' });
  });

  test.each([0, 2])('with %d images is none of ours', async (entries) => {
    await expect(readStoredLayout(layout('s390x', entries).folder)).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: `the engine wrote ${entries} images where one was to be`,
    });
  });
});

describe('images in files', () => {
  const image = (name: string, id: string): BuiltImage => ({ engine: 'buildx', name, id });

  test('of one name are told apart by their ids, and of one id by their names', async () => {
    const images = new StoredImages(testOptions());
    const [s390x, ppc64le] = [layout('s390x'), layout('ppc64le')];
    const one = image('app', s390x.manifest);
    const other = image('app', ppc64le.manifest);
    const again = image('again', s390x.manifest);
    images.keep(one, await readStoredLayout(s390x.folder));
    images.keep(other, await readStoredLayout(ppc64le.folder));
    images.keep(again, await readStoredLayout(s390x.folder));
    images.forget(one);
    expect(() => images.archive(one)).toThrow(`${s390x.manifest} is no image of this engine`);
    expect(formatPlatform(await images.platformOf(other))).toBe('linux/ppc64le');
    expect(formatPlatform(await images.platformOf(again))).toBe('linux/s390x');
  });

  test('are pushed by digest with their blobs first', async () => {
    const { folder, manifest, config } = layout('s390x');
    const sent: string[] = [];
    const uploader = {
      uploadBlob: async (_: unknown, { digest }: { digest: Digest }): Promise<void> => {
        sent.push(digest);
        await Promise.resolve();
      },
      putManifest: async (_: unknown, reference: string): Promise<void> => {
        sent.push(`manifest ${reference}`);
        await Promise.resolve();
      },
    };
    const images = new StoredImages(testOptions({ uploader }));
    const built = image('app', manifest);
    images.keep(built, await readStoredLayout(folder));
    expect(await images.pushByDigest(built, parseRepository('quay.io/acme/app'))).toBe(manifest);
    expect(sent).toEqual([digestOf(emptyLayer), config, `manifest ${manifest}`]);
  });
});
