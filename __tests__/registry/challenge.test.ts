import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseChallenge, parseChallenges } from '../../src/registry/challenge.ts';

const parse = (...headers: string[]) =>
  parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('parseChallenges', () => {
  test.each<[string, string, unknown]>([
    [
      'Docker Hub',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/alpine:pull',
          },
        ],
      ],
    ],
    [
      'an ended token (distribution)',
      'Bearer realm="https://r.example/token",service="r",scope="repository:a:pull,push",error="invalid_token"',
      [
        [
          'bearer',
          {
            realm: 'https://r.example/token',
            service: 'r',
            scope: 'repository:a:pull,push',
            error: 'invalid_token',
          },
        ],
      ],
    ],
    [
      'ECR',
      'Basic realm="https://123.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
      [['basic', { realm: 'https://123.dkr.ecr.eu-west-1.amazonaws.com/', service: 'ecr.amazonaws.com' }]],
    ],
    ['odd case and spaces', 'BEARER Realm = "x" ,  SERVICE=y', [['bearer', { realm: 'x', service: 'y' }]]],
    [
      'several in one header',
      'Negotiate, Basic realm="a", Bearer realm="b",service="c"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
        ['bearer', { realm: 'b', service: 'c' }],
      ],
    ],
    [
      'a token68 before',
      'Negotiate YII==, Bearer realm="b"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'b' }],
      ],
    ],
    ['quoted pairs', 'Bearer realm="a\\"b\\\\c"', [['bearer', { realm: 'a"b\\c' }]]],
    ['the first of two realms', 'Bearer realm="a",realm="b"', [['bearer', { realm: 'a' }]]],
    [
      'a comma within quotes',
      'Bearer realm="a",scope="repository:a:pull,push repository:b:pull"',
      [['bearer', { realm: 'a', scope: 'repository:a:pull,push repository:b:pull' }]],
    ],
    ['an unclosed quote', 'Bearer realm="https://x', [['bearer', {}]]],
    ['NUL and CRLF in a value', 'Bearer realm="a\r\nb",service="\0",scope="s"', [['bearer', { scope: 's' }]]],
    ['nothing', '', []],
    ['only commas', ', ,,', []],
    ['a key without a scheme', '="x"', []],
  ])('%s', (_name, header, expected) => {
    expect(parse(header)).toEqual(expected);
  });

  test('several headers', () => {
    expect(parse('Negotiate', 'Bearer realm="b"').map(([scheme]) => scheme)).toEqual(['negotiate', 'bearer']);
  });

  test('a thousand challenges and a megabyte end soon', () => {
    expect(parse('Basic realm="x", '.repeat(1000))).toHaveLength(32);
    const started = performance.now();
    parse(
      `Bearer ${'a=b,'.repeat(250_000)}`,
      `Bearer realm="${'\\'.repeat(1_000_000)}`,
      ' ,'.repeat(500_000),
    );
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('whatever comes, it does not throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('B', 'e', ' ', ',', '=', '"', '\\', '/', '\n', 'ä') })),
        (headers) => {
          parseChallenges(headers);
        },
      ),
    );
  });

  test('what was written is read back', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
    fc.assert(
      fc.property(word, fc.dictionary(word, value, { noNullPrototype: true }), (scheme, parameters) => {
        const text = Object.entries(parameters)
          .map(([name, text]) => `${name}="${text.replace(/["\\]/g, '\\$&')}"`)
          .join(', ');
        expect(parse(`${scheme} ${text}`)).toEqual([[scheme, parameters]]);
      }),
    );
  });
});

test.each([
  [['Negotiate', 'Basic realm="a"', 'Bearer realm="b"'], 'bearer'],
  [['Basic realm="a"', 'Negotiate'], 'basic'],
  [['Bearer service="no realm"', 'Basic realm="a"'], 'basic'],
  [['Negotiate', 'Digest realm="a"'], undefined],
])('of %j it answers %s', (headers, expected) => {
  expect(chooseChallenge(parseChallenges(headers))?.scheme).toBe(expected);
});
