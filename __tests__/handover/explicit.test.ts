import { describe, expect, test } from '@jest/globals';
import { explicitLegs, type RecordFiles } from '../../src/handover/explicit.ts';
import type { Leg } from '../../src/handover/leg.ts';
import { recordToJson } from '../../src/handover/record.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { formatPlatform } from '../../src/platform/platform.ts';
import { rejection } from '../support/failure.ts';

const repository = parseRepository('quay.io/acme/app');
const [one, two] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

function record(platform: string, digest = one): Record<string, unknown> {
  return {
    schema: 1,
    image: 'quay.io/acme/app',
    platform,
    digest,
    mediaType: mediaTypes.ociManifest,
    size: 7,
  };
}

/** Paths to contents; a folder is what stands above a path. */
function filesOf(tree: Readonly<Record<string, string>>): RecordFiles {
  const paths = Object.keys(tree);
  return {
    kind: (path) => {
      if (paths.includes(path)) return Promise.resolve('file');
      return Promise.resolve(
        paths.some((each) => each.startsWith(`${path.replace(/\/$/, '')}/`)) ? 'folder' : undefined,
      );
    },
    read: (path, max) => Promise.resolve(Buffer.from(tree[path] ?? '').subarray(0, max + 1)),
    list: (path) => {
      const start = `${path.replace(/\/$/, '')}/`;
      const inside = paths.filter((each) => each.startsWith(start)).map((each) => each.slice(start.length));
      return Promise.resolve([...new Set(inside.map((each) => each.split('/', 1).join('')))].sort());
    },
  };
}

async function legsOf(
  entries: readonly string[],
  tree: Readonly<Record<string, string>> = {},
): Promise<Leg[]> {
  return explicitLegs(entries, repository, filesOf(tree));
}

function shown(legs: readonly Leg[]): string[] {
  return legs.map(({ claimed, repository: { name }, ref, index }) =>
    [claimed === undefined ? '?' : formatPlatform(claimed), name, ref, index].join(' '),
  );
}

