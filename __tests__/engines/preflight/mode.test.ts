import { describe, expect, test } from '@jest/globals';
import type { Emulation } from '../../../src/engines/preflight/binfmt.ts';
import {
  checkEmulation,
  crossFailure,
  decideMode,
  describeMode,
  emulationWarning,
  modesToTry,
} from '../../../src/engines/preflight/mode.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';

const host = (
  platform: string,
): { version: string; label: string; platform: ReturnType<typeof parsePlatform> } => ({
  version: '5.4.2',
  label: 'podman 5.4.2',
  platform: parsePlatform(platform),
});
const absent: Emulation = { kind: 'absent' };
const registered: Emulation = {
  kind: 'registered',
  name: 'qemu-x',
  interpreter: '/usr/bin/qemu-x',
  flags: 'PF',
  enabled: true,
};

describe('the mode', () => {
  test.each([
    ['linux/amd64', 'native', 'linux/amd64', absent, 'native'],
    ['linux/amd64', 'emulate', 'linux/amd64', absent, 'native'],
    ['linux/amd64/v3', 'native', 'linux/amd64', absent, 'native'],
    ['linux/386', 'native', 'linux/amd64', absent, 'native'],
    ['linux/arm/v7', 'native', 'linux/arm64', absent, 'native'],
    ['linux/arm/v7', 'emulate', 'linux/arm64', registered, 'emulate'],
    ['linux/s390x', 'emulate', 'linux/amd64', registered, 'emulate'],
    ['linux/s390x', 'cross', 'linux/amd64', absent, 'cross'],
    ['linux/amd64', 'cross', 'linux/amd64', absent, 'native'],
  ] as const)('%s %s on %s', (platform, wanted, on, emulation, mode) => {
    expect(decideMode(parsePlatform(platform), wanted, host(on), emulation)).toBe(mode);
  });

  test.each([
    ['linux/s390x', 'linux/amd64', registered],
    ['linux/amd64', 'linux/386', absent],
    ['linux/arm/v7', 'linux/arm64', registered],
    ['windows/amd64', 'linux/amd64', absent],
  ] as const)('native %s on %s is E_HOST_MISMATCH, with both named', (platform, on, emulation) => {
    const attempt = (): unknown => decideMode(parsePlatform(platform), 'native', host(on), emulation);
    expect(attempt).toThrow(expect.objectContaining({ code: 'E_HOST_MISMATCH' }));
    expect(attempt).toThrow(`${platform} was to be built natively, and podman 5.4.2 works on ${on}`);
  });

  test('the way to emulate is told', () => {
    expect(() => decideMode(parsePlatform('linux/s390x'), 'native', host('linux/amd64'), absent)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('mode: emulate') }),
    );
  });

  test.each([
    ['linux/amd64', 'linux/amd64', absent, ['native']],
    ['linux/386', 'linux/amd64', absent, ['native', 'cross']],
    ['linux/arm/v7', 'linux/arm64', registered, ['emulate', 'cross']],
    ['linux/s390x', 'linux/amd64', registered, ['emulate', 'cross']],
    ['linux/s390x', 'linux/amd64', absent, ['emulate', 'cross']],
  ] as const)('auto for %s on %s tries what goes, the best first', (platform, on, emulation, modes) => {
    expect(modesToTry(parsePlatform(platform), host(on), emulation)).toEqual(modes);
  });

  test('auto for another system is E_HOST_MISMATCH', () => {
    expect(() => modesToTry(parsePlatform('windows/amd64'), host('linux/amd64'), absent)).toThrow(
      expect.objectContaining({ code: 'E_HOST_MISMATCH' }),
    );
  });
});

describe('emulation', () => {
  const platform = parsePlatform('linux/s390x');

  test.each([
    [absent, /nothing in binfmt_misc takes its programs/],
    [{ ...registered, enabled: false }, /switched off/],
    [{ ...registered, flags: 'OC' }, /without flag F/],
  ])('%j can not be used', (emulation, says) => {
    expect(() => {
      checkEmulation(platform, emulation);
    }).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED', message: expect.stringMatching(says) }));
  });

  test('where the kernel can not be asked, the probe decides', () => {
    expect(() => {
      checkEmulation(platform, { kind: 'unknown', reason: 'elsewhere' });
    }).not.toThrow();
  });

  test('interpreter and flags are told', () => {
    expect(describeMode('emulate', platform, host('linux/amd64'), registered)).toContain(
      '/usr/bin/qemu-x (binfmt_misc qemu-x, flags PF)',
    );
  });
});

describe('a cross build', () => {
  const platform = parsePlatform('linux/s390x');

  test.each([
    [absent, 'RUN steps of other stages can not run, since there is no emulation here'],
    [registered, 'RUN steps of other stages go through /usr/bin/qemu-x (binfmt_misc qemu-x, flags PF)'],
  ])('says what becomes of RUN steps', (emulation, says) => {
    expect(describeMode('cross', platform, host('linux/amd64'), emulation)).toBe(
      `linux/s390x is cross-built on podman 5.4.2 (linux/amd64): stages FROM --platform=$BUILDPLATFORM run natively, and ${says}`,
    );
  });

  test('that runs a foreign program fails in these words', () => {
    const error = crossFailure(platform, host('linux/amd64'), '/bin/sh');
    expect(error.code).toBe('E_BUILD');
    expect(error.message).toBe(
      'exec format error: a RUN step of a stage for linux/s390x started /bin/sh, and podman 5.4.2 (linux/amd64) has no emulation of linux/s390x',
    );
    expect(error.hint).toContain('FROM --platform=$BUILDPLATFORM');
  });
});

test('who emulates is warned of how slow it is', () => {
  expect(emulationWarning(parsePlatform('linux/s390x'))).toBe(
    'emulated programs of linux/s390x are 2 to 20 times slower than on their own machine; what compiles is best compiled in a stage FROM --platform=$BUILDPLATFORM, which is not emulated',
  );
});
