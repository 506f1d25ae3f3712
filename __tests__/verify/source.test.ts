import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { imageSize, readSource } from '../../src/verify/source.ts';
import { rejection } from '../support/failure.ts';
import { buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { platformsOf, readerOf, sourceOf, tampered } from './support.ts';

const amd64 = buildImage();
const s390x = buildImage({ platform: 'linux/s390x' });

async function refusal(fixture: Fixture, over: Parameters<typeof readerOf>[1] = {}) {
  return rejection(readSource(readerOf(fixture, over), 'v1', 'quay.io/acme/app:v1'));
}

describe('a source', () => {
  test('that is not there is no error', async () => {
    expect(await readSource(readerOf(amd64), 'v2', 'quay.io/acme/app:v2')).toBeUndefined();
  });

  test('that is an image is that image, with the platform of its config', async () => {
    const source = await sourceOf(buildImage({ platform: 'linux/arm/v7' }));
    expect(platformsOf(source.images)).toEqual(['linux/arm/v7']);
    expect(source).toMatchObject({ index: undefined, attestations: [], images: [{ said: undefined }] });
    expect(source.images[0]?.descriptor).not.toHaveProperty('platform');
  });

  test('that is an index is its images, in its order, with attestations beside them', async () => {
    const attestation = buildAttestation(s390x);
    const source = await sourceOf(buildIndex([attestation, s390x, amd64]));
    expect(platformsOf(source.images)).toEqual(['linux/s390x', 'linux/amd64']);
    expect(source.attestations).toMatchObject([
      { subject: s390x.manifest.digest, descriptor: { digest: attestation.manifest.digest } },
    ]);
  });

  test('may be an index of indexes', async () => {
    const source = await sourceOf(buildIndex([buildIndex([amd64]), buildIndex([s390x])]));
    expect(platformsOf(source.images)).toEqual(['linux/amd64', 'linux/s390x']);
  });

  test('has the size of what a pull transfers', async () => {
    const [image] = (await sourceOf(amd64)).images;
    const bytes = [...amd64.blobs.values()].reduce((sum, blob) => sum + blob.length, 0);
    expect(image && imageSize(image)).toBe(bytes);
  });
});

describe('what is refused', () => {
  const notJson = { ...amd64.manifest, bytes: Buffer.from('<html>') };
  const wasm = buildImage({
    manifest: { config: { ...configOf(amd64), mediaType: 'application/vnd.wasm.config.v0+json' } },
  });

  test.each<[string, Fixture, Parameters<typeof readerOf>[1], string, string]>([
    [
      'three levels of indexes',
      buildIndex([buildIndex([buildIndex([amd64])])]),
      {},
      'E_MANIFEST',
      'more than 2 levels',
    ],
    [
      'an index entry with other bytes',
      buildIndex([amd64]),
      { [amd64.manifest.digest]: tampered(amd64.manifest) },
      'E_DIGEST_MISMATCH',
      'manifests[0]',
    ],
    [
      'an index entry that is gone',
      buildIndex([amd64, s390x]),
      { [s390x.manifest.digest]: undefined },
      'E_NOT_FOUND',
      'manifests[1]',
    ],
    ['an entry of another size', entry({ size: amd64.descriptor.size + 1 }), {}, 'E_DIGEST_MISMATCH', 'size'],
    [
      'an entry of another media type',
      entry({ mediaType: mediaTypes.dockerManifest }),
      {},
      'E_MANIFEST',
      'media type',
    ],
    [
      'an entry that is no image',
      entry({ mediaType: 'application/vnd.cncf.helm.config.v1+json' }),
      {},
      'E_MANIFEST',
      'helm',
    ],
    ['an entry that lists a layer', entry({ mediaType: mediaTypes.ociLayer }), {}, 'E_MANIFEST', 'layer'],
    ['what is no JSON', amd64, { v1: notJson }, 'E_MANIFEST', ''],
    ['an artifact instead of an image', wasm, {}, 'E_MANIFEST', 'wasm'],
    [
      'a config without an architecture',
      buildImage({ config: { architecture: '' } }),
      {},
      'E_MANIFEST',
      'architecture',
    ],
    [
      'a config of an attestation, not marked as one',
      buildImage({ platform: 'unknown/unknown' }),
      {},
      'E_MANIFEST',
      'unknown',
    ],
    [
      'a platform that is an object',
      buildImage({ config: { architecture: { a: 1 } } }),
      {},
      'E_MANIFEST',
      'architecture',
    ],
    [
      'a line break in a platform',
      buildImage({ config: { architecture: 'amd64\n' } }),
      {},
      'E_MANIFEST',
      'architecture',
    ],
    [
      'two entries that are wrong: both are told',
      buildIndex([amd64, s390x]),
      { [amd64.manifest.digest]: undefined, [s390x.manifest.digest]: undefined },
      'E_NOT_FOUND',
      'manifests[1]',
    ],
  ])('%s', async (_, fixture, over, code, part) => {
    const error = await refusal(fixture, over);
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
  });

  test('an attestation that says nothing of its subject', async () => {
    const attestation = buildAttestation(amd64);
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    const mute = buildIndex([amd64, attestation], {
      entries: [amd64.descriptor, { ...attestation.descriptor, annotations }],
    });
    expect(await refusal(mute)).toMatchObject({ code: 'E_MANIFEST' });
  });

  test('an attestation with other bytes', async () => {
    const attestation = buildAttestation(amd64);
    const over = { [attestation.manifest.digest]: tampered(attestation.manifest) };
    expect(await refusal(buildIndex([amd64, attestation]), over)).toMatchObject({
      code: 'E_DIGEST_MISMATCH',
    });
  });
});

describe('what was promised of a source', () => {
  const promised = {
    digest: amd64.manifest.digest,
    mediaType: amd64.manifest.mediaType,
    size: amd64.manifest.bytes.length,
  };

  test.each<[string, object, string]>([
    ['another size', { size: promised.size - 1 }, 'E_DIGEST_MISMATCH'],
    ['another digest', { digest: s390x.manifest.digest }, 'E_DIGEST_MISMATCH'],
    ['a sha512 digest of other bytes', { digest: digestOf(Buffer.from('x'), 'sha512') }, 'E_DIGEST_MISMATCH'],
    ['another media type', { mediaType: mediaTypes.ociIndex }, 'E_MANIFEST'],
  ])('%s is %s', async (_, over, code) => {
    const work = readSource(readerOf(amd64), 'v1', 'it', { ...promised, ...over });
    expect((await rejection(work)).code).toBe(code);
  });

  test('a sha512 digest of these bytes holds', async () => {
    const digest = digestOf(amd64.manifest.bytes, 'sha512');
    await expect(readSource(readerOf(amd64), 'v1', 'it', { ...promised, digest })).resolves.toBeDefined();
  });
});

function entry(over: object): Fixture {
  return buildIndex([amd64], { entries: [{ ...amd64.descriptor, ...over }] });
}

function configOf(fixture: Fixture): object {
  return (JSON.parse(Buffer.from(fixture.manifest.bytes).toString()) as { config: object }).config;
}
