import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { padding, tarEnd, tarHeader, type TarEntry } from '../../../src/engines/stored/tar.ts';

interface Read {
  path: string;
  type: string;
  mode: number;
  size: number;
  mtime: number;
  link: string;
}

/** A reader of ustar and pax that shares nothing with the writer. */
function read(bytes: Buffer): Read[] {
  const found: Read[] = [];
  let pax = new Map<string, string>();
  for (let at = 0; bytes.subarray(at, at + 512).some((byte) => byte !== 0);) {
    const header = bytes.subarray(at, at + 512);
    const text = (from: number, length: number): string =>
      header
        .subarray(from, from + length)
        .toString('latin1')
        .replace(/\0[^]*$/, '');
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    expect(parseInt(text(148, 8), 8)).toBe(sum);
    expect(header.subarray(257, 265).toString('latin1')).toBe('ustar\u000000');
    const size = Number(pax.get('size') ?? parseInt(text(124, 12), 8));
    const prefix = text(345, 155);
    const own = {
      type: text(156, 1),
      mode: parseInt(text(100, 8), 8),
      mtime: parseInt(text(136, 12), 8),
      size,
    };
    at += 512;
    if (own.type === 'x') {
      const body = bytes.subarray(at, at + size);
      pax = new Map();
      for (let start = 0; start < body.length;) {
        const space = body.indexOf(32, start);
        const end = start + Number(body.subarray(start, space).toString());
        const [key = '', ...value] = body
          .subarray(space + 1, end - 1)
          .toString('utf8')
          .split('=');
        expect(body[end - 1]).toBe(10);
        pax.set(key, value.join('='));
        start = end;
      }
    } else {
      const path = pax.get('path') ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
      found.push({ path, link: pax.get('linkpath') ?? text(157, 100), ...own });
      pax = new Map();
    }
    at += Math.ceil(size / 512) * 512;
  }
  return found;
}

const part = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((text) => text.replace(/[/\0]/g, '_'))
  .filter((text) => text !== '');
const path = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));

describe('a tar archive', () => {
  test('any entry is read back as it was', () => {
    fc.assert(
      fc.property(
        path,
        fc.constantFrom('file', 'folder', 'link'),
        fc.integer({ min: 0, max: 0o7777 }),
        fc.integer({ min: 0, max: 2000 }),
        path,
        (name, kind, mode, length, link) => {
          const size = kind === 'file' ? length : 0;
          const entry: TarEntry = { path: name, kind, mode, size, ...(kind === 'link' && { link }) };
          const archive = Buffer.concat([
            tarHeader(entry, 1700000000),
            Buffer.alloc(size, 1),
            padding(size),
            tarEnd,
          ]);
          expect(archive.length % 512).toBe(0);
          expect(read(archive)).toEqual([
            {
              path: kind === 'folder' ? `${name}/` : name,
              type: { file: '0', folder: '5', link: '2' }[kind],
              mode,
              size,
              mtime: 1700000000,
              link: kind === 'link' ? link : '',
            },
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a size above 8 GiB stands in a pax header', () => {
    const header = tarHeader({ path: 'big', kind: 'file', mode: 0o644, size: 9 * 1024 ** 3 }, 0);
    expect(header.toString('latin1')).toContain(`size=${9 * 1024 ** 3}\n`);
  });

  test('the same entry is the same bytes on every host', () => {
    const header = tarHeader({ path: 'bin/app', kind: 'file', mode: 0o755, size: 5 }, 0);
    expect(header.toString('latin1').replace(/\0+/g, '|')).toBe(
      'bin/app|0000755|0000000|0000000|00000000005|00000000000|010456| 0|ustar|00|0000000|0000000|',
    );
  });
});
