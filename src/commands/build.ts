import { CodedError, errorLine, joinErrors } from '../errors.ts';
import type { Engine, EngineName } from '../engines/engine.ts';
import type { InputsOf } from '../inputs/table.ts';
import { formatPlatform } from '../platform/platform.ts';
import { checkAccess } from './build-access.ts';
import { adoptLeg, type AdoptDeps } from './build-adopt.ts';
import { baseReader } from './base-facts.ts';
import { withBases } from './build-dockerfile.ts';
import { preflightLeg, runLeg, type LegDeps, type ReadyLeg } from './build-leg.ts';
import { planBuild, type PlannedLeg } from './build-plan.ts';
import { buildResult, buildResults, type MissingLeg } from './build-result.ts';
import { checkSpace } from './build-space.ts';
import type { CommandResult } from './result.ts';

type BuildInputs = InputsOf<'build'>;

export interface BuildDeps extends LegDeps, Partial<Pick<AdoptDeps, 'storedEngine'>> {
  /** The engine that was asked for, or the first that works here; the same one for the same name. */
  readonly engineOf: (name: EngineName | 'auto') => Promise<Engine>;
  /** A client that gives up soon, for what is asked before the build; absent: `registry`. */
  readonly early?: Pick<LegDeps['registry'], 'getManifest' | 'readBlob' | 'headManifest'>;
}

/**
 * Makes the image of each platform that this host is asked for, one after the other: a leg of a matrix is one, a host that emulates
 * the others makes several. All of them are tried out before the first is built, and each has a record of its own.
 * @throws what went wrong with each required platform, at once; nothing is built unless all of them can be
 */
export async function build(inputs: BuildInputs, deps: BuildDeps): Promise<CommandResult> {
  const { log, github } = deps;
  const plan = planBuild(inputs, github);
  const missing: MissingLeg[] = [];
  const source = inputs['source-image'];
  const tried = await eachLeg(plan.legs, log, missing, async (leg) => {
    if (source !== undefined) return adoptLeg(leg, plan, source, deps);
    const engine = await deps.engineOf(leg.engine);
    await checkSpace(engine, log);
    return preflightLeg(leg, plan, engine, log);
  });
  const early = deps.early ?? deps.registry;
  const read = baseReader(early);
  const ready = await eachLeg(tried, log, missing, async (leg) => {
    if (plan.withheld === undefined) await checkAccess(leg.targets, early, log);
    return leg.adopted === undefined ? withBases(leg, plan, inputs, { log, github, read }) : leg;
  });
  const built = await eachLeg(ready, log, missing, async (leg) => runLeg(leg, plan, inputs, deps));
  const [only] = built;
  if (only !== undefined && !plan.several) return buildResult(only);
  return buildResults(built, missing);
}

/**
 * Does `work` for one leg after the other, also where an earlier one failed; what may be missing, is then.
 * @throws all that went wrong with required legs, or with all where none is left; at once where the run was cancelled
 */
async function eachLeg<Leg extends PlannedLeg | ReadyLeg, Done>(
  legs: readonly Leg[],
  log: LegDeps['log'],
  missing: MissingLeg[],
  work: (leg: Leg) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = [];
  const errors: CodedError[] = [];
  const failed: CodedError[] = [];
  for (const leg of legs) {
    const { required } = 'planned' in leg ? leg.planned : leg;
    try {
      done.push(await work(leg));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
      const platform = leg.platform === undefined ? '' : formatPlatform(leg.platform);
      const named = legs.length === 1 ? error : withPlatform(error, platform);
      failed.push(named);
      if (required) errors.push(named);
      else {
        log.warning(`${platform} may be missing, and is: ${errorLine(error)}`);
        missing.push({ platform, reason: errorLine(error) });
      }
    }
  }
  if (errors.length > 0) throw joinErrors(errors);
  if (done.length === 0) throw joinErrors(failed);
  return done;
}

function withPlatform(error: CodedError, platform: string): CodedError {
  if (error.message.includes(platform)) return error;
  return new CodedError(error.code, `${platform}: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  });
}
