import { describe, expect, test } from '@jest/globals';
import { Field, parseFields, withoutUndefined } from '../../src/oci/schema.ts';
import { failure } from '../support/failure.ts';

const root = (document: unknown): Field =>
  parseFields(Buffer.from(JSON.stringify(document)), 'the record', { code: 'E_RECORD' });
const why = (work: () => unknown): string => {
  const error = failure(work);
  expect(error.code).toBe('E_RECORD');
  return error.message;
};

describe('Field', () => {
  test('every error says where', () => {
    const field = root({ a: [{ 'b.c': { d_1: 'x' } }], n: 1.5 });
    const [first = field] = field.get('a').items();
    expect(why(() => first.get('b.c').get('d_1').integer())).toBe(
      'a[0]["b.c"].d_1 of the record is the string "x", not a number',
    );
    expect(why(() => field.get('n').integer())).toContain('n of the record is 1.5');
    expect(why(() => field.get('x').get('y'))).toBe('x of the record is missing: it should be an object');
    expect(why(() => field.items())).toBe('the record is an object, not an array');
    expect(why(() => root({ 'a\n\u202e': 1 }).get('a\n\u202e').string())).not.toMatch(/\n|\u202e/);
    expect(
      why(() =>
        root(['x'.repeat(10_000)])
          .items()[0]
          ?.integer(),
      ).length,
    ).toBeLessThan(300);
  });

  test('null and nothing are the same', () => {
    expect(
      root({ a: null })
        .get('a')
        .optional((field) => field.string()),
    ).toBeUndefined();
    expect(
      root({})
        .get('a')
        .optional((field) => field.string()),
    ).toBeUndefined();
    expect(
      root({ a: '' })
        .get('a')
        .optional((field) => field.string()),
    ).toBe('');
    expect(root({}).get('constructor').absent).toBe(true);
  });

  test('bounds', () => {
    expect(root(5).integer({ min: 5, max: 5 })).toBe(5);
    expect(why(() => root(4).integer({ min: 5 }))).toContain('is 4');
    expect(root(-1).integer({ min: -1 })).toBe(-1);
    expect(why(() => root(-1).integer())).toContain('is -1');
    expect(why(() => root('abc').string({ maxLength: 2 }))).toContain('3 characters');
    expect(why(() => root('a').string({ pattern: /^b$/, is: 'b' }))).toContain('which is not b');
    expect(why(() => root([1, 2]).items(1))).toContain('2 items');
    expect(root('b').oneOf(['a', 'b'])).toBe('b');
    expect(failure(() => root('c').oneOf(['a', 'b'])).hint).toContain('a, b');
    expect(root(false).boolean()).toBe(false);
    expect(why(() => root('true').boolean())).toContain('not true or false');
  });

  test('keys that differ from known ones in case alone', () => {
    expect(() => {
      root({ size: 1, other: 2 }).refuseLookalikes(['size']);
    }).not.toThrow();
    expect(
      why(() => {
        root({ Size: 1 }).refuseLookalikes(['size']);
      }),
    ).toContain('"Size"');
    expect(
      why(() => {
        root({ '\u212aey': 1 }).refuseLookalikes(['key']);
      }),
    ).toContain('"key"');
  });

  test('maps of strings have no prototype', () => {
    const map = root(JSON.parse('{"__proto__":"x","a":"b"}')).stringMap();
    expect(Object.getPrototypeOf(map)).toBeNull();
    expect(Object.entries(map)).toEqual([
      ['__proto__', 'x'],
      ['a', 'b'],
    ]);
    expect(why(() => root({ a: 1 }).stringMap())).toContain('a of the record');
  });

  test('another code from some place on', () => {
    const field = root({ p: { os: 1 } })
      .get('p')
      .withCode('E_PLATFORM');
    expect(failure(() => field.get('os').string())).toMatchObject({ code: 'E_PLATFORM' });
  });
});

test('withoutUndefined keeps null, false and empty strings', () => {
  expect(
    Object.keys(
      withoutUndefined<{ a?: 1; b: null; c: boolean; d: string }>({ a: undefined, b: null, c: false, d: '' }),
    ),
  ).toEqual(['b', 'c', 'd']);
});
