// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, n as errorLine, t as CodedError } from "./errors.js";
import { l as samePlatform, s as platformSlug } from "./platform-platform.js";
import { a as isDigest, i as digestOf } from "./oci-digest.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { i as parseManifest } from "./oci-manifest.js";
import { n as imageSize } from "./verify-source.js";
import { n as parseRecord, t as maxRecordBytes } from "./handover-record.js";
import { r as targetsOf } from "./inputs-targets.js";
import { n as listAsReferrer, u as registryTarget } from "./registry-copy-referrers.js";
import { createHash } from "node:crypto";

// src/handover/artifact-name.ts
/** The one file in the artifact. */
const recordFileName = "record.json";
function prefix({ image, tag }) {
	return `native-multiarch.${createHash("sha256").update(`${image.name}:${tag}`).digest("hex").slice(0, 12)}.`;
}
/**
* The name of the artifact that holds a leg's record: `native-multiarch.<hash of image and tag>.linux-ppc64le.1`, where the
* number is the attempt of the run. A name can't be used twice, so that an upload that was tried again has `-2` behind it.
*/
function artifactName(list, platform, attempt, upload = 1) {
	return `${prefix(list)}${platformSlug(platform)}.${attempt}${upload === 1 ? "" : `-${upload}`}`;
}
/** Undefined for the name of anything but a record for this list. */
function parseArtifactName(list, name) {
	const start = prefix(list);
	const [, platform, attempt, upload] = (name.startsWith(start) ? /^([a-zA-Z0-9_.-]{1,200})\.([1-9]\d{0,5})(?:-([2-9]))?$/u : /$^/u).exec(name.slice(start.length)) ?? [];
	return platform === void 0 ? void 0 : {
		platform,
		attempt: Number(attempt),
		upload: Number(upload ?? 1)
	};
}

