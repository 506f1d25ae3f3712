/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceQuestion } from '../../src/engines/smoke/service.ts';
import { parseServiceUrl } from '../../src/inputs/service-url.ts';
import { request, Workshop, type Made } from './support/engine-legs.ts';
import { craneValidate } from './support/judges.ts';
import { debianPath, succeed } from './support/processes.ts';
import { architectureNames, busybox, hostArchitecture, type Architecture } from './support/tools.ts';

let shop: Workshop;

beforeAll(async () => {
  shop = await Workshop.start();
});

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

const url = (text: string): ServiceQuestion => {
  const parsed = parseServiceUrl(text);
  if (parsed === 'none') throw new Error('that is no URL');
  return { kind: 'url', url: parsed };
};

const index = url('http://localhost:8080/index.html');
const failed = url('http://localhost:8080/cgi-bin/failing');

/** What an httpd of busybox runs for this path. */
const failing = `#!/bin/sh\nprintf 'Status: 503 Not Yet\\r\\n\\r\\n'\n`;

const server = 'exec busybox httpd -f -p 8080 -h /www';

/** Serves the image that has this script as its program. */
async function serve(
  made: Made,
  script: string,
  ask: ServiceQuestion,
  {
    architecture = hostArchitecture,
    timeoutMs = 90_000,
  }: { architecture?: Architecture; timeoutMs?: number } = {},
): Promise<void> {
  const context = path.join(shop.folder, `service-${architecture}`);
  await mkdir(context, { recursive: true });
  await copyFile(busybox(architecture), path.join(context, 'busybox'));
  await mkdir(path.join(context, 'www/cgi-bin'), { recursive: true });
  await writeFile(path.join(context, 'www/index.html'), 'here I am\n');
  await writeFile(path.join(context, 'www/cgi-bin/failing'), failing, { mode: 0o755 });
  const command = ['/bin/sh', '-c', `${script} # ${Math.random()}`];
  await writeFile(
    path.join(context, 'Dockerfile'),
    [
      'FROM scratch',
      'COPY busybox /bin/busybox',
      'COPY busybox /bin/sh',
      'COPY www /www',
      'ENV PATH=/bin',
      `ENTRYPOINT ${JSON.stringify(command.slice(0, 2))}`,
      `CMD ${JSON.stringify(command.slice(2))}`,
      '',
    ].join('\n'),
  );
  const asked = request(architecture, { context: `service-${architecture}` });
  const image = await made.engine.build(asked);
  try {
    const { platform } = asked;
    const isEmulated = architecture !== hostArchitecture;
    await made.engine.serve?.(image, { platform, timeoutMs, isEmulated, ask, command });
  } finally {
    await made.engine.remove(image);
  }
}

function healthcheck(command: string, retries = 2): ServiceQuestion {
  return {
    kind: 'healthcheck',
    healthcheck: {
      test: ['CMD-SHELL', command],
      intervalNanoseconds: 1e9,
      startPeriodNanoseconds: 1e9,
      retries,
    },
    command: ['/bin/sh', '-c', command],
  };
}

const listed: Readonly<Record<string, readonly (readonly string[])[]>> = {
  docker: [
    ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'],
    ['ps', '--all', '-q'],
  ],
  podman: [
    ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'],
    ['ps', '--all', '-q'],
  ],
  buildah: [
    ['images', '--format', '{{.Name}}:{{.Tag}}'],
    ['containers', '-q'],
  ],
  // Its images are run by podman.
  buildx: [],
};

describe.each(['docker', 'podman', 'buildah', 'buildx'] as const)('a service with %s', (name) => {
  test.each(architectureNames)('of linux/%s answers', async (architecture) => {
    await using made = await shop.make(name);
    await serve(made, server, index, { architecture });
    expect(made.log.join('\n')).toContain('http://localhost:8080/index.html answered: 200 OK');
  });

  test('may take its time, and has no network but its own', async () => {
    await using made = await shop.make(name);
    const script = `busybox ip -o address | busybox sed 's/^/seen /'; busybox sleep 3; ${server}`;
    await serve(made, script, index);
    const seen = made.log.filter((line) => line.startsWith('info: | seen '));
    expect(seen).not.toEqual([]);
    expect(seen.filter((line) => !/ lo\b/u.test(line))).toEqual([]);
  });

  test('that ends is told with its exit code and its last words', async () => {
    await using made = await shop.make(name);
    const started = performance.now();
    await expect(serve(made, 'echo no database >&2; exit 7', index)).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringMatching(
        /ended with 7 before http:\/\/localhost:8080\/index\.html was good; it said: .*no database/,
      ),
    });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('that does not listen, and one that says 503, are asked until the time is over', async () => {
    await using made = await shop.make(name);
    await expect(
      serve(made, 'echo up; exec busybox sleep 4243', index, { timeoutMs: 6000 }),
    ).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringMatching(
        /was not well within 6 s: \S+ gave nothing listens on port 8080; it said: .*up/,
      ),
    });
    await expect(serve(made, server, failed, { timeoutMs: 6000 })).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringContaining('gave 503 Not Yet'),
    });
    expect((await succeed('/usr/bin/ps', ['-eo', 'args'])).stdout).not.toMatch(/sleep 4243/);
  });

  test('is well when its HEALTHCHECK is, which is run in its container', async () => {
    await using made = await shop.make(name);
    const script = `(busybox sleep 2; echo well > /tmp-state) & ${server}`;
    const check = 'busybox grep -q well /tmp-state && busybox wget -qO- http://127.0.0.1:8080/index.html';
    await serve(made, script, healthcheck(check, 20));
    expect(made.log.join('\n')).toMatch(/HEALTHCHECK ".*" answered: exit code 0: here I am/);
    await expect(serve(made, server, healthcheck('echo unwell; false'))).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message: expect.stringContaining('gave exit code 1: unwell'),
    });
  });

  test('leaves nothing, and two at once do not meet', async () => {
    await using one = await shop.make(name);
    await using other = await shop.make(name);
    await serve(one, server, index);
    await Promise.all([serve(one, server, index), serve(other, server, index)]);
    for (const made of [one, other]) await made.engine.close();
    for (const args of listed[name] ?? []) {
      const env = { PATH: debianPath, ...shop.host(name).env };
      const said = (await succeed(`/usr/bin/${name}`, args, { env })).stdout;
      expect(said).not.toMatch(/native-multiarch/);
      if (args.includes('-q')) expect(said.trim()).toBe('');
    }
    expect(await readdir(one.temp)).toEqual([]);
  });
});

describe('by digest alone', () => {
  test.each([
    ['podman', 'oci'],
    ['podman', 'docker'],
    ['buildah', 'oci'],
    ['buildah', 'docker'],
    ['buildx', 'oci'],
  ] as const)('%s pushes an image of format %s', async (name, format) => {
    await using made = await shop.make(name);
    const asked = request(hostArchitecture);
    const image = await made.engine.build({ ...asked, source: { ...asked.source, format } });
    const { reference } = shop.target('unused');
    const digest = await made.engine.pushByDigest?.(image, reference.repository);
    await craneValidate(shop.registry, `${reference.repository.name}@${digest ?? ''}`);
    await made.engine.remove(image);
    await made.engine.close();
    expect(await readdir(made.temp)).toEqual([]);
  });
});
