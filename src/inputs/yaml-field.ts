import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { CodedError, quote, show, type ErrorCode } from '../errors.ts';
import type { JsonObject, JsonValue } from '../oci/strict-json.ts';
import type { YamlSource } from './yaml.ts';

/** One entry of a YAML map: the key as text, and the places of both sides. */
export interface YamlEntry {
  readonly key: string;
  readonly keyField: YamlField;
  readonly value: YamlField;
}

/** A place in a YAML text, named for people, whose errors say line and column. */
export class YamlField {
  readonly node: Node | null;
  /** What it is called in errors: `runs-on of linux/arm64`. */
  readonly name: string;
  readonly #source: YamlSource;
  readonly #offset: number;

  /** @param offset where to point to if there is no node, as behind a key without a value. */
  constructor(node: Node | null, name: string, source: YamlSource, offset = 0) {
    this.node = node;
    this.name = name;
    this.#source = source;
    this.#offset = node?.range?.[0] ?? offset;
  }

  /** `line 3, column 5`. */
  get place(): string {
    return this.#source.place(this.#offset);
  }

  get isNull(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  named(name: string): YamlField {
    return new YamlField(this.node, name, this.#source, this.#offset);
  }

  /** `problem` follows the name: "is empty". */
  error(problem: string, hint: string, code: ErrorCode = 'E_INPUT'): CodedError {
    return new CodedError(code, `${this.place}: ${this.name} ${problem}`, {
      usage: true,
      hint,
    });
  }

  /** The entries of a map, in order. @throws E_INPUT where it is none, or a key isn't plain text or stands twice. */
  entries(): YamlEntry[] {
    if (!isMap<Node | null, Node | null>(this.node)) throw this.#not('a map');
    return this.node.items.map(({ key, value }) => {
      const keyField = new YamlField(key, `a key of ${this.name}`, this.#source, this.#offset);
      const text = keyField.#keyText();
      const offset = key?.range?.[0] ?? this.#offset;
      return {
        key: text,
        keyField,
        value: new YamlField(value, `${show(text)} of ${this.name}`, this.#source, offset),
      };
    });
  }

  /** @throws E_INPUT at the second of two entries with one key. */
  uniqueEntries(): YamlEntry[] {
    const entries = this.entries();
    const seen = new Set<string>();
    for (const { key, keyField } of entries) {
      if (seen.has(key)) throw keyField.error(`is ${quote(key)}, a second time`, 'keep one of them');
      seen.add(key);
    }
    return entries;
  }

  items(): YamlField[] {
    if (!isSeq<Node | null>(this.node)) throw this.#not('a list');
    return this.node.items.map(
      (item, i) => new YamlField(item, `item ${i + 1} of ${this.name}`, this.#source, this.#offset),
    );
  }

  string(): string {
    const value = this.#scalar();
    if (typeof value === 'string') {
      if (value.trim() === '') throw this.error('is empty', 'give it a value, or leave it out');
      if (value.includes('\0')) throw this.error('has a NUL character in it', 'take it out');
      return value;
    }
    const cure =
      typeof value === 'number' || typeof value === 'boolean' ? 'put it between quotes' : undefined;
    throw this.#not('text', cure);
  }

  /** A string, or a number as it was written. */
  numberOrString(): string {
    const { node } = this;
    return isScalar(node) && typeof node.value === 'number' && node.source !== undefined
      ? node.source
      : this.string();
  }

  /** A list of strings, or one string. */
  strings(): string[] {
    return isSeq(this.node) ? this.items().map((item) => item.string()) : [this.string()];
  }

  boolean(): boolean {
    const value = this.#scalar();
    if (typeof value === 'boolean') return value;
    throw this.#not('true or false');
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const value = this.string();
    const found = allowed.find((one) => one === value);
    if (found !== undefined) return found;
    throw this.error(`is ${quote(value)}`, `it can be ${allowed.join(', ')}`);
  }

  /** A map from strings to strings, without a prototype. */
  stringMap(): Record<string, string> {
    const map = Object.create(null) as Record<string, string>;
    for (const { key, value } of this.uniqueEntries()) {
      // An empty annotation is a legal one, and `string` refuses it.
      map[key] = isScalar(value.node) && value.node.value === '' ? '' : value.string();
    }
    return map;
  }

  /** Whatever is here, as JSON; objects have no prototype. @throws E_INPUT for what JSON has no word for. */
  json(): JsonValue {
    if (this.isNull) return null;
    if (isSeq(this.node)) return this.items().map((item) => item.json());
    if (isMap(this.node)) {
      const object = Object.create(null) as Record<string, JsonValue>;
      for (const { key, value } of this.uniqueEntries()) object[key] = value.json();
      return object satisfies JsonObject;
    }
    const value = this.#scalar();
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.#not('something that JSON has', 'put it between quotes');
  }

  #scalar(): unknown {
    return isScalar(this.node) ? this.node.value : undefined;
  }

  #keyText(): string {
    if (isScalar(this.node)) {
      const { value, source } = this.node;
      if (typeof value === 'string') return value;
      if (value !== null && source !== undefined) return source;
    }
    throw this.error(
      'is not plain text',
      'write a key as a word, between quotes if it has special characters',
    );
  }

  #not(wanted: string, hint = `write ${wanted} there`): CodedError {
    return this.error(
      this.isNull ? `is empty: it should be ${wanted}` : `is ${this.#describe()}, not ${wanted}`,
      hint,
    );
  }

  #describe(): string {
    if (isMap(this.node)) return 'a map';
    if (isSeq(this.node)) return 'a list';
    if (!isScalar(this.node)) return 'nothing';
    const { value, source } = this.node;
    return typeof value === 'string' ? quote(value) : (source ?? String(value));
  }
}
