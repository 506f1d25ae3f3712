/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BuiltImage } from '../../src/engines/engine.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { readArchive } from '../../src/verify/content/archive.ts';
import { lastLine, shippedCli, type Cli } from './support/cli.ts';
import { request, Workshop, type Made } from './support/engine-legs.ts';
import { signIn } from './support/publication.ts';
import { busybox, hostArchitecture } from './support/tools.ts';

const engines = ['docker', 'podman', 'buildah'] as const;
const own = `linux/${hostArchitecture}`;
const other = hostArchitecture === 's390x' ? 'amd64' : 's390x';

let shop: Workshop;
let cli: Cli;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  shop = stack.use(await Workshop.start());
  cli = stack.use(await shippedCli());
  for (const [folder, program] of [
    ['right', busybox(hostArchitecture)],
    ['wrong', busybox(other)],
  ] as const) {
    await mkdir(path.join(shop.folder, folder));
    await copyFile(program, path.join(shop.folder, folder, 'program'));
    await writeFile(path.join(shop.folder, folder, 'Dockerfile'), dockerfile);
  }
});
afterAll(async () => stack.disposeAsync());

/** Layers of several kinds, of which one repeats and one is a whiteout. */
const dockerfile = `FROM scratch
COPY program /bin/first
COPY program /bin/busybox
COPY Dockerfile /notes
COPY Dockerfile /notes
WORKDIR /work
ENTRYPOINT ["busybox"]
`;

async function buildOf({ engine }: Made, context: string): Promise<BuiltImage> {
  return engine.build(request(hostArchitecture, { context }));
}

describe.each(engines)('%s', (name) => {
  test('gives the image that it built, and no file is left of it', async () => {
    await using made = await shop.make(name);
    const image = await buildOf(made, 'right');
    const read = await readArchive(made.engine.archive(image), { what: 'it', platform: parsePlatform(own) });
    expect(read.configDigest).toBe(image.id);
    expect(read.config.entrypoint).toEqual(['busybox']);
    expect(read.layers.map((layer) => ('diffId' in layer ? layer.diffId : layer.unread))).toEqual(
      read.config.diffIds,
    );
    expect(read.layers.length).toBeGreaterThanOrEqual(name === 'buildah' ? 1 : 4);
    await made.engine.remove(image);
  });

  test('an archive that nobody reads on leaves the engine as it was', async () => {
    await using made = await shop.make(name);
    const image = await buildOf(made, 'right');
    for await (const chunk of made.engine.archive(image)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect(made.engine.platformOf(image)).resolves.toBeDefined();
    await made.engine.remove(image);
  });

  test('an image that is gone is told in the words of the engine', async () => {
    await using made = await shop.make(name);
    const gone = { engine: name, id: `sha256:${'ab'.repeat(32)}`, name: 'localhost/gone' };
    const reading = readArchive(made.engine.archive(gone), { what: 'it', platform: parsePlatform(own) });
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE' });
  });
});

describe.each([...engines, 'assemble'] as const)('a leg with %s', (name) => {
  const leg = async (
    context: string,
    tag: string,
    flags: readonly string[] = [],
    env: Record<string, string> = {},
  ) => {
    const { flags: login, input } = signIn(shop.registry);
    const source =
      name === 'assemble'
        ? ['--files', 'program:/bin/busybox:755', '--entrypoint', '["/bin/busybox"]', '--context', context]
        : ['--context', context, '--mode', 'native', '--network', name === 'buildah' ? 'host' : 'none'];
    const what = ['--images', `${shop.registry.host}/acme/legs`, '--tags', `${tag}-${name}`];
    const args = ['build', '--engine', name, '--platform', own, ...what, ...source, ...login, ...flags];
    const engineEnv = name === 'assemble' ? {} : shop.host(name).env;
    return cli.run(args, { env: { ...engineEnv, ...env }, input, cwd: shop.folder });
  };
  const smoke = name === 'assemble' ? [] : ['--smoke-test', '/bin/busybox true'];
  const writes = (): string[] => shop.registry.requests().filter((line) => !/^(GET|HEAD) /.test(line));

  test('a program of another machine: E_CONTENT_MISMATCH, nothing is run, nothing is pushed', async () => {
    const before = writes().length;
    const { status, stderr } = await leg('wrong', 'wrong', smoke);
    expect(lastLine(stderr)).toContain(
      `E_CONTENT_MISMATCH: the image for ${own} is to be ${hostArchitecture}: /bin/busybox is ${other}`,
    );
    expect(status).toBe(1);
    expect(stderr).not.toContain('Smoke test');
    expect(writes().slice(before)).toEqual([]);
  });

  test('on a pull request: checked all the same, and its record says so', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' };
    expect(lastLine((await leg('wrong', 'pull', [], env)).stderr)).toContain('E_CONTENT_MISMATCH');
    const { status, stdout, stderr } = await leg('right', 'pull', ['--json'], env);
    expect([status, stderr]).toEqual([0, stderr]);
    expect(JSON.parse(stdout)).toMatchObject({
      pushed: false,
      record: { content: { entrypoint: hostArchitecture } },
    });
  });

  test('a program of its own machine is run, pushed and read back, and no layer is read from the registry', async () => {
    const before = shop.registry.requests().length;
    const { status, stdout, stderr } = await leg('right', 'right', [...smoke, '--json']);
    expect([status, stderr]).toEqual([0, stderr]);
    const machines = { [hostArchitecture]: name === 'assemble' ? 1 : 2 };
    expect(JSON.parse(stdout)).toMatchObject({
      pushed: true,
      record: { content: { entrypoint: hostArchitecture, machines } },
    });
    expect(writes()).not.toEqual([]);
    const blobs = shop.registry
      .requests()
      .slice(before)
      .filter((line) => /^GET .*\/blobs\//.test(line));
    expect(new Set(blobs).size).toBe(1);
  });
});
