import { describe, expect, test } from '@jest/globals';
import { filesMatching } from '../../../src/verify/content/globs.ts';

describe('files that a glob names', () => {
  test.each([
    ['usr/bin/qemu', 'usr/bin/qemu', true],
    ['/usr/bin/qemu', 'usr/bin/qemu', true],
    ['usr/bin/qemu-*', 'usr/bin/qemu-s390x-static', true],
    ['usr/bin/qemu-*-static', 'usr/bin/qemu-s390x', false],
    ['usr/bin/*', 'usr/bin/sub/qemu', false],
    ['usr/*/qemu', 'usr/bin/qemu', true],
    ['usr/**', 'usr/bin/sub/qemu', true],
    ['usr/**', 'usr', true],
    ['usr/**/qemu', 'usr/qemu', true],
    ['usr/**/qemu', 'usr/a/b/qemu', true],
    ['**/qemu', 'qemu', true],
    ['**/*.so', 'a/b/c.so', true],
    ['**/a/**/b', 'x/a/y/a/z/b', true],
    ['**', 'anything/at/all', true],
    ['*', 'a', true],
    ['*', 'a/b', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]{d}^$|\\', 'a+(b)[c]{d}^$|\\', true],
    ['*a*b*c', 'xxaxxbxxc', true],
    ['*a*b*c', 'xxaxxcxxb', false],
    ['QEMU', 'qemu', false],
    ['', 'a', false],
  ])('%j, %j: %j', (glob, path, is) => {
    expect(filesMatching([glob])(path)).toBe(is);
  });

  test('any of several is enough, and none of none', () => {
    expect(filesMatching(['a', 'b'])('b')).toBe(true);
    expect(filesMatching([])('b')).toBe(false);
  });

  test('hostile paths take no time', () => {
    const glob = `${'*a'.repeat(50)}b`;
    expect(filesMatching([glob, `${'**/a/'.repeat(50)}b`])('a'.repeat(4000))).toBe(false);
    expect(filesMatching([`${'**/a/'.repeat(50)}b`])('a/'.repeat(2000))).toBe(false);
  });
});
