import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { archTagLegs } from '../../src/handover/arch-tag-legs.ts';
import { archTag } from '../../src/handover/arch-tag.ts';
import { parseRepository, parseTag } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { failure } from '../support/failure.ts';

function tagOf(
  template: string,
  platform: string,
  more: Partial<Parameters<typeof archTag>[1]> = {},
): string {
  return archTag(template, { tag: 'v1', platform: parsePlatform(platform), ...more });
}

describe('arch tags', () => {
  test.each([
    ['{tag}-{arch}', 'linux/amd64', 'v1-amd64'],
    ['{tag}-{arch}', 'linux/ppc64le', 'v1-ppc64le'],
    ['{tag}-{arch}', 'linux/x86_64', 'v1-amd64'],
    ['{tag}-{arch}', 'linux/arm64/v8', 'v1-arm64'],
    ['{tag}-{arch}', 'linux/arm', 'v1-arm-v7'],
    ['{tag}-{arch}', 'linux/arm/v6', 'v1-arm-v6'],
    ['{tag}-{arch}', 'linux/amd64/v3', 'v1-amd64-v3'],
    ['{tag}-{arch}{variant}', 'linux/arm/v6', 'v1-armv6'],
    ['{tag}-{arch}{variant}', 'linux/s390x', 'v1-s390x'],
    ['{tag}-{arch}', 'windows/amd64', 'v1-windows-amd64'],
    ['{os}-{arch}-{tag}', 'windows/amd64', 'windows-amd64-v1'],
    ['{arch}-{arch}', 'linux/s390x', 's390x-s390x'],
  ])('template %s for %s is %s', (template, platform, wanted) => {
    expect(tagOf(template, platform)).toBe(wanted);
  });

  test('what the run is called can stand in it', () => {
    expect(
      tagOf('{tag}-{sha}-{run}.{attempt}-{arch}', 'linux/amd64', { sha: 'abc', run: '7', attempt: '2' }),
    ).toBe('v1-abc-7.2-amd64');
  });

  test.each([
    ['{tag}-{archs}', 'E_INPUT', '{archs}'],
    ['{}-{arch}', 'E_INPUT', '{}'],
    ['{__proto__}', 'E_INPUT', '{__proto__}'],
    ['{constructor}-{arch}', 'E_INPUT', '{constructor}'],
    ['{tag}-{sha}-{arch}', 'E_INPUT', '{sha}'],
    ['{tag}/{arch}', 'E_REFERENCE', 'v1/amd64'],
    ['-{arch}', 'E_REFERENCE', '-amd64'],
    ['{tag}-{arch', 'E_REFERENCE', '{arch'],
    [`{tag}-{arch}-${'x'.repeat(128)}`, 'E_REFERENCE', 'not a tag'],
  ])('%s is refused, and what is wrong with it is named', (template, code, part) => {
    expect(failure(() => tagOf(template, 'linux/amd64'))).toMatchObject({
      code,
      message: expect.stringContaining(part),
    });
  });

  test('a tag of the list itself is refused: legs would overwrite each other and the list', () => {
    expect(failure(() => tagOf('{tag}', 'linux/amd64'))).toMatchObject({ code: 'E_INPUT' });
    const finalTags = ['v1', 'amd64'];
    expect(failure(() => tagOf('{arch}', 'linux/amd64', { finalTags })).message).toContain('"amd64"');
    expect(tagOf('{arch}', 'linux/s390x', { finalTags })).toBe('s390x');
  });

  test('a value is never read as a template again', () => {
    expect(tagOf('{tag}-{arch}', 'linux/amd64', { tag: 'v1' })).toBe('v1-amd64');
    expect(failure(() => tagOf('{tag}-{arch}', 'linux/amd64', { tag: '{os}' })).code).toBe('E_REFERENCE');
    expect(failure(() => tagOf('{tag}-{arch}', 'linux/amd64', { tag: '$&' })).code).toBe('E_REFERENCE');
  });

  test('platforms that differ have tags that differ, and each is a tag', () => {
    const platform = fc.constantFrom(
      ...[
        'linux/amd64',
        'linux/amd64/v2',
        'linux/amd64/v3',
        'linux/arm64',
        'linux/arm/v5',
        'linux/arm/v6',
        'linux/arm',
      ],
      ...['linux/386', 'linux/ppc64le', 'linux/s390x', 'linux/riscv64', 'linux/loong64', 'linux/mips64le'],
    );
    fc.assert(
      fc.property(platform, platform, (a, b) => {
        const [one, other] = [tagOf('{tag}-{arch}', a), tagOf('{tag}-{arch}', b)];
        expect(parseTag(one)).toBe(one);
        expect(one === other).toBe(a === b);
      }),
    );
  });
});

test('the registry as hand-over: one leg for each platform, at its arch tag, which may hold that platform alone', () => {
  const repository = parseRepository('quay.io/acme/app');
  const legs = archTagLegs(['linux/amd64', 'linux/arm/v6'].map(parsePlatform), repository, '{tag}-{arch}', {
    tag: 'v1',
  });
  expect(legs.map(({ ref, index, origin }) => [ref, index, origin])).toEqual([
    ['v1-amd64', 'leg', 'arch tag v1-amd64 for linux/amd64'],
    ['v1-arm-v6', 'leg', 'arch tag v1-arm-v6 for linux/arm/v6'],
  ]);
  expect(legs.every((leg) => leg.repository === repository && leg.promised === undefined)).toBe(true);
});

test('with {attempt} in the template, the tags of earlier attempts follow, newest first and not without end', () => {
  const repository = parseRepository('quay.io/acme/app');
  const of = (template: string, attempt: string): (readonly string[] | undefined)[] =>
    archTagLegs([parsePlatform('linux/s390x')], repository, template, { tag: 'v1', run: '7', attempt }).map(
      ({ ref, earlier }) => [ref, ...(earlier ?? [])],
    );
  expect(of('{tag}-{arch}-{run}-{attempt}', '3')).toEqual([['v1-s390x-7-3', 'v1-s390x-7-2', 'v1-s390x-7-1']]);
  expect(of('{tag}-{arch}-{run}-{attempt}', '1')).toEqual([['v1-s390x-7-1']]);
  expect(of('{tag}-{arch}-{run}', '3')).toEqual([['v1-s390x-7']]);
  expect(of('{arch}-{attempt}', '999999')[0]).toHaveLength(21);
});
