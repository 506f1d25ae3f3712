/**
 * Static programs of a few hundred bytes for the four machines: each prints one line and ends with 0. The machine code
 * is written by hand, so that neither the tests nor the demo need a compiler, and the programs really run.
 */

/** What a program needs to know of where it stands in memory. @typedef {{ codeAt: number, textAt: number, length: number }} Layout */

/**
 * @typedef {object} Machine
 * @property {number} machine `e_machine`: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 * @property {number} flags `e_flags`
 * @property {'little' | 'big'} byteOrder
 * @property {(layout: Layout) => Buffer} code write(1, text, length), then exit(0).
 */

/** @type {Record<'amd64' | 'arm64' | 'ppc64le' | 's390x', Machine>} */
const machines = {
  amd64: { machine: 62, flags: 0, byteOrder: 'little', code: amd64 },
  arm64: { machine: 183, flags: 0, byteOrder: 'little', code: arm64 },
  // e_flags 2 is the ELFv2 ABI, in which e_entry is the code itself and not a function descriptor.
  ppc64le: { machine: 21, flags: 2, byteOrder: 'little', code: ppc64le },
  s390x: { machine: 22, flags: 0, byteOrder: 'big', code: s390x },
};

export const tinyArchitectures = /** @type {const} */ (['amd64', 'arm64', 'ppc64le', 's390x']);

/** @param {Layout} layout */
function amd64({ codeAt, textAt, length }) {
  const code = Buffer.from(
    [
      'b8 01000000', // mov eax, 1 (write)
      'bf 01000000', // mov edi, 1
      '48 8d35 00000000', // lea rsi, [rip + text]
      'ba 00000000', // mov edx, length
      '0f05', // syscall
      'b8 3c000000', // mov eax, 60 (exit)
      '31ff', // xor edi, edi
      '0f05', // syscall
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );
  const afterLea = 17;
  code.writeInt32LE(textAt - (codeAt + afterLea), afterLea - 4);
  code.writeInt32LE(length, afterLea + 1);
  return code;
}

/** @param {Layout} layout */
function arm64({ codeAt, textAt, length }) {
  const adrAt = 4;
  const distance = textAt - (codeAt + adrAt);
  return words('little', [
    0xd2800020, // movz x0, #1
    0x10000001 | ((distance & 3) << 29) | ((distance >> 2) << 5), // adr x1, text
    0xd2800002 | (length << 5), // movz x2, #length
    0xd2800808, // movz x8, #64 (write)
    0xd4000001, // svc #0
    0xd2800000, // movz x0, #0
    0xd2800ba8, // movz x8, #93 (exit)
    0xd4000001, // svc #0
  ]);
}

/** @param {Layout} layout */
function ppc64le({ textAt, length }) {
  return words('little', [
    0x38000004, // li r0, 4 (write)
    0x38600001, // li r3, 1
    0x3c800000 | (textAt >>> 16), // lis r4, text@h
    0x60840000 | (textAt & 0xffff), // ori r4, r4, text@l
    0x38a00000 | length, // li r5, length
    0x44000002, // sc
    0x38000001, // li r0, 1 (exit)
    0x38600000, // li r3, 0
    0x44000002, // sc
  ]);
}

/** @param {Layout} layout */
function s390x({ codeAt, textAt, length }) {
  const code = Buffer.from(
    [
      'a729 0001', // lghi %r2, 1
      'c030 00000000', // larl %r3, text (counted in halfwords)
      'a749 0000', // lghi %r4, length
      '0a04', // svc 4 (write)
      'a729 0000', // lghi %r2, 0
      '0a01', // svc 1 (exit)
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );
  const larlAt = 4;
  code.writeInt32BE((textAt - (codeAt + larlAt)) / 2, larlAt + 2);
  code.writeInt16BE(length, 12);
  return code;
}

/**
 * @param {'little' | 'big'} byteOrder
 * @param {number[]} values
 */
function words(byteOrder, values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => {
    if (byteOrder === 'little') bytes.writeUInt32LE(value >>> 0, at * 4);
    else bytes.writeUInt32BE(value >>> 0, at * 4);
  });
  return bytes;
}

const headerBytes = 64 + 56;
/** Above 64 KiB, the largest page of the four, and aligned to it. */
const loadedAt = 0x400000;

/**
 * A static ELF program that prints `line` and ends with 0.
 * @param {keyof typeof machines} architecture
 * @param {string} [line]
 */
export function tinyProgram(architecture, line = `hello from ${architecture}`) {
  const text = Buffer.from(`${line}\n`);
  const { machine, flags, byteOrder, code } = machines[architecture];
  const codeAt = loadedAt + headerBytes;
  // No code here is longer than 64 bytes; larl needs an even address.
  const textOffset = headerBytes + 64;
  const body = Buffer.alloc(textOffset + text.length);
  elfHeader({ machine, flags, byteOrder, entry: codeAt, size: body.length }).copy(body);
  code({ codeAt, textAt: loadedAt + textOffset, length: text.length }).copy(body, headerBytes);
  text.copy(body, textOffset);
  return body;
}

/**
 * The header of a 64-bit program and its one segment, the whole file, readable and executable.
 * @param {{ machine: number, flags: number, byteOrder: 'little' | 'big', entry: number, size: number }} program
 */
export function elfHeader({ machine, flags, byteOrder, entry, size }) {
  const little = byteOrder === 'little';
  const view = new DataView(new ArrayBuffer(headerBytes));
  [0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1].forEach((byte, at) => view.setUint8(at, byte));
  view.setUint16(16, 2, little); // e_type: ET_EXEC
  view.setUint16(18, machine, little);
  view.setUint32(20, 1, little); // e_version
  view.setBigUint64(24, BigInt(entry), little);
  view.setBigUint64(32, 64n, little); // e_phoff
  view.setUint32(48, flags, little);
  view.setUint16(52, 64, little); // e_ehsize
  view.setUint16(54, 56, little); // e_phentsize
  view.setUint16(56, 1, little); // e_phnum
  view.setUint16(58, 64, little); // e_shentsize
  view.setUint32(64, 1, little); // p_type: PT_LOAD
  view.setUint32(68, 5, little); // p_flags: read, execute
  view.setBigUint64(80, BigInt(loadedAt), little); // p_vaddr
  view.setBigUint64(88, BigInt(loadedAt), little); // p_paddr
  view.setBigUint64(96, BigInt(size), little); // p_filesz
  view.setBigUint64(104, BigInt(size), little); // p_memsz
  view.setBigUint64(112, 0x10000n, little); // p_align
  return Buffer.from(view.buffer);
}
