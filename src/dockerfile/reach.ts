import { CodedError, quote } from '../errors.ts';
import { formatReference, parseReference } from '../oci/reference.ts';
import type { Source, Stage } from './stages.ts';

interface Place {
  readonly line: number;
  readonly instruction: 'FROM' | Source['instruction'];
  /** Whether the image that is built stands on it. */
  readonly isRoot: boolean;
}

/** An image that a build comes to, or the reason why it can't be told which. */
export type Reached = Place &
  ({ readonly image: string; readonly platform: string | undefined } | { readonly problem: string });

interface Way {
  readonly target?: string;
  readonly prunes?: boolean;
  /** Told of every stage that is built, and of the platform that it or the stages under it name. */
  readonly onStage?: (stage: Stage, platform: string | undefined) => void;
  /** By {@link imageKey}. */
  readonly contexts: ReadonlyMap<string, string>;
}

/**
 * Every image that the target needs, by its own FROM, by COPY and RUN, and by the stages that these lead to.
 * @throws E_INPUT for a target that is no stage
 */
export function reach(stages: readonly Stage[], way: Way): Reached[] {
  const found: Reached[] = [];
  const { names, bases } = linked(stages);
  const target = targetOf(names, stages, way.target);
  const waiting = [{ index: target, isRoot: true }];
  // Those that nobody needs are built all the same by a builder that doesn't prune.
  if (way.prunes === false)
    for (let index = 0; index < target; index++) waiting.push({ index, isRoot: false });
  const done = new Set<number>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { index, isRoot } = next;
    const stage = stages[index];
    // The stages that the target stands on come first, so what is done needs no second look.
    if (stage === undefined || done.has(index)) continue;
    done.add(index);
    const { platform } = stage;
    const place: Place = { line: stage.line, instruction: 'FROM', isRoot };
    const context = stage.name === undefined ? undefined : way.contexts.get(imageKey(stage.name));
    if (context !== undefined) {
      found.push(...contextImage(context, place, platform));
      continue;
    }
    const base = bases[index];
    way.onStage?.(stage, platformNamed(index, stages, bases));
    if (base !== undefined) waiting.unshift({ index: base, isRoot });
    else found.push(...baseImage(stage, place, way));
    const triggered = base === undefined ? [] : (stages[base]?.triggered ?? []);
    for (const source of [...triggered, ...stage.sources]) {
      const from = stageNamed(names, stages, source.from);
      if (from !== undefined) waiting.push({ index: from, isRoot: false });
      else found.push(...sourceImage(source, way));
    }
  }
  return found;
}

function platformNamed(index: number, stages: readonly Stage[], bases: Links['bases']): string | undefined {
  for (let at: number | undefined = index; at !== undefined; at = bases[at]) {
    const platform = stages[at]?.platform;
    if (platform !== undefined) return platform;
  }
  return undefined;
}

interface Links {
  /** The last stage of each name. */
  readonly names: ReadonlyMap<string, number>;
  /** For each stage the one that it stands on, if it is one: FROM sees the stages before it. */
  readonly bases: readonly (number | undefined)[];
}

function linked(stages: readonly Stage[]): Links {
  const names = new Map<string, number>();
  const bases = stages.map(({ base, name }, index) => {
    const found = names.get(base.toLowerCase());
    if (name !== undefined) names.set(name, index);
    return found;
  });
  return { names, bases };
}

function targetOf(names: Links['names'], stages: readonly Stage[], target: string | undefined): number {
  if (target === undefined) return stages.length - 1;
  const index = stageNamed(names, stages, target);
  if (index !== undefined) return index;
  const known = [...names.keys()].slice(0, 20).join(', ');
  throw new CodedError(
    'E_INPUT',
    `there is no stage ${quote(target)}, only ${known || 'some without a name'}`,
  );
}

/** The last stage of that name, or the one of that number. */
function stageNamed(names: Links['names'], stages: readonly Stage[], name: string): number | undefined {
  const index = names.get(name.toLowerCase());
  if (index !== undefined) return index;
  return /^\d{1,6}$/u.test(name) && Number(name) < stages.length ? Number(name) : undefined;
}

function baseImage(stage: Stage, place: Place, way: Way): Reached[] {
  if (stage.problem !== undefined) return [{ ...place, problem: stage.problem }];
  if (stage.base === '') return [{ ...place, problem: 'names no image: its variables have no value' }];
  return external(stage.base, place, stage.platform, way);
}

function sourceImage({ from, line, instruction }: Source, way: Way): Reached[] {
  const place: Place = { line, instruction, isRoot: false };
  if (/^\d+$/u.test(from)) return [{ ...place, problem: `takes from stage ${from}, which there is not` }];
  if (from.includes('$')) {
    return [
      {
        ...place,
        problem: `takes ${quote(from, 80)} from a variable, which builders understand differently`,
      },
    ];
  }
  return external(from, place, undefined, way);
}

function external(image: string, place: Place, platform: string | undefined, way: Way): Reached[] {
  if (image === 'scratch') return [];
  const context = way.contexts.get(imageKey(image));
  return context === undefined ? [{ ...place, image, platform }] : contextImage(context, place, platform);
}

/** A build context that is an image; folders, URLs and layouts are none that a registry knows of. */
function contextImage(context: string, place: Place, platform: string | undefined): Reached[] {
  const image = /^(?:docker-image|container-image|docker):\/\/(.+)$/u.exec(context)?.[1];
  return image === undefined || image === 'scratch' ? [] : [{ ...place, image, platform }];
}

/** One spelling for all names of one image; what is no image's name stays as it is. */
export function imageKey(name: string): string {
  try {
    const reference = parseReference(name);
    const isBare = reference.tag === undefined && reference.digest === undefined;
    return formatReference(isBare ? { ...reference, tag: 'latest' } : reference);
  } catch {
    // The names of stages and contexts are wider than those of images.
    return name.toLowerCase();
  }
}
