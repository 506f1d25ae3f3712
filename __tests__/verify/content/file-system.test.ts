import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChangeList } from '../../../src/verify/content/change-list.ts';
import { ImageFileSystem, TooLarge } from '../../../src/verify/content/file-system.ts';
import { changeOf, pathParts, type Change } from '../../../src/verify/content/layer.ts';
import type { TarEntry } from '../../../src/verify/content/tar.ts';
import { tar } from '../../support/tar.ts';
import { fileSystemOf, folder, hardlink, link, program, script, walk, type Changes } from './support.ts';

/** Where a path leads, and the machine of what is there. */
function found(files: ImageFileSystem, path: string): string | undefined {
  const resolved = files.resolve(path);
  return (
    resolved &&
    `${resolved.path} ${resolved.file.kind === 'program' ? resolved.file.machine : resolved.file.kind}`
  );
}

function all(files: ImageFileSystem): string[] {
  return [...files.files()].map(({ path }) => path).sort();
}

describe('a later layer', () => {
  test('replaces files, and keeps what it does not name', () => {
    const files = fileSystemOf(
      [program('bin/a', 'amd64'), program('bin/b', 'amd64')],
      [folder('bin/'), program('bin/a', 's390x')],
    );
    expect([found(files, '/bin/a'), found(files, 'bin/b')]).toEqual(['bin/a s390x', 'bin/b amd64']);
  });

  test('with a data file in the place of a program takes it away', () => {
    expect(all(fileSystemOf([program('app'), program('b')], [{ name: 'app', content: 'text' }]))).toEqual([
      'b',
    ]);
    expect(all(fileSystemOf([program('app')], [{ name: 'app', type: '3' }]))).toEqual([]);
  });

  test('with a file in the place of a folder takes all that is in it', () => {
    expect(all(fileSystemOf([program('a/b/c')], [program('a')]))).toEqual(['a']);
    expect(all(fileSystemOf([program('a/b/c')], [link('a', 'elsewhere')]))).toEqual([]);
  });

  test('with a folder in the place of a file', () => {
    expect(all(fileSystemOf([program('a')], [folder('a')]))).toEqual([]);
    expect(all(fileSystemOf([program('a')], [program('a/b')]))).toEqual(['a/b']);
  });

  test('takes away by whiteout: a file, a folder, a link and not where it leads', () => {
    const lower = [
      program('bin/a'),
      program('bin/b'),
      program('lib/x/y'),
      link('l', 'bin'),
      program('bin/.wh'),
    ];
    const white = (name: string): string[] => all(fileSystemOf(lower, [{ name }]));
    expect(white('bin/.wh.a')).toEqual(['bin/.wh', 'bin/b', 'lib/x/y']);
    expect(white('.wh.lib')).toEqual(['bin/.wh', 'bin/a', 'bin/b']);
    expect(found(fileSystemOf(lower, [{ name: '.wh.l' }]), '/l/a')).toBeUndefined();
    expect(white('.wh.l')).toHaveLength(4);
    expect(white('l/.wh.a')).toEqual(['bin/.wh', 'bin/b', 'lib/x/y']);
    for (const odd of ['.wh.', '.wh..', '.wh...', 'bin/.wh..wh.plnk', '.wh.nothing', 'no/.wh.where'])
      expect(white(odd)).toHaveLength(4);
  });

  test('empties a folder by an opaque whiteout, not of what it puts there itself, wherever it stands', () => {
    const lower = [program('opt/a'), program('opt/sub/b'), program('bin/c')];
    const opaque = { name: 'opt/.wh..wh..opq' };
    expect(all(fileSystemOf(lower, [program('opt/new'), opaque]))).toEqual(['bin/c', 'opt/new']);
    expect(all(fileSystemOf(lower, [opaque, program('opt/new')]))).toEqual(['bin/c', 'opt/new']);
    expect(all(fileSystemOf(lower, [{ name: '.wh..wh..opq' }]))).toEqual([]);
    expect(all(fileSystemOf(lower, [program('opt/a', 's390x'), { name: 'opt/.wh.a' }]))).toContain('opt/a');
  });

  test('goes through a link of a lower one, as with /bin -> usr/bin', () => {
    const merged = [
      folder('usr'),
      folder('usr/bin'),
      link('bin', 'usr/bin'),
      program('usr/bin/dash'),
      link('usr/bin/sh', 'dash'),
    ];
    const files = fileSystemOf(merged, [program('bin/app', 's390x')], [folder('bin'), program('bin/more')]);
    expect(found(files, '/bin/app')).toBe('usr/bin/app s390x');
    expect(found(files, '/usr/bin/app')).toBe('usr/bin/app s390x');
    expect(found(files, '/bin/sh')).toBe('usr/bin/dash amd64');
    expect(found(files, '/bin/more')).toBe('usr/bin/more amd64');
    expect(all(fileSystemOf(merged, [{ name: 'bin/.wh.dash' }]))).toEqual([]);
  });

  test('goes through a link that leads nowhere yet', () => {
    expect(all(fileSystemOf([link('var/run', '/run')], [program('var/run/app')]))).toEqual(['run/app']);
  });
});

