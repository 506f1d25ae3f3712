import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, show } from '../../errors.ts';
import { writeDockerConfig } from '../auth.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import type { Session } from '../process/session.ts';
import { findTool, findTools } from '../process/tools.ts';
import { isAtLeast } from '../support.ts';
import { userFolders } from '../user-folders.ts';

/** How buildx is called on this machine. */
export interface BuildxCommand {
  /** An absolute path. */
  readonly tool: string;
  /** `buildx`, where it is a plugin of docker. */
  readonly prefix: readonly string[];
  /** `0.30.1`; `unknown` for a build that does not say. */
  readonly version: string;
}

/** The first with the options that we rely on: `tar=false` of the OCI exporter, attestations that can be switched off. */
const oldest = '0.10';

/** Where docker looks for plugins besides its own configuration. https://github.com/docker/cli/blob/master/cli-plugins/manager/manager_unix.go */
const pluginFolders = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

type CallOptions = Parameters<Session['ask']>[1];

/** buildx on this host, as plugin of docker or standing alone; where its configuration is ours and where the user's. */
export class BuildxClient {
  readonly session: Session;
  #command: Promise<BuildxCommand> | undefined;
  #configured: Promise<void> | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** @throws E_ENGINE_MISSING where there is none; E_ENGINE for one that is too old. */
  command(): Promise<BuildxCommand> {
    this.#command ??= this.#find();
    return this.#command;
  }

  /** Quietly; whatever the exit code. */
  async ask(args: readonly string[], options: CallOptions = {}): Promise<ExecResult> {
    const { tool, prefix } = await this.command();
    await this.configure();
    return this.session.ask([...prefix, ...args], { ...options, tool });
  }

  /** With its output in the log. */
  async tell(args: readonly string[], options: CallOptions = {}): Promise<ExecResult> {
    const { tool, prefix } = await this.command();
    await this.configure();
    return this.session.tell([...prefix, ...args], { ...options, tool });
  }

  /** Builders in a configuration that nobody else has. */
  async keepToItself(): Promise<void> {
    await this.configure();
    this.session.variables['BUILDX_CONFIG'] = await this.session.folderWith('buildx', {});
  }

  /** Credentials of ours in a docker configuration of ours, and the user's builders beside it. */
  configure(): Promise<void> {
    this.#configured ??= (async () => {
      const { logins = [], env } = this.session.options;
      const { variables } = this.session;
      const own = ownConfig(env);
      const isThere = own !== undefined && (await isFolder(own));
      variables['BUILDX_CONFIG'] = isThere ? own : await this.session.folderWith('buildx', {});
      // Attestations turn an image into a list, so they are made only where they are asked for.
      variables['BUILDX_NO_DEFAULT_ATTESTATIONS'] = '1';
      if (logins.length === 0) return;
      const folder = join(await this.session.folder(), 'docker');
      Object.assign(variables, await writeDockerConfig(folder, logins, env));
    })();
    return this.#configured;
  }

  async #find(): Promise<BuildxCommand> {
    const { log } = this.session.options;
    for (const [tool, prefix] of await this.#candidates()) {
      const answer = await this.session.ask([...prefix, 'version'], { tool });
      const said = /buildx\S* v?(\d+\.\d+\.\d+\S*)/u.exec(answer.stdout)?.[1];
      if (answer.code !== 0 || said === undefined) continue;
      const version = said.startsWith('0.0.0') ? 'unknown' : said;
      log.info(`buildx is ${[tool, ...prefix].join(' ')}, version ${show(version, 60)}`);
      refuseOld(version);
      return { tool, prefix, version };
    }
    throw new CodedError(
      'E_ENGINE_MISSING',
      'there is no buildx on PATH, and no docker that has it as a plugin',
      {
        hint: 'set setup: buildx@0.30.1, or install docker-buildx-plugin; or use engine: docker, podman or buildah',
      },
    );
  }

  async #candidates(): Promise<(readonly [string, readonly string[]])[]> {
    const { env, buildx } = this.session.options;
    if (buildx !== undefined) return [[buildx, []]];
    const path = env['PATH'];
    const alone = [await findTool('buildx', path), await findTool('docker-buildx', path)];
    const plugins = await Promise.all(
      pluginPlaces(env).map(async (folder) => findTool('docker-buildx', folder)),
    );
    return [
      ...(await findTools('docker', path)).map((tool) => [tool, ['buildx']] as const),
      // A plugin is a program of its own, so it works without docker.
      ...[...alone, ...plugins].filter((tool) => tool !== undefined).map((tool) => [tool, []] as const),
    ];
  }
}

function pluginPlaces(env: EngineOptions['env']): string[] {
  const { docker } = userFolders(env);
  return [...(docker === undefined ? [] : [join(docker, 'cli-plugins')]), ...pluginFolders];
}

/** Where buildx keeps the user's builders. */
function ownConfig(env: EngineOptions['env']): string | undefined {
  const explicit = env['BUILDX_CONFIG'] ?? '';
  const { docker } = userFolders(env);
  return explicit !== '' ? explicit : docker && join(docker, 'buildx');
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there, or not ours to read: then there are no builders that we could use.
    return false;
  }
}

function refuseOld(version: string): void {
  if (isAtLeast(version, oldest)) return;
  throw new CodedError('E_ENGINE', `buildx ${version} is too old`, {
    hint: `${oldest} or newer is needed: set setup: buildx@0.30.1`,
  });
}
