import { describe, expect, test } from '@jest/globals';
import { errorLine, toCodedError } from '../../src/errors.ts';
import { parseRegistryAuth } from '../../src/inputs/registry-auth.ts';

const secret = 'hunter22';

async function lineOf(text: string): Promise<string> {
  try {
    await parseRegistryAuth(text);
  } catch (error) {
    expect(toCodedError(error).usage).toBe(true);
    return errorLine(toCodedError(error));
  }
  throw new Error('nothing was thrown');
}

describe('registry-auth', () => {
  test('a YAML list, in any style; what looks like a number is text', async () => {
    const text = `
- registry: quay.io
  username: me
  password: "a: b"
- { registry: https://index.docker.io/v1/, username: 1234, password: 007 }
- registry: localhost:5000
  username: null
  password: |-
    two
    lines`;
    expect(await parseRegistryAuth(text)).toEqual([
      { registry: 'quay.io', username: 'me', password: 'a: b' },
      { registry: 'docker.io', username: '1234', password: '007' },
      { registry: 'localhost:5000', username: 'null', password: 'two\nlines' },
    ]);
  });

  test.each([
    [`registry: quay.io\npassword: ${secret}`, 'is not a YAML list'],
    [`[]`, 'is not a YAML list'],
    [`- ${secret}`, 'has an item 1 that is not a map'],
    [`- registry: quay.io\n  password: ${secret}`, 'has an item 1 without username'],
    [`- registry: quay.io\n  username: me\n  password: ''`, 'has an item 1 without password'],
    [`- registry: quay.io\n  username: me\n  pasword: ${secret}`, 'has 1 unknown key(s) in item 1'],
    [
      `- registry: ${secret}/x\n  username: me\n  password: ${secret}`,
      'has an item 1 whose registry is not host',
    ],
    [
      `- registry: quay.io\n  username: me\n  password: ${secret}\n  password: ${secret}`,
      'is not YAML: DUPLICATE_KEY at line 4',
    ],
    [`- {registry: quay.io, username: me, password: ${secret}`, 'is not YAML: '],
    [`- &a {registry: quay.io, username: me, password: ${secret}}\n- *a`, 'has a YAML alias'],
    [
      `- {registry: docker.io, username: me, password: ${secret}}\n- {registry: index.docker.io, username: me, password: b}`,
      'names docker.io twice',
    ],
    [`- ${'x'.repeat(65_536)}`, 'is longer than 64 KiB'],
  ])('%#: %s', async (text, told) => {
    const line = await lineOf(text);
    expect(line).toContain(`E_INPUT: ${told}`);
    expect(line).not.toContain(secret);
  });

  test('a key named __proto__ is an unknown key', async () => {
    expect(await lineOf('- {registry: a.io, username: a, password: b, __proto__: {x: y}}')).toContain(
      'unknown key',
    );
  });
});
