import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { FailureContext } from '../../../src/engines/failures/failure-rules.ts';
import { classify, runtimeTrouble } from '../../../src/engines/failures/failures.ts';
import type { EngineName } from '../../../src/engines/engine.ts';
import type { ErrorCode } from '../../../src/errors.ts';

/** What real engines said; the first line of each file is the command, the last its exit code. */
const folder = new URL('./fixtures/', import.meta.url);

function fixture(name: string): { output: string; exitCode: number } {
  const text = readFileSync(new URL(`${name}.txt`, folder), 'utf8');
  const exitCode = Number(/\(exit (\d+)\)\s*$/.exec(text)?.[1]);
  return { exitCode, output: text.replace(/^\$.*\n/, '').replace(/\(exit \d+\)\s*$/, '') };
}

function engineOf(name: string): EngineName {
  if (name.startsWith('podman')) return 'podman';
  if (name.startsWith('buildx')) return 'buildx';
  return name.startsWith('buildah') ? 'buildah' : 'docker';
}

type Row = readonly [names: readonly string[], doing: FailureContext['doing'], code: ErrorCode, says: RegExp];

/** The generation of Debian 13: Docker 26.1 with buildx 0.13, podman 5.4 and buildah 1.39. */
const newer = ['docker26', 'podman5', 'buildah139'];

const each = (
  suffix: string,
  engines = ['docker20', 'docker28', 'buildkit', 'podman', 'buildah', 'buildx', ...newer],
): string[] => engines.map((engine) => `${engine}-${suffix}`);
const clients = ['docker20', 'docker26', 'docker28'];
const containers = ['podman', 'buildah', 'podman5', 'buildah139'];
/** The same Docker 26.1 with containerd's image store, which pushes in another way. */
const pushers = ['docker26', 'docker26c', ...containers];

