import { resolve } from 'node:path';
import { CodedError, joinErrors, quote } from '../../errors.ts';
import type { CacheInput } from '../../inputs/build-lists.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import type { BuildOrder } from '../dockerfile-engine.ts';
import type { DockerfileSource, EngineName } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import { commonArguments, pairs } from '../request/common-arguments.ts';
import { isInside } from '../request/request.ts';
import { secretArguments } from '../request/secrets.ts';
import { sourceDate } from '../request/source-date.ts';

/** What the host adds to a build. */
interface Circumstances {
  readonly engine: EngineName;
  readonly options: EngineOptions;
  readonly folder: () => Promise<string>;
  /** RUN steps share the host's network and /dev/shm. */
  readonly isChroot: boolean;
}

interface Told {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The inputs of a build in the words of podman and buildah. https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
 * @throws E_UNSUPPORTED for inputs that don't go together here; E_INPUT for secrets that are not there
 */
export async function containersArguments(
  { request, source }: Pick<BuildOrder, 'request' | 'source'>,
  circumstances: Circumstances,
): Promise<Told> {
  const { options, folder, engine } = circumstances;
  const format = imageFormat(source, options.env);
  refuseCombinations(source, format, circumstances);
  const secrets = await secretArguments(source.secrets ?? [], options, folder, 'file');
  const seconds = sourceDate(options.env);
  return {
    args: [
      ...['--format', format],
      ...(engine === 'buildah' ? removal(source) : []),
      ...commonArguments(request, source),
      ...pairs('--annotation', source.annotations),
      ...pairs('--build-context', source.buildContexts),
      ...secrets.args,
      ...(source.ssh ?? []).flatMap((ssh) => ['--ssh', ssh]),
      ...cacheArguments(source, request.platform, engine),
      ...(source.pull === true ? ['--pull-always'] : []),
      ...(seconds === undefined ? [] : ['--timestamp', String(seconds)]),
      ...(source.outputs ?? []).flatMap((output) => ['--output', checkedOutput(output, options)]),
      ...(source.extraArgs ?? []),
    ],
    env: secrets.env,
  };
}

/** `auto` is OCI, unless whoever runs the machine says otherwise in the engine's own way. */
function imageFormat({ format }: DockerfileSource, env: EngineOptions['env']): 'oci' | 'docker' {
  if (format !== undefined) return format;
  return /^(?:docker|v2s[12]|application\/vnd\.docker\..*)$/u.test(env['BUILDAH_FORMAT'] ?? '')
    ? 'docker'
    : 'oci';
}

function refuseCombinations(
  source: DockerfileSource,
  format: 'oci' | 'docker',
  { engine, isChroot }: Circumstances,
): void {
  const errors: CodedError[] = [];
  const refuse = (message: string, hint: string): unknown =>
    errors.push(new CodedError('E_UNSUPPORTED', message, { hint }));
  if (format === 'oci' && (source.dockerOnly ?? []).length > 0) {
    refuse(
      `${engine} makes an image in OCI format, which would lose ${(source.dockerOnly ?? []).join(', ')}`,
      'set format: docker, on every leg of the list; or take the instruction out (HEALTHCHECK NONE takes away that of a base image)',
    );
  }
  if (format === 'docker' && Object.keys(source.annotations ?? {}).length > 0)
    refuse(
      "annotations can't be in an image of Docker's format",
      'set format: oci, or leave annotations out',
    );
  if (isChroot && source.shmSize !== undefined) {
    refuse(
      `shm-size ${quote(source.shmSize)} can't be had from ${engine} in chroot isolation, where RUN steps have the host's /dev/shm`,
      'leave shm-size out; or use a machine, or an engine, that can start containers',
    );
  }
  // They give /etc/hosts to steps that have a network, and to no others; of add-hosts nothing is said then.
  if (source.network === 'none' && (source.addHosts ?? []).length > 0)
    refuse(
      `add-hosts can't be had from ${engine} with network none, where RUN steps have no /etc/hosts of the engine's`,
      'leave one of the two out; or use docker or buildx',
    );
  if (errors.length > 0) throw joinErrors(errors);
}

/** podman removes the containers of a build that failed by itself; buildah takes the word for it only beside one of these. */
function removal({ noCache, cacheFrom = [], cacheTo = [] }: DockerfileSource): string[] {
  return noCache === true || cacheFrom.length + cacheTo.length > 0 ? ['--force-rm'] : [];
}

/** They keep every layer of a cache under a tag of its own, so a cache is a whole repository, and each platform has one. */
function cacheArguments(
  { cacheFrom = [], cacheTo = [] }: DockerfileSource,
  platform: Platform,
  engine: EngineName,
): string[] {
  if (cacheFrom.length + cacheTo.length === 0) return [];
  const one = (flag: string) => (cache: CacheInput) => [flag, cacheRepository(cache, platform, engine)];
  return ['--layers', ...cacheFrom.flatMap(one('--cache-from')), ...cacheTo.flatMap(one('--cache-to'))];
}

function cacheRepository({ attributes }: CacheInput, platform: Platform, engine: EngineName): string {
  // They always keep all layers, which is what BuildKit's mode=max asks for.
  const { ref, mode: _mode, ...others } = attributes;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new CodedError('E_UNSUPPORTED', `the cache attribute ${quote(other)} means nothing to ${engine}`, {
      hint: 'write type=registry,ref=repository',
    });
  }
  if (ref === undefined || /[@\s,]|:[^/]*$/u.test(ref.replace(/^[^/]*:\d+\//u, '/'))) {
    throw new CodedError(
      'E_UNSUPPORTED',
      `${engine} keeps a cache in a repository of its own, and can't use ${quote(ref ?? '')}`,
      {
        hint: 'name a repository without a tag, such as type=registry,ref=quay.io/acme/app-cache',
      },
    );
  }
  return `${ref}-${formatPlatform(platform).replaceAll('/', '-')}`;
}

/** `type=local,dest=folder`, `type=tar,dest=file`, or a folder alone. @throws E_UNSUPPORTED, E_INPUT */
function checkedOutput(output: string, { cwd, workspace }: EngineOptions): string {
  const fields = output.includes('=')
    ? Object.fromEntries(output.split(',').map((field) => field.split(/=(.*)/su, 2) as [string, string]))
    : { type: 'local', dest: output };
  const { type, dest, ...others } = fields as Record<string, string | undefined>;
  if (
    (type !== 'local' && type !== 'tar') ||
    dest === undefined ||
    dest === '-' ||
    Object.keys(others).length > 0
  ) {
    throw new CodedError('E_UNSUPPORTED', `outputs has ${quote(output)}`, {
      hint: 'podman and buildah write type=local,dest=folder and type=tar,dest=file',
    });
  }
  const path = resolve(cwd, dest);
  if (workspace !== undefined && !isInside(path, workspace)) {
    throw new CodedError('E_INPUT', `outputs leads out of the workspace: ${quote(dest)}`, {
      hint: 'use a path inside of the workspace',
    });
  }
  return `type=${type},dest=${path}`;
}
