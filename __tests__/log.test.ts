import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Mask, secretForms } from '../src/log.ts';

const secret = 'p@ss/w+rd "1" & <2> %~';

describe('a secret', () => {
  test.each<[string, string]>([
    ['raw', secret],
    ['JSON', JSON.stringify(secret)],
    ['a path', encodeURIComponent(secret)],
    ['a path, in small letters', encodeURIComponent(secret).replace(/%../gu, (each) => each.toLowerCase())],
    ['a form', new URLSearchParams({ password: secret }).toString()],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['Basic, after a user of any length', Buffer.from(`u:${secret}`).toString('base64')],
    ['Basic, one longer', Buffer.from(`me:${secret}`).toString('base64')],
    ['Basic, two longer', Buffer.from(`you:${secret}`).toString('base64')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['hex in capitals', Buffer.from(secret).toString('hex').toUpperCase()],
    ['HTML', secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
    ['reversed', Array.from(secret).reverse().join('')],
  ])('is masked as %s', (_name, echo) => {
    const mask = new Mask();
    mask.add(secret);
    const text = mask.text(`it said ${echo}.`);
    expect(text).toContain('***');
    const core = echo.slice(4, -6);
    expect(text).not.toContain(core);
  });

  test('alone in base64 leaves no end of it', () => {
    const mask = new Mask();
    for (const each of ['p@ss/w+rd:1&2%', 'p@ss/w+rd:1&2%%', 'p@ss/w+rd:1&2%%%']) {
      mask.add(each);
      expect(mask.text(Buffer.from(each).toString('base64'))).toBe('***');
      expect(mask.text(Buffer.from(each).toString('base64url'))).toBe('***');
    }
  });

  test('of a few characters masks itself and nothing like it', () => {
    expect(secretForms('ab')).toEqual(['ab']);
    expect(secretForms('')).toEqual(['']);
  });

  test('is found in base64 wherever it begins', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 8 }),
        fc.string({ minLength: 8, unit: 'grapheme' }),
        fc.uint8Array({ maxLength: 8 }),
        (before, given, after) => {
          const text = Buffer.concat([before, Buffer.from(given), after]).toString('base64');
          expect(secretForms(given).some((form) => text.includes(form))).toBe(true);
        },
      ),
    );
  });
});
