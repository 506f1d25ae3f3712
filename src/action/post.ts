import { getState, info } from '@actions/core';
import { tmpdir } from 'node:os';
import { removeScratch } from '../scratch.ts';
import { harmless } from './escape.ts';
import { scratchState } from './state.ts';

/** Removes what a killed main step left behind. A step in between could have changed the state: only a folder of ours is touched. */
const folder = getState(scratchState);

try {
  const removed = folder !== '' && (await removeScratch(folder, process.env['RUNNER_TEMP'] ?? tmpdir()));
  info(removed ? 'temporary files are removed' : 'nothing to clean up');
} catch (error) {
  info(
    harmless(`temporary files are not removed: ${error instanceof Error ? error.message : String(error)}`),
  );
}
