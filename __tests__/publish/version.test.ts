import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareVersions } from '../../src/publish/version.ts';

/** https://semver.org/#spec-item-11, lowest first. */
const ordered = [
  '0.0.1',
  '0.1.0',
  '0.9.12',
  '0.10.0',
  '1.0.0-0',
  '1.0.0-2',
  '1.0.0-10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2.0',
  '1.10.0',
  '2.0.0',
  '100000000.0.0',
];

describe('versions', () => {
  const position = fc.nat({ max: ordered.length - 1 });
  const prefix = fc.constantFrom('', 'v');
  const build = fc.constantFrom('', '+build.5', '+20240501');

  test('are ordered as semver.org orders them, with or without v and build', () => {
    fc.assert(
      fc.property(position, position, prefix, prefix, build, (a, b, left, right, metadata) => {
        const order = compareVersions(`${left}${ordered[a] ?? ''}${metadata}`, `${right}${ordered[b] ?? ''}`);
        expect(Math.sign(order ?? NaN)).toBe(Math.sign(a - b) + 0);
      }),
    );
  });

  test.each([
    '',
    'latest',
    '1',
    '1.2',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3-a..b',
    'V1.2.3',
    '1.2.3 ',
    '１.2.3',
    '2024.1.9999999999',
  ])('%j is none', (text) => {
    expect(compareVersions(text, '1.0.0')).toBeUndefined();
    expect(compareVersions('1.0.0', text)).toBeUndefined();
  });
});
