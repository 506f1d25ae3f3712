import { describe, expect, test } from '@jest/globals';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import {
  attestationSubject,
  isAttestation,
  maxManifestBytes,
  parseManifest,
  type Manifest,
} from '../../src/oci/manifest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { failure } from '../support/failure.ts';

type Json = Record<string, unknown>;

const digest = `sha256:${'e692418e'.repeat(8)}`;
const entry = (more: Json = {}): Json => ({
  mediaType: mediaTypes.ociManifest,
  digest,
  size: 7143,
  platform: { architecture: 'ppc64le', os: 'linux' },
  ...more,
});
const index = (more: Json = {}): Json => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests: [entry()],
  ...more,
});
const config: Json = { mediaType: mediaTypes.ociConfig, digest, size: 1470 };
const image = (more: Json = {}): Json => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config,
  layers: [{ mediaType: mediaTypes.ociLayerGzip, digest, size: 148 }],
  ...more,
});

function parse(document: Json | string, served?: string): Manifest {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const said = typeof document === 'string' ? undefined : document['mediaType'];
  const mediaType = served ?? (typeof said === 'string' ? said : mediaTypes.ociIndex);
  return parseManifest({ bytes, digest: digestOf(bytes), mediaType });
}

describe('parseManifest reads', () => {
  test('an OCI index', () => {
    expect(
      parse(index({ annotations: { 'com.example.key': 'value' }, customField: [1.5, { deep: null }] })),
    ).toEqual({
      kind: 'index',
      mediaType: mediaTypes.ociIndex,
      manifests: [
        {
          mediaType: mediaTypes.ociManifest,
          digest,
          size: 7143,
          platform: { architecture: 'ppc64le', os: 'linux' },
        },
      ],
      annotations: { 'com.example.key': 'value' },
    });
  });

  test('a Docker list with all that a platform can have', () => {
    const platform = {
      architecture: 'amd64',
      os: 'windows',
      'os.version': '10.0.17763.1',
      'os.features': ['win32k'],
      variant: 'v1',
      features: ['sse4'],
    };
    const list = index({
      mediaType: mediaTypes.dockerList,
      manifests: [entry({ mediaType: mediaTypes.dockerManifest, platform })],
    });
    expect(parse(list)).toMatchObject({ mediaType: mediaTypes.dockerList, manifests: [{ platform }] });
  });

  test('an image, and an artifact with a subject', () => {
    expect(parse(image())).toEqual({
      kind: 'image',
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest, size: 1470 },
      layers: [{ mediaType: mediaTypes.ociLayerGzip, digest, size: 148 }],
    });
    const subject = { mediaType: mediaTypes.ociManifest, digest, size: 1 };
    expect(parse(image({ artifactType: 'application/vnd.example+type', subject }))).toMatchObject({
      artifactType: 'application/vnd.example+type',
      subject,
    });
  });

  test('an index without entries, null for what is not there, and customised media types', () => {
    expect(parse(index({ manifests: [] }))).toMatchObject({ manifests: [] });
    expect(parse(index({ manifests: null, annotations: null, subject: null, config: null }))).toMatchObject({
      manifests: [],
    });
    expect(
      parse(index({ manifests: [entry({ mediaType: 'application/customized.manifest+json' })] })),
    ).toMatchObject({ kind: 'index' });
    expect(parse(image({ layers: [{ ...config, mediaType: 'text/plain; charset=utf-8' }] }))).toMatchObject({
      kind: 'image',
    });
  });

  test.each([
    ['no media type in an OCI body', image({ mediaType: undefined }), mediaTypes.ociManifest],
    ['none as it was served', image(), ''],
    ['parameters as it was served', image(), `${mediaTypes.ociManifest}; charset=utf-8`],
    [
      'an empty platform, as tools write it for artifacts',
      index({ manifests: [entry({ platform: { architecture: '', os: '' } })] }),
      mediaTypes.ociIndex,
    ],
    [
      'a sha512 digest',
      index({ manifests: [entry({ digest: `sha512:${'a'.repeat(128)}` })] }),
      mediaTypes.ociIndex,
    ],
    ['urls', image({ layers: [{ ...config, urls: ['https://example.com/foo'] }] }), mediaTypes.ociManifest],
    [
      'a size of 2^53-1',
      index({ manifests: [entry({ size: Number.MAX_SAFE_INTEGER })] }),
      mediaTypes.ociIndex,
    ],
  ])('%s', (_, document, served) => {
    expect(() => parse(document, served)).not.toThrow();
  });
});

