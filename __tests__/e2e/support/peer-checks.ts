import { expect } from '@jest/globals';
import { busyboxImage, type Kind } from './lists.ts';
import { startFakeRegistry } from '../../support/fake-registry.ts';
import { addToRegistry } from '../../support/images.ts';
import { lastLine, type Cli } from './cli.ts';
import { craneDigest, sha256, skopeoRaw, type PublishedIndex } from './judges.ts';
import { platforms, signIn } from './publication.ts';
import type { Registry } from './registry.ts';
import { architectureNames, type Architecture } from './tools.ts';

interface Row {
  readonly platform: string;
}

/**
 * Everything that we promise of a list that another tool made: it is read, verified down to its programs, promoted with
 * its digest, and changed entry by entry.
 */
export async function expectUsable(
  cli: Cli,
  registry: Registry,
  repository: string,
  tag: string,
  kind: Kind,
): Promise<void> {
  const { flags, input } = signIn(registry);
  const list = `${repository}:${tag}`;
  const bytes = await skopeoRaw(registry, list);
  const run = (...args: string[]): ReturnType<Cli['outputs']> => cli.outputs([...args, ...flags], { input });

  const inspected = (await run('inspect', list)) as { readonly report: unknown };
  for (const platform of platforms) expect(JSON.stringify(inspected.report)).toContain(platform);

  const verified = await run('verify', list, '--platforms', platforms.join(','), '--check', 'content');
  expect(verified['digest']).toBe(sha256(bytes));
  expect([...(verified['platforms'] as string[])].sort()).toEqual([...platforms].sort());
  const rows = (verified['report'] as { readonly platforms?: readonly Row[] }).platforms;
  if (rows !== undefined) expect(rows.map(({ platform }) => platform).sort()).toEqual([...platforms].sort());

  const promote = ['merge', '--images', repository, '--platforms', platforms.join(',')];
  const promoted = await run(...promote, '--tags', `${tag}-promoted`, '--records', list);
  expect(promoted['digest']).toBe(sha256(bytes));
  expect(await craneDigest(registry, `${list}-promoted`)).toBe(sha256(bytes));

  await expectAppended(cli, registry, repository, `${tag}-promoted`, kind);
}

/** Replaces s390x in a published list by another image; every other entry keeps its bytes. */
async function expectAppended(
  cli: Cli,
  registry: Registry,
  repository: string,
  tag: string,
  kind: Kind,
): Promise<void> {
  const { flags, input } = signIn(registry);
  const before = await entries(registry, `${repository}:${tag}`);
  await using source = await startFakeRegistry();
  const leg = await busyboxImage('s390x', kind === 'docker' ? 'oci' : 'docker');
  addToRegistry(source, 'legs/app', leg, 's390x');
  const args = ['merge', '--append', '--images', repository, '--tags', tag, '--platforms', 'linux/s390x'];
  const records = ['--records', `linux/s390x=${source.host}/legs/app:s390x`];
  const finished = await cli.run([...args, ...records, ...flags], { input });
  expect({ status: finished.status, said: finished.status === 0 ? '' : lastLine(finished.stderr) }).toEqual({
    status: 0,
    said: '',
  });
  const after = await entries(registry, `${repository}:${tag}`);
  const kept = (of: typeof before) =>
    architectureNames
      .filter((name) => name !== 's390x')
      .map((name) => of.find(({ platform }) => platform.architecture === name)?.digest);
  expect(kept(after)).toEqual(kept(before));
  expect(digestOf(after, 's390x')).toBe(leg.manifest.digest);
  // What was attested of the image that went goes with it.
  const replaced = digestOf(before, 's390x') ?? '';
  const attested = before.filter(({ annotations = {} }) => Object.values(annotations).includes(replaced));
  expect(attested).toHaveLength(kind === 'attested' ? 1 : 0);
  expect(after).toHaveLength(before.length - attested.length);
}

type Entries = PublishedIndex['manifests'];

async function entries(registry: Registry, list: string): Promise<Entries> {
  return (JSON.parse((await skopeoRaw(registry, list)).toString('utf8')) as PublishedIndex).manifests;
}

function digestOf(of: Entries, name: Architecture): string | undefined {
  return of.find(({ platform }) => platform.architecture === name)?.digest;
}
