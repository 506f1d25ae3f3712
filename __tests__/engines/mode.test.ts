import { describe, expect, test } from '@jest/globals';
import type { Emulation } from '../../src/engines/binfmt.ts';
import { checkEmulation, decideMode, describeMode } from '../../src/engines/mode.ts';
import { parsePlatform } from '../../src/platform/platform.ts';

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

  test('cross is for assemble', () => {
    expect(() => decideMode(parsePlatform('linux/s390x'), 'cross', host('linux/amd64'), absent)).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED' }),
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
