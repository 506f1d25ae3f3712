import { join } from 'node:path';
import { CodedError, quote, show } from '../../errors.ts';
import { normalisePlatform, parsePlatform, type Platform } from '../../platform/platform.ts';
import { checkBuildKit, type TlsFiles } from './buildkit-address.ts';
import { checkThroughHelper } from './buildkit-helper.ts';
import type { BuildxClient } from './buildx-client.ts';
import type { EngineOptions } from '../options.ts';
import { lastLines } from '../process/output.ts';
import type { Session } from '../process/session.ts';

/** One machine of a builder. */
export interface BuilderNode {
  readonly name: string;
  readonly endpoint: string;
  /** Of BuildKit; absent where it does not say. */
  readonly version?: string;
  /** Those that somebody set by hand first, then the machine's own, then those that it emulates. */
  readonly platforms: readonly Platform[];
  /** Absent: none of them. */
  readonly setByHand?: readonly Platform[];
}

export interface BuildxBuilder {
  readonly name: string;
  readonly driver: string;
  readonly nodes: readonly BuilderNode[];
  /** Made for this leg, and removed with it. */
  readonly own: boolean;
}

/** A builder needs an image, or a pod, or a machine far away to start. */
const bootMs = 300_000;

/** What is called when a builder's own options are given: `image=mirror.example/buildkit:v0.26.2,network=host`. */
export const builderOptionsVariable = 'NATIVE_MULTIARCH_BUILDER_OPTIONS';

/** Of a builder that is made: its driver, its address, and what is given to the driver. */
interface Plan {
  readonly driver: 'remote' | 'docker-container' | 'kubernetes';
  readonly address?: string;
  readonly options: readonly string[];
}

/**
 * The builder of this leg, started. BuildKit at the address in BUILDKIT_HOST, or a container with {@link builderOptionsVariable}, is a
 * builder of our own, in a configuration of our own; else it is the one that the user has chosen with `buildx use` or BUILDX_BUILDER.
 * @throws E_ENGINE where it does not answer; E_INPUT for an address of an unknown kind
 */
export async function startBuilder(client: BuildxClient): Promise<BuildxBuilder> {
  const plan = await planOf(client.session);
  if (plan === undefined) return usersBuilder(client);
  await client.keepToItself();
  const name = `native-multiarch-${client.session.uniqueId()}`;
  const { tool, prefix } = await client.command();
  await client.session.note('builder', name, 'buildx', [tool, ...prefix]);
  const made = await client.ask(
    [
      ...['create', '--name', name, '--driver', plan.driver],
      ...plan.options.flatMap((option) => ['--driver-opt', option]),
      ...(plan.driver === 'docker-container' ? await daemonArguments(client) : []),
      ...(plan.address === undefined ? [] : [plan.address]),
    ],
    { timeoutMs: bootMs },
  );
  if (made.code !== 0) {
    throw new CodedError('E_ENGINE', `buildx could not make a builder: ${lastLines(made.stderr, 2, 400)}`, {
      hint: `check BUILDKIT_HOST, remote and ${builderOptionsVariable}`,
    });
  }
  try {
    return await inspect(client, name, true, plan.address ?? plan.options.join(','));
  } catch (error) {
    await stopBuilder(client, { name, own: true });
    throw error;
  }
}

/** Removes what {@link startBuilder} made, and nothing else. */
export async function stopBuilder(
  client: BuildxClient,
  { name, own }: Pick<BuildxBuilder, 'name' | 'own'>,
): Promise<void> {
  if (!own) return;
  const answer = await client.ask(['rm', '--force', name], { evenIfAborted: true });
  if (answer.code !== 0 && !/no builder/iu.test(answer.stderr)) {
    client.session.options.log.warning(
      `builder ${name} was not removed: ${lastLines(answer.stderr, 1, 300)}`,
    );
  }
  await client.session.strike(name);
}