describe('hard links', () => {
  test('are the same file, also of a lower layer, and stay when that goes', () => {
    const files = fileSystemOf(
      [program('bin/busybox', 'arm64')],
      [hardlink('bin/sh', 'bin/busybox'), hardlink('bin/ls', '/bin/busybox')],
      [{ name: 'bin/.wh.busybox' }],
    );
    expect([found(files, '/bin/sh'), found(files, '/bin/ls')]).toEqual(['bin/sh arm64', 'bin/ls arm64']);
  });

  test('to a link are that link', () => {
    const files = fileSystemOf([program('b/app'), link('a/l', 'app'), hardlink('b/l', 'a/l')]);
    expect(found(files, '/b/l')).toBe('b/app amd64');
    expect(found(files, '/a/l')).toBeUndefined();
  });

  test('to data, to a folder, out of the image or to nothing take away what was there', () => {
    for (const target of ['data', 'folder', '../app', 'nothing'])
      expect(
        all(fileSystemOf([program('app'), { name: 'data' }, folder('folder')], [hardlink('app', target)])),
      ).toEqual([]);
  });
});

describe('links', () => {
  const files = fileSystemOf([
    program('opt/app/bin/app'),
    link('usr/bin/app', '../../opt/app/current/app'),
    link('opt/app/current', 'bin'),
    link('etc/alternatives/app', '/usr/bin/app'),
    link('up', '../../../../opt/app/bin/app'),
    link('slash', '/opt/app/bin/'),
    link('self', 'self'),
    link('a', 'b'),
    link('b', 'a'),
    link('out', '/proc/self/exe'),
    link('empty', ''),
  ]);

  test.each([
    ['/usr/bin/app', 'opt/app/bin/app amd64'],
    ['/etc/alternatives/app', 'opt/app/bin/app amd64'],
    ['/up', 'opt/app/bin/app amd64'],
    ['//opt/./app//bin/../bin/app', 'opt/app/bin/app amd64'],
    ['/../../opt/app/bin/app', 'opt/app/bin/app amd64'],
    ['/slash/app', 'opt/app/bin/app amd64'],
    ['/slash/../current/app', 'opt/app/bin/app amd64'],
    ['/opt/app/bin/app/', undefined],
    ['/opt/app/bin/app/x', undefined],
    ['/opt/app', undefined],
    ['/self', undefined],
    ['/a', undefined],
    ['/out', undefined],
    ['/empty', undefined],
    ['/nothing', undefined],
    ['/opt/app/bin/app\0', undefined],
    ['', undefined],
  ])('%s leads to %s', (path, where) => {
    expect(found(files, path)).toBe(where);
  });

  test('forty are followed, as Linux does', () => {
    const chain = (length: number): ImageFileSystem =>
      fileSystemOf([
        program('l0'),
        ...Array.from({ length }, (_, index) => link(`l${index + 1}`, `l${index}`)),
      ]);
    expect(found(chain(40), '/l40')).toBe('l0 amd64');
    expect(found(chain(41), '/l41')).toBeUndefined();
  });
});

