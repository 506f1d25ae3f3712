import { describe, expect, test } from '@jest/globals';
import type { ImageConfig } from '../../../src/oci/config.ts';
import { startedPrograms } from '../../../src/verify/content/entrypoint.ts';
import { fileSystemOf, folder, hardlink, imageConfig, link, program, script } from './support.ts';

/** As much of a Debian image as the rules are about; `/opt` is where programs of other machines are. */
const files = fileSystemOf([
  link('bin', 'usr/bin'),
  link('sbin', 'usr/sbin'),
  ...['dash', 'bash', 'env', 'nice', 'python3.11', 'catatonit', 'node', 'cat'].map((name) =>
    program(`usr/bin/${name}`),
  ),
  link('usr/bin/sh', 'dash'),
  link('usr/bin/python3', 'python3.11'),
  program('usr/local/bin/gosu'),
  program('usr/sbin/nginx', 'arm64'),
  program('sbin/tini'),
  program('init-static'),
  link('init', 'sbin/tini'),
  { name: 'usr/local/bin/nginx.conf', content: 'data' },
  folder('usr/local/sbin/nginx'),
  link('usr/bin/java', '/etc/alternatives/java'),
  link('etc/alternatives/java', '/usr/lib/jvm/java-17/bin/java'),
  program('usr/lib/jvm/java-17/bin/java', 's390x'),
  program('lib64/ld-linux-x86-64.so.2'),
  program('opt/app/server', 'arm64'),
  program('opt/app/bin/worker', 's390x'),
  program('opt/bin/tool', 'ppc64le'),
  script('docker-entrypoint.sh', '#!/bin/sh -e'),
  script('entry.bash', '#!/usr/bin/env bash'),
  script('usr/local/bin/gunicorn', '#!/usr/local/bin/python3'),
  link('usr/local/bin/python3', '../../bin/python3.11'),
  script('split.py', '#!/usr/bin/env -S python3 -u'),
  script('assigned.py', '#!/usr/bin/env -vS PYTHONPATH=/x python3 -u'),
  script('chained', '#!/docker-entrypoint.sh'),
  script('loop', '#!/loop'),
  script('lost', '#!/usr/bin/ruby'),
  script('crlf', '#!/bin/sh\r'),
  script('relative', '#!opt/app/server'),
  script('busybox.sh', '#!/busybox/sh'),
  program('busybox/busybox', 'ppc64le'),
  link('busybox/sh', 'busybox'),
  hardlink('busybox/env', 'busybox/busybox'),
  { name: 'text', content: 'no program' },
]);

function started(config: Partial<ImageConfig>): string[] {
  return startedPrograms(imageConfig(config), files).flatMap(({ path, file }) =>
    file.kind === 'program' ? [path] : [],
  );
}

type Case = [words: string[], programs: string[]];

