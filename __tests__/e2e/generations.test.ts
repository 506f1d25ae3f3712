/// <reference lib="esnext.disposable" />
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shippedCli, type Cli } from './support/cli.ts';
import {
  buildx,
  daemonless,
  dockerEngine,
  requireGenerations,
  skopeo,
  startGeneration,
  type Generation,
  type Puller,
} from './support/generations.ts';
import { kinds, publishLegs, publishList, type Kind } from './support/lists.ts';
import { expectUsable } from './support/peer-checks.ts';
import { dockerManifest, imagetools } from './support/peers.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import { architectureNames, requireTools } from './support/tools.ts';

/**
 * Engines of two generations and the lists that pass between them and us. Not part of test:e2e, since a Debian 13 has to
 * be installed for it: scripts/install-test-tools.sh --generations.
 */
const stack = new AsyncDisposableStack();
let cli: Cli;
let registry: Registry;
const lists: Partial<Record<Kind, string>> = {};
const generations: Partial<Record<'here' | 'newer', Generation>> = {};

beforeAll(async () => {
  await requireTools();
  await requireGenerations();
  cli = stack.use(await shippedCli());
  registry = stack.use(await startRegistry({ version: 3, auth: 'basic' }));
  for (const kind of kinds) {
    lists[kind] = `${registry.host}/ours/${kind}:v1`;
    await publishList(cli, registry, kind, `${registry.host}/ours/${kind}`, ['v1']);
  }
  for (const which of ['here', 'newer'] as const) {
    generations[which] = stack.use(await startGeneration(which, registry));
  }
});

afterAll(async () => {
  await stack.disposeAsync();
});

function generation(which: 'here' | 'newer'): Generation {
  const found = generations[which];
  if (found === undefined) throw new Error(`the generation ${which} was not started`);
  return found;
}

const engines: readonly {
  readonly title: string;
  readonly start: () => Promise<Puller>;
  readonly version: RegExp;
}[] = [
  { title: 'Docker Engine 20.10', start: () => dockerEngine(generation('here')), version: /^20\.10\./ },
  { title: 'Docker Engine 26.1', start: () => dockerEngine(generation('newer')), version: /^26\.1\./ },
  ...(['podman', 'buildah'] as const).flatMap((name) => [
    {
      title: `${name} of Debian 12`,
      start: () => Promise.resolve(daemonless(name, generation('here'))),
      version: name === 'podman' ? /^4\.3/ : /^1\.28/,
    },
    {
      title: `${name} of Debian 13`,
      start: () => Promise.resolve(daemonless(name, generation('newer'))),
      version: name === 'podman' ? /^5\./ : /^1\.39/,
    },
  ]),
  {
    title: 'skopeo of Debian 12',
    start: () => Promise.resolve(skopeo(generation('here'))),
    version: /^1\.9/,
  },
  {
    title: 'skopeo of Debian 13',
    start: () => Promise.resolve(skopeo(generation('newer'))),
    version: /^1\.18/,
  },
];

describe.each(engines)('$title', ({ start, version }) => {
  let engine: Puller;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  test('is of that generation', async () => {
    expect(await engine.version()).toMatch(version);
  });

  test.each(kinds)('pulls every platform of a list of ours (%s)', async (kind) => {
    for (const name of architectureNames) {
      expect(await engine.pull(lists[kind] ?? '', name)).toBe(`linux/${name}`);
    }
  });
});

describe.each(kinds)('%s images', (kind) => {
  let legs: string[];
  let repository: string;

  beforeAll(async () => {
    repository = `${registry.host}/peers/${kind}`;
    legs = await publishLegs(cli, registry, kind, repository);
  });

  const newer = (): readonly string[] => generation('newer').prefix;
  const peers = [
    { title: 'buildx 0.30 imagetools', peer: () => imagetools([buildx]) },
    {
      title: 'buildx 0.13 imagetools',
      peer: () => imagetools([...newer(), '/usr/libexec/docker/cli-plugins/docker-buildx']),
    },
    // It takes no list of an image and its attestation for an image.
    ...(kind === 'attested'
      ? []
      : [{ title: 'docker manifest 26.1', peer: () => dockerManifest([...newer(), '/usr/bin/docker']) }]),
  ];

  test.each(peers)(
    'in a list by $title are read, verified, promoted and appended to',
    async ({ title, peer }) => {
      const tag = title.replaceAll(/[^a-z0-9]+/g, '-');
      await peer().make(registry, legs, `${repository}:${tag}`, generation('newer').folder);
      await expectUsable(cli, registry, repository, tag, kind);
    },
  );
});
