// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { t as parseImageConfig } from "./oci-config.js";
import { a as isDigest, i as digestOf, n as digestAlgorithm } from "./oci-digest.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes } from "./oci-manifest.js";
import { l as samePlatform, r as normalisePlatform } from "./platform-platform.js";
import { n as archiveMembers, t as archiveError } from "./verify-content-archive-members.js";
import { n as imageMediaTypes, o as readDescriptor, r as indexMediaTypes, t as configMediaTypes } from "./oci-media-types.js";
import { n as parseFields } from "./oci-schema.js";
import { c as LayerStore, d as contentOf, f as readContent, l as defaultReadBudget, m as judgeContent, o as judgeWord, p as isReadWhole, s as wordOf, u as checkLayerCount } from "./report-format.js";
import { a as readLayerBytes, c as packingOf, n as defaultCaps, r as otherDiffId, t as ReadBudget } from "./verify-content-read-layer.js";
import { t as isHeader } from "./verify-content-tar-header.js";
import { posix } from "node:path";

// src/verify/content/archive-images.ts
const maxImages = 64;
const maxEntries = 1e4;
/** Of indexes in indexes. */
const maxDepth = 3;
/**
* The images that an archive lists: in Docker's manifest.json, else in the index.json of an OCI image layout.
* https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
* @throws E_MANIFEST
*/
function imagesIn(document, what) {
	const docker = document("manifest.json");
	if (docker !== void 0) return dockerImages(docker, what);
	const layout = document("index.json");
	if (layout === void 0) throw archiveError(what, "has neither a manifest.json nor an index.json");
	return layoutImages(document, (parseFields(layout, `index.json of ${what}`).get("manifests").optional((field) => field.items(maxEntries)) ?? []).map(readDescriptor), what, 1);
}
function dockerImages(bytes, what) {
	return parseFields(bytes, `manifest.json of ${what}`).items(maxImages).map((entry) => {
		const config = entry.get("Config").string();
		const said = `sha256:${/^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1] ?? ""}`;
		return {
			config,
			digest: isDigest(said) ? said : void 0,
			layers: entry.get("Layers").optional((layers) => layers.strings(maxEntries)) ?? []
		};
	});
}
/** What an archive of several platforms lists and does not hold is passed over. */
function layoutImages(document, entries, what, depth) {
	return entries.flatMap((entry) => {
		const bytes = (imageMediaTypes.includes(entry.mediaType) || indexMediaTypes.includes(entry.mediaType)) && !isAttestation(entry) ? document(pathOf(entry)) : void 0;
		if (bytes === void 0) return [];
		const { mediaType } = entry;
		const digest = digestOf(bytes, digestAlgorithm(entry.digest));
		if (digest !== entry.digest) throw archiveError(what, `has ${digest} in the place of ${entry.digest}`);
		const manifest = parseManifest({
			bytes,
			digest,
			mediaType
		});
		if (manifest.kind === "index") {
			if (depth >= maxDepth) throw archiveError(what, `has indexes more than ${maxDepth} deep`);
			return layoutImages(document, manifest.manifests, what, depth + 1);
		}
		if (!configMediaTypes.includes(manifest.config.mediaType)) return [];
		return [{
			config: pathOf(manifest.config),
			digest: manifest.config.digest,
			layers: manifest.layers.map(pathOf)
		}];
	});
}
function pathOf({ digest }) {
	return `blobs/${digest.replace(":", "/")}`;
}