const rows: readonly Row[] = [
  [each('daemon-down', clients), 'ask', 'E_ENGINE', /^the Docker daemon does not answer/],
  [each('tcp-down', clients), 'ask', 'E_ENGINE', /^the Docker daemon does not answer/],
  [each('denied', clients), 'ask', 'E_ENGINE', /socket is not ours to use: permission denied/],
  [[...each('run-failed'), 'buildx-step-failed'], 'build', 'E_BUILD', /oh no/],
  [
    each('exec-format'),
    'build',
    'E_BUILD',
    /^\/prog is not for linux\/s390x, or is no program: exec format error/,
  ],
  [
    ['podman-home-read-only', 'podman-home-missing', 'buildah-home-read-only'],
    'ask',
    'E_ENGINE',
    /^(?:podman|buildah) has no folder that it may write to/,
  ],
  [['podman-rootless-network'], 'build', 'E_ENGINE', /^podman can't give containers a network here/],
  [each('copy-missing'), 'build', 'E_BUILD', /nothere/],
  [each('no-target'), 'build', 'E_BUILD', /nothere/],
  [each('no-shell'), 'build', 'E_BUILD', /\/bin\/sh/],
  [each('no-dockerfile'), 'build', 'E_BUILD', /Dockerfile/],
  [each('syntax'), 'build', 'E_BUILD', /RUNN/],
  [
    each('from-denied', [...clients, 'buildkit', 'buildx', 'podman5', 'buildah139']),
    'build',
    'E_UNAUTHORIZED',
    /the registry of a FROM image refuses to sign us in/,
  ],
  [each('from-denied', ['podman', 'buildah']), 'build', 'E_REGISTRY', /speaks plain HTTP/],
  [each('from-limited', newer), 'build', 'E_RATE_LIMITED', /FROM image limits the rate of requests/],
  [each('from-forbidden', newer), 'build', 'E_DENIED', /FROM image does not let us pull/],
  [each('from-broken', newer), 'build', 'E_REGISTRY', /the registry of a FROM image failed/],
  [each('from-refused', newer), 'build', 'E_NETWORK', /was not reached/],
  [each('from-plain-http', ['buildx', 'podman5', 'buildah139']), 'build', 'E_REGISTRY', /speaks plain HTTP/],
  [['buildx-from-self-signed'], 'build', 'E_REGISTRY', /^the certificate of the registry of a FROM image/],
  [['buildx-network-host'], 'build', 'E_UNSUPPORTED', /^this BuildKit does not give RUN steps the network/],
  [
    [
      ...each('base-platform', ['docker26', 'docker28', 'buildkit', ...containers, 'buildx']),
      'docker26c-classic-base-platform',
    ],
    'build',
    'E_BASE_PLATFORM',
    /^a FROM image has no linux\/s390x/,
  ],
  [
    each('base-missing', ['docker28', 'buildkit', 'podman', 'buildx', ...newer]),
    'build',
    'E_NOT_FOUND',
    /nosuch/,
  ],
  [
    each('not-executable', ['docker20', 'docker26', 'buildkit', ...containers, 'buildx']),
    'build',
    'E_BUILD',
    /^\/s\.sh is not executable: permission denied/,
  ],
  [['podman-step-no-space'], 'build', 'E_ENGINE', /^the storage of podman is full/],
  [
    ['podman-remote-down', 'podman5-remote-down', 'podman-ssh-down'],
    'ask',
    'E_ENGINE',
    /^podman's service does not answer/,
  ],
  [['docker20-ssh-down'], 'ask', 'E_ENGINE', /^docker is not reached through ssh/],
  [each('no-bridge', ['buildkit', 'docker26']), 'build', 'E_ENGINE', /has no bridge/],
  [
    each('no-space', ['docker28', 'buildkit', ...containers]),
    'build',
    'E_ENGINE',
    /is full: no space left on device/,
  ],
  [
    each('temporary-full', ['podman', 'buildah', 'buildx']),
    'build',
    'E_ENGINE',
    /^(?:podman|buildah|buildx) has no room left for its temporary files/,
  ],
  [
    each('crun-hybrid', ['podman', 'buildah']),
    'build',
    'E_ENGINE',
    /can't start programs here: .*cgroups in hybrid mode not supported/,
  ],
  [['buildah-chroot-network'], 'build', 'E_UNSUPPORTED', /chroot isolation/],
  [each('buildx-missing', ['docker26', 'docker28']), 'build', 'E_ENGINE', /needs the buildx plugin/],
  [
    each('classic-foreign', ['docker26', 'docker26c', 'docker28']),
    'build',
    'E_UNSUPPORTED',
    /^Docker's classic builder can't build this Dockerfile for linux\/s390x/,
  ],
  [
    [...each('push-no-auth', ['docker20', 'docker28', ...pushers])],
    'push',
    'E_UNAUTHORIZED',
    /^registry\.test refuses to sign us in/,
  ],
  [each('push-bad-auth', ['docker28', ...pushers]), 'push', 'E_UNAUTHORIZED', /refuses to sign us in/],
  [
    each('push-self-signed', ['docker28', 'podman', 'buildah']),
    'push',
    'E_REGISTRY',
    /certificate of registry\.test is not trusted/,
  ],
  [each('push-plain-http', ['docker28', ...containers]), 'push', 'E_REGISTRY', /speaks plain HTTP/],
  [each('push-refused', ['docker28', ...pushers]), 'push', 'E_NETWORK', /was not reached/],
  [each('push-no-host', ['docker28', ...pushers]), 'push', 'E_NETWORK', /was not reached/],
  [
    each('push-limited', [...newer, 'docker26c']),
    'push',
    'E_RATE_LIMITED',
    /^registry\.test limits the rate of requests/,
  ],
  [
    each('push-forbidden', [...newer, 'docker26c']),
    'push',
    'E_DENIED',
    /^registry\.test does not let us push/,
  ],
  [each('push-broken', [...newer, 'docker26c']), 'push', 'E_REGISTRY', /^registry\.test failed/],
  [
    each('push-immutable', ['podman5', 'buildah139']),
    'push',
    'E_TAG_IMMUTABLE',
    /^registry\.test does not let the tag be moved/,
  ],
  // Of what the registry answered, Docker says no word when its images are in containerd's store.
  [['docker26c-push-immutable'], 'push', 'E_REGISTRY', /400 Bad Request/],
];

describe('what real engines say', () => {
  const table = rows.flatMap(([names, doing, code, says]) =>
    names.map((name) => ({ name, doing, code, says })),
  );

  test.each(table)('$name is $code', ({ name, doing, code, says }) => {
    const { output, exitCode } = fixture(name);
    const error = classify(output, exitCode, {
      engine: engineOf(name),
      doing,
      platform: { os: 'linux', architecture: 's390x' },
      temporary: '/runner/_temp (1)/native-multiarch-HmGxKl',
      ...(doing === 'push' && { registry: 'registry.test' }),
    });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.hint).toBeTruthy();
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(1200);
  });

  test('every fixture is in a table', () => {
    const named = new Set([...table.map((row) => row.name), ...Object.keys(troubles)]);
    expect(
      readdirSync(folder)
        .map((file) => file.replace(/\.txt$/, ''))
        .filter((name) => !named.has(name)),
    ).toEqual([]);
  });
});