describe('a command leads to', () => {
  test.each<Case>([
    [['/opt/app/server', '--flag'], ['opt/app/server']],
    [['nginx', '-g', 'daemon off;'], ['usr/sbin/nginx']],
    [['java', '-jar', '/opt/app/server'], ['usr/lib/jvm/java-17/bin/java']],
    [['node', '/opt/app/server'], ['usr/bin/node']],
    [['cat', '/opt/app/server'], ['usr/bin/cat']],
    [['nginx.conf'], []],
    [['text'], []],
    [['/text'], []],
    [['/usr/bin'], []],
    [['nothing'], []],
    [[''], []],
    [[], []],
  ])('%j: what its first word names: %j', (cmd, programs) => {
    expect(started({ cmd })).toEqual(programs);
  });

  test.each<Case>([
    [['gunicorn', 'app:wsgi'], ['usr/bin/python3.11']],
    [['/split.py'], ['usr/bin/env', 'usr/bin/python3.11']],
    [['/assigned.py'], ['usr/bin/env', 'usr/bin/python3.11']],
    [['/entry.bash'], ['usr/bin/env', 'usr/bin/bash']],
    [['/crlf'], ['usr/bin/dash']],
    [['/busybox.sh'], ['busybox/busybox']],
    [['/chained'], ['usr/bin/dash']],
    [['/lost'], []],
    [['/loop'], []],
    [['/relative'], ['opt/app/server']],
  ])('%j: the interpreters of a script: %j', (cmd, programs) => {
    expect(started({ cmd })).toEqual(programs);
  });

  test.each<Case>([
    [
      ['tini', '--', '/opt/app/server'],
      ['usr/sbin/tini', 'opt/app/server'],
    ],
    [
      ['/sbin/tini', '-g', '-p', 'SIGTERM', '/opt/app/server', '-p'],
      ['usr/sbin/tini', 'opt/app/server'],
    ],
    [['dumb-init', '--rewrite', '15:3', '--', '/opt/app/server'], ['opt/app/server']],
    [
      ['catatonit', '--', 'nginx'],
      ['usr/bin/catatonit', 'usr/sbin/nginx'],
    ],
    [
      ['gosu', 'www-data:www-data', 'nginx'],
      ['usr/local/bin/gosu', 'usr/sbin/nginx'],
    ],
    [['su-exec', 'nobody', '/opt/app/server'], ['opt/app/server']],
    [['s6-setuidgid', 'nobody', '/opt/app/server'], ['opt/app/server']],
    [
      ['env', '-i', '-u', 'X', 'A=b', 'C=d', '/opt/app/server'],
      ['usr/bin/env', 'opt/app/server'],
    ],
    [
      ['env', '-S', 'A=b nginx -x', 'y'],
      ['usr/bin/env', 'usr/sbin/nginx'],
    ],
    [
      ['env', '--split-string=nginx -x'],
      ['usr/bin/env', 'usr/sbin/nginx'],
    ],
    [['env'], ['usr/bin/env']],
    [
      ['nice', '-n', '5', '/opt/app/server'],
      ['usr/bin/nice', 'opt/app/server'],
    ],
    [
      ['nice', '-5', '/opt/app/server'],
      ['usr/bin/nice', 'opt/app/server'],
    ],
    [['timeout', '-k', '5', '60', '/opt/app/server'], ['opt/app/server']],
    [['chpst', '-u', 'x', '/opt/app/server'], ['opt/app/server']],
    [
      ['/lib64/ld-linux-x86-64.so.2', '--library-path', '/l', '/opt/app/server'],
      ['lib64/ld-linux-x86-64.so.2', 'opt/app/server'],
    ],
    [
      ['tini', '--', 'gosu', 'me', 'env', 'A=b', 'nginx'],
      ['usr/sbin/tini', 'usr/local/bin/gosu', 'usr/bin/env', 'usr/sbin/nginx'],
    ],
    [
      ['/busybox/busybox', 'sh', '-c', '/opt/app/server'],
      ['busybox/busybox', 'opt/app/server'],
    ],
    [
      ['/busybox/busybox', 'env', '/opt/app/server'],
      ['busybox/busybox', 'opt/app/server'],
    ],
    [['constructor', '/opt/app/server'], []],
  ])('%j: what a launcher starts: %j', (cmd, programs) => {
    expect(started({ cmd })).toEqual(programs);
  });

  test.each<[string, string[]]>([
    ['exec /opt/app/server --flag', ['opt/app/server']],
    ['nginx', ['usr/sbin/nginx']],
    ['exec "/opt/app/server" "$@"', ['opt/app/server']],
    ["'/opt/app/server'", ['opt/app/server']],
    ['A=b C=d exec -a name /opt/app/server > /log 2>&1', ['opt/app/server']],
    ['cd /opt/app && ./server', ['opt/app/server']],
    ['cd /opt && cd app && exec bin/worker', ['opt/app/bin/worker']],
    ['set -e; cat x; exec /opt/app/server | cat', ['usr/bin/cat', 'opt/app/server']],
    ['gosu me /opt/app/server &', ['usr/local/bin/gosu', 'opt/app/server']],
    ['[ "$(uname -m)" = x86_64 ] && /opt/app/server', []],
    ['if cat x; then /opt/app/server; fi', []],
    ['$APP', []],
    ['$(nginx)', []],
    ['`nginx`', []],
    ['cat || /opt/app/server', ['usr/bin/cat']],
    ['"nginx', []],
    ['nginx"', []],
    ['', []],
    ['  \n ; && ', []],
  ])('sh -c %j: the commands that need no shell to be understood: %j', (line, programs) => {
    expect(started({ cmd: ['/bin/sh', '-c', line] })).toEqual(['usr/bin/dash', ...programs]);
  });

  test.each<[string, string[]]>([
    ['exec $HOME_OF_APP/server', ['opt/app/server']],
    ['${HOME_OF_APP}/bin/worker --x', ['opt/app/bin/worker']],
    ['"$HOME_OF_APP/server"', ['opt/app/server']],
    ["'$HOME_OF_APP/server'", []],
    ['$START', ['opt/app/bin/worker']],
    ['"$START"', []],
    ['nginx $NOTHING; /opt/app/server', ['usr/sbin/nginx', 'opt/app/server']],
    ['A="x y" /opt/app/server', ['opt/app/server']],
    ['HOME_OF_APP=/x; $HOME_OF_APP/server', []],
    ['X=/opt/app; exec $X/server', ['opt/app/server']],
    ['export X="$HOME_OF_APP/bin"; exec $X/worker', ['opt/app/bin/worker']],
    ['. /env; exec $HOME_OF_APP/server', []],
    ['exec $UNKNOWN/server', []],
    ['set -e\nexec /opt/app/server\n', ['opt/app/server']],
    ['exec "$0" "$@"', ['opt/bin/tool']],
    ['exec "$@"', ['usr/sbin/nginx']],
    ['exec "${START%% *}"', []],
  ])('sh -c %j tool nginx -x: as the environment of the image says: %j', (line, programs) => {
    const env = ['HOME_OF_APP=/opt/app', 'START=/opt/app/bin/worker --flag', 'NOTHING=', 'PATH=/usr/sbin'];
    expect(started({ cmd: ['/bin/sh', '-c', line, '/opt/bin/tool', 'nginx', '-x'], env })).toEqual([
      'usr/bin/dash',
      ...programs,
    ]);
  });

  test.each<Case>([
    [
      ['/init', '--', '/opt/app/server'],
      ['usr/sbin/tini', 'opt/app/server'],
    ],
    [['/tini-ppc64le', '--', '/opt/app/server'], ['opt/app/server']],
    [['/dumb-init_1.2.5_x86_64', '/opt/app/server'], ['opt/app/server']],
    [['gosu-s390x', 'me', '/opt/app/server'], ['opt/app/server']],
    [['/init-static', '/opt/app/server'], ['init-static']],
  ])('%j: a launcher under another name: %j', (cmd, programs) => {
    expect(started({ cmd })).toEqual(programs);
  });

  test.each<Case>([
    [
      ['sh', '-ec', 'nginx'],
      ['usr/bin/dash', 'usr/sbin/nginx'],
    ],
    [
      ['bash', '-o', 'pipefail', '-c', 'nginx'],
      ['usr/bin/bash', 'usr/sbin/nginx'],
    ],
    [
      ['bash', '-euo', 'pipefail', '-c', 'nginx'],
      ['usr/bin/bash', 'usr/sbin/nginx'],
    ],
    [
      ['bash', '--norc', '-c', '--', 'nginx'],
      ['usr/bin/bash', 'usr/sbin/nginx'],
    ],
    [
      ['sh', '/docker-entrypoint.sh'],
      ['usr/bin/dash', 'usr/bin/dash'],
    ],
    [['sh', '-c'], ['usr/bin/dash']],
    [['sh'], ['usr/bin/dash']],
  ])('%j: %j', (cmd, programs) => {
    expect(started({ cmd })).toEqual(programs);
  });
});

