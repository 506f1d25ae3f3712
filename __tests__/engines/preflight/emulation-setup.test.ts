import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { lookUpEmulation } from '../../../src/engines/preflight/binfmt.ts';
import {
  binfmtImage,
  registration,
  setUpEmulation,
  type SetupOptions,
} from '../../../src/engines/preflight/emulation-setup.ts';
import { probeProgram } from '../../../src/engines/preflight/probe.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { pathWith, recordingLog, scripted, temporaryFolder } from '../support/scripted.ts';

const s390x = parsePlatform('linux/s390x');
const entry = (interpreter: string, flags = 'F', first = 'enabled'): string =>
  `${first}\ninterpreter ${interpreter}\nflags: ${flags}\noffset 0\nmagic 7f454c4602020100000000000000000000020016\nmask ffffffffffffff00fffffffffffffffffffeffff\n`;

/** A host whose kernel knows nothing yet: what is written to `register` becomes an entry only where `works` says so. */
function host(tools: readonly string[], overrides: Partial<SetupOptions> = {}, answer: Answer = noAnswer) {
  const root = temporaryFolder({ register: '', status: 'enabled\n' });
  const path = pathWith(...tools);
  const exec = scripted(answer(root));
  const log = recordingLog();
  const options: SetupOptions = {
    env: { PATH: path },
    log: log.log,
    exec: exec.exec,
    local: true,
    uid: 0,
    root,
    ...overrides,
  };
  return { root, path, options, lines: () => exec.lines(), log: log.lines };
}

type Answer = (root: string) => (line: string) => { code: number; stderr: string } | undefined;

const noAnswer: Answer = () => () => undefined;

/** The test host's own static program, under the name of an interpreter. */
function putInterpreter(
  folder: string,
  name: string,
  program: Buffer | undefined = probeProgram('amd64'),
): void {
  writeFileSync(join(folder, name), program ?? '', { mode: 0o755 });
}

describe('the line that registers an interpreter', () => {
  test.each([
    [
      'linux/s390x',
      String.raw`:qemu-s390x:M::\x7f\x45\x4c\x46\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff:/usr/bin/qemu:F`,
    ],
    [
      'linux/ppc64le',
      String.raw`:qemu-s390x:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x15\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu:F`,
    ],
  ])('for %s', (platform, line) => {
    expect(registration('qemu-s390x', parsePlatform(platform), '/usr/bin/qemu')).toBe(line);
  });

  test('there is none for a machine that we know no program of', () => {
    expect(() => registration('x', parsePlatform('linux/mips64le'), '/q')).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED' }),
    );
  });
});

