import { CodedError, quote } from '../errors.ts';
import { parseFields } from '../oci/schema.ts';

import { isHtml, readBody } from './body.ts';
import type { Clock } from './clock.ts';
import type { Credential } from './credentials.ts';
import { readErrorBytes } from './error-bytes.ts';
import { RegistryError } from './errors.ts';
import { failureError } from './failure-error.ts';
import type { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import type { Retrier } from './retry.ts';
import type { ScopeSet } from './scope.ts';
import type { Secrets } from './secrets.ts';
import { statusError } from './status-error.ts';
import type { HttpResponse, Transport } from './transport.ts';
import type { ConnectionPolicy } from './agents.ts';

export interface TokenRequest {
  readonly registry: string;
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: ScopeSet;
  /** Undefined: a token for nobody in particular. */
  readonly credential: Credential | undefined;
  readonly policy: ConnectionPolicy;
}

export interface Token {
  readonly value: string;
  /** How long it lasts from now, at least a minute. */
  readonly lifeMs: number;
}

export interface TokenDependencies {
  readonly transport: Transport;
  readonly retrier: Retrier;
  readonly gateOf: (host: string) => Gate;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

const clientId = 'native-multiarch';
const shortestLifeS = 60;

/**
 * A token for `scopes`: GET with Basic for a username and password (several registries refuse the POST form), the POST
 * form for an identity token, and GET after all where a token server knows no POST. A redirect is not followed.
 * https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/
 * @throws E_UNAUTHORIZED, E_DENIED, E_RATE_LIMITED, E_REGISTRY, E_NETWORK or E_TIMEOUT
 */
export async function fetchToken(request: TokenRequest, dependencies: TokenDependencies): Promise<Token> {
  if (request.credential?.kind !== 'identity') return send(request, getRequest(request), dependencies);
  try {
    return await send(request, postRequest(request, request.credential.token), dependencies);
  } catch (error) {
    if (!(error instanceof RegistryError) || (error.status !== 404 && error.status !== 405)) throw error;
    return send(request, getRequest(request), dependencies);
  }
}

interface Wire {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly isSecret?: boolean;
}

function getRequest({ realm, service, scopes, credential }: TokenRequest): Wire {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes.toStrings()) url.searchParams.append('scope', scope);
  url.searchParams.set('client_id', clientId);
  const basic = basicPair(credential);
  if (credential?.kind === 'basic') url.searchParams.set('account', credential.username);
  return { method: 'GET', url, headers: basic === undefined ? {} : { authorization: `Basic ${basic}` } };
}

function postRequest({ realm, service, scopes }: TokenRequest, refreshToken: string): Wire {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
  });
  if (service !== undefined) form.set('service', service);
  form.set('scope', scopes.toStrings().join(' '));
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
    isSecret: true,
  };
}

/** `user:password` in base64; for an identity token that goes the GET way, the token is the password. */
export function basicPair(credential: Credential | undefined): string | undefined {
  if (credential === undefined || credential.kind === 'bearer') return undefined;
  const pair =
    credential.kind === 'basic'
      ? `${credential.username}:${credential.password}`
      : `${credential.username ?? '<token>'}:${credential.token}`;
  return Buffer.from(pair).toString('base64');
}

async function send(request: TokenRequest, wire: Wire, dependencies: TokenDependencies): Promise<Token> {
  const { transport, retrier, gateOf, limits, userAgent, secrets } = dependencies;
  const what = `${wire.method} token for ${request.registry}`;
  const authorization = wire.headers['authorization']?.slice('Basic '.length);
  if (authorization !== undefined) secrets.add(authorization);
  return retrier.run({
    what,
    gate: gateOf(wire.url.host),
    attempt: async () => {
      try {
        const answer = await transport.send({
          ...wire,
          headers: {
            ...wire.headers,
            accept: 'application/json',
            'accept-encoding': 'identity',
            'user-agent': userAgent,
          },
          policy: request.policy,
          headersMs: limits.headersMs,
        });
        return await readToken(answer, what, request, dependencies);
      } catch (error) {
        throw failureError(error, what, wire.url.host);
      }
    },
  });
}

async function readToken(
  answer: HttpResponse,
  what: string,
  request: TokenRequest,
  { limits, clock, secrets, signal }: TokenDependencies,
): Promise<Token> {
  const { status, message } = answer;
  if (status >= 300 && status < 400) {
    message.destroy();
    throw new RegistryError(
      'E_REGISTRY',
      `${what}: ${answer.url.host} redirects (${status}), which is not followed`,
      {
        hint: 'a token server that sends credentials on is not to be trusted',
        status,
      },
    );
  }
  if (status !== 200) {
    const body = await readErrorBytes(answer, limits, signal);
    const mask = (text: string) => secrets.mask(text);
    const refusal = { what, method: 'GET', host: answer.url.host, status, headers: message.headers, body };
    throw withOrigin(statusError(refusal, limits, clock.wall(), mask), request);
  }
  if (isHtml(message.headers['content-type'])) {
    message.destroy();
    throw new RegistryError(
      'E_REGISTRY',
      `${what}: ${answer.url.host} answers with a web page (text/html) where a token is wanted`,
      { hint: 'check the name of the registry; a sign-in page, or a proxy, may stand in between', status },
    );
  }
  const bytes = await readBody(answer, limits.tokenBytes, limits.documentMs, signal);
  return parseToken(bytes, `the token from ${answer.url.host}`, secrets);
}

/** Which credentials were refused is half of the cure. */
function withOrigin(error: RegistryError, { registry, credential }: TokenRequest): RegistryError {
  if (error.code !== 'E_UNAUTHORIZED' && error.code !== 'E_DENIED') return error;
  return error.with({ hint: loginHint(registry, credential) });
}

/** What to do about a refusal, by what was shown. */
export function loginHint(registry: string, credential: Credential | undefined): string {
  if (credential === undefined)
    return `there are no credentials for ${registry}: set username and password, or log in to it`;
  return `the credentials from ${credential.origin} were used: check that they are right, not expired, and allowed to do this`;
}

function parseToken(bytes: Uint8Array, what: string, secrets: Secrets): Token {
  const root = parseFields(bytes, what, { code: 'E_REGISTRY' });
  const value = ['token', 'access_token']
    .map((key) => root.get(key).optional((field) => field.string()) ?? '')
    .find((text) => text !== '');
  if (value === undefined) {
    throw new CodedError('E_REGISTRY', `${what} is empty`, {
      hint: 'the token server is at fault; try again later',
    });
  }
  secrets.add(value);
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new CodedError(
      'E_REGISTRY',
      `${what} has characters that no token has: ${quote(strangers(value), 20)}`,
      {
        hint: 'the token server is at fault, or not the one that it should be',
      },
    );
  }
  const told = root.get('expires_in').value;
  const lifeS = typeof told === 'number' && told > shortestLifeS ? told : shortestLifeS;
  return { value, lifeMs: lifeS * 1_000 };
}

function strangers(value: string): string {
  return value.replace(/[\x21-\x7e]/g, '');
}
