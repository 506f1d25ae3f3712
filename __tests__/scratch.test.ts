import { describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeScratch, scratchIn } from '../src/scratch.ts';

async function inFolder(work: (parent: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'scratch-test-'));
  try {
    await work(parent);
  } finally {
    await rm(parent, { recursive: true });
  }
}

describe('scratch', () => {
  test('is made once, for this user alone, and told at once', () =>
    inFolder(async (parent) => {
      const made: string[] = [];
      const scratch = scratchIn(parent, (folder) => made.push(folder));
      expect(await readdir(parent)).toEqual([]);
      const [a, b] = await Promise.all([scratch.folder(), scratch.folder()]);
      expect(made).toEqual([a]);
      expect(b).toBe(a);
      expect((await stat(a)).mode & 0o777).toBe(0o700);
      await writeFile(join(a, 'file'), '');
      await scratch.remove();
      await scratch.remove();
      expect(await readdir(parent)).toEqual([]);
    }));

  test('a place for temporary files that is not there is told, with what names it', async () => {
    await expect(scratchIn('/nonexistent').folder()).rejects.toMatchObject({
      code: 'E_INPUT',
      message: 'no temporary folder can be made in "/nonexistent"',
      hint: expect.stringContaining('RUNNER_TEMP'),
    });
  });

  test('nothing else is ever removed', () =>
    inFolder(async (parent) => {
      const other = join(parent, 'other');
      await mkdir(join(other, 'native-multiarch-abcdef'), { recursive: true });
      await writeFile(join(parent, 'native-multiarch-aFile1'), '');
      await symlink(other, join(parent, 'native-multiarch-aLink1'));
      for (const folder of [
        other,
        '/',
        '',
        parent,
        join(other, 'native-multiarch-abcdef'),
        `${parent}/native-multiarch-abcdef/../other`,
        join(parent, 'native-multiarch-aFile1'),
        join(parent, 'native-multiarch-aLink1'),
        join(parent, 'native-multiarch-gone00'),
      ]) {
        expect([folder, await removeScratch(folder, parent)]).toEqual([folder, false]);
      }
      expect(await readdir(parent)).toHaveLength(3);
    }));
});