describe('parseManifest refuses', () => {
  test.each<[string, Json, string]>([
    ['an index with layers', index({ layers: [] }), '"layers" as well'],
    ['an index with a config', index({ config }), '"config" as well'],
    ['an index with fsLayers', index({ fsLayers: [] }), '"fsLayers" as well'],
    ['an image with manifests', image({ manifests: [] }), '"manifests" as well'],
    ['an image with the history of schema 1', image({ history: [] }), '"history" as well'],
    ['a second spelling of a key', index({ Manifests: [] }), '"Manifests"'],
    ['a second spelling that Go folds', index({ 'manife\u017fts': [] }), '"manifests"'],
    ['schema 1', index({ schemaVersion: 1 }), 'schema 1'],
    ['no schema version', index({ schemaVersion: undefined }), 'schemaVersion of manifest'],
    ['a schema version in quotes', index({ schemaVersion: '2' }), 'is "2"'],
    ['schema version 3', index({ schemaVersion: 3 }), 'is 3'],
    [
      'a media type that is no manifest',
      image({ mediaType: 'application/json' }),
      'of the media type "application/json"',
    ],
    ['a media type that is no string', index({ mediaType: 5 }), 'mediaType of manifest'],
    ['no config', image({ config: undefined }), 'config of manifest'],
    ['no layers', image({ layers: undefined }), 'layers of manifest'],
    ['no manifests', index({ manifests: undefined }), 'manifests of manifest'],
    ['layers that are an object', image({ layers: {} }), 'layers of manifest'],
    [
      'a size in quotes',
      index({ manifests: [entry(), entry({ size: '7682' })] }),
      'manifests[1].size of manifest',
    ],
    ['a size below 0', index({ manifests: [entry({ size: -1 })] }), 'manifests[0].size'],
    ['half a byte', index({ manifests: [entry({ size: 1.5 })] }), 'manifests[0].size'],
    ['a size of 2^53', index({ manifests: [entry({ size: 2 ** 53 })] }), 'manifests[0].size'],
    ['no size', index({ manifests: [entry({ size: undefined })] }), 'manifests[0].size of manifest'],
    ['no digest', index({ manifests: [entry({ digest: undefined })] }), 'manifests[0].digest'],
    ['a short digest', index({ manifests: [entry({ digest: 'sha256:abc' })] }), 'manifests[0].digest'],
    [
      'an upper-case digest',
      index({ manifests: [entry({ digest: digest.toUpperCase() })] }),
      'manifests[0].digest',
    ],
    ['sha1', index({ manifests: [entry({ digest: `sha1:${'a'.repeat(40)}` })] }), 'manifests[0].digest'],
    [
      'a digest that climbs',
      index({ manifests: [entry({ digest: 'sha256:../../x' })] }),
      'manifests[0].digest',
    ],
    [
      'a digest with a newline',
      index({ manifests: [entry({ digest: `${digest}\n` })] }),
      'manifests[0].digest',
    ],
    ['no media type of an entry', index({ manifests: [entry({ mediaType: '' })] }), 'manifests[0].mediaType'],
    [
      'a media type without a subtype',
      index({ manifests: [entry({ mediaType: 'invalid' })] }),
      'manifests[0].mediaType',
    ],
    [
      'a media type that starts with a dot',
      image({ layers: [{ ...config, mediaType: '.foo/bar' }] }),
      'layers[0].mediaType',
    ],
    [
      'a type that is too long',
      image({ layers: [{ ...config, mediaType: `${'1'.repeat(128)}/bar` }] }),
      'layers[0].mediaType',
    ],
    ['an artifact type that is none', image({ artifactType: 'foo/.bar' }), 'artifactType of manifest'],
    ['a url that is none', image({ layers: [{ ...config, urls: ['value'] }] }), 'layers[0].urls[0]'],
    ['a subject that is a string', index({ subject: 'nope' }), 'subject of manifest'],
    ['an annotation that is a number', index({ annotations: { 'a.b': 1 } }), 'annotations["a.b"]'],
    ['an entry that is a string', index({ manifests: ['x'] }), 'manifests[0] of manifest'],
    ['manifests that are a string', index({ manifests: 'x' }), 'manifests of manifest'],
  ])('%s', (_, document, why) => {
    const error = failure(() => parse(document));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain(why);
  });

  test.each<[string, unknown]>([
    ['architecture that is an object', { architecture: {}, os: 'linux' }],
    ['architecture that is null', { architecture: null, os: 'linux' }],
    ['architecture that is missing', { os: 'linux' }],
    ['architecture of a megabyte', { architecture: 'a'.repeat(1_000_000), os: 'linux' }],
    ['architecture with a newline', { architecture: 'amd64\n', os: 'linux' }],
    ['os.features that are a string', { architecture: 'amd64', os: 'linux', 'os.features': 'x' }],
    ['Architecture, beside architecture', { architecture: 'amd64', os: 'linux', Architecture: 'arm64' }],
  ])('a platform with %s', (_, platform) => {
    const error = failure(() => parse(index({ manifests: [entry({ platform })] })));
    expect(error.code).toBe('E_PLATFORM');
    expect(error.message).toContain('manifests[0].platform');
    expect(error.message.length).toBeLessThan(500);
  });

  test.each([
    ['{"schemaVersion":2.0,"manifests":[]}', 'whole number "2.0"'],
    ['{"schemaVersion":2,"schemaVersion":2,"manifests":[]}', 'a second time'],
    [`{"schemaVersion":2,"manifests":[{"size":1e3}]}`, 'whole number "1e3"'],
    ['{"schemaVersion":2,"manifests":[]} x', 'behind the end'],
    ['[]', 'is an array, not an object'],
    ['"x"', 'not an object'],
    ['null', 'should be an object'],
    ['<html>', 'not JSON'],
    ['', 'not JSON'],
  ])('%s', (text, why) => {
    const error = failure(() => parse(text));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain(why);
  });

  test('what was served as something else than it says, and a Docker body that does not say', () => {
    expect(failure(() => parse(index(), mediaTypes.dockerList)).message).toContain('was served as');
    expect(failure(() => parse(index(), 'application/json')).message).toContain('was served as');
    expect(failure(() => parse(index({ mediaType: undefined }), mediaTypes.dockerList)).message).toContain(
      'mediaType',
    );
    expect(failure(() => parse(index({ mediaType: undefined }), '')).message).toContain('no media type');
    expect(failure(() => parse(index({ mediaType: undefined }), 'text/html')).message).toContain('text/html');
  });

  test('more bytes than registries take, before it reads them', () => {
    const error = failure(() => parse(' '.repeat(maxManifestBytes + 1)));
    expect(error).toMatchObject({ code: 'E_MANIFEST' });
    expect(error.message).toContain('4194305 bytes');
  });
});

