import { describe, expect, test } from '@jest/globals';
import { architectureOfUname } from '../../src/platform/architectures.ts';
import { nearest } from '../../src/platform/nearest.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { defaultRunner } from '../../src/platform/runners.ts';

describe('names that hosts have for themselves', () => {
  test.each([
    ['x86_64', 'amd64'],
    ['amd64', 'amd64'],
    ['aarch64', 'arm64'],
    ['arm64', 'arm64'],
    ['armv7l', 'arm'],
    ['i686', '386'],
    ['ppc64le', 'ppc64le'],
    ['ppc64', 'ppc64'],
    ['s390x', 's390x'],
    ['riscv64', 'riscv64'],
    ['loongarch64', 'loong64'],
    ['s390x\n', 's390x'],
    ['e2k', undefined],
    ['', undefined],
  ])('uname -m %j is %s', (machine, architecture) => {
    expect(architectureOfUname(machine)).toBe(architecture);
  });
});

describe('defaultRunner', () => {
  test.each([
    ['linux/amd64', 'ubuntu-24.04'],
    ['linux/arm64/v8', 'ubuntu-24.04-arm'],
    ['linux/ppc64le', 'ubuntu-24.04-ppc64le'],
    ['linux/s390x', 'ubuntu-24.04-s390x'],
    ['linux/riscv64', undefined],
    ['linux/arm/v7', undefined],
    ['linux/ppc64le/power10', undefined],
    ['darwin/arm64', undefined],
  ])('%s runs on %s', (platform, runner) => {
    expect(defaultRunner(parsePlatform(platform))).toBe(runner);
  });
});

describe('nearest', () => {
  test.each([
    ['amd46', 'amd64'],
    ['arm6', 'arm64'],
    ['s390', 's390x'],
    ['zzzzzz', undefined],
    ['', undefined],
  ])('%s -> %s', (word, wanted) => {
    expect(nearest(word, ['amd64', 'arm64', 's390x'])).toBe(wanted);
  });
});
