import { describe, expect, test } from '@jest/globals';
import {
  createCopier,
  registrySource,
  registryTarget,
  type CopyTarget,
} from '../../src/registry/copy/copier.ts';
import { buildAttestation, buildImage, buildIndex, addToRegistry } from '../support/images.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { basic, credentials, failureOf, noise, repositoryOf, testClient } from './harness.ts';
import { counted, fourPlatforms, imageOf, missingFrom, twoRegistries } from './copy-harness.ts';

const MiB = 1024 * 1024;

describe('within one registry', () => {
  test('a whole merge of 4 platforms x 3 layers from another repository is 35 requests', async () => {
    await using registry = await startFakeRegistry({
      auth: { mode: 'bearer', users: { alice: { password: 'secret-password' } } },
    });
    const tree = fourPlatforms(3);
    addToRegistry(registry, 'legs/app', tree);
    const from = repositoryOf(registry.host, 'legs/app');
    const to = repositoryOf(registry.host, 'acme/app');
    await using made = testClient({
      credentials: credentials({ [registry.host]: basic() }),
      pushRepositories: [to],
      pullRepositories: [from],
    });
    const { client, log } = made;
    const copier = createCopier({ log });
    const legs = await Promise.all(
      tree.children.map(async (child) => {
        const manifest = await client.getManifest(from, child.manifest.digest);
        if (manifest === undefined) throw new Error('it is there');
        const { config } = JSON.parse(Buffer.from(manifest.bytes).toString()) as {
          config: { digest: typeof manifest.digest; size: number };
        };
        await client.readBlob(from, config, MiB);
        return manifest;
      }),
    );
    await Promise.all(legs.map((manifest) => copier.copyImage({ client, from, to, manifest })));
    await client.putManifest(to, tree.manifest.digest, tree.manifest);
    await client.getManifest(to, tree.manifest.digest);
    await client.headManifest(to, 'v1');
    await client.putManifest(to, 'v1', tree.manifest);
    await client.getManifest(to, 'v1');

    expect(counted(registry)).toEqual({
      'GET manifests': 7,
      'GET token': 1,
      'GET blobs': 4,
      'POST uploads': 16,
      'PUT manifests': 6,
      'HEAD manifests': 1,
    });
    expect(registry.requests).toHaveLength(35);
    expect(client.requests).toHaveLength(35);
    expect(missingFrom(registry, 'acme/app', tree)).toEqual([]);
  });

  test('what several images share is mounted once', async () => {
    await using registry = await startFakeRegistry();
    const shared = noise(500);
    const tree = buildIndex([imageOf(shared), imageOf(shared, 'linux/arm64')]);
    addToRegistry(registry, 'legs/app', tree);
    await using made = testClient();
    const copier = createCopier({ log: made.log });
    const from = repositoryOf(registry.host, 'legs/app');
    const to = repositoryOf(registry.host);
    const summaries = await Promise.all(
      tree.children.map(({ manifest }) => copier.copyImage({ client: made.client, from, to, manifest })),
    );
    expect(counted(registry)).toEqual({ 'POST uploads': 3, 'PUT manifests': 2 });
    expect(summaries.map(({ adopted }) => adopted).sort()).toEqual([1, 2]);
  });

  test('a mount that is answered with an upload goes on with that upload', async () => {
    await using registry = await startFakeRegistry({ mount: 'no' });
    const tree = fourPlatforms(1);
    addToRegistry(registry, 'legs/app', tree);
    await using made = testClient();
    const copier = createCopier({ log: made.log });
    const [from, to] = [repositoryOf(registry.host, 'legs/app'), repositoryOf(registry.host)];
    const summary = await copier.copyImage({ client: made.client, from, to, manifest: tree.manifest });
    expect(summary).toMatchObject({ manifests: 5, sent: 8, adopted: 0 });
    expect(counted(registry)).toEqual({
      'GET manifests': 4,
      'POST uploads': 8,
      'GET blobs': 8,
      'PUT uploads': 8,
      'PUT manifests': 5,
    });
    expect(registry.openUploads()).toBe(0);
    expect(missingFrom(registry, 'acme/app', tree)).toEqual([]);
  });

  test.each([
    ['Harbor, of a project that is not ours', 401],
    ['a private source', 403],
    ['Harbor, of a name it dislikes', 400],
    ['an old Quay', 404],
    ['a registry without mounts', 405],
    ['a registry with a fault in them', 501],
  ])('%s refuses the mount (%d): the blob is streamed', async (_, status) => {
    await using registry = await startFakeRegistry();
    registry.fail(
      ({ method, query }) => method === 'POST' && query.has('mount'),
      { kind: 'answer', status },
      99,
    );
    const tree = imageOf(noise(3000));
    addToRegistry(registry, 'legs/app', tree);
    await using made = testClient();
    const copier = createCopier({ log: made.log });
    const [from, to] = [repositoryOf(registry.host, 'legs/app'), repositoryOf(registry.host)];
    const summary = await copier.copyImage({ client: made.client, from, to, manifest: tree.manifest });
    expect(summary.sent).toBe(2);
    expect(missingFrom(registry, 'acme/app', tree)).toEqual([]);
  });

  test('a large blob that cannot be mounted is looked for before it is sent', async () => {
    await using registry = await startFakeRegistry({ mount: 'no' });
    const tree = imageOf(noise(MiB));
    addToRegistry(registry, 'legs/app', tree);
    registry.addBlob('acme/app', noise(MiB));
    await using made = testClient();
    const copier = createCopier({ log: made.log });
    const [from, to] = [repositoryOf(registry.host, 'legs/app'), repositoryOf(registry.host)];
    const summary = await copier.copyImage({ client: made.client, from, to, manifest: tree.manifest });
    expect(summary).toMatchObject({ sent: 1, adopted: 1 });
    expect(registry.requests.filter(({ received }) => received > MiB / 2)).toEqual([]);
  });

  test('into the same repository nothing is done', async () => {
    await using registry = await startFakeRegistry();
    const tree = fourPlatforms(1);
    await using made = testClient();
    const repository = repositoryOf(registry.host);
    const copier = createCopier({ log: made.log });
    const summary = await copier.copyImage({
      client: made.client,
      from: repository,
      to: repository,
      manifest: tree.manifest,
    });
    expect(summary).toMatchObject({ manifests: 0, sent: 0 });
    expect(registry.requests).toEqual([]);
  });
});