describe('the number of entries', () => {
  const attestation = entry({
    platform: { architecture: 'unknown', os: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': digest,
    },
  });
  const entries = (images: number, attestations: number): Json =>
    index({
      manifests: [...Array<Json>(images).fill(entry()), ...Array<Json>(attestations).fill(attestation)],
    });

  test.each([
    [64, 0],
    [64, 64],
    [1, 256],
  ])('%i images and %i attestations are read', (images, attestations) => {
    expect(() => parse(entries(images, attestations))).not.toThrow();
  });

  test.each([
    [65, 0],
    [65, 65],
    [0, 10_000],
    [10_000, 0],
  ])('%i images and %i attestations are refused', (images, attestations) => {
    const error = failure(() => parse(entries(images, attestations)));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.hint).toContain('64');
  });
});

describe('embedded data', () => {
  const text = 'https://github.com/opencontainers\n';
  const embedded = (data: string, more: Json = {}): Json =>
    image({
      layers: [{ mediaType: 'text/plain', size: 34, digest: digestOf(Buffer.from(text)), data, ...more }],
    });
  const data = Buffer.from(text).toString('base64');

  test('that is what the descriptor says is kept', () => {
    expect(parse(embedded(data))).toMatchObject({ layers: [{ data }] });
  });

  test.each([
    ['without padding', embedded(data.replace('==', '')), 'base64'],
    ['of another size', embedded(data, { size: 35 }), '34 bytes'],
    ['of another digest', embedded(data, { digest }), 'has the digest'],
    ['of a megabyte', embedded(Buffer.alloc(1_000_000).toString('base64')), 'characters'],
  ])('%s is refused', (_, document, why) => {
    expect(failure(() => parse(document)).message).toContain(why);
  });
});

describe('attestations', () => {
  const of = (more: Partial<Descriptor>): Descriptor => ({
    mediaType: mediaTypes.ociManifest,
    digest: digestOf(Buffer.from('x')),
    size: 1,
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': digest,
    },
    platform: { os: 'unknown', architecture: 'unknown' },
    ...more,
  });

  test('know what they are about', () => {
    expect(isAttestation(of({}))).toBe(true);
    expect(attestationSubject(of({}))).toBe(digest);
    expect(
      attestationSubject(of({ annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })),
    ).toBeUndefined();
  });

  test('are no images that only say so, and no entries that are merely unknown', () => {
    expect(isAttestation(of({ platform: { os: 'linux', architecture: 'amd64' } }))).toBe(false);
    expect(isAttestation(of({ annotations: {} }))).toBe(false);
    const spoof = of({
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': '../x',
      },
    });
    expect(attestationSubject(spoof)).toBeUndefined();
  });
});

test('whatever is changed in a manifest, it is read or refused with a code', () => {
  const documents = [index({ annotations: { a: 'b' } }), image()];
  const odd = [null, 0, -1, 2.5, '', 'x', [], {}, [null], { a: null }, true, '\u0000'];
  for (const document of documents) {
    for (const path of pathsOf(document)) {
      for (const value of odd) {
        const changed = structuredClone(document);
        replaceAt(changed, path, value);
        try {
          parse(changed, document['mediaType'] as string);
        } catch (error) {
          expect(error).toMatchObject({
            name: 'CodedError',
            code: expect.stringMatching(/^E_(?:MANIFEST|PLATFORM)$/),
          });
        }
      }
    }
  }
});

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [
    ...(path.length > 0 ? [[...path]] : []),
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key])),
  ];
}

function replaceAt(document: Json, path: readonly string[], value: unknown): void {
  const parents = path.slice(0, -1).reduce((place, key) => place[key] as Json, document);
  parents[path.at(-1) ?? ''] = value;
}
