import { CodedError } from '../errors.ts';
import { Agents } from './agents.ts';
import { discardBody, rawBody } from './body.ts';
import { failureError } from './failure-error.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { followLocation, isRedirect } from './redirects.ts';
import { RequestLog } from './request-log.ts';
import { TransportFailure } from './transport-failure.ts';
import { Transport, type HttpResponse } from './transport.ts';

export interface DownloadOptions {
  /** Proxies and NODE_EXTRA_CA_CERTS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** PEM. */
  readonly caCertificate?: string;
  readonly signal: AbortSignal;
  readonly limits?: Limits;
}

/** One try to get a file, in pieces. @throws E_NOT_FOUND, E_DENIED, E_RATE_LIMITED, E_NETWORK, E_TIMEOUT */
export type Download = (url: URL) => AsyncIterable<Uint8Array>;

/** Gets files from hosts that are no registries: by the same proxies, certificates and time limits. Redirects are followed. */
export function downloader({
  env,
  caCertificate,
  signal,
  limits = defaultLimits,
}: DownloadOptions): Download {
  return async function* download(url) {
    const agents = new Agents(env, limits, caCertificate);
    const transport = new Transport(agents, limits, new RequestLog(), signal);
    try {
      const answer = await follow(transport, url, limits);
      const pace = { bytes: limits.rateBytes, everyMs: limits.rateMs };
      yield* rawBody(answer, pace, signal);
    } catch (error) {
      if (error instanceof CodedError || signal.aborted) throw error;
      throw failure(error, url);
    } finally {
      agents.destroy();
    }
  };
}

/** The cures for registries are not those for other hosts. */
function failure(error: unknown, url: URL): unknown {
  const told = failureError(error, `GET ${url.href}`, url.host);
  if (!(error instanceof TransportFailure && told instanceof CodedError)) return told;
  if (error.kind.startsWith('proxy')) return told;
  const hint =
    error.kind === 'certificate'
      ? 'give its authority as ca-certificate'
      : 'see whether this machine reaches that host (behind a proxy set HTTPS_PROXY), or use a mirror';
  return new CodedError(told.code, told.message, { hint, cause: error });
}

async function follow(transport: Transport, start: URL, limits: Limits): Promise<HttpResponse> {
  let url = start;
  let sentBy: HttpResponse['addressClass'] | undefined;
  for (let hops = 0; ; hops++) {
    const answer = await transport.send({
      method: 'GET',
      url,
      headers: { 'user-agent': 'native-multiarch', 'accept-encoding': 'identity' },
      policy: { verifyCertificate: true, sentBy },
      headersMs: limits.headersMs,
    });
    if (answer.status === 200) return answer;
    await discardBody(answer, limits);
    if (!isRedirect(answer.status)) throw refusal(answer, start);
    if (hops === limits.redirects)
      throw new CodedError('E_NETWORK', `${start.href} sends us on more than ${hops} times`);
    const { location } = answer.message.headers;
    sentBy ??= answer.addressClass;
    url = followLocation({ what: `GET ${start.href}`, url, addressClass: sentBy }, location);
  }
}

function refusal({ status, url }: HttpResponse, start: URL): CodedError {
  const what = `${start.href}: ${url.host} answers ${status}`;
  const hint = 'check the version, and the address that files are taken from';
  if (status === 404 || status === 410) return new CodedError('E_NOT_FOUND', what, { hint });
  if (status === 429)
    return new CodedError('E_RATE_LIMITED', what, { hint: 'try again later, or use a mirror' });
  if (status < 500) return new CodedError('E_DENIED', what, { hint });
  return new CodedError('E_NETWORK', what, { hint: 'try again later, or use a mirror' });
}
