import { CodedError, quote } from '../../errors.ts';
import type { CacheInput } from '../../inputs/build-lists.ts';
import { formatPlatform } from '../../platform/platform.ts';
import type { BuildOrder } from '../dockerfile-engine.ts';
import type { DockerfileSource } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import { buildArgFlags } from '../request/build-args.ts';
import { cacheOfPlatform } from '../request/cache-scope.ts';
import { commonArguments, optional, pairs } from '../request/common-arguments.ts';
import { csvLine } from '../request/csv.ts';
import { secretArguments } from '../request/secrets.ts';

/** What `buildx build` is told besides where its result goes, with what stands in its environment for that. */
export interface BuildxArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the cache of GitHub Actions is reached with: for builds that use it, and for no others. */
const cacheVariables = [
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_CACHE_URL',
  'ACTIONS_CACHE_SERVICE_V2',
];

/**
 * A build in the words of `buildx build`. https://docs.docker.com/reference/cli/docker/buildx/build/
 * @param folder of ours alone, for what must not stand in arguments
 * @throws E_INPUT for a secret that is not there; E_UNSUPPORTED for a cache that this process has no key to
 */
export async function buildxArguments(
  { request, source, paths }: Pick<BuildOrder, 'request' | 'source' | 'paths'>,
  options: EngineOptions,
  folder: () => Promise<string>,
): Promise<BuildxArguments> {
  const given = buildArgFlags(source.buildArgs ?? {});
  const secrets = await secretArguments(source.secrets ?? [], options, folder);
  const caches = cacheArguments(source, request.platform, options.env);
  return {
    args: [
      ...['--platform', formatPlatform(request.platform), '--file', paths.file],
      ...commonArguments(request, source),
      ...given.args,
      ...optional('--network', source.network),
      // Asked for by the workflow's author; whether it is granted is the daemon's business.
      ...(source.network === 'host' ? ['--allow', 'network.host'] : []),
      ...pairs('--build-context', source.buildContexts),
      ...secrets.args,
      ...(source.ssh ?? []).flatMap((ssh) => ['--ssh', ssh]),
      ...caches.args,
      ...(source.pull === true ? ['--pull'] : []),
      ...pairs('--annotation', source.annotations),
      ...(source.provenance === undefined ? [] : [`--provenance=${source.provenance}`]),
      ...(source.sbom === undefined ? [] : [`--sbom=${source.sbom}`]),
      ...(source.outputs ?? []).flatMap((output) => ['--output', checkedOutput(output)]),
      ...(source.extraArgs ?? []),
    ],
    env: { ...given.env, ...secrets.env, ...caches.env },
  };
}

function cacheArguments(
  { cacheFrom = [], cacheTo = [] }: DockerfileSource,
  platform: BuildOrder['request']['platform'],
  env: EngineOptions['env'],
): { args: string[]; env: Record<string, string> } {
  const from = cacheFrom.flatMap((cache) => cacheOfPlatform(cache, platform, 'from'));
  const to = cacheTo.flatMap((cache) => cacheOfPlatform(cache, platform, 'to'));
  return {
    args: [
      ...from.flatMap((cache) => ['--cache-from', cacheLine(cache)]),
      ...to.flatMap((cache) => ['--cache-to', cacheLine(cache)]),
    ],
    env: [...from, ...to].some(({ type }) => type === 'gha') ? cacheEnvironment(env) : {},
  };
}

function cacheLine({ type, attributes }: CacheInput): string {
  return csvLine([`type=${type}`, ...Object.entries(attributes).map(([key, value]) => `${key}=${value}`)]);
}

/** Without its token buildx leaves this cache out and says nothing. */
function cacheEnvironment(env: EngineOptions['env']): Record<string, string> {
  const found = Object.fromEntries(
    cacheVariables.flatMap((name) => {
      const value = env[name] ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  ) as Record<string, string>;
  const hasAddress = 'ACTIONS_RESULTS_URL' in found || 'ACTIONS_CACHE_URL' in found;
  if ('ACTIONS_RUNTIME_TOKEN' in found && hasAddress) return found;
  throw new CodedError(
    'E_UNSUPPORTED',
    'the cache type gha needs ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL, which are not in the environment',
    {
      hint: 'the runner gives them to actions and not to run: steps; outside of GitHub Actions use type=registry or type=local',
    },
  );
}

/** @throws E_UNSUPPORTED for one that would push what nobody has looked at yet. */
function checkedOutput(output: string): string {
  if (!/(?:^|,)"?(?:type=registry|push=true)/u.test(output)) return output;
  throw new CodedError(
    'E_UNSUPPORTED',
    `outputs has ${quote(output, 200)}, which would be pushed before it was checked`,
    {
      hint: 'images and push say where the image goes',
    },
  );
}
