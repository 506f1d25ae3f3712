/// <reference lib="esnext.disposable" />
import { describe, expect, test } from '@jest/globals';
import { toCodedError } from '../../src/errors.ts';
import { startFakeRegistry, type FakeRegistry, type FaultPlan } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';
import { fanIn, lagging, writesOf } from './support.ts';

const platforms = ['linux/amd64', 'linux/arm64'];
const path = 'acme/app';
const old = buildIndex([buildImage({ labels: { run: 'old' } })]);

async function start(faults: FaultPlan = () => undefined, legs = platforms): Promise<FakeRegistry> {
  const registry = await startFakeRegistry({ faults });
  addToRegistry(registry, path, old, 'latest');
  for (const platform of legs)
    addToRegistry(registry, path, buildImage({ platform }), `v1-${platform.slice('linux/'.length)}`);
  return registry;
}

interface Ran {
  readonly code: string | undefined;
  readonly digest: unknown;
  /** Waits for a registry that lags, in ms. */
  readonly waits: readonly number[];
}

async function run(registry: FakeRegistry): Promise<Ran> {
  const waits: number[] = [];
  registry.clearRequests();
  try {
    const { outputs } = await fanIn({
      inputs: {
        images: `${registry.host}/${path}`,
        tags: 'v1,v1.0,latest',
        platforms: platforms.join(','),
      },
      waits: (milliseconds) => waits.push(milliseconds),
    });
    return { code: undefined, digest: outputs['digest'], waits };
  } catch (error) {
    return { code: toCodedError(error).code, digest: undefined, waits };
  }
}

const waited = ({ waits }: Ran): number => waits.reduce((sum, wait) => sum + wait, 0);

describe('a registry that lags behind its own writes', () => {
  test.each([0, 1, 3])(
    'by %d reads: the index and each tag are waited for, and nothing else',
    async (reads) => {
      await using registry = await start(lagging(reads));
      const { code, digest, waits } = await run(registry);
      expect(code).toBeUndefined();
      expect(registry.tags(path)).toMatchObject({ v1: digest, 'v1.0': digest, latest: digest });
      expect(waits).toHaveLength(4 * reads);
    },
  );

  test('gets no patience where nothing was written', async () => {
    await using registry = await start();
    const { digest } = await run(registry);
    const again = await run(registry);
    expect(again).toEqual({ code: undefined, digest, waits: [] });
    expect(writesOf(registry)).toEqual([]);
  });

  test('and is not waited for when a leg is not there', async () => {
    await using registry = await start(lagging(5), ['linux/amd64']);
    expect(await run(registry)).toEqual({ code: 'E_PLATFORM_MISSING', digest: undefined, waits: [] });
    expect(writesOf(registry)).toEqual([]);
  });

  test('and shows a tag, yet not the list that it holds: the list is written, not waited for', async () => {
    await using registry = await start();
    const { digest } = await run(registry);
    let hidden = true;
    registry.fail(
      ({ method, path: at }) => {
        if (method === 'PUT') hidden = false;
        return hidden && at === `/v2/${path}/manifests/${String(digest)}`;
      },
      { kind: 'answer', status: 404, headers: { 'content-type': 'application/json' }, body: '{"errors":[]}' },
      Infinity,
    );
    expect(await run(registry)).toEqual({ code: undefined, digest, waits: [] });
    expect(writesOf(registry)).toEqual([`PUT /v2/${path}/manifests/${String(digest)} 201`]);
  });

  test('for good: five minutes, no tag is changed, and it is said', async () => {
    await using registry = await start(lagging(Infinity));
    const before = registry.tags(path);
    const ran = await run(registry);
    expect(ran.code).toBe('E_NOT_FOUND');
    expect(waited(ran)).toBe(5 * 60_000);
    expect(registry.tags(path)).toEqual(before);
  });

  test('for good with its tags alone: five minutes in all, and it is said', async () => {
    const lag = lagging(Infinity);
    await using registry = await start((request) =>
      request.path.includes('sha256:') ? undefined : lag(request),
    );
    const ran = await run(registry);
    expect(ran.code).toBeDefined();
    expect(ran.code).not.toBe('E_INTERNAL');
    // The tags are read side by side, so each has these minutes at the same time.
    expect(waited(ran)).toBe(3 * 5 * 60_000);
  });
});
