import type { Agent } from 'node:http';
import https from 'node:https';
import { mayLeadTo, type AddressClass } from './address.ts';
import { http } from './http.ts';
import { readingLarge } from './large-reads.ts';
import type { Limits } from './limits.ts';
import { guardedLookup, systemNetwork, type Network } from './lookup.ts';
import { proxyFor, type Proxy } from './proxy.ts';
import { trustedAuthorities } from './tls.ts';
import { TunnelAgent } from './tunnel.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What decides which connections a request may share. */
export interface ConnectionPolicy {
  /** False: whatever certificate the registry shows will do. */
  readonly verifyCertificate: boolean;
  /** The class of the host that sent us here, whose word may not lead to a more private place; undefined: the user named it. */
  readonly sentBy: AddressClass | undefined;
}

/** Keep-alive agents, made when first wanted; one for each way of connecting, so that no socket is shared between two policies. */
export class Agents {
  readonly network: Network;
  readonly #agents = new Map<string, Agent>();
  readonly #env: Env;
  readonly #limits: Limits;
  readonly #authorities: string[] | undefined;

  constructor(env: Env, limits: Limits, caCertificate: string | undefined, network: Network = systemNetwork) {
    this.network = network;
    this.#env = env;
    this.#limits = limits;
    this.#authorities = trustedAuthorities(caCertificate, env);
  }

  proxyFor(url: URL): Proxy | undefined {
    return proxyFor(url, this.#env);
  }

  /** The proxy that is handed requests to this URL whole, instead of a tunnel being made through it. */
  forwarderFor(url: URL): Proxy | undefined {
    return url.protocol === 'http:' ? this.proxyFor(url) : undefined;
  }

  for(url: URL, policy: ConnectionPolicy): Agent {
    const proxy = this.proxyFor(url);
    const key = [url.protocol, policy.verifyCertificate, policy.sentBy ?? '', proxy?.url.href ?? ''].join(
      ' ',
    );
    const agent = this.#agents.get(key) ?? this.#make(url, policy, proxy);
    this.#agents.set(key, agent);
    return agent;
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #make(url: URL, { verifyCertificate, sentBy }: ConnectionPolicy, proxy: Proxy | undefined): Agent {
    const options: https.AgentOptions = {
      keepAlive: true,
      maxSockets: this.#limits.socketsPerHost,
      // The connection used last is the one that the server has least reason to have closed.
      scheduling: 'lifo',
    };
    const allowed = (to: AddressClass) => (sentBy === undefined ? to !== 'forbidden' : mayLeadTo(sentBy, to));
    const lookup = guardedLookup(allowed, this.network);
    if (url.protocol === 'http:' && proxy === undefined)
      return readingLarge(new http.Agent({ ...options, lookup }));
    const secure: https.AgentOptions = {
      ...options,
      // Said aloud, since NODE_TLS_REJECT_UNAUTHORIZED would otherwise decide.
      rejectUnauthorized: verifyCertificate,
      ...(this.#authorities !== undefined && { ca: this.#authorities }),
    };
    if (proxy === undefined) return readingLarge(new https.Agent({ ...secure, lookup }));
    if (url.protocol === 'https:') return new TunnelAgent(proxy, this.#limits.connectMs, secure);
    return readingLarge(proxy.url.protocol === 'https:' ? new https.Agent(secure) : new http.Agent(options));
  }
}
