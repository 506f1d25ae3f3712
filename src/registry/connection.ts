import { show } from '../errors.ts';
import type { AddressClass } from './address.ts';
import type { ConnectionPolicy } from './agents.ts';
import { readBody } from './body.ts';
import { showProxy } from './proxy.ts';
import { failureKind, TransportFailure } from './transport-failure.ts';
import type { Agents } from './agents.ts';
import { endpointOf, type Endpoint, type Scheme } from './endpoint.ts';
import type { Limits } from './limits.ts';
import type { Log } from '../log.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';

export interface ConnectionDependencies {
  readonly transport: Transport;
  readonly agents: Agents;
  readonly limits: Limits;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly insecureRegistries: readonly string[];
}

type RegistryRequest = Omit<HttpRequest, 'url' | 'policy'> & { readonly path: string };

/**
 * The way to one registry: finds out once whether it is HTTPS or plain HTTP, lets one request make acquaintance while the
 * others wait, and knows from where the registry answers.
 */
export class Connection {
  readonly endpoint: Endpoint;
  readonly #dependencies: ConnectionDependencies;
  readonly #told = new Set<string>();
  #scheme: Scheme | undefined;
  #addressClass: AddressClass | undefined;
  #acquaintance: Promise<void> | undefined;
  #isAcquainted = false;

  constructor(registry: string, dependencies: ConnectionDependencies) {
    this.#dependencies = dependencies;
    this.endpoint = endpointOf(registry, dependencies.insecureRegistries);
    if (this.endpoint.schemes.length === 1) this.#scheme = this.endpoint.schemes[0];
  }

  /** Is this URL the registry itself? */
  isOwn(url: URL): boolean {
    return this.#scheme !== undefined && url.origin === this.#urlOf(this.#scheme, '/').origin;
  }

