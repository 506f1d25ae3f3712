/// <reference lib="esnext.disposable" />
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BuildRequest, DockerfileSource } from '../../src/engines/engine.ts';
import { padding, tarEnd, tarHeader } from '../../src/engines/tar.ts';
import { buildkitTool } from './support/buildkit.ts';
import { request, Workshop } from './support/engine-legs.ts';
import {
  archiveOf,
  ArgumentWatch,
  filesWithSecrets,
  findSecrets,
  makeSecrets,
  recorder,
  printed,
  writeFullContext,
  type Secrets,
} from './support/options-table.ts';
import { debianPath } from './support/processes.ts';
import { architectureNames, type Architecture } from './support/tools.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
  await writeFullContext(path.join(shop.folder, 'full'));
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

function full(
  architecture: Architecture,
  secrets: Secrets,
  source: Partial<DockerfileSource> = {},
): BuildRequest {
  return request(architecture, {
    labels: { 'org.example.words': 'two words, and a comma' },
    source: {
      kind: 'dockerfile',
      context: 'full',
      network: 'none',
      target: 'wanted',
      buildArgs: { GREETING: 'hello, you' },
      secrets: secrets.inputs,
      ...source,
    },
  });
}

/** A line for a shell in the image: it holds what the build was given. */
function seen(secrets: Secrets): string {
  return `test "$(/bin/busybox cat /found/sums /found/greeting /two /three)" = "${printed(secrets)}"`;
}

const twoContexts = { buildContexts: { two: 'full/context-two', three: './full/context-three' } };

const engines = [
  { name: 'docker', source: { file: 'full/Dockerfile.alone' } },
  { name: 'podman', source: twoContexts },
  { name: 'buildah', source: twoContexts },
  { name: 'buildx', source: { ...twoContexts, provenance: 'mode=max' } },
] as const;

test('a secret in an image is found in each of its forms', async () => {
  const secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
  const { environment } = secrets.values;
  const member = gzipSync(`left: ${environment}`);
  const entry = { path: 'layer.tar.gz', kind: 'file', mode: 0o644, size: member.length } as const;
  const archive = Buffer.concat([tarHeader(entry, 0), member, padding(member.length), tarEnd]);
  expect(findSecrets(archive, secrets)).toEqual(['environment as it is']);
  const lines = secrets.values.value.split('\n').slice(0, 3).join('\n');
  for (const shown of [lines, Buffer.from(lines).toString('hex')])
    expect(findSecrets(Buffer.from(shown), secrets)).toHaveLength(2);
  for (const before of ['', 'x', 'xy']) {
    const found = findSecrets(
      Buffer.from(Buffer.from(`${before}${environment}`).toString('base64')),
      secrets,
    );
    expect(found).toEqual([`environment in base64 at ${before.length}`]);
  }
});

describe.each(engines)('$name', ({ name, source }) => {
  test.each(architectureNames)(
    'linux/%s: secrets, contexts, arguments, labels, target and RUN, and no secret anywhere',
    async (architecture) => {
      const outside = await mkdtemp(path.join(shop.folder, 'outside-'));
      const secrets = await makeSecrets(outside);
      const program = name === 'buildx' ? buildkitTool(name) : `/usr/bin/${name}`;
      const recorded = await recorder(shop.folder, program);
      const TMPDIR = await mkdtemp(path.join(shop.folder, 'tmp-'));
      const env = { ...secrets.env, TMPDIR, PATH: `${recorded.path}:${debianPath}` };
      const made = await shop.make(name, env);
      await using watch = new ArgumentWatch();
      const asked = full(architecture, secrets, source);
      const image = await made.engine.build(asked);
      const { platform } = asked;
      const command = `/bin/busybox sh -c '${seen(secrets)}'`;
      await made.engine.run(image, { command, platform, timeoutMs: 60_000 });
      const archive = await archiveOf(made.engine, image);
      await made.engine.push(image, shop.target(`options-${name}-${architecture}`).reference);
      await made.engine.remove(image);
      await made.engine.close();
      expect(archive.includes('two words, and a comma')).toBe(true);
      expect(findSecrets(archive, secrets)).toEqual([]);
      expect(findSecrets(watch.text(), secrets)).toEqual([]);
      expect(findSecrets(await readFile(recorded.log), secrets)).toEqual([]);
      expect(findSecrets(Buffer.from(made.log.join('\n')), secrets)).toEqual([]);
      expect(await readdir(made.temp)).toEqual([]);
      const { storage } = shop.host(name);
      expect(await filesWithSecrets([TMPDIR, storage, '/dev/shm', '/var/tmp'], secrets)).toEqual([]);
    },
  );
});
