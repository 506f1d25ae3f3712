import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as zlib from 'node:zlib';
import { CodedError } from '../../../src/errors.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { readLayer, ReadBudget, type ReadLayer } from '../../../src/verify/content/read-layer.ts';
import { rejection } from '../../support/failure.ts';
import { tar } from '../../support/tar.ts';
import { chunks, layerOf, member, noise } from './support.ts';

const archive = tar([
  { name: 'bin/app', content: '#!/bin/sh\n' },
  { name: 'data', content: noise(300_000) },
]);
const ociGzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const ociZstd = 'application/vnd.oci.image.layer.v1.tar+zstd';
const ociPlain = 'application/vnd.oci.image.layer.v1.tar';
const hasZstd = 'zstdCompressSync' in zlib;

interface Options {
  readonly mediaType?: string;
  readonly chunk?: number;
  readonly diffId?: string;
  readonly budget?: number;
  readonly over?: Partial<Descriptor>;
}

async function read(blob: Buffer, options: Options = {}): Promise<ReadLayer> {
  const { mediaType = ociGzip, chunk = 5000, diffId, budget = 1e9, over } = options;
  return readLayer(
    { ...layerOf(blob, mediaType), ...over },
    diffId === undefined ? undefined : (diffId as ReturnType<typeof digestOf>),
    () => chunks(blob, chunk),
    new ReadBudget(budget),
  );
}

/** The paths in a layer, and what is odd about it. */
function told(layer: ReadLayer): unknown {
  if ('unread' in layer) return layer.unread.replace(/sha256:\w+/, 'x');
  const paths = [...layer.changes].map(({ parts }) => parts.join('/'));
  return [paths, layer.warning?.replace(/sha256:\w+/, 'x')];
}

const whole = [['bin/app', 'data'], undefined];

describe('gzip', () => {
  const blob = zlib.gzipSync(archive);

  test.each([1, 7, 1000, 1e9])('in chunks of %d', async (chunk) => {
    const small = zlib.gzipSync(tar([{ name: 'a' }]));
    expect(told(await read(chunk < 1000 ? small : blob, { chunk }))).toEqual(
      chunk < 1000 ? [['a'], undefined] : whole,
    );
  });

  test.each([100, 1e9])('of several members, as stargz and pigz write, in chunks of %d', async (chunk) => {
    const members = [archive.subarray(0, 700), archive.subarray(700), Buffer.alloc(0)].map((part) =>
      zlib.gzipSync(part),
    );
    expect(told(await read(Buffer.concat(members), { chunk }))).toEqual(whole);
  });

  test('the diffID is of what comes out', async () => {
    expect(told(await read(blob, { diffId: digestOf(archive) }))).toEqual(whole);
    expect(told(await read(blob, { diffId: digestOf(archive, 'sha512') }))).toEqual(whole);
    const error = await rejection(read(blob, { diffId: digestOf(blob) }));
    expect([error.code, error.message]).toEqual([
      'E_LAYER',
      `layer ${digestOf(blob)} inflates to ${digestOf(archive)}, the config says ${digestOf(blob)}`,
    ]);
  });

  const wrongSum = Buffer.from(blob);
  wrongSum.writeUInt32LE(wrongSum.readUInt32LE(wrongSum.length - 8) ^ 1, wrongSum.length - 8);
  test.each<[string, Buffer, string]>([
    ['truncated', blob.subarray(0, -9), 'unexpected end of file'],
    ['without its last sum', blob.subarray(0, -1), 'unexpected end of file'],
    ['with a wrong sum', wrongSum, 'incorrect data check'],
    [
      'followed by junk',
      Buffer.concat([blob, Buffer.from('this is no gzip member')]),
      'incorrect header check',
    ],
    ['followed by zeros', Buffer.concat([blob, Buffer.alloc(40_000)]), 'it goes on behind its end'],
    ['followed by one zero', Buffer.concat([blob, Buffer.alloc(1)]), 'it goes on behind its end'],
    [
      'of a wrong method',
      Buffer.concat([Buffer.from([0x1f, 0x8b, 9]), blob.subarray(3)]),
      'unknown compression method',
    ],
  ])('%s is E_LAYER', async (_what, bytes, problem) => {
    for (const chunk of [1000, 1e9]) {
      const error = await rejection(read(bytes, { chunk }));
      expect([error.code, error.message]).toEqual([
        'E_LAYER',
        `layer ${digestOf(bytes)} can't be inflated: ${problem}`,
      ]);
    }
  });

  test('gzip in gzip is no layer', async () => {
    const error = await rejection(read(zlib.gzipSync(blob)));
    expect([error.code, error.message]).toEqual(['E_LAYER', expect.stringContaining('is no tar archive')]);
  });
});

