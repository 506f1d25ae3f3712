import type { BuiltImage, Engine, Mode } from '../engines/engine.ts';
import { relation } from '../engines/preflight/mode.ts';
import { healthCommand } from '../engines/smoke/service-check.ts';
import type { ServiceQuestion } from '../engines/smoke/service.ts';
import { smokeTestArguments } from '../engines/smoke/smoke.ts';
import { CodedError, errorLine } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ImageConfig } from '../oci/config.ts';
import type { Platform } from '../platform/platform.ts';
import type { ReadyLeg } from './build-leg.ts';
import type { PlannedLeg } from './build-plan.ts';

/** How long a smoke test may take, in milliseconds; emulated programs are several times slower. */
export const smokeTestMs: Readonly<Record<Mode, number>> = {
  native: 300_000,
  cross: 300_000,
  emulate: 900_000,
};

type Asked = Pick<PlannedLeg, 'smokeTest' | 'smokeTestUrl'>;

/** @throws E_UNSUPPORTED, E_INPUT before an hour was spent on the build. */
export function refuseSmokeTest({ smokeTest, smokeTestUrl }: Asked, engine: Engine): void {
  if (smokeTest !== undefined) smokeTestArguments(smokeTest);
  const isAsked = smokeTest !== undefined || asksUrl({ smokeTestUrl });
  if (!isAsked || engine.capabilities.smokeTest) return;
  const input = smokeTest === undefined ? 'smoke-test-url' : 'smoke-test';
  throw new CodedError('E_UNSUPPORTED', `engine ${engine.name} can't run a smoke test`, {
    hint: `leave ${input} out, or build with docker, podman or buildah`,
  });
}

/** Whether what was asked for goes here, before anything is built. @throws E_UNSUPPORTED, E_HOST_MISMATCH */
export async function checkSmokeTest(asked: Asked, platform: Platform, engine: Engine): Promise<void> {
  if (asked.smokeTest !== undefined) await engine.checkRun?.(platform);
  if (asksUrl(asked)) await engine.checkServe?.(platform);
}

function asksUrl({ smokeTestUrl }: Pick<Asked, 'smokeTestUrl'>): boolean {
  return smokeTestUrl !== undefined && smokeTestUrl !== 'none';
}

/** Whether the leg was told to run something of the image. */
export function wantsSmokeTest(asked: Asked): boolean {
  return asked.smokeTest !== undefined || asksUrl(asked);
}

/** What is run of an image before it is pushed, in this order. */
export interface SmokeTests {
  readonly command: string | undefined;
  readonly service: ServiceQuestion | undefined;
}

/** What was asked for; and of an image with a HEALTHCHECK that, unless a URL was given, or `none`. */
export function smokeTestsOf({ smokeTest, smokeTestUrl: url }: Asked, config: ImageConfig): SmokeTests {
  const { healthcheck, shell } = config;
  const command = healthcheck && healthCommand(healthcheck, shell);
  if (url !== undefined && url !== 'none') return { command: smokeTest, service: { kind: 'url', url } };
  const service =
    url === 'none' || healthcheck === undefined || command === undefined
      ? undefined
      : ({ kind: 'healthcheck', healthcheck, command } as const);
  return { command: smokeTest, service };
}

/** Runs them, on the bytes that will be pushed. @throws E_SMOKE_TEST, E_ENGINE, E_UNSUPPORTED */
export async function runSmokeTests(
  leg: ReadyLeg,
  built: BuiltImage,
  { command, service }: SmokeTests,
  config: ImageConfig,
  log: Log,
): Promise<void> {
  const { engine, host, platform, mode, planned } = leg;
  // In a cross build, too, the programs are run, and by whom they are emulated only the host's machine tells.
  const how = relation(platform, host.platform) === 'foreign' ? 'emulate' : mode;
  const isEmulated = how === 'emulate';
  const note = isEmulated ? ' (emulated)' : '';
  const timeoutMs = Math.min(smokeTestMs[how], planned.timeoutMs ?? Infinity);
  if (command !== undefined) {
    await log.group(`Smoke test${note}`, async () => engine.run(built, { command, platform, timeoutMs }));
  }
  if (service === undefined || !(await canServe(engine, service, platform, log))) return;
  const title =
    service.kind === 'url' ? `Smoke test: ${service.url.text}` : 'Smoke test: HEALTHCHECK of the image';
  const own = [...(config.entrypoint ?? []), ...(config.cmd ?? [])];
  await log.group(`${title}${note}`, async () =>
    engine.serve?.(built, { platform, timeoutMs, isEmulated, ask: service, command: own }),
  );
}

/** A HEALTHCHECK that nobody asked to be run is not worth a failure where this host can't run it. */
async function canServe(
  engine: Engine,
  { kind }: ServiceQuestion,
  platform: Platform,
  log: Log,
): Promise<boolean> {
  if (kind === 'url') return true;
  const skipped = (why: string): false => {
    log.warning(`the HEALTHCHECK of the image was not run: ${why}`);
    return false;
  };
  if (engine.serve === undefined) return skipped(`engine ${engine.name} can't run images`);
  try {
    await engine.checkServe?.(platform);
    return true;
  } catch (error) {
    if (error instanceof CodedError && ['E_UNSUPPORTED', 'E_HOST_MISMATCH'].includes(error.code))
      return skipped(errorLine(error));
    throw error;
  }
}
