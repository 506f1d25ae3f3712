import { CodedError } from '../errors.ts';
import type { BuiltImage, Engine, Mode } from '../engines/engine.ts';
import { isPullRequest, type GithubEnvironment } from '../github/environment.ts';
import { archTag } from '../handover/arch-tag.ts';
import type { InputsOf } from '../inputs/table.ts';
import { firstTag, targetsOf } from '../inputs/targets.ts';
import type { Log } from '../log.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import type { ContentWord } from '../verify/content/word.ts';
import { pushAndReadBack, type PushedImage } from './build-push.ts';
import { buildRequest } from './build-request.ts';
import { buildResult } from './build-result.ts';
import { contentWord } from './content-check.ts';
import type { ReadVerbs } from './repository-reader.ts';
import type { CommandResult } from './result.ts';

type BuildInputs = InputsOf<'build'>;

export interface BuildDeps {
  readonly log: Log;
  /** The engine that was asked for, or the first that works here. */
  readonly engine: Engine;
  readonly registry: ReadVerbs & Pick<PublishVerbs, 'headManifest'>;
  readonly github: GithubEnvironment;
  readonly sleep: Sleep;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** How long a smoke test may take, in milliseconds; emulated programs are several times slower. */
const smokeTestMs: Readonly<Record<Mode, number>> = { native: 300_000, cross: 300_000, emulate: 900_000 };

/**
 * One leg: builds one platform's image, checks it, runs the smoke test on the bytes that will be pushed, pushes the arch
 * tag, reads back what the registry now holds, and makes the record.
 */
export async function build(inputs: BuildInputs, deps: BuildDeps): Promise<CommandResult> {
  const { log, engine, github } = deps;
  const leg = legOf(inputs, github);
  refuseSmokeTest(inputs, engine);
  const host = await engine.host();
  const platform = inputs.platform ?? host.platform;
  const target = { image: leg.image, tag: leg.archTag(platform) };
  const asked = inputs.mode ?? (engine.capabilities.source === 'files' ? 'cross' : 'native');
  const { mode, note } = await engine.preflight(platform, asked);
  log.info(`${host.label} builds ${formatPlatform(platform)}: ${note}`);

  const watch = stopwatch(deps.now);
  const built = await log.group(`Building ${formatPlatform(platform)} with ${host.label}`, async () =>
    watch.time('build', async () =>
      engine.build(
        buildRequest(inputs, { platform, mode, source: engine.capabilities.source, tag: leg.tag, github }),
      ),
    ),
  );
  try {
    await checkPlatform(engine, built, platform);
    await smokeTest(inputs, deps, built, platform, mode, watch);
    const withheld = whyNotPush(inputs, github);
    if (withheld !== undefined) log.info(`not pushed: ${withheld}`);
    const pushed =
      withheld === undefined
        ? await log.group(`Pushing ${target.image.name}:${target.tag}`, async () =>
            watch.time('push', async () => pushAndReadBack(engine, built, platform, target, deps)),
          )
        : undefined;
    const content = pushed && (await checkPushed(inputs, deps, pushed, platform, target));
    const { seconds } = watch;
    return buildResult({ target, platform, mode, host, built, pushed, content, withheld, github, seconds });
  } finally {
    await engine.remove(built);
  }
}

/** Where the leg's image goes: known before anything is built. */
function legOf(inputs: BuildInputs, github: GithubEnvironment) {
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
    archTag: (platform: Platform) =>
      archTag(inputs['arch-tag'], {
        tag,
        finalTags: target.tags,
        platform,
        sha: github.sha,
        run: github.runId,
        attempt: github.runAttempt?.toString(),
      }),
  };
}

/** The machine of the programs in the layers, read from where they were pushed to: the leg's word for the fan-in. */
async function checkPushed(
  inputs: BuildInputs,
  { log, registry }: BuildDeps,
  { image }: PushedImage,
  platform: Platform,
  target: { readonly image: Repository; readonly tag: string },
): Promise<ContentWord> {
  const origin = `${target.image.name}:${target.tag}`;
  return log.group(`Checking the programs in ${origin}`, async () =>
    contentWord(
      { image, platform, origin },
      { allowForeign: inputs['allow-foreign'], open: (layer) => registry.getBlob(target.image, layer), log },
    ),
  );
}

async function checkPlatform(engine: Engine, built: BuiltImage, platform: Platform): Promise<void> {
  const found = await engine.platformOf(built);
  if (samePlatform(found, platform)) return;
  throw new CodedError(
    'E_PLATFORM_MISMATCH',
    `${formatPlatform(platform)} was to be built, the image's config says ${formatPlatform(found)}`,
    { hint: 'a FROM line may name a platform of its own (FROM --platform=...); nothing was pushed' },
  );
}

/** @throws E_UNSUPPORTED before an hour was spent on the build. */
function refuseSmokeTest(inputs: BuildInputs, engine: Engine): void {
  if (inputs['smoke-test'] === undefined || engine.capabilities.smokeTest) return;
  throw new CodedError('E_UNSUPPORTED', `engine ${engine.name} can't run a smoke test`, {
    hint: 'leave smoke-test out, or build with docker, podman or buildah',
  });
}

async function smokeTest(
  inputs: BuildInputs,
  { log, engine }: BuildDeps,
  built: BuiltImage,
  platform: Platform,
  mode: Mode,
  watch: Stopwatch,
): Promise<void> {
  const command = inputs['smoke-test'];
  if (command === undefined) return;
  await log.group(`Smoke test${mode === 'emulate' ? ' (emulated)' : ''}`, async () =>
    watch.time('smoke-test', async () =>
      engine.run(built, { command, platform, timeoutMs: smokeTestMs[mode] }),
    ),
  );
}

/** Why nothing is pushed; `undefined` where it is. */
function whyNotPush(inputs: BuildInputs, github: GithubEnvironment): string | undefined {
  if (inputs['dry-run']) return 'dry-run is set';
  if (inputs.push === false) return 'push is false';
  if (inputs.push === 'auto' && isPullRequest(github))
    return `push is auto, and the event is ${github.eventName ?? ''}`;
  return undefined;
}

interface Stopwatch {
  /** How long each phase took, in seconds. */
  readonly seconds: Record<string, number>;
  time<T>(phase: string, work: () => Promise<T>): Promise<T>;
}

function stopwatch(now: () => number): Stopwatch {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    time: async (phase, work) => {
      const start = now();
      const done = await work();
      seconds[phase] = Math.round((now() - start) / 100) / 10;
      return done;
    },
  };
}
