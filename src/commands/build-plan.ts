import { CodedError } from '../errors.ts';
import { engineNames, type EngineName } from '../engines/engine.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import { archTag } from '../handover/arch-tag.ts';
import type { PlatformRow } from '../inputs/platform-list.ts';
import type { ServiceUrl } from '../inputs/service-url.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag, legTargets } from '../inputs/targets.ts';
import type { Repository } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';
import { whyNotPush } from './build-events.ts';

type BuildInputs = InputsOf<'build'>;

/** Where a leg's image goes. */
export interface LegTarget {
  readonly image: Repository;
  /** Absent: by digest alone. */
  readonly tag?: string;
}

/** What is the same for every leg of one call, known before anything is asked. */
export interface BuildPlan {
  /** The first of `tags`. */
  readonly tag: string;
  /** Where the image of a platform goes, the place that its record names first. @throws E_INPUT, E_REFERENCE */
  readonly targets: (platform: Platform) => readonly [LegTarget, ...LegTarget[]];
  /** Why nothing is pushed; `undefined` where it is. */
  readonly withheld: string | undefined;
  readonly legs: readonly PlannedLeg[];
  /** Whether `platforms` was given: then there is a list of records, however many they are. */
  readonly several: boolean;
}

/** One platform that this host makes. */
export interface PlannedLeg {
  /** `undefined`: the engine's own. */
  readonly platform: Platform | undefined;
  readonly engine: EngineName | 'auto';
  /** `undefined`: what suits the engine. */
  readonly mode: BuildInputs['mode'];
  /** What is done where this host is not the platform's own, and no mode was asked for. */
  readonly fallback: PlatformRow['fallback'];
  readonly smokeTest: string | undefined;
  /** `none`: not even a HEALTHCHECK of the image is run. */
  readonly smokeTestUrl: ServiceUrl | 'none' | undefined;
  readonly required: boolean;
  /** For the leg without its preflight; absent: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** The platform stands although the image's config says another. */
  readonly override: boolean;
}

/** @throws E_INPUT, E_UNSUPPORTED */
export function planBuild(inputs: BuildInputs, github: GithubEnvironment): BuildPlan {
  const [first, ...others] = legTargets(inputs);
  if (first === undefined)
    throw new CodedError('E_INPUT', 'images is not set, and build needs it', { hint: 'set images' });
  if (inputs['arch-tag'] === 'none' && inputs.handover === 'registry') {
    throw new CodedError('E_INPUT', 'handover registry is found by its arch tag, and arch-tag is none', {
      hint: 'set handover: artifact, or none and give the output record to merge; or let each leg push a tag',
    });
  }
  const tag = firstTag(inputs.tags) ?? 'latest';
  const target = (platform: Platform, { image, tags }: typeof first): LegTarget => {
    if (inputs['arch-tag'] === 'none') return { image };
    const tagOfLeg = archTag(inputs['arch-tag'], {
      tag,
      finalTags: tags,
      platform,
      sha: github.sha,
      run: github.runId,
      attempt: github.runAttempt?.toString(),
    });
    return { image, tag: tagOfLeg };
  };
  return {
    tag,
    targets: (platform) => [target(platform, first), ...others.map((other) => target(platform, other))],
    withheld: whyNotPush(inputs, github),
    legs: inputs.platforms?.map((row) => plannedRow(row, inputs)) ?? [plannedLeg(inputs)],
    several: inputs.platforms !== undefined,
  };
}

function plannedLeg(inputs: BuildInputs): PlannedLeg {
  return {
    platform: inputs.platform,
    engine: inputs.engine,
    mode: inputs.mode,
    fallback: 'fail',
    smokeTest: inputs['smoke-test'],
    smokeTestUrl: inputs['smoke-test-url'],
    required: true,
    timeoutMs: undefined,
    override: false,
  };
}

/** What a row says goes before what is said for all. */
function plannedRow(row: PlatformRow, inputs: BuildInputs): PlannedLeg {
  return {
    platform: row.platform,
    engine: engineOf(row) ?? inputs.engine,
    mode: row.mode ?? inputs.mode,
    fallback: row.fallback,
    smokeTest: row.smokeTest ?? inputs['smoke-test'],
    smokeTestUrl: inputs['smoke-test-url'],
    required: row.required,
    timeoutMs: row.timeoutMinutes === undefined ? undefined : row.timeoutMinutes * 60_000,
    override: row.entry.override,
  };
}

function engineOf({ engine: name }: PlatformRow): EngineName | 'auto' | undefined {
  if (name === undefined || name === 'auto') return name;
  const engine = engineNames.find((one) => one === name);
  if (engine !== undefined) return engine;
  throw new CodedError('E_UNSUPPORTED', `engine ${name} is not supported by this version`, {
    hint: `use ${engineNames.join(', ')} or auto`,
  });
}
