import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandResult } from '../../../src/commands/result.ts';
import { inspect } from '../../../src/commands/inspect.ts';
import { merge, type MergeDeps } from '../../../src/commands/merge.ts';
import { outputLayout } from '../../../src/commands/merge-target.ts';
import { copyBetween, Layouts, withLayouts } from '../../../src/commands/places.ts';
import { verify } from '../../../src/commands/verify.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { githubEnvironment, type GithubEnvironment } from '../../../src/github/environment.ts';
import type { RawInputs } from '../../../src/inputs/commands.ts';
import { parseInputs } from '../../../src/inputs/parse.ts';
import { withSpec } from '../../../src/inputs/spec.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/reference.ts';
import {
  createRegistryClient,
  type Clock,
  type CredentialSource,
  type RegistryClient,
} from '../../../src/registry/client.ts';
import { createCopier } from '../../../src/registry/copy/copier.ts';
import {
  startFakeRegistry,
  type FakeRegistry,
  type FakeRegistryOptions,
} from '../../support/fake-registry.ts';
import { addToRegistry, buildImage, type Fixture, type ImageSpec } from '../../support/images.ts';
import { keptLog, silentLog } from '../../support/silent-log.ts';

export const four = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'] as const;
export const sha = 'abc1234def5678abc1234def5678abc1234def56';
export const path = 'acme/app';

const password = 'not-so-secret';
const robot: CredentialSource = {
  get: () => Promise.resolve({ kind: 'basic', username: 'robot', password, origin: 'the test' }),
};

/** Bearer tokens for robot, and nothing for anybody else. */
export const bearer = {
  mode: 'bearer',
  users: { robot: { password } },
} satisfies FakeRegistryOptions['auth'];

