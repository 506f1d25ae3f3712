import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface FakeProxy extends AsyncDisposable {
  /** `http://127.0.0.1:40123`, with `user:password@` where it wants them. */
  readonly url: string;
  /** `host:port` of every tunnel that was asked for. */
  readonly tunnels: readonly string[];
  /** `GET http://registry.test/v2/` of every request that was handed to it. */
  readonly forwarded: readonly string[];
  /** Names of the headers that it could read: a registry's credentials must not be among them. */
  readonly headerNames: readonly string[];
}

interface FakeProxyOptions {
  /** `user:password`; 407 without them. */
  readonly credentials?: string;
  /** The answer to everything. */
  readonly refuse?: number;
  /** The answer to CONNECT, as of a proxy that makes tunnels to port 443 alone. */
  readonly refuseTunnels?: number;
  /** Where every name leads. */
  readonly address?: string;
}

/** A proxy that makes tunnels (CONNECT) and forwards requests in absolute form. */
export async function startFakeProxy(options: FakeProxyOptions = {}): Promise<FakeProxy> {
  const tunnels: string[] = [];
  const forwarded: string[] = [];
  const headerNames: string[] = [];
  const sockets = new Set<Socket>();
  const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  /** Notes a request; the status that it is refused with. */
  const refusal = (request: IncomingMessage): number | undefined => {
    headerNames.push(...Object.keys(request.headers));
    return request.headers['proxy-authorization'] === expected ? options.refuse : 407;
  };

  const server = createServer((request, response) => {
    forwarded.push(`${String(request.method)} ${String(request.url)}`);
    const status = URL.canParse(String(request.url)) ? refusal(request) : 400;
    if (status === undefined) forward(request, response, options.address);
    else response.writeHead(status, { 'content-type': 'text/html' }).end('<html>proxy</html>');
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    tunnels.push(String(request.url));
    const status = refusal(request) ?? options.refuseTunnels;
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
    forwarded,
    headerNames,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, address: string | undefined): void {
  const url = new URL(String(request.url));
  const { 'proxy-authorization': _, ...headers } = request.headers;
  const target = httpRequest(
    {
      method: request.method,
      hostname: address ?? url.hostname,
      port: url.port,
      path: `${url.pathname}${url.search}`,
      headers,
      agent: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  target.on('error', () => response.destroy());
  request.pipe(target);
}
