import { show, type ErrorCode } from '../errors.ts';
import { readErrorBody, type ErrorBody } from './error-body.ts';
import { RegistryError, type RetryClass } from './errors.ts';
import { http } from './http.ts';
import type { Limits } from './limits.ts';
import { retryAfterMs } from './retry-timing.ts';

/** A refusal, and what was asked for when it came. */
export interface Refusal {
  /** For people: `PUT manifest v1 of quay.io/acme/app`. */
  readonly what: string;
  readonly method: string;
  /** The host that answered, which a redirect may have changed. */
  readonly host: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Statuses that time may heal: those of every peer together. */
const retried: readonly number[] = [408, 429, 499, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529];
/** Of those, the ones behind which the request may have been carried out. */
const gatewayLost: readonly number[] = [408, 499, 500, 502, 503, 504, 520, 522, 524];

/** The error for a status that was not wanted. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export function statusError(
  refusal: Refusal,
  limits: Limits,
  now: number,
  mask: (text: string) => string,
): RegistryError {
  const { status, method } = refusal;
  const header = (name: string) => [refusal.headers[name]].flat()[0];
  const body = readErrorBody(refusal.body, header('content-type'), mask);
  const isLimit = isRateLimit(status, body);
  const wait = retryAfterMs(header('retry-after'), header('date'), body.text, now, limits);
  const retry = retryClass(status, method, body, isLimit);
  const said = body.isHtml ? 'a web page' : mask(body.text);
  const reason =
    `${status} ${http.STATUS_CODES[status] ?? ''}`.trim() + (said === '' ? '' : `, ${show(said, 200)}`);
  const code = errorCode(refusal, body, isLimit);
  return new RegistryError(code, message(refusal, said, header('ratelimit-remaining')), {
    hint: hintFor(code, refusal, body, retry),
    status,
    registryErrors: body.entries,
    retry,
    retryAfterMs: isLimit || status === 503 || status === 408 ? wait : undefined,
    answerLost: gatewayLost.includes(status),
    reason: isLimit && status !== 429 ? `${reason} (a rate limit)` : reason,
  });
}

function retryClass(status: number, method: string, body: ErrorBody, isLimit: boolean): RetryClass {
  if (isLimit || retried.includes(status)) return 'full';
  if (method === 'PUT' && isImmutable(status, body)) return 'never';
  if (status === 409 && method !== 'GET' && method !== 'HEAD') return 'few';
  // A replica that has not heard of what another one took a moment ago.
  if (method === 'PUT' && saysAny(body, ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'])) return 'few';
  return 'never';
}

function errorCode({ status, method, headers, what }: Refusal, body: ErrorBody, isLimit: boolean): ErrorCode {
  if (isLimit) return 'E_RATE_LIMITED';
  if (method === 'PUT' && isImmutable(status, body)) return 'E_TAG_IMMUTABLE';
  if (body.isHtml && status < 400) return 'E_REGISTRY';
  if (status === 401) return 'E_UNAUTHORIZED';
  if (status === 403) return 'E_DENIED';
  if (status === 404) return 'E_NOT_FOUND';
  const unsupported = saysAny(body, ['UNSUPPORTED']) || (status === 405 && headers['allow'] !== undefined);
  return unsupported && what.startsWith('DELETE') ? 'E_UNSUPPORTED' : 'E_REGISTRY';
}

/** 429, and what GHCR ("secondary rate limit") and others say under 403. */
function isRateLimit(status: number, body: ErrorBody): boolean {
  if (status === 429) return true;
  return (
    (status === 403 || status === 400) &&
    (saysAny(body, ['TOOMANYREQUESTS']) ||
      /rate limit|rate exceeded|too many requests|throttl/i.test(body.text))
  );
}

/** ECR: 400 TAG_INVALID or ImageTagAlreadyExistsException; Harbor: 412; Quay, Artifactory and others say it in words. */
function isImmutable(status: number, body: ErrorBody): boolean {
  if (![400, 403, 405, 409, 412].includes(status)) return false;
  // Harbor says 412 for a full quota as well.
  if (status === 412 && !/quota/i.test(body.text)) return true;
  return /immutab|ImageTagAlreadyExists|cannot be overwritten|tag already exists/i.test(body.text);
}

function saysAny(body: ErrorBody, codes: readonly string[]): boolean {
  return body.entries.some(({ code }) => codes.includes(code.toUpperCase()));
}

function message({ what, host, status }: Refusal, said: string, remaining: string | undefined): string {
  const quota = remaining === undefined ? '' : ` (ratelimit-remaining: ${show(remaining, 40)})`;
  const name = http.STATUS_CODES[status] === undefined ? '' : ` ${http.STATUS_CODES[status]}`;
  return `${what}: ${host} answers ${status}${name}${said === '' ? '' : `, ${said}`}${quota}`;
}

function hintFor(code: ErrorCode, refusal: Refusal, body: ErrorBody, retry: RetryClass): string {
  const { host, status, what } = refusal;
  const byCode: Partial<Record<ErrorCode, string>> = {
    E_RATE_LIMITED:
      host === 'registry-1.docker.io'
        ? 'log in to Docker Hub, whose limits for anonymous users are low, or try again later'
        : 'try again later, or with fewer jobs at once',
    E_UNAUTHORIZED: `check username and password for ${host}`,
    E_DENIED: deniedHint(refusal),
    E_NOT_FOUND: isWrite(refusal)
      ? 'create the repository first if this registry does not do so on a push, and check its name'
      : 'check the name, and that the account may see it',
    E_TAG_IMMUTABLE: 'publish under a new tag, or let whoever runs the registry lift the rule',
    E_UNSUPPORTED: 'this registry does not allow deletion through its API',
  };
  const known = byCode[code];
  if (known !== undefined) return known;
  if (status === 413) {
    return what.includes('manifest')
      ? 'registries take manifests of 4 MiB at most'
      : 'a proxy before the registry limits the size of a request: raise its limit (nginx: client_max_body_size)';
  }
  if (/quota/i.test(body.text)) return `make room in the quota at ${host}, or let it be raised`;
  if (retry !== 'never' || status >= 500)
    return `run it again later: what is done is not done twice; if it stays, ask whoever runs ${host}`;
  return body.isHtml
    ? `is ${host} a registry? something else answers there`
    : `check the names in the request; if they are right, ask whoever runs ${host} what it has against it`;
}

function deniedHint(refusal: Refusal): string {
  if (refusal.host !== 'ghcr.io' || !isWrite(refusal))
    return 'check that the account may do this in that repository';
  return (
    'give the job `permissions: packages: write`; for a package that belongs to another repository: ' +
    "the package's settings, Manage Actions access, Write"
  );
}

function isWrite({ method }: Refusal): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
