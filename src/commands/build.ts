import type { Engine, EngineName } from '../engines/engine.ts';
import type { InputsOf } from '../inputs/table.ts';
import { preflightLeg, runLeg, type BuiltLeg, type LegDeps, type ReadyLeg } from './build-leg.ts';
import { planBuild } from './build-plan.ts';
import { buildResult } from './build-result.ts';
import type { CommandResult } from './result.ts';

type BuildInputs = InputsOf<'build'>;

export interface BuildDeps extends LegDeps {
  /** The engine that was asked for, or the first that works here; the same one for the same name. */
  readonly engineOf: (name: EngineName | 'auto') => Promise<Engine>;
}

/**
 * Makes the image of each platform that this host is asked for, one after the other: a leg of a matrix is one, a host that emulates
 * the others makes several. All of them are tried out before the first is built, and each has a record of its own.
 */
export async function build(inputs: BuildInputs, deps: BuildDeps): Promise<CommandResult> {
  const plan = planBuild(inputs, deps.github);
  const ready: ReadyLeg[] = [];
  for (const leg of plan.legs) {
    ready.push(await preflightLeg(leg, plan, await deps.engineOf(leg.engine), deps.log));
  }
  const built: BuiltLeg[] = [];
  for (const leg of ready) built.push(await runLeg(leg, plan, inputs, deps));
  return buildResult(built);
}
