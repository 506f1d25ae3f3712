// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show, r as joinErrors, s as toCodedError, t as CodedError } from "./errors.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { a as platformKey, n as formatPlatform } from "./platform-platform.js";
import { t as Slots } from "./slots.js";
import { t as groupBy } from "./group-by.js";
import { d as hasElfPrograms, i as readLayer, n as defaultCaps, t as ReadBudget, u as pathParts } from "./verify-content-read-layer.js";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

// src/verify/platform-set.ts
/** True when `found` is what `wanted` asks for; an os.version or os.features that was not asked for does not matter. */
function isWanted(wanted, found) {
	const { osVersion, osFeatures, ...asked } = found;
	return platformKey(wanted) === platformKey({
		...asked,
		...wanted.osVersion !== void 0 && osVersion !== void 0 && { osVersion },
		...wanted.osFeatures !== void 0 && osFeatures !== void 0 && { osFeatures }
	});
}
/** The platforms of `wanted` for which nothing was found. */
function missingPlatforms(wanted, found) {
	return wanted.filter((row) => !found.some((image) => isWanted(row.platform, image.platform)));
}
/**
* What is wrong with the set: a required platform that is missing, one that is there twice, one that was not asked for.
* Where all may be missing, one has to be there all the same.
* The same digest twice for one platform counts once.
* @param where for people: what the set was looked for in
*/
function checkPlatformSet(wanted, found, where, { allowExtra = false, published = false } = {}) {
	return [
		...missing(wanted, found, where, published),
		...duplicates(found),
		...allowExtra ? [] : unexpected(wanted, found, published)
	];
}
function missing(wanted, found, where, published) {
	if (found.length === 0 && wanted.length > 0 && !wanted.some((row) => row.required)) {
		const names = wanted.map((row) => formatPlatform(row.platform)).join(", ");
		return [new CodedError("E_PLATFORM_MISSING", `none of ${names} is in ${where}`, { hint: `each of them may be missing, but a list of nothing is no list; ${published ? "see what published it" : "see why no leg pushed"}` })];
	}
	const lacking = missingPlatforms(wanted, found).filter((row) => row.required).map((row) => formatPlatform(row.platform));
	if (lacking.length === 0) return [];
	return [new CodedError("E_PLATFORM_MISSING", `${lacking.join(", ")} ${lacking.length === 1 ? "is" : "are"} missing from ${where}`, { hint: published ? "publish it again whole, or merge what is missing with append; what may be missing is marked with \"?\" in platforms" : "see why its leg did not push and run it again, or mark the platform as not required with \"?\"" })];
}
function duplicates(found) {
	return [...groupBy(found, (image) => `${platformKey(image.platform)} ${image.compression ?? ""}`).values()].flatMap((images) => {
		const [first] = images;
		if (first === void 0 || images.every((image) => image.digest === first.digest)) return [];
		const each = images.map((image) => `${image.digest} (${image.origin})`).join(" and ");
		return [new CodedError("E_PLATFORM_DUPLICATE", `${formatPlatform(first.platform)} is there more than once: ${each}`, { hint: "keep one of them" })];
	});
}
function unexpected(wanted, found, published) {
	const names = wanted.map((row) => formatPlatform(row.platform)).join(", ");
	return found.filter((image) => !wanted.some((row) => isWanted(row.platform, image.platform))).map(({ platform, origin }) => new CodedError("E_PLATFORM_UNEXPECTED", `${formatPlatform(platform)} (${origin}) was not asked for, only ${names}`, { hint: published ? "add it to platforms, or set allow-extra; merge takes it out with remove-platforms" : "add it to platforms, or leave it out" }));
}