// src/verify/content/archive.ts
/** Of all documents (configs, manifests) that are kept, and of the packed changes of all layers, in bytes. */
const maxKeptDocuments = 33554432;
const maxKeptChanges = 134217728;
const maxLinks = 10;
/**
* Reads an image from an archive, a tar stream, in one pass, with nothing stored: those of `docker save` (before Docker 25 and since),
* `podman save`, `buildah push docker-archive:`, and OCI image layouts. What is a layer is told from its bytes, for the documents
* that say so come last.
* @throws E_MANIFEST for what is no archive of an image; E_LAYER for layers that are not what the config says; and what the source throws
*/
async function readArchive(source, { what, platform, budget = new ReadBudget(defaultReadBudget), caps = defaultCaps }) {
	const kept = new Kept(what, budget, caps);
	for await (const member of archiveMembers(source, what)) await kept.take(member);
	const read = imagesIn((path) => kept.document(path), what).map((listed) => ({
		listed,
		...configOf(kept, listed, what)
	}));
	const [first, ...others] = read;
	if (first === void 0) throw archiveError(what, "holds no image");
	const meant = others.length === 0 ? read : read.filter((each) => samePlatform(each.platform, platform));
	const [image] = meant;
	if (image === void 0 || new Set(meant.map(({ configDigest }) => configDigest)).size > 1) throw archiveError(what, `holds ${read.length} images, ${meant.length} of them of the platform that is wanted`);
	const { listed, ...rest } = image;
	return {
		...rest,
		layers: layersOf(kept, listed, rest.config.diffIds, what)
	};
}
function configOf(kept, { config: path, digest }, what) {
	const bytes = kept.document(path);
	const name = `the config in ${what}`;
	if (bytes === void 0) throw archiveError(what, `has no config at ${show(path)}`);
	const configDigest = digestOf(bytes, digest && digestAlgorithm(digest));
	if (digest !== void 0 && digest !== configDigest) throw new CodedError("E_DIGEST_MISMATCH", `${name} was to be ${digest}, it is ${configDigest}`, { hint: "save that image again" });
	const config = parseImageConfig(bytes, name);
	return {
		configDigest,
		config,
		platform: normalisePlatform(config)
	};
}
function layersOf(kept, { layers: paths }, diffIds, what) {
	checkLayerCount(what, paths.length, diffIds.length);
	return diffIds.map((said, index) => {
		const path = paths[index] ?? "";
		const layer = kept.layer(path);
		if (layer === void 0) throw archiveError(what, `has no layer at ${show(path)}`);
		if ("unread" in layer || layer.diffId === said) return layer;
		throw otherDiffId(`layer ${show(path)}`, layer.diffId, said);
	});
}
/** What is kept of an archive's members. */
var Kept = class {
	#what;
	#budget;
	#caps;
	#layers = /* @__PURE__ */ new Map();
	#documents = /* @__PURE__ */ new Map();
	#links = /* @__PURE__ */ new Map();
	#documentBytes = 0;
	#changeBytes = 0;
	constructor(what, budget, caps) {
		this.#what = what;
		this.#budget = budget;
		this.#caps = caps;
	}
	async take({ path: written, type, target, size, body }) {
		const path = posix.normalize(written);
		if (type === "symlink") this.#links.set(path, posix.join(posix.dirname(path), target));
		else if (type === "hardlink") this.#links.set(path, posix.normalize(target));
		else if (type === "file") {
			const source = body[Symbol.asyncIterator]();
			const start = await startOf(source);
			const whole = joined(start, source);
			if (isLayer(start)) this.#layers.set(path, await this.#readLayer(path, size, whole));
			else if (size <= 4194304) await this.#keepDocument(path, size, whole);
		}
	}
	/** What a path leads to. @throws E_LAYER where that is no layer */
	layer(path) {
		const found = this.#layers.get(this.#resolve(path));
		if (found instanceof CodedError) throw found;
		return found;
	}
	document(path) {
		return this.#documents.get(this.#resolve(path));
	}
	#resolve(path) {
		let found = posix.normalize(path);
		for (let links = 0; links < maxLinks; links += 1) {
			const target = this.#links.get(found);
			if (target === void 0) break;
			found = target;
		}
		return found;
	}
	/** What is wrong with it counts only if the image has it: a document may look like a layer. */
	async #readLayer(path, size, blob) {
		const name = `layer ${show(path)}`;
		try {
			const { layer } = await readLayerBytes({
				name,
				size,
				diffId: void 0
			}, blob, this.#budget, this.#caps);
			if ("unread" in layer) return layer;
			this.#changeBytes += layer.changes.bytes + layer.whiteouts.bytes;
			return this.#changeBytes > maxKeptChanges ? { unread: `${name}: there are more names in the layers than are kept` } : layer;
		} catch (error) {
			if (error instanceof CodedError && error.code === "E_LAYER") return error;
			throw error;
		}
	}
	async #keepDocument(path, size, bytes) {
		this.#documentBytes += size;
		if (this.#documentBytes > maxKeptDocuments) throw archiveError(this.#what, `holds more than ${maxKeptDocuments} bytes of documents`);
		const parts = [];
		for await (const part of bytes) parts.push(part);
		this.#documents.set(path, Buffer.concat(parts));
	}
};
/** Enough to tell a layer from a document, where there is as much. */
async function startOf(source) {
	let start = Buffer.alloc(0);
	while (start.length < 512) {
		const next = await source.next();
		if (next.done === true) break;
		start = Buffer.concat([start, next.value]);
	}
	return start;
}
async function* joined(start, rest) {
	if (start.length > 0) yield start;
	for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
function isLayer(start) {
	if (start.length === 0 || packingOf(start.subarray(0, 6)) !== "none") return true;
	return start.length >= 512 && isHeader(start.subarray(0, 512));
}

// src/verify/content/globs.ts
/**
* Files that any of these globs names: `*` within a name, `**` for any number of folders, `?` one character. A leading slash does not
* matter, since every path is from the image's root.
*/
function filesMatching(globs) {
	const patterns = globs.map((glob) => glob.replace(/^\/+/, "").split("/"));
	if (patterns.length === 0) return () => false;
	return (path) => {
		const names = path.split("/");
		return patterns.some((pattern) => matches(pattern, names, "**", matchesName));
	};
}
/**
* Whether `items` are what `pattern` says, where `wild` stands for any number of them. Goes back to the last `wild` only, so a hostile path
* costs the product of both lengths, where a regular expression could take years.
*/
function matches(pattern, items, wild, isOne) {
	let [at, item] = [0, 0];
	let [wildAt, wildItem] = [-1, 0];
	while (item < items.length) {
		const part = pattern[at];
		if (part === wild) {
			[wildAt, wildItem] = [at, item];
			at += 1;
		} else if (part !== void 0 && isOne(part, items[item] ?? "")) {
			at += 1;
			item += 1;
		} else if (wildAt >= 0) {
			wildItem += 1;
			[at, item] = [wildAt + 1, wildItem];
		} else return false;
	}
	while (pattern[at] === wild) at += 1;
	return at === pattern.length;
}
function matchesName(pattern, name) {
	return matches(pattern, name, "*", (part, letter) => part === "?" || part === letter);
}

// src/commands/content-check.ts
/**
* Checks that the programs in each image are of its platform's machine; layers that images share are read once.
* @returns for each image's digest what was found, and by whom
* @throws E_CONTENT_MISMATCH, E_LAYER: everything that is wrong, at once
*/
async function checkContents(images, { check, allowForeign, limit, open, by, log }) {
	if (check === "config") return /* @__PURE__ */ new Map();
	const holder = new Map(images.flatMap(({ image }) => image.manifest.layers.map((layer) => [layer.digest, image.descriptor])));
	const store = new LayerStore((layer) => open(layer, holder.get(layer.digest) ?? layer), limit);
	const allowed = filesMatching(allowForeign);
	const judged = await settleAll(images.map(async ({ image, platform, origin, word }) => {
		const trusted = check === "content" ? word : void 0;
		const verdict = trusted === void 0 ? judgeContent(platform, await named(origin, readContent(image, store, allowed)), origin) : judgeWord(platform, trusted, origin);
		return {
			digest: image.descriptor.digest,
			verdict,
			by: trusted === void 0 ? by : "leg"
		};
	}));
	tell(judged.map(({ verdict }) => verdict), log);
	return new Map(judged.map(({ digest, verdict, by: whose }) => [digest, {
		check: "content",
		found: verdict.found,
		by: whose
	}]));
}
/** What is wrong with a layer is told with the image that it is in, which is what has to be built again. */
async function named(origin, reading) {
	try {
		return await reading;
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_LAYER") throw error;
		const { hint, cause } = error;
		throw new CodedError("E_LAYER", `${origin}: ${error.message}`, {
			...hint !== void 0 && { hint },
			cause
		});
	}
}
/**
* Reads a built image's layers and says what is in them: a leg's word.
* @param archive as {@link readArchive} takes it
* @throws E_CONTENT_MISMATCH, E_LAYER, E_MANIFEST
*/
async function checkArchive(archive, { platform, origin, allowForeign, limit = defaultReadBudget, log }) {
	const { config, layers } = await readArchive(archive, {
		what: origin,
		platform,
		budget: new ReadBudget(limit)
	});
	const content = contentOf(config, layers, filesMatching(allowForeign));
	tell([judgeContent(platform, content, origin)], log);
	return {
		word: isReadWhole(content) ? wordOf(content) : void 0,
		diffIds: config.diffIds,
		config
	};
}
function tell(verdicts, log) {
	const errors = verdicts.flatMap((verdict) => verdict.errors);
	if (errors.length > 0) throw joinErrors(errors);
	for (const warning of verdicts.flatMap((verdict) => verdict.warnings)) log.warning(warning);
}

export { checkContents as n, checkArchive as t };