import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkOptions } from '../../../src/engines/request/build-options.ts';
import { cacheOfPlatform } from '../../../src/engines/request/cache-scope.ts';
import { containersArguments } from '../../../src/engines/containers/containers-arguments.ts';
import { csvLine } from '../../../src/engines/request/csv.ts';
import { dockerArguments } from '../../../src/engines/docker/docker-arguments.ts';
import type { BuildRequest, DockerfileSource } from '../../../src/engines/engine.ts';
import { refusedArguments } from '../../../src/engines/request/extra-arguments.ts';
import type { EngineOptions } from '../../../src/engines/options.ts';
import { askedOptions, supportTable, unsupportedOptions } from '../../../src/engines/support.ts';
import { errorLine } from '../../../src/errors.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { rejection } from '../../support/failure.ts';
import { recordingLog, temporaryFolder, testOptions } from '../support/scripted.ts';

const platform = parsePlatform('linux/s390x');

function order(source: Partial<DockerfileSource>): { request: BuildRequest; source: DockerfileSource } {
  const whole: DockerfileSource = { kind: 'dockerfile', context: '.', ...source };
  return { request: { platform, mode: 'native', source: whole, labels: { team: 'z' } }, source: whole };
}

interface Host {
  readonly env?: EngineOptions['env'];
  readonly isChroot?: boolean;
  readonly workspace?: string;
}

async function containers(engine: 'podman' | 'buildah', source: Partial<DockerfileSource>, host: Host = {}) {
  const { env = {}, isChroot = false, workspace } = host;
  const folder = temporaryFolder();
  const options = testOptions({ env, ...(workspace !== undefined && { workspace, cwd: workspace }) });
  return containersArguments(order(source), {
    engine,
    options,
    folder: () => Promise.resolve(folder),
    isChroot,
  });
}

interface DockerHost {
  readonly env?: EngineOptions['env'];
  readonly version?: string;
  readonly builder?: 'buildkit' | 'classic';
}

async function docker(
  source: Partial<DockerfileSource>,
  { env = {}, version = '27.0', builder = 'buildkit' }: DockerHost = {},
) {
  const folder = temporaryFolder();
  const { log, lines } = recordingLog();
  const options = testOptions({ env, log });
  const told = await dockerArguments(order(source), {
    builder,
    version,
    options,
    folder: () => Promise.resolve(folder),
  });
  return { ...told, lines };
}

/** What all of them are told alike, beside `--label team=z`. */
const common: [string, Partial<DockerfileSource>, string[]][] = [
  ['target', { target: 'last' }, ['--target', 'last', '--label', 'team=z']],
  ['no-cache', { noCache: true }, ['--label', 'team=z', '--no-cache']],
  [
    'add-hosts',
    { addHosts: ['a:10.0.0.1', 'b:::1'] },
    ['--label', 'team=z', '--add-host', 'a:10.0.0.1', '--add-host', 'b:::1'],
  ],
  ['shm-size', { shmSize: '64m' }, ['--label', 'team=z', '--shm-size', '64m']],
  ['ulimit', { ulimit: ['nofile=1:2'] }, ['--label', 'team=z', '--ulimit', 'nofile=1:2']],
  [
    'build-contexts',
    { buildContexts: { a: '/x', b: 'docker-image://c' } },
    ['--label', 'team=z', '--build-context', 'a=/x', '--build-context', 'b=docker-image://c'],
  ],
  ['ssh', { ssh: ['default', 'k=/key'] }, ['--label', 'team=z', '--ssh', 'default', '--ssh', 'k=/key']],
  ['extra-args', { extraArgs: ['--memory=2g'] }, ['--label', 'team=z', '--memory=2g']],
];

