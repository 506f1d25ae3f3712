/// <reference lib="esnext.disposable" />
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DockerfileSource } from '../../src/engines/engine.ts';
import { supportTable, unsupportedOptions, type BuildOption } from '../../src/engines/support.ts';
import { buildkitTool } from './support/buildkit.ts';
import { Workshop, type Made } from './support/engine-legs.ts';
import { runImage } from './support/engines.ts';
import {
  asked,
  craneJson,
  givenTo,
  pushBase,
  startAgent,
  startCacheServices,
  together,
  writeInputs,
  type CacheServices,
  type Given,
} from './support/inputs-build.ts';
import { makeSecrets, recorder, storedBlobs, sums, type Secrets } from './support/options-table.ts';
import { debianPath, succeed } from './support/processes.ts';
import { hostArchitecture } from './support/tools.ts';

const options = Object.keys(supportTable) as BuildOption[];
const shared = new AsyncDisposableStack();
let shop: Workshop;
let services: CacheServices;
let secrets: Secrets;

beforeAll(async () => {
  shop = shared.use(await Workshop.start());
  services = shared.use(await startCacheServices());
  shared.use(await startAgent(path.join(shop.folder, 'agent.sock')));
  secrets = await makeSecrets(await mkdtemp(path.join(shop.folder, 'outside-')));
  await symlink('/usr/local/bin/docker', path.join(await classicFolder(), 'docker'));
  await pushBase(shop, 'layout', { version: 'of the layout\n' });
  const from = ['--src-tls-verify=false', '--src-authfile', shop.registry.authFile];
  const to = `oci:${path.join(shop.folder, 'layout')}:v1`;
  await succeed('/usr/bin/skopeo', ['copy', ...from, `docker://${shop.target('layout').text}`, to]);
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://spdx.dev/Document',
    predicate: { name: 'scanned by ours' },
  };
  const scan = '/bin/busybox cp /statement "$BUILDKIT_SCAN_DESTINATION/ours.spdx.json"\n';
  const scanner = { statement: JSON.stringify(statement), scan };
  await pushBase(shop, 'scanner', scanner, ['/bin/busybox', 'sh', '/scan']);
});

afterAll(async () => {
  await shared.disposeAsync();
});

