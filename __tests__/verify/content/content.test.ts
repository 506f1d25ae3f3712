import { describe, expect, test } from '@jest/globals';
import * as zlib from 'node:zlib';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import {
  judgeContent,
  readContent,
  type ContentVerdict,
  type ImageContent,
} from '../../../src/verify/content/content.ts';
import { filesMatching } from '../../../src/verify/content/globs.ts';
import { LayerStore } from '../../../src/verify/content/layer-store.ts';
import { defaultCaps } from '../../../src/verify/content/read-layer.ts';
import { rejection } from '../../support/failure.ts';
import { buildImage, type Fixture, type ImageSpec } from '../../support/images.ts';
import { tar, type TarEntry } from '../../support/tar.ts';
import { tinyProgram } from '../../support/tiny-programs.js';
import { imageOf } from '../support.ts';
import { chunks, link, noise, program, script } from './support.ts';

/** A store over what images hold, which counts what it opens. */
function storeOf(images: readonly Fixture[], budget?: number): { store: LayerStore; opened: string[] } {
  const blobs = new Map(images.flatMap((image) => [...image.blobs]));
  const opened: string[] = [];
  const open = ({ digest }: Pick<Descriptor, 'digest'>): AsyncIterable<Uint8Array> => {
    opened.push(digest);
    return chunks(Buffer.from(blobs.get(digest) ?? ''), 10_000);
  };
  // Of several layers at a time it is chance which one spends the budget.
  const store = budget === undefined ? new LayerStore(open) : new LayerStore(open, budget, defaultCaps, 1);
  return { store, opened };
}

async function contentOf(
  spec: ImageSpec,
  allow: readonly string[] = [],
  budget?: number,
): Promise<ImageContent> {
  const image = buildImage(spec);
  return readContent(await imageOf(image), storeOf([image], budget).store, filesMatching(allow));
}

async function verdict(spec: ImageSpec, allow: readonly string[] = []): Promise<ContentVerdict> {
  const { platform = 'linux/amd64' } = spec;
  return judgeContent(parsePlatform(platform), await contentOf(spec, allow), 'leg');
}

async function told(spec: ImageSpec, allow: readonly string[] = []): Promise<unknown> {
  const { found, errors, warnings } = await verdict(spec, allow);
  return { found, errors: errors.map(({ code, message }) => `${code}: ${message}`), warnings };
}

const run = { Entrypoint: ['/app'] };
const platform = 'linux/s390x';
const elf = (machine: number, bits = 64): Buffer => {
  const bytes = tinyProgram('amd64');
  bytes[4] = bits / 32;
  bytes.writeUInt16LE(machine, 18);
  return bytes;
};

