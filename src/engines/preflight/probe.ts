/**
 * The smallest program of each machine, made here: an ELF header, one segment, and `exit(0)`. Running it proves that the
 * engine can run programs of that machine, natively or through emulation, with no image to pull and no toolchain.
 * https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */

interface Machine {
  /** `e_machine`. */
  readonly number: number;
  readonly bits: 32 | 64;
  readonly bigEndian?: true;
  /** `e_flags`. */
  readonly flags?: number;
  /** exit(0) in that machine's instructions, in the order in which they stand in memory. */
  readonly exit: string;
}

const machines: Readonly<Record<string, Machine>> = {
  amd64: { number: 62, bits: 64, exit: '31ff b83c000000 0f05' },
  '386': { number: 3, bits: 32, exit: '31db b801000000 cd80' },
  arm64: { number: 183, bits: 64, exit: '000080d2 a80b80d2 010000d4' },
  arm: { number: 40, bits: 32, flags: 0x0500_0200, exit: '0000a0e3 0170a0e3 000000ef' },
  ppc64le: { number: 21, bits: 64, flags: 2, exit: '00006038 01000038 02000044' },
  s390x: { number: 22, bits: 64, bigEndian: true, exit: 'a7290000 0a01 0707' },
  riscv64: { number: 243, bits: 64, exit: '13050000 9308d005 73000000' },
  loong64: { number: 258, bits: 64, exit: '04008002 0b748102 00002b00' },
};

/** The program, or undefined for a machine that we have none for. */
export function probeProgram(architecture: string): Buffer | undefined {
  const exit = machineOf(architecture)?.exit.replaceAll(' ', '');
  return exit === undefined ? undefined : elfProgram(architecture, Buffer.from(exit, 'hex'));
}

/** A program of nothing but this code, which starts with its first byte; undefined for a machine that is not known here. */
export function elfProgram(architecture: string, code: Buffer): Buffer | undefined {
  const machine = machineOf(architecture);
  if (machine === undefined) return undefined;
  const header = machine.bits === 64 ? header64(machine, code.length) : header32(machine, code.length);
  return Buffer.concat([header, code]);
}

function machineOf(architecture: string): Machine | undefined {
  return Object.hasOwn(machines, architecture) ? machines[architecture] : undefined;
}

type Width = 1 | 2 | 4 | 8;

/** Writes numbers of the given widths in the machine's own byte order. */
function pack(bigEndian: boolean, fields: readonly (readonly [Width, number])[]): Buffer {
  return Buffer.concat(
    fields.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      const wide = BigInt(value);
      for (let index = 0; index < width; index++) {
        const shift = BigInt(8 * (bigEndian ? width - 1 - index : index));
        bytes[index] = Number((wide >> shift) & 0xffn);
      }
      return bytes;
    }),
  );
}

const executable = 2;
const loadable = 1;
const readAndExecute = 5;

function identity(machine: Machine): Buffer {
  const start = Buffer.from([
    0x7f,
    0x45,
    0x4c,
    0x46,
    machine.bits / 32,
    machine.bigEndian === true ? 2 : 1,
    1,
    0,
  ]);
  return Buffer.concat([start, Buffer.alloc(8)]);
}

function header64(machine: Machine, codeLength: number): Buffer {
  const base = 0x40_0000;
  const offset = 64 + 56;
  const size = offset + codeLength;
  const rest = pack(machine.bigEndian === true, [
    ...([
      [2, executable],
      [2, machine.number],
      [4, 1],
      [8, base + offset],
      [8, 64],
      [8, 0],
    ] as const),
    ...([
      [4, machine.flags ?? 0],
      [2, 64],
      [2, 56],
      [2, 1],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const),
    ...([
      [4, loadable],
      [4, readAndExecute],
      [8, 0],
      [8, base],
      [8, base],
    ] as const),
    ...([
      [8, size],
      [8, size],
      [8, 0x1_0000],
    ] as const),
  ]);
  return Buffer.concat([identity(machine), rest]);
}

function header32(machine: Machine, codeLength: number): Buffer {
  const base = 0x1_0000;
  const offset = 52 + 32;
  const size = offset + codeLength;
  const rest = pack(machine.bigEndian === true, [
    ...([
      [2, executable],
      [2, machine.number],
      [4, 1],
      [4, base + offset],
      [4, 52],
      [4, 0],
    ] as const),
    ...([
      [4, machine.flags ?? 0],
      [2, 52],
      [2, 32],
      [2, 1],
      [2, 0],
      [2, 0],
      [2, 0],
    ] as const),
    ...([
      [4, loadable],
      [4, 0],
      [4, base],
      [4, base],
      [4, size],
      [4, size],
    ] as const),
    ...([
      [4, readAndExecute],
      [4, 0x1000],
    ] as const),
  ]);
  return Buffer.concat([identity(machine), rest]);
}