// src/verify/image-checks.ts
/** The label and annotation that says which commit an image was made from. */
const revisionKey = "org.opencontainers.image.revision";
/**
* Whether an image is for the platform that it is said to be for: by the leg or the caller (`claimed`), and by the index
* entry that listed it.
* @param origin for people: where the image was found
*/
function checkImagePlatform(image, claimed, origin) {
	return [["is said to be", claimed], ["is listed as", image.said]].flatMap(([told, platform]) => platform === void 0 || isWanted(platform, image.platform) ? [] : [new CodedError("E_PLATFORM_MISMATCH", `${origin} ${told} ${formatPlatform(platform)}, its config says ${formatPlatform(image.platform)} (${image.descriptor.digest})`, { hint: "it was built for another platform or under a wrong label; build that leg again on the right host" })]);
}
/**
* Whether all legs are of one commit, and of the run's where that is known: an arch tag that was left behind last week
* must not complete today's set.
* @returns errors, and a warning where legs say nothing of their commit
*/
function checkRevisions(claims, expected) {
	const errors = [];
	const refuse = (claim, is, wanted) => errors.push(new CodedError("E_REVISION_MISMATCH", `${claim.origin} is of commit ${show(is)}, not ${show(wanted)}`, { hint: "run that leg again for this commit, or name the commit that the labels have with the input revision" }));
	for (const claim of claims) if (claim.label !== void 0 && expected.label !== void 0 && claim.label !== expected.label) refuse(claim, claim.label, expected.label);
	else if (claim.record !== void 0 && expected.record !== void 0 && claim.record !== expected.record) refuse(claim, claim.record, expected.record);
	if (errors.length === 0) errors.push(...disagreements(claims));
	const silent = claims.filter((claim) => claim.label === void 0 && claim.record === void 0);
	return {
		errors,
		warnings: silent.length === 0 ? [] : [`it is not known which commit this is of: ${silent.map((claim) => claim.origin).join(", ")} (no label ${revisionKey}, no commit in a record)`]
	};
}
/**
* Legs that all say the same are of one commit, also where an image is labelled with the commit of what it packs and its
* record names the run's. Otherwise every label and every record has to name the same one.
*/
function disagreements(claims) {
	const said = claims.flatMap(({ origin, label, record }) => [.../* @__PURE__ */ new Set([label, record])].flatMap((commit) => commit === void 0 ? [] : [{
		origin,
		commit
	}]));
	const speaking = claims.filter(({ label, record }) => label !== void 0 || record !== void 0);
	const ways = groupBy(speaking, ({ label, record }) => JSON.stringify([label ?? null, record ?? null]));
	const commits = groupBy(said, ({ commit }) => commit);
	if (ways.size < 2 || commits.size < 2) return [];
	const each = [...commits].map(([commit, alike]) => `${show(commit)} (${alike.map(({ origin }) => origin).join(", ")})`);
	return [new CodedError("E_REVISION_MISMATCH", `the legs are of different commits: ${each.join(" and ")}`, { hint: "build all legs from one commit" })];
}
const compared = [
	["entrypoint", (config) => config.entrypoint ?? []],
	["command", (config) => config.cmd ?? []],
	["user", (config) => config.user ?? ""],
	["ports", (config) => [...config.exposedPorts ?? []].sort()],
	["environment", (config) => [...config.env ?? []].sort()]
];
/** Settings that a user expects to be the same on each platform, and that are not: one warning for each setting. */
function configDifferences(images) {
	return compared.flatMap(([name, valueOf]) => {
		const byValue = groupBy(images, (image) => JSON.stringify(valueOf(image.config)));
		if (byValue.size < 2) return [];
		return [`the ${name} differs between platforms: ${[...byValue].map(([value, alike]) => `${alike.map((image) => formatPlatform(image.platform)).join(", ")}: ${show(value, 200)}`).join(" | ")}`];
	});
}

