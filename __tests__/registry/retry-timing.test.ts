import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultLimits } from '../../src/registry/limits.ts';
import { backoffMs, retryAfterMs } from '../../src/registry/retry-timing.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('retryAfterMs', () => {
  test.each<[string, string | undefined, string, number | undefined]>([
    ['seconds', '7', '', 7_000],
    ['seconds with spaces', ' 7 ', '', 7_000],
    ['a fraction', '1.5', '', 1_500],
    ['nothing to wait', '0', '', 1_000],
    ['less than nothing', '-1', '', 1_000],
    ['eternity', '1000000000', '', 300_000],
    ['eternity in another form', '1e9', '', 300_000],
    ['no number', 'NaN', '', undefined],
    ['no number either', 'Infinity', '', undefined],
    ['hexadecimal', '0x10', '', undefined],
    ['nothing', undefined, '', undefined],
    ['an empty header', '', '', undefined],
    ['a word', 'soon', '', undefined],
    ['a date', 'Thu, 01 Jan 2026 00:00:30 GMT', '', 30_000],
    ['the old form of a date', 'Thursday, 01-Jan-26 00:00:30 GMT', '', 30_000],
    ['the form of asctime', 'Thu Jan  1 00:00:30 2026', '', 30_000],
    ['a date long ago', 'Thu, 01 Jan 2015 00:00:00 GMT', '', 1_000],
    ['a date far away', 'Fri, 01 Jan 2100 00:00:00 GMT', '', 300_000],
    ['GHCR, in the body', undefined, 'retry-after: 12.5ms, allowed: 2000/minute', 1_000],
    ['GHCR, a longer one', undefined, 'retry-after: 1m30.5s, allowed: 2000/minute', 90_500],
    ['seconds in a body', undefined, 'toomanyrequests: retry after 20 seconds', 20_000],
    ['a body that says nothing', undefined, 'Too Many Requests', undefined],
    ['the header before the body', '5', 'retry-after: 20s', 5_000],
  ])('%s', (_name, header, body, expected) => {
    expect(retryAfterMs(header, undefined, body, now, defaultLimits)).toBe(expected);
  });

  test('a date is compared with the clock of the server that wrote it', () => {
    const date = 'Thu, 01 Jan 2026 05:00:00 GMT';
    expect(retryAfterMs('Thu, 01 Jan 2026 05:00:09 GMT', date, '', now, defaultLimits)).toBe(9_000);
  });

  test('whatever a registry says, the wait is within its bounds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, body) => {
        const wait = retryAfterMs(header, undefined, body, now, defaultLimits);
        expect(wait === undefined || (wait >= 1_000 && wait <= 300_000)).toBe(true);
      }),
    );
  });
});

test('backoff has full jitter below a ceiling that doubles up to 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
  expect(backoffMs(5, 0)).toBe(100);
  expect(backoffMs(5, 0.5)).toBe(8_050);
});
