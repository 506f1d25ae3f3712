import { createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as startRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { succeed } from './processes.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
}

export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM file that the registry trusts. */
  readonly certificate: string;
  /** The scopes that were asked for, one entry a request. */
  readonly asked: readonly (readonly string[])[];
  /** host:port where both the token server and, from {@link serve} on, the registry are found. */
  readonly host: string;
  serve(registryPort: number): void;
}

/**
 * The token server of the distribution specification, for one account that may do everything. Clients rightly refuse a
 * token server on another port of this machine, so it stands in front of the registry and passes on all other requests.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export async function startTokenServer(folder: string, account: Account): Promise<TokenServer> {
  const keyFile = path.join(folder, 'token.key');
  const certificate = path.join(folder, 'token.pem');
  await succeed('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'],
    ...['-subj', '/CN=token server', '-keyout', keyFile, '-out', certificate],
  ]);
  const key = createPrivateKey(await readFile(keyFile));
  const chain = new X509Certificate(await readFile(certificate)).raw.toString('base64');
  const names = { service: 'registry.test', issuer: 'token.test' };
  const asked: string[][] = [];
  let registryPort = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname !== '/token') {
      passOn(request, response, registryPort);
      return;
    }
    const scopes = url.searchParams.getAll('scope');
    asked.push(scopes);
    if (!isAllowed(request, account)) {
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const token = makeToken(key, chain, { ...names, account: account.username, scopes });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token, expires_in: 300, issued_at: new Date().toISOString() }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    ...names,
    host,
    url: `http://${host}/token`,
    certificate,
    asked,
    serve: (port) => {
      registryPort = port;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(from: IncomingMessage, to: ServerResponse, port: number): void {
  const { method, url: path, headers } = from;
  const onward = startRequest({ host: '127.0.0.1', port, method, path, headers });
  onward.once('response', (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  onward.once('error', () => to.destroy());
  from.pipe(onward);
}

function isAllowed(request: IncomingMessage, account: Account): boolean {
  const wanted = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  return request.headers.authorization === `Basic ${wanted}`;
}

interface Claims {
  readonly service: string;
  readonly issuer: string;
  readonly account: string;
  readonly scopes: readonly string[];
}

function makeToken(key: KeyObject, chain: string, claims: Claims): string {
  const now = Math.floor(Date.now() / 1000);
  const access = claims.scopes
    .flatMap((scopes) => scopes.split(' '))
    .map((scope) => {
      const [type, ...rest] = scope.split(':');
      return { type, name: rest.slice(0, -1).join(':'), actions: (rest.at(-1) ?? '').split(',') };
    });
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = [
    encode({ typ: 'JWT', alg: 'ES256', x5c: [chain] }),
    encode({
      ...{ iss: claims.issuer, sub: claims.account, aud: claims.service, jti: `${now}` },
      ...{ iat: now, nbf: now - 10, exp: now + 300, access },
    }),
  ].join('.');
  const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}
