/// <reference lib="esnext.disposable" />
import { readFile } from 'node:fs/promises';
import { startFakeRegistry } from '../../support/fake-registry.ts';
import {
  addToRegistry,
  buildAttestation,
  buildImage,
  buildIndex,
  type Fixture,
} from '../../support/images.ts';
import type { Cli } from './cli.ts';
import { platforms, signIn } from './publication.ts';
import type { Registry } from './registry.ts';
import { architectureNames, busybox, type Architecture } from './tools.ts';

/** The kinds of lists that we publish; `attested` is OCI with an attestation beside each image, as buildx leaves them. */
export const kinds = ['oci', 'docker', 'attested'] as const;
export type Kind = (typeof kinds)[number];

const revision = 'a'.repeat(40);

/** An image of one static program of the architecture, which prints its machine. */
export async function busyboxImage(name: Architecture, kind: Kind): Promise<Fixture> {
  const program = await readFile(busybox(name));
  const image = buildImage({
    platform: `linux/${name}`,
    format: kind === 'docker' ? 'docker' : 'oci',
    layers: [
      [
        { name: 'bin/', type: '5', mode: 0o755 },
        { name: 'bin/busybox', content: program, mode: 0o755 },
      ],
    ],
    labels: { 'org.opencontainers.image.revision': revision },
    run: { Entrypoint: ['/bin/busybox'], Cmd: ['uname', '-m'] },
  });
  return kind === 'attested' ? buildIndex([image, buildAttestation(image)]) : image;
}

/** Publishes a list of ours: `merge` copies it, with all it refers to, from a registry that nobody else uses. */
export async function publishList(
  cli: Cli,
  registry: Registry,
  kind: Kind,
  image: string,
  tags: readonly string[],
): Promise<string> {
  await using source = await startFakeRegistry();
  const records: string[] = [];
  for (const name of architectureNames) {
    const leg = await busyboxImage(name, kind);
    addToRegistry(source, 'legs/app', leg, name);
    records.push('--records', `linux/${name}=${source.host}/legs/app@${leg.manifest.digest}`);
  }
  const { flags, input } = signIn(registry);
  const outputs = await cli.outputs(
    [
      ...['merge', '--images', image, '--tags', tags.join(','), '--platforms', platforms.join(',')],
      ...['--format', kind === 'docker' ? 'docker' : 'oci', '--check', 'content', ...records, ...flags],
    ],
    { input },
  );
  return String(outputs['digest']);
}

/** Pushes the images of a kind under `{tag}-{arch}`, as legs leave them: references to them, in the order of the platforms. */
export async function publishLegs(
  cli: Cli,
  registry: Registry,
  kind: Kind,
  image: string,
): Promise<string[]> {
  await using source = await startFakeRegistry();
  const { flags, input } = signIn(registry);
  const legs: string[] = [];
  for (const name of architectureNames) {
    const leg = await busyboxImage(name, kind);
    const list = buildIndex([leg], { format: kind === 'docker' ? 'docker' : 'oci' });
    addToRegistry(source, 'legs/app', list);
    const args = ['merge', '--images', image, '--tags', 'none', '--platforms', `linux/${name}`];
    const records = ['--records', `${source.host}/legs/app@${list.manifest.digest}`];
    await cli.outputs([...args, ...records, ...flags], { input });
    legs.push(`${image}@${leg.manifest.digest}`);
  }
  return legs;
}