async function planOf(session: Session): Promise<Plan | undefined> {
  const { env } = session.options;
  const address = env['BUILDKIT_HOST'] ?? '';
  const driverOptions = (env[builderOptionsVariable] ?? '').split(',').filter((option) => option !== '');
  if (address.startsWith('kubernetes://')) {
    return { driver: 'kubernetes', options: [...kubernetesOptions(address), ...driverOptions] };
  }
  if (address !== '') {
    const scheme = schemeOf(address);
    const options = [...tlsOptions(address, env), ...driverOptions];
    if (scheme === 'tcp' || scheme === 'unix') await checkBuildKit(address, tlsFiles(options));
    else await checkThroughHelper(session, address);
    return { driver: 'remote', address, options };
  }
  return driverOptions.length > 0 ? { driver: 'docker-container', options: driverOptions } : undefined;
}

const hasPort = /^tcp:\/\/(?:[^:/[\]]+|\[[0-9a-f:.]+\]):\d{1,5}\/?$/iu;
const schemes = ['tcp', 'unix', 'ssh', 'docker-container', 'kube-pod'];
/** BuildKit's own client has them. https://github.com/docker/buildx/blob/master/driver/remote/util/endpoint.go */
const unknownToBuildx = ['podman-container', 'nerdctl-container'];

/** @throws E_INPUT, E_UNSUPPORTED */
function schemeOf(address: string): string {
  const scheme = /^([a-z-]+):\/\//u.exec(address)?.[1];
  if (scheme !== undefined && unknownToBuildx.includes(scheme)) {
    throw new CodedError('E_UNSUPPORTED', `buildx can't reach a BuildKit at ${quote(address, 120)}`, {
      hint: 'let buildkitd in that container listen on TCP, or on a socket in a folder of this machine, and give tcp:// or unix://',
    });
  }
  if (scheme !== undefined && schemes.includes(scheme) && (scheme !== 'tcp' || hasPort.test(address)))
    return scheme;
  throw new CodedError('E_INPUT', `BUILDKIT_HOST is ${quote(address)}, which is no address of BuildKit`, {
    hint: `it starts with ${schemes.slice(0, 4).join('://, ')}://, kube-pod:// or kubernetes://; tcp:// needs a port`,
  });
}

/** `kubernetes://namespace?nodeselector=kubernetes.io/arch=ppc64le&image=...`: all that the driver takes. */
function kubernetesOptions(address: string): string[] {
  const { hostname, searchParams } = new URL(address);
  const given = [...searchParams].map(([name, value]) => `"${name}=${value.replaceAll('"', '""')}"`);
  return [...(hostname === '' ? [] : [`namespace=${hostname}`]), ...given];
}

/** Certificates in the folder that docker, too, takes them from: ca.pem, cert.pem and key.pem. */
function tlsOptions(address: string, env: EngineOptions['env']): string[] {
  const folder = env['DOCKER_CERT_PATH'] ?? '';
  if (!address.startsWith('tcp://') || folder === '') return [];
  const files = { cacert: 'ca.pem', cert: 'cert.pem', key: 'key.pem' };
  return Object.entries(files).map(([name, file]) => `${name}=${join(folder, file)}`);
}

const tlsNames = ['cacert', 'cert', 'key', 'servername'] as const;

/** The same, as given to the driver by whomever. */
function tlsFiles(options: readonly string[]): TlsFiles {
  return Object.fromEntries(
    tlsNames.flatMap((name) => {
      const given = options.findLast((option) => option.startsWith(`${name}=`));
      return given === undefined ? [] : [[name, given.slice(name.length + 1)]];
    }),
  );
}

