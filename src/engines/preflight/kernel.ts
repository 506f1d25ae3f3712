import { readFile } from 'node:fs/promises';
import { architectureOfUname } from '../../platform/architectures.ts';
import { formatPlatform, normalisePlatform } from '../../platform/platform.ts';
import type { EngineHost } from '../engine.ts';
import { relation } from './mode.ts';

/** Those that the kernel has one name for. */
const known = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64', 'loong64'];

/**
 * Which machine the kernel of this host is made for: unlike `uname`, no emulation of programs changes it. `undefined` before Linux 6.1, and
 * where there is no /proc. https://docs.kernel.org/admin-guide/sysctl/kernel.html#arch
 */
export async function kernelArchitecture(file = '/proc/sys/kernel/arch'): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const architecture = architectureOfUname(text);
  return known.find((one) => one === architecture);
}

/**
 * The host of an engine on this kernel. One that runs through emulation itself, as in a job container of another architecture, sees only
 * the machine that is emulated: its programs do not run natively.
 */
export function onKernel(host: EngineHost, architecture: string | undefined): EngineHost {
  if (architecture === undefined) return host;
  const platform = normalisePlatform({ os: 'linux', architecture });
  if (relation(host.platform, platform) !== 'foreign') return host;
  return { ...host, platform, emulatedAs: formatPlatform(host.platform) };
}
