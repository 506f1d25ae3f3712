import { blockedAddress } from './lookup.ts';
import { ProxyFailure } from './tunnel.ts';

/** How a request came to no answer. */
export const failureKinds = [
  /** The name is not in DNS. */
  'unresolved',
  /** DNS did not answer, this time. */
  'resolver',
  /** The name leads to addresses that a registry may not send us to. */
  'blocked',
  /** Nobody listens at that port. */
  'refused',
  'unreachable',
  'connect-timeout',
  /** The certificate is not one to trust. */
  'certificate',
  /** Something answered that does not speak TLS. */
  'not-tls',
  /** Something answered that does not speak HTTP. */
  'not-http',
  'headers-too-large',
  'reset',
  'headers-timeout',
  'upload-stalled',
  /** The body stopped before its end. */
  'body-cut',
  /** The body comes too slowly, or not at all. */
  'body-slow',
  /** The proxy can't be reached, or has trouble. */
  'proxy',
  /** The proxy will not let us through, and will not tomorrow. */
  'proxy-refused',
  /** A proxy would have read the credentials. */
  'exposed',
] as const;

export type FailureKind = (typeof failureKinds)[number];

/** A request that got no answer, or not the whole of it. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure' as const;
  readonly kind: FailureKind;
  /** True where the server may have seen the whole request. */
  readonly sent: boolean;
  /** True where the connection was an old one, which the server may have closed while it was idle. */
  readonly reusedSocket: boolean;

  constructor(
    kind: FailureKind,
    message: string,
    details: { cause?: unknown; sent?: boolean; reusedSocket?: boolean } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.sent = details.sent ?? false;
    this.reusedSocket = details.reusedSocket ?? false;
  }
}

const kindsByCode: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: 'unresolved',
  ENODATA: 'unresolved',
  EAI_NONAME: 'unresolved',
  EAI_NODATA: 'unresolved',
  EAI_AGAIN: 'resolver',
  EAI_FAIL: 'resolver',
  ETIMEOUT: 'resolver',
  ESERVFAIL: 'resolver',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'connect-timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ENOTCONN: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'reset',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_INVALID_EOF_STATE: 'reset',
  [blockedAddress]: 'blocked',
};

const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|CRL_)/;

/** The kind of what node:net, node:tls or node:http threw; undefined for what none of them throws. */
export function failureKind(error: unknown): FailureKind | undefined {
  if (error instanceof TransportFailure) return error.kind;
  if (error instanceof ProxyFailure) return isFinalProxyAnswer(error.status) ? 'proxy-refused' : 'proxy';
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const known = kindsByCode[code];
  if (known !== undefined) return known;
  if (certificateCodes.test(code)) return 'certificate';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'not-tls';
  return code.startsWith('HPE_') ? 'not-http' : undefined;
}

function isFinalProxyAnswer(status: number | undefined): boolean {
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
}

/**
 * Of an AggregateError, which happy eyeballs throw when each address failed, the refusal if there was one, as then a machine
 * was there; else the first that has a code.
 */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const codes = error instanceof AggregateError ? error.errors.map(errorCode) : [];
  if (codes.includes('ECONNREFUSED')) return 'ECONNREFUSED';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codes.find((code) => code !== undefined);
}