describe('names that can be no path of an image are passed over', () => {
  const entry = (path: string, over: Partial<TarEntry> = {}): TarEntry => ({
    path,
    type: 'file',
    target: '',
    head: Buffer.alloc(0),
    ...over,
  });

  test.each(['../etc/passwd', 'a/../../b', 'a/..', 'a\0b', 'n'.repeat(256), 'long/'.repeat(1000)])(
    '%.20j',
    (path) => {
      expect(changeOf(entry(path))).toBeUndefined();
    },
  );

  test.each(['a\0b', 'x'.repeat(4097)])('links to %.20j', (target) => {
    expect(changeOf(entry('l', { type: 'symlink', target }))).toBeUndefined();
    expect(changeOf(entry('l', { type: 'hardlink', target }))).toBeUndefined();
  });

  test('and ordinary ones are not', () => {
    expect(changeOf(entry('/./usr//bin/./a'))?.[0]).toEqual(['usr', 'bin', 'a']);
    expect(changeOf(entry('C:\\windows'))?.[0]).toEqual(['C:\\windows']);
    expect(changeOf(entry('a..b/...'))?.[0]).toEqual(['a..b', '...']);
  });
});

describe('what is held is bounded', () => {
  const layer = (add: (changes: ChangeList) => void): Changes => {
    const changes = new ChangeList();
    add(changes);
    return { whiteouts: new ChangeList(), changes };
  };

  test('400 000 folders and links are put together, one more is not', () => {
    const files = new ImageFileSystem();
    files.apply(
      layer((changes) => {
        for (let index = 0; index < 399_999; index += 1)
          changes.add(['d', String(index)], { kind: 'directory' });
      }),
    );
    expect(() => {
      files.apply(
        layer((changes) => {
          changes.add(['one more'], { kind: 'symlink', target: 'x' });
        }),
      );
    }).toThrow(TooLarge);
  });

  test('links that make every name long', () => {
    const files = new ImageFileSystem();
    const tangled = layer((changes) => {
      for (let index = 0; index < 40; index += 1)
        changes.add([`l${index}`], { kind: 'symlink', target: `${'d/../'.repeat(800)}l${index + 1}` });
      for (let index = 0; index < 3000; index += 1) changes.add(['l0', String(index)], { kind: 'data' });
    });
    expect(() => {
      files.apply(tangled);
    }).toThrow(TooLarge);
  });
});

describe('a packed list gives back what was put in', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
  const change = fc.oneof(
    fc.constantFrom<Change>(
      { kind: 'data' },
      { kind: 'directory' },
      { kind: 'removed' },
      { kind: 'emptied' },
    ),
    word.map((machine): Change => ({ kind: 'program', machine })),
    word.map((target): Change => ({ kind: 'symlink', target })),
    word.map((target): Change => ({ kind: 'hardlink', target })),
    word.map((what): Change => ({ kind: 'unknown', what })),
    fc
      .tuple(word, word)
      .map(([interpreter, argument]): Change => ({ kind: 'script', interpreter, argument })),
  );
  const parts = fc.array(fc.oneof(fc.constantFrom('usr', 'bin', 'lib'), word), { maxLength: 6 });

  test('in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(parts, change)), (changes) => {
        const list = new ChangeList();
        for (const each of changes) list.add(...each);
        expect([...list]).toEqual(changes.map(([where, what]) => ({ parts: where, change: what })));
      }),
    );
  });

  test('a million files take less than 32 MiB', () => {
    const list = new ChangeList();
    for (let index = 0; index < 1_000_000; index += 1)
      list.add(['usr', 'lib', `folder-${index >> 8}`, `file-${index}.js`], { kind: 'data' });
    expect(list.bytes).toBeLessThan(32 * 2 ** 20);
  });
});

