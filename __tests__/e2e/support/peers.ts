import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { startDaemonless } from './engines.ts';
import { temporaryFolder } from './folders.ts';
import { debianPath, succeed, type RunOptions } from './processes.ts';
import type { Registry } from './registry.ts';
import { tool } from './tools.ts';

/** Another tool that makes a list of images that are in a registry. */
export interface Peer {
  readonly title: string;
  /** Makes a list at `target`, in the registry of `legs`. @param folder that the tool can see; default: any */
  make(registry: Registry, legs: readonly string[], target: string, folder?: string): Promise<void>;
}

function signedIn(registry: Registry): RunOptions {
  return { env: { PATH: debianPath, DOCKER_CONFIG: registry.dockerConfig, HOME: registry.dockerConfig } };
}

function crane(title: string, more: readonly string[] = []): Peer {
  return {
    title,
    make: async (registry, legs, target) => {
      const manifests = legs.flatMap((leg) => ['--manifest', leg]);
      const args = ['index', 'append', '--insecure', ...more, ...manifests, '--tag', target];
      await succeed(tool('crane'), args, signedIn(registry));
    },
  };
}

function regctl(title: string, more: readonly string[] = []): Peer {
  return {
    title,
    make: async (registry, legs, target) => {
      const host = ['--host', `reg=${registry.host},tls=disabled`];
      const args = ['index', 'create', ...host, ...more, ...legs.flatMap((leg) => ['--ref', leg]), target];
      await succeed(tool('regctl'), args, signedIn(registry));
    },
  };
}

/** podman and buildah pull nothing to make a list, and push all of its images with it. */
function daemonless(name: 'podman' | 'buildah', format: 'oci' | 'v2s2'): Peer {
  return {
    title: `${name} manifest push --format ${format}`,
    make: async (registry, legs, target) => {
      await using engine = await startDaemonless(name);
      const env = { PATH: debianPath, HOME: registry.dockerConfig, ...engine.env };
      const access = ['--tls-verify=false', '--authfile', registry.authFile];
      const manifest = (...args: string[]) => succeed(`/usr/bin/${name}`, ['manifest', ...args], { env });
      await manifest('create', 'list');
      for (const leg of legs) await manifest('add', ...access, 'list', `docker://${leg}`);
      await manifest('push', '--all', '--format', format, ...access, 'list', `docker://${target}`);
    },
  };
}

/** `docker manifest` by this docker command. Lists that are being made are kept in the configuration's folder. */
export function dockerManifest(command: readonly string[] = ['/usr/bin/docker']): Peer {
  return {
    title: 'docker manifest',
    make: async (registry, legs, target, folder) => {
      await using scratch = await temporaryFolder(folder);
      await copyFile(registry.authFile, path.join(scratch.path, 'config.json'));
      const env = {
        PATH: debianPath,
        HOME: scratch.path,
        DOCKER_CONFIG: scratch.path,
        DOCKER_CLI_EXPERIMENTAL: 'enabled',
      };
      const [program = '', ...before] = command;
      const manifest = (...args: string[]) => succeed(program, [...before, 'manifest', ...args], { env });
      await manifest('create', '--insecure', target, ...legs);
      await manifest('push', '--insecure', target);
    },
  };
}

export const dockerListType = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** All that make a list of OCI images: Docker's command of 20.10 asks a registry for Docker images alone. */
export const ociPeers: readonly Peer[] = [
  crane('crane index append'),
  regctl('regctl index create'),
  daemonless('podman', 'oci'),
  daemonless('buildah', 'oci'),
];

/** All that make a list of Docker images. */
export const dockerPeers: readonly Peer[] = [
  crane('crane index append --docker-empty-base', ['--docker-empty-base']),
  regctl('regctl index create --media-type', ['--media-type', dockerListType]),
  daemonless('podman', 'v2s2'),
  daemonless('buildah', 'v2s2'),
  dockerManifest(),
];

/** `docker buildx imagetools create`, by this buildx. */
export function imagetools(command: readonly string[]): Peer {
  return {
    title: 'buildx imagetools',
    make: async (registry, legs, target, folder) => {
      await using scratch = await temporaryFolder(folder);
      await copyFile(registry.authFile, path.join(scratch.path, 'config.json'));
      const env = { PATH: debianPath, DOCKER_CONFIG: scratch.path, HOME: scratch.path };
      const [program = '', ...before] = command;
      await succeed(program, [...before, 'imagetools', 'create', '--tag', target, ...legs], { env });
    },
  };
}