/** Waits take no time, and time goes on by as much. */
export function skippingClock(): Clock & { readonly waits: number[] } {
  let skipped = 0;
  const waits: number[] = [];
  return {
    waits,
    monotonic: () => performance.now() + skipped,
    wall: () => Date.now() + skipped,
    sleep: (milliseconds, signal) => {
      signal.throwIfAborted();
      skipped += milliseconds;
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
}

/** An image for each platform, pushed under its arch tag, as legs leave them. */
export function addLegs(
  registry: FakeRegistry,
  platforms: readonly string[] = four,
  spec: ImageSpec = {},
  tag = 'v1',
): Record<string, Fixture> {
  return Object.fromEntries(
    platforms.map((platform) => {
      const image = buildImage({ labels: { 'org.opencontainers.image.revision': sha }, ...spec, platform });
      addToRegistry(registry, path, image, `${tag}-${platform.split('/').slice(1).join('-')}`);
      return [platform, image];
    }),
  );
}

/** What a leg hands over. */
export function recordOf(
  registry: FakeRegistry,
  image: Fixture,
  over: Readonly<Record<string, unknown>> = {},
): string {
  const { digest, mediaType, bytes } = image.manifest;
  const { os = '', architecture = '', variant } = image.descriptor.platform ?? {};
  return JSON.stringify({
    schema: 1,
    image: `${registry.host}/${path}`,
    platform: [os, architecture, variant].filter((part) => part !== undefined).join('/'),
    digest,
    mediaType,
    size: bytes.length,
    ...over,
  });
}

export interface Ran {
  readonly result: CommandResult;
  readonly warnings: readonly string[];
  readonly lines: readonly string[];
  /** What was waited for a lagging registry, in ms. */
  readonly slept: readonly number[];
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The way to the artifact service. */
  readonly send?: MergeDeps['send'];
  readonly sourceDate?: string;
  readonly clock?: Clock;
  readonly sleep?: MergeDeps['sleep'];
  readonly compare?: MergeDeps['compare'];
  readonly now?: () => number;
  /** Where relative folders start. */
  readonly cwd?: string;
  /** The text of the file that `spec` names; then nothing else is given but the inputs. */
  readonly spec?: string;
  /** Repositories that will be written to; the one of the legs, unless told otherwise. */
  readonly push?: readonly string[];
  /** Event of a workflow; makes the run one. */
  readonly event?: string;
}

type Raw = Readonly<Record<string, string>>;

export function raw(registry: FakeRegistry, inputs: Raw): RawInputs {
  const given = Object.entries({ images: `${registry.host}/${path}`, ...inputs });
  return new Map(given.filter(([, value]) => value !== '').map(([name, value]) => [name, [value]]));
}

/** `merge` with the real client, on what a shell would give it. `tags` v1 and the four platforms, unless told otherwise. */
export async function runMerge(
  registry: FakeRegistry,
  inputs: Raw = {},
  options: RunOptions = {},
): Promise<Ran> {
  const log = keptLog();
  const slept: number[] = [];
  const given = raw(registry, { tags: 'v1', platforms: four.join('\n'), ...inputs });
  const parsed = await parseInputs(
    'merge',
    options.spec === undefined ? given : await specified(inputs, options.spec),
    log,
  );
  const layouts = new Layouts({ cwd: options.cwd ?? '/nonexistent', output: outputLayout(parsed) });
  const result = await withClient(registry, options, async (client) =>
    merge(parsed, {
      log,
      env: options.env ?? {},
      send: options.send ?? (() => Promise.reject(new Error('there is no artifact service'))),
      registry: withLayouts(client, layouts),
      files: {
        kind: () => Promise.resolve(undefined),
        read: () => Promise.resolve(Buffer.alloc(0)),
        list: () => Promise.resolve([]),
      },
      github: await environment(options),
      sourceDate: options.sourceDate,
      copy: copyBetween(createCopier({ log }), client, layouts, log),
      writeFile: async (file, bytes) => writeFile(resolve(options.cwd ?? '/nonexistent', file), bytes),
      compare: options.compare ?? (() => Promise.resolve(undefined)),
      ...(options.now !== undefined && { now: options.now }),
      random: () => 0.5,
      sleep:
        options.sleep ??
        ((ms) => {
          slept.push(ms);
          return Promise.resolve();
        }),
    }),
  );
  return { result, warnings: log.warnings, lines: log.lines, slept };
}

async function specified(inputs: Raw, spec: string): Promise<RawInputs> {
  const given = Object.entries({ spec: 'spec.yml', ...inputs });
  return withSpec(new Map(given.map(([name, value]) => [name, [value]])), () => Promise.resolve(spec));
}

/** @param engine what smoke tests are run by; without one, asking for it is an error. */
export async function runVerify(
  registry: FakeRegistry,
  inputs: Raw = {},
  engine?: Engine,
  scratch = '/nonexistent',
): Promise<Ran> {
  const log = keptLog();
  const parsed = await parseInputs('verify', lookRaw(registry, inputs), log);
  const layouts = new Layouts({ cwd: '/' });
  const result = await withClient(registry, {}, async (client) =>
    verify(parsed, {
      log,
      registry: withLayouts(client, layouts),
      engine: () =>
        engine === undefined ? Promise.reject(new Error('no engine was wanted')) : Promise.resolve(engine),
      scratch: () => Promise.resolve(scratch),
    }),
  );
  return { result, warnings: log.warnings, lines: log.lines, slept: [] };
}

export async function runInspect(registry: FakeRegistry, inputs: Raw = {}): Promise<CommandResult> {
  const parsed = await parseInputs('inspect', lookRaw(registry, inputs), silentLog);
  const layouts = new Layouts({ cwd: '/' });
  return withClient(registry, {}, async (client) =>
    inspect(parsed, { registry: withLayouts(client, layouts) }),
  );
}

function lookRaw(registry: FakeRegistry, inputs: Raw): RawInputs {
  return 'references' in inputs
    ? new Map(Object.entries(inputs).map(([name, value]) => [name, [value]]))
    : raw(registry, { tags: 'v1', ...inputs });
}

export async function environment({ env, event }: RunOptions): Promise<GithubEnvironment> {
  const job =
    event === undefined ? {} : { GITHUB_ACTIONS: 'true', GITHUB_SHA: sha, GITHUB_EVENT_NAME: event };
  return githubEnvironment({ ...job, ...env }, () => Promise.reject(new Error('there is no event file')));
}

export async function withClient<T>(
  registry: FakeRegistry,
  { clock = skippingClock(), push = [`${registry.host}/${path}`] }: RunOptions,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const client = createRegistryClient({
    credentials: robot,
    log: silentLog,
    pushRepositories: push.map(parseRepository),
    clock,
    random: () => 0,
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** A registry for as long as `use` takes. */
export async function withRegistry(
  options: FakeRegistryOptions,
  use: (registry: FakeRegistry) => Promise<void>,
): Promise<void> {
  await using registry = await startFakeRegistry(options);
  await use(registry);
}

export interface Published {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly manifests: readonly {
    readonly mediaType: string;
    readonly digest: Digest;
    readonly size: number;
    readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

/** The list that a tag holds, read behind the scenes. */
export function published(registry: FakeRegistry, reference = 'v1'): Published {
  const manifest = registry.manifest(path, reference);
  if (manifest === undefined) throw new Error(`nothing stands at ${reference}`);
  return JSON.parse(Buffer.from(manifest.bytes).toString()) as Published;
}

export function platformsIn(list: Published): string[] {
  return list.manifests.map(({ platform: { os, architecture, variant } }) =>
    [os, architecture, variant].filter((part) => part !== undefined).join('/'),
  );
}

/** Requests that write. */
export function writes(registry: FakeRegistry): string[] {
  return registry
    .requestLines()
    .filter((line) => !/^(?:storage: )?(?:GET|HEAD) /.test(line) && !line.includes(' /token'));
}

/** An output that is text. */
export function textOutput({ outputs }: CommandResult, name: string): string {
  const value = outputs[name];
  if (typeof value === 'string') return value;
  throw new Error(`${name} is ${JSON.stringify(value)}`);
}
