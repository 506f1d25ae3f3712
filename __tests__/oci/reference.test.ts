import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorLine, type CodedError } from '../../src/errors.ts';
import { formatReference, parseReference, parseRepository, parseTag } from '../../src/oci/reference.ts';
import { failure } from '../support/failure.ts';

const hex = 'f'.repeat(64);
const sha256 = `sha256:${hex}`;
const sha512 = `sha512:${hex}${hex}`;

describe('parseReference', () => {
  test.each([
    ['alpine', 'docker.io', 'library/alpine', undefined, undefined],
    ['test_com', 'docker.io', 'library/test_com', undefined, undefined],
    ['test.com:tag', 'docker.io', 'library/test.com', 'tag', undefined],
    ['test.com:5000', 'docker.io', 'library/test.com', '5000', undefined],
    ['192.168.0.1:80', 'docker.io', 'library/192.168.0.1', '80', undefined],
    ['lowercase:Uppercase', 'docker.io', 'library/lowercase', 'Uppercase', undefined],
    ['library/debian', 'docker.io', 'library/debian', undefined, undefined],
    ['docker/docker', 'docker.io', 'docker/docker', undefined, undefined],
    ['docker.io/debian', 'docker.io', 'library/debian', undefined, undefined],
    ['index.docker.io/debian', 'docker.io', 'library/debian', undefined, undefined],
    ['index.docker.io/fooo/bar:1', 'docker.io', 'fooo/bar', '1', undefined],
    ['docker---rules/docker', 'docker.io', 'docker---rules/docker', undefined, undefined],
    ['dock__er/docker', 'docker.io', 'dock__er/docker', undefined, undefined],
    ['jess/t', 'docker.io', 'jess/t', undefined, undefined],
    [
      `docker.io/${'1a3f5e7d'.repeat(8)}`,
      'docker.io',
      `library/${'1a3f5e7d'.repeat(8)}`,
      undefined,
      undefined,
    ],
    ['test.com/repo:tag', 'test.com', 'repo', 'tag', undefined],
    ['test:5000/repo', 'test:5000', 'repo', undefined, undefined],
    [`test:5000/repo:tag@${sha256}`, 'test:5000', 'repo', 'tag', sha256],
    [`test:5000/repo@${sha512}`, 'test:5000', 'repo', undefined, sha512],
    ['localhost/debian', 'localhost', 'debian', undefined, undefined],
    ['localhost:5000/a/b/c', 'localhost:5000', 'a/b/c', undefined, undefined],
    [
      'sub-dom1.foo.com/bar/baz/quux:some-long-tag',
      'sub-dom1.foo.com',
      'bar/baz/quux',
      'some-long-tag',
      undefined,
    ],
    [
      'b.gcr.io/test.example.com/my-app:test.example.com',
      'b.gcr.io',
      'test.example.com/my-app',
      'test.example.com',
      undefined,
    ],
    ['foo/foo_bar.com:8080', 'docker.io', 'foo/foo_bar.com', '8080', undefined],
    ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000', 'repo', '5050', undefined],
    ['[2001:db8::1]/repo', '[2001:db8::1]', 'repo', undefined, undefined],
    [`[2001:db8::1]:5000/repo:tag@${sha256}`, '[2001:db8::1]:5000', 'repo', 'tag', sha256],
    ['[::1]:5000/repo', '[::1]:5000', 'repo', undefined, undefined],
    ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com', 'myimage', 'xn--n3h.com', undefined],
    [`example.com/${'a'.repeat(255)}:tag`, 'example.com', 'a'.repeat(255), 'tag', undefined],
    ['host.com:65535/x', 'host.com:65535', 'x', undefined, undefined],
  ])('%s', (text, registry, path, tag, digest) => {
    expect(parseReference(text)).toEqual({
      repository: { registry, path, name: `${registry}/${path}` },
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    });
  });

  test.each(
    [
      [
        '',
        ' ',
        ':justtag',
        `@${sha256}`,
        'repo:',
        'repo@',
        `repo@sha256:${'f'.repeat(34)}`,
        `repo@sha256:${'F'.repeat(64)}`,
      ],
      [
        `repo@md5:${hex}`,
        `repo@sha1:${'f'.repeat(40)}`,
        `repo@sha256:${'../'.repeat(20)}`,
        `repo@sha384:${'f'.repeat(96)}`,
      ],
      [`domain/${'a'.repeat(256)}:tag`, `host.com/${'a/'.repeat(128)}a`, `h.com/${'a'.repeat(100_000)}`],
      [
        'aa/asdf$$^/aa',
        'docker///docker',
        'docker/',
        '/docker',
        'docker//x',
        '-docker',
        'docker-/docker',
        '-docker-/docker',
      ],
      [
        '____/____',
        '_docker/_docker',
        'dock..er/docker',
        'dock_.er/docker',
        'dock-.er/docker',
        'a/b/',
        'a b',
        'a\nb',
        'a/../b',
      ],
      [
        '1a3f5e7d'.repeat(8),
        '-docker.io/docker',
        'fc00::1:5000/debian',
        '[fe80::1%eth0]:5000/repo',
        '[2001:db8::1]',
        '[fc00::1]:5000',
      ],
      [
        '[zz]/a',
        '[::1/a',
        '[1:2]/a',
        '[]/a',
        '::1/a',
        'host.:5000/a',
        'ho_st.com/a',
        `${'a'.repeat(64)}.com/x`,
      ],
      [
        'host.com:0/a',
        'host.com:70000/a',
        'host.com:/a',
        'host.com:05000/a',
        'host.com:5000:1/a',
        'host.com:http/a',
        'host.com:1e3/a',
      ],
      [
        'repo:-rf',
        'repo:--help',
        'repo:.x',
        'repo:$(id)',
        'repo:a;b',
        'repo:`id`',
        `repo:${'a'.repeat(129)}`,
        'repo:a b',
        'repo:tag\n',
      ],
    ].flat(),
  )('%j is refused', (text) => {
    const error = failure(() => parseReference(text));
    expect(error.code).toBe('E_REFERENCE');
    expect(error.hint).toBeDefined();
    expect(errorLine(error).length).toBeLessThan(800);
  });

  test.each([
    ['ghcr.io/Acme/App', 'write ghcr.io/acme/app'],
    ['Uppercase:tag', 'write uppercase:tag'],
    ['Docker/docker', 'write docker/docker'],
    ['GHCR.io/acme/app:V1', 'write ghcr.io/acme/app:V1'],
    ['ghcr.io/acme//app/', 'write ghcr.io/acme/app'],
    ['https://ghcr.io/acme/app', 'without https://'],
    ['docker://alpine', 'without docker://'],
  ])('%s: the hint offers the form that works', (text, hint) => {
    expect(failure(() => parseReference(text)).hint).toContain(hint);
  });

  test.each(['GHCR.io/a\nb', 'ghcr.io/A\u001b[1m', 'a\u202e/b:c', 'g\u0000.io/a', 'a:b\n'])(
    '%j is shown on one line',
    (text) => {
      expect(errorLine(failure(() => parseReference(text)))).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    },
  );

  test.each([
    'user:hunter2@ghcr.io/acme/app',
    'https://user:hunter2@ghcr.io/acme/app:v1',
    'user:hunter2@host/a@' + sha256,
    'hunter2@ghcr.io',
    'user:hunter2/x@ghcr.io/acme/app',
    'user:hun@hunter2@ghcr.io/app',
    'user:hunter2@',
  ])('nothing of a login is told: %s', (text) => {
    const error = failure(() => parseReference(text));
    expect(error.code).toBe('E_REFERENCE');
    expect(errorLine(error)).not.toContain('hunter2');
    expect(String(error.cause)).not.toContain('hunter2');
  });

  test.each([
    ['gһcr.io/acme/app', 'xn--'],
    ['ｇhcr.io/acme/app', 'ghcr.io'],
    ['ghcr。io/acme/app', 'ghcr.io'],
    ['xn--gcr-tdd.io/acme/app', 'xn--gcr-tdd.io'],
    ['xn--bcher-kva.de/app', 'bücher.de'],
  ])('a host that may pass for another is refused: %s', (text, shown) => {
    const error = failure(() => parseReference(text));
    expect(error.code).toBe('E_REFERENCE');
    expect(error.message).toContain(shown);
  });
});