(hasZstd ? describe : describe.skip)('zstd', () => {
  const frame = (bytes: Buffer, checksum = 0): Buffer =>
    zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: checksum } });
  const skippable = Buffer.concat([Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')]);
  const mediaType = ociZstd;

  test.each([1, 13, 4096, 1e9])(
    'of several frames, as zstd:chunked writes, in chunks of %d',
    async (chunk) => {
      const part = (start: number, stop?: number): Buffer => archive.subarray(start, stop);
      const blob = Buffer.concat([
        skippable,
        frame(part(0, 100)),
        frame(Buffer.alloc(0), 1),
        frame(part(100, 150_000), 1),
        skippable,
        frame(part(150_000)),
        skippable,
      ]);
      const options = { mediaType, diffId: digestOf(archive) };
      expect(
        told(
          await read(
            chunk === 1 ? Buffer.concat([skippable, frame(archive.subarray(0, 1024))]) : blob,
            chunk === 1 ? { mediaType, chunk } : { ...options, chunk },
          ),
        ),
      ).toEqual(chunk === 1 ? [['bin/app'], undefined] : whole);
    },
  );

  test.each<[string, (blob: Buffer) => Buffer]>([
    ['truncated', (blob) => blob.subarray(0, -5)],
    ['cut in its header', (blob) => blob.subarray(0, 5)],
    ['followed by junk', (blob) => Buffer.concat([blob, Buffer.from('junk')])],
    ['followed by a cut frame', (blob) => Buffer.concat([blob, blob.subarray(0, 3)])],
    [
      'damaged',
      (blob) => Buffer.concat([blob.subarray(0, 2000), Buffer.alloc(40, 0xff), blob.subarray(2040)]),
    ],
  ])('%s is E_LAYER', async (_what, damage) => {
    for (const chunk of [10, 1e9]) {
      const error = await rejection(
        read(damage(frame(tar([{ name: 'a', content: noise(5000) }]), 1)), { mediaType, chunk }),
      );
      expect([error.code, error.message]).toEqual(['E_LAYER', expect.stringContaining("can't be inflated")]);
    }
  });

  test('with a window that would take too much memory is told', async () => {
    const wide = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00]);
    expect(told(await read(wide, { mediaType }))).toBe('layer x is zstd with a window of more than 32 MiB');
  });

  test('whatever the bytes behind the magic, E_LAYER or told', async () => {
    const bytes = fc
      .uint8Array({ maxLength: 300 })
      .map((rest) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...rest]));
    await fc.assert(
      fc.asyncProperty(bytes, async (blob) => {
        const outcome = await read(blob, { mediaType, chunk: 9 }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'E_LAYER' });
      }),
    );
  });
});

