import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { assembleIndex, chooseFormat, type IndexSpec } from '../../src/oci/index-assembly.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { failure } from '../support/failure.ts';

const { ociManifest, dockerManifest } = mediaTypes;
const entry: Descriptor = {
  mediaType: ociManifest,
  digest: digestOf(Buffer.from('child')),
  size: 5,
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
};

const text = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString('utf8');

describe('assembleIndex', () => {
  test('writes compact JSON in a fixed order of keys, annotations sorted', () => {
    const index = assembleIndex({
      format: 'oci',
      annotations: { b: '2', a: 'ä"', 10: 'x', 9: 'y', Z: '' },
      entries: [
        {
          artifactType: 'application/x',
          annotations: { z: '1', y: '2' },
          platform: {
            variant: 'v1',
            os: 'windows',
            'os.features': ['f'],
            'os.version': '10',
            architecture: 'amd64',
          },
          size: 5,
          digest: entry.digest,
          mediaType: ociManifest,
        },
      ],
    });
    expect(text(index)).toBe(
      `{"schemaVersion":2,"mediaType":"${mediaTypes.ociIndex}","manifests":[{"mediaType":"${ociManifest}","digest":"${entry.digest}","size":5,` +
        '"platform":{"architecture":"amd64","os":"windows","os.version":"10","os.features":["f"],"variant":"v1"},' +
        '"annotations":{"y":"2","z":"1"},"artifactType":"application/x"}],"annotations":{"10":"x","9":"y","Z":"","a":"ä\\"","b":"2"}}',
    );
    expect(index.digest).toBe(digestOf(Buffer.from(text(index))));
    expect(index.mediaType).toBe(mediaTypes.ociIndex);
  });

  test('a Docker list has its own media type, and no annotations', () => {
    const docker = { ...entry, mediaType: dockerManifest };
    expect(text(assembleIndex({ format: 'docker', entries: [docker], annotations: {} }))).toBe(
      `{"schemaVersion":2,"mediaType":"${mediaTypes.dockerList}","manifests":[{"mediaType":"${dockerManifest}","digest":"${entry.digest}","size":5,"platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}`,
    );
    const annotated = failure(() =>
      assembleIndex({ format: 'docker', entries: [docker], annotations: { a: 'b' } }),
    );
    expect(annotated).toMatchObject({ code: 'E_UNSUPPORTED' });
    expect(annotated.message).toContain('the list is to have "a"');
    const child = failure(() =>
      assembleIndex({ format: 'docker', entries: [{ ...docker, annotations: { c: 'd' } }], annotations: {} }),
    );
    expect(child.code).toBe('E_UNSUPPORTED');
    expect(child.message).toContain(`the entry ${entry.digest} is to have "c"`);
  });

  test('more than a registry takes is refused', () => {
    const annotations = { a: 'x'.repeat(4 * 1024 * 1024) };
    expect(failure(() => assembleIndex({ format: 'oci', entries: [entry], annotations })).code).toBe(
      'E_MANIFEST',
    );
  });
});

describe('properties', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const annotations = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: false });
  const platform = fc.record(
    {
      os: fc.constantFrom('linux', 'windows'),
      architecture: fc.constantFrom('amd64', 'arm'),
      variant: fc.constant('v7'),
      'os.features': fc.constant(['a', 'b']),
    },
    { requiredKeys: ['os', 'architecture'] },
  );
  const descriptor: fc.Arbitrary<Descriptor> = fc.record(
    {
      mediaType: fc.constantFrom(ociManifest, dockerManifest),
      digest: text.map((seed) => digestOf(Buffer.from(seed), seed.length % 2 === 0 ? 'sha256' : 'sha512')),
      size: fc.maxSafeNat(),
      platform,
      annotations,
      artifactType: fc.constant('application/vnd.example'),
      urls: fc.constant(['https://example.com/x']),
    },
    { requiredKeys: ['mediaType', 'digest', 'size'] },
  );
  const spec: fc.Arbitrary<IndexSpec> = fc.record(
    { format: fc.constant('oci' as const), entries: fc.array(descriptor, { maxLength: 5 }), annotations },
    { requiredKeys: ['format', 'entries'] },
  );

  /** What has no entry is not written, so it is not read back. */
  const filled = (map: Readonly<Record<string, string>> | undefined): [string, string][] =>
    Object.entries(map ?? {}).sort();

  test('the bytes parse back to the entries', () => {
    fc.assert(
      fc.property(spec, (wanted) => {
        const index = parseManifest(assembleIndex(wanted));
        if (index.kind !== 'index') throw new Error('an index is an index');
        expect(filled(index.annotations)).toEqual(filled(wanted.annotations));
        expect(index.manifests.map((each) => ({ ...each, annotations: filled(each.annotations) }))).toEqual(
          wanted.entries.map((each) => ({ ...each, annotations: filled(each.annotations) })),
        );
      }),
    );
  });

  test('the same spec gives the same bytes, whatever the order of keys', () => {
    const reversed = <T extends object>(object: T): T =>
      Object.fromEntries(Object.entries(object).reverse()) as T;
    fc.assert(
      fc.property(spec, (wanted) => {
        const again = {
          ...reversed(wanted),
          entries: wanted.entries.map((each) =>
            reversed({ ...each, ...(each.annotations && { annotations: reversed(each.annotations) }) }),
          ),
          ...(wanted.annotations && { annotations: reversed(wanted.annotations) }),
        };
        expect(assembleIndex(again).digest).toBe(assembleIndex(wanted).digest);
      }),
    );
  });
});

describe('chooseFormat', () => {
  test.each([
    ['auto', [dockerManifest, dockerManifest], false, 'docker', false],
    ['auto', [dockerManifest], true, 'oci', false],
    ['auto', [dockerManifest, ociManifest], false, 'oci', true],
    ['auto', [ociManifest], false, 'oci', false],
    ['auto', [], false, 'oci', false],
    ['oci', [dockerManifest], false, 'oci', false],
    ['oci', [dockerManifest, ociManifest], true, 'oci', true],
    ['docker', [dockerManifest], false, 'docker', false],
  ] as const)('%s over %j, annotations %s: %s', (wanted, children, hasAnnotations, format, mixed) => {
    expect(chooseFormat(wanted, children, hasAnnotations)).toMatchObject({ format, mixed });
  });

  test.each([
    [[ociManifest], false, ociManifest],
    [[dockerManifest], true, 'annotations'],
  ])('a Docker list that cannot be is refused', (children, hasAnnotations, why) => {
    const error = failure(() => chooseFormat('docker', children, hasAnnotations));
    expect(error.code).toBe('E_UNSUPPORTED');
    expect(error.message).toContain(why);
  });
});
