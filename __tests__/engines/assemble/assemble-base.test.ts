import { describe, expect, test } from '@jest/globals';
import { AssembleEngine } from '../../../src/engines/assemble/assemble.ts';
import type { BuiltImage, FilesSource } from '../../../src/engines/engine.ts';
import type { EngineOptions, ImageReader, ImageUploader } from '../../../src/engines/options.ts';
import type { CodedError } from '../../../src/errors.ts';
import { parseImageConfig } from '../../../src/oci/config.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parseManifest, type ImageManifest } from '../../../src/oci/manifest.ts';
import type { ManifestBytes } from '../../../src/oci/manifest-bytes.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { readArchive } from '../../../src/verify/content/archive.ts';
import { layerPaths } from '../../../src/verify/content/folders.ts';
import { rejection } from '../../support/failure.ts';
import { buildImage, buildIndex, type Fixture, type ImageSpec } from '../../support/images.ts';
import { temporaryFolder, testOptions } from '../support/scripted.ts';

const platform = parsePlatform('linux/s390x');
const target = parseReference('registry.test/acme/app:v1-s390x');
const base = 'registry.test/acme/base:1';

const run = {
  Entrypoint: ['/bin/sh', '-c'],
  Cmd: ['echo base'],
  Env: ['PATH=/usr/bin:/bin', 'LANG=C'],
  Healthcheck: { Test: ['CMD', '/bin/true'] },
  StopSignal: 'SIGINT',
};

function baseImage(layers: NonNullable<ImageSpec['layers']>, spec: Partial<ImageSpec> = {}): Fixture {
  return buildImage({
    platform: 'linux/s390x',
    layers,
    run,
    labels: { from: 'base', both: 'base' },
    ...spec,
  });
}

/** A registry with these under their tags. */
function reading(tags: Readonly<Record<string, Fixture>>): ImageReader {
  const all = Object.values(tags).flatMap((fixture) => [fixture, ...fixture.children]);
  const blob = (digest: Digest): Uint8Array => {
    const found = all.map(({ blobs }) => blobs.get(digest)).find((bytes) => bytes !== undefined);
    if (found === undefined) throw new Error(`no blob ${digest}`);
    return found;
  };
  return {
    getManifest: ({ name }, wanted) =>
      Promise.resolve(
        (tags[`${name}:${wanted}`] ?? all.find(({ manifest }) => manifest.digest === wanted))?.manifest,
      ),
    readBlob: (_, { digest }) => Promise.resolve(blob(digest)),
    // eslint-disable-next-line @typescript-eslint/require-await -- as a registry gives it
    getBlob: async function* (_, { digest }) {
      yield blob(digest);
    },
    layerPaths,
  };
}

interface Made {
  readonly image: BuiltImage;
  readonly manifest: ImageManifest;
  readonly config: Record<string, unknown> & { config: Record<string, unknown>; history: unknown[] };
  readonly diffIds: readonly Digest[];
  /** Of our own layer, in its order. */
  readonly paths: string[];
}

const app = { 'app-s390x': 'program\n' };

async function assembled(
  tags: Readonly<Record<string, Fixture>>,
  source: Partial<FilesSource> = {},
  overrides: Partial<EngineOptions> = {},
  files: Readonly<Record<string, string>> = app,
): Promise<Made> {
  const blobs = new Map<string, Buffer>();
  let pushed: ManifestBytes | undefined;
  const uploader: ImageUploader = {
    uploadBlob: async (_, { digest }, open) => {
      const parts: Uint8Array[] = [];
      for await (const part of open()) parts.push(part);
      blobs.set(digest, Buffer.concat(parts));
    },
    putManifest: (_, __, manifest) => Promise.resolve(void (pushed = manifest)),
  };
  const cwd = temporaryFolder(files);
  const engine = new AssembleEngine(
    testOptions({ cwd, env: {}, uploader, reader: reading(tags), ...overrides }),
  );
  try {
    const image = await engine.build({
      platform,
      mode: 'cross',
      source: { kind: 'files', context: '.', base, files: ['app-{arch}:/bin/app'], ...source },
      labels: { both: 'ours' },
    });
    await engine.push(image, target);
    if (pushed === undefined) throw new Error('nothing was pushed');
    const manifest = parseManifest(pushed) as ImageManifest;
    const configBytes = blobs.get(manifest.config.digest) ?? Buffer.alloc(0);
    const own = blobs.get(manifest.layers.at(-1)?.digest ?? '') ?? Buffer.alloc(0);
    const paths: string[] = [];
    // eslint-disable-next-line @typescript-eslint/require-await -- as a registry gives it
    const stream = (async function* () {
      yield own;
    })();
    await layerPaths('own', stream, (parts, change) => {
      const mode = change.kind === 'folder' ? ` ${change.mode.toString(8)}` : '';
      paths.push(`${change.kind} ${parts.join('/')}${mode}`);
    });
    return {
      image,
      manifest,
      config: JSON.parse(configBytes.toString()) as Made['config'],
      diffIds: parseImageConfig(configBytes, 'the config').diffIds,
      paths,
    };
  } finally {
    await engine.close();
  }
}

