import { dockerOnly } from '../dockerfile/docker-only.ts';
import { readDockerfile } from '../dockerfile/dockerfile.ts';
import { crossRefusal } from '../engines/preflight/mode.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import type { ReadBase } from './base-facts.ts';
import { checkBases } from './build-bases.ts';
import type { ReadyLeg } from './build-leg.ts';
import type { BuildPlan } from './build-plan.ts';
import { buildRequest } from './build-request.ts';

export interface BaseCheck {
  readonly log: Log;
  readonly github: GithubEnvironment;
  readonly read: ReadBase;
}

/**
 * The leg with its base images, all of which were asked for.
 * @throws E_BASE_PLATFORM, E_NOT_FOUND; E_UNSUPPORTED for RUN steps of a cross build that nothing here can run; E_INPUT where there is no Dockerfile
 */
export async function withBases(
  leg: ReadyLeg,
  { tag }: BuildPlan,
  inputs: InputsOf<'build'>,
  { log, github, read }: BaseCheck,
): Promise<ReadyLeg> {
  const { engine, host, platform, mode, planned } = leg;
  if (engine.dockerfile === undefined) return leg;
  const { source } = buildRequest(inputs, { platform, mode, source: 'dockerfile', tag, github });
  if (source.kind !== 'dockerfile') return leg;
  const { file, text, prunes } = await engine.dockerfile(source);
  const { bases, notes, foreignRuns } = await readDockerfile(text, {
    buildArgs: source.buildArgs ?? {},
    targetPlatform: platform,
    buildPlatform: host.platform,
    prunes,
    ...(source.target !== undefined && { target: source.target }),
    ...(source.buildContexts !== undefined && { buildContexts: source.buildContexts }),
  });
  if (leg.emulates === false && foreignRuns.length > 0) throw crossRefusal(platform, host, foreignRuns);
  for (const note of notes) log.info(`${file}, ${note}; ${engine.name} decides`);
  // With override the platform stands, whatever the image says that it is built on.
  const asked = bases.map((base) => ({ ...base, isRoot: base.isRoot && !planned.override }));
  const pull = source.pull === true;
  const asksInherited = engine.capabilities.losesDockerOnly === true && source.format !== 'docker';
  const found = await checkBases(asked, { file, log, engine, read, pull, asksInherited });
  const { lost, replaced } = await dockerOnly(text, source.target);
  const inherited = found.flatMap((base) => base.inherited ?? []);
  return {
    ...leg,
    bases: found.map(({ reference, digest }) => ({ reference, digest })),
    dockerOnly: [...lost, ...inherited.filter((each) => !replaced.some((one) => each.startsWith(one)))],
  };
}
