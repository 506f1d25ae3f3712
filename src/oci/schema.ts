import { CodedError, quote, type ErrorCode } from '../errors.ts';
import { isDigest, type Digest } from './digest.ts';
import { parseStrictJson, type JsonObject, type JsonValue, type StrictJsonOptions } from './strict-json.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

interface Form {
  /** In UTF-16 units; 64 Ki by default. */
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  /** What a string of that pattern is, for people: "a media type". */
  readonly is?: string;
}

const maxStringLength = 65_536;

/** What to do about a document that is not as it should be, by whose it is. */
const cures: Partial<Record<ErrorCode, string>> = {
  E_MANIFEST: 'build and push that image again with a current tool',
  E_PLATFORM: 'build and push that image again with a current tool',
  E_RECORD: 'hand over the output record of build as it is',
  E_GITHUB: 'run it again later, and see https://www.githubstatus.com',
  E_REGISTRY: 'run it again later; if it stays, ask whoever runs the registry',
  E_ENGINE: 'see that the engine works by itself, and that its version is a supported one',
  E_INPUT: 'correct that file, or make it anew with the tool that writes it',
};

/**
 * One place in a JSON document from outside, with its path, so that every error says where: `manifests[3].size`.
 * A key that isn't there and a key with `null` are the same, as in Go's decoder, which most writers of these documents use.
 */
export class Field {
  readonly value: JsonValue | undefined;
  /** From the document's root, which is the empty path. */
  readonly path: string;
  readonly #what: string;
  readonly #code: ErrorCode;

  constructor(value: JsonValue | undefined, what: string, code: ErrorCode = 'E_MANIFEST', path = '') {
    this.value = value;
    this.path = path;
    this.#what = what;
    this.#code = code;
  }

  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The same place, whose errors from here on have another code. */
  withCode(code: ErrorCode): Field {
    return new Field(this.value, this.#what, code, this.path);
  }

  /** An error about this place. `problem` follows the path: "is not a digest". Without a hint it has the cure of its code. */
  error(problem: string, hint = cures[this.#code] ?? 'correct the document, or make it anew'): CodedError {
    const where = this.path === '' ? this.#what : `${this.path} of ${this.#what}`;
    return new CodedError(this.#code, `${where} ${problem}`, { hint });
  }

  /** What `read` makes of this place, or undefined where nothing is there. */
  optional<T>(read: (field: Field) => T): T | undefined {
    return this.absent ? undefined : read(this);
  }

  object(): JsonObject {
    const { value } = this;
    if (typeof value === 'object' && value !== null && !isArray(value)) return value;
    throw this.#not('an object');
  }

  /** The place of a key in the object that is here. */
  get(key: string): Field {
    return new Field(
      this.object()[key],
      this.#what,
      this.#code,
      this.path === '' ? pathKey(key) : joinPath(this.path, key),
    );
  }

  /**
   * Refuses a key that is one of `known` in all but case: Go's decoder would take it for that one, and ours would not.
   * https://pkg.go.dev/encoding/json#Unmarshal
   */
  refuseLookalikes(known: readonly string[]): void {
    for (const key of Object.keys(this.object())) {
      if (known.includes(key)) continue;
      const alike = known.find((name) => fold(name) === fold(key));
      if (alike !== undefined)
        throw this.error(`has a key ${quote(key)}, which some programs read as ${quote(alike)}`);
    }
  }

  /** The places of an array's items. */
  items(maxItems = Infinity): Field[] {
    const { value } = this;
    if (!isArray(value)) throw this.#not('an array');
    if (value.length > maxItems)
      throw this.error(`has ${value.length} items`, `at most ${maxItems} are accepted`);
    return value.map((item, index) => new Field(item, this.#what, this.#code, `${this.path}[${index}]`));
  }

  string(form: Form = {}): string {
    const { value } = this;
    const { maxLength = maxStringLength, pattern, is = 'of the right form' } = form;
    if (typeof value !== 'string') throw this.#not('a string');
    if (value.length > maxLength)
      throw this.error(`has ${value.length} characters`, `at most ${maxLength} are accepted`);
    if (pattern !== undefined && !pattern.test(value))
      throw this.error(`is ${quote(value)}, which is not ${is}`);
    return value;
  }

  /** A string that is one of `allowed`. */
  oneOf<T extends string>(allowed: readonly T[]): T {
    const value = this.string();
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    throw this.error(`is ${quote(value)}`, `it can be ${allowed.join(', ')}`);
  }

  /** A whole number that JavaScript holds exactly; not negative unless `min` says so. */
  integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {}): number {
    const { value } = this;
    if (typeof value !== 'number') throw this.#not('a number');
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw this.error(`is ${value}`, `it is a whole number from ${min} to ${max}`);
  }

  boolean(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.#not('true or false');
  }

  digest(): Digest {
    const value = this.string({ maxLength: 1024 });
    if (isDigest(value)) return value;
    throw this.error(
      `is ${quote(value)}, which is not a digest`,
      'it is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits',
    );
  }

  strings(maxItems = Infinity): string[] {
    return this.items(maxItems).map((item) => item.string());
  }

  /** A map from strings to strings, without a prototype. */
  stringMap(): Record<string, string> {
    const map = Object.create(null) as Record<string, string>;
    for (const key of Object.keys(this.object())) map[key] = this.get(key).string({ maxLength: Infinity });
    return map;
  }

  #not(wanted: string): CodedError {
    return this.error(
      this.absent ? `is missing: it should be ${wanted}` : `is ${describe(this.value)}, not ${wanted}`,
    );
  }
}

/** {@link parseStrictJson}, as the root {@link Field}. */
export function parseFields(bytes: Uint8Array, what: string, options: StrictJsonOptions = {}): Field {
  return new Field(parseStrictJson(bytes, what, options), what, options.code);
}

/** An object without the keys whose value is undefined; what `exactOptionalPropertyTypes` wants of optional ones. */
export function withoutUndefined<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function describe(value: JsonValue | undefined): string {
  if (typeof value === 'string') return `the string ${quote(value)}`;
  if (isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : String(value);
}

function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function joinPath(path: string, key: string): string {
  const last = pathKey(key);
  return last.startsWith('[') ? path + last : `${path}.${last}`;
}

function pathKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : `[${quote(key)}]`;
}