/** What a BuildKit of our own is told of registries: the CA that was given, and which are insecure. */
async function daemonArguments({ session }: BuildxClient): Promise<string[]> {
  const { insecureRegistries = [], caCertificate, logins = [] } = session.options;
  const known = new Set([...insecureRegistries, ...logins.map(({ registry }) => registry)]);
  if (known.size === 0) return [];
  const folder = await session.folderWith(
    'buildkitd',
    caCertificate === undefined ? {} : { 'ca.crt': caCertificate },
  );
  const tables = [...known].map((registry) =>
    [
      `[registry.${JSON.stringify(registry)}]`,
      ...(insecureRegistries.includes(registry) ? ['http = true', 'insecure = true'] : []),
      ...(caCertificate === undefined ? [] : [`ca = [${JSON.stringify(join(folder, 'ca.crt'))}]`]),
    ].join('\n'),
  );
  await session.folderWith('buildkitd', { 'buildkitd.toml': `${tables.join('\n\n')}\n` });
  return ['--config', join(folder, 'buildkitd.toml')];
}

async function usersBuilder(client: BuildxClient): Promise<BuildxBuilder> {
  const wanted = client.session.options.env['BUILDX_BUILDER'] ?? '';
  return inspect(client, wanted === '' ? undefined : wanted, false);
}

async function inspect(
  client: BuildxClient,
  name: string | undefined,
  own: boolean,
  address?: string,
): Promise<BuildxBuilder> {
  const answer = await client.ask(['inspect', '--bootstrap', ...(name === undefined ? [] : [name])], {
    timeoutMs: bootMs,
  });
  const builder = parseBuilder(answer.stdout);
  if (answer.code === 0 && builder.error === undefined && builder.nodes.length > 0) {
    return { name: builder.name, driver: builder.driver, nodes: builder.nodes, own };
  }
  const said = builder.error ?? lastLines(answer.stderr, 1, 300);
  const which = address ?? (name === undefined ? 'the current builder' : `builder ${name}`);
  throw new CodedError('E_ENGINE', `BuildKit does not answer at ${show(which, 200)}: ${said}`, {
    hint: 'start it, or the Docker daemon, or give the address of another in BUILDKIT_HOST or remote',
  });
}

interface Inspected extends Omit<BuildxBuilder, 'own'> {
  readonly error?: string;
}

/** What `buildx inspect` prints: there is no JSON of it. */
export function parseBuilder(text: string): Inspected {
  const [head = '', ...rest] = text.split(/^Nodes:[ \t]*$/mu);
  const nodes = rest
    .join('\n')
    .split(/^(?=Name:)/mu)
    .filter((part) => part.startsWith('Name:'))
    .map(parseNode);
  const error = valueOf(head, 'Error') ?? nodes.map((node) => node.error).find((one) => one !== undefined);
  return {
    name: valueOf(head, 'Name') ?? '',
    driver: valueOf(head, 'Driver') ?? '',
    nodes: nodes.filter(({ platforms }) => platforms.length > 0),
    ...(error !== undefined && { error: show(error, 400) }),
  };
}

function parseNode(text: string): BuilderNode & { readonly error: string | undefined } {
  const version = (valueOf(text, 'BuildKit version') ?? valueOf(text, 'Buildkit'))?.replace(/^v/u, '');
  const listed = (valueOf(text, 'Platforms') ?? '')
    .split(',')
    .slice(0, 100)
    .map((one) => one.trim());
  const setByHand = listed.filter((one) => one.endsWith('*')).flatMap(knownPlatform);
  return {
    name: valueOf(text, 'Name') ?? '',
    endpoint: valueOf(text, 'Endpoint') ?? '',
    ...(version !== undefined && !version.startsWith('0.0.0') && { version }),
    platforms: listed.flatMap(knownPlatform),
    ...(setByHand.length > 0 && { setByHand }),
    error: valueOf(text, 'Error'),
  };
}

/** BuildKit tells of machines that nobody builds images for (`linux/ppc64`), too. */
function knownPlatform(text: string): Platform[] {
  try {
    return [normalisePlatform(parsePlatform(text.replace(/\*$/u, '')))];
  } catch (error) {
    if (error instanceof CodedError) return [];
    throw error;
  }
}

function valueOf(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}:[ \\t]*(.*)$`, 'mu').exec(text)?.[1]?.trim();
  return value === '' ? undefined : value;
}
