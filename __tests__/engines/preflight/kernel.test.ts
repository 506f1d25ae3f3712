import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { kernelArchitecture, onKernel } from '../../../src/engines/preflight/kernel.ts';
import { formatPlatform, parsePlatform } from '../../../src/platform/platform.ts';
import { temporaryFolder } from '../support/scripted.ts';

describe("the kernel's own architecture", () => {
  test.each([
    ['x86_64\n', 'amd64'],
    ['aarch64\n', 'arm64'],
    ['ppc64le\n', 'ppc64le'],
    ['s390x\n', 's390x'],
    ['riscv64\n', 'riscv64'],
    ['loongarch64\n', 'loong64'],
    // The same for both byte orders.
    ['mips64\n', undefined],
    ['arm\n', undefined],
    ['', undefined],
  ])('%j is %s', async (text, wanted) => {
    expect(await kernelArchitecture(join(temporaryFolder({ arch: text }), 'arch'))).toBe(wanted);
  });

  test('is not known before Linux 6.1', async () => {
    expect(await kernelArchitecture('/nowhere/arch')).toBeUndefined();
  });
});

describe('an engine on a kernel', () => {
  test.each([
    ['linux/arm64', 'amd64', 'linux/amd64', 'linux/arm64'],
    ['linux/s390x', 'ppc64le', 'linux/ppc64le', 'linux/s390x'],
    ['linux/amd64', 'amd64', 'linux/amd64', undefined],
    // Programs of 32 bits, which the processor itself runs.
    ['linux/386', 'amd64', 'linux/386', undefined],
    ['linux/arm/v7', 'arm64', 'linux/arm/v7', undefined],
    ['linux/arm/v7', 'amd64', 'linux/amd64', 'linux/arm/v7'],
    ['linux/arm64', undefined, 'linux/arm64', undefined],
  ])('%s on %s works on %s', (engine, kernel, wanted, emulatedAs) => {
    const host = { version: '5.4.2', label: 'podman 5.4.2', platform: parsePlatform(engine) };
    const found = onKernel(host, kernel);
    expect([formatPlatform(found.platform), found.emulatedAs]).toEqual([wanted, emulatedAs]);
  });
});
