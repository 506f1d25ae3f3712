// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { i as digestOf, n as digestAlgorithm, r as digestHex } from "./oci-digest.js";
import { n as parseFields } from "./oci-schema.js";
import { a as mediaTypes, n as imageMediaTypes, o as readDescriptor, r as indexMediaTypes, s as readMediaType } from "./oci-media-types.js";
import { i as parseManifest, r as maxManifestBytes } from "./oci-manifest.js";
import { n as referrersTag } from "./oci-referrers-tag.js";
import { t as RegistryError } from "./registry-errors.js";
import { t as giveBack } from "./registry-give-back.js";

// src/registry/copy/lent.ts
/**
* Chunks whose memory is given back as soon as the next one is asked for. Left to the collector, those of one copy pile up
* to some 60 MB. Node 20 can't give memory back, and collects earlier.
*/
async function* lent(chunks) {
	for await (const chunk of chunks) {
		yield chunk;
		giveBack(chunk);
	}
}

// src/registry/copy/endpoints.ts
/** A repository to copy from. */
function registrySource(client, repository) {
	return {
		name: repository.name,
		manifest: (digest, size) => client.getManifest(repository, digest, size === void 0 ? void 0 : { size }),
		stream: (blob) => lent(client.getBlob(repository, blob)),
		referrers: (subject) => client.listReferrers(repository, subject)
	};
}
/** Bytes below which to ask whether a blob is there costs about as much as to send it. */
const smallBlob = 1048576;
/** A repository to copy to. @param mountFrom a repository of the same registry that has the blobs. */
function registryTarget(client, repository, log, mountFrom) {
	return {
		name: repository.name,
		hasManifest: (digest) => looking(log, async () => await client.headManifest(repository, digest) !== void 0),
		adopt: (blob) => adopt(client, repository, log, blob, mountFrom),
		upload: (blob, open) => client.uploadBlob(repository, blob, open, { isVerified: true }),
		put: (reference, manifest) => client.putManifest(repository, reference, manifest),
		manifest: (reference) => client.getManifest(repository, reference),
		referrers: (subject) => client.listReferrers(repository, subject)
	};
}
/**
* One request for most blobs. A mount finds what is there already as well; one from the repository itself does nothing
* else, and where it finds nothing it has opened the upload, which a HEAD would not have done. Not every registry finds
* it so, which for a large blob is worth a HEAD.
*/
async function adopt(client, repository, log, { digest, size }, mountFrom) {
	const isSmall = size < smallBlob;
	if (mountFrom !== void 0 || isSmall) {
		if (await client.mountBlob(repository, digest, mountFrom ?? repository)) return true;
	}
	if (isSmall) return false;
	return looking(log, async () => await client.headBlob(repository, digest) !== void 0);
}
/** Looking only saves work: an account that may write and not read writes without having looked. */
async function looking(log, look) {
	try {
		return await look();
	} catch (error) {
		if (!(error instanceof RegistryError) || error.status !== 401 && error.status !== 403) throw error;
		log.debug(`${error.message}; writing without having looked`);
		return false;
	}
}
/** Are two repositories of the same registry, so that a blob of one can be mounted into the other? */
function sameRegistry(a, b) {
	return a.registry === b.registry;
}

