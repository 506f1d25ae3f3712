import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { readNamed, readStart, recordFiles, writeWhole } from './commands/files.ts';
import type { StoredSource } from './commands/build-adopt.ts';
import type { Places } from './commands/places.ts';
import type { CommandResult } from './commands/result.ts';
import type { Engine } from './engines/engine.ts';
import type { Trial } from './engines/detect.ts';
import type { EngineOptions, ImageReader } from './engines/options.ts';
import { CodedError, quote } from './errors.ts';
import { compareCommits } from './github/compare.ts';
import { githubEnvironment } from './github/environment.ts';
import { laterCommand, type CommandName, type RawInputs } from './inputs/commands.ts';
import { parseInputs } from './inputs/parse.ts';
import type { SetupInput } from './inputs/setup.ts';
import type { InputsOf } from './inputs/table.ts';
import { targetsOf } from './inputs/targets.ts';
import type { Log } from './log.ts';
import { isLayout } from './oci/layout-reference.ts';
import type { Repository } from './oci/reference.ts';
import type { Limits, RegistryClient } from './registry/client.ts';

export type { CommandResult } from './commands/result.ts';
export type { CommandName, RawInputs } from './inputs/commands.ts';

/** What a shell (the action, the CLI) gives to a command. */
export interface Shell {
  readonly kind: 'action' | 'cli';
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute; where relative paths start. */
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM; `reason` is a CodedError. */
  readonly signal: AbortSignal;
  /** A folder of this run alone (0700), made when first asked for; the shell removes it however the command ends. */
  readonly scratch: () => Promise<string>;
}

/**
 * Reads the inputs, makes what the command asks for, and runs it. Rooms are imported when a command needs them, so that a
 * usage error is told without loading a registry client.
 */
export async function runCommand(command: CommandName, raw: RawInputs, shell: Shell): Promise<CommandResult> {
  switch (command) {
    case 'plan': {
      const inputs = await parseInputs(command, raw, shell.log);
      return (await import('./commands/plan.ts')).plan(inputs, { log: shell.log });
    }
    case 'build':
      return runBuild(await parseInputs(command, raw, shell.log), shell);
    case 'merge':
      return runMerge(await parseInputs(command, await specified(raw, shell), shell.log), shell);
    case 'verify':
      return runVerify(await parseInputs(command, raw, shell.log), shell);
    case 'inspect': {
      const inputs = await parseInputs(command, raw, shell.log);
      const { inspect } = await import('./commands/inspect.ts');
      return withRegistry(inputs, shell, [], async (registry) =>
        inspect(inputs, { registry: await readingLayouts(registry, shell) }),
      );
    }
    case 'prune':
    case 'doctor':
      throw laterCommand(command);
  }
}

async function runMerge(inputs: InputsOf<'merge'>, shell: Shell): Promise<CommandResult> {
  const [
    { merge },
    { createCopier },
    { copyBetween, Layouts, withLayouts },
    { outputLayout, placesOf },
    { plainHttp },
  ] = await Promise.all([
    import('./commands/merge.ts'),
    import('./registry/copy/copier.ts'),
    import('./commands/places.ts'),
    import('./commands/merge-target.ts'),
    import('./registry/plain-http.ts'),
  ]);
  const targets = placesOf(inputs).targets.map(({ image }) => image);
  const push = inputs['dry-run'] || inputs.output !== undefined ? [] : targets;
  const layouts = new Layouts({ cwd: shell.cwd, output: outputLayout(inputs) });
  const github = await githubEnvironment(shell.env, readStart);
  const copier = createCopier({ log: shell.log, signal: shell.signal });
  const http = plainHttp(shell);
  return withRegistry(inputs, shell, push, async (registry) =>
    merge(inputs, {
      env: shell.env,
      send: http.send,
      log: shell.log,
      registry: withLayouts(registry, layouts),
      copy: copyBetween(copier, registry, layouts, shell.log),
      writeFile: async (path, bytes) => writeWhole(resolve(shell.cwd, path), bytes),
      files: recordFiles(shell.cwd),
      github,
      sourceDate: sourceDate(shell.env),
      sleep: sleeper(shell),
      compare: compareCommits({
        token: inputs['github-token'],
        repository: github.repository,
        apiUrl: shell.env['GITHUB_API_URL'],
        log: shell.log,
        signal: shell.signal,
      }),
    }),
  ).finally(http.close);
}

