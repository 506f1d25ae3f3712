import { CodedError, show, type ErrorCode } from '../errors.ts';
import { BodyEncoding, BodyTooLarge } from './body.ts';
import { RegistryError, type RetryClass } from './errors.ts';
import { TransportFailure, type FailureKind } from './transport-failure.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly retry: RetryClass;
  readonly is: string;
  readonly hint?: string;
}

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
    hint: 'a public registry never leads into a private network or to this machine',
  },
  unreachable: { code: 'E_NETWORK', retry: 'full', is: 'cannot be reached' },
  'connect-timeout': { code: 'E_TIMEOUT', retry: 'full', is: 'does not accept a connection' },
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
  'headers-too-large': { code: 'E_REGISTRY', retry: 'never', is: 'sends headers of more than 16 KiB' },
  reset: { code: 'E_NETWORK', retry: 'full', is: 'closed the connection' },
  'headers-timeout': { code: 'E_TIMEOUT', retry: 'full', is: 'does not answer' },
  'upload-stalled': { code: 'E_TIMEOUT', retry: 'full', is: 'takes no more of the upload' },
  'body-cut': { code: 'E_NETWORK', retry: 'full', is: 'closed the connection within an answer' },
  'body-slow': { code: 'E_TIMEOUT', retry: 'full', is: 'answers too slowly' },
  proxy: { code: 'E_NETWORK', retry: 'full', is: 'is behind a proxy that fails' },
  'proxy-refused': {
    code: 'E_NETWORK',
    retry: 'never',
    is: 'is behind a proxy that refuses',
    hint: 'put user:password@ into HTTPS_PROXY if the proxy wants them (407), or the host into NO_PROXY',
  },
};

/**
 * What went wrong between us and a registry, as the error that a person reads. Errors that are not of the network (a
 * cancellation, the caller's own) are given back as they are.
 */
export function failureError(error: unknown, what: string, host: string): unknown {
  if (error instanceof BodyTooLarge || error instanceof BodyEncoding) {
    return new RegistryError('E_REGISTRY', `${what}: ${host} sends ${show(error.message)}`, {
      hint: 'no registry has reason to',
      cause: error,
    });
  }
  if (!(error instanceof TransportFailure)) return error;
  const { code, retry, is, hint } = meanings[error.kind];
  const reason = `${host} ${is} (${show(error.message, 200)})`;
  return new RegistryError(code, `${what}: ${reason}`, {
    ...(hint !== undefined && { hint }),
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
