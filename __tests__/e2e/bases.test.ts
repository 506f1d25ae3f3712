/// <reference lib="esnext.disposable" />
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from '../../src/commands/build.ts';
import type { CommandResult } from '../../src/commands/result.ts';
import { freeSpace } from '../../src/commands/build-space.ts';
import { githubEnvironment } from '../../src/github/environment.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { createRegistryClient, type RegistryClient } from '../../src/registry/client.ts';
import { credentialSource } from '../../src/registry/credentials.ts';
import { buildImage, buildIndex, type Fixture } from '../support/images.ts';
import { recordingLog } from '../engines/support/scripted.ts';
import { request, Workshop, type Made } from './support/engine-legs.ts';
import { succeed } from './support/processes.ts';
import { hostArchitecture } from './support/tools.ts';

const engines = ['docker', 'podman', 'buildah'] as const;
const other = hostArchitecture === 'arm64' ? 'amd64' : 'arm64';

let shop: Workshop;
let client: RegistryClient;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  shop = stack.use(await Workshop.start());
  const { username = '', password = '' } = shop.registry.account ?? {};
  client = createRegistryClient({
    credentials: credentialSource({
      explicit: [{ registry: shop.registry.host, username, password }],
      env: {},
      home: shop.folder,
      runHelper: () => Promise.reject(new Error('there is no helper')),
    }),
    log: recordingLog().log,
    pushRepositories: [parseReference(`${shop.registry.host}/acme/base`).repository],
  });
  stack.defer(() => {
    client.close();
  });
  const own = buildImage({ platform: `linux/${hostArchitecture}` });
  const foreign = buildImage({ platform: `linux/${other}` });
  const s390x = buildImage({ platform: 'linux/s390x' });
  await push('two', buildIndex([own, foreign]));
  await push('all', buildIndex([own, foreign, s390x]));
});
afterAll(async () => stack.disposeAsync());

async function push(tag: string, fixture: Fixture): Promise<void> {
  const { repository } = parseReference(`${shop.registry.host}/acme/base`);
  for (const child of fixture.children) await push(child.manifest.digest, child);
  for (const [digest, blob] of fixture.blobs) {
    await client.uploadBlob(repository, { digest, size: blob.length }, async function* () {
      yield await Promise.resolve(blob);
    });
  }
  await client.putManifest(repository, tag, fixture.manifest);
}

/** A leg for s390x of this Dockerfile, with everything real. */
async function leg(
  made: Made,
  dockerfile: string,
  inputs: Record<string, string> = {},
): Promise<{ work: Promise<CommandResult>; lines: string[] }> {
  const context = path.join(shop.folder, `context-${Math.random().toString(36).slice(2)}`);
  await mkdir(context);
  await writeFile(path.join(context, 'Dockerfile'), dockerfile.replaceAll('HOST', shop.registry.host));
  const { log, lines } = recordingLog();
  const given = {
    images: `${shop.registry.host}/acme/based`,
    tags: 'v1',
    platform: 'linux/s390x',
    mode: 'emulate',
    network: 'none',
    context,
    ...inputs,
  };
  const parsed = await parseInputs(
    'build',
    new Map(Object.entries(given).map(([key, value]) => [key, [value]])),
    log,
  );
  const work = build(parsed, {
    log,
    engineOf: () => Promise.resolve(made.engine),
    storedEngine: () => Promise.reject(new Error('nothing is adopted')),
    registry: client,
    github: await githubEnvironment({}, () => Promise.reject(new Error('there is no event'))),
    handOver: () => Promise.resolve(),
    sleep: () => Promise.resolve(),
    now: () => performance.now(),
  });
  return { work, lines };
}

/** What the registry was asked to take. */
function writes(): string[] {
  return shop.registry.requests().filter((line) => /^(?:PUT|POST|PATCH) .*acme\/based/.test(line));
}

