import { CodedError, quote } from '../errors.ts';
import { isDigest } from '../oci/digest.ts';
import { isPath, maxPathLength, tagForm, type Repository } from '../oci/reference.ts';
import type { Exchange } from './exchange.ts';
import type { Limits } from './limits.ts';
import type { Log } from '../log.ts';
import type { RequestLogEntry } from './request-log.ts';

/** What the protocol's verbs are built on. */
export interface VerbDependencies {
  readonly exchangeFor: (registry: string) => Exchange;
  readonly limits: Limits;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Waits so many milliseconds; rejects when the client is closed or told to stop. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly requests: readonly RequestLogEntry[];
}

/**
 * `/v2/<path>/<rest>`. The grammar is checked here once more although parsers have seen it, because here it becomes a URL.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 * @throws E_REFERENCE
 */
export function apiPath(
  repository: Repository,
  rest: string,
  query: readonly (readonly [string, string])[] = [],
): string {
  if (!isPath(repository.path) || repository.path.length > maxPathLength) {
    throw new CodedError('E_REFERENCE', `${quote(repository.path)} is not the path of a repository`, {
      hint: 'lower-case letters and digits, with single ".", "_", "-" and "/" between them',
    });
  }
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `/v2/${repository.path}/${rest}${search === '' ? '' : `?${search}`}`;
}

/** A tag or a digest, fit for a URL. @throws E_REFERENCE */
export function checkedReference(reference: string): string {
  if (isDigest(reference) || tagForm.test(reference)) return reference;
  throw new CodedError('E_REFERENCE', `${quote(reference)} is neither a tag nor a digest`, {
    hint: 'a tag such as v1.2, or sha256: and 64 hexadecimal digits',
  });
}

/** `quay.io/acme/app:v1` or `quay.io/acme/app@sha256:…`, for messages. */
export function named(repository: Repository, reference: string): string {
  return `${repository.name}${isDigest(reference) ? '@' : ':'}${reference}`;
}
