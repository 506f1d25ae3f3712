import { createCopier, type CopierOptions, type ImageCopy } from '../../src/registry/copy/copier.ts';
import type { CopySummary } from '../../src/registry/copy/copier.ts';
import type { RegistryOptions } from '../../src/registry/client.ts';
import type { Repository } from '../../src/oci/reference.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { noise, repositoryOf, testClient, type TestClient } from './harness.ts';

export const architectures = ['amd64', 'arm64', 'ppc64le', 's390x'] as const;

/** An index of four platforms with so many layers each; no two layers are the same. */
export function fourPlatforms(layers: number, bytes = 100): Fixture {
  return buildIndex(
    architectures.map((architecture) =>
      buildImage({
        platform: `linux/${architecture}`,
        compression: 'none',
        layers: Array.from({ length: layers }, (_, n) => [
          { name: `${architecture}-${n}`, content: noise(bytes) },
        ]),
      }),
    ),
  );
}

/** An image with one layer of just these bytes, whatever they are. */
export function imageOf(layer: Uint8Array, platform = 'linux/amd64'): Fixture {
  const digest = digestOf(layer);
  const built = buildImage({
    platform,
    layers: [],
    manifest: {
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: layer.byteLength }],
    },
  });
  return { ...built, blobs: new Map([...built.blobs, [digest, layer]]) };
}

/** Two registries, `acme/app` in the first with the tree, and a copier that knows both. */
export interface TwoRegistries extends TestClient {
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly from: Repository;
  readonly to: Repository;
  copy(tree: Fixture, options?: Partial<ImageCopy>): Promise<CopySummary>;
}

export interface TwoRegistriesOptions {
  readonly source?: FakeRegistryOptions;
  readonly target?: FakeRegistryOptions;
  readonly client?: Partial<RegistryOptions>;
  readonly copier?: Partial<CopierOptions>;
}

export async function twoRegistries(
  tree: Fixture,
  options: TwoRegistriesOptions = {},
): Promise<TwoRegistries> {
  const source = await startFakeRegistry(options.source);
  const target = await startFakeRegistry(options.target);
  const from = repositoryOf(source.host);
  const to = repositoryOf(target.host, 'mirror/app');
  const client = testClient({ pushRepositories: [to], ...options.client });
  const copier = createCopier({ log: client.log, ...options.copier });
  addToRegistry(source, from.path, tree, 'v1');
  return {
    ...client,
    source,
    target,
    from,
    to,
    copy: ({ manifest }, more = {}) =>
      copier.copyImage({ client: client.client, from, to, manifest, ...more }),
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await source.close();
      await target.close();
    },
  };
}

/** Everything of a tree is in the repository, byte for byte. */
export function missingFrom(registry: FakeRegistry, repository: string, tree: Fixture): string[] {
  const held = registry.manifest(repository, tree.manifest.digest);
  const isSame = held !== undefined && Buffer.from(held.bytes).equals(tree.manifest.bytes);
  return [
    ...(isSame && held.mediaType === tree.manifest.mediaType ? [] : [tree.manifest.digest]),
    ...[...tree.blobs.keys()].filter((digest) => registry.blob(repository, digest) === undefined),
    ...tree.children.flatMap((child) => missingFrom(registry, repository, child)),
  ];
}

/** `POST blobs/uploads` → how often. */
export function counted(registry: FakeRegistry): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path, service } of registry.requests) {
    const kind =
      service === 'token'
        ? 'token'
        : path.includes('/blobs/uploads')
          ? 'uploads'
          : (/\/(manifests|blobs|referrers)\//.exec(path)?.[1] ?? path);
    const key = `${method} ${kind}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
