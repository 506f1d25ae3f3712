import { setTimeout as sleep } from 'node:timers/promises';
import { Authority } from './authority.js';
import { Backstage } from './backstage.js';
import { Faults, refusalOf, reindented, spoil } from './faults.js';
import { credentialsFor, Listener } from './listener.js';
import { RequestLog } from './request-log.js';
import { dispatch, findEndpoint, neededScopes } from './routes.js';
import { StorageHost } from './storage.js';
import { Store } from './store.js';
import { keepPart } from './uploads.js';
import { cut, deliver, readBody } from './wire.js';
/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Socket } from 'node:net' */
/** @import { Context, Reply, Request } from './internal.ts' */
/** @import { Entry } from './request-log.js' */
/** @import { FakeRegistry, FakeRegistryOptions, Fault, RequestMatch, Service } from './types.ts' */

/**
 * Starts a registry on loopback, in this process. All that it holds is in memory and gone with `close()`.
 * @param {FakeRegistryOptions} [options]
 * @returns {Promise<FakeRegistry>}
 */
export async function startFakeRegistry(options = {}) {
  const running = new RunningRegistry(options);
  await running.listen();
  return running;
}

/** @implements {FakeRegistry} */
class RunningRegistry extends Backstage {
  #options;
  #now;
  #credentials;
  #faults;
  #log = new RequestLog();
  #closing = new AbortController();
  /** Connections that are cut when the next request comes over them. @type {WeakSet<Socket>} */
  #doomed = new WeakSet();
  #registry;
  #storage;
  /** @type {Context} */
  #context;
  host = '';
  url = '';
  /** @type {string | undefined} */
  storageHost = undefined;

  /** @param {FakeRegistryOptions} options */
  constructor(options) {
    super(new Store(options.staleReads ?? 0));
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#faults = new Faults(options.faults ?? (() => undefined));
    this.#credentials = credentialsFor(options.tls, this.#now());
    this.#registry = this.#listener('registry');
    this.#storage = options.redirectBlobs === true ? this.#listener('storage') : undefined;
    this.#context = this.#contextFor('', undefined);
  }

  get caCertificate() {
    return this.#credentials?.ca;
  }

