import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CodedError } from '../../../src/errors.ts';
import { failure } from '../../support/failure.ts';
import { tar } from '../../support/tar.ts';
import { tinyProgram } from '../../support/tiny-programs.js';
import { block, end, member, padded, pax, walk } from './support.ts';

function names(archive: Buffer): string[] {
  return walk(archive).map(({ path }) => path);
}

const long = `${'long/'.repeat(60)}name`;

describe('names', () => {
  test('of ustar are prefix and name; of GNU and older headers the name alone', () => {
    const prefixed = (magic: string, more: (header: Buffer) => void = () => undefined): Buffer =>
      member({ name: 'app' }, (header) => {
        header.write(magic, 257);
        header.write('usr/bin', 345);
        more(header);
      });
    expect(names(prefixed('ustar\u000000'))).toEqual(['usr/bin/app']);
    expect(names(prefixed('ustar  \0'))).toEqual(['app']);
    expect(names(prefixed('\0\0\0\0\0\0'))).toEqual(['app']);
  });

  test('of star end where its times begin', () => {
    const star = member({ name: 'app' }, (header) => {
      header.write('p'.repeat(131), 345);
      header.write('00000000000 00000000000 ', 476);
      header.write('tar\0', 508);
    });
    expect(names(star)).toEqual([`${'p'.repeat(131)}/app`]);
  });

  test('may take the whole field, without a NUL', () => {
    expect(names(member({ name: 'n'.repeat(100) }))).toEqual(['n'.repeat(100)]);
  });

  test('are said by pax, and by GNU over pax', () => {
    const gnu = (type: string, text: string): Buffer =>
      member({ name: '././@LongLink', type, content: `${text}\0` });
    const linked = { name: 'short', type: '2', linkName: 'short' };
    expect(
      walk(
        Buffer.concat([
          pax([
            ['path', long],
            ['linkpath', `/${long}`],
          ]),
          member(linked),
        ]),
      ),
    ).toMatchObject([{ path: long, target: `/${long}`, type: 'symlink' }]);
    const both = [
      pax([
        ['path', 'pax'],
        ['linkpath', 'pax'],
      ]),
      gnu('L', long),
      gnu('K', `/${long}`),
    ];
    expect(walk(Buffer.concat([...both, member(linked), member(linked)]))).toMatchObject([
      { path: long, target: `/${long}` },
      { path: 'short', target: 'short' },
    ]);
  });

  test('of pax: the last one counts, an empty one is none, and a global one is passed over as runtimes do', () => {
    const archive = [
      pax(
        [
          ['path', 'global'],
          ['size', '9'],
        ],
        'g',
      ),
      member({ name: 'first' }),
      pax([
        ['path', 'a'],
        ['path', 'b'],
      ]),
      member({ name: 'second' }),
      pax([['path', '']]),
      member({ name: 'third' }),
    ];
    expect(names(Buffer.concat(archive))).toEqual(['first', 'b', 'third']);
  });

  test('with a slash at the end were folders before ustar', () => {
    const old = member({ name: 'folder/', type: '\0' });
    expect(walk(Buffer.concat([old, member({ name: 'file', type: '\0' })])).map(({ type }) => type)).toEqual([
      'directory',
      'file',
    ]);
  });
});

describe('sizes', () => {
  test('in base 256, and from pax', () => {
    const content = Buffer.alloc(700, 'x');
    const base256 = member({ name: 'a', content }, (header) => {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header.writeUInt32BE(700, 132);
    });
    const fromPax = Buffer.concat([pax([['size', '700']]), member({ name: 'b', size: 0 }), padded(content)]);
    expect(names(Buffer.concat([base256, fromPax, member({ name: 'c' }), end]))).toEqual(['a', 'b', 'c']);
  });

  test('of links, devices and folders are no content', () => {
    const sized = ['1', '2', '3', '4', '5', '6'].map((type) => member({ name: type, type, size: 5000 }));
    expect(names(Buffer.concat([...sized, member({ name: 'last' })]))).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      'last',
    ]);
  });

  test.each<[string, (header: Buffer) => void]>([
    [
      'of 8 EiB',
      (header) => {
        header.fill(0, 124, 136);
        header.writeUInt8(0x80, 124);
        header.writeBigUInt64BE(2n ** 63n - 1n, 128);
      },
    ],
    ['below zero', (header) => header.fill(0xff, 124, 136)],
    ['that are no numbers', (header) => header.write('0000000009\0', 124)],
  ])('%s are refused', (_what, touch) => {
    const error = failure(() => walk(member({ name: 'a' }, touch)));
    expect([error.code, error.message]).toEqual([
      'E_LAYER',
      'layer x has a member of a size that makes no sense',
    ]);
  });

  test('may have blanks before and behind', () => {
    expect(
      names(
        Buffer.concat([
          member({ name: 'a' }, (header) => header.write('     1 \0    ', 124), Buffer.from('x')),
          end,
        ]),
      ),
    ).toEqual(['a']);
  });
});