// src/oci/index-assembly.ts
/**
* The bytes of an index: compact JSON, keys in a fixed order, annotations sorted by key, and nothing of the time or the
* run. The same spec gives the same bytes, so the same digest.
* https://github.com/opencontainers/image-spec/blob/main/image-index.md
* @throws E_UNSUPPORTED for annotations on a Docker list, which has no place for them; E_MANIFEST over 4 MiB.
*/
function assembleIndex(spec) {
	if (spec.format === "docker") refuseAnnotations(spec);
	const mediaType = spec.format === "docker" ? mediaTypes.dockerList : mediaTypes.ociIndex;
	return indexOfText(jsonObject([
		["schemaVersion", "2"],
		["mediaType", JSON.stringify(mediaType)],
		["manifests", `[${spec.entries.map(descriptorJson).join(",")}]`],
		["annotations", annotationsJson(spec.annotations)]
	]), mediaType);
}
/** @throws E_MANIFEST over 4 MiB */
function indexOfText(text, mediaType) {
	const bytes = Buffer.from(text, "utf8");
	if (bytes.byteLength > 4194304) throw new CodedError("E_MANIFEST", `the index would have ${bytes.byteLength} bytes`, { hint: `registries accept ${maxManifestBytes} at most; shorten its annotations` });
	return {
		bytes,
		digest: digestOf(bytes),
		mediaType
	};
}
function refuseAnnotations({ annotations, entries }) {
	const places = [{
		where: "the list",
		keys: Object.keys(annotations ?? {})
	}, ...entries.map((entry) => ({
		where: `the entry ${entry.digest}`,
		keys: Object.keys(entry.annotations ?? {})
	}))];
	for (const { where, keys } of places) {
		const [key] = keys;
		if (key === void 0) continue;
		throw new CodedError("E_UNSUPPORTED", `a Docker manifest list has no annotations, and ${where} is to have ${quote(key)}`, { hint: "set format to oci, or leave the annotations out" });
	}
}
/** Members whose JSON is undefined are left out. */
function jsonObject(members) {
	return `{${members.filter(([, json]) => json !== void 0).map(([key, json]) => `${JSON.stringify(key)}:${json ?? ""}`).join(",")}}`;
}
function optionalJson(value) {
	return value === void 0 ? void 0 : JSON.stringify(value);
}
/** An entry as {@link assembleIndex} writes it. */
function descriptorJson(descriptor) {
	return jsonObject([
		["mediaType", JSON.stringify(descriptor.mediaType)],
		["digest", JSON.stringify(descriptor.digest)],
		["size", JSON.stringify(descriptor.size)],
		["platform", descriptor.platform && platformJson(descriptor.platform)],
		["annotations", annotationsJson(descriptor.annotations)],
		["artifactType", optionalJson(descriptor.artifactType)],
		["urls", optionalJson(descriptor.urls)],
		["data", optionalJson(descriptor.data)]
	]);
}
function platformJson(platform) {
	return jsonObject([
		["architecture", JSON.stringify(platform.architecture)],
		["os", JSON.stringify(platform.os)],
		["os.version", optionalJson(platform["os.version"])],
		["os.features", optionalJson(platform["os.features"])],
		["variant", optionalJson(platform.variant)],
		["features", optionalJson(platform.features)]
	]);
}
/** Sorted by key; undefined where there are none. */
function annotationsJson(annotations) {
	const entries = Object.entries(annotations ?? {});
	if (entries.length === 0) return void 0;
	entries.sort(([a], [b]) => a < b ? -1 : 1);
	return jsonObject(entries.map(([key, value]) => [key, JSON.stringify(value)]));
}
/**
* OCI or Docker, for an index over children of these media types.
* @throws E_UNSUPPORTED where a Docker list was asked for and can't hold what it is to hold.
*/
function chooseFormat(wanted, children, hasAnnotations) {
	const dockerTypes = [mediaTypes.dockerManifest, mediaTypes.dockerList];
	const foreign = children.find((mediaType) => !dockerTypes.includes(mediaType));
	const mixed = foreign !== void 0 && children.some((mediaType) => dockerTypes.includes(mediaType));
	if (wanted === "oci") return {
		format: "oci",
		reason: "it was asked for",
		mixed
	};
	if (wanted === "docker") {
		refuseDocker(foreign, hasAnnotations);
		return {
			format: "docker",
			reason: "it was asked for",
			mixed
		};
	}
	if (foreign !== void 0) return {
		format: "oci",
		reason: mixed ? "some of the images are OCI" : "the images are OCI",
		mixed
	};
	if (children.length === 0) return {
		format: "oci",
		reason: "there are no images",
		mixed
	};
	if (hasAnnotations) return {
		format: "oci",
		reason: "the images are Docker, but a Docker list has no annotations",
		mixed
	};
	return {
		format: "docker",
		reason: "all images are Docker and there are no annotations",
		mixed
	};
}
function refuseDocker(foreign, hasAnnotations) {
	const why = foreign !== void 0 ? `it cannot hold a child of the type ${quote(foreign)}` : hasAnnotations ? "it has no annotations, and some were asked for" : void 0;
	if (why === void 0) return;
	throw new CodedError("E_UNSUPPORTED", `a Docker manifest list was asked for, but ${why}`, { hint: "set format to auto or oci" });
}