/** The inputs with what the file in `spec` says. */
async function specified(raw: RawInputs, { cwd }: Shell): Promise<RawInputs> {
  if (!raw.has('spec')) return raw;
  const { maxSpecBytes, withSpec } = await import('./inputs/spec.ts');
  return withSpec(raw, async (path) =>
    Buffer.from(await readNamed(resolve(cwd, path), maxSpecBytes, 'spec', path)).toString('utf8'),
  );
}

async function runBuild(inputs: InputsOf<'build'>, shell: Shell): Promise<CommandResult> {
  const [{ build }, { legHandover }, { chooseEngine }, { sweep }] = await Promise.all([
    import('./commands/build.ts'),
    import('./commands/handover-leg.ts'),
    import('./engines/detect.ts'),
    import('./engines/leftovers.ts'),
  ]);
  await sweep(dirname(await shell.scratch()), shell);
  const push = targetsOf(inputs.images, inputs.tags)
    .slice(0, inputs['push-to'] === 'all' ? undefined : 1)
    .map(({ image }) => image);
  for (const { from } of inputs.secrets) if (from.kind === 'value') shell.log.secret(from.value);
  const github = await githubEnvironment(shell.env, readStart);
  return withRegistry(inputs, shell, push, async (registry) => {
    const { remote, setup } = inputs;
    const options = {
      ...(await engineOptions(inputs, shell, registry)),
      reader: await imageReader(registry, shell),
      setUpEmulation: inputs['setup-emulation'],
      ...(remote !== undefined && { remote }),
      ...(setup !== undefined && { buildx: await installed(setup, inputs, shell) }),
    };
    const bases = await registryClient(inputs, shell, [], impatient);
    const engines = new Map<string, Promise<Engine>>();
    try {
      return await build(inputs, {
        log: shell.log,
        engineOf: async (name) => {
          const engine = engines.get(name) ?? chooseEngine(name, options, trialOf(inputs));
          engines.set(name, engine);
          return engine;
        },
        storedEngine: async (source) => {
          const engine = engines.get(source.text) ?? storedEngine(source, options, shell);
          engines.set(source.text, engine);
          return engine;
        },
        registry,
        bases,
        github,
        handOver: legHandover(inputs.handover, {
          ...shell,
          registry,
          sleep: sleeper(shell),
          retentionDays: shell.env['GITHUB_RETENTION_DAYS'],
        }),
        sleep: sleeper(shell),
        now: () => performance.now(),
      });
    } finally {
      bases.close();
      for (const engine of engines.values())
        await engine.then(
          async (one) => one.close(),
          () => undefined,
        );
    }
  });
}

/** What pushes and runs an image that stands in a folder or an archive. */
async function storedEngine(source: StoredSource, options: EngineOptions, shell: Shell): Promise<Engine> {
  const [{ StoredEngine }, { readAdopted }] = await Promise.all([
    import('./engines/stored-engine.ts'),
    import('./commands/adopt-archive.ts'),
  ]);
  const scratch = await shell.scratch();
  return new StoredEngine(options, (platform) => readAdopted(source, platform, { cwd: shell.cwd, scratch }));
}

async function runVerify(inputs: InputsOf<'verify'>, shell: Shell): Promise<CommandResult> {
  const { verify } = await import('./commands/verify.ts');
  return withRegistry(inputs, shell, [], async (registry) => {
    let engine: Engine | undefined;
    try {
      return await verify(inputs, {
        log: shell.log,
        registry: await readingLayouts(registry, shell),
        engine: async () => (engine ??= await pullingEngine(inputs, shell, registry)),
        scratch: shell.scratch,
      });
    } finally {
      await engine?.close();
    }
  });
}

/** An engine that pulls what verify looks at; a registry on loopback may speak plain HTTP to it, as to us. */
async function pullingEngine(
  inputs: InputsOf<'verify'>,
  shell: Shell,
  registry: RegistryClient,
): Promise<Engine> {
  const [{ chooseEngine }, { isLoopback }, { lookedAt }] = await Promise.all([
    import('./engines/detect.ts'),
    import('./engines/registries.ts'),
    import('./commands/look.ts'),
  ]);
  const { workspace: _, ...options } = await engineOptions(inputs, shell, registry);
  const loopback = lookedAt(inputs)
    .map(({ repository }) => repository.registry)
    .filter(isLoopback);
  const insecureRegistries = [...new Set([...inputs['insecure-registries'], ...loopback])];
  return chooseEngine(inputs.engine, { ...options, insecureRegistries });
}

