import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorLine, type CodedError } from '../../src/errors.ts';
import { architectures, operatingSystems } from '../../src/platform/architectures.ts';
import {
  formatPlatform,
  normalisePlatform,
  parsePlatform,
  platformArch,
  platformKey,
  platformOfJson,
  platformSlug,
  platformToJson,
  samePlatform,
  type RawPlatform,
} from '../../src/platform/platform.ts';
import { failure } from '../support/failure.ts';

describe('parsePlatform', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/X86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux/X64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/amd64/3', 'linux/amd64/v3'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm64/v8.0', 'linux/arm64'],
    ['linux/arm64/V8', 'linux/arm64'],
    ['linux/arm64/v8.2', 'linux/arm64/v8.2'],
    ['linux/arm64/8.2', 'linux/arm64/v8.2'],
    ['linux/arm64/v9', 'linux/arm64/v9'],
    ['linux/arm64/9', 'linux/arm64/v9'],
    ['linux/arm64/9.0', 'linux/arm64/v9'],
    ['linux/arm64/v9.0', 'linux/arm64/v9'],
    ['linux/arm64/v9.2', 'linux/arm64/v9.2'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/arm/5', 'linux/arm/v5'],
    ['linux/arm/v8', 'linux/arm/v8'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/armv6l', 'linux/arm/v6'],
    ['linux/armhf/v7', 'linux/arm/v7'],
    ['linux/i386', 'linux/386'],
    ['linux/i686', 'linux/386'],
    ['linux/ppc64el', 'linux/ppc64le'],
    ['linux/powerpc64le', 'linux/ppc64le'],
    ['linux/PPC64LE', 'linux/ppc64le'],
    ['linux/ppc64le/power9', 'linux/ppc64le/power9'],
    ['linux/ppc64le/Power10', 'linux/ppc64le/power10'],
    ['linux/s390x', 'linux/s390x'],
    ['linux/riscv64', 'linux/riscv64'],
    ['linux/riscv64/rva22u64', 'linux/riscv64/rva22u64'],
    ['linux/loong64', 'linux/loong64'],
    ['linux/loongarch64', 'linux/loong64'],
    ['linux/mips64le', 'linux/mips64le'],
    ['linux/mips64le/hardfloat', 'linux/mips64le/hardfloat'],
    ['macos/arm64', 'darwin/arm64'],
    ['aix/ppc64', 'aix/ppc64'],
    ['wasip1/wasm', 'wasip1/wasm'],
    ['windows/amd64', 'windows/amd64'],
    ['windows()/amd64', 'windows/amd64'],
    ['windows(10.0.17763)/amd64', 'windows(10.0.17763)/amd64'],
    ['windows(10.0.17763+win32k)/amd64', 'windows(10.0.17763+win32k)/amd64'],
    ['windows(10.0.17763%2Bbuild.42+win32k)/amd64', 'windows(10.0.17763%2Bbuild.42+win32k)/amd64'],
    ['windows(50%25done)/amd64', 'windows(50%25done)/amd64'],
    ['linux(+unsorted+erofs)/amd64', 'linux(+erofs+unsorted)/amd64'],
  ])('%s is %s', (text, canonical) => {
    expect(formatPlatform(parsePlatform(text))).toBe(canonical);
  });

  test.each([
    ['x86_64', 'linux/amd64'],
    ['amd64', 'linux/amd64'],
    ['armhf', 'linux/arm/v7'],
    ['arm64/v8', 'linux/arm64'],
    ['arm64/v9', 'linux/arm64/v9'],
    ['linux', 'linux/amd64'],
    ['macOS', 'darwin/arm64'],
    ['ppc64', 'linux/ppc64le'],
    ['linux/ppc64', 'linux/ppc64le'],
    ['linux/powerpc64', 'linux/ppc64le'],
    ['s390', 'linux/s390x'],
    ['linux/s390', 'linux/s390x'],
    ['linux/amd46', 'linux/amd64'],
    ['linux/arm46', 'linux/arm64'],
    ['linux/s390z', 'linux/s390x'],
    ['linx/amd64', 'linux/amd64'],
    ['linux-amd64', 'linux/amd64'],
    ['linux/amd64/v9', 'v2, v3, v4'],
    ['linux/arm/v9', 'v5, v6, v7, v8'],
    ['linux/arm64/v7', 'v8.2'],
    ['linux/ppc64le/p9', 'power9'],
    ['linux/armhf/v6', 'linux/arm/v6'],
    ['windows(10%zz)/amd64', '%25'],
  ])('%s is refused, and the hint has %s', (text, hint) => {
    const error = failure(() => parsePlatform(text));
    expect(error).toMatchObject({ code: 'E_PLATFORM' });
    expect(error.message).toContain(text);
    expect(error.hint).toContain(hint);
  });

  test.each(
    [
      [
        '',
        '   ',
        '/',
        '/linux/arm',
        'linux/',
        'linux/arm/',
        'linux//arm',
        'linux /arm',
        'linux/&arm',
        'linux/arm/foo/bar',
      ],
      [
        'linux/amd64\n',
        ' linux/amd64',
        'linux/amd64,linux/arm64',
        '*/amd64',
        'linux/*',
        'linux/amd64?',
        'linux\\amd64',
      ],
      [
        'unknown/unknown',
        'linux/unknown',
        '${{ matrix.platform }}',
        `linux/${'a'.repeat(300)}`,
        'linux(\u0000)/amd64',
      ],
      ['constructor/amd64', 'linux/__proto__', 'linux/toString'],
    ].flat(),
  )('%j is refused', (text) => {
    expect(failure(() => parsePlatform(text)).code).toBe('E_PLATFORM');
  });

  test('a control character from outside is not printed as itself', () => {
    expect(failure(() => parsePlatform('linux/\u001b[31mamd64')).message).not.toContain('\u001b');
  });

  test('every registered pair is known, but for the names that are mistaken for others', () => {
    const pairs = operatingSystems.flatMap((os) =>
      architectures.map((architecture) => `${os}/${architecture}`),
    );
    const readsBack = (pair: string): boolean => {
      try {
        const { os, architecture } = parsePlatform(pair);
        return `${os}/${architecture}` === pair;
      } catch {
        return false;
      }
    };
    expect(pairs.filter((pair) => !readsBack(pair))).toEqual(['linux/ppc64', 'linux/s390']);
  });
});

