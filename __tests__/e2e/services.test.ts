/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CodedError, errorLine } from '../../src/errors.ts';
import type { Command, ServiceQuestion } from '../../src/engines/smoke/service.ts';
import { parseServiceUrl } from '../../src/inputs/service-url.ts';
import type { EngineName } from './support/engines.ts';
import { request, Workshop, type Made } from './support/engine-legs.ts';
import { lastLine, leftIn, shippedCli } from './support/cli.ts';
import { craneDigest, craneValidate } from './support/judges.ts';
import { debianPath, succeed } from './support/processes.ts';
import { signIn } from './support/publication.ts';
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

/** What an httpd of busybox runs for this path. */
const failing = `#!/bin/sh\nprintf 'Status: 503 Not Yet\\r\\n\\r\\n'\n`;

const server = 'exec busybox httpd -f -p 8080 -h /www';

/** A folder of its own for an image that has this script as its program. */
async function serviceContext(
  script: string,
  architecture: Architecture,
): Promise<{ context: string; command: Command }> {
  const context = await mkdtemp(path.join(shop.folder, 'service-'));
  await copyFile(busybox(architecture), path.join(context, 'busybox'));
  await mkdir(path.join(context, 'www/cgi-bin'), { recursive: true });
  await writeFile(path.join(context, 'www/index.html'), 'here I am\n');
  await writeFile(path.join(context, 'www/cgi-bin/failing'), failing, { mode: 0o755 });
  const command = ['/bin/sh', '-c', `${script} # ${path.basename(context)}`] as const;
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
  return { context, command };
}

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
  const { context, command } = await serviceContext(script, architecture);
  const asked = request(architecture, { context });
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

/** Each engine emulates another one: what runs the program is the kernel's affair, and how it is asked does not depend on it. */
const [first = hostArchitecture, second = first, third = second] = architectureNames.filter(
  (name) => name !== hostArchitecture,
);

describe.each([
  ['docker', first],
  ['podman', second],
  ['buildah', third],
  // Its images are run by podman.
  ['buildx', first],
] as const)('a service with %s', (name, architecture) => {
  test(`of linux/${architecture}, emulated, may take its time, and has no network but its own`, async () => {
    await using made = await shop.make(name);
    const script = `busybox ip -o address | busybox sed 's/^/seen /'; busybox sleep 1; ${server}`;
    await serve(made, script, index, { architecture });
    expect(made.log.join('\n')).toContain('http://localhost:8080/index.html answered: 200 OK');
    const seen = made.log.filter((line) => line.startsWith('info: | seen '));
    expect(seen).not.toEqual([]);
    expect(seen.filter((line) => !/ lo\b/u.test(line))).toEqual([]);
  });

  test('is well when its HEALTHCHECK is; leaves nothing, and two at once do not meet', async () => {
    await using one = await shop.make(name);
    await using other = await shop.make(name);
    const script = `(busybox sleep 1; echo well > /tmp-state) & ${server}`;
    const check = 'busybox grep -q well /tmp-state && busybox wget -qO- http://127.0.0.1:8080/index.html';
    await Promise.all([serve(one, script, healthcheck(check, 20)), serve(other, server, index)]);
    expect(one.log.join('\n')).toMatch(/HEALTHCHECK ".*" answered: exit code 0: here I am/);
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

/** Told with its last answer or its exit code, and its last words. */
async function refusesWhatIsNotWell(name: EngineName): Promise<void> {
  await using made = await shop.make(name);
  const failing = async (script: string, ask: ServiceQuestion): Promise<string> =>
    serve(made, script, ask, { timeoutMs: 6000 }).then(
      () => 'well',
      (error: unknown) => (error instanceof CodedError ? errorLine(error) : String(error)),
    );
  // Nobody else sleeps that long.
  const asleep = `sleep ${process.pid}${{ docker: 1, podman: 2, buildah: 3 }[name]}000`;
  const started = performance.now();
  expect(
    await Promise.all([
      failing('echo no database >&2; exit 7', index),
      failing(`echo up; exec busybox ${asleep}`, index),
      failing(server, url('http://localhost:8080/cgi-bin/failing')),
      failing(server, healthcheck('echo unwell; false')),
    ]),
  ).toEqual([
    expect.stringMatching(
      /^E_SMOKE_TEST: .*ended with 7 before http:\/\/localhost:8080\/index\.html was good; it said: .*no database/,
    ),
    expect.stringMatching(
      /^E_SMOKE_TEST: .*was not well within 6 s: \S+ gave nothing listens on port 8080; it said: .*up/,
    ),
    expect.stringMatching(/^E_SMOKE_TEST: .*gave 503 Not Yet/),
    expect.stringMatching(/^E_SMOKE_TEST: .*gave exit code 1: unwell/),
  ]);
  expect(performance.now() - started).toBeLessThan(45_000);
  expect((await succeed('/usr/bin/ps', ['-eo', 'args'])).stdout).not.toContain(asleep);
}

test('a service that is not well is told with how it ended or what it said: podman', () =>
  refusesWhatIsNotWell('podman'));

test('the same of docker and buildah, which share nothing', () =>
  Promise.all([refusesWhatIsNotWell('docker'), refusesWhatIsNotWell('buildah')]));

test('a leg through the command line is pushed when its service has answered', async () => {
  await using cli = await shippedCli();
  const { flags, input } = signIn(shop.registry);
  const image = `${shop.registry.host}/acme/served`;
  const { context } = await serviceContext(server, hostArchitecture);
  const args = [
    ...['build', '--engine', 'docker', '--images', image, '--tags', 'v1', '--context', context],
    ...['--network', 'none', '--smoke-test-url', 'http://localhost:8080/index.html', ...flags],
  ];
  const leg = await cli.run(args, { input, env: shop.host('docker').env });
  expect(leg.stderr).toContain('http://localhost:8080/index.html answered: 200 OK');
  expect(`${lastLine(leg.stderr)} exit ${leg.status}`).toMatch(/ exit 0$/);
  expect(await craneDigest(shop.registry, `${image}:v1-${hostArchitecture}`)).toMatch(/^sha256:/);
  expect(await leftIn(cli.temporary)).toEqual([]);
});

describe('by digest alone', () => {
  test.each([
    ['podman', 'docker'],
    ['buildah', 'oci'],
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
