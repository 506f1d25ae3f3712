import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface FakeProxy extends AsyncDisposable {
  /** `http://127.0.0.1:40123`, with `user:password@` where it wants them. */
  readonly url: string;
  /** `host:port` of every tunnel that was asked for. */
  readonly tunnels: readonly string[];
  /** Names of the headers that came with CONNECT: a registry's credentials must not be among them. */
  readonly headerNames: readonly string[];
}

/** A proxy that makes tunnels (CONNECT) and nothing else; 407 without the credentials that it wants; `address`: where every name leads. */
export async function startFakeProxy(
  options: { readonly credentials?: string; readonly refuse?: number; readonly address?: string } = {},
): Promise<FakeProxy> {
  const tunnels: string[] = [];
  const headerNames: string[] = [];
  const sockets = new Set<Socket>();
  const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  const server = createServer((_request, response) =>
    response.writeHead(405).end('this proxy only makes tunnels\n'),
  );
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    tunnels.push(String(request.url));
    headerNames.push(...Object.keys(request.headers));
    const status = request.headers['proxy-authorization'] === expected ? options.refuse : 407;
    if (status !== undefined) {
      client.end(
        `HTTP/1.1 ${status} Refused\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    const { hostname, port } = new URL(`tcp://${String(request.url)}`);
    const target = connect(Number(port), options.address ?? hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    // Whichever side leaves takes the other along.
    for (const [one, other] of [
      [target, client],
      [client, target],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.credentials ? `${options.credentials}@` : ''}127.0.0.1:${port}`,
    tunnels,
    headerNames,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
