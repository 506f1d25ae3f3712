import {
  debug,
  endGroup,
  error,
  getState,
  info,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  warning,
} from '@actions/core';
import { tmpdir } from 'node:os';
import { toCodedError } from '../errors.ts';
import { Mask } from '../log.ts';
import { isScratch, removeScratch } from '../scratch.ts';
import { actionLog } from './log.ts';
import { scratchState } from './state.ts';

/** Removes what a killed main step left behind. A step in between could have changed the state: only a folder of ours is touched. */
const folder = getState(scratchState);
const parent = process.env['RUNNER_TEMP'] ?? tmpdir();
const log = actionLog(
  { debug, endGroup, error, info, saveState, setOutput, setSecret, startGroup, warning },
  new Mask(),
);

try {
  if (folder !== '' && isScratch(folder, parent)) {
    const { removeLeftovers } = await import('../engines/leftovers.ts');
    await removeLeftovers(folder, { log, env: process.env });
  }
  log.info((await removeScratch(folder, parent)) ? 'temporary files are removed' : 'nothing to clean up');
} catch (thrown) {
  log.warning(`what this step made is not all removed: ${toCodedError(thrown).message}`);
}
