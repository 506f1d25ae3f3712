import { describe, expect, test } from '@jest/globals';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { createCopier, type CopySource, type CopyTarget } from '../../src/registry/copy/copier.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { Fault, RequestMatch } from '../support/fake-registry.ts';
import { failAtRandom, transientFaults } from '../support/fault-plans.ts';
import { buildIndex } from '../support/images.ts';
import { memoryLog } from '../support/memory-log.ts';
import { silentLog } from '../support/silent-log.ts';
import { basic, credentials, failureOf, noise, testClient } from './harness.ts';
import { fourPlatforms, imageOf, missingFrom, twoRegistries } from './copy-harness.ts';

const users = { alice: { password: 'secret-password' } };

/** The blob of 300 kB that the faults are about, and its requests. */
const layer = noise(300_000);
const digest = digestOf(layer);
const reading: RequestMatch = ({ method, path }) => method === 'GET' && path.includes(digest);
const writing: RequestMatch = ({ method, query }) =>
  (method === 'PUT' || method === 'PATCH') && query.get('digest') === digest;

describe('one fault on the way', () => {
  test.each<[string, 'source' | 'target', RequestMatch, Fault]>([
    ['the source breaks off', 'source', reading, { kind: 'truncate', bytes: 100_000 }],
    [
      'the source breaks off, chunked',
      'source',
      reading,
      { kind: 'truncate', bytes: 100_000, chunked: true },
    ],
    ['the source refuses for a while', 'source', reading, { kind: 'answer', status: 503 }],
    [
      'the source limits its rate',
      'source',
      reading,
      { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
    ],
    ['the source sends another byte', 'source', reading, { kind: 'corrupt' }],
    ['the target breaks off', 'target', writing, { kind: 'reset-upload', after: 150_000 }],
    ['the target breaks off at once', 'target', writing, { kind: 'reset' }],
    ['the answer to the upload is lost', 'target', writing, { kind: 'lost-answer' }],
    ['a gateway answers to the upload', 'target', writing, { kind: 'lost-behind', status: 504 }],
    ['the target limits its rate', 'target', writing, { kind: 'answer', status: 429 }],
    ['the token has ended', 'target', writing, { kind: 'unauthorized' }],
    ['a proxy finds the blob too large', 'target', writing, { kind: 'answer', status: 413 }],
    ['the session is gone', 'target', writing, { kind: 'answer', status: 404 }],
    ['the whole is refused as out of order', 'target', writing, { kind: 'answer', status: 416 }],
  ])('%s: all arrives', async (_, side, match, fault) => {
    const tree = buildIndex([imageOf(layer), imageOf(noise(50), 'linux/arm64')]);
    await using two = await twoRegistries(tree, {
      client: { limits: { chunkBytes: 64 * 1024 } },
      target: { auth: { mode: 'bearer', users } },
    });
    const { client, log } = testClient({
      credentials: credentials({ [two.target.host]: basic() }),
      pushRepositories: [two.to],
      limits: { chunkBytes: 64 * 1024 },
    });
    two[side].fail(match, fault);
    await createCopier({ log }).copyImage({
      client,
      from: two.from,
      to: two.to,
      manifest: tree.manifest,
    });
    client.close();
    expect(two[side].requests.filter((request) => request.fault !== undefined)).toHaveLength(1);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });

  test('what came before the source broke off is not asked for again', async () => {
    const tree = imageOf(layer);
    await using two = await twoRegistries(tree);
    two.source.fail(reading, { kind: 'truncate', bytes: 200_000 });
    await two.copy(tree);
    const reads = two.source.requests.filter(({ path }) => path.includes(digest));
    expect(reads.map(({ headers }) => headers['range'])).toEqual([undefined, 'bytes=200000-']);
    expect(
      two.target.requests.filter(({ method, query }) => method === 'PUT' && query.get('digest') === digest),
    ).toHaveLength(1);
  });

  test('bytes that stay wrong are given up, and their manifest is not written', async () => {
    const tree = imageOf(layer);
    await using two = await twoRegistries(tree);
    two.source.fail(reading, { kind: 'corrupt' }, 99);
    const error = await failureOf(two.copy(tree));
    expect(error.code).toBe('E_DIGEST_MISMATCH');
    expect(two.source.requests.filter(({ path }) => path.includes(digest))).toHaveLength(2);
    expect(two.target.blob('mirror/app', digest)).toBeUndefined();
    expect(two.target.manifest('mirror/app', tree.manifest.digest)).toBeUndefined();
  });

  test('a blob that the source lacks is told as such, and not asked for again', async () => {
    const tree = imageOf(layer);
    await using two = await twoRegistries(tree);
    two.source.removeBlob('acme/app', digest);
    const error = await failureOf(two.copy(tree));
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.message).toContain(`GET blob ${two.from.name}@${digest}`);
    expect(two.source.requests.filter(({ path }) => path.includes(digest))).toHaveLength(1);
  });

  test('a registry that wants chunks gets them, and not smaller than it wants', async () => {
    const tree = imageOf(layer);
    await using two = await twoRegistries(tree, {
      target: { maxUpload: 150_000, minChunk: 100_000 },
      client: { limits: { chunkBytes: 64 * 1024 } },
    });
    await two.copy(tree);
    const chunks = two.target.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ received }) => received);
    expect(chunks).toEqual([100_000, 100_000, 100_000]);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });

  test('a token that ends between two chunks is renewed, and the upload goes on', async () => {
    const tree = imageOf(layer);
    await using two = await twoRegistries(tree, {
      target: { auth: { mode: 'bearer', users }, maxUpload: 150_000 },
    });
    const { client, log } = testClient({
      credentials: credentials({ [two.target.host]: basic() }),
      pushRepositories: [two.to],
      limits: { chunkBytes: 100_000 },
    });
    let patches = 0;
    two.target.fail(({ method }) => method === 'PATCH' && (patches += 1) === 2, { kind: 'unauthorized' });
    await createCopier({ log }).copyImage({ client, from: two.from, to: two.to, manifest: tree.manifest });
    client.close();
    const chunks = two.target.requests.filter(({ method }) => method === 'PATCH');
    expect(chunks.map(({ status }) => status)).toEqual([202, 401, 202, 202]);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });
});

