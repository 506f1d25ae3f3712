import { readDockerfile } from '../dockerfile/dockerfile.ts';
import type { Engine, BuildSource, EngineHost } from '../engines/engine.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import { checkBases, type FoundBase, type ReadBase } from './build-bases.ts';

/** A leg, as far as its base images go. */
export interface BaseLeg {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly platform: Platform;
  readonly source: BuildSource;
  /** The leg's platform stands, whatever its base image is. */
  readonly override: boolean;
}

/**
 * The base images of a leg, asked for before it is built.
 * @throws E_BASE_PLATFORM, E_NOT_FOUND; E_INPUT where there is no Dockerfile
 */
export async function checkLegBases(
  { engine, host, platform, source, override }: BaseLeg,
  { log, read }: { readonly log: Log; readonly read: ReadBase },
): Promise<FoundBase[]> {
  if (source.kind !== 'dockerfile' || engine.dockerfile === undefined) return [];
  const { file, text, prunes } = await engine.dockerfile(source);
  const { bases, notes } = await readDockerfile(text, {
    buildArgs: source.buildArgs ?? {},
    targetPlatform: platform,
    buildPlatform: host.platform,
    prunes,
    ...(source.target !== undefined && { target: source.target }),
    ...(source.buildContexts !== undefined && { buildContexts: source.buildContexts }),
  });
  for (const note of notes) log.info(`${file}, ${note}; ${engine.name} decides`);
  return checkBases(override ? bases.map((base) => ({ ...base, isRoot: false })) : bases, {
    log,
    engine,
    read,
    pull: source.pull === true,
  });
}
