/**
 * Operating systems and architectures as Go registers them (GOOS, GOARCH), which is what the image specification
 * refers to, with the names that other systems have for the same things.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#properties, https://go.dev/doc/install/source#environment
 */

/** An architecture under its registered name, with the variant that an alias implies (`armhf` is arm, v7). */
export interface ArchitectureName {
  readonly architecture: string;
  readonly variant?: string;
}

export const operatingSystems: readonly string[] = [
  'linux',
  'windows',
  'darwin',
  'freebsd',
  'netbsd',
  'openbsd',
  'dragonfly',
  'solaris',
  'illumos',
  'aix',
  'android',
  'ios',
  'plan9',
  'zos',
  'hurd',
  'js',
  'nacl',
  'wasi',
  'wasip1',
];

const osAliases: ReadonlyMap<string, string> = new Map([['macos', 'darwin']]);

export const architectures: readonly string[] = [
  'amd64',
  'arm64',
  'ppc64le',
  's390x',
  'arm',
  '386',
  'riscv64',
  'loong64',
  'mips64le',
  'mips64',
  'mipsle',
  'mips',
  'ppc64',
  'ppc',
  'riscv',
  's390',
  'sparc',
  'sparc64',
  'wasm',
  'wasm32',
  'amd64p32',
  'armbe',
  'arm64be',
  'mips64p32',
  'mips64p32le',
];

/** What `uname -m`, Debian, RPM, LLVM, Node and GitHub call them; a second element is the variant implied. */
const architectureAliases: ReadonlyMap<string, readonly [string, string?]> = new Map<
  string,
  readonly [string, string?]
>([
  ['x86_64', ['amd64']],
  ['x86-64', ['amd64']],
  ['x64', ['amd64']],
  ['i386', ['386']],
  ['i486', ['386']],
  ['i586', ['386']],
  ['i686', ['386']],
  ['x86', ['386']],
  ['ia32', ['386']],
  ['aarch64', ['arm64']],
  ['aarch64_be', ['arm64be']],
  ['armhf', ['arm', 'v7']],
  ['armel', ['arm', 'v6']],
  ['armv5l', ['arm', 'v5']],
  ['armv5tel', ['arm', 'v5']],
  ['armv5tejl', ['arm', 'v5']],
  ['armv6l', ['arm', 'v6']],
  ['armv6hl', ['arm', 'v6']],
  ['armv7', ['arm', 'v7']],
  ['armv7a', ['arm', 'v7']],
  ['armv7l', ['arm', 'v7']],
  ['armv7hl', ['arm', 'v7']],
  ['armv7hnl', ['arm', 'v7']],
  ['armv8l', ['arm', 'v8']],
  ['ppc64el', ['ppc64le']],
  ['powerpc64le', ['ppc64le']],
  ['powerpc64', ['ppc64']],
  ['powerpc', ['ppc']],
  ['loongarch64', ['loong64']],
  ['mips64el', ['mips64le']],
  ['mipsel', ['mipsle']],
]);

/** Every name that {@link architectureName} knows, aliases included. */
export const architectureNames: readonly string[] = [...architectures, ...architectureAliases.keys()];

/** Every name that {@link osName} knows, aliases included. */
export const osNames: readonly string[] = [...operatingSystems, ...osAliases.keys()];

/** The registered name of an operating system; what isn't known comes back in lower case. */
export function osName(name: string): string {
  const lower = name.toLowerCase();
  return osAliases.get(lower) ?? lower;
}

/** The registered name of an architecture, and the variant that an alias implies; what isn't known comes back in lower case. */
export function architectureName(name: string): ArchitectureName {
  const lower = name.toLowerCase();
  const alias = architectureAliases.get(lower);
  if (alias === undefined) return { architecture: lower };
  const [architecture, variant] = alias;
  return variant === undefined ? { architecture } : { architecture, variant };
}

/** The registered architecture for what `uname -m` prints (`x86_64` is amd64), or undefined for a machine that nobody registered. */
export function architectureOfUname(machine: string): string | undefined {
  const { architecture } = architectureName(machine.trim());
  return architectures.includes(architecture) ? architecture : undefined;
}