const troubles: Readonly<Record<string, string | undefined>> = {
  'podman-crun-hybrid': 'cgroups',
  'buildah-crun-hybrid': 'cgroups',
  'podman-run-crun-hybrid': 'cgroups',
  'podman-run-rlimit-runc': 'limits',
  'podman-run-rlimit-crun': 'limits',
  'podman5-run-rlimit-runc': 'limits',
  'buildah139-run-rlimit-runc': 'limits',
  'podman-no-shell': undefined,
  'buildah-no-shell': undefined,
  'docker28-no-shell': undefined,
  'podman-run-failed': undefined,
  'podman-exec-format': undefined,
};

describe('whether a container could be started', () => {
  test.each(Object.entries(troubles))('%s: %s', (name, kind) => {
    expect(runtimeTrouble(fixture(name).output)?.kind).toBe(kind);
  });
});

describe('words of a build step are not words of the engine', () => {
  const context = {
    engine: 'docker',
    doing: 'build',
    platform: { os: 'linux', architecture: 'amd64' },
  } as const;

  test.each([
    'manifest unknown',
    'denied: requested access to the resource is denied',
    'dial tcp 192.0.2.1:443: connect: connection refused',
    'no matching manifest for linux/s390x in the manifest list entries',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'Error: x509: certificate signed by unknown authority',
  ])('%s', (line) => {
    const classic = `${line}\nThe command '/bin/sh -c make' returned a non-zero code: 2\n`;
    expect(classify(classic, 1, context).code).toBe('E_BUILD');
    const podman = `${line}\nError: building at STEP "RUN make": while running runtime: exit status 2\n`;
    expect(classify(podman, 2, { ...context, engine: 'podman' }).code).toBe('E_BUILD');
  });

  test.each([
    [137, /was killed/, /memory/],
    [132, /crashed/, /newer processor/],
    [139, /crashed/, /QEMU/],
  ])('a step that ended with %d', (status, says, hint) => {
    const error = classify(`The command '/bin/sh -c make' returned a non-zero code: ${status}`, 1, context);
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(hint);
  });
});

test('a certificate that docker can not be given is unsupported, with the folder for it', () => {
  const { output } = fixture('docker28-push-self-signed');
  const error = classify(output, 1, {
    engine: 'docker',
    doing: 'push',
    registry: 'registry.test',
    caCertificate: true,
  });
  expect(error.code).toBe('E_UNSUPPORTED');
  expect(error.hint).toContain('/etc/docker/certs.d/registry.test/ca.crt');
});

test.each([
  ['toomanyrequests: You have reached your pull rate limit', 'E_RATE_LIMITED'],
  ['denied: permission_denied: write_package', 'E_DENIED'],
  [
    "tag invalid: The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
    'E_TAG_IMMUTABLE',
  ],
  ['received unexpected HTTP status: 503 Service Unavailable', 'E_REGISTRY'],
  ['net/http: TLS handshake timeout', 'E_NETWORK'],
])('a push that ends with %s', (line, code) => {
  expect(classify(line, 1, { engine: 'docker', doing: 'push', registry: 'registry.test' }).code).toBe(code);
});
