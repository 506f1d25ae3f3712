/// <reference lib="esnext.disposable" />
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAdopted } from '../../src/commands/adopt-archive.ts';
import { StoredEngine } from '../../src/engines/stored/stored-engine.ts';
import { parseSourceImage } from '../../src/inputs/source-image.ts';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { credentialSource } from '../../src/registry/credentials.ts';
import { recordingLog } from '../engines/support/scripted.ts';
import { request, Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneValidate } from './support/judges.ts';
import { debianPath, succeed } from './support/processes.ts';
import { architectures } from './support/tools.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

const s390x = parsePlatform('linux/s390x');

describe.each(['docker', 'podman', 'buildah'] as const)("an image in %s's store", (name) => {
  test('is adopted by its name and by its ID, pushed, and still there', async () => {
    await using made = await shop.make(name);
    const { engine } = made;
    const built = await engine.build(request('s390x'));
    expect(await engine.adopt?.('localhost/nothing-of-that-name:1', s390x)).toBeUndefined();
    for (const known of [built.name, built.id]) {
      const image = await engine.adopt?.(known, s390x);
      if (image === undefined) throw new Error(`${known} was not found`);
      expect(image.id).toBe(built.id);
      expect(formatPlatform(await engine.platformOf(image))).toBe('linux/s390x');
      const { reference, text } = shop.target(`${name}-adopted`);
      await engine.push(image, reference);
      await craneValidate(shop.registry, text);
      expect(await runImage(shop.host('podman'), text, 's390x', shop.registry)).toBe(architectures.s390x);
    }
    expect((await engine.adopt?.(built.name, s390x))?.id).toBe(built.id);
    await engine.remove(built);
  });
});

test('docker: an image without a name is not deleted by being pushed', async () => {
  await using made = await shop.make('docker');
  const env = { PATH: debianPath, ...shop.host('docker').env };
  const built = await made.engine.build(request('s390x'));
  // Its only name is moved to another image.
  const other = await made.engine.build(request('amd64'));
  await succeed('/usr/bin/docker', ['image', 'tag', other.id, built.name], { env });
  const image = await made.engine.adopt?.(built.id, s390x);
  if (image === undefined) throw new Error('it was not found');
  await made.engine.push(image, shop.target('docker-nameless').reference);
  expect(
    (
      await succeed('/usr/bin/docker', ['image', 'inspect', '--format', '{{.Id}}', built.id], { env })
    ).stdout.trim(),
  ).toBe(built.id);
});

describe('an image in a folder or a file', () => {
  test.each(['oci:LAYOUT:v1', 'oci-archive:oci.tar', 'docker-archive:docker.tar'])('%s', async (text) => {
    await using made = await shop.make('podman');
    const env = { PATH: debianPath, ...shop.host('podman').env };
    const built = await made.engine.build(request('s390x'));
    const source = text.replace('LAYOUT', 'layout').replace(':v1', '');
    const [kind = '', file = ''] = source.split(':');
    const place = path.join(shop.folder, file);
    await succeed(
      '/usr/bin/podman',
      ['push', '--quiet', built.id, kind === 'oci' ? `oci:${place}:v1` : `${kind}:${place}`],
      { env },
    );
    const { log } = recordingLog();
    const { username = '', password = '' } = shop.registry.account ?? {};
    const login = { registry: shop.registry.host, username, password };
    const client = createRegistryClient({
      credentials: credentialSource({ explicit: [login], env: {}, home: shop.folder }),
      log,
      env: {},
    });
    const options = {
      log,
      env: { ...env, HOME: shop.folder },
      cwd: shop.folder,
      temp: made.temp,
      uploader: client,
    };
    const parsed = parseSourceImage(kind === 'oci' ? 'oci:layout:v1' : source);
    if (parsed.kind === 'local') throw new Error('it is no local image');
    const engine = new StoredEngine(options, (platform) =>
      readAdopted(parsed, platform, { cwd: shop.folder, scratch: made.temp }),
    );
    try {
      const image = await engine.adopt(parsed.text, s390x);
      expect(formatPlatform(await engine.platformOf(image))).toBe('linux/s390x');
      await engine.checkRun(s390x);
      await engine.run(image, { command: '/bin/busybox true', platform: s390x, timeoutMs: 60_000 });
      await expect(
        engine.run(image, { command: '/bin/busybox false', platform: s390x, timeoutMs: 60_000 }),
      ).rejects.toMatchObject({ code: 'E_SMOKE_TEST' });
      const { reference, text: name } = shop.target(`stored-${kind}`);
      await engine.push(image, reference);
      await craneValidate(shop.registry, name);
      expect(await runImage(shop.host('podman'), name, 's390x', shop.registry)).toBe(architectures.s390x);
    } finally {
      await engine.close();
      client.close();
      await made.engine.remove(built);
    }
  });
});
