// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, r as joinErrors, t as CodedError } from "./errors.js";
import { t as nearest } from "./platform-nearest.js";

// src/inputs/split.ts
/**
* The items of a list input: at newlines and commas, trimmed, without blank ones and comments (`#` at the start of a line or
* behind a space).
*/
function splitList(values) {
	return values.flatMap((value) => linesOf(value)).flatMap((line) => line.replace(/(?:^|\s)#.*$/u, "").split(",")).map((item) => item.trim()).filter((item) => item !== "");
}
/** The lines of an input whose values can hold a comma or a `#`: trimmed, without blank ones and comment lines. */
function splitLines(values) {
	return values.flatMap((value) => linesOf(value)).map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
/**
* {@link splitLines}, where an item in double quotes may go over several lines; a double quote in it is written twice. As
* docker/build-push-action reads its lists. https://github.com/docker/build-push-action#inputs
* @returns undefined where a quote does not end
*/
function splitQuotedLines(values) {
	const items = [];
	let open;
	for (const line of values.flatMap((value) => linesOf(value))) {
		if (open === void 0 && !line.trimStart().startsWith("\"")) {
			items.push(...splitLines([line]));
			continue;
		}
		const text = open === void 0 ? line.trimStart() : `${open}\n${line}`;
		const whole = /^"((?:[^"]|"")*)"\s*$/u.exec(text)?.[1];
		if (whole !== void 0) items.push(whole.replaceAll("\"\"", "\""));
		open = whole === void 0 ? text : void 0;
	}
	return open === void 0 ? items.filter((item) => item.trim() !== "") : void 0;
}
function linesOf(value) {
	return value.replace(/^\u{FEFF}/u, "").split(/\r\n|\r|\n/u);
}

// src/inputs/kinds.ts
/** The longest item of a list, in UTF-16 units: more is a mistake, and no engine takes it as an argument. */
const maxItem = 65536;
/** One value as it stands, without the white space around it. */
const text = {
	syntax: "text",
	flag: "value",
	list: false,
	parse: (values) => nonEmpty(only(values).trim())
};
/** One value, byte for byte but for a newline at its end: passwords. */
const exactText = {
	syntax: "text",
	flag: "value",
	list: false,
	parse: (values) => nonEmpty(only(values).replace(/\r?\n$/u, ""))
};
/** Items at commas and newlines. */
const list = {
	syntax: "list",
	flag: "value",
	list: true,
	parse: (values) => bounded(splitList(values))
};
/** Items at newlines only: a value can hold a comma. */
const lines = {
	syntax: "lines",
	flag: "value",
	list: true,
	parse: (values) => bounded(splitLines(values))
};
/** Items at newlines, except within double quotes around a whole item. */
const quotedLines = {
	...lines,
	parse: (values) => {
		const items = splitQuotedLines(values);
		if (items === void 0) throw unreadable("has a double quote that does not end", "close it");
		return bounded(items);
	}
};
/** YAML 1.2 core booleans, and nothing else. */
const boolean = {
	syntax: "true|false",
	flag: "switch",
	words: ["true", "false"],
	list: false,
	parse: (values) => readBoolean(only(values).trim())
};
/** One of some words. Those in `later` are part of the contract and not there yet. */
function oneOf(words, later = []) {
	return {
		syntax: [...words, ...later].join("|"),
		flag: "value",
		words,
		list: false,
		parse: (values) => readWord(only(values).trim(), words, later)
	};
}
/** A boolean that may also be left to the program. A flag alone is `true`, as for any boolean. */
const autoBoolean = {
	syntax: "auto|true|false",
	flag: "word",
	words: [
		"auto",
		"true",
		"false"
	],
	list: false,
	parse: (values) => {
		const word = only(values).trim();
		return booleans.get(word) ?? readWord(word, ["auto"], [], [
			"auto",
			"true",
			"false"
		]);
	}
};
/** `parse` over every item of a list; all that is wrong is told at once. */
function listOf(item, options = {}) {
	const split = options.lines === true ? lines : list;
	return {
		...split,
		parse: async (values) => eachItem(await split.parse(values), item, options.max ?? 1e3)
	};
}
/** One value that `read` understands. */
function valueOf(syntax, read) {
	return {
		syntax,
		flag: "value",
		list: false,
		parse: (values) => read(nonEmpty(only(values).trim()))
	};
}
/** What can't be read, as the command's own fault and not a server's: exit status 2 in a shell. */
function unreadable(message, hint) {
	return new CodedError("E_INPUT", message, {
		usage: true,
		...hint !== void 0 && { hint }
	});
}
function eachItem(items, read, max) {
	if (items.length > max) throw unreadable(`has ${items.length} items`, `give at most ${max}`);
	const errors = [];
	const found = [];
	for (const item of items) try {
		found.push(read(item));
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		errors.push(error);
	}
	if (errors.length > 0) throw joinErrors(errors.slice(0, 10));
	return found;
}
const booleans = new Map([...[
	"true",
	"True",
	"TRUE"
].map((word) => [word, true]), ...[
	"false",
	"False",
	"FALSE"
].map((word) => [word, false])]);
function readBoolean(word) {
	const value = booleans.get(word);
	if (value !== void 0) return value;
	throw unreadable(`is ${quote(word)}, which is not a boolean`, "write true or false");
}
function readWord(word, words, later, shown = words) {
	const found = words.find((each) => each === word);
	if (found !== void 0) return found;
	if (later.includes(word)) throw new CodedError("E_UNSUPPORTED", `${quote(word)} is not supported by this version`, { hint: `use ${oneOfWords(shown)}` });
	const close = nearest(word, shown);
	throw unreadable(`is ${quote(word)}, which is not one of ${shown.join(", ")}`, close === void 0 ? `use ${oneOfWords(shown)}` : `did you mean ${quote(close)}?`);
}
function oneOfWords(words) {
	return words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(", ")} or ${String(words.at(-1))}`;
}
function only(values) {
	const [value, ...more] = values;
	if (value === void 0 || more.length > 0) throw unreadable(`is given ${values.length} times`, "give it once");
	return value;
}
function nonEmpty(value) {
	if (value === "") throw unreadable("is empty", "give it a value, or leave it out");
	if (value.length > maxItem) throw unreadable(`has ${value.length} characters`, `give at most ${maxItem}`);
	return value;
}
function bounded(items) {
	const long = items.find((item) => item.length > maxItem);
	if (long === void 0) return items;
	throw unreadable(`has an item of ${long.length} characters (${quote(long, 40)})`, `give at most ${maxItem}`);
}

export { lines as a, oneOf as c, unreadable as d, valueOf as f, exactText as i, quotedLines as l, splitQuotedLines as m, boolean as n, list as o, splitList as p, eachItem as r, listOf as s, autoBoolean as t, text as u };