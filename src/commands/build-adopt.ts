import { CodedError, errorLine } from '../errors.ts';
import type { BuiltImage, Engine, EngineHost, EngineName, Mode } from '../engines/engine.ts';
import { relation } from '../engines/preflight/mode.ts';
import type { SourceImage } from '../inputs/source-image.ts';
import type { Log } from '../log.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import type { ReadyLeg } from './build-leg.ts';
import type { BuildPlan, PlannedLeg } from './build-plan.ts';
import { refuseDigestPush } from './build-push.ts';
import { checkSmokeTest, wantsSmokeTest } from './build-smoke.ts';

/** A folder or a file. */
export type StoredSource = Exclude<SourceImage, { kind: 'local' }>;

export interface AdoptDeps {
  readonly log: Log;
  readonly engineOf: (name: EngineName | 'auto') => Promise<Engine>;
  /** What pushes and runs an image that stands in a folder or an archive. */
  readonly storedEngine?: (source: StoredSource) => Promise<Engine>;
}

/** Those that keep images, in the order in which they are asked. */
const stores = ['docker', 'podman', 'buildah'] as const;

/**
 * A leg whose image is there already: found, and what its smoke test needs is tried.
 * @throws E_NOT_FOUND; E_HOST_MISMATCH where native was asked for; E_UNSUPPORTED where a smoke test can't be run
 */
export async function adoptLeg(
  planned: PlannedLeg,
  plan: BuildPlan,
  source: SourceImage,
  deps: AdoptDeps,
): Promise<ReadyLeg> {
  const { engine, image } = await findImage(planned, source, deps);
  const host = await engine.host();
  const platform = planned.platform ?? (await engine.platformOf(image));
  const targets = plan.targets(platform);
  if (targets[0].tag === undefined && plan.withheld === undefined) {
    refuseDigestPush(engine);
    await engine.checkPushByDigest?.();
  }
  const mode = adoptedMode(planned, platform, host);
  const isHere = relation(platform, host.platform) !== 'foreign';
  if (wantsSmokeTest(planned)) {
    if (engine.checkRun === undefined) await engine.preflight(platform, isHere ? 'native' : 'emulate');
    await checkSmokeTest(planned, platform, engine);
  }
  deps.log.info(`${source.text} is adopted for ${formatPlatform(platform)} as it is: ${image.id}`);
  return {
    engine,
    host,
    platform,
    mode,
    targets,
    planned,
    bases: [],
    adopted: image,
  };
}

/** How it was made is not known: on the platform's own machine most likely natively, else compiled elsewhere. */
function adoptedMode({ mode }: PlannedLeg, platform: Platform, host: EngineHost): Mode {
  if (relation(platform, host.platform) !== 'foreign') return 'native';
  if (mode !== 'native') return mode === undefined || mode === 'auto' ? 'cross' : mode;
  const [target, own] = [formatPlatform(platform), formatPlatform(host.platform)];
  throw new CodedError(
    'E_HOST_MISMATCH',
    `an image for ${target} was to be adopted natively, and ${host.label} works on ${own}`,
    { hint: `adopt it on a ${target} machine, or leave mode out: nothing is built here` },
  );
}

interface FoundImage {
  readonly engine: Engine;
  readonly image: BuiltImage;
}

async function findImage(planned: PlannedLeg, source: SourceImage, deps: AdoptDeps): Promise<FoundImage> {
  if (source.kind !== 'local') {
    const engine = await deps.storedEngine?.(source);
    const image = await engine?.adopt?.(source.text, planned.platform ?? (await engine.host()).platform);
    if (engine !== undefined && image !== undefined) return { engine, image };
    throw new CodedError('E_INTERNAL', `${source.text} was not adopted`);
  }
  const reasons: string[] = [];
  for (const name of planned.engine === 'auto' ? stores : [planned.engine]) {
    const found = await inStore(name, source.name, planned, deps);
    if (typeof found !== 'string') return found;
    reasons.push(found);
  }
  throw new CodedError('E_NOT_FOUND', `there is no image ${source.name} here: ${reasons.join('; ')}`, {
    hint: 'make it in an earlier step of this job; for a folder or a file write oci:, oci-archive: or docker-archive: before it',
  });
}

/** The image in one engine's store, or why it is not there. */
async function inStore(
  name: EngineName,
  image: string,
  { engine: asked, platform }: PlannedLeg,
  { engineOf }: AdoptDeps,
): Promise<FoundImage | string> {
  let engine: Engine;
  try {
    engine = await engineOf(name);
  } catch (error) {
    // Whoever names an engine hears of it; else the next one may have the image.
    if (asked !== 'auto' || !(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    return errorLine(error);
  }
  if (engine.adopt === undefined) {
    throw new CodedError('E_UNSUPPORTED', `engine ${name} keeps no images that could be adopted`, {
      hint: 'set engine: docker, podman or buildah, or write the image to a folder: oci:folder',
    });
  }
  const found = await engine.adopt(image, platform ?? (await engine.host()).platform);
  return found === undefined ? `${name} has none of that name` : { engine, image: found };
}
