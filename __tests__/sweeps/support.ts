import { setTimeout as delay } from 'node:timers/promises';
import { merge, type MergeDeps } from '../../src/commands/merge.ts';
import type { CommandResult } from '../../src/commands/result.ts';
import { githubEnvironment } from '../../src/github/environment.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { createRegistryClient, type Clock, type RegistryClient } from '../../src/registry/client.ts';
import { createCopier } from '../../src/registry/copy/copier.ts';
import { silentLog } from '../support/silent-log.ts';
import type { FakeRegistry, FaultPlan } from '../support/fake-registry.ts';

/** So many times faster than ours: a wait of a second takes 5 ms, a deadline of a minute 300 ms. */
const haste = 200;

export const hastyClock: Clock = {
  monotonic: () => performance.now() * haste,
  wall: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds / haste, undefined, { signal });
  },
};

export const user = { name: 'alice', password: 'secret' };

export interface FanIn {
  readonly inputs: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Between the command and the client: to hold requests back. */
  readonly around?: (client: RegistryClient) => MergeDeps['registry'];
  /** Told of each wait for a registry that lags; in ms. */
  readonly waits?: (milliseconds: number) => void;
}

/** One `merge` with the real client and copier, as the shells put them together. */
export async function fanIn({ inputs, signal, around, waits }: FanIn): Promise<CommandResult> {
  const parsed = await parseInputs(
    'merge',
    new Map(Object.entries(inputs).map(([name, value]) => [name, [value]])),
    silentLog,
  );
  const cancelled = signal ?? new AbortController().signal;
  const client = createRegistryClient({
    credentials: {
      get: () =>
        Promise.resolve({
          kind: 'basic' as const,
          username: user.name,
          password: user.password,
          origin: 'the test',
        }),
    },
    log: silentLog,
    pushRepositories: (inputs['images'] ?? '').split(',').map(parseRepository),
    clock: hastyClock,
    signal: cancelled,
  });
  const copier = createCopier({ log: silentLog, signal: cancelled });
  try {
    return await merge(parsed, {
      log: silentLog,
      registry: around?.(client) ?? client,
      env: {},
      send: () => Promise.reject(new Error('there is no artifact service')),
      copy: async (copy) => copier.copyImage({ ...copy, client }),
      files: {
        kind: () => Promise.resolve(undefined),
        read: () => Promise.resolve(new Uint8Array()),
        list: () => Promise.resolve([]),
      },
      github: await githubEnvironment({}, () => Promise.reject(new Error('there is no event'))),
      sourceDate: undefined,
      writeFile: () => Promise.resolve(),
      compare: () => Promise.resolve(undefined),
      // How long is for its own tests.
      sleep: async (milliseconds) => {
        waits?.(milliseconds);
        await hastyClock.sleep(1, cancelled);
      },
    });
  } finally {
    client.close();
  }
}

/** What a manifest in a repository lacks of all that it refers to, at any depth: nothing where it is whole. */
export function lacking(registry: FakeRegistry, repository: string, digest: Digest): string[] {
  const manifest = registry.manifest(repository, digest);
  if (manifest === undefined) return [`manifest ${digest}`];
  const {
    manifests = [],
    config,
    layers = [],
  } = JSON.parse(Buffer.from(manifest.bytes).toString('utf8')) as {
    readonly manifests?: readonly { readonly digest: Digest }[];
    readonly config?: { readonly digest: Digest };
    readonly layers?: readonly { readonly digest: Digest }[];
  };
  return [
    ...manifests.flatMap((child) => lacking(registry, repository, child.digest)),
    ...[...(config === undefined ? [] : [config]), ...layers].flatMap((blob) =>
      registry.blob(repository, blob.digest) === undefined ? [`blob ${blob.digest} of ${digest}`] : [],
    ),
  ];
}

/** Requests that change something, as lines of the log. */
export function writesOf(registry: FakeRegistry): string[] {
  return registry.requests
    .filter(({ service, method }) => service === 'registry' && method !== 'GET' && method !== 'HEAD')
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}

/** A registry that shows the state before for the next `reads` reads of what a client wrote. What a test put there shows at once. */
export function lagging(reads: number): FaultPlan {
  const left = new Map<string, number>();
  return ({ method, path }) => {
    if (!path.includes('/manifests/')) return undefined;
    if (method === 'PUT') left.set(path, reads);
    const more = left.get(path) ?? 0;
    if (method === 'PUT' || more === 0) return undefined;
    left.set(path, more - 1);
    return { kind: 'stale' };
  };
}
