import { formatPlatform, type Platform } from '../../platform/platform.ts';
import type { ExecResult } from '../process/exec.ts';
import type { Session } from '../process/session.ts';
import { findTools } from '../process/tools.ts';

/** Which of the two builders inside a Docker Engine is used, and by which docker command. */
export interface Builder {
  readonly kind: 'buildkit' | 'classic';
  /** The absolute path of the docker command. */
  readonly tool: string;
  readonly variables: Readonly<Record<string, string>>;
  /** For a person. */
  readonly note: string;
}

interface Probe {
  readonly folder: string;
  readonly platform: Platform;
  readonly name: string;
}

const probeMs = 180_000;

/** How a docker command of 23 or newer, and an engine without BuildKit, say that they need what is not there. */
const noBuildKit =
  /buildx component is missing or broken|BuildKit is enabled but|buildkit not supported by daemon/i;

/**
 * BuildKit, where a docker command on PATH can use it: one of 20.10 has it built in, a newer one needs the buildx plugin, and both
 * may be there. Else the classic builder. Which it is, is found out by building the probe.
 */
export async function chooseBuilder(
  session: Session,
  probe: Probe,
): Promise<{ builder: Builder; result: ExecResult }> {
  const first = await session.tool();
  const tools = await findTools('docker', session.options.env['PATH']);
  for (const tool of tools.length > 0 ? tools : [first]) {
    const variables = { DOCKER_BUILDKIT: '1' };
    const result = await build(session, probe, { kind: 'buildkit', tool, variables });
    if (result.code !== 0 && noBuildKit.test(result.stderr)) continue;
    const other =
      tool === first ? '' : ` by ${tool}, since ${first} needs the buildx plugin for it, which is not there`;
    return {
      builder: { kind: 'buildkit', tool, variables, note: `docker builds with BuildKit${other}` },
      result,
    };
  }
  const note = 'docker builds with the classic builder: BuildKit needs the buildx plugin, which is not there';
  const builder: Builder = { kind: 'classic', tool: first, variables: { DOCKER_BUILDKIT: '0' }, note };
  return { builder, result: await build(session, probe, builder) };
}

async function build(session: Session, probe: Probe, builder: Omit<Builder, 'note'>): Promise<ExecResult> {
  const args = [
    '--no-cache',
    '--network',
    'none',
    '--platform',
    formatPlatform(probe.platform),
    '--tag',
    probe.name,
  ];
  return session.throwaway(probe.name, ['image', 'rm'], async () =>
    session.ask(['build', ...args, ...(builder.kind === 'classic' ? ['--force-rm'] : []), probe.folder], {
      env: builder.variables,
      tool: builder.tool,
      timeoutMs: probeMs,
    }),
  );
}
