import { describe, expect, test } from '@jest/globals';
import { parseImageConfig } from '../../src/oci/config.ts';
import { failure } from '../support/failure.ts';

const diffId = `sha256:${'c6f988f4'.repeat(8)}`;
const parse = (document: unknown): ReturnType<typeof parseImageConfig> =>
  parseImageConfig(Buffer.from(JSON.stringify(document)), 'the config of linux/arm64');
const small = { architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } };

describe('parseImageConfig', () => {
  test('reads what an engine writes', () => {
    const config = parse({
      ...small,
      variant: 'v8',
      'os.version': '1.2',
      'os.features': ['a'],
      created: '2015-10-31T22:22:56.015925234Z',
      author: 'Alyssa',
      config: {
        User: 'alice:staff',
        ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
        Env: ['PATH=/bin', 'FOO=a=b'],
        Entrypoint: ['/bin/app'],
        Cmd: ['--foreground'],
        Volumes: { '/var': {} },
        WorkingDir: '/home/alice',
        Labels: { 'com.example': 'x', constructor: 'y' },
        Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 30_000_000_000, Retries: 3 },
        StopSignal: 'SIGTERM',
      },
      history: [{ created: 'x', created_by: 'y' }],
    });
    expect(config).toEqual({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      osVersion: '1.2',
      osFeatures: ['a'],
      created: '2015-10-31T22:22:56.015925234Z',
      user: 'alice:staff',
      exposedPorts: ['53/udp', '8080/tcp'],
      env: ['PATH=/bin', 'FOO=a=b'],
      entrypoint: ['/bin/app'],
      cmd: ['--foreground'],
      workingDir: '/home/alice',
      labels: { 'com.example': 'x', constructor: 'y' },
      diffIds: [diffId],
      healthcheck: { test: ['CMD-SHELL', 'true'], intervalNanoseconds: 30_000_000_000, retries: 3 },
    });
  });

  test('takes null and empty strings, as Go writes them, for absent', () => {
    const nothing = { os: 'linux', architecture: 'arm64', labels: {}, diffIds: [] };
    expect(parse({ os: 'linux', architecture: 'arm64' })).toEqual(nothing);
    expect(
      parse({
        os: 'linux',
        architecture: 'arm64',
        variant: '',
        'os.features': null,
        created: null,
        config: null,
        rootfs: null,
      }),
    ).toEqual(nothing);
    const config = {
      User: '',
      Env: null,
      Entrypoint: null,
      Cmd: null,
      ExposedPorts: null,
      WorkingDir: '',
      Labels: null,
      Healthcheck: null,
    };
    expect(
      parse({ os: 'linux', architecture: 'arm64', config, rootfs: { type: 'layers', diff_ids: null } }),
    ).toEqual(nothing);
  });

  test('takes a command that is one string, as Docker does', () => {
    expect(parse({ ...small, config: { Entrypoint: '/app' } }).entrypoint).toEqual(['/app']);
  });

  test.each([
    ['no architecture', { os: 'linux' }, 'architecture of the config of linux/arm64'],
    ['an empty architecture', { ...small, architecture: '' }, 'architecture of'],
    ['a numeric os', { ...small, os: 123 }, 'os of the config'],
    ['no os', { architecture: 'arm64' }, 'os of'],
    ['an unknown os', { ...small, os: 'unknown' }, '"unknown"'],
    ['a numeric variant', { ...small, variant: 123 }, 'variant of'],
    ['an architecture with a newline', { ...small, architecture: 'arm64\n' }, 'architecture of'],
    ['a numeric user', { ...small, config: { User: 1234 } }, 'config.User of'],
    ['a numeric variable', { ...small, config: { Env: [7353] } }, 'config.Env[0] of'],
    ['a label that is a number', { ...small, config: { Labels: { 'a b': 1 } } }, 'config.Labels["a b"] of'],
    ['ports in a list', { ...small, config: { ExposedPorts: ['80'] } }, 'config.ExposedPorts of'],
    ['a bad diff ID', { ...small, rootfs: { diff_ids: [diffId, 'sha256:1'] } }, 'rootfs.diff_ids[1] of'],
    ['a second spelling of a key', { ...small, Architecture: 'amd64' }, '"Architecture"'],
    ['a second spelling in config', { ...small, config: { Cmd: ['a'], cmd: ['b'] } }, '"cmd"'],
    ['a list', [], 'is an array, not an object'],
  ])('refuses %s', (_, document, why) => {
    const error = failure(() => parse(document));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain(why);
  });

  test('refuses more than 4 MiB', () => {
    expect(failure(() => parseImageConfig(Buffer.alloc(4 * 1024 * 1024 + 1, 32), 'x')).code).toBe(
      'E_MANIFEST',
    );
  });
});
