// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, n as errorLine, o as show, r as joinErrors, s as toCodedError, t as CodedError } from "./errors.js";
import { t as firstTag } from "./inputs-targets.js";
import { a as firstKnown, c as readBackTag, n as annotationFacts, o as labelFacts, r as factAnnotations, s as readBackIndex, t as archTag, u as tagName } from "./handover-arch-tag.js";
import { _ as configDifferences, a as factsText, b as isWanted, g as checkRevisions, h as checkImagePlatform, i as factsMarkdown, n as formatDuration, v as revisionKey, x as missingPlatforms, y as checkPlatformSet } from "./report-format.js";
import { n as checkContents } from "./commands-content-check.js";
import { c as platformToJson, l as samePlatform, n as formatPlatform, o as platformOfJson, s as platformSlug, t as parsePlatform } from "./platform-platform.js";
import { t as groupBy } from "./group-by.js";
import { a as handoverWay, c as recordFileName, i as refusingStrange, r as withRecords, s as parseArtifactName, t as findRecord } from "./commands-handover-registry.js";
import { i as parseStrictJson, n as parseFields } from "./oci-schema.js";
import { n as parseRecord, r as recordOfJson, t as maxRecordBytes } from "./handover-record.js";
import { o as parseDigest } from "./oci-digest.js";
import { r as parseLayoutReference, t as isLayout } from "./oci-layout-reference.js";
import { r as parseReference } from "./oci-reference.js";
import { a as assembleIndex, c as indexOfText, i as annotationsJson, o as chooseFormat, s as descriptorJson } from "./registry-copy-referrers.js";
import { i as parseManifest, n as isAttestation } from "./oci-manifest.js";
import { a as readSource, i as readEntries, n as imageSize, r as otherKinds, t as expandSource } from "./verify-source.js";
import { t as repositoryReader } from "./commands-repository-reader.js";
import { n as missesChild, t as RegistryError } from "./registry-errors.js";
import { n as inOrderOf, r as withoutRepeats, t as candidates } from "./verify-candidates.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { i as platformsText, n as platformJson, r as platformsMarkdown, t as attestationsCheck } from "./report-platforms.js";
import { n as isPullRequest } from "./github-environment.js";
import { n as placesOf, r as tagsOf } from "./commands-merge-target.js";
import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";

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
	const order = ordered(current.version, next.version, compareVersions);
	if (order !== void 0 && order < 0) return { back: `${current.version ?? ""} back to ${next.version ?? ""}` };
	if (current.revision !== void 0 && current.revision === next.revision) return "forward";
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

// src/handover/arch-tag-legs.ts
/** Of a run that was run again more often, no older attempts are asked for. */
const maxEarlier = 20;
/**
* The registry as the hand-over: for each platform, the arch tag that its leg pushed. A template with `{attempt}` gives a tag for
* each attempt, and a leg that was not run again has pushed that of an earlier one.
*/
function archTagLegs(platforms, repository, template, values) {
	return platforms.map((platform) => {
		const tagOf = (attempt) => archTag(template, {
			...values,
			platform,
			attempt
		});
		const ref = tagOf(values.attempt);
		const before = template.includes("{attempt}") ? Number(values.attempt) - 1 : 0;
		const earlier = Array.from({ length: Math.min(before, maxEarlier) }, (_, index) => before - index).map((attempt) => tagOf(String(attempt)));
		return {
			origin: `arch tag ${ref} for ${formatPlatform(platform)}`,
			claimed: platform,
			repository,
			ref,
			...earlier.length > 0 && { earlier },
			index: "leg"
		};
	});
}

// src/handover/artifacts.ts
const maxListBytes = 4194304;
/** The service lists no more of one run. */
const maxListed = 1e3;
/** A record is at most 16 KiB; the rest is what a zip has around a file. */
const maxZipBytes = 65536;
const attempts = 5;
const longestRetryAfterMs = 6e4;
const outage = "see https://www.githubstatus.com and run it again, or let handover be registry";
/**
* Reads the artifacts of this run, into memory. @actions/artifact, which makes them, unpacks to a folder by the names in
* the zip, reads however much there is, and does not tell which job made an artifact; so that reading is done here, with
* its requests. https://github.com/actions/toolkit/tree/main/packages/artifact
*/
var Artifacts = class {
	#service;
	#deps;
	constructor(service, deps) {
		this.#service = service;
		this.#deps = deps;
	}
	/** All artifacts of the run, of each of its attempts. @throws E_GITHUB, E_NETWORK */
	async list() {
		const what = "the list of artifacts";
		return this.#patiently(what, async () => {
			return (await this.#call(what, "ListArtifacts", this.#ids(this.#service.job))).get("artifacts").optional((all) => all.items(10 * 1e3).map(readListed)) ?? [];
		});
	}
	/** The bytes of its zip. @throws E_RECORD for one that no record is in, E_GITHUB, E_NETWORK */
	async read({ name, job, digest }) {
		const where = `artifact ${quote(name)}`;
		return this.#patiently(where, async () => {
			const signed = await this.#call(where, "GetSignedArtifactURL", {
				...this.#ids(job),
				name
			});
			const url = this.#signedUrl(either(signed, "signed_url"));
			const zip = await this.#send(where, {
				method: "GET",
				url,
				headers: {},
				maxBytes: maxZipBytes
			});
			const found = `sha256:${createHash("sha256").update(zip).digest("hex")}`;
			if (digest === void 0 || digest === found) return zip;
			throw new CodedError("E_DIGEST_MISMATCH", `${where} was to be ${show(digest)}, and is ${found}`, { hint: "run that leg again, and see which job made this artifact" });
		});
	}
	#ids(job) {
		return {
			workflow_run_backend_id: this.#service.run,
			workflow_job_run_backend_id: job
		};
	}
	/** https://twitchtv.github.io/twirp/docs/routing.html */
	async #call(what, method, message) {
		const { origin, token } = this.#service;
		const url = new URL(`/twirp/github.actions.results.api.v1.ArtifactService/${method}`, origin);
		const answer = await this.#send(what, {
			method: "POST",
			url,
			headers: {
				"content-type": "application/json",
				authorization: `Bearer ${token}`
			},
			body: Buffer.from(JSON.stringify(message)),
			maxBytes: maxListBytes
		});
		try {
			return parseFields(answer, `${what}, as ${url.host} tells it,`, { code: "E_GITHUB" });
		} catch (cause) {
			throw new Passing("E_GITHUB", toCodedError(cause).message, {
				hint: outage,
				cause
			});
		}
	}
	async #send(what, request) {
		const answer = await this.#answer(what, request);
		if (answer.status !== 200) throw refusal(what, request, answer);
		if (answer.body !== void 0) return answer.body;
		throw new CodedError("E_RECORD", `${what} is larger than ${request.maxBytes} bytes`, { hint: "it is not what a leg handed over; run that leg again, and see which job made this artifact" });
	}
	async #answer(what, request) {
		try {
			return await this.#deps.send(request);
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			throw new Passing("E_NETWORK", `${what}: ${request.url.host} gives no answer: ${show(why)}`, {
				hint: "let the runner reach that host, or let handover be registry",
				cause: error
			});
		}
	}
	#signedUrl(field) {
		const text = field.string();
		const url = URL.canParse(text) ? new URL(text) : void 0;
		if (url?.protocol !== "https:" && url?.protocol !== "http:") throw field.error("is not a web address");
		const signature = url.searchParams.get("sig") ?? "";
		for (const secret of /* @__PURE__ */ new Set([signature, encodeURIComponent(signature)])) if (secret !== "") this.#deps.log.secret(secret);
		return url;
	}
	async #patiently(what, work) {
		for (let attempt = 1;; attempt += 1) try {
			return await work();
		} catch (error) {
			if (!(error instanceof Passing) || attempt === attempts) throw error;
			const ms = Math.max(error.retryAfterMs ?? 0, 1e3 * 2 ** (attempt - 1));
			this.#deps.log.info(`${error.message}; trying ${what} again in ${ms / 1e3} s (${attempt} of ${attempts})`);
			await this.#deps.sleep(ms);
		}
	}
};
/** A failure that time may heal. */
var Passing = class extends CodedError {
	retryAfterMs;
	constructor(code, message, details) {
		super(code, message, details);
		this.retryAfterMs = details.retryAfterMs;
	}
};
function refusal(what, request, { status, retryAfter }) {
	const message = `${what}: ${request.url.host} answers ${status}`;
	const isRefused = status === 401 || status === 403;
	if (status === 408 || status === 429 || status >= 500) return new Passing("E_GITHUB", message, {
		hint: outage,
		retryAfterMs: waitOf(retryAfter)
	});
	if (isRefused && request.method === "GET") return new Passing("E_GITHUB", message, { hint: "see that this machine's clock is right and that no proxy changes addresses, or let handover be registry" });
	if (isRefused) return new CodedError("E_GITHUB", message, { hint: "the token that the runner gave to this job is not taken; run the job again, or let handover be registry" });
	return new CodedError("E_GITHUB", message, { hint: status === 404 ? "run that leg again, so that its record is there, or let handover be registry" : "see what stands between this runner and that host, or let handover be registry" });
}
/** Seconds; a date is as good as nothing. */
function waitOf(retryAfter) {
	return retryAfter !== void 0 && /^\d{1,6}$/u.test(retryAfter) ? Math.min(Number(retryAfter) * 1e3, longestRetryAfterMs) : void 0;
}
/** Twirp's JSON has names as in the protocol; other writers of it turn them into camel case. */
function either(message, name) {
	const field = message.get(name);
	return field.absent ? message.get(name.replace(/_([a-z])/gu, (_, letter) => letter.toUpperCase())) : field;
}
function readListed(artifact) {
	const id = either(artifact, "database_id");
	const text = typeof id.value === "number" ? String(id.value) : id.string({ maxLength: 20 });
	if (!/^\d{1,20}$/u.test(text)) throw id.error("is not a number");
	return {
		id: BigInt(text),
		name: artifact.get("name").string({ maxLength: 1024 }),
		job: either(artifact, "workflow_job_run_backend_id").string({ maxLength: 200 }),
		digest: artifact.get("digest").optional((digest) => digest.string({ maxLength: 200 }))
	};
}

// src/handover/leg.ts
/** The leg that handed this record over. @param origin where the record comes from, for people */
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

