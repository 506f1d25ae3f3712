import { CodedError } from '../errors.ts';
import type { BuiltImage, Engine, EngineHost, Mode, Readiness, WantedMode } from '../engines/engine.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import type { Sleep } from '../publish/read-back.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import type { ContentWord } from '../verify/content/word.ts';
import type { FoundBase } from './build-bases.ts';
import type { BuildPlan, LegTarget, PlannedLeg } from './build-plan.ts';
import { nameOf, pushAndReadBack, refuseDigestPush, type PushedImage } from './build-push.ts';
import { buildRequest, otherAnnotations } from './build-request.ts';
import { checkArchive, type CheckedArchive } from './content-check.ts';
import { legRecord } from './build-result.ts';
import {
  checkSmokeTest,
  refuseSmokeTest,
  runSmokeTests,
  smokeTestsOf,
  wantsSmokeTest,
} from './build-smoke.ts';
import type { HandOver } from './handover-leg.ts';
import type { ReadVerbs } from './repository-reader.ts';
import { stopwatch } from './stopwatch.ts';

type BuildInputs = InputsOf<'build'>;

export interface LegDeps {
  readonly log: Log;
  readonly registry: ReadVerbs & Pick<PublishVerbs, 'headManifest'>;
  readonly github: GithubEnvironment;
  readonly handOver: HandOver;
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
  readonly targets: readonly [LegTarget, ...LegTarget[]];
  readonly planned: PlannedLeg;
  /** Of a cross build, where it is known: whether RUN steps can start programs of the target. */
  readonly emulates?: boolean | undefined;
  /** Instructions of the Dockerfile that an image in OCI format can't hold, where it was read. */
  readonly dockerOnly?: readonly string[] | undefined;
  /** Its base images, as they are in their registries. */
  readonly bases: readonly FoundBase[];
  /** The image, where it was made before and is not built here. It is not ours to remove. */
  readonly adopted?: BuiltImage;
}

