// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { a as isDigest, i as digestOf, n as digestAlgorithm, o as parseDigest, r as digestHex, t as DigestStream } from "./oci-digest.js";
import { r as maxManifestBytes } from "./oci-manifest.js";
import { a as mediaTypes, o as readDescriptor } from "./oci-media-types.js";
import { n as referrersTag, t as isReferrersTag } from "./oci-referrers-tag.js";
import { n as parseFields } from "./oci-schema.js";
import { lstat, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";

// src/layout/index-json.ts
/** The annotation that names an entry. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const refName = "org.opencontainers.image.ref.name";
/** Where containerd and BuildKit put the whole reference. */
const containerdName = "io.containerd.image.name";
const maxEntries = 1e4;
/** @throws E_MANIFEST */
function parseIndexJson(bytes, what) {
	const root = parseFields(bytes, what, { plainIntegers: true });
	const version = root.get("schemaVersion");
	if (version.value !== 2) throw version.error("is not the number 2");
	root.get("mediaType").optional((field) => field.oneOf([mediaTypes.ociIndex]));
	const fields = root.get("manifests").optional((field) => field.items(maxEntries)) ?? [];
	return {
		document: root.object(),
		listed: fields.map(({ value = null }) => value),
		entries: fields.map(readDescriptor),
		what
	};
}
/**
* The entry of this name: `v1`, or a whole reference that ends in `:v1`, as containerd writes them.
* @throws E_INPUT where it could be either of several.
*/
function entryNamed({ entries, what }, name) {
	const exact = entries.filter((entry) => nameOf(entry) === name);
	const found = exact.length > 0 ? exact : entries.filter((entry) => [nameOf(entry), entry.annotations?.[containerdName]].some(endsIn(name)));
	const [first, ...rest] = found;
	if (rest.every(({ digest }) => digest === first?.digest)) return first;
	throw new CodedError("E_INPUT", `${what} has ${found.length} images with the name ${quote(name)}`, { hint: `write the digest instead: ${found.map(({ digest }) => digest).join(" or ")}` });
}
function endsIn(tag) {
	return (name) => name?.endsWith(`:${tag}`) === true && name.includes("/");
}
/** The one image of a layout. @throws E_INPUT where there are several, E_NOT_FOUND where there is none. */
function onlyEntry({ entries, what }) {
	const images = new Map(entries.filter((entry) => !isReferrersTag(nameOf(entry) ?? "")).map((entry) => [entry.digest, entry]));
	const [first, ...rest] = images.values();
	if (first === void 0) throw new CodedError("E_NOT_FOUND", `${what} lists no image`, { hint: "write one into it first" });
	if (rest.length === 0) return first;
	const names = [...images.values()].map((entry) => nameOf(entry) ?? entry.digest);
	throw new CodedError("E_INPUT", `${what} lists ${images.size} images`, { hint: `say which, behind a colon: ${names.slice(0, 10).map((name) => quote(name)).join(", ")}` });
}
function nameOf({ annotations }) {
	return annotations?.[refName];
}
/**
* The document with `manifest` under `name`, in the place of what had that name before; undefined where nothing would
* change. What else is in the document stays as it is. Without a name it is added unless it is listed already.
*/
function withEntry(before, manifest, name) {
	const { document, listed, entries } = before ?? emptyIndexJson("");
	const isSame = (entry) => entry?.digest === manifest.digest && entry.mediaType === manifest.mediaType && entry.size === manifest.bytes.byteLength;
	const holds = (entry) => name === void 0 ? isSame(entry) : nameOf(entry) === name;
	const own = entries.flatMap((entry, position) => holds(entry) ? [position] : []);
	if (own.length === 1 && isSame(entries[own[0] ?? 0])) return void 0;
	if (name === void 0 && own.length > 0) return void 0;
	const entry = {
		mediaType: manifest.mediaType,
		digest: manifest.digest,
		size: manifest.bytes.byteLength,
		...name !== void 0 && { annotations: { [refName]: name } }
	};
	const place = own[0] ?? listed.length;
	const others = (from, to) => listed.slice(from, to).filter((_, index) => !own.includes(from + index));
	const manifests = [
		...others(0, place),
		entry,
		...others(place)
	];
	return Buffer.from(JSON.stringify({
		...document,
		manifests
	}));
}
/** @param what for messages. */
function emptyIndexJson(what) {
	return {
		document: {
			schemaVersion: 2,
			mediaType: mediaTypes.ociIndex
		},
		listed: [],
		entries: [],
		what
	};
}

// src/layout/layout-files.ts
/** The files below one folder, and nothing outside it, wherever links may point. */
var LayoutFiles = class {
	/** As it was given, for people. */
	folder;
	#root;
	constructor(folder) {
		this.folder = folder;
	}
	/**
	* Undefined where there is none. The caller closes it.
	* @throws E_INPUT for what is no file, or is outside the folder.
	*/
	async open(path) {
		try {
			const real = await this.#inside(path);
			const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
			const handle = await open(real, flags);
			const stats = await handle.stat();
			if (stats.isFile()) return {
				handle,
				size: stats.size
			};
			await handle.close();
		} catch (error) {
			if (errno(error) === "ENOENT" || errno(error) === "ENOTDIR") return void 0;
			throw this.#failure(error, `${this.#named(path)} cannot be read`);
		}
		throw new CodedError("E_INPUT", `${this.#named(path)} is no file`, { hint: "an OCI image layout holds plain files" });
	}
	/** All of a file of at most `maxBytes`. @throws E_MANIFEST for a longer one. */
	async read(path, maxBytes) {
		const file = await this.open(path);
		if (file === void 0) return void 0;
		try {
			if (file.size > maxBytes) throw new CodedError("E_MANIFEST", `${this.#named(path)} has ${file.size} bytes`, { hint: `${maxBytes} are read of its kind at most` });
			return await file.handle.readFile();
		} finally {
			await file.handle.close();
		}
	}
	/** Writes to another name and renames, so that nobody ever sees a part of it. */
	async write(path, content) {
		const temporary = join(this.folder, `.native-multiarch-${randomUUID()}`);
		try {
			const folder = await this.#makeFolder(dirname(path));
			const handle = await open(temporary, "wx", 420);
			try {
				for await (const chunk of content) await handle.writeFile(chunk);
			} finally {
				await handle.close();
			}
			await rename(temporary, join(folder, basename(path)));
		} catch (error) {
			await rm(temporary, { force: true });
			throw this.#failure(error, `${this.#named(path)} cannot be written`);
		}
	}
	/** Is this a plain file of the folder's own, and no link to one? */
	async isOwnFile(path) {
		return (await lstat(join(this.folder, path)).catch((error) => {
			if (errno(error) === "ENOENT" || errno(error) === "ENOTDIR") return void 0;
			throw this.#failure(error, `${this.#named(path)} cannot be read`);
		}))?.isFile() === true;
	}
	/** Step by step, so that nothing is made behind a link that leads away. @returns the real one. */
	async #makeFolder(path) {
		if (path === ".") {
			await makeFolders(this.folder);
			return this.#inside(path);
		}
		await makeFolder(join(await this.#makeFolder(dirname(path)), basename(path)));
		return this.#inside(path);
	}
	async #inside(path) {
		this.#root ??= await realpath(this.folder);
		const real = await realpath(join(this.folder, path));
		if (real === this.#root || real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)) return real;
		throw new CodedError("E_INPUT", `${this.#named(path)} is a link that leads out of the folder`, { hint: "links are followed within the folder only" });
	}
	#named(path) {
		return `${path} of ${show(this.folder, 200)}`;
	}
	/** What the file system said, as an error that a person reads; anything else stays as it is. */
	#failure(error, what) {
		const code = errno(error);
		if (code === void 0 || !(error instanceof Error)) return error;
		return new CodedError("E_INPUT", `${what} (${code})`, {
			hint: hints[code] ?? hint,
			cause: error
		});
	}
};
async function makeFolder(path) {
	await mkdir(path).catch((error) => {
		if (errno(error) !== "EEXIST") throw error;
	});
}
/** With the folders above it. Node's own `recursive` never ends where a parent can be seen and not be written to, as in /proc. */
async function makeFolders(path) {
	try {
		await makeFolder(path);
	} catch (error) {
		if (errno(error) !== "ENOENT" || dirname(path) === path) throw error;
		await makeFolders(dirname(path));
		await makeFolder(path);
	}
}
const hint = "check the folder and its permissions";
const hints = {
	ENOSPC: "the disk is full",
	EDQUOT: "the quota of the disk is used up",
	EROFS: "the disk is read-only: choose another folder"
};
/** `blobs/sha256/…`. The digest is checked here once more although parsers have seen it, because here it becomes a path. */
function blobPath(digest) {
	const checked = parseDigest(digest);
	return `blobs/${digestAlgorithm(checked)}/${digestHex(checked)}`;
}
/** The code of an error of the file system. */
function errno(error) {
	const code = error instanceof Error && "code" in error && "syscall" in error ? error.code : void 0;
	return typeof code === "string" ? code : void 0;
}
/** The version of the layout that we read and write. https://github.com/opencontainers/image-spec/blob/main/image-layout.md#oci-layout-file */
const layoutVersion = "1.0.0";
/** `oci:folder`, for messages. */
function layoutName(folder) {
	return `oci:${show(folder, 200)}`;
}
/** An error about a folder that is no layout. */
function noLayout(folder, why, remedy) {
	return new CodedError("E_INPUT", `${quote(folder, 200)} ${why}`, { hint: remedy });
}

