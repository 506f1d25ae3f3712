// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { t as require_dist } from "./yaml.js";

// src/inputs/yaml-field.ts
var import_dist = require_dist();
/** A place in a YAML text, named for people, whose errors say line and column. */
var YamlField = class YamlField {
	node;
	/** What it is called in errors: `runs-on of linux/arm64`. */
	name;
	#source;
	#offset;
	/** @param offset where to point to if there is no node, as behind a key without a value. */
	constructor(node, name, source, offset = 0) {
		this.node = node;
		this.name = name;
		this.#source = source;
		this.#offset = node?.range?.[0] ?? offset;
	}
	/** `line 3, column 5`. */
	get place() {
		return this.#source.place(this.#offset);
	}
	get isNull() {
		return this.node === null || (0, import_dist.isScalar)(this.node) && this.node.value === null;
	}
	named(name) {
		return new YamlField(this.node, name, this.#source, this.#offset);
	}
	/** `problem` follows the name: "is empty". */
	error(problem, hint, code = "E_INPUT") {
		return new CodedError(code, `${this.place}: ${this.name} ${problem}`, {
			usage: true,
			hint
		});
	}
	/** The entries of a map, in order. @throws E_INPUT where it is none, or a key isn't plain text or stands twice. */
	entries() {
		if (!(0, import_dist.isMap)(this.node)) throw this.#not("a map");
		return this.node.items.map(({ key, value }) => {
			const keyField = new YamlField(key, `a key of ${this.name}`, this.#source, this.#offset);
			const text = keyField.#keyText();
			const offset = key?.range?.[0] ?? this.#offset;
			return {
				key: text,
				keyField,
				value: new YamlField(value, `${show(text)} of ${this.name}`, this.#source, offset)
			};
		});
	}
	/** @throws E_INPUT at the second of two entries with one key. */
	uniqueEntries() {
		const entries = this.entries();
		const seen = /* @__PURE__ */ new Set();
		for (const { key, keyField } of entries) {
			if (seen.has(key)) throw keyField.error(`is ${quote(key)}, a second time`, "keep one of them");
			seen.add(key);
		}
		return entries;
	}
	items() {
		if (!(0, import_dist.isSeq)(this.node)) throw this.#not("a list");
		return this.node.items.map((item, i) => new YamlField(item, `item ${i + 1} of ${this.name}`, this.#source, this.#offset));
	}
	string() {
		const value = this.#scalar();
		if (typeof value === "string") {
			if (value.trim() === "") throw this.error("is empty", "give it a value, or leave it out");
			if (value.includes("\0")) throw this.error("has a NUL character in it", "take it out");
			return value;
		}
		const cure = typeof value === "number" || typeof value === "boolean" ? "put it between quotes" : void 0;
		throw this.#not("text", cure);
	}
	/** A string, or a number as it was written. */
	numberOrString() {
		const { node } = this;
		return (0, import_dist.isScalar)(node) && typeof node.value === "number" && node.source !== void 0 ? node.source : this.string();
	}
	/** A list of strings, or one string. */
	strings() {
		return (0, import_dist.isSeq)(this.node) ? this.items().map((item) => item.string()) : [this.string()];
	}
	boolean() {
		const value = this.#scalar();
		if (typeof value === "boolean") return value;
		throw this.#not("true or false");
	}
	oneOf(allowed) {
		const value = this.string();
		const found = allowed.find((one) => one === value);
		if (found !== void 0) return found;
		throw this.error(`is ${quote(value)}`, `it can be ${allowed.join(", ")}`);
	}
	/** A map from strings to strings, without a prototype. */
	stringMap() {
		const map = Object.create(null);
		for (const { key, value } of this.uniqueEntries()) map[key] = (0, import_dist.isScalar)(value.node) && value.node.value === "" ? "" : value.string();
		return map;
	}
	/** Whatever is here, as JSON; objects have no prototype. @throws E_INPUT for what JSON has no word for. */
	json() {
		if (this.isNull) return null;
		if ((0, import_dist.isSeq)(this.node)) return this.items().map((item) => item.json());
		if ((0, import_dist.isMap)(this.node)) {
			const object = Object.create(null);
			for (const { key, value } of this.uniqueEntries()) object[key] = value.json();
			return object;
		}
		const value = this.#scalar();
		if (typeof value === "string" || typeof value === "boolean") return value;
		if (typeof value === "number" && Number.isFinite(value)) return value;
		throw this.#not("something that JSON has", "put it between quotes");
	}
	#scalar() {
		return (0, import_dist.isScalar)(this.node) ? this.node.value : void 0;
	}
	#keyText() {
		if ((0, import_dist.isScalar)(this.node)) {
			const { value, source } = this.node;
			if (typeof value === "string") return value;
			if (value !== null && source !== void 0) return source;
		}
		throw this.error("is not plain text", "write a key as a word, between quotes if it has special characters");
	}
	#not(wanted, hint = `write ${wanted} there`) {
		return this.error(this.isNull ? `is empty: it should be ${wanted}` : `is ${this.#describe()}, not ${wanted}`, hint);
	}
	#describe() {
		if ((0, import_dist.isMap)(this.node)) return "a map";
		if ((0, import_dist.isSeq)(this.node)) return "a list";
		if (!(0, import_dist.isScalar)(this.node)) return "nothing";
		const { value, source } = this.node;
		return typeof value === "string" ? quote(value) : source ?? String(value);
	}
};

// src/inputs/yaml.ts
const maxCharacters = 65536;
const maxDepth = 20;
/**
* YAML 1.2 (core schema, so JSON as well), and of that the plain part: one document of at most 64 Ki characters and 20 levels,
* without anchors, aliases, tags and directives. Keys that stand twice are left for the caller to find.
*
* The depth is counted by the lexer before the parser runs, since the parser calls itself for each level, and V8 ends
* the process where it compiles a regular expression on a stack that is nearly full.
* https://yaml.org/spec/1.2.2/
* @throws E_INPUT with line and column.
*/
function readYaml(text, { secret = false } = {}) {
	if (text.length > maxCharacters) throw wrong(`has ${text.length} characters`, `${maxCharacters} are accepted at most`);
	if (deeperThan(text, maxDepth)) throw wrong(`nests more than ${maxDepth} levels deep`, "write it flatter");
	const lineCounter = new import_dist.LineCounter();
	const document = (0, import_dist.parseDocument)(text, {
		version: "1.2",
		schema: "core",
		uniqueKeys: false,
		prettyErrors: false,
		lineCounter
	});
	const place = (offset) => {
		const { line, col } = lineCounter.linePos(offset);
		return `line ${line}, column ${col}`;
	};
	const [error] = document.errors;
	if (error !== void 0) {
		const why = secret ? error.code : show(error.message);
		throw wrong(`${place(error.pos[0])}: this is not YAML: ${why}`, "look for a missing colon, bracket or quote there");
	}
	const root = document.contents;
	refuseIndirection(text, root, place);
	return {
		root,
		place
	};
}
function wrong(message, hint) {
	return new CodedError("E_INPUT", message, {
		hint,
		usage: true
	});
}
function refuseIndirection(text, root, place) {
	const directive = /^%/m.exec(text);
	if (directive !== null) throw wrong(`${place(directive.index)}: a YAML directive`, "leave it out");
	(0, import_dist.visit)(root, { Node(_, node) {
		const offset = node.range?.[0] ?? 0;
		if (!(0, import_dist.isMap)(node) && !(0, import_dist.isSeq)(node) && !(0, import_dist.isScalar)(node)) throw wrong(`${place(offset)}: a YAML alias`, "write the value out");
		if (node.anchor !== void 0) throw wrong(`${place(offset)}: a YAML anchor`, "write the value out where it is used");
		if (node.tag !== void 0) throw wrong(`${place(offset)}: a YAML tag`, "leave it out");
	} });
}
/**
* Whether flow and block collections nest deeper than `max`. A list that stands at its key's own column is not counted, so up
* to twice as many levels pass.
*/
function deeperThan(text, max) {
	const columns = [];
	let flow = 0;
	let column = 0;
	let startsNode = true;
	for (const token of new import_dist.Lexer().lex(text)) {
		if (/^[\x02\x18\x1f\ufeff]/.test(token)) continue;
		if (token === "[" || token === "{") flow++;
		else if ((token === "]" || token === "}") && flow > 0) flow--;
		if (startsNode && flow === 0 && /^[^\s#]/.test(token)) {
			while ((columns.at(-1) ?? -1) > column) columns.pop();
			if (columns.at(-1) !== column) columns.push(column);
		}
		if (columns.length + flow > max) return true;
		const newline = token.lastIndexOf("\n");
		column = newline === -1 ? column + token.length : token.length - newline - 1;
		startsNode = newline !== -1 || startsNode && /^(?:\s+|[-?:])$/.test(token);
	}
	return false;
}

export { YamlField as n, readYaml as t };