/** Everything that a leg found and did. */
export interface BuiltLeg {
  readonly targets: ReadyLeg['targets'];
  readonly platform: Platform;
  readonly mode: Mode;
  readonly host: EngineHost;
  readonly built: BuiltImage;
  /** As it was read back; `undefined` where nothing was pushed. */
  readonly pushed: PushedImage | undefined;
  /** What the programs in it are made for. */
  readonly content: ContentWord | undefined;
  readonly bases: readonly FoundBase[];
  /** Why nothing was pushed. */
  readonly withheld: string | undefined;
  readonly github: GithubEnvironment;
  /** How long each phase took. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Tries whatever can be tried before anything is built. */
export async function preflightLeg(
  planned: PlannedLeg,
  plan: BuildPlan,
  engine: Engine,
  log: Log,
): Promise<ReadyLeg> {
  refuseSmokeTest(planned, engine);
  const first = await engine.host();
  const platform = planned.platform ?? first.platform;
  const targets = plan.targets(platform);
  if (targets[0].tag === undefined && plan.withheld === undefined) refuseDigestPush(engine);
  const ready = await engineReadiness(planned, platform, engine, log);
  const { mode, note, warning, emulates, host = first } = ready;
  if (targets[0].tag === undefined && plan.withheld === undefined) await engine.checkPushByDigest?.();
  log.info(`${host.label} builds ${formatPlatform(platform)}: ${note}`);
  if (warning !== undefined) log.warning(warning);
  // What was compiled without running anything of the platform has to be run now.
  if (mode === 'cross' && wantsSmokeTest(planned)) await engine.preflight(platform, 'emulate');
  await checkSmokeTest(planned, platform, engine);
  return { engine, host, platform, mode, emulates, targets, planned, bases: [] };
}

/** In the mode that was asked for; where none was, natively, or if that is not possible as the row's `fallback` says. */
async function engineReadiness(
  { mode, fallback }: PlannedLeg,
  platform: Platform,
  engine: Engine,
  log: Log,
): Promise<Readiness> {
  const standard: WantedMode = engine.capabilities.source === 'files' ? 'cross' : 'native';
  if (mode !== undefined || (fallback !== 'emulate' && fallback !== 'cross')) {
    return engine.preflight(platform, mode ?? standard);
  }
  try {
    return await engine.preflight(platform, standard);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_HOST_MISMATCH') throw error;
    log.info(`${formatPlatform(platform)} falls back to mode ${fallback}: ${error.message}`);
    return engine.preflight(platform, fallback);
  }
}

/**
 * One leg: makes one platform's image, checks the programs in it, runs the smoke test on the bytes that will be pushed, pushes the arch tag, and
 * reads back what the registry now holds. What the engine made for it is removed however it ends.
 */
export async function runLeg(
  leg: ReadyLeg,
  plan: BuildPlan,
  inputs: BuildInputs,
  deps: LegDeps,
): Promise<BuiltLeg> {
  const { engine, host, platform, mode, targets, planned, bases } = leg;
  const { log, github } = deps;
  const watch = stopwatch(deps.now);
  const built = leg.adopted ?? (await watch.time('build', async () => buildImage(leg, plan, inputs, deps)));
  try {
    await checkPlatform(leg, built, log);
    const {
      word: content,
      diffIds,
      config,
    } = await watch.time('check', async () => checkPrograms(leg, built, inputs, log));
    const tests = smokeTestsOf(planned, config);
    if (tests.command !== undefined || tests.service !== undefined)
      await watch.time('smoke-test', async () => runSmokeTests(leg, built, tests, config, log));
    const { withheld } = plan;
    if (withheld !== undefined) log.info(`not pushed: ${withheld}`);
    const pushed =
      withheld === undefined
        ? await watch.time('push', async () => push(leg, built, diffIds, deps))
        : undefined;
    const { seconds } = watch;
    const done = { targets, platform, mode, host, built, pushed, content, bases, withheld, github, seconds };
    await deps.handOver({ record: legRecord(done), pushed: pushed?.manifest, tag: plan.tag });
    return done;
  } finally {
    if (leg.adopted === undefined) await engine.remove(built);
  }
}

async function buildImage(
  { engine, host, platform, mode, dockerOnly }: ReadyLeg,
  { tag }: BuildPlan,
  inputs: BuildInputs,
  { log, github }: LegDeps,
): Promise<BuiltImage> {
  const { source } = engine.capabilities;
  for (const line of otherAnnotations(inputs, platform)) log.info(line);
  return log.group(`Building ${formatPlatform(platform)} with ${host.label}`, async () =>
    engine.build(buildRequest(inputs, { platform, mode, source, tag, github, dockerOnly })),
  );
}

async function checkPlatform(
  { engine, platform, planned, adopted }: ReadyLeg,
  built: BuiltImage,
  log: Log,
): Promise<void> {
  const found = await engine.platformOf(built);
  if (samePlatform(found, platform)) return;
  const doing = adopted === undefined ? 'built' : 'adopted';
  const what = `${formatPlatform(platform)} was to be ${doing}, the image's config says ${formatPlatform(found)}`;
  if (planned.override) {
    log.warning(`${what}; override is set, so it is pushed as ${formatPlatform(platform)} all the same`);
    return;
  }
  throw new CodedError('E_PLATFORM_MISMATCH', what, {
    hint:
      adopted === undefined
        ? 'a FROM line may name a platform of its own (FROM --platform=...); nothing was pushed'
        : 'give the platform that it was made for, or the image that was made for this one; nothing was pushed',
  });
}

/** To every target, in order; the record tells of the first. */
async function push(
  { engine, platform, targets, planned }: ReadyLeg,
  built: BuiltImage,
  diffIds: CheckedArchive['diffIds'],
  deps: LegDeps,
): Promise<PushedImage> {
  const { override } = planned;
  const pushTo = async (target: LegTarget): Promise<PushedImage> => {
    return deps.log.group(`Pushing ${nameOf(target)}`, async () =>
      pushAndReadBack(engine, built, { platform, override, target, diffIds }, deps),
    );
  };
  const [first, ...others] = targets;
  const pushed = await pushTo(first);
  for (const target of others) {
    const { manifest } = await pushTo(target);
    if (manifest.digest !== pushed.manifest.digest)
      deps.log.warning(
        `${nameOf(target)} is ${manifest.digest}, and ${nameOf(first)} ${pushed.manifest.digest}: the engine packs its layers anew for each registry`,
      );
  }
  return pushed;
}

/** The machine of the programs in the layers, before anything of it is run or pushed: the leg's word for the fan-in. */
async function checkPrograms(
  { engine, platform }: ReadyLeg,
  built: BuiltImage,
  inputs: BuildInputs,
  log: Log,
): Promise<CheckedArchive> {
  const origin = `the image for ${formatPlatform(platform)}`;
  const { 'allow-foreign': allowForeign, 'content-limit': limit } = inputs;
  return log.group(`Checking the programs in ${origin}`, async () =>
    checkArchive(engine.archive(built), { platform, origin, allowForeign, limit, log }),
  );
}