describe('normalisePlatform', () => {
  test('knows aliases, and lets through what this program has never heard of', () => {
    expect(normalisePlatform({ os: 'Linux', architecture: 'aarch64', variant: 'v8' })).toEqual({
      os: 'linux',
      architecture: 'arm64',
    });
    expect(normalisePlatform({ os: 'newos', architecture: 'e2k', variant: 'v4' })).toEqual({
      os: 'newos',
      architecture: 'e2k',
      variant: 'v4',
    });
  });

  test('empty strings, as Go writes them, are absent', () => {
    const raw = { os: 'linux', architecture: 'arm64', variant: '', osVersion: '', osFeatures: [''] };
    expect(normalisePlatform(raw)).toEqual({ os: 'linux', architecture: 'arm64' });
  });

  test.each([
    { os: '', architecture: 'amd64' },
    { os: 'linux', architecture: '' },
    { os: 'linux', architecture: 'amd64\n' },
    { os: 'linux', architecture: 'a/b' },
    { os: 'linux', architecture: 'a'.repeat(1_000_000) },
    { os: 'linux', architecture: 'amd64', variant: 'v 8' },
    { os: 'linux', architecture: 'amd64', osVersion: '10.0 ' },
    { os: 'linux', architecture: 'amd64', osFeatures: ['ok', '\u202e'] },
  ])('refuses a part that is no word: %j', (raw) => {
    const error = failure(() => normalisePlatform(raw));
    expect(error.code).toBe('E_PLATFORM');
    expect(error.message.length).toBeLessThan(300);
  });
});