// src/handover/zip.ts
/** Where things stand in a zip. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16 */
const endRecord = {
	signature: 101010256,
	bytes: 22
};
const centralHeader = {
	signature: 33639248,
	bytes: 46
};
const localHeader = {
	signature: 67324752,
	bytes: 30
};
const maxCommentBytes = 65535;
/**
* The content of the one file that a zip holds, which must have this name: nothing is written anywhere, and neither more
* than `maxBytes` nor another file is read, whatever the zip claims.
* @param where for the error: `artifact "native-multiarch.0123456789ab.linux-arm64.1"`
* @throws E_RECORD
*/
function onlyFileOf(zip, name, maxBytes, where) {
	const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
	const refuse = (problem) => {
		throw new CodedError("E_RECORD", `${where} ${problem}`, { hint: "it is not what a leg handed over; run that leg again, and see which job made this artifact" });
	};
	try {
		const end = endOf(bytes) ?? refuse("is not a zip");
		const entries = bytes.readUInt16LE(end + 10);
		if (entries !== 1) refuse(`holds ${entries} files, and a record is one`);
		const entry = entryAt(bytes, bytes.readUInt32LE(end + 16)) ?? refuse("has no directory where it says");
		if (entry.name !== name) refuse(`holds ${quote(entry.name)}, and a record is ${name}`);
		if (entry.size > maxBytes) refuse(`holds a record of ${entry.size} bytes, more than ${maxBytes}`);
		const content = contentAt(bytes, entry, maxBytes) ?? refuse("is packed in a way that no record is packed in");
		if (content.length !== entry.size || crc32(content) !== entry.crc) refuse("is damaged: its file is not what its directory says");
		return content;
	} catch (error) {
		if (error instanceof CodedError) throw error;
		return refuse("is damaged");
	}
}
function endOf(bytes) {
	const last = bytes.length - endRecord.bytes;
	for (let at = last; at >= 0 && at >= last - maxCommentBytes; at -= 1) if (bytes.readUInt32LE(at) === endRecord.signature) return at;
}
function entryAt(bytes, at) {
	if (bytes.readUInt32LE(at) !== centralHeader.signature) return void 0;
	const nameBytes = bytes.readUInt16LE(at + 28);
	const name = at + centralHeader.bytes;
	return {
		isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
		method: bytes.readUInt16LE(at + 10),
		crc: bytes.readUInt32LE(at + 16),
		packed: bytes.readUInt32LE(at + 20),
		size: bytes.readUInt32LE(at + 24),
		offset: bytes.readUInt32LE(at + 42),
		name: bytes.toString("utf8", name, name + nameBytes)
	};
}
/** Stored or deflated; undefined for anything else. */
function contentAt(bytes, { offset, method, isEncrypted, packed }, max) {
	if (isEncrypted || bytes.readUInt32LE(offset) !== localHeader.signature) return void 0;
	const start = offset + localHeader.bytes + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
	const data = bytes.subarray(start, start + packed);
	if (method === 0) return data;
	return method === 8 ? inflateRawSync(data, { maxOutputLength: max }) : void 0;
}
/** zlib.crc32 is not in every Node that we run on. */
function crc32(bytes) {
	let crc = 4294967295;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit += 1) crc = crc >>> 1 ^ 3988292384 & -(crc & 1);
	}
	return (crc ^ 4294967295) >>> 0;
}

