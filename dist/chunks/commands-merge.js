// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, n as errorLine, o as show, r as joinErrors, s as toCodedError, t as CodedError } from "./errors.js";
import { n as isPullRequest } from "./github-environment.js";
import { n as targetsOf, t as firstTag } from "./inputs-targets.js";
import { n as formatPlatform, s as platformToJson, t as parsePlatform } from "./platform-platform.js";
import { a as annotationFacts, c as firstKnown, d as readBackTag, l as labelFacts, m as archTag, n as parseRecord, o as factAnnotations, p as tagName, r as recordOfJson, t as maxRecordBytes, u as readBackIndex } from "./handover-record.js";
import { a as configDifferences, c as isWanted, i as checkRevisions, l as missingPlatforms, o as revisionKey, r as checkImagePlatform, s as checkPlatformSet, t as checkContents } from "./commands-content-check.js";
import { i as parseManifest } from "./oci-manifest.js";
import { a as factsText, c as expandSource, i as factsMarkdown, l as imageSize, o as groupBy, s as repositoryReader, u as readSource } from "./report-format.js";
import { o as parseDigest } from "./oci-digest.js";
import { n as parseReference } from "./oci-reference.js";
import { i as parseStrictJson } from "./oci-schema.js";
import { a as inOrderOf, i as candidates, n as platformsMarkdown, o as withoutRepeats, r as platformsText, t as platformJson } from "./report-platforms.js";
import { n as chooseFormat, t as assembleIndex } from "./oci-index-assembly.js";

// src/publish/held.ts
/**
* Reads what each tag holds now, all in one round. Of a moving tag the manifest itself is read, since it says which commit
* it is of; for the others the registry's word is enough until the read-back.
*/
async function readHeld(verbs, targets) {
	return settleAll(targets.map(async (target) => ({
		...target,
		...await readTag(verbs, target)
	})));
}
async function readTag(verbs, { repository, tag, moving }) {
	if (!moving) {
		const head = await verbs.headManifest(repository, tag);
		if (head === void 0) return { held: void 0 };
		if (head.digest !== void 0) return { held: head.digest };
	}
	const manifest = await verbs.getManifest(repository, tag);
	return manifest === void 0 ? { held: void 0 } : {
		held: manifest.digest,
		manifest
	};
}

// src/publish/version.ts
const semver = /^v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
/**
* How two semantic versions stand to each other: negative, zero or positive; undefined when one of them is none.
* A leading `v` is usual in tags and allowed. https://semver.org/#spec-item-11
*/
function compareVersions(a, b) {
	const [left, right] = [semver.exec(a), semver.exec(b)];
	if (left === null || right === null) return void 0;
	for (const part of [
		1,
		2,
		3
	]) {
		const difference = Number(left[part]) - Number(right[part]);
		if (difference !== 0) return difference;
	}
	return comparePrereleases(left[4], right[4]);
}
function comparePrereleases(a, b) {
	if (a === void 0 || b === void 0) return Number(a === void 0) - Number(b === void 0);
	const [left, right] = [a.split("."), b.split(".")];
	for (const [index, one] of left.entries()) {
		const other = right[index];
		if (other === void 0) return 1;
		const difference = compareIdentifiers(one, other);
		if (difference !== 0) return difference;
	}
	return left.length - right.length;
}
function compareIdentifiers(a, b) {
	const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
	if (left && right) return Number(a) - Number(b);
	if (left !== right) return left ? -1 : 1;
	return a < b ? -1 : Number(a > b);
}

// src/publish/moving.ts
/**
* The moving tags that would go backwards: to a lower semantic version, or to an older commit. They are left where they
* are, with a warning; one of which nothing is known moves, with a warning too.
*/
async function staleTags(held, index, next, deps) {
	const moving = held.filter((target) => target.moving && target.held !== void 0 && target.held !== index);
	const directions = await Promise.all(moving.map(async (target) => direction(await deps.factsOf(target), next, deps.compare)));
	return moving.filter((target, position) => {
		const where = directions[position] ?? "unknown";
		if (where === "forward") return false;
		if (where === "unknown") {
			deps.log.warning(`${tagName(target)} moves although it is not known which of the two lists is of the older commit`);
			return false;
		}
		deps.log.warning(`E_TAG_STALE: ${tagName(target)} stays at ${target.held ?? "nothing"}, since it would go from ${where.back}; set force to move it all the same`);
		return true;
	});
}
async function direction(current, next, compare) {
	if (current.revision !== void 0 && current.revision === next.revision) return "forward";
	const order = ordered(current.version, next.version, compareVersions);
	if (order !== void 0 && order < 0) return { back: `${current.version ?? ""} back to ${next.version ?? ""}` };
	if (current.revision !== void 0 && next.revision !== void 0) {
		const commits = await compare(current.revision, next.revision);
		if (commits === "behind") return { back: `commit ${current.revision} back to its ancestor ${next.revision}` };
		if (commits === "ahead" || commits === "identical") return "forward";
	}
	const times = ordered(current.created, next.created, compareTimes);
	if (times !== void 0 && times < 0) return { back: `a commit of ${current.created ?? ""} back to one of ${next.created ?? ""}` };
	return times === void 0 && order === void 0 ? "unknown" : "forward";
}
/** How `next` stands to `current`; undefined where one of them is not known or can't be compared. */
function ordered(current, next, order) {
	return current === void 0 || next === void 0 ? void 0 : order(next, current);
}
function compareTimes(a, b) {
	const difference = Date.parse(a) - Date.parse(b);
	return Number.isNaN(difference) ? void 0 : difference;
}

