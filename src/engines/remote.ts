import { CodedError, quote } from '../errors.ts';
import type { RemoteInput } from '../inputs/remote.ts';
import type { EngineName } from './engine.ts';
import type { EngineOptions } from './options.ts';
import { isLoopback } from './registries.ts';

type Scheme = RemoteInput['scheme'];

/** Which engine can be reached how, in the order in which `auto` tries them. */
const reaches: Readonly<Record<Scheme, readonly EngineName[]>> = {
  ssh: ['docker', 'podman', 'buildx'],
  tcp: ['buildx', 'docker', 'podman'],
  unix: ['buildx', 'docker', 'podman'],
  'docker-container': ['buildx'],
  'podman-container': ['buildx'],
  'kube-pod': ['buildx'],
  kubernetes: ['buildx'],
};

/** The engines that may be at that address. */
export function enginesAt({ scheme }: RemoteInput): readonly EngineName[] {
  return reaches[scheme];
}

/**
 * What makes `engine` the one at the address of `remote`: the engine's own variables, which its own tools read as well.
 * @throws E_UNSUPPORTED where it can't be reached like that
 */
export function atRemote(name: EngineName, options: EngineOptions): EngineOptions {
  const { remote, env } = options;
  if (remote === undefined) return options;
  const { scheme, address } = remote;
  if (!reaches[scheme].includes(name)) {
    throw new CodedError('E_UNSUPPORTED', `engine ${name} can't be used at ${quote(address, 120)}`, {
      hint: `use engine: ${reaches[scheme].join(' or ')}, or leave remote out`,
    });
  }
  return { ...options, env: { ...env, ...variables(name, remote) } };
}

function variables(name: EngineName, { scheme, address }: RemoteInput): EngineOptions['env'] {
  if (name === 'podman') return { CONTAINER_HOST: address, CONTAINER_CONNECTION: undefined };
  // BuildKit has no SSH server of its own: a Docker Engine is what is there.
  if (name === 'docker' || scheme === 'ssh')
    return {
      DOCKER_HOST: address,
      DOCKER_CONTEXT: undefined,
      BUILDKIT_HOST: undefined,
      BUILDX_BUILDER: undefined,
    };
  return { BUILDKIT_HOST: address };
}

/** Whether anybody who reaches that address can do anything there. */
export function isUnguarded({ scheme, address }: RemoteInput, env: EngineOptions['env']): boolean {
  const host = address.slice('tcp://'.length).replace(/\/.*$/u, '');
  return scheme === 'tcp' && !isLoopback(host) && (env['DOCKER_CERT_PATH'] ?? '') === '';
}
