import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, quote } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { formatReference, type Reference, type Repository } from '../../oci/reference.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import { writeAuthFile } from '../auth.ts';
import { DockerfileEngine, type BuildOrder } from '../dockerfile-engine.ts';
import type { BuiltImage, Capabilities, EngineHost, PullSource } from '../engine.ts';
import { runtimeTrouble } from '../failures/failures.ts';
import { kernelArchitecture, onKernel } from '../preflight/kernel.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import { isLoopback } from '../registries.ts';
import { buildArgFlags } from '../request/build-args.ts';
import { noDigestPushElsewhere, pushFromFolder } from '../stored/stored-folder.ts';
import { isAtLeast } from '../support.ts';
import { arrangementsToTry, describeArrangement, type Arrangement } from './arrangement.ts';
import { containersArguments } from './containers-arguments.ts';
import { modestLimits, otherLimits } from './limits.ts';
import { writeRegistriesConf } from './registries-conf.ts';
import { registriesConfig, sourceOf, type RegistriesConfig } from './short-names.ts';
import { markedBuild } from './working-containers.ts';

export const containersCapabilities: Capabilities = {
  source: 'dockerfile',
  modes: ['native', 'emulate', 'cross'],
  losesDockerOnly: true,
  smokeTest: true,
  pushesBy: 'engine',
  caCertificate: true,
  insecureRegistries: 'any',
};

const probeMs = 180_000;
/** What is no image of a registry, although it may look like a name and a tag. */
const isTransport = /^(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|sif):/u;

/**
 * What podman and buildah have in common: they are one builder, one storage and one registry client.
 * https://docs.podman.io/en/stable/markdown/podman-build.1.html
 */
export abstract class ContainersEngine extends DockerfileEngine {
  readonly capabilities = containersCapabilities;
  protected override readonly dockerfileNames = ['Containerfile', 'Dockerfile'];
  protected arrangement: Arrangement = {};
  #configured: Promise<readonly string[]> | undefined;
  #storage: Promise<string | undefined> | undefined;
  #registries: Promise<RegistriesConfig> | undefined;

  /** Arguments before the subcommand. */
  protected abstract globalArguments(arrangement: Arrangement): readonly string[];
  /** `build`, or `bud`, which every buildah knows. */
  protected abstract readonly buildCommand: string;
  /** The version since which a build can be given secrets, and so a mark. */
  protected abstract readonly marksSince: string;
  abstract storage(): Promise<string | undefined>;
  /** Of a push to a folder: what has layers packed as for a registry. */
  protected abstract readonly packing: readonly string[];
  /** What names another runtime to the engine by environment, where it is not an argument. */
  protected abstract runtimeVariables(arrangement: Arrangement): Record<string, string>;

  /** The isolation of RUN steps: the user's own word goes first, then what the preflight found. */
  protected get isolation(): string | undefined {
    const own = this.session.options.env['BUILDAH_ISOLATION'];
    return own === undefined || own === '' ? this.arrangement.isolation : own;
  }

  /** @param host as the engine itself tells of it */
  protected async onThisKernel(host: EngineHost): Promise<EngineHost> {
    const { kernelArchitecture: ask = kernelArchitecture } = this.session.options;
    return onKernel(host, this.isLocal() ? await ask() : undefined);
  }

