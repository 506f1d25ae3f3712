// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as __toESM } from "./rolldown-runtime.js";
import { a as settleAll, i as quote, n as errorLine, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { l as samePlatform, n as formatPlatform, o as platformOfJson, r as normalisePlatform, t as parsePlatform } from "./platform-platform.js";
import { d as crossRefusal, o as healthCommand, v as relation } from "./engines-smoke-smoke.js";
import { i as factKeys, l as readPatiently, t as archTag } from "./handover-arch-tag.js";
import { t as expandSource } from "./verify-source.js";
import { t as repositoryReader } from "./commands-repository-reader.js";
import { a as smokeTestsOf, n as refuseSmokeTest, o as wantsSmokeTest, r as runSmokeTests, t as checkSmokeTest } from "./commands-build-smoke.js";
import { t as parseImageConfig } from "./oci-config.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes } from "./oci-manifest.js";
import { r as parseReference, t as formatReference } from "./oci-reference.js";
import { t as Slots } from "./slots.js";
import { r as unsupportedOptions, t as askedOptions } from "./engines-support.js";
import { r as withoutUndefined } from "./oci-schema.js";
import { t as checkArchive } from "./commands-content-check.js";
import { i as recordToJson } from "./handover-record.js";
import { o as parseDigest } from "./oci-digest.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { a as factsText, i as factsMarkdown, n as formatDuration } from "./report-format.js";
import { t as engineNames } from "./engines-engine.js";
import { n as legTargets, t as firstTag } from "./inputs-targets.js";
import { t as whyNotPush } from "./commands-build-events.js";
import { statfs } from "node:fs/promises";

// src/commands/build-access.ts
/** What a registry will say again after the build. */
const certain = [
	"E_UNAUTHORIZED",
	"E_DENIED",
	"E_INPUT",
	"E_REFERENCE"
];
/**
* Whether the registries let this leg see the tags that it is going to push: credentials that are wrong, or cannot be read, are known before
* the build. A registry that is not reached now may be there when the image is.
* @throws E_UNAUTHORIZED, E_DENIED; E_INPUT where what another tool left is no file of credentials
*/
async function checkAccess(targets, registry, log) {
	for (const { image, tag } of targets) try {
		await registry.headManifest(image, tag ?? "latest");
	} catch (error) {
		if (!(error instanceof CodedError) || certain.includes(error.code) || error.code === "E_CANCELLED") throw error;
		log.info(`whether ${image.name} takes our pushes is not known before the build: ${errorLine(error)}`);
	}
}

// src/commands/build-push.ts
/**
* Pushes the image under its arch tag and reads back what the registry now holds: the digest comes from those bytes, never
* from an engine's word.
* @throws E_TAG_MOVED when the tag shows another image than the one that was pushed; E_DIGEST_MISMATCH when its layers are not those
* that were checked
*/
async function pushAndReadBack(engine, built, { platform, override, target: { image, tag }, diffIds }, { log, registry, sleep }) {
	const held = tag === void 0 ? void 0 : (await registry.headManifest(image, tag))?.digest;
	const reference = await push$1(engine, built, {
		image,
		...tag !== void 0 && { tag }
	});
	const name = nameOf$1({
		image,
		tag: reference
	});
	const reader = repositoryReader(registry, image);
	const { manifest, ours } = await readPatiently(name, async () => readImage(reader, reference, built, name), (found) => found.ours !== void 0 || found.manifest !== void 0 && found.manifest.digest !== held, {
		log,
		sleep
	});
	if (manifest === void 0) throw new CodedError("E_NOT_FOUND", `${name} was pushed, yet the registry does not show it`, { hint: "run the leg again, and if it goes on tell whoever runs the registry" });
	if (ours === void 0) throw new CodedError("E_TAG_MOVED", `${name} holds ${manifest.digest}, which is not the image that this leg pushed`, { hint: "another leg pushes the same tag; give each platform and variant its own with arch-tag" });
	if (!override && !samePlatform(ours.platform, platform)) throw new CodedError("E_PLATFORM_MISMATCH", `${name} is ${formatPlatform(ours.platform)}, not ${formatPlatform(platform)}`, { hint: "build that leg again" });
	checkLayers(ours, diffIds, name);
	log.info(`${name} reads back as ${manifest.digest}, ${formatPlatform(ours.platform)}`);
	return {
		manifest,
		image: ours
	};
}
/** @returns the tag, or the digest, that now leads to it. @throws E_UNSUPPORTED */
async function push$1(engine, built, { image, tag }) {
	if (tag === void 0) {
		if (engine.pushByDigest === void 0) throw noDigestPush(engine);
		return engine.pushByDigest(built, image);
	}
	try {
		await engine.push(built, {
			repository: image,
			tag
		});
		return tag;
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_TAG_IMMUTABLE") throw error;
		throw new CodedError(error.code, error.message, {
			hint: newTagEachTime,
			cause: error
		});
	}
}
/** What a run has in common with itself when it is run again is not enough. */
const newTagEachTime = "let arch-tag be new in each run and attempt, in build and merge alike, as {tag}-{arch}-{run}-{attempt} is";
/** @throws E_UNSUPPORTED for an engine that pushes by name only */
function refuseDigestPush(engine) {
	if (engine.pushByDigest === void 0) throw noDigestPush(engine);
}
function noDigestPush({ name }) {
	return new CodedError("E_UNSUPPORTED", `arch-tag none: engine ${name} pushes by name only`, { hint: "let each leg push a tag ({tag}-{arch} is the default), or use engine: buildx, podman, buildah or assemble" });
}
/** `quay.io/acme/app:v1-s390x`, or by digest; without either the repository. */
function nameOf$1({ image, tag }) {
	if (tag === void 0) return image.name;
	return `${image.name}${tag.includes(":") ? "@" : ":"}${tag}`;
}
/** A layer's diffID is over its bytes as they were read, so the same ones mean the same files. */
function checkLayers({ config }, diffIds, name) {
	const found = config.diffIds.join(", ");
	if (found === diffIds.join(", ")) return;
	throw new CodedError("E_DIGEST_MISMATCH", `${name} has the layers ${show(found, 300)}, those that were checked are ${show(diffIds.join(", "), 300)}`, { hint: "the engine pushed another image than it gave to be checked; build that leg again" });
}
/** An engine knows its image by the digest of its config, or of its manifest. */
async function readImage(reader, tag, built, name) {
	const manifest = await reader.manifest(tag);
	if (manifest === void 0) return { manifest };
	const { images } = await expandSource(reader, manifest, name);
	return {
		manifest,
		ours: images.find((image) => manifest.digest === built.id || image.descriptor.digest === built.id || image.manifest.config.digest === built.id)
	};
}

// src/commands/build-adopt.ts
/** Those that keep images, in the order in which they are asked. */
const stores = [
	"docker",
	"podman",
	"buildah"
];
/**
* A leg whose image is there already: found, and what its smoke test needs is tried.
* @throws E_NOT_FOUND; E_HOST_MISMATCH where native was asked for; E_UNSUPPORTED where a smoke test can't be run
*/
async function adoptLeg(planned, plan, source, deps) {
	const { engine, image } = await findImage(planned, source, deps);
	const host = await engine.host();
	const platform = planned.platform ?? await engine.platformOf(image);
	const targets = plan.targets(platform);
	if (targets[0].tag === void 0 && plan.withheld === void 0) {
		refuseDigestPush(engine);
		await engine.checkPushByDigest?.();
	}
	const mode = adoptedMode(planned, platform, host);
	const isHere = relation(platform, host.platform) !== "foreign";
	if (wantsSmokeTest(planned)) {
		if (engine.checkRun === void 0) await engine.preflight(platform, isHere ? "native" : "emulate");
		await checkSmokeTest(planned, platform, engine);
	}
	deps.log.info(`${source.text} is adopted for ${formatPlatform(platform)} as it is: ${image.id}`);
	return {
		engine,
		host,
		platform,
		mode,
		targets,
		planned,
		bases: [],
		adopted: image
	};
}
/** How it was made is not known: on the platform's own machine most likely natively, else compiled elsewhere. */
function adoptedMode({ mode }, platform, host) {
	if (relation(platform, host.platform) !== "foreign") return "native";
	if (mode !== "native") return mode === void 0 || mode === "auto" ? "cross" : mode;
	const [target, own] = [formatPlatform(platform), formatPlatform(host.platform)];
	throw new CodedError("E_HOST_MISMATCH", `an image for ${target} was to be adopted natively, and ${host.label} works on ${own}`, { hint: `adopt it on a ${target} machine, or leave mode out: nothing is built here` });
}
async function findImage(planned, source, deps) {
	if (source.kind !== "local") {
		const engine = await deps.storedEngine?.(source);
		const image = await engine?.adopt?.(source.text, planned.platform ?? (await engine.host()).platform);
		if (engine !== void 0 && image !== void 0) return {
			engine,
			image
		};
		throw new CodedError("E_INTERNAL", `${source.text} was not adopted`);
	}
	const reasons = [];
	for (const name of planned.engine === "auto" ? stores : [planned.engine]) {
		const found = await inStore(name, source.name, planned, deps);
		if (typeof found !== "string") return found;
		reasons.push(found);
	}
	throw new CodedError("E_NOT_FOUND", `there is no image ${source.name} here: ${reasons.join("; ")}`, { hint: "make it in an earlier step of this job; for a folder or a file write oci:, oci-archive: or docker-archive: before it" });
}
/** The image in one engine's store, or why it is not there. */
async function inStore(name, image, { engine: asked, platform }, { engineOf }) {
	let engine;
	try {
		engine = await engineOf(name);
	} catch (error) {
		if (asked !== "auto" || !(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
		return errorLine(error);
	}
	if (engine.adopt === void 0) throw new CodedError("E_UNSUPPORTED", `engine ${name} keeps no images that could be adopted`, { hint: "set engine: docker, podman or buildah, or write the image to a folder: oci:folder" });
	const found = await engine.adopt(image, platform ?? (await engine.host()).platform);
	return found === void 0 ? `${name} has none of that name` : {
		engine,
		image: found
	};
}

// src/commands/base-facts.ts
/** Reads what base images are for, each once. */
function baseReader(registry) {
	const known = /* @__PURE__ */ new Map();
	return async (reference) => {
		const key = formatReference(reference);
		const reading = known.get(key) ?? readFacts(reference, registry);
		known.set(key, reading);
		return reading;
	};
}
async function readFacts({ repository, tag = "latest", digest }, registry) {
	const manifest = await registry.getManifest(repository, digest ?? tag);
	if (manifest === void 0) return void 0;
	const parsed = parseManifest(manifest);
	if (parsed.kind === "index") return indexFacts(manifest, parsed.manifests.filter((entry) => !isAttestation(entry)), async (entry) => {
		const child = await registry.getManifest(repository, entry);
		const image = child && parseManifest(child);
		return image?.kind === "image" ? readConfig(repository, image, registry) : void 0;
	});
	const config = await readConfig(repository, parsed, registry);
	return {
		digest: manifest.digest,
		isIndex: false,
		platforms: [normalisePlatform(config)],
		isComplete: true,
		config: () => Promise.resolve(config)
	};
}
async function readConfig(repository, { config }, registry) {
	const bytes = await registry.readBlob(repository, config, maxManifestBytes);
	return parseImageConfig(bytes, `the config of ${repository.name}`);
}
function indexFacts({ digest }, entries, configOf) {
	const named = entries.flatMap((entry) => entry.platform === void 0 ? [] : [{
		entry,
		platform: platformOfJson(entry.platform)
	}]);
	const platforms = named.map(({ platform }) => platform);
	return {
		digest,
		isIndex: true,
		platforms,
		isComplete: platforms.length === entries.length,
		config: async (wanted) => {
			const found = named.find(({ platform }) => samePlatform(platform, wanted)) ?? named.find(({ platform }) => mayServe(platform, wanted));
			return found && configOf(found.entry.digest);
		}
	};
}
/** Architectures whose programs run on another one, so that engines fall back to them. */
const servesAsWell = {
	amd64: "386",
	arm64: "arm"
};
/**
* Whether some engine would take an image of platform `offered` for `wanted`. Variants are left to the engine: each has its own rules.
* https://github.com/containerd/platforms/blob/main/compare.go
*/
function mayServe(offered, wanted) {
	const { architecture } = offered;
	const isRight = architecture === wanted.architecture || architecture === servesAsWell[wanted.architecture];
	return offered.os === wanted.os && isRight;
}

// src/dockerfile/instructions.ts
const keywords$1 = /* @__PURE__ */ new Set([...[
	"ADD",
	"ARG",
	"CMD",
	"COPY",
	"ENTRYPOINT",
	"ENV",
	"EXPOSE",
	"FROM",
	"HEALTHCHECK",
	"LABEL"
], ...[
	"MAINTAINER",
	"ONBUILD",
	"RUN",
	"SHELL",
	"STOPSIGNAL",
	"USER",
	"VOLUME",
	"WORKDIR"
]]);
/**
* The instructions of a Dockerfile. https://docs.docker.com/reference/dockerfile/#format
* @throws E_INPUT for an instruction that there is none of: it may be the text of a here-document that was not seen as one
*/
async function readInstructions(text) {
	const { DockerfileParser } = await import("./main.js").then((m) => /* @__PURE__ */ __toESM(m.default, 1));
	const dockerfile = DockerfileParser.parse(text);
	const all = dockerfile.getInstructions().map((parsed) => read$1(parsed));
	const unknown = all.find(({ keyword }) => !keywords$1.has(keyword));
	if (unknown !== void 0) throw new CodedError("E_INPUT", `line ${unknown.line}: ${quote(unknown.keyword, 40)} is no instruction`);
	const syntax = dockerfile.getDirectives().find((directive) => directive.getName().toLowerCase() === "syntax");
	return {
		all,
		escape: dockerfile.getEscapeCharacter(),
		...syntax !== void 0 && { syntax: syntax.getValue() }
	};
}
function read$1(parsed) {
	const trigger = parsed.getTriggerInstruction?.() ?? void 0;
	return {
		keyword: parsed.getInstruction().toUpperCase(),
		line: parsed.getRange().start.line + 1,
		flags: (parsed.getFlags?.() ?? []).map((flag) => ({
			name: flag.getName(),
			value: flag.getValue() ?? ""
		})),
		content: parsed.getArgumentsContent() ?? "",
		...trigger !== void 0 && { trigger: read$1(trigger) }
	};
}

// src/dockerfile/docker-only.ts
/** Docker's configuration has a place for these, and OCI's has none. https://github.com/opencontainers/image-spec/blob/main/config.md */
const keywords = /* @__PURE__ */ new Set([
	"HEALTHCHECK",
	"SHELL",
	"ONBUILD"
]);
/**
* What a Dockerfile says up to the stage that is built and some builders leave out of an image in OCI's format: `SHELL (line 4)`.
* Nothing for a text that can't be read: the builder says why.
*/
async function dockerOnly(text, target) {
	let all;
	try {
		({all} = await readInstructions(text));
	} catch (error) {
		if (error instanceof CodedError) return {
			lost: [],
			replaced: []
		};
		throw error;
	}
	const said = all.slice(0, endOf(all, target)).filter(({ keyword }) => keywords.has(keyword));
	return {
		lost: said.filter(({ keyword, content }) => !isNone(keyword, content)).map(({ keyword, line }) => `${keyword} (line ${line})`),
		replaced: [...new Set(said.map(({ keyword }) => keyword))]
	};
}
function endOf(all, target) {
	const starts = all.flatMap(({ keyword }, index) => keyword === "FROM" ? [index] : []);
	const named = starts.findIndex((index) => nameOf(all[index]) === target?.toLowerCase());
	const stage = named === -1 && /^\d{1,6}$/u.test(target ?? "") ? Number(target) : named;
	return (target === void 0 || stage === -1 ? void 0 : starts[stage + 1]) ?? all.length;
}
function nameOf(from) {
	return /\sAS\s+(\S+)\s*$/iu.exec(from?.content ?? "")?.[1]?.toLowerCase();
}
/** `HEALTHCHECK NONE` takes away what there is not. */
function isNone(keyword, content) {
	return keyword === "HEALTHCHECK" && /^\s*NONE\s*$/iu.test(content);
}

// src/dockerfile/pattern.ts
/** A pattern of `${variable#pattern}`: `*` and `?`, taken literally behind a backslash. @throws E_INPUT */
function parsePattern(text) {
	const tokens = [];
	for (let at = 0; at < text.length; at++) {
		let character = text.charAt(at);
		if (character === "*") tokens.push({ kind: "any" });
		else if (character === "?") tokens.push({ kind: "one" });
		else {
			if (character === "\\") {
				character = text.charAt(++at);
				if (!"*?\\}/".includes(character) || character === "") throw new CodedError("E_INPUT", `${quote(`\\${character}`)} is no escape in the pattern ${quote(text)}`);
			}
			tokens.push({
				kind: "same",
				character
			});
		}
	}
	return tokens;
}
/** The shortest or the longest start of `text` that the pattern matches, as its length; undefined where none does. */
function matchStart(tokens, text, wanted) {
	let states = follow(tokens, /* @__PURE__ */ new Set([0]));
	let found;
	for (let length = 0;; length++) {
		if (states.has(tokens.length)) found = length;
		if (found !== void 0 && wanted === "shortest" || length === text.length || states.size === 0) return found;
		states = follow(tokens, step(tokens, states, text.charAt(length)));
	}
}
/** {@link matchStart}, at the end of `text`. */
function matchEnd(tokens, text, wanted) {
	return matchStart(tokens.toReversed(), Array.from(text).toReversed().join(""), wanted);
}
/** The places in the pattern that can be reached without another character: `*` may stand for none. */
function follow(tokens, states) {
	for (const state of states) if (tokens[state]?.kind === "any") states.add(state + 1);
	return states;
}
function step(tokens, states, character) {
	const next = /* @__PURE__ */ new Set();
	for (const state of states) {
		const token = tokens[state];
		if (token?.kind === "any") next.add(state);
		else if (token?.kind === "one" || token?.kind === "same" && token.character === character) next.add(state + 1);
	}
	return next;
}

// src/dockerfile/expand.ts
const nameForm = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
const maxLength$1 = 16384;
/**
* A word of a Dockerfile with its variables filled in and its quotes removed, as BuildKit does it: `$a`, `${a}`, `${a:-word}`,
* `${a-word}`, `+`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`. What is not set is empty.
* https://docs.docker.com/reference/dockerfile/#environment-replacement
* @throws E_INPUT where BuildKit gives up as well
*/
function expand(word, variables, escape) {
	return new Expansion(word, variables, escape).all();
}
var Expansion = class {
	#text;
	#variables;
	#escape;
	#at = 0;
	/** Within a pattern a backslash stays, since it says something there. */
	#keepsEscapes = false;
	constructor(text, variables, escape) {
		this.#text = text;
		this.#variables = variables;
		this.#escape = escape;
	}
	all() {
		return this.#until(void 0, false);
	}
	#peek() {
		return this.#text.charAt(this.#at);
	}
	#next() {
		return this.#text.charAt(this.#at++);
	}
	#error(why) {
		return new CodedError("E_INPUT", `${quote(this.#text)} can't be expanded: ${why}`);
	}
	#until(stop, keepsEscapes) {
		const before = this.#keepsEscapes;
		this.#keepsEscapes = keepsEscapes;
		let result = "";
		for (let character = this.#peek(); character !== stop; character = this.#peek()) {
			if (character === "") {
				if (stop === void 0) break;
				throw this.#error(`it ends without ${stop}`);
			}
			result += this.#piece(character);
			if (result.length > maxLength$1) throw this.#error("it becomes too long");
		}
		this.#at++;
		this.#keepsEscapes = before;
		return result;
	}
	#piece(character) {
		if (character === "$") return this.#variable();
		this.#at++;
		if (character === "'") return this.#singleQuoted();
		if (character === "\"") return this.#doubleQuoted();
		if (character !== this.#escape) return character;
		return (this.#keepsEscapes ? character : "") + this.#next();
	}
	#singleQuoted() {
		const end = this.#text.indexOf("'", this.#at);
		if (end === -1) throw this.#error("it ends without '");
		const inside = this.#text.slice(this.#at, end);
		this.#at = end + 1;
		return inside;
	}
	#doubleQuoted() {
		let result = "";
		for (;;) {
			const character = this.#peek();
			if (character === "") throw this.#error("it ends without \"");
			if (character === "$") {
				result += this.#variable();
				continue;
			}
			this.#at++;
			if (character === "\"") return result;
			if (character !== this.#escape) result += character;
			else {
				if (this.#keepsEscapes) result += character;
				const escapes = this.#peek() !== "" && [
					"\"",
					"$",
					this.#escape
				].includes(this.#peek());
				result += escapes ? this.#next() : this.#peek() === "" ? "" : character;
			}
		}
	}
	#name() {
		nameForm.lastIndex = this.#at;
		const name = nameForm.exec(this.#text)?.[0] ?? "";
		this.#at += name.length;
		return name;
	}
	#variable() {
		this.#at++;
		if (this.#peek() !== "{") {
			const name = this.#name();
			return name === "" ? "$" : this.#variables.get(name) ?? "";
		}
		this.#at++;
		if ([
			"{",
			"}",
			":"
		].includes(this.#peek())) throw this.#error("bad substitution");
		const name = this.#name();
		const value = this.#variables.get(name);
		const operator = this.#next();
		switch (operator) {
			case "}": return value ?? "";
			case ":": return this.#otherwise(this.#next(), name, value === "" ? void 0 : value);
			case "#":
			case "%": return this.#trim(operator, value ?? "");
			case "/": return this.#replace(value ?? "");
			default: return this.#otherwise(operator, name, value);
		}
	}
	/** `${name-word}`, `${name+word}`, `${name?word}`. */
	#otherwise(operator, name, value) {
		if (operator === "" || !"-+?".includes(operator)) throw this.#error("bad substitution");
		const word = this.#until("}", false);
		if (operator === "-") return value ?? word;
		if (operator === "+") return value === void 0 ? "" : word;
		if (value !== void 0) return value;
		throw this.#error(`${name} ${word === "" ? "is not set" : word}`);
	}
	#trim(operator, value) {
		const wanted = this.#peek() === operator ? "longest" : "shortest";
		if (wanted === "longest") this.#at++;
		const tokens = parsePattern(this.#until("}", true));
		const length = (operator === "#" ? matchStart : matchEnd)(tokens, value, wanted) ?? 0;
		return operator === "#" ? value.slice(length) : value.slice(0, value.length - length);
	}
	/** `${name/pattern/word}`, and `//` for all of them. */
	#replace(value) {
		const all = this.#peek() === "/";
		if (all) this.#at++;
		const tokens = parsePattern(this.#until("/", true));
		const word = this.#until("}", true);
		if (tokens.length === 0) throw this.#error("its pattern is empty");
		let result = "";
		let rest = value;
		while (rest !== "") {
			const length = matchStart(tokens, rest, "longest") ?? 0;
			result += length > 0 ? word : rest.charAt(0);
			rest = rest.slice(Math.max(length, 1));
			if (length > 0 && !all) break;
		}
		return result + rest;
	}
};

