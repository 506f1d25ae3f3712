import { CodedError, show, type ErrorCode } from '../errors.ts';
import { BodyEncoding, BodyTooLarge } from './body.ts';
import { RegistryError, type RetryClass } from './errors.ts';
import { TransportFailure, type FailureKind } from './transport-failure.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly retry: RetryClass;
  readonly is: string;
  readonly hint: string;
}

const unsteady = 'run it again; if it stays, see what stands between this machine and the registry';
const overloaded = 'run it again; if it stays, see how the registry does, and what stands before it';

const meanings: Readonly<Record<FailureKind, Meaning>> = {
  unresolved: {
    code: 'E_NETWORK',
    retry: 'few',
    is: 'cannot be resolved',
    hint: 'check the name of the registry, and the DNS of this machine',
  },
  resolver: {
    code: 'E_NETWORK',
    retry: 'full',
    is: 'could not be resolved now',
    hint: 'check the DNS of this machine',
  },
  blocked: {
    code: 'E_REGISTRY',
    retry: 'never',
    is: 'is in a place that this registry may not send us to',
    hint: 'a registry never leads to a more private place than its own; if that is its token server, name its host in registry-auth',
  },
  refused: {
    code: 'E_NETWORK',
    retry: 'some',
    is: 'cannot be reached',
    hint: 'nobody listens there: check host and port, and that the registry runs',
  },
  unreachable: {
    code: 'E_NETWORK',
    retry: 'full',
    is: 'cannot be reached',
    hint: 'check the host, and the network of this machine; behind a proxy set HTTPS_PROXY',
  },
  'connect-timeout': {
    code: 'E_TIMEOUT',
    retry: 'full',
    is: 'does not accept a connection',
    hint: 'check host and port, and that no firewall stands in between; behind a proxy set HTTPS_PROXY',
  },
  certificate: {
    code: 'E_NETWORK',
    retry: 'never',
    is: 'has a certificate that is not to be trusted',
    hint: 'give its authority as ca-certificate, or list the registry in insecure-registries',
  },
  'not-tls': {
    code: 'E_NETWORK',
    retry: 'never',
    is: 'does not speak TLS',
    hint: 'for a registry with plain HTTP list it in insecure-registries',
  },
  'not-http': { code: 'E_REGISTRY', retry: 'never', is: 'does not speak HTTP', hint: 'check the port' },
  'headers-too-large': {
    code: 'E_REGISTRY',
    retry: 'never',
    is: 'sends headers of more than 16 KiB',
    hint: 'no registry does that: check its name, and what stands before it',
  },
  reset: { code: 'E_NETWORK', retry: 'full', is: 'closed the connection', hint: unsteady },
  'headers-timeout': { code: 'E_TIMEOUT', retry: 'full', is: 'does not answer', hint: overloaded },
  'upload-stalled': { code: 'E_TIMEOUT', retry: 'full', is: 'takes no more of the upload', hint: overloaded },
  'body-cut': {
    code: 'E_NETWORK',
    retry: 'full',
    is: 'closed the connection within an answer',
    hint: unsteady,
  },
  'body-slow': { code: 'E_TIMEOUT', retry: 'full', is: 'answers too slowly', hint: overloaded },
  proxy: {
    code: 'E_NETWORK',
    retry: 'full',
    is: 'is behind a proxy that fails',
    hint: 'check HTTPS_PROXY and HTTP_PROXY, or put the host into NO_PROXY',
  },
  'proxy-refused': {
    code: 'E_NETWORK',
    retry: 'never',
    is: 'is behind a proxy that refuses',
    hint: 'if the proxy wants a login (407), put user:password@ into the variable that names it; else the host into NO_PROXY',
  },
  exposed: {
    code: 'E_REGISTRY',
    retry: 'never',
    is: 'speaks plain HTTP and is behind a proxy, which would see the credentials',
    hint: 'let it speak HTTPS, or put its host into NO_PROXY',
  },
};

/**
 * What went wrong between us and a registry, as the error that a person reads. Errors that are not of the network (a
 * cancellation, the caller's own) are given back as they are.
 */
export function failureError(error: unknown, what: string, host: string): unknown {
  if (error instanceof BodyTooLarge || error instanceof BodyEncoding) {
    return new RegistryError('E_REGISTRY', `${what}: ${host} sends ${show(error.message)}`, {
      hint: 'no registry does that: check its name, and what stands before it',
      cause: error,
    });
  }
  if (!(error instanceof TransportFailure)) return error;
  const { code, retry, is, hint } = meanings[error.kind];
  const reason = `${host} ${is} (${show(error.message, 200)})`;
  return new RegistryError(code, `${what}: ${reason}`, {
    hint,
    cause: error,
    retry,
    answerLost: error.sent,
    reason,
  });
}

/** Was it only that an idle connection had been closed? Then the request is worth one more at once. */
export function isStaleSocket(error: unknown): boolean {
  const cause = error instanceof CodedError ? error.cause : error;
  return cause instanceof TransportFailure && cause.reusedSocket;
}