describe('an interpreter on disk', () => {
  test('is registered, and stays', async () => {
    const one = host([]);
    putInterpreter(one.path, 'qemu-s390x-static');
    let asked = 0;
    const done = await setUpEmulation(s390x, {
      ...one.options,
      lookUpEmulation: () => {
        asked += 1;
        return asked === 1
          ? lookUpEmulation('s390x', one.root)
          : Promise.resolve({
              kind: 'registered',
              name: 'qemu-s390x',
              interpreter: '/q',
              flags: 'F',
              enabled: true,
            });
      },
    });
    expect(done).toBe(`registered ${one.path}/qemu-s390x-static in binfmt_misc as qemu-s390x with flag F`);
    expect(readFileSync(join(one.root, 'register'), 'utf8')).toBe(
      registration('qemu-s390x', s390x, `${one.path}/qemu-s390x-static`),
    );
    expect(one.lines()).toEqual([]);
    expect(one.log.join('\n')).toContain('It stays when this leg ends');
  });

  test('that is switched off is switched on', async () => {
    const one = host([]);
    putInterpreter(one.path, 'qemu-s390x-static');
    writeFileSync(join(one.root, 'mine'), entry('/q', 'F', 'disabled'));
    expect(await setUpEmulation(s390x, one.options)).toBe('switched mine on');
    expect(readFileSync(join(one.root, 'mine'), 'utf8')).toBe('1');
  });

  test('beside an entry of somebody else without flag F gets a name of our own', async () => {
    const one = host([]);
    putInterpreter(one.path, 'qemu-s390x-static');
    writeFileSync(join(one.root, 'qemu-s390x'), entry('/q', 'OC'));
    await expect(setUpEmulation(s390x, one.options)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    expect(readFileSync(join(one.root, 'register'), 'utf8')).toMatch(/^:native-multiarch-s390x:/u);
    expect(readFileSync(join(one.root, 'qemu-s390x'), 'utf8')).toBe(entry('/q', 'OC'));
  });

  test('that needs a loader is none: the loader would not be in the container', async () => {
    const one = host([]);
    copyFileSync(process.execPath, join(one.path, 'qemu-s390x'));
    await expect(setUpEmulation(s390x, one.options)).rejects.toMatchObject({
      message: expect.stringContaining('there is no static qemu-s390x on PATH'),
    });
  });

  test('is registered through sudo where it asks for no password, and binfmt_misc is mounted first', async () => {
    const one = host(
      ['sudo', 'mount', 'tee'],
      { uid: 1000, root: '/nonexistent/binfmt_misc' },
      () => (line) =>
        line.includes('tee')
          ? { code: 1, stderr: 'tee: /nonexistent/binfmt_misc/register: Permission denied' }
          : undefined,
    );
    putInterpreter(one.path, 'qemu-s390x-static');
    await expect(setUpEmulation(s390x, one.options)).rejects.toMatchObject({
      message: expect.stringContaining(
        "/nonexistent/binfmt_misc/register can't be written: tee: /nonexistent/binfmt_misc/register: Permission denied",
      ),
    });
    expect(one.lines().slice(0, 4)).toEqual([
      'sudo -n true',
      'sudo -n mount -t binfmt_misc binfmt_misc /nonexistent/binfmt_misc',
      'sudo -n true',
      'sudo -n tee /nonexistent/binfmt_misc/register',
    ]);
  });
});

describe('packages', () => {
  const registers = (root: string) => (line: string) => {
    if (line.includes('install'))
      writeFileSync(join(root, 'qemu-s390x'), entry('/usr/bin/qemu-s390x-static', 'PF'));
    return undefined;
  };

  test.each([
    [
      'apt-get',
      [
        'env DEBIAN_FRONTEND=noninteractive apt-get update -q',
        'env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends qemu-user-static',
      ],
      'installed qemu-user-static with apt-get',
    ],
    [
      'dnf',
      ['env DEBIAN_FRONTEND=noninteractive dnf install -y qemu-user-static'],
      'installed qemu-user-static with dnf',
    ],
    [
      'zypper',
      ['env DEBIAN_FRONTEND=noninteractive zypper --non-interactive install qemu-linux-user'],
      'installed qemu-linux-user with zypper',
    ],
  ])('of %s', async (manager, lines, done) => {
    const one = host(['env', manager], {}, registers);
    expect(await setUpEmulation(s390x, one.options)).toBe(done);
    expect(one.lines()).toEqual(lines);
  });

  test('need root, or a sudo that asks for no password', async () => {
    const one = host(['env', 'apt-get', 'sudo'], { uid: 1000 }, () => () => ({
      code: 1,
      stderr: 'sudo: a password is required',
    }));
    await expect(setUpEmulation(s390x, one.options)).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('packages need root, or a sudo that asks for no password'),
    });
    expect(one.lines()).toEqual(['sudo -n true']);
  });

  test('that register nothing by themselves are registered by us', async () => {
    const one = host(['env', 'apt-get'], {}, () => (line) => {
      if (line.includes('install')) putInterpreter(one.path, 'qemu-s390x-static');
      return undefined;
    });
    await expect(setUpEmulation(s390x, one.options)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    expect(readFileSync(join(one.root, 'register'), 'utf8')).toMatch(/^:qemu-s390x:M::/u);
  });
});

describe('the pinned image', () => {
  test('is run by the engine, where nothing else goes', async () => {
    const calls: unknown[] = [];
    const one = host([]);
    const done = await setUpEmulation(s390x, {
      ...one.options,
      runPrivileged: (image, args) => {
        calls.push([image, args]);
        writeFileSync(join(one.root, 'qemu-s390x'), entry('/usr/bin/qemu-s390x', 'POCF'));
        return Promise.resolve({ code: 0, stdout: '', stderr: '' });
      },
    });
    expect(calls).toEqual([[binfmtImage, ['--install', 's390x']]]);
    expect(done).toBe(`installed QEMU for s390x from ${binfmtImage}`);
    expect(binfmtImage).toMatch(/^docker\.io\/[a-z/]+:[\w.-]+@sha256:[0-9a-f]{64}$/u);
  });

  test('is the only way to an engine on another machine', async () => {
    const one = host(['env', 'apt-get'], { local: false });
    putInterpreter(one.path, 'qemu-s390x-static');
    await setUpEmulation(s390x, {
      ...one.options,
      runPrivileged: () => Promise.resolve({ code: 0, stdout: '', stderr: '' }),
    });
    expect(one.lines()).toEqual([]);
    expect(readFileSync(join(one.root, 'register'), 'utf8')).toBe('');
  });

  test('what every way came to is told', async () => {
    const one = host([]);
    const failed = setUpEmulation(s390x, {
      ...one.options,
      runPrivileged: () => Promise.resolve({ code: 125, stdout: '', stderr: 'Error: no such host' }),
    });
    await expect(failed).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: `setup-emulation could not install emulation of linux/s390x: there is no static qemu-s390x on PATH; there is no apt-get, dnf or zypper on PATH; ${binfmtImage} failed: Error: no such host`,
      hint: expect.stringContaining('qemu-user-static'),
    });
  });
});
