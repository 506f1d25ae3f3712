import { describe, expect, test } from '@jest/globals';
import { parseServiceUrl } from '../../src/inputs/service-url.ts';

describe('parseServiceUrl', () => {
  test.each([
    ['http://localhost:8080/health', { port: 8080, path: '/health', host: 'localhost:8080' }],
    ['http://localhost', { port: 80, path: '/', host: 'localhost' }],
    ['http://127.0.0.1:9000/a b?c=d#e', { port: 9000, path: '/a%20b?c=d', host: '127.0.0.1:9000' }],
  ])('%s', (text, expected) => {
    expect(parseServiceUrl(text)).toEqual({ text, ...expected });
  });

  test('none', () => {
    expect(parseServiceUrl('none')).toBe('none');
  });

  test.each([
    ['localhost:8080', 'over plain http'],
    ['/health', 'no URL'],
    ['https://localhost:8443/', 'over plain http'],
    ['http://example.org/', 'on localhost'],
    ['http://[::1]:80/', 'on localhost'],
    ['https://me:secret@localhost/', 'name or password'],
    ['http://localhost:70000/', 'no URL'],
  ])('%s is E_INPUT', (text, message) => {
    expect(() => parseServiceUrl(text)).toThrow(
      expect.objectContaining({ code: 'E_INPUT', message: expect.stringContaining(message) }),
    );
    expect(() => parseServiceUrl(text)).not.toThrow(/secret/);
  });
});