// src/handover/artifact-legs.ts
/**
* The legs of this run that handed a record over as an artifact: of each platform the newest attempt, so that a leg that
* was run again counts with its siblings of the first attempt. Of two jobs that made the same platform in one attempt both
* count, and the set is found to be wrong.
* @throws E_GITHUB, E_NETWORK where the service can't be asked
*/
async function artifactLegs(artifacts, list, run, log) {
	const listed = await artifacts.list();
	if (listed.length >= 1e3) log.warning(`this run has ${listed.length} artifacts, and the service lists no more than ${maxListed}: a record may be among the others`);
	const sorted = listed.flatMap((artifact) => {
		const name = parseArtifactName(list, artifact.name);
		return name === void 0 ? [] : [{
			...name,
			artifact
		}];
	}).sort((a, b) => a.artifact.name < b.artifact.name ? -1 : 1);
	const newest = [...groupBy(sorted, ({ platform }) => platform).values()].flatMap((all) => newestOf(all, log));
	const read = await Promise.all(newest.map(async (one) => {
		const origin = `artifact ${one.artifact.name}`;
		try {
			return legOfRecord(await readRecord(artifacts, one, list, run, origin), origin);
		} catch (error) {
			return {
				platform: one.platform,
				origin,
				problem: toCodedError(error)
			};
		}
	}));
	return {
		legs: read.filter((each) => "index" in each),
		bad: read.filter((each) => "problem" in each)
	};
}
/** Of one platform: of its newest attempt the last artifact of each job. */
function newestOf(all, log) {
	const attempt = Math.max(...all.map((one) => one.attempt));
	const kept = [...groupBy(all.filter((one) => one.attempt === attempt), ({ artifact }) => artifact.job).values()].map((own) => own.reduce((a, b) => b.artifact.id > a.artifact.id ? b : a));
	for (const { artifact } of all.filter((one) => !kept.includes(one))) log.info(`artifact ${show(artifact.name)} is left aside: ${kept.map((one) => one.artifact.name).join(", ")} is newer`);
	return kept;
}
async function readRecord(artifacts, { artifact, platform, attempt }, list, run, origin) {
	const zip = await artifacts.read(artifact);
	const record = parseRecord(onlyFileOf(zip, recordFileName, maxRecordBytes, origin), `the record in ${origin}`);
	const said = record.run;
	const wrong = [
		differs("image", record.image.name, list.image.name),
		differs("platform", platformSlug(record.platform), platform),
		differs("run", said?.id, run.id),
		differs("repository", said?.repository, run.repository),
		differs("attempt", said?.attempt, attempt),
		said?.job === artifact.job ? void 0 : "was made by another job than the leg that it tells of",
		run.attempt !== void 0 && attempt > run.attempt ? `is of attempt ${attempt}, and this is attempt ${run.attempt}` : void 0
	].filter((problem) => problem !== void 0);
	if (wrong.length > 0) throw new CodedError("E_RECORD", `${origin} ${wrong.join(", ")}`, { hint: "it is not what a leg of this run handed over; see which job made this artifact, and run the leg again" });
	if (run.sha === void 0 || said?.sha === run.sha) return record;
	throw new CodedError("E_REVISION_MISMATCH", `${origin} (${formatPlatform(record.platform)}) is of commit ${show(said?.sha ?? "unknown")}, not ${run.sha}`, { hint: "run that leg again for this commit" });
}
function differs(what, said, is) {
	if (is === void 0 || said === is) return void 0;
	return said === void 0 ? `names no ${what}` : `says ${what} ${quote(String(said))}, not ${quote(String(is))}`;
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
		else legs.push(inEntry(origin, () => namedLeg(text, repository, origin)));
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
/** What can't be read of the value itself is wrong use, told with its entry. */
function inEntry(origin, read) {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		const message = error.message.startsWith(origin) ? error.message : `${origin}: ${error.message}`;
		throw new CodedError(error.code, message, {
			...error.hint !== void 0 && { hint: error.hint },
			cause: error,
			usage: true
		});
	}
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
	const inFolder = parseLayoutReference(target);
	if (inFolder !== void 0) {
		const { repository: folder, digest, tag } = inFolder;
		return {
			origin,
			claimed,
			repository: folder,
			ref: digest ?? tag ?? "",
			index
		};
	}
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

// src/oci/index-edit.ts
/** The entries of an index that {@link parseManifest} has accepted, each as it is written there. */
function entryTexts({ bytes }) {
	return itemsOf(membersOf(decode(bytes)).get("manifests") ?? "[]");
}
/**
* An index with other entries, and everything else as it is written in the one that it is made from, members that we do
* not know included.
* @throws E_MANIFEST over 4 MiB
*/
function editIndex(published, { mediaType, entries, annotations }) {
	const before = membersOf(decode(published.bytes));
	const changed = /* @__PURE__ */ new Map([["mediaType", JSON.stringify(mediaType)], ["manifests", `[${entries.join(",")}]`]]);
	const told = annotations === void 0 ? before.get("annotations") : annotationsJson(annotations);
	if (told !== void 0) changed.set("annotations", told);
	const kept = [...before].filter(([key]) => key !== "annotations" || told !== void 0);
	const members = new Map(kept.flatMap(([key, text]) => {
		const own = [[key, changed.get(key) ?? text]];
		return key === "schemaVersion" && !before.has("mediaType") ? [...own, ["mediaType", JSON.stringify(mediaType)]] : own;
	}));
	for (const [key, text] of changed) if (!members.has(key)) members.set(key, text);
	const text = `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
	return indexOfText(text, mediaType);
}
function decode(bytes) {
	return Buffer.from(bytes).toString("utf8");
}
function membersOf(text) {
	const members = /* @__PURE__ */ new Map();
	let at = skipSpace(text, text.indexOf("{") + 1);
	while (text[at] === "\"") {
		const keyEnd = endOfValue(text, at);
		const start = skipSpace(text, text.indexOf(":", keyEnd) + 1);
		const end = endOfValue(text, start);
		members.set(JSON.parse(text.slice(at, keyEnd)), text.slice(start, end));
		at = next(text, end);
	}
	return members;
}
function itemsOf(text) {
	const items = [];
	if (!text.startsWith("[")) return items;
	for (let at = skipSpace(text, 1); at < text.length && text[at] !== "]";) {
		const end = endOfValue(text, at);
		items.push(text.slice(at, end));
		at = next(text, end);
	}
	return items;
}
/** Past the comma that may follow a value. */
function next(text, end) {
	const at = skipSpace(text, end);
	return text[at] === "," ? skipSpace(text, at + 1) : at;
}
function skipSpace(text, from) {
	let at = from;
	while (/[ \t\r\n]/.test(text.charAt(at))) at++;
	return at;
}
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/suy;
const scalar = /[^,\]}\s]+/uy;
/** Where the value that begins here ends. The text is JSON: that was checked before. */
function endOfValue(text, start) {
	let depth = 0;
	for (let at = start; at < text.length;) {
		const character = text.charAt(at);
		if (character === "{" || character === "[") depth++;
		else if (character === "}" || character === "]") depth--;
		at = character === "\"" ? match(string, text, at) : /[{}[\],:\s]/.test(character) ? at + 1 : match(scalar, text, at);
		if (depth === 0) return at;
	}
	return text.length;
}
function match(pattern, text, at) {
	pattern.lastIndex = at;
	return at + Math.max(1, pattern.exec(text)?.[0].length ?? 1);
}

// src/commands/merge-base.ts
/** Whether a published list is to be changed, and not made from what the legs left alone. */
function changesPublished(inputs) {
	return inputs.append || inputs["remove-platforms"].length > 0 && inputs.records.length === 0;
}
/**
* Reads the list that the first tag of each image holds, of the tags that exist. All images have to hold the same.
* @throws E_NOT_FOUND where there is none; E_DIGEST_MISMATCH where images disagree
*/
async function readBase(targets, held, registry) {
	const first = publishedTag(targets, held);
	const name = tagName(first);
	const reader = repositoryReader(registry, first.repository);
	const manifest = first.manifest ?? await reader.manifest(first.held);
	if (manifest === void 0) throw new CodedError("E_NOT_FOUND", `${name} holds ${first.held}, which the registry does not have`, { hint: "run the merge again; if it goes on tell whoever runs the registry" });
	const { repository } = first;
	const parsed = parseManifest(manifest);
	if (parsed.kind === "index") {
		const texts = entryTexts(manifest);
		const found = await readEntries(reader, parsed, name, otherKinds);
		return {
			name,
			repository,
			manifest,
			index: parsed,
			entries: parsed.manifests.map((descriptor, position) => {
				const [text, part] = [texts[position], found[position]];
				if (text === void 0 || part === void 0) throw new TypeError(`${name} has no entry ${position} in its text`);
				return {
					...part,
					text,
					descriptor
				};
			})
		};
	}
	const source = await expandSource(reader, manifest, name);
	return {
		name,
		repository,
		manifest,
		index: void 0,
		entries: source.images.map((image) => {
			const descriptor = {
				...image.descriptor,
				platform: platformToJson(image.config)
			};
			return {
				...source,
				text: descriptorJson(descriptor),
				descriptor
			};
		})
	};
}
function publishedTag(targets, held) {
	const tags = targets.flatMap(({ image }) => {
		return held.filter(({ repository }) => repository.name === image.name).flatMap((tag) => tag.held === void 0 ? [] : [{
			...tag,
			held: tag.held
		}]).slice(0, 1);
	});
	const [first, ...others] = tags;
	if (first === void 0) {
		const why = held.length === 0 ? "tags names none" : `nothing stands at ${held.map(tagName).join(", ")}`;
		throw new CodedError("E_NOT_FOUND", `there is no published list to change: ${why}`, { hint: "name a tag that holds the list; to publish a new one, leave append and remove-platforms out" });
	}
	if (others.every((tag) => tag.held === first.held)) return first;
	const each = tags.map((tag) => `${tagName(tag)} holds ${tag.held}`).join(", ");
	throw new CodedError("E_DIGEST_MISMATCH", `the images do not hold the same list: ${each}`, { hint: "publish one of the lists to all of them first, or change them one by one" });
}

// src/commands/handover-find.ts
/** What the legs made: what `records` names, and nothing else; without any, what the legs handed over. */
async function findLegs(inputs, repository, tag, deps) {
	if (inputs.records.length > 0) {
		const named = await explicitLegs(inputs.records, repository, deps.files);
		return {
			legs: refusingStrange(named, inputs, deps.github, deps.log),
			explicit: true,
			where: "records"
		};
	}
	if (changesPublished(inputs) && !inputs.append) return {
		legs: [],
		explicit: true,
		where: "records"
	};
	if (inputs.handover === "none") throw new CodedError("E_INPUT", "handover is none and records names nothing", { hint: "name what the legs made in records, or let handover be auto, artifact or registry" });
	if (isLayout(repository)) throw new CodedError("E_INPUT", "neither images nor records says where the legs are", { hint: "set images, to whose first the legs push, or name what the legs made in records" });
	const search = searchOf(inputs, repository, tag ?? "latest", deps);
	const way = handoverWay(inputs.handover, deps.env);
	const why = way.way === "none" || way.why === void 0 ? "" : `: ${way.why}`;
	if (way.way === "artifact") {
		deps.log.info(`legs are looked for among the artifacts of this run${why}`);
		return fromArtifacts(search, way.service, deps);
	}
	if (inputs["arch-tag"] === "none") throw new CodedError("E_INPUT", "arch-tag is none and records names nothing", { hint: "legs that push by digest alone have to be named in records, or hand over as artifacts" });
	deps.log.info(`legs are looked for by their arch tags${why}`);
	return fromTags(tagLegs(search, platformsOf$1(inputs)));
}
function searchOf(inputs, repository, tag, { github }) {
	return {
		inputs,
		repository,
		values: {
			tag,
			sha: github.sha,
			run: github.runId,
			attempt: github.runAttempt?.toString()
		}
	};
}
function platformsOf$1({ platforms }) {
	return platforms.map((row) => row.platform);
}
function tagLegs({ inputs, repository, values }, platforms) {
	return archTagLegs(platforms, repository, inputs["arch-tag"], values);
}
function fromTags(legs) {
	return {
		legs,
		explicit: false,
		where: `the arch tags (looked for: ${legs.map((leg) => leg.ref).join(", ")}${legs.some(({ earlier }) => earlier !== void 0) ? ", and those of earlier attempts" : ""})`
	};
}
/**
* The artifacts of this run. With `auto` a leg that could not hand its record over, or whose record the service does not give
* out, is looked for by its arch tag, which is bound to the commit by its label.
*/
async function fromArtifacts(search, service, deps) {
	const { inputs, repository, values } = search;
	const { github } = deps;
	const artifacts = new Artifacts(service, deps);
	const run = {
		id: github.runId,
		attempt: github.runAttempt,
		sha: github.sha,
		repository: github.repository
	};
	const log = once(deps.log, /* @__PURE__ */ new Set());
	const falls = inputs.handover === "auto" && inputs["arch-tag"] !== "none";
	const look = async () => {
		const looked = artifactLegs(artifacts, {
			image: repository,
			tag: values.tag
		}, run, log);
		const found = falls ? await withinReach(looked, log) : {
			...await looked,
			asked: true
		};
		const legs = [...found.legs.map((leg) => anchored(leg, search)), ...found.bad.map((bad) => badLeg(bad, search))];
		const unheard = platformsOf$1(inputs).filter((platform) => !legs.some(({ claimed }) => claimed !== void 0 && isWanted(platform, claimed)));
		const others = falls ? tagLegs(search, unheard).map((leg) => found.asked ? {
			...leg,
			unheard: "fallback"
		} : leg) : unheard.map((platform) => absentLeg(platform, repository));
		if (falls && others.length > 0) log.info(`no artifact of this run is a record for ${unheard.map(formatPlatform).join(", ")}; looking for ${others.map(({ ref }) => ref).join(", ")}`);
		const tags = falls && others.length > 0 ? fromTags(others).where : void 0;
		const where = `the artifacts of this run${tags === void 0 ? "" : ` and ${tags}`}`;
		return {
			legs: [...legs, ...others],
			explicit: false,
			where,
			refresh: look
		};
	};
	return look();
}
/** What the service gives out; what it refuses, or can't be asked for, is told and left to the registry. */
async function withinReach(looked, log) {
	try {
		const { legs, bad } = await looked;
		for (const { problem } of bad.filter(isOutOfReach)) log.warning(`${problem.code}: ${problem.message}; its arch tag in the registry is looked for instead`);
		return {
			legs,
			bad: bad.filter((one) => !isOutOfReach(one)),
			asked: true
		};
	} catch (error) {
		const problem = toCodedError(error);
		if (!isOutOfReach({ problem })) throw error;
		log.warning(`${problem.code}: ${problem.message}; the arch tags in the registry are looked for instead`);
		return {
			legs: [],
			bad: [],
			asked: false
		};
	}
}
function isOutOfReach({ problem: { code } }) {
	return code === "E_GITHUB" || code === "E_NETWORK";
}
/** A log in which nothing is told twice, however often one looks. */
function once(log, told) {
	const isNew = (line) => told.size < told.add(line).size;
	return {
		...log,
		info: (line) => {
			if (isNew(line)) log.info(line);
		},
		warning: (line) => {
			if (isNew(line)) log.warning(line);
		}
	};
}
/** With the tag that this leg pushed, in its own attempt. */
function anchored(leg, { inputs, values }) {
	if (inputs["arch-tag"] === "none" || leg.claimed === void 0 || leg.record?.pushed === false) return leg;
	const attempt = leg.record?.run?.attempt?.toString() ?? values.attempt;
	return {
		...leg,
		anchor: archTag(inputs["arch-tag"], {
			...values,
			platform: leg.claimed,
			attempt
		})
	};
}
function badLeg({ platform: slug, origin, problem }, { inputs, repository }) {
	return {
		origin,
		claimed: platformsOf$1(inputs).find((platform) => platformSlug(platform) === slug),
		repository,
		ref: "",
		index: "leg",
		problem
	};
}
function absentLeg(platform, repository) {
	return {
		origin: `the artifacts of this run, for ${formatPlatform(platform)}`,
		claimed: platform,
		repository,
		ref: "",
		index: "leg",
		unheard: "absent"
	};
}
/** What claims alone show of the set: a platform that is missing, doubled or not asked for. Empty where a leg claims nothing. */
function claimErrors({ legs, explicit, where }, inputs) {
	const heard = legs.filter(({ unheard }) => unheard === void 0);
	const claimed = heard.flatMap(({ claimed: platform, ref, origin }) => platform === void 0 ? [] : [{
		platform,
		digest: ref,
		origin
	}]);
	return (explicit || heard.some(({ record }) => record !== void 0)) && claimed.length === heard.length ? checkPlatformSet(inputs.platforms, claimed, where) : [];
}
/** Promise 8: where no leg pushed, as on a pull request, there is nothing to publish and nothing wrong. */
function nothingPushed({ legs }) {
	const heard = legs.filter(({ unheard }) => unheard === void 0);
	return heard.length > 0 && heard.every((leg) => leg.record?.pushed === false);
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

// src/commands/merge-children.ts
/**
* The same verbs, for a registry that refuses an index because it does not find a manifest that it has just shown to us: it cleaned
* up meanwhile, or only one of its replicas has it. The manifests that the index lists are pushed again, then the index; once for
* each repository.
* @throws what the registry said to the index, with the manifests that could not be pushed again
*/
function pushingChildrenAgain(verbs, index, set, log) {
	const listing = Buffer.from(index.bytes).toString("utf8");
	const children = childrenOf(set).filter(({ bytes }) => listing.includes(bytes.digest));
	const done = /* @__PURE__ */ new Set();
	return {
		headManifest: async (repository, reference) => verbs.headManifest(repository, reference),
		getManifest: async (repository, reference) => verbs.getManifest(repository, reference),
		putManifest: async (repository, reference, manifest) => {
			try {
				return await verbs.putManifest(repository, reference, manifest);
			} catch (error) {
				if (manifest.digest !== index.digest || !missesChild(error) || done.has(repository.name)) throw error;
				done.add(repository.name);
				log.info(`${error.message}: what it lists is pushed again`);
				await pushAgain(verbs, repository, children, error);
				return verbs.putManifest(repository, reference, manifest);
			}
		}
	};
}
/** All that was read of the list: what legs made, and what is kept of a published one. */
function childrenOf({ entries, attestations, change }) {
	const kept = change?.changed.base.entries.flatMap((entry) => entry.attestations) ?? [];
	return [...entries.map(({ image, platform }) => ({
		name: formatPlatform(platform),
		bytes: image.bytes
	})), ...[...attestations, ...kept].map(({ bytes, subject }) => ({
		name: `the attestation of ${subject}`,
		bytes
	}))];
}
async function pushAgain(verbs, repository, children, refusal) {
	const problems = (await Promise.all(children.map(async ({ name, bytes }) => {
		try {
			await verbs.putManifest(repository, bytes.digest, bytes);
			return [];
		} catch (error) {
			return [`${name} (${bytes.digest}) can't be pushed there again: ${toCodedError(error).message}`];
		}
	}))).flat();
	if (problems.length === 0) return;
	throw refusal.with({
		message: `${refusal.message}; ${problems.join("; ")}`,
		hint: "its layers are gone as well, as after a clean-up: run that leg again, then the merge"
	});
}

