import { describe, expect, test } from '@jest/globals';
import { checkThroughHelper, helperOf } from '../../../src/engines/buildx/buildkit-helper.ts';
import { Session } from '../../../src/engines/process/session.ts';
import { failure, rejection } from '../../support/failure.ts';
import { pathWith, scripted, testOptions } from '../support/scripted.ts';

const settings = '\0\0\u0006\u0004\0\0\0\0\0\0\u0005\0\0@\0';

function session(
  said: { code?: number; stdout?: string; stderr?: string; ended?: 'timeout' },
  ...tools: string[]
) {
  const script = scripted(() => said);
  const env = { PATH: pathWith(...tools) };
  return { script, session: new Session('buildx', 'buildx', testOptions({ exec: script.exec, env })) };
}

describe('a BuildKit that is reached by a program', () => {
  test.each([
    ['docker-container://kit', 'docker exec -i kit buildctl dial-stdio'],
    ['docker-container://kit?context=far', 'docker --context=far exec -i kit buildctl dial-stdio'],
    [
      'kube-pod://kit-0?namespace=builds',
      'kubectl --context= --namespace=builds exec --container= -i kit-0 -- buildctl dial-stdio',
    ],
    ['ssh://far.example', 'ssh -o BatchMode=yes -o ConnectTimeout=10 -- far.example buildctl dial-stdio'],
    [
      'ssh://me@far.example:2222/run/kit.sock',
      'ssh -l me -p 2222 -o BatchMode=yes -o ConnectTimeout=10 -- far.example buildctl --addr unix:///run/kit.sock dial-stdio',
    ],
  ])('%s is asked as buildx does: %s', async (address, line) => {
    const { command, args } = helperOf(address);
    expect([command, ...args].join(' ')).toBe(line);
    const { script, session: one } = session({ stdout: settings }, command);
    await expect(checkThroughHelper(one, address)).resolves.toBeUndefined();
    expect(script.lines()).toEqual([line]);
    expect(String(script.calls[0]?.options.input)).toMatch(/^PRI \* HTTP\/2\.0/);
  });

  test.each(['docker-container://-v', 'ssh://-oProxyCommand=x', 'docker-container://', 'ssh://-x@host'])(
    '%s names nothing',
    (address) => {
      expect(failure(() => helperOf(address)).code).toBe('E_INPUT');
    },
  );

  test('of which there is none', async () => {
    const { session: one } = session({}, 'docker');
    expect(await rejection(checkThroughHelper(one, 'kube-pod://kit'))).toMatchObject({
      code: 'E_ENGINE_MISSING',
      message: '"kube-pod://kit" is reached by kubectl, which is not on PATH',
    });
  });

  test.each([
    [
      'docker-container://kit',
      'Error: No such container: kit',
      'there is no such container',
      /docker ps --all/,
    ],
    [
      'docker-container://kit',
      'Error response from daemon: No such container: kit',
      'there is no such container',
      /docker ps --all/,
    ],
    [
      'docker-container://kit',
      'Error response from daemon: Container 0f7c94ae is not running',
      'that container does not run',
      /docker start/,
    ],
    [
      'docker-container://kit',
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "buildctl": executable file not found in $PATH: unknown',
      'there is no buildctl, so no BuildKit',
      /moby\/buildkit/,
    ],
    [
      'ssh://far.example',
      'bash: line 1: buildctl: command not found',
      'there is no buildctl, so no BuildKit',
      /remote or DOCKER_HOST/,
    ],
    [
      'ssh://far.example',
      'error: dial unix /run/buildkit/buildkitd.sock: connect: no such file or directory',
      'buildkitd does not run there, or has another socket',
      /start buildkitd/,
    ],
    [
      'ssh://far.example',
      'root@far.example: Permission denied (publickey).',
      'root@far.example: Permission denied (publickey).',
      /"ssh -o BatchMode=yes .* -- far\.example buildctl dial-stdio" works here/,
    ],
  ])('%s: %s', async (address, stderr, says, cure) => {
    const { session: one } = session({ code: 1, stderr }, 'docker', 'ssh');
    expect(await rejection(checkThroughHelper(one, address))).toMatchObject({
      code: 'E_ENGINE',
      message: `BuildKit does not answer at "${address}": ${says}`,
      hint: expect.stringMatching(cure),
    });
  });

  test('that says nothing, or speaks of something else', async () => {
    const late = session({ code: 143, ended: 'timeout' }, 'ssh');
    expect((await rejection(checkThroughHelper(late.session, 'ssh://far.example'))).message).toMatch(
      /said nothing for 15 s$/,
    );
    const other = session({ stdout: 'Welcome to far.example\n' }, 'ssh');
    expect((await rejection(checkThroughHelper(other.session, 'ssh://far.example'))).message).toMatch(
      /what answers there is no BuildKit$/,
    );
  });
});
