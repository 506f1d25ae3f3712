import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { CodedError, errorLine, toCodedError } from '../src/errors.ts';

describe('what was thrown', () => {
  test('on purpose stays what it is', () => {
    const error = new CodedError('E_INPUT', 'no');
    expect(toCodedError(error)).toBe(error);
  });

  test.each([new TypeError('x is undefined'), 'a word', undefined])('by a bug is ours: %s', (thrown) => {
    expect(errorLine(toCodedError(thrown))).toMatch(
      /^E_INTERNAL: .*; this is a bug in native-multiarch; please report/,
    );
  });

  test('by a disk that is full is the machine, with the cure', async () => {
    const thrown: unknown = await writeFile('/dev/full', 'x').catch((error: unknown) => error);
    expect(errorLine(toCodedError(thrown))).toBe(
      'E_INPUT: ENOSPC: no space left on device, write; the disk is full: free some space, or let RUNNER_TEMP, or else TMPDIR, name a folder on another',
    );
  });

  test("by a file that is not this user's to read is told with the cure", () => {
    const thrown = Object.assign(new Error("EACCES: permission denied, open '/src/Dockerfile'"), {
      code: 'EACCES',
    });
    expect(errorLine(toCodedError(thrown))).toMatch(
      /^E_INPUT: EACCES: permission denied, open '\/src\/Dockerfile'; let this user read it/,
    );
  });

  test('by a file that is not there is a bug: who looked for it had to say which', async () => {
    const thrown: unknown = await writeFile('/nowhere/x', 'x').catch((error: unknown) => error);
    expect(toCodedError(thrown).code).toBe('E_INTERNAL');
  });
});