// src/verify/content/shell-line.ts
/** Of one shell's line; a config has room for a million. */
const maxCommands = 20;
const maxWords$1 = 100;
const assignment$1 = /^([A-Za-z_]\w*)=(.*)$/s;
const separator = /[ \t]*(?:&&|;|\n)/y;
const wordEnd = /(?=[\s;&|)]|$)/y;
const plain = /[\w@%+=:,./-]+/y;
const single = /'([^']*)'/y;
const double = /"((?:[^"$`\\]|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|\$[0-9@])*)"/y;
const variable = /\$(?:([A-Za-z_]\w*|[0-9@])|\{([A-Za-z_]\w*)\})/y;
const variables = /\$(?:([A-Za-z_]\w*|[0-9])|\{([A-Za-z_]\w*)\})/g;
/** After these nobody knows what a variable holds. */
const changers = /* @__PURE__ */ new Set([
	".",
	"eval",
	"getopts",
	"read",
	"set",
	"shift",
	"source",
	"unset"
]);
const exporters = /* @__PURE__ */ new Set([
	"declare",
	"export",
	"local",
	"readonly",
	"typeset"
]);
/**
* The simple commands at the start of a shell's line, up to the first that isn't simple; of that one, the words before what is not.
* Variables are those of the image, unless the line changes them.
*/
function commandsOf(line, scope) {
	return new ShellLine(line, scope).commands();
}
/** A path as it is seen from a folder, which may itself be seen from another. */
function within(folder, path) {
	return folder === void 0 || path.startsWith("/") ? path : `${folder}/${path}`;
}
var ShellLine = class {
	#line;
	#variables;
	#parameters;
	#folder;
	#found = [];
	#at = 0;
	constructor(line, { variables: known, parameters }) {
		this.#line = line;
		this.#variables = new Map(known);
		this.#parameters = parameters;
	}
	commands() {
		let words = [];
		while (this.#at < this.#line.length && this.#found.length < maxCommands) {
			if (this.#take(separator) !== void 0) {
				this.#close(words);
				words = [];
				continue;
			}
			this.#take(/[ \t]*/y);
			const next = this.#word();
			if (next === void 0 || words.length + next.length > maxWords$1) break;
			words.push(...next);
		}
		this.#close(words);
		return this.#found;
	}
	#close(all) {
		const first = all.findIndex((word) => !assignment$1.test(word));
		const words = first < 0 ? [] : all.slice(first);
		const [name = "", target] = words;
		if (words.length === 0) this.#assign(all);
		else if (exporters.has(name)) this.#assign(words);
		else if (changers.has(name)) {
			this.#variables.clear();
			this.#parameters = void 0;
		} else if (name === "cd" && target !== void 0) this.#folder = within(this.#folder, target);
		if (words.length > 0 && name !== "cd") this.#found.push({
			words,
			...this.#folder !== void 0 && { folder: this.#folder }
		});
	}
	#assign(words) {
		for (const word of words) {
			const [, name, value] = assignment$1.exec(word) ?? [];
			if (name !== void 0 && value !== void 0) this.#variables.set(name, value);
		}
	}
	/** The words that the next word of the line becomes; undefined where only a real shell can tell. */
	#word() {
		const start = this.#at;
		if (this.#takeAll()) return this.#parameters?.slice(1);
		let text = "";
		let quoted = false;
		while (this.#take(wordEnd) === void 0) {
			const literal = this.#take(plain)?.[0] ?? this.#take(single)?.[1];
			const between = literal === void 0 ? this.#take(double)?.[1] : void 0;
			const piece = literal ?? (between === void 0 ? this.#value(this.#take(variable)) : this.#expand(between));
			if (piece === void 0) return void 0;
			const bare = between === void 0 && literal === void 0;
			if (bare && /[*?[\\]/.test(piece)) return void 0;
			if (bare && /^\s*$|\s/.test(piece)) return text === "" && !quoted && this.#take(wordEnd) !== void 0 ? splitWords(piece) : void 0;
			quoted = true;
			text += piece;
		}
		return this.#at === start ? void 0 : [text];
	}
	#takeAll() {
		return this.#take(/(?:"\$@"|\$@)(?=[\s;&|)]|$)/y) !== void 0;
	}
	#expand(text) {
		if (text.includes("$@")) return void 0;
		const values = [...text.matchAll(variables)].map((match) => this.#value(match));
		if (values.includes(void 0)) return void 0;
		return text.replaceAll(variables, () => values.shift() ?? "");
	}
	#value(match) {
		const name = match?.[1] ?? match?.[2];
		if (name === void 0) return void 0;
		return /^\d$/.test(name) ? this.#parameters?.[Number(name)] : this.#variables.get(name);
	}
	#take(pattern) {
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.#line);
		if (match === null) return void 0;
		this.#at = pattern.lastIndex;
		return match;
	}
};
function splitWords(text) {
	return text.split(/\s+/).filter((word) => word !== "");
}

// src/verify/content/command-line.ts
const launchers = /* @__PURE__ */ new Map([
	["catatonit", {}],
	["chpst", { values: [
		"-u",
		"-U",
		"-e",
		"-n",
		"-l",
		"-L",
		"-m",
		"-o",
		"-p",
		"-f",
		"-c",
		"-b",
		"-t",
		"-C"
	] }],
	["docker-init", { values: ["-p", "-e"] }],
	["dumb-init", { values: ["-r", "--rewrite"] }],
	["env", {
		values: [
			"-u",
			"--unset",
			"-C",
			"--chdir",
			"-a",
			"--argv0"
		],
		assignments: true
	}],
	["exec", { values: ["-a"] }],
	["gosu", { words: 1 }],
	["ionice", { values: [
		"-c",
		"-n",
		"--class",
		"--classdata"
	] }],
	["nice", { values: ["-n", "--adjustment"] }],
	["nohup", {}],
	["numactl", { values: [
		"-N",
		"-m",
		"-C",
		"-i",
		"-p",
		"-P"
	] }],
	["s6-setuidgid", { words: 1 }],
	["setpriv", { values: [
		"--reuid",
		"--regid",
		"--groups",
		"--bounding-set",
		"--inh-caps",
		"--ambient-caps"
	] }],
	["setsid", {}],
	["setuidgid", { words: 1 }],
	["stdbuf", { values: [
		"-i",
		"-o",
		"-e",
		"--input",
		"--output",
		"--error"
	] }],
	["su-exec", { words: 1 }],
	["sudo", {
		values: [
			"-u",
			"-g",
			"--user",
			"--group"
		],
		assignments: true
	}],
	["taskset", { words: 1 }],
	["timeout", {
		values: [
			"-k",
			"--kill-after",
			"-s",
			"--signal"
		],
		words: 1
	}],
	["tini", { values: ["-p", "-e"] }],
	["tini-static", { values: ["-p", "-e"] }],
	["with-contenv", {}]
]);
const shells = /* @__PURE__ */ new Set([
	"sh",
	"ash",
	"bash",
	"dash",
	"execlineb",
	"ksh",
	"mksh",
	"zsh"
]);
/** Their applets are called by name: `busybox env app`. */
const multicalls = /* @__PURE__ */ new Set([
	"busybox",
	"toybox",
	"coreutils"
]);
/** A dynamic linker runs the program that it is given: `ld-linux-x86-64.so.2 --library-path /app/lib /app/main`. */
const linker = /^ld(?:-linux|-musl|64)?[\w.-]*\.so\b/;
const linkerValues = [
	"--library-path",
	"--preload",
	"--audit",
	"--argv0",
	"--inhibit-rpath",
	"--inhibit-cache"
];
const assignment = /^[A-Za-z_]\w*=/;
/** As releases name them: `tini-amd64`, `tini-static-ppc64le`, `dumb-init_1.2.5_x86_64`, `gosu-s390x`. */
const released = /^(tini-static|tini|dumb-init|gosu|su-exec|catatonit)[-_.][\w.-]+$/;
/**
* The commands that a command line starts in turn, as far as its words tell: behind launchers and in `sh -c`. What needs a real
* shell, or another program's own rules, to be understood is left alone.
*/
function startedBy(words, { variables, program }) {
	const [first = "", ...rest] = multicalls.has(baseName(words[0])) ? words.slice(1) : words;
	const name = [baseName(first), baseName(program)].map(unreleased).find(isKnown);
	if (name === void 0) return [];
	if (isShell(name)) return shellCommands(rest, variables);
	const launcher = linker.test(name) ? { values: linkerValues } : launchers.get(name);
	if (launcher === void 0) return [];
	const behind = behindFlags(name === "env" ? splitString(rest) : rest, launcher);
	return behind.length === 0 ? [] : [{ words: behind }];
}
function unreleased(name) {
	return released.exec(name)?.[1] ?? name;
}
function isKnown(name) {
	return isShell(name) || linker.test(name) || launchers.has(name);
}
/** Whether a program's path is that of a shell, or of execline, which s6-overlay uses in its place. */
function isShell(path) {
	return shells.has(baseName(path));
}
function baseName(path = "") {
	return path.slice(path.lastIndexOf("/") + 1);
}
function behindFlags(words, launcher) {
	const { values = [], words: count = 0, assignments = false } = launcher;
	let at = 0;
	for (; at < words.length; at += 1) {
		const word = words[at] ?? "";
		if (word === "--") {
			at += 1;
			break;
		}
		if (values.includes(word)) at += 1;
		else if (!/^-./.test(word)) break;
	}
	at += count;
	while (assignments && assignment.test(words[at] ?? "")) at += 1;
	return words.slice(at);
}
/** `env -S 'python3 -u'`, which scripts need to give an interpreter more than one word; `-vS` and `--split-string=` do the same. */
function splitString(words) {
	const at = words.findIndex((word) => /^(?:-[i0v]*S|--split-string)/.test(word));
	if (at < 0 || words.slice(0, at).some((word) => !word.startsWith("-"))) return words;
	const text = (words[at] ?? "").replace(/^(?:-[i0v]*S|--split-string=?)/, "");
	const [line, rest] = text === "" ? [words[at + 1] ?? "", at + 2] : [text, at + 1];
	return [
		...words.slice(0, at),
		...line.split(/\s+/).filter((word) => word !== ""),
		...words.slice(rest)
	];
}
/** `sh script`, or the commands of `sh -c '…'`. */
function shellCommands(words, variables) {
	for (let at = 0; at < words.length; at += 1) {
		const word = words[at] ?? "";
		if (/^[-+][a-zA-Z]*o$/.test(word)) at += 1;
		else if (/^-[a-zA-Z]*c$/.test(word)) {
			const [line = "", ...parameters] = words.slice(at + (words[at + 1] === "--" ? 2 : 1));
			return commandsOf(line, {
				variables,
				parameters
			});
		} else if (!/^[-+]/.test(word)) return [{ words: [word] }];
	}
	return [];
}

// src/verify/content/entrypoint.ts
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Launchers that start launchers, and `#!` lines that lead to scripts; Linux follows five of the latter. */
const maxDepth = 10;
/** Of a command line and of `PATH`: a config has room for a million. */
const maxWords = 100;
const maxVariables = 1e3;
/** Programs that one image is said to start: a shell's line may name any number. */
const maxFound = 100;
/**
* The programs that starting the image leads to, as far as files tell: the entry point (else the command) through `PATH`,
* links and `#!` lines, and what launchers (`tini --`, `env`, `sh -c`) start in turn. A shell script that is given a command is taken to run
* it: entry points end with `exec "$@"`.
*/
function startedPrograms(config, files) {
	const search = new Search(config, files);
	search.follow([...config.entrypoint ?? [], ...config.cmd ?? []].slice(0, maxWords));
	return search.found;
}
var Search = class {
	found = [];
	#files;
	#path;
	#workingDir;
	#variables;
	constructor({ env = [], workingDir = "/" }, files) {
		this.#files = files;
		const set = env.findLast((entry) => entry.startsWith("PATH="))?.slice(5);
		this.#path = (set ?? defaultPath).split(":").filter((folder) => folder !== "").slice(0, maxWords);
		this.#workingDir = `/${workingDir}`;
		this.#variables = new Map(env.slice(0, maxVariables).map(assigned));
	}
	/** Looks at a command line, and at what it starts. */
	follow(words, folder = this.#workingDir, via = []) {
		const [first = "", ...rest] = words;
		if (first === "" || via.length > maxDepth || this.found.length >= maxFound) return;
		const resolved = this.#locate(first, folder);
		const path = [...via, resolved === void 0 ? first : shownPath(resolved)];
		if (resolved !== void 0) this.found.push({
			path: resolved.path,
			file: resolved.file,
			via: path.join(" -> ")
		});
		if (resolved?.file.kind === "script") {
			const { interpreter, argument } = resolved.file;
			this.follow(argument === "" ? [interpreter] : [interpreter, argument], folder, path);
			if ([interpreter, ...argument.split(/\s+/)].some(isShell)) this.follow(rest, folder, path);
		}
		for (const started of startedBy(words, {
			variables: this.#variables,
			program: resolved?.path
		})) {
			const its = started.folder === void 0 ? folder : within(folder, started.folder);
			this.follow(started.words, its, path);
		}
	}
	#locate(word, folder) {
		if (word.includes("/")) return this.#at(within(folder, word));
		for (const each of this.#path) {
			const found = this.#at(`${within(folder, each)}/${word}`);
			if (found !== void 0) return found;
		}
	}
	#at(named) {
		const resolved = this.#files.resolve(named);
		return resolved && {
			...resolved,
			named
		};
	}
};
/** A link is shown with where it leads. */
function shownPath({ named, path }) {
	const name = posix.normalize(named);
	return name === `/${path}` ? name : `${name} -> /${path}`;
}
function assigned(entry) {
	const at = entry.indexOf("=");
	return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

// src/verify/content/file-system.ts
/** As many links as Linux follows before it says ELOOP. */
const maxLinks = 40;
/** Folders, links, programs and scripts of one image; the largest images, those of CI hosts, have fewer. */
const maxNodes = 4e5;
/** Names looked up while an image is put together: thirty for each of a million files. Links can make one name cost thousands. */
const maxSteps = 3e7;
/** The image has more in it than can be held: nothing is known of it. */
var TooLarge = class extends Error {};
/**
* The final file system of an image, built layer by layer from the lowest: whiteouts, links and folders that a later layer
* replaces, as runtimes apply them. Nothing of it is ever on a disk.
*
* Where a layer goes through a link of a layer below (`bin/app`, with `bin -> usr/bin`), runtimes differ: one that unpacks onto the
* layers below follows the link, overlayfs hides it behind a new folder. Here the link is followed, and stays: both `/bin/app`
* and `/bin/sh` are found.
*/
var ImageFileSystem = class {
	#root = {
		kind: "directory",
		children: void 0
	};
	#nodes = 0;
	#steps = 0;
	/** @throws TooLarge */
	apply({ whiteouts, changes }) {
		for (const { parts, change } of whiteouts) if (change.kind === "removed") this.#remove(parts);
		else {
			const folder = this.#walk(parts);
			if (isFolder(folder?.node)) folder.node.children = void 0;
		}
		for (const { parts, change } of changes) this.#put(parts, change);
	}
	/** The file that a path leads to, links followed; undefined where there is none, or one that nothing can start. */
	resolve(path) {
		const trail = [];
		const node = path.includes("\0") ? void 0 : this.#walk(path.split("/"), { trail })?.node;
		return node === void 0 || typeof node === "string" || node.kind === "directory" ? void 0 : {
			path: trail.join("/"),
			file: node
		};
	}
	/** Every program and script of the final state, with its path. */
	*files() {
		const open = [["", this.#root]];
		for (let next = open.pop(); next !== void 0; next = open.pop()) {
			const [base, folder] = next;
			for (const [name, node] of folder.children ?? []) {
				if (typeof node === "string") continue;
				const path = base === "" ? name : `${base}/${name}`;
				if (node.kind === "directory") open.push([path, node]);
				else yield {
					path,
					file: node
				};
			}
		}
	}
	#put(parts, change) {
		if (parts.length === 0) return;
		if (change.kind === "directory") {
			if (!isFolder(this.#walk(parts)?.node)) this.#replace(parts, {
				kind: "directory",
				children: void 0
			});
		} else if (change.kind === "hardlink") {
			const target = pathParts(change.target);
			const node = target && this.#walk(target, { followLast: false })?.node;
			this.#replace(parts, isFolder(node) ? void 0 : node);
		} else if (change.kind === "symlink") this.#replace(parts, change.target);
		else this.#replace(parts, isRunnable(change) ? change : void 0);
	}
	#replace(parts, node) {
		const place = this.#walk(parts, {
			make: true,
			followLast: false
		});
		if (place === void 0) return;
		if (node !== void 0) this.#set(place.folder, place.name, node);
		else place.folder.children?.delete(place.name);
	}
	#remove(parts) {
		const place = this.#walk(parts, { followLast: false });
		place?.folder.children?.delete(place.name);
	}
	#set(folder, name, node) {
		folder.children ??= /* @__PURE__ */ new Map();
		if (!folder.children.has(name)) this.#nodes += 1;
		if (this.#nodes > maxNodes) throw new TooLarge();
		folder.children.set(name, node);
	}
	/**
	* The place that these names lead to, links followed; undefined where there is no way.
	* @param options.make folders that are missing on the way are made, and files on it replaced
	* @param options.followLast whether a link at the end is followed
	* @param options.trail filled with the names of the way without links
	*/
	#walk(parts, options = {}) {
		const { make = false, followLast = true, trail = [] } = options;
		const todo = parts.toReversed();
		const folders = [this.#root];
		let place = {
			folder: this.#root,
			name: "",
			node: this.#root
		};
		let links = 0;
		for (let name = todo.pop(); name !== void 0; name = todo.pop()) {
			this.#steps += 1;
			if (this.#steps > maxSteps) throw new TooLarge();
			const folder = folders.at(-1) ?? this.#root;
			if (name === "" || name === ".") continue;
			if (name === "..") {
				trail.pop();
				if (folders.length > 1) folders.pop();
				place = {
					folder: this.#root,
					name: "",
					node: folders.at(-1)
				};
				continue;
			}
			let node = folder.children?.get(name);
			const isLast = todo.length === 0;
			if (typeof node === "string" && (followLast || !isLast)) {
				links += 1;
				if (links > maxLinks) return void 0;
				if (node.startsWith("/")) {
					folders.length = 1;
					trail.length = 0;
					place = {
						folder: this.#root,
						name: "",
						node: this.#root
					};
				}
				todo.push(...node.split("/").reverse());
				continue;
			}
			if (!isLast && !isFolder(node)) {
				if (!make) return void 0;
				node = {
					kind: "directory",
					children: void 0
				};
				this.#set(folder, name, node);
			}
			trail.push(name);
			place = {
				folder,
				name,
				node
			};
			if (isFolder(node)) folders.push(node);
		}
		return place;
	}
};
function isFolder(node) {
	return typeof node === "object" && node.kind === "directory";
}
function isRunnable(change) {
	return change.kind === "program" || change.kind === "script" || change.kind === "unknown";
}

