import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { classifyHost, hostOf, type AddressClass } from './address.ts';
import type { Agents, ConnectionPolicy } from './agents.ts';
import { http } from './http.ts';
import type { Limits } from './limits.ts';
import { proxyAuthorization, showProxy, type Proxy } from './proxy.ts';
import { asError, bodyLength, BodyWriter, SourceFailure, type RequestBody } from './request-body.ts';
import type { OpenLogEntry, RequestLog } from './request-log.ts';
import { failureKind, TransportFailure, type FailureKind } from './transport-failure.ts';
import { Watch } from './watch.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** The body holds credentials. */
  readonly isSecret?: boolean;
  readonly policy: ConnectionPolicy;
  /** How long the server may think once it has the whole request. */
  readonly headersMs: number;
}

/** An answer whose body has not been read: read it (body.ts) or discard it, or its connection is lost. */
export interface HttpResponse {
  readonly method: string;
  readonly status: number;
  readonly url: URL;
  readonly message: IncomingMessage;
  /** Of the address that answered. Behind a proxy that is not seen: then what the host's name shows, else `public`. */
  readonly addressClass: AddressClass;
  readonly logEntry: OpenLogEntry;
  /** The body, where somebody had to look at it before. */
  readonly buffered?: Uint8Array;
}

/** One HTTP exchange over node:http and node:https: no retry, no redirect, no credentials. */
export class Transport {
  readonly #agents: Agents;
  readonly #limits: Limits;
  readonly #log: RequestLog;
  readonly #signal: AbortSignal;

  constructor(agents: Agents, limits: Limits, log: RequestLog, signal: AbortSignal) {
    this.#agents = agents;
    this.#limits = limits;
    this.#log = log;
    this.#signal = signal;
  }

  /** @throws TransportFailure where no answer came, the signal's reason, or what the body's source threw. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    this.#signal.throwIfAborted();
    const forwarder = this.#agents.forwarderFor(request.url);
    if (forwarder !== undefined) refuseToExpose(request, forwarder);
    const logEntry = this.#log.open(request.method, request.url);
    const started = performance.now();
    try {
      const { outgoing, message } = await this.#exchange(request, forwarder, logEntry);
      logEntry.status = message.statusCode ?? 0;
      if (forwarder !== undefined && logEntry.status === 407) {
        message.destroy();
        throw new TransportFailure('proxy-refused', `the proxy ${showProxy(forwarder)} answers 407`);
      }
      const addressClass = this.#addressClass(request.url, outgoing.socket);
      return {
        method: request.method,
        status: logEntry.status,
        url: request.url,
        message,
        addressClass,
        logEntry,
      };
    } finally {
      logEntry.ms = performance.now() - started;
    }
  }

  #addressClass(url: URL, socket: Socket | null): AddressClass {
    const shown = classifyHost(url.hostname);
    if (shown !== undefined || this.#agents.proxyFor(url) !== undefined) return shown ?? 'public';
    return socket?.remoteAddress === undefined
      ? 'public'
      : this.#agents.network.classify(socket.remoteAddress);
  }

  async #exchange(
    request: HttpRequest,
    forwarder: Proxy | undefined,
    logEntry: OpenLogEntry,
  ): Promise<{ outgoing: ClientRequest; message: IncomingMessage }> {
    const outgoing = this.#open(request, forwarder);
    const abort = () => outgoing.destroy(asError(this.#signal.reason));
    this.#signal.addEventListener('abort', abort, { once: true });
    const watch = new Watch(outgoing);
    try {
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        const writer = new BodyWriter(outgoing, request.body, logEntry, watch, this.#limits.uploadStallMs);
        outgoing.once('response', (answer: IncomingMessage) => {
          writer.stop(answer);
          resolve(answer);
        });
        outgoing.once('upgrade', (_answer, socket: Socket) => {
          socket.destroy();
          reject(new TransportFailure('not-http', 'the answer is a protocol upgrade'));
        });
        outgoing.on('error', reject);
        outgoing.once('socket', (socket) => {
          this.#watchConnection(outgoing, socket, watch);
        });
        writer.write().then(
          () => {
            watch.start('headers-timeout', request.headersMs, 'no answer');
          },
          (error: unknown) => {
            outgoing.destroy();
            reject(asError(error));
          },
        );
      });
      return { outgoing, message };
    } catch (error) {
      this.#signal.throwIfAborted();
      throw asFailure(error, outgoing, forwarder);
    } finally {
      watch.stopAll();
      this.#signal.removeEventListener('abort', abort);
    }
  }

  #open({ method, url, headers, body, policy }: HttpRequest, forwarder: Proxy | undefined): ClientRequest {
    const server = forwarder?.url ?? url;
    return (server.protocol === 'https:' ? httpsRequest : http.request)({
      method,
      protocol: server.protocol,
      hostname: hostOf(server),
      port: server.port,
      // The absolute form tells a proxy where it goes: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form
      path: `${forwarder === undefined ? '' : url.origin}${url.pathname}${url.search}`,
      headers: {
        ...headers,
        ...(forwarder !== undefined && { host: url.host, ...proxyAuthorization(forwarder) }),
        ...(body !== undefined && { 'content-length': String(bodyLength(body)) }),
      },
      agent: this.#agents.for(url, policy),
      maxHeaderSize: this.#limits.headerBytes,
    });
  }

  #watchConnection(outgoing: ClientRequest, socket: Socket, watch: Watch): void {
    const secure = 'encrypted' in socket;
    if (outgoing.reusedSocket || (!secure && !socket.connecting)) return;
    watch.start('connect-timeout', this.#limits.connectMs, secure ? 'no TLS connection' : 'no connection');
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      watch.stop('connect-timeout');
    });
  }
}

/** Failures that are the proxy's own, where there is one between us and the registry. */
const unreached: readonly FailureKind[] = [
  'unresolved',
  'resolver',
  'refused',
  'unreachable',
  'connect-timeout',
];

/** A proxy reads all of a plain HTTP request, and credentials are for nobody but the registry. */
function refuseToExpose({ headers, isSecret = false }: HttpRequest, forwarder: Proxy): void {
  if (!isSecret && !('authorization' in headers)) return;
  throw new TransportFailure('exposed', `${forwarder.variable} names the proxy ${showProxy(forwarder)}`);
}

function asFailure(error: unknown, outgoing: ClientRequest, forwarder: Proxy | undefined): unknown {
  if (error instanceof SourceFailure) return error.cause;
  const kind = failureKind(error);
  if (kind === undefined) return error;
  if (forwarder !== undefined && unreached.includes(kind)) {
    const message = `the proxy ${showProxy(forwarder)} can't be used: ${asError(error).message}`;
    return new TransportFailure('proxy', message, { cause: error });
  }
  return new TransportFailure(kind, asError(error).message, {
    cause: error,
    sent: outgoing.writableFinished,
    reusedSocket: kind === 'reset' && outgoing.reusedSocket,
  });
}
