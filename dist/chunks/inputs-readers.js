// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as lines, d as unreadable, f as valueOf, l as quotedLines, r as eachItem, u as text } from "./inputs-kinds.js";
import { t as parseHost } from "./oci-host.js";
import { t as nearest } from "./platform-nearest.js";

// src/inputs/readers.ts
/** Lines `name=value`; the last of two with one name stands, as for docker. */
const pairs = {
	...lines,
	syntax: "lines of name=value",
	parse: async (values) => Object.fromEntries(eachItem(await quotedLines.parse(values), readPair, 1e3))
};
/** `source:destination[:mode]` and the like stay as they are: who uses them knows the form. */
const words = {
	syntax: "words, or a JSON list",
	flag: "value",
	list: false,
	parse: async (values) => splitWords(await text.parse(values))
};
/** An absolute path in an image. */
const imagePath = valueOf("path", (path) => {
	if (path.startsWith("/")) return path;
	throw unreadable(`is ${quote(path)}, which is not an absolute path`, `did you mean ${quote(`/${path}`)}?`);
});
/** A point in time as RFC 3339 writes it, or whole seconds since 1970 as SOURCE_DATE_EPOCH has them; given back as RFC 3339. */
const time = valueOf("time", (value) => {
	const seconds = /^\d{1,12}$/u.test(value) ? Number(value) * 1e3 : NaN;
	const date = new Date(Number.isNaN(seconds) ? /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/u.test(value) ? value : NaN : seconds);
	if (Number.isNaN(date.getTime())) throw unreadable(`is ${quote(value)}, which is not a time`, "write it like 2026-01-31T12:00:00Z, or in seconds since 1970");
	return Number.isNaN(seconds) ? value : date.toISOString().replace(".000Z", "Z");
});
/** A span of time, in seconds: `90s`, `15m`, `2h`, or a bare `0`. */
const duration = valueOf("duration", (value) => {
	const match = /^(\d{1,6})([smh]?)$/u.exec(value);
	const unit = {
		"": 1,
		s: 1,
		m: 60,
		h: 3600
	}[match?.[2] ?? ""];
	if (match !== null && unit !== void 0 && (match[2] !== "" || match[1] === "0")) return Number(match[1]) * unit;
	throw unreadable(`is ${quote(value)}, which is not a span of time`, "write it like 90s, 15m or 2h");
});
const byteUnits = {
	"": 1,
	b: 1,
	kb: 1e3,
	mb: 1e6,
	gb: 1e9,
	tb: 0xe8d4a51000,
	kib: 1024,
	mib: 2 ** 20,
	gib: 2 ** 30,
	tib: 2 ** 40
};
/** A bound in bytes: `16GiB`, `1.5 GB`, `4096`; `none` is Infinity. */
const byteLimit = valueOf("bytes", (value) => {
	if (value === "none") return Infinity;
	const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]*)$/iu.exec(value);
	const unit = byteUnits[match?.[2]?.toLowerCase() ?? "?"];
	const bytes = Math.floor(Number(match?.[1]) * (unit ?? NaN));
	if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
	throw unreadable(`is ${quote(value)}, which is not a number of bytes above 0`, "write it like 16GiB, 500MB or 4096; none is without a limit");
});
/**
* `host[:port]`, as an image name begins; Docker Hub by any of its names is `docker.io`. A scheme in front is forgiven.
* @throws E_INPUT
*/
function readHost(value) {
	const host = value.replace(/^https?:\/\//u, "").replace(/\/(?:v[12]\/?)?$/u, "");
	if (/^(?:index\.|registry-1\.)?docker\.io$/u.test(host)) return "docker.io";
	try {
		return parseHost(host, host);
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw unreadable(`${quote(value)} is not a registry`, "write host or host:port, like quay.io or localhost:5000");
	}
}
const certificate = valueOf("PEM or path", (value) => {
	if (value.includes("-----BEGIN CERTIFICATE-----")) return { pem: value };
	if (!value.includes("\n") && !value.includes("-----BEGIN")) return { path: value };
	throw unreadable("has no certificate in it", "give PEM with BEGIN CERTIFICATE lines, or the path of such a file");
});
const placeholders = [
	"tag",
	"arch",
	"variant",
	"os",
	"sha",
	"run",
	"attempt"
];
/** The template of arch tags; what it becomes is a tag only when a leg fills it in. */
const archTagTemplate = valueOf("template", (template) => {
	if (template === "none") return template;
	for (const [placeholder, name = ""] of template.matchAll(/\{([^{}]*)\}/gu)) {
		if (placeholders.includes(name)) continue;
		const close = nearest(name, placeholders);
		throw unreadable(`is ${quote(template)}, with the unknown placeholder ${quote(placeholder)}`, close === void 0 ? `the placeholders are ${placeholders.map((each) => `{${each}}`).join(" ")}` : `did you mean {${close}}?`);
	}
	const rest = template.replace(/\{[^{}]*\}/gu, "");
	if (/^[A-Za-z0-9._-]*$/u.test(rest)) return template;
	throw unreadable(`is ${quote(template)}, which can't become a tag`, "use letters, digits, . _ - and placeholders");
});
function readPair(line) {
	const split = line.indexOf("=");
	const name = line.slice(0, split).trim();
	if (split > 0 && name !== "") return [name, line.slice(split + 1)];
	throw unreadable(`${quote(line)} is not name=value`, "write one name=value a line");
}
/** Words as a shell splits them (quotes and backslashes, no expansion), or a JSON list of strings. */
function splitWords(value) {
	if (value.startsWith("[")) return readJsonList(value);
	const found = [];
	const part = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(\s+)/gsuy;
	let word;
	let end = 0;
	for (const [all, double, single, escaped, plain, space] of value.matchAll(part)) {
		end += all.length;
		if (space === void 0) word = (word ?? "") + (double?.replace(/\\(["\\$`])/gu, "$1") ?? single ?? escaped ?? plain ?? "");
		else if (word !== void 0) found.push(word);
		if (space !== void 0) word = void 0;
	}
	if (end < value.length) throw unreadable(`is ${quote(value)}, with a quote that does not end`, "close it, or write a JSON list");
	return word === void 0 ? found : [...found, word];
}
function readJsonList(value) {
	try {
		const parsed = JSON.parse(value);
		if (Array.isArray(parsed) && parsed.every((item) => typeof item === "string")) return parsed;
	} catch (error) {
		throw new CodedError("E_INPUT", `is ${quote(value)}, which begins like a JSON list and is none`, {
			hint: "write [\"program\", \"argument\"], or words",
			usage: true,
			cause: error
		});
	}
	throw unreadable(`is ${quote(value)}, which is not a list of strings`, "write [\"program\", \"argument\"], or words");
}

export { imagePath as a, splitWords as c, duration as i, time as l, byteLimit as n, pairs as o, certificate as r, readHost as s, archTagTemplate as t, words as u };