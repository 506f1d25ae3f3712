import { CodedError, errorLine, joinErrors, show, type ErrorCode } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { AssembleEngine } from './assemble/assemble.ts';
import { BuildxEngine } from './buildx/buildx.ts';
import { builderOptionsVariable } from './buildx/buildx-builder.ts';
import { BuildahEngine } from './containers/buildah.ts';
import { PodmanEngine } from './containers/podman.ts';
import { DockerEngine } from './docker/docker.ts';
import type { Engine, EngineName, WantedMode } from './engine.ts';
import type { EngineOptions } from './options.ts';
import { atRemote, enginesAt, isUnguarded } from './remote.ts';

/**
 * In which order `auto` tries. A BuildKit that somebody set up for buildx goes first: it is there because Docker's own was not enough. Then
 * docker: where its daemon answers, it is what the machine was set up for, and on hosts where a security profile cripples podman
 * and buildah it is the one that works. Buildah last: whoever has podman as well means podman.
 */
const order = ['buildx', 'docker', 'podman', 'buildah'] as const;

/** An engine of that name; nothing is contacted yet. */
export function createEngine(name: EngineName, options: EngineOptions): Engine {
  switch (name) {
    case 'buildx':
      return new BuildxEngine(options);
    case 'docker':
      return new DockerEngine(options);
    case 'podman':
      return new PodmanEngine(options);
    case 'buildah':
      return new BuildahEngine(options);
    case 'assemble':
      return new AssembleEngine(options);
  }
}

/** What `auto` is to find an engine for. */
export interface Trial {
  /** Default: the engine's own. */
  readonly platform?: Platform | undefined;
  readonly mode: WantedMode;
  /** Whether the image has to run on this machine as well. */
  readonly smokeTest: boolean;
}

/**
 * The engine of that name, once it has answered. `auto` is the first of {@link order} that runs a program of the platform here; the log has
 * the reason for each one before it. Where none does, it is the first that works at all: its preflight says why it does not do. Without a
 * trial, `auto` is the first that answers, and never buildx.
 * @throws E_ENGINE_MISSING, E_ENGINE with every reason; E_UNSUPPORTED for an engine that can't be where `remote` says
 */
export async function chooseEngine(
  wanted: EngineName | 'auto',
  options: EngineOptions,
  trial?: Trial,
): Promise<Engine> {
  const { remote, log, env } = options;
  if (remote !== undefined && isUnguarded(remote, env))
    log.warning(`${show(remote.address, 120)} has no TLS: whoever reaches it can do anything there`);
  if (wanted !== 'auto') {
    const engine = createEngine(wanted, atRemote(wanted, options));
    await engine.host();
    return engine;
  }
  const names = remote === undefined ? order : enginesAt(remote);
  return firstThatWorks(
    trial === undefined ? names.filter((name) => name !== 'buildx') : names,
    options,
    trial,
  );
}

async function firstThatWorks(
  names: readonly EngineName[],
  options: EngineOptions,
  trial: Trial | undefined,
): Promise<Engine> {
  const passedOver: CodedError[] = [];
  let second: Engine | undefined;
  for (const name of names) {
    const engine = createEngine(name, atRemote(name, options));
    try {
      const label = await tryOut(engine, options, trial);
      await second?.close();
      options.log.info(`engine auto is ${label}`);
      return engine;
    } catch (error) {
      const isCoded = error instanceof CodedError && options.signal?.aborted !== true;
      const isSecond = isCoded && worksOtherwise.includes(error.code) && second === undefined;
      if (isSecond) second = engine;
      else await engine.close();
      if (!isCoded) {
        await second?.close();
        throw error;
      }
      options.log.info(`engine ${name} is passed over: ${errorLine(error)}`);
      if (name !== 'buildx' || isPointedAt(options)) passedOver.push(error);
    }
  }
  if (second !== undefined) {
    options.log.info(
      `engine auto is ${second.name}: it works here, but not for this platform or in this mode`,
    );
    return second;
  }
  throw noneWorks(passedOver);
}

/** What says that an engine works, but not for this platform or in this mode. */
const worksOtherwise: readonly ErrorCode[] = ['E_HOST_MISMATCH', 'E_UNSUPPORTED'];

async function tryOut(engine: Engine, options: EngineOptions, trial: Trial | undefined): Promise<string> {
  const host = await engine.host();
  if (engine instanceof BuildxEngine && engine.isDockersOwn && options.buildx === undefined) {
    throw new CodedError(
      'E_ENGINE_MISSING',
      "the builder of buildx is Docker's own, which engine docker uses as well",
      {
        hint: 'set engine: buildx if it is meant',
      },
    );
  }
  if (trial === undefined) return host.label;
  const platform = trial.platform ?? host.platform;
  await engine.preflight(platform, trial.mode);
  if (trial.smokeTest) await engine.checkRun?.(platform);
  return host.label;
}

/** Whether somebody set a BuildKit up for buildx, who wants to know if it does not work. */
function isPointedAt({ env, remote, buildx }: EngineOptions): boolean {
  const said = ['BUILDKIT_HOST', 'BUILDX_BUILDER', builderOptionsVariable].some(
    (name) => (env[name] ?? '') !== '',
  );
  return said || remote !== undefined || buildx !== undefined;
}

function noneWorks(passedOver: readonly CodedError[]): CodedError {
  if (passedOver.every((error) => error.code === 'E_ENGINE_MISSING')) {
    return new CodedError('E_ENGINE_MISSING', 'there is no docker, podman or buildah on PATH', {
      hint: 'install one of them; or use engine: assemble for files that were compiled elsewhere, which needs none',
    });
  }
  // What is there and does not work says more than what is not there.
  return joinErrors(passedOver.filter((error) => error.code !== 'E_ENGINE_MISSING'));
}
