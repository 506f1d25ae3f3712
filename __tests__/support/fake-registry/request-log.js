/** @import { IncomingMessage } from 'node:http' */
/** @import { Socket } from 'node:net' */
/** @import { LoggedRequest, Service } from './types.ts' */

/** @typedef {{ -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] }} Entry */

/** Who asked for what, when, over which connection, and how it ended. */
export class RequestLog {
  /** @type {Entry[]} */
  entries = [];
  #arrived = 0;
  #inFlight = 0;
  #connections = 0;
  /** @type {WeakMap<Socket, number>} */
  #connectionNumbers = new WeakMap();
  #started = performance.now();

  /**
   * @param {IncomingMessage} message
   * @param {Service} host
   * @returns {Entry}
   */
  arrive(message, host) {
    const url = new URL(message.url ?? '/', 'http://host');
    const { authorization, ...headers } = message.headers;
    const scheme = authorization === undefined ? 'none' : String(authorization.split(' ')[0]);
    this.#arrived += 1;
    this.#inFlight += 1;
    /** @type {Entry} */
    const entry = {
      number: this.#arrived,
      service: host === 'registry' && url.pathname === '/token' ? 'token' : host,
      method: message.method ?? '',
      path: decoded(url.pathname),
      query: url.searchParams,
      headers: { ...flat(headers), ...(authorization !== undefined && { authorization: scheme }) },
      status: 0,
      authorization: scheme,
      fault: undefined,
      received: 0,
      sent: 0,
      start: performance.now() - this.#started,
      end: undefined,
      inFlight: this.#inFlight,
      connection: this.#connectionNumber(message.socket),
    };
    this.entries.push(entry);
    return entry;
  }

  /**
   * Called when the answer goes out and when the connection ends; the first call counts.
   * @param {Entry} entry
   */
  leave(entry) {
    if (entry.end !== undefined) return;
    entry.end = performance.now() - this.#started;
    this.#inFlight -= 1;
  }

  /** @param {Socket} socket */
  #connectionNumber(socket) {
    const known = this.#connectionNumbers.get(socket);
    if (known !== undefined) return known;
    this.#connections += 1;
    this.#connectionNumbers.set(socket, this.#connections);
    return this.#connections;
  }

  /** How many requests had to wait for one another: the longest chain without overlap. */
  rounds() {
    const ended = this.entries.flatMap(({ start, end }) => (end === undefined ? [] : [{ start, end }]));
    let count = 0;
    let last = -Infinity;
    for (const { start, end } of ended.sort((a, b) => a.end - b.end)) {
      if (start < last) continue;
      count += 1;
      last = end;
    }
    return count;
  }

  concurrency() {
    return Math.max(0, ...this.entries.map((entry) => entry.inFlight));
  }

  /** One line a request, with random identifiers shown as `<id>`. */
  lines() {
    return this.entries.map(({ service, method, path, query, status }) => {
      const asked = query.size > 0 ? `?${decodeURIComponent(query.toString())}` : '';
      return `${service === 'storage' ? 'storage: ' : ''}${method} ${path}${asked} ${status === 0 ? '(cut)' : status}`.replaceAll(
        /[0-9a-f]{8}-[0-9a-f-]{27}/g,
        '<id>',
      );
    });
  }
}

/** @param {IncomingMessage['headers']} headers */
function flat(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** @param {string} path */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // not percent-encoded text: no endpoint will know it
  }
}