// src/verify/content/verdict.ts
const hint = "build that platform again on its own hardware, or with the right cross target; what is meant to be there is named in allow-foreign";
/**
* Whether the programs in an image are of the machine that its platform names. What starting it leads to has to be; where
* that can't be told, it is enough that some program is, or that there is none at all. Where the budget left layers out, what is
* wrong is a warning, as they may replace it.
* Programs of the machine's 32-bit sibling (386 on amd64, arm on arm64) are of another machine: not every host of the platform runs them.
* @param origin for people: where the image was found
*/
function judgeContent(platform, content, origin) {
	const wanted = platform.architecture;
	const notLooked = notLookedAt(platform);
	if (notLooked !== void 0) return notLooked;
	const warnings = [
		...content.unread.map((reason) => `${origin}: ${reason}, so what is in it was not checked`),
		...content.overBudget === void 0 ? [] : [`${origin}: ${toldOverBudget(content.overBudget)}`],
		...content.warnings.map((warning) => `${origin}: ${warning}`),
		...content.started.flatMap(({ file, via }) => file.kind === "unknown" ? [`${origin}: ${show(via)} is ${file.what}, so its machine is not known`] : [])
	];
	const wrong = wrongOf(content, wanted);
	if (wrong !== void 0) {
		const problem = `${origin} is to be ${wanted}${wrong.problem}`;
		return wrongVerdict(wrong.found, problem, content.overBudget, warnings);
	}
	const foreign = foreignOf(content, wanted).map((each) => `${origin} also holds ${each}`);
	return {
		found: foundWord(content, wanted),
		errors: [],
		warnings: [...warnings, ...foreign]
	};
}
function wrongVerdict(found, problem, overBudget, warnings) {
	if (overBudget === void 0) return {
		found,
		errors: [new CodedError("E_CONTENT_MISMATCH", problem, { hint })],
		warnings
	};
	return {
		found: `${found} (${unreadShare(overBudget)} not read: budget)`,
		errors: [],
		warnings: [...warnings, `${problem}, unless a layer that was not read replaces it`]
	};
}
/** Whether everything of an image was read. */
function isReadWhole({ unread, overBudget }) {
	return unread.length === 0 && overBudget === void 0;
}
/** The verdict on any image for a system whose programs are no ELF files; undefined for the others. */
function notLookedAt({ os }) {
	return hasElfPrograms(os) ? void 0 : {
		found: `not looked at for ${show(os)}`,
		errors: [],
		warnings: []
	};
}
/** What may not be, and the machine of the first such program. */
function wrongOf(content, wanted) {
	const started = content.started.flatMap(({ file, ...program }) => file.kind === "program" ? [{
		...program,
		machine: file.machine
	}] : []);
	const [first, ...more] = started.filter(({ machine }) => machine !== wanted);
	if (first !== void 0) {
		const each = [first, ...more].map(({ path, machine, via }) => `/${show(path)} is ${machine} (started by ${show(via)})`);
		return {
			found: first.machine,
			problem: `: ${each.join(", ")}`
		};
	}
	const [machine] = Object.keys(content.machines);
	if (started.length > 0 || !isReadWhole(content) || content.machines[wanted] !== void 0 || machine === void 0) return void 0;
	return {
		found: machine,
		problem: `, and none of its programs is: ${foreignOf(content, wanted).join(", ")}`
	};
}
function foreignOf({ machines, examples }, wanted) {
	return Object.entries(machines).filter(([machine]) => machine !== wanted).map(([machine, count]) => `${count} ${count === 1 ? "program" : "programs"} for ${machine}, such as /${show(examples[machine] ?? "")}`);
}
function foundWord(content, wanted) {
	const { started, machines, overBudget } = content;
	const isFound = started.some(({ file }) => file.kind === "program");
	if (overBudget !== void 0) {
		const share = unreadShare(overBudget);
		return isFound ? `${wanted} (${share} not read: budget)` : `not read: budget (${share})`;
	}
	if (isFound) return wanted;
	const isUnknown = !isReadWhole(content) || started.some(({ file }) => file.kind === "unknown");
	if (machines[wanted] !== void 0) return isUnknown ? "unknown" : `${wanted} (no entry point found)`;
	return isUnknown ? "unknown" : "no programs";
}
function unreadShare({ layers, of }) {
	return `${layers.length} of ${of} layers`;
}
/** Layers that a warning names; the others are counted. */
const maxNamed = 4;
function toldOverBudget({ layers, of }) {
	const named = layers.slice(0, maxNamed).map(({ layer, read }) => read === 0 ? layer : `${layer} after ${binaryBytes(read)} of it`);
	const more = layers.length > maxNamed ? [`${layers.length - maxNamed} more`] : [];
	const budget = binaryBytes(layers[0]?.budget ?? 0);
	return `${layers.length} of its ${of} layers were not read, for content-limit (${budget}) was reached: ${[...named, ...more].join(", ")}; what is in them was not checked: raise content-limit, or set it to none`;
}
const binaryUnits = [
	"KiB",
	"MiB",
	"GiB",
	"TiB"
];
/** As the input is written: in powers of 1024. */
function binaryBytes(bytes) {
	let value = bytes;
	let unit = -1;
	while (unit < binaryUnits.length - 1 && value >= 1024) {
		value /= 1024;
		unit += 1;
	}
	return `${Number(value.toFixed(1))} ${binaryUnits[unit] ?? "bytes"}`;
}

