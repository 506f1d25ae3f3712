import { CodedError, quote } from '../errors.ts';
import { parseReference } from '../oci/reference.ts';
import { parsePlatform, type Platform } from '../platform/platform.ts';
import { globalVariables } from './arguments.ts';
import { readInstructions } from './instructions.ts';
import { imageKey, reach, type Reached } from './reach.ts';
import { readStages, type Stage } from './stages.ts';

/** How the Dockerfile will be built. */
export interface BuildPlan {
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The last stage, unless it is set. */
  readonly target?: string;
  readonly targetPlatform: Platform;
  /** Of the machine that the engine works on. */
  readonly buildPlatform: Platform;
  /** Names that stand for something else: `docker-image://...`, a folder, a URL. */
  readonly buildContexts?: Readonly<Record<string, string>>;
  /** False for a builder that also builds stages which the target does not need, up to the target. */
  readonly prunes?: boolean;
}

/** An image that the build takes from elsewhere. */
export interface BaseImage {
  /** As it is written, with its variables filled in. */
  readonly reference: string;
  /** Of the instruction that names it, from 1. */
  readonly line: number;
  readonly instruction: 'FROM' | 'COPY --from' | 'RUN --mount';
  /** For which it will be pulled. */
  readonly platform: Platform;
  /** Whether the image that is built stands on it, and so has its platform. */
  readonly isRoot: boolean;
}

export interface Reading {
  readonly stages: readonly Stage[];
  /** Each image once for each line and platform, in the order of the lines. */
  readonly bases: readonly BaseImage[];
  /** The lines of RUN steps that are programs of another machine than the one that builds. */
  readonly foreignRuns: readonly number[];
  /** What could not be told from the text, a line for each: the builder decides. */
  readonly notes: readonly string[];
}

/** More is no Dockerfile that people write. In characters. */
const maxLength = 256 * 1024;

/** The languages that this is: Docker's own, under whatever registry its image is mirrored. */
const knownSyntax = /(?:^|\/)dockerfile(?:-upstream)?(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/u;

/**
 * Which images a build of this Dockerfile takes from elsewhere, and for which platform. Never throws for what it can't read: a
 * note says so, and whoever builds decides. https://docs.docker.com/reference/dockerfile/
 */
export async function readDockerfile(text: string, plan: BuildPlan): Promise<Reading> {
  try {
    return await read(text, plan);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { stages: [], bases: [], foreignRuns: [], notes: [error.message] };
  }
}

async function read(text: string, plan: BuildPlan): Promise<Reading> {
  if (text.length > maxLength) throw new CodedError('E_INPUT', `it has ${text.length} characters`);
  const { all, escape, syntax } = await readInstructions(text);
  if (syntax !== undefined && !knownSyntax.test(syntax)) {
    throw new CodedError('E_INPUT', `it is in a language of its own: syntax=${quote(syntax, 80)}`);
  }
  const first = all.findIndex(({ keyword }) => keyword === 'FROM');
  const head = all.slice(0, first === -1 ? all.length : first);
  const wrong = head.find(({ keyword }) => keyword !== 'ARG');
  if (first === -1 || wrong !== undefined) {
    throw new CodedError(
      'E_INPUT',
      wrong === undefined ? 'it has no FROM' : `line ${wrong.line}: there is no FROM before it`,
    );
  }
  const body = all.slice(first);
  // The name of the target is a variable itself, so stages are named before variables are filled in.
  const named = readStages(body, new Map(), escape);
  const variables = globalVariables(
    head,
    plan.buildArgs,
    {
      target: plan.targetPlatform,
      build: plan.buildPlatform,
      stage: plan.target ?? named.at(-1)?.name,
    },
    escape,
  );
  const stages = readStages(body, variables, escape);
  const foreignRuns: number[] = [];
  const onStage = ({ runs }: Stage, platform: string | undefined): void => {
    if (isForeign(platform, plan)) foreignRuns.push(...runs);
  };
  const reached = reach(stages, { ...plan, contexts: normalised(plan.buildContexts ?? {}), onStage });
  return { stages, foreignRuns: foreignRuns.sort((a, b) => a - b), ...gather(reached, plan) };
}

/** Whether programs of that platform, by default the target's, are of another machine; what can't be read is not known to be. */
function isForeign(platform: string | undefined, { targetPlatform, buildPlatform }: BuildPlan): boolean {
  try {
    const { architecture } = platform === undefined ? targetPlatform : parsePlatform(platform);
    return architecture !== buildPlatform.architecture;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return false;
  }
}

function gather(reached: readonly Reached[], plan: BuildPlan): Pick<Reading, 'bases' | 'notes'> {
  const bases = new Map<string, BaseImage>();
  const notes = new Set<string>();
  for (const each of reached) {
    const { line, instruction, isRoot } = each;
    const say = (why: string): unknown => notes.add(`line ${line}: ${instruction} ${why}`);
    if ('problem' in each) {
      say(each.problem);
      continue;
    }
    try {
      const platform = each.platform === undefined ? plan.targetPlatform : parsePlatform(each.platform);
      parseReference(each.image);
      const key = `${line} ${each.image} ${JSON.stringify(platform)}`;
      bases.set(key, {
        reference: each.image,
        line,
        instruction,
        platform,
        isRoot: isRoot || bases.get(key)?.isRoot === true,
      });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      say(error.message);
    }
  }
  return { bases: [...bases.values()].sort((a, b) => a.line - b.line), notes: [...notes] };
}

/** A build context named `alpine` stands for alpine:latest and for docker.io/library/alpine as well. */
function normalised(contexts: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(contexts).map(([name, value]) => [imageKey(name), value]));
}