// src/dockerfile/arguments.ts
/**
* The variables that FROM lines see: those that are always there, and the ARGs before the first FROM, with what was given on the
* command line before their own defaults. https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
* @throws E_INPUT for a default that can't be filled in
*/
function globalVariables(head, given, automatic, escape) {
	const variables = new Map(Object.entries(automaticVariables(automatic)).map(([name, value]) => [name, valueOf(given, name) ?? value]));
	for (const { name, value } of head.flatMap(({ content }) => declarations(content, escape))) {
		const known = valueOf(given, name) ?? (value === void 0 ? void 0 : expand(value, variables, escape));
		if (known !== void 0) variables.set(name, known);
	}
	return variables;
}
function valueOf(given, name) {
	return Object.hasOwn(given, name) ? given[name] : void 0;
}
/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
function automaticVariables({ target, build, stage }) {
	return {
		...platformVariables("BUILD", build),
		...platformVariables("TARGET", target),
		TARGETSTAGE: stage ?? "default"
	};
}
function platformVariables(prefix, { os, architecture, variant, osVersion }) {
	return {
		[`${prefix}PLATFORM`]: [
			os,
			architecture,
			...variant === void 0 ? [] : [variant]
		].join("/"),
		[`${prefix}OS`]: os,
		[`${prefix}OSVERSION`]: osVersion ?? "",
		[`${prefix}ARCH`]: architecture,
		[`${prefix}VARIANT`]: variant ?? ""
	};
}
function declarations(content, escape) {
	return splitWords(content, escape).map((word) => {
		const equals = word.indexOf("=");
		return equals === -1 ? { name: word } : {
			name: word.slice(0, equals),
			value: word.slice(equals + 1)
		};
	});
}
/** Words between white space, where quotes and the escape character hold one together. Both stay in the words. */
function splitWords(text, escape) {
	const words = [];
	let word = "";
	let quoted = "";
	for (let at = 0; at < text.length; at++) {
		const character = text.charAt(at);
		if (quoted === "" && /\s/u.test(character)) {
			if (word !== "") words.push(word);
			word = "";
			continue;
		}
		word += character;
		if (character === escape && quoted !== "'") word += text.charAt(++at);
		else if (character === quoted) quoted = "";
		else if (quoted === "" && (character === "\"" || character === "'")) quoted = character;
	}
	return word === "" ? words : [...words, word];
}

