import { CodedError, joinErrors } from '../errors.ts';
import type { PlatformRow, RunsOn } from '../inputs/platforms.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Log } from '../log.ts';
import type { JsonObject } from '../oci/strict-json.ts';
import { formatPlatform, platformArch } from '../platform/platform.ts';
import { defaultRunner } from '../platform/runners.ts';
import { planMarkdown, planText, type SkippedPlatform } from '../report/plan.ts';
import type { CommandResult } from './result.ts';

/** Where emulated and cross-compiled legs run when the table does not say: hosts without a runner of their own platform. */
const fallbackRunner = 'ubuntu-24.04';

/** In minutes. Emulation is several times slower; GitHub ends a hosted job after 360. */
const defaultTimeout = { native: 60, cross: 60, emulate: 300 } as const;

export interface PlanDeps {
  readonly log: Log;
}

interface PlannedRow {
  readonly platform: string;
  readonly arch: string;
  readonly runsOn: RunsOn;
  readonly mode: keyof typeof defaultTimeout;
  readonly required: boolean;
  readonly timeoutMinutes: number;
  readonly row: PlatformRow;
}

/**
 * Turns the platform table into a job matrix: for each platform the runner and the mode, or the fallback where nobody
 * named a runner and none is known for it.
 * @throws E_RUNNER for a required platform without a runner, and for a table without any row left
 */
export function plan(inputs: InputsOf<'plan'>, { log }: PlanDeps): CommandResult {
  const errors: CodedError[] = [];
  const skipped: SkippedPlatform[] = [];
  const rows = inputs.platforms.flatMap((row) => {
    const planned = planRow(row);
    if (planned instanceof CodedError) errors.push(planned);
    else if ('reason' in planned) skipped.push(planned);
    else return [planned];
    return [];
  });
  if (errors.length > 0) throw joinErrors(errors);
  for (const row of inputs.platforms) {
    const platform = formatPlatform(row.platform);
    if (row.required && skipped.some((one) => one.platform === platform)) {
      log.warning(
        `${platform} is skipped and required, so that merge will miss it: add required: false to its row, or name a runner`,
      );
    }
  }
  for (const { platform, mode, row } of rows) {
    if (row.fallback !== 'fail' && row.fallback !== mode) {
      log.info(
        `${platform} has a runner, so fallback ${row.fallback} is not taken; whether the runner is there is not asked by this version`,
      );
    }
  }
  if (rows.length === 0) {
    throw new CodedError(
      'E_RUNNER',
      `no platform is left to build: ${skipped.map(({ platform, reason }) => `${platform} (${reason})`).join(', ')}`,
      {
        hint: 'an empty matrix fails the run; give at least one platform a runner',
      },
    );
  }
  const told = rows.map((row) => ({
    ...row,
    runner: typeof row.runsOn === 'string' ? row.runsOn : JSON.stringify(row.runsOn),
  }));
  const counted = `${rows.length} ${rows.length === 1 ? 'platform' : 'platforms'} to build`;
  return {
    outputs: {
      matrix: { include: rows.map(matrixRow) },
      count: rows.length,
      platforms: rows.map((row) => row.platform),
      skipped: skipped.map((row) => ({ ...row })),
    },
    text: `${counted}\n\n${planText(told, skipped)}`,
    summary: `### ${counted}\n\n${planMarkdown(told, skipped)}`,
  };
}

function planRow(row: PlatformRow): PlannedRow | SkippedPlatform | CodedError {
  const platform = formatPlatform(row.platform);
  const planned = (runsOn: RunsOn, mode: PlannedRow['mode']): PlannedRow => ({
    platform,
    arch: platformArch(row.platform),
    runsOn,
    mode,
    required: row.required,
    timeoutMinutes: row.timeoutMinutes ?? defaultTimeout[mode],
    row,
  });
  if (row.mode === 'auto') {
    return new CodedError('E_UNSUPPORTED', `${platform}: mode auto is not supported by this version`, {
      hint: 'say native, emulate or cross',
    });
  }
  const mode = row.mode ?? 'native';
  const runner = row.runsOn ?? (mode === 'native' ? defaultRunner(row.platform) : fallbackRunner);
  if (runner !== undefined) return planned(runner, mode);
  const reason = 'nobody named a runner, and none is known for it';
  switch (row.fallback) {
    case 'emulate':
    case 'cross':
      return planned(fallbackRunner, row.fallback);
    case 'skip':
      return { platform, reason };
    case 'fail':
      if (!row.required) return { platform, reason };
      return new CodedError('E_RUNNER', `${platform}: ${reason}`, {
        hint: `name one in platforms (${platform}: { runs-on: [self-hosted, ...] }), or say what to do without: fallback: emulate, cross or skip`,
      });
  }
}

function matrixRow({ platform, arch, runsOn, mode, required, timeoutMinutes, row }: PlannedRow): JsonObject {
  return {
    ...row.extra,
    platform,
    arch,
    'runs-on': runsOn,
    mode,
    required,
    'timeout-minutes': timeoutMinutes,
    name: mode === 'native' ? platform : `${platform} (${mode})`,
    ...(row.engine !== undefined && { engine: row.engine }),
    ...(row.smokeTest !== undefined && { 'smoke-test': row.smokeTest }),
  };
}
