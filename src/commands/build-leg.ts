import { CodedError } from '../errors.ts';
import type { BuiltImage, Engine, EngineHost, Mode } from '../engines/engine.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import type { Repository } from '../oci/reference.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import type { ContentWord } from '../verify/content/word.ts';
import type { BuildPlan, PlannedLeg } from './build-plan.ts';
import { pushAndReadBack, type PushedImage } from './build-push.ts';
import { buildRequest } from './build-request.ts';
import { contentWord } from './content-check.ts';
import type { ReadVerbs } from './repository-reader.ts';
import { stopwatch } from './stopwatch.ts';

type BuildInputs = InputsOf<'build'>;

export interface LegDeps {
  readonly log: Log;
  readonly registry: ReadVerbs & Pick<PublishVerbs, 'headManifest'>;
  readonly github: GithubEnvironment;
  readonly sleep: Sleep;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** A leg whose engine answered, and can run programs of its platform. */
export interface ReadyLeg {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly platform: Platform;
  readonly mode: Mode;
  readonly smokeTest: string | undefined;
  readonly target: { readonly image: Repository; readonly tag: string };
}

/** Everything that a leg found and did. */
export interface BuiltLeg {
  readonly target: ReadyLeg['target'];
  readonly platform: Platform;
  readonly mode: Mode;
  readonly host: EngineHost;
  readonly built: BuiltImage;
  /** As it was read back; `undefined` where nothing was pushed. */
  readonly pushed: PushedImage | undefined;
  /** What the programs in it are made for. */
  readonly content: ContentWord | undefined;
  /** Why nothing was pushed. */
  readonly withheld: string | undefined;
  readonly github: GithubEnvironment;
  /** How long each phase took. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** How long a smoke test may take, in milliseconds; emulated programs are several times slower. */
const smokeTestMs: Readonly<Record<Mode, number>> = { native: 300_000, cross: 300_000, emulate: 900_000 };

/** What can be known to fail is known here, before anything is built. */
export async function preflightLeg(
  leg: PlannedLeg,
  plan: BuildPlan,
  engine: Engine,
  log: Log,
): Promise<ReadyLeg> {
  refuseSmokeTest(leg, engine);
  const host = await engine.host();
  const platform = leg.platform ?? host.platform;
  const target = { image: plan.image, tag: plan.archTag(platform) };
  const asked = leg.mode ?? (engine.capabilities.source === 'files' ? 'cross' : 'native');
  const { mode, note } = await engine.preflight(platform, asked);
  log.info(`${host.label} builds ${formatPlatform(platform)}: ${note}`);
  return { engine, host, platform, mode, smokeTest: leg.smokeTest, target };
}

/**
 * One leg: makes one platform's image, checks it, runs the smoke test on the bytes that will be pushed, pushes the arch tag, and
 * reads back what the registry now holds. What the engine made for it is removed however it ends.
 */
export async function runLeg(
  leg: ReadyLeg,
  plan: BuildPlan,
  inputs: BuildInputs,
  deps: LegDeps,
): Promise<BuiltLeg> {
  const { engine, host, platform, mode, target } = leg;
  const { log, github } = deps;
  const watch = stopwatch(deps.now);
  const built = await watch.time('build', async () => buildImage(leg, plan, inputs, deps));
  try {
    await checkPlatform(engine, built, platform);
    if (leg.smokeTest !== undefined) await watch.time('smoke-test', async () => smokeTest(leg, built, log));
    const { withheld } = plan;
    if (withheld !== undefined) log.info(`not pushed: ${withheld}`);
    const pushed =
      withheld === undefined ? await watch.time('push', async () => push(leg, built, deps)) : undefined;
    const content = pushed && (await checkPushed(leg, pushed, inputs, deps));
    const { seconds } = watch;
    return { target, platform, mode, host, built, pushed, content, withheld, github, seconds };
  } finally {
    await engine.remove(built);
  }
}

async function buildImage(
  { engine, host, platform, mode }: ReadyLeg,
  { tag }: BuildPlan,
  inputs: BuildInputs,
  { log, github }: LegDeps,
): Promise<BuiltImage> {
  const { source } = engine.capabilities;
  return log.group(`Building ${formatPlatform(platform)} with ${host.label}`, async () =>
    engine.build(buildRequest(inputs, { platform, mode, source, tag, github })),
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
function refuseSmokeTest({ smokeTest: command }: PlannedLeg, engine: Engine): void {
  if (command === undefined || engine.capabilities.smokeTest) return;
  throw new CodedError('E_UNSUPPORTED', `engine ${engine.name} can't run a smoke test`, {
    hint: 'leave smoke-test out, or build with docker, podman or buildah',
  });
}

async function smokeTest(
  { engine, platform, mode, smokeTest: command = '' }: ReadyLeg,
  built: BuiltImage,
  log: Log,
): Promise<void> {
  await log.group(`Smoke test${mode === 'emulate' ? ' (emulated)' : ''}`, async () =>
    engine.run(built, { command, platform, timeoutMs: smokeTestMs[mode] }),
  );
}

async function push(
  { engine, platform, target }: ReadyLeg,
  built: BuiltImage,
  deps: LegDeps,
): Promise<PushedImage> {
  return deps.log.group(`Pushing ${target.image.name}:${target.tag}`, async () =>
    pushAndReadBack(engine, built, platform, target, deps),
  );
}

/** The machine of the programs in the layers, read from where they were pushed to: the leg's word for the fan-in. */
async function checkPushed(
  { platform, target }: ReadyLeg,
  { image }: PushedImage,
  inputs: BuildInputs,
  { log, registry }: LegDeps,
): Promise<ContentWord> {
  const origin = `${target.image.name}:${target.tag}`;
  return log.group(`Checking the programs in ${origin}`, async () =>
    contentWord(
      { image, platform, origin },
      { allowForeign: inputs['allow-foreign'], open: (layer) => registry.getBlob(target.image, layer), log },
    ),
  );
}
