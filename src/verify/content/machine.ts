/** A file that some processor, or another machine, can run. */
export type Runnable =
  /** An ELF executable or shared object; the machine's name is that of a platform: `ppc64le`, `s390x`. */
  | { readonly kind: 'program'; readonly machine: string }
  /** Started by the kernel through another file; at most one argument, as Linux splits the line. */
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string }
  /** Runs on no processor as it is: what it is, for people. */
  | { readonly kind: 'unknown'; readonly what: string };

/** How much of a file is looked at, in bytes: the whole `#!` line that Linux reads (BINPRM_BUF_SIZE), and any ELF header. */
export const headBytes = 256;

const elf = [0x7f, 0x45, 0x4c, 0x46] as const;
const wasm = [0x00, 0x61, 0x73, 0x6d] as const;

/**
 * e_machine, then `<bits> <byte order>`, then the name. https://www.sco.com/developers/gabi/latest/ch4.eheader.html
 * A header that is not in here is of no machine that we can name, which is a machine all the same.
 */
const names: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  2: { '32 big': 'sparc' },
  3: { '32 little': '386' },
  4: { '32 big': 'm68k' },
  8: { '32 big': 'mips', '32 little': 'mipsle', '64 big': 'mips64', '64 little': 'mips64le' },
  15: { '32 big': 'hppa', '64 big': 'hppa64' },
  20: { '32 big': 'ppc', '32 little': 'ppcle' },
  21: { '64 big': 'ppc64', '64 little': 'ppc64le' },
  22: { '32 big': 's390', '64 big': 's390x' },
  40: { '32 little': 'arm', '32 big': 'armbe' },
  42: { '32 little': 'sh4', '32 big': 'sh4be' },
  43: { '64 big': 'sparc64' },
  50: { '64 little': 'ia64' },
  62: { '64 little': 'amd64', '32 little': 'x32' },
  183: {
    '64 little': 'arm64',
    '64 big': 'arm64be',
    '32 little': 'arm64-ilp32',
    '32 big': 'arm64be-ilp32',
  },
  243: { '32 little': 'riscv32', '64 little': 'riscv64' },
  258: { '32 little': 'loong32', '64 little': 'loong64' },
  0x9026: { '64 little': 'alpha' },
};

/** Code for no processor, of every image alike: none, CUDA, AMD GPU, BPF. */
const deviceMachines: ReadonlySet<number> = new Set([0, 190, 224, 247]);

const executable = 2;
const sharedObject = 3;
const mipsN32 = 0x20;
const ppc64AbiMask = 3;
const ppc64ElfV1 = 1;

/** What a file that starts with these bytes is; undefined for data, object files (`.o`, kernel modules) and core dumps. */
export function runnableOf(head: Uint8Array): Runnable | undefined {
  if (startsWith(head, elf)) return ofElf(head);
  if (startsWith(head, [0x23, 0x21])) return ofScript(head);
  return startsWith(head, wasm) ? { kind: 'unknown', what: 'WebAssembly' } : undefined;
}

function ofElf(head: Uint8Array): Runnable | undefined {
  const bits = [undefined, 32, 64][head[4] ?? 0];
  const order = [undefined, 'little', 'big'][head[5] ?? 0];
  if (bits === undefined || order === undefined || head.length < (bits === 64 ? 64 : 52)) {
    return { kind: 'unknown', what: 'a damaged ELF file' };
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = order === 'little';
  const type = view.getUint16(16, little);
  const machine = view.getUint16(18, little);
  if ((type !== executable && type !== sharedObject) || deviceMachines.has(machine)) return undefined;
  const name = names[machine]?.[`${bits} ${order}`] ?? `machine ${machine} (${bits}-bit, ${order}-endian)`;
  return { kind: 'program', machine: `${name}${abiOf(name, view.getUint32(bits === 64 ? 48 : 36, little))}` };
}

/** ABIs of one machine that need a platform, or a kernel, of their own. */
function abiOf(name: string, flags: number): string {
  if ((name === 'mips' || name === 'mipsle') && (flags & mipsN32) !== 0) return ' (n32)';
  return name === 'ppc64le' && (flags & ppc64AbiMask) === ppc64ElfV1 ? ' (ELFv1)' : '';
}

/** https://man7.org/linux/man-pages/man2/execve.2.html#DESCRIPTION, "Interpreter scripts". */
function ofScript(head: Uint8Array): Runnable | undefined {
  const end = head.indexOf(0x0a);
  const line = Buffer.from(head.subarray(2, end < 0 ? head.length : end)).toString('utf8');
  const match = /^[ \t]*([^ \t\r]+)[ \t]*(.*)$/s.exec(line);
  if (match?.[1] === undefined || line.includes('\0')) return undefined;
  return { kind: 'script', interpreter: match[1], argument: (match[2] ?? '').trimEnd() };
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

/** Systems whose programs are ELF files. */
const elfSystems: ReadonlySet<string> = new Set([
  'linux',
  'android',
  'freebsd',
  'netbsd',
  'openbsd',
  'dragonfly',
  'solaris',
  'illumos',
]);

/** Whether an operating system's programs are told by this file. */
export function hasElfPrograms(os: string): boolean {
  return elfSystems.has(os);
}
