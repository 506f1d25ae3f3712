// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as require_dist } from "./yaml.js";
import { i as quote, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { a as platformKey, n as formatPlatform, t as parsePlatform } from "./platform-platform.js";

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
			...hint !== void 0 && { hint }
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
			if (value.trim() === "") throw this.error("is empty");
			if (value.includes("\0")) throw this.error("has a NUL character in it");
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
		throw this.error("is not plain text");
	}
	#not(wanted, hint) {
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

// src/inputs/platform-row.ts
const rowModes = [
	"native",
	"emulate",
	"cross",
	"auto"
];
const rowFallbacks = [
	"fail",
	"emulate",
	"cross",
	"skip"
];
const rowEngines = [
	"auto",
	"buildx",
	"docker",
	"podman",
	"buildah",
	"assemble"
];
/** Five days, which is all that GitHub gives a job. https://docs.github.com/en/actions/reference/limits */
const maxTimeoutMinutes = 7200;
const word = /^[!-~]{1,128}$/;
/** Names that the matrix row gives a meaning of its own. */
const taken = /* @__PURE__ */ new Map([
	["arch", "it follows from the platform"],
	["name", "it follows from the platform and the mode"],
	["platform", "it stands before the row"],
	["timeout-minutes", "write timeout: 90m"]
]);
/** A row in which nothing is said but the platform. */
function plainRow(platform, optional) {
	return draft(platform, !optional);
}
function draft(platform, required) {
	return {
		platform,
		required,
		fallback: "fail",
		entry: { override: false },
		extra: Object.create(null)
	};
}
/** Every key that means something in a row, and what it does to it. */
const readers = /* @__PURE__ */ new Map([
	["runs-on", (row, value) => void (row.runsOn = readRunsOn(value))],
	["required", (row, value) => void (row.required = readRequired(row, value))],
	["fallback", (row, value) => void (row.fallback = value.oneOf(rowFallbacks))],
	["engine", (row, value) => void (row.engine = value.oneOf(rowEngines))],
	["mode", (row, value) => void (row.mode = value.oneOf(rowModes))],
	["timeout", (row, value) => void (row.timeoutMinutes = readTimeout(value))],
	["smoke-test", (row, value) => void (row.smokeTest = value.string())],
	["os-version", (row, value) => void (row.entry.osVersion = readWord(value))],
	["os-features", (row, value) => void (row.entry.osFeatures = readWords(value))],
	["features", (row, value) => void (row.entry.features = readWords(value))],
	["annotations", (row, value) => void (row.entry.annotations = value.stringMap())],
	["override", (row, value) => void (row.entry.override = value.boolean())]
]);
/**
* The row of a platform: nothing, a runner's label, a list of labels, or a map.
* @param optional whether the platform was written with a `?`.
* @param errors takes whatever is wrong; what could be read is returned all the same.
*/
function readRow(platform, optional, value, errors) {
	const row = draft(platform, !optional);
	if (value.isNull) return row;
	if ((0, import_dist.isMap)(value.node)) attempt(errors, () => {
		readEntries(row, value.uniqueEntries(), errors);
	});
	else attempt(errors, () => void (row.runsOn = readRunsOn(value)));
	return row;
}
/** The row of a platform from the keys of its map. */
function readRowEntries(platform, optional, entries, errors) {
	const row = draft(platform, !optional);
	readEntries(row, entries, errors);
	return row;
}
function readEntries(row, entries, errors) {
	for (const entry of entries) attempt(errors, () => {
		readEntry(row, entry);
	});
}
function readEntry(row, { key, keyField, value }) {
	const read = readers.get(key);
	if (read !== void 0) {
		read(row, value);
		return;
	}
	const why = taken.get(key);
	if (why !== void 0) throw keyField.error(`is ${key}, which the matrix row has anyway`, why);
	row.extra[key] = value.json();
}
/** Runs `work`; what it throws on purpose is kept with the rest. */
function attempt(errors, work) {
	try {
		work();
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		errors.push(error);
	}
}
function readRequired(row, value) {
	const required = value.boolean();
	if (required && !row.required) throw value.error("is true, and the platform is marked with \"?\"", "drop one of the two");
	return required;
}
/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idruns-on */
function readRunsOn(value) {
	if (!(0, import_dist.isMap)(value.node)) return readLabels(value);
	const runsOn = {};
	for (const entry of value.uniqueEntries()) if (entry.key === "group") runsOn.group = entry.value.string();
	else if (entry.key === "labels") runsOn.labels = readLabels(entry.value);
	else throw entry.keyField.error(`is ${quote(entry.key)}`, "it can be group and labels");
	if (Object.keys(runsOn).length === 0) throw value.error("is an empty map", "give it a group, labels or both");
	return runsOn;
}
function readLabels(value) {
	if (!(0, import_dist.isSeq)(value.node)) return value.string();
	const labels = value.strings();
	if (labels.length === 0) throw value.error("is an empty list", "give a label, such as ubuntu-24.04");
	return labels;
}
/** `90m`, `2h`, `1h30m`, or a number of minutes. */
function readTimeout(value) {
	const text = value.numberOrString();
	const parts = /^(?:(\d{1,4})h)?(?:(\d{1,5})m?)?$/.exec(text);
	const hint = `write 90m, 2h, 1h30m or a number of minutes, from 1 to ${maxTimeoutMinutes}`;
	if (parts === null) throw value.error(`is ${quote(text)}, which is not a time`, hint);
	const minutes = Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0);
	if (minutes >= 1 && minutes <= 7200) return minutes;
	throw value.error(`is ${minutes} minutes`, hint);
}
function readWord(value) {
	const text = value.string();
	if (word.test(text)) return text;
	throw value.error("is not one word of visible ASCII");
}
function readWords(value) {
	const trimmed = value.strings().flatMap((text) => text.split(",")).map((each) => each.trim()).filter((each) => each !== "");
	if (trimmed.every((each) => word.test(each))) return trimmed;
	throw value.error("has an item that is not one word of visible ASCII");
}

