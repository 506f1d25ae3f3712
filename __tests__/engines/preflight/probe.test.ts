import { describe, expect, test } from '@jest/globals';
import { probeProgram } from '../../../src/engines/preflight/probe.ts';

const machines = {
  amd64: 62,
  '386': 3,
  arm64: 183,
  arm: 40,
  ppc64le: 21,
  s390x: 22,
  riscv64: 243,
  loong64: 258,
};

describe('the smallest program of each machine', () => {
  test.each(Object.entries(machines))(
    '%s has e_machine %d in its own byte order',
    (architecture, machine) => {
      const program = probeProgram(architecture) ?? Buffer.alloc(64);
      expect(program.subarray(0, 4)).toEqual(Buffer.from('\u007fELF', 'latin1'));
      const big = program[5] === 2;
      expect(big).toBe(architecture === 's390x');
      expect(big ? program.readUInt16BE(18) : program.readUInt16LE(18)).toBe(machine);
      expect(program.length).toBeLessThan(160);
    },
  );

  test('is the same bytes on every host', () => {
    expect(probeProgram('s390x')?.toString('hex')).toBe(
      '7f454c46020201000000000000000000' +
        '0002001600000001000000000040007800000000000000400000000000000000' +
        '00000000004000380001000000000000' +
        '000000010000000500000000000000000000000000400000' +
        '000000000040000000000000000000800000000000000080' +
        '0000000000010000' +
        'a72900000a010707',
    );
  });

  test('of a machine that is not known there is none', () => {
    expect(probeProgram('mips')).toBeUndefined();
    expect(probeProgram('constructor')).toBeUndefined();
  });
});
