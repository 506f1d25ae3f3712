import { describe, expect, test } from '@jest/globals';
import { lastLines, logLine } from '../../../src/engines/process/output.ts';

describe('a line of an engine in the log', () => {
  test.each([
    ['\u001b[91moh no\u001b[0m', '| oh no'],
    ['::add-mask::x', '| ::add-mask::x'],
    ['  ::error::x', '|   ::error::x'],
    ['##[add-path]/evil', '| ## [add-path]/evil'],
    ['a\u202eb\u0007', '| a\\u{202e}b\\u{7}'],
    ['\u001b]0;title\u0007text', '| text'],
  ])('%j is %j', (line, expected) => {
    expect(logLine(line)).toBe(expected);
  });
});

describe('the last lines', () => {
  test('in one, without what says nothing', () => {
    expect(lastLines('one\n\n------\ntwo\r\n#5 DONE 0.0s\n  three\n', 3)).toBe('one | two | three');
  });

  test('are cut from the front', () => {
    const text = lastLines(`${'x'.repeat(900)}end`, 4, 100);
    expect(text).toHaveLength(101);
    expect(text.startsWith('…') && text.endsWith('end')).toBe(true);
  });
});