// src/publish/publish.ts
/**
* Publishes an index: by digest, read back, then the tags that exist with another digest, then new tags, then moving
* tags, each stage on all repositories before the next; then every tag is read back. What holds the index already is not
* written again. The switch of a tag is atomic in the registry, so a run that dies leaves each tag at the old or the new list.
* @param repositories where the index goes; those of the tags, or just where it stands by digest when there is no tag
* @throws what the registry said, when no tag has changed; E_TAG_MOVED when another run changed one; E_PUBLISH when some
* tags stand at the new list and some do not
*/
async function publish(verbs, index, repositories, tags, deps) {
	await inParallel(repositories, async (repository) => {
		await placeIndex(verbs, index, repository, tags, deps);
	});
	const written = tags.filter((target) => target.held !== index.digest);
	const stages = [
		written.filter((target) => !target.moving && target.held !== void 0),
		written.filter((target) => !target.moving && target.held === void 0),
		written.filter((target) => target.moving)
	];
	const failures = /* @__PURE__ */ new Map();
	for (const stage of stages) await collect(stage, failures, async (target) => {
		await putTag(verbs, target, index);
		deps.log.info(`${tagName(target)} -> ${index.digest}`);
	});
	const unread = /* @__PURE__ */ new Map();
	const refused = [...failures.keys()];
	await collect(tags.filter((target) => !failures.has(target)), unread, async (target) => {
		await readBackTag(verbs, target, index.digest, written.includes(target), deps);
	});
	await Promise.all(refused.map(async (target) => {
		if (await standsAt(verbs, target, index)) failures.delete(target);
	}));
	if (failures.size + unread.size > 0) throw publishError(index, tags, failures, unread);
	return tags.map((target) => ({
		...target,
		state: stateOf(target, index)
	}));
}
/** False where nobody can tell; what went wrong with the write is told then. */
async function standsAt(verbs, target, index) {
	try {
		return (await verbs.getManifest(target.repository, target.tag))?.digest === index.digest;
	} catch {
		return false;
	}
}
function stateOf(target, index) {
	if (target.held === void 0) return "created";
	return target.held === index.digest ? "kept" : "moved";
}
async function placeIndex(verbs, index, repository, tags, deps) {
	const held = tags.filter((target) => target.repository.name === repository.name);
	const present = held.some((target) => target.held === index.digest) || held.length === 0 && await verbs.headManifest(repository, index.digest) !== void 0;
	if (!present) await verbs.putManifest(repository, index.digest, index);
	await readBackIndex(verbs, repository, index, deps);
	deps.log.info(`${repository.name}@${index.digest} ${present ? "was there already" : "is pushed"} and reads back the same`);
}
/** An immutable tag that already holds the index is where it should be, whatever the registry says of the write. */
async function putTag(verbs, target, index) {
	try {
		await verbs.putManifest(target.repository, target.tag, index);
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_TAG_IMMUTABLE") throw error;
		const now = await verbs.getManifest(target.repository, target.tag);
		if (now?.digest === index.digest) return;
		throw new CodedError("E_TAG_IMMUTABLE", `${tagName(target)} may not move and holds ${now?.digest ?? "nothing"}, not ${index.digest}`, {
			hint: "publish under a new tag, or let whoever runs the registry lift the rule",
			cause: error
		});
	}
}
async function inParallel(items, work) {
	const failures = /* @__PURE__ */ new Map();
	await collect(items, failures, work);
	if (failures.size > 0) throw joinErrors([...failures.values()]);
}
async function collect(items, failures, work) {
	await Promise.all(items.map(async (item) => {
		try {
			await work(item);
		} catch (error) {
			failures.set(item, toCodedError(error));
		}
	}));
}
/**
* @param failures of writes: the tag holds what it held
* @param unread of read-backs: the tag was written, or held the index before, and does not show it now
*/
function publishError(index, tags, failures, unread) {
	const errors = [...failures.values(), ...unread.values()];
	const changed = tags.filter((target) => !failures.has(target) && target.held !== index.digest);
	if (errors.every((error) => error.code === "E_TAG_MOVED") || changed.length === 0) return joinErrors(errors);
	const stands = changed.map((target) => {
		const doubt = unread.get(target);
		return `${tagName(target)} ${before(target)}${doubt === void 0 ? "" : `, and reads back wrong: ${errorLine(doubt)}`}`;
	});
	const missed = [...failures].map(([target, error]) => `${tagName(target)} held ${target.held ?? "nothing"}: ${errorLine(error)}`);
	return new CodedError("E_PUBLISH", `${changed.length} of ${tags.length} tags were put at ${index.digest} (${stands.join(", ")}) and ${failures.size} were not (${missed.join(", ")})`, {
		hint: "mend what the registry refused and run the merge again: it finishes what is left",
		cause: errors[0]
	});
}
/** With the command that brings it back. */
function before({ held, repository, tag }) {
	return held === void 0 ? "is new" : `held ${held} (crane tag ${repository.name}@${held} ${tag} restores it)`;
}