// src/verify/content/content.ts
/** Machines that are counted by name; a hostile image has a quarter of a million. */
const maxMachines = 30;
const otherMachines = "other machines";
/**
* Reads every layer of an image, and says what it holds; an image for a system without ELF programs is not read.
* @throws E_LAYER for a layer that is not what the config says; all that are not, at once
*/
async function readContent(image, store, allowed) {
	const { layers } = image.manifest;
	const { diffIds } = image.config;
	if (!hasElfPrograms(image.platform.os)) return contentOf(image.config, [], allowed);
	checkLayerCount(image.descriptor.digest, layers.length, diffIds.length);
	return store.forImage(async () => {
		const reading = new ContentReading();
		await inOrder(layers.map((layer, index) => async () => store.read(layer, diffIds[index])), store.atOnce + 1, (layer) => {
			reading.apply(layer);
		});
		return reading.finish(image.config, allowed);
	});
}
/** What an image of these layers holds, lowest first. */
function contentOf(config, layers, allowed) {
	const reading = new ContentReading();
	for (const layer of layers) reading.apply(layer);
	return reading.finish(config, allowed);
}
/** @throws E_LAYER for an image that no runtime takes. */
function checkLayerCount(name, layers, diffIds) {
	if (diffIds === layers) return;
	throw new CodedError("E_LAYER", `${name} has ${layers} layers and ${diffIds} diffIDs`, { hint: "runtimes refuse such an image; build and push it again" });
}
/** Does some of the work ahead, and takes the results in order. @throws all failures at once, when everything has ended */
async function inOrder(work, ahead, take) {
	const failures = [];
	const todo = [...work];
	const underWay = [];
	while (todo.length > 0 || underWay.length > 0) {
		for (const start of todo.splice(0, ahead - underWay.length)) underWay.push(Promise.allSettled([start()]));
		for (const result of await underWay.shift() ?? []) if (result.status === "rejected") failures.push(toCodedError(result.reason));
		else if (failures.length === 0) take(result.value);
	}
	if (failures.length > 0) throw joinErrors(failures);
}
/** One image's content, put together layer by layer. */
var ContentReading = class {
	#files = new ImageFileSystem();
	#unread = [];
	#overBudget = [];
	#layers = 0;
	#warnings = [];
	#isTooLarge = false;
	apply(layer) {
		this.#layers += 1;
		if ("unread" in layer) {
			if (layer.overBudget === void 0) this.#unread.push(layer.unread);
			else this.#overBudget.push(layer.overBudget);
			return;
		}
		if (layer.warning !== void 0) this.#warnings.push(layer.warning);
		this.#guard(() => {
			this.#files.apply(layer);
		});
	}
	finish(config, allowed) {
		const found = this.#guard(() => ({
			started: startedPrograms(config, this.#files).filter(({ path }) => !allowed(path)),
			...countMachines(this.#files, allowed)
		}));
		const tooLarge = this.#isTooLarge ? ["it has more folders and links than are looked at"] : [];
		return {
			...found ?? {
				started: [],
				machines: {},
				examples: {}
			},
			unread: [...this.#unread, ...tooLarge],
			overBudget: this.#overBudget.length > 0 ? {
				layers: this.#overBudget,
				of: this.#layers
			} : void 0,
			warnings: this.#warnings
		};
	}
	/** Nothing more is done once the image was too large. */
	#guard(work) {
		if (this.#isTooLarge) return void 0;
		try {
			return work();
		} catch (error) {
			if (!(error instanceof TooLarge)) throw error;
			this.#isTooLarge = true;
			return;
		}
	}
};
function countMachines(files, allowed) {
	const machines = /* @__PURE__ */ new Map();
	const examples = /* @__PURE__ */ new Map();
	for (const { path, file } of files.files()) {
		if (file.kind !== "program" || allowed(path)) continue;
		const machine = !machines.has(file.machine) && machines.size >= maxMachines ? otherMachines : file.machine;
		machines.set(machine, (machines.get(machine) ?? 0) + 1);
		if (!examples.has(machine)) examples.set(machine, path);
	}
	return {
		machines: Object.fromEntries(machines),
		examples: Object.fromEntries(examples)
	};
}