// src/dockerfile/reach.ts
/**
* Every image that the target needs, by its own FROM, by COPY and RUN, and by the stages that these lead to.
* @throws E_INPUT for a target that is no stage
*/
function reach(stages, way) {
	const found = [];
	const { names, bases } = linked(stages);
	const target = targetOf(names, stages, way.target);
	const waiting = [{
		index: target,
		isRoot: true
	}];
	if (way.prunes === false) for (let index = 0; index < target; index++) waiting.push({
		index,
		isRoot: false
	});
	const done = /* @__PURE__ */ new Set();
	for (let next = waiting.shift(); next !== void 0; next = waiting.shift()) {
		const { index, isRoot } = next;
		const stage = stages[index];
		if (stage === void 0 || done.has(index)) continue;
		done.add(index);
		const { platform } = stage;
		const place = {
			line: stage.line,
			instruction: "FROM",
			isRoot
		};
		const context = stage.name === void 0 ? void 0 : way.contexts.get(imageKey(stage.name));
		if (context !== void 0) {
			found.push(...contextImage(context, place, platform));
			continue;
		}
		const base = bases[index];
		way.onStage?.(stage, platformNamed(index, stages, bases));
		if (base !== void 0) waiting.unshift({
			index: base,
			isRoot
		});
		else found.push(...baseImage(stage, place, way));
		const triggered = base === void 0 ? [] : stages[base]?.triggered ?? [];
		for (const source of [...triggered, ...stage.sources]) {
			const from = stageNamed(names, stages, source.from);
			if (from !== void 0) waiting.push({
				index: from,
				isRoot: false
			});
			else found.push(...sourceImage(source, way));
		}
	}
	return found;
}
function platformNamed(index, stages, bases) {
	for (let at = index; at !== void 0; at = bases[at]) {
		const platform = stages[at]?.platform;
		if (platform !== void 0) return platform;
	}
}
function linked(stages) {
	const names = /* @__PURE__ */ new Map();
	return {
		names,
		bases: stages.map(({ base, name }, index) => {
			const found = names.get(base.toLowerCase());
			if (name !== void 0) names.set(name, index);
			return found;
		})
	};
}
function targetOf(names, stages, target) {
	if (target === void 0) return stages.length - 1;
	const index = stageNamed(names, stages, target);
	if (index !== void 0) return index;
	const known = [...names.keys()].slice(0, 20).join(", ");
	throw new CodedError("E_INPUT", `there is no stage ${quote(target)}, only ${known || "some without a name"}`);
}
/** The last stage of that name, or the one of that number. */
function stageNamed(names, stages, name) {
	const index = names.get(name.toLowerCase());
	if (index !== void 0) return index;
	return /^\d{1,6}$/u.test(name) && Number(name) < stages.length ? Number(name) : void 0;
}
function baseImage(stage, place, way) {
	if (stage.problem !== void 0) return [{
		...place,
		problem: stage.problem
	}];
	if (stage.base === "") return [{
		...place,
		problem: "names no image: its variables have no value"
	}];
	return external(stage.base, place, stage.platform, way);
}
function sourceImage({ from, line, instruction }, way) {
	const place = {
		line,
		instruction,
		isRoot: false
	};
	if (/^\d+$/u.test(from)) return [{
		...place,
		problem: `takes from stage ${from}, which there is not`
	}];
	if (from.includes("$")) return [{
		...place,
		problem: `takes ${quote(from, 80)} from a variable, which builders understand differently`
	}];
	return external(from, place, void 0, way);
}
function external(image, place, platform, way) {
	if (image === "scratch") return [];
	const context = way.contexts.get(imageKey(image));
	return context === void 0 ? [{
		...place,
		image,
		platform
	}] : contextImage(context, place, platform);
}
/** A build context that is an image; folders, URLs and layouts are none that a registry knows of. */
function contextImage(context, place, platform) {
	const image = /^(?:docker-image|container-image|docker):\/\/(.+)$/u.exec(context)?.[1];
	return image === void 0 || image === "scratch" ? [] : [{
		...place,
		image,
		platform
	}];
}
/** One spelling for all names of one image; what is no image's name stays as it is. */
function imageKey(name) {
	try {
		const reference = parseReference(name);
		const isBare = reference.tag === void 0 && reference.digest === void 0;
		return formatReference(isBare ? {
			...reference,
			tag: "latest"
		} : reference);
	} catch {
		return name.toLowerCase();
	}
}

