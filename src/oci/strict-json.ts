import { CodedError, quote, type ErrorCode } from '../errors.ts';
import { JsonReader, JsonSyntaxError, type JsonValue } from './json-reader.ts';

export type { JsonObject, JsonValue } from './json-reader.ts';

export interface StrictJsonOptions {
  /** How deep objects and arrays may nest. */
  readonly maxDepth?: number;
  /** How many values the document may hold in all. */
  readonly maxValues?: number;
  /** Refuses numbers that are whole and not written so (`2.0`, `1e3`, `-0`): other readers do not take them for integers. */
  readonly plainIntegers?: boolean;
  readonly code?: ErrorCode;
}

/**
 * JSON from outside, read more strictly than `JSON.parse` does, because two programs that read one document differently
 * can be played off against each other: UTF-8 without a byte order mark, no key twice in an object, no lone surrogates,
 * bounded depth and number of values. The caller bounds the bytes.
 * https://www.rfc-editor.org/rfc/rfc7493
 * @param what names the document in errors, such as `the config of linux/amd64`.
 * @throws E_MANIFEST, or `options.code`, with the place.
 */
export function parseStrictJson(bytes: Uint8Array, what: string, options: StrictJsonOptions = {}): JsonValue {
  const { maxDepth = 20, maxValues = 250_000, plainIntegers = false, code = 'E_MANIFEST' } = options;
  const text = decodeUtf8(bytes, what, code);
  try {
    return new JsonReader(text, { maxDepth, maxValues, plainIntegers }).document();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new CodedError(
      code,
      `${what} is not JSON that we accept: ${error.message} at ${place(text, error.offset)}`,
      {
        hint: 'it is to be plain JSON in UTF-8, each key once',
        cause: error,
      },
    );
  }
}

function decodeUtf8(bytes: Uint8Array, what: string, code: ErrorCode): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const start = quote(Buffer.from(bytes.subarray(0, 16)).toString('latin1'));
    throw new CodedError(code, `${what} is not UTF-8 (it starts with ${start})`, {
      hint: 'it is to be plain JSON in UTF-8',
      cause,
    });
  }
}

function place(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}
