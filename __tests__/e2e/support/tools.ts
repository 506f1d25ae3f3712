import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** The root of the checkout. */
export const root = path.resolve(import.meta.dirname, '../../..');

const folder = execFileSync('bash', [path.join(root, 'scripts/install-test-tools.sh'), '--folder'], {
  encoding: 'utf8',
}).trim();

export type ToolName = 'crane' | 'regctl' | 'registry' | 'act' | 'actionlint';

/** The path of a tool that the installer built. */
export function tool(name: ToolName): string {
  return path.join(folder, 'bin', name);
}

export const zizmor = path.join(folder, 'zizmor/bin/zizmor');

/** The four architectures that the tests stand on: the platform's name, and what `uname -m` says there. */
export const architectures = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
} as const;

export type Architecture = keyof typeof architectures;

export const architectureNames = Object.keys(architectures) as Architecture[];

export const hostArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** The static busybox of an architecture. */
export function busybox(architecture: Architecture): string {
  return path.join(folder, 'programs', architecture, 'busybox');
}

/** A small Debian root of an architecture: bash, coreutils, dash, libc6, perl-base and tini, as `dpkg -x` leaves them. */
export function debianRoot(architecture: Architecture): string {
  return path.join(folder, 'roots', architecture);
}

/** Fails, with the cure, where the tools are not there: a missing tool is never a reason to skip. */
export async function requireTools(): Promise<void> {
  const needed = [
    ...(['crane', 'regctl', 'registry', 'act', 'actionlint'] as const).map(tool),
    ...architectureNames.map(busybox),
    ...architectureNames.map(debianRoot),
    ...architectureNames
      .filter((name) => name !== hostArchitecture)
      .map((name) => `/proc/sys/fs/binfmt_misc/qemu-${architectures[name]}`),
    ...['/usr/bin/docker', '/usr/sbin/dockerd', '/usr/bin/podman', '/usr/bin/buildah', '/usr/bin/skopeo'],
    '/usr/bin/docker-registry',
  ];
  for (const file of needed) {
    await access(file, constants.F_OK).catch((cause: unknown) => {
      throw new Error(`${file} is missing; run scripts/install-test-tools.sh as root`, { cause });
    });
  }
}