async function classicFolder(): Promise<string> {
  const folder = path.join(shop.folder, 'classic');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** What was found of a build with all that an engine knows, and of those around it. */
interface Found {
  readonly image: string;
  /** By the name of its file under /seen. */
  readonly seen: Readonly<Record<string, string>>;
  readonly config: () => Promise<Readonly<Record<string, unknown>>>;
  readonly manifest: () => Promise<Readonly<Record<string, unknown>>>;
}

/** The options that only mean something beside a build that came before. */
const apart: readonly BuildOption[] = ['add-hosts', 'no-cache', 'pull', 'format: oci', 'format: docker'];
const isApart = (option: BuildOption): boolean => apart.includes(option) || option.startsWith('cache-');

describe.each(['docker', 'docker-classic', 'podman', 'buildah', 'buildx'] as const)('%s', (dialect) => {
  const name = dialect === 'docker-classic' ? 'docker' : dialect;
  const context = `inputs-${dialect}`;
  let version: string;
  let found: Found;
  let given: Given;
  let made: Made;
  let commands: string;

  const can = (option: BuildOption): boolean => unsupportedOptions([option], dialect, version).length === 0;

  beforeAll(async () => {
    const program = name === 'buildx' ? buildkitTool(name) : `/usr/bin/${name}`;
    const recorded = await recorder(
      shop.folder,
      dialect === 'docker-classic' ? '/usr/local/bin/docker' : program,
    );
    commands = recorded.log;
    const { env } = shop.host(name);
    const token = Buffer.from(
      JSON.stringify({ ac: '[{"Scope":"refs/heads/main","Permission":3}]', nbf: 0, exp: 4e9 }),
    );
    made = await shop.make(name, {
      ...secrets.env,
      PATH: `${recorded.path}:${dialect === 'docker-classic' ? await classicFolder() : debianPath}`,
      SSH_AUTH_SOCK: path.join(shop.folder, 'agent.sock'),
      ACTIONS_RESULTS_URL: services.url,
      ACTIONS_RUNTIME_TOKEN: `eyJhbGciOiJub25lIn0.${token.toString('base64url')}.e30`,
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ...(dialect === 'buildx' && { BUILDKIT_HOST: env['BUILDKIT_HOST'] ?? '' }),
    });
    const { platform } = asked(context, {});
    await made.engine.preflight(platform, 'native');
    ({ version } = await made.engine.host());
    const base = await pushBase(shop, `base-${dialect}`, { version: 'first\n' });
    given = givenTo(shop, dialect, context, secrets, services.url);
    const known = options.filter((option) => can(option) && !isApart(option));
    await writeInputs(shop, context, base, known);
    found = await build('all', together(given, known));
  });

  afterAll(async () => {
    await made[Symbol.asyncDispose]();
  });

  /** Builds, pushes, and runs what was pushed. */
  async function build(tag: string, source: Partial<DockerfileSource>, maker = made): Promise<Found> {
    const image = await maker.engine.build(asked(context, source));
    const { reference, text } = shop.target(`${dialect}-${tag}`);
    await maker.engine.push(image, reference);
    await maker.engine.remove(image);
    const printed = await runImage(shop.host('podman'), text, hostArchitecture, shop.registry);
    const parts = printed.split(/^== /mu).slice(1);
    return {
      image: text,
      seen: Object.fromEntries(
        parts.map((part) => [
          path.basename(part.split('\n', 1)[0] ?? ''),
          part.split(/\n(.*)/su)[1]?.trim() ?? '',
        ]),
      ),
      config: async () => craneJson(shop, 'config', text),
      manifest: async () => craneJson(shop, 'manifest', text),
    };
  }

  const holds = async (text: string): Promise<boolean> =>
    (await storedBlobs(shop.registry, 'acme/engines')).some(({ bytes }) => bytes.includes(text));

  const observed: Readonly<Record<BuildOption, () => Promise<void> | void>> = {
    target: () => {
      // The last stage fails.
      expect(found.seen['stamp']).toMatch(/^[0-9a-f-]{36}$/);
    },
    'build-args': () => {
      expect(found.seen['build-args']).toBe('an argument, with a comma');
    },
    labels: async () => {
      expect(await found.config()).toMatchObject({ config: { Labels: { 'org.example.two': 'words here' } } });
    },
    network: () => {
      expect(found.seen['network']).toMatch(/^ +lo:/m);
      expect(found.seen['network']).not.toMatch(/^ +(?!lo)\w+:/m);
    },
    annotations: async () => {
      expect(await found.manifest()).toMatchObject({
        annotations: { 'org.example.note': 'two words, and a comma' },
      });
    },
    'build-contexts': () => {
      expect(found.seen['build-contexts']).toBe('from a folder');
    },
    'build-contexts docker-image://': () => {
      expect(found.seen['build-contexts-image']).toBe('first');
    },
    'build-contexts oci-layout://': () => {
      expect(found.seen['build-contexts-layout']).toBe('of the layout');
    },
    secrets: () => {
      expect(found.seen['secrets']).toBe(sums(secrets));
    },
    ssh: () => {
      expect(found.seen['ssh']).toBe('socket');
    },
    'add-hosts': async () => {
      const given = { target: 'hosts', addHosts: ['seen.test:127.0.0.9'] };
      const own = name === 'podman' || name === 'buildah';
      const { seen } = await build('hosts', own ? { ...given, network: 'host' } : given);
      expect(seen['add-hosts']).toMatch(/^127\.0\.0\.9\s+seen\.test$/m);
      if (!own) return;
      // They would leave it out, and say nothing.
      await expect(made.engine.build(asked(context, given))).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    },
    'shm-size': () => {
      expect(found.seen['shm-size']).toMatch(/size=32768k/);
    },
    ulimit: () => {
      expect(found.seen['ulimit']).toBe('512');
    },
    'extra-args': () => {
      expect(found.seen['extra-args']).toBe('one more');
    },
    outputs: async () => {
      expect((await readdir(path.join(shop.folder, context, 'out'))).sort()).toEqual(
        expect.arrayContaining(['bin', 'seen', 'version']),
      );
    },
    provenance: async () => {
      expect(await holds('https://slsa.dev/provenance')).toBe(true);
    },
    sbom: async () => {
      expect(await holds('scanned by ours')).toBe(true);
    },
    'no-cache': async () => {
      const small = { target: 'base' };
      const { stamp } = (await build('cached', small)).seen;
      // buildah keeps no layers unless it is told to.
      if (name !== 'buildah') expect((await build('again', small)).seen['stamp']).toBe(stamp);
      expect((await build('no-cache', { ...small, noCache: true })).seen['stamp']).not.toBe(stamp);
    },
    pull: async () => {
      await pushBase(shop, `base-${dialect}`, { version: 'second\n' });
      const small = { target: 'base' };
      // The others ask the registry for a newer one whatever they are told.
      if (dialect === 'docker-classic')
        expect((await build('old', { ...small })).seen['version']).toBe('first');
      expect((await build('pulled', { ...small, pull: true })).seen['version']).toBe('second');
    },
    'cache-from type=registry': () => hits[dialect === 'docker' ? 'inline' : 'registry'](),
    'cache-from type=local': () => hits.local(),
    'cache-from type=gha': () => servicesAsked(/GetCacheEntryDownloadURL: .*ours-linux-/),
    'cache-from of another type': () => servicesAsked(/^(?:GET|HEAD) \/.*buildkit-linux-/m),
    'cache-to type=registry': () => hits.registry(),
    'cache-to type=inline': () => hits.inline(),
    'cache-to type=local': () => hits.local(),
    'cache-to type=gha': () => servicesAsked(/CreateCacheEntry: .*buildkit-blob-/),
    'cache-to of another type': () => servicesAsked(/^PUT \/.*buildkit-linux-/m),
    'format: oci': () => expectFormat('oci', 'application/vnd.oci.image.manifest.v1+json'),
    'format: docker': () => expectFormat('docker', 'application/vnd.docker.distribution.manifest.v2+json'),
  };

  /** Builds with a cache to write, forgets all, and builds with that cache to read: nothing is executed again. */
  const hits = {
    registry: once(() => hit('cache-to type=registry', 'cache-from type=registry')),
    local: once(() => hit('cache-to type=local', 'cache-from type=local')),
    inline: once(() =>
      hit('cache-to type=inline', 'cache-from type=registry', shop.target(`${dialect}-written`).text),
    ),
  };

  async function hit(to: BuildOption, from: BuildOption, ref?: string): Promise<void> {
    const written = await build('written', { target: 'base', ...given[to] });
    const cacheFrom =
      ref === undefined ? given[from] : { cacheFrom: [{ type: 'registry', attributes: { ref } }] };
    await using without = await forgetful();
    const other = await build('control', { target: 'base' }, without);
    expect(other.seen['stamp']).not.toBe(written.seen['stamp']);
    await using maker = await forgetful();
    const read = await build('read', { target: 'base', ...cacheFrom }, maker);
    expect(read.seen['stamp']).toBe(written.seen['stamp']);
  }

  /** The engine with an empty cache. */
  async function forgetful(): Promise<Made> {
    const { env } = shop.host(name);
    if (name === 'buildx')
      await succeed(buildkitTool('buildctl'), ['--addr', env['BUILDKIT_HOST'] ?? '', 'prune', '--all']);
    if (name === 'docker')
      await succeed('/usr/bin/docker', ['builder', 'prune', '--all', '--force'], {
        env: { ...env, PATH: debianPath },
      });
    if (name === 'buildx' || name === 'docker') return shop.make(name);
    const storage = await mkdtemp(path.join(shop.folder, 'storage-'));
    const file = path.join(storage, 'storage.conf');
    await writeFile(
      file,
      `[storage]\ndriver = "overlay"\ngraphroot = "${storage}/graph"\nrunroot = "${storage}/run"\n`,
    );
    return shop.make(name, { CONTAINERS_STORAGE_CONF: file });
  }

  const askServices = once(async () => {
    const caches = options.filter((option) => /gha|another/.test(option));
    await build('services', { target: 'base', ...together(given, caches) });
  });

  async function servicesAsked(line: RegExp): Promise<void> {
    await askServices();
    expect(services.asked.join('\n')).toMatch(line);
  }

  async function expectFormat(format: 'oci' | 'docker', mediaType: string): Promise<void> {
    const { manifest } = await build(format, { target: 'base', format });
    expect(await manifest()).toMatchObject({ mediaType });
  }

  test.each(options)('%s is seen in the image, or refused before anything starts', async (option) => {
    if (can(option)) {
      await observed[option]();
      return;
    }
    const before = await readFile(commands, 'utf8');
    await expect(made.engine.build(asked(context, given[option] ?? {}))).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining(option),
    });
    expect(await readFile(commands, 'utf8')).toBe(before);
  });
});

/** Does the work for whoever asks first, and gives its end to all. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
