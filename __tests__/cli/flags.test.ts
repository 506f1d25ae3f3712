import { describe, expect, test } from '@jest/globals';
import { withFlags } from '../../src/cli/flags.ts';
import { CodedError, errorLine } from '../../src/errors.ts';
import { inputNames } from '../../src/inputs/table.ts';

function line(message: string, hint: string): string {
  return errorLine(withFlags(new CodedError('E_INPUT', message, { hint })));
}

describe('an input in an error is a flag in a shell', () => {
  test.each([
    ['set moving-tags', 'set --moving-tags'],
    ['set images, or use registry-auth', 'set --images, or use --registry-auth'],
    [
      'leave smoke-test out, or test with "verify --smoke-test"',
      'leave --smoke-test out, or test with "verify --smoke-test"',
    ],
    ['set force to move it all the same', 'set --force to move it all the same'],
    ['with check full the layers are read again', 'with --check full the layers are read again'],
    [
      'for a private authority set ca-certificate, for one registry insecure-registries',
      'for a private authority set --ca-certificate, for one registry --insecure-registries',
    ],
    ['raise content-limit, or set it to none', 'raise --content-limit, or set it to none'],
    ['set provenance: false', 'set --provenance=false'],
    ['use engine: podman or buildah', 'use --engine=podman or buildah'],
    ['set setup: buildx@0.30.1, or mode: cross', 'set --setup=buildx@0.30.1, or --mode=cross'],
    ['format: docker on every leg; setup-emulation: true', '--format=docker on every leg; --setup-emulation'],
  ])('%s', (hint, told) => {
    expect(line('it', hint)).toBe(`E_INPUT: it; ${told}`);
  });

  test.each([
    'did you mean "arch-tag"?',
    'native-multiarch merge --moving-tags v1 --dry-run',
    'see quay.io/acme/arch-tag:dry-run and ./smoke-test/x',
    'run it again, and let it wait; the platforms are these: linux/amd64',
    'set {arch-tag}',
  ])('%s stays', (hint) => {
    expect(line('it', hint)).toBe(`E_INPUT: it; ${hint}`);
  });

  test('that is what the message is about', () => {
    expect(line('moving-tags is "a b"', 'x')).toBe('E_INPUT: --moving-tags is "a b"; x');
    expect(line('platforms: "linux" is no platform', 'x')).toBe(
      'E_INPUT: --platforms: "linux" is no platform; x',
    );
    expect(line('the platforms differ', 'x')).toBe('E_INPUT: the platforms differ; x');
  });

  test('each of them', () => {
    for (const name of inputNames) expect(line('it', `set ${name}`)).toBe(`E_INPUT: it; set --${name}`);
  });

  test('and all else of the error stays', () => {
    const cause = new Error('why');
    const place = { file: 'Dockerfile', line: 3 };
    const error = withFlags(new CodedError('E_BUILD', 'oh', { cause, place, usage: true }));
    expect(error).toMatchObject({
      code: 'E_BUILD',
      message: 'oh',
      hint: undefined,
      cause,
      place,
      usage: true,
    });
  });
});
