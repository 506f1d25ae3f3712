import { CodedError } from '../errors.ts';
import { formatPlatform, platformArch, type Platform } from '../platform/platform.ts';
import type { Emulation } from './binfmt.ts';
import type { EngineHost, Mode } from './engine.ts';

/** 32-bit programs that a 64-bit machine's own processor can run; whether this one does is found out by running one. */
const runsToo: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] };

/** How programs of `platform` would be run on a machine of `host`, as far as names tell. */
export function relation(platform: Platform, host: Platform): 'same' | 'compatible' | 'foreign' {
  if (platform.os !== host.os) return 'foreign';
  // Variants are levels of one instruction set: what this processor reaches, only running a program tells.
  if (platform.architecture === host.architecture) return 'same';
  return (runsToo[host.architecture] ?? []).includes(platform.architecture) ? 'compatible' : 'foreign';
}

/**
 * The mode in which `platform` will be built on `host`, before anything was tried.
 * @throws E_HOST_MISMATCH, E_UNSUPPORTED.
 */
export function decideMode(
  platform: Platform,
  wanted: Mode,
  host: EngineHost,
  emulation: Emulation,
): 'native' | 'emulate' {
  const kin = relation(platform, host.platform);
  if (platform.os !== host.platform.os) throw hostMismatch(platform, host);
  if (wanted === 'cross') {
    throw new CodedError(
      'E_UNSUPPORTED',
      `${host.label} does not build ${formatPlatform(platform)} in mode cross yet`,
      {
        hint: 'engine assemble does, from files compiled elsewhere; or set mode: emulate',
      },
    );
  }
  if (kin === 'same') return 'native';
  const emulated = emulation.kind === 'registered' && emulation.enabled;
  // An entry of binfmt_misc goes before the processor's own 32-bit mode, so where there is one this is emulation.
  if (kin === 'compatible' && !emulated) return 'native';
  if (wanted === 'native') throw hostMismatch(platform, host);
  return 'emulate';
}

function hostMismatch(platform: Platform, host: EngineHost): CodedError {
  const target = formatPlatform(platform);
  const own = formatPlatform(host.platform);
  const arch = platformArch(platform);
  const emulation =
    platform.os === host.platform.os
      ? `, or set mode: emulate to run ${arch} programs through QEMU here, which is several times slower`
      : '';
  return new CodedError(
    'E_HOST_MISMATCH',
    `${target} was to be built natively, and ${host.label} works on ${own}`,
    {
      hint: `run this leg on a ${target} machine (runs-on in the platforms table)${emulation}`,
    },
  );
}

/** How to get emulation of a machine; nothing is installed for the user. */
export function emulationCure(platform: Platform): string {
  const qemu = qemuNames[platform.architecture] ?? platform.architecture;
  return `install QEMU's user emulation before this step: docker/setup-qemu-action, or as root "apt-get install qemu-user-static" (Debian, Ubuntu) or "dnf install qemu-user-static" (Fedora), which registers qemu-${qemu} with flag F`;
}

const qemuNames: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  '386': 'i386',
  loong64: 'loongarch64',
};

/**
 * Whether the kernel can emulate this platform in containers, where it can be asked.
 * @throws E_UNSUPPORTED where nobody registered for it, where that is switched off, or where flag F is missing: the kernel
 * would look for the interpreter inside the image.
 */
export function checkEmulation(platform: Platform, emulation: Emulation): void {
  const target = formatPlatform(platform);
  if (emulation.kind === 'unknown') return;
  if (emulation.kind === 'absent') {
    throw new CodedError(
      'E_UNSUPPORTED',
      `this kernel has no emulation of ${target}: nothing in binfmt_misc takes its programs`,
      {
        hint: emulationCure(platform),
      },
    );
  }
  if (!emulation.enabled) {
    throw new CodedError(
      'E_UNSUPPORTED',
      `emulation of ${target} is registered as ${emulation.name} and switched off`,
      {
        hint: `as root: echo 1 > /proc/sys/fs/binfmt_misc/${emulation.name}`,
      },
    );
  }
  if (!emulation.flags.includes('F')) {
    throw new CodedError(
      'E_UNSUPPORTED',
      `emulation of ${target} is registered as ${emulation.name} (${emulation.interpreter}) without flag F, so containers can't use it`,
      { hint: `register it again with flag F (fix binary); ${emulationCure(platform)}` },
    );
  }
}

/** One line about what runs the programs. */
export function describeMode(
  mode: 'native' | 'emulate',
  platform: Platform,
  host: EngineHost,
  emulation: Emulation,
): string {
  const target = formatPlatform(platform);
  if (mode === 'native') return `${target} runs natively on ${host.label} (${formatPlatform(host.platform)})`;
  const by =
    emulation.kind === 'registered'
      ? `${emulation.interpreter} (binfmt_misc ${emulation.name}, flags ${emulation.flags})`
      : "emulation that the engine's kernel has";
  return `${target} is emulated on ${host.label} (${formatPlatform(host.platform)}) by ${by}; expect it to be 2 to 20 times slower`;
}
