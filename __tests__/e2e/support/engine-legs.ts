/// <reference lib="esnext.disposable" />
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { createEngine } from '../../../src/engines/detect.ts';
import type { BuildRequest, Engine } from '../../../src/engines/engine.ts';
import type { EngineOptions } from '../../../src/engines/options.ts';
import { parseReference, type Reference } from '../../../src/oci/reference.ts';
import { formatPlatform, parsePlatform } from '../../../src/platform/platform.ts';
import { createRegistryClient } from '../../../src/registry/client.ts';
import { credentialSource } from '../../../src/registry/credentials.ts';
import { recordingLog } from '../../engines/support/scripted.ts';
import { writeContext } from './context.ts';
import { buildxPath, startBuildKit, type BuildKit } from './buildkit.ts';
import { startDaemonless, startDocker, type EngineHost, type EngineName } from './engines.ts';
import { temporaryFolder } from './folders.ts';
import { debianPath } from './processes.ts';
import { startRegistry, type Registry } from './registry.ts';
import { architectures, hostArchitecture, requireTools, type Architecture } from './tools.ts';

export interface Made extends AsyncDisposable {
  readonly engine: Engine;
  readonly log: string[];
  /** Where the engine keeps what it writes. */
  readonly temp: string;
}

/** Real engines, a registry with a password, and a build context: what legs need to be tried for real. */
export class Workshop implements AsyncDisposable {
  readonly folder: string;
  readonly registry: Registry;
  readonly #hosts: ReadonlyMap<string, EngineHost>;
  readonly #stack: AsyncDisposableStack;

  constructor(
    folder: string,
    registry: Registry,
    hosts: ReadonlyMap<string, EngineHost>,
    stack: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.registry = registry;
    this.#hosts = hosts;
    this.#stack = stack;
  }

  static async start(): Promise<Workshop> {
    await requireTools();
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    await writeContext(path.join(folder, 'context'));
    const registry = stack.use(await startRegistry({ version: 2, auth: 'basic' }));
    const podman = stack.use(await startDaemonless('podman'));
    const buildkit = stack.use(await startBuildKit());
    const hosts = new Map<string, EngineHost>([
      ['docker', stack.use(await startDocker())],
      ['podman', podman],
      ['buildah', stack.use(await startDaemonless('buildah'))],
      ['buildx', hostOf(buildkit, podman)],
    ]);
    return new Workshop(folder, registry, hosts, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  host(name: EngineName | 'buildx'): EngineHost {
    const found = this.#hosts.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  /** An engine as a leg has it: with credentials of its own, and an environment that shows only the engine under test. */
  async make(
    name: EngineName | 'buildx' | 'assemble',
    env: Readonly<Record<string, string>> = {},
    options: Partial<EngineOptions> = {},
  ): Promise<Made> {
    const temp = await mkdtemp(path.join(this.folder, 'temp-'));
    const { log, lines } = recordingLog();
    const { username = '', password = '' } = this.registry.account ?? {};
    const logins = options.logins ?? [{ registry: this.registry.host, username, password }];
    const client = createRegistryClient({
      log,
      credentials: credentialSource({ explicit: logins, env: {}, home: temp }),
    });
    const engine = createEngine(name, {
      log,
      env: { PATH: debianPath, HOME: temp, ...(name === 'assemble' ? {} : this.host(name).env), ...env },
      cwd: this.folder,
      temp,
      logins,
      uploader: client,
      ...options,
    });
    return {
      engine,
      log: lines,
      temp,
      [Symbol.asyncDispose]: async () => {
        await engine.close();
        client.close();
      },
    };
  }

  target(tag: string): { reference: Reference; text: string } {
    const text = `${this.registry.host}/acme/engines:${tag}`;
    return { reference: parseReference(text), text };
  }

  /** Builds, asks, runs, pushes and removes, as a leg does. Gives the tag that was pushed. */
  async leg({ engine }: Made, architecture: Architecture, tag: string, network?: string): Promise<string> {
    const asked = request(architecture, { network });
    const image = await engine.build(asked);
    try {
      expect(formatPlatform(await engine.platformOf(image))).toBe(`linux/${architecture}`);
      const { platform } = asked;
      const command = `/bin/busybox sh -c 'test "$(/bin/busybox uname -m)" = ${architectures[architecture]}'`;
      await engine.run(image, { command, platform, timeoutMs: 60_000 });
      const { reference, text } = this.target(tag);
      await engine.push(image, reference);
      return text;
    } finally {
      await engine.remove(image);
    }
  }
}

/** buildx without docker: its images are run by podman. */
function hostOf({ address, storage }: BuildKit, podman: EngineHost): EngineHost {
  return {
    name: 'podman',
    env: { ...podman.env, BUILDKIT_HOST: address, PATH: buildxPath },
    storage,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A build without network, in the mode that this machine has for the architecture. */
export function request(
  architecture: Architecture,
  {
    network = 'none',
    context = 'context',
    ...rest
  }: Partial<BuildRequest> & { network?: string | undefined; context?: string } = {},
): BuildRequest {
  return {
    platform: parsePlatform(`linux/${architecture}`),
    mode: architecture === hostArchitecture ? 'native' : 'emulate',
    labels: { 'org.example.two': 'words here' },
    source: { kind: 'dockerfile', context, network },
    ...rest,
  };
}
