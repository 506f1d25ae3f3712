/// <reference lib="esnext.disposable" />
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEngine } from '../../src/engines/detect.ts';
import type { Exec } from '../../src/engines/process/exec.ts';
import { spawnExec } from '../../src/engines/process/process.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { readArchive } from '../../src/verify/content/archive.ts';
import { recordingLog } from '../engines/support/scripted.ts';
import { archiveOf } from '../support/archives.ts';
import { buildImage } from '../support/images.ts';
import { tinyProgram } from '../support/tiny-programs.js';
import { dockerEngine, requireGenerations, startGeneration, type Generation } from './support/generations.ts';
import { debianPath } from './support/processes.ts';
import { startRegistry } from './support/registry.ts';
import { requireTools } from './support/tools.ts';

/** The archives in which engines of two generations give an image. Not part of test:e2e, as generations.test.ts is not. */
const stack = new AsyncDisposableStack();
const generations: Partial<Record<'here' | 'newer', Generation>> = {};
const notes = [{ name: 'notes', content: 'the same twice' }];
const image = buildImage({
  format: 'docker',
  platform: 'linux/s390x',
  run: { Entrypoint: ['/app'] },
  layers: [
    [{ name: 'app', content: tinyProgram('s390x'), mode: 0o755 }],
    notes,
    [{ name: '.wh.notes' }],
    notes,
  ],
});
const { config } = JSON.parse(Buffer.from(image.manifest.bytes).toString()) as { config: { digest: string } };

beforeAll(async () => {
  await requireTools();
  await requireGenerations();
  const registry = stack.use(await startRegistry({ version: 3, auth: 'basic' }));
  for (const which of ['here', 'newer'] as const) {
    const generation = stack.use(await startGeneration(which, registry));
    generations[which] = generation;
    const file = path.join(generation.folder, 'image.tar');
    await pipeline(archiveOf(image, 'docker 20.10'), createWriteStream(file));
    stack.use(await dockerEngine(generation));
  }
});

afterAll(async () => {
  await stack.disposeAsync();
});

const load = {
  docker: (file: string) => ['load', '--input', file],
  podman: (file: string) => ['load', '--input', file],
  buildah: (file: string) => ['pull', `docker-archive:${file}`],
};

describe.each(['here', 'newer'] as const)('%s', (which) => {
  test.each(['docker', 'podman', 'buildah'] as const)('%s gives what it was given', async (name) => {
    const generation = generations[which];
    if (generation === undefined) throw new Error(`the generation ${which} was not started`);
    const { folder, prefix } = generation;
    const env = { DOCKER_HOST: `unix://${folder}/docker.sock` };
    await generation.succeed(`/usr/bin/${name}`, load[name](path.join(folder, 'image.tar')), env);
    const exec: Exec = async (tool, args, options) => {
      const [first = tool, ...rest] = [...prefix, tool, ...args];
      return spawnExec(first, rest, options);
    };
    const engine = createEngine(name, {
      log: recordingLog().log,
      env: {
        ...env,
        PATH: debianPath,
        HOME: folder,
        CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf'),
      },
      cwd: folder,
      temp: folder,
      exec,
    });
    const platform = parsePlatform('linux/s390x');
    const built = { engine: name, id: config.digest, name: 'none' };
    const read = await readArchive(engine.archive(built), { what: 'it', platform });
    await engine.close();
    expect(read.configDigest).toBe(config.digest);
    expect(read.layers.map((layer) => 'diffId' in layer && layer.diffId)).toEqual(read.config.diffIds);
    expect(read.layers).toHaveLength(4);
  });
});
