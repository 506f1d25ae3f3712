/// <reference lib="esnext.disposable" />
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { startServer, succeed } from './processes.ts';

export interface SshServer extends AsyncDisposable {
  /** `ssh://root@localhost:port` */
  readonly address: string;
  /** A folder for the front of PATH: an ssh that knows the server, and has a key. */
  readonly path: string;
  /** The same, whose key the server does not take. */
  readonly refusedPath: string;
  /** The same, that has never seen the server. */
  readonly strangerPath: string;
  /** A home with known_hosts, and the key, for clients that have SSH in them. */
  readonly home: string;
  readonly key: string;
  readonly otherKey: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's OpenSSH on loopback, with keys of its own; programs that it starts have `env`. */
export async function startSsh(env: Readonly<Record<string, string>>): Promise<SshServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['host', 'key', 'other'])
    await succeed('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  const port = await freePort();
  await writeFile(at('authorized'), await readFile(at('key.pub')), { mode: 0o600 });
  const variables = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
  await writeFile(
    at('sshd_config'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `PidFile ${at('pid')}`],
      ...[
        `AuthorizedKeysFile ${at('authorized')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
      ],
      ...['PermitRootLogin prohibit-password', 'KbdInteractiveAuthentication no'],
      ...(variables.length === 0 ? [] : [`SetEnv ${variables.join(' ')}`]),
      '',
    ].join('\n'),
  );
  await mkdir('/run/sshd', { recursive: true });
  stack.use(
    await startServer({
      program: '/usr/sbin/sshd',
      args: ['-D', '-e', '-f', at('sshd_config')],
      ready: /Server listening on 127\.0\.0\.1/,
    }),
  );
  const home = at('home');
  await mkdir(path.join(home, '.ssh'), { recursive: true, mode: 0o700 });
  const known = path.join(home, '.ssh/known_hosts');
  await writeFile(known, `[localhost]:${port} ${await readFile(at('host.pub'), 'utf8')}`);
  // ssh asks the password file for its home, whatever HOME says.
  const client = async (name: string, key: string, hosts: string): Promise<string> => {
    await mkdir(at(name));
    const options = [
      ...['IdentitiesOnly=yes', 'IdentityAgent=none', `IdentityFile=${key}`, `UserKnownHostsFile=${hosts}`],
      ...['GlobalKnownHostsFile=/dev/null', 'BatchMode=yes'],
    ].map((option) => `-o '${option}'`);
    const script = `#!/bin/sh\nexec /usr/bin/ssh -F /dev/null ${options.join(' ')} "$@"\n`;
    await writeFile(path.join(at(name), 'ssh'), script, { mode: 0o755 });
    return at(name);
  };
  const server = {
    address: `ssh://root@localhost:${port}`,
    path: await client('client', at('key'), known),
    refusedPath: await client('refused', at('other'), known),
    strangerPath: await client('stranger', at('key'), '/dev/null'),
    home,
    key: at('key'),
    otherKey: at('other'),
  };
  const disposal = stack.move();
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await disposal.disposeAsync();
    },
  };
}