describe.each(engines)('%s', (name) => {
  test('a base image without the platform stops the leg before its build, in seconds', async () => {
    await using made = await shop.make(name);
    const dockerfile = `FROM --platform=$BUILDPLATFORM HOST/acme/base:all AS tools
FROM HOST/acme/base:two AS unused
FROM HOST/acme/base:all
COPY --from=tools / /
COPY --from=HOST/acme/base:two / /two/
`;
    const start = performance.now();
    const { work } = await leg(made, dockerfile);
    await expect(work).rejects.toMatchObject({
      code: 'E_BASE_PLATFORM',
      message: `line 5: COPY --from ${shop.registry.host}/acme/base:two has no linux/s390x, only ${['linux/' + hostArchitecture, 'linux/' + other].join(', ')}`,
    });
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(made.log.join('\n')).not.toMatch(/STEP \d|Step \d|load build definition/);
    expect(writes()).toEqual([]);
  });

  test('a base image that is not there as well', async () => {
    await using made = await shop.make(name);
    const { work } = await leg(made, 'FROM HOST/acme/base:none\n');
    await expect(work).rejects.toMatchObject({ code: 'E_NOT_FOUND', place: { line: 1 } });
    expect(writes()).toEqual([]);
  });

  test('a leg whose stages the target does not need lack the platform is built, and its record names its bases', async () => {
    await using made = await shop.make(name);
    const { work } = await leg(
      made,
      'FROM HOST/acme/base:two AS unused\nFROM HOST/acme/base:all\nLABEL a=b\n',
      {
        push: 'false',
      },
    );
    const { outputs } = await work;
    expect(outputs['record']).toMatchObject({
      bases: [
        { reference: `${shop.registry.host}/acme/base:all`, digest: expect.stringMatching(/^sha256:/) },
      ],
    });
  });

  test('says what its own store has, for which platform, and a build takes it from there', async () => {
    await using made = await shop.make(name);
    const { engine } = made;
    const image = await engine.build(request(hostArchitecture));
    expect(await engine.hasImage?.(image.name, parsePlatform(`linux/${hostArchitecture}`))).toBe(true);
    expect(await engine.hasImage?.(image.name, parsePlatform('linux/s390x'))).toBe(false);
    expect(
      await engine.hasImage?.(`${shop.registry.host}/acme/base:none`, parsePlatform('linux/s390x')),
    ).toBe(false);
    const own = { platform: `linux/${hostArchitecture}`, mode: 'native', push: 'false' };
    const { work, lines } = await leg(made, `FROM ${image.name}\n`, own);
    expect((await work).outputs).toMatchObject({ pushed: false });
    expect(lines.join('\n')).toContain('is in the store of');
    await engine.remove(image);
  });

  test('says where its storage is', async () => {
    await using made = await shop.make(name);
    const folder = await made.engine.storage?.();
    expect(folder?.startsWith(shop.host(name).storage)).toBe(true);
    expect(await freeSpace(folder ?? '')).toBeGreaterThan(1024 * 1024);
  });
});

test('storage without space is told before anything is tried', async () => {
  const small = path.join(shop.folder, 'small');
  await mkdir(small);
  await succeed('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small]);
  try {
    const conf = path.join(shop.folder, 'small.conf');
    const at = (part: string): string => JSON.stringify(path.join(small, part));
    await writeFile(conf, `[storage]\ndriver = "vfs"\ngraphroot = ${at('graph')}\nrunroot = ${at('run')}\n`);
    for (const name of ['podman', 'buildah'] as const) {
      await using made = await shop.make(name, { CONTAINERS_STORAGE_CONF: conf });
      const { work } = await leg(made, 'FROM HOST/acme/base:all\n');
      await expect(work).rejects.toMatchObject({
        code: 'E_ENGINE',
        message: expect.stringMatching(/^the storage of \w+, .*\/small\/graph, has 1\d MiB left$/),
      });
    }
  } finally {
    await succeed('/usr/bin/umount', ['--recursive', small]);
  }
});