describe('the head of a file', () => {
  const program = Buffer.concat([tinyProgram('s390x'), Buffer.alloc(1000)]);
  const head = program.subarray(0, 256);

  test('is its first bytes, however large it is', () => {
    const large = Buffer.concat([program, Buffer.alloc(10_000)]);
    expect(
      walk(
        tar([
          { name: 'a', content: large },
          { name: 'b', content: 'x' },
        ]),
      ).map((entry) => entry.head),
    ).toEqual([head, Buffer.from('x')]);
  });

  /** An old GNU sparse file: `pieces` of [offset, bytes], of which four fit into the header. */
  const oldSparse = (pieces: readonly (readonly [number, Buffer])[]): Buffer => {
    const octal = (value: number): string => `${value.toString(8).padStart(11, '0')}\0`;
    const map = pieces.map(([at, bytes]) => Buffer.from(octal(at) + octal(bytes.length)));
    const content = Buffer.concat(pieces.map(([, bytes]) => bytes));
    const extension = Buffer.alloc(map.length > 4 ? block : 0);
    Buffer.concat(map.slice(4)).copy(extension);
    const whole = member({ name: 'sparse', type: 'S', content }, (header) => {
      header.write('ustar  \0', 257);
      Buffer.concat(map.slice(0, 4)).copy(header, 386);
      header[482] = map.length > 4 ? 1 : 0;
    });
    return Buffer.concat([whole.subarray(0, block), extension, whole.subarray(block), end]);
  };

  test('of an old sparse file is its first piece, if that is where the file begins', () => {
    const piece = Buffer.alloc(512, 1);
    expect(
      walk(
        oldSparse([
          [0, program],
          [9000, piece],
        ]),
      )[0]?.head,
    ).toEqual(head);
    expect(walk(oldSparse([[512, program]]))[0]?.head).toHaveLength(0);
    const many = [0, 1, 2, 3, 4, 5].map((at) => [at * 4096, at === 0 ? program : piece] as const);
    expect(walk(oldSparse(many))).toMatchObject([{ path: 'sparse', type: 'file', head }]);
  });

  const sparse1 = (map: string, content: Buffer): Buffer =>
    Buffer.concat([
      pax([
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', 'usr/bin/app'],
        ['GNU.sparse.realsize', '1000000'],
      ]),
      member({
        name: 'usr/bin/GNUSparseFile.0/app',
        content: Buffer.concat([padded(Buffer.from(map)), content]),
      }),
      end,
    ]);

  test('of a pax sparse file stands behind its map, and its name in a record', () => {
    expect(walk(sparse1(`2\n0\n${program.length}\n8192\n4\n`, program))).toMatchObject([
      { path: 'usr/bin/app', head },
    ]);
    const pieces = Array.from({ length: 200 }, (_, index) => `${index * 4096}\n512\n`).join('');
    expect(walk(sparse1(`200\n${pieces}`, program))[0]?.head).toEqual(head);
    expect(walk(sparse1('1\n4096\n512\n', program))[0]?.head).toHaveLength(0);
  });

  test.each(['', 'x\n', '2\n0\n', '99999999999999999999\n', '9007199254740991\n'])(
    'of a sparse file with the map %j is refused',
    (map) => {
      expect(failure(() => walk(sparse1(map, Buffer.alloc(0)))).code).toBe('E_LAYER');
    },
  );

  test.each([
    [[['GNU.sparse.map', '0,512,4096,512']], 256],
    [[['GNU.sparse.map', '4096,512']], 0],
    [
      [
        ['GNU.sparse.offset', '0'],
        ['GNU.sparse.numbytes', '512'],
        ['GNU.sparse.offset', '4096'],
      ],
      256,
    ],
    [
      [
        ['GNU.sparse.offset', '4096'],
        ['GNU.sparse.offset', '0'],
      ],
      0,
    ],
  ] as [[string, string][], number][])('of pax sparse formats 0.x: %j', (records, length) => {
    const archive = Buffer.concat([
      pax([['GNU.sparse.name', 'app'], ...records]),
      member({ name: 'x', content: program }),
    ]);
    expect(walk(archive)).toMatchObject([{ path: 'app', head: head.subarray(0, length) }]);
  });
});

