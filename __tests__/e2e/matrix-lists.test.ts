/// <reference lib="esnext.disposable" />
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shippedCli, type Cli } from './support/cli.ts';
import { Workshop } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import { craneValidate, skopeoCopy, skopeoRaw, type PublishedIndex } from './support/judges.ts';
import { platforms, signIn } from './support/publication.ts';
import {
  architectureNames,
  architectures,
  busybox,
  hostArchitecture,
  type Architecture,
} from './support/tools.ts';

type Maker = 'docker' | 'podman' | 'buildah' | 'buildx' | 'assemble';

interface List {
  readonly format: 'auto' | 'docker' | 'oci';
  readonly makers: Readonly<Record<Architecture, Maker>>;
  /** Of the list, and of the images in it. */
  readonly kinds: Readonly<Record<'list' | Architecture, 'docker' | 'oci'>>;
}

/** In each list four engines. One of Docker's images is in an OCI list, where nobody asked for a format. */
const lists: readonly List[] = [
  {
    format: 'auto',
    makers: { amd64: 'docker', arm64: 'podman', ppc64le: 'buildah', s390x: 'buildx' },
    kinds: { list: 'oci', amd64: 'docker', arm64: 'oci', ppc64le: 'oci', s390x: 'oci' },
  },
  {
    format: 'docker',
    makers: { amd64: 'docker', arm64: 'podman', ppc64le: 'buildah', s390x: 'assemble' },
    kinds: { list: 'docker', amd64: 'docker', arm64: 'docker', ppc64le: 'docker', s390x: 'docker' },
  },
  {
    format: 'oci',
    makers: { amd64: 'assemble', arm64: 'buildah', ppc64le: 'podman', s390x: 'buildx' },
    kinds: { list: 'oci', amd64: 'oci', arm64: 'oci', ppc64le: 'oci', s390x: 'oci' },
  },
];

const mediaTypes = {
  docker: {
    list: 'application/vnd.docker.distribution.manifest.list.v2+json',
    image: 'application/vnd.docker.distribution.manifest.v2+json',
  },
  oci: {
    list: 'application/vnd.oci.image.index.v1+json',
    image: 'application/vnd.oci.image.manifest.v1+json',
  },
} as const;

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

/** What makes the same image from files, and from a Dockerfile with a RUN step. */
function sources(maker: Maker, architecture: Architecture): string[] {
  if (maker === 'assemble') {
    const files = `${path.dirname(path.dirname(busybox(architecture)))}/{arch}/busybox:/bin/busybox:0755`;
    return ['--mode', 'cross', '--files', files, '--entrypoint', '/bin/busybox', '--cmd', 'uname -m'];
  }
  const mode = architecture === hostArchitecture ? 'native' : 'emulate';
  return ['--mode', mode, '--context', path.join(shop.folder, 'context'), '--network', 'none'];
}

describe.each(lists)('four engines, one list, format $format', ({ format, makers, kinds }) => {
  const image = (): string => `${shop.registry.host}/acme/mixed`;

  test.each(architectureNames)('linux/%s is pushed', async (architecture) => {
    const maker = makers[architecture];
    const { flags: login, input } = signIn(shop.registry);
    const outputs = await cli.outputs(
      [
        ...['build', '--engine', maker, '--platform', `linux/${architecture}`, '--format', format],
        ...['--images', image(), '--tags', format, ...sources(maker, architecture), ...login],
      ],
      { env: maker === 'assemble' ? {} : shop.host(maker).env, input },
    );
    expect(outputs['record']).toMatchObject({
      mediaType: mediaTypes[kinds[architecture]].image,
      pushed: true,
    });
  });

  test('they are merged by their arch tags, and verified', async () => {
    const { flags: login, input } = signIn(shop.registry);
    const what = ['--images', image(), '--tags', format, '--platforms', platforms.join(',')];
    const merged = await cli.outputs(['merge', ...what, '--format', format, ...login], { input });
    for (const check of ['content', 'full']) {
      const verified = await cli.outputs(['verify', ...what, '--check', check, ...login], { input });
      expect(verified).toMatchObject({ digest: merged['digest'], platforms });
    }
    const list = JSON.parse(
      (await skopeoRaw(shop.registry, `${image()}:${format}`)).toString(),
    ) as PublishedIndex;
    expect(list.mediaType).toBe(mediaTypes[kinds.list].list);
    expect(list.manifests.map(({ mediaType }) => mediaType)).toEqual(
      architectureNames.map((name) => mediaTypes[kinds[name]].image),
    );
  });

  test('crane finds it valid, and skopeo copies all of it', async () => {
    expect(await craneValidate(shop.registry, `${image()}:${format}`)).toContain('PASS');
    await skopeoCopy(shop.registry, `${image()}:${format}`);
  });

  test.each(['docker', 'podman', 'buildah'] as const)('%s pulls and runs each platform', async (name) => {
    for (const architecture of architectureNames)
      expect(await runImage(shop.host(name), `${image()}:${format}`, architecture, shop.registry)).toBe(
        architectures[architecture],
      );
  });
});