// src/commands/held-facts.ts
/**
* What the list that a tag holds says of its commit: its annotations; a Docker list has none, so there the labels of its
* first image speak, since all images of a list are of one commit. What can't be read says nothing, and is told.
*/
function heldFacts(registry, log) {
	return async (target) => {
		if (target.manifest === void 0) return {};
		try {
			const said = annotationFacts(parseManifest(target.manifest).annotations ?? {});
			if (Object.keys(said).length > 0 || !target.manifest.mediaType.includes("docker")) return said;
			return await firstImageFacts(target.manifest, repositoryReader(registry, target.repository), tagName(target));
		} catch (error) {
			log.info(`${tagName(target)} holds what can't be read: ${errorLine(toCodedError(error))}`);
			return {};
		}
	};
}
async function firstImageFacts(manifest, reader, name) {
	const parsed = parseManifest(manifest);
	const [first] = parsed.kind === "index" ? parsed.manifests : [];
	const image = first === void 0 ? manifest : await reader.manifest(first.digest);
	return image === void 0 ? {} : labelFacts((await expandSource(reader, image, name)).images);
}

// src/handover/arch-tag-legs.ts
/** The registry as the hand-over: for each platform, the arch tag that its leg pushed. */
function archTagLegs(platforms, repository, template, values) {
	return platforms.map((platform) => {
		const ref = archTag(template, {
			...values,
			platform
		});
		return {
			origin: `arch tag ${ref} for ${formatPlatform(platform)}`,
			claimed: platform,
			repository,
			ref,
			index: "leg"
		};
	});
}

// src/handover/leg.ts
function legOfRecord(record, origin) {
	const { digest, mediaType, size } = record;
	return {
		origin,
		claimed: record.platform,
		repository: record.image,
		ref: digest,
		promised: {
			digest,
			mediaType,
			size
		},
		record,
		index: "leg"
	};
}

