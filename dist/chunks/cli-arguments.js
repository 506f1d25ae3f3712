// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { i as commandNames, n as inputTable, t as inputNames } from "./inputs-table.js";
import { t as nearest } from "./platform-nearest.js";

// src/cli/arguments.ts
/** Flags that are no inputs: they say how this shell behaves. */
const shellFlags = {
	json: {
		value: false,
		description: "Print one JSON object on stdout: the command's outputs, or the error."
	},
	debug: {
		value: false,
		description: "Tell more on stderr."
	},
	help: {
		value: false,
		description: "Show this help."
	},
	version: {
		value: false,
		description: "Print the version."
	},
	"password-stdin": {
		value: false,
		description: "Read the password from standard input."
	},
	"registry-auth-file": {
		value: true,
		description: "Read registry-auth from this file."
	}
};
/** @throws E_INPUT (`usage`) with the flag, and the one that was probably meant. */
function parseArguments(argv) {
	const found = readAll(argv);
	const [first, ...rest] = found.positional;
	const command = first === void 0 ? void 0 : readCommand(first);
	if (command !== void 0) takePositional(command, rest, found.raw);
	return {
		command,
		raw: found.raw,
		json: found.switches.has("json"),
		debug: found.switches.has("debug"),
		help: found.switches.has("help"),
		version: found.switches.has("version"),
		passwordStdin: found.switches.has("password-stdin"),
		registryAuthFile: found.registryAuthFile
	};
}
/** Whether the caller reads JSON, for when the rest of the command line can't be read. */
function wantsJson(argv) {
	const end = argv.indexOf("--");
	return argv.slice(0, end === -1 ? argv.length : end).some((word) => word === "--json" || word === "--json=true");
}
function readAll(argv) {
	const found = {
		positional: [],
		raw: /* @__PURE__ */ new Map(),
		switches: /* @__PURE__ */ new Set()
	};
	const words = [...argv];
	for (let word = words.shift(); word !== void 0; word = words.shift()) if (word === "--") found.positional.push(...words.splice(0));
	else if (word === "-h") found.switches.add("help");
	else if (word.startsWith("-") && word !== "-") readFlag(word, words, found);
	else found.positional.push(word);
	return found;
}
function readFlag(word, rest, found) {
	const [, name = "", value] = /^--?([^=]*)(?:=(.*))?$/su.exec(word) ?? [];
	if (!word.startsWith("--")) throw unknownFlag(word, name);
	if (isInputHere(name, value ?? rest[0], found)) add(found.raw, name, value ?? nextValue(name, rest));
	else if (isShellFlag(name)) readShellFlag(name, value, rest, found);
	else if (isInput(name)) add(found.raw, name, value ?? implied(name, rest));
	else if (name.startsWith("no-") && isInput(name.slice(3))) add(found.raw, name.slice(3), negated(name, value));
	else throw unknownFlag(word, name);
}
/** `version` is both: an input behind a command that has it and before a value, else what prints the version of this program. */
function isInputHere(name, value, { positional: [command] }) {
	if (name !== "version" || command === void 0) return false;
	return isInputOf(command, name) && value !== void 0 && !value.startsWith("-");
}
/** Whether that command has an input of that name. */
function isInputOf(command, name) {
	return (isInput(name) ? inputTable[name].commands : []).includes(command);
}
function readShellFlag(name, value, rest, found) {
	if (shellFlags[name].value) {
		if (found.registryAuthFile !== void 0) throw usage(`--${name} is given twice`, "give it once");
		found.registryAuthFile = value ?? nextValue(name, rest);
		return;
	}
	if (value === void 0 || value === "true") found.switches.add(name);
	else if (value !== "false") throw usage(`--${name} is ${quote(value)}, which is not a boolean`, `write --${name} alone`);
}
/** The value of an input's flag that has none behind a `=`. */
function implied(name, rest) {
	const { flag, words } = inputTable[name].kind;
	if (flag === "switch") return "true";
	if (flag === "value") return nextValue(name, rest);
	const next = rest[0]?.toLowerCase();
	return next !== void 0 && (words?.includes(next) ?? false) ? String(rest.shift()) : "true";
}
function nextValue(name, rest) {
	const next = rest[0];
	if (next === void 0) throw usage(`--${name} has no value`, `write --${name} <value>`);
	if (next.startsWith("--")) throw usage(`--${name} has no value, ${quote(next, 40)} follows`, `write --${name} <value>, or --${name}=<value> for one that begins with --`);
	rest.shift();
	return next;
}
function negated(flag, value) {
	const name = flag.slice(3);
	if (!isInput(name) || inputTable[name].kind.flag === "value") throw usage(`--${flag} is not a flag: ${name} is not a boolean`, `leave --${name} out`);
	if (value !== void 0) throw usage(`--${flag} takes no value`, `write --${flag} alone, or --${name}=${value}`);
	return "false";
}
function add(raw, name, value) {
	raw.set(name, [...raw.get(name) ?? [], value]);
}
/** Commands of other programs that are flags here. */
const asFlags = ["help", "version"];
function asWritten(word) {
	return asFlags.includes(word) ? `--${word}` : word;
}
function readCommand(word) {
	const command = commandNames.find((name) => name === word);
	if (command !== void 0) return command;
	const close = nearest(word, [...commandNames, ...asFlags]);
	throw usage(`${quote(word)} is not a command`, close === void 0 ? `the commands are ${commandNames.join(", ")}` : `did you mean ${asWritten(close)}?`);
}
/** Arguments that are no flags: what inspect and verify look at. */
function takePositional(command, words, raw) {
	const [first] = words;
	if (first === void 0) return;
	if (inputTable.references.commands.includes(command)) {
		for (const word of words) add(raw, "references", word);
		return;
	}
	throw usage(`${command} does not know what to do with the argument ${quote(first)}`, /^(?:true|false)$/iu.test(first) ? `a boolean takes its value after =, as in --force=${first}` : `see native-multiarch ${command} --help`);
}
/** Short flags of other programs, and what they are here. */
const shortFlags = /* @__PURE__ */ new Map([
	["-v", "version"],
	["-V", "version"],
	["-?", "help"]
]);
function unknownFlag(word, name) {
	const shown = quote(word.split("=")[0] ?? word, 60);
	const close = shortFlags.get(word) ?? nearest(name, [...inputNames, ...Object.keys(shellFlags)]);
	return usage(`${shown} is not a flag`, close === void 0 ? "see --help for those that there are" : `did you mean --${close}?`);
}
function usage(message, hint) {
	return new CodedError("E_INPUT", message, {
		hint,
		usage: true
	});
}
function isInput(name) {
	return Object.hasOwn(inputTable, name);
}
function isShellFlag(name) {
	return Object.hasOwn(shellFlags, name);
}

export { wantsJson as i, parseArguments as n, shellFlags as r, isInputOf as t };