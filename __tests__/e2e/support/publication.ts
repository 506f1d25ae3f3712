import type { Cli } from './cli.ts';
import type { EngineHost } from './engines.ts';
import type { Registry } from './registry.ts';
import { architectureNames, hostArchitecture, type Architecture } from './tools.ts';

/** The four platforms in the order of {@link architectureNames}. */
export const platforms = architectureNames.map((name) => `linux/${name}`);

/** Flags and standard input that sign in at a registry, the way a person at a shell does it. */
export function signIn(registry: Registry): { readonly flags: readonly string[]; readonly input: string } {
  if (registry.account === undefined) return { flags: [], input: '' };
  return {
    flags: ['--username', registry.account.username, '--password-stdin'],
    input: registry.account.password,
  };
}

export interface Leg {
  readonly digest: string;
  readonly record: Record<string, unknown>;
}

/** One `build` leg: native where the host is of that architecture, emulated elsewhere. */
export async function buildLeg(
  cli: Cli,
  engine: EngineHost,
  registry: Registry,
  architecture: Architecture,
  flags: readonly string[],
): Promise<Record<string, unknown>> {
  const { flags: login, input } = signIn(registry);
  const mode = architecture === hostArchitecture ? 'native' : 'emulate';
  const args = [
    ...['build', '--engine', engine.name, '--platform', `linux/${architecture}`, '--mode', mode],
    ...login,
    ...flags,
  ];
  return cli.outputs(args, { env: engine.env, input });
}
