import type { EngineOptions } from '../options.ts';
import { findTool } from '../process/tools.ts';
import { modestLimits } from './limits.ts';

/** A way to start the programs of RUN steps: what a host needs beyond the engine's own defaults. */
export interface Arrangement {
  /** Another OCI runtime, by its absolute path. */
  readonly runtime?: string;
  readonly isolation?: 'chroot';
  /** Limits that every host grants, instead of the engine's own. */
  readonly limits?: true;
}

/**
 * What to try, in the order of how much it keeps apart: the engine's own way, runc, and last a chroot. Where the user has set
 * BUILDAH_ISOLATION, no other isolation is tried.
 */
export async function arrangementsToTry(env: EngineOptions['env']): Promise<readonly Arrangement[]> {
  const runc = await findTool('runc', env['PATH']);
  const own = env['BUILDAH_ISOLATION'] ?? '';
  return [
    {},
    ...(runc === undefined || own === 'chroot' ? [] : [{ runtime: runc }]),
    ...(own === '' ? [{ isolation: 'chroot' } as const] : []),
  ];
}

/**
 * The arrangement that worked, for a person: `runc and BUILDAH_ISOLATION=chroot ..., since crun said so`.
 * @param refused why those before it did not work
 * @returns `undefined` for the engine's own way
 */
export function describeArrangement(
  { runtime, isolation, limits }: Arrangement,
  refused: readonly string[],
): string | undefined {
  const used = [
    ...(runtime === undefined ? [] : [runtime]),
    ...(isolation === undefined
      ? []
      : [`BUILDAH_ISOLATION=${isolation}, with the host's network in RUN steps`]),
    ...(limits === undefined ? [] : [modestLimits.join(' ')]),
  ];
  const why = refused.length === 0 ? '' : `, since ${[...new Set(refused)].join('; then ')}`;
  return used.length === 0 ? undefined : `${used.join(' and ')}${why}`;
}
