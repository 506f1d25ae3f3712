import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CodedError } from '../../src/errors.ts';
import { onlyFileOf } from '../../src/handover/zip.ts';
import { failure } from '../support/failure.ts';
import { zipOf, type ZipEntry } from '../support/zip.ts';

const max = 16 * 1024;
const read = (zip: Uint8Array): string =>
  Buffer.from(onlyFileOf(zip, 'record.json', max, 'artifact "a"')).toString();
const entry = (over: Partial<ZipEntry> = {}): ZipEntry => ({ name: 'record.json', content: '{}', ...over });

describe('the one file in a zip', () => {
  test.each([
    ['deflated', [entry()], ''],
    ['stored', [entry({ deflate: false })], ''],
    ['with a comment', [entry()], 'PK, and more'],
  ])('%s', (_, entries, comment) => {
    expect(read(zipOf(entries, comment))).toBe('{}');
  });

  test('is read where the zip is a part of a larger buffer', () => {
    const zip = zipOf([entry()]);
    expect(read(Buffer.concat([Buffer.alloc(7), zip]).subarray(7))).toBe('{}');
  });

  test.each<[string, readonly ZipEntry[], string]>([
    ['no file', [], 'holds 0 files, and a record is one'],
    ['two files', [entry(), entry({ name: 'b' })], 'holds 2 files, and a record is one'],
    ['a way out', [entry({ name: '../../.bashrc' })], 'holds "../../.bashrc", and a record is record.json'],
    [
      'an absolute path',
      [entry({ name: '/record.json' })],
      'holds "/record.json", and a record is record.json',
    ],
    ['a line feed in the name', [entry({ name: 'a\nb' })], 'holds "a\\nb", and a record is record.json'],
    ['10 GB', [entry({ says: { size: 0xfffffff0 } })], 'holds a record of 4294967280 bytes, more than 16384'],
    [
      'more than it says',
      [entry({ content: 'x'.repeat(200), says: { size: 2 } })],
      'is damaged: its file is not what its directory says',
    ],
    ['a bomb', [entry({ content: Buffer.alloc(50 * 1024 * 1024), says: { size: 100 } })], 'is damaged'],
    [
      'another checksum',
      [entry({ says: { crc: 1 } })],
      'is damaged: its file is not what its directory says',
    ],
    ['a password', [entry({ says: { flags: 1 } })], 'is packed in a way that no record is packed in'],
    ['another packing', [entry({ says: { method: 93 } })], 'is packed in a way that no record is packed in'],
  ])('%s is refused', (_, entries, problem) => {
    const error = failure(() => read(zipOf(entries)));
    expect([error.code, error.message]).toEqual(['E_RECORD', `artifact "a" ${problem}`]);
    expect(error.hint).toContain('run that leg again');
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a web page', Buffer.from('<html>'.repeat(20))],
    ['an end and nothing before it', Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18, 255)])],
  ])('%s is no zip with a record', (_, bytes) => {
    expect(failure(() => read(bytes)).code).toBe('E_RECORD');
  });

  test('whatever the bytes are, it is the file or E_RECORD', () => {
    const zip = zipOf([entry({ content: '{"a":1}' })]);
    fc.assert(
      fc.property(fc.nat(zip.length - 1), fc.nat(255), fc.nat(zip.length), (at, byte, length) => {
        const changed = Buffer.from(zip.subarray(0, length));
        if (at < length) changed[at] = byte;
        try {
          expect(read(changed)).toBe('{"a":1}');
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          expect(error.code).toBe('E_RECORD');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
