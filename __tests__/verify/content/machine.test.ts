import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headBytes, runnableOf } from '../../../src/verify/content/machine.ts';
import { tinyArchitectures, tinyProgram } from '../../support/tiny-programs.js';

interface Elf {
  readonly bits: 32 | 64;
  readonly order: 'little' | 'big';
  readonly machine: number;
  readonly type?: number;
  readonly flags?: number;
}

function elf({ bits, order, machine, type = 2, flags = 0 }: Elf): Buffer {
  const bytes = Buffer.alloc(headBytes);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, order === 'little' ? 1 : 2, 1]);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(16, type, order === 'little');
  view.setUint16(18, machine, order === 'little');
  view.setUint32(bits === 64 ? 48 : 36, flags, order === 'little');
  return bytes;
}

describe('the machine of an ELF file', () => {
  test.each<[string, Elf]>([
    ['386', { bits: 32, order: 'little', machine: 3 }],
    ['amd64', { bits: 64, order: 'little', machine: 62 }],
    ['x32', { bits: 32, order: 'little', machine: 62 }],
    ['arm', { bits: 32, order: 'little', machine: 40, flags: 0x5000400 }],
    ['armbe', { bits: 32, order: 'big', machine: 40 }],
    ['arm64', { bits: 64, order: 'little', machine: 183 }],
    ['arm64be', { bits: 64, order: 'big', machine: 183 }],
    ['ppc', { bits: 32, order: 'big', machine: 20 }],
    ['ppc64', { bits: 64, order: 'big', machine: 21, flags: 1 }],
    ['ppc64', { bits: 64, order: 'big', machine: 21, flags: 2 }],
    ['ppc64le', { bits: 64, order: 'little', machine: 21, flags: 2 }],
    ['ppc64le', { bits: 64, order: 'little', machine: 21, flags: 0 }],
    ['ppc64le (ELFv1)', { bits: 64, order: 'little', machine: 21, flags: 1 }],
    ['s390', { bits: 32, order: 'big', machine: 22 }],
    ['s390x', { bits: 64, order: 'big', machine: 22 }],
    ['mips', { bits: 32, order: 'big', machine: 8, flags: 0x1000 }],
    ['mipsle (n32)', { bits: 32, order: 'little', machine: 8, flags: 0x20 }],
    ['mips64le', { bits: 64, order: 'little', machine: 8, flags: 0x80000000 }],
    ['riscv32', { bits: 32, order: 'little', machine: 243 }],
    ['riscv64', { bits: 64, order: 'little', machine: 243, flags: 5 }],
    ['loong64', { bits: 64, order: 'little', machine: 258 }],
    ['amd64', { bits: 64, order: 'little', machine: 62, type: 3 }],
    ['machine 65535 (64-bit, little-endian)', { bits: 64, order: 'little', machine: 0xffff }],
    ['machine 62 (64-bit, big-endian)', { bits: 64, order: 'big', machine: 62 }],
    ['machine 22 (64-bit, little-endian)', { bits: 64, order: 'little', machine: 22 }],
  ])('%s', (machine, header) => {
    expect(runnableOf(elf(header))).toEqual({ kind: 'program', machine });
  });

  test.each(tinyArchitectures)('of a program that runs on %s', (machine) => {
    expect(runnableOf(tinyProgram(machine))).toEqual({ kind: 'program', machine });
  });

  test('is read wherever in its memory the head stands', () => {
    const shifted = new Uint8Array(headBytes + 3);
    shifted.set(elf({ bits: 64, order: 'big', machine: 22 }), 3);
    expect(runnableOf(shifted.subarray(3))).toEqual({ kind: 'program', machine: 's390x' });
  });

  test.each<[string, Elf]>([
    ['an object file or kernel module', { bits: 64, order: 'little', machine: 62, type: 1 }],
    ['a core dump', { bits: 64, order: 'little', machine: 62, type: 4 }],
    ['BPF', { bits: 64, order: 'little', machine: 247, type: 2 }],
    ['CUDA', { bits: 64, order: 'little', machine: 190 }],
    ['a shared object of no machine', { bits: 64, order: 'little', machine: 0, type: 3 }],
  ])('is not asked of %s', (_what, header) => {
    expect(runnableOf(elf(header))).toBeUndefined();
  });

  test.each([4, 5, 20, 51, 63])('is not known of a header of %d bytes', (length) => {
    const head = elf({ bits: 64, order: 'little', machine: 62 }).subarray(0, length);
    expect(runnableOf(head)).toEqual({ kind: 'unknown', what: 'a damaged ELF file' });
  });

  test.each([
    [4, 0],
    [4, 3],
    [5, 0],
    [5, 255],
  ])('is not known where byte %d is %d', (at, value) => {
    const head = elf({ bits: 64, order: 'little', machine: 62 });
    head[at] = value;
    expect(runnableOf(head)?.kind).toBe('unknown');
  });
});

describe('other files', () => {
  test.each([
    ['#!/bin/sh\nexit', '/bin/sh', ''],
    ['#! /usr/bin/env -S python3 -u \n', '/usr/bin/env', '-S python3 -u'],
    ['#!\t/bin/busybox \t sh\r\n', '/bin/busybox', 'sh'],
    ['#!/bin/sh\r\n', '/bin/sh', ''],
    ['#!/bin/sh', '/bin/sh', ''],
  ])('%j is a script', (text, interpreter, argument) => {
    expect(runnableOf(Buffer.from(text))).toEqual({ kind: 'script', interpreter, argument });
  });

  test.each(['', '#!', '#!\n/bin/sh', '#! \n', 'MZ', '# !/bin/sh', '#!/bin/\0sh\n', '\x7fEL'])(
    '%j is data',
    (text) => {
      expect(runnableOf(Buffer.from(text))).toBeUndefined();
    },
  );

  test('WebAssembly is of no machine', () => {
    expect(runnableOf(Buffer.from('\0asm\u0001\0\0\0'))).toEqual({ kind: 'unknown', what: 'WebAssembly' });
  });

  test('whatever the bytes, nothing is thrown', () => {
    const elfLike = fc
      .uint8Array({ maxLength: 300 })
      .map((rest) => Buffer.from([0x7f, 0x45, 0x4c, 0x46, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), elfLike), (head) => {
        expect(() => runnableOf(head)).not.toThrow();
      }),
    );
  });
});
