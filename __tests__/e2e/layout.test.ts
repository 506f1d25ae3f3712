import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openLayoutTarget } from '../../src/layout/layout-target.ts';
import { openLayout } from '../../src/layout/layout.ts';
import { anonymous, createRegistryClient } from '../../src/registry/client.ts';
import { createCopier, registryTarget } from '../../src/registry/copy/copier.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { readSource } from '../../src/verify/source.ts';
import { buildAttestation, buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { silentLog } from '../support/silent-log.ts';
import { startDaemonless } from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import { debianPath, succeed } from './support/processes.ts';
import { startRegistry } from './support/registry.ts';
import { architectureNames, requireTools, tool } from './support/tools.ts';
import { writeLayout } from '../layout/folders.ts';

const images = architectureNames.map((architecture) => buildImage({ platform: `linux/${architecture}` }));
const [first = buildImage()] = images;
const list = buildIndex([...images, buildAttestation(first)]);
const plain = buildIndex(images, { format: 'oci' });

beforeAll(requireTools);

/** A layout of ours with the tree under `v1`, copied from one that holds nothing but its blobs. */
async function layoutOfOurs(tree: Fixture) {
  const folder = await temporaryFolder();
  const [source, layout] = [path.join(folder.path, 'source'), path.join(folder.path, 'layout')];
  await mkdir(source);
  await writeLayout(source, [tree], []);
  const target = await openLayoutTarget(layout);
  const copier = createCopier({ log: silentLog });
  await copier.copyTree({ source: await openLayout(source), target, manifest: tree.manifest });
  await target.put('v1', tree.manifest);
  return { path: folder.path, layout, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Everything behind a name of a layout that another tool wrote, proven as a merge would. */
async function proven(folder: string, name?: string): Promise<{ digest: string; images: number }> {
  const layout = await openLayout(folder);
  const manifest = await layout.manifest(name);
  const source = await readSource(layout, manifest?.digest ?? '', layout.name);
  if (source === undefined) throw new Error(`nothing in ${folder}`);
  for (const { manifest: image } of source.images)
    for (const layer of image.layers) await layout.blob(layer, 1e6);
  return { digest: source.manifest.digest, images: source.images.length };
}

describe('what we write, others read', () => {
  test('skopeo: raw bytes, and a copy of all platforms with their digests kept', async () => {
    await using made = await layoutOfOurs(list);
    const { bytes } = await succeed('/usr/bin/skopeo', ['inspect', '--raw', `oci:${made.layout}:v1`]);
    expect(bytes).toEqual(Buffer.from(list.manifest.bytes));
    const to = `dir:${path.join(made.path, 'copy')}`;
    await succeed('/usr/bin/skopeo', ['copy', '--all', '--preserve-digests', `oci:${made.layout}:v1`, to]);
  });

  test('regctl: raw bytes, and a copy into another layout', async () => {
    await using made = await layoutOfOurs(list);
    const env = { PATH: debianPath, HOME: made.path };
    const from = `ocidir://${made.layout}:v1`;
    const { bytes } = await succeed(tool('regctl'), ['manifest', 'get', '--format', 'raw-body', from], {
      env,
    });
    expect(bytes).toEqual(Buffer.from(list.manifest.bytes));
    const copy = path.join(made.path, 'copy');
    await succeed(tool('regctl'), ['image', 'copy', from, `ocidir://${copy}:v1`], { env });
    expect(await proven(copy, 'v1')).toEqual({ digest: list.manifest.digest, images: images.length });
  });

  test('crane: pushes it whole, and finds nothing wrong with it', async () => {
    await using registry = await startRegistry({ version: 3, auth: 'none' });
    await using made = await layoutOfOurs(list);
    const env = { PATH: debianPath, DOCKER_CONFIG: registry.dockerConfig };
    const image = `${registry.host}/acme/app:v1`;
    await succeed(tool('crane'), ['push', '--insecure', made.layout, image], { env });
    const { stdout } = await succeed(tool('crane'), ['digest', '--insecure', image], { env });
    expect(stdout.trim()).toBe(list.manifest.digest);
    await succeed(tool('crane'), ['validate', '--insecure', '--remote', image], { env });
  });

  test.each(['podman', 'buildah'] as const)('%s: pulls every platform', async (name) => {
    await using engine = await startDaemonless(name);
    await using made = await layoutOfOurs(plain);
    const env = { PATH: debianPath, HOME: made.path, ...engine.env };
    for (const architecture of architectureNames) {
      // Both make a name of the folder, which must not have upper-case letters.
      const args = ['pull', '--quiet', '--arch', architecture, 'oci:layout:v1'];
      const pulled = (await succeed(`/usr/bin/${name}`, args, { env, cwd: made.path })).stdout.trim();
      const inspect = name === 'podman' ? ['image', 'inspect'] : ['inspect', '--type', 'image'];
      const { stdout } = await succeed(`/usr/bin/${name}`, [...inspect, pulled], { env });
      expect(stdout).toMatch(new RegExp(`"[Aa]rchitecture": "${architecture}"`));
    }
  });
});

describe('what others write, we read', () => {
  test('skopeo, crane and regctl, from a registry that we filled from a layout', async () => {
    await using registry = await startRegistry({ version: 2, auth: 'none' });
    await using made = await layoutOfOurs(list);
    const repository = parseRepository(`${registry.host}/acme/app`);
    const client = createRegistryClient({
      credentials: anonymous,
      log: silentLog,
      pushRepositories: [repository],
    });
    const source = await openLayout(made.layout);
    const target = registryTarget(client, repository, silentLog);
    await createCopier({ log: silentLog }).copyTree({ source, target, manifest: list.manifest });
    await client.putManifest(repository, 'v1', list.manifest);
    client.close();
    const wanted = { digest: list.manifest.digest, images: images.length };
    const env = { PATH: debianPath, HOME: made.path, DOCKER_CONFIG: registry.dockerConfig };
    const image = `${registry.host}/acme/app:v1`;
    const folder = (name: string) => path.join(made.path, name);

    const insecure = '--src-tls-verify=false';
    await succeed(
      '/usr/bin/skopeo',
      ['copy', '--all', insecure, `docker://${image}`, `oci:${folder('skopeo')}:v1`],
      { env },
    );
    expect(await proven(folder('skopeo'), 'v1')).toEqual(wanted);

    await succeed(tool('crane'), ['pull', '--insecure', '--format=oci', image, folder('crane')], { env });
    expect(await proven(folder('crane'))).toEqual(wanted);

    const host = ['--host', `reg=${registry.host},tls=disabled`];
    await succeed(tool('regctl'), ['image', 'copy', ...host, image, `ocidir://${folder('regctl')}:v1`], {
      env,
    });
    expect(await proven(folder('regctl'), 'v1')).toEqual(wanted);
  });

  test('buildah pushes a list', async () => {
    await using engine = await startDaemonless('buildah');
    await using made = await layoutOfOurs(plain);
    const env = { PATH: debianPath, HOME: made.path, ...engine.env };
    const buildah = (...args: string[]) => succeed('/usr/bin/buildah', args, { env });
    await buildah('manifest', 'create', 'list');
    for (const architecture of architectureNames)
      await buildah('manifest', 'add', '--arch', architecture, 'list', `oci:${made.layout}:v1`);
    const folder = path.join(made.path, 'buildah');
    await buildah('manifest', 'push', '--all', 'list', `oci:${folder}:v1`);
    expect((await proven(folder, 'v1')).images).toBe(architectureNames.length);
    expect(await readFile(path.join(folder, 'oci-layout'), 'utf8')).toContain('1.0.0');
  });
});
