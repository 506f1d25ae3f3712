#!/usr/bin/env node
import { tmpdir } from 'node:os';
import { addAbortSignal } from 'node:stream';
import { CodedError } from '../errors.ts';
import { runCli } from './run.ts';

const exitOf = { SIGINT: 130, SIGTERM: 143 } as const;

/** How long a command that was told to stop may clean up. */
const graceMs = 5000;

const controller = new AbortController();
let stoppedWith: number | undefined;

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stoppedWith !== undefined) process.exit(stoppedWith);
    stoppedWith = exitOf[name];
    setTimeout(() => process.exit(exitOf[name]), graceMs).unref();
    controller.abort(
      new CodedError('E_CANCELLED', `stopped by ${name}`, {
        hint: 'run it again: what is done already is not done twice',
      }),
    );
  });
}

// A reader that went away (head, a pager) is no failure of the command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    if (stream === process.stdout) {
      process.stderr.write(`E_INPUT: stdout can't be written: ${error.message}; see where it leads to\n`);
    }
  });
}

const status = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  temp: tmpdir(),
  stdout: (text) =>
    new Promise((resolve) => {
      process.stdout.write(text, () => {
        resolve();
      });
    }),
  stderr: (text) => void process.stderr.write(text),
  stdin: () => addAbortSignal(controller.signal, process.stdin),
  signal: controller.signal,
  compose: () => import('../compose.ts'),
});

process.exit(stoppedWith ?? (status === 0 ? process.exitCode : status));