// src/verify/content/layer-store.ts
/** Inflated bytes that one command reads by default. */
const defaultReadBudget = 17179869184;
/** Of what is kept of layers that were read, in bytes: a few hundred base images. */
const maxKeptBytes = 33554432;
/** Each layer at a time takes memory, and Node inflates four at a time. */
const maxAtOnce = 4;
/** The next image's layers are read while the last one's are put together. */
const imagesAtOnce = 2;
/**
* The layers of one command: those that platforms share are read once, and as many at a time as there are processors, since
* inflating is what takes the time.
*/
var LayerStore = class {
	/** How many layers are read at a time. */
	atOnce;
	#open;
	#budget;
	#caps;
	#layers;
	#images = new Slots(imagesAtOnce);
	#read = /* @__PURE__ */ new Map();
	#kept = /* @__PURE__ */ new Map();
	#keptBytes = 0;
	constructor(open, budgetBytes = defaultReadBudget, caps = defaultCaps, atOnce = Math.min(availableParallelism(), maxAtOnce)) {
		this.#open = open;
		this.#budget = new ReadBudget(budgetBytes);
		this.#caps = caps;
		this.atOnce = Math.max(1, atOnce);
		this.#layers = new Slots(this.atOnce);
	}
	/** Does an image's work when it is its turn: what is held of images that are not finished would add up. */
	async forImage(work) {
		return this.#images.run(work);
	}
	/** @throws E_LAYER, and what the stream throws. */
	async read(descriptor, diffId) {
		const { mediaType, digest, size, urls = [] } = descriptor;
		const key = [
			mediaType,
			digest,
			size,
			diffId,
			urls.length > 0
		].join(" ");
		const known = this.#read.get(key);
		if (known !== void 0) return known;
		const reading = this.#layers.run(async () => readLayer(descriptor, diffId, () => this.#open(descriptor), this.#budget, this.#caps));
		this.#read.set(key, reading);
		const layer = await reading;
		if ("changes" in layer) this.#keep(key, layer.changes.bytes + layer.whiteouts.bytes);
		return layer;
	}
	/** Lets go of the layers that were read first, once there are too many; they would be read again. */
	#keep(key, bytes) {
		this.#kept.set(key, bytes);
		this.#keptBytes += bytes;
		for (const [oldest, its] of this.#kept) {
			if (this.#keptBytes <= maxKeptBytes) return;
			this.#kept.delete(oldest);
			this.#read.delete(oldest);
			this.#keptBytes -= its;
		}
	}
};

