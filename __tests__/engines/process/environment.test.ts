import { expect, test } from '@jest/globals';
import { childEnvironment, shownVariables } from '../../../src/engines/process/environment.ts';

test('children see what engines need, and nothing that an earlier step or a secret left', () => {
  const needed = {
    PATH: '/usr/bin',
    HOME: '/root',
    DOCKER_HOST: 'unix:///run/docker.sock',
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_STORAGE_CONF: '/etc/storage.conf',
    XDG_RUNTIME_DIR: '/run/user/1000',
    https_proxy: 'http://proxy.test',
    AWS_PROFILE: 'ci',
  };
  const dropped = {
    NODE_OPTIONS: '--require /tmp/evil.js',
    LD_PRELOAD: '/tmp/evil.so',
    GIT_SSH_COMMAND: 'evil',
    BUILDX_BUILDER: 'other',
    BUILDX_CONFIG: '/tmp',
    DOCKER_DEFAULT_PLATFORM: 'linux/s390x',
    DOCKER_BUILDKIT: '0',
    INPUT_PASSWORD: 'secret',
    NATIVE_MULTIARCH_PASSWORD: 'secret',
    ACTIONS_RUNTIME_TOKEN: 'secret',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
    GITHUB_TOKEN: 'secret',
    BASH_ENV: '/tmp/evil',
  };
  expect(childEnvironment({ ...needed, ...dropped, LANG: undefined })).toEqual(needed);
});

test('what decides which engine answers is shown, without a password', () => {
  expect(
    shownVariables('docker', { DOCKER_HOST: 'ssh://me:pass@power.test', PATH: '/bin', DOCKER_CONTEXT: '' }),
  ).toEqual(['DOCKER_HOST=ssh://***@power.test']);
  expect(shownVariables('podman', { DOCKER_HOST: 'unix:///x', CONTAINER_HOST: 'ssh://power.test' })).toEqual([
    'CONTAINER_HOST=ssh://power.test',
  ]);
});
