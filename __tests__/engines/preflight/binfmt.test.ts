import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { lookUpEmulation } from '../../../src/engines/preflight/binfmt.ts';
import { temporaryFolder } from '../support/scripted.ts';

const s390x = (first = 'enabled', flags = 'PF'): string =>
  `${first}\ninterpreter /usr/bin/qemu-s390x-static\nflags: ${flags}\noffset 0\nmagic 7f454c4602020100000000000000000000020016\nmask fffffffffffffffcfffffffffffffffffffeffff\n`;
const python = 'enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 0\nmagic a70d0d0a\n';
const byExtension = 'enabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n';

function mounted(entries: Readonly<Record<string, string>>): string {
  return temporaryFolder({ register: '', status: 'enabled\n', ...entries });
}

describe('who runs programs of another machine', () => {
  test('the entry whose magic matches, whatever it is called', async () => {
    const root = mounted({ 'python3.11': python, exe: byExtension, 'my-emulator': s390x() });
    expect(await lookUpEmulation('s390x', root)).toEqual({
      kind: 'registered',
      name: 'my-emulator',
      interpreter: '/usr/bin/qemu-s390x-static',
      flags: 'PF',
      enabled: true,
    });
    expect(await lookUpEmulation('arm64', root)).toEqual({ kind: 'absent' });
  });

  test('one that is switched off is told as such, unless another is on', async () => {
    const off = mounted({ 'qemu-s390x': s390x('disabled') });
    expect(await lookUpEmulation('s390x', off)).toMatchObject({ name: 'qemu-s390x', enabled: false });
    const both = mounted({ 'a-off': s390x('disabled'), 'b-on': s390x('enabled', '') });
    expect(await lookUpEmulation('s390x', both)).toMatchObject({ name: 'b-on', enabled: true, flags: '' });
  });

  test('an entry that is removed while the folder is read is none', async () => {
    const root = mounted({ 'qemu-s390x': s390x() });
    symlinkSync(join(root, 'gone'), join(root, 'a-removed'));
    expect(await lookUpEmulation('s390x', root)).toMatchObject({ name: 'qemu-s390x' });
  });

  test('what is not mounted is unknown, not absent', async () => {
    expect(await lookUpEmulation('s390x', temporaryFolder())).toMatchObject({ kind: 'unknown' });
    expect(await lookUpEmulation('s390x', '/nonexistent/binfmt_misc')).toMatchObject({ kind: 'unknown' });
  });
});
