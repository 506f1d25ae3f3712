/// <reference lib="esnext.disposable" />
import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CacheInput } from '../../src/inputs/build-lists.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { readArchive } from '../../src/verify/content/archive.ts';
import { startBuildKit } from './support/buildkit.ts';
import { request, Workshop } from './support/engine-legs.ts';
import type { Architecture } from './support/tools.ts';

/** Legs of two platforms write their caches to one place; legs on a BuildKit that has built nothing yet read them. */
let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

/** @returns the layers of what is built. A RUN step that runs again leaves another, since its file has another time. */
async function leg(address: string, architecture: Architecture, caches: object): Promise<readonly Digest[]> {
  await using made = await shop.make('buildx', { BUILDKIT_HOST: address });
  const source = { kind: 'dockerfile', context: 'context', network: 'none', ...caches } as const;
  const { engine } = made;
  const image = await engine.build(request(architecture, { source }));
  const platform = parsePlatform(`linux/${architecture}`);
  const { config } = await readArchive(engine.archive(image), { what: 'the image', platform });
  await engine.remove(image);
  return config.diffIds;
}

test.each(['local', 'registry'])('a cache of type %s', async (type) => {
  const folder = await mkdtemp(path.join(shop.folder, 'cache-'));
  const ref = `${shop.registry.host}/acme/cache`;
  const cache = (key: 'src' | 'dest'): CacheInput => ({
    type,
    attributes: type === 'local' ? { [key]: folder } : { ref },
  });
  const to = { ...cache('dest'), attributes: { ...cache('dest').attributes, mode: 'max' } };
  const layers = new Map<Architecture, readonly Digest[]>();
  for (const architecture of ['amd64', 's390x'] as const) {
    await using first = await startBuildKit();
    layers.set(architecture, await leg(first.address, architecture, { cacheTo: [to] }));
  }
  if (type === 'local') expect((await readdir(folder)).toSorted()).toEqual(['linux-amd64', 'linux-s390x']);
  for (const architecture of ['amd64', 's390x'] as const) {
    await using second = await startBuildKit();
    expect(await leg(second.address, architecture, {})).not.toEqual(layers.get(architecture));
    await using third = await startBuildKit();
    const cached = await leg(third.address, architecture, { cacheFrom: [cache('src')] });
    expect(cached).toEqual(layers.get(architecture));
  }
});
