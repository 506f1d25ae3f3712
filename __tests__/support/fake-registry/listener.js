import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSilentServer } from 'node:net';
import { makeCertificate } from './certificate.js';
/** @import { RequestListener, Server as HttpServer } from 'node:http' */
/** @import { AddressInfo, Server, Socket } from 'node:net' */
/** @import { TlsOptions } from './types.ts' */

const year = 365 * 24 * 3600 * 1000;

/**
 * What all listeners of one registry prove themselves with; nothing for plain HTTP.
 * @param {boolean | TlsOptions | undefined} tls
 * @param {number} now
 */
export function credentialsFor(tls, now) {
  if (tls === undefined || tls === false) return undefined;
  const { names, notBefore, notAfter, stallHandshake = false } = tls === true ? {} : tls;
  const made = makeCertificate(
    names ?? ['localhost', '127.0.0.1', '::1'],
    notBefore ?? new Date(now - 3600 * 1000),
    notAfter ?? new Date(now + 10 * year),
  );
  return { ...made, stallHandshake };
}

/** A port on loopback that answers HTTP, or HTTPS. */
export class Listener {
  #server;
  /** The TCP sockets below, also under TLS: only these can be reset. @type {Set<Socket>} */
  #sockets = new Set();

  /**
   * @param {ReturnType<typeof credentialsFor>} credentials
   * @param {RequestListener} answer
   */
  constructor(credentials, answer) {
    this.#server = serverFor(credentials, answer);
    this.#server.on('connection', (/** @type {Socket} */ socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // A client may leave whenever it wants.
      socket.on('error', () => undefined);
    });
  }

  /**
   * @param {number} port
   * @param {string} address
   * @returns {Promise<string>} host:port
   */
  async listen(port, address) {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => resolve(undefined));
    });
    const bound = /** @type {AddressInfo} */ (this.#server.address());
    return `${address.includes(':') ? `[${address}]` : address}:${bound.port}`;
  }

  /**
   * The TCP socket that a request came over.
   * @param {Socket} socket The one that node:http shows, which may be TLS.
   */
  transport(socket) {
    return [...this.#sockets].find((one) => one.remotePort === socket.remotePort) ?? socket;
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/**
 * @param {ReturnType<typeof credentialsFor>} credentials
 * @param {RequestListener} answer
 * @returns {Server}
 */
function serverFor(credentials, answer) {
  if (credentials?.stallHandshake === true) return createSilentServer();
  const server =
    credentials === undefined
      ? createServer(patience, answer)
      : createSecureServer({ ...patience, key: credentials.key, cert: credentials.certificate }, answer);
  return /** @type {Server & HttpServer} */ (server);
}

/** Whoever loses patience first has to be the client. */
const patience = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };
