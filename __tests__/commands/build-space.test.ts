import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkSpace, freeSpace } from '../../src/commands/build-space.ts';
import { errorLine } from '../../src/errors.ts';
import { buildImage } from '../support/images.ts';
import { rejection } from '../support/failure.ts';
import { keptLog } from '../support/silent-log.ts';
import { withRegistry } from './support/scene.ts';
import { scriptedEngine } from './support/scripted-engine.ts';

const mebibyte = 1024 * 1024;

async function check(free: number | undefined, storage: string | null = '/var/lib/containers/storage') {
  const log = keptLog();
  let work: Promise<void> = Promise.resolve();
  const asked: string[] = [];
  await withRegistry({}, async (registry) => {
    const engine = {
      ...scriptedEngine(registry, { image: buildImage() }),
      storage: () => Promise.resolve(storage ?? undefined),
    };
    work = checkSpace(engine, log, (folder) => {
      asked.push(folder);
      return Promise.resolve(free);
    });
    await Promise.allSettled([work]);
  });
  return { work, log, asked };
}

describe("the engine's storage", () => {
  test('with room is not spoken of', async () => {
    const { work, log, asked } = await check(1024 * mebibyte);
    await work;
    expect(asked).toEqual(['/var/lib/containers/storage']);
    expect(log.lines).toEqual([]);
  });

  test('with less than 1 GiB is warned of', async () => {
    const { work, log } = await check(1023 * mebibyte);
    await work;
    expect(log.warnings).toEqual([
      'the storage of podman, /var/lib/containers/storage, has 1023 MiB left, and a build may need more',
    ]);
  });

  test('with next to nothing fails before anything is built', async () => {
    const { work } = await check(50 * mebibyte - 1);
    expect(errorLine(await rejection(work))).toBe(
      'E_ENGINE: the storage of podman, /var/lib/containers/storage, has 49 MiB left; ' +
        'make room there before the build, for example with "podman system prune", or move the storage to a larger disk',
    );
    await (
      await check(50 * mebibyte)
    ).work;
  });

  test('on another machine, or out of our sight, is not judged', async () => {
    const elsewhere = await check(0, null);
    await elsewhere.work;
    expect(elsewhere.asked).toEqual([]);
    const unseen = await check(undefined);
    await unseen.work;
    expect(unseen.log.lines).toEqual([]);
  });

  test('is measured by the file system', async () => {
    expect(await freeSpace(await mkdtemp(join(tmpdir(), 'space-')))).toBeGreaterThan(0);
    expect(await freeSpace('/nonexistent/folder')).toBeUndefined();
  });
});
