import { CodedError } from '../../errors.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import type { EngineHost, Mode, Readiness, WantedMode } from '../engine.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import type { Session } from '../process/session.ts';
import { isOn, isUsable, lookUpEmulation, type Emulation } from './binfmt.ts';
import { setUpEmulation } from './emulation-setup.ts';
import {
  checkEmulation,
  decideMode,
  describeMode,
  emulationCure,
  emulationWarning,
  modesToTry,
  relation,
} from './mode.ts';
import { probeProgram } from './probe.ts';

/** An engine, as far as it is needed to find out what runs on it. */
export interface TriedEngine {
  readonly session: Session;
  readonly host: EngineHost;
  /** Whether it shares this machine's kernel, so that /proc says what it can emulate. */
  readonly local: boolean;
  /** Builds `FROM scratch`, a COPY and a RUN of the probe; gives what had to be done for it. */
  readonly tryProgram: (
    folder: string,
    platform: Platform,
    name: string,
  ) => Promise<{ result: ExecResult; notes: readonly string[] }>;
  /** Runs a container with all rights of the engine's machine. */
  readonly runPrivileged?: (image: string, args: readonly string[]) => Promise<ExecResult>;
}

/**
 * In which mode this engine makes images of the platform, found out by running a program.
 * @throws E_HOST_MISMATCH, E_UNSUPPORTED, E_ENGINE, as `Engine.preflight` says
 */
export async function findMode(
  platform: Platform,
  wanted: WantedMode,
  engine: TriedEngine,
): Promise<Readiness> {
  const emulation = await emulationFor(platform, wanted, engine);
  if (wanted !== 'auto') {
    return tryMode(decideMode(platform, wanted, engine.host, emulation), platform, engine, emulation);
  }
  const passedOver: string[] = [];
  const modes = modesToTry(platform, engine.host, emulation);
  for (const mode of modes) {
    try {
      const ready = await tryMode(mode, platform, engine, emulation);
      return { ...ready, note: [`mode auto is ${mode}`, ...passedOver, ready.note].join('; ') };
    } catch (error) {
      const goesOn = error instanceof CodedError && ['E_UNSUPPORTED', 'E_HOST_MISMATCH'].includes(error.code);
      if (!goesOn || mode === modes.at(-1)) throw error;
      passedOver.push(`${mode} does not work here: ${error.message}`);
    }
  }
  throw new CodedError('E_INTERNAL', 'no mode was tried');
}

/** What the kernel emulates; where `setup-emulation` asks for it and it does not, it is installed first. */
async function emulationFor(
  platform: Platform,
  wanted: WantedMode,
  { session, host, local, runPrivileged }: TriedEngine,
): Promise<Emulation> {
  if (relation(platform, host.platform) === 'same') return { kind: 'absent' };
  const { options } = session;
  const lookUp = async (): Promise<Emulation> =>
    local
      ? (options.lookUpEmulation ?? lookUpEmulation)(platform.architecture)
      : { kind: 'unknown', reason: 'the engine is on another machine' };
  const found = await lookUp();
  const compatible = relation(platform, host.platform) === 'compatible';
  if (options.setUpEmulation !== true || wanted === 'native' || compatible || isUsable(found)) return found;
  try {
    await setUpEmulation(platform, {
      ...options,
      local,
      ...(runPrivileged !== undefined && { runPrivileged }),
    });
  } catch (error) {
    // auto and cross go on without: the reason stands in the log, and the build says what it lacks.
    if (!(error instanceof CodedError) || wanted === 'emulate') throw error;
    options.log.warning(error.message);
  }
  return lookUp();
}

async function tryMode(
  mode: Mode,
  platform: Platform,
  engine: TriedEngine,
  emulation: Emulation,
): Promise<Readiness> {
  const { session, host } = engine;
  if (mode === 'emulate') checkEmulation(platform, emulation);
  const told = describeMode(mode, platform, host, emulation);
  // In a cross build it is the host's own programs that run; and for a machine that there is no probe of, at least the engine is tried.
  const program = mode === 'cross' ? undefined : probeProgram(platform.architecture);
  const tried = program === undefined ? host.platform : platform;
  const id = session.uniqueId();
  const folder = await session.folderWith(`probe-${id}`, {
    Dockerfile: 'FROM scratch\nCOPY probe /probe\nRUN ["/probe"]\n',
    // podman and buildah keep equal layers once: of two legs at once, one would take its own away with the other's.
    probe: Buffer.concat([
      program ?? probeProgram(host.platform.architecture) ?? Buffer.of(),
      Buffer.from(id),
    ]),
  });
  const { result, notes } = await engine.tryProgram(folder, tried, `localhost/native-multiarch-probe:${id}`);
  if (result.code !== 0) throw probeFailure(result, platform, mode, engine);
  for (const note of notes) session.options.log.info(note);
  const warning = mode === 'emulate' ? emulationWarning(platform) : undefined;
  return {
    mode,
    note: [told, ...notes].join('; '),
    ...(warning !== undefined && { warning }),
    ...(mode === 'cross' && emulation.kind !== 'unknown' && { emulates: isOn(emulation) }),
  };
}

function probeFailure(
  result: ExecResult,
  platform: Platform,
  mode: Mode,
  { session, host }: TriedEngine,
): CodedError {
  const target = formatPlatform(platform);
  const own = formatPlatform(host.platform);
  if (!/exec format error/i.test(`${result.stdout}${result.stderr}`)) {
    const error = session.failure(result, { doing: 'build', platform });
    if (error.code !== 'E_BUILD') return error;
    const said = lastLines(`${result.stdout}\n${result.stderr}`);
    return new CodedError('E_ENGINE', `${session.name} can't run a program of ${target} here: ${said}`, {
      hint: 'try the same by hand: FROM scratch, COPY and RUN of a static program',
    });
  }
  if (mode === 'native') {
    return new CodedError(
      'E_HOST_MISMATCH',
      `the processor of ${host.label} (${own}) does not run programs of ${target}`,
      { hint: `run this leg on a ${target} machine; some 64-bit processors have no 32-bit mode` },
    );
  }
  return new CodedError(
    'E_UNSUPPORTED',
    `${host.label} (${own}) has no emulation of ${target} that works in containers`,
    { hint: emulationCure(platform) },
  );
}