describe('many faults', () => {
  test.each([1, 2, 3, 4, 5])('one request in ten fails, seed %d', async (seed) => {
    const faults = Object.values(transientFaults);
    const tree = fourPlatforms(3, 5_000);
    await using two = await twoRegistries(tree, {
      source: { faults: failAtRandom(seed, 0.1, faults.slice(0, -1)) },
      target: { faults: failAtRandom(seed + 100, 0.1, faults.slice(0, -1)) },
    });
    await two.copy(tree);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });
});

describe('an end before the end', () => {
  test('an abort ends it at once, with its reason, and no parent is written', async () => {
    const tree = fourPlatforms(1, 200_000);
    const abort = new AbortController();
    await using two = await twoRegistries(tree, {
      client: { signal: abort.signal },
      copier: { signal: abort.signal },
    });
    two.source.fail({ method: 'GET', path: /blobs/ }, { kind: 'stall', bytes: 1000 }, 99);
    const copying = two.copy(tree);
    setTimeout(() => {
      abort.abort(new Error('enough'));
    }, 100);
    const started = performance.now();
    await expect(copying).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(2000);
    expect(
      two.target.requests.filter(({ method, path }) => method === 'PUT' && path.includes('manifests')),
    ).toEqual([]);
  });

  test('what is aborted before it begins asks nobody', async () => {
    const tree = imageOf(noise(10));
    await using two = await twoRegistries(tree, { copier: { signal: AbortSignal.abort(new Error('no')) } });
    await expect(two.copy(tree)).rejects.toThrow('no');
    expect([...two.source.requests, ...two.target.requests]).toEqual([]);
  });

  test('after a failure no further blob is begun', async () => {
    const images = Array.from({ length: 4 }, (_, n) => imageOf(noise(1000 + n), `linux/amd64/v${n}`));
    const tree = buildIndex(images);
    await using two = await twoRegistries(tree, { copier: { streams: 1 } });
    two.target.fail(
      ({ method, query }) => method === 'PUT' && query.has('digest'),
      { kind: 'answer', status: 403 },
      99,
    );
    expect(await failureOf(two.copy(tree))).toMatchObject({ code: 'E_DENIED' });
    expect(two.source.requests.filter(({ path }) => path.includes('/blobs/')).length).toBeLessThanOrEqual(2);
  });
});

