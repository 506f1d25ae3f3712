/// <reference lib="esnext.disposable" />
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shippedCli, type Cli } from './support/cli.ts';
import { craneValidate, regctlManifest, sha256, skopeoCopy, skopeoRaw } from './support/judges.ts';
import { kinds, publishLegs, publishList } from './support/lists.ts';
import { expectUsable } from './support/peer-checks.ts';
import { dockerPeers, ociPeers } from './support/peers.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import { requireTools } from './support/tools.ts';

/** Lists that others made are as good to us as our own, and ours to them. buildx is among the generations. */
const stack = new AsyncDisposableStack();
let cli: Cli;
let registry: Registry;

beforeAll(async () => {
  await requireTools();
  cli = stack.use(await shippedCli());
  registry = stack.use(await startRegistry({ version: 3, auth: 'basic' }));
});

afterAll(async () => {
  await stack.disposeAsync();
});

describe.each([
  { kind: 'oci' as const, peers: ociPeers },
  { kind: 'docker' as const, peers: dockerPeers },
])('$kind images', ({ kind, peers }) => {
  let legs: string[];
  let repository: string;

  beforeAll(async () => {
    repository = `${registry.host}/peers/${kind}`;
    legs = await publishLegs(cli, registry, kind, repository);
  });

  test.each(peers)('in a list by $title are read, verified, promoted and appended to', async (peer) => {
    const tag = peer.title.replaceAll(/[^a-z0-9]+/g, '-');
    await peer.make(registry, legs, `${repository}:${tag}`);
    await expectUsable(cli, registry, repository, tag, kind);
  });
});

test.each(kinds)('a list of ours (%s) is whole for crane, regctl and skopeo', async (kind) => {
  const image = `${registry.host}/ours/${kind}`;
  const digest = await publishList(cli, registry, kind, image, ['v1', 'latest']);
  for (const tag of ['v1', 'latest']) {
    expect(await craneValidate(registry, `${image}:${tag}`)).toContain('PASS');
    expect(sha256(await regctlManifest(registry, `${image}:${tag}`))).toBe(digest);
    expect(sha256(await skopeoRaw(registry, `${image}:${tag}`))).toBe(digest);
  }
  await skopeoCopy(registry, `${image}:v1`);
});
