import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenServer extends AsyncDisposable {
  readonly host: string;
  /** To be named as the realm of a registry. */
  readonly realm: string;
  /** `GET Basic` of each request. */
  readonly requests: readonly string[];
  /** The registry whose tokens it hands out. */
  registryUrl: string;
}

/** A token server on a port of its own: it hands out what the token endpoint of a fake registry gives it. */
export async function startTokenServer(): Promise<TokenServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    requests.push(`${String(request.method)} ${authorization.split(' ')[0] ?? ''}`.trim());
    void fetch(new URL(request.url ?? '', started.registryUrl), {
      headers: authorization === '' ? {} : { authorization },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const started: TokenServer = {
    host,
    realm: `http://${host}/token`,
    requests,
    registryUrl: '',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}