// src/handover/artifact-service.ts
/** The artifact service of the run, or why there is none that works: the end of a sentence. */
function artifactService(env) {
	if (isEnterpriseServer(env)) return { lacking: "GitHub Enterprise Server has none that current clients can use" };
	if (env["GITHUB_ACTIONS"] !== "true") return { lacking: "this is no job of a workflow" };
	const url = env["ACTIONS_RESULTS_URL"] ?? "";
	const token = env["ACTIONS_RUNTIME_TOKEN"] ?? "";
	if (url === "" || token === "") return { lacking: `${url === "" ? "ACTIONS_RESULTS_URL" : "ACTIONS_RUNTIME_TOKEN"} is not set, which the runner gives to each action` };
	if (!/^https?:\/\//u.test(url) || !URL.canParse(url)) return { lacking: "ACTIONS_RESULTS_URL is no URL" };
	const [, run, job] = scopeOf(token) ?? [];
	return run === void 0 || job === void 0 ? { lacking: "ACTIONS_RUNTIME_TOKEN names no run" } : {
		origin: new URL(url).origin,
		token,
		run,
		job
	};
}
/** As @actions/artifact tells it. https://github.com/actions/toolkit/blob/main/packages/artifact/src/internal/shared/config.ts */
function isEnterpriseServer(env) {
	const url = env["GITHUB_SERVER_URL"] ?? "";
	if (!URL.canParse(url)) return false;
	const host = new URL(url).hostname.toLowerCase();
	return host !== "github.com" && !host.endsWith(".ghe.com") && !host.endsWith(".localhost");
}
const idForm = /^[A-Za-z0-9-]{1,100}$/u;
/** `Actions.Results:<run>:<job>` among the scopes of the token, whose signature is the service's business. */
function scopeOf(token) {
	const scopes = claim(token.split(".")[1] ?? "", "scp");
	return (typeof scopes === "string" ? scopes.split(" ") : []).map((scope) => scope.split(":")).find((parts) => parts[0] === "Actions.Results" && parts.length === 3 && parts.slice(1).every((id) => idForm.test(id)));
}
function claim(part, name) {
	try {
		const claims = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
		return typeof claims === "object" && claims !== null && Object.hasOwn(claims, name) ? claims[name] : void 0;
	} catch {
		return;
	}
}

// src/handover/way.ts
/**
* `auto` is the artifact service where there is one that works, else the registry.
* @throws E_UNSUPPORTED where artifacts were asked for by name and there is no service for them
*/
function handoverWay(asked, env) {
	if (asked === "none") return { way: "none" };
	if (asked === "registry") return {
		way: "registry",
		why: void 0
	};
	const service = artifactService(env);
	if (!("lacking" in service)) return {
		way: "artifact",
		service,
		why: asked === "auto" ? "this run has an artifact service" : void 0
	};
	if (asked === "auto") return {
		way: "registry",
		why: `there is no artifact service here: ${service.lacking}`
	};
	throw new CodedError("E_UNSUPPORTED", `handover is artifact, and there is no artifact service: ${service.lacking}`, { hint: "let handover be auto or registry, in the legs and in the fan-in alike" });
}

// src/handover/registry-record.ts
/** What a registry lists a record under, among all that refers to an image. */
const recordArtifactType = "application/vnd.native-multiarch.record.v1+json";
const empty = Buffer.from("{}");
/**
* The record of a leg, to stand beside the image that it pushed. It is in its manifest whole (`data`), so that reading it
* takes one request after the list of referrers.
* https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
*/
function recordArtifact(record, subject) {
	const config = embedded(mediaTypes.ociEmpty, empty);
	const layer = embedded(recordArtifactType, record);
	const bytes = Buffer.from(JSON.stringify({
		schemaVersion: 2,
		mediaType: mediaTypes.ociManifest,
		artifactType: recordArtifactType,
		config,
		layers: [layer],
		subject: {
			mediaType: subject.mediaType,
			digest: subject.digest,
			size: subject.bytes.length
		}
	}));
	const digest = digestOf(bytes);
	return {
		manifest: {
			bytes,
			digest,
			mediaType: mediaTypes.ociManifest
		},
		descriptor: {
			mediaType: mediaTypes.ociManifest,
			digest,
			size: bytes.length,
			artifactType: recordArtifactType
		},
		blobs: [{
			descriptor: config,
			bytes: empty
		}, {
			descriptor: layer,
			bytes: record
		}]
	};
}
function embedded(mediaType, bytes) {
	return {
		mediaType,
		digest: digestOf(bytes),
		size: bytes.length,
		data: Buffer.from(bytes).toString("base64")
	};
}
/**
* The record in such an artifact.
* @param blob reads the layer, where it is not embedded
* @throws E_RECORD, E_MANIFEST for anything else
*/
async function recordOfArtifact(artifact, where, blob) {
	const manifest = parseManifest(artifact);
	const [layer, ...others] = manifest.kind === "image" ? manifest.layers : [];
	if (layer?.mediaType !== "application/vnd.native-multiarch.record.v1+json" || others.length > 0 || layer.size > 16384) throw new CodedError("E_RECORD", `${where} is ${quote(artifact.mediaType)} without a record in it`, { hint: "delete it, or run that leg again" });
	const bytes = layer.data === void 0 ? await blob(layer) : Buffer.from(layer.data, "base64");
	return parseRecord(bytes, where);
}

// src/commands/handover-strange.ts
/**
* Records that were named one by one, those of strangers with their problem (E_RECORD), so that nothing is asked of where they
* lead. Who can write a record can name any image in it. In a workflow that may be another job; in a shell it is who runs the
* command, who is told. A reference in its place is a person's own word, and may lead anywhere.
*/
function refusingStrange(legs, inputs, github, log) {
	const images = inputs.output === void 0 ? targetsOf(inputs.images, inputs.tags) : [];
	const listed = new Set(images.map(({ image }) => image.name));
	return legs.map((leg) => {
		if (leg.record === void 0) return leg;
		const elsewhere = otherImage(leg, listed);
		const problem = otherRepository(leg.record, leg.origin, github) ?? (github.workflow ? elsewhere : void 0);
		if (problem !== void 0) return {
			...leg,
			problem
		};
		if (elsewhere !== void 0) log.warning(`${elsewhere.message}: see that the leg was meant to push there`);
		return leg;
	});
}
/** The repository of source that a record is of, where it is known to be another than the run's: a fork's, above all. */
function isOfOtherRepository({ run }, { repository }) {
	const said = run?.repository?.toLowerCase();
	return said !== void 0 && repository !== void 0 && said !== repository.toLowerCase();
}
function otherRepository(record, origin, github) {
	if (!isOfOtherRepository(record, github)) return void 0;
	return new CodedError("E_RECORD", `${origin} was made by a run of ${quote(record.run?.repository ?? "")}, and this is one of ${quote(github.repository ?? "")}`, { hint: "take the records of this repository only: those of a fork are what anybody may have written" });
}
function otherImage({ origin, repository, ref, record }, listed) {
	if (listed.size === 0 || record?.pushed === false || listed.has(repository.name)) return void 0;
	return new CodedError("E_RECORD", `${origin} says that its image is in ${repository.name}, which is not one of images (${[...listed].join(", ")})`, { hint: `give build and merge the same images; where it is meant to be copied from there, write the reference in the place of the record: ${repository.name}@${ref}` });
}

// src/commands/handover-registry.ts
/**
* Puts a leg's record beside the image that it pushed.
* @returns the digest of the artifact
* @throws what a registry says that does not take it
*/
async function pushRecord(client, repository, subject, record, log) {
	const { manifest, descriptor, blobs } = recordArtifact(record, subject);
	const target = registryTarget(client, repository, log);
	for (const blob of blobs) if (!await target.adopt(blob.descriptor)) await target.upload(blob.descriptor, () => once(blob.bytes));
	const { subjectHandled } = await target.put(manifest.digest, manifest);
	if (!subjectHandled) await listAsReferrer(target, log, subject.digest, descriptor);
	return manifest.digest;
}
async function* once(bytes) {
	yield await Promise.resolve(bytes);
}
/**
* The record that a leg put beside its image, if there is one that tells of this image. It only saves work, so that
* whatever is wrong with it is told and nothing fails.
*/
async function findRecord(client, repository, image, log) {
	const name = `${repository.name}@${image.digest}`;
	try {
		const listed = await client.listReferrers(repository, image.digest, recordArtifactType);
		for (const { digest, size } of listed.slice(-4).reverse()) {
			const manifest = await client.getManifest(repository, digest, { size });
			if (manifest === void 0) continue;
			const where = `the record ${digest} beside ${name}`;
			const record = await recordOfArtifact(manifest, where, async (layer) => client.readBlob(repository, layer, maxRecordBytes));
			const wrong = whyOther(record, repository, image);
			if (wrong === void 0) return record;
			log.info(`${where} is left aside: ${wrong}`);
		}
	} catch (error) {
		if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
		log.info(`no record is read beside ${name}: ${errorLine(error)}`);
	}
}
/** Finding a record takes two requests; layers that take no more, and are small, are read as quickly. In bytes, and in number. */
const quicklyRead = {
	size: 1048576,
	layers: 2
};
function isWorthIt({ images }) {
	return images.some((image) => image.manifest.layers.length > quicklyRead.layers || imageSize(image) > quicklyRead.size);
}
/** The set with the records of those legs that were found by their arch tags, where these save reading layers. */
async function withRecords(set, client, { sha, repository: ofRun }, log) {
	const legs = await Promise.all(set.legs.map(async (read) => {
		const { leg, source } = read;
		const { claimed, repository, record } = leg;
		const isArchTag = leg.index === "leg" && !isDigest(leg.ref) && !isLayout(repository);
		if (record !== void 0 || claimed === void 0 || !isArchTag || !isWorthIt(source)) return read;
		const found = await findRecord(client, repository, {
			digest: source.manifest.digest,
			platform: claimed,
			sha,
			source: ofRun
		}, log);
		return found === void 0 ? read : {
			source,
			leg: {
				...leg,
				record: found
			}
		};
	}));
	return {
		...set,
		legs
	};
}
function whyOther(record, { name }, image) {
	if (record.image.name !== name) return `it tells of ${record.image.name}`;
	if (record.digest !== image.digest) return `it tells of ${record.digest}`;
	if (!samePlatform(record.platform, image.platform)) return "it tells of another platform";
	if (isOfOtherRepository(record, { repository: image.source })) return "a run of another repository made it";
	const sha = record.run?.sha;
	return sha !== void 0 && image.sha !== void 0 && sha !== image.sha ? "it is of another commit" : void 0;
}

export { handoverWay as a, recordFileName as c, refusingStrange as i, pushRecord as n, artifactName as o, withRecords as r, parseArtifactName as s, findRecord as t };