describe('entry point and command', () => {
  test('are one command line', () => {
    expect(started({ entrypoint: ['tini', '--'], cmd: ['nginx'] })).toEqual([
      'usr/sbin/tini',
      'usr/sbin/nginx',
    ]);
    expect(started({ entrypoint: ['/opt/app/server'], cmd: ['nginx'] })).toEqual(['opt/app/server']);
  });

  test('a shell script as the entry point runs the command', () => {
    const both = ['usr/bin/dash', 'usr/sbin/nginx'];
    expect(started({ entrypoint: ['/docker-entrypoint.sh'], cmd: ['nginx', '-g'] })).toEqual(both);
    expect(started({ entrypoint: ['tini', '/docker-entrypoint.sh'], cmd: ['nginx'] })).toEqual([
      'usr/sbin/tini',
      ...both,
    ]);
    expect(started({ entrypoint: ['/entry.bash'], cmd: ['nginx'] })).toContain('usr/sbin/nginx');
    expect(started({ entrypoint: ['/docker-entrypoint.sh'], cmd: ['--flag', 'nginx'] })).toEqual([
      'usr/bin/dash',
    ]);
    expect(started({ entrypoint: ['/split.py'], cmd: ['/opt/app/server'] })).not.toContain('opt/app/server');
  });

  test('are looked for in PATH, the last of several, and in the working folder', () => {
    const env = ['PATH=/nowhere', 'PATH=:opt/bin:/opt/app', 'NOPATH=/x'];
    expect(started({ cmd: ['tool'], env, workingDir: '/' })).toEqual(['opt/bin/tool']);
    expect(started({ cmd: ['tool'], env, workingDir: '/opt' })).toEqual([]);
    expect(started({ cmd: ['server'], env })).toEqual(['opt/app/server']);
    expect(started({ cmd: ['./server'], workingDir: '/opt/app' })).toEqual(['opt/app/server']);
    expect(started({ cmd: ['bin/worker'], workingDir: 'opt/app/' })).toEqual(['opt/app/bin/worker']);
    expect(started({ cmd: ['../bin/tool'], workingDir: '/opt/app' })).toEqual(['opt/bin/tool']);
  });

  test('tell the way for people', () => {
    const [, second, third] = startedPrograms(
      imageConfig({ entrypoint: ['/docker-entrypoint.sh'], cmd: ['nginx'] }),
      files,
    );
    expect(second?.via).toBe('/docker-entrypoint.sh -> /bin/sh -> /usr/bin/dash');
    expect(third?.via).toBe('/docker-entrypoint.sh -> /usr/sbin/nginx');
  });

  test('of a hostile config end soon', () => {
    const many = Array.from({ length: 100_000 }, () => 'env');
    const path = `PATH=${'/nowhere:'.repeat(100_000)}`;
    const line = 'cat;'.repeat(100_000);
    expect(started({ cmd: many, env: [path] }).length).toBeLessThan(100);
    expect(started({ cmd: ['busybox', ...many.map(() => 'busybox')] })).toEqual([]);
    expect(started({ cmd: ['sh', '-c', line] }).length).toBeLessThan(100);
    expect(started({ cmd: ['env', ...many.map(() => '-S')] })).toEqual(['usr/bin/env']);
    expect(started({ cmd: ['env', '-S', '-S '.repeat(100_000)] })).toEqual(['usr/bin/env']);
    const nested = Array.from({ length: 20 }, () => ['/docker-entrypoint.sh', 'tini', '--']).flat();
    expect(started({ cmd: nested }).length).toBeLessThanOrEqual(100);
  });
});
