// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, r as joinErrors, t as CodedError } from "./errors.js";
import { t as readDescriptor } from "./oci-descriptor-schema.js";
import { i as parseManifest, r as maxManifestBytes } from "./oci-manifest.js";
import { a as mediaTypes, n as imageMediaTypes, r as indexMediaTypes } from "./oci-media-types.js";
import { n as parseFields } from "./oci-schema.js";
import { t as RegistryError } from "./registry-errors.js";
import { n as digestAlgorithm, r as digestHex } from "./oci-digest.js";
import { n as assembleIndex } from "./oci-index-assembly.js";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

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

// src/registry/copy/copy-run.ts
/** An index in an index in an index: nobody means more than that. */
const maxDepth$1 = 4;
/** One copy of one tree: blobs before the manifest that names them, children before parents. */
var CopyRun = class {
	done = {
		manifests: 0,
		present: 0,
		adopted: 0,
		sent: 0,
		sentBytes: 0,
		foreign: 0,
		referrers: 0
	};
	#dependencies;
	#failures = /* @__PURE__ */ new Set();
	/** Aborted by the first failure and by the caller: nothing more is begun, and what is under way ends. */
	#stop = new AbortController();
	#stopped = new Stopped();
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** Runs `work` to its end; of several failures all are told. @throws the signal's reason where that ended it. */
	async run(work) {
		const { signal } = this.#dependencies;
		const abort = () => {
			this.#stop.abort(this.#stopped);
		};
		if (signal?.aborted === true) abort();
		signal?.addEventListener("abort", abort, { once: true });
		try {
			return await work();
		} catch (error) {
			signal?.throwIfAborted();
			this.#failures.add(error);
			throw joined([...this.#failures].filter((failure) => !(failure instanceof Stopped)));
		} finally {
			signal?.removeEventListener("abort", abort);
		}
	}
	/** Brings a manifest with all below it. @returns false where it was there. */
	async bring(digest, size, depth = 0) {
		return this.#once(digest, async () => {
			const { target, lookFirst } = this.#dependencies;
			if (lookFirst && await target.hasManifest(digest)) {
				this.done.present += 1;
				return false;
			}
			await this.bringManifest(await this.read(digest, size), depth);
			return true;
		});
	}
	/** {@link bring}, of bytes that are here, and without a look whether they are there. @returns what the target said. */
	async bringManifest(manifest, depth = 0) {
		if (depth > maxDepth$1) throw new CodedError("E_MANIFEST", `${manifest.digest} is nested more than ${maxDepth$1} levels deep`, { hint: "copy the images themselves" });
		const contents = contentsOf(manifest);
		for (const layer of contents.foreign) this.#tellForeign(layer);
		await this.all([
			...contents.manifests.map(({ digest, size }) => this.bring(digest, size, depth + 1)),
			...contents.unknown.map((entry) => this.#bringUnknown(entry, depth + 1)),
			...contents.blobs.map((blob) => this.#blob(blob))
		]);
		this.#stop.signal.throwIfAborted();
		const result = await this.#dependencies.target.put(manifest.digest, manifest);
		this.done.manifests += 1;
		return result;
	}
	/** @throws E_NOT_FOUND */
	async read(digest, size) {
		const { source, known } = this.#dependencies;
		const manifest = known.get(digest) ?? await source.manifest(digest, size);
		if (manifest !== void 0) return manifest;
		throw new CodedError("E_NOT_FOUND", `${source.name} has no manifest ${digest}`, { hint: "it may have been cleaned up, or never been pushed: push it again" });
	}
	/** All of it, to the end; the first failure stops what is left. */
	async all(work) {
		const watched = work.map(async (each) => {
			try {
				await each;
			} catch (error) {
				this.#failures.add(error);
				this.#stop.abort(this.#stopped);
			}
		});
		await Promise.all(watched);
		this.#stop.signal.throwIfAborted();
	}
	/** An index may list what is no manifest: some tools put blobs there. */
	async #bringUnknown(entry, depth) {
		const { source } = this.#dependencies;
		const manifest = entry.mediaType.endsWith("+json") ? await source.manifest(entry.digest, entry.size) : void 0;
		if (manifest === void 0) await this.#blob(entry);
		else await this.#once(entry.digest, () => this.bringManifest(manifest, depth));
	}
	async #blob(blob) {
		await this.#once(blob.digest, async () => {
			const { target, slots, progress } = this.#dependencies;
			this.#stop.signal.throwIfAborted();
			if (await target.adopt(blob)) {
				this.done.adopted += 1;
				return;
			}
			progress.plan(blob);
			await slots.run(() => this.#send(blob));
			progress.done(blob);
			this.done.sent += 1;
			this.done.sentBytes += blob.size;
		});
	}
	/** Bytes that were changed on the way are asked for once more before the source is given up. */
	async #send(blob) {
		const { target, log } = this.#dependencies;
		this.#stop.signal.throwIfAborted();
		const open = () => this.#read(blob);
		try {
			await target.upload(blob, open);
		} catch (error) {
			if (!(error instanceof SourceFailure)) throw error;
			const { cause } = error;
			if (!(cause instanceof CodedError) || cause.code !== "E_DIGEST_MISMATCH") throw cause;
			log.info(`${cause.message}; copying it once more`);
			await target.upload(blob, open).catch((again) => {
				throw again instanceof SourceFailure ? again.cause : again;
			});
		}
	}
	/** What the source throws is wrapped, so that no target takes it for a failure of its own and tries again. */
	async *#read(blob) {
		const { source, progress } = this.#dependencies;
		try {
			for await (const chunk of progress.watch(blob, source.stream(blob))) {
				this.#stop.signal.throwIfAborted();
				yield chunk;
			}
		} catch (error) {
			throw new SourceFailure(error);
		}
	}
	/** Runs `work` for this digest unless it was done, or is being done, for the same target. */
	async #once(digest, work) {
		const { underWay, target } = this.#dependencies;
		const key = `${target.name}@${digest}`;
		for (;;) {
			const before = underWay.get(key);
			if (before === void 0) break;
			try {
				return await before;
			} catch (error) {
				if (!(error instanceof Stopped) || this.#stop.signal.aborted) throw error;
			}
		}
		const now = work();
		underWay.set(key, now);
		now.catch(() => underWay.delete(key));
		return now;
	}
	#tellForeign({ digest, mediaType, urls = [] }) {
		const { log, source } = this.#dependencies;
		this.done.foreign += 1;
		log.warning(`${source.name}: the layer ${digest} (${mediaType}) is not copied: whoever pulls the image gets it from ${quote(urls[0] ?? "")}`);
	}
};
/** Something else failed first, or the caller has had enough. */
var Stopped = class extends Error {
	name = "Stopped";
};
var SourceFailure = class extends Error {
	name = "SourceFailure";
	constructor(cause) {
		super("the source failed", { cause });
	}
};
function joined(failures) {
	const coded = failures.filter((failure) => failure instanceof CodedError);
	const [bug] = failures.filter((failure) => !(failure instanceof CodedError));
	return bug ?? joinErrors(coded);
}