describe('docker', () => {
  test.each(common)('%s', async (_, source, wanted) => {
    expect((await docker(source)).args).toEqual(wanted);
  });

  test.each<[string, Partial<DockerfileSource>, string[]]>([
    ['network', { network: 'none' }, ['--network', 'none']],
    ['pull', { pull: true }, ['--pull']],
    [
      "a cache is read from the platform's own tag first",
      { cacheFrom: [{ type: 'registry', attributes: { ref: 'quay.io/a/b:c' } }] },
      ['--cache-from', 'quay.io/a/b:c-linux-s390x', '--cache-from', 'quay.io/a/b:c'],
    ],
    [
      'a cache inside of the image',
      { cacheTo: [{ type: 'inline', attributes: {} }] },
      ['--build-arg', 'BUILDKIT_INLINE_CACHE=1'],
    ],
  ])('%s', async (_, source, wanted) => {
    expect((await docker(source)).args.slice(2)).toEqual(wanted);
  });

  test('times are given to a BuildKit that knows of them, and else it is told that they are not', async () => {
    const env = { SOURCE_DATE_EPOCH: '86400' };
    const date = ['--build-arg', 'SOURCE_DATE_EPOCH=86400'];
    expect((await docker({}, { env })).args.slice(2)).toEqual(date);
    // A build argument of the user's own goes before.
    expect((await docker({ buildArgs: { SOURCE_DATE_EPOCH: '1' } }, { env })).args.slice(2)).toEqual([]);
    const older: DockerHost[] = [{ version: '20.10.24' }, { builder: 'classic' }];
    for (const other of older) {
      const { args, lines } = await docker({}, { env, ...other });
      expect(args.slice(2)).toEqual([]);
      expect(lines).toEqual([expect.stringMatching(/^warning: SOURCE_DATE_EPOCH is set, and docker /)]);
    }
  });
});