  /**
   * Runs `work` alone until it is known how the registry authorises; those that come meanwhile wait. `work` calls `done` as soon
   * as that is known, so that nobody waits for a body. Where `work` ends without it, the next in line finds out.
   */
  async acquainted<T>(work: (done: () => void) => Promise<T>): Promise<T> {
    while (this.#acquaintance !== undefined) await this.#acquaintance;
    if (this.#isAcquainted) return work(() => undefined);
    let release: () => void = () => undefined;
    this.#acquaintance = new Promise((resolve) => (release = resolve));
    const end = () => {
      this.#acquaintance = undefined;
      release();
    };
    try {
      return await work(() => {
        this.#isAcquainted = true;
        end();
      });
    } finally {
      end();
    }
  }

  /** @throws what Transport.send throws. */
  async send(request: RegistryRequest): Promise<HttpResponse> {
    if (this.#scheme !== undefined) return this.#sendBy(this.#scheme, request);
    const [preferred = 'https', other] = this.endpoint.schemes;
    const first = await this.#try(preferred, request);
    if (!(first instanceof TransportFailure) && first !== 'wants https')
      return this.#settle(preferred, first);
    if (other === undefined || (first instanceof TransportFailure && !this.#mayBeOther(first, other)))
      throw asFailure(first);
    const second = await this.#try(other, request);
    if (second instanceof TransportFailure || second === 'wants https') {
      // Of two failures, that of the scheme that something answered to says more.
      throw first instanceof TransportFailure && failureKind(second) === 'not-tls'
        ? first
        : asFailure(second, first);
    }
    this.#dependencies.log.debug(`${this.endpoint.host} speaks ${other}`);
    return this.#settle(other, second);
  }

  /** For URLs that the registry gave us: its own, or another host's, which is kept to what the registry may lead to. */
  async sendTo(url: URL, request: Omit<HttpRequest, 'url' | 'policy'>): Promise<HttpResponse> {
    this.#tellProxy(url);
    return this.#dependencies.transport.send({ ...request, url, policy: this.policyFor(url) });
  }

  /** @param isNamed the user has named this host: it may be anywhere. */
  policyFor(url: URL, isNamed = false): ConnectionPolicy {
    if (this.isOwn(url)) return { verifyCertificate: this.endpoint.verifyCertificate, sentBy: undefined };
    const { verifyCertificate } = endpointOf(url.host, this.#dependencies.insecureRegistries);
    const sameHost = url.hostname === this.#urlOf('https', '/').hostname;
    return {
      verifyCertificate: verifyCertificate && !(sameHost && !this.endpoint.verifyCertificate),
      sentBy: isNamed ? undefined : (this.#addressClass ?? 'public'),
    };
  }

  #urlOf(scheme: Scheme, path: string): URL {
    return new URL(`${scheme}://${this.endpoint.host}${path}`);
  }

  async #sendBy(scheme: Scheme, { path, ...request }: RegistryRequest): Promise<HttpResponse> {
    const url = this.#urlOf(scheme, path);
    this.#tellProxy(url);
    const policy = { verifyCertificate: this.endpoint.verifyCertificate, sentBy: undefined };
    const answer = await this.#dependencies.transport.send({ ...request, url, policy });
    this.#addressClass ??= answer.addressClass;
    return answer;
  }

  async #try(
    scheme: Scheme,
    request: RegistryRequest,
  ): Promise<HttpResponse | TransportFailure | 'wants https'> {
    try {
      const answer = await this.#sendBy(scheme, request);
      if (scheme !== 'http' || answer.status !== 400) return answer;
      if (request.method !== 'HEAD') return await this.#lookAt400(answer);
      // Without a body nothing is said in words.
      const said = await this.#lookAt400(
        await this.#sendBy(scheme, { ...request, method: 'GET', path: '/v2/' }),
      );
      return said === 'wants https' ? said : answer;
    } catch (error) {
      if (error instanceof TransportFailure) return error;
      throw error;
    }
  }

  /** A TLS server that was greeted in plain HTTP says so, in words (Go, nginx, Apache). */
  async #lookAt400(answer: HttpResponse): Promise<HttpResponse | 'wants https'> {
    const { limits, signal } = this.#dependencies;
    const buffered = await readBody(answer, limits.errorBytes, limits.documentMs, signal);
    const text = new TextDecoder().decode(buffered);
    if (!/HTTPS (?:server|port)|SSL-enabled server/i.test(text)) return { ...answer, buffered };
    this.#addressClass = undefined;
    return 'wants https';
  }

  #mayBeOther({ kind }: TransportFailure, other: Scheme): boolean {
    if (['not-tls', 'not-http', 'reset', 'connect-timeout'].includes(kind)) return true;
    // Without a port of its own, the other scheme is another port.
    if (['refused', 'unreachable'].includes(kind) && !this.endpoint.hasPort) return true;
    // Another scheme is another way where proxies are: many tunnel to port 443 alone, and names may be theirs to resolve.
    const isWay = ['refused', 'unreachable', 'unresolved', 'resolver', 'proxy', 'proxy-refused'].includes(
      kind,
    );
    return isWay && this.#dependencies.agents.proxyFor(this.#urlOf(other, '/')) !== undefined;
  }

  #settle(scheme: Scheme, answer: HttpResponse): HttpResponse {
    this.#scheme = scheme;
    if (scheme === 'http' && !this.endpoint.verifyCertificate) {
      this.#tell(
        `${this.endpoint.host} is an insecure registry with plain HTTP: nothing sent to it is private`,
      );
    }
    return answer;
  }

  #tellProxy(url: URL): void {
    const proxy = this.#dependencies.agents.proxyFor(url);
    if (proxy === undefined) return;
    this.#tell(
      `requests to ${show(url.host)} go through the proxy ${show(showProxy(proxy))} (${proxy.variable})`,
    );
  }

  #tell(line: string): void {
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.#dependencies.log.info(line);
  }
}

function asFailure(
  failure: TransportFailure | 'wants https',
  before?: TransportFailure | 'wants https',
): TransportFailure {
  if (failure instanceof TransportFailure) return failure;
  const cause = before instanceof TransportFailure ? before : undefined;
  return new TransportFailure('not-http', 'it wants HTTPS', { cause });
}
