/**
 * The one kind of error that this program throws on purpose, and how outside values are shown in it.
 * Imports nothing, so that every folder can use it.
 */

/** Every code that a user can meet. They are part of the contract: people grep for them; docs/errors.md has each one. */
export const errorCodes = [
  'E_INPUT',
  'E_PLATFORM',
  'E_REFERENCE',
  'E_RECORD',
  'E_PLATFORM_MISSING',
  'E_PLATFORM_DUPLICATE',
  'E_PLATFORM_UNEXPECTED',
  'E_PLATFORM_MISMATCH',
  'E_CONTENT_MISMATCH',
  'E_REVISION_MISMATCH',
  'E_DIGEST_MISMATCH',
  'E_MANIFEST',
  'E_LAYER',
  'E_NOT_FOUND',
  'E_UNAUTHORIZED',
  'E_DENIED',
  'E_RATE_LIMITED',
  'E_REGISTRY',
  'E_NETWORK',
  'E_TIMEOUT',
  'E_TAG_IMMUTABLE',
  'E_TAG_MOVED',
  'E_TAG_STALE',
  'E_PUBLISH',
  'E_HOST_MISMATCH',
  'E_ENGINE_MISSING',
  'E_ENGINE',
  'E_UNSUPPORTED',
  'E_BUILD',
  'E_SMOKE_TEST',
  'E_BASE_PLATFORM',
  'E_RUNNER',
  'E_GITHUB',
  'E_CANCELLED',
  'E_INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A line of a file of the user's: an annotation can stand there. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

interface ErrorDetails {
  /** What the user does about it; the part of the line behind the semicolon. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** True where a flag or its own value can't be read, before anything is contacted: a shell ends with 2, not 1. */
  readonly usage?: boolean;
  readonly place?: Place;
}

/**
 * A failure with a code that people can look up, a message with the value that was met, and a hint with the cure.
 * `message` and `hint` are single sentences without a full stop; {@link errorLine} joins them.
 */
export class CodedError extends Error {
  override readonly name = 'CodedError' as const;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly usage: boolean;
  readonly place: Place | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.usage = details.usage ?? false;
    this.place = details.place;
  }
}

/** What a machine that has no more of something, or does not give it, says of a file, whoever asked. */
const exhausted: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: 'the disk is full: free some space, or let RUNNER_TEMP, or else TMPDIR, name a folder on another',
  EDQUOT:
    'the quota of the disk is used up: free some space, or let RUNNER_TEMP, or else TMPDIR, name another',
  EROFS: 'the disk is read-only: let RUNNER_TEMP, or else TMPDIR, name a folder that can be written',
  EACCES:
    'let this user read it, or write there: see the owner and the mode of that file and of the folders above',
  EIO: 'the disk is failing: look at the log of the kernel',
  EMFILE: 'too many files are open: raise "ulimit -n" of this user',
  ENFILE: 'too many files are open on this machine: raise fs.file-max',
};

/** What was thrown, as an error with a code; anything that we did not throw on purpose, and the machine neither, is our own bug. */
export function toCodedError(thrown: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const errno = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const cure = Object.hasOwn(exhausted, errno) ? exhausted[errno] : undefined;
  if (cure !== undefined) return new CodedError('E_INPUT', show(message, 500), { hint: cure, cause: thrown });
  return new CodedError('E_INTERNAL', show(message, 500), {
    hint: 'this is a bug in native-multiarch; please report it with the log: https://github.com/native-multiarch/native-multiarch/issues',
    cause: thrown,
  });
}

/** The one line of the contract: `E_CODE: what went wrong, with the value; what to do about it`. */
export function errorLine(error: CodedError): string {
  return `${error.code}: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`;
}

/**
 * All of several failures at once, under the code of the first (the contract wants them told together).
 * One failure stays as it is. @throws when the list is empty, which would be a caller's bug.
 */
export function joinErrors(errors: readonly CodedError[]): CodedError {
  const [first, ...rest] = errors;
  if (first === undefined) throw new TypeError('joinErrors needs at least one error');
  if (rest.length === 0) return first;
  const told = rest.map((e) => (e.code === first.code ? e.message : `${e.code}: ${e.message}`));
  const messages = [...new Set([first.message, ...told])];
  const hints = [...new Set(errors.flatMap((e) => (e.hint === undefined ? [] : [e.hint])))];
  return new CodedError(first.code, messages.join('. '), {
    ...(hints.length > 0 && { hint: hints.join('; ') }),
    cause: first.cause,
    ...(first.place !== undefined && { place: first.place }),
    usage: errors.every((e) => e.usage),
  });
}

/**
 * The results of work that goes on in parallel; when some of it fails, all failures together ({@link joinErrors}) once
 * everything has ended.
 */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const failures = settled.flatMap((result) =>
    result.status === 'rejected' ? [toCodedError(result.reason)] : [],
  );
  if (failures.length > 0) throw joinErrors(failures);
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A value from outside, made fit for one line of a log: control, format and bidirectional characters are shown as
 * `\u{..}`, and what is longer than `max` characters is cut with an ellipsis. Not quoted; see {@link quote}.
 */
export function show(value: string, max = 120): string {
  const cut = value.length > max ? `${value.slice(0, max)}…` : value;
  return cut.replace(unprintable, (c) =>
    c === '\n' ? '\\n' : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** {@link show}, between double quotes: for values whose ends matter. */
export function quote(value: string, max = 120): string {
  return `"${show(value, max)}"`;
}
