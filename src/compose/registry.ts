import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { readNamed } from '../commands/files.ts';
import type { Places } from '../commands/places.ts';
import type { CommandResult } from '../commands/result.ts';
import type { EngineOptions } from '../engines/options.ts';
import { CodedError } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import { targetsOf } from '../inputs/targets.ts';
import type { Log } from '../log.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { Repository } from '../oci/reference.ts';
import type { Limits, RegistryClient } from '../registry/client.ts';
import type { Shell } from './shell.ts';

export type RegistryInputs = Pick<
  InputsOf<'merge'>,
  'images' | 'tags' | 'username' | 'password' | 'registry-auth' | 'insecure-registries' | 'ca-certificate'
> &
  Partial<Pick<InputsOf<'inspect'>, 'references'>>;

/** Runs `work` with a client that knows what will be pushed to, and closes it however `work` ends. */
export async function withRegistry(
  inputs: RegistryInputs,
  shell: Shell,
  pushRepositories: readonly Repository[],
  work: (registry: RegistryClient) => Promise<CommandResult>,
): Promise<CommandResult> {
  const registry = await registryClient(inputs, shell, pushRepositories);
  try {
    return await work(registry);
  } finally {
    registry.close();
  }
}

/** For questions whose answer spares time, where none is no failure: it has not many seconds to come. */
export const impatient: Partial<Limits> = {
  attempts: 2,
  retries: 8,
  connectMs: 5_000,
  headersMs: 15_000,
  documentMs: 15_000,
  waitingMs: 10_000,
  longestRetryAfterMs: 5_000,
};

/**
 * A client with the credentials, certificate and insecure registries of the inputs. The caller closes it.
 * @param pushRepositories those for which tokens are asked for with the right to push, too
 */
export async function registryClient(
  inputs: RegistryInputs,
  shell: Shell,
  pushRepositories: readonly Repository[],
  limits: Partial<Limits> = {},
): Promise<RegistryClient> {
  const [{ createRegistryClient }, { credentialSource }] = await Promise.all([
    import('../registry/client.ts'),
    import('../registry/credentials.ts'),
  ]);
  const { log, env, signal } = shell;
  const caCertificate = await certificate(inputs, shell);
  return createRegistryClient({
    credentials: credentialSource({
      explicit: logins(inputs, log),
      env,
      home: env['HOME'] ?? homedir(),
      ...(process.getuid !== undefined && { uid: process.getuid() }),
    }),
    log,
    pushRepositories,
    insecureRegistries: inputs['insecure-registries'],
    trustedRealms: [
      ...(inputs['registry-auth'] ?? []).map(({ registry: host }) => host),
      ...inputs['insecure-registries'],
    ],
    ...(caCertificate !== undefined && { caCertificate }),
    env,
    signal,
    limits,
  });
}

/** Credentials that were given: `username` and `password` are for the first image's registry. */
export function logins(inputs: RegistryInputs, log: Log): NonNullable<EngineOptions['logins']> {
  const { username, password } = inputs;
  const listed = inputs['registry-auth'] ?? [];
  for (const login of listed) log.secret(login.password);
  if (username === undefined || password === undefined) return listed;
  const { registry } = firstRepository(inputs);
  return [{ registry, username, password }, ...listed.filter((login) => login.registry !== registry)];
}

/** The first image; where only references say what is looked at, the first of these. */
function firstRepository(inputs: RegistryInputs): Repository {
  const [reference] = (inputs.references ?? []).filter(({ repository }) => !isLayout(repository));
  if (reference !== undefined && inputs.images === undefined) return reference.repository;
  const [target] = targetsOf(inputs.images, inputs.tags);
  if (target !== undefined) return target.image;
  throw new CodedError('E_INPUT', 'username is set, and no image says for which registry it is', {
    hint: 'set images, or use registry-auth',
  });
}

const maxCertificateBytes = 1024 * 1024;

/** The text of `ca-certificate`, wherever it stands. */
export async function certificate(inputs: RegistryInputs, { cwd }: Shell): Promise<string | undefined> {
  const given = inputs['ca-certificate'];
  if (given === undefined || 'pem' in given) return given?.pem;
  const bytes = await readNamed(resolve(cwd, given.path), maxCertificateBytes, 'ca-certificate', given.path);
  return Buffer.from(bytes).toString('utf8');
}

/** A client that reads from OCI image layout folders as well. */
export async function readingLayouts(registry: RegistryClient, { cwd }: Shell): Promise<Places> {
  const { Layouts, withLayouts } = await import('../commands/places.ts');
  return withLayouts(registry, new Layouts({ cwd }));
}
