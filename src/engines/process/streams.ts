import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { CodedError } from '../../errors.ts';
import type { ExecResult } from './exec.ts';
import type { Session } from './session.ts';
import { findTool } from './tools.ts';

/**
 * What an engine's command prints, as it comes; where that is not read to its end, the command is ended.
 * @throws E_ENGINE as the engine's words tell, once all that came was given
 */
export async function* printed(
  session: Session,
  args: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const output = new PassThrough();
  yield* outcome(session, output, async (stop) =>
    session.tell(args, { output, stop }).finally(() => output.end()),
  );
}

/**
 * What an engine's command writes to a path, as it comes: the path is a FIFO, and nothing is stored.
 * @param args the command, given the path
 * @throws E_ENGINE_MISSING without mkfifo; else as {@link printed} does
 */
export async function* writtenTo(
  session: Session,
  args: (path: string) => readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = join(await session.folder(), `${session.uniqueId()}.tar`);
  await makeFifo(session, path);
  // A reader that waits for no writer, and a writer of our own, so that the end comes when we let go of it: whatever the command
  // does, and however fast, nothing hangs and nothing is lost.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const reader = new Socket({ fd, readable: true, writable: false });
  const holder = openSync(path, constants.O_WRONLY);
  try {
    yield* outcome(session, reader, async (stop) =>
      session.tell(args(path), { stop }).finally(() => {
        closeSync(holder);
      }),
    );
  } finally {
    await rm(path, { force: true });
  }
}

async function makeFifo(session: Session, path: string): Promise<void> {
  const tool = await findTool('mkfifo', session.options.env['PATH']);
  if (tool === undefined) {
    throw new CodedError('E_ENGINE_MISSING', 'there is no mkfifo on PATH', {
      hint: 'install coreutils, whose programs every engine needs',
    });
  }
  const made = await session.ask(['-m', '600', path], { tool });
  if (made.code !== 0) throw session.failure(made, { doing: 'ask' });
}

async function* outcome(
  session: Session,
  source: Readable,
  start: (stop: AbortSignal) => Promise<ExecResult>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stop = new AbortController();
  const running = start(stop.signal);
  // What it failed with is told when what it gave was read.
  running.catch(() => undefined);
  let isWhole = false;
  try {
    for await (const chunk of source) yield chunk as Buffer;
    isWhole = true;
  } finally {
    if (!isWhole) {
      stop.abort();
      source.destroy();
      await running.catch(() => undefined);
    }
  }
  const result = await running;
  if (result.code !== 0) throw session.failure(result, { doing: 'ask' });
}