describe('how a layer is packed is told from its bytes, as runtimes do', () => {
  const gzip = zlib.gzipSync(archive);

  test.each<[string, string, Buffer, string | undefined]>([
    ['OCI gzip', ociGzip, gzip, undefined],
    ['OCI plain', ociPlain, archive, undefined],
    ['OCI nondistributable', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', gzip, undefined],
    ['Docker gzip', 'application/vnd.docker.image.rootfs.diff.tar.gzip', gzip, undefined],
    [
      'Docker foreign, without addresses',
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      gzip,
      undefined,
    ],
    ['Docker plain', 'application/vnd.docker.image.rootfs.diff.tar', archive, undefined],
    [
      'gzip in an OCI plain type',
      ociPlain,
      gzip,
      'layer x is gzip, its media type says a plain tar archive: containerd refuses it',
    ],
    [
      'plain in a gzip type',
      ociGzip,
      archive,
      'layer x is a plain tar archive, its media type says gzip: some runtimes may refuse it',
    ],
    [
      'gzip in a zstd type',
      ociZstd,
      gzip,
      'layer x is gzip, its media type says zstd: some runtimes may refuse it',
    ],
  ])('%s', async (_what, mediaType, blob, warning) => {
    for (const chunk of [500, 1e9]) {
      expect(told(await read(blob, { mediaType, chunk }))).toEqual([whole[0], warning]);
    }
  });

  test('an empty blob is an empty layer', async () => {
    expect(told(await read(Buffer.alloc(0), { mediaType: ociPlain }))).toEqual([[], undefined]);
  });

  test.each<[string, Buffer, Options, string]>([
    ['xz', Buffer.from('\xfd7zXZ\0more', 'latin1'), {}, 'layer x is packed with xz, which few runtimes read'],
    ['bzip2', Buffer.from('BZh91AY'), {}, 'layer x is packed with bzip2, which few runtimes read'],
    [
      'encrypted',
      noise(1000),
      { mediaType: `${ociGzip}+encrypted` },
      'layer x is "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"',
    ],
    [
      'of no image',
      noise(1000),
      { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip' },
      'layer x is "application/vnd.cncf.helm.chart.content.v1.tar+gzip"',
    ],
    [
      'foreign',
      noise(1000),
      {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        over: { urls: ['http://169.254.169.254/'] },
      },
      'layer x is kept outside the registry',
    ],
  ])('%s is told, and not passed over in silence', async (_what, blob, options, reason) => {
    expect(told(await read(blob, options))).toBe(reason);
  });

  test('an address does not hide a layer that the registry has', async () => {
    expect(told(await read(gzip, { over: { urls: ['https://example.com/layer'] } }))).toEqual(whole);
  });
});

describe('what a read may cost', () => {
  const bomb = zlib.gzipSync(
    Buffer.concat([
      tar([{ name: 'zeros', size: 100 * 2 ** 20 }]).subarray(0, 512),
      Buffer.alloc(100 * 2 ** 20),
    ]),
  );

  test('a bomb is stopped on the way', async () => {
    let given = 0;
    const blob = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks(bomb, 4096)) {
        given += chunk.length;
        yield chunk;
      }
    };
    const error = await rejection(readLayer(layerOf(bomb), undefined, blob, new ReadBudget(1e12)));
    expect([error.code, error.message]).toEqual([
      'E_LAYER',
      `layer ${digestOf(bomb)} of ${bomb.length} bytes inflates to more than 200 times that`,
    ]);
    expect(given).toBeLessThan(bomb.length);
  });

  test('an empty database file is none', async () => {
    const size = 60 * 2 ** 20;
    const zeros = Buffer.concat([tar([{ name: 'ibdata1', size }]).subarray(0, 512), Buffer.alloc(size)]);
    expect(told(await read(zlib.gzipSync(zeros)))).toEqual([['ibdata1'], undefined]);
  });

  test('the budget is counted while reading, over all layers, and told', async () => {
    const blob = zlib.gzipSync(archive);
    const budget = new ReadBudget(archive.length + 1000);
    const one = async (): Promise<unknown> =>
      told(await readLayer(layerOf(blob), undefined, () => chunks(blob, 999), budget));
    expect(await one()).toEqual(whole);
    expect(await one()).toBe('layer x: the budget for reading is spent');
    expect(await one()).toBe('layer x: the budget for reading is spent');
  });

  test('names of more than 32 MiB are refused', async () => {
    const long = member({ name: 'x', type: 'K', content: 'target/'.repeat(580) });
    const pair = Buffer.concat([long, member({ name: 'l', type: '2' })]);
    const blob = zlib.gzipSync(Buffer.concat(Array.from({ length: 8500 }, () => pair)), { level: 1 });
    expect((await rejection(read(blob, { chunk: 1e6 }))).message).toContain(
      'has more than 33554432 bytes of names',
    );
  });
});

describe('the stream', () => {
  test('is closed when the reading stops early', async () => {
    let closed = 0;
    const blob = (bytes: Buffer) =>
      async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* chunks(bytes, 100);
          yield* chunks(bytes, 100);
        } finally {
          closed += 1;
        }
      };
    const junk = Buffer.from('BZh is not read at all'.repeat(20));
    for (const bytes of [junk, zlib.gzipSync('no tar, and long enough'.repeat(90)), zlib.gzipSync(archive)]) {
      await readLayer(layerOf(bytes), undefined, blob(bytes), new ReadBudget(1e5)).catch(() => undefined);
    }
    expect(closed).toBe(3);
  });

  test('that fails is not taken for a damaged layer', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunks(zlib.gzipSync(archive).subarray(0, 3000), 1000);
      throw new CodedError('E_NETWORK', 'the line is dead');
    };
    const error = await rejection(readLayer(layerOf(archive), undefined, failing, new ReadBudget(1e9)));
    expect(error.code).toBe('E_NETWORK');
  });

  test('whatever the bytes, E_LAYER, told, or read', async () => {
    const gzipLike = fc
      .uint8Array({ maxLength: 200 })
      .map((rest) => Uint8Array.from([0x1f, 0x8b, 8, 0, ...rest]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 1500 }), gzipLike), async (bytes) => {
        const outcome = await read(Buffer.from(bytes), { chunk: 50 }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'E_LAYER' });
      }),
    );
  });
});
