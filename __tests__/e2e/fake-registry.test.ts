/// <reference lib="esnext.disposable" />
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { startFakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { tar } from '../support/tar.ts';
import { temporaryFolder } from './support/folders.ts';
import { debianPath, succeed } from './support/processes.ts';
import { tool } from './support/tools.ts';

const users = { alice: { password: 'wonder:land' } };

/** As registries differ: how one signs in, where blobs come from, what is not there. */
const kinds: readonly (FakeRegistryOptions & { readonly title: string })[] = [
  { title: 'open to everybody' },
  { title: 'with tokens, and blobs at another host', auth: { mode: 'bearer', users }, redirectBlobs: true },
  {
    title: 'with tokens and short pages, without mounts and whole POSTs',
    auth: { mode: 'bearer', users, tokenField: 'access_token', expiresIn: 'omit' },
    mount: 'no',
    monolithicPost: false,
    locations: 'absolute',
    tagsPage: 2,
  },
  {
    title: 'with passwords over TLS, without referrers',
    auth: { mode: 'basic', users },
    tls: true,
    referrers: false,
    redirectBlobs: true,
  },
];

const platforms = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];

/** The fake registry is only worth something if the clients that everybody uses take it for a real one. */
describe.each(kinds)('a fake registry $title', (kind) => {
  const stack = new AsyncDisposableStack();
  let registry: FakeRegistry;
  let folder: string;
  let env: Record<string, string>;
  const image = buildIndex(platforms.map((platform) => buildImage({ platform })));
  const digest = image.manifest.digest;

  beforeAll(async () => {
    registry = stack.use(await startFakeRegistry(kind));
    folder = stack.use(await temporaryFolder()).path;
    addToRegistry(registry, 'source/app', image, 'v1');
    await mkdir(path.join(folder, 'home'));
    const auth = Buffer.from(`alice:${users.alice.password}`).toString('base64');
    const auths = kind.auth === undefined ? {} : { [registry.host]: { auth } };
    await writeFile(path.join(folder, 'config.json'), JSON.stringify({ auths }));
    await writeFile(path.join(folder, 'ca.pem'), registry.caCertificate ?? '');
    env = {
      PATH: debianPath,
      HOME: path.join(folder, 'home'),
      DOCKER_CONFIG: folder,
      REGISTRY_AUTH_FILE: path.join(folder, 'config.json'),
      ...(kind.tls === true && { SSL_CERT_FILE: path.join(folder, 'ca.pem') }),
    };
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  const at = (reference: string): string => `${registry.host}/${reference}`;

  async function out(program: string, ...args: string[]): Promise<string> {
    return (await succeed(program, args, { env })).stdout.trim();
  }
  const crane = (...args: string[]): Promise<string> => out(tool('crane'), ...args);
  const regctl = (...args: string[]): Promise<string> =>
    out(
      tool('regctl'),
      '--host',
      `reg=${registry.host},tls=${kind.tls === true ? 'enabled' : 'disabled'}`,
      ...args,
    );
  const skopeo = (command: string, ...args: string[]): Promise<string> => {
    const verify = String(kind.tls === true);
    const tls = command === 'copy' ? ['--src-tls-verify', '--dest-tls-verify'] : ['--tls-verify'];
    return out('/usr/bin/skopeo', command, ...tls.map((flag) => `${flag}=${verify}`), ...args);
  };

  test('crane pushes, copies, indexes, validates, lists and deletes', async () => {
    const layer = path.join(folder, 'layer.tgz');
    await writeFile(layer, gzipSync(tar([{ name: 'hello', content: 'hello' }])));
    await crane('append', '--new_layer', layer, '--new_tag', at('crane/app:one'));
    await crane('copy', at('source/app:v1'), at('crane/app:v1'));
    expect(await crane('digest', at('crane/app:v1'))).toBe(digest);
    const made = await crane(
      'index',
      'append',
      '-m',
      at('crane/app:v1'),
      '-m',
      at('crane/app:one'),
      '-t',
      at('crane/app:all'),
    );
    expect(made).toContain(registry.tags('crane/app')['all']);
    await crane('validate', '--remote', at('crane/app:v1'));
    await crane('pull', '--format', 'oci', at('crane/app:v1'), path.join(folder, 'crane-layout'));
    await crane('tag', at('crane/app:v1'), 'v2');
    expect((await crane('ls', at('crane/app'))).split('\n')).toEqual(['all', 'one', 'v1', 'v2']);
    await crane('delete', at(`crane/app@${digest}`));
    expect(Object.keys(registry.tags('crane/app'))).toEqual(['all', 'one']);
  });

  test('regctl copies out and in, indexes, attaches and finds, lists and deletes', async () => {
    const layout = `ocidir://${path.join(folder, 'regctl')}:v1`;
    await regctl('image', 'copy', at('source/app:v1'), layout);
    await regctl('image', 'copy', layout, at('regctl/app:v1'));
    expect(registry.tags('regctl/app')).toEqual({ v1: digest });
    await regctl('image', 'copy', at('source/app:v1'), at('regctl/mounted:v1'));
    expect(registry.tags('regctl/mounted')).toEqual({ v1: digest });
    await regctl(
      'index',
      'create',
      '--ref',
      at('regctl/app:v1'),
      '--platform',
      'linux/s390x',
      at('regctl/app:new'),
    );
    expect(await regctl('manifest', 'get', '--format', 'raw-body', at('regctl/app:new'))).toContain('s390x');

    const note = path.join(folder, 'note.txt');
    await writeFile(note, 'a note');
    const type = 'application/vnd.example.note';
    await regctl(
      'artifact',
      'put',
      '--artifact-type',
      type,
      '--file',
      note,
      '--subject',
      at('regctl/app:v1'),
    );
    const list = [
      'artifact',
      'list',
      '--format',
      '{{json .}}',
      '--filter-artifact-type',
      type,
      at('regctl/app:v1'),
    ];
    expect(await regctl(...list)).toContain(type);
    const fallback = Object.keys(registry.tags('regctl/app')).includes(digest.replace(':', '-'));
    expect(fallback).toBe(kind.referrers === false);

    const tags = (await regctl('tag', 'ls', at('regctl/app'))).split('\n');
    expect(tags.filter((tag) => !tag.startsWith('sha256-'))).toEqual(['new', 'v1']);
    await regctl('tag', 'delete', at('regctl/app:new'));
    await regctl('manifest', 'delete', at(`regctl/mounted@${digest}`));
    expect([registry.tags('regctl/app')['new'], registry.tags('regctl/mounted')['v1']]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('skopeo copies out and in, inspects, lists and deletes', async () => {
    const layout = `oci:${path.join(folder, 'skopeo')}:v1`;
    await skopeo('copy', '--all', `docker://${at('source/app:v1')}`, layout);
    await skopeo('copy', '--all', '--preserve-digests', layout, `docker://${at('skopeo/app:v1')}`);
    expect(registry.tags('skopeo/app')).toEqual({ v1: digest });
    const raw = await skopeo('inspect', '--raw', `docker://${at('skopeo/app:v1')}`);
    expect(raw).toBe(Buffer.from(image.manifest.bytes).toString());
    const s390x = await skopeo('inspect', '--override-arch', 's390x', `docker://${at('skopeo/app:v1')}`);
    expect(JSON.parse(s390x)).toMatchObject({ Architecture: 's390x', Os: 'linux' });
    registry.setTag('skopeo/app', 'v2', digest);
    registry.setTag('skopeo/app', 'v3', digest);
    const listed = JSON.parse(await skopeo('list-tags', `docker://${at('skopeo/app')}`)) as {
      Tags: string[];
    };
    expect(listed.Tags).toEqual(['v1', 'v2', 'v3']);
    await skopeo('delete', `docker://${at('skopeo/app:v1')}`);
    expect(registry.tags('skopeo/app')).toEqual({});
  });

  test('docker lists and attestations go through as they are', async () => {
    const docker = buildIndex(
      platforms.map((platform) => buildImage({ platform, format: 'docker' })),
      { format: 'docker' },
    );
    const first = buildImage();
    const attested = buildIndex([first, buildAttestation(first)]);
    for (const [name, fixture] of Object.entries({ docker, attested })) {
      addToRegistry(registry, `source/${name}`, fixture, 'v1');
      await regctl('image', 'copy', at(`source/${name}:v1`), at(`regctl/${name}:v1`));
      await crane('copy', at(`source/${name}:v1`), at(`crane/${name}:v1`));
      for (const copy of [`regctl/${name}`, `crane/${name}`]) {
        expect(registry.tags(copy)).toEqual({ v1: fixture.manifest.digest });
      }
    }
    await crane('validate', '--remote', at('crane/docker:v1'));
  });

  test('everybody took the ways that this registry has', () => {
    const seen = registry.requests.map(({ service, method, status }) => `${service} ${method} ${status}`);
    expect(seen.includes('token GET 200')).toBe(kind.auth?.mode === 'bearer');
    expect(seen.includes('storage GET 200')).toBe(kind.redirectBlobs === true);
    expect(seen).not.toContain('storage GET 400');
    const mounts = registry.requests
      .filter((request) => request.query.has('mount'))
      .map(({ status }) => status);
    expect(mounts.includes(201)).toBe(kind.mount !== 'no');
    expect(registry.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
