// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, o as show, r as joinErrors, s as toCodedError, t as CodedError } from "./errors.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { a as platformKey, n as formatPlatform, o as platformOfJson, r as normalisePlatform } from "./platform-platform.js";
import { i as digestOf, n as digestAlgorithm, t as DigestStream } from "./oci-digest.js";
import { n as parseFields, r as withoutUndefined } from "./oci-schema.js";
import { n as imageMediaTypes, r as indexMediaTypes, t as configMediaTypes } from "./oci-media-types.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes, t as attestationSubject } from "./oci-manifest.js";
import * as zlib from "node:zlib";
import { availableParallelism } from "node:os";

// src/oci/config.ts
const configKeys = [
	"architecture",
	"os",
	"os.version",
	"os.features",
	"variant",
	"created",
	"config",
	"rootfs"
];
const runKeys = [
	"User",
	"ExposedPorts",
	"Env",
	"Entrypoint",
	"Cmd",
	"WorkingDir",
	"Labels",
	"Healthcheck"
];
const platformWord = {
	pattern: /^[!-~]+$/,
	is: "a word of visible ASCII",
	maxLength: 128
};
/**
* The image configuration in these bytes. A `null`, and an empty string where one says nothing, are the same as no key.
* @param what names the config in errors: `config of quay.io/acme/app@sha256:...`.
* @throws E_MANIFEST where it is malformed, over 4 MiB, or doesn't say for which platform it is.
*/
function parseImageConfig(bytes, what) {
	if (bytes.byteLength > 4194304) throw new CodedError("E_MANIFEST", `${what} has ${bytes.byteLength} bytes`, { hint: `${maxManifestBytes} at most` });
	const root = parseFields(bytes, what);
	root.refuseLookalikes(configKeys);
	return withoutUndefined({
		os: requiredWord(root.get("os")),
		architecture: requiredWord(root.get("architecture")),
		variant: optionalWord(root.get("variant")),
		osVersion: optionalWord(root.get("os.version")),
		osFeatures: root.get("os.features").optional((features) => features.items(64).map((item) => item.string(platformWord))),
		created: optionalText(root.get("created")),
		diffIds: readDiffIds(root.get("rootfs")),
		...readRun(root.get("config"))
	});
}
function requiredWord(field) {
	const hint = "the image does not say for which platform it is; build it again with a current tool";
	if (field.absent || field.value === "") throw field.error("is missing or empty", hint);
	if (field.value === "unknown") throw field.error("is \"unknown\"", "that is an attestation or an artifact, not an image");
	return field.string(platformWord);
}
function optionalWord(field) {
	return field.value === "" ? void 0 : field.optional((word) => word.string(platformWord));
}
function optionalText(field) {
	const text = field.optional((present) => present.string());
	return text === "" ? void 0 : text;
}
function readDiffIds(rootfs) {
	if (rootfs.absent) return [];
	return rootfs.get("diff_ids").optional((ids) => ids.items().map((id) => id.digest())) ?? [];
}
function readRun(field) {
	if (field.absent) return { labels: {} };
	field.refuseLookalikes(runKeys);
	return withoutUndefined({
		entrypoint: field.get("Entrypoint").optional(readCommand),
		cmd: field.get("Cmd").optional(readCommand),
		env: field.get("Env").optional((env) => env.strings()),
		user: optionalText(field.get("User")),
		exposedPorts: field.get("ExposedPorts").optional((ports) => Object.keys(ports.object()).sort()),
		workingDir: optionalText(field.get("WorkingDir")),
		labels: field.get("Labels").optional(readLabels) ?? {},
		healthcheck: field.get("Healthcheck").optional(readHealthcheck)
	});
}
/** An array, or one string, as Docker's decoder reads it. */
function readCommand(field) {
	return typeof field.value === "string" ? [field.value] : field.strings();
}
function readLabels(field) {
	return field.stringMap();
}
function readHealthcheck(field) {
	return withoutUndefined({
		test: field.get("Test").optional(readCommand) ?? [],
		intervalNanoseconds: field.get("Interval").optional((interval) => interval.integer()),
		timeoutNanoseconds: field.get("Timeout").optional((timeout) => timeout.integer()),
		startPeriodNanoseconds: field.get("StartPeriod").optional((period) => period.integer()),
		retries: field.get("Retries").optional((retries) => retries.integer())
	});
}

