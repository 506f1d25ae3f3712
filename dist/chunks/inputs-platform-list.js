// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, r as joinErrors, t as CodedError } from "./errors.js";
import { a as platformKey, n as formatPlatform, t as parsePlatform } from "./platform-platform.js";

// src/inputs/platform-list.ts
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
/** As many as the images that one index holds. */
const maxRows = 64;
const maxCharacters = 65536;
/**
* The plain form of the table of platforms: a list at commas and newlines, where `?` marks what may be missing and `#`
* starts a comment. The other forms need a YAML reader, and are in platforms.ts.
* @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
* normalised: everything that is wrong at once, with line and column.
*/
function parsePlatformList(text) {
	const errors = [];
	return checkedRows(readList(text.replace(/^\ufeff/, ""), errors), errors);
}
/** The rows, once nothing is wrong with any of them, nor with all together. */
function checkedRows(rows, errors) {
	if (rows.length === 0 && errors.length === 0) throw noPlatform();
	const wrong = [...errors, ...duplicates(rows)];
	if (rows.length > maxRows) wrong.push(unreadable("E_INPUT", `there are ${rows.length} platforms`, `an index holds ${maxRows} at most`));
	if (wrong.length > 0) throw joinErrors(wrong);
	return rows.map(({ row }) => row);
}
/**
* Whether it is more than a plain list: a bracket at its start, or a line with an item's dash or a key's colon.
* @throws E_INPUT for more text than a table can be
*/
function isYaml(text) {
	if (text.length > maxCharacters) throw unreadable("E_INPUT", `has ${text.length} characters`, `${maxCharacters} are accepted at most`);
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
/** Reads one platform's name, with its place in what is wrong. */
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
/** Runs `work`; what it throws on purpose is kept with the rest. */
function attempt(errors, work) {
	try {
		work();
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		errors.push(error);
	}
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

export { noPlatform as a, plainRow as c, rowModes as d, isYaml as i, rowEngines as l, checkedRows as n, parsePlatformList as o, draft as r, placed as s, attempt as t, rowFallbacks as u };