// src/verify/content/word.ts
/** What a leg tells of an image that it has read whole. */
function wordOf({ started, machines }) {
	const entrypoint = started.flatMap(({ file }) => file.kind === "program" ? [file.machine] : []).at(0);
	return {
		...entrypoint !== void 0 && { entrypoint },
		machines
	};
}
/** The verdict on a leg's word. A leg that can push can also lie; what the word catches is accidents. */
function judgeWord(platform, { entrypoint, machines }, origin) {
	const notLooked = notLookedAt(platform);
	if (notLooked !== void 0) return notLooked;
	const wanted = platform.architecture;
	const others = Object.keys(machines).filter((machine) => machine !== wanted);
	const wrong = entrypoint ?? (machines[wanted] === void 0 ? others[0] : void 0);
	if (wrong === void 0 || wrong === wanted) {
		const found = entrypoint ?? (machines[wanted] === void 0 ? "no programs" : wanted);
		const warnings = others.map((machine) => `${origin} also holds programs for ${show(machine)}, as its leg says`);
		return {
			found: show(found, 40),
			errors: [],
			warnings
		};
	}
	return {
		found: show(wrong, 40),
		errors: [new CodedError("E_CONTENT_MISMATCH", `${origin} is to be ${wanted}, and its leg says that its programs are ${show(wrong)}`, { hint: "build that platform again on its own hardware; with check full the layers are read again" })],
		warnings: []
	};
}