// src/inputs/yaml.ts
const maxCharacters$1 = 65536;
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
	if (text.length > maxCharacters$1) throw wrong(`has ${text.length} characters`, `${maxCharacters$1} are accepted at most`);
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

// src/inputs/platforms.ts
/** As many as the images that one index holds. */
const maxRows = 64;
const maxCharacters = 65536;
/**
* The table of platforms, in any of its forms: a list at commas and newlines, where `?` marks what may be missing and `#`
* starts a comment; a YAML or JSON list of platforms and rows; a YAML or JSON map from platforms to labels or rows.
* Everything that is wrong is told at once, with line and column.
* @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
* normalised, E_INPUT for the rest.
*/
function parsePlatforms(text) {
	const errors = [];
	const rows = readRows(text.replace(/^\ufeff/, ""), errors);
	if (rows.length === 0 && errors.length === 0) throw noPlatform();
	errors.push(...duplicates(rows));
	if (rows.length > maxRows) errors.push(unreadable("E_INPUT", `there are ${rows.length} platforms`, `an index holds ${maxRows} at most`));
	if (errors.length > 0) throw joinErrors(errors);
	return rows.map(({ row }) => row);
}
function readRows(text, errors) {
	if (text.length > maxCharacters) throw unreadable("E_INPUT", `has ${text.length} characters`, `${maxCharacters} are accepted at most`);
	return isYaml(text) ? readYamlRows(text, errors) : readList(text, errors);
}
/** Whether it is more than a plain list: a bracket at its start, or a line with an item's dash or a key's colon. */
function isYaml(text) {
	const lines = text.split(/\r\n|\r|\n/).map((line) => withoutComment(line).trim());
	const [first = ""] = lines.filter((line) => line !== "");
	return /^(?:[[{%"']|---)/.test(first) || lines.some((line) => /^-(?:\s|$)|:(?:\s|$)/.test(line));
}
function withoutComment(line) {
	return line.replace(/(?:^|\s)#.*$/, "");
}
function readList(text, errors) {
	const rows = [];
	for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
		let column = 1;
		for (const part of withoutComment(line).split(",")) {
			const item = part.trim();
			const place = `line ${index + 1}, column ${column + part.length - part.trimStart().length}`;
			column += part.length + 1;
			if (item !== "") attempt(errors, () => void rows.push(placed(item, place, plainRow)));
		}
	}
	return rows;
}
function placed(text, place, read) {
	const optional = text.endsWith("?");
	try {
		return {
			row: read(parsePlatform(optional ? text.slice(0, -1).trimEnd() : text), optional),
			place,
			text
		};
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_PLATFORM") throw error;
		throw unreadable("E_PLATFORM", `${place}: ${error.message}`, error.hint, error);
	}
}
function readYamlRows(text, errors) {
	const source = readYaml(text);
	const root = new YamlField(source.root, "the table", source);
	if (root.isNull) throw noPlatform();
	if ((0, import_dist.isMap)(root.node)) return readMap(root, errors);
	if (!(0, import_dist.isSeq)(root.node)) throw root.error("is neither a list nor a map", "write linux/amd64, linux/arm64, for example");
	return root.items().flatMap((item) => readItem(item, errors));
}
function readMap(map, errors) {
	return map.entries().flatMap(({ key, keyField, value }) => collect(errors, () => placed(key, keyField.place, (platform, optional) => readRow(platform, optional, value.named(show(key)), errors))));
}
/** A platform's name, a map from one to its row, or a row that names its `platform`. */
function readItem(item, errors) {
	if ((0, import_dist.isScalar)(item.node) && !item.isNull) return collect(errors, () => placed(item.string().trim(), item.place, plainRow));
	if (!(0, import_dist.isMap)(item.node)) {
		errors.push(item.error("is neither a platform nor a row", "write linux/amd64, or platform: linux/amd64 and more"));
		return [];
	}
	if (!item.entries().some(({ key }) => key === "platform")) return readMap(item, errors);
	return collect(errors, () => {
		const entries = item.uniqueEntries();
		const { value } = entries.find(({ key }) => key === "platform") ?? { value: item };
		const others = entries.filter(({ key }) => key !== "platform");
		return placed(value.string().trim(), value.place, (platform, optional) => readRowEntries(platform, optional, others, errors));
	});
}
/** What `read` returns, in a list; nothing, and its error with the others, where it throws. */
function collect(errors, read) {
	const found = [];
	attempt(errors, () => void found.push(read()));
	return found;
}
function duplicates(rows) {
	const first = /* @__PURE__ */ new Map();
	const errors = [];
	for (const placedRow of rows) {
		const key = platformKey(asEntry(placedRow.row));
		const earlier = first.get(key);
		if (earlier === void 0) first.set(key, placedRow);
		else errors.push(duplicate(earlier, placedRow));
	}
	return errors;
}
/** The platform that the entry in the index will have, as far as the row says. */
function asEntry({ platform, entry }) {
	return {
		...platform,
		...entry.osVersion !== void 0 && { osVersion: entry.osVersion },
		...entry.osFeatures !== void 0 && { osFeatures: entry.osFeatures }
	};
}
function duplicate(earlier, later) {
	const platform = formatPlatform(later.row.platform);
	return unreadable("E_PLATFORM_DUPLICATE", `${later.place}: ${quote(later.text)} is ${platform}, and so is ${quote(earlier.text)} at ${earlier.place}`, "keep one of them");
}
function noPlatform() {
	return unreadable("E_PLATFORM", "there is no platform in the table", "write linux/amd64, linux/arm64, for example");
}
function unreadable(code, message, hint, cause) {
	return new CodedError(code, message, {
		usage: true,
		cause,
		...hint !== void 0 && { hint }
	});
}

export { parsePlatforms };