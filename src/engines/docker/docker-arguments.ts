import { formatReference, parseReference } from '../../oci/reference.ts';
import type { BuildOrder } from '../dockerfile-engine.ts';
import type { DockerfileSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import { cacheOfPlatform } from '../request/cache-scope.ts';
import { commonArguments, optional, pairs } from '../request/common-arguments.ts';
import { secretArguments } from '../request/secrets.ts';
import { sourceDate } from '../request/source-date.ts';
import { isAtLeast } from '../support.ts';
import type { Builder } from './docker-builder.ts';

interface Circumstances {
  readonly builder: Builder['kind'];
  /** Of the engine and its command: the older one. */
  readonly version: string;
  readonly options: EngineOptions;
  readonly folder: () => Promise<string>;
}

/** The first that has BuildKit 0.11. https://github.com/moby/buildkit/blob/master/docs/build-repro.md */
const sourceDateSince = '23.0';

/**
 * The inputs of a build in the words of `docker build`. https://docs.docker.com/reference/cli/docker/buildx/build/
 * @throws E_INPUT for secrets that are not there
 */
export async function dockerArguments(
  { request, source }: Pick<BuildOrder, 'request' | 'source'>,
  { builder, version, options, folder }: Circumstances,
): Promise<{ args: readonly string[]; env: Readonly<Record<string, string>> }> {
  const secrets = await secretArguments(source.secrets ?? [], options, folder);
  const { cacheFrom = [], cacheTo = [] } = source;
  return {
    args: [
      ...commonArguments(request, source),
      ...optional('--network', source.network),
      ...pairs('--build-context', source.buildContexts),
      ...secrets.args,
      ...(source.ssh ?? []).flatMap((ssh) => ['--ssh', ssh]),
      ...cacheFrom
        .flatMap((cache) => cacheOfPlatform(cache, request.platform, 'from'))
        .flatMap(({ attributes: { ref = '' } }) => ['--cache-from', formatReference(parseReference(ref))]),
      ...(cacheTo.length > 0 ? ['--build-arg', 'BUILDKIT_INLINE_CACHE=1'] : []),
      ...(source.pull === true ? ['--pull'] : []),
      ...dateArguments(source, builder, version, options),
      ...(source.extraArgs ?? []),
    ],
    env: secrets.env,
  };
}

function dateArguments(
  { buildArgs = {} }: DockerfileSource,
  builder: Builder['kind'],
  version: string,
  { env, log }: EngineOptions,
): string[] {
  const seconds = sourceDate(env);
  if (seconds === undefined || 'SOURCE_DATE_EPOCH' in buildArgs) return [];
  if (builder === 'buildkit' && isAtLeast(version, sourceDateSince))
    return ['--build-arg', `SOURCE_DATE_EPOCH=${seconds}`];
  log.warning(
    `SOURCE_DATE_EPOCH is set, and docker ${version}${builder === 'classic' ? ' with its classic builder' : ''} can't give its times to the image: it came with ${sourceDateSince} and BuildKit`,
  );
  return [];
}
