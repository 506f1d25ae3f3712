import { CodedError, quote, show } from '../../errors.ts';
import { lastLines } from '../process/output.ts';
import type { Session } from '../process/session.ts';
import { findTool } from '../process/tools.ts';
import { firstWords, isHttp2 } from './buildkit-address.ts';

/** How buildx reaches a BuildKit that it has no address of its own for. https://github.com/moby/buildkit/tree/master/client/connhelper */
export interface Helper {
  readonly command: 'docker' | 'kubectl' | 'ssh';
  readonly args: readonly string[];
}

const helperMs = 15_000;
const plainName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/u;

/** @throws E_INPUT for an address that names nothing, or what would be an option */
export function helperOf(address: string): Helper {
  const url = new URL(address);
  const { hostname, username, port, pathname, searchParams } = url;
  if (!plainName.test(hostname) || (username !== '' && !plainName.test(username))) {
    throw new CodedError('E_INPUT', `BUILDKIT_HOST is ${quote(address, 120)}, which names nothing`, {
      hint: 'a name has letters, digits, "_", "." and "-", and begins with a letter or a digit',
    });
  }
  const dial = ['buildctl', 'dial-stdio'];
  const context = searchParams.get('context') ?? '';
  switch (url.protocol) {
    case 'ssh:':
      return {
        command: 'ssh',
        args: [
          ...(username === '' ? [] : ['-l', username]),
          ...(port === '' ? [] : ['-p', port]),
          ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', hostname, 'buildctl'],
          ...(pathname.length > 1 ? ['--addr', `unix://${pathname}`] : []),
          'dial-stdio',
        ],
      };
    case 'kube-pod:':
      return {
        command: 'kubectl',
        args: [
          ...[`--context=${context}`, `--namespace=${searchParams.get('namespace') ?? ''}`, 'exec'],
          ...[`--container=${searchParams.get('container') ?? ''}`, '-i', hostname, '--', ...dial],
        ],
      };
    default:
      return {
        command: 'docker',
        args: [...(context === '' ? [] : [`--context=${context}`]), 'exec', '-i', hostname, ...dial],
      };
  }
}

/**
 * Whether somebody who may be a BuildKit answers through the helper that buildx would use: buildx itself waits for 20 s, and does not say
 * what the helper said.
 * @throws E_ENGINE with what is wrong; E_ENGINE_MISSING where there is no such helper; E_INPUT
 */
export async function checkThroughHelper(session: Session, address: string): Promise<void> {
  const { command, args } = helperOf(address);
  const tool = await findTool(command, session.options.env['PATH']);
  if (tool === undefined) {
    throw new CodedError(
      'E_ENGINE_MISSING',
      `${quote(address, 120)} is reached by ${command}, which is not on PATH`,
      {
        hint: `install ${command}, or give the address of a BuildKit on TCP or of its socket: tcp://, unix://`,
      },
    );
  }
  const answer = await session.ask(args, { tool, input: firstWords, timeoutMs: helperMs });
  if (isHttp2(Buffer.from(answer.stdout, 'latin1'))) return;
  const { says, cure } = explain(answer.stderr, answer.ended === 'timeout');
  throw new CodedError('E_ENGINE', `BuildKit does not answer at ${quote(address, 120)}: ${says}`, {
    hint: cure ?? `see that "${[command, ...args].join(' ')}" works here as this user, without a question`,
  });
}

/** Messages of Docker 20.10 to 28, kubectl and OpenSSH. */
const troubles: readonly (readonly [RegExp, string, string])[] = [
  [
    /No such container/u,
    'there is no such container',
    'start it, or give the name of another: "docker ps --all" lists them',
  ],
  [
    /[Cc]ontainer \S+ is (?:not running|paused)/u,
    'that container does not run',
    'start it: "docker start" and its name',
  ],
  [
    /buildctl"?: (?:command |executable file )?not found|exec: "buildctl"|buildctl: No such file/u,
    'there is no buildctl, so no BuildKit',
    'name a container of moby/buildkit, or a machine with BuildKit; to build in the Docker Engine of a machine give its address in remote or DOCKER_HOST',
  ],
  [
    /dial unix \S+: connect:|dial unix \S+: no such file/u,
    'buildkitd does not run there, or has another socket',
    'start buildkitd there; of ssh:// a path names its socket',
  ],
  [
    /Cannot connect to the Docker daemon|docker daemon is not running|error during connect/iu,
    'the Docker daemon that has the container does not answer',
    'start it ("systemctl start docker"), or check DOCKER_HOST',
  ],
];

function explain(stderr: string, isLate: boolean): { says: string; cure?: string } {
  const known = troubles.find(([matches]) => matches.test(stderr));
  if (known !== undefined) return { says: known[1], cure: known[2] };
  const said = lastLines(stderr, 2, 300);
  if (said !== '') return { says: show(said, 300) };
  return { says: isLate ? `it said nothing for ${helperMs / 1000} s` : 'what answers there is no BuildKit' };
}
