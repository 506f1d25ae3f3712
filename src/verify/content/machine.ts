/**
 * What a program is made for, by the first bytes of its file. Names are those of platforms (`ppc64le`, `s390x`).
 */
export interface Program {
  readonly machine: string;
  /** `elf`: an executable or shared object; `wasm`; `script`: text that starts with `#!`. */
  readonly format: 'elf' | 'wasm';
}

/** How much of a file is looked at, in bytes: an ELF header, a wasm magic, or the whole `#!` line that kernels read. */
export const headBytes = 256;

const classes = { 1: 32, 2: 64 } as const;

/** e_machine -> name, where class and byte order do not matter. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<number, string>> = {
  3: '386',
  20: 'ppc',
  40: 'arm',
  247: 'bpf',
  258: 'loong64',
};

/** Those that come in several forms: little/big endian, 32/64 bit. */
const families: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  8: { 'big 32': 'mips', 'little 32': 'mipsle', 'big 64': 'mips64', 'little 64': 'mips64le' },
  21: { 'big 64': 'ppc64', 'little 64': 'ppc64le' },
  22: { 'big 32': 's390', 'big 64': 's390x' },
  62: { 'little 32': 'x32', 'little 64': 'amd64' },
  183: { 'little 64': 'arm64', 'big 64': 'arm64be', 'little 32': 'arm64-ilp32' },
  243: { 'little 32': 'riscv32', 'little 64': 'riscv64' },
};

const executable = 2;
const sharedObject = 3;

/**
 * The program that a file with this head is; undefined for data, scripts, object files (`.o`, kernel modules) and an ELF header
 * that is cut short or makes no sense.
 */
export function programOf(head: Uint8Array): Program | undefined {
  if (startsWith(head, [0x00, 0x61, 0x73, 0x6d])) return { machine: 'wasm', format: 'wasm' };
  if (!startsWith(head, [0x7f, 0x45, 0x4c, 0x46]) || head.length < 52) return undefined;
  const bits = classes[head[4] as keyof typeof classes] as 32 | 64 | undefined;
  const order = { 1: 'little', 2: 'big' }[head[5] ?? 0];
  if (bits === undefined || order === undefined) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const half = (offset: number): number => view.getUint16(offset, order === 'little');
  if (half(16) !== executable && half(16) !== sharedObject) return undefined;
  const number = half(18);
  const name = machines[number] ?? families[number]?.[`${order} ${bits}`] ?? `machine ${number}`;
  return { machine: name, format: 'elf' };
}

/** The words behind `#!`: interpreter and at most one argument, as Linux splits them. */
export function interpreterOf(
  head: Uint8Array,
): { readonly path: string; readonly argument: string } | undefined {
  if (!startsWith(head, [0x23, 0x21])) return undefined;
  const text = Buffer.from(head.subarray(2)).toString('latin1');
  const [line = ''] = text.split('\n', 1);
  const match = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t\r]*$/.exec(line);
  return match?.[1] === undefined ? undefined : { path: match[1], argument: match[2] ?? '' };
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}
