// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as Slots } from "./slots.js";
import { i as quote, r as joinErrors, t as CodedError } from "./errors.js";
import { d as sameRegistry, l as registrySource, r as contentsOf, t as copyReferrers, u as registryTarget } from "./registry-copy-referrers.js";

// src/registry/copy/copy-run.ts
/** An index in an index in an index: nobody means more than that. */
const maxDepth = 4;
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
		if (depth > maxDepth) throw new CodedError("E_MANIFEST", `${manifest.digest} is nested more than ${maxDepth} levels deep`, { hint: "copy the images themselves" });
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
		let bytes = 0;
		try {
			for await (const chunk of source.stream(blob)) {
				this.#stop.signal.throwIfAborted();
				bytes += chunk.byteLength;
				progress.passed(blob, bytes);
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

// src/registry/copy/progress.ts
const everyMs = 1e4;
/** How far the blobs of one copy have come, told every ten seconds: a copy that ends sooner says nothing on the way. */
var Progress = class {
	#what;
	#log;
	#now;
	#sizes = /* @__PURE__ */ new Map();
	#sent = /* @__PURE__ */ new Map();
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
	/** So many bytes of a blob came by, from its beginning each time that it is read. */
	passed({ digest }, bytes) {
		if (bytes > (this.#sent.get(digest) ?? 0)) this.#sent.set(digest, bytes);
		this.#tellNowAndThen();
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
		copyImage: async ({ client, from, to, ...copy }) => {
			if (sameRegistry(from, to) && from.path === to.path) return nothingDone;
			const mountFrom = sameRegistry(from, to) ? from : void 0;
			return copyTree({
				lookFirst: mountFrom === void 0 || copy.referrers === true,
				...copy,
				source: registrySource(client, from),
				target: registryTarget(client, to, log, mountFrom)
			});
		}
	};
}
function told({ manifests, present, adopted, sent, sentBytes, referrers }) {
	if (manifests === 0) return "all of it is there already";
	return [
		counted(manifests, "manifest", "written"),
		...present > 0 ? [`${present} there already`] : [],
		`${counted(sent, "blob", "sent")} (${megabytes(sentBytes)})`,
		...adopted > 0 ? [`${adopted} mounted or there already`] : [],
		...referrers > 0 ? [counted(referrers, "referrer")] : []
	].join(", ");
}
/** `1 blob sent`, `2 blobs sent` */
function counted(count, noun, done = "") {
	return `${count} ${noun}${count === 1 ? "" : "s"} ${done}`.trimEnd();
}

export { createCopier as t };