describe('against a model that keeps every path as a text', () => {
  const paths = ['a', 'b', 'a/b', 'a/c', 'b/a', 'a/b/c', 'b/c', 'c'];
  const path = fc.constantFrom(...paths);
  const target = fc.constantFrom('a', 'b', '../a', '/b', 'c', 'b/c', '.', '..', '/a/b', 'nowhere');
  const entry = fc.oneof(
    fc
      .tuple(path, fc.constantFrom('amd64', 's390x', 'ppc64le') as fc.Arbitrary<'amd64' | 's390x'>)
      .map(([name, machine]) => program(name, machine)),
    path.map((name) => script(name, '#!/a')),
    path.map((name) => ({ name, content: 'data' })),
    path.map(folder),
    fc.tuple(path, target).map(([name, to]) => link(name, to)),
    fc.tuple(path, path).map(([name, to]) => hardlink(name, to)),
    path.map((name) => ({ name: name.replace(/[^/]+$/, '.wh.$&') })),
    path.map((name) => ({ name: `${name}/.wh..wh..opq` })),
  );

  test('every path leads to the same', () => {
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 4 }), (layers) => {
        const files = fileSystemOf(...layers);
        const model = new Model();
        for (const layer of layers) model.apply(walk(tar(layer)));
        for (const each of [...paths, 'a/b/c/a', 'b/b', 'c/a', 'c/b/c']) {
          expect([each, found(files, each)]).toEqual([each, model.found(each)]);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

/** Paths and what is there, links resolved by rewriting the text from the left. */
class Model {
  #nodes = new Map<string, Change>();

  apply(entries: readonly TarEntry[]): void {
    const changes = entries.flatMap((entry) => {
      const change = changeOf(entry);
      return change === undefined ? [] : [[change[0].join('/'), change[1]] as const];
    });
    for (const [path, { kind }] of changes) {
      if (kind === 'removed') this.#drop(this.#real(path, false));
      if (kind === 'emptied') {
        const real = this.#real(path, true);
        if (real !== undefined && this.#kind(real) === 'directory') this.#dropBelow(real);
      }
    }
    for (const [path, change] of changes)
      if (change.kind !== 'removed' && change.kind !== 'emptied') this.#put(path, change);
  }

  found(path: string): string | undefined {
    const real = this.#real(path, true);
    const node = real === undefined ? undefined : this.#nodes.get(real);
    if (node === undefined || ['directory', 'symlink', 'data'].includes(node.kind)) return undefined;
    return `${String(real)} ${node.kind === 'program' ? node.machine : node.kind}`;
  }

  #put(path: string, change: Change): void {
    if (change.kind === 'directory') {
      const there = this.#real(path, true);
      if (there !== undefined && this.#kind(there) === 'directory') return;
    }
    const targetPath = change.kind === 'hardlink' ? pathParts(change.target)?.join('/') : undefined;
    const target =
      targetPath === undefined ? undefined : this.#nodes.get(this.#real(targetPath, false) ?? '?');
    const node: Change = change.kind === 'hardlink' ? (target ?? { kind: 'data' }) : change;
    const real = this.#real(path, false, true);
    if (real === undefined || real === '') return;
    this.#drop(real);
    this.#nodes.set(real, node.kind === 'directory' && change.kind === 'hardlink' ? { kind: 'data' } : node);
  }

  #kind(path: string): string | undefined {
    return path === '' ? 'directory' : this.#nodes.get(path)?.kind;
  }

  #drop(path: string | undefined): void {
    if (path === undefined) return;
    this.#nodes.delete(path);
    this.#dropBelow(path);
  }

  #dropBelow(path: string): void {
    for (const each of [...this.#nodes.keys()])
      if (path === '' || each.startsWith(`${path}/`)) this.#nodes.delete(each);
  }

  /** A path without links; undefined where something on the way is missing or no folder, unless folders are `made`. */
  #real(path: string, followLast: boolean, made = false): string | undefined {
    let rest = path.split('/');
    let real: string[] = [];
    for (let links = 0; rest.length > 0;) {
      const [name = '', ...more] = rest;
      rest = more;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        real = real.slice(0, -1);
        continue;
      }
      const here = [...real, name].join('/');
      const node = this.#nodes.get(here);
      const isLast = more.length === 0;
      if (node?.kind === 'symlink' && (followLast || !isLast)) {
        links += 1;
        if (links > 40) return undefined;
        if (node.target.startsWith('/')) real = [];
        rest = [...node.target.split('/'), ...more];
        continue;
      }
      if (!isLast && node?.kind !== 'directory') {
        if (!made) return undefined;
        this.#nodes.set(here, { kind: 'directory' });
      }
      real = [...real, name];
    }
    return real.join('/');
  }
}