// src/commands/merge-entry.ts
/** The entry of an image as the list is to have it: what led to the image, its config's platform, and what is asked for. */
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
/** Whether an entry needs no change to say what is asked for. */
function saysAll(entry, { annotations, platform }, inputs) {
	const row = rowOf(entry, inputs);
	return entryAnnotations(entry, inputs).every(([key, value]) => annotations?.[key] === value) && (!changesPlatform(row) || sameJson(platformOf(entry, row), platform));
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
function sameJson(wanted, said) {
	const sorted = (platform) => JSON.stringify(Object.entries(platform).sort());
	return said !== void 0 && sorted(wanted) === sorted(said);
}
/** What the table and `annotations` ask for on the entry of one platform. */
function entryAnnotations(entry, inputs) {
	return [...Object.entries(rowOf(entry, inputs)?.entry.annotations ?? {}), ...inputs.annotations.filter(({ on, platform }) => on === "descriptor" && (platform === void 0 || isWanted(platform, entry.platform))).map(({ key, value }) => [key, value])];
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

// src/commands/merge-removal.ts
/** Whether an image is what an item of `remove-platforms` names. */
function isRemoved({ digest, platform }, image) {
	if (platform !== void 0) return isWanted(platform, image.said ?? image.platform);
	return image.descriptor.digest === digest;
}
/** The digests of all that `remove-platforms` names: of images, or of anything else by its digest. */
function removedDigests(removals, { images, attestations, others }) {
	const named = new Set(removals.flatMap(({ digest }) => digest ?? []));
	const rest = [...attestations, ...others].map(({ descriptor }) => descriptor.digest);
	return /* @__PURE__ */ new Set([...images.filter((image) => removals.some((removal) => isRemoved(removal, image))).map(({ descriptor }) => descriptor.digest), ...rest.filter((digest) => named.has(digest))]);
}
/** An item that names nothing is a mistake, or was done before. */
function removalErrors(removals, found, where) {
	return removals.filter((removal) => removedDigests([removal], found).size === 0).map(({ text, platform }) => new CodedError(platform === void 0 ? "E_NOT_FOUND" : "E_PLATFORM_MISSING", `${text} is to be removed and is not in ${where}`, { hint: "see what is there with inspect, and correct remove-platforms" }));
}
/** What the legs brought, without what is to be removed and what was said about that. */
function withoutRemoved(legs, removals) {
	if (removals.length === 0) return {
		legs,
		errors: []
	};
	const all = {
		images: legs.flatMap(({ source }) => source.images),
		attestations: legs.flatMap(({ source }) => source.attestations),
		others: legs.flatMap(({ source }) => source.others)
	};
	const removed = removedDigests(removals, all);
	const stays = ({ descriptor }) => !removed.has(descriptor.digest);
	return {
		legs: legs.map(({ leg, source }) => ({
			leg,
			source: {
				...source,
				images: source.images.filter(stays),
				attestations: source.attestations.filter((each) => stays(each) && !removed.has(each.subject)),
				others: source.others.filter(stays)
			}
		})),
		errors: removalErrors(removals, all, "records")
	};
}

// src/commands/merge-change.ts
/**
* Puts what the legs made into the published list: in the place of the same platform, else behind the images. An image that
* goes takes along what is attested of it; everything else is kept.
* @param saysAll whether a published entry says all that is asked for an image already
* @throws everything that is wrong with the list that comes out
*/
function changeBase(base, fresh, inputs, saysAll) {
	const removals = inputs["remove-platforms"];
	const all = {
		images: base.entries.flatMap((entry) => entry.images),
		attestations: base.entries.flatMap((entry) => entry.attestations),
		others: base.entries.flatMap((entry) => entry.others)
	};
	const removed = removedDigests(removals, all);
	const goes = (entry) => removed.has(entry.descriptor.digest) || entry.images.length > 0 && entry.images.every(({ descriptor }) => removed.has(descriptor.digest));
	const replacing = (entry) => fresh.entries.filter((one) => entry.images.some((image) => replaces(one, image, inputs)));
	const lost = lostSubjects(base, base.entries.filter((entry) => !goes(entry) && replacing(entry).length === 0), fresh);
	const placed = [];
	const placedImages = /* @__PURE__ */ new Set();
	for (const entry of base.entries) {
		if (goes(entry) || entry.attestations.some(({ subject }) => lost.has(subject))) continue;
		const heirs = replacing(entry);
		const same = heirs.find((one) => one.digest === entry.descriptor.digest && saysAll(one, entry));
		if (heirs.length === 0 || same !== void 0) placed.push({ kept: entry });
		for (const image of heirs) {
			if (image !== same && !placedImages.has(image)) placed.push({ image });
			placedImages.add(image);
		}
	}
	insertBehindImages(placed, fresh.entries.filter((image) => !placedImages.has(image)));
	const listed = new Set(base.entries.map(({ descriptor }) => descriptor.digest));
	for (const attestation of fresh.attestations) if (!listed.has(attestation.descriptor.digest)) placed.push({ attestation });
	const images = placed.flatMap((each) => imagesOf(each, base));
	const errors = [
		...removalErrors(removals, all, base.name),
		...contradictions(fresh.entries, inputs),
		...partlyChanged(base, removed, inputs, fresh.entries),
		...resultErrors(base, placed, images, inputs)
	];
	if (errors.length > 0) throw joinErrors(errors);
	return {
		base,
		placed,
		images,
		warnings: [...unchecked(base, placed), ...mixedCommits(images, base)]
	};
}
/** Two images stand for each other where one row of `platforms` names both. */
function replaces(fresh, published, inputs) {
	const platform = published.said ?? published.platform;
	return inputs.platforms.some((row) => isWanted(row.platform, fresh.platform) && isWanted(row.platform, platform));
}
/** Images that are no longer in the list, so that what is attested of them goes too. */
function lostSubjects(base, left, fresh) {
	const digestsOf = (entries) => entries.flatMap((entry) => entry.images.map(({ descriptor }) => descriptor.digest));
	const stay = /* @__PURE__ */ new Set([...digestsOf(left), ...fresh.entries.map(({ digest }) => digest)]);
	return new Set(digestsOf(base.entries).filter((digest) => !stay.has(digest)));
}
/** Attestations stand last, as every tool writes them. */
function insertBehindImages(placed, images) {
	const last = placed.findLastIndex((each) => "image" in each || "kept" in each && each.kept.attestations.length === 0);
	placed.splice(last + 1, 0, ...images.map((image) => ({ image })));
}
function imagesOf(placed, base) {
	if ("image" in placed) return [placed.image];
	if (!("kept" in placed)) return [];
	return placed.kept.images.map((image) => ({
		platform: image.said ?? image.platform,
		digest: image.descriptor.digest,
		origin: base.name,
		image,
		claimed: void 0
	}));
}
function contradictions(fresh, inputs) {
	return fresh.flatMap(({ image, platform }) => inputs["remove-platforms"].filter((removal) => isRemoved(removal, {
		...image,
		said: platform
	})).map(({ text }) => new CodedError("E_INPUT", `${formatPlatform(platform)} is to be added, and ${text} to be removed`, { hint: "take it out of platforms or out of remove-platforms" })));
}
/** An index within the list is kept or goes as a whole. */
function partlyChanged(base, removed, inputs, fresh) {
	return base.entries.filter((entry) => {
		const changed = entry.images.filter((image) => removed.has(image.descriptor.digest) || fresh.some((one) => replaces(one, image, inputs)));
		return changed.length > 0 && changed.length < entry.images.length;
	}).map(({ descriptor }) => new CodedError("E_UNSUPPORTED", `${descriptor.digest} in ${base.name} is an index of its own, and only a part of it would change`, { hint: "publish the list anew from its images" }));
}
function resultErrors(base, placed, images, inputs) {
	const kept = placed.flatMap((each) => "kept" in each ? each.kept.images : []);
	return [...images.length === 0 ? [new CodedError("E_PLATFORM_MISSING", `no image would be left of ${base.name}`, { hint: "keep one; a list of nothing is no list" })] : checkPlatformSet(inputs.append ? [] : inputs.platforms, images, base.name, { allowExtra: inputs.append }), ...kept.flatMap((image) => checkImagePlatform(image, void 0, base.name))];
}
function unchecked(base, placed) {
	return placed.flatMap((each) => "kept" in each ? each.kept.others : []).map(({ descriptor, problem }) => `${descriptor.digest} is kept in the list of ${base.name} and was not checked: ${problem.message}`);
}
/** A list may hold images of several commits once something was replaced in it; somebody should know. */
function mixedCommits(images, base) {
	const labels = images.flatMap(({ image }) => image.config.labels["org.opencontainers.image.revision"] ?? []);
	const commits = [...new Set(labels)];
	return commits.length < 2 ? [] : [`the list of ${base.name} now holds images of different commits: ${commits.join(", ")}`];
}

// src/commands/merge-legs.ts
/**
* Promises 1 and 2: the set is exactly the one asked for, each config bears its claim out, all are of one commit.
* @throws everything that is wrong, what is wrong with the set first
*/
function proveSet(found, read, inputs, github) {
	const failures = failedLegs(found, read, inputs);
	const there = read.filter((leg) => leg !== void 0 && !(leg instanceof CodedError));
	const removals = inputs.append ? [] : inputs["remove-platforms"];
	const { legs, errors: removalErrors } = withoutRemoved(there, removals);
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
		...removalErrors,
		...mismatches.flatMap(({ error, stands }) => stands ? [] : [error]),
		...revisions.errors
	];
	if (errors.length > 0) throw joinErrors(errors);
	const entries = inOrderOf(inputs.platforms.map((row) => row.platform), all);
	const digests = new Set(entries.map((entry) => entry.digest));
	const attested = inputs.attestations === "strip" ? [] : legs;
	const overrides = mismatches.map(({ error }) => `override: ${error.message}; it is listed all the same`);
	return {
		entries,
		attestations: attested.flatMap(({ source }) => source.attestations).filter(({ subject }) => digests.has(subject)),
		legs,
		warnings: [
			...revisions.warnings,
			...overrides,
			...attested.flatMap(orphanWarnings)
		],
		reduced: removals.length > 0
	};
}
/** Legs that can't be read, that pushed nothing, or that are not there although somebody named them. */
function failedLegs(found, read, inputs) {
	return found.legs.flatMap((leg, index) => {
		const what = read[index];
		if (what instanceof CodedError) return [{
			leg,
			error: what
		}];
		if (leg.record?.pushed === false) return [{
			leg,
			error: notPushed(leg)
		}];
		const named = found.explicit || leg.record !== void 0;
		return what === void 0 && named && !mayBeMissing(leg, inputs) ? [{
			leg,
			error: notFound(leg)
		}] : [];
	});
}
/** Where nothing but the published list is looked at. */
const emptySet = {
	entries: [],
	attestations: [],
	legs: [],
	warnings: []
};
/** Images whose contents are checked: the new ones, since what is published was checked then; with `check: full` all of them. */
function checkedEntries({ entries, change }, inputs) {
	return inputs.check === "full" ? entries : change?.fresh ?? entries;
}
/** The proven set within the published list, where that is what is changed. */
function withBase(set, base, inputs) {
	const changed = changeBase(base, set, inputs, (image, entry) => saysAll(image, entry.descriptor, inputs));
	const warnings = [...set.warnings, ...changed.warnings];
	return {
		...set,
		entries: changed.images,
		warnings,
		change: {
			changed,
			fresh: set.entries
		}
	};
}
/** An attestation is kept beside the image that it is about; one about an image that is not there is about nothing. */
function orphanWarnings({ leg, source }) {
	if (leg.index === "all") return [];
	const there = new Set(source.images.map(({ descriptor }) => descriptor.digest));
	return source.attestations.filter(({ subject }) => !there.has(subject)).map(({ descriptor, subject }) => `${leg.origin}: the attestation ${descriptor.digest} is about ${subject}, which is not there; it is left out`);
}
/** A leg that could not be read is told as what it is, not as a missing platform as well. */
function setErrors(found, all, failures, inputs) {
	const unread = failures.flatMap(({ leg: { claimed, ref, origin } }) => claimed === void 0 ? [] : [{
		platform: claimed,
		digest: ref,
		origin
	}]);
	const errors = checkPlatformSet(inputs.platforms, [...all, ...unread], found.where);
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
/** The commit that a leg is of, where that is known to be another: an arch tag that an earlier run left behind. */
function otherCommit(leg, sha) {
	const labels = revisionClaims(leg).flatMap(({ label }) => label ?? []);
	return sha !== void 0 && labels.every((label) => label !== sha) ? labels[0] : void 0;
}
/** manifest-tool's --ignore-missing: what its spec names and `platforms` marks with a `?`. */
function mayBeMissing({ claimed }, inputs) {
	const row = inputs.platforms.find(({ platform }) => claimed !== void 0 && isWanted(platform, claimed));
	return inputs.spec !== void 0 && row?.required === false;
}
function notFound(leg) {
	const claimed = leg.claimed === void 0 ? "" : ` for ${formatPlatform(leg.claimed)}`;
	return new CodedError("E_NOT_FOUND", `${leg.repository.name} has no ${leg.ref}${claimed} (${leg.origin})`, { hint: "see that the leg pushed it, and that no clean-up has removed it since" });
}
function notPushed({ origin, claimed }) {
	const what = claimed === void 0 ? "the image" : formatPlatform(claimed);
	return new CodedError("E_RECORD", `${origin}: ${what} was built and not pushed, and other legs pushed`, { hint: "give all legs the same push and dry-run, and run that leg again" });
}
/** The repository that an entry was read from. */
function repositoryOf(digest, { legs, change }) {
	return legs.find(({ source }) => [...source.images, ...source.attestations].some(({ descriptor }) => descriptor.digest === digest))?.leg.repository ?? change?.changed.base.repository;
}
/** The record of the leg that an entry came from, if it handed one over. */
function recordOf(entry, { legs }) {
	return legs.find(({ leg }) => leg.record !== void 0 && isWanted(leg.record.platform, entry.platform))?.leg.record;
}

// src/commands/merge-copy.ts
/**
* What has to come into each repository where the index will stand, since an index may only refer to what is beside it.
* An index that keeps its own bytes is brought whole, whatever it holds; so is a published list of which entries are kept
* that nobody understands.
*/
function neededCopies(set, index, targets) {
	const [only] = set.legs;
	const { base, placed = [] } = set.change?.changed ?? {};
	if (base === void 0 && only?.source.manifest.digest === index.digest) return toEach(targets, only.leg.repository, only.source.manifest);
	const kept = placed.flatMap((each) => "kept" in each ? [each.kept] : []);
	const opaque = kept.some((entry) => entry.others.length > 0 || entry.images.length > 1);
	const attestations = [...set.attestations, ...kept.flatMap((entry) => entry.attestations)];
	const single = [...set.entries.map((entry) => entry.image), ...attestations].flatMap(({ descriptor, bytes }) => {
		const from = repositoryOf(descriptor.digest, set);
		return from === void 0 ? [] : toEach(targets, from, bytes);
	});
	return [...base !== void 0 && opaque ? toEach(targets, base.repository, base.manifest) : [], ...single];
}
function toEach(targets, from, manifest) {
	return targets.filter((to) => to.name !== from.name).map((to) => ({
		from,
		to,
		manifest
	}));
}
/** Brings everything that is needed. Nothing that this does can be seen under a tag. */
async function copyAll(copies, referrers, copy, log) {
	if (copies.length === 0) return;
	const names = [...new Set(copies.map(({ to }) => to.name))].join(", ");
	await log.group(`Copying ${copies.length === 1 ? "1 manifest and what it refers to" : `${copies.length} manifests and what they refer to`} into ${names}`, async () => {
		await settleAll(copies.map(async (each) => copy({
			...each,
			referrers
		})));
	});
}

// src/commands/merge-fallback.ts
/** Statuses that registries give to a kind of manifest which they do not know: distribution and others 400, ECR 405, old Gitea 404. */
const refusing = [
	400,
	404,
	405,
	406,
	415,
	422
];
/** Error codes that come with the same statuses and mean something else. */
const otherTroubles = [
	"BLOB_UNKNOWN",
	"DENIED",
	"DIGEST_INVALID",
	"MANIFEST_BLOB_UNKNOWN",
	"MANIFEST_UNKNOWN",
	"NAME_INVALID",
	"NAME_UNKNOWN",
	"SIZE_INVALID",
	"TAG_INVALID",
	"UNAUTHORIZED"
];
/** Remembers how the pushes of one index by its digest failed. */
var IndexPushes = class {
	#index;
	#failures = [];
	constructor({ index }) {
		this.#index = index;
	}
	/** A refusal counts once it was said twice: what a gateway says once, of whatever it is, must not decide what is published. */
	watch = (verbs) => {
		return {
			headManifest: async (repository, reference) => verbs.headManifest(repository, reference),
			getManifest: async (repository, reference) => verbs.getManifest(repository, reference),
			putManifest: async (repository, reference, manifest) => {
				if (reference !== this.#index.digest) return verbs.putManifest(repository, reference, manifest);
				const put = async () => verbs.putManifest(repository, reference, manifest);
				try {
					return await put().catch(async (error) => {
						if (isRefusal(error)) return put();
						throw error;
					});
				} catch (error) {
					this.#failures.push(error);
					throw error;
				}
			}
		};
	};
	/** The answer of a registry that takes no OCI index; undefined where anything else went wrong as well. */
	get refusal() {
		const [first, ...more] = this.#failures;
		return isRefusal(first) && more.every(isRefusal) ? first : void 0;
	}
};
function isRefusal(error) {
	return error instanceof RegistryError && (error.code === "E_REGISTRY" || error.code === "E_NOT_FOUND") && refusing.includes(error.status) && !error.says(...otherTroubles);
}
/**
* Publishes the list. Where a registry refuses an OCI index and `format` leaves the choice to us, the same images are published
* as a Docker list instead; engines take OCI images in it. No tag has moved by then, since an index is pushed by its digest first.
* @throws what `publish` throws; what the registry said to the OCI index, where there can be no Docker list or it is refused too
*/
async function publishAsTaken(built, publish, log) {
	const pushes = new IndexPushes(built);
	try {
		return await publish(built, pushes.watch);
	} catch (error) {
		const { refusal } = pushes;
		if (refusal === void 0 || built.index.mediaType !== mediaTypes.ociIndex) throw error;
		return publishInstead(dockerListOf(built, refusal), refusal, publish, log);
	}
}
async function publishInstead(dockerList, refusal, publish, log) {
	log.warning(`${refusal.message}: it seems to take no OCI index, so the list is published as a Docker one`);
	const pushes = new IndexPushes(dockerList);
	try {
		return await publish(dockerList, pushes.watch);
	} catch (error) {
		throw pushes.refusal === void 0 ? error : refusal;
	}
}
function dockerListOf({ dockerList }, refusal) {
	if (dockerList === void 0) throw refusal.with({ hint: `${refusal.hint}; if it takes no OCI index, a list that is made anew with format auto becomes a Docker one` });
	try {
		return dockerList();
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw refusal.with({
			message: `${refusal.message}: it seems to take no OCI index, and ${error.message}`,
			hint: "leave annotations and attestations out (attestations: strip), or publish to a registry that takes an OCI index"
		});
	}
}

// src/commands/merge-index.ts
/**
* The index over a proven set. One source that is an index itself, with nothing asked that would change it, keeps its own
* bytes, and so does a published list that would not change; otherwise the same inputs give the same bytes.
* @throws E_UNSUPPORTED for what a Docker list can't hold; E_MANIFEST over a cap, and for what can't stand in a new list
*/
function buildIndex(set, inputs, github, sourceDate) {
	const said = saidOf(set, inputs, github, sourceDate);
	const { changed } = set.change ?? {};
	const built = changed?.base.index === void 0 ? newIndex(set, inputs, said) : changedIndex(changed, inputs, said);
	parseManifest(built.index);
	return built;
}
function saidOf(set, inputs, github, sourceDate) {
	const { revision, created, source, version } = inputs;
	const named = {
		revision,
		created,
		source,
		version
	};
	const facts = firstKnown([
		named,
		{ created: sourceDate },
		{
			revision: github.sha,
			created: github.commitTime,
			source: github.sourceUrl
		},
		labelFacts(set.entries.map((entry) => entry.image))
	]);
	const annotations = Object.fromEntries(inputs.annotations.filter(({ on }) => on === "index").map(({ key, value }) => [key, value]));
	return {
		asked: {
			...factAnnotations(firstKnown([named])),
			...annotations
		},
		annotations,
		facts
	};
}
function newIndex(set, inputs, { asked, annotations, facts }) {
	const own = ownBytes(set, inputs, asked);
	if (own !== void 0) return {
		index: own,
		reason: "the only source is an index, published as its own bytes",
		facts
	};
	const others = set.legs.flatMap(({ source }) => source.others);
	if (others.length > 0) throw joinErrors(others.map(({ problem }) => problem));
	const entries = [...set.entries.map((entry) => descriptorOf(entry, inputs)), ...set.attestations.map(({ descriptor }) => descriptor)];
	const choice = chooseFormat(inputs.format, entries.map((entry) => entry.mediaType), entries.some(isAnnotated) || Object.keys(annotations).length > 0);
	const built = {
		index: assembleIndex({
			format: choice.format,
			entries,
			annotations: choice.format === "oci" ? {
				...factAnnotations(facts),
				...annotations
			} : annotations
		}),
		reason: reasonOf(choice),
		facts
	};
	if (inputs.format !== "auto" || choice.format !== "oci") return built;
	const dockerList = () => ({
		index: assembleIndex({
			format: "docker",
			entries,
			annotations
		}),
		reason: "a Docker manifest list, since an OCI index was refused; the images in it stay as they are",
		facts
	});
	return {
		...built,
		dockerList
	};
}
/** The bytes of the only source, where the list is to hold exactly what that holds, and says what is asked for already. */
function ownBytes({ entries, attestations, legs: [only, ...others], reduced = false }, inputs, asked) {
	if (only?.source.index === void 0 || others.length > 0 || reduced) return void 0;
	const { index, manifest, images } = only.source;
	const taken = new Set(entries.map((entry) => entry.digest));
	const whole = images.every(({ descriptor }) => taken.has(descriptor.digest)) && (attestations.length === only.source.attestations.length || only.leg.index === "all" && inputs.attestations === "keep");
	const changed = entries.some((entry) => !saysAll(entry, { annotations: entry.image.descriptor.annotations ?? {} }, inputs));
	return whole && !changed && says(index.annotations, asked) && fits(inputs.format, manifest) ? manifest : void 0;
}
function says(annotations, asked) {
	return Object.entries(asked).every(([key, value]) => annotations?.[key] === value);
}
/** The published list with other entries; what it says of itself stays, but for what is asked. */
function changedIndex({ base, placed, images }, inputs, { asked }) {
	const published = base.index?.annotations ?? {};
	const annotations = {
		...published,
		...asked
	};
	const facts = firstKnown([annotationFacts(annotations), labelFacts(images.map(({ image }) => image))]);
	if (placed.length === base.entries.length && placed.every((each) => "kept" in each) && says(published, asked) && fits(inputs.format, base.manifest)) return {
		index: base.manifest,
		reason: `the list of ${base.name} needs no change`,
		facts
	};
	const entries = placed.map((each) => {
		if ("kept" in each) return {
			text: each.kept.text,
			descriptor: each.kept.descriptor
		};
		const descriptor = "image" in each ? descriptorOf(each.image, inputs) : each.attestation.descriptor;
		return {
			text: descriptorJson(descriptor),
			descriptor
		};
	});
	const isOci = base.manifest.mediaType === mediaTypes.ociIndex;
	const choice = chooseFormat(inputs.format === "auto" && isOci ? "oci" : inputs.format, entries.map(({ descriptor }) => descriptor.mediaType), entries.some(({ descriptor }) => isAnnotated(descriptor)) || Object.keys(annotations).length > 0);
	const index = editIndex(base.manifest, {
		mediaType: mediaTypeOf(choice.format),
		entries: entries.map(({ text }) => text),
		annotations: says(published, asked) ? void 0 : annotations
	});
	const kept = placed.filter((each) => "kept" in each).length;
	return {
		index,
		reason: `the list of ${base.name} with ${kept} of its ${base.entries.length} entries kept as they are, and ${placed.length - kept} new`,
		facts
	};
}
function isAnnotated({ annotations }) {
	return Object.keys(annotations ?? {}).length > 0;
}
function mediaTypeOf(format) {
	return format === "docker" ? mediaTypes.dockerList : mediaTypes.ociIndex;
}
function reasonOf({ format, reason }) {
	return `${format === "oci" ? "an OCI index" : "a Docker manifest list"}, since ${reason}`;
}
function fits(format, { mediaType }) {
	return format === "auto" || format === "docker" === mediaType.includes("docker");
}

// src/commands/merge-nothing.ts
/** True where each leg is heard of, or nobody waits for the others. */
function nothingWillBePushed(found, { wait }) {
	const mayCome = wait > 0 && found.refresh !== void 0;
	return nothingPushed(found) && !(mayCome && found.legs.some(({ unheard }) => unheard !== void 0));
}
/** @throws what is wrong with the set that was built, as far as its records tell */
function unpublished(found, inputs, image) {
	const errors = claimErrors(found, inputs);
	if (errors.length > 0) throw joinErrors(errors);
	return nothingToPublish(found, inputs, image);
}
/** What a merge tells that had nothing to publish. */
function nothingToPublish(found, inputs, image) {
	const built = nothingPushed(found);
	const platforms = found.legs.flatMap(({ claimed, record }) => claimed === void 0 || record === void 0 ? [] : [formatPlatform(claimed)]);
	const missing = built ? missingPlatforms(inputs.platforms, found.legs.flatMap(({ claimed: platform, record, ref: digest, origin }) => platform === void 0 || record === void 0 ? [] : [{
		platform,
		digest,
		origin
	}])) : [];
	const text = built ? `No leg pushed (${platforms.join(", ")} ${platforms.length === 1 ? "was" : "were"} built), so nothing is published.` : "No leg has pushed its arch tag for this pull request, so nothing is published.";
	return {
		outputs: {
			references: [],
			platforms: built ? platforms : [],
			"missing-platforms": missing.map(({ platform }) => formatPlatform(platform)),
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

// src/publish/restore.ts
/**
* For people: the commands that put a tag back to what it held before: ours, which checks the list and keeps its bytes, and one of
* another tool for where ours is not at hand. What is no list of platforms is for the other alone.
*/
async function restoring(verbs, target) {
	const { repository, tag, held } = target;
	if (held === void 0) return "is new";
	const source = `${repository.name}@${held}`;
	const crane = `crane tag ${source} ${tag}`;
	const platforms = await platformsOf(verbs, target);
	if (platforms === void 0) return `held ${held} (${crane} restores it)`;
	return `held ${held} (${`native-multiarch merge --images ${repository.name} --tags ${tag} --platforms ${platforms} --records ${source} --check config --force`} restores it, and so does ${crane})`;
}
/** Of the list that the tag held; undefined where it was none, or can't be read: the tag is in trouble as it is. */
async function platformsOf(verbs, { repository, held, manifest }) {
	try {
		const found = manifest ?? (held === void 0 ? void 0 : await verbs.getManifest(repository, held));
		const list = found === void 0 ? void 0 : parseManifest(found);
		if (list?.kind !== "index") return void 0;
		const platforms = list.manifests.flatMap((entry) => entry.platform === void 0 || isAttestation(entry) ? [] : [formatPlatform(platformOfJson(entry.platform))]);
		return platforms.length === 0 ? void 0 : [...new Set(platforms)].join(",");
	} catch {
		return;
	}
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
	const stages = tagStages(tags, index.digest);
	const written = stages.flat();
	const failures = /* @__PURE__ */ new Map();
	for (const stage of stages) await collect(stage, failures, async (target) => {
		await verbs.putManifest(target.repository, target.tag, index);
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
	if (failures.size + unread.size > 0) throw await publishError(verbs, index, tags, failures, unread);
	return tags.map((target) => ({
		...target,
		state: stateOf(target, index)
	}));
}
/** The tags that have to be written, those first that exist with another list, then new ones, then moving ones. */
function tagStages(tags, digest) {
	const written = tags.filter((target) => target.held !== digest);
	return [
		written.filter((target) => !target.moving && target.held !== void 0),
		written.filter((target) => !target.moving && target.held === void 0),
		written.filter((target) => target.moving)
	];
}
/** Whether a tag holds the index; false also where it can't be read, and then the failure of the write is told. */
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
	const present = (held.some((target) => target.held === index.digest) || held.length === 0 && await verbs.headManifest(repository, index.digest) !== void 0) && await verbs.getManifest(repository, index.digest) !== void 0;
	if (!present) {
		await verbs.putManifest(repository, index.digest, index);
		await readBackIndex(verbs, repository, index, deps);
	}
	deps.log.info(`${repository.name}@${index.digest} ${present ? "was there already" : "is pushed"} and reads back the same`);
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
async function publishError(verbs, index, tags, failures, unread) {
	const errors = [...failures.values(), ...unread.values()];
	const changed = tags.filter((target) => !failures.has(target) && target.held !== index.digest);
	if (errors.every((error) => error.code === "E_TAG_MOVED") || changed.length === 0) return joinErrors(errors);
	const stands = await Promise.all(changed.map(async (target) => {
		const doubt = unread.get(target);
		const wrong = doubt === void 0 ? "" : `, and reads back wrong: ${errorLine(doubt)}`;
		return `${tagName(target)} ${await restoring(verbs, target)}${wrong}`;
	}));
	const missed = [...failures].map(([target, error]) => `; not put there: ${tagName(target)} held ${target.held ?? "nothing"}: ${errorLine(error)}`);
	return new CodedError("E_PUBLISH", `${changed.length} of ${tags.length} tags ${changed.length === 1 ? "was" : "were"} put at ${index.digest} (${stands.join(", ")})${missed.join("")}`, {
		hint: "mend what the registry refused and run the merge again: it finishes what is left",
		cause: errors[0]
	});
}

// src/commands/merge-plan.ts
/** What publishing would write: nothing at all where everything is as it should be. @param lacking where the index does not stand yet */
function plannedWrites(index, lacking, tags, copies, file) {
	const { digest } = index;
	return [
		...copies.map(({ from, to, manifest }) => ({
			does: "copy",
			digest: manifest.digest,
			from: from.name,
			to: to.name
		})),
		...lacking.map(({ name }) => ({
			does: "put",
			digest,
			to: name
		})),
		...tagStages(tags, digest).flat().map((tag) => ({
			does: "tag",
			digest,
			to: tagName(tag),
			before: tag.held ?? null
		})),
		...file === void 0 ? [] : [{
			does: "write",
			digest,
			to: file
		}]
	];
}
/** As `report.planned[]` has it. */
function plannedJson(write) {
	return { ...write };
}
/** For people, one line each. */
function plannedText({ does, digest, to, from, before }) {
	switch (does) {
		case "copy": return `copy ${digest} and what it refers to from ${from ?? ""} into ${to}`;
		case "put": return `push ${to}@${digest}`;
		case "tag": return `tag ${to}, which holds ${before ?? "nothing"}`;
		case "write": return `write the bytes of ${digest} into ${to}`;
	}
}

// src/commands/merge-result.ts
/** What merge tells: the outputs of the contract, and the same for people. */
function mergeResult(merged) {
	const { inputs, places, set, built, held, stale, planned, outcome } = merged;
	const images = places.targets.map(({ image }) => image.name);
	const { digest } = built.index;
	const platforms = set.entries.map((entry) => formatPlatform(entry.platform));
	const missing = missingPlatforms(inputs.platforms, set.entries).map((row) => formatPlatform(row.platform));
	const rows = set.entries.map((entry) => platformReport(entry, merged));
	const tags = held.map((target) => tagReport(merged, target));
	const published = (outcome ?? []).map(tagName);
	const where = places.file === void 0 ? images.map((image) => `${image}@${digest}`) : [digest];
	const facts = [
		["index", where],
		["media type", built.index.mediaType],
		["tags", tags.map((tag) => tag.told)],
		...missing.length > 0 ? [["missing", missing]] : []
	];
	const title = outcome === void 0 ? "Dry run: nothing was written" : places.file === void 0 ? `Published ${images.join(", ")}` : `Written to ${places.file}`;
	return {
		outputs: {
			digest,
			references: outcome === void 0 || published.length > 0 ? published : where.filter((each) => each !== digest),
			platforms,
			"missing-platforms": missing,
			"stale-tags": stale.map(tagName),
			subjects: images.flatMap((name) => [digest, ...set.entries.map((entry) => entry.digest)].map((each) => ({
				name,
				digest: each
			}))),
			index: Buffer.from(built.index.bytes).toString("utf8"),
			report: {
				image: images[0] ?? places.file ?? "",
				images,
				digest,
				mediaType: built.index.mediaType,
				published: outcome !== void 0,
				check: inputs.check,
				platforms: rows.map(platformJson),
				tags: tags.map(({ told: _, ...tag }) => tag),
				planned: planned.map(plannedJson)
			}
		},
		text: `${title}\n\n${factsText(facts)}\n${platformsText(rows)}${outcome === void 0 ? dryRunText(planned, built) : ""}`,
		summary: `${factsMarkdown(title, facts)}\n${platformsMarkdown(rows)}`
	};
}
/** What would be written, and the exact bytes of the list. */
function dryRunText(planned, { index }) {
	const steps = planned.map((write, at) => `${at + 1}. ${plannedText(write)}\n`);
	return `\n${steps.length === 0 ? "Nothing would be written.\n" : `Would be written, in this order:\n${steps.join("")}`}\n${Buffer.from(index.bytes).toString("utf8")}\n`;
}
/** The row of one platform: what was checked of it, and by whom. */
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
			...attestationsCheck(attestations, "merge")
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

// src/commands/handover-read.ts
/** Reads and proves every leg at once; `undefined` stands for one that is not there. */
async function readLegs(legs, deps) {
	const [only, ...others] = legs;
	const tolerated = only?.index === "all" && others.length === 0 ? otherKinds : void 0;
	return Promise.all(legs.map(async (leg) => {
		if (leg.problem !== void 0) return leg.problem;
		if (leg.unheard === "absent" || leg.record?.pushed === false) return void 0;
		try {
			return await readNewest(leg, tolerated, deps);
		} catch (error) {
			return toCodedError(error);
		}
	}));
}
/** At its own tag, else at that of the newest attempt in which it pushed. */
async function readNewest(leg, tolerated, deps) {
	const read = await readLeg(leg, tolerated, deps);
	if (read !== void 0) return read;
	for (const ref of leg.earlier ?? []) {
		const found = await readLeg({
			...leg,
			ref,
			origin: `${leg.origin}, in an earlier attempt ${ref}`
		}, tolerated, deps);
		if (found === void 0) continue;
		deps.log.info(`${leg.origin} is not there: ${ref} is taken, of an earlier attempt`);
		return found;
	}
}
async function readLeg(told, tolerated, deps) {
	const plain = deps.readerOf(told.repository);
	const { leg, reader } = told.anchor === void 0 ? {
		leg: told,
		reader: plain
	} : await readAnchor(plain, told, told.anchor, deps);
	const { ref, repository, promised } = leg;
	const name = ref === "" ? repository.name : `${repository.name}${ref.includes(":") ? "@" : ":"}${ref}`;
	const source = await readSource(reader, ref, name, promised, tolerated);
	return source && {
		leg,
		source
	};
}
/**
* Any job of a run may delete an artifact and make it again, and only who may push can move a tag: the leg's arch tag has to
* hold what its record says. A tag that a run for another commit has taken since says nothing; then the digest stands alone.
* It costs nothing: what is read by the tag is not read by the digest again.
* @throws E_RECORD where the two differ
*/
async function readAnchor(reader, leg, anchor, deps) {
	const { ref, origin, repository } = leg;
	const { commit, log } = deps;
	const name = `${repository.name}:${anchor}`;
	const held = await reader.manifest(anchor);
	if (held === void 0) {
		log.warning(`${name} is not there, so that the record in ${origin} is held against no tag; give merge the same arch-tag, images and tags as build`);
		return {
			leg,
			reader
		};
	}
	const readOnce = {
		...reader,
		manifest: async (other) => other === held.digest ? held : reader.manifest(other)
	};
	if (held.digest === ref) return {
		leg,
		reader: readOnce
	};
	const { images } = await expandSource(reader, held, name);
	const labels = images.map(({ config }) => config.labels[revisionKey]);
	if (commit !== void 0 && labels.length > 0 && labels.every((label) => label !== void 0 && label !== commit)) {
		log.info(`${name} is of commit ${show(labels[0] ?? "")} by now; ${ref} is taken, as ${origin} says`);
		return {
			leg,
			reader
		};
	}
	const later = await laterRecord(leg, held.digest, deps);
	if (later !== void 0) {
		log.info(`${origin} is left aside: the record beside ${name} is newer`);
		return {
			leg: legOfRecord(later, `the record beside ${name}`),
			reader: readOnce
		};
	}
	throw new CodedError("E_RECORD", `${origin} says ${ref}, and ${name} holds ${held.digest}`, { hint: "the artifact was made again by something else than the leg, or the leg pushed again and did not end: run that leg again; where another run of this commit pushes the same tag, put {run} into arch-tag, in build and merge alike" });
}
/** What the same leg left in the registry in a later attempt of this run, in which it could make no artifact. */
async function laterRecord({ claimed, record, repository }, digest, { recordBeside }) {
	if (recordBeside === void 0 || claimed === void 0 || record?.run?.id === void 0) return void 0;
	const found = await recordBeside(repository, {
		digest,
		platform: claimed
	});
	const isLater = (found?.run?.attempt ?? 0) > (record.run.attempt ?? 0);
	return found?.run?.id === record.run.id && isLater ? found : void 0;
}

// src/commands/merge-wait.ts
const firstDelayMs = 5e3;
const longestDelayMs = 3e4;
const quietMs = 6e4;
/** Errors that may pass while we wait: of the network, and of a registry that lags behind a leg's push. */
const passing = [
	"E_NETWORK",
	"E_TIMEOUT",
	"E_RATE_LIMITED",
	"E_REGISTRY",
	"E_NOT_FOUND"
];
/**
* Asks for what has not arrived until it has or the time is over. An arch tag of another commit is what an earlier run left,
* so its leg is waited for; when the time is over it counts as missing. A leg that can't be read ends the waiting: no time
* will mend the list. Where legs hand records over, these are looked for again each time.
* @param seconds 0 gives back what was read, as it was read
* @param commit what the legs are to be of, where that is known
*/
async function awaitLegs(found, read, { seconds, commit }, deps) {
	if (seconds === 0) return {
		found,
		read
	};
	const legs = [...found.legs];
	const state = [...read];
	const deadline = deps.now() + seconds * 1e3;
	let told = {
		set: "",
		at: -Infinity
	};
	for (let delay = firstDelayMs;; delay = Math.min(delay * 2, longestDelayMs)) {
		const pending = legs.flatMap((leg, at) => {
			const why = whyPending(leg, state[at], commit);
			return why === void 0 ? [] : [{
				leg,
				at,
				why
			}];
		});
		const broken = state.some((each) => each instanceof CodedError && !passing.includes(each.code));
		const left = deadline - deps.now();
		if (pending.length === 0 || broken) return {
			found: {
				...found,
				legs
			},
			read: state
		};
		if (left <= 0) break;
		const set = pending.map(({ leg, why }) => `${nameOf(leg)} (${why})`).join(", ");
		if (set !== told.set || deps.now() - told.at >= quietMs) {
			deps.log.info(`waiting for ${set}; ${formatDuration(left / 1e3)} left`);
			told = {
				set,
				at: deps.now()
			};
		}
		await deps.sleep(Math.min(delay * (.75 + deps.random() / 2), left));
		const newer = await handedOverSince(found, deps.log);
		await Promise.all(pending.map(async ({ leg, at }) => {
			const now = newer.find(({ claimed }) => isFor(leg, claimed)) ?? leg;
			legs[at] = now;
			state[at] = await lookAgain(now, state[at], deps);
		}));
	}
	return {
		found: {
			...found,
			legs
		},
		read: state.map((each, at) => withoutOtherCommit(each, legs[at], commit, deps.log))
	};
}
/** Why a leg counts as not arrived; undefined: it is there. */
function whyPending(leg, read, commit) {
	if (leg.record?.pushed === false) return void 0;
	if (read === void 0) return "not there yet";
	if (read instanceof CodedError) return passing.includes(read.code) ? show(read.message) : void 0;
	const other = otherCommit(read, commit);
	return other === void 0 ? void 0 : `of commit ${show(other, 40)}`;
}
/** The legs as they are told of by now; none where nothing is told, or not this time. */
async function handedOverSince({ refresh }, log) {
	try {
		return (await refresh?.())?.legs ?? [];
	} catch (error) {
		const coded = toCodedError(error);
		if (coded.code !== "E_GITHUB" && !passing.includes(coded.code)) throw error;
		log.info(`${coded.message}; asking again`);
		return [];
	}
}
function isFor({ claimed }, platform) {
	return claimed !== void 0 && platform !== void 0 && samePlatform(claimed, platform);
}
/** One HEAD for what is not there; it is read only when it is there and is something else than before. */
async function lookAgain(leg, before, deps) {
	if (leg.unheard === "absent" || leg.record?.pushed === false) return void 0;
	if (leg.problem !== void 0) return leg.problem;
	try {
		const head = await deps.registry.headManifest(leg.repository, leg.ref);
		if (head === void 0) return void 0;
		const known = before === void 0 || before instanceof CodedError ? void 0 : before.source.manifest.digest;
		if (known !== void 0 && head.digest === known) return before;
		const [now] = await deps.read([leg]);
		return now;
	} catch (error) {
		const coded = toCodedError(error);
		if (!passing.includes(coded.code)) throw error;
		deps.log.info(`${leg.origin}: ${coded.message}; asking again`);
		return before;
	}
}
/** What stands at an arch tag, unless it is known to be of another commit: that is told, and is not there. */
function withoutOtherCommit(read, leg, commit, log) {
	if (read === void 0 || read instanceof CodedError || leg === void 0) return read;
	const other = otherCommit(read, commit);
	if (other === void 0) return read;
	log.warning(`${leg.origin} is of commit ${show(other)}, not ${show(commit ?? "")}: it does not count as arrived`);
}
function nameOf({ claimed, repository, ref }) {
	return claimed === void 0 ? `${repository.name} ${ref}` : formatPlatform(claimed);
}

// src/commands/merge-state.ts
/**
* Reads the legs and what every tag holds, in one round; then waits for legs that have not arrived, where that is asked for.
* @returns undefined on a pull request for which no leg has pushed or handed over anything
*/
async function readState(found, places, inputs, deps) {
	const { log, registry, github, sleep, now = () => performance.now(), random = Math.random } = deps;
	const tags = tagsOf([...places.published, ...places.targets], inputs);
	const ofRun = {
		sha: github.sha,
		source: github.repository
	};
	const readAll = async (legs) => readLegs(legs, {
		readerOf: (repository) => repositoryReader(registry, repository),
		commit: inputs.revision ?? github.sha,
		log,
		recordBeside: inputs.handover === "auto" ? async (repository, image) => findRecord(registry, repository, {
			...image,
			...ofRun
		}, log) : void 0
	});
	const [first, held] = await log.group(`Reading ${counted(found.legs.length, "leg")} and ${counted(tags.length, "tag")}`, async () => Promise.all([readAll(found.legs), readHeld(registry, tags)]));
	const mayCome = found.refresh !== void 0 && inputs.wait > 0;
	if (isPullRequest(github) && !mayCome && isSilent(found, first, github.sha)) return void 0;
	const awaited = await awaitLegs(found, first, {
		seconds: inputs.wait,
		commit: inputs.revision ?? github.sha
	}, {
		log,
		registry,
		sleep,
		now,
		random,
		read: readAll
	});
	return {
		found: awaited.found,
		read: withoutLeftOver(awaited, inputs, github, log),
		held: awaited.read === first ? held : await readHeld(registry, tags)
	};
}
/** What an earlier run left at the arch tag of a platform that may be missing: the leg of this one has not pushed. */
function withoutLeftOver({ found, read }, { platforms, revision }, { sha }, log) {
	return read.map((each, at) => {
		const leg = found.legs[at];
		const claimed = leg?.claimed;
		if (found.explicit || claimed === void 0 || leg?.record !== void 0) return each;
		return platforms.find(({ platform }) => isWanted(platform, claimed))?.required ?? true ? each : withoutOtherCommit(each, leg, revision ?? sha, log);
	});
}
/** Nobody was asked for records, and what was looked for instead is not there or is another run's. */
function isSilent({ legs, explicit }, read, sha) {
	const unheard = legs.every((leg) => leg.record === void 0 && leg.unheard === void 0);
	return !explicit && unheard && read.every((leg) => isNotOfThisRun(leg, sha));
}
function isNotOfThisRun(leg, sha) {
	return leg === void 0 || !(leg instanceof CodedError) && otherCommit(leg, sha) !== void 0;
}
function counted(count, noun) {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// src/commands/merge-write.ts
/** Where the index does not stand yet. A repository where it does has all of it; where there is no tag to tell, it is asked. */
async function lackingPlaces(index, places, tags, registry) {
	return (await Promise.all(places.targets.map(async ({ image }) => {
		const own = tags.filter((tag) => tag.repository.name === image.name);
		return own.some((tag) => tag.held === index.digest) || own.length === 0 && await registry.headManifest(image, index.digest) !== void 0 ? [] : [image];
	}))).flat();
}
/** Copies what is lacking, then publishes: everywhere, or into the folder or file that is asked for. */
async function write(index, places, tags, copies, inputs, deps) {
	if (places.file !== void 0) {
		await deps.writeFile(places.file, index.bytes);
		return [];
	}
	await copyAll(copies, inputs["copy-referrers"], deps.copy, deps.log);
	return deps.log.group(`Publishing ${index.digest}`, async () => {
		const repositories = places.targets.map(({ image }) => image);
		const outcome = await publish(deps.registry, index, repositories, tags, deps);
		for (const folder of tags.length === 0 ? repositories.filter(isLayout) : []) await deps.registry.putManifest(folder, "", index);
		return outcome;
	});
}

// src/commands/merge.ts
/**
* The fan-in: collects what the legs made, proves every entry, assembles the index, and only then touches a tag.
* What it promises is in the contract, "What merge promises".
*/
async function merge(inputs, deps) {
	const { log, github } = deps;
	const places = placesOf(inputs);
	const found = await findLegs(inputs, places.home, firstTag(inputs.tags), deps);
	if (nothingWillBePushed(found, inputs)) return unpublished(found, inputs, places.home);
	const state = await readState(found, places, inputs, deps);
	if (state === void 0) return nothingToPublish(found, inputs, places.home);
	if (nothingPushed(state.found)) return unpublished(state.found, inputs, places.home);
	const set = await prove(state, places, inputs, deps);
	tell(set, inputs, log);
	const contents = await readContents(set, places, inputs, deps);
	const made = buildIndex(set, inputs, github, deps.sourceDate);
	return publishAsTaken(made, async (built, watch) => publishBuilt(built, {
		set,
		contents,
		places,
		state,
		watch
	}, inputs, deps), log);
}
async function publishBuilt(built, { set, contents, places, state, watch }, inputs, deps) {
	const { log } = deps;
	const { index } = built;
	log.info(`index ${index.digest}: ${built.reason}`);
	const ours = new Set(places.targets.map(({ image }) => image.name));
	const held = state.held.filter(({ repository }) => ours.has(repository.name));
	const stale = inputs.force ? [] : await stalest(held, built, deps);
	const moved = held.filter((tag) => !stale.includes(tag));
	const lacking = await lackingPlaces(index, places, moved, deps.registry);
	const copies = neededCopies(set, index, lacking);
	const planned = plannedWrites(index, lacking, moved, copies, places.file);
	const watched = {
		...deps,
		registry: watch(pushingChildrenAgain(deps.registry, index, set, log))
	};
	const everywhere = places.targets.map(({ image }) => image);
	const brought = inputs["copy-referrers"] ? neededCopies(set, index, everywhere) : copies;
	const outcome = inputs["dry-run"] ? void 0 : await write(index, places, moved, brought, inputs, watched);
	return mergeResult({
		inputs,
		places,
		set,
		contents,
		built,
		held,
		stale,
		planned,
		outcome
	});
}
/** The set that the list is made of; of a published list that is changed, what is kept as well. */
async function prove({ found, read, held }, places, inputs, { github, registry, log }) {
	const proven = found.legs.length === 0 ? emptySet : proveSet(found, read, inputs, github);
	const set = inputs.check === "content" ? await withRecords(proven, registry, {
		...github,
		sha: inputs.revision ?? github.sha
	}, log) : proven;
	return changesPublished(inputs) ? withBase(set, await readBase(places.published, held, registry), inputs) : set;
}
function tell(set, inputs, log) {
	for (const { key, fromManifest } of inputs.annotations) if (fromManifest) log.info(`the annotation ${quote(key)} is for manifests, and goes on the index`);
	const differences = configDifferences(set.entries.map((entry) => entry.image));
	for (const warning of [...set.warnings, ...differences]) log.warning(warning);
}
async function readContents(set, { home }, inputs, { log, registry }) {
	return checkContents(checkedEntries(set, inputs).map((entry) => ({
		...entry,
		word: recordOf(entry, set)?.content
	})), {
		check: inputs.check,
		allowForeign: inputs["allow-foreign"],
		limit: inputs["content-limit"],
		open: (layer, { digest }) => registry.getBlob(repositoryOf(digest, set) ?? home, layer),
		by: "merge",
		log
	});
}
/** Moving tags that would go backwards. */
async function stalest(held, { index, facts }, { log, compare, registry }) {
	return staleTags(held, index.digest, facts, {
		log,
		compare,
		factsOf: heldFacts(registry, log)
	});
}

export { merge };