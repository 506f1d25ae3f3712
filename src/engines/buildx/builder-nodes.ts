import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { formatPlatform, parsePlatform, samePlatform, type Platform } from '../../platform/platform.ts';
import { relation } from '../preflight/mode.ts';
import type { BuilderNode, BuildxBuilder } from './buildx-builder.ts';
import type { BuildxClient } from './buildx-client.ts';

/** The machine of a builder on which a platform is built. */
export interface ChosenNode {
  readonly node: BuilderNode;
  /** The machine's own platform. */
  readonly own: Platform;
  /** Of the machines that were not chosen. */
  readonly others: readonly Platform[];
  /** What makes buildx use that machine and no other. */
  readonly env: Readonly<Record<string, string>>;
}

const askMs = 120_000;
const plainName = /^[\w.-]{1,200}$/u;

/** Which machine of a builder builds what: buildx itself takes the first that lists a platform, be it one that emulates it. */
export class BuilderNodes {
  readonly #client: BuildxClient;
  readonly #builder: BuildxBuilder;
  readonly #own = new Map<BuilderNode, Promise<Platform>>();
  readonly #chosen = new Map<string, Promise<ChosenNode>>();

  constructor(client: BuildxClient, builder: BuildxBuilder) {
    this.#client = client;
    this.#builder = builder;
  }

  /** The first machine's own platform. @throws E_ENGINE */
  async firstOwn(): Promise<Platform> {
    return this.#ownOf(this.#first());
  }

  /** The machine whose own platform it is, else the one that buildx would take. @throws E_ENGINE */
  async choose(platform: Platform): Promise<ChosenNode> {
    const key = formatPlatform(platform);
    const known = this.#chosen.get(key) ?? this.#choose(platform);
    this.#chosen.set(key, known);
    return known;
  }

  async #choose(platform: Platform): Promise<ChosenNode> {
    const { nodes } = this.#builder;
    const all: { node: BuilderNode; own: Platform }[] = [];
    for (const node of nodes) all.push({ node, own: await this.#ownOf(node) });
    const [first] = all;
    if (first === undefined) throw this.#silent();
    const kin = (wanted: string): (typeof all)[number] | undefined =>
      all.find(({ own }) => relation(platform, own) === wanted);
    const usual = buildxChoice(nodes, platform);
    const wanted = kin('same') ?? kin('compatible') ?? all.find(({ node }) => node === usual) ?? first;
    const env = nodes.length === 1 ? {} : await this.#alone(wanted.node);
    // Where it can't be told which to take, buildx takes its own.
    const chosen = env === undefined ? (all.find(({ node }) => node === usual) ?? first) : wanted;
    const others = all.filter((one) => one !== chosen).map(({ own }) => own);
    if (others.length > 0) {
      this.#client.session.options.log.info(
        `${formatPlatform(platform)} is built on node ${chosen.node.name} of builder ${this.#builder.name}, a machine of ${formatPlatform(chosen.own)}`,
      );
    }
    return { ...chosen, others, env: env ?? {} };
  }

  #first(): BuilderNode {
    const [first] = this.#builder.nodes;
    if (first === undefined) throw this.#silent();
    return first;
  }

  #silent(): CodedError {
    return new CodedError(
      'E_ENGINE',
      `builder ${this.#builder.name} does not say for which platforms it builds`,
      { hint: '"docker buildx inspect --bootstrap" shows what it says' },
    );
  }

  #ownOf(node: BuilderNode): Promise<Platform> {
    const known = this.#own.get(node) ?? this.#findOwn(node);
    this.#own.set(node, known);
    return known;
  }

  /** BuildKit lists the machine's own platform first, but buildx puts those before it that somebody set for the machine by hand. */
  async #findOwn(node: BuilderNode): Promise<Platform> {
    const [first] = node.platforms;
    if (first === undefined) throw this.#silent();
    if ((node.setByHand ?? []).length === 0) return first;
    const env = this.#builder.nodes.length === 1 ? {} : await this.#alone(node);
    return (env && (await this.#ask(node, env))) ?? first;
  }

  /** A build in which nothing runs, and whose only folder is named after the machine that it is built on. */
  async #ask({ name }: BuilderNode, env: Readonly<Record<string, string>>): Promise<Platform | undefined> {
    const { session } = this.#client;
    const folder = await session.folderWith(`own-${session.uniqueId()}`, {
      Dockerfile: 'FROM scratch\nARG BUILDOS\nARG BUILDARCH\nWORKDIR /${BUILDOS}-${BUILDARCH}\n',
    });
    const output = ['--output', `type=local,dest=${folder}-out`];
    const builder = ['build', '--builder', this.#builder.name, '--progress', 'plain'];
    const answer = await this.#client.ask([...builder, ...output, folder], { env, timeoutMs: askMs });
    if (answer.code !== 0) throw session.failure(answer, { doing: 'ask' });
    const [own = ''] = await readdir(`${folder}-out`);
    session.options.log.info(`node ${name} of builder ${this.#builder.name} is a machine of ${own}`);
    return parsePlatform(own.replace('-', '/'));
  }

  /**
   * The builder with this machine only, in a configuration of our own.
   * https://github.com/docker/buildx/blob/master/store/nodegroup.go
   * @returns `undefined` where the builder's machines are not written down, as those of a cluster
   */
  async #alone({ name }: BuilderNode): Promise<Readonly<Record<string, string>> | undefined> {
    const { session } = this.#client;
    const builder = this.#builder.name;
    if (!plainName.test(builder) || !plainName.test(name)) return undefined;
    const file = join(session.variables['BUILDX_CONFIG'] ?? '', 'instances', builder);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const group = text === undefined ? undefined : (JSON.parse(text) as { readonly Nodes?: unknown });
    const nodes: unknown = group?.Nodes;
    const ours = (Array.isArray(nodes) ? (nodes as unknown[]) : []).filter(
      (one) => typeof one === 'object' && one !== null && 'Name' in one && one.Name === name,
    );
    if (ours.length !== 1) return undefined;
    const folder = `buildx-node-${name}`;
    await session.folderWith(join(folder, 'instances'), {
      [builder]: JSON.stringify({ ...group, Nodes: ours }),
    });
    return { BUILDX_CONFIG: join(await session.folder(), folder) };
  }
}

/**
 * Those whose platforms were set by hand go first, then whoever lists it; the first where nobody does.
 * https://github.com/docker/buildx/blob/master/build/resolver/driver.go
 */
function buildxChoice(nodes: readonly BuilderNode[], platform: Platform): BuilderNode | undefined {
  const lists = ({ platforms }: BuilderNode): boolean => platforms.some((one) => samePlatform(one, platform));
  const isSet = (node: BuilderNode): boolean =>
    node.setByHand?.some((one) => samePlatform(one, platform)) === true;
  return nodes.find(isSet) ?? nodes.find(lists) ?? nodes[0];
}