// src/report/facts.ts
/** A heading and a table of facts: `digest`, `tags`, `engine` ... */
function factsMarkdown(title, facts) {
	const rows = facts.map(([name, value]) => [escapeMarkdown(name), valuesOf(value).map(code).join("<br>")]);
	return `### ${escapeMarkdown(title)}\n\n${rows.length === 0 ? "" : markdownTable(["", ""], rows)}`;
}
/** Facts for a terminal: `name: value`, names aligned. */
function factsText(facts) {
	const width = Math.max(0, ...facts.map(([name]) => name.length));
	return facts.flatMap(([name, value]) => valuesOf(value).map((each, i) => `${(i === 0 ? `${name}:` : "").padEnd(width + 2)}${show(each, 500)}\n`)).join("");
}
function valuesOf(value) {
	return typeof value === "string" ? [value] : value;
}

// src/report/format.ts
const units = [
	"kB",
	"MB",
	"GB",
	"TB",
	"PB"
];
/** Bytes for people, in powers of 1000 as registries and docker print them: `512 B`, `1.5 kB`, `312 MB`. */
function formatBytes(bytes) {
	if (bytes < 1e3) return `${bytes} B`;
	let value = bytes;
	let unit = -1;
	while (unit < units.length - 1 && (unit < 0 || Number(value.toPrecision(3)) >= 1e3)) {
		value /= 1e3;
		unit += 1;
	}
	return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} ${units[unit] ?? ""}`;
}
/** Seconds for people: `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`. */
function formatDuration(seconds) {
	if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
	const whole = Math.round(seconds);
	if (whole < 60) return `${whole} s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return withRest(`${minutes} min`, whole % 60, "s");
	const rounded = Math.round(whole / 60);
	return withRest(`${Math.floor(rounded / 60)} h`, rounded % 60, "min");
}
function withRest(big, rest, unit) {
	return rest === 0 ? big : `${big} ${rest} ${unit}`;
}
/** A digest that a person can compare: the algorithm and 12 digits. */
function shortDigest(digest) {
	const [algorithm = "", hex = ""] = digest.split(":", 2);
	return `${algorithm}:${hex.slice(0, 12)}`;
}

export { configDifferences as _, factsText as a, isWanted as b, LayerStore as c, contentOf as d, readContent as f, checkRevisions as g, checkImagePlatform as h, factsMarkdown as i, defaultReadBudget as l, judgeContent as m, formatDuration as n, judgeWord as o, isReadWhole as p, shortDigest as r, wordOf as s, formatBytes as t, checkLayerCount as u, revisionKey as v, missingPlatforms as x, checkPlatformSet as y };