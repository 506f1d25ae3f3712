/// <reference lib="esnext.disposable" />
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttp } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  anyPort,
  buildKitImage,
  buildkitTool,
  buildxPath,
  modestRuntime,
  startBuildKit,
} from './support/buildkit.ts';
import { lastLine, leftIn, shippedCli, type Cli } from './support/cli.ts';
import { Workshop } from './support/engine-legs.ts';
import { startDocker, type EngineHost } from './support/engines.ts';
import { craneDigest } from './support/judges.ts';
import { debianPath, startServer, succeed, type Finished } from './support/processes.ts';
import { signIn } from './support/publication.ts';
import { startSsh, type SshServer } from './support/ssh.ts';
import { hostArchitecture } from './support/tools.ts';

/** Engines that are elsewhere, each reached as a workflow would reach it, and what is said where they are not. */
let shop: Workshop;
let cli: Cli;
let image: string;
/** A Docker Engine that has a BuildKit as an image. */
let docker: EngineHost;
let buildkit: string;

beforeAll(async () => {
  shop = await Workshop.start();
  cli = await shippedCli();
  image = `${shop.registry.host}/acme/app`;
  docker = await startDocker(...(await modestRuntime(shop.folder)));
  buildkit = await buildKitImage(docker);
});

afterAll(async () => {
  await docker[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

interface Asked {
  readonly engine: string;
  readonly tag: string;
  readonly env: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
}

async function leg({ engine, tag, env, more = [] }: Asked): Promise<Finished> {
  const { flags, input } = signIn(shop.registry);
  const args = [
    ...['build', '--engine', engine, '--images', image, '--tags', tag, '--network', 'none'],
    ...['--context', path.join(shop.folder, 'context'), ...flags, ...more],
  ];
  return cli.run(args, { input, env });
}

/** Built, pushed, and nothing left. */
async function builds(asked: Asked): Promise<string> {
  const { status, stderr } = await leg(asked);
  expect(`${lastLine(stderr)} exit ${status}`).toMatch(/ exit 0$/);
  expect(await craneDigest(shop.registry, `${image}:${asked.tag}-${hostArchitecture}`)).toMatch(/^sha256:/);
  expect(await leftIn(cli.temporary)).toEqual([]);
  return stderr;
}

/** One line, in seconds, and nothing left. */
async function refuses(asked: Asked): Promise<string> {
  const before = Date.now();
  const { status, stderr } = await leg(asked);
  expect(`${lastLine(stderr)} exit ${status}`).toMatch(/ exit 1$/);
  expect(Date.now() - before).toBeLessThan(45_000);
  expect(await leftIn(cli.temporary)).toEqual([]);
  return lastLine(stderr);
}

const noDocker = (): Record<string, string> => ({ ...shop.host('podman').env, PATH: buildxPath });

/** A port where somebody listens and says nothing. */
async function silent(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a BuildKit on TCP', () => {
  /** An authority, and what it signs for server and client, in folders as DOCKER_CERT_PATH takes them. */
  async function certificates(): Promise<{ server: string; client: string }> {
    const folder = await mkdtemp(path.join(shop.folder, 'certificates-'));
    const at = (...parts: string[]): string => path.join(folder, ...parts);
    const openssl = async (...args: string[]): Promise<unknown> => succeed('/usr/bin/openssl', args);
    const fresh = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ];
    await openssl('req', '-x509', ...fresh, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2');
    await writeFile(at('names'), 'subjectAltName=DNS:localhost\n');
    for (const name of ['server', 'client']) {
      await mkdir(at(name));
      await symlink(at('ca.pem'), at(name, 'ca.pem'));
      await openssl('req', ...fresh, '-keyout', at(name, 'key.pem'), '-out', at(`${name}.csr`));
      await openssl(
        ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...['-CAcreateserial', '-extfile', at('names'), '-days', '2', '-out', at(name, 'cert.pem')],
      );
    }
    return { server: at('server'), client: at('client') };
  }

  test('without TLS: warned of nothing on loopback, and built', async () => {
    await using kit = await startBuildKit('--addr', anyPort);
    const more = ['--remote', `tcp://localhost:${kit.port}`];
    const said = await builds({ engine: 'buildx', tag: 'tcp', env: noDocker(), more });
    expect(said).toContain('(remote): BuildKit 0.26.2 at tcp://localhost:');
    // A client of TLS finds none there.
    const { client } = await certificates();
    const env = { ...noDocker(), DOCKER_CERT_PATH: client };
    expect(await refuses({ engine: 'buildx', tag: 'no', env, more })).toMatch(
      /^E_ENGINE: BuildKit does not answer at "tcp:\S+: it does not speak TLS; .*leave DOCKER_CERT_PATH out/,
    );
  });

  test('with certificates on both sides: the right ones, and each of the wrong ones', async () => {
    const { server, client } = await certificates();
    const other = await certificates();
    await using kit = await startBuildKit(
      ...['--addr', anyPort, '--tlscacert', path.join(server, 'ca.pem')],
      ...['--tlscert', path.join(server, 'cert.pem'), '--tlskey', path.join(server, 'key.pem')],
    );
    const more = ['--remote', `tcp://localhost:${kit.port}`];
    const asked = (DOCKER_CERT_PATH: string): Asked => ({
      ...{ engine: 'buildx', tag: 'tls', more },
      env: { ...noDocker(), DOCKER_CERT_PATH },
    });
    await builds(asked(client));
    expect(await refuses(asked(other.client))).toMatch(/^E_ENGINE: .*: its certificate is not to be trusted/);
    const mixed = await mkdtemp(path.join(shop.folder, 'mixed-'));
    await symlink(path.join(client, 'ca.pem'), path.join(mixed, 'ca.pem'));
    for (const name of ['cert.pem', 'key.pem'])
      await symlink(path.join(other.client, name), path.join(mixed, name));
    expect(await refuses(asked(mixed))).toMatch(
      /^E_ENGINE: .*: it (?:accepts the connection, but not|does not take) our certificate/,
    );
    expect(await refuses(asked(''))).toMatch(/^E_ENGINE: .*with TLS.*DOCKER_CERT_PATH/);
    expect(await refuses(asked(shop.folder))).toMatch(/^E_INPUT: the cacert of BuildKit/);
  });

  test.each([
    [
      'tcp://localhost:1',
      /^E_ENGINE: BuildKit does not answer at "tcp:\/\/localhost:1": nobody listens there/,
    ],
    ['tcp://nowhere.invalid:1234', /^E_ENGINE: .*its host can not be resolved/],
    ['tcp://localhost', /^E_INPUT: .*tcp:\/\/ needs a port/],
    ['unix:///nowhere/buildkitd.sock', /^E_ENGINE: .*there is no such socket/],
    ['kubernetes://builds?image=a/b', /^E_ENGINE: buildx could not make a builder: .*Kubernetes/],
    [
      'docker-container://nowhere',
      /^E_ENGINE: BuildKit does not answer at "docker-container:\/\/nowhere": there is no such container; .*docker ps/,
    ],
    ['podman-container://kit', /^E_UNSUPPORTED: buildx can't reach a BuildKit at "podman-container:\/\/kit"/],
  ])('nobody at %s', async (address, says) => {
    const env = { ...noDocker(), ...docker.env };
    const before = Date.now();
    expect(await refuses({ engine: 'buildx', tag: 'no', env, more: ['--remote', address] })).toMatch(says);
    expect(Date.now() - before).toBeLessThan(15_000);
  });

  test('somebody who says nothing', async () => {
    await using server = await silent();
    const more = ['--remote', `tcp://localhost:${server.port}`];
    expect(await refuses({ engine: 'buildx', tag: 'no', env: noDocker(), more })).toMatch(
      /it said nothing for 10 s/,
    );
  });
});

describe('a BuildKit in a container', () => {
  const env = (): Record<string, string> => ({ ...shop.host('podman').env, ...docker.env, PATH: buildxPath });

  async function containers(): Promise<string> {
    const all = { env: { PATH: debianPath, ...docker.env } };
    const { stdout } = await succeed('/usr/bin/docker', ['ps', '--all', '--format', '{{.Names}}'], all);
    const volumes = await succeed('/usr/bin/docker', ['volume', 'ls', '--quiet'], all);
    return `${stdout}${volumes.stdout}`.trim();
  }

  test('of our own: made from the image that was named, and removed with its volume', async () => {
    const own = { ...env(), NATIVE_MULTIARCH_BUILDER_OPTIONS: `image=${buildkit},network=host` };
    const said = await builds({ engine: 'buildx', tag: 'container', env: own });
    expect(said).toMatch(/builder native-multiarch-\S+ \(docker-container\): BuildKit 0\.26\.2/);
    expect(await containers()).toBe('');
  });

  test('of our own, of a leg that was killed: the next one removes it, and needs no buildx of its own', async () => {
    const args = ['build', '--engine', 'buildx', '--images', image, '--dry-run', '--network', 'none'];
    const killed = spawn(process.execPath, [path.join(cli.folder, 'dist/cli.js'), ...args], {
      cwd: path.join(shop.folder, 'context'),
      env: {
        ...env(),
        ...{ HOME: shop.folder, TMPDIR: cli.temporary },
        NATIVE_MULTIARCH_BUILDER_OPTIONS: `image=${buildkit},network=host`,
      },
      stdio: 'ignore',
    });
    const deadline = Date.now() + 60_000;
    while (!(await containers()).includes('native-multiarch')) {
      if (Date.now() > deadline) throw new Error('there was no builder');
      await delay(100);
    }
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const said = await builds({ engine: 'docker', tag: 'next', env: { ...docker.env, PATH: debianPath } });
    expect(said).toMatch(/builder native-multiarch-\S+ is removed/);
    expect(await containers()).toBe('');
  });

  test('of somebody else, by its name', async () => {
    const all = { env: { PATH: debianPath, ...docker.env } };
    const run = ['run', '--detach', '--privileged', '--network', 'host', '--name', 'kit', buildkit];
    await succeed('/usr/bin/docker', run, all);
    try {
      const more = ['--remote', 'docker-container://kit'];
      const said = await builds({ engine: 'buildx', tag: 'named', env: env(), more });
      expect(said).toContain('(remote): BuildKit 0.26.2 at docker-container://kit');
      expect(await containers()).toContain('kit');
    } finally {
      await succeed('/usr/bin/docker', ['rm', '--force', '--volumes', 'kit'], all);
    }
  });
});

describe('over SSH', () => {
  let ssh: SshServer;
  const env = (folder: string): Record<string, string> => ({
    PATH: `${folder}:${path.dirname(buildkitTool('buildx'))}:${debianPath}`,
    DOCKER_CONFIG: docker.env['DOCKER_CONFIG'] ?? '',
  });

  beforeAll(async () => {
    ssh = await startSsh({ DOCKER_HOST: docker.env['DOCKER_HOST'] ?? '' });
  });

  afterAll(async () => {
    await ssh[Symbol.asyncDispose]();
  });

  test.each(['docker', 'buildx'])('engine %s in a Docker Engine elsewhere', async (engine) => {
    const more = ['--remote', ssh.address, '--smoke-test', '/bin/busybox true'];
    await builds({ engine, tag: `ssh-${engine}`, env: env(ssh.path), more });
  });

  test.each(['docker', 'buildx'])(
    'engine %s: a key refused, a host unknown, and nobody there',
    async (engine) => {
      const asked = (folder: string, address = ssh.address): Asked => ({
        ...{ engine, tag: 'no', env: env(folder), more: ['--remote', address] },
      });
      expect(await refuses(asked(ssh.refusedPath))).toMatch(/^E_ENGINE: .*Permission denied \(publickey\)/);
      expect(await refuses(asked(ssh.strangerPath))).toMatch(/^E_ENGINE: .*Host key verification failed/);
      expect(await refuses(asked(ssh.path, 'ssh://root@localhost:1'))).toMatch(
        /^E_ENGINE: .*Connection refused/,
      );
      expect(await refuses(asked(ssh.path, 'ssh://root@nowhere.invalid'))).toMatch(
        /^E_ENGINE: .*resolve host/,
      );
    },
  );

  test('a BuildKit elsewhere, and a machine that has none', async () => {
    await using kit = await startBuildKit();
    await using far = await startSsh({ PATH: buildxPath });
    const BUILDKIT_HOST = `${far.address}${kit.storage}/buildkitd.sock`;
    await builds({ engine: 'buildx', tag: 'ssh-kit', env: { ...env(far.path), BUILDKIT_HOST } });
    const none = { ...env(ssh.path), BUILDKIT_HOST: ssh.address };
    expect(await refuses({ engine: 'buildx', tag: 'no', env: none })).toMatch(
      /^E_ENGINE: BuildKit does not answer at "ssh:\S+: there is no buildctl, so no BuildKit; .*remote or DOCKER_HOST/,
    );
    const gone = { ...env(far.path), BUILDKIT_HOST: `${far.address}/nowhere.sock` };
    expect(await refuses({ engine: 'buildx', tag: 'no', env: gone })).toMatch(
      /^E_ENGINE: .*buildkitd does not run there, or has another socket/,
    );
  });

  test('engine podman in a podman elsewhere', async () => {
    const socket = path.join(shop.folder, 'podman.sock');
    const service = { PATH: debianPath, HOME: shop.folder, ...shop.host('podman').env };
    await using _ = await startServer({
      program: '/usr/bin/podman',
      args: ['--log-level=info', 'system', 'service', '--time=0', `unix://${socket}`],
      env: service,
      ready: /API service listening on|Setting parallel job count/,
    });
    const more = ['--remote', `${ssh.address}${socket}`];
    const known = { PATH: debianPath, HOME: ssh.home, CONTAINER_SSHKEY: ssh.key };
    await builds({ engine: 'podman', tag: 'ssh-podman', env: known, more });
    const refused = { ...known, CONTAINER_SSHKEY: ssh.otherKey };
    expect(await refuses({ engine: 'podman', tag: 'no', env: refused, more })).toMatch(/^E_ENGINE: .*ssh/i);
  });
});

describe('setup', () => {
  test('buildx from a mirror into the tool cache, and a leg with it, with no other on the machine', async () => {
    const program = await readFile(buildkitTool('buildx'));
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const name = `buildx-v0.30.1.linux-${hostArchitecture}`;
    const list = Buffer.from(`${digest(program)} *${name}\n`);
    const asked: string[] = [];
    const server = createHttp((request, response) => {
      asked.push(request.url ?? '');
      response.end(request.url?.endsWith('checksums.txt') === true ? list : program);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const RUNNER_TOOL_CACHE = await mkdtemp(path.join(shop.folder, 'cache-'));
      const { port } = server.address() as AddressInfo;
      const env = {
        ...shop.host('buildx').env,
        ...{ PATH: debianPath, RUNNER_TOOL_CACHE },
        NATIVE_MULTIARCH_BUILDX_URL: `http://localhost:${port}/mirror`,
      };
      const more = ['--setup', `buildx@0.30.1 sha256:${digest(list)}`];
      for (const tag of ['setup-1', 'setup-2']) {
        const said = await builds({ engine: 'auto', tag, env, more });
        expect(said).toContain(`${RUNNER_TOOL_CACHE}/buildx/0.30.1/${hostArchitecture}/buildx`);
      }
      const paths = ['/mirror/v0.30.1/checksums.txt', `/mirror/v0.30.1/${name}`];
      expect(asked).toEqual([...paths, paths[0]]);
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });
});
