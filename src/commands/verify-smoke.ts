import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, Mode } from '../engines/engine.ts';
import { CodedError, errorLine, joinErrors } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import { isLayout } from '../oci/layout-reference.ts';
import { formatReference, type Repository } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import type { CheckReport } from '../report/platforms.ts';
import type { ProvenImage } from '../verify/source.ts';
import { smokeTestMs } from './build-smoke.ts';

export interface SmokeTestDeps {
  readonly log: Log;
  /** The engine that was asked for, or the first that works here; whoever asks for it closes it. @throws E_ENGINE_MISSING, E_ENGINE */
  readonly engine: () => Promise<Engine>;
  /** A folder of this run alone. */
  readonly scratch: () => Promise<string>;
}

/**
 * Where engines can pull from. @throws E_UNSUPPORTED where the list stands in no registry
 */
export function pullableFrom(places: readonly Repository[]): Repository {
  const found = places.find((place) => !isLayout(place));
  if (found !== undefined) return found;
  throw new CodedError(
    'E_UNSUPPORTED',
    'smoke-test needs an image in a registry, and this one is in a folder',
    {
      hint: 'publish it, by digest alone with tags: none if nobody is to see it yet, and verify that',
    },
  );
}

/**
 * Pulls every image that this host can run, by its digest, and runs `command` in it.
 * @returns for each image's digest whether it was run
 * @throws E_SMOKE_TEST for all that failed at once; E_UNSUPPORTED where this host can run none of them
 */
export async function smokeTests(
  images: readonly ProvenImage[],
  repository: Repository,
  command: string,
  { log, engine: findEngine, scratch }: SmokeTestDeps,
): Promise<ReadonlyMap<Digest, CheckReport>> {
  const engine = await findEngine();
  refuseEngine(engine);
  const { label } = await engine.host();
  const folder = await scratch();
  const reports = new Map<Digest, CheckReport>();
  const failures: CodedError[] = [];
  const refused: CodedError[] = [];
  for (const image of images) {
    const mode = await modeOf(engine, image);
    const { digest } = image.descriptor;
    if (mode instanceof CodedError) {
      refused.push(mode);
      log.info(`${formatPlatform(image.platform)} is not run on this host: ${errorLine(mode)}`);
      reports.set(digest, { check: 'smoke-test', found: 'not run on this host', by: 'verify' });
      continue;
    }
    const failure = await log.group(
      `Smoke test of ${formatPlatform(image.platform)} with ${label}`,
      async () => run(engine, image, { repository, command, mode, folder }),
    );
    if (failure !== undefined) failures.push(failure);
    reports.set(digest, {
      check: 'smoke-test',
      found: mode === 'emulate' ? 'passed, emulated' : 'passed',
      by: 'verify',
    });
  }
  if (failures.length > 0) throw joinErrors(failures);
  if (refused.length === images.length) throw nothingRan(images, label);
  return reports;
}

function refuseEngine({ name, capabilities }: Engine): void {
  if (capabilities.smokeTest) return;
  throw new CodedError('E_UNSUPPORTED', `engine ${name} can't run a smoke test`, {
    hint: 'leave smoke-test out, or use docker, podman or buildah',
  });
}

/** How programs of the image's platform are run here, or why they are not. */
async function modeOf(engine: Engine, { platform, config }: ProvenImage): Promise<Mode | CodedError> {
  if (config.onBuild === true) {
    return new CodedError('E_UNSUPPORTED', 'the image has ONBUILD steps, which pulling it would run', {
      hint: 'smoke-test an image that is built from it',
    });
  }
  try {
    return (await engine.preflight(platform, 'emulate')).mode;
  } catch (error) {
    if (error instanceof CodedError && ['E_HOST_MISMATCH', 'E_UNSUPPORTED'].includes(error.code))
      return error;
    throw error;
  }
}

interface Run {
  readonly repository: Repository;
  readonly command: string;
  readonly mode: Mode;
  readonly folder: string;
}

/**
 * Has the engine pull the image, with the credentials of this run, by a build of nothing else, and runs the command in it.
 * @returns why the test failed; `undefined` where it did not
 */
async function run(
  engine: Engine,
  image: ProvenImage,
  { repository, command, mode, folder }: Run,
): Promise<CodedError | undefined> {
  const { platform } = image;
  const name = formatReference({ repository, digest: image.descriptor.digest });
  const file = join(folder, 'Dockerfile');
  // After a build of a FROM line alone, buildah and podman leave the working container behind.
  await writeFile(file, `FROM ${name}\nLABEL native-multiarch.smoke-test="${image.descriptor.digest}"\n`);
  const source = { kind: 'dockerfile', context: folder, file } as const;
  const pulled = await engine.build({ platform, mode, source });
  try {
    await engine.run(pulled, { command, platform, timeoutMs: smokeTestMs[mode] });
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_SMOKE_TEST') throw error;
    return new CodedError(error.code, `${name}: ${error.message}`, {
      // The engines say what holds for a leg.
      hint: (error.hint ?? '').replace('nothing was pushed', 'the image is published and does not work'),
      cause: error,
    });
  } finally {
    await engine.remove(pulled);
  }
}

function nothingRan(images: readonly ProvenImage[], label: string): CodedError {
  const platforms = images.map(({ platform }) => formatPlatform(platform)).join(', ');
  return new CodedError('E_UNSUPPORTED', `smoke-test: ${label} on this host can run none of ${platforms}`, {
    hint: 'verify on a machine of one of these platforms, or install emulation of one (QEMU, binfmt_misc); the log says why for each',
  });
}