// src/dockerfile/stages.ts
/** The stages, in their order. @throws E_INPUT for a FROM that no builder takes */
function readStages(instructions, variables, escape) {
	const starts = instructions.flatMap(({ keyword }, index) => keyword === "FROM" ? [index] : []);
	return starts.map((start, position) => {
		const [from, ...rest] = instructions.slice(start, starts[position + 1]);
		if (from === void 0) throw new CodedError("E_INTERNAL", "a stage without its FROM");
		return {
			...readFrom(from, variables, escape),
			sources: rest.flatMap((instruction) => sourcesOf(instruction)),
			runs: rest.flatMap(({ keyword, line }) => keyword === "RUN" ? [line] : []),
			triggered: rest.flatMap(({ trigger, line }) => trigger === void 0 ? [] : sourcesOf(trigger).map((source) => ({
				...source,
				line
			})))
		};
	});
}
/** https://docs.docker.com/reference/dockerfile/#from */
function readFrom({ content, flags, line }, variables, escape) {
	const [base = "", as, name, more] = content.trim().split(/\s+/u);
	const isNamed = as?.toLowerCase() === "as" && name !== void 0 && more === void 0;
	if (base === "" || as !== void 0 && !isNamed) throw new CodedError("E_INPUT", `line ${line}: FROM ${quote(content, 80)} is not "FROM image [AS name]"`);
	try {
		const platform = flags.find((flag) => flag.name === "platform");
		return {
			line,
			...isNamed && { name: expand(name, variables, escape).toLowerCase() },
			base: expand(base, variables, escape),
			...platform !== void 0 && { platform: expand(platform.value, variables, escape) }
		};
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		return {
			line,
			...isNamed && { name: name.toLowerCase() },
			base: "",
			problem: error.message
		};
	}
}
function sourcesOf({ keyword, flags, line }) {
	if (keyword === "COPY") return flags.filter((flag) => flag.name === "from" && flag.value !== "").map((flag) => ({
		from: unquoted(flag.value),
		line,
		instruction: "COPY --from"
	}));
	if (keyword !== "RUN") return [];
	return flags.filter((flag) => flag.name === "mount").flatMap((flag) => mountSource(flag)).map((from) => ({
		from,
		line,
		instruction: "RUN --mount"
	}));
}
/** `type=bind,from=image,...`. https://docs.docker.com/reference/dockerfile/#run---mount */
function mountSource({ value }) {
	return unquoted(value).split(",").map((option) => /^\s*from=(.+)$/iu.exec(option)?.[1]).filter((from) => from !== void 0);
}
function unquoted(value) {
	return value.replace(/["']/gu, "");
}

// src/dockerfile/dockerfile.ts
/** More is no Dockerfile that people write. In characters. */
const maxLength = 262144;
/** The languages that this is: Docker's own, under whatever registry its image is mirrored. */
const knownSyntax = /(?:^|\/)dockerfile(?:-upstream)?(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/u;
/**
* Which images a build of this Dockerfile takes from elsewhere, and for which platform. Never throws for what it can't read: a
* note says so, and whoever builds decides. https://docs.docker.com/reference/dockerfile/
*/
async function readDockerfile(text, plan) {
	try {
		return await read(text, plan);
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		return {
			stages: [],
			bases: [],
			foreignRuns: [],
			notes: [error.message]
		};
	}
}
async function read(text, plan) {
	if (text.length > maxLength) throw new CodedError("E_INPUT", `it has ${text.length} characters`);
	const { all, escape, syntax } = await readInstructions(text);
	if (syntax !== void 0 && !knownSyntax.test(syntax)) throw new CodedError("E_INPUT", `it is in a language of its own: syntax=${quote(syntax, 80)}`);
	const first = all.findIndex(({ keyword }) => keyword === "FROM");
	const head = all.slice(0, first === -1 ? all.length : first);
	const wrong = head.find(({ keyword }) => keyword !== "ARG");
	if (first === -1 || wrong !== void 0) throw new CodedError("E_INPUT", wrong === void 0 ? "it has no FROM" : `line ${wrong.line}: there is no FROM before it`);
	const body = all.slice(first);
	const named = readStages(body, /* @__PURE__ */ new Map(), escape);
	const variables = globalVariables(head, plan.buildArgs, {
		target: plan.targetPlatform,
		build: plan.buildPlatform,
		stage: plan.target ?? named.at(-1)?.name
	}, escape);
	const stages = readStages(body, variables, escape);
	const foreignRuns = [];
	const onStage = ({ runs }, platform) => {
		if (isForeign(platform, plan)) foreignRuns.push(...runs);
	};
	const reached = reach(stages, {
		...plan,
		contexts: normalised(plan.buildContexts ?? {}),
		onStage
	});
	return {
		stages,
		foreignRuns: foreignRuns.sort((a, b) => a - b),
		...gather(reached, plan)
	};
}
/** Whether programs of that platform, by default the target's, are of another machine; what can't be read is not known to be. */
function isForeign(platform, { targetPlatform, buildPlatform }) {
	try {
		const { architecture } = platform === void 0 ? targetPlatform : parsePlatform(platform);
		return architecture !== buildPlatform.architecture;
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		return false;
	}
}
function gather(reached, plan) {
	const bases = /* @__PURE__ */ new Map();
	const notes = /* @__PURE__ */ new Set();
	for (const each of reached) {
		const { line, instruction, isRoot } = each;
		const say = (why) => notes.add(`line ${line}: ${instruction} ${why}`);
		if ("problem" in each) {
			say(each.problem);
			continue;
		}
		try {
			const platform = each.platform === void 0 ? plan.targetPlatform : parsePlatform(each.platform);
			parseReference(each.image);
			const key = `${line} ${each.image} ${JSON.stringify(platform)}`;
			bases.set(key, {
				reference: each.image,
				line,
				instruction,
				platform,
				isRoot: isRoot || bases.get(key)?.isRoot === true
			});
		} catch (error) {
			if (!(error instanceof CodedError)) throw error;
			say(error.message);
		}
	}
	return {
		bases: [...bases.values()].sort((a, b) => a.line - b.line),
		notes: [...notes]
	};
}
/** A build context named `alpine` stands for alpine:latest and for docker.io/library/alpine as well. */
function normalised(contexts) {
	return new Map(Object.entries(contexts).map(([name, value]) => [imageKey(name), value]));
}

// src/commands/base-replacements.ts
/**
* Official images with a sibling for architectures that they lack. Debian 12 ("bookworm") is made for no s390x, Debian 13 ("trixie")
* is; Alpine's Node.js for no ppc64le. https://github.com/docker-library/official-images/tree/master/library
*/
const replacements = [
	{
		image: /^node:(\d+|lts)(?:-bookworm)?(-slim)?$/u,
		lacks: ["s390x"],
		use: "node:$1-trixie$2"
	},
	{
		image: /^node:(\d+|lts)-alpine[\d.]*$/u,
		lacks: ["ppc64le", "s390x"],
		use: "node:$1-trixie-slim"
	},
	{
		image: /^node:latest$/u,
		lacks: ["s390x"],
		use: "node:trixie"
	},
	{
		image: /^([a-z-]+:.*)bookworm(.*)$/u,
		lacks: ["s390x"],
		use: "$1trixie$2"
	},
	{
		image: /^(rust:[\d.]+)-alpine[\d.]*$/u,
		lacks: ["s390x"],
		use: "$1-slim-trixie"
	},
	{
		image: /^(?:openjdk|amazoncorretto):(\d+).*$/u,
		lacks: ["ppc64le", "s390x"],
		use: "eclipse-temurin:$1"
	},
	{
		image: /^mysql:.*$/u,
		lacks: ["ppc64le", "s390x"],
		use: "mariadb:lts"
	}
];
/** A likely image for a platform that this one lacks; whether it has it is another question. */
function replacementFor({ repository, tag }, { architecture }) {
	if (repository.registry !== "docker.io" || tag === void 0) return void 0;
	const name = `${repository.path.replace(/^library\//u, "")}:${tag}`;
	const found = replacements.find(({ image, lacks }) => lacks.includes(architecture) && image.test(name));
	return found && parseReference(name.replace(found.image, found.use));
}

// src/commands/build-bases.ts
/** More are not asked for: nobody's build stands on so many, and each costs a request. */
const maxBases = 64;
const maxAtOnce = 8;
/**
* Asks for every base image of a build before it begins, for the platform that it will be pulled for. What can't be found out leaves
* a line in the log, and the engine decides: it may have the image, a mirror or a credential that we have not.
* @throws E_BASE_PLATFORM for an image without the platform, E_NOT_FOUND for one that is not there; all of them at once
*/
async function checkBases(bases, deps) {
	if (bases.length > maxBases) deps.log.info(`only the first ${maxBases} of ${bases.length} base images are asked for`);
	const slots = new Slots(maxAtOnce);
	const found = await settleAll(bases.slice(0, maxBases).map(async (base) => slots.run(async () => checkBase(base, deps))));
	const each = /* @__PURE__ */ new Map();
	for (const one of found) if (one !== void 0) each.set(one.reference, {
		...each.get(one.reference),
		...one
	});
	return [...each.values()];
}
async function checkBase(base, deps) {
	const { log, engine } = deps;
	const where = `line ${base.line}: ${base.instruction} ${base.reference}`;
	if (deps.pull !== true && await engine.hasImage?.(base.reference, base.platform) === true) {
		log.debug(`${where} is in the store of ${engine.name}`);
		return;
	}
	const source = await engine.pullSource?.(base.reference);
	if (engine.pullSource !== void 0 && source === void 0) {
		log.info(`${where} was not looked for, since only ${engine.name} knows from which registry it comes`);
		return;
	}
	const reference = withTag(parseReference(source?.name ?? base.reference));
	const facts = await ask(reference, where, deps);
	if (facts === "unknown") return void 0;
	if (facts !== void 0) {
		await checkFacts(base, where, facts, reference, deps);
		const inherited = await inheritedOf(base, where, facts, deps);
		return {
			reference: formatReference(reference),
			digest: facts.digest,
			...inherited.length > 0 && { inherited }
		};
	}
	const message = `${where} is not there: ${reference.repository.registry} has no ${formatReference(reference)}`;
	if (source?.isMirrored !== true) throw new CodedError("E_NOT_FOUND", message, {
		hint: "check its name and tag, and that these credentials may read it",
		place: {
			file: deps.file,
			line: base.line
		}
	});
	log.info(`${message}; a mirror of ${engine.name} may have it`);
}
/** What the image that is built upon has, and an image of OCI's format would not have. */
async function inheritedOf({ platform, isRoot, line, reference }, where, facts, { asksInherited, log, engine }) {
	if (!isRoot || asksInherited !== true) return [];
	try {
		const { healthcheck, shell } = await facts.config?.(platform) ?? {};
		return [...healthcheck !== void 0 && healthCommand(healthcheck) !== void 0 ? ["HEALTHCHECK"] : [], ...shell !== void 0 && shell.length > 0 ? ["SHELL"] : []].map((keyword) => `${keyword} (line ${line}: of FROM ${reference})`);
	} catch (error) {
		if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
		log.info(`${where} could not be read, and ${engine.name} decides what is kept of it: ${errorLine(error)}`);
		return [];
	}
}
/** What else goes wrong than that it is not there may go right for the engine. */
async function ask(reference, where, { read, log, engine }) {
	try {
		return await read(reference);
	} catch (error) {
		if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
		log.info(`${where} could not be checked, and ${engine.name} decides: ${errorLine(error)}`);
		return "unknown";
	}
}
async function checkFacts({ platform, isRoot, line }, where, facts, reference, { file, read, log, engine }) {
	if (facts.platforms.some((one) => mayServe(one, platform))) return;
	const message = `${where} has no ${formatPlatform(platform)}, only ${facts.platforms.map(formatPlatform).join(", ") || "what names no platform"}`;
	if (!facts.isComplete || !facts.isIndex && !isRoot) {
		log.info(`${message}; ${engine.name} decides`);
		return;
	}
	throw new CodedError("E_BASE_PLATFORM", message, {
		hint: await cure(reference, platform, read),
		place: {
			file,
			line
		}
	});
}
async function cure(reference, platform, read) {
	const wanted = formatPlatform(platform);
	const known = replacementFor(reference, platform);
	if (known !== void 0) try {
		if ((await read(known))?.platforms.some((one) => mayServe(one, platform)) === true) {
			const { repository, tag = "" } = known;
			return `use ${repository.path.replace(/^library\//u, "")}:${tag}, which has it`;
		}
	} catch (error) {
		if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
	}
	return `choose a base image that has ${wanted}; a stage that only makes files for it can be FROM --platform=$BUILDPLATFORM`;
}
function withTag(reference) {
	return reference.tag === void 0 && reference.digest === void 0 ? {
		...reference,
		tag: "latest"
	} : reference;
}

// src/commands/build-request.ts
/** What the engine is asked for. */
function buildRequest(inputs, { platform, mode, source, tag, github, dockerOnly }) {
	return {
		platform,
		mode,
		labels: {
			...knownLabels(tag, github),
			...inputs.labels
		},
		source: source === "files" ? filesSource(inputs, platform) : dockerfileSource(inputs, platform, dockerOnly)
	};
}
/** Which commit the image is of, as far as that is known: the fan-in compares it between the legs. */
function knownLabels(tag, github) {
	return {
		...github.sha !== void 0 && { [factKeys.revision]: github.sha },
		...github.sourceUrl !== void 0 && { [factKeys.source]: github.sourceUrl },
		...tag !== "latest" && { [factKeys.version]: tag }
	};
}
/** The annotations that a leg's image gets: the last of two with one name stands. */
function imageAnnotations({ annotations }, platform) {
	const ours = annotations.filter((each) => isForImage(each, platform));
	return Object.fromEntries(ours.map(({ key, value }) => [key, value]));
}
function isForImage({ onImage, platform: only }, platform) {
	return onImage && (only === void 0 || samePlatform(only, platform));
}
/** Which of the annotations are not for the image of a leg, a line for each. */
function otherAnnotations({ annotations }, platform) {
	return annotations.filter((each) => !isForImage(each, platform)).map(({ key, platform: only }) => only !== void 0 && !samePlatform(only, platform) ? `the annotation ${quote(key)} is for ${formatPlatform(only)}` : `the annotation ${quote(key)} is for the list, which merge makes`);
}
function formatOf({ format }) {
	return format === "auto" ? void 0 : format;
}
function dockerfileSource(inputs, platform, dockerOnly) {
	return {
		kind: "dockerfile",
		...withoutUndefined({
			context: inputs.context,
			buildArgs: inputs["build-args"],
			file: inputs.file,
			target: inputs.target,
			network: inputs.network,
			annotations: imageAnnotations(inputs, platform),
			format: formatOf(inputs),
			dockerOnly,
			buildContexts: inputs["build-contexts"],
			secrets: [
				...inputs.secrets,
				...inputs["secret-envs"],
				...inputs["secret-files"]
			],
			ssh: inputs.ssh,
			cacheFrom: inputs["cache-from"],
			cacheTo: inputs["cache-to"],
			noCache: inputs["no-cache"],
			pull: inputs.pull,
			addHosts: inputs["add-hosts"],
			shmSize: inputs["shm-size"],
			ulimit: inputs.ulimit,
			provenance: isOff(inputs.provenance) ? void 0 : inputs.provenance,
			sbom: isOff(inputs.sbom) ? void 0 : inputs.sbom,
			outputs: inputs.outputs,
			extraArgs: inputs["extra-args"]
		})
	};
}
function isOff(value) {
	return /^(?:false|0)$/iu.test(value);
}
function filesSource(inputs, platform) {
	const asked = askedOptions({ source: dockerfileSource(inputs, platform) });
	const refused = unsupportedOptions(asked, "assemble", "");
	if (refused.length > 0) throw joinErrors(refused);
	const { context, files, base, entrypoint, cmd, env, workdir, user } = inputs;
	if (files.length === 0) throw new CodedError("E_INPUT", "files is not set, and engine assemble makes the image of nothing else", { hint: "give lines source:destination, such as ./bin/app-{arch}:/app:755" });
	return {
		kind: "files",
		context,
		files,
		base,
		env,
		...entrypoint !== void 0 && { entrypoint },
		...cmd !== void 0 && { cmd },
		...workdir !== void 0 && { workdir },
		...user !== void 0 && { user },
		annotations: imageAnnotations(inputs, platform),
		...withoutUndefined({ format: formatOf(inputs) })
	};
}

// src/commands/build-dockerfile.ts
/**
* The leg with its base images, all of which were asked for.
* @throws E_BASE_PLATFORM, E_NOT_FOUND; E_UNSUPPORTED for RUN steps of a cross build that nothing here can run; E_INPUT where there is no Dockerfile
*/
async function withBases(leg, { tag }, inputs, { log, github, read }) {
	const { engine, host, platform, mode, planned } = leg;
	if (engine.dockerfile === void 0) return leg;
	const { source } = buildRequest(inputs, {
		platform,
		mode,
		source: "dockerfile",
		tag,
		github
	});
	if (source.kind !== "dockerfile") return leg;
	const { file, text, prunes } = await engine.dockerfile(source);
	const { bases, notes, foreignRuns } = await readDockerfile(text, {
		buildArgs: source.buildArgs ?? {},
		targetPlatform: platform,
		buildPlatform: host.platform,
		prunes,
		...source.target !== void 0 && { target: source.target },
		...source.buildContexts !== void 0 && { buildContexts: source.buildContexts }
	});
	if (leg.emulates === false && foreignRuns.length > 0) throw crossRefusal(platform, host, foreignRuns);
	for (const note of notes) log.info(`${file}, ${note}; ${engine.name} decides`);
	const asked = bases.map((base) => ({
		...base,
		isRoot: base.isRoot && !planned.override
	}));
	const pull = source.pull === true;
	const asksInherited = engine.capabilities.losesDockerOnly === true && source.format !== "docker";
	const found = await checkBases(asked, {
		file,
		log,
		engine,
		read,
		pull,
		asksInherited
	});
	const { lost, replaced } = await dockerOnly(text, source.target);
	const inherited = found.flatMap((base) => base.inherited ?? []);
	return {
		...leg,
		bases: found.map(({ reference, digest }) => ({
			reference,
			digest
		})),
		dockerOnly: [...lost, ...inherited.filter((each) => !replaced.some((one) => each.startsWith(one)))]
	};
}

// src/commands/build-result.ts
/** What build tells: the outputs of the contract, the record among them, and the same for people. */
function buildResult(leg) {
	const { platform, mode, host, pushed } = leg;
	const record = legRecord(leg);
	const facts = legFacts(leg, record);
	const title = `Built ${formatPlatform(platform)}`;
	return {
		outputs: {
			digest: record.digest,
			size: record.size,
			platform: formatPlatform(platform),
			mode,
			engine: host.label,
			references: referencesOf(leg),
			pushed: pushed !== void 0,
			record: recordToJson(record)
		},
		text: `${title}\n\n${factsText(facts)}`,
		summary: factsMarkdown(title, facts)
	};
}
/** The same for several platforms: `record` is a list, and what is of one image alone stands in its record. */
function buildResults(legs, missing) {
	const told = legs.map((leg) => {
		const record = legRecord(leg);
		return {
			leg,
			record,
			title: `Built ${formatPlatform(leg.platform)}`,
			facts: legFacts(leg, record)
		};
	});
	const absent = missing.map(({ platform, reason }) => [platform, reason]);
	const gone = "Platforms that may be missing, and are";
	return {
		outputs: {
			platforms: legs.map(({ platform }) => formatPlatform(platform)),
			"missing-platforms": missing.map(({ platform }) => platform),
			references: legs.flatMap(referencesOf),
			pushed: legs.some(({ pushed }) => pushed !== void 0),
			record: told.map(({ record }) => recordToJson(record))
		},
		text: [...told.map(({ title, facts }) => `${title}\n\n${factsText(facts)}`), ...absent.length === 0 ? [] : [`${gone}\n\n${factsText(absent)}`]].join("\n"),
		summary: [...told.map(({ title, facts }) => factsMarkdown(title, facts)), ...absent.length === 0 ? [] : [factsMarkdown(gone, absent)]].join("\n\n")
	};
}
function referencesOf({ pushed, targets }) {
	return pushed === void 0 ? [] : targets.map(({ image, tag = pushed.manifest.digest }) => nameOf$1({
		image,
		tag
	}));
}
function legFacts(leg, record) {
	const { platform, mode, host, pushed, content, withheld, seconds } = leg;
	const took = Object.entries(seconds).map(([phase, time]) => `${phase} ${formatDuration(time)}`);
	return [
		["platform", formatPlatform(platform)],
		["mode", mode],
		["engine", host.label],
		[pushed === void 0 ? "image" : "digest", record.digest],
		pushed === void 0 ? ["not pushed", withheld ?? ""] : ["pushed", referencesOf(leg)],
		...content === void 0 ? [] : [["programs", told(content)]],
		["took", took.join(", ")]
	];
}
/** What the leg hands to the fan-in. */
function legRecord({ targets: [target], platform, mode, host, built, pushed, content, bases, github, seconds }) {
	const all = built.base === void 0 ? bases : [...bases, built.base];
	return {
		image: target.image,
		...pushed !== void 0 && target.tag !== void 0 && { tag: target.tag },
		platform,
		digest: pushed?.manifest.digest ?? parseDigest(built.id),
		mediaType: pushed?.manifest.mediaType ?? mediaTypes.ociConfig,
		size: pushed?.manifest.bytes.length ?? 0,
		pushed: pushed !== void 0,
		mode,
		engine: host.label,
		runner: { arch: host.platform.architecture },
		...github.workflow && { run: withoutUndefined({
			id: github.runId,
			attempt: github.runAttempt,
			sha: github.sha,
			repository: github.repository
		}) },
		...content !== void 0 && { content },
		...all.length > 0 && { bases: all.filter(({ reference }) => reference.length <= 600) },
		seconds
	};
}
/** `ppc64le (41)`, `none` */
function told({ machines }) {
	const each = Object.entries(machines).map(([machine, count]) => `${machine} (${count})`);
	return each.length === 0 ? "none" : each.join(", ");
}

// src/commands/stopwatch.ts
/** @param now monotonic, in milliseconds */
function stopwatch(now) {
	const seconds = {};
	return {
		seconds,
		time: async (phase, work) => {
			const start = now();
			const done = await work();
			seconds[phase] = Math.round((now() - start) / 100) / 10;
			return done;
		}
	};
}

// src/commands/build-leg.ts
/** Tries whatever can be tried before anything is built. */
async function preflightLeg(planned, plan, engine, log) {
	refuseSmokeTest(planned, engine);
	const first = await engine.host();
	const platform = planned.platform ?? first.platform;
	const targets = plan.targets(platform);
	if (targets[0].tag === void 0 && plan.withheld === void 0) refuseDigestPush(engine);
	const { mode, note, warning, emulates, host = first } = await engineReadiness(planned, platform, engine, log);
	if (targets[0].tag === void 0 && plan.withheld === void 0) await engine.checkPushByDigest?.();
	log.info(`${host.label} builds ${formatPlatform(platform)}: ${note}`);
	if (warning !== void 0) log.warning(warning);
	if (mode === "cross" && wantsSmokeTest(planned)) await engine.preflight(platform, "emulate");
	await checkSmokeTest(planned, platform, engine);
	return {
		engine,
		host,
		platform,
		mode,
		emulates,
		targets,
		planned,
		bases: []
	};
}
/** In the mode that was asked for; where none was, natively, or if that is not possible as the row's `fallback` says. */
async function engineReadiness({ mode, fallback }, platform, engine, log) {
	const standard = engine.capabilities.source === "files" ? "cross" : "native";
	if (mode !== void 0 || fallback !== "emulate" && fallback !== "cross") return engine.preflight(platform, mode ?? standard);
	try {
		return await engine.preflight(platform, standard);
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_HOST_MISMATCH") throw error;
		log.info(`${formatPlatform(platform)} falls back to mode ${fallback}: ${error.message}`);
		return engine.preflight(platform, fallback);
	}
}
/**
* One leg: makes one platform's image, checks the programs in it, runs the smoke test on the bytes that will be pushed, pushes the arch tag, and
* reads back what the registry now holds. What the engine made for it is removed however it ends.
*/
async function runLeg(leg, plan, inputs, deps) {
	const { engine, host, platform, mode, targets, planned, bases } = leg;
	const { log, github } = deps;
	const watch = stopwatch(deps.now);
	const built = leg.adopted ?? await watch.time("build", async () => buildImage(leg, plan, inputs, deps));
	try {
		await checkPlatform(leg, built, log);
		const { word: content, diffIds, config } = await watch.time("check", async () => checkPrograms(leg, built, inputs, log));
		const tests = smokeTestsOf(planned, config);
		if (tests.command !== void 0 || tests.service !== void 0) await watch.time("smoke-test", async () => runSmokeTests(leg, built, tests, config, log));
		const { withheld } = plan;
		if (withheld !== void 0) log.info(`not pushed: ${withheld}`);
		const pushed = withheld === void 0 ? await watch.time("push", async () => push(leg, built, diffIds, deps)) : void 0;
		const { seconds } = watch;
		const done = {
			targets,
			platform,
			mode,
			host,
			built,
			pushed,
			content,
			bases,
			withheld,
			github,
			seconds
		};
		await deps.handOver({
			record: legRecord(done),
			pushed: pushed?.manifest,
			tag: plan.tag
		});
		return done;
	} finally {
		if (leg.adopted === void 0) await engine.remove(built);
	}
}
async function buildImage({ engine, host, platform, mode, dockerOnly }, { tag }, inputs, { log, github }) {
	const { source } = engine.capabilities;
	for (const line of otherAnnotations(inputs, platform)) log.info(line);
	return log.group(`Building ${formatPlatform(platform)} with ${host.label}`, async () => engine.build(buildRequest(inputs, {
		platform,
		mode,
		source,
		tag,
		github,
		dockerOnly
	})));
}
async function checkPlatform({ engine, platform, planned, adopted }, built, log) {
	const found = await engine.platformOf(built);
	if (samePlatform(found, platform)) return;
	const doing = adopted === void 0 ? "built" : "adopted";
	const what = `${formatPlatform(platform)} was to be ${doing}, the image's config says ${formatPlatform(found)}`;
	if (planned.override) {
		log.warning(`${what}; override is set, so it is pushed as ${formatPlatform(platform)} all the same`);
		return;
	}
	throw new CodedError("E_PLATFORM_MISMATCH", what, { hint: adopted === void 0 ? "a FROM line may name a platform of its own (FROM --platform=...); nothing was pushed" : "give the platform that it was made for, or the image that was made for this one; nothing was pushed" });
}
/** To every target, in order; the record tells of the first. */
async function push({ engine, platform, targets, planned }, built, diffIds, deps) {
	const { override } = planned;
	const pushTo = async (target) => {
		return deps.log.group(`Pushing ${nameOf$1(target)}`, async () => pushAndReadBack(engine, built, {
			platform,
			override,
			target,
			diffIds
		}, deps));
	};
	const [first, ...others] = targets;
	const pushed = await pushTo(first);
	for (const target of others) {
		const { manifest } = await pushTo(target);
		if (manifest.digest !== pushed.manifest.digest) deps.log.warning(`${nameOf$1(target)} is ${manifest.digest}, and ${nameOf$1(first)} ${pushed.manifest.digest}: the engine packs its layers anew for each registry`);
	}
	return pushed;
}
/** The machine of the programs in the layers, before anything of it is run or pushed: the leg's word for the fan-in. */
async function checkPrograms({ engine, platform }, built, inputs, log) {
	const origin = `the image for ${formatPlatform(platform)}`;
	const { "allow-foreign": allowForeign, "content-limit": limit } = inputs;
	return log.group(`Checking the programs in ${origin}`, async () => checkArchive(engine.archive(built), {
		platform,
		origin,
		allowForeign,
		limit,
		log
	}));
}

// src/commands/build-plan.ts
/** @throws E_INPUT, E_UNSUPPORTED */
function planBuild(inputs, github) {
	const [first, ...others] = legTargets(inputs);
	if (first === void 0) throw new CodedError("E_INPUT", "images is not set, and build needs it", { hint: "set images" });
	if (inputs["arch-tag"] === "none" && inputs.handover === "registry") throw new CodedError("E_INPUT", "handover registry is found by its arch tag, and arch-tag is none", { hint: "set handover: artifact, or none and give the output record to merge; or let each leg push a tag" });
	const tag = firstTag(inputs.tags) ?? "latest";
	const target = (platform, { image, tags }) => {
		if (inputs["arch-tag"] === "none") return { image };
		return {
			image,
			tag: archTag(inputs["arch-tag"], {
				tag,
				finalTags: tags,
				platform,
				sha: github.sha,
				run: github.runId,
				attempt: github.runAttempt?.toString()
			})
		};
	};
	return {
		tag,
		targets: (platform) => [target(platform, first), ...others.map((other) => target(platform, other))],
		withheld: whyNotPush(inputs, github),
		legs: inputs.platforms?.map((row) => plannedRow(row, inputs)) ?? [plannedLeg(inputs)],
		several: inputs.platforms !== void 0
	};
}
function plannedLeg(inputs) {
	return {
		platform: inputs.platform,
		engine: inputs.engine,
		mode: inputs.mode,
		fallback: "fail",
		smokeTest: inputs["smoke-test"],
		smokeTestUrl: inputs["smoke-test-url"],
		required: true,
		timeoutMs: void 0,
		override: false
	};
}
/** What a row says goes before what is said for all. */
function plannedRow(row, inputs) {
	return {
		platform: row.platform,
		engine: engineOf(row) ?? inputs.engine,
		mode: row.mode ?? inputs.mode,
		fallback: row.fallback,
		smokeTest: row.smokeTest ?? inputs["smoke-test"],
		smokeTestUrl: inputs["smoke-test-url"],
		required: row.required,
		timeoutMs: row.timeoutMinutes === void 0 ? void 0 : row.timeoutMinutes * 6e4,
		override: row.entry.override
	};
}
function engineOf({ engine: name }) {
	if (name === void 0 || name === "auto") return name;
	const engine = engineNames.find((one) => one === name);
	if (engine !== void 0) return engine;
	throw new CodedError("E_UNSUPPORTED", `engine ${name} is not supported by this version`, { hint: `use ${engineNames.join(", ")} or auto` });
}

// src/commands/build-space.ts
const mebibyte = 1048576;
/** No base image of a distribution fits in less, so nearly every build would end in the middle. */
const tooLittle = 50 * mebibyte;
/** Many builds need more. */
const little = 1024 * mebibyte;
/** What a user of the engine may still write there. */
const freeSpace = async (folder) => {
	try {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	} catch {
		return;
	}
};
/** What frees space, by engine. */
const cures = {
	docker: "docker system prune",
	podman: "podman system prune",
	buildah: "buildah rmi --prune"
};
/**
* Whether the engine's storage has room for a build, where it is on this machine.
* @throws E_ENGINE below 50 MiB; below 1 GiB there is a warning
*/
async function checkSpace(engine, log, free = freeSpace) {
	const folder = await engine.storage?.();
	const bytes = folder === void 0 ? void 0 : await free(folder);
	if (folder === void 0 || bytes === void 0 || bytes >= little) return;
	const message = `the storage of ${engine.name}, ${show(folder)}, has ${Math.floor(bytes / mebibyte)} MiB left`;
	const cure = cures[engine.name];
	if (bytes >= tooLittle) {
		log.warning(`${message}, and a build may need more`);
		return;
	}
	throw new CodedError("E_ENGINE", message, { hint: `make room there before the build${cure === void 0 ? "" : `, for example with "${cure}"`}, or move the storage to a larger disk` });
}

// src/commands/build.ts
/**
* Makes the image of each platform that this host is asked for, one after the other: a leg of a matrix is one, a host that emulates
* the others makes several. All of them are tried out before the first is built, and each has a record of its own.
* @throws what went wrong with each required platform, at once; nothing is built unless all of them can be
*/
async function build(inputs, deps) {
	const { log, github } = deps;
	const plan = planBuild(inputs, github);
	const missing = [];
	const source = inputs["source-image"];
	const tried = await eachLeg(plan.legs, log, missing, async (leg) => {
		if (source !== void 0) return adoptLeg(leg, plan, source, deps);
		const engine = await deps.engineOf(leg.engine);
		await checkSpace(engine, log);
		return preflightLeg(leg, plan, engine, log);
	});
	const early = deps.early ?? deps.registry;
	const read = baseReader(early);
	const built = await eachLeg(await eachLeg(tried, log, missing, async (leg) => {
		if (plan.withheld === void 0) await checkAccess(leg.targets, early, log);
		return leg.adopted === void 0 ? withBases(leg, plan, inputs, {
			log,
			github,
			read
		}) : leg;
	}), log, missing, async (leg) => runLeg(leg, plan, inputs, deps));
	const [only] = built;
	if (only !== void 0 && !plan.several) return buildResult(only);
	return buildResults(built, missing);
}
/**
* Does `work` for one leg after the other, also where an earlier one failed; what may be missing, is then.
* @throws all that went wrong with required legs, or with all where none is left; at once where the run was cancelled
*/
async function eachLeg(legs, log, missing, work) {
	const done = [];
	const errors = [];
	const failed = [];
	for (const leg of legs) {
		const { required } = "planned" in leg ? leg.planned : leg;
		try {
			done.push(await work(leg));
		} catch (error) {
			if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
			const platform = leg.platform === void 0 ? "" : formatPlatform(leg.platform);
			const named = legs.length === 1 ? error : withPlatform(error, platform);
			failed.push(named);
			if (required) errors.push(named);
			else {
				log.warning(`${platform} may be missing, and is: ${errorLine(error)}`);
				missing.push({
					platform,
					reason: errorLine(error)
				});
			}
		}
	}
	if (errors.length > 0) throw joinErrors(errors);
	if (done.length === 0) throw joinErrors(failed);
	return done;
}
function withPlatform(error, platform) {
	if (error.message.includes(platform)) return error;
	return new CodedError(error.code, `${platform}: ${error.message}`, {
		...error.hint !== void 0 && { hint: error.hint },
		cause: error
	});
}

export { build };