import {
  debug,
  endGroup,
  error,
  info,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  warning,
} from '@actions/core';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { CodedError } from '../errors.ts';
import { runAction } from './run.ts';

const controller = new AbortController();

// The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    controller.abort(
      new CodedError('E_CANCELLED', `stopped by ${name}`, {
        hint: 'run it again: what is done already is not done twice',
      }),
    );
  });
}

const summaryFile = process.env['GITHUB_STEP_SUMMARY'] ?? '';

const status = await runAction({
  core: { debug, endGroup, error, info, saveState, setOutput, setSecret, startGroup, warning },
  env: process.env,
  cwd: process.cwd(),
  temp: process.env['RUNNER_TEMP'] ?? tmpdir(),
  signal: controller.signal,
  writeSummary: async (markdown) => {
    if (summaryFile !== '' && markdown !== '') await appendFile(summaryFile, `${markdown}\n`);
  },
  compose: () => import('../compose.ts'),
});

process.exit(status);