describe('comparing and printing', () => {
  test('arm64 and arm64/v8 are the same, versions and features tell apart', () => {
    const platform = parsePlatform('linux/arm64');
    expect(samePlatform(platform, { os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe(true);
    expect(samePlatform(platform, { ...platform, osVersion: '1' })).toBe(false);
    expect(samePlatform(platform, { ...platform, osFeatures: ['a'] })).toBe(false);
    expect(platformKey({ ...platform, osFeatures: ['b', 'a', 'b'] })).toBe(
      platformKey({ ...platform, osFeatures: ['a', 'b'] }),
    );
  });

  test('names for tags and files', () => {
    expect(platformArch(parsePlatform('linux/arm/v7'))).toBe('arm');
    expect(platformSlug(parsePlatform('linux/arm/v7'))).toBe('linux-arm-v7');
    expect(platformSlug(parsePlatform('windows(10.0%2Fx+win32k)/amd64'))).toBe('windows-10.0-x-win32k-amd64');
  });

  test('index entries hold what was written, without empty parts', () => {
    const written = { os: 'linux', architecture: 'arm64', variant: 'v8', osVersion: '', osFeatures: [] };
    expect(platformToJson(written)).toEqual({ os: 'linux', architecture: 'arm64', variant: 'v8' });
    expect(platformOfJson({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toEqual(
      parsePlatform('linux/arm64'),
    );
    expect(platformOfJson({ os: 'unknown', architecture: 'unknown' })).toEqual({
      os: 'unknown',
      architecture: 'unknown',
    });
  });
});

const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
const visible = fc.stringMatching(/^[!-~]{1,12}$/);
const rawPlatform: fc.Arbitrary<RawPlatform> = fc.record(
  {
    os: fc.oneof(fc.constantFrom(...operatingSystems, 'macOS', 'Linux'), word),
    architecture: fc.oneof(fc.constantFrom(...architectures, 'x86_64', 'armhf', 'aarch64', 'ppc64el'), word),
    variant: fc.oneof(fc.constantFrom('', 'v1', '1', 'v8', '8', 'v8.0', '9.0', 'v9', '7', 'power9'), word),
    osVersion: visible,
    osFeatures: fc.array(visible, { maxLength: 3 }),
  },
  { requiredKeys: ['os', 'architecture'] },
);
const known = fc.record(
  {
    os: fc.constantFrom(...operatingSystems.filter((os) => os !== 'linux')),
    architecture: fc.constantFrom(...architectures.filter((architecture) => architecture !== 's390')),
    osVersion: visible,
    osFeatures: fc.array(visible, { maxLength: 3 }),
  },
  { requiredKeys: ['os', 'architecture'] },
);

describe('properties', () => {
  test('normalising twice is normalising once', () => {
    fc.assert(
      fc.property(rawPlatform, (raw) => {
        const once = normalisePlatform(raw);
        expect(normalisePlatform(once)).toEqual(once);
      }),
    );
  });

  test('what is printed is read back', () => {
    fc.assert(
      fc.property(known, (raw) => {
        const platform = normalisePlatform(raw);
        expect(parsePlatform(formatPlatform(platform))).toEqual(platform);
        expect(platformOfJson(platformToJson(platform))).toEqual(platform);
      }),
    );
  });

  test('two platforms are the same exactly when all their parts are', () => {
    fc.assert(
      fc.property(rawPlatform, rawPlatform, (a, b) => {
        const [x, y] = [normalisePlatform(a), normalisePlatform(b)];
        expect(samePlatform(x, y)).toBe(JSON.stringify(x) === JSON.stringify(y));
      }),
    );
  });

  test('a slug fits a tag', () => {
    fc.assert(
      fc.property(rawPlatform, (raw) => {
        expect(platformSlug(normalisePlatform(raw))).toMatch(/^[A-Za-z0-9_.-]+$/);
      }),
    );
  });

  test('nothing but E_PLATFORM comes out of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        try {
          parsePlatform(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_PLATFORM' });
          expect(errorLine(error as CodedError)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });
});