/** A source of blobs made on the spot, one for each platform, and a target that keeps none. */
function synthetic(bytes: number, pieceBytes: number) {
  const piece = Buffer.alloc(pieceBytes, 7);
  const whole = Buffer.alloc(bytes, 7);
  const images = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64', '386'].map((architecture, n) =>
    imageOf(Buffer.concat([Buffer.from([n]), whole.subarray(1)]), `linux/${architecture}`),
  );
  const tree = buildIndex(images);
  const manifests = new Map<string, ManifestBytes>(images.map(({ manifest }) => [manifest.digest, manifest]));
  const state = { open: 0, most: 0, ahead: 0, mostAhead: 0 };
  const source: CopySource = {
    name: 'source',
    manifest: (wanted) => Promise.resolve(manifests.get(wanted)),
    referrers: () => Promise.resolve([]),
    async *stream({ size }) {
      state.open += 1;
      state.most = Math.max(state.most, state.open);
      for (let left = size; left > 0; left -= piece.length) {
        await Promise.resolve();
        state.ahead += 1;
        state.mostAhead = Math.max(state.mostAhead, state.ahead);
        yield piece.subarray(0, Math.min(left, piece.length));
      }
      state.open -= 1;
    },
  };
  const target: CopyTarget = {
    name: 'target',
    hasManifest: () => Promise.resolve(false),
    adopt: () => Promise.resolve(false),
    upload: async (_, open) => {
      for await (const chunk of open()) {
        await new Promise((resolve) => setImmediate(resolve));
        state.ahead -= 1;
        expect(chunk.length).toBeGreaterThan(0);
      }
    },
    put: () => Promise.resolve({ subjectHandled: true }),
    manifest: () => Promise.resolve(undefined),
    referrers: () => Promise.resolve([]),
  };
  return { tree, source, target, state };
}

describe('bounds', () => {
  test.each([1, 3])('no more than %d blobs are sent at once, and nothing is read ahead', async (streams) => {
    const { tree, source, target, state } = synthetic(200_000, 10_000);
    await createCopier({ log: silentLog, streams }).copyTree({ source, target, manifest: tree.manifest });
    expect(state).toMatchObject({ most: streams, mostAhead: streams, open: 0, ahead: 0 });
  });

  test('progress is told every ten seconds, and a short copy says nothing on the way', async () => {
    const { tree, source, target } = synthetic(100_000, 10_000);
    const log = memoryLog();
    let now = 0;
    const copier = createCopier({ log, streams: 1, now: () => (now += 300) });
    await copier.copyTree({ source, target, manifest: tree.manifest });
    const told = log.lines.filter((line) => line.includes(' of '));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(5);
    expect(told[0]).toMatch(
      /^copying sha256:[0-9a-f]{12} from source to target: \d+ kB of \d+ kB \(\d+ %\), \d+ of \d+ blobs$/,
    );
    const quiet = memoryLog();
    await createCopier({ log: quiet, now: () => 0 }).copyTree({ source, target, manifest: tree.manifest });
    expect(quiet.lines).toHaveLength(1);
    expect(quiet.lines[0]).toMatch(/7 manifests written, 12 blobs sent \(\d+ kB\) in 0\.0 s$/);
  });
});