describe('the end', () => {
  const whole = tar([{ name: 'a', content: 'x'.repeat(600) }]);

  test.each<[string, Buffer]>([
    ['two blocks of zeros', whole],
    ['more zeros, as GNU tar writes', Buffer.concat([whole, Buffer.alloc(9000)])],
    ['one block of zeros', whole.subarray(0, -block)],
    ['no zeros', whole.subarray(0, -2 * block)],
    ['the last byte of content', whole.subarray(0, block + 600)],
  ])('may be %s', (_what, archive) => {
    expect(names(archive)).toEqual(['a']);
  });

  test('of an archive may come at once', () => {
    expect(names(Buffer.alloc(0))).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ['in a header', whole.subarray(0, 300), 'stops in the middle of a member'],
    ['in a file', whole.subarray(0, block + 100), 'stops in the middle of a member'],
    ['in a record', pax([['path', long]]).subarray(0, block + 9), 'stops in the middle of a member'],
    ['followed by junk', Buffer.concat([whole, Buffer.from('junk')]), 'goes on behind its end'],
    [
      'of one block, and then another member',
      Buffer.concat([Buffer.alloc(block), member({ name: 'b' })]),
      'goes on behind its end',
    ],
    ['of no tar', Buffer.alloc(block, 'hello '), 'is no tar archive'],
    ['of nothing that is a block', Buffer.from('hello'), 'stops in the middle of a member'],
  ])('%s is refused', (_what, archive, problem) => {
    const error = failure(() => walk(archive));
    expect([error.code, error.message]).toEqual(['E_LAYER', `layer x ${problem}`]);
  });

  test('a wrong sum is refused; one over signed bytes, as old writers have it, is right', () => {
    const wrong = member({ name: 'a' });
    wrong[0] = 0x62;
    expect(failure(() => walk(wrong)).message).toContain('is no tar archive');
    const signed = member({ name: 'é' });
    const sum = [...signed.subarray(0, block)].reduce(
      (total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte < 128 ? byte : byte - 256),
      0,
    );
    signed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(names(signed)).toEqual(['é']);
  });
});

describe('caps', () => {
  test('of members: exactly so many', () => {
    const archive = tar([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(walk(archive, [], 3)).toHaveLength(3);
    expect(failure(() => walk(archive, [], 2)).message).toBe('layer x holds more than 2 members');
  });

  test('of records, with no member behind them', () => {
    const archive = Buffer.concat(Array.from({ length: 9 }, () => pax([['path', 'a']])));
    expect(failure(() => walk(archive, [], 2)).message).toBe('layer x holds more than 2 members');
  });

  test('of a record: 1 MiB', () => {
    const error = failure(() => walk(member({ name: 'x', type: 'x', size: 2 ** 20 + 1 })));
    expect(error.message).toBe('layer x has a record of 1048577 bytes');
  });

  test.each([
    '',
    '5 a=b',
    '9 a=b\n',
    '0 a=b\n',
    '-6 a=b\n',
    '6 a=bc',
    '4 ab\n',
    ' a=b\n',
    '99999999999999999999 a=b\n',
  ])('a pax record %j is refused', (content) => {
    const archive = Buffer.concat([member({ name: 'x', type: 'x', content }), member({ name: 'a' })]);
    if (content === '') expect(names(archive)).toEqual(['a']);
    else expect(failure(() => walk(archive)).code).toBe('E_LAYER');
  });
});

describe('properties', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '/', '.', ' '), minLength: 1, maxLength: 30 });
  const written = fc.record({
    name: text,
    type: fc.constantFrom('0', '1', '2', '5', '3', '7'),
    linkName: text,
    content: fc.uint8Array({ maxLength: 1300 }),
  });
  const members = written.chain(({ content, ...entry }) => {
    const plain = member({ ...entry, content: '123456'.includes(entry.type) ? '' : Buffer.from(content) });
    return fc.constantFrom(
      plain,
      Buffer.concat([pax([['path', `p/${entry.name}`]]), plain]),
      Buffer.concat([member({ name: 'x', type: 'L', content: `gnu/${entry.name}\0` }), plain]),
    );
  });

  test('however the stream is cut, the same members are found', () => {
    const archive = fc.array(members, { maxLength: 6 }).map((parts) => Buffer.concat([...parts, end]));
    const cuts = fc.array(fc.nat(), { maxLength: 40 });
    fc.assert(
      fc.property(archive, cuts, (bytes, numbers) => {
        const at = numbers.map((number) => number % bytes.length).sort((a, b) => a - b);
        expect(walk(bytes, at)).toEqual(walk(bytes));
        expect(
          walk(
            bytes,
            Array.from({ length: bytes.length }, (_, index) => index),
          ),
        ).toEqual(walk(bytes));
      }),
      { numRuns: 60 },
    );
  });

  test('bytes that are no archive, or a damaged one, throw E_LAYER or nothing', () => {
    const archive = fc.array(members, { minLength: 1, maxLength: 3 }).map((parts) => Buffer.concat(parts));
    const damaged = fc.tuple(archive, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      bytes[at % bytes.length] = value;
      return bytes.subarray(0, bytes.length - (at % 700));
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
          damaged,
        ),
        (bytes) => {
          try {
            walk(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(CodedError);
            expect((error as CodedError).code).toBe('E_LAYER');
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