// src/registry/copy/contents.ts
const manifestTypes = [...imageMediaTypes, ...indexMediaTypes];
const maxReferences = 1e3;
/** @throws E_MANIFEST for what is malformed, or no manifest at all. */
function contentsOf(manifest) {
	if (!manifestTypes.includes(manifest.mediaType)) return contentsOfUnknown(manifest);
	const parsed = parseManifest(manifest);
	return parsed.kind === "image" ? sorted([parsed.config, ...parsed.layers], []) : sorted([], parsed.manifests);
}
/** Kinds that came and went, such as ORAS's artifact manifest, refer to things under these names too. */
function contentsOfUnknown({ bytes, digest }) {
	const what = `manifest ${digest}`;
	if (bytes.byteLength > 4194304) throw new CodedError("E_MANIFEST", `${what} has ${bytes.byteLength} bytes`, { hint: `registries accept ${maxManifestBytes} at most` });
	const root = parseFields(bytes, what, { plainIntegers: true });
	const list = (key) => root.get(key).optional(readDescriptors) ?? [];
	const config = root.get("config").optional(readDescriptor);
	return sorted([
		...config === void 0 ? [] : [config],
		...list("layers"),
		...list("blobs")
	], list("manifests"));
}
function readDescriptors(field) {
	return field.items(maxReferences).map(readDescriptor);
}
function sorted(blobs, entries) {
	const own = once(blobs);
	const known = once(entries);
	return {
		manifests: known.filter(({ mediaType }) => manifestTypes.includes(mediaType)),
		blobs: own.filter((blob) => !isForeign(blob)),
		foreign: own.filter(isForeign),
		unknown: known.filter(({ mediaType }) => !manifestTypes.includes(mediaType))
	};
}
function once(descriptors) {
	return [...new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor])).values()];
}
/** https://github.com/opencontainers/image-spec/blob/main/layer.md#non-distributable-layers, and Docker's `foreign` ones. */
function isForeign({ mediaType, urls = [] }) {
	return urls.length > 0 && /\.(?:nondistributable|foreign)\./.test(mediaType);
}

