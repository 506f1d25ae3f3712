import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { hostOf, portOf } from './address.ts';
import { http } from './http.ts';
import { proxyAuthorization, showProxy, type Proxy } from './proxy.ts';

/** The way through a proxy failed: it could not be reached, or it refused. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure' as const;
  /** Of its answer to CONNECT; undefined where none came. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

type Callback = (error: Error | null, stream: Duplex) => void;

/**
 * Connections that go through an HTTP proxy with CONNECT and are TLS from here to the registry, so that the proxy sees a
 * host name and nothing else. https://nodejs.org/api/http.html#event-connect
 */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;
  readonly #connectMs: number;

  constructor(proxy: Proxy, connectMs: number, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#connectMs = connectMs;
  }

  override createConnection(options: https.RequestOptions, callback?: Callback): undefined {
    this.#open(options).then(
      (socket) =>
        callback?.(null, super.createConnection({ ...options, socket } as https.RequestOptions) ?? socket),
      // Node looks at the error first; its types want a stream all the same.
      (error: unknown) =>
        callback?.(error instanceof Error ? error : new Error(String(error)), undefined as never),
    );
    return undefined;
  }

  #open(target: https.RequestOptions): Promise<Socket> {
    const { url } = this.#proxy;
    const name = target.hostname ?? target.host ?? '';
    const host = name.includes(':') ? `[${name}]` : name;
    const authority = `${host}:${target.port ?? 443}`;
    const connect = (url.protocol === 'https:' ? https.request : http.request)({
      method: 'CONNECT',
      hostname: hostOf(url),
      port: portOf(url),
      path: authority,
      headers: { host: authority, ...proxyAuthorization(this.#proxy) },
      agent: false,
      ca: this.options.ca,
      rejectUnauthorized: true,
    });
    const shown = showProxy(this.#proxy);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        connect.destroy(new Error(`no answer in ${this.#connectMs / 1000} s`));
      }, this.#connectMs);
      connect.once('connect', (answer: IncomingMessage, socket: Socket) => {
        clearTimeout(timer);
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          resolve(socket);
          return;
        }
        socket.destroy();
        reject(new ProxyFailure(`the proxy ${shown} answers CONNECT with ${status}`, status));
      });
      connect.once('error', (cause) => {
        clearTimeout(timer);
        reject(new ProxyFailure(`the proxy ${shown} can't be used: ${cause.message}`, undefined, cause));
      });
      connect.end();
    });
  }
}
