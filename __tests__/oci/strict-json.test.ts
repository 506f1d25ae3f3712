import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson, type StrictJsonOptions } from '../../src/oci/strict-json.ts';
import { failure } from '../support/failure.ts';

const parse = (text: string | Uint8Array, options?: StrictJsonOptions): unknown =>
  parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text, 'the document', options);

describe('parseStrictJson', () => {
  test.each([
    'null',
    ' true ',
    '[]',
    '{}',
    '-0',
    '1e-7',
    '"\\u00e9\\ud83d\\ude00\\n\\/"',
    '[1,[2,{"a":"b"}]]\n',
    '"\u2028"',
    '0.1',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['', 'the end where a value is wanted'],
    ['{"a":1}{}', '"{" behind the end'],
    ['{"a":1,"a":2}', 'the key "a" a second time at line 1, column 8'],
    ['{"a":1,\n "\\u0061":2}', 'the key "a" a second time at line 2, column 2'],
    ['{"__proto__":1,"__proto__":2}', 'the key "__proto__" a second time'],
    ['\ufeff{}', 'a byte order mark'],
    ['[1,]', 'where a value is wanted'],
    ['{"a":1,}', 'where a key is wanted'],
    ['{a:1}', 'where a key is wanted'],
    ['{"a" 1}', 'where ":" is wanted'],
    ['[1 2]', 'where "," or "]" is wanted'],
    ['01', 'behind the end'],
    ['+1', 'where a value is wanted'],
    ['.5', 'where a value is wanted'],
    ['1.', 'behind the end'],
    ['NaN', 'where a value is wanted'],
    ['-Infinity', 'where a value is wanted'],
    ['0x10', 'behind the end'],
    ['nul', 'where a value is wanted'],
    ["'a'", 'where a value is wanted'],
    ['"a', 'the end in a string'],
    ['"a\nb"', '"\\n" in a string'],
    ['"\\x41"', 'an unknown escape'],
    ['"\\u00g0"', 'a broken \\u escape'],
    ['"\\ud800"', 'lone surrogate'],
    ['{"\\udc00":1}', 'lone surrogate'],
    ['// no\n{}', 'where a value is wanted'],
    ['\u00a01', 'where a value is wanted'],
    ['{}\u0000', 'behind the end'],
  ])('refuses %j', (text, why) => {
    const error = failure(() => parse(text));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain('the document is not JSON that we accept');
    expect(error.message).toContain(why);
  });

  test('what is not UTF-8 is refused', () => {
    expect(failure(() => parse(Buffer.from('"é"', 'latin1'))).message).toContain('not UTF-8');
    expect(failure(() => parse(Buffer.from('{"a":1}', 'utf16le'))).code).toBe('E_MANIFEST');
    expect(failure(() => parse(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).message).toContain('not UTF-8');
  });

  test('keys of every name are data', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":1,"toString":null}') as Record<
      string,
      unknown
    >;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('depth and number of values are bounded', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parse(nested(20))).not.toThrow();
    expect(failure(() => parse(nested(21))).message).toContain('more than 20 levels');
    expect(failure(() => parse('{"a":'.repeat(100_000))).message).toContain('more than 20 levels');
    expect(() => parse(nested(3), { maxDepth: 3 })).not.toThrow();
    expect(failure(() => parse('[1,2,3]', { maxValues: 3 })).message).toContain('more than 3 values');
    expect(parse('[1,2,3]', { maxValues: 4 })).toEqual([1, 2, 3]);
  });

  test.each(['2.0', '1e3', '-0', '20E-1', '1e400'])(
    'with plainIntegers %s is refused or no integer',
    (text) => {
      if (text === '1e400') expect(parse(text, { plainIntegers: true })).toBe(Infinity);
      else expect(failure(() => parse(text, { plainIntegers: true })).message).toContain('whole number');
      expect(parse(text)).toBe(Number(text));
    },
  );

  test('the code can be another', () => {
    expect(failure(() => parse('{', { code: 'E_RECORD' })).code).toBe('E_RECORD');
    expect(failure(() => parse(Buffer.from([0xff]), { code: 'E_RECORD' })).code).toBe('E_RECORD');
  });

  test('a string of four megabytes is read', () => {
    const text = JSON.stringify('\\"\n'.repeat(1_000_000));
    expect(parse(text)).toBe(JSON.parse(text));
  });
});

describe('properties', () => {
  test('agrees with JSON.parse on what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), fc.boolean(), (compact, pretty) => {
        const text = pretty ? JSON.stringify(JSON.parse(compact), null, 2) : compact;
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test('accepts nothing that JSON.parse refuses', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      'null',
      ' ',
      '\\',
      '"',
      '\u0001',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join('');
        let value: unknown;
        try {
          value = parse(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_MANIFEST' });
          return;
        }
        expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });
});