// src/registry/copy/endpoints.ts
/** A repository to copy from. */
function registrySource(client, repository) {
	return {
		name: repository.name,
		manifest: (digest, size) => client.getManifest(repository, digest, size === void 0 ? void 0 : { size }),
		stream: (blob) => client.getBlob(repository, blob),
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
/** To look is only to save work: who may write and not look writes. */
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

// src/young-heap.ts
/** So many bytes of buffers are let die before they are collected. */
const everyBytes = 8388608;
/**
* Collects the buffers of streams while they are young. The engine does not see them in its young generation, which they
* hardly fill, and waits for a full collection: that takes more time than this, and some 64 MB more of memory.
*/
var YoungHeap = class {
	#bytes = 0;
	#collect;
	/** So many bytes went by in buffers that nobody keeps. */
	passed(bytes) {
		this.#bytes += bytes;
		if (this.#bytes < everyBytes) return;
		this.#bytes = 0;
		this.#collect ??= collector();
		this.#collect();
	}
};
/** Where the engine has no such function nothing is collected by hand, and all goes on as it would have. */
function collector() {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("typeof gc === \"function\" ? gc : undefined");
	if (typeof collect !== "function") return () => void 0;
	return () => {
		Reflect.apply(collect, void 0, [{ type: "minor" }]);
	};
}

// src/registry/copy/progress.ts
const everyMs = 1e4;
/** How far the blobs of one copy have come, told every ten seconds: a copy that ends sooner says nothing on the way. */
var Progress = class {
	#what;
	#log;
	#now;
	#sizes = /* @__PURE__ */ new Map();
	#sent = /* @__PURE__ */ new Map();
	#heap = new YoungHeap();
	#toldAt;
	#blobs = 0;
	/** @param what `copying a to b`. @param now milliseconds, monotonic. */
	constructor(what, log, now) {
		this.#what = what;
		this.#log = log;
		this.#now = now;
		this.#toldAt = now();
	}
	/** A blob that has to be sent. */
	plan({ digest, size }) {
		this.#sizes.set(digest, size);
	}
	/** What comes by of a blob, from its beginning each time that it is read. */
	async *watch(blob, chunks) {
		let bytes = 0;
		for await (const chunk of chunks) {
			bytes += chunk.byteLength;
			if (bytes > (this.#sent.get(blob.digest) ?? 0)) this.#sent.set(blob.digest, bytes);
			this.#tellNowAndThen();
			this.#heap.passed(chunk.byteLength);
			yield chunk;
		}
	}
	done({ digest, size }) {
		this.#sent.set(digest, size);
		this.#blobs += 1;
		this.#tellNowAndThen();
	}
	#tellNowAndThen() {
		const now = this.#now();
		if (now - this.#toldAt < everyMs) return;
		this.#toldAt = now;
		const all = sum(this.#sizes.values());
		const sent = sum(this.#sent.values());
		const percent = all === 0 ? 100 : Math.floor(100 * sent / all);
		this.#log.info(`${this.#what}: ${megabytes(sent)} of ${megabytes(all)} (${percent} %), ${this.#blobs} of ${this.#sizes.size} blobs`);
	}
};
function sum(numbers) {
	return [...numbers].reduce((total, number) => total + number, 0);
}
/** `12.3 MB`, for people; what is smaller in kB. */
function megabytes(bytes) {
	if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
	return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}

// src/registry/copy/referrers.ts
/** A signature of an SBOM of an image is two; what goes on is a circle, or an attack. */
const maxDepth = 3;
const maxReferrers = 1e3;
const tagAttempts = 3;
/**
* Copies what refers to a manifest of the tree, and what refers to that. Where the target does not list it by itself, the
* tag that stands in for the list is kept up.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
*/
async function copyReferrers(copy) {
	const seen = /* @__PURE__ */ new Set();
	let subjects = await digestsOf(copy, copy.manifest);
	for (let depth = 0; depth < maxDepth && subjects.length > 0; depth += 1) {
		const next = [];
		await copy.run.all(subjects.map(async (subject) => {
			next.push(...await copyReferrersOf(copy, subject, seen));
		}));
		subjects = next;
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
		copied.push(descriptor);
	}));
	run.done.referrers += copied.length;
	await list(copy, subject, copied, handled);
	return copied.map(({ digest }) => digest);
}
function isAbout({ bytes, digest }, subject) {
	return parseFields(bytes, `manifest ${digest}`).get("subject").optional((field) => field.get("digest").digest()) === subject;
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
	const tag = `${digestAlgorithm(subject)}-${digestHex(subject).slice(0, 64)}`;
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

// src/registry/copy/slots.ts
/** Lets so many pieces of work go on at once; the others wait in the order in which they came. */
var Slots = class {
	#free;
	#waiting = [];
	constructor(count) {
		this.#free = count;
	}
	async run(work) {
		if (this.#free > 0) this.#free -= 1;
		else await new Promise((resolve) => this.#waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === void 0) this.#free += 1;
			else next();
		}
	}
};

// src/registry/copy/copier.ts
const nothingDone = {
	manifests: 0,
	present: 0,
	adopted: 0,
	sent: 0,
	sentBytes: 0,
	foreign: 0,
	referrers: 0
};
/** Copies that share what they have in common, and the number of blobs that are sent at once. */
function createCopier(options) {
	const { log, streams = 4, signal, now = () => performance.now() } = options;
	const slots = new Slots(streams);
	const underWay = /* @__PURE__ */ new Map();
	const copyTree = async (copy) => {
		const { source, target, manifest, known = [], lookFirst = true, referrers = false } = copy;
		signal?.throwIfAborted();
		const started = now();
		const what = `${manifest.digest.slice(0, 19)} from ${source.name} to ${target.name}`;
		const run = new CopyRun({
			source,
			target,
			known: new Map([...known, manifest].map((each) => [each.digest, each])),
			lookFirst,
			log,
			slots,
			progress: new Progress(`copying ${what}`, log, now),
			underWay,
			signal
		});
		await run.run(async () => {
			await run.bring(manifest.digest, manifest.bytes.byteLength);
			if (referrers) await copyReferrers({
				run,
				source,
				target,
				log,
				manifest
			});
		});
		log.info(`${what}: ${told(run.done)} in ${((now() - started) / 1e3).toFixed(1)} s`);
		return { ...run.done };
	};
	return {
		copyTree,
		copyImage: async ({ client, from, to, lookFirst = !sameRegistry(from, to), ...copy }) => {
			if (sameRegistry(from, to) && from.path === to.path) return nothingDone;
			const mountFrom = sameRegistry(from, to) ? from : void 0;
			return copyTree({
				...copy,
				lookFirst,
				source: registrySource(client, from),
				target: registryTarget(client, to, log, mountFrom)
			});
		}
	};
}
function told({ manifests, present, adopted, sent, sentBytes, referrers }) {
	if (manifests === 0) return "all of it is there already";
	return [
		`${manifests} manifests written`,
		...present > 0 ? [`${present} there already`] : [],
		`${sent} blobs sent (${megabytes(sentBytes)})`,
		...adopted > 0 ? [`${adopted} mounted or there already`] : [],
		...referrers > 0 ? [`${referrers} referrers`] : []
	].join(", ");
}

export { registrySource as n, registryTarget as r, createCopier as t };