// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, o as show, t as CodedError } from "./errors.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { o as platformOfJson, r as normalisePlatform } from "./platform-platform.js";
import { i as digestOf, n as digestAlgorithm } from "./oci-digest.js";
import { n as parseFields, r as withoutUndefined } from "./oci-schema.js";
import { n as imageMediaTypes, r as indexMediaTypes, t as configMediaTypes } from "./oci-media-types.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes, t as attestationSubject } from "./oci-manifest.js";

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
const nothing = () => false;
/** An index may hold indexes; what stands deeper than this is refused (no engine resolves it). */
const maxIndexDepth = 2;
/**
* Reads what `ref` leads to and proves it: bytes against digest and size, config against the descriptor's platform.
* An index is flattened; its attestations are kept beside the image that they are about.
* @param name for messages: `quay.io/acme/app:v1-s390x`
* @returns `undefined` where there is nothing at `ref`
* @throws E_DIGEST_MISMATCH, E_MANIFEST; E_NOT_FOUND for a child that an index names and nobody has
*/
async function readSource(reader, ref, name, promised, tolerate = nothing) {
	const manifest = await reader.manifest(ref);
	if (manifest === void 0) return void 0;
	if (promised !== void 0) checkPromise(manifest, promised, name);
	return expandSource(reader, manifest, name, tolerate);
}
/** {@link readSource}, for a manifest that was read already. */
async function expandSource(reader, manifest, name, tolerate = nothing) {
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

export { factsText as a, expandSource as c, factsMarkdown as i, imageSize as l, formatDuration as n, groupBy as o, shortDigest as r, repositoryReader as s, formatBytes as t, readSource as u };