  /** @param {'registry' | 'storage'} service */
  #listener(service) {
    return new Listener(
      this.#credentials,
      (message, response) => void this.#exchange(message, response, service),
    );
  }

  /**
   * @param {string} url
   * @param {StorageHost | undefined} storage
   * @returns {Context}
   */
  #contextFor(url, storage) {
    const authority = new Authority(this.#options.auth ?? { mode: 'none' }, this.#now, url);
    return {
      options: this.#options,
      store: this.store,
      authority,
      storage,
      url,
    };
  }

  async listen() {
    const { port = 0, address = '127.0.0.1' } = this.#options;
    const scheme = this.#credentials === undefined ? 'http' : 'https';
    this.host = await this.#registry.listen(port, address);
    this.url = `${scheme}://${this.host}`;
    const storageHost = await this.#storage?.listen(0, address);
    // Go takes another port of one host for the same host, and keeps its credentials on the way there.
    this.storageHost = storageHost?.replace('127.0.0.1', 'localhost');
    const storage =
      this.storageHost === undefined ? undefined : new StorageHost(`${scheme}://${this.storageHost}`);
    this.#context = this.#contextFor(this.url, storage);
  }

  /**
   * One request from its arrival to its answer, or to what comes instead of one.
   * @param {IncomingMessage} message
   * @param {ServerResponse} response
   * @param {Service} service
   */
  async #exchange(message, response, service) {
    const entry = this.#log.arrive(message, service);
    const fault = this.#doomed.has(message.socket)
      ? { kind: /** @type {const} */ ('reset') }
      : this.#faults.next(entry);
    entry.fault = fault?.kind;
    response.once('close', () => this.#log.leave(entry));
    try {
      await this.#answer(message, response, entry, fault);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      response.writeHead(500).end(`the fake registry itself failed: ${String(error)}`);
    }
  }

  /**
   * @param {IncomingMessage} message
   * @param {ServerResponse} response
   * @param {Entry} entry
   * @param {Fault | undefined} fault
   */
  async #answer(message, response, entry, fault) {
    if (fault?.kind === 'reset') return this.#cut(message, fault.fin);
    if (fault?.kind === 'raw') return void message.socket.end(fault.bytes);
    if (fault?.kind === 'close-after') this.#doomed.add(message.socket);
    await this.#sleep(this.#options.latency ?? 0);
    if (fault?.kind === 'delay') await this.#sleep(fault.milliseconds);
    if (fault?.kind === 'silence' && fault.refused === true) return;
    const answer = this.#early(message, entry, fault) ?? (await this.#whole(message, entry, fault));
    if (answer === undefined || fault?.kind === 'silence') return;
    if (fault?.kind === 'lost-answer') return this.#cut(message, fault.fin);
    entry.status = answer.status;
    await deliver(response, answer, fault, {
      leave: () => this.#log.leave(entry),
      count: (bytes) => (entry.sent += bytes),
      sleep: (milliseconds) => this.#sleep(milliseconds),
    });
  }

  /**
   * An answer that does not wait for the body.
   * @param {IncomingMessage} message
   * @param {Entry} entry
   * @param {Fault | undefined} fault
   */
  #early(message, entry, fault) {
    const needed = neededScopes(entry);
    const refused = refusalOf(this.#context, fault, needed);
    if (refused !== undefined || entry.service !== 'registry') return refused;
    return this.#context.authority.refusal(needed, message.headers.authorization);
  }

  /**
   * The answer once the body is here; none where it never comes whole.
   * @param {IncomingMessage} message
   * @param {Entry} entry
   * @param {Fault | undefined} fault
   */
  async #whole(message, entry, fault) {
    const limited = fault?.kind === 'reset-upload' || fault?.kind === 'stall-upload';
    const { bytes, whole } = await readBody(
      message,
      limited ? fault.after : Infinity,
      (n) => (entry.received += n),
    );
    /** @type {Request} */
    const request = { ...entry, body: bytes, fault };
    if (whole && !limited) return this.#handle(request, message.headers.authorization);
    const found = findEndpoint(entry);
    if (found !== undefined) keepPart(this.#context, request, found.route);
    if (fault?.kind === 'reset-upload') this.#cut(message, false);
    return undefined;
  }

  /**
   * @param {Request} request
   * @param {string | undefined} authorization
   * @returns {Reply}
   */
  #handle(request, authorization) {
    const { authority, storage } = this.#context;
    const work = () => {
      if (request.service === 'token') return authority.issue(request, authorization);
      return request.service === 'storage' && storage !== undefined
        ? storage.answer(request)
        : dispatch(this.#context, request);
    };
    const honest = request.fault?.kind === 'not-committed' ? this.store.pretending(work) : work();
    if (request.fault?.kind === 'reserialise' && request.method === 'PUT' && honest.status === 201) {
      this.#rewrite(request, reindented(request.body));
    }
    return spoil(honest, request.fault);
  }

  /**
   * A registry that parses what it is given and keeps its own rendering, under the digest that the client knows.
   * @param {Request} request
   * @param {Uint8Array} bytes
   */
  #rewrite(request, bytes) {
    const { repository, reference } = findEndpoint(request)?.route ?? { repository: '', reference: '' };
    const held = this.store.manifest(repository, reference);
    if (held !== undefined) this.store.putManifest(repository, { ...held, bytes }, []);
  }

  /**
   * @param {IncomingMessage} message
   * @param {boolean} [fin]
   */
  #cut(message, fin = false) {
    cut(this.#registry.transport(message.socket), fin);
  }

  /** @param {number} milliseconds */
  async #sleep(milliseconds) {
    if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: this.#closing.signal });
  }

  get requests() {
    return this.#log.entries;
  }

  clearRequests() {
    this.#log.entries = [];
  }

  rounds() {
    return this.#log.rounds();
  }

  concurrency() {
    return this.#log.concurrency();
  }

  requestLines() {
    return this.#log.lines();
  }

  /**
   * @param {RequestMatch} match
   * @param {Fault} fault
   * @param {number} [times]
   */
  fail(match, fault, times = 1) {
    this.#faults.add(match, fault, times);
  }

  revokeTokens() {
    this.#context.authority.revokeTokens();
  }

  async close() {
    this.#closing.abort();
    await Promise.all([this.#registry.close(), this.#storage?.close()]);
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}
