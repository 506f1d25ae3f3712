import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';
import { checkPlatformSet, isWanted, missingPlatforms } from '../../src/verify/platform-set.ts';

function wanted(text: string) {
  return text.split(' ').map((each) => ({
    platform: parsePlatform(each.replace('?', '')),
    required: !each.endsWith('?'),
  }));
}

/** `linux/amd64=a`: a platform and the digest that is there for it. */
function found(text: string) {
  return text
    .split(' ')
    .filter((each) => each !== '')
    .map((each, index) => {
      const [platform = '', digest = ''] = each.split('=');
      return { platform: parsePlatform(platform), digest, origin: `leg ${index}` };
    });
}

describe('the set of platforms', () => {
  test.each([
    ['linux/amd64 linux/s390x', 'linux/s390x=b linux/amd64=a', ''],
    ['linux/amd64 linux/s390x?', 'linux/amd64=a', ''],
    ['linux/amd64 linux/s390x?', 'linux/amd64=a linux/s390x=b', ''],
    ['linux/amd64', 'linux/amd64=a linux/amd64=a', ''],
    ['linux/arm64', 'linux/arm64/v8=a', ''],
    ['linux/arm', 'linux/arm/v7=a', ''],
    ['windows/amd64', 'windows(10.0.1)/amd64=a', ''],
    ['windows/amd64', 'windows(10.0.1)/amd64=a windows(10.0.2)/amd64=b', ''],
    ['linux/amd64 linux/s390x', 'linux/amd64=a', 'E_PLATFORM_MISSING linux/s390x'],
    ['linux/amd64 linux/s390x', '', 'E_PLATFORM_MISSING linux/amd64, linux/s390x'],
    ['linux/amd64', 'linux/amd64=a linux/amd64=b', 'E_PLATFORM_DUPLICATE linux/amd64'],
    ['linux/amd64', 'linux/amd64=a linux/arm64=b', 'E_PLATFORM_UNEXPECTED linux/arm64'],
    ['linux/arm', 'linux/arm/v6=a', 'E_PLATFORM_MISSING linux/arm/v7, E_PLATFORM_UNEXPECTED linux/arm/v6'],
    [
      'windows(10.0.2)/amd64',
      'windows(10.0.1)/amd64=a',
      'E_PLATFORM_MISSING windows(10.0.2)/amd64, E_PLATFORM_UNEXPECTED windows(10.0.1)/amd64',
    ],
    [
      'linux/amd64/v3',
      'linux/amd64=a',
      'E_PLATFORM_MISSING linux/amd64/v3, E_PLATFORM_UNEXPECTED linux/amd64',
    ],
    ['linux/amd64? linux/arm64?', '', 'E_PLATFORM_MISSING none'],
  ])('wants %s, has %s', (asked, there, errors) => {
    const told = checkPlatformSet(wanted(asked), found(there), 'records');
    expect(
      told.map(({ code, message }) => `${code} ${message.replace(/ (?:is|are|of|\().*/u, '')}`).join(', '),
    ).toBe(errors);
    for (const error of told) expect(error.hint).toBeDefined();
  });

  test('says who brought what is there twice', () => {
    const [error] = checkPlatformSet(wanted('linux/amd64'), found('linux/amd64=a linux/amd64=b'), 'records');
    expect(error?.message).toBe('linux/amd64 is there more than once: a (leg 0) and b (leg 1)');
  });

  test('more than was asked for can be allowed, and less can not', () => {
    expect(
      checkPlatformSet(wanted('linux/amd64'), found('linux/amd64=a linux/arm64=b'), 'it', {
        allowExtra: true,
      }),
    ).toEqual([]);
    expect(
      checkPlatformSet(wanted('linux/amd64'), found('linux/arm64=b'), 'it', { allowExtra: true }),
    ).toHaveLength(1);
  });

  const platform = fc.constantFrom(
    ...[
      'linux/amd64',
      'linux/arm64',
      'linux/arm/v6',
      'linux/arm/v7',
      'linux/ppc64le',
      'linux/s390x',
      'windows/amd64',
    ],
  );

  test('of a published list is mended in other ways than that of legs', () => {
    const cures = (given: string, published: boolean): (string | undefined)[] =>
      checkPlatformSet(wanted('linux/amd64'), found(given), 'it', { published }).map(({ hint }) => hint);
    expect(cures('', false)).toEqual([expect.stringContaining('see why its leg did not push')]);
    expect(cures('', true)).toEqual([expect.stringContaining('merge what is missing with append')]);
    expect(cures('linux/amd64=a linux/arm64=b', false)).toEqual(['add it to platforms, or leave it out']);
    expect(cures('linux/amd64=a linux/arm64=b', true)).toEqual([expect.stringContaining('allow-extra')]);
    expect(checkPlatformSet(wanted('linux/amd64?'), [], 'it', { published: true })[0]?.hint).not.toContain(
      'leg',
    );
  });

  test('is right exactly when found and wanted are the same set', () => {
    const set = fc.uniqueArray(platform, { minLength: 1 });
    fc.assert(
      fc.property(set, set, (asked, there) => {
        const errors = checkPlatformSet(
          wanted(asked.join(' ')),
          found(there.map((each) => `${each}=${each}`).join(' ')),
          'it',
        );
        expect(errors.length === 0).toBe([...asked].sort().join() === [...there].sort().join());
        const missing = asked.filter((each) => !there.includes(each));
        const unexpected = there.filter((each) => !asked.includes(each));
        expect(errors.length).toBe(Math.min(1, missing.length) + unexpected.length);
        for (const each of missing) expect(errors[0]?.message).toContain(each);
      }),
    );
  });

  test('a platform is what was wanted when it is the same', () => {
    fc.assert(
      fc.property(platform, platform, (a, b) => {
        expect(isWanted(parsePlatform(a), parsePlatform(b))).toBe(a === b);
      }),
    );
  });

  test('what is missing is told whether it was required or not', () => {
    const missing = missingPlatforms(wanted('linux/amd64 linux/s390x?'), found('linux/amd64=a'));
    expect(missing.map((row) => formatPlatform(row.platform))).toEqual(['linux/s390x']);
  });
});
