/// <reference lib="esnext.disposable" />
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import type { BuildRequest, DockerfileSource, FilesSource } from '../../../src/engines/engine.ts';
import type { BuildOption } from '../../../src/engines/support.ts';
import type { Workshop } from './engine-legs.ts';
import { request } from './engine-legs.ts';
import { debianPath, succeed } from './processes.ts';
import type { Secrets } from './options-table.ts';
import { busybox, hostArchitecture, tool } from './tools.ts';

/** What each input is set to in the build that has all that an engine knows. */
export type Given = Readonly<Partial<Record<BuildOption, Partial<DockerfileSource>>>>;

const sh = (script: string): string =>
  JSON.stringify(['/bin/busybox', 'sh', '-c', `b=/bin/busybox; ${script}`]);

/** What a build writes down of each input: a line of a shell in a RUN step, or an instruction of its own. */
const written: Readonly<Partial<Record<BuildOption, string>>> = {
  'build-args': `RUN ${sh('echo "$WORD" > /seen/build-args')}`,
  network: `RUN ${sh('$b cat /proc/net/dev > /seen/network')}`,
  'shm-size': `RUN ${sh('$b grep /dev/shm /proc/mounts > /seen/shm-size')}`,
  ulimit: `RUN ${sh('ulimit -n > /seen/ulimit')}`,
  'extra-args': `RUN ${sh('echo "$EXTRA" > /seen/extra-args')}`,
  secrets: `RUN --mount=type=secret,id=value --mount=type=secret,id=environment --mount=type=secret,id=file ${sh('$b sha256sum /run/secrets/* > /seen/secrets')}`,
  ssh: `RUN --mount=type=ssh ${sh('test -S "$SSH_AUTH_SOCK" && echo socket > /seen/ssh')}`,
  'build-contexts': 'COPY --from=folder word /seen/build-contexts',
  'build-contexts docker-image://': 'COPY --from=image /version /seen/build-contexts-image',
  'build-contexts oci-layout://': 'COPY --from=layout /version /seen/build-contexts-layout',
};

/** The Dockerfile of a build with these inputs. Every execution of its steps leaves another stamp. */
function dockerfile(base: string, options: readonly BuildOption[]): string {
  return [
    `FROM ${base} AS base`,
    `RUN ${sh('$b mkdir -p /seen && $b cat /proc/sys/kernel/random/uuid > /seen/stamp')}`,
    `CMD ${sh('for f in /seen/* /version; do echo "== $f"; $b cat "$f"; done')}`,
    'FROM base AS hosts',
    `RUN ${sh('$b cat /etc/hosts > /seen/add-hosts')}`,
    'FROM base AS wanted',
    'ARG WORD=unset',
    'ARG EXTRA=unset',
    ...options.flatMap((option) => written[option] ?? []),
    ...(options.includes('target') ? ['FROM wanted AS other', 'RUN ["/bin/busybox", "false"]'] : []),
    '',
  ].join('\n');
}

/** The context of that build, in a folder of its own: its name, from the folder of the workshop. */
export async function writeInputs(
  shop: Workshop,
  name: string,
  base: string,
  options: readonly BuildOption[],
): Promise<string> {
  const folder = path.join(shop.folder, name);
  await mkdir(path.join(folder, 'further'), { recursive: true });
  await writeFile(path.join(folder, 'further', 'word'), 'from a folder\n');
  await writeFile(path.join(folder, 'Dockerfile'), dockerfile(base, options));
  return name;
}

/** Pushes an image FROM scratch with a busybox and these files, over the tag where it is there already. */
export async function pushBase(
  shop: Workshop,
  tag: string,
  files: Readonly<Record<string, string>>,
  entrypoint: readonly string[] = ['/bin/busybox'],
): Promise<string> {
  const context = path.join(shop.folder, `base-${tag}`);
  await mkdir(context, { recursive: true });
  await copyFile(busybox(hostArchitecture), path.join(context, 'busybox'));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(context, name), text);
  await using made = await shop.make('assemble');
  const lines = ['busybox:/bin/busybox:0755', ...Object.keys(files).map((name) => `${name}:/${name}`)];
  const source: FilesSource = { kind: 'files', context, files: lines, entrypoint };
  const { platform } = request(hostArchitecture);
  const image = await made.engine.build({ platform, mode: 'cross', source });
  const { reference, text } = shop.target(tag);
  await made.engine.push(image, reference);
  return text;
}

/** The arguments of an engine for this build. */
export function asked(context: string, source: Partial<DockerfileSource>): BuildRequest {
  return request(hostArchitecture, {
    labels: { 'org.example.two': 'words here' },
    source: { kind: 'dockerfile', context, network: 'none', ...source },
  });
}

