// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as isDigest } from "./oci-digest.js";
import { a as parseTag } from "./oci-reference.js";
import { a as LayoutFiles, c as layoutName, d as emptyIndexJson, f as withEntry, i as readIndexJson, l as layoutVersion, n as layoutOf, o as blobPath, r as openLayout, s as errno, t as checkVersion, u as noLayout } from "./layout-layout.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { l as registrySource, u as registryTarget } from "./registry-copy-referrers.js";
import "./registry-copy-copier.js";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";

// src/layout/layout-target.ts
/**
* A folder that is to be an OCI image layout: one already, empty, or not there yet.
* @throws E_INPUT for a folder with other things in it; E_MANIFEST for a layout of another version.
*/
async function openLayoutTarget(folder) {
	const files = new LayoutFiles(folder);
	const held = await contentOf(folder);
	if (held.includes("oci-layout")) await checkVersion(files, folder);
	else if (held.length > 0) throw noLayout(folder, "has other things in it and is no OCI image layout", "choose a folder that is empty, or not there yet");
	const writer = new LayoutWriter(files, held.includes("oci-layout"));
	return {
		name: layoutName(folder),
		hasManifest: () => Promise.resolve(false),
		adopt: (blob) => writer.has(blob),
		upload: (blob, open) => writer.write(blob, open()),
		put: async (reference, manifest) => {
			await writer.writeManifest(manifest);
			if (!isDigest(reference)) await writer.enter(manifest, parseTag(reference));
			return { subjectHandled: false };
		},
		list: async (manifest) => {
			await writer.writeManifest(manifest);
			await writer.enter(manifest, void 0);
		},
		manifest: async (reference) => (await writer.reader())?.manifest(reference),
		referrers: async (subject) => await (await writer.reader())?.referrers(subject) ?? []
	};
}
async function contentOf(folder) {
	try {
		return await readdir(folder);
	} catch (error) {
		if (errno(error) === "ENOENT") return [];
		const code = errno(error);
		if (code === "ENOTDIR") throw noLayout(folder, "is no folder", "choose another name");
		if (code === void 0) throw error;
		throw noLayout(folder, `cannot be read (${code})`, "check the folder and its permissions");
	}
}
var LayoutWriter = class {
	#files;
	#isLayout;
	/** Changes of index.json, one after the other: each reads what the one before has written. */
	#entering = Promise.resolve();
	constructor(files, isLayout) {
		this.#files = files;
		this.#isLayout = isLayout;
	}
	async has(blob) {
		if (!await this.#files.isOwnFile(blobPath(blob.digest))) return false;
		try {
			const pieces = emptyLayout(this.#files).stream(blob)[Symbol.asyncIterator]();
			while ((await pieces.next()).done !== true);
			return true;
		} catch (error) {
			if (isMismatch(error)) return false;
			throw error;
		}
	}
	async write({ digest }, content) {
		await this.#begin();
		await this.#files.write(blobPath(digest), content);
	}
	async writeManifest({ digest, bytes }) {
		const blob = {
			digest,
			size: bytes.byteLength
		};
		if (!await this.has(blob)) await this.write(blob, [bytes]);
	}
	async enter(manifest, name) {
		const entering = this.#entering.then(async () => {
			const before = await readIndexJson(this.#files, this.#files.folder);
			const after = withEntry(before, manifest, name);
			if (after !== void 0) await this.#files.write("index.json", [after]);
		});
		this.#entering = entering.catch(() => void 0);
		await entering;
	}
	/** Undefined: nothing is listed yet. */
	async reader() {
		if (!this.#isLayout) return void 0;
		const index = await readIndexJson(this.#files, this.#files.folder);
		return index === void 0 ? emptyLayout(this.#files) : layoutOf(this.#files, index);
	}
	async #begin() {
		if (this.#isLayout) return;
		this.#isLayout = true;
		await this.#files.write("oci-layout", [Buffer.from(JSON.stringify({ imageLayoutVersion: layoutVersion }))]);
	}
};
function emptyLayout(files) {
	return layoutOf(files, emptyIndexJson(`index.json of ${layoutName(files.folder)}`));
}
function isMismatch(error) {
	return error instanceof Error && "code" in error && error.code === "E_DIGEST_MISMATCH";
}

// src/commands/places.ts
/** The folders that a command reads, each opened once, and the one that it writes. */
var Layouts = class {
	#cwd;
	#output;
	#open = /* @__PURE__ */ new Map();
	#target;
	constructor({ cwd, output }) {
		this.#cwd = cwd;
		this.#output = output?.path;
	}
	/** @throws E_NOT_FOUND, E_INPUT, E_MANIFEST for what is no layout */
	async source({ path }) {
		const folder = resolve(this.#cwd, path);
		if (path === this.#output) return openLayout(folder);
		const opened = this.#open.get(folder) ?? openLayout(folder);
		this.#open.set(folder, opened);
		return opened;
	}
	/** @throws E_INPUT for a folder that has other things in it */
	async target({ path }) {
		return this.#target ??= openLayoutTarget(resolve(this.#cwd, path));
	}
	/** An empty reference is the only image of a layout. */
	async manifest(place, reference) {
		if (place.path === this.#output && reference !== "") return (await this.target(place)).manifest(reference);
		return (await this.source(place)).manifest(reference === "" ? void 0 : reference);
	}
};
/** {@link Places}, with a registry client for what is in registries. */
function withLayouts(registry, layouts) {
	return {
		headManifest: async (place, ref) => {
			if (!isLayout(place)) return registry.headManifest(place, ref);
			const manifest = await layouts.manifest(place, ref);
			return manifest && { digest: manifest.digest };
		},
		getManifest: async (place, ref) => isLayout(place) ? layouts.manifest(place, ref) : registry.getManifest(place, ref),
		readBlob: async (place, descriptor, max) => isLayout(place) ? (await layouts.source(place)).blob(descriptor, max) : registry.readBlob(place, descriptor, max),
		getBlob: (place, descriptor) => isLayout(place) ? streamed(layouts, place, descriptor) : registry.getBlob(place, descriptor),
		listReferrers: async (place, digest, artifactType) => isLayout(place) ? [] : registry.listReferrers(place, digest, artifactType),
		putManifest: async (place, ref, manifest) => {
			if (!isLayout(place)) return registry.putManifest(place, ref, manifest);
			const target = await layouts.target(place);
			return ref === "" ? target.list(manifest) : target.put(ref, manifest);
		}
	};
}
async function* streamed(layouts, place, descriptor) {
	yield* (await layouts.source(place)).stream(descriptor);
}
/** Copies between repositories, and to and from folders. */
function copyBetween(copier, client, layouts, log) {
	return async ({ from, to, ...copy }) => {
		if (!isLayout(from) && !isLayout(to)) return copier.copyImage({
			...copy,
			client,
			from,
			to
		});
		const source = isLayout(from) ? await layouts.source(from) : registrySource(client, from);
		const target = isLayout(to) ? await layouts.target(to) : registryTarget(client, to, log);
		return copier.copyTree({
			...copy,
			source,
			target
		});
	};
}

export { Layouts, copyBetween, withLayouts };