import { once } from 'node:events';
import { Agent, createServer, request as startRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Authority } from '../../__tests__/support/fake-registry/authority.js';
import { findEndpoint, neededScopes } from '../../__tests__/support/fake-registry/routes.js';
/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { AddressInfo } from 'node:net' */
/** @import { Reply } from '../../__tests__/support/fake-registry/internal.ts' */
/** @import { Entry } from '../../__tests__/support/fake-registry/request-log.js' */
/** @import { FrontOptions } from './types.ts' */

/**
 * What clients take for the registry: it logs each request, waits the latency, asks for a bearer token, redirects blobs
 * to a second port, and passes everything else on to the registry behind it, which sees no credentials.
 * @param {FrontOptions} options
 */
export async function startFront(options) {
  // Some clients open thousands of connections at once; the registry behind is not what is being tried.
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  /** @type {Authority | undefined} */
  let authority;
  let storage = '';

  /** @type {(message: IncomingMessage, response: ServerResponse) => Promise<void>} */
  const registry = async (message, response) => {
    const entry = options.log.arrive(message, 'registry');
    response.once('close', () => options.log.leave(entry));
    await sleep(options.latency);
    if (entry.service === 'token') {
      const body = Buffer.concat(await message.toArray());
      const answer = authority?.issue({ ...entry, body, fault: undefined }, message.headers.authorization);
      deliver(response, entry, options, answer);
      return;
    }
    const refusal = authority?.refusal(neededScopes(entry), message.headers.authorization);
    if (refusal !== undefined) {
      message.resume();
      deliver(response, entry, options, refusal);
    } else if (options.redirect && message.method === 'GET' && isBlob(entry)) {
      const location = `http://${storage}${message.url ?? ''}`;
      deliver(response, entry, options, { status: 307, headers: { location }, body: Buffer.alloc(0) });
    } else passOn(message, response, entry);
  };

  /** @type {(message: IncomingMessage, response: ServerResponse) => Promise<void>} */
  const storageHost = async (message, response) => {
    const entry = options.log.arrive(message, 'storage');
    response.once('close', () => options.log.leave(entry));
    await sleep(options.latency);
    passOn(message, response, entry);
  };

  /**
   * @param {IncomingMessage} message
   * @param {ServerResponse} response
   * @param {Entry} entry
   */
  const passOn = (message, response, entry) => {
    // The client may have left meanwhile: then nothing would ever end the request behind.
    if (response.destroyed) return;
    const { method, url: path, headers } = message;
    const { authorization: _, ...others } = headers;
    const onward = startRequest({
      host: '127.0.0.1',
      port: options.upstream,
      method,
      path,
      headers: others,
      agent,
    });
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      entry.status = answer.statusCode ?? 502;
      answer.on('data', (chunk) => {
        if (!response.write(chunk)) answer.pause();
      });
      response.on('drain', () => answer.resume());
      answer.once('end', () => {
        options.log.leave(entry);
        response.end();
      });
    });
    onward.once('error', (error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end(`the front itself failed: ${error.message}`);
    });
    response.once('close', () => onward.destroy());
    message.pipe(onward);
  };

  const servers = [registry, storageHost].map((answer) =>
    createServer(
      { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 },
      (message, response) => void answer(message, response).catch(() => response.destroy()),
    ),
  );
  const ports = [];
  for (const server of servers) {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(server, 'listening');
    ports.push(/** @type {AddressInfo} */ (server.address()).port);
  }
  const host = `127.0.0.1:${String(ports[0])}`;
  // Under another name, so that no client takes it for the same host and shows it the token.
  storage = `localhost:${String(ports[1])}`;
  const { username, password } = options.account;
  if (options.auth === 'bearer') {
    const users = { [username]: { password } };
    authority = new Authority({ mode: 'bearer', users }, Date.now, `http://${host}`);
  }
  return {
    host,
    close: async () => {
      agent.destroy();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** @param {Entry} entry */
function isBlob(entry) {
  const reference = findEndpoint(entry)?.route.reference ?? '';
  return entry.path.endsWith(`/blobs/${reference}`) && reference.startsWith('sha256:');
}

/**
 * @param {ServerResponse} response
 * @param {Entry} entry
 * @param {FrontOptions} options
 * @param {Reply | undefined} answer
 */
function deliver(response, entry, { log }, answer = { status: 404, headers: {}, body: Buffer.alloc(0) }) {
  entry.status = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.setHeader('content-length', answer.body.length);
  response.statusCode = answer.status;
  log.leave(entry);
  response.end(answer.body);
}
