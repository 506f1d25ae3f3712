/// <reference lib="esnext.disposable" />
import { copyFile, mkdir, mkdtemp, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shippedCli, type Cli } from './support/cli.ts';
import { Workshop } from './support/engine-legs.ts';
import { signIn } from './support/publication.ts';
import { busybox, hostArchitecture } from './support/tools.ts';

let shop: Workshop;
let cli: Cli;

beforeAll(async () => {
  shop = await Workshop.start();
  cli = await shippedCli();
});

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

const script =
  'b=/bin/busybox; $b mkdir /made; echo made > /made/file; $b chown 1:2 /made/file; $b ln -s file /made/link';

/** The same files as ever, checked out at another time. */
async function checkOut(when: Date): Promise<string> {
  const folder = await mkdtemp(path.join(shop.folder, 'checkout-'));
  await mkdir(path.join(folder, 'sources'));
  await copyFile(busybox(hostArchitecture), path.join(folder, 'sources/busybox'));
  await writeFile(path.join(folder, 'sources/text'), 'text\n');
  const lines = [
    'FROM scratch',
    'COPY sources/busybox /bin/busybox',
    'COPY sources /sources/',
    `RUN ${JSON.stringify(['/bin/busybox', 'sh', '-c', script])}`,
  ];
  await writeFile(path.join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
  for (const name of ['sources/busybox', 'sources/text', 'sources', 'Dockerfile'])
    await utimes(path.join(folder, name), when, when);
  return folder;
}

/** Two legs a day apart, as far as the files tell, and seconds apart, as the clock does. */
async function twice(engine: 'docker' | 'podman' | 'buildah' | 'buildx' | 'assemble', date: string) {
  const { flags, input } = signIn(shop.registry);
  const env = {
    ...(engine === 'assemble' ? {} : shop.host(engine).env),
    ...(date !== '' && { SOURCE_DATE_EPOCH: date }),
  };
  const digests: unknown[] = [];
  let said = '';
  for (const [at, when] of [new Date('2024-01-01T00:00:00Z'), new Date('2024-01-02T00:00:00Z')].entries()) {
    const context = await checkOut(when);
    const sources = ['--files', 'sources/busybox:/bin/busybox:0755', '--files', 'sources/text:/text'];
    const finished = await cli.run(
      [
        ...['build', '--engine', engine, '--context', context, '--platform', `linux/${hostArchitecture}`],
        ...['--images', `${shop.registry.host}/acme/dates`, '--tags', `${engine}-${date}-${at}`, '--json'],
        ...(engine === 'assemble' ? sources : ['--network', 'none', '--no-cache']),
        // The version is a label: it is not to be the tag.
        ...['--labels', 'org.opencontainers.image.version=v1', ...flags],
      ],
      { env, input },
    );
    expect(`${finished.stderr}exit ${finished.status}`).toMatch(/exit 0$/);
    digests.push((JSON.parse(finished.stdout) as { digest: unknown }).digest);
    said += finished.stderr;
    // Times in images are whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
  return { same: digests[0] === digests[1], said };
}

test.each(['podman', 'buildah', 'buildx', 'assemble'] as const)(
  '%s gives the same image at another time, where SOURCE_DATE_EPOCH says which',
  async (engine) => {
    expect(await twice(engine, '1700000000')).toMatchObject({ same: true });
  },
);

test('without it the same sources give another image', async () => {
  expect(await twice('podman', '')).toMatchObject({ same: false });
});

test('Docker 20.10 can not, and a warning says so', async () => {
  const { said } = await twice('docker', '1700000000');
  expect(said).toMatch(/SOURCE_DATE_EPOCH is set, and docker 20\.10\S* can't give its times to the image/);
});