/** A client that reads from OCI image layout folders as well. */
async function readingLayouts(registry: RegistryClient, { cwd }: Shell): Promise<Places> {
  const { Layouts, withLayouts } = await import('./commands/places.ts');
  return withLayouts(registry, new Layouts({ cwd }));
}

/** What base images of engine assemble are read with. */
async function imageReader(registry: RegistryClient, shell: Shell): Promise<ImageReader> {
  const { layerPaths } = await import('./verify/content/folders.ts');
  return { ...(await readingLayouts(registry, shell)), layerPaths };
}

type RegistryInputs = Pick<
  InputsOf<'merge'>,
  'images' | 'tags' | 'username' | 'password' | 'registry-auth' | 'insecure-registries' | 'ca-certificate'
> &
  Partial<Pick<InputsOf<'inspect'>, 'references'>>;

/** Runs `work` with a client that knows what will be pushed to, and closes it however `work` ends. */
async function withRegistry(
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
const impatient: Partial<Limits> = {
  attempts: 2,
  retries: 8,
  connectMs: 5_000,
  headersMs: 15_000,
  documentMs: 15_000,
  waitingMs: 10_000,
  longestRetryAfterMs: 5_000,
};

async function registryClient(
  inputs: RegistryInputs,
  shell: Shell,
  pushRepositories: readonly Repository[],
  limits: Partial<Limits> = {},
): Promise<RegistryClient> {
  const [{ createRegistryClient }, { credentialSource }] = await Promise.all([
    import('./registry/client.ts'),
    import('./registry/credentials.ts'),
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
function logins(inputs: RegistryInputs, log: Log): NonNullable<EngineOptions['logins']> {
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

/** What `engine: auto` is to find an engine for. A row's own mode and fallback are tried when it is its turn. */
function trialOf(inputs: InputsOf<'build'>): Trial {
  return {
    platform: inputs.platform,
    mode: inputs.mode ?? 'native',
    smokeTest: inputs['smoke-test'] !== undefined,
  };
}

/** The program that `setup` asks for, installed where it is not. */
async function installed(setup: SetupInput, inputs: RegistryInputs, shell: Shell): Promise<string> {
  const [{ setUpBuildx }, { downloader }] = await Promise.all([
    import('./engines/setup-buildx.ts'),
    import('./registry/download.ts'),
  ]);
  const { env, log, signal } = shell;
  const caCertificate = await certificate(inputs, shell);
  return log.group(`Setting up ${setup.tool} ${setup.version}`, async () =>
    setUpBuildx(setup, {
      log,
      env,
      temp: await shell.scratch(),
      download: downloader({ env, signal, ...(caCertificate !== undefined && { caCertificate }) }),
      sleep: sleeper(shell),
    }),
  );
}

async function engineOptions(
  inputs: RegistryInputs,
  shell: Shell,
  registry: RegistryClient,
): Promise<EngineOptions> {
  const { env, cwd, log, signal, kind } = shell;
  const workspace = env['GITHUB_WORKSPACE'];
  const caCertificate = await certificate(inputs, shell);
  return {
    log,
    env,
    cwd,
    temp: await shell.scratch(),
    ...(kind === 'action' && workspace !== undefined && { workspace }),
    logins: logins(inputs, log),
    insecureRegistries: inputs['insecure-registries'],
    ...(caCertificate !== undefined && { caCertificate }),
    signal,
    uploader: registry,
  };
}

const maxCertificateBytes = 1024 * 1024;

/** The text of `ca-certificate`, wherever it stands. */
async function certificate(inputs: RegistryInputs, { cwd }: Shell): Promise<string | undefined> {
  const given = inputs['ca-certificate'];
  if (given === undefined || 'pem' in given) return given?.pem;
  const bytes = await readNamed(resolve(cwd, given.path), maxCertificateBytes, 'ca-certificate', given.path);
  return Buffer.from(bytes).toString('utf8');
}

function sleeper({ signal }: Shell): (ms: number) => Promise<void> {
  return async (ms) => {
    await delay(ms, undefined, { signal });
  };
}

/** SOURCE_DATE_EPOCH as RFC 3339. https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDate(env: NodeJS.ProcessEnv): string | undefined {
  const value = env['SOURCE_DATE_EPOCH'];
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,11}$/u.test(value)) return new Date(Number(value) * 1000).toISOString().replace('.000Z', 'Z');
  throw new CodedError('E_INPUT', `SOURCE_DATE_EPOCH is ${quote(value)}, which is not a number of seconds`, {
    hint: 'set it to the seconds since 1970, such as $(git log -1 --format=%ct)',
  });
}
