import { gzipSync } from 'node:zlib';
import { failure, reply } from './reply.js';
/** @import { Context, Reply, Scope } from './internal.ts' */
/** @import { ArrivedRequest, Fault, FaultPlan, Headers, RequestMatch } from './types.ts' */

/** What is to go wrong: what a test queued, and behind it the plan that the registry was started with. */
export class Faults {
  /** @type {{ match: RequestMatch, fault: Fault, times: number }[]} */
  #queue = [];
  #plan;

  /** @param {FaultPlan} plan */
  constructor(plan) {
    this.#plan = plan;
  }

  /**
   * @param {RequestMatch} match
   * @param {Fault} fault
   * @param {number} times
   */
  add(match, fault, times) {
    this.#queue.push({ match, fault, times });
  }

  /**
   * @param {ArrivedRequest} request
   * @returns {Fault | undefined}
   */
  next(request) {
    const queued = this.#queue.find(({ match, times }) => times > 0 && matches(match, request));
    if (queued === undefined) return this.#plan(request);
    queued.times -= 1;
    return queued.fault;
  }
}

/**
 * @param {RequestMatch} match
 * @param {ArrivedRequest} request
 */
function matches(match, request) {
  if (typeof match === 'function') return match(request);
  const { method, path, service } = match;
  return (
    (method === undefined || method === request.method) &&
    (service === undefined || service === request.service) &&
    (path === undefined || (typeof path === 'string' ? path === request.path : path.test(request.path)))
  );
}

/**
 * The answer of a fault that keeps a request from being handled; nothing where it is handled, or never answered.
 * @param {Context} context
 * @param {Fault | undefined} fault
 * @param {Scope[]} needed
 * @returns {Reply | undefined}
 */
export function refusalOf(context, fault, needed) {
  if (fault?.kind === 'answer') return reply(fault.status, lowerCase(fault.headers ?? {}), fault.body);
  if (fault?.kind === 'unauthorized')
    return context.authority.challenge(needed, fault.error ?? 'invalid_token');
  if (fault?.kind === 'delay' && fault.refused === true) return failure(504, 'UNKNOWN', 'gateway timeout');
  return undefined;
}

/**
 * An honest answer as it leaves a registry with this fault. What goes wrong below HTTP is for the wire.
 * @param {Reply} honest
 * @param {Fault | undefined} fault
 * @returns {Reply}
 */
export function spoil(honest, fault) {
  switch (fault?.kind) {
    case 'lost-behind':
      return reply(fault.status, lowerCase(fault.headers ?? {}), fault.body);
    case 'corrupt':
      return { ...honest, body: flipped(honest.body) };
    case 'body':
      return { ...honest, body: Buffer.from(fault.body) };
    case 'reserialise':
      return honest.body.length === 0 ? honest : { ...honest, body: reindented(honest.body) };
    case 'encode':
      return encoded(honest, fault.encodings);
    case 'status':
      return { ...honest, status: fault.status };
    default:
      return honest;
  }
}

/**
 * The same JSON in other bytes.
 * @param {Uint8Array} bytes
 */
export function reindented(bytes) {
  return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(bytes).toString('utf8')), null, 3));
}

/** @param {Uint8Array} bytes */
function flipped(bytes) {
  const copy = Uint8Array.from(bytes);
  const middle = copy.length >> 1;
  copy.forEach((byte, at) => (copy[at] = at === middle ? byte ^ 1 : byte));
  return copy;
}

/**
 * @param {Reply} honest
 * @param {number} times
 * @returns {Reply}
 */
function encoded(honest, times) {
  const names = Array.from({ length: times }, () => 'gzip');
  const body = names.reduce((bytes) => gzipSync(bytes), honest.body);
  return { ...honest, headers: { ...honest.headers, 'content-encoding': names.join(', ') }, body };
}

/** @param {Headers} headers */
function lowerCase(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
