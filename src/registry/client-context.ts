import { setMaxListeners } from 'node:events';
import type { Log } from '../log.ts';
import type { Repository } from '../oci/reference.ts';
import { Agents } from './agents.ts';
import { Authenticator } from './auth.ts';
import type { RegistryOptions } from './client.ts';
import { systemClock, type Clock } from './clock.ts';
import { Connection } from './connection.ts';
import type { Credential } from './credentials.ts';
import { canonicalRegistry } from './endpoint.ts';
import { Exchange } from './exchange.ts';
import { Gate } from './gate.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { resembledRegistry } from './lookalike.ts';
import { RequestLog } from './request-log.ts';
import { Retrier } from './retry.ts';
import { ScopeSet } from './scope.ts';
import { Secrets } from './secrets.ts';
import { Transport } from './transport.ts';
import type { VerbDependencies } from './verbs.ts';

/** What all requests of one client share: connections, budget, gates, tokens, log. */
export class ClientContext {
  readonly verbs: VerbDependencies;
  readonly #options: RegistryOptions;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #abort = new AbortController();
  readonly #agents: Agents;
  readonly #transport: Transport;
  readonly #retrier: Retrier;
  readonly #secrets: Secrets;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #gates = new Map<string, Gate>();
  readonly #credentials = new Map<string, Promise<Credential | undefined>>();
  readonly #unlink: () => void;

  constructor(options: RegistryOptions) {
    const requestLog = new RequestLog();
    const { signal } = this.#abort;
    // One listener for each request under way, and there may be hundreds.
    setMaxListeners(0, signal);
    this.#options = options;
    this.#log = options.log;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#secrets = new Secrets(options.log);
    this.#agents = new Agents(options.env ?? {}, this.#limits, options.caCertificate, options.network);
    this.#transport = new Transport(this.#agents, this.#limits, requestLog, signal);
    this.#retrier = new Retrier({
      limits: this.#limits,
      clock: this.#clock,
      random: options.random ?? Math.random,
      log: options.log,
      signal,
    });
    this.#unlink = this.#follow(options.signal);
    this.verbs = {
      exchangeFor: (registry) => this.#exchangeFor(registry),
      limits: this.#limits,
      log: options.log,
      signal,
      sleep: async (milliseconds) => this.#clock.sleep(milliseconds, signal),
      requests: requestLog.entries,
    };
  }

  close(): void {
    this.#unlink();
    this.#abort.abort(new DOMException('the registry client was closed', 'AbortError'));
    this.#agents.destroy();
  }

  #follow(outer: AbortSignal | undefined): () => void {
    const abort = () => {
      this.#abort.abort(outer?.reason);
    };
    if (outer?.aborted === true) abort();
    outer?.addEventListener('abort', abort, { once: true });
    return () => outer?.removeEventListener('abort', abort);
  }

  #exchangeFor(registry: string): Exchange {
    const name = canonicalRegistry(registry);
    const exchange = this.#exchanges.get(name) ?? this.#makeExchange(name);
    this.#exchanges.set(name, exchange);
    return exchange;
  }

  #gateOf(host: string): Gate {
    const gate = this.#gates.get(host) ?? new Gate(host, this.#clock, this.#log, this.#abort.signal);
    this.#gates.set(host, gate);
    return gate;
  }

  #makeExchange(registry: string): Exchange {
    this.#warnOfLookalike(registry);
    const userAgent = this.#options.userAgent ?? 'native-multiarch';
    const shared = {
      retrier: this.#retrier,
      limits: this.#limits,
      clock: this.#clock,
      log: this.#log,
      secrets: this.#secrets,
      signal: this.#abort.signal,
      userAgent,
    };
    const connection = new Connection(registry, {
      transport: this.#transport,
      agents: this.#agents,
      limits: this.#limits,
      log: this.#log,
      signal: this.#abort.signal,
      insecureRegistries: this.#options.insecureRegistries ?? [],
    });
    const authenticator = new Authenticator({
      ...shared,
      transport: this.#transport,
      gateOf: (host) => this.#gateOf(host),
      registry,
      foreseen: this.#foreseen(registry),
      vouchedHosts: this.#options.trustedRealms ?? [],
      policyFor: (url, isNamed) => connection.policyFor(url, isNamed),
    });
    return new Exchange({
      ...shared,
      connection,
      authenticator,
      gate: this.#gateOf(connection.endpoint.host),
      credentialFor: (path) => this.#credentialFor(registry, path),
    });
  }

  #warnOfLookalike(registry: string): void {
    const known = resembledRegistry(registry);
    if (known === undefined) return;
    this.#log.warning(
      `${registry} is not ${known}, which it resembles: if that is a slip of the pen, credentials for it may be in strange hands`,
    );
  }

  #foreseen(registry: string): ScopeSet {
    const here = (repositories: readonly Repository[] = []) =>
      repositories.filter((repository) => canonicalRegistry(repository.registry) === registry);
    const push = here(this.#options.pushRepositories).map(({ path }) =>
      ScopeSet.repository(path, 'pull', 'push'),
    );
    const pull = here(this.#options.pullRepositories).map(({ path }) => ScopeSet.repository(path, 'pull'));
    return [...push, ...pull].reduce((sum, scope) => sum.plus(scope), new ScopeSet());
  }

  #credentialFor(registry: string, path: string): Promise<Credential | undefined> {
    const key = `${registry}/${path}`;
    const credential = this.#credentials.get(key) ?? this.#lookUp(registry, path);
    this.#credentials.set(key, credential);
    return credential;
  }

  async #lookUp(registry: string, path: string): Promise<Credential | undefined> {
    const credential = await this.#options.credentials.get(registry, path);
    if (credential !== undefined)
      this.#secrets.add(credential.kind === 'basic' ? credential.password : credential.token);
    return credential;
  }
}
