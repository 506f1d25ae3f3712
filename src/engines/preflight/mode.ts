import { CodedError } from '../../errors.ts';
import { formatPlatform, platformArch, type Platform } from '../../platform/platform.ts';
import type { EngineHost, Mode } from '../engine.ts';
import { isOn, type Emulation } from './binfmt.ts';

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
 * The mode in which `platform` will be built on `host`, before anything was tried: natively wherever that goes.
 * @throws E_HOST_MISMATCH
 */
export function decideMode(platform: Platform, wanted: Mode, host: EngineHost, emulation: Emulation): Mode {
  const kin = relation(platform, host.platform);
  if (platform.os !== host.platform.os) throw hostMismatch(platform, host);
  if (kin === 'same') return 'native';
  // An entry of binfmt_misc goes before the processor's own 32-bit mode, so where there is one this is emulation.
  if (kin === 'compatible' && !isOn(emulation)) return 'native';
  if (wanted === 'native') throw hostMismatch(platform, host);
  return wanted;
}

/**
 * What mode `auto` tries, in this order. Emulation goes before cross, since it builds any Dockerfile; where there is none, cross
 * builds those that compile in stages FROM --platform=$BUILDPLATFORM.
 * @throws E_HOST_MISMATCH
 */
export function modesToTry(
  platform: Platform,
  host: EngineHost,
  emulation: Emulation,
): readonly [Mode, ...Mode[]] {
  const first = decideMode(platform, 'emulate', host, emulation);
  return relation(platform, host.platform) === 'same' ? [first] : [first, 'cross'];
}

function hostMismatch(platform: Platform, host: EngineHost): CodedError {
  const target = formatPlatform(platform);
  const own = [formatPlatform(host.platform), ...(host.others ?? [])].join(' and ');
  const arch = platformArch(platform);
  const emulation =
    platform.os === host.platform.os
      ? `, or set mode: emulate to run ${arch} programs through QEMU here, which is several times slower`
      : '';
  return new CodedError(
    'E_HOST_MISMATCH',
    `${target} was to be built natively, and ${host.label} works on ${own}${emulatedWords(host)}`,
    {
      hint: `run this leg on a ${target} machine (runs-on in the platforms table)${emulation}`,
    },
  );
}

function emulatedWords({ emulatedAs }: EngineHost): string {
  return emulatedAs === undefined
    ? ''
    : `, as its kernel says, and runs there through emulation as ${emulatedAs}`;
}

/** How to get emulation of a machine; nothing is installed for the user. */
export function emulationCure(platform: Platform): string {
  const qemu = qemuName(platform);
  return `set setup-emulation: true, or install QEMU's user emulation before this step: docker/setup-qemu-action, or as root "apt-get install qemu-user-static" (Debian, Ubuntu) or "dnf install qemu-user-static" (Fedora), which registers qemu-${qemu} with flag F`;
}

/** As QEMU calls the machine: `x86_64`, `aarch64`, `s390x`. */
export function qemuName({ architecture }: Platform): string {
  return qemuNames[architecture] ?? architecture;
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
export function describeMode(mode: Mode, platform: Platform, host: EngineHost, emulation: Emulation): string {
  const target = formatPlatform(platform);
  const on = `on ${host.label} (${formatPlatform(host.platform)})`;
  switch (mode) {
    case 'native':
      return `${target} runs natively ${on}`;
    case 'emulate':
      return `${target} is emulated ${on} by ${interpreter(emulation)}`;
    case 'cross':
      return `${target} is cross-built ${on}: stages FROM --platform=$BUILDPLATFORM run natively, and RUN steps of other stages ${
        isOn(emulation)
          ? `go through ${interpreter(emulation)}`
          : 'can not run, since there is no emulation here'
      }`;
  }
}

function interpreter(emulation: Emulation): string {
  return emulation.kind === 'registered'
    ? `${emulation.interpreter} (binfmt_misc ${emulation.name}, flags ${emulation.flags})`
    : "emulation that the engine's kernel has";
}

/**
 * What somebody who emulates should know. Measured by users: 1.5 to 2 times for what waits for the network, 6 to 20 times for
 * compilers, more for floating point.
 */
export function emulationWarning(platform: Platform): string {
  return `emulated programs of ${formatPlatform(platform)} are 2 to 20 times slower than on their own machine; what compiles is best compiled in a stage FROM --platform=$BUILDPLATFORM, which is not emulated`;
}

/** Why a cross build is not even started: its Dockerfile runs programs of the target, at these lines. */
export function crossRefusal(platform: Platform, host: EngineHost, lines: readonly number[]): CodedError {
  const target = formatPlatform(platform);
  const where = `${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, 5).join(', ')}`;
  return new CodedError(
    'E_UNSUPPORTED',
    `RUN in ${where} of the Dockerfile is of a stage for ${target}, and ${host.label} (${formatPlatform(host.platform)}) has no emulation of it`,
    {
      hint: `in mode cross run such steps in a stage FROM --platform=$BUILDPLATFORM, and only COPY into stages of the target; or ${emulationCure(platform)}`,
    },
  );
}

/** Why a RUN step of a cross build failed. */
export function crossFailure(platform: Platform, host: EngineHost, program: string): CodedError {
  const target = formatPlatform(platform);
  return new CodedError(
    'E_BUILD',
    `exec format error: a RUN step of a stage for ${target} started ${program}, and ${host.label} (${formatPlatform(host.platform)}) has no emulation of ${target}`,
    {
      hint: `in mode cross compile in a stage FROM --platform=$BUILDPLATFORM, and only COPY into stages of the target; or for such RUN steps ${emulationCure(platform)}`,
    },
  );
}