describe('files on a base', () => {
  const layers = [
    [{ name: 'usr/bin/sh', content: 'shell' }],
    [{ name: 'etc/os-release', content: 'NAME=base' }],
  ] as const;
  const bottom = baseImage(layers);
  const other = buildImage({ platform: 'linux/amd64' });
  const index = buildIndex([other, bottom]);

  test('the layers of the platform stay below as they are, and ours is on top', async () => {
    const { manifest, diffIds, config, image } = await assembled({ [base]: index });
    const below = parseManifest(bottom.manifest) as ImageManifest;
    expect(manifest.layers.slice(0, -1).map(({ digest, size }) => ({ digest, size }))).toEqual(
      below.layers.map(({ digest, size }) => ({ digest, size })),
    );
    expect(diffIds).toHaveLength(3);
    expect(config.history).toHaveLength(3);
    expect(config.history.at(-1)).toMatchObject({ created_by: 'native-multiarch assemble' });
    expect(manifest.annotations).toEqual({
      'org.opencontainers.image.base.digest': bottom.manifest.digest,
      'org.opencontainers.image.base.name': base,
    });
    expect(image.base).toEqual({ reference: base, digest: index.manifest.digest });
  });

  test('what the base says of how it is run stays, unless it is said anew', async () => {
    const { config } = await assembled(
      { [base]: bottom },
      { entrypoint: ['/bin/app'], env: ['LANG=de', 'MORE=1'], user: '1000' },
    );
    expect(config.config).toEqual({
      Entrypoint: ['/bin/app'],
      Env: ['PATH=/usr/bin:/bin', 'LANG=de', 'MORE=1'],
      User: '1000',
      Healthcheck: run.Healthcheck,
      StopSignal: 'SIGINT',
      Labels: { both: 'ours', from: 'base' },
    });
  });

  test('without an entry point of ours the arguments of the base stay too', async () => {
    const { config } = await assembled({ [base]: bottom });
    expect(config.config).toMatchObject({ Entrypoint: run.Entrypoint, Cmd: run.Cmd });
  });

  test('the same base and files are the same bytes, from an index and from its image', async () => {
    const digests = [
      (await assembled({ [base]: bottom })).image.id,
      (await assembled({ [base]: bottom })).image.id,
      (await assembled({ [base]: index })).image.id,
    ];
    expect(new Set(digests).size).toBe(1);
  });

  test('the whole is looked at as one image, base included', async () => {
    const cwd = temporaryFolder(app);
    const engine = new AssembleEngine(testOptions({ cwd, env: {}, reader: reading({ [base]: bottom }) }));
    const image = await engine.build({
      platform,
      mode: 'cross',
      source: { kind: 'files', context: '.', base, files: ['app-{arch}:/bin/app'] },
    });
    const found = await readArchive(engine.archive(image), { what: 'the image', platform });
    expect(found.layers.map((layer) => 'diffId' in layer && layer.diffId)).toEqual(found.config.diffIds);
    expect(found.layers).toHaveLength(3);
    await engine.close();
  });

  test.each([
    ['a format of Docker', 'docker', 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
    ['one of OCI', 'oci', 'application/vnd.oci.image.layer.v1.tar+gzip'],
  ] as const)('in %s all layers are of that kind', async (_, format, kind) => {
    const docker = baseImage(layers, { format: format === 'oci' ? 'docker' : 'oci' });
    const { manifest } = await assembled({ [base]: docker }, { format });
    expect(new Set(manifest.layers.map(({ mediaType }) => mediaType))).toEqual(new Set([kind]));
  });
});

describe('folders and links of a base', () => {
  const folder = (name: string, mode = 0o755) => ({ name, type: '5', mode });
  const link = (name: string, linkName: string) => ({ name, type: '2', linkName });

  test.each<[string, NonNullable<ImageSpec['layers']>, string[]]>([
    [
      'a link in the way is gone through',
      [[folder('usr'), folder('usr/bin'), link('bin', 'usr/bin')]],
      ['folder usr 755', 'folder usr/bin 755', 'file usr/bin/app'],
    ],
    [
      'an absolute one too',
      [[folder('opt', 0o711), link('bin', '/opt')]],
      ['folder opt 711', 'file opt/app'],
    ],
    ['a folder keeps its mode', [[folder('bin', 0o1777)]], ['folder bin 1777', 'file bin/app']],
    [
      'a link that a layer above takes away is not gone through',
      [[folder('opt'), link('bin', 'opt')], [{ name: '.wh.bin' }]],
      ['folder bin 755', 'file bin/app'],
    ],
    [
      'a link that a layer above puts a folder for is not gone through',
      [[link('bin', 'nowhere')], [{ name: '.wh.bin' }, folder('bin', 0o700)]],
      ['folder bin 700', 'file bin/app'],
    ],
    [
      'what an opaque folder hid is not there',
      [[folder('usr'), folder('usr/bin', 0o700), link('bin', 'usr/bin')], [{ name: 'usr/.wh..wh..opq' }]],
      ['folder usr 755', 'folder usr/bin 755', 'file usr/bin/app'],
    ],
    [
      'links in a circle stay as they are written',
      [[link('a', 'b'), link('b', 'a'), link('bin', 'a/x')]],
      ['folder bin 755', 'file bin/app'],
    ],
    [
      'a link cannot lead out of the image',
      [[link('bin', '../../../etc')]],
      ['folder etc 755', 'file etc/app'],
    ],
  ])('%s', async (_, layers, wanted) => {
    const { paths } = await assembled({ [base]: baseImage(layers) });
    expect(paths).toEqual(wanted);
  });

  test('a file is not put in the place of a folder', async () => {
    const error = await rejection(assembled({ [base]: baseImage([[folder('bin'), folder('bin/app')]]) }));
    expect(`${error.code}: ${error.message}`).toMatch(/^E_INPUT: .*"app-\{?s390x.*folder "\/bin\/app"/);
    expect(error.hint).toContain('/bin/app/');
  });
});

describe('a base that can not be used', () => {
  const good = baseImage([[{ name: 'x', content: 'y' }]]);

  test.each<[string, Readonly<Record<string, Fixture>>, Partial<FilesSource>, RegExp]>([
    ['is not there', {}, {}, /^E_NOT_FOUND: base "registry\.test\/acme\/base:1" is not there$/],
    [
      'lacks the platform in its index',
      {
        [base]: buildIndex([
          buildImage({ platform: 'linux/amd64' }),
          buildImage({ platform: 'linux/arm/v7' }),
        ]),
      },
      {},
      /^E_BASE_PLATFORM: base .* has no linux\/s390x, only linux\/amd64, linux\/arm\/v7$/,
    ],
    [
      'is one image of another platform',
      { [base]: buildImage({ platform: 'linux/amd64' }) },
      {},
      /^E_BASE_PLATFORM: base .* has no linux\/s390x, only linux\/amd64$/,
    ],
    [
      'names more layers than it has',
      {
        [base]: baseImage([[{ name: 'x' }]], {
          config: {
            rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`, `sha256:${'1'.repeat(64)}`] },
          },
        }),
      },
      {},
      /^E_MANIFEST: base .* has 1 layers and names 2$/,
    ],
    [
      'is not packed as Docker packs',
      { [base]: baseImage([[{ name: 'x' }]], { compression: 'none' }) },
      { format: 'docker' },
      /^E_UNSUPPORTED: the base has a layer of the kind "application\/vnd\.oci\.image\.layer\.v1\.tar", which can't be in an image of format docker$/,
    ],
    ['is no reference', {}, { base: 'Registry.test/Acme' }, /^E_REFERENCE: /],
    ['is in a layout that is not there', {}, { base: 'oci:./none' }, /^E_INPUT: .*none/],
  ])('%s', async (_, tags, source, wanted) => {
    const error: CodedError = await rejection(assembled(tags, source));
    expect(`${error.code}: ${error.message}`).toMatch(wanted);
  });

  test('nothing of it is uploaded that its own registry can mount', async () => {
    const mounted: string[] = [];
    const uploaded: string[] = [];
    const uploader: ImageUploader = {
      mountBlob: (_, digest) => Promise.resolve(mounted.push(digest) > 0),
      uploadBlob: (_, { digest }) => Promise.resolve(void uploaded.push(digest)),
      putManifest: () => Promise.resolve(),
    };
    const engine = new AssembleEngine(
      testOptions({ cwd: temporaryFolder(app), env: {}, uploader, reader: reading({ [base]: good }) }),
    );
    const image = await engine.build({
      platform,
      mode: 'cross',
      source: { kind: 'files', context: '.', base, files: ['app-{arch}:/bin/app'] },
    });
    await engine.push(image, target);
    await engine.push(image, parseReference('elsewhere.test/acme/app:v1'));
    expect(mounted).toEqual(
      (parseManifest(good.manifest) as ImageManifest).layers.map(({ digest }) => digest),
    );
    // Ours and the config, and at the other registry the base's as well.
    expect(uploaded).toHaveLength(2 + 3);
    await engine.close();
  });
});
