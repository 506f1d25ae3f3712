import { createHash } from 'node:crypto';
import { temporaryFolder } from './folders.ts';
import type { Registry } from './registry.ts';
import { debianPath, run, succeed } from './processes.ts';
import { tool } from './tools.ts';

/** Tools that share no line of code with us: what they say of a published tag is what counts. */

/** `crane validate`: downloads every child, config and layer, and checks each digest and size. Throws on a finding. */
export async function craneValidate(registry: Registry, image: string): Promise<string> {
  const { stdout, stderr } = await succeed(tool('crane'), ['validate', '--insecure', '--remote', image], {
    env: { PATH: debianPath, DOCKER_CONFIG: registry.dockerConfig },
  });
  return stdout + stderr;
}

/** Copies a list with all its platforms into a folder: skopeo compares every digest and size on the way. */
export async function skopeoCopy(registry: Registry, image: string): Promise<void> {
  await using folder = await temporaryFolder();
  const from = ['--src-tls-verify=false', '--src-authfile', registry.authFile, `docker://${image}`];
  await succeed('/usr/bin/skopeo', ['copy', '--all', '--preserve-digests', ...from, `dir:${folder.path}`]);
}

/** The digest that the registry has for a tag; undefined where there is no such tag, or no such repository. */
export async function craneDigest(registry: Registry, image: string): Promise<string | undefined> {
  const [repository, tag] = splitTag(image);
  const env = { PATH: debianPath, DOCKER_CONFIG: registry.dockerConfig };
  const tags = await run(tool('crane'), ['ls', '--insecure', repository], { env });
  if (tags.stderr.includes('NAME_UNKNOWN')) return undefined;
  if (tags.status !== 0) throw new Error(`crane ls ${repository}: ${tags.stderr}`);
  if (!tags.stdout.split('\n').includes(tag)) return undefined;
  return (await succeed(tool('crane'), ['digest', '--insecure', image], { env })).stdout.trim();
}

/** The bytes of a manifest as skopeo fetches them. */
export async function skopeoRaw(registry: Registry, image: string): Promise<Buffer> {
  const args = [
    'inspect',
    '--raw',
    '--tls-verify=false',
    '--authfile',
    registry.authFile,
    `docker://${image}`,
  ];
  return (await succeed('/usr/bin/skopeo', args)).bytes;
}

/** The bytes of a manifest as regctl fetches them. */
export async function regctlManifest(registry: Registry, image: string): Promise<Buffer> {
  return regctl(registry, ['manifest', 'get', '--format', 'raw-body', image]);
}

/** What regctl prints. */
export async function regctl(registry: Registry, args: readonly string[]): Promise<Buffer> {
  const host = ['--host', `reg=${registry.host},tls=disabled`];
  const env = { PATH: debianPath, DOCKER_CONFIG: registry.dockerConfig, HOME: registry.dockerConfig };
  return (await succeed(tool('regctl'), [...args, ...host], { env })).bytes;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export interface PublishedIndex {
  readonly mediaType: string;
  readonly manifests: readonly {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly platform: { readonly os: string; readonly architecture: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

function splitTag(image: string): [repository: string, tag: string] {
  const colon = image.lastIndexOf(':');
  return [image.slice(0, colon), image.slice(colon + 1)];
}
