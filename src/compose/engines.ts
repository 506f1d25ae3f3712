import type { StoredSource } from '../commands/build-adopt.ts';
import type { Engine } from '../engines/engine.ts';
import type { Trial } from '../engines/detect.ts';
import type { EngineOptions, ImageReader } from '../engines/options.ts';
import type { SetupInput } from '../inputs/setup.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { RegistryClient } from '../registry/client.ts';
import { certificate, logins, readingLayouts, type RegistryInputs } from './registry.ts';
import { sleeper, type Shell } from './shell.ts';

/** What the inputs that every command with a registry has say to an engine. */
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
    sleep: sleeper(shell),
    uploader: registry,
  };
}

/** What `engine: auto` is to find an engine for. A row's own mode and fallback are tried when it is its turn. */
export function trialOf(inputs: InputsOf<'build'>): Trial {
  return {
    platform: inputs.platform,
    mode: inputs.mode ?? 'native',
    smokeTest: inputs['smoke-test'] !== undefined || (inputs['smoke-test-url'] ?? 'none') !== 'none',
  };
}

/** What pushes and runs an image that stands in a folder or an archive. */
export async function storedEngine(
  source: StoredSource,
  options: EngineOptions,
  shell: Shell,
): Promise<Engine> {
  const [{ StoredEngine }, { readAdopted }] = await Promise.all([
    import('../engines/stored/stored-engine.ts'),
    import('../commands/adopt-archive.ts'),
  ]);
  const scratch = await shell.scratch();
  return new StoredEngine(options, (platform) => readAdopted(source, platform, { cwd: shell.cwd, scratch }));
}

/** An engine that pulls what verify looks at; a registry on loopback may speak plain HTTP to it, as to us. */
export async function pullingEngine(
  inputs: InputsOf<'verify'>,
  shell: Shell,
  registry: RegistryClient,
): Promise<Engine> {
  const [{ chooseEngine }, { isLoopback }, { lookedAt }] = await Promise.all([
    import('../engines/detect.ts'),
    import('../engines/registries.ts'),
    import('../commands/look.ts'),
  ]);
  const { workspace: _, ...options } = await engineOptions(inputs, shell, registry);
  const loopback = lookedAt(inputs)
    .map(({ repository }) => repository.registry)
    .filter(isLoopback);
  const insecureRegistries = [...new Set([...inputs['insecure-registries'], ...loopback])];
  return chooseEngine(inputs.engine, { ...options, insecureRegistries });
}

/** {@link engineOptions}, with what only builds ask for. */
export async function buildOptions(
  inputs: InputsOf<'build'>,
  shell: Shell,
  registry: RegistryClient,
): Promise<EngineOptions> {
  const { remote, setup } = inputs;
  return {
    ...(await engineOptions(inputs, shell, registry)),
    reader: await imageReader(registry, shell),
    setUpEmulation: inputs['setup-emulation'],
    ...(remote !== undefined && { remote }),
    ...(setup !== undefined && { buildx: await installed(setup, inputs, shell) }),
  };
}

/** What base images of engine assemble are read with. */
async function imageReader(registry: RegistryClient, shell: Shell): Promise<ImageReader> {
  const { layerPaths } = await import('../verify/content/folders.ts');
  return { ...(await readingLayouts(registry, shell)), layerPaths };
}

/** The program that `setup` asks for, installed where it is not. */
async function installed(setup: SetupInput, inputs: RegistryInputs, shell: Shell): Promise<string> {
  const [{ setUpBuildx }, { downloader }] = await Promise.all([
    import('../engines/buildx/setup-buildx.ts'),
    import('../registry/download.ts'),
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