// src/handover/explicit.ts
const maxEntries = 1e3;
const digestFileName = /^[0-9a-f]{64}$/;
/**
* The legs that `records` names, in the forms of the contract: `platform=digest`, `platform=reference`, a bare
* reference or digest, a JSON record (also over several lines, or an array of them), a path to a record file, to a folder
* of them, or to a folder of empty files named by digest.
* @param repository where a bare digest is looked for
* @throws E_RECORD with the number of the entry; E_PLATFORM, E_REFERENCE for what stands on either side of `=`.
*/
async function explicitLegs(entries, repository, files) {
	const legs = [];
	const readable = refusingUnreadable(files);
	for (const { text, line } of joinJson(entries)) {
		const origin = `records entry ${line}`;
		if (/^[[{]/.test(text)) legs.push(...jsonLegs(text, origin));
		else if (/^(\/|\.\.?\/)/.test(text)) legs.push(...await pathLegs(text, repository, readable));
		else legs.push(namedLeg(text, repository, origin));
	}
	return legs;
}
/** What the system says of a path that is there and can't be read, told as what it is. */
function refusingUnreadable(files) {
	const told = async (path, work) => {
		try {
			return await work;
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			throw new CodedError("E_RECORD", `${quote(path)}, which records names, can't be read: ${show(why)}`, {
				hint: "name a record file, or a folder of them, that this user may read",
				cause: error
			});
		}
	};
	return {
		kind: async (path) => told(path, files.kind(path)),
		read: async (path, max) => told(path, files.read(path, max)),
		list: async (path) => told(path, files.list(path))
	};
}
/** A record may be pretty-printed: lines from an opening bracket on belong together until they parse. */
function joinJson(entries) {
	const joined = [];
	let open;
	for (const [index, entry] of entries.entries()) {
		if (open === void 0 && !/^[[{]/.test(entry)) {
			joined.push({
				text: entry,
				line: index + 1
			});
			continue;
		}
		open = open === void 0 ? {
			text: entry,
			line: index + 1
		} : {
			...open,
			text: `${open.text}\n${entry}`
		};
		if (isWholeJson(open.text)) {
			joined.push(open);
			open = void 0;
		}
	}
	if (open !== void 0) joined.push(open);
	return joined;
}
function isWholeJson(text) {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
function jsonLegs(text, origin) {
	const json = parseStrictJson(Buffer.from(text), origin, { code: "E_RECORD" });
	const records = Array.isArray(json) ? json : [json];
	return records.map((item, index) => {
		const where = records.length === 1 ? origin : `${origin}[${index}]`;
		const record = typeof item === "string" ? parseRecord(Buffer.from(item), where) : recordOfJson(item, where);
		return legOfRecord(record, where);
	});
}
function namedLeg(text, repository, origin) {
	const equals = text.indexOf("=");
	const claimed = equals < 0 ? void 0 : parsePlatform(text.slice(0, equals).trim());
	const target = text.slice(equals + 1).trim();
	const index = claimed === void 0 ? "all" : "pick";
	if (/^sha\d+:/.test(target)) return {
		origin,
		claimed,
		repository,
		ref: parseDigest(target),
		index
	};
	const reference = parseReference(target);
	const ref = reference.digest ?? reference.tag;
	if (ref === void 0) throw new CodedError("E_RECORD", `${origin}: ${quote(target)} names no tag and no digest`, { hint: "say which: <repository>:<tag> or <repository>@sha256:...; a path starts with ./ or /" });
	return {
		origin,
		claimed,
		repository: reference.repository,
		ref,
		index
	};
}
async function pathLegs(path, repository, files) {
	const kind = await files.kind(path);
	if (kind === void 0) throw new CodedError("E_NOT_FOUND", `there is no file or folder ${quote(path)}, which records names`, { hint: "hand the records over before the merge, or correct the path" });
	if (kind === "file") return [legOfRecord(parseRecord(await files.read(path, maxRecordBytes), `record file ${quote(path)}`), path)];
	const legs = await folderLegs(path, repository, files, 1);
	if (legs.length > 0) return legs;
	throw new CodedError("E_NOT_FOUND", `the folder ${quote(path)}, which records names, holds no record`, { hint: "a record is a .json file as build makes it, or an empty file named by the 64 digits of a digest" });
}
/** @param depth how many levels of folders below are looked into: an artifact download may make one for each artifact */
async function folderLegs(path, repository, files, depth) {
	const names = await files.list(path);
	if (names.length > maxEntries) throw new CodedError("E_RECORD", `the folder ${quote(path)} holds ${names.length} entries, more than ${maxEntries}`, { hint: "name a folder that holds records and nothing else" });
	const legs = [];
	for (const name of names) {
		const child = `${path.replace(/\/+$/, "")}/${name}`;
		const kind = await files.kind(child);
		if (kind === "folder" && depth > 0) legs.push(...await folderLegs(child, repository, files, depth - 1));
		else if (kind === "file" && digestFileName.test(name)) legs.push({
			origin: child,
			claimed: void 0,
			repository,
			ref: `sha256:${name}`,
			index: "all"
		});
		else if (kind === "file" && name.endsWith(".json")) legs.push(legOfRecord(parseRecord(await files.read(child, maxRecordBytes), `record file ${quote(child)}`), child));
		else throw new CodedError("E_RECORD", `${quote(child)} is neither a .json record nor an empty file named by a digest`, { hint: "name a folder that holds records and nothing else" });
	}
	return legs;
}

// src/commands/merge-legs.ts
/** What the legs made: what `records` names, and nothing else; without any, the arch tags of the wanted platforms. */
async function findLegs(inputs, repository, tag, github, files) {
	if (inputs.records.length > 0) return {
		legs: await explicitLegs(inputs.records, repository, files),
		explicit: true
	};
	if (inputs.handover === "none") throw new CodedError("E_INPUT", "handover is none and records names nothing", { hint: "name what the legs made in records, or let handover be auto or registry" });
	if (inputs["arch-tag"] === "none") throw new CodedError("E_INPUT", "arch-tag is none and records names nothing", { hint: "legs that push by digest alone have to be named in records" });
	return {
		legs: archTagLegs(inputs.platforms.map((row) => row.platform), repository, inputs["arch-tag"], {
			tag: tag ?? "latest",
			sha: github.sha,
			run: github.runId,
			attempt: github.runAttempt?.toString()
		}),
		explicit: false
	};
}
/** What claims alone show of the set: a platform that is missing, doubled or not asked for. Empty where a leg claims nothing. */
function claimErrors({ legs, explicit }, inputs) {
	const claimed = legs.flatMap(({ claimed: platform, ref, origin }) => platform === void 0 ? [] : [{
		platform,
		digest: ref,
		origin
	}]);
	return explicit && claimed.length === legs.length ? checkPlatformSet(inputs.platforms, claimed, "records") : [];
}
/** Reads and proves every leg at once; `undefined` stands for one that is not there. */
async function readLegs(legs, readerOf) {
	return Promise.all(legs.map(async (leg) => {
		try {
			const name = `${leg.repository.name}${leg.ref.includes(":") ? "@" : ":"}${leg.ref}`;
			const source = await readSource(readerOf(leg.repository), leg.ref, name, leg.promised);
			return source && {
				leg,
				source
			};
		} catch (error) {
			return toCodedError(error);
		}
	}));
}
/**
* Promises 1 and 2: the set is exactly the one asked for, each config bears its claim out, all are of one commit.
* @throws everything that is wrong, what is wrong with the set first
*/
function proveSet(found, read, inputs, github) {
	const failures = found.legs.flatMap((leg, index) => {
		const what = read[index];
		if (what instanceof CodedError) return [{
			leg,
			error: what
		}];
		return what === void 0 && found.explicit ? [{
			leg,
			error: notFound(leg)
		}] : [];
	});
	const legs = read.filter((leg) => leg !== void 0 && !(leg instanceof CodedError));
	const all = withoutRepeats(legs.flatMap(({ leg, source }) => candidates(leg, source)));
	const revisions = checkRevisions(legs.flatMap(revisionClaims), {
		label: inputs.revision ?? github.sha,
		record: github.sha ?? inputs.revision
	});
	const overridden = inputs.platforms.filter((row) => row.entry.override);
	const mismatches = all.flatMap((candidate) => {
		const errors = checkImagePlatform(candidate.image, candidate.claimed, candidate.origin);
		const stands = overridden.some((row) => isWanted(row.platform, candidate.platform));
		return errors.map((error) => ({
			error,
			stands
		}));
	});
	const errors = [
		...setErrors(found, all, failures, inputs),
		...failures.map(({ error }) => error),
		...mismatches.flatMap(({ error, stands }) => stands ? [] : [error]),
		...revisions.errors
	];
	if (errors.length > 0) throw joinErrors(errors);
	const entries = inOrderOf(inputs.platforms.map((row) => row.platform), all);
	const digests = new Set(entries.map((entry) => entry.digest));
	const attestations = inputs.attestations === "strip" ? [] : legs.flatMap(({ source }) => source.attestations).filter((attestation) => digests.has(attestation.subject));
	const overrides = mismatches.map(({ error }) => `override: ${error.message}; it is listed all the same`);
	const orphans = inputs.attestations === "strip" ? [] : legs.flatMap(orphanWarnings);
	return {
		entries,
		attestations,
		legs,
		warnings: [
			...revisions.warnings,
			...overrides,
			...orphans
		]
	};
}
/** An attestation is kept beside the image that it is about; one about an image that is not there is about nothing. */
function orphanWarnings({ leg, source }) {
	const there = new Set(source.images.map(({ descriptor }) => descriptor.digest));
	return source.attestations.filter(({ subject }) => !there.has(subject)).map(({ descriptor, subject }) => `${leg.origin}: the attestation ${descriptor.digest} is about ${subject}, which is not there; it is left out`);
}
/** A leg that could not be read is told as what it is, not as a missing platform as well. */
function setErrors(found, all, failures, inputs) {
	const where = found.explicit ? "records" : `the arch tags (${found.legs.map((leg) => leg.ref).join(", ")})`;
	const unread = failures.flatMap(({ leg: { claimed, ref, origin } }) => claimed === void 0 ? [] : [{
		platform: claimed,
		digest: ref,
		origin
	}]);
	const errors = checkPlatformSet(inputs.platforms, [...all, ...unread], where);
	return unread.length === failures.length ? errors : errors.filter((error) => error.code !== "E_PLATFORM_MISSING");
}
/** What each image that counts says of its commit; those of one leg that say the same speak as one. */
function revisionClaims({ leg, source }) {
	const byLabel = groupBy(candidates(leg, source), ({ image }) => image.config.labels["org.opencontainers.image.revision"] ?? "");
	return [...byLabel].map(([label, alike]) => ({
		origin: byLabel.size === 1 ? leg.origin : `${leg.origin} (${alike.map(({ platform }) => formatPlatform(platform)).join(", ")})`,
		label: label === "" ? void 0 : label,
		record: leg.record?.run?.sha
	}));
}
/** Whether a leg is known to be of another commit: an arch tag that an earlier run left behind. */
function isOfAnotherCommit(leg, sha) {
	const labels = revisionClaims(leg).flatMap(({ label }) => label ?? []);
	return sha !== void 0 && labels.length > 0 && labels.every((label) => label !== sha);
}
function notFound(leg) {
	const claimed = leg.claimed === void 0 ? "" : ` for ${formatPlatform(leg.claimed)}`;
	return new CodedError("E_NOT_FOUND", `${leg.repository.name} has no ${leg.ref}${claimed} (${leg.origin})`, { hint: "see that the leg pushed it, and that no clean-up has removed it since" });
}
/** The repository that an entry was read from. */
function repositoryOf(digest, { legs }) {
	return legs.find(({ source }) => [...source.images, ...source.attestations].some(({ descriptor }) => descriptor.digest === digest))?.leg.repository;
}
/** The record of the leg that an entry came from, if it handed one over. */
function recordOf(entry, { legs }) {
	return legs.find(({ leg }) => leg.record !== void 0 && isWanted(leg.record.platform, entry.platform))?.leg.record;
}

// src/commands/merge-copy.ts
/**
* Brings every entry into each repository where the index will stand, since an index may only refer to what is beside it.
* Nothing that this does can be seen under a tag.
*/
async function copyEntries(set, targets, referrers, copy, log) {
	const entries = [...set.entries.map((entry) => entry.image), ...set.attestations];
	const copies = targets.flatMap((to) => entries.flatMap(({ descriptor, bytes }) => {
		const from = repositoryOf(descriptor.digest, set);
		return from === void 0 || from.name === to.name ? [] : [{
			from,
			to,
			manifest: bytes,
			referrers
		}];
	}));
	if (copies.length === 0) return;
	const names = [...new Set(copies.map(({ to }) => to.name))].join(", ");
	await log.group(`Copying ${copies.length} manifests and what they refer to into ${names}`, async () => {
		await settleAll(copies.map(async (each) => copy(each)));
	});
}

// src/commands/merge-index.ts
/**
* The index over a proven set. One source that is an index itself, with nothing asked that would change it, keeps its own
* bytes; otherwise it is assembled, and the same inputs give the same bytes.
*/
function buildIndex(set, inputs, github, sourceDate) {
	const { revision, created, source, version } = inputs;
	const asked = {
		revision,
		created,
		source,
		version
	};
	const facts = firstKnown([
		asked,
		{ created: sourceDate },
		{
			revision: github.sha,
			created: github.commitTime,
			source: github.sourceUrl
		},
		labelFacts(set.entries.map((entry) => entry.image))
	]);
	const annotations = Object.fromEntries(inputs.annotations.filter(({ on }) => on === "index").map(({ key, value }) => [key, value]));
	const own = ownBytes(set, inputs, {
		...factAnnotations(firstKnown([asked])),
		...annotations
	});
	if (own !== void 0) return {
		index: own,
		reason: "the only source is an index, published as its own bytes",
		facts
	};
	const entries = [...set.entries.map((entry) => descriptorOf(entry, inputs)), ...set.attestations.map(({ descriptor }) => descriptor)];
	const onEntries = entries.some((entry) => Object.keys(entry.annotations ?? {}).length > 0);
	const { format, reason } = chooseFormat(inputs.format, entries.map((entry) => entry.mediaType), onEntries || Object.keys(annotations).length > 0);
	const index = assembleIndex({
		format,
		entries,
		annotations: format === "oci" ? {
			...factAnnotations(facts),
			...annotations
		} : annotations
	});
	parseManifest(index);
	return {
		index,
		reason: `${format === "oci" ? "an OCI index" : "a Docker manifest list"}, since ${reason}`,
		facts
	};
}
/** The bytes of the only source, where the list is to hold exactly what that holds, and says what is asked for already. */
function ownBytes({ entries, attestations, legs: [only, ...others] }, inputs, annotations) {
	if (only?.source.index === void 0 || others.length > 0) return void 0;
	const { index, manifest, images } = only.source;
	const whole = entries.length === images.length && attestations.length === only.source.attestations.length;
	const said = Object.entries(annotations).every(([key, value]) => index.annotations?.[key] === value);
	const changed = entries.some((entry) => changesPlatform(rowOf(entry, inputs)) || entryAnnotations(entry, inputs).length > 0);
	return whole && said && !changed && fits(inputs.format, manifest) ? manifest : void 0;
}
function fits(format, { mediaType }) {
	return format === "auto" || format === "docker" === mediaType.includes("docker");
}
function rowOf(entry, inputs) {
	return inputs.platforms.find((row) => isWanted(row.platform, entry.platform));
}
function changesPlatform(row) {
	const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
	return override || [
		osVersion,
		osFeatures,
		features
	].some((value) => value !== void 0);
}
/** What the table and `annotations` ask for on the entry of one platform. */
function entryAnnotations(entry, inputs) {
	return [...Object.entries(rowOf(entry, inputs)?.entry.annotations ?? {}), ...inputs.annotations.filter(({ on, platform }) => on === "descriptor" && (platform === void 0 || isWanted(platform, entry.platform))).map(({ key, value }) => [key, value])];
}
function descriptorOf(entry, inputs) {
	const { descriptor } = entry.image;
	const annotations = {
		...descriptor.annotations,
		...Object.fromEntries(entryAnnotations(entry, inputs))
	};
	return {
		...descriptor,
		platform: platformOf(entry, rowOf(entry, inputs)),
		...Object.keys(annotations).length > 0 && { annotations }
	};
}
/** As the config says it, spelling included, since that is what runtimes compare; the row adds to it, or stands instead. */
function platformOf({ image: { config } }, row) {
	const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
	return {
		...platformToJson(override && row !== void 0 ? row.platform : config),
		...osVersion !== void 0 && { "os.version": osVersion },
		...osFeatures !== void 0 && { "os.features": osFeatures },
		...features !== void 0 && { features }
	};
}

// src/commands/merge-result.ts
/** What merge tells: the outputs of the contract, and the same for people. */
function mergeResult(merged) {
	const { inputs, targets, set, built, held, stale, outcome } = merged;
	const images = targets.map(({ image }) => image.name);
	const { digest } = built.index;
	const platforms = set.entries.map((entry) => formatPlatform(entry.platform));
	const missing = missingPlatforms(inputs.platforms, set.entries).map((row) => formatPlatform(row.platform));
	const rows = set.entries.map((entry) => platformReport(entry, merged));
	const tags = held.map((target) => tagReport(merged, target));
	const published = (outcome ?? []).map(tagName);
	const facts = [
		["index", images.map((image) => `${image}@${digest}`)],
		["media type", built.index.mediaType],
		["tags", tags.map((tag) => tag.told)],
		...missing.length > 0 ? [["missing", missing]] : []
	];
	const title = outcome === void 0 ? "Dry run: nothing was written" : `Published ${images.join(", ")}`;
	return {
		outputs: {
			digest,
			references: outcome === void 0 || published.length > 0 ? published : images.map((image) => `${image}@${digest}`),
			platforms,
			"missing-platforms": missing,
			"stale-tags": stale.map(tagName),
			subjects: images.flatMap((name) => [digest, ...set.entries.map((entry) => entry.digest)].map((each) => ({
				name,
				digest: each
			}))),
			index: Buffer.from(built.index.bytes).toString("utf8"),
			report: {
				image: images[0] ?? "",
				images,
				digest,
				mediaType: built.index.mediaType,
				published: outcome !== void 0,
				check: inputs.check,
				platforms: rows.map(platformJson),
				tags: tags.map(({ told: _, ...tag }) => tag)
			}
		},
		text: `${title}\n\n${factsText(facts)}\n${platformsText(rows)}${outcome === void 0 ? `\n${Buffer.from(built.index.bytes).toString("utf8")}\n` : ""}`,
		summary: `${factsMarkdown(title, facts)}\n${platformsMarkdown(rows)}`
	};
}
/** The row of one platform: what was checked of it, and whose word each finding is. */
function platformReport(entry, { set, contents }) {
	const record = recordOf(entry, set);
	const content = contents.get(entry.digest);
	const attestations = set.attestations.filter((attestation) => attestation.subject === entry.digest).length;
	return {
		platform: formatPlatform(entry.platform),
		digest: entry.digest,
		size: imageSize(entry.image),
		mode: record?.mode,
		engine: record?.engine,
		runner: record?.runner?.arch,
		checks: [
			{
				check: "config",
				found: formatPlatform(entry.image.platform),
				by: "merge"
			},
			...content === void 0 ? [] : [content],
			...attestations > 0 ? [{
				check: "attestations",
				found: String(attestations),
				by: "merge"
			}] : []
		]
	};
}
function tagReport({ built, stale, outcome }, target) {
	const name = tagName(target);
	const before = target.held ?? null;
	if (stale.includes(target)) return {
		tag: name,
		state: "stale",
		before,
		after: before,
		told: `${name} stays at ${String(before)} (it would go backwards)`
	};
	const state = outcome?.find((tag) => tagName(tag) === name)?.state ?? "planned";
	const told = {
		kept: `${name} held it already`,
		created: `${name} is new`,
		moved: `${name} moved from ${String(before)}`,
		planned: `${name} holds ${before ?? "nothing"}`
	}[state];
	return {
		tag: name,
		state,
		before,
		after: outcome === void 0 ? before : built.index.digest,
		told
	};
}

// src/commands/merge.ts
/**
* The fan-in: collects what the legs made, proves every entry, assembles the index, and only then touches a tag.
* What it promises is in the contract, "What merge promises".
*/
async function merge(inputs, deps) {
	const { log, registry, github } = deps;
	const targets = targetsOf(inputs.images, inputs.tags);
	const home = legsRepository(targets);
	const found = await findLegs(inputs, home, firstTag(inputs.tags), github, deps.files);
	if (nothingPushed(found)) {
		const errors = claimErrors(found, inputs);
		if (errors.length > 0) throw joinErrors(errors);
		return nothingToPublish(found, inputs, home, log);
	}
	const tags = targets.flatMap(({ image, tags: own }) => own.map((tag) => ({
		repository: image,
		tag,
		moving: inputs["moving-tags"].includes(tag)
	})));
	const [read, held] = await log.group(`Reading ${counted(found.legs.length, "leg")} and ${counted(tags.length, "tag")}`, async () => Promise.all([readLegs(found.legs, (repository) => repositoryReader(registry, repository)), readHeld(registry, tags)]));
	const noneOfThisRun = read.every((leg) => leg === void 0 || !(leg instanceof CodedError) && isOfAnotherCommit(leg, github.sha));
	if (!found.explicit && isPullRequest(github) && noneOfThisRun) return nothingToPublish(found, inputs, home, log);
	const set = proveSet(found, read, inputs, github);
	for (const { key, fromManifest } of inputs.annotations) if (fromManifest) log.info(`the annotation ${quote(key)} is for manifests, and goes on the index`);
	for (const warning of [...set.warnings, ...configDifferences(set.entries.map((entry) => entry.image))]) log.warning(warning);
	const contents = await checkContents(set.entries.map((entry) => ({
		...entry,
		word: recordOf(entry, set)?.content
	})), {
		check: inputs.check,
		allowForeign: inputs["allow-foreign"],
		open: (layer, { digest }) => registry.getBlob(repositoryOf(digest, set) ?? home, layer),
		by: "merge",
		log
	});
	const built = buildIndex(set, inputs, github, deps.sourceDate);
	log.info(`index ${built.index.digest}: ${built.reason}`);
	const stale = inputs.force ? [] : await staleTags(held, built.index.digest, built.facts, {
		log,
		compare: deps.compare,
		factsOf: heldFacts(registry, log)
	});
	const moved = held.filter((tag) => !stale.includes(tag));
	const outcome = inputs["dry-run"] ? void 0 : await publishEverywhere(set, built.index, targets, moved, inputs, deps);
	return mergeResult({
		inputs,
		targets,
		set,
		contents,
		built,
		held,
		stale,
		outcome
	});
}
/** Copies what is not beside the index yet, then publishes. A repository where every tag holds the index has all of it. */
async function publishEverywhere(set, index, targets, tags, inputs, deps) {
	const repositories = targets.map(({ image }) => image);
	const lacking = repositories.filter(({ name }) => !tags.some((tag) => tag.repository.name === name && tag.held === index.digest));
	await copyEntries(set, lacking, inputs["copy-referrers"], deps.copy, deps.log);
	return deps.log.group(`Publishing ${index.digest}`, async () => publish(deps.registry, index, repositories, tags, deps));
}
/** The first image is the one that legs push to. */
function legsRepository([first]) {
	if (first !== void 0) return first.image;
	throw new CodedError("E_INPUT", "images is not set, and merge needs it", { hint: "set images" });
}
/** Promise 8: where no leg pushed, as on a pull request, there is nothing to publish and nothing wrong. */
function nothingPushed({ legs }) {
	return legs.length > 0 && legs.every((leg) => leg.record?.pushed === false);
}
function nothingToPublish(found, inputs, image, log) {
	const platforms = found.legs.flatMap((leg) => leg.claimed === void 0 ? [] : [formatPlatform(leg.claimed)]);
	const text = found.explicit ? `No leg pushed (${platforms.join(", ")} were built), so nothing is published.` : "No leg has pushed its arch tag for this pull request, so nothing is published.";
	log.info(text);
	return {
		outputs: {
			references: [],
			platforms: found.explicit ? platforms : [],
			"missing-platforms": [],
			"stale-tags": [],
			subjects: [],
			report: {
				image: image.name,
				published: false,
				check: inputs.check,
				platforms: [],
				tags: []
			}
		},
		text,
		summary: text
	};
}
function counted(count, noun) {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export { merge };