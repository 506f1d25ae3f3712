import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Exec } from '../../../src/engines/process/exec.ts';
import { spawnExec } from '../../../src/engines/process/process.ts';
import { Session } from '../../../src/engines/process/session.ts';
import { printed, writtenTo } from '../../../src/engines/process/streams.ts';
import { pathWith, temporaryFolder, testOptions } from '../support/scripted.ts';

/** Real processes: node runs what the arguments say where an engine was to be. */
function session(over: Parameters<typeof testOptions>[0] = {}): { session: Session; temp: string } {
  const temp = temporaryFolder();
  const exec: Exec = async (tool, args, options) =>
    basename(tool) === 'engine'
      ? spawnExec(process.execPath, ['-e', ...args], options)
      : spawnExec(tool, args, options);
  const env = { PATH: `${pathWith('engine')}:/usr/bin:/bin` };
  return { session: new Session('buildah', 'engine', testOptions({ temp, env, exec, ...over })), temp };
}

async function sizeOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of stream) size += chunk.length;
  return size;
}

const million = 10_000_000;
const ways = {
  printed: (on: Session, script: string) =>
    printed(on, [`const put = (text) => process.stdout.write(text); ${script}`]),
  'written to a path': (on: Session, script: string) =>
    writtenTo(on, (path) => [
      `const put = (text) => require('node:fs').appendFileSync(process.argv[1], text); ${script}`,
      path,
    ]),
};

describe.each(Object.entries(ways))('what a command has %s', (_, way) => {
  test.each([
    ['much', `put('x'.repeat(${million}))`, million],
    ['little, and at once', `put('x')`, 1],
    ['nothing', '', 0],
  ])('is read to its end: %s', async (_name, script, size) => {
    const { session: on } = session();
    expect(await sizeOf(way(on, script))).toBe(size);
    await on.close();
  });

  test('is followed by what it failed with', async () => {
    const { session: on } = session();
    const stream = way(on, `put('some'); console.error('no such image'); process.exitCode = 125`);
    let read = 0;
    const reading = (async () => {
      for await (const chunk of stream) read += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('no such image') });
    expect(read).toBe(4);
  });

  test('need not be read on: the command is ended, and no file is left', async () => {
    const { session: on, temp } = session();
    for await (const chunk of way(on, `put('x'.repeat(${million})); setInterval(() => put('x'), 10)`)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(readdirSync(temp, { recursive: true }).filter((file) => String(file).endsWith('.tar'))).toEqual(
      [],
    );
    await on.close();
  });

  test('stops when the leg is cancelled', async () => {
    const controller = new AbortController();
    const { session: on } = session({ signal: controller.signal });
    const reading = (async () => {
      for await (const chunk of way(on, `put('x'); setInterval(() => {}, 1000)`)) {
        expect(chunk.length).toBe(1);
        controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE', message: 'buildah was stopped' });
  });
});

test('a command that can not be started, and a machine without mkfifo', async () => {
  const gone = session({ env: { PATH: pathWith() } });
  await expect(sizeOf(printed(gone.session, []))).rejects.toMatchObject({ code: 'E_ENGINE_MISSING' });
  const bare = session({ env: { PATH: pathWith('engine') } });
  await expect(sizeOf(writtenTo(bare.session, () => []))).rejects.toMatchObject({
    code: 'E_ENGINE_MISSING',
    message: 'there is no mkfifo on PATH',
  });
});

test('a path that is taken is told by mkfifo', async () => {
  const { session: on } = session();
  await writeFile(`${await on.folder()}/id1.tar`, '');
  await expect(sizeOf(writtenTo(on, () => ['']))).rejects.toMatchObject({
    message: expect.stringContaining('File exists'),
  });
});
