import { CodedError, type ErrorCode } from '../errors.ts';

/** One entry of `errors` in a registry's answer. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export interface RegistryErrorEntry {
  /** `MANIFEST_UNKNOWN`, `DENIED`...; as the registry wrote it, cleaned and shortened. */
  readonly code: string;
  readonly message: string;
  /** JSON, shortened. MANIFEST_BLOB_UNKNOWN names the missing digests here. */
  readonly detail: string;
}

/**
 * How often a failure is worth another try. `full`: the whole policy; `some`: four tries in all, within seconds, for what
 * is rather a mistake than a restart; `few`: three, for what time may or may not heal; `never`: the answer will be the same.
 */
export type RetryClass = 'full' | 'some' | 'few' | 'never';

interface RegistryErrorDetails {
  /** The cure: no error of a registry goes without one. */
  readonly hint: string;
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly registryErrors?: readonly RegistryErrorEntry[];
  readonly retry?: RetryClass;
  readonly retryAfterMs?: number | undefined;
  readonly answerLost?: boolean;
  readonly reason?: string;
}

/** What a registry, or the way to it, said in the end. */
export class RegistryError extends CodedError {
  declare readonly hint: string;
  /** Of the last answer; undefined where none came. */
  readonly status: number | undefined;
  readonly registryErrors: readonly RegistryErrorEntry[];
  readonly retry: RetryClass;
  /** What the registry asked us to wait, clamped. */
  readonly retryAfterMs: number | undefined;
  /** True where the request may have been carried out although we were not told so. */
  readonly answerLost: boolean;
  /** In a few words, for the line that tells of a retry. */
  readonly reason: string;

  constructor(code: ErrorCode, message: string, details: RegistryErrorDetails) {
    super(code, message, {
      hint: details.hint,
      ...(details.cause !== undefined && { cause: details.cause }),
    });
    this.status = details.status;
    this.registryErrors = details.registryErrors ?? [];
    this.retry = details.retry ?? 'never';
    this.retryAfterMs = details.retryAfterMs;
    this.answerLost = details.answerLost ?? false;
    this.reason = details.reason ?? message;
  }

  /** The same failure with another answer to whether it is worth trying again, and perhaps more to say. */
  as(retry: RetryClass, note = ''): RegistryError {
    return this.with({ retry, ...(note !== '' && { message: `${this.message} (${note})` }) });
  }

  /** The same failure, told differently. */
  with(changes: Partial<Pick<RegistryError, 'code' | 'message' | 'hint' | 'retry'>>): RegistryError {
    const { code, message, hint, cause, status, registryErrors, retry, retryAfterMs, answerLost, reason } =
      this;
    const details = { hint, cause, status, registryErrors, retry, retryAfterMs, answerLost, reason };
    return new RegistryError(changes.code ?? code, changes.message ?? message, { ...details, ...changes });
  }

  /** Does one of the registry's own error codes say `code`? */
  says(...codes: readonly string[]): boolean {
    return this.registryErrors.some((entry) => codes.includes(entry.code.toUpperCase()));
  }
}

/** Distribution says 400 MANIFEST_BLOB_UNKNOWN of a child that it does not find, others 404. */
export function missesChild(error: unknown): error is RegistryError {
  return (
    error instanceof RegistryError &&
    (error.status === 400 || error.status === 404) &&
    error.says('MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN')
  );
}

/** A success with a web page in it, which is never what was asked for. */
export function webPageError(what: string, host: string, status: number): RegistryError {
  return new RegistryError('E_REGISTRY', `${what}: ${host} is not a registry: it answers with text/html`, {
    hint: 'check its name; a login page of the network, or a proxy, may stand in between',
    status,
  });
}
