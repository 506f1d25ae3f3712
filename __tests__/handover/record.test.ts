import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxRecordBytes, parseRecord, recordToJson, type LegRecord } from '../../src/handover/record.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { failure } from '../support/failure.ts';

const digest = `sha256:${'a'.repeat(64)}` as Digest;

/** The least that a record holds. */
const least = {
  schema: 1,
  image: 'quay.io/acme/app',
  platform: 'linux/ppc64le',
  digest,
  mediaType: mediaTypes.ociManifest,
  size: 1234,
};

function parse(record: unknown): LegRecord {
  return parseRecord(Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)), 'record 1');
}

describe('a record', () => {
  test('needs six fields, and counts as pushed', () => {
    expect(parse(least)).toEqual({
      image: parseRepository('quay.io/acme/app'),
      platform: parsePlatform('linux/ppc64le'),
      digest,
      mediaType: mediaTypes.ociManifest,
      size: 1234,
      pushed: true,
    });
  });

  test('is read as the contract shows it', () => {
    const record = parse({
      ...least,
      tag: 'v1-ppc64le',
      pushed: true,
      mode: 'native',
      engine: 'podman 5.4.2',
      runner: { arch: 'ppc64le' },
      run: { id: '123', attempt: 1, sha: 'abc', repository: 'acme/app' },
      content: { entrypoint: 'ppc64le', machines: { ppc64le: 41 } },
      seconds: { build: 180, push: 12 },
    });
    expect(record).toMatchObject({
      tag: 'v1-ppc64le',
      engine: 'podman 5.4.2',
      seconds: { build: 180, push: 12 },
    });
    expect(record.run).toEqual({ id: '123', attempt: 1, sha: 'abc', repository: 'acme/app' });
  });

  test('may have fields that nobody knows', () => {
    expect(parse({ ...least, surprise: { deep: [1, null] } })).toEqual(parse(least));
  });

  test('of an image that was not pushed may be of a config, without a size', () => {
    expect(parse({ ...least, pushed: false, mediaType: mediaTypes.ociConfig, size: 0 }).pushed).toBe(false);
    expect(failure(() => parse({ ...least, mediaType: mediaTypes.ociConfig })).message).toContain(
      'mediaType',
    );
    expect(failure(() => parse({ ...least, size: 0 })).message).toContain('size');
  });

  test.each<[string, unknown, string]>([
    ['no schema', { ...least, schema: undefined }, 'schema'],
    ['a newer schema', { ...least, schema: 2 }, 'schema'],
    ['a schema in quotes', { ...least, schema: '1' }, 'schema'],
    ['no image', { ...least, image: undefined }, 'image'],
    ['an image with a tag', { ...least, image: 'quay.io/acme/app:v1' }, 'image'],
    ['an image with a newline', { ...least, image: 'quay.io/acme/app\n' }, 'image'],
    ['a tag that is none', { ...least, tag: '$(id)' }, 'tag'],
    ['no platform', { ...least, platform: undefined }, 'platform'],
    ['a platform object', { ...least, platform: { os: 'linux' } }, 'platform'],
    ['a platform that is none', { ...least, platform: 'amd64\n' }, 'platform'],
    ['no digest', { ...least, digest: undefined }, 'digest'],
    ['a short digest', { ...least, digest: 'sha256:abc' }, 'digest'],
    ['a digest in upper case', { ...least, digest: `sha256:${'A'.repeat(64)}` }, 'digest'],
    ['a digest that climbs', { ...least, digest: `sha256:../../${'a'.repeat(58)}` }, 'digest'],
    ['the media type of a layer', { ...least, mediaType: mediaTypes.ociLayer }, 'mediaType'],
    ['no media type', { ...least, mediaType: null }, 'mediaType'],
    ['a negative size', { ...least, size: -1 }, 'size'],
    ['a size in quotes', { ...least, size: '1234' }, 'size'],
    ['half a byte', { ...least, size: 1.5 }, 'size'],
    ['a size that no number holds', JSON.stringify(least).replace('1234', '9223372036854775808'), 'size'],
    ['pushed in quotes', { ...least, pushed: 'false' }, 'pushed'],
    ['a long engine', { ...least, engine: 'x'.repeat(201) }, 'engine'],
    ['a run that is text', { ...least, run: '123' }, 'run'],
    ['an attempt 0', { ...least, run: { attempt: 0 } }, 'run.attempt'],
    ['a list', [least], 'record 1'],
    ['null', 'null', 'record 1'],
    ['nothing', '', 'record 1'],
    ['half', '{"schema": 1,', 'record 1'],
    ['a BOM', `\uFEFF${JSON.stringify(least)}`, 'record 1'],
    ['one key twice', '{"schema": 1, "schema": 1}', 'schema'],
    ['more behind it', `${JSON.stringify(least)} {}`, 'record 1'],
    ['too much', { ...least, surprise: 'x'.repeat(maxRecordBytes) }, 'larger than 16384 bytes'],
  ])('with %s is E_RECORD and says where', (_, record, part) => {
    const error = failure(() => parse(record));
    expect(error.code).toBe('E_RECORD');
    expect(error.message).toContain(part);
    expect(error.message).toContain('record 1');
  });

  test('does not pollute anything', () => {
    const text = JSON.stringify(least).replace('{', '{"__proto__": {"polluted": true},');
    expect(parse(text)).toEqual(parse(least));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('survives being written and read', () => {
    const text = fc.string({ maxLength: 40 });
    const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
      fc.option(value, { nil: undefined }).map((each) => (each === undefined ? {} : { [key]: each }));
    const record = fc
      .tuple(
        fc.record({
          image: fc
            .constantFrom('quay.io/acme/app', 'localhost:5000/a', 'docker.io/library/b')
            .map(parseRepository),
          platform: fc
            .constantFrom('linux/amd64', 'linux/arm/v6', 'windows(10.0.1)/amd64')
            .map(parsePlatform),
          digest: fc.constant(digest),
          mediaType: fc.constantFrom(...[mediaTypes.ociManifest, mediaTypes.ociIndex, mediaTypes.dockerList]),
          size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
          pushed: fc.boolean(),
        }),
        optional('tag', fc.constantFrom('v1-amd64', '_')),
        optional('mode', text),
        optional('engine', text),
        optional('runner', optional('arch', text)),
        optional(
          'run',
          fc.tuple(optional('sha', text), optional('attempt', fc.integer({ min: 1 }))).map(merged),
        ),
        optional(
          'seconds',
          fc.dictionary(fc.constantFrom('build', 'push'), fc.nat(), { noNullPrototype: true }),
        ),
      )
      .map((parts) => merged(parts) as unknown as LegRecord);
    fc.assert(
      fc.property(record, (each) => {
        expect(parse(recordToJson(each))).toEqual(each);
      }),
    );
  });
});

function merged(parts: readonly object[]): object {
  return Object.assign({}, ...parts) as object;
}