  async pullSource(reference: string): Promise<PullSource | undefined> {
    if (isTransport.test(reference)) return undefined;
    this.#registries ??= registriesConfig(this.session.options.env);
    return this.isLocal() ? sourceOf(reference, await this.#registries) : undefined;
  }

  protected variables(arrangement: Arrangement): Record<string, string> {
    return {
      ...this.runtimeVariables(arrangement),
      ...(arrangement.isolation !== undefined && { BUILDAH_ISOLATION: arrangement.isolation }),
    };
  }

  /** Writes what the engine's registry client is to know. Gives the arguments that every command with a registry takes. */
  protected configure(): Promise<readonly string[]> {
    this.#configured ??= (async () => {
      const { logins = [], insecureRegistries = [], caCertificate, env } = this.session.options;
      const folder = await this.session.folder();
      if (logins.length > 0)
        Object.assign(this.session.variables, await writeAuthFile(join(folder, 'auth'), logins, env));
      const insecure = [
        ...new Set([...insecureRegistries, ...logins.map((login) => login.registry).filter(isLoopback)]),
      ];
      if (insecure.length > 0)
        Object.assign(
          this.session.variables,
          await writeRegistriesConf(join(folder, 'registries'), insecure, env),
        );
      if (caCertificate === undefined) return [];
      const certificates = await this.session.folderWith('certificates', {});
      await writeFile(join(certificates, 'ca.crt'), caCertificate, { mode: 0o600 });
      return ['--cert-dir', certificates];
    })();
    return this.#configured;
  }

  protected override async tryProgram(
    folder: string,
    platform: Platform,
    name: string,
  ): Promise<{ result: ExecResult; notes: readonly string[] }> {
    await this.configure();
    const refused: string[] = [];
    let first: ExecResult | undefined;
    const isKnown = Object.keys(this.arrangement).length > 0;
    const waiting = isKnown ? [this.arrangement] : [...(await arrangementsToTry(this.session.options.env))];
    for (let arrangement = waiting.shift(); arrangement !== undefined; arrangement = waiting.shift()) {
      const result = await this.#attempt(arrangement, folder, platform, name);
      first ??= result;
      if (result.code === 0) {
        this.arrangement = arrangement;
        return { result, notes: this.#notes(refused) };
      }
      const trouble = runtimeTrouble(`${result.stdout}\n${result.stderr}`, 'probe');
      if (trouble === undefined) return { result, notes: [] };
      refused.push(trouble.says);
      if (trouble.kind === 'limits' && arrangement.limits === undefined)
        waiting.unshift({ ...arrangement, limits: true });
    }
    if (first === undefined) throw new CodedError('E_INTERNAL', 'no way to run a program was tried');
    return { result: first, notes: [] };
  }

  async #attempt(
    arrangement: Arrangement,
    folder: string,
    platform: Platform,
    name: string,
  ): Promise<ExecResult> {
    const network =
      (arrangement.isolation ?? this.session.options.env['BUILDAH_ISOLATION']) === 'chroot'
        ? []
        : ['--network', 'none'];
    const options = { env: this.variables(arrangement), timeoutMs: probeMs };
    const args = [
      '--no-cache',
      '--layers=false',
      '--force-rm',
      ...network,
      ...(arrangement.limits === true ? modestLimits : []),
      '--platform',
      formatPlatform(platform),
      '--tag',
      name,
      folder,
    ];
    return this.session.throwaway(name, ['rmi'], async () =>
      this.#marked(async (mark) =>
        this.session.ask([...this.globalArguments(arrangement), this.buildCommand, ...mark, ...args], {
          ...options,
          stepsFirst: true,
        }),
      ),
    );
  }

  /** {@link markedBuild}, where the engine can be given a mark and its storage is on this machine. */
  async #marked(build: (args: readonly string[]) => Promise<ExecResult>): Promise<ExecResult> {
    const { version } = await this.host();
    const storage = await (this.#storage ??= this.storage());
    if (storage === undefined || !isAtLeast(version, this.marksSince)) return build([]);
    return markedBuild(this.session, storage, build);
  }

  #notes(refused: readonly string[]): string[] {
    const used = describeArrangement(this.arrangement, refused);
    if (used !== undefined) return [`${this.name} uses ${used}`];
    return this.isolation === undefined
      ? []
      : [`${this.name} uses BUILDAH_ISOLATION=${this.isolation}, as it was set`];
  }

  protected override async runBuild({
    request,
    source,
    paths,
    name,
    idFile,
  }: BuildOrder): Promise<ExecResult> {
    const registry = await this.configure();
    const { args, env } = buildArgFlags(source.buildArgs ?? {});
    const told = await containersArguments(
      { request, source },
      {
        engine: this.name,
        options: this.session.options,
        folder: () => this.session.folder(),
        isChroot: this.isolation === 'chroot',
      },
    );
    const asked = [
      ...registry,
      ...['--platform', formatPlatform(request.platform), '--tag', name, '--iidfile', idFile],
      ...['--file', paths.file],
      ...this.#network(source.network),
      ...args,
      ...(this.arrangement.limits === true ? otherLimits(source.ulimit ?? []) : []),
      ...told.args,
      paths.context,
    ];
    return this.#marked(async (mark) =>
      this.session.tell([...this.globalArguments(this.arrangement), this.buildCommand, ...mark, ...asked], {
        env: { ...env, ...told.env, ...this.variables(this.arrangement) },
        stepsFirst: true,
      }),
    );
  }

  /** @throws E_UNSUPPORTED: with BUILDAH_ISOLATION=chroot buildah takes any network, and gives the host's. */
  #network(network: string | undefined): readonly string[] {
    if (network === undefined || network === 'default') return [];
    if (this.isolation === 'chroot' && network !== 'host') {
      throw new CodedError(
        'E_UNSUPPORTED',
        `network ${quote(network)} can't be had from ${this.name} in chroot isolation, where RUN steps have the host's network`,
        {
          hint: 'leave network out or set network: host; or use a machine, or an engine, that can start containers',
        },
      );
    }
    return ['--network', network];
  }

  protected override async runPush(image: BuiltImage, reference: Reference): Promise<ExecResult> {
    const { insecureRegistries = [] } = this.session.options;
    const { registry } = reference.repository;
    const insecure = insecureRegistries.includes(registry) || isLoopback(registry);
    const args = [...(await this.configure()), ...(insecure ? ['--tls-verify=false'] : [])];
    return this.session.tell(['push', ...args, image.id, `docker://${formatReference(reference)}`]);
  }

  /** The command that takes an image away. */
  protected removal(): Promise<readonly string[]> {
    return Promise.resolve(['rmi']);
  }

  /** The engine's own push wants a tag: it writes a folder, and our own client pushes what is in it. */
  pushByDigest(image: BuiltImage, repository: Repository): Promise<Digest> {
    const { packing, session } = this;
    return pushFromFolder(session, image.id, repository, { packing, isLocal: this.isLocal() });
  }

  async checkPushByDigest(): Promise<void> {
    await this.host();
    if (!this.isLocal()) throw noDigestPushElsewhere(this.session);
  }

  async remove(image: BuiltImage): Promise<void> {
    const answer = await this.session.ask([...(await this.removal()), image.name], { evenIfAborted: true });
    await this.session.strike(image.name);
    if (answer.code !== 0 && !/image not known|no such image/i.test(answer.stderr)) {
      this.session.options.log.warning(`${image.name} was not removed: ${lastLines(answer.stderr, 1, 300)}`);
    }
  }
}
