import { describe, expect, test } from '@jest/globals';
import { atRemote, enginesAt, isUnguarded } from '../../src/engines/remote.ts';
import { parseRemote } from '../../src/inputs/remote.ts';
import { failure } from '../support/failure.ts';
import { recordingLog } from './support/scripted.ts';

const { log } = recordingLog();
const env = { DOCKER_CONTEXT: 'other', BUILDKIT_HOST: 'unix:///x', CONTAINER_CONNECTION: 'other' };

function variables(
  name: 'docker' | 'podman' | 'buildx',
  address: string,
): Record<string, string | undefined> {
  return atRemote(name, { log, env, cwd: '/', temp: '/', remote: parseRemote(address) }).env;
}

describe('an address becomes the variable that the engine itself reads', () => {
  test.each(['ssh://me@host:22', 'tcp://host:2376', 'unix:///run/d.sock'])('docker: %s', (address) => {
    const told = variables('docker', address);
    expect(told).toMatchObject({ DOCKER_HOST: address });
    expect([told['DOCKER_CONTEXT'], told['BUILDKIT_HOST']]).toEqual([undefined, undefined]);
  });

  test.each(['ssh://me@host/run/p.sock', 'tcp://host:8080', 'unix:///run/p.sock'])(
    'podman: %s',
    (address) => {
      const told = variables('podman', address);
      expect(told).toMatchObject({ CONTAINER_HOST: address });
      expect(told['CONTAINER_CONNECTION']).toBeUndefined();
    },
  );

  test.each([
    'tcp://host:1234',
    'unix:///run/b.sock',
    'docker-container://kit',
    'podman-container://kit',
    'kube-pod://kit?namespace=builds',
    'kubernetes://builds?nodeselector=kubernetes.io/arch=s390x',
  ])('buildx: %s', (address) => {
    expect(variables('buildx', address)).toMatchObject({ BUILDKIT_HOST: address });
  });

  test('buildx over SSH: a Docker Engine is what is there', () => {
    const told = variables('buildx', 'ssh://me@host');
    expect(told).toMatchObject({ DOCKER_HOST: 'ssh://me@host' });
    expect(told['BUILDKIT_HOST']).toBeUndefined();
  });

  test('an engine that can not be there', () => {
    const error = failure(() => variables('podman', 'kubernetes://builds'));
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', hint: expect.stringContaining('engine: buildx') });
  });
});

test('which engines are tried at which address', () => {
  expect(enginesAt(parseRemote('ssh://host'))).toEqual(['docker', 'podman', 'buildx']);
  expect(enginesAt(parseRemote('kubernetes://'))).toEqual(['buildx']);
});

test.each([
  ['tcp://host:1234', {}, true],
  ['tcp://host:1234', { DOCKER_CERT_PATH: '/certs' }, false],
  ['tcp://localhost:1234', {}, false],
  ['tcp://127.0.0.1:1234', {}, false],
  ['ssh://host', {}, false],
] as const)('whether %s with %j is open to everybody', (address, given, open) => {
  expect(isUnguarded(parseRemote(address), given)).toBe(open);
});
