import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { StoredGzip } from '../../../src/engines/assemble/gzip.ts';

function zipped(parts: readonly Uint8Array[]): Buffer {
  const gzip = new StoredGzip();
  return Buffer.concat([...parts.map((part) => gzip.write(part)), gzip.end()]);
}

describe('gzip without compression', () => {
  test('is read by zlib, and the same however the input was cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300_000 }),
        fc.array(fc.nat(100_000), { maxLength: 8 }),
        (size, cuts) => {
          const bytes = Buffer.alloc(size, 'seven chars');
          const parts: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            parts.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          parts.push(bytes.subarray(at));
          const all = zipped(parts);
          expect(gunzipSync(all).equals(bytes)).toBe(true);
          expect(all.equals(zipped([bytes]))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([0, 1, 65_535, 65_536, 131_070, 131_071])('%d bytes', (size) => {
    const bytes = Buffer.alloc(size, 7);
    const all = zipped([bytes]);
    expect(gunzipSync(all).equals(bytes)).toBe(true);
    expect(all.length).toBe(size + 18 + 5 * Math.max(1, Math.ceil(size / 65_535)));
  });

  test('has neither time nor system in it', () => {
    expect(zipped([Buffer.from('a')]).toString('hex')).toBe(
      '1f8b08000000000000ff' + '010100feff61' + '43beb7e801000000',
    );
  });
});
