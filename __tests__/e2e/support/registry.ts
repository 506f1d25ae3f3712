/// <reference lib="esnext.disposable" />
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { startServer, succeed } from './processes.ts';
import { startTokenServer, type Account, type TokenServer } from './token-server.ts';
import { tool } from './tools.ts';

export interface RegistryWanted {
  /** Debian's docker-registry 2.8, or distribution 3, which checks an index's children. */
  readonly version: 2 | 3;
  readonly auth: 'none' | 'basic' | 'token';
}

export interface Registry extends AsyncDisposable {
  /** localhost:port. */
  readonly host: string;
  /** The only account; undefined where anybody may do everything. */
  readonly account: Account | undefined;
  /** Folder with docker's config.json for this registry; `config.json` in it serves as podman's auth file too. */
  readonly dockerConfig: string;
  readonly authFile: string;
  /** `METHOD path` of each request that the registry has answered so far, oldest first. */
  requests(): string[];
  readonly tokens: TokenServer | undefined;
}

/** Starts a real registry on a free port of loopback, with storage of its own. */
export async function startRegistry(wanted: RegistryWanted): Promise<Registry> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = stack.use(await temporaryFolder()).path;
    const account: Account | undefined =
      wanted.auth === 'none'
        ? undefined
        : { username: 'tester', password: `p:${randomBytes(12).toString('hex')}` };
    const tokens =
      wanted.auth === 'token' && account !== undefined
        ? stack.use(await startTokenServer(folder, account))
        : undefined;
    const config = path.join(folder, 'config.yml');
    await writeFile(config, JSON.stringify(await configuration(folder, account, tokens)));
    const server = stack.use(
      await startServer({
        program: wanted.version === 2 ? '/usr/bin/docker-registry' : tool('registry'),
        args: ['serve', config],
        env: { OTEL_TRACES_EXPORTER: 'none', OTEL_SDK_DISABLED: 'true' },
        ready: /listening on 127\.0\.0\.1:(\d+)/,
      }),
    );
    const port = Number(server.ready[1]);
    tokens?.serve(port);
    const host = tokens?.host ?? `localhost:${port}`;
    const authFile = path.join(folder, 'config.json');
    await writeFile(authFile, JSON.stringify(dockerConfig(host, account)), { mode: 0o600 });
    const disposal = stack.move();
    return {
      host,
      account,
      tokens,
      authFile,
      dockerConfig: folder,
      requests: () =>
        [...server.log().matchAll(/"([A-Z]+) (\/v2\/\S*) HTTP\/1\.[01]" \d+/g)].map(requestLine),
      [Symbol.asyncDispose]: async () => {
        await disposal.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function requestLine(match: RegExpExecArray): string {
  return `${match[1] ?? ''} ${match[2] ?? ''}`;
}

function dockerConfig(host: string, account: Account | undefined): unknown {
  if (account === undefined) return { auths: {} };
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  return { auths: { [host]: { auth } } };
}

async function configuration(
  folder: string,
  account: Account | undefined,
  tokens: TokenServer | undefined,
): Promise<Record<string, unknown>> {
  const base = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: path.join(folder, 'storage') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', secret: randomBytes(16).toString('hex') },
  };
  if (account === undefined) return base;
  if (tokens !== undefined) {
    const { url: realm, service, issuer, certificate: rootcertbundle } = tokens;
    return { ...base, auth: { token: { realm, service, issuer, rootcertbundle } } };
  }
  const file = path.join(folder, 'htpasswd');
  await writeFile(file, `${account.username}:${await bcrypt(account.password)}\n`);
  return { ...base, auth: { htpasswd: { realm: 'test', path: file } } };
}

/** The system's crypt(3) by way of perl, so that no package is needed for one hash. */
async function bcrypt(password: string): Promise<string> {
  const script = 'chomp(my $p = <STDIN>); print crypt($p, q($2b$05$) . $ARGV[0])';
  const salt = randomBytes(11).toString('hex');
  return (await succeed('perl', ['-e', script, salt], { input: `${password}\n` })).stdout;
}
