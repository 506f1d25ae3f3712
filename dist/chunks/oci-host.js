// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { t as nearest } from "./platform-nearest.js";
import { domainToASCII, domainToUnicode } from "node:url";

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

// src/oci/host.ts
const domain = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Letters beyond ASCII of the scripts that have doubles of ASCII letters. */
const lookalike = /(?![\x00-\x7f])[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}]/u;
/**
* `host[:port]` of a registry, as it stands in `text`. Lower case only, and ASCII only: a host that looks like another
* one would get the credentials meant for that other one.
* https://github.com/distribution/reference/blob/main/reference.go
* @throws E_REFERENCE
*/
function parseHost(text, hostAndPort) {
	if (!/^[\x21-\x7e]*$/.test(hostAndPort)) throw notAscii(text, hostAndPort);
	if (/[A-Z]/.test(hostAndPort)) throw wrong(text, "its registry has upper-case letters", `write ${show(text.replace(hostAndPort, () => hostAndPort.toLowerCase()))}`);
	const [, host = "", port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(hostAndPort) ?? [];
	if (host.startsWith("[") ? !isIpv6(host.slice(1, -1)) : !domain.test(host) || host.length > 253) throw wrong(text, `${quote(hostAndPort)} is not the name of a registry`, "write a host name such as ghcr.io or localhost:5000; IPv6 addresses go in brackets");
	if (lookalike.test(domainToUnicode(host))) throw wrong(text, `its registry ${host} is read as ${quote(domainToUnicode(host))}, which may pass for another`, "use a name of the registry that is plain ASCII");
	if (port !== void 0) checkPort(text, port);
	return hostAndPort;
}
function checkPort(text, port) {
	if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535) return;
	throw wrong(text, `${quote(port)} is not a port`, "a port is a number from 1 to 65535, without leading zeros");
}
function notAscii(text, hostAndPort) {
	const ascii = domainToASCII(hostAndPort.replace(/:\d*$/, ""));
	return wrong(text, `its registry has characters that are not ASCII and ${ascii === "" ? "cannot be a host" : `is ${ascii}`}`, "write the name of the registry in plain ASCII; look for letters that only resemble it");
}
function isIpv6(address) {
	return /^[0-9a-f:]+$/.test(address) && URL.canParse(`http://[${address}]/`);
}
function wrong(text, why, hint) {
	return new CodedError("E_REFERENCE", `${quote(text)} is not an image name: ${why}`, { hint });
}

export { exactText as a, listOf as c, unreadable as d, valueOf as f, eachItem as i, oneOf as l, autoBoolean as n, lines as o, splitList as p, boolean as r, list as s, parseHost as t, text as u };