// src/layout/layout.ts
const pieceBytes = 131072;
const mismatchHint = "the folder is damaged: write it again";
/**
* Opens an OCI image layout.
* @throws E_NOT_FOUND where there is no such folder; E_INPUT for what is no layout; E_MANIFEST for another version of it, or
* a malformed index.json.
*/
async function openLayout(folder) {
	const files = new LayoutFiles(folder);
	await checkFolder(folder);
	await checkVersion(files, folder);
	const index = await readIndexJson(files, folder);
	if (index !== void 0) return layoutOf(files, index);
	throw noLayout(folder, "has no index.json", "it is no complete OCI image layout: write it again");
}
/** @throws E_NOT_FOUND, E_INPUT */
async function checkFolder(folder) {
	const stats = await stat(folder).catch((error) => {
		const code = errno(error);
		if (code === void 0) throw error;
		if (code === "ENOENT") return void 0;
		throw noLayout(folder, `cannot be read (${code})`, "check the folder and its permissions");
	});
	if (stats === void 0) throw new CodedError("E_NOT_FOUND", `there is no folder ${quote(folder, 200)}`, { hint: "name the folder of an OCI image layout" });
	if (!stats.isDirectory()) throw noLayout(folder, "is no folder", "name the folder of an OCI image layout; unpack an archive first");
}
/** @throws E_INPUT where it is no layout; E_MANIFEST for another version. */
async function checkVersion(files, folder) {
	const bytes = await files.read("oci-layout", 65536);
	if (bytes === void 0) throw noLayout(folder, "is no OCI image layout: it has no file oci-layout", "skopeo, crane, regctl, podman and buildx write such folders");
	const version = parseFields(bytes, `oci-layout of ${layoutName(folder)}`).get("imageLayoutVersion").string({ maxLength: 100 });
	if (version === "1.0.0") return;
	throw new CodedError("E_MANIFEST", `${layoutName(folder)} is a layout of version ${quote(version)}`, { hint: `version ${layoutVersion} is known` });
}
/** A layout's index.json; undefined where it has none. @throws E_MANIFEST for a malformed one. */
async function readIndexJson(files, folder) {
	const bytes = await files.read("index.json", maxManifestBytes);
	return bytes && parseIndexJson(bytes, `index.json of ${layoutName(folder)}`);
}
/** The reading side of a layout whose index.json was read already. */
function layoutOf(files, index) {
	const reader = new LayoutReader(files, index);
	return {
		name: layoutName(files.folder),
		entries: index.entries,
		manifest: (reference, size) => reader.manifest(reference, size),
		blob: (descriptor, max) => reader.blob(descriptor, max),
		stream: (descriptor) => reader.stream(descriptor),
		referrers: (subject) => reader.referrers(subject)
	};
}
var LayoutReader = class {
	#files;
	#index;
	constructor(files, index) {
		this.#files = files;
		this.#index = index;
	}
	async manifest(reference, size) {
		if (reference !== void 0 && isDigest(reference)) {
			const entry = this.#index.entries.find(({ digest }) => digest === reference);
			return this.#read(reference, size ?? entry?.size, entry?.mediaType);
		}
		const entry = reference === void 0 ? onlyEntry(this.#index) : entryNamed(this.#index, reference);
		if (entry === void 0) return void 0;
		const manifest = await this.#read(entry.digest, entry.size, entry.mediaType);
		if (manifest !== void 0) return manifest;
		throw this.#missing(entry.digest);
	}
	async blob(descriptor, max) {
		if (descriptor.size > max) throw new CodedError("E_MANIFEST", `${descriptor.digest} has ${descriptor.size} bytes by its descriptor`, { hint: `${max} are read of its kind at most` });
		const parts = [];
		for await (const part of this.stream(descriptor)) parts.push(part);
		return Buffer.concat(parts);
	}
	async *stream({ digest, size }) {
		const file = await this.#files.open(blobPath(digest));
		if (file === void 0) throw this.#missing(digest);
		try {
			if (file.size !== size) throw this.#mismatch(digest, `it has ${file.size} bytes instead of ${size}`);
			const hash = new DigestStream(digestAlgorithm(digest));
			for (let left = size; left > 0;) {
				const piece = Buffer.allocUnsafe(Math.min(pieceBytes, left));
				const { bytesRead } = await file.handle.read(piece, 0, piece.byteLength, null);
				if (bytesRead === 0) throw this.#mismatch(digest, `it ends ${left} bytes before ${size}`);
				left -= bytesRead;
				hash.update(piece.subarray(0, bytesRead));
				yield piece.subarray(0, bytesRead);
			}
			const real = hash.digest();
			if (real !== digest) throw this.#mismatch(digest, `its bytes have the digest ${real}`);
		} finally {
			await file.handle.close();
		}
	}
	async referrers(subject) {
		const list = entryNamed(this.#index, referrersTag(subject));
		const listed = list?.mediaType === mediaTypes.ociIndex ? await this.#entriesOf(list) : [];
		const found = new Map(listed.map((descriptor) => [descriptor.digest, descriptor]));
		for (const entry of this.#index.entries) if (!found.has(entry.digest) && await this.#isAbout(entry, subject)) found.set(entry.digest, entry);
		return [...found.values()];
	}
	async #entriesOf({ digest, size }) {
		const bytes = await this.blob({
			digest,
			size
		}, maxManifestBytes);
		return parseIndexJson(bytes, `${digest} of ${layoutName(this.#files.folder)}`).entries;
	}
	async #isAbout({ digest, size }, subject) {
		const manifest = await this.#read(digest, size, void 0);
		if (manifest === void 0) return false;
		return parseFields(manifest.bytes, `manifest ${digest}`).get("subject").optional((about) => about.get("digest").digest()) === subject;
	}
	async #read(digest, size, promised) {
		const bytes = await this.#files.read(blobPath(digest), maxManifestBytes);
		if (bytes === void 0) return void 0;
		if (size !== void 0 && bytes.byteLength !== size) throw this.#mismatch(digest, `it has ${bytes.byteLength} bytes instead of ${size}`);
		const real = digestOf(bytes, digestAlgorithm(digest));
		if (real !== digest) throw this.#mismatch(digest, `its bytes have the digest ${real}`);
		const mediaType = mediaTypeOf(bytes, digest, promised);
		return mediaType === void 0 ? void 0 : {
			bytes,
			digest,
			mediaType
		};
	}
	#missing(digest) {
		return new CodedError("E_NOT_FOUND", `${digest} is not in ${layoutName(this.#files.folder)}`, { hint: "the layout is incomplete, perhaps of one platform alone: write it again with all of them" });
	}
	#mismatch(digest, how) {
		return new CodedError("E_DIGEST_MISMATCH", `${digest} of ${layoutName(this.#files.folder)}: ${how}`, { hint: mismatchHint });
	}
};
/**
* A file has no Content-Type: what the document says of itself, else what led to it, else what it looks like, which is left
* to OCI's two kinds. Undefined for a document that is no manifest. @throws E_MANIFEST where two of them differ.
*/
function mediaTypeOf(bytes, digest, promised) {
	const root = parseFields(bytes, `manifest ${digest}`);
	const said = root.get("mediaType").optional((field) => field.string({ maxLength: 512 }));
	if (said !== void 0 && promised !== void 0 && said !== promised) throw root.error(`is listed as ${quote(promised)} and says that it is ${quote(said)}`);
	if (said !== void 0 || promised !== void 0) return said ?? promised;
	if (!root.get("manifests").absent) return mediaTypes.ociIndex;
	return root.get("layers").absent ? void 0 : mediaTypes.ociManifest;
}

export { LayoutFiles as a, layoutName as c, emptyIndexJson as d, withEntry as f, readIndexJson as i, layoutVersion as l, layoutOf as n, blobPath as o, openLayout as r, errno as s, checkVersion as t, noLayout as u };