import { describe, expect, test } from '@jest/globals';
import {
  DigestStream,
  digestAlgorithm,
  digestHex,
  digestOf,
  isDigest,
  parseDigest,
} from '../../src/oci/digest.ts';
import { failure } from '../support/failure.ts';

const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('digests', () => {
  test('are made over bytes, whole and in pieces, in both algorithms', () => {
    expect(digestOf(new Uint8Array())).toBe(empty);
    const stream = new DigestStream('sha512');
    stream.update(Buffer.from('ab'));
    stream.update(Buffer.from('c'));
    expect(stream.digest()).toBe(digestOf(Buffer.from('abc'), 'sha512'));
    expect(digestOf(Buffer.from('abc'), 'sha512')).toMatch(/^sha512:ddaf35a193617aba/);
  });

  test('come apart', () => {
    expect(digestAlgorithm(parseDigest(empty))).toBe('sha256');
    expect(digestHex(parseDigest(empty))).toBe(empty.slice(7));
    expect(digestAlgorithm(digestOf(new Uint8Array(), 'sha512'))).toBe('sha512');
  });

  test.each(
    [
      [
        '',
        'sha256',
        'sha256:',
        empty.slice(0, -1),
        `${empty}0`,
        empty.toUpperCase(),
        `${empty}\n`,
        ` ${empty}`,
      ],
      [
        `sha1:${'a'.repeat(40)}`,
        `sha512:${'a'.repeat(64)}`,
        `sha256:${'a'.repeat(128)}`,
        'sha256:../../x',
        `x${empty}`,
      ],
    ].flat(),
  )('%j is none', (text) => {
    expect(isDigest(text)).toBe(false);
    expect(failure(() => parseDigest(text)).code).toBe('E_REFERENCE');
  });
});