describe('into another registry', () => {
  test('every manifest and blob arrives, children before parents, nothing by tag', async () => {
    const tree = fourPlatforms(3);
    await using two = await twoRegistries(tree);
    const summary = await two.copy(tree);
    expect(summary).toMatchObject({ manifests: 5, present: 0, sent: 16, adopted: 0, foreign: 0 });
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
    expect(two.target.tags('mirror/app')).toEqual({});
    const puts = two.target
      .requestLines()
      .filter((line) => line.startsWith('PUT') && line.includes('/manifests/'));
    expect(puts.at(-1)).toContain(tree.manifest.digest);
    // Two requests for a blob: a mount that finds nothing has opened its upload.
    expect(counted(two.target)).toEqual({
      'HEAD manifests': 5,
      'POST uploads': 16,
      'PUT uploads': 16,
      'PUT manifests': 5,
    });
    expect(counted(two.source)).toEqual({ 'GET manifests': 4, 'GET blobs': 16 });
  });

  test('manifests that were read before are not read again', async () => {
    const tree = fourPlatforms(1);
    await using two = await twoRegistries(tree);
    await two.copy(tree, { known: tree.children.map(({ manifest }) => manifest) });
    expect(counted(two.source)).toEqual({ 'GET blobs': 8 });
  });

  test('the second copy is one look', async () => {
    const tree = fourPlatforms(1);
    await using two = await twoRegistries(tree);
    await two.copy(tree);
    two.target.clearRequests();
    two.source.clearRequests();
    const copier = createCopier({ log: two.log });
    const summary = await copier.copyImage({
      client: two.client,
      from: two.from,
      to: two.to,
      manifest: tree.manifest,
    });
    expect(summary).toMatchObject({ manifests: 0, present: 1, sent: 0 });
    expect(counted(two.target)).toEqual({ 'HEAD manifests': 1 });
    expect(counted(two.source)).toEqual({});
    expect(two.log.lines.at(-1)).toMatch(/all of it is there already/);
  });

  test('blobs that are there are not sent again, small ones and large ones', async () => {
    const small = imageOf(noise(1000));
    const large = imageOf(noise(2 * MiB), 'linux/arm64');
    const tree = buildIndex([small, large]);
    await using two = await twoRegistries(tree);
    for (const blob of [...small.blobs.values(), ...large.blobs.values()])
      two.target.addBlob('mirror/app', blob);
    const summary = await two.copy(tree);
    expect(summary).toMatchObject({ manifests: 3, sent: 0, adopted: 4 });
    expect(counted(two.target)).toEqual({
      'HEAD manifests': 3,
      'POST uploads': 3,
      'HEAD blobs': 1,
      'PUT manifests': 3,
    });
  });

  test('a blob that two platforms have is sent once, also by two copies at once', async () => {
    const shared = noise(2 * MiB);
    const tree = buildIndex([imageOf(shared), imageOf(shared, 'linux/arm64')]);
    await using two = await twoRegistries(tree);
    await Promise.all(tree.children.map((child) => two.copy(child)));
    expect(two.source.requests.filter(({ path }) => path.includes(digestOf(shared)))).toHaveLength(1);
  });

  test('who may write and not look writes', async () => {
    const tree = imageOf(noise(MiB));
    await using two = await twoRegistries(tree);
    two.target.fail(
      ({ method, path }) => method !== 'POST' && method !== 'PUT' && !path.includes('uploads'),
      { kind: 'answer', status: 403 },
      99,
    );
    await two.copy(tree);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });

  test('attestations, nested indexes and blobs in an index go along byte for byte', async () => {
    const image = buildImage();
    const inner = buildIndex([image, buildAttestation(image)]);
    const layer = Buffer.from('a layer that stands in an index');
    const entry = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: digestOf(layer),
      size: layer.length,
    };
    const tree = buildIndex([inner], { entries: [inner.descriptor, entry] });
    await using two = await twoRegistries(tree, { target: { checkChildren: false } });
    two.source.addBlob('acme/app', layer);
    await two.copy(tree);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
    expect(two.target.blob('mirror/app', entry.digest)).toBeDefined();
  });

  test('a manifest of a kind that we do not know is read for what it refers to', async () => {
    const blob = Buffer.from('an artifact');
    const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
    const bytes = Buffer.from(
      JSON.stringify({
        mediaType,
        blobs: [{ mediaType: 'text/plain', digest: digestOf(blob), size: blob.length }],
      }),
    );
    const digest = digestOf(bytes);
    const tree = buildIndex([], { entries: [{ mediaType, digest, size: bytes.length }] });
    await using two = await twoRegistries(tree, { source: { strictAccept: false } });
    two.source.addBlob('acme/app', blob);
    two.source.addManifest('acme/app', { mediaType, bytes });
    const written: string[] = [];
    const target: CopyTarget = {
      ...registryTarget(two.client, two.to, two.log),
      put: (reference, manifest) => {
        written.push(`${reference} ${manifest.mediaType}`);
        return Promise.resolve({ subjectHandled: true });
      },
    };
    const source = registrySource(two.client, two.from);
    await createCopier({ log: two.log }).copyTree({ source, target, manifest: tree.manifest });
    expect(written).toEqual([`${digest} ${mediaType}`, `${tree.manifest.digest} ${tree.manifest.mediaType}`]);
    expect(two.target.blob('mirror/app', digestOf(blob))).toBeDefined();
  });

  test('a foreign layer is left out and told; one without an address is a layer like any other', async () => {
    const foreign = noise(100);
    const withoutAddress = noise(200);
    const layerOf = (bytes: Uint8Array, urls?: string[]) => ({
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf(bytes),
      size: bytes.length,
      ...(urls && { urls }),
    });
    const tree = buildImage({
      format: 'docker',
      manifest: { layers: [layerOf(foreign, ['https://mcr.example/layer']), layerOf(withoutAddress)] },
    });
    await using two = await twoRegistries(tree, { target: { checkBlobs: false } });
    two.source.addBlob('acme/app', foreign);
    two.source.addBlob('acme/app', withoutAddress);
    const summary = await two.copy(tree);
    expect(summary).toMatchObject({ foreign: 1, sent: 2 });
    expect(two.source.requests.filter(({ path }) => path.includes(digestOf(foreign)))).toEqual([]);
    expect(two.log.lines.find((line) => line.startsWith('warning'))).toContain('https://mcr.example/layer');
  });

  test('what the source lacks is told, all of it, and the parent is not written', async () => {
    const tree = fourPlatforms(1);
    await using two = await twoRegistries(tree);
    const [first, second] = tree.children;
    for (const child of [first, second]) two.source.removeManifest('acme/app', child?.manifest.digest ?? '');
    const error = await failureOf(two.copy(tree));
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.message).toContain(first?.manifest.digest);
    expect(error.message).toContain(second?.manifest.digest);
    expect(two.target.manifest('mirror/app', tree.manifest.digest)).toBeUndefined();
  });

  test('after a failure another copy by the same copier begins anew', async () => {
    const tree = fourPlatforms(1);
    await using two = await twoRegistries(tree);
    const [first] = tree.children;
    const digest = first?.manifest.digest ?? '';
    two.source.removeManifest('acme/app', digest);
    await failureOf(two.copy(tree));
    addToRegistry(two.source, 'acme/app', tree);
    await two.copy(tree);
    expect(missingFrom(two.target, 'mirror/app', tree)).toEqual([]);
  });

  test('indexes nested without end are refused', async () => {
    let tree = buildIndex([imageOf(noise(10))]);
    for (let depth = 0; depth < 5; depth += 1) tree = buildIndex([tree]);
    await using two = await twoRegistries(tree);
    expect(await failureOf(two.copy(tree))).toMatchObject({ code: 'E_MANIFEST' });
  });
});