// src/verify/source.ts
const nothing$1 = () => false;
/** For an index that is not changed: nobody has to understand all that it lists, as long as what it lists is there. */
const otherKinds = ({ code }) => code === "E_MANIFEST" || code === "E_PLATFORM";
/** An index may hold indexes; what stands deeper than this is refused (no engine resolves it). */
const maxIndexDepth = 2;
/**
* Reads what `ref` leads to and proves it: bytes against digest and size, config against the descriptor's platform.
* An index is flattened; its attestations are kept beside the image that they are about.
* @param name for messages: `quay.io/acme/app:v1-s390x`
* @returns `undefined` where there is nothing at `ref`
* @throws E_DIGEST_MISMATCH, E_MANIFEST; E_NOT_FOUND for a child that an index names and nobody has
*/
async function readSource(reader, ref, name, promised, tolerate = nothing$1) {
	const manifest = await reader.manifest(ref);
	if (manifest === void 0) return void 0;
	if (promised !== void 0) checkPromise(manifest, promised, name);
	return expandSource(reader, manifest, name, tolerate);
}
/** {@link readSource}, for a manifest that was read already. */
async function expandSource(reader, manifest, name, tolerate = nothing$1) {
	const parsed = parseManifest(manifest);
	if (parsed.kind === "image") {
		const { mediaType, digest, bytes } = manifest;
		return {
			manifest,
			index: void 0,
			images: [await readImage(reader, {
				mediaType,
				digest,
				size: bytes.length
			}, manifest, parsed, name)],
			attestations: [],
			others: []
		};
	}
	return {
		manifest,
		index: parsed,
		...together(await readEntries(reader, parsed, name, tolerate))
	};
}
/**
* What each entry of an index leads to, in its order.
* @throws as {@link readSource} does, unless it is tolerated
*/
async function readEntries(reader, index, name, tolerate, depth = 1) {
	if (depth > maxIndexDepth) throw new CodedError("E_MANIFEST", `${name} is an index nested more than ${maxIndexDepth} levels deep`, { hint: "refer to the images themselves" });
	return settleAll(index.manifests.map(async (descriptor, position) => {
		try {
			return await readEntry(reader, descriptor, `${name} manifests[${position}]`, tolerate, depth);
		} catch (error) {
			if (!(error instanceof CodedError) || !tolerate(error)) throw error;
			return {
				images: [],
				attestations: [],
				others: [{
					descriptor,
					problem: error
				}]
			};
		}
	}));
}
function together(parts) {
	return {
		images: parts.flatMap((part) => part.images),
		attestations: parts.flatMap((part) => part.attestations),
		others: parts.flatMap((part) => part.others)
	};
}
async function readEntry(reader, descriptor, name, tolerate, depth) {
	if (!imageMediaTypes.includes(descriptor.mediaType) && !indexMediaTypes.includes(descriptor.mediaType)) throw new CodedError("E_MANIFEST", `${name} is ${quote(descriptor.mediaType)}, which is no image`, { hint: "refer to images only; artifacts are attached to the published index instead" });
	const manifest = await reader.manifest(descriptor.digest);
	if (manifest === void 0) throw new CodedError("E_NOT_FOUND", `${name} refers to ${descriptor.digest}, which is not in the repository`, { hint: "it may have been cleaned up before the merge; build that platform again, and keep its arch tag until the list is published" });
	checkPromise(manifest, descriptor, name);
	const none = {
		images: [],
		attestations: [],
		others: []
	};
	if (isAttestation(descriptor)) return {
		...none,
		attestations: [attestationOf(descriptor, manifest, name)]
	};
	const parsed = parseManifest(manifest);
	if (parsed.kind === "index") return together(await readEntries(reader, parsed, name, tolerate, depth + 1));
	return {
		...none,
		images: [await readImage(reader, descriptor, manifest, parsed, name)]
	};
}
async function readImage(reader, descriptor, bytes, manifest, name) {
	if (!configMediaTypes.includes(manifest.config.mediaType)) throw new CodedError("E_MANIFEST", `${name} has a config of ${quote(manifest.config.mediaType)}, so it is no image`, { hint: "refer to images only; artifacts are attached to the published index instead" });
	const config = parseImageConfig(await reader.blob(manifest.config, maxManifestBytes), `the config of ${name}`);
	const { platform: said, ...rest } = descriptor;
	return {
		descriptor: rest,
		said: said && platformOfJson(said),
		manifest,
		bytes,
		config,
		platform: normalisePlatform(config)
	};
}
function attestationOf(descriptor, bytes, name) {
	const subject = attestationSubject(descriptor);
	if (subject !== void 0) return {
		descriptor,
		bytes,
		subject: agreed(subject, bytes, name)
	};
	throw new CodedError("E_MANIFEST", `${name} is an attestation that does not say what it is about`, { hint: "build that platform again" });
}
/** An attestation may also say itself what it is about; then it says what the index says. */
function agreed(subject, bytes, name) {
	const said = parseManifest(bytes).subject?.digest;
	if (said === void 0 || said === subject) return subject;
	throw new CodedError("E_MANIFEST", `${name} is listed as an attestation about ${subject}, and says that it is about ${said}`, { hint: "build that platform again" });
}
/** Bytes, digest, size and media type must be what was promised. */
function checkPromise(manifest, promised, name) {
	const mismatch = (what, said, is) => new CodedError("E_DIGEST_MISMATCH", `${name}: the ${what} was to be ${said}, the registry holds ${is}`, { hint: "the manifest was changed on the way or the descriptor is wrong; build that platform again" });
	const digest = digestOf(manifest.bytes, digestAlgorithm(promised.digest));
	if (digest !== promised.digest) throw mismatch("digest", promised.digest, digest);
	if (manifest.bytes.length !== promised.size) throw mismatch("size", promised.size, manifest.bytes.length);
	if (manifest.mediaType !== promised.mediaType) throw new CodedError("E_MANIFEST", `${name}: the media type was to be ${quote(promised.mediaType)}, the registry says ${quote(manifest.mediaType)}`, { hint: "build that platform again" });
}
/** What a pull of the image transfers: config and layers, compressed, in bytes. */
function imageSize({ manifest }) {
	return [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
}

// src/commands/repository-reader.ts
/** One repository, as the checks read it. */
function repositoryReader(verbs, repository) {
	return {
		manifest: async (ref) => verbs.getManifest(repository, ref),
		blob: async (descriptor, max) => verbs.readBlob(repository, descriptor, max)
	};
}

// src/group-by.ts
/** Items under their keys, both in the order in which they were met. `Map.groupBy` is not in every Node that we run on. */
function groupBy(items, keyOf) {
	const groups = /* @__PURE__ */ new Map();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group === void 0) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
}

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
* @param allowExtra platforms beyond those asked for are no error
*/
function checkPlatformSet(wanted, found, where, allowExtra = false) {
	return [
		...missing(wanted, found, where),
		...duplicates(found),
		...allowExtra ? [] : unexpected(wanted, found)
	];
}
function missing(wanted, found, where) {
	if (found.length === 0 && wanted.length > 0 && !wanted.some((row) => row.required)) {
		const names = wanted.map((row) => formatPlatform(row.platform)).join(", ");
		return [new CodedError("E_PLATFORM_MISSING", `none of ${names} is in ${where}`, { hint: "each of them may be missing, but a list of nothing is no list; see why no leg pushed" })];
	}
	const lacking = missingPlatforms(wanted, found).filter((row) => row.required).map((row) => formatPlatform(row.platform));
	if (lacking.length === 0) return [];
	return [new CodedError("E_PLATFORM_MISSING", `${lacking.join(", ")} ${lacking.length === 1 ? "is" : "are"} missing from ${where}`, { hint: "see why its leg did not push and run it again, or mark the platform as not required with \"?\"" })];
}
function duplicates(found) {
	return [...groupBy(found, (image) => `${platformKey(image.platform)} ${image.compression ?? ""}`).values()].flatMap((images) => {
		const [first] = images;
		if (first === void 0 || images.every((image) => image.digest === first.digest)) return [];
		const each = images.map((image) => `${image.digest} (${image.origin})`).join(" and ");
		return [new CodedError("E_PLATFORM_DUPLICATE", `${formatPlatform(first.platform)} is there more than once: ${each}`, { hint: "keep one of them" })];
	});
}
function unexpected(wanted, found) {
	const names = wanted.map((row) => formatPlatform(row.platform)).join(", ");
	return found.filter((image) => !wanted.some((row) => isWanted(row.platform, image.platform))).map(({ platform, origin }) => new CodedError("E_PLATFORM_UNEXPECTED", `${formatPlatform(platform)} (${origin}) was not asked for, only ${names}`, { hint: "add it to platforms, or leave it out" }));
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
/** Of one shell's line; a config has room for a million. */
const maxCommands = 20;
/**
* The commands that a command line starts in turn, as far as its words tell: behind launchers and in `sh -c`. What needs a real
* shell, or another program's own rules, to be understood is left alone.
*/
function startedBy(words) {
	const [first = "", ...rest] = multicalls.has(baseName(words[0])) ? words.slice(1) : words;
	if (isShell(first)) return shellCommands(rest);
	const name = baseName(first);
	const launcher = linker.test(name) ? { values: linkerValues } : launchers.get(name);
	if (launcher === void 0) return [];
	const behind = behindFlags(name === "env" ? splitString(rest) : rest, launcher);
	return behind.length === 0 ? [] : [{ words: behind }];
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
function shellCommands(words) {
	for (let at = 0; at < words.length; at += 1) {
		const word = words[at] ?? "";
		if (/^[-+][a-zA-Z]*o$/.test(word)) at += 1;
		else if (/^-[a-zA-Z]*c$/.test(word)) return commandsOf(words[at + 1] === "--" ? words[at + 2] : words[at + 1]);
		else if (!/^[-+]/.test(word)) return [{ words: [word] }];
	}
	return [];
}
/** A plain word, or one between quotes with nothing in it that a shell would replace. */
const token = /\s*(?:([\w@%+=:,./-]+)|"([^"$`\\]*)"|'([^']*)')(?=[\s;&|]|$)/y;
const separator = /\s*(?:&&|;|\n)/y;
/** The simple commands at the start of a shell's line, up to the first that isn't simple; of that one, the words before what is not. */
function commandsOf(line = "") {
	const found = [];
	let folder;
	let words = [];
	const close = () => {
		while (assignment.test(words[0] ?? "")) words.shift();
		if (words[0] === "cd" && words[1] !== void 0) folder = within(folder, words[1]);
		else if (words.length > 0) found.push({
			words,
			...folder !== void 0 && { folder }
		});
		words = [];
	};
	for (let at = 0; at < line.length && found.length < maxCommands;) {
		token.lastIndex = separator.lastIndex = at;
		const match = token.exec(line);
		if (match !== null) {
			words.push(match[1] ?? match[2] ?? match[3] ?? "");
			at = token.lastIndex;
		} else if (separator.test(line)) {
			close();
			at = separator.lastIndex;
		} else break;
	}
	close();
	return found;
}
/** A path as it is seen from a folder, which may itself be seen from another. */
function within(folder, path) {
	return folder === void 0 || path.startsWith("/") ? path : `${folder}/${path}`;
}

// src/verify/content/entrypoint.ts
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Launchers that start launchers, and `#!` lines that lead to scripts; Linux follows five of the latter. */
const maxDepth = 10;
/** Of a command line and of `PATH`: a config has room for a million. */
const maxWords = 100;
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
	constructor({ env = [], workingDir = "/" }, files) {
		this.#files = files;
		const set = env.findLast((entry) => entry.startsWith("PATH="))?.slice(5);
		this.#path = (set ?? defaultPath).split(":").filter((folder) => folder !== "").slice(0, maxWords);
		this.#workingDir = `/${workingDir}`;
	}
	/** Looks at a command line, and at what it starts. */
	follow(words, folder = this.#workingDir, via = []) {
		const [first = "", ...rest] = words;
		if (first === "" || via.length > maxDepth || this.found.length >= maxFound) return;
		const resolved = this.#locate(first, folder);
		const path = [...via, resolved === void 0 ? first : `/${resolved.path}`];
		if (resolved !== void 0) this.found.push({
			...resolved,
			via: path.join(" -> ")
		});
		if (resolved?.file.kind === "script") {
			const { interpreter, argument } = resolved.file;
			this.follow(argument === "" ? [interpreter] : [interpreter, argument], folder, path);
			if ([interpreter, ...argument.split(/\s+/)].some(isShell)) this.follow(rest, folder, path);
		}
		for (const started of startedBy(words)) {
			const its = started.folder === void 0 ? folder : within(folder, started.folder);
			this.follow(started.words, its, path);
		}
	}
	#locate(word, folder) {
		if (word.includes("/")) return this.#files.resolve(within(folder, word));
		for (const each of this.#path) {
			const found = this.#files.resolve(`${within(folder, each)}/${word}`);
			if (found !== void 0) return found;
		}
	}
};

// src/verify/content/machine.ts
const elf = [
	127,
	69,
	76,
	70
];
const wasm = [
	0,
	97,
	115,
	109
];
/**
* e_machine, then `<bits> <byte order>`, then the name. https://www.sco.com/developers/gabi/latest/ch4.eheader.html
* A header that is not in here is of no machine that we can name, which is a machine all the same.
*/
const names = {
	2: { "32 big": "sparc" },
	3: { "32 little": "386" },
	4: { "32 big": "m68k" },
	8: {
		"32 big": "mips",
		"32 little": "mipsle",
		"64 big": "mips64",
		"64 little": "mips64le"
	},
	15: {
		"32 big": "hppa",
		"64 big": "hppa64"
	},
	20: {
		"32 big": "ppc",
		"32 little": "ppcle"
	},
	21: {
		"64 big": "ppc64",
		"64 little": "ppc64le"
	},
	22: {
		"32 big": "s390",
		"64 big": "s390x"
	},
	40: {
		"32 little": "arm",
		"32 big": "armbe"
	},
	42: {
		"32 little": "sh4",
		"32 big": "sh4be"
	},
	43: { "64 big": "sparc64" },
	50: { "64 little": "ia64" },
	62: {
		"64 little": "amd64",
		"32 little": "x32"
	},
	183: {
		"64 little": "arm64",
		"64 big": "arm64be",
		"32 little": "arm64-ilp32",
		"32 big": "arm64be-ilp32"
	},
	243: {
		"32 little": "riscv32",
		"64 little": "riscv64"
	},
	258: {
		"32 little": "loong32",
		"64 little": "loong64"
	},
	36902: { "64 little": "alpha" }
};
/** Code for no processor, of every image alike: none, CUDA, AMD GPU, BPF. */
const deviceMachines = /* @__PURE__ */ new Set([
	0,
	190,
	224,
	247
]);
const executable = 2;
const sharedObject = 3;
const mipsN32 = 32;
const ppc64AbiMask = 3;
const ppc64ElfV1 = 1;
/** What a file that starts with these bytes is; undefined for data, object files (`.o`, kernel modules) and core dumps. */
function runnableOf(head) {
	if (startsWith(head, elf)) return ofElf(head);
	if (startsWith(head, [35, 33])) return ofScript(head);
	return startsWith(head, wasm) ? {
		kind: "unknown",
		what: "WebAssembly"
	} : void 0;
}
function ofElf(head) {
	const bits = [
		void 0,
		32,
		64
	][head[4] ?? 0];
	const order = [
		void 0,
		"little",
		"big"
	][head[5] ?? 0];
	if (bits === void 0 || order === void 0 || head.length < (bits === 64 ? 64 : 52)) return {
		kind: "unknown",
		what: "a damaged ELF file"
	};
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	const little = order === "little";
	const type = view.getUint16(16, little);
	const machine = view.getUint16(18, little);
	if (type !== executable && type !== sharedObject || deviceMachines.has(machine)) return void 0;
	const name = names[machine]?.[`${bits} ${order}`] ?? `machine ${machine} (${bits}-bit, ${order}-endian)`;
	return {
		kind: "program",
		machine: `${name}${abiOf(name, view.getUint32(bits === 64 ? 48 : 36, little))}`
	};
}
/** ABIs of one machine that need a platform, or a kernel, of their own. */
function abiOf(name, flags) {
	if ((name === "mips" || name === "mipsle") && (flags & mipsN32) !== 0) return " (n32)";
	return name === "ppc64le" && (flags & ppc64AbiMask) === ppc64ElfV1 ? " (ELFv1)" : "";
}
/** https://man7.org/linux/man-pages/man2/execve.2.html#DESCRIPTION, "Interpreter scripts". */
function ofScript(head) {
	const end = head.indexOf(10);
	const line = Buffer.from(head.subarray(2, end < 0 ? head.length : end)).toString("utf8");
	const match = /^[ \t]*([^ \t\r]+)[ \t]*(.*)$/s.exec(line);
	if (match?.[1] === void 0 || line.includes("\0")) return void 0;
	return {
		kind: "script",
		interpreter: match[1],
		argument: (match[2] ?? "").trimEnd()
	};
}
function startsWith(head, magic) {
	return magic.every((byte, index) => head[index] === byte);
}
/** Systems whose programs are ELF files. */
const elfSystems = /* @__PURE__ */ new Set([
	"linux",
	"android",
	"freebsd",
	"netbsd",
	"openbsd",
	"dragonfly",
	"solaris",
	"illumos"
]);
/** Whether an operating system's programs are told by this file. */
function hasElfPrograms(os) {
	return elfSystems.has(os);
}

// src/verify/content/layer.ts
const data = { kind: "data" };
const directory = { kind: "directory" };
const removed = { kind: "removed" };
const emptied = { kind: "emptied" };
const whiteout = ".wh.";
/** Linux's own limits, PATH_MAX and NAME_MAX, in bytes: what is over them can't be unpacked. */
const maxPath = 4096;
const maxName = 255;
/**
* What a member of a layer's archive changes, and where, as names from the root; undefined for one that can't be a path in an image.
* https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
*/
function changeOf$1(entry) {
	const parts = pathParts(entry.path);
	if (parts === void 0) return void 0;
	const name = parts.at(-1) ?? "";
	if (!name.startsWith(whiteout)) {
		const change = contentOf(entry);
		return change === void 0 ? void 0 : [parts, change];
	}
	const folder = parts.slice(0, -1);
	const hidden = name.slice(4);
	if (hidden === ".wh..opq") return [folder, emptied];
	if (hidden.startsWith(whiteout) || hidden === "" || hidden === "." || hidden === "..") return void 0;
	return [[...folder, hidden], removed];
}
function contentOf({ type, target, head }) {
	switch (type) {
		case "directory": return directory;
		case "symlink": return isPath(target) ? {
			kind: "symlink",
			target
		} : void 0;
		case "hardlink": return isPath(target) ? {
			kind: "hardlink",
			target
		} : void 0;
		case "file": return runnableOf(head) ?? data;
		case "other": return data;
	}
}
/** The names on the way from the root, without `.` and empty ones; undefined where `..` is among them, or a name can't be one. */
function pathParts(path) {
	if (!isPath(path)) return void 0;
	const parts = path.split("/").filter((part) => part !== "" && part !== ".");
	return parts.some((part) => part === ".." || part.length > maxName) ? void 0 : parts;
}
function isPath(path) {
	return path.length <= maxPath && !path.includes("\0");
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
* that can't be told, it is enough that some program is, or that there is none at all.
* Programs of the machine's 32-bit sibling (386 on amd64, arm on arm64) are of another machine: not every host of the platform runs them.
* @param origin for people: where the image was found
*/
function judgeContent(platform, content, origin) {
	const wanted = platform.architecture;
	if (!hasElfPrograms(platform.os)) return {
		found: `not looked at for ${platform.os}`,
		errors: [],
		warnings: []
	};
	const warnings = [
		...content.unread.map((reason) => `${origin}: ${reason}, so what is in it was not checked`),
		...content.warnings.map((warning) => `${origin}: ${warning}`),
		...content.started.flatMap(({ file, via }) => file.kind === "unknown" ? [`${origin}: ${show(via)} is ${file.what}, so its machine is not known`] : [])
	];
	const wrong = wrongOf(content, wanted);
	if (wrong !== void 0) {
		const error = new CodedError("E_CONTENT_MISMATCH", `${origin} is to be ${wanted}${wrong.problem}`, { hint });
		return {
			found: wrong.found,
			errors: [error],
			warnings
		};
	}
	const foreign = foreignOf(content, wanted).map((each) => `${origin} also holds ${each}`);
	return {
		found: foundWord(content, wanted),
		errors: [],
		warnings: [...warnings, ...foreign]
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
	if (started.length > 0 || content.unread.length > 0 || content.machines[wanted] !== void 0 || machine === void 0) return void 0;
	return {
		found: machine,
		problem: `, and none of its programs is: ${foreignOf(content, wanted).join(", ")}`
	};
}
function foreignOf({ machines, examples }, wanted) {
	return Object.entries(machines).filter(([machine]) => machine !== wanted).map(([machine, count]) => `${count} ${count === 1 ? "program" : "programs"} for ${machine}, such as /${show(examples[machine] ?? "")}`);
}
function foundWord({ started, machines, unread }, wanted) {
	if (started.some(({ file }) => file.kind === "program")) return wanted;
	const isUnknown = unread.length > 0 || started.some(({ file }) => file.kind === "unknown");
	if (machines[wanted] !== void 0) return isUnknown ? "unknown" : `${wanted} (no entry point found)`;
	return isUnknown ? "unknown" : "no programs";
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
	if (!hasElfPrograms(image.platform.os)) return new ContentReading().finish(image.config, allowed);
	if (diffIds.length !== layers.length) throw new CodedError("E_LAYER", `${image.descriptor.digest} has ${layers.length} layers and ${diffIds.length} diffIDs`, { hint: "runtimes refuse such an image; build and push it again" });
	return store.forImage(async () => {
		const reading = new ContentReading();
		await inOrder(layers.map((layer, index) => async () => store.read(layer, diffIds[index])), store.atOnce + 1, (layer) => {
			reading.apply(layer);
		});
		return reading.finish(image.config, allowed);
	});
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
	#warnings = [];
	#isTooLarge = false;
	apply(layer) {
		if ("unread" in layer) {
			this.#unread.push(layer.unread);
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

// src/verify/content/change-list.ts
const kinds = [
	"data",
	"directory",
	"program",
	"script",
	"unknown",
	"symlink",
	"hardlink",
	"removed",
	"emptied"
];
const chunkBytes = 65536;
/**
* The changes of one layer in the order of its archive, packed: a million paths as strings would take a few hundred MiB. Each is kept as
* the number of names that it shares with the one before, its other names, and what it is.
*/
var ChangeList = class {
	/** What the list takes, in bytes. */
	bytes = 0;
	#chunks = [];
	#last = [];
	add(parts, change) {
		let shared = 0;
		while (shared < parts.length && parts[shared] === this.#last[shared]) shared += 1;
		const words = [...parts.slice(shared), ...detailOf(change)];
		const atMost = words.reduce((sum, word) => sum + 3 * word.length + 2, 5);
		const chunk = this.#room(atMost);
		const { bytes } = chunk;
		let at = chunk.used;
		at = bytes.writeUInt8(kinds.indexOf(change.kind), at);
		at = bytes.writeUInt16LE(shared, at);
		at = bytes.writeUInt16LE(parts.length - shared, at);
		for (const word of words) {
			const length = bytes.write(word, at + 2);
			at = bytes.writeUInt16LE(length, at) + length;
		}
		this.bytes += at - chunk.used;
		chunk.used = at;
		this.#last = parts;
	}
	*[Symbol.iterator]() {
		const parts = [];
		for (const { bytes, used } of this.#chunks) {
			let at = 0;
			const word = () => {
				const start = at + 2;
				at = start + bytes.readUInt16LE(at);
				return bytes.toString("utf8", start, at);
			};
			while (at < used) {
				const kind = kinds[bytes.readUInt8(at)] ?? "data";
				parts.length = bytes.readUInt16LE(at + 1);
				const own = bytes.readUInt16LE(at + 3);
				at += 5;
				for (let index = 0; index < own; index += 1) parts.push(word());
				yield {
					parts: parts.slice(),
					change: changeOf(kind, word)
				};
			}
		}
	}
	#room(bytes) {
		const last = this.#chunks.at(-1);
		if (last !== void 0 && last.bytes.length - last.used >= bytes) return last;
		const chunk = {
			bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes)),
			used: 0
		};
		this.#chunks.push(chunk);
		return chunk;
	}
};
function detailOf(change) {
	switch (change.kind) {
		case "program": return [change.machine];
		case "script": return [change.interpreter, change.argument];
		case "unknown": return [change.what];
		case "symlink":
		case "hardlink": return [change.target];
		case "data":
		case "directory":
		case "removed":
		case "emptied": return [];
	}
}
function changeOf(kind, word) {
	switch (kind) {
		case "program": return {
			kind,
			machine: word()
		};
		case "script": return {
			kind,
			interpreter: word(),
			argument: word()
		};
		case "unknown": return {
			kind,
			what: word()
		};
		case "symlink":
		case "hardlink": return {
			kind,
			target: word()
		};
		case "data":
		case "directory":
		case "removed":
		case "emptied": return { kind };
	}
}

// src/verify/content/zstd-frames.ts
const frameMagic = 4247762216;
/** Of a frame without content; the last four bits of its magic are free. */
const skippableMagic = 25481893;
/** zstd:chunked has a frame for each file. */
const maxFrames = 2e6;
/**
* Cuts a zstd stream where its frames end. Node's decompressor drops what stands behind a frame's end in the same write, and says
* nothing; zstd:chunked layers have thousands of frames.
*/
var ZstdFrames = class {
	#format = frames();
	#step = this.#format.next([]).value;
	/** What is there of the bytes that have to be read. */
	#field = [];
	#passed = 0;
	#frames = 0;
	#begun = false;
	/** Whether the bytes so far end with a frame. */
	get isWhole() {
		return !this.#begun;
	}
	/** The parts of a chunk, none of them across the end of a frame. @throws Error for what is no zstd stream */
	*cut(chunk) {
		let start = 0;
		let offset = 0;
		while (offset < chunk.length) {
			this.#begun = true;
			offset += this.#advance(chunk, offset);
			if (this.#step !== "frame ended") continue;
			this.#frames += 1;
			if (this.#frames > maxFrames) throw new Error(`it has more than ${maxFrames} zstd frames`);
			this.#begun = false;
			this.#step = this.#next([]);
			yield chunk.subarray(start, offset);
			start = offset;
		}
		if (start < offset) yield chunk.subarray(start, offset);
	}
	/** @returns the bytes taken */
	#advance(chunk, offset) {
		if (this.#step === "frame ended") return 0;
		if ("pass" in this.#step) {
			const taken = Math.min(this.#step.pass - this.#passed, chunk.length - offset);
			this.#passed += taken;
			if (this.#passed === this.#step.pass) this.#step = this.#next([]);
			return taken;
		}
		this.#field.push(chunk[offset] ?? 0);
		if (this.#field.length === this.#step.read) this.#step = this.#next(this.#field);
		return 1;
	}
	/** Steps over what takes no bytes. */
	#next(field) {
		this.#field = [];
		this.#passed = 0;
		let step = this.#format.next(field).value;
		while (step !== "frame ended" && "pass" in step && step.pass === 0) step = this.#format.next([]).value;
		return step;
	}
};
/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1 */
function* frames() {
	for (;;) {
		const magic = littleEndian(yield { read: 4 });
		if (Math.floor(magic / 16) === skippableMagic) yield { pass: littleEndian(yield { read: 4 }) };
		else if (magic === frameMagic) yield* frame();
		else throw new Error("it has bytes that are no zstd frame");
		yield "frame ended";
	}
}
function* frame() {
	const [descriptor = 0] = yield { read: 1 };
	const isSingleSegment = (descriptor & 32) !== 0;
	const windowBytes = isSingleSegment ? 0 : 1;
	const dictionaryBytes = [
		0,
		1,
		2,
		4
	][descriptor & 3] ?? 0;
	const sizeBytes = [
		isSingleSegment ? 1 : 0,
		2,
		4,
		8
	][descriptor >> 6] ?? 0;
	yield { pass: windowBytes + dictionaryBytes + sizeBytes };
	for (let isLast = false; !isLast;) {
		const header = littleEndian(yield { read: 3 });
		yield { pass: (header >> 1 & 3) === 1 ? 1 : header >> 3 };
		isLast = (header & 1) === 1;
	}
	yield { pass: (descriptor & 4) !== 0 ? 4 : 0 };
}
function littleEndian(bytes) {
	return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

// src/verify/content/inflate.ts
const magics = [
	["gzip", [31, 139]],
	["zstd", [
		40,
		181,
		47,
		253
	]],
	["zstd", [
		42,
		77,
		24
	]],
	["xz", [
		253,
		55,
		122,
		88,
		90,
		0
	]],
	["bzip2", [
		66,
		90,
		104
	]]
];
function packingOf(start) {
	return magics.find(([, magic]) => {
		const isSkippable = magic[0] === 42;
		const at = isSkippable ? 1 : 0;
		if (isSkippable && ((start[0] ?? 0) & 240) !== 80) return false;
		return magic.every((byte, index) => start[at + index] === byte);
	})?.[0] ?? "none";
}
/** The bytes are damaged: says how. */
var InflateError = class extends Error {};
/** They are sound, and this program can't inflate them: says why, in words that go behind the layer's name. */
var CannotInflate = class extends Error {};
/** Large enough that the way between threads costs little, in bytes. */
const chunkSize = 262144;
/** 32 MiB, the widest window of encoders in use: it is memory that a stream makes us take. */
const maxWindowLog = 25;
/**
* Inflates a stream to its end; `sink` gets the bytes as they come, and stops the work by throwing.
* @throws InflateError, CannotInflate, and whatever the source or the sink throws
*/
async function inflate(packing, source, sink) {
	switch (packing) {
		case "none":
			for await (const chunk of source) sink(asBuffer(chunk));
			return;
		case "gzip":
			await run(zlib.createGunzip({ chunkSize }), source, sink);
			return;
		case "zstd":
			await run(zstdEngine(), wholeFrames(source), sink);
			return;
		case "xz":
		case "bzip2": throw new CannotInflate(`is packed with ${packing}, which few runtimes read`);
	}
}
function zstdEngine() {
	if (!("createZstdDecompress" in zlib)) throw new CannotInflate("is zstd, which needs Node 22.15 or newer");
	return zlib.createZstdDecompress({
		chunkSize,
		params: { [zlib.constants.ZSTD_d_windowLogMax]: maxWindowLog }
	});
}
async function* wholeFrames(source) {
	const frames = new ZstdFrames();
	for await (const chunk of source) yield* cut(frames, chunk);
	if (!frames.isWhole) throw new InflateError("it stops in the middle of a zstd frame");
}
function* cut(frames, chunk) {
	try {
		yield* frames.cut(chunk);
	} catch (error) {
		throw new InflateError(error instanceof Error ? error.message : String(error));
	}
}
/** Drives an engine by hand: pipelines of streams cost more, and don't tell bytes that the engine left over. */
async function run(engine, source, sink) {
	const state = {
		ended: false,
		failed: void 0
	};
	let wake = () => void 0;
	const fail = (error) => {
		state.failed ??= error;
		engine.destroy();
		wake();
	};
	engine.on("data", (bytes) => {
		try {
			if (state.failed === void 0) sink(bytes);
		} catch (error) {
			fail(error);
		}
	});
	engine.once("end", () => {
		state.ended = true;
		wake();
	});
	engine.on("drain", () => {
		wake();
	});
	engine.once("error", (error) => {
		fail(error.code === "ZSTD_error_frameParameter_windowTooLarge" ? new CannotInflate("is zstd with a window of more than 32 MiB") : new InflateError(error.message));
	});
	const wait = async () => {
		await new Promise((resolve) => {
			wake = resolve;
			if (state.ended || state.failed !== void 0) resolve();
		});
	};
	let given = 0;
	try {
		for await (const chunk of source) {
			given += chunk.length;
			if (!engine.write(chunk)) await wait();
			if (state.failed !== void 0 || state.ended) break;
		}
		engine.end();
		while (!state.ended && state.failed === void 0) await wait();
	} finally {
		engine.destroy();
	}
	if (state.failed !== void 0) throw state.failed;
	if (engine.bytesWritten < given) throw new InflateError("it goes on behind its end");
}
function asBuffer(bytes) {
	return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// src/verify/content/tar-header.ts
const noRecords = { pax: /* @__PURE__ */ new Map() };
const block = 512;
/** Members of these kinds have nothing behind their header, whatever size it says: links, devices, folders, FIFOs. */
const bodiless = "123456";
const recordFlags = "xgLK";
function isRecord(flag) {
	return recordFlags.includes(flag);
}
/** The header in these 512 bytes. @throws Error that says what is wrong, in words that go behind the archive's name. */
function parseHeader(bytes, records) {
	if (!hasRightSum(bytes)) throw new Error("is no tar archive");
	const flag = bytes.toString("latin1", 156, 157);
	const { pax, longName, longTarget } = isRecord(flag) ? noRecords : records;
	const size = paxSize(pax) ?? parseNumber(bytes, 124, 12);
	if (!Number.isSafeInteger(size) || size < 0) throw new Error("has a member of a size that makes no sense");
	const name = longName ?? paxText(pax, "GNU.sparse.name") ?? paxText(pax, "path") ?? nameOf(bytes);
	return {
		name,
		target: longTarget ?? paxText(pax, "linkpath") ?? text(bytes, 157, 100),
		size: bodiless.includes(flag) ? 0 : size,
		flag: flag === "\0" ? name.endsWith("/") ? "5" : "0" : flag
	};
}
function nameOf(bytes) {
	const name = text(bytes, 0, 100);
	if (bytes.toString("latin1", 257, 263) !== "ustar\0") return name;
	const prefix = text(bytes, 345, bytes.toString("latin1", 508, 512) === "tar\0" ? 131 : 155);
	return prefix === "" ? name : `${prefix}/${name}`;
}
/** An empty value takes the header's word back. */
function paxText(pax, key) {
	const value = pax.get(key);
	return value === "" ? void 0 : value;
}
function paxSize(pax) {
	const value = paxText(pax, "size");
	return value === void 0 ? void 0 : /^\d{1,16}$/.test(value) ? Number(value) : NaN;
}
/** `length key=value\n`, repeated. @throws Error as {@link parseHeader} does. */
function parsePax(bytes) {
	const found = /* @__PURE__ */ new Map();
	for (let at = 0; at < bytes.length;) {
		const space = bytes.indexOf(32, at);
		const digits = space < 0 ? "" : bytes.toString("latin1", at, Math.min(space, at + 20));
		const end = at + Number(digits);
		if (!/^\d+$/.test(digits) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 10) throw new Error("has a pax record that makes no sense");
		const equals = bytes.indexOf(61, space);
		if (equals < 0 || equals >= end) throw new Error("has a pax record that makes no sense");
		const key = bytes.toString("utf8", space + 1, equals);
		if (!key.startsWith("GNU.sparse.") || !found.has(key)) found.set(key, bytes.toString("utf8", equals + 1, end - 1));
		at = end;
	}
	return found;
}
/** A field's text up to its first NUL. */
function text(bytes, start, length) {
	const end = bytes.indexOf(0, start);
	return bytes.toString("utf8", start, end < 0 || end > start + length ? start + length : end);
}
/** Octal digits between blanks and NULs, or base 256 where the first bit is set (GNU, for large numbers). NaN for anything else. */
function parseNumber(bytes, start, length) {
	const first = bytes[start] ?? 0;
	if ((first & 128) !== 0) {
		if (first === 255) return -1;
		let sum = first & 127;
		for (let at = start + 1; at < start + length; at += 1) sum = sum * 256 + (bytes[at] ?? 0);
		return sum;
	}
	const digits = bytes.toString("latin1", start, start + length).replace(/^[ \0]+|[ \0].*$/gs, "");
	return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}
/** The header's sum over its own bytes, with the sum's field as blanks; some old writers summed signed bytes. */
function hasRightSum(bytes) {
	const said = parseNumber(bytes, 148, 8);
	let sum = 256;
	let high = 0;
	for (let index = 0; index < 512; index += 1) {
		if (index === 148) index = 156;
		const value = bytes[index] ?? 0;
		sum += value;
		high += value >> 7;
	}
	return said === sum || said === sum - 256 * high;
}

// src/verify/content/sparse.ts
/**
* Where the first kept bytes of a member belong, as far as its header tells; undefined for a file without holes, and for one whose
* body starts with the map ({@link parseSparseMap}). https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
*/
function firstFragment(header, bytes, { pax }) {
	if (header.flag === "S") return {
		start: parseNumber(bytes, 386, 12),
		length: parseNumber(bytes, 398, 12)
	};
	const [start, length] = pax.get("GNU.sparse.map")?.split(",", 2) ?? [pax.get("GNU.sparse.offset"), pax.get("GNU.sparse.numbytes")];
	return start === void 0 ? void 0 : {
		start: Number(start),
		length: Number(length)
	};
}
/** Whether the body starts with the map of a sparse file, as format 1.0 has it. */
function isPaxSparse(header, { pax }) {
	return header.flag === "0" && pax.get("GNU.sparse.major") === "1" && pax.get("GNU.sparse.minor") === "0";
}
/**
* The map in front of a sparse file's bytes: decimal lines, filled up to a block.
* @throws Error that says what is wrong, in words that go behind the archive's name
*/
function parseSparseMap(body) {
	let at = 0;
	const line = () => {
		const end = body.indexOf(10, at);
		const digits = body.toString("latin1", at, end < 0 || end > at + 20 ? at : end);
		if (!/^\d{1,16}$/.test(digits)) throw new Error("has a sparse file whose map makes no sense");
		at = end + 1;
		return Number(digits);
	};
	const count = line();
	let first;
	for (let index = 0; index < count; index += 1) {
		const fragment = {
			start: line(),
			length: line()
		};
		first ??= fragment;
	}
	return {
		bytes: Math.ceil(at / 512) * 512,
		first
	};
}

// src/verify/content/tar.ts
/** Of a pax or GNU record and of a sparse file's map, in bytes: the figure of Go's archive/tar, so of every runtime. */
const maxRecord = 1048576;
/** Headers that are records of a member, for each member that may be there. */
const maxRecordsPerEntry = 4;
const types = {
	"0": "file",
	"7": "file",
	S: "file",
	"1": "hardlink",
	"2": "symlink",
	"5": "directory"
};
const nothing = Buffer.alloc(0);
const zeros = Buffer.alloc(65536);
/**
* Walks a tar stream as Go's archive/tar does: ustar, pax, star, GNU long names and sparse files. Holds one block and one record, never a
* file. Global pax records are passed over, as runtimes do.
* https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
*/
var TarWalker = class {
	#emit;
	#caps;
	#what;
	#held = Buffer.alloc(512);
	#heldBytes = 0;
	#member;
	/** An old GNU sparse file whose map goes on in the next block. */
	#extended;
	#padding = 0;
	#records = noRecords;
	#headers = 0;
	#entries = 0;
	#zeroBlocks = 0;
	constructor(what, caps, emit) {
		this.#what = what;
		this.#caps = caps;
		this.#emit = emit;
	}
	/** @throws E_LAYER for what is no tar, or over a cap. */
	write(chunk) {
		let offset = 0;
		while (offset < chunk.length) {
			if (this.#zeroBlocks >= 2) {
				this.#readTrailer(chunk, offset);
				return;
			}
			if (this.#padding > 0) {
				const skipped = Math.min(this.#padding, chunk.length - offset);
				this.#padding -= skipped;
				offset += skipped;
			} else offset += this.#member === void 0 ? this.#readBlock(chunk, offset) : this.#readBody(this.#member, chunk, offset);
		}
	}
	/** @throws E_LAYER when the stream stopped inside a member. */
	end() {
		if (this.#member !== void 0 || this.#extended !== void 0 || this.#heldBytes > 0) throw this.#error("stops in the middle of a member");
	}
	/** Takes what is there of the next block, and reads it once it is whole. @returns the bytes taken */
	#readBlock(chunk, offset) {
		const taken = Math.min(512 - this.#heldBytes, chunk.length - offset);
		if (taken === 512) {
			this.#openBlock(chunk.subarray(offset, offset + 512));
			return 512;
		}
		chunk.copy(this.#held, this.#heldBytes, offset, offset + taken);
		this.#heldBytes += taken;
		if (this.#heldBytes === 512) {
			this.#heldBytes = 0;
			this.#openBlock(this.#held);
		}
		return taken;
	}
	#openBlock(bytes) {
		if (this.#extended !== void 0) {
			if (bytes[504] !== 0) return;
			const { header, fragment } = this.#extended;
			this.#extended = void 0;
			this.#open(header, fragment);
			return;
		}
		if (bytes[0] === 0 && isZero(bytes)) {
			this.#zeroBlocks += 1;
			return;
		}
		if (this.#zeroBlocks > 0) throw this.#error("goes on behind its end");
		this.#headers += 1;
		if (this.#headers > this.#caps.maxEntries * maxRecordsPerEntry) throw this.#tooMany();
		const header = this.#checked(() => parseHeader(bytes, this.#records));
		const fragment = firstFragment(header, bytes, this.#records);
		if (header.flag === "S" && bytes[482] !== 0) this.#extended = {
			header,
			fragment
		};
		else this.#open(header, fragment);
	}
	#open(header, fragment) {
		const record = isRecord(header.flag);
		if (record && header.size > maxRecord) throw this.#error(`has a record of ${header.size} bytes`);
		const wanted = record || isPaxSparse(header, this.#records) ? maxRecord : 256;
		this.#member = {
			header,
			fragment,
			kept: Buffer.allocUnsafe(Math.min(wanted, header.size)),
			filled: 0,
			left: header.size
		};
		if (header.size === 0) this.#close(this.#member);
	}
	#readBody(member, chunk, offset) {
		const taken = Math.min(member.left, chunk.length - offset);
		if (member.filled < member.kept.length) member.filled += chunk.copy(member.kept, member.filled, offset, offset + taken);
		member.left -= taken;
		if (member.left === 0) this.#close(member);
		return taken;
	}
	#close(member) {
		const { header, kept } = member;
		this.#member = void 0;
		this.#padding = (512 - header.size % 512) % 512;
		if (header.flag === "x") this.#records = {
			...this.#records,
			pax: this.#checked(() => parsePax(kept))
		};
		else if (header.flag === "L") this.#records = {
			...this.#records,
			longName: text(kept, 0, kept.length)
		};
		else if (header.flag === "K") this.#records = {
			...this.#records,
			longTarget: text(kept, 0, kept.length)
		};
		else if (header.flag !== "g") {
			this.#entries += 1;
			if (this.#entries > this.#caps.maxEntries) throw this.#tooMany();
			const head = this.#headOf(member);
			this.#records = noRecords;
			const type = types[header.flag] ?? "other";
			this.#emit({
				path: header.name,
				target: header.target,
				type,
				head
			});
		}
	}
	/** The first bytes of the file as it will be, which a sparse one keeps elsewhere. */
	#headOf({ header, kept, fragment }) {
		const map = isPaxSparse(header, this.#records) ? this.#checked(() => parseSparseMap(kept)) : void 0;
		const { start = 0, length = Infinity } = map?.first ?? fragment ?? {};
		if (start > 0) return nothing;
		const from = map?.bytes ?? 0;
		return kept.subarray(from, from + Math.min(256, length));
	}
	/** Writers fill up their last record with zeros; anything else would be seen by one reader and not by the next. */
	#readTrailer(chunk, offset) {
		for (let at = offset; at < chunk.length; at += zeros.length) if (!isZero(chunk.subarray(at, at + zeros.length))) throw this.#error("goes on behind its end");
	}
	#checked(parse) {
		try {
			return parse();
		} catch (error) {
			throw this.#error(error instanceof Error ? error.message : String(error));
		}
	}
	#tooMany() {
		return this.#error(`holds more than ${this.#caps.maxEntries} members`);
	}
	#error(problem) {
		return new CodedError("E_LAYER", `${this.#what} ${problem}`, { hint: "build and push that image again" });
	}
};
function isZero(bytes) {
	return bytes.equals(zeros.subarray(0, bytes.length));
}

// src/verify/content/read-layer.ts
const defaultCaps = {
	maxEntries: 1e6,
	maxRatio: 200
};
/** Empty database files and logs make small layers inflate a lot; below this many bytes that is harmless. */
const ratioFloor = 67108864;
/** Of the packed changes of one layer, in bytes: a million names of 25 letters each. */
const maxChangeBytes = 33554432;
/** Inflated bytes that may still be read by all readers together. */
var ReadBudget = class {
	#left;
	constructor(bytes) {
		this.#left = bytes;
	}
	get spent() {
		return this.#left <= 0;
	}
	take(bytes) {
		this.#left -= bytes;
	}
};
const oci = /^application\/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar(?:\+(gzip|zstd))?$/;
const docker = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(?:\.(gzip|zstd))?$/;
/** What a layer's media type says of it; undefined for kinds that can't be read, such as encrypted ones. */
function layerKind(mediaType) {
	const match = oci.exec(mediaType) ?? docker.exec(mediaType);
	if (match === null) return void 0;
	const packing = match[2] ?? "none";
	return {
		packing,
		foreign: match[1] !== void 0,
		exact: packing === "none" && mediaType.startsWith("application/vnd.oci.")
	};
}
/** Thrown to stop a read whose budget is spent; never leaves this file. */
var BudgetSpent = class extends Error {};
/**
* Reads a layer as a stream: inflated, its diffID checked, its tar walked. Nothing is unpacked.
* How it is packed is told from its bytes, as runtimes do; a media type that says another thing is told.
* @param blob the compressed bytes; who gives them checks their digest and size
* @throws E_LAYER for bytes that are no layer, over a cap, or not what the config's diffID says
*/
async function readLayer(descriptor, diffId, blob, budget, caps = defaultCaps) {
	const name = `layer ${descriptor.digest}`;
	const kind = layerKind(descriptor.mediaType);
	if (kind === void 0) return { unread: `${name} is ${quote(descriptor.mediaType)}` };
	if (kind.foreign && (descriptor.urls?.length ?? 0) > 0) return { unread: `${name} is kept outside the registry` };
	if (budget.spent) return { unread: `${name}: the budget for reading is spent` };
	const reading = new LayerReading(descriptor, name, diffId, budget, caps);
	const source = blob()[Symbol.asyncIterator]();
	try {
		const start = await startOf(source);
		const packing = packingOf(start);
		await inflate(packing, withStart(start, source), (bytes) => {
			reading.take(bytes);
		});
		return {
			...reading.finish(),
			...warningOf(name, kind, packing, start)
		};
	} catch (error) {
		if (error instanceof BudgetSpent) return { unread: `${name}: the budget for reading is spent` };
		if (error instanceof CannotInflate) return { unread: `${name} ${error.message}` };
		if (!(error instanceof InflateError)) throw error;
		throw new CodedError("E_LAYER", `${name} can't be inflated: ${error.message}`, {
			hint: "it is damaged; build and push that image again",
			cause: error
		});
	} finally {
		await source.return?.();
	}
}
/** One layer's inflated bytes, as they come. */
var LayerReading = class {
	#whiteouts = new ChangeList();
	#changes = new ChangeList();
	#descriptor;
	#name;
	#diffId;
	#budget;
	#caps;
	#digest;
	#walker;
	#inflated = 0;
	constructor(descriptor, name, diffId, budget, caps) {
		this.#descriptor = descriptor;
		this.#name = name;
		this.#diffId = diffId;
		this.#budget = budget;
		this.#caps = caps;
		this.#digest = new DigestStream(diffId === void 0 ? "sha256" : digestAlgorithm(diffId));
		this.#walker = new TarWalker(name, caps, (entry) => {
			const found = changeOf$1(entry);
			if (found === void 0) return;
			const [parts, change] = found;
			(change.kind === "removed" || change.kind === "emptied" ? this.#whiteouts : this.#changes).add(parts, change);
			if (this.#whiteouts.bytes + this.#changes.bytes > maxChangeBytes) throw this.#tooMuch(`has more than ${maxChangeBytes} bytes of names`);
		});
	}
	take(bytes) {
		this.#inflated += bytes.length;
		this.#budget.take(bytes.length);
		if (this.#budget.spent) throw new BudgetSpent();
		const { maxRatio } = this.#caps;
		if (this.#inflated > ratioFloor && this.#inflated > this.#descriptor.size * maxRatio) throw this.#tooMuch(`of ${this.#descriptor.size} bytes inflates to more than ${maxRatio} times that`);
		this.#digest.update(bytes);
		this.#walker.write(bytes);
	}
	finish() {
		this.#walker.end();
		const found = this.#digest.digest();
		if (this.#diffId === void 0 || found === this.#diffId) return {
			whiteouts: this.#whiteouts,
			changes: this.#changes
		};
		throw new CodedError("E_LAYER", `${this.#name} inflates to ${found}, the config says ${this.#diffId}`, { hint: "runtimes refuse such an image; build and push it again" });
	}
	#tooMuch(problem) {
		return new CodedError("E_LAYER", `${this.#name} ${problem}`, { hint: "that is how decompression bombs look; see what is in the image" });
	}
};
/** A stream's first bytes: enough to tell how it is packed, where there are as many. */
async function startOf(source) {
	let start = /* @__PURE__ */ new Uint8Array(0);
	while (start.length < 6) {
		const next = await source.next();
		if (next.done === true) break;
		start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
	}
	return start;
}
async function* withStart(start, rest) {
	yield start;
	yield* { [Symbol.asyncIterator]: () => rest };
}
function warningOf(name, { packing: said, exact }, packing, start) {
	if (said === packing || start.length === 0) return {};
	const words = {
		none: "a plain tar archive",
		gzip: "gzip",
		zstd: "zstd",
		xz: "xz",
		bzip2: "bzip2"
	};
	const who = exact ? "containerd refuses it" : "some runtimes may refuse it";
	return { warning: `${name} is ${words[packing]}, its media type says ${words[said]}: ${who}` };
}

// src/verify/content/turns.ts
/** Work that waits for its turn: so many at a time, first come, first served. */
var Turns = class {
	#waiting = [];
	#free;
	constructor(atOnce) {
		this.#free = Math.max(1, atOnce);
	}
	async take(work) {
		if (this.#free > 0) this.#free -= 1;
		else await new Promise((resolve) => {
			this.#waiting.push(resolve);
		});
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === void 0) this.#free += 1;
			else next();
		}
	}
};

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
	#images = new Turns(imagesAtOnce);
	#read = /* @__PURE__ */ new Map();
	#kept = /* @__PURE__ */ new Map();
	#keptBytes = 0;
	constructor(open, budgetBytes = defaultReadBudget, caps = defaultCaps, atOnce = Math.min(availableParallelism(), maxAtOnce)) {
		this.#open = open;
		this.#budget = new ReadBudget(budgetBytes);
		this.#caps = caps;
		this.atOnce = Math.max(1, atOnce);
		this.#layers = new Turns(this.atOnce);
	}
	/** Does an image's work when it is its turn: what is held of images that are not finished would add up. */
	async forImage(work) {
		return this.#images.take(work);
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
		const reading = this.#layers.take(async () => readLayer(descriptor, diffId, () => this.#open(descriptor), this.#budget, this.#caps));
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
function wordOf({ started, machines }) {
	const entrypoint = started.flatMap(({ file }) => file.kind === "program" ? [file.machine] : []).at(0);
	return {
		...entrypoint !== void 0 && { entrypoint },
		machines
	};
}
/** The verdict on a leg's word. A leg that can push can also lie; what the word catches is accidents. */
function judgeWord(platform, { entrypoint, machines }, origin) {
	const wanted = platform.architecture;
	const others = Object.keys(machines).filter((machine) => machine !== wanted);
	const wrong = entrypoint ?? (machines[wanted] === void 0 ? others[0] : void 0);
	if (platform.os !== "linux" || wrong === void 0 || wrong === wanted) {
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

export { readEntries as C, otherKinds as S, missingPlatforms as _, judgeContent as a, expandSource as b, shortDigest as c, checkImagePlatform as d, checkRevisions as f, isWanted as g, checkPlatformSet as h, readContent as i, factsMarkdown as l, revisionKey as m, wordOf as n, formatBytes as o, configDifferences as p, LayerStore as r, formatDuration as s, judgeWord as t, factsText as u, groupBy as v, readSource as w, imageSize as x, repositoryReader as y };