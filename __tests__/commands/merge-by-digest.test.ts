/// <reference lib="esnext.disposable" />
import { describe, expect, test } from '@jest/globals';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import {
  addLegs,
  bearer,
  four,
  path,
  published,
  runMerge,
  runVerify,
  textOutput,
  writes,
} from './support/scene.ts';

describe('a list that is published by digest alone', () => {
  test('has no tag, is written once, and is promoted with its digest', async () => {
    await using registry = await startFakeRegistry({ auth: bearer });
    addLegs(registry);
    const arch = registry.tags(path);
    const records = four.map((platform) => `${platform}=${registry.host}/${path}:v1-${platform.slice(6)}`);
    const byDigest = { tags: 'none', records: records.join('\n') };

    const first = await runMerge(registry, byDigest);
    const digest = textOutput(first.result, 'digest');
    expect(first.result.outputs['references']).toEqual([`${registry.host}/${path}@${digest}`]);
    expect(registry.tags(path)).toEqual(arch);
    expect(registry.manifest(path, digest)).toBeDefined();

    registry.clearRequests();
    expect(textOutput((await runMerge(registry, byDigest)).result, 'digest')).toBe(digest);
    expect(writes(registry)).toEqual([]);

    const tried = await runVerify(registry, {
      references: `${registry.host}/${path}@${digest}`,
      platforms: four.join('\n'),
    });
    expect(textOutput(tried.result, 'digest')).toBe(digest);

    registry.clearRequests();
    const promote = { tags: 'v1,latest', records: `${registry.host}/${path}@${digest}` };
    const second = await runMerge(registry, promote);
    expect(textOutput(second.result, 'digest')).toBe(digest);
    expect(registry.tags(path)).toEqual({ ...arch, latest: digest, v1: digest });
    // The index stands there already; to write it once more costs what a question would.
    expect(writes(registry)).toEqual(
      [digest, 'v1', 'latest'].map((reference) => `PUT /v2/${path}/manifests/${reference} 201`),
    );

    registry.clearRequests();
    await runMerge(registry, promote);
    expect(writes(registry)).toEqual([]);
  });

  test.each(['the same registry', 'another registry'])(
    'goes to a second image in %s, once',
    async (where) => {
      await using registry = await startFakeRegistry({ auth: bearer });
      await using other = await startFakeRegistry({ auth: bearer });
      addLegs(registry);
      const host = where === 'the same registry' ? registry : other;
      const images = [`${registry.host}/${path}`, `${host.host}/mirror/app`];
      const records = four.map((platform) => `${platform}=${registry.host}/${path}:v1-${platform.slice(6)}`);
      const inputs = { images: images.join(','), tags: 'none', records: records.join('\n') };

      const { result } = await runMerge(registry, inputs, { push: images });
      const digest = textOutput(result, 'digest');
      expect(result.outputs['references']).toEqual(images.map((image) => `${image}@${digest}`));
      expect(host.tags('mirror/app')).toEqual({});
      for (const { digest: child } of published(registry, digest).manifests) {
        expect(host.manifest('mirror/app', child)).toBeDefined();
      }
      registry.clearRequests();
      other.clearRequests();
      await runMerge(registry, inputs, { push: images });
      expect([...writes(registry), ...writes(other)]).toEqual([]);
    },
  );
});

test.each(['oci', 'docker'] as const)(
  'what others made is promoted with its own bytes: %s',
  async (format) => {
    await using registry = await startFakeRegistry({ auth: bearer });
    const images = four.map((platform) => buildImage({ platform, format }));
    const attested = format === 'oci' ? images.flatMap((image) => [image, buildAttestation(image)]) : images;
    const list = buildIndex(attested, {
      format,
      // Spacing and a key that nobody knows: kept, since the bytes are.
      over: { 'x.example': { kept: true } },
    });
    addToRegistry(registry, path, list, 'candidate');
    const { result } = await runMerge(registry, {
      tags: 'v1,latest',
      records: `${registry.host}/${path}@${list.manifest.digest}`,
    });
    expect(textOutput(result, 'digest')).toBe(list.manifest.digest);
    expect(registry.tags(path)).toMatchObject({ v1: list.manifest.digest, latest: list.manifest.digest });
  },
);
