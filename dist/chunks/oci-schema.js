// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as isDigest } from "./oci-digest.js";

// src/oci/json-reader.ts
/** Where reading stopped, as an offset in UTF-16 units, and why. */
var JsonSyntaxError = class extends Error {
	name = "JsonSyntaxError";
	offset;
	constructor(message, offset) {
		super(message);
		this.offset = offset;
	}
};
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainRun = /[^"\\\u0000-\u001f]*/y;
const whitespace = /[ \t\n\r]*/y;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const escapes = /* @__PURE__ */ new Map([
	["\"", "\""],
	["\\", "\\"],
	["/", "/"],
	["b", "\b"],
	["f", "\f"],
	["n", "\n"],
	["r", "\r"],
	["t", "	"]
]);
/** Reads one JSON text. https://www.rfc-editor.org/rfc/rfc8259 */
var JsonReader = class {
	#text;
	#limits;
	#at = 0;
	#values = 0;
	constructor(text, limits) {
		this.#text = text;
		this.#limits = limits;
	}
	/** The one value of the text. @throws JsonSyntaxError */
	document() {
		if (this.#text.startsWith("﻿")) throw this.#error("a byte order mark");
		const value = this.#value(0);
		this.#skip();
		if (this.#at < this.#text.length) throw this.#error(`${this.#found()} behind the end of the document`);
		return value;
	}
	#value(depth) {
		if (++this.#values > this.#limits.maxValues) throw this.#error(`more than ${this.#limits.maxValues} values`);
		this.#skip();
		switch (this.#text.charAt(this.#at)) {
			case "{": return this.#object(depth + 1);
			case "[": return this.#array(depth + 1);
			case "\"": return this.#string();
			case "t": return this.#word("true", true);
			case "f": return this.#word("false", false);
			case "n": return this.#word("null", null);
			default: return this.#number();
		}
	}
	#object(depth) {
		this.#enter(depth);
		const object = Object.create(null);
		if (this.#closes("}")) return object;
		do {
			this.#skip();
			const start = this.#at;
			if (this.#text[start] !== "\"") throw this.#error(`${this.#found()} where a key is wanted`);
			const key = this.#string();
			if (key in object) throw new JsonSyntaxError(`the key ${quote(key)} a second time`, start);
			this.#skip();
			if (this.#text[this.#at] !== ":") throw this.#error(`${this.#found()} where ":" is wanted`);
			this.#at++;
			object[key] = this.#value(depth);
		} while (this.#continues("}"));
		return object;
	}
	#array(depth) {
		this.#enter(depth);
		const array = [];
		if (this.#closes("]")) return array;
		do
			array.push(this.#value(depth));
		while (this.#continues("]"));
		return array;
	}
	#enter(depth) {
		if (depth > this.#limits.maxDepth) throw this.#error(`more than ${this.#limits.maxDepth} levels of nesting`);
		this.#at++;
	}
	#closes(bracket) {
		this.#skip();
		if (this.#text[this.#at] !== bracket) return false;
		this.#at++;
		return true;
	}
	#continues(bracket) {
		if (this.#closes(bracket)) return false;
		if (this.#text[this.#at] !== ",") throw this.#error(`${this.#found()} where "," or "${bracket}" is wanted`);
		this.#at++;
		return true;
	}
	#string() {
		const start = this.#at++;
		const pieces = [];
		for (;;) {
			pieces.push(this.#match(plainRun));
			const next = this.#text[this.#at];
			if (next === "\"") break;
			if (next !== "\\") throw this.#error(`${this.#found()} in a string`);
			pieces.push(this.#escape());
		}
		this.#at++;
		const value = pieces.join("");
		if (loneSurrogate.test(value)) throw new JsonSyntaxError("half a character (a lone surrogate) in a string", start);
		return value;
	}
	#escape() {
		const letter = this.#text[this.#at + 1] ?? "";
		if (letter === "u") {
			const code = this.#text.slice(this.#at + 2, this.#at + 6);
			if (!/^[0-9A-Fa-f]{4}$/.test(code)) throw this.#error("a broken \\u escape");
			this.#at += 6;
			return String.fromCharCode(parseInt(code, 16));
		}
		const character = escapes.get(letter);
		if (character === void 0) throw this.#error("an unknown escape");
		this.#at += 2;
		return character;
	}
	#number() {
		const start = this.#at;
		const digits = this.#match(number);
		if (digits === "") throw this.#error(`${this.#found()} where a value is wanted`);
		const value = Number(digits);
		if (this.#limits.plainIntegers && Number.isInteger(value) && !/^(?:0|-?[1-9]\d*)$/.test(digits)) throw new JsonSyntaxError(`the whole number ${quote(digits)} not written as one`, start);
		return value;
	}
	#word(word, value) {
		if (!this.#text.startsWith(word, this.#at)) throw this.#error(`${this.#found()} where a value is wanted`);
		this.#at += word.length;
		return value;
	}
	#skip() {
		this.#match(whitespace);
	}
	#match(pattern) {
		pattern.lastIndex = this.#at;
		const [found = ""] = pattern.exec(this.#text) ?? [];
		this.#at += found.length;
		return found;
	}
	#found() {
		const point = this.#text.codePointAt(this.#at);
		return point === void 0 ? "the end" : quote(String.fromCodePoint(point));
	}
	#error(message) {
		return new JsonSyntaxError(message, this.#at);
	}
};

// src/oci/strict-json.ts
/**
* JSON from outside, read more strictly than `JSON.parse` does, because two programs that read one document differently
* can be played off against each other: UTF-8 without a byte order mark, no key twice in an object, no lone surrogates,
* bounded depth and number of values. The caller bounds the bytes.
* https://www.rfc-editor.org/rfc/rfc7493
* @param what names the document in errors, such as `the config of linux/amd64`.
* @throws E_MANIFEST, or `options.code`, with the place.
*/
function parseStrictJson(bytes, what, options = {}) {
	const { maxDepth = 20, maxValues = 25e4, plainIntegers = false, code = "E_MANIFEST" } = options;
	const text = decodeUtf8(bytes, what, code);
	try {
		return new JsonReader(text, {
			maxDepth,
			maxValues,
			plainIntegers
		}).document();
	} catch (error) {
		if (!(error instanceof JsonSyntaxError)) throw error;
		throw new CodedError(code, `${what} is not JSON that we accept: ${error.message} at ${place(text, error.offset)}`, {
			hint: "it is to be plain JSON in UTF-8, each key once",
			cause: error
		});
	}
}
function decodeUtf8(bytes, what, code) {
	try {
		return new TextDecoder("utf-8", {
			fatal: true,
			ignoreBOM: true
		}).decode(bytes);
	} catch (cause) {
		const start = quote(Buffer.from(bytes.subarray(0, 16)).toString("latin1"));
		throw new CodedError(code, `${what} is not UTF-8 (it starts with ${start})`, {
			hint: "it is to be plain JSON in UTF-8",
			cause
		});
	}
}
function place(text, offset) {
	const before = text.slice(0, offset);
	return `line ${before.split("\n").length}, column ${offset - before.lastIndexOf("\n")}`;
}

// src/oci/schema.ts
const maxStringLength = 65536;
/** What to do about a document that is not as it should be, by whose it is. */
const cures = {
	E_MANIFEST: "build and push that image again with a current tool",
	E_PLATFORM: "build and push that image again with a current tool",
	E_RECORD: "hand over the output record of build as it is",
	E_GITHUB: "run it again later, and see https://www.githubstatus.com",
	E_REGISTRY: "run it again later; if it stays, ask whoever runs the registry",
	E_ENGINE: "see that the engine works by itself, and that its version is a supported one",
	E_INPUT: "correct that file, or make it anew with the tool that writes it"
};
/**
* One place in a JSON document from outside, with its path, so that every error says where: `manifests[3].size`.
* A key that isn't there and a key with `null` are the same, as in Go's decoder, which most writers of these documents use.
*/
var Field = class Field {
	value;
	/** From the document's root, which is the empty path. */
	path;
	#what;
	#code;
	constructor(value, what, code = "E_MANIFEST", path = "") {
		this.value = value;
		this.path = path;
		this.#what = what;
		this.#code = code;
	}
	get absent() {
		return this.value === void 0 || this.value === null;
	}
	/** The same place, whose errors from here on have another code. */
	withCode(code) {
		return new Field(this.value, this.#what, code, this.path);
	}
	/** An error about this place. `problem` follows the path: "is not a digest". Without a hint it has the cure of its code. */
	error(problem, hint = cures[this.#code] ?? "correct the document, or make it anew") {
		const where = this.path === "" ? this.#what : `${this.path} of ${this.#what}`;
		return new CodedError(this.#code, `${where} ${problem}`, { hint });
	}
	/** What `read` makes of this place, or undefined where nothing is there. */
	optional(read) {
		return this.absent ? void 0 : read(this);
	}
	object() {
		const { value } = this;
		if (typeof value === "object" && value !== null && !isArray(value)) return value;
		throw this.#not("an object");
	}
	/** The place of a key in the object that is here. */
	get(key) {
		return new Field(this.object()[key], this.#what, this.#code, this.path === "" ? pathKey(key) : joinPath(this.path, key));
	}
	/**
	* Refuses a key that is one of `known` in all but case: Go's decoder would take it for that one, and ours would not.
	* https://pkg.go.dev/encoding/json#Unmarshal
	*/
	refuseLookalikes(known) {
		for (const key of Object.keys(this.object())) {
			if (known.includes(key)) continue;
			const alike = known.find((name) => fold(name) === fold(key));
			if (alike !== void 0) throw this.error(`has a key ${quote(key)}, which some programs read as ${quote(alike)}`);
		}
	}
	/** The places of an array's items. */
	items(maxItems = Infinity) {
		const { value } = this;
		if (!isArray(value)) throw this.#not("an array");
		if (value.length > maxItems) throw this.error(`has ${value.length} items`, `at most ${maxItems} are accepted`);
		return value.map((item, index) => new Field(item, this.#what, this.#code, `${this.path}[${index}]`));
	}
	string(form = {}) {
		const { value } = this;
		const { maxLength = maxStringLength, pattern, is = "of the right form" } = form;
		if (typeof value !== "string") throw this.#not("a string");
		if (value.length > maxLength) throw this.error(`has ${value.length} characters`, `at most ${maxLength} are accepted`);
		if (pattern !== void 0 && !pattern.test(value)) throw this.error(`is ${quote(value)}, which is not ${is}`);
		return value;
	}
	/** A string that is one of `allowed`. */
	oneOf(allowed) {
		const value = this.string();
		const found = allowed.find((one) => one === value);
		if (found !== void 0) return found;
		throw this.error(`is ${quote(value)}`, `it can be ${allowed.join(", ")}`);
	}
	/** A whole number that JavaScript holds exactly; not negative unless `min` says so. */
	integer({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
		const { value } = this;
		if (typeof value !== "number") throw this.#not("a number");
		if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
		throw this.error(`is ${value}`, `it is a whole number from ${min} to ${max}`);
	}
	boolean() {
		if (typeof this.value === "boolean") return this.value;
		throw this.#not("true or false");
	}
	digest() {
		const value = this.string({ maxLength: 1024 });
		if (isDigest(value)) return value;
		throw this.error(`is ${quote(value)}, which is not a digest`, "it is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits");
	}
	strings(maxItems = Infinity) {
		return this.items(maxItems).map((item) => item.string());
	}
	/** A map from strings to strings, without a prototype. */
	stringMap() {
		const map = Object.create(null);
		for (const key of Object.keys(this.object())) map[key] = this.get(key).string({ maxLength: Infinity });
		return map;
	}
	#not(wanted) {
		return this.error(this.absent ? `is missing: it should be ${wanted}` : `is ${describe(this.value)}, not ${wanted}`);
	}
};
/** {@link parseStrictJson}, as the root {@link Field}. */
function parseFields(bytes, what, options = {}) {
	return new Field(parseStrictJson(bytes, what, options), what, options.code);
}
/** An object without the keys whose value is undefined; what `exactOptionalPropertyTypes` wants of optional ones. */
function withoutUndefined(object) {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== void 0));
}
function isArray(value) {
	return Array.isArray(value);
}
function describe(value) {
	if (typeof value === "string") return `the string ${quote(value)}`;
	if (isArray(value)) return "an array";
	return typeof value === "object" ? "an object" : String(value);
}
function fold(key) {
	return key.toUpperCase().toLowerCase();
}
function joinPath(path, key) {
	const last = pathKey(key);
	return last.startsWith("[") ? path + last : `${path}.${last}`;
}
function pathKey(key) {
	return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : `[${quote(key)}]`;
}

export { parseStrictJson as i, parseFields as n, withoutUndefined as r, Field as t };