describe('parseRepository', () => {
  test.each([
    ['ghcr.io/acme/app:v1', 'the tag v1'],
    [`ghcr.io/acme/app@${sha256}`, `the digest ${sha256}`],
  ])('%s is more than a repository', (text, what) => {
    const error = failure(() => parseRepository(text));
    expect(error).toMatchObject({ code: 'E_REFERENCE', hint: 'write ghcr.io/acme/app' });
    expect(error.message).toContain(what);
  });

  test('a short name is written out', () => {
    expect(parseRepository('alpine').name).toBe('docker.io/library/alpine');
  });
});

describe('parseTag', () => {
  test.each(['v1', 'latest', '_', 'A.b-c_1', 'a'.repeat(128)])('%s', (tag) => {
    expect(parseTag(tag)).toBe(tag);
  });

  test.each(['', '.', '-x', 'a/b', 'a+b', 'ä', 'v1 ', 'v1\n', 'a'.repeat(129)])('%j is refused', (tag) => {
    expect(failure(() => parseTag(tag)).code).toBe('E_REFERENCE');
  });
});

describe('properties', () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/);
  const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const host = fc.oneof(
    fc.constantFrom('docker.io/', 'ghcr.io/', 'localhost/', '[::1]:5000/'),
    fc.integer({ min: 1, max: 65_535 }).map((port) => `registry.example:${port}/`),
  );
  const suffix = fc.tuple(
    fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/).map((tag) => `:${tag}`),
    ),
    fc.constantFrom('', `@${sha256}`, `@${sha512}`),
  );

  test('what is printed is read back', () => {
    fc.assert(
      fc.property(host, path, suffix, (registry, name, [tag, digest]) => {
        const reference = parseReference(`${registry}${name}${tag}${digest}`);
        expect(parseReference(formatReference(reference))).toEqual(reference);
        expect(formatReference(reference).endsWith(`${name}${tag}${digest}`)).toBe(true);
      }),
    );
  });

  test('nothing but E_REFERENCE comes out of any text, and what is accepted is safe in a URL', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            'a',
            'A',
            '.',
            ':',
            '/',
            '@',
            '-',
            '_',
            '[',
            ']',
            '%',
            '..',
            'sha256:',
            '\n',
            '\u202e',
            '5000',
          ),
          { maxLength: 15 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (any) => {
        try {
          const { repository, tag = 'x' } = parseReference(any);
          expect(repository.path).toMatch(/^[a-z0-9._/-]+$/);
          expect(`/${repository.path}/`).not.toMatch(/\/\.*\//);
          expect(
            new URL(`https://${repository.registry}/v2/${repository.path}/manifests/${tag}`).pathname,
          ).toBe(`/v2/${repository.path}/manifests/${tag}`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_REFERENCE' });
          expect(errorLine(error as CodedError)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });
});
