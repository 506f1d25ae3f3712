import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { classify } from '../../../src/engines/failures/failures.ts';
import { failedLine, stepFailure } from '../../../src/engines/failures/step-failures.ts';

const said = readFileSync(new URL('./fixtures/buildx-step-failed.txt', import.meta.url), 'utf8');

/** As they were reported by others, on machines that we have not. */
const rows: readonly (readonly [line: string, says: RegExp, cure: RegExp])[] = [
  [
    'Fatal glibc error: CPU lacks ISA 3.00 support (POWER9 or later required)',
    /newer processor .*: CPU lacks ISA 3\.00 support \(POWER9 or later required\)$/,
    /RHEL 9/,
  ],
  [
    'Fatal glibc error: CPU lacks VXE support (z14 or later required)',
    /newer processor .*: CPU lacks VXE support \(z14 or later required\)$/,
    /older processors/,
  ],
  ['Fatal glibc error: CPU does not support x86-64-v3', /does not support x86-64-v3$/, /RHEL 10/],
  [
    'This program can only be run on AMD64 processors with v3 microarchitecture support.',
    /newer processor/,
    /newer machine/,
  ],
  [
    'qemu: uncaught target signal 11 (Segmentation fault) - core dumped',
    /^QEMU crashed with signal 11 while it emulated linux\/ppc64le$/,
    /linux\/ppc64le machine/,
  ],
  ['dial udp 127.0.0.53:53: socket: permission denied', /security profile/, /AppArmor .* another name/],
  [
    'curl: (6) Could not resolve host: dl-cdn.alpinelinux.org',
    /network: Could not resolve host: dl-cdn/,
    /MTU/,
  ],
  [
    "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'",
    /Temporary failure resolving 'deb\.debian\.org'/,
    /name server/,
  ],
  ["wget: bad address 'example.org'", /bad address 'example\.org'/, /name server/],
  ['proxyconnect tcp: net/http: TLS handshake timeout', /TLS handshake timeout/, /MTU/],
  ['Illegal instruction (core dumped)', /instruction that this processor does not know/, /newer processor/],
];

describe('the last words of a build step', () => {
  test.each(rows)('%s', (line, says, cure) => {
    const found = stepFailure(`compiling\n${line}\nmake: *** [all] Error 1`, 'linux/ppc64le');
    expect(found?.says).toMatch(says);
    expect(found?.cure).toMatch(cure);
    const podman = `STEP 3/4: RUN make\n${line}\nError: building at STEP "RUN make": while running runtime: exit status 1\n`;
    const error = classify(podman, 1, {
      engine: 'podman',
      doing: 'build',
      platform: { os: 'linux', architecture: 'ppc64le' },
    });
    expect(error.code).toBe('E_BUILD');
    expect(error.message).toMatch(new RegExp(says.source.replace(/\$$/, '')));
  });

  test('of a program that failed by itself say nothing that we know better', () => {
    expect(stepFailure('oh no\nexit status 3', 'linux/amd64')).toBeUndefined();
  });
});

describe('the line of the Dockerfile', () => {
  test('as BuildKit tells it', () => {
    expect(failedLine(said)).toBe(5);
    expect(failedLine(said.replaceAll('\n', '\r\n'))).toBe(5);
    const error = classify(said, 1, { engine: 'docker', doing: 'build', file: '/src/Dockerfile' });
    expect(error).toMatchObject({ code: 'E_BUILD', place: { file: '/src/Dockerfile', line: 5 } });
  });

  test.each([
    ['nothing', ''],
    ['another number', said.replace('Dockerfile:5', 'Dockerfile:6')],
    ['no mark', said.replace('>>>', '   ')],
    ['words of a step that look like it', 'Dockerfile:5\n'],
  ])('is not guessed from %s', (_, output) => {
    expect(failedLine(output)).toBeUndefined();
  });
});