/** What each input is set to; folders are named after the dialect. */
export function givenTo(
  shop: Workshop,
  dialect: string,
  context: string,
  secrets: Secrets,
  cacheUrl: string,
): Given {
  const image = shop.target(`base-${dialect}`).text;
  return {
    target: { target: 'wanted' },
    'build-args': { buildArgs: { WORD: 'an argument, with a comma' } },
    network: { network: 'none' },
    annotations: { annotations: { 'org.example.note': 'two words, and a comma' } },
    'build-contexts': { buildContexts: { folder: `${context}/further` } },
    'build-contexts docker-image://': { buildContexts: { image: `docker-image://${image}` } },
    'build-contexts oci-layout://': { buildContexts: { layout: 'oci-layout://layout:v1' } },
    secrets: { secrets: secrets.inputs },
    ssh: { ssh: ['default'] },
    'add-hosts': { addHosts: ['seen.test:127.0.0.9'] },
    'shm-size': { shmSize: '32m' },
    ulimit: { ulimit: ['nofile=512:512'] },
    outputs: { outputs: [`type=local,dest=${context}/out`] },
    'extra-args': { extraArgs: ['--build-arg=EXTRA=one more'] },
    provenance: { provenance: 'mode=max' },
    sbom: { sbom: `generator=${shop.target('scanner').text}` },
    'no-cache': { noCache: true },
    pull: { pull: true },
    'cache-from type=registry': { cacheFrom: [registryCache(shop, dialect)] },
    'cache-from type=local': { cacheFrom: [{ type: 'local', attributes: { src: `${shop.folder}/cache` } }] },
    'cache-from type=gha': { cacheFrom: [{ type: 'gha', attributes: { scope: 'ours' } }] },
    'cache-from of another type': { cacheFrom: [{ type: 's3', attributes: bucket(cacheUrl) }] },
    'cache-to type=registry': { cacheTo: [registryCache(shop, dialect, { mode: 'max' })] },
    'cache-to type=inline': { cacheTo: [{ type: 'inline', attributes: {} }] },
    'cache-to type=local': {
      cacheTo: [{ type: 'local', attributes: { dest: `${shop.folder}/cache`, mode: 'max' } }],
    },
    'cache-to type=gha': {
      cacheTo: [{ type: 'gha', attributes: { scope: 'ours', 'ignore-error': 'true' } }],
    },
    'cache-to of another type': { cacheTo: [{ type: 's3', attributes: bucket(cacheUrl) }] },
    'format: oci': { format: 'oci' },
    'format: docker': { format: 'docker' },
  };
}

function bucket(url: string): Record<string, string> {
  const key = { access_key_id: 'nobody', secret_access_key: 'nothing' };
  const where = { region: 'us-east-1', bucket: 'caches', endpoint_url: url, use_path_style: 'true' };
  return { ...where, ...key, 'ignore-error': 'true' };
}

/** podman and buildah name a repository alone, the others a tag. */
function registryCache(shop: Workshop, dialect: string, more: Readonly<Record<string, string>> = {}) {
  const ref = `${shop.registry.host}/acme/cache-${dialect}${/^(?:podman|buildah)$/.test(dialect) ? '' : ':v1'}`;
  return { type: 'registry', attributes: { ref, ...more } };
}

/** All of these in one source; contexts and caches add up. */
export function together(given: Given, options: readonly BuildOption[]): Partial<DockerfileSource> {
  const parts = options.flatMap((option) => given[option] ?? []);
  const buildContexts = Object.assign({}, ...parts.map((part) => part.buildContexts)) as Record<
    string,
    string
  >;
  return {
    ...(Object.assign({}, ...parts) as Partial<DockerfileSource>),
    ...(Object.keys(buildContexts).length > 0 && { buildContexts }),
    cacheFrom: parts.flatMap((part) => part.cacheFrom ?? []),
    cacheTo: parts.flatMap((part) => part.cacheTo ?? []),
  };
}

/** A socket where an ssh agent would be. */
export async function startAgent(file: string): Promise<AsyncDisposable> {
  const server = createSocket();
  server.listen(file);
  await once(server, 'listening');
  return disposable(server);
}

export interface CacheServices extends AsyncDisposable {
  readonly url: string;
  /** What was asked: `POST /twirp/...: body`. */
  readonly asked: readonly string[];
}

/** In the place of GitHub's cache service and of an S3 bucket: both are empty, and the service takes nothing. */
export async function startCacheServices(): Promise<CacheServices> {
  const lines: string[] = [];
  const server = createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    incoming.on('end', () => {
      const { method = '', url = '' } = incoming;
      lines.push(`${method} ${url}: ${method === 'POST' ? body.slice(0, 500) : ''}`);
      const looksUp = url.endsWith('/GetCacheEntryDownloadURL');
      answer.statusCode = looksUp || method === 'PUT' ? 200 : url.startsWith('/twirp/') ? 403 : 404;
      answer.setHeader('content-type', 'application/json');
      answer.end(looksUp ? '{"ok":false}' : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, asked: lines, ...disposable(server) };
}

function disposable(server: Server): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** What crane says of a tag of this host's architecture. */
export async function craneJson(
  shop: Workshop,
  what: 'manifest' | 'config',
  image: string,
): Promise<Readonly<Record<string, unknown>>> {
  const args = [what, '--insecure', '--platform', `linux/${hostArchitecture}`, image];
  const env = { PATH: debianPath, DOCKER_CONFIG: shop.registry.dockerConfig };
  return JSON.parse((await succeed(tool('crane'), args, { env })).stdout) as Record<string, unknown>;
}
