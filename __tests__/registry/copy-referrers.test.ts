import { describe, expect, test } from '@jest/globals';
import { digestOf, type Digest } from '../../src/oci/digest.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { failureOf, noise } from './harness.ts';
import { counted, imageOf, missingFrom, twoRegistries } from './copy-harness.ts';

const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** A manifest that refers to `subject`, with one blob of its own. */
function referrer(subject: Fixture, mark: string): Fixture {
  const { mediaType, digest, size } = subject.descriptor;
  const blob = Buffer.from(mark);
  const built = buildImage({
    layers: [],
    manifest: {
      artifactType: 'application/vnd.acme.signature',
      layers: [{ mediaType: 'text/plain', digest: digestOf(blob), size: blob.length }],
      subject: { mediaType, digest, size },
    },
  });
  return { ...built, blobs: new Map([...built.blobs, [digestOf(blob), blob]]) };
}

function tagOf(subject: Fixture): string {
  return subject.manifest.digest.replace(':', '-');
}

/** As a client does at a registry without the API. */
function listByTag(
  registry: FakeRegistry,
  repository: string,
  subject: Fixture,
  entries: readonly Fixture[],
): void {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: entries.map(({ descriptor: { mediaType, digest, size } }) => ({
        mediaType,
        digest,
        size,
        artifactType: 'application/vnd.acme.signature',
        annotations: { mark: 'kept' },
      })),
    }),
  );
  registry.addManifest(repository, { bytes, mediaType: ociIndex }, tagOf(subject));
}

function listedByTag(registry: FakeRegistry, repository: string, subject: Fixture): Digest[] {
  const list = registry.manifest(repository, tagOf(subject));
  if (list === undefined) return [];
  const { manifests } = JSON.parse(Buffer.from(list.bytes).toString()) as { manifests: { digest: Digest }[] };
  return manifests.map(({ digest }) => digest);
}

const image = imageOf(noise(100));
const index = buildIndex([image, imageOf(noise(200), 'linux/arm64')]);
const ofIndex = referrer(index, 'signature of the index');
const ofImage = referrer(image, 'SBOM of the image');
const ofReferrer = referrer(ofImage, 'signature of the SBOM');
const all = [ofIndex, ofImage, ofReferrer];

describe.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])('referrers, listed by the source itself: %p, by the target itself: %p', (sourceLists, targetLists) => {
  async function copied(options = { referrers: true }) {
    const two = await twoRegistries(index, {
      source: { referrers: sourceLists },
      target: { referrers: targetLists },
    });
    for (const each of all) addToRegistry(two.source, 'acme/app', each);
    if (!sourceLists) {
      listByTag(two.source, 'acme/app', index, [ofIndex]);
      listByTag(two.source, 'acme/app', image, [ofImage]);
      listByTag(two.source, 'acme/app', ofImage, [ofReferrer]);
    }
    return { two, summary: await two.copy(index, options) };
  }

  test('those of the index, of an image, and of another referrer come with their blobs', async () => {
    const { two, summary } = await copied();
    await using _ = two;
    expect(summary.referrers).toBe(3);
    expect(all.flatMap((each) => missingFrom(two.target, 'mirror/app', each))).toEqual([]);
    for (const [subject, own] of [
      [index, ofIndex],
      [image, ofImage],
      [ofImage, ofReferrer],
    ] as const) {
      const listed = await two.client.listReferrers(two.to, subject.manifest.digest);
      expect(listed.map(({ digest }) => digest)).toEqual([own.manifest.digest]);
      expect(listed[0]?.artifactType).toBe('application/vnd.acme.signature');
    }
    expect(Object.keys(two.target.tags('mirror/app'))).toHaveLength(targetLists ? 0 : 3);
  });

  test('copied once more, nothing is written', async () => {
    const { two } = await copied();
    await using _ = two;
    two.target.clearRequests();
    const { createCopier } = await import('../../src/registry/copy/copier.ts');
    await createCopier({ log: two.log }).copyImage({
      client: two.client,
      from: two.from,
      to: two.to,
      manifest: index.manifest,
      referrers: true,
    });
    expect(Object.keys(counted(two.target)).filter((key) => !/^(?:GET|HEAD) /.test(key))).toEqual([]);
  });

  test('unless they are asked for, none comes', async () => {
    const { two, summary } = await copied({ referrers: false });
    await using _ = two;
    expect(summary.referrers).toBe(0);
    expect(two.target.manifest('mirror/app', ofIndex.manifest.digest)).toBeUndefined();
  });
});

