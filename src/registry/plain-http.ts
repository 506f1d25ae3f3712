import { Agents } from './agents.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { defaultLimits } from './limits.ts';
import { RequestLog } from './request-log.ts';
import { Transport } from './transport.ts';

export interface PlainHttpOptions {
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY and their lower-case forms; NODE_EXTRA_CA_CERTS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface PlainRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
}

export interface PlainAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Undefined where it is longer than `maxBytes`. */
  readonly body: Uint8Array | undefined;
}

/**
 * Bounded requests to a host that is no registry, by the same proxies and with the same time limits. No retry, no redirect.
 * @returns what sends, and what cuts every connection in the end
 */
export function plainHttp({ env, signal }: PlainHttpOptions): {
  readonly send: (request: PlainRequest) => Promise<PlainAnswer>;
  readonly close: () => void;
} {
  const agents = new Agents(env, defaultLimits, undefined);
  const transport = new Transport(agents, defaultLimits, new RequestLog(), signal);
  return {
    send: async ({ maxBytes, headers, ...request }) => {
      const answer = await transport.send({
        ...request,
        headers: { 'user-agent': 'native-multiarch', 'accept-encoding': 'identity', ...headers },
        policy: { verifyCertificate: true, sentBy: undefined },
        headersMs: defaultLimits.headersMs,
      });
      const retryAfter = answer.message.headers['retry-after'];
      return { status: answer.status, retryAfter, body: await bodyOf(answer, maxBytes, signal) };
    },
    close: () => {
      agents.destroy();
    },
  };
}

async function bodyOf(
  answer: Parameters<typeof readBody>[0],
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await readBody(answer, maxBytes, defaultLimits.documentMs, signal);
  } catch (error) {
    if (error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}
