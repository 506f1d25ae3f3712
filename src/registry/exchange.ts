import { show } from '../errors.ts';
import type { Log } from '../log.ts';
import { AuthCase, type Authenticator, type Authorization } from './auth.ts';
import { discardBody, isHtml } from './body.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Credential } from './credentials.ts';
import { readErrorBytes } from './error-bytes.ts';
import { RegistryError, webPageError } from './errors.ts';
import { failureError } from './failure-error.ts';
import type { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { followLocation, isRedirect } from './redirects.ts';
import type { Retrier, Track } from './retry.ts';
import type { ScopeSet } from './scope.ts';
import type { Secrets } from './secrets.ts';
import { statusError } from './status-error.ts';
import type { RequestBody } from './request-body.ts';
import type { HttpResponse } from './transport.ts';

/** One request to a registry, as a verb means it: what it wants, and what it makes of the answer. */
export interface Call<T> {
  /** For people: `GET manifest v1 of quay.io/acme/app`. */
  readonly what: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `/v2/...` with its query, or a URL that the registry gave us (`followLocation` has seen it). */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly need: ScopeSet;
  /** Of the repository whose credentials count. */
  readonly repositoryPath: string;
  /** Any other status is an error. */
  readonly statuses: readonly number[];
  /** A web page is no answer to it. */
  readonly isDocument?: boolean;
  /** The registry may take minutes to answer, as it has a whole blob to check first. */
  readonly isCommit?: boolean;
  /** Reads the body, or destroys the message; a failure here is retried with the rest. */
  readonly read: (answer: HttpResponse) => Promise<T>;
  /** See {@link Retrier.run}. */
  readonly look?: () => Promise<{ readonly value: T } | undefined>;
}

export interface ExchangeDependencies {
  readonly connection: Connection;
  readonly authenticator: Authenticator;
  readonly credentialFor: (repositoryPath: string) => Promise<Credential | undefined>;
  readonly retrier: Retrier;
  readonly gate: Gate;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

/** Calls to one registry: authorised, redirected, retried, and turned into errors where they fail. */
export class Exchange {
  readonly #dependencies: ExchangeDependencies;
  readonly #warnings = new Set<string>();

  constructor(dependencies: ExchangeDependencies) {
    this.#dependencies = dependencies;
  }

  /** `host[:port]` that the registry is reached at. */
  get host(): string {
    return this.#dependencies.connection.endpoint.host;
  }

  get gate(): Gate {
    return this.#dependencies.gate;
  }

  /** With the whole retry policy. @throws RegistryError, or what `read` throws on purpose. */
  async call<T>(call: Call<T>): Promise<T> {
    const authCase = await this.#open(call);
    return this.#dependencies.retrier.run({
      what: call.what,
      gate: this.#dependencies.gate,
      attempt: () => this.#attempt(call, authCase),
      ...(call.look !== undefined && { look: call.look }),
    });
  }

  /** Counts the attempts at something that is made of several calls of {@link once}. */
  track(what: string): Track {
    return this.#dependencies.retrier.track(what, this.#dependencies.gate);
  }

  /** A single attempt, for steps of a longer work that is retried as a whole. @throws RegistryError */
  async once<T>(call: Call<T>): Promise<T> {
    return this.#attempt(call, await this.#open(call));
  }

  async #open<T>(call: Call<T>): Promise<AuthCase> {
    return new AuthCase(await this.#dependencies.credentialFor(call.repositoryPath), call.need);
  }

  async #attempt<T>(call: Call<T>, authCase: AuthCase): Promise<T> {
    const { connection } = this.#dependencies;
    try {
      const answer = await connection.acquainted((done) => this.#authorised(call, authCase, done));
      this.#showWarning(answer);
      if (!call.statuses.includes(answer.status)) throw await this.#refusal(call, answer);
      this.#refuseWebPage(call, answer);
      return await call.read(answer);
    } catch (error) {
      throw failureError(error, call.what, connection.endpoint.host);
    }
  }

  /** Sends until the answer is no longer about authorisation. @param done the registry's challenge, or that it has none, is known */
  async #authorised<T>(call: Call<T>, authCase: AuthCase, done: () => void): Promise<HttpResponse> {
    const { authenticator, limits } = this.#dependencies;
    let authorization = authenticator.authorization(authCase);
    for (;;) {
      const used = await authorization;
      const { answer, isHome } = await this.#followed(call, used);
      const again = isHome && (await this.#learn(answer, used, authCase));
      if (again) {
        // Before the requests that wait are released, so that they find this token request and share it.
        authorization = authenticator.authorization(authCase);
        authorization.catch(() => undefined);
      }
      if (!isTemporary(answer.status)) done();
      if (!again) return answer.status === 401 ? this.#unauthorized(call, answer, authCase, isHome) : answer;
      await discardBody(answer, limits);
    }
  }

  async #learn(answer: HttpResponse, used: Authorization, authCase: AuthCase): Promise<boolean> {
    const { authenticator } = this.#dependencies;
    if (answer.status === 401) {
      if (authenticator.learn(answer, used, authCase)) return true;
      return used.kind === 'none' && !authenticator.isChallenged && (await this.#ping(used, authCase));
    }
    const isHidden = answer.status === 403 || answer.status === 404;
    if (!isHidden || used.kind !== 'none' || authenticator.isChallenged) return false;
    if (authCase.credential?.kind !== 'basic') return false;
    authenticator.assumeBasic(answer);
    return true;
  }

  /** For a 401 without a challenge (gcr.io sends them) from a registry that has not made one yet: `/v2/` makes one. */
  async #ping(used: Authorization, authCase: AuthCase): Promise<boolean> {
    const { connection, authenticator, limits } = this.#dependencies;
    const answer = await connection.send({
      method: 'GET',
      path: '/v2/',
      headers: this.#headers({}),
      headersMs: limits.headersMs,
    });
    const learnt = answer.status === 401 && authenticator.learn(answer, used, authCase);
    await discardBody(answer, limits);
    return learnt;
  }

  /** Follows redirects by hand. Credentials go to the registry's own origin only, and not again once a redirect has left it. */
  async #followed<T>(call: Call<T>, used: Authorization): Promise<{ answer: HttpResponse; isHome: boolean }> {
    const { connection, limits } = this.#dependencies;
    const request = {
      method: call.method,
      ...(call.body !== undefined && { body: call.body }),
      headersMs: call.isCommit === true ? limits.commitMs : limits.headersMs,
    };
    const plain = this.#headers({ ...call.headers, ...(call.body === undefined && bodyless(call.method)) });
    const withAuth = used.kind === 'none' ? plain : { ...plain, authorization: used.header };
    let isHome = typeof call.target === 'string' || connection.isOwn(call.target);
    let answer =
      typeof call.target === 'string'
        ? await connection.send({ ...request, path: call.target, headers: withAuth })
        : await connection.sendTo(call.target, { ...request, headers: isHome ? withAuth : plain });
    for (let hops = 0; isRedirect(answer.status) && !call.statuses.includes(answer.status); hops += 1) {
      const url = this.#nextHop(call, answer, hops);
      await discardBody(answer, limits);
      isHome &&= connection.isOwn(url);
      answer = await connection.sendTo(url, { ...request, headers: isHome ? withAuth : plain });
    }
    return { answer, isHome };
  }

  #nextHop<T>(call: Call<T>, answer: HttpResponse, hops: number): URL {
    const { status, url, addressClass, message } = answer;
    const reads = call.method === 'GET' || call.method === 'HEAD';
    if (hops >= this.#dependencies.limits.redirects || (!reads && status !== 307 && status !== 308)) {
      message.destroy();
      const why = reads || hops > 0 ? `more than ${hops} times` : `with ${status}, which would lose the body`;
      throw new RegistryError('E_REGISTRY', `${call.what}: ${url.host} redirects ${why}`, {
        hint: 'the registry or a proxy before it is at fault',
        status,
      });
    }
    return followLocation({ what: call.what, url, addressClass }, message.headers.location);
  }

  #headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return { 'user-agent': this.#dependencies.userAgent, 'accept-encoding': 'identity', ...headers };
  }

  async #unauthorized<T>(
    call: Call<T>,
    answer: HttpResponse,
    authCase: AuthCase,
    isHome: boolean,
  ): Promise<never> {
    const error = await this.#refusal(call, answer);
    throw error.with({
      code: 'E_UNAUTHORIZED',
      hint: isHome
        ? this.#dependencies.authenticator.hint(authCase.credential)
        : `${answer.url.host} is not the registry, so credentials are not shown to it`,
    });
  }

  async #refusal<T>(call: Call<T>, answer: HttpResponse): Promise<RegistryError> {
    const { limits, signal, clock, secrets } = this.#dependencies;
    const refusal = {
      what: call.what,
      method: call.method,
      host: answer.url.host,
      status: answer.status,
      headers: answer.message.headers,
      body: await readErrorBytes(answer, limits, signal),
    };
    return statusError(refusal, limits, clock.wall(), (text) => secrets.mask(text));
  }

  #refuseWebPage<T>(call: Call<T>, { message, url, status }: HttpResponse): void {
    if (call.isDocument !== true || !isHtml(message.headers['content-type'])) return;
    message.destroy();
    throw webPageError(call.what, url.host, status);
  }

  /** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#warnings */
  #showWarning({ message, url }: HttpResponse): void {
    const text = /^299 \S+ "((?:[^"\\]|\\.)*)"/.exec(message.headers.warning ?? '')?.[1];
    if (text === undefined || this.#warnings.has(text) || this.#warnings.size >= 20) return;
    this.#warnings.add(text);
    this.#dependencies.log.warning(`${url.host} says: ${show(this.#dependencies.secrets.mask(text), 300)}`);
  }
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 499;
}

/** Some servers answer 411 to a write that does not say that it is empty. */
function bodyless(method: string): Record<string, string> {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' ? { 'content-length': '0' } : {};
}