describe.each(['podman', 'buildah'] as const)('%s', (engine) => {
  test.each(common)('%s', async (_, source, wanted) => {
    const { args } = await containers(engine, source);
    const removal = engine === 'buildah' && source.noCache === true ? ['--force-rm'] : [];
    expect(args).toEqual(['--format', 'oci', ...removal, ...wanted]);
  });

  test.each<[string, Partial<DockerfileSource>, string[]]>([
    ['annotations', { annotations: { 'a.b': 'c=d' } }, ['--annotation', 'a.b=c=d']],
    ['pull', { pull: true }, ['--pull-always']],
  ])('%s', async (_, source, wanted) => {
    expect((await containers(engine, source)).args.slice(4)).toEqual(wanted);
  });

  test('a cache is a repository of the platform, and keeps layers', async () => {
    const cache = { type: 'registry', attributes: { ref: 'localhost:5000/a/cache', mode: 'max' } };
    const { args } = await containers(engine, { cacheFrom: [cache], cacheTo: [cache] });
    const name = 'localhost:5000/a/cache-linux-s390x';
    expect(args.slice(-5)).toEqual(['--layers', '--cache-from', name, '--cache-to', name]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a tag', { ref: 'quay.io/a/b:c' }, /can't use "quay\.io\/a\/b:c"; name a repository without a tag/],
    ['a digest', { ref: 'quay.io/a/b@sha256:1' }, /can't use/],
    ['no name', {}, /can't use ""/],
    ['an attribute of BuildKit', { ref: 'quay.io/a/b', compression: 'zstd' }, /"compression" means nothing/],
  ])('a cache with %s is refused', async (_, attributes, wanted) => {
    const error = await rejection(containers(engine, { cacheFrom: [{ type: 'registry', attributes }] }));
    expect(errorLine(error)).toMatch(/^E_UNSUPPORTED: /);
    expect(errorLine(error)).toMatch(wanted);
  });

  test.each<[DockerfileSource['format'], EngineOptions['env'], string]>([
    [undefined, {}, 'oci'],
    [undefined, { BUILDAH_FORMAT: 'docker' }, 'docker'],
    ['oci', { BUILDAH_FORMAT: 'docker' }, 'oci'],
    ['docker', {}, 'docker'],
  ])('format %s in %j', async (format, env, wanted) => {
    const { args } = await containers(engine, { ...(format && { format }) }, { env });
    expect(args.slice(0, 2)).toEqual(['--format', wanted]);
  });

  test('what the format would lose is refused, all at once', async () => {
    const error = await rejection(
      containers(
        engine,
        { format: 'oci', dockerOnly: ['SHELL (line 4)', 'HEALTHCHECK (line 9)'], shmSize: '1g' },
        { isChroot: true },
      ),
    );
    expect(errorLine(error)).toMatch(
      /^E_UNSUPPORTED: .*lose SHELL \(line 4\), HEALTHCHECK \(line 9\)\. shm-size "1g" .*set format: docker/,
    );
    expect((await rejection(containers(engine, { format: 'docker', annotations: { a: 'b' } }))).code).toBe(
      'E_UNSUPPORTED',
    );
  });

  test('further hosts without a network, which it would leave out, are refused', async () => {
    const addHosts = ['db.test:127.0.0.1'];
    const error = await rejection(containers(engine, { addHosts, network: 'none' }));
    expect(errorLine(error)).toMatch(/^E_UNSUPPORTED: add-hosts can't be had .*network none/);
    const { args } = await containers(engine, { addHosts, network: 'host' });
    expect(args).toContain('db.test:127.0.0.1');
  });

  test('times', async () => {
    const { args } = await containers(engine, {}, { env: { SOURCE_DATE_EPOCH: '86400' } });
    expect(args.slice(-2)).toEqual(['--timestamp', '86400']);
    const error = await rejection(containers(engine, {}, { env: { SOURCE_DATE_EPOCH: 'yesterday' } }));
    expect(errorLine(error)).toMatch(/^E_INPUT: SOURCE_DATE_EPOCH is "yesterday"; it is a number of seconds/);
  });

  test.each<[string, string | RegExp]>([
    ['type=local,dest=out', 'type=local,dest=<workspace>/out'],
    ['out', 'type=local,dest=<workspace>/out'],
    ['type=tar,dest=out.tar', 'type=tar,dest=<workspace>/out.tar'],
    ['type=tar,dest=-', /^E_UNSUPPORTED: /],
    ['type=registry,name=x', /^E_UNSUPPORTED: /],
    ['type=local,dest=out,other=1', /^E_UNSUPPORTED: /],
    ['type=local,dest=../out', /^E_INPUT: outputs leads out of the workspace/],
    ['/etc', /^E_INPUT: outputs leads out of the workspace/],
  ])('outputs %s', async (output, wanted) => {
    const workspace = realpathSync(temporaryFolder());
    const told = containers(engine, { outputs: [output] }, { workspace });
    if (typeof wanted === 'string')
      expect((await told).args.slice(-2)).toEqual(['--output', wanted.replace('<workspace>', workspace)]);
    else expect(errorLine(await rejection(told))).toMatch(wanted);
  });
});

describe('secrets', () => {
  const value = 'hunter2-hunter2';

  test('reach the build in its environment, and are in no argument', async () => {
    const env = { FROM_ENV: value };
    const secrets: DockerfileSource['secrets'] = [
      { id: 'a', from: { kind: 'value', value } },
      { id: 'b', from: { kind: 'environment', variable: 'FROM_ENV' } },
    ];
    const told = await docker({ secrets }, { env });
    expect(told.args.join(' ')).not.toContain(value);
    expect(told.args.filter((arg) => arg.startsWith('id='))).toEqual([
      'id=a,env=NATIVE_MULTIARCH_SECRET_0',
      'id=b,env=NATIVE_MULTIARCH_SECRET_1',
    ]);
    expect(told.env).toEqual({ NATIVE_MULTIARCH_SECRET_0: value, NATIVE_MULTIARCH_SECRET_1: value });
  });

  test.each(['podman', 'buildah'] as const)(
    'go to %s by files of ours: it would write what is in its environment to files that stay when it is killed',
    async (engine) => {
      const secrets: DockerfileSource['secrets'] = [1, 2].map((number) => ({
        id: `s${number}`,
        from: { kind: 'value', value: `${value}${number}` },
      }));
      const { args, env } = await containers(engine, { secrets });
      const files = args.flatMap((arg) => /^id=s\d,type=file,src=(.*)$/.exec(arg)?.[1] ?? []);
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual([`${value}1`, `${value}2`]);
      for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(env).toEqual({});
    },
  );

  test('too long for an environment go by a file of ours alone', async () => {
    const long = value.repeat(10_000);
    const { args, env } = await docker({ secrets: [{ id: 'a', from: { kind: 'value', value: long } }] });
    const path = /^id=a,type=file,src=(.*)$/.exec(args.at(-1) ?? '')?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toBe(long);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(env).toEqual({});
  });

  test.each<[string, NonNullable<DockerfileSource['secrets']>, RegExp]>([
    ['twice', [1, 2].map(() => ({ id: 'a', from: { kind: 'value', value } })), /"a" is given twice/],
    [
      'in a variable that is not set',
      [{ id: 'a', from: { kind: 'environment', variable: 'NONE' } }],
      /NONE, which is not in the environment/,
    ],
    [
      'in a file that is not there',
      [{ id: 'a', from: { kind: 'file', path: 'none' } }],
      /secret "a" is not there: "none"/,
    ],
    ['in a folder', [{ id: 'a', from: { kind: 'file', path: '.' } }], /is a folder/],
    [
      'of more than 500 KiB',
      [{ id: 'a', from: { kind: 'value', value: 'x'.repeat(600_000) } }],
      /more than 500 KiB/,
    ],
  ])('%s are refused', async (_, secrets, wanted) => {
    const line = errorLine(await rejection(docker({ secrets })));
    expect(line).toMatch(/^E_INPUT: /);
    expect(line).toMatch(wanted);
  });

  test('that are empty are left out, and told', async () => {
    const { args, lines } = await docker({ secrets: [{ id: 'a', from: { kind: 'value', value: '' } }] });
    expect(args).toEqual(['--label', 'team=z']);
    expect(lines).toEqual(['warning: secret "a" is empty, and left out of the build']);
  });
});

describe('what names something on this machine', () => {
  const cwd = realpathSync(temporaryFolder({ 'ctx/file': '', key: '', 'layout/oci-layout': '' }));
  const places = { cwd, workspace: cwd, env: { SSH_AUTH_SOCK: '/agent' } };
  const source = (more: Partial<DockerfileSource>): DockerfileSource => ({
    kind: 'dockerfile',
    context: '.',
    ...more,
  });

  test('is given as its real path', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const checked = await checkOptions(
      source({
        buildContexts: {
          a: 'ctx',
          b: 'docker-image://alpine:3',
          c: `oci-layout://layout:v1@${digest}`,
        },
        ssh: ['default', 'deploy=key,./key'],
      }),
      places,
    );
    expect(checked.buildContexts).toEqual({
      a: join(cwd, 'ctx'),
      b: 'docker-image://alpine:3',
      c: `oci-layout://${join(cwd, 'layout')}:v1@${digest}`,
    });
    expect(checked.ssh).toEqual(['default', `deploy=${join(cwd, 'key')},${join(cwd, 'key')}`]);
  });

  test('or refused, all of it at once', async () => {
    const error = await rejection(
      checkOptions(
        source({
          buildContexts: {
            none: 'nowhere',
            git: 'https://github.com/a/b.git',
            'a b': 'ctx',
            file: 'key',
            out: '..',
          },
          ssh: ['x y', 'deploy=none'],
          extraArgs: ['--push'],
        }),
        { ...places, env: {} },
      ),
    );
    for (const part of [
      'extra-args has "--push"',
      'build context none "nowhere" is not there',
      'build context git is "https://github.com/a/b.git", which is not on this machine',
      'build-contexts has the name "a b"',
      'build context file "key" is not a folder',
      'build context out ".." leads out of the workspace',
      'ssh has "x y", which is not id=path',
      'ssh deploy is not there: "none"',
    ])
      expect(error.message).toContain(part);
    expect(
      errorLine(await rejection(checkOptions(source({ ssh: ['default'] }), { ...places, env: {} }))),
    ).toMatch(/^E_INPUT: ssh asks for the agent of "default", and SSH_AUTH_SOCK is not set; start an agent/);
  });
});

test.each<[string, string]>([
  ['--tag=x', 'the image gets a name that only this leg knows; leave it out'],
  ['-tx', 'the image gets a name that only this leg knows; leave it out'],
  ['-qf', 'the output is in the log, and errors are told by it'],
  ['--secret', 'use secrets, secret-envs or secret-files'],
  ['--platform=linux/arm64', 'use platform'],
  ['--creds=me:pw', 'a password would stand in the list of processes'],
  ['--', 'the folder that is built comes last'],
])('extra-args: %s is refused', (arg, wanted) => {
  expect(refusedArguments(['--memory=2g', '-m', '-', arg, 'value']).map(errorLine)).toEqual(
    expect.arrayContaining([expect.stringContaining(wanted)]),
  );
});

test.each<[string, Record<string, string>, 'from' | 'to', Record<string, string>[]]>([
  ['gha', {}, 'to', [{ scope: 'buildkit-linux-s390x' }]],
  ['gha', { scope: 'app', mode: 'max' }, 'from', [{ scope: 'app-linux-s390x', mode: 'max' }]],
  ['s3', { name: 'a' }, 'to', [{ name: 'a-linux-s390x' }]],
  ['local', { src: '/c/' }, 'from', [{ src: '/c/linux-s390x' }]],
  ['local', { dest: '/c' }, 'to', [{ dest: '/c/linux-s390x' }]],
  ['registry', { ref: 'r/a' }, 'to', [{ ref: 'r/a:latest-linux-s390x' }]],
  ['registry', { ref: 'r:5000/a' }, 'from', [{ ref: 'r:5000/a:latest-linux-s390x' }, { ref: 'r:5000/a' }]],
  ['registry', { ref: 'r/a@sha256:1' }, 'from', [{ ref: 'r/a@sha256:1' }]],
  ['inline', {}, 'to', [{}]],
])('a cache of type %s with %j, %s', (type, attributes, direction, wanted) => {
  expect(cacheOfPlatform({ type, attributes }, platform, direction)).toEqual(
    wanted.map((each) => ({ type, attributes: each })),
  );
});

test.each([
  [['a=b', 'c'], 'a=b,c'],
  [['dest=/a,b', 'q="x"'], '"dest=/a,b","q=""x"""'],
  [[' a'], '" a"'],
])('%j as one argument', (fields, wanted) => {
  expect(csvLine(fields)).toBe(wanted);
});

describe('the table of options', () => {
  test('says no before the start, with the version that it came with and who can', () => {
    const asked = askedOptions(order({ buildContexts: { a: '/x' }, ulimit: ['nofile=1'] }).request);
    expect(asked).toEqual(['labels', 'build-contexts', 'ulimit']);
    expect(unsupportedOptions(asked, 'docker', '20.10.24+dfsg1').map(errorLine)).toEqual([
      "E_UNSUPPORTED: build-contexts can't be honoured by docker 20.10.24+dfsg1: it came with 23.0; leave it out, or use an engine that can: buildx, docker 23.0 or newer, podman, buildah",
      "E_UNSUPPORTED: ulimit can't be honoured by docker 20.10.24+dfsg1: it came with 23.0; leave it out, or use an engine that can: buildx, docker 23.0 or newer, podman, buildah",
    ]);
    expect(unsupportedOptions(['secrets'], 'docker-classic', '26.1.5').map(errorLine)).toEqual([
      "E_UNSUPPORTED: secrets can't be honoured by docker without BuildKit, 26.1.5: the classic builder has none; leave it out, or use an engine that can: buildx, docker with its buildx plugin, podman, buildah",
    ]);
    expect(unsupportedOptions(asked, 'docker', '23.0.0-rc.1')).toEqual([]);
    expect(unsupportedOptions(asked, 'podman', '4.1.9')).toHaveLength(1);
  });

  test('has somebody for every option', () => {
    for (const row of Object.values(supportTable))
      expect(Object.values(row).some((one) => one === 'yes' || 'since' in one)).toBe(true);
  });
});
