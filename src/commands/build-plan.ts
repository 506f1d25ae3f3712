import { CodedError } from '../errors.ts';
import type { EngineName, Mode } from '../engines/engine.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import { archTag } from '../handover/arch-tag.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag, targetsOf } from '../inputs/targets.ts';
import type { Repository } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';

type BuildInputs = InputsOf<'build'>;

/** What is the same for every leg of one call, known before anything is asked. */
export interface BuildPlan {
  /** The first of `images`: where legs push to. */
  readonly image: Repository;
  /** The first of `tags`. */
  readonly tag: string;
  /** Where the image of a platform goes. @throws E_INPUT, E_REFERENCE */
  readonly archTag: (platform: Platform) => string;
  /** Why nothing is pushed; `undefined` where it is. */
  readonly withheld: string | undefined;
  readonly legs: readonly PlannedLeg[];
}

/** One platform that this host makes. */
export interface PlannedLeg {
  /** `undefined`: the engine's own. */
  readonly platform: Platform | undefined;
  readonly engine: EngineName | 'auto';
  /** `undefined`: what suits the engine. */
  readonly mode: Mode | undefined;
  readonly smokeTest: string | undefined;
}

/** @throws E_INPUT, E_UNSUPPORTED */
export function planBuild(inputs: BuildInputs, github: GithubEnvironment): BuildPlan {
  const [target] = targetsOf(inputs.images, inputs.tags);
  if (target === undefined)
    throw new CodedError('E_INPUT', 'images is not set, and build needs it', { hint: 'set images' });
  if (inputs['arch-tag'] === 'none') {
    throw new CodedError('E_UNSUPPORTED', 'arch-tag none is not supported by this version', {
      hint: 'let each leg push a tag; {tag}-{arch} is the default',
    });
  }
  const tag = firstTag(inputs.tags) ?? 'latest';
  return {
    image: target.image,
    tag,
    archTag: (platform) =>
      archTag(inputs['arch-tag'], {
        tag,
        finalTags: target.tags,
        platform,
        sha: github.sha,
        run: github.runId,
        attempt: github.runAttempt?.toString(),
      }),
    withheld: whyNotPush(inputs, github),
    legs: [
      {
        platform: inputs.platform,
        engine: inputs.engine,
        mode: inputs.mode,
        smokeTest: inputs['smoke-test'],
      },
    ],
  };
}

function whyNotPush(inputs: BuildInputs, github: GithubEnvironment): string | undefined {
  if (inputs['dry-run']) return 'dry-run is set';
  if (inputs.push === false) return 'push is false';
  if (inputs.push === 'auto' && isPullRequest(github))
    return `push is auto, and the event is ${github.eventName ?? ''}`;
  return undefined;
}
