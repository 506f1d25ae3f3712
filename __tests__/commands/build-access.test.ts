import { describe, expect, test } from '@jest/globals';
import { checkAccess } from '../../src/commands/build-access.ts';
import { CodedError, type ErrorCode } from '../../src/errors.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { keptLog } from '../support/silent-log.ts';

const targets = ['quay.io/acme/app', 'ghcr.io/acme/app'].map((name) => ({
  image: parseReference(name).repository,
  tag: 'v1-s390x',
}));

describe('what a registry says before the build', () => {
  test('is asked of every tag that will be pushed', async () => {
    const asked: string[] = [];
    const headManifest = (image: { name: string }, tag: string): Promise<undefined> => {
      asked.push(`${image.name}:${tag}`);
      return Promise.resolve(undefined);
    };
    await checkAccess(targets, { headManifest }, keptLog());
    expect(asked).toEqual(['quay.io/acme/app:v1-s390x', 'ghcr.io/acme/app:v1-s390x']);
  });

  test.each<[ErrorCode, boolean]>([
    ['E_UNAUTHORIZED', true],
    ['E_DENIED', true],
    ['E_INPUT', true],
    ['E_CANCELLED', true],
    ['E_NETWORK', false],
    ['E_RATE_LIMITED', false],
    ['E_REGISTRY', false],
  ])('%s ends the leg: %s', async (code, ends) => {
    const log = keptLog();
    const headManifest = (): Promise<undefined> => Promise.reject(new CodedError(code, 'no'));
    const work = checkAccess(targets, { headManifest }, log);
    if (ends) await expect(work).rejects.toMatchObject({ code });
    else {
      await work;
      expect(log.lines[0]).toBe(
        `whether quay.io/acme/app takes our pushes is not known before the build: ${code}: no`,
      );
    }
  });

  test('a bug is no answer', async () => {
    const headManifest = (): Promise<undefined> => Promise.reject(new TypeError('x'));
    await expect(checkAccess(targets, { headManifest }, keptLog())).rejects.toThrow(TypeError);
  });
});
