import { describe, expect, test } from '@jest/globals';
import { isLayout, parseLayoutReference } from '../../src/oci/layout-reference.ts';
import { parseReference } from '../../src/oci/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('a reference to a layout', () => {
  test.each([
    ['oci:out', { repository: { path: 'out', name: 'oci:out' } }],
    ['oci:./a/b:v1', { repository: { path: './a/b' }, tag: 'v1' }],
    ['oci:/a:quay.io/acme/app:v1', { repository: { path: '/a' }, tag: 'quay.io/acme/app:v1' }],
    [`oci:out@${digest}`, { repository: { path: 'out' }, digest }],
    ['oci:./5000', { repository: { path: './5000' } }],
  ])('%s', (text, expected) => {
    const found = parseLayoutReference(text);
    expect(found).toMatchObject(expected);
    expect(found !== undefined && isLayout(found.repository)).toBe(true);
  });

  test.each(['oci/app:v1', 'oci:5000/app:v1', 'oci://host/app', 'quay.io/oci:v1', 'oci-archive:x'])(
    '%s is none',
    (text) => {
      expect(parseLayoutReference(text)).toBeUndefined();
    },
  );

  test.each(['oci:', 'oci:a:', 'oci:a@sha256:1', 'oci::v1', 'oci:a\0b'])('%j is refused', (text) => {
    expect(() => parseLayoutReference(text)).toThrow(expect.objectContaining({ code: 'E_REFERENCE' }));
  });

  test('is never what a reference to a registry is', () => {
    expect(isLayout(parseReference('oci/app:v1').repository)).toBe(false);
    expect(isLayout(parseReference('oci:5000/app:v1').repository)).toBe(false);
  });
});