// src/registry/copy/referrers.ts
/** A signature of an SBOM of an image is two; what goes on is a circle, or an attack. */
const maxDepth = 3;
const maxReferrers = 1e3;
const tagAttempts = 3;
/**
* Copies what refers to a manifest of the tree, and what refers to that. Where the target does not list it by itself, the
* tag that stands in for the list is kept up.
* What cosign keeps under tags of its own comes too.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
*/
async function copyReferrers(copy) {
	const seen = /* @__PURE__ */ new Set();
	let subjects = await digestsOf(copy, copy.manifest);
	await copy.run.all(subjects.map(async (subject) => copyCosignTags(copy, subject)));
	for (let depth = 0; depth < maxDepth && subjects.length > 0; depth += 1) {
		const next = [];
		await copy.run.all(subjects.map(async (subject) => {
			next.push(...await copyReferrersOf(copy, subject, seen));
		}));
		subjects = next;
	}
}
/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery */
const cosignEndings = [
	"sig",
	"att",
	"sbom"
];
/** A tag that holds something else there is left alone: it may have signatures that the source has not. */
async function copyCosignTags({ run, source, target, log }, subject) {
	for (const ending of cosignEndings) {
		const tag = `${digestAlgorithm(subject)}-${digestHex(subject)}.${ending}`;
		const manifest = await source.manifest(tag, void 0);
		if (manifest === void 0) continue;
		const held = await target.manifest(tag);
		if (held !== void 0 && held.digest !== manifest.digest) log.warning(`${target.name}:${tag} holds ${held.digest}, not ${manifest.digest} as the source does: it is left as it is`);
		if (held !== void 0) continue;
		await run.bringManifest(manifest);
		await target.put(tag, manifest);
		run.done.referrers += 1;
	}
}
/** The tree's own digests: the top, and every entry below it. */
async function digestsOf({ run }, top) {
	const { manifests } = contentsOf(top);
	const indexes = manifests.filter(({ mediaType }) => indexMediaTypes.includes(mediaType));
	const below = await Promise.all(indexes.map(async ({ digest, size }) => contentsOf(await run.read(digest, size)).manifests));
	return [.../* @__PURE__ */ new Set([top.digest, ...[...manifests, ...below.flat()].map(({ digest }) => digest)])];
}
/** @returns the referrers, which may have referrers themselves. */
async function copyReferrersOf(copy, subject, seen) {
	const { run, source, target } = copy;
	const fresh = (await source.referrers(subject)).filter(({ digest }) => !seen.has(digest));
	for (const { digest } of fresh) seen.add(digest);
	if (seen.size > maxReferrers) throw new CodedError("E_MANIFEST", `${source.name} has more than ${maxReferrers} referrers of one image`, { hint: "copy it without copy-referrers, and the referrers that matter on their own" });
	if (fresh.length === 0) return [];
	const copied = [];
	const handled = /* @__PURE__ */ new Set();
	await run.all(fresh.map(async (descriptor) => {
		const manifest = await run.read(descriptor.digest, descriptor.size);
		if (!isAbout(manifest, subject)) {
			copy.log.warning(`${source.name} lists ${descriptor.digest} as a referrer of ${subject}, and it is none; it is left out`);
			return;
		}
		if (!await target.hasManifest(manifest.digest)) {
			const { subjectHandled } = await run.bringManifest(manifest);
			if (subjectHandled) handled.add(manifest.digest);
		}
		copied.push(listedAs(manifest));
	}));
	run.done.referrers += copied.length;
	await list(copy, subject, copied, handled);
	return copied.map(({ digest }) => digest);
}
function isAbout({ bytes, digest }, subject) {
	return parseFields(bytes, `manifest ${digest}`).get("subject").optional((field) => field.get("digest").digest()) === subject;
}
/**
* As a registry with the API lists it: what others say of it, such as the name that a folder has for it, is not the
* manifest's. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
*/
function listedAs({ bytes, digest, mediaType }) {
	const root = parseFields(bytes, `manifest ${digest}`);
	const artifactType = root.get("artifactType").optional(readMediaType) ?? root.get("config").optional((config) => config.get("mediaType").optional(readMediaType));
	const annotations = root.get("annotations").optional((field) => field.stringMap());
	return {
		mediaType,
		digest,
		size: bytes.byteLength,
		...artifactType !== void 0 && { artifactType },
		...annotations !== void 0 && { annotations }
	};
}
/** Sees to it that the target lists `entry`, which is there already, as a referrer of `subject`. */
async function listAsReferrer(target, log, subject, entry) {
	await list({
		target,
		log
	}, subject, [entry], /* @__PURE__ */ new Set());
}
/** Sees to it that the target lists `copied` as referrers of `subject`. */
async function list(copy, subject, copied, handled) {
	const doubtful = copied.filter(({ digest }) => !handled.has(digest));
	if (doubtful.length === 0) return;
	const own = new Set((await copy.target.referrers(subject)).map(({ digest }) => digest));
	const missing = doubtful.filter(({ digest }) => !own.has(digest));
	if (missing.length > 0) await addToTag(copy, subject, missing);
}
/**
* Adds to the index that stands in for the referrers API. There is no compare-and-swap: what was written is read back, and
* written again where somebody else's list has taken its place.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
*/
async function addToTag({ target, log }, subject, added) {
	const tag = referrersTag(subject);
	for (let attempt = 0;; attempt += 1) {
		const current = await listAt(target, tag);
		const held = new Set(current.entries.map(({ digest }) => digest));
		const missing = added.filter(({ digest }) => !held.has(digest));
		if (missing.length === 0) return;
		if (attempt === tagAttempts) {
			log.warning(`${target.name}:${tag} lacks referrers that were added to it: somebody else writes it at the same time`);
			return;
		}
		const index = assembleIndex({
			...current,
			format: "oci",
			entries: [...current.entries, ...missing]
		});
		await target.put(tag, index);
		log.debug(`${target.name}:${tag} lists ${missing.length} more`);
	}
}
async function listAt(target, tag) {
	const manifest = await target.manifest(tag);
	if (manifest === void 0) return { entries: [] };
	if (manifest.mediaType !== mediaTypes.ociIndex) throw new CodedError("E_MANIFEST", `${target.name}:${tag} is to list referrers, and is ${quote(manifest.mediaType)}`, { hint: "delete that tag, or copy without copy-referrers" });
	const root = parseFields(manifest.bytes, `${target.name}:${tag}`);
	const annotations = root.get("annotations").optional((field) => field.stringMap());
	return {
		entries: root.get("manifests").optional((field) => field.items(1e4).map(readDescriptor)) ?? [],
		...annotations !== void 0 && { annotations }
	};
}

export { assembleIndex as a, indexOfText as c, sameRegistry as d, annotationsJson as i, registrySource as l, listAsReferrer as n, chooseFormat as o, contentsOf as r, descriptorJson as s, copyReferrers as t, registryTarget as u };