describe('an entry point', () => {
  test('of the right machine is what is found', async () => {
    expect(await told({ platform, run, layers: [[program('app', 's390x')]] })).toEqual({
      found: 's390x',
      errors: [],
      warnings: [],
    });
  });

  test('of another machine is named, with the way to it', async () => {
    expect(
      await told({ platform, run, layers: [[program('bin/real', 'amd64'), link('app', 'bin/real')]] }),
    ).toEqual({
      found: 'amd64',
      errors: ['E_CONTENT_MISMATCH: leg is to be s390x: /bin/real is amd64 (started by /app -> /bin/real)'],
      warnings: [],
    });
  });

  test('that is right and starts one that is not is an error', async () => {
    const layers = [[program('bin/sh', 's390x')], [script('app', '#!/bin/sh'), program('server', 'arm64')]];
    expect(await told({ platform, run: { ...run, Cmd: ['/server'] }, layers })).toMatchObject({
      found: 'arm64',
      errors: ['E_CONTENT_MISMATCH: leg is to be s390x: /server is arm64 (started by /app -> /server)'],
    });
  });

  test.each([
    ['linux/amd64', 3, 32, '386'],
    ['linux/arm64', 40, 32, 'arm'],
    ['linux/amd64', 62, 32, 'x32'],
    ['linux/ppc64le', 0xffff, 64, 'machine 65535 (64-bit, little-endian)'],
  ])(
    'for %s of its smaller sibling, or of no known machine, is another machine',
    async (of, machine, bits, found) => {
      const { found: told, errors } = await verdict({
        platform: of,
        run,
        layers: [[{ name: 'app', content: elf(machine, bits) }]],
      });
      expect([told, errors.map(({ code }) => code)]).toEqual([found, ['E_CONTENT_MISMATCH']]);
    },
  );

  test.each([
    ['a damaged ELF file', tinyProgram('s390x').subarray(0, 40)],
    ['WebAssembly', Buffer.from('\0asm\u0001\0\0\0')],
  ])('that is %s is told, and no error', async (what, content) => {
    expect(await told({ platform, run, layers: [[{ name: 'app', content }]] })).toEqual({
      found: 'unknown',
      errors: [],
      warnings: [`leg: /app is ${what}, so its machine is not known`],
    });
  });

  test('that a later layer replaced is the later one', async () => {
    const layers = [[program('app', 'amd64')], [program('app', 's390x')]];
    expect(await told({ platform, run, layers })).toMatchObject({ found: 's390x', errors: [], warnings: [] });
  });

  test('that may be of another machine is none', async () => {
    const spec = { platform, run, layers: [[program('app', 'amd64'), program('lib/x.so', 's390x')]] };
    expect(await told(spec, ['/app'])).toEqual({
      found: 's390x (no entry point found)',
      errors: [],
      warnings: [],
    });
  });
});

describe('without an entry point', () => {
  test('one program of the machine is enough', async () => {
    const layers = [
      [program('a', 's390x'), program('b', 'amd64'), program('c', 'amd64'), program('d', 'arm64')],
    ];
    expect(await told({ platform, layers })).toEqual({
      found: 's390x (no entry point found)',
      errors: [],
      warnings: [
        'leg also holds 2 programs for amd64, such as /b',
        'leg also holds 1 program for arm64, such as /d',
      ],
    });
    expect(await told({ platform, layers }, ['b', '/c', '**/d'])).toMatchObject({ warnings: [] });
  });

  test('none of it, and some of others, is an error', async () => {
    expect(await told({ platform, run, layers: [[program('lib/a.so', 'amd64')]] })).toEqual({
      found: 'amd64',
      errors: [
        'E_CONTENT_MISMATCH: leg is to be s390x, and none of its programs is: 1 program for amd64, such as /lib/a.so',
      ],
      warnings: [],
    });
  });

  test.each<[string, TarEntry[][]]>([
    ['data', [[{ name: 'index.html', content: '<html>' }]]],
    ['scripts', [[script('app', '#!/bin/sh')]]],
    [
      'kernel modules, BPF and WebAssembly',
      [
        [
          { name: 'a.wasm', content: '\0asm' },
          { name: 'b', content: elf(247) },
        ],
      ],
    ],
    ['no layer', []],
  ])('of %s there is nothing to be wrong', async (_what, layers) => {
    expect(await told({ platform, run, layers })).toEqual({ found: 'no programs', errors: [], warnings: [] });
  });
});

test('a root with emulators of other machines for other machines is warned about', async () => {
  const layers = [
    [program('bin/sh', 's390x'), program('usr/bin/qemu-x86_64-static', 's390x')],
    [program('usr/gnemul/x86_64/lib/libc.so.6', 'amd64')],
  ];
  expect(await told({ platform, run: { Cmd: ['qemu-x86_64-static', '/x'] }, layers })).toEqual({
    found: 's390x',
    errors: [],
    warnings: ['leg also holds 1 program for amd64, such as /usr/gnemul/x86_64/lib/libc.so.6'],
  });
});