describe('the tag that stands in for the list', () => {
  test('keeps what it listed before', async () => {
    const other = referrer(index, 'made there');
    await using two = await twoRegistries(index, { target: { referrers: false } });
    addToRegistry(two.source, 'acme/app', ofIndex);
    addToRegistry(two.target, 'mirror/app', other);
    listByTag(two.target, 'mirror/app', index, [other]);
    await two.copy(index, { referrers: true });
    expect(listedByTag(two.target, 'mirror/app', index)).toEqual([
      other.manifest.digest,
      ofIndex.manifest.digest,
    ]);
    expect(Buffer.from(two.target.manifest('mirror/app', tagOf(index))?.bytes ?? []).toString()).toContain(
      '"mark":"kept"',
    );
  });

  test('says of each what its own bytes say, and not what the source said of it', async () => {
    await using two = await twoRegistries(index, {
      source: { referrers: false },
      target: { referrers: false },
    });
    addToRegistry(two.source, 'acme/app', ofIndex);
    const { mediaType, digest, size } = ofIndex.descriptor;
    const entry = { mediaType, digest, size, annotations: { name: 'a name that it had there' } };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [entry] }));
    two.source.addManifest('acme/app', { bytes, mediaType: ociIndex }, tagOf(index));
    await two.copy(index, { referrers: true });
    expect(await two.client.listReferrers(two.to, index.manifest.digest)).toEqual([
      { mediaType, digest, size, artifactType: 'application/vnd.acme.signature' },
    ]);
  });

  test('is written again where somebody else was faster', async () => {
    const other = referrer(index, 'made there');
    await using two = await twoRegistries(index, { target: { referrers: false } });
    addToRegistry(two.source, 'acme/app', ofIndex);
    addToRegistry(two.target, 'mirror/app', other);
    let puts = 0;
    two.target.fail(
      ({ method, path }) => {
        const isList = method === 'PUT' && path.endsWith(tagOf(index));
        if (isList && (puts += 1) === 1) listByTag(two.target, 'mirror/app', index, [other]);
        return isList && puts === 1;
      },
      { kind: 'not-committed' },
    );
    await two.copy(index, { referrers: true });
    expect(listedByTag(two.target, 'mirror/app', index)).toEqual([
      other.manifest.digest,
      ofIndex.manifest.digest,
    ]);
  });

  test('that another is always faster is told', async () => {
    await using two = await twoRegistries(index, { target: { referrers: false } });
    addToRegistry(two.source, 'acme/app', ofIndex);
    two.target.fail({ method: 'PUT', path: new RegExp(`${tagOf(index)}$`) }, { kind: 'not-committed' }, 99);
    await two.copy(index, { referrers: true });
    expect(two.log.lines.filter((line) => line.startsWith('warning'))).toHaveLength(1);
  });

  test('that is something else is not overwritten', async () => {
    await using two = await twoRegistries(index, { target: { referrers: false } });
    addToRegistry(two.source, 'acme/app', ofIndex);
    addToRegistry(two.target, 'mirror/app', image, tagOf(index));
    expect(await failureOf(two.copy(index, { referrers: true }))).toMatchObject({ code: 'E_MANIFEST' });
    expect(two.target.tags('mirror/app')[tagOf(index)]).toBe(image.manifest.digest);
  });
});

describe('lists that lie', () => {
  test('what is no referrer of it is left out, and told', async () => {
    const stranger = imageOf(noise(300));
    await using two = await twoRegistries(index, { source: { referrers: false } });
    addToRegistry(two.source, 'acme/app', stranger);
    addToRegistry(two.source, 'acme/app', ofIndex);
    listByTag(two.source, 'acme/app', index, [stranger, ofIndex]);
    const summary = await two.copy(index, { referrers: true });
    expect(summary.referrers).toBe(1);
    expect(two.target.manifest('mirror/app', stranger.manifest.digest)).toBeUndefined();
    expect(two.log.lines.join('\n')).toMatch(/warning: .* as a referrer of .* and it is none/);
  });

  test('a chain of referrers ends', async () => {
    const chain = [ofIndex];
    for (let n = 0; n < 6; n += 1) chain.push(referrer(chain.at(-1) ?? ofIndex, `of ${n}`));
    await using two = await twoRegistries(index);
    for (const each of chain) addToRegistry(two.source, 'acme/app', each);
    const summary = await two.copy(index, { referrers: true });
    expect(summary.referrers).toBe(3);
  });

  test('a referrer that the list names and nobody has is told', async () => {
    await using two = await twoRegistries(index, { source: { referrers: false } });
    listByTag(two.source, 'acme/app', index, [ofIndex]);
    const error = await failureOf(two.copy(index, { referrers: true }));
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.message).toContain(ofIndex.manifest.digest);
  });
});

describe('what cosign keeps under tags', () => {
  const signature = imageOf(noise(300));
  const cosignTag = (subject: Fixture, ending: string): string => `${tagOf(subject)}.${ending}`;

  async function copied(prepare: (target: FakeRegistry) => void = () => undefined) {
    const two = await twoRegistries(index, {});
    addToRegistry(two.source, 'acme/app', signature, cosignTag(index, 'sig'));
    addToRegistry(two.source, 'acme/app', signature, cosignTag(image, 'att'));
    prepare(two.target);
    return { two, summary: await two.copy(index, { referrers: true }) };
  }

  test('comes with the index and with each image', async () => {
    const { two, summary } = await copied();
    await using _ = two;
    expect(summary.referrers).toBe(2);
    expect(missingFrom(two.target, 'mirror/app', signature)).toEqual([]);
    for (const tag of [cosignTag(index, 'sig'), cosignTag(image, 'att')])
      expect(two.target.manifest('mirror/app', tag)?.digest).toBe(signature.manifest.digest);
  });

  test('does not take the place of what the target has, and is not written twice', async () => {
    const other = imageOf(noise(301));
    const { two, summary } = await copied((target) => {
      addToRegistry(target, 'mirror/app', other, cosignTag(index, 'sig'));
      addToRegistry(target, 'mirror/app', signature, cosignTag(image, 'att'));
    });
    await using _ = two;
    expect(summary.referrers).toBe(0);
    expect(two.target.manifest('mirror/app', cosignTag(index, 'sig'))?.digest).toBe(other.manifest.digest);
  });

  test('stays where referrers are not asked for', async () => {
    const two = await twoRegistries(index, {});
    await using _ = two;
    addToRegistry(two.source, 'acme/app', signature, cosignTag(index, 'sig'));
    await two.copy(index);
    expect(two.target.manifest('mirror/app', cosignTag(index, 'sig'))).toBeUndefined();
  });
});
