/// <reference lib="esnext.disposable" />
import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CacheInput } from '../../src/inputs/build-lists.ts';
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

/** @returns what BuildKit said of the RUN step. */
async function leg(address: string, architecture: Architecture, caches: object): Promise<string[]> {
  await using made = await shop.make('buildx', { BUILDKIT_HOST: address });
  const source = { kind: 'dockerfile', context: 'context', network: 'none', ...caches } as const;
  await made.engine.remove(await made.engine.build(request(architecture, { source })));
  const text = made.log.join('\n');
  const step = /#(\d+) \[[^\]]*\] RUN (?!\["\/probe)/.exec(text)?.[1];
  if (step === undefined) throw new Error(`there is no RUN step in\n${text}`);
  return text.split('\n').filter((line) => line.includes(`#${step} `));
}

test.each(['local', 'registry'])('a cache of type %s', async (type) => {
  const folder = await mkdtemp(path.join(shop.folder, 'cache-'));
  const ref = `${shop.registry.host}/acme/cache`;
  const cache = (key: 'src' | 'dest'): CacheInput => ({
    type,
    attributes: type === 'local' ? { [key]: folder } : { ref },
  });
  const to = { ...cache('dest'), attributes: { ...cache('dest').attributes, mode: 'max' } };
  for (const architecture of ['amd64', 's390x'] as const) {
    await using first = await startBuildKit();
    const said = await leg(first.address, architecture, { cacheTo: [to] });
    expect(said.join('\n')).not.toContain('CACHED');
  }
  if (type === 'local') expect((await readdir(folder)).toSorted()).toEqual(['linux-amd64', 'linux-s390x']);
  for (const architecture of ['amd64', 's390x'] as const) {
    await using second = await startBuildKit();
    const said = await leg(second.address, architecture, { cacheFrom: [cache('src')] });
    expect(said.join('\n')).toContain('CACHED');
  }
});