test('an image for a system without ELF programs is not read', async () => {
  const image = buildImage({ platform: 'windows/amd64', layers: [[program('app')]] });
  const { store, opened } = storeOf([image]);
  const content = await readContent(await imageOf(image), store, () => false);
  expect(opened).toEqual([]);
  expect(judgeContent(parsePlatform('windows/amd64'), content, 'leg')).toEqual({
    found: 'not looked at for windows',
    errors: [],
    warnings: [],
  });
});

test('machines are counted by name up to thirty', async () => {
  const layers = [
    Array.from({ length: 50 }, (_, index) => ({ name: `p${index}`, content: elf(1000 + index) })),
  ];
  const { machines } = await contentOf({ layers });
  expect(Object.keys(machines)).toHaveLength(31);
  expect(machines['other machines']).toBe(20);
});

describe('layers', () => {
  test('that images share are read once', async () => {
    const base = [{ name: 'base', content: 'x' }];
    const images = ['amd64', 's390x'].map((name) =>
      buildImage({ platform: `linux/${name}`, layers: [base, base, [{ name: 'own', content: name }]] }),
    );
    const { store, opened } = storeOf(images);
    await Promise.all(images.map(async (image) => readContent(await imageOf(image), store, () => false)));
    expect(opened).toHaveLength(3);
  });

  test('are many, and put together in their order', async () => {
    const layers = Array.from({ length: 40 }, (_, index) => [
      program('app', index === 39 ? 's390x' : 'amd64'),
      program(`p${index}`, 'arm64'),
    ]);
    const { machines } = await contentOf({ platform, run, layers });
    expect(machines).toEqual({ s390x: 1, arm64: 40 });
  });

  test('are let go of when many were read', async () => {
    const names = (start: number): TarEntry[] =>
      Array.from({ length: 60_000 }, (_, index) => ({
        name: `${start + index}`.padEnd(99, '-'),
        type: '2',
        linkName: 'x'.repeat(99),
      }));
    const image = buildImage({
      layers: [names(0), names(1e6), names(2e6)].map((each) => each.slice(0, 60_000)),
    });
    const { store, opened } = storeOf([image]);
    const { manifest, config } = await imageOf(image);
    for (const index of [0, 1, 2, 2, 0])
      await store.read(manifest.layers[index] ?? fail(), config.diffIds[index]);
    expect(opened).toEqual([0, 1, 2, 0].map((index) => manifest.layers[index]?.digest));
  }, 60_000);

  test('as many as diffIDs', async () => {
    const image = await imageOf(buildImage({ config: { rootfs: { type: 'layers', diff_ids: [] } } }));
    const error = await rejection(readContent(image, storeOf([]).store, () => false));
    expect([error.code, error.message]).toEqual([
      'E_LAYER',
      `${image.descriptor.digest} has 1 layers and 0 diffIDs`,
    ]);
  });

  test('that are wrong are all told at once', async () => {
    const wrong = [digestOf(noise(1)), digestOf(noise(2))];
    const image = buildImage({
      layers: [[{ name: 'a' }], [{ name: 'b' }]],
      config: { rootfs: { type: 'layers', diff_ids: wrong } },
    });
    const error = await rejection(readContent(await imageOf(image), storeOf([image]).store, () => false));
    expect(error.code).toBe('E_LAYER');
    for (const digest of wrong) expect(error.message).toContain(`the config says ${digest}`);
  });

  test('that are not read leave the verdict open, and are told', async () => {
    const layers = [[program('lib.so', 'amd64')]];
    const encrypted = {
      layers: [{ ...descriptorOf(noise(50)), mediaType: 'application/vnd.oci.image.layer.v1.tar+encrypted' }],
    };
    const partly = await verdict({ platform, layers, manifest: encrypted });
    expect(partly).toMatchObject({ found: 'unknown', errors: [] });
    expect(partly.warnings).toEqual([
      expect.stringMatching(/\+encrypted", so what is in it was not checked$/),
    ]);
  });

  describe('beyond the budget', () => {
    const filler = (name: string) => [{ name, content: noise(20_000) }];
    const layer = /layer sha256:[0-9a-f]{64}/.source;

    async function judged(spec: ImageSpec, budget: number): Promise<ContentVerdict> {
      return judgeContent(parsePlatform(platform), await contentOf({ platform, ...spec }, [], budget), 'leg');
    }

    test('leave the verdict open: what was not read, and how far, is told', async () => {
      const layers = ['a', 'b', 'c', 'd', 'e', 'f'].map(filler);
      const { found, errors, warnings } = await judged({ layers }, 25_000);
      expect([found, errors]).toEqual(['not read: budget (5 of 6 layers)', []]);
      expect(warnings).toEqual([
        expect.stringMatching(
          new RegExp(
            `^leg: 5 of its 6 layers were not read, for content-limit \\(24.4 KiB\\) was reached: .*${layer}, ${layer}.*, 1 more; what is in them was not checked: raise content-limit, or set it to none$`,
          ),
        ),
      ]);
    });

    test('say how far the one was read that was begun', async () => {
      const { warnings } = await judged({ layers: [[{ name: 'a', content: noise(200_000) }]] }, 100_000);
      expect(warnings.join()).toMatch(
        new RegExp(`1 of its 1 layers .*\\(97\\.7 KiB\\) was reached: ${layer} after [0-9.]+ KiB of it;`),
      );
    });

    test('do not hide that the entry point was found, nor that they might replace it', async () => {
      const layers = [[program('app', 's390x')], filler('a')];
      expect((await judged({ run, layers }, 12_000)).found).toBe('s390x (1 of 2 layers not read: budget)');
    });

    test('may replace an entry point of another machine: it is warned about, and no error', async () => {
      const layers = [[program('app', 'amd64')], filler('a')];
      const { found, errors, warnings } = await judged({ run, layers }, 12_000);
      expect([found, errors]).toEqual(['amd64 (1 of 2 layers not read: budget)', []]);
      expect(warnings).toEqual([
        expect.stringContaining('1 of its 2 layers were not read'),
        'leg is to be s390x: /app is amd64 (started by /app), unless a layer that was not read replaces it',
      ]);
    });

    test('do replace it: the same image read whole is what it is to be', async () => {
      const layers = [[program('app', 'amd64')], [...filler('a'), program('app', 's390x')]];
      expect((await judged({ run, layers }, 12_000)).errors).toEqual([]);
      expect((await judged({ run, layers }, Infinity)).found).toBe('s390x');
    });

    test('are those that one byte is missing for, and not those that it is just enough for', async () => {
      const entries = [program('app', 's390x')];
      const { length } = tar(entries);
      const found = async (budget: number) => (await judged({ layers: [entries], run }, budget)).found;
      expect([await found(length - 1), await found(length), await found(Infinity)]).toEqual([
        'not read: budget (1 of 1 layers)',
        's390x',
        's390x',
      ]);
    });
  });

  test('what was read of an image that was not read whole is judged', async () => {
    const app = zlib.gzipSync(Buffer.from(''));
    const image = buildImage({ platform, run, layers: [[program('app', 'amd64')]] });
    const proven = await imageOf(image);
    const unread = { ...descriptorOf(app), mediaType: 'application/x-unknown' };
    const content = await readContent(
      {
        ...proven,
        manifest: { ...proven.manifest, layers: [...proven.manifest.layers, unread] },
        config: { ...proven.config, diffIds: [...proven.config.diffIds, unread.digest] },
      },
      storeOf([image]).store,
      () => false,
    );
    const { errors, warnings } = judgeContent(parsePlatform(platform), content, 'leg');
    expect([errors.length, warnings.length]).toEqual([1, 1]);
  });
});

function descriptorOf(bytes: Buffer): { digest: ReturnType<typeof digestOf>; size: number } {
  return { digest: digestOf(bytes), size: bytes.length };
}

function fail(): never {
  throw new Error('there is no such layer');
}