describe('records by name', () => {
  test.each([
    [`linux/ppc64le=${one}`, `linux/ppc64le quay.io/acme/app ${one} pick`],
    [`linux/x86_64 = ${one}`, `linux/amd64 quay.io/acme/app ${one} pick`],
    ['linux/arm/v6=ghcr.io/acme/other:v1', 'linux/arm/v6 ghcr.io/acme/other v1 pick'],
    [`linux/s390x=quay.io/acme/app:v1@${one}`, `linux/s390x quay.io/acme/app ${one} pick`],
    ['localhost:5000/app:v1-amd64', '? localhost:5000/app v1-amd64 all'],
    [`quay.io/acme/app@${one}`, `? quay.io/acme/app ${one} all`],
    [one, `? quay.io/acme/app ${one} all`],
    [`windows(10.0.17763.1)/amd64=${one}`, `windows(10.0.17763.1)/amd64 quay.io/acme/app ${one} pick`],
  ])('%s', async (entry, wanted) => {
    expect(shown(await legsOf([entry]))).toEqual([wanted]);
  });

  test.each([
    [`linux/nonsense=${one}`, 'E_PLATFORM', 'nonsense'],
    [`amd64=${one}`, 'E_PLATFORM', 'linux/amd64'],
    ['linux/amd64=', 'E_REFERENCE', 'empty'],
    ['linux/amd64=sha256:abc', 'E_REFERENCE', 'sha256'],
    ['quay.io/acme/app', 'E_RECORD', 'names no tag and no digest'],
    ['linux/amd64=quay.io/acme/app', 'E_RECORD', 'names no tag and no digest'],
    ['Quay.io/acme/App:v1', 'E_REFERENCE', 'App'],
  ])('%s is refused', async (entry, code, part) => {
    const error = await rejection(legsOf([entry]));
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.hint ?? ''}`).toContain(part);
  });
});

describe('records as JSON', () => {
  const [amd64, arm64] = [record('linux/amd64'), record('linux/arm64', two)];
  const wanted = [`linux/amd64 quay.io/acme/app ${one} leg`, `linux/arm64 quay.io/acme/app ${two} leg`];

  test.each<[string, string[]]>([
    ['one a line', [JSON.stringify(amd64), JSON.stringify(arm64)]],
    [
      'over several lines',
      [...JSON.stringify(amd64, null, 2).split('\n'), ...JSON.stringify(arm64, null, 1).split('\n')],
    ],
    ['an array', [JSON.stringify([amd64, arm64])]],
    ['an array over several lines', JSON.stringify([amd64, arm64], null, 2).split('\n')],
    [
      'an array of job outputs, each a string of JSON',
      [JSON.stringify([amd64, arm64].map((each) => JSON.stringify(each)))],
    ],
    ['mixed with a name', [JSON.stringify(amd64), `linux/arm64=${two}`]],
  ])('%s', async (_, entries) => {
    const legs = await legsOf(entries);
    expect(shown(legs).map((leg) => leg.replace(/ \w+$/, ''))).toEqual(
      wanted.map((leg) => leg.replace(/ \w+$/, '')),
    );
    expect(legs[0]).toMatchObject({
      promised: { digest: one, size: 7, mediaType: mediaTypes.ociManifest },
      index: 'leg',
    });
    expect(recordToJson(legs[0]?.record ?? failing())).toEqual({ ...amd64, pushed: true });
  });

  test.each<[string, string[], string]>([
    ['half of one', ['{"schema": 1,', `linux/arm64=${two}`], 'records entry 1'],
    ['a wrong one behind a good one', [JSON.stringify(amd64), '{"schema": 9}'], 'records entry 2'],
    ['a wrong one in an array', [JSON.stringify([amd64, { ...arm64, size: -1 }])], 'records entry 1[1]'],
    ['a number in an array', [JSON.stringify([amd64, 7])], 'records entry 1[1]'],
    ['an array in an array', [JSON.stringify([[amd64]])], 'records entry 1'],
    ['one key twice', ['{"schema":1,"schema":1}'], 'records entry 1'],
  ])('%s is E_RECORD with its entry', async (_, entries, part) => {
    const error = await rejection(legsOf(entries));
    expect(error.code).toBe('E_RECORD');
    expect(error.message).toContain(part);
  });

  test('an empty array is no leg', async () => {
    expect(await legsOf(['[]'])).toEqual([]);
  });
});

describe('records in files', () => {
  const hex = one.slice('sha256:'.length);
  const file = JSON.stringify(record('linux/amd64'));

  test.each<[string, string, Record<string, string>, string[]]>([
    ['a record file', './amd64.json', { './amd64.json': file }, [`linux/amd64 quay.io/acme/app ${one} leg`]],
    ['a file above', '../r.json', { '../r.json': file }, [`linux/amd64 quay.io/acme/app ${one} leg`]],
    ['a folder', './digests/', { './digests/a.json': file }, [`linux/amd64 quay.io/acme/app ${one} leg`]],
    [
      "docker's folder of empty files named by digest",
      '/tmp/digests',
      { [`/tmp/digests/${hex}`]: '', [`/tmp/digests/${'b'.repeat(64)}`]: '' },
      [`? quay.io/acme/app ${one} all`, `? quay.io/acme/app ${two} all`],
    ],
    [
      'a folder for each artifact',
      './records',
      { './records/linux-amd64/record.json': file, [`./records/linux-arm64/${'b'.repeat(64)}`]: '' },
      [`linux/amd64 quay.io/acme/app ${one} leg`, `? quay.io/acme/app ${two} all`],
    ],
  ])('%s', async (_, path, tree, wanted) => {
    expect(shown(await legsOf([path], tree))).toEqual(wanted);
  });

  test.each<[string, string, Record<string, string>, string, string]>([
    ['nothing there', './none', {}, 'E_NOT_FOUND', './none'],
    ['a folder of something else', './d', { './d/README.md': 'hello' }, 'E_RECORD', './d/README.md'],
    ['a name with a line break in it', './d', { './d/a\nb': '' }, 'E_RECORD', 'a\\nb'],
    ['a name that is nearly a digest', './d', { [`./d/${hex.toUpperCase()}`]: '' }, 'E_RECORD', 'A'],
    ['two levels of folders', './d', { './d/a/b/c.json': file }, 'E_RECORD', './d/a/b'],
    ['a file that is too long', './r.json', { './r.json': ' '.repeat(17_000) }, 'E_RECORD', '16384'],
    ['an empty file', './r.json', { './r.json': '' }, 'E_RECORD', './r.json'],
  ])('%s is refused', async (_, path, tree, code, part) => {
    const error = await rejection(legsOf([path], tree));
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
  });

  test('a folder without a record is told, not taken for no records', async () => {
    const empty: RecordFiles = {
      ...filesOf({}),
      kind: () => Promise.resolve('folder'),
      list: () => Promise.resolve([]),
    };
    await expect(explicitLegs(['./d'], repository, empty)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  test('a folder of a thousand and one entries is not gone through', async () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`./d/${n}.json`, file]));
    expect((await rejection(legsOf(['./d'], many))).message).toContain('1001');
  });
});

function failing(): never {
  throw new Error('the leg has no record');
}
