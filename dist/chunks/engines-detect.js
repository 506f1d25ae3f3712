// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, n as errorLine, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { i as digestOf, t as DigestStream } from "./oci-digest.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { l as samePlatform, n as formatPlatform, o as platformOfJson, r as normalisePlatform, t as parsePlatform } from "./platform-platform.js";
import { A as Session, C as maxId, D as sourceDate, E as tarHeader, O as checkValues, S as layoutArchive, T as tarEnd, _ as writeDockerConfig, a as readStoredLayout, b as pushStored, c as commonArguments, d as cacheOfPlatform, f as buildArgFlags, g as storedImageId, h as isStoredFor, i as modestLimits, k as existing, l as optional, m as DockerfileEngine, n as PodmanEngine, o as DockerEngine, p as writtenTo, r as ContainersEngine, s as secretArguments, t as StoredImages, u as pairs, v as userFolders, w as padding, x as chunks, y as thisMachine } from "./engines-stored-stored-images.js";
import { t as parseImageConfig } from "./oci-config.js";
import { n as layoutRepository, r as parseLayoutReference, t as isLayout } from "./oci-layout-reference.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes } from "./oci-manifest.js";
import { r as parseReference, t as formatReference } from "./oci-reference.js";
import { n as parseFields, r as withoutUndefined } from "./oci-schema.js";
import { n as isAtLeast, t as askedOptions } from "./engines-support.js";
import { v as relation } from "./engines-smoke-smoke.js";
import { n as lastLines } from "./engines-process-output.js";
import { n as findTools, t as findTool } from "./engines-process-tools.js";
import { i as kill, t as descendantsOf } from "./engines-process-process-tree.js";
import { t as isLoopback } from "./engines-registries.js";
import { lstat, mkdir, open, readFile, readdir, readlink, rm, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { createReadStream } from "node:fs";
import { once } from "node:events";
import { connect, isIP } from "node:net";
import { connect as connect$1 } from "node:tls";

// src/engines/assemble/base-tree.ts
/** As many links as Linux follows before it says ELOOP. */
const maxLinks = 40;
/**
* The folders and links of an image, put together layer by layer from the lowest. A layer on top has to name folders as they are:
* one that says `bin/app` where `bin` is a link hides all of /usr/bin with some runtimes, and one that leaves /tmp out makes it
* a folder of root's with others.
*/
var BaseTree = class {
	#nodes = /* @__PURE__ */ new Map();
	/** What one layer does; whiteouts are about the layers below, wherever they stand in the archive. */
	apply(changes) {
		for (const [path, { kind }] of changes) if (kind === "removed") this.#remove(path);
		else if (kind === "emptied") this.#empty(path);
		for (const [path, change] of changes) {
			const at = this.resolve(path, false);
			if (change.kind === "folder") {
				const { mode, uid, gid } = change;
				const real = this.resolve(path);
				if (this.folder(real) === void 0) this.#remove(at);
				this.#nodes.set(this.folder(real) === void 0 ? at : real, {
					mode,
					uid,
					gid
				});
			} else if (change.kind === "link") {
				this.#remove(at);
				this.#nodes.set(at, { target: change.target });
			} else if (change.kind === "file") this.#remove(at);
		}
	}
	/** The folder at a path without links, if one is there. */
	folder(path) {
		const node = this.#nodes.get(path);
		return node === void 0 || "target" in node ? void 0 : node;
	}
	/** The path without links in it. What is not there stays as it is written; so does a circle of links. */
	resolve(path, followLast = true) {
		const todo = path.split("/").reverse();
		let found = [];
		let links = 0;
		for (let name = todo.pop(); name !== void 0; name = todo.pop()) {
			if (name === "" || name === ".") continue;
			if (name === "..") {
				found.pop();
				continue;
			}
			const node = this.#nodes.get([...found, name].join("/"));
			if (node !== void 0 && "target" in node && (followLast || todo.length > 0)) {
				links += 1;
				if (links > maxLinks) return path;
				if (node.target.startsWith("/")) found = [];
				todo.push(...node.target.split("/").reverse());
			} else found.push(name);
		}
		return found.join("/");
	}
	#remove(path) {
		const isFolder = this.folder(path) !== void 0;
		this.#nodes.delete(path);
		if (isFolder) this.#empty(path);
	}
	#empty(path) {
		const prefix = path === "" ? "" : `${path}/`;
		for (const each of [...this.#nodes.keys()]) if (each.startsWith(prefix)) this.#nodes.delete(each);
	}
};

// src/engines/assemble/base-image.ts
/**
* Reads a base image: manifest, configuration, and the folders of its layers.
* @param text a reference, or `oci:folder[:tag]`
* @throws E_REFERENCE; E_NOT_FOUND; E_BASE_PLATFORM with the platforms that there are; E_MANIFEST, E_LAYER for what is malformed
*/
async function readBase(text, platform, options) {
	const { reader, log } = options;
	if (reader === void 0) throw new CodedError("E_INTERNAL", "engine assemble was given nobody to read with");
	const reference = await place(text, options);
	const { repository, tag, digest } = reference;
	const top = await reader.getManifest(repository, digest ?? tag ?? (isLayout(repository) ? "" : "latest"));
	if (top === void 0) throw missing(text);
	const { manifest, bytes } = await imageFor(top, {
		text,
		repository,
		platform,
		reader
	});
	const config = await readConfig(manifest, {
		text,
		repository,
		platform,
		reader
	});
	const diffIds = parseImageConfig(config.bytes, `config of ${text}`).diffIds;
	if (diffIds.length !== manifest.layers.length) throw new CodedError("E_MANIFEST", `base ${quote(text)} has ${manifest.layers.length} layers and names ${diffIds.length}`, { hint: "it is damaged; build and push it again" });
	log.info(`base ${text} for ${formatPlatform(platform)} is ${bytes.digest}, ${manifest.layers.length} layers`);
	const tree = await readTree(manifest.layers, repository, reader);
	return {
		repository,
		...!isLayout(repository) && { named: {
			reference: formatReference(reference),
			digest: top.digest
		} },
		digest: bytes.digest,
		layers: manifest.layers,
		config: config.document,
		diffIds,
		tree
	};
}
async function place(text, options) {
	const layout = parseLayoutReference(text);
	if (layout === void 0) return parseReference(text);
	const folder = await existing("base", layout.repository.path, options, "folder");
	return {
		...layout,
		repository: layoutRepository(folder)
	};
}
async function imageFor(top, { text, repository, platform, reader }) {
	const manifest = parseManifest(top);
	if (manifest.kind === "image") return {
		manifest,
		bytes: top
	};
	const listed = manifest.manifests.filter((entry) => !isAttestation(entry) && entry.platform !== void 0).map((entry) => ({
		entry,
		platform: platformOfJson(entry.platform ?? {
			os: "",
			architecture: ""
		})
	}));
	const found = listed.find((each) => samePlatform(each.platform, platform));
	if (found === void 0) throw lacks(text, platform, listed.map((each) => each.platform));
	const bytes = await reader.getManifest(repository, found.entry.digest);
	if (bytes === void 0) throw missing(`${text} (${found.entry.digest})`);
	const image = parseManifest(bytes);
	if (image.kind === "image") return {
		manifest: image,
		bytes
	};
	throw new CodedError("E_MANIFEST", `base ${quote(text)} has an index in its index`, { hint: "name the image itself, by its digest" });
}
async function readConfig({ config }, { text, repository, platform, reader }) {
	const bytes = await reader.readBlob(repository, config, maxManifestBytes);
	const { os, architecture, variant } = parseImageConfig(bytes, `config of ${text}`);
	const own = normalisePlatform({
		os,
		architecture,
		variant
	});
	if (!samePlatform(own, platform)) throw lacks(text, platform, [own]);
	return {
		bytes,
		document: parseFields(bytes, `config of ${text}`)
	};
}
function missing(text) {
	return new CodedError("E_NOT_FOUND", `base ${quote(text)} is not there`, { hint: "check its name and tag, and whether our credentials may read it" });
}
function lacks(text, platform, there) {
	const has = there.length === 0 ? "none that says what it is for" : there.map(formatPlatform).join(", ");
	return new CodedError("E_BASE_PLATFORM", `base ${quote(text)} has no ${formatPlatform(platform)}, only ${has}`, { hint: `choose a base image that has ${formatPlatform(platform)}` });
}
async function readTree(layers, repository, reader) {
	const tree = new BaseTree();
	for (const layer of layers) {
		const changes = [];
		await reader.layerPaths(`layer ${layer.digest}`, reader.getBlob(repository, layer), (parts, change) => {
			changes.push([parts.join("/"), change]);
		});
		tree.apply(changes);
	}
	return tree;
}

// src/engines/assemble/files.ts
const form = /^(?<source>[^:]+?)\s*:\s*(?<destination>[^:]+?)\s*(?::\s*(?<mode>[0-7]{3,5})?\s*(?::\s*(?<uid>\d{1,7})\s*(?::\s*(?<gid>\d{1,7}))?)?)?$/u;
const maxEntries = 1e5;
/** One line of `files` for one platform. @throws E_INPUT */
function parseFileLine(line, platform) {
	const { source, destination, mode, uid, gid = uid } = form.exec(fillIn(line.trim(), platform))?.groups ?? {};
	if (source === void 0 || destination === void 0 || Number(uid ?? 0) > 2097151 || Number(gid ?? 0) > 2097151) throw new CodedError("E_INPUT", `files has ${quote(line)}, which is not source:destination[:mode[:uid[:gid]]]`, {
		usage: true,
		hint: `for example build/app-{arch}:/app:755 or data:/data::1000; the mode is octal, and ids go up to ${maxId}`
	});
	const inImage = destination.replace(/^\/+/, "");
	if (inImage.split("/").some((part) => part === ".." || part === ".") || inImage.includes("\\")) throw new CodedError("E_INPUT", `files has the destination ${quote(destination)}`, { hint: "give a path from the root of the image, without . and .." });
	return {
		source,
		destination: inImage,
		...mode !== void 0 && { mode: parseInt(mode, 8) },
		...uid !== void 0 && { owner: {
			uid: Number(uid),
			gid: Number(gid)
		} }
	};
}
function fillIn(line, { os, architecture, variant }) {
	const values = {
		os,
		arch: architecture,
		variant: variant ?? ""
	};
	return line.replace(/\{([^{}]*)\}/g, (all, name) => {
		const value = Object.hasOwn(values, name) ? values[name] : void 0;
		if (value !== void 0) return value;
		throw new CodedError("E_INPUT", `files has the placeholder ${quote(all)}`, { hint: "there are {os}, {arch} and {variant}" });
	});
}
/**
* The entries of a layer with these files, sorted by path, parents first. Owners and times are not the host's, and of modes only
* whether the owner may execute: what else there is comes from umasks and checkouts, and would give other bytes on the next
* host. A mode or an owner that is given stands as it is. Paths go through the base's links, and the base's folders stay as they are.
* @throws E_INPUT, all problems at once.
*/
async function layerEntries(source, platform, options, tree = new BaseTree()) {
	if (source.files.length === 0) throw new CodedError("E_INPUT", "files is empty, so there is nothing to assemble", { hint: "give lines source:destination[:mode[:uid[:gid]]], for example build/app-{arch}:/app:755" });
	const context = await existing("context", source.context, options, "folder");
	const found = /* @__PURE__ */ new Map();
	const errors = [];
	for (const line of source.files) try {
		await addLine({
			found,
			tree
		}, parseFileLine(line, platform), {
			...options,
			cwd: context
		});
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		errors.push(error);
	}
	if (errors.length > 0) throw joinErrors(errors);
	return withParents(found, tree);
}
async function addLine(image, line, options) {
	const real = await existing("files: source", line.source, options);
	const into = line.destination.endsWith("/") || line.destination === "";
	const isFolder = (await stat(real)).isDirectory();
	const target = into && !isFolder ? posix.join(line.destination, basename(line.source)) : line.destination.replace(/\/+$/, "");
	await addPath(image, real, posix.normalize(target === "" ? "." : target), line);
}
async function addPath(image, source, written, line) {
	const { found, tree } = image;
	const info = await lstat(source);
	const path = written === "." ? written : tree.resolve(written, info.isDirectory());
	const { owner } = line;
	if (!info.isDirectory() && tree.folder(tree.resolve(written)) !== void 0) throw new CodedError("E_INPUT", `files puts ${quote(line.source)} in the place of the base's folder ${quote(`/${written}`)}`, { hint: `end the destination with a slash to put it into that folder: /${written}/` });
	if (info.isDirectory()) {
		const mode = {
			mode: 493,
			...owner,
			...tree.folder(path)
		};
		if (path !== ".") add(found, {
			path,
			kind: "folder",
			size: 0,
			...mode
		});
		for (const name of (await readdir(source)).sort()) await addPath(image, join(source, name), path === "." ? name : `${path}/${name}`, line);
	} else if (info.isSymbolicLink()) add(found, {
		path,
		kind: "link",
		mode: 511,
		size: 0,
		link: await readlink(source),
		...owner
	});
	else if (info.isFile()) add(found, {
		path,
		kind: "file",
		mode: line.mode ?? ((info.mode & 64) === 0 ? 420 : 493),
		size: info.size,
		source,
		...owner
	});
	else throw new CodedError("E_INPUT", `files: ${quote(source)} is neither a file, a folder nor a link`);
}
function add(found, entry) {
	const other = found.get(entry.path);
	if (other !== void 0 && !(other.kind === "folder" && entry.kind === "folder")) throw new CodedError("E_INPUT", `files puts two things at ${quote(`/${entry.path}`)}`, { hint: "give each destination once" });
	if (found.size >= maxEntries) throw new CodedError("E_INPUT", `files has more than ${maxEntries} entries`);
	found.set(entry.path, entry);
}
/** With every parent folder, in one order on every host. */
function withParents(found, tree) {
	const all = new Map(found);
	for (const path of found.keys()) for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
		const there = all.get(parent);
		if (there !== void 0 && there.kind !== "folder") throw new CodedError("E_INPUT", `files puts ${quote(`/${path}`)} under ${quote(`/${parent}`)}, which is no folder`);
		if (there === void 0) all.set(parent, {
			path: parent,
			kind: "folder",
			size: 0,
			mode: 493,
			...tree.folder(parent)
		});
	}
	return [...all.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}

// src/engines/assemble/image-config.ts
const maxHistory = 1e3;
/**
* The bytes of an image configuration: compact, keys in one order, labels sorted, nothing of the host in it. What a base image
* says stays, unless it is said anew; a new entry point takes the base's arguments away, as in a Dockerfile.
* https://github.com/opencontainers/image-spec/blob/main/config.md
* @throws E_INPUT where `env` has a line without a name; E_MANIFEST for a configuration of the base that makes no sense
*/
function imageConfig({ platform, source, labels, diffId, seconds, base }) {
	const created = (/* @__PURE__ */ new Date(seconds * 1e3)).toISOString().replace(".000Z", "Z");
	const run = base?.config.get("config");
	const history = base?.config.get("history").optional((field) => field.items(maxHistory)) ?? [];
	const document = {
		created,
		architecture: platform.architecture,
		...platform.variant !== void 0 && { variant: platform.variant },
		os: platform.os,
		...platform.osVersion !== void 0 && { "os.version": platform.osVersion },
		...platform.osFeatures !== void 0 && { "os.features": platform.osFeatures },
		config: runConfig(source, labels, run?.absent === true ? void 0 : run),
		rootfs: {
			type: "layers",
			diff_ids: [...base?.diffIds ?? [], diffId]
		},
		history: [...history.map((step) => step.object()), {
			created,
			created_by: "native-multiarch assemble"
		}]
	};
	return Buffer.from(JSON.stringify(document));
}
function runConfig({ user, env = [], entrypoint, cmd, workdir }, labels, base) {
	const isSet = (value) => (value?.length ?? 0) > 0;
	const allEnv = mergedEnv(base?.get("Env").optional((field) => field.strings()) ?? [], env);
	const allLabels = {
		...base?.get("Labels").optional((field) => field.stringMap()),
		...labels
	};
	const own = withoutUndefined({
		User: isSet(user) ? user : void 0,
		Env: isSet(allEnv) ? allEnv : void 0,
		Entrypoint: isSet(entrypoint) ? entrypoint : void 0,
		Cmd: isSet(cmd) ? cmd : void 0,
		WorkingDir: isSet(workdir) ? workdir : void 0,
		Labels: Object.keys(allLabels).length > 0 ? sorted(allLabels) : void 0
	});
	const kept = { ...base?.object() };
	if (isSet(entrypoint)) delete kept["Cmd"];
	return {
		...kept,
		...own
	};
}
/** Each name once, where it stood first, with its last value. */
function mergedEnv(base, env) {
	for (const line of env) if (!/^[^=\s\u0000][^=\u0000]*=[^\u0000]*$/u.test(line)) throw new CodedError("E_INPUT", `env has ${quote(line)}`, { hint: "write NAME=value, one a line" });
	if (base.length === 0) return [...env];
	return [...new Map([...base, ...env].map((line) => [line.split("=", 1)[0], line])).values()];
}
function sorted(map) {
	return Object.fromEntries(Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1));
}

// src/engines/assemble/gzip.ts
/** The most that one stored block of deflate holds. */
const maxBlock = 65535;
const noTime = [
	0,
	0,
	0,
	0
];
const unknownSystem = 255;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : value >>> 1 ^ 3988292384;
	return value;
});
/**
* A gzip member of stored blocks: nothing is made smaller, and the same bytes come out on every host. What deflate makes of its
* input depends on the version of zlib, on the processor's vector instructions and, on s390x, on whether it compresses in
* hardware; and not every tool takes a layer that is no gzip. https://www.rfc-editor.org/rfc/rfc1952
*/
var StoredGzip = class {
	#crc = 4294967295;
	#size = 0;
	#pending = [];
	#pendingSize = 0;
	#started = false;
	/** What can be written after these bytes; blocks do not depend on how the input was cut. */
	write(bytes) {
		for (const byte of bytes) this.#crc = (table[(this.#crc ^ byte) & 255] ?? 0) ^ this.#crc >>> 8;
		this.#size += bytes.length;
		this.#pending.push(bytes);
		this.#pendingSize += bytes.length;
		if (this.#pendingSize <= maxBlock) return this.#head();
		const all = Buffer.concat(this.#pending);
		const parts = [this.#head()];
		let at = 0;
		for (; all.length - at > maxBlock; at += maxBlock) parts.push(block(all.subarray(at, at + maxBlock), false));
		this.#pending = [all.subarray(at)];
		this.#pendingSize = all.length - at;
		return Buffer.concat(parts);
	}
	/** The last block and the trailer. Call it once. */
	end() {
		const trailer = Buffer.alloc(8);
		trailer.writeUInt32LE((this.#crc ^ 4294967295) >>> 0, 0);
		trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
		return Buffer.concat([
			this.#head(),
			block(Buffer.concat(this.#pending), true),
			trailer
		]);
	}
	#head() {
		if (this.#started) return Buffer.alloc(0);
		this.#started = true;
		return Buffer.from([
			31,
			139,
			8,
			0,
			...noTime,
			0,
			unknownSystem
		]);
	}
};
function block(bytes, isLast) {
	const head = Buffer.alloc(5);
	head.writeUInt8(isLast ? 1 : 0, 0);
	head.writeUInt16LE(bytes.length, 1);
	head.writeUInt16LE(~bytes.length & 65535, 3);
	return Buffer.concat([head, bytes]);
}

// src/engines/assemble/layer-file.ts
/** Writes the layer of these entries as a gzip that is not compressed, all times in it `seconds` since 1970. @throws E_INPUT for a file that changes meanwhile */
async function writeLayer(file, entries, seconds, signal) {
	const tar = new DigestStream();
	const blob = new DigestStream();
	const gzip = new StoredGzip();
	let size = 0;
	const handle = await open(file, "wx", 384);
	const store = async (bytes) => {
		blob.update(bytes);
		size += bytes.length;
		await writeAll(handle, bytes);
	};
	const write = async (bytes) => {
		tar.update(bytes);
		await store(gzip.write(bytes));
	};
	try {
		for (const entry of entries) {
			signal?.throwIfAborted();
			await write(tarHeader(entry, seconds));
			if (entry.source === void 0) continue;
			await copyContent(entry, entry.source, write);
			await write(padding(entry.size));
		}
		await write(tarEnd);
		await store(gzip.end());
	} finally {
		await handle.close();
	}
	return {
		descriptor: {
			mediaType: mediaTypes.ociLayerGzip,
			digest: blob.digest(),
			size
		},
		diffId: tar.digest()
	};
}
async function copyContent(entry, source, write) {
	let copied = 0;
	for await (const chunk of createReadStream(source)) {
		const bytes = chunk;
		copied += bytes.length;
		if (copied <= entry.size) await write(bytes);
	}
	if (copied !== entry.size) throw new CodedError("E_INPUT", `${quote(source)} changed its size while it was read`, { hint: "assemble when the files are finished" });
}
async function writeAll(handle, bytes) {
	for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}

// src/engines/assemble/assemble.ts
const assembleCapabilities = {
	source: "files",
	modes: ["cross", "native"],
	smokeTest: false,
	pushesBy: "client",
	caCertificate: true,
	insecureRegistries: "any"
};
/**
* No engine at all: files go into one layer, and that with a configuration and a manifest makes an image. The same files give the
* same bytes on every host.
*
* The layer is a gzip that is not compressed: what deflate makes of the same bytes differs from host to host (see gzip.ts), and some
* tools take no plain tar.
*/
var AssembleEngine = class {
	name = "assemble";
	capabilities = assembleCapabilities;
	#session;
	#images = /* @__PURE__ */ new Map();
	constructor(options) {
		this.#session = new Session("assemble", "assemble", options);
	}
	/** Nothing is run, so there is no other machine to ask. */
	host() {
		return thisMachine("assemble", this.#session.options);
	}
	async preflight(platform, mode) {
		const target = formatPlatform(platform);
		if (platform.os === "windows") throw new CodedError("E_UNSUPPORTED", `engine assemble makes no ${target} images: their layers are of another kind`);
		if (mode === "emulate") throw new CodedError("E_UNSUPPORTED", "engine assemble runs nothing, so there is nothing to emulate", { hint: "leave mode out, or set mode: cross" });
		const host = await this.host();
		if (mode === "native" && !samePlatform(host.platform, platform)) throw new CodedError("E_HOST_MISMATCH", `${target} was to be built natively, and this machine is ${formatPlatform(host.platform)}`, { hint: "with engine assemble, leave mode out or set mode: cross" });
		return {
			mode,
			note: `${target} is assembled from files; nothing of it is run here`
		};
	}
	async build(request) {
		const { source, platform } = request;
		const { options } = this.#session;
		if (source.kind !== "files") throw new CodedError("E_UNSUPPORTED", "engine assemble reads no Dockerfile", { hint: "give files, or use engine docker, podman or buildah" });
		checkValues(request, options.log);
		if (source.format === "docker" && Object.keys(source.annotations ?? {}).length > 0) throw new CodedError("E_UNSUPPORTED", "annotations can't be in an image of Docker's format", { hint: "set format: oci, or leave annotations out" });
		await this.preflight(platform, request.mode);
		const seconds = sourceDate(options.env) ?? 0;
		const base = source.base === void 0 || source.base === "" || source.base === "scratch" ? void 0 : await readBase(source.base, platform, options);
		const entries = await layerEntries(source, platform, options, base?.tree);
		const image = await this.#assemble(entries, request, source, {
			seconds,
			base
		});
		const id = image.top.digest;
		this.#images.set(id, image);
		options.log.info(`assembled ${entries.length} ${entries.length === 1 ? "entry" : "entries"} into ${id} for ${formatPlatform(platform)}`);
		return {
			engine: this.name,
			id,
			name: id,
			manifest: image.top,
			...base?.named !== void 0 && { base: base.named }
		};
	}
	async #assemble(entries, { platform, labels = {} }, source, { seconds, base }) {
		const { signal, reader } = this.#session.options;
		const types = formats[source.format ?? "oci"];
		const layerFile = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
		const { descriptor, diffId } = await writeLayer(layerFile, entries, seconds, signal);
		const layer = {
			...descriptor,
			mediaType: types.layer
		};
		const configBytes = imageConfig({
			platform,
			source,
			labels,
			diffId,
			seconds,
			base
		});
		const config = {
			mediaType: types.config,
			digest: digestOf(configBytes),
			size: configBytes.length
		};
		const below = (base?.layers ?? []).map((each) => layerFor(each, source.format ?? "oci"));
		const annotations = {
			...baseAnnotations(base, source.format),
			...source.annotations
		};
		const bytes = Buffer.from(JSON.stringify({
			schemaVersion: 2,
			mediaType: types.manifest,
			config,
			layers: [...below, layer],
			...Object.keys(annotations).length > 0 && { annotations }
		}));
		const blobs = [
			...below.map((each) => ({
				...each,
				...base !== void 0 && { from: base.repository },
				open: () => read(reader, base, each)
			})),
			{
				...layer,
				open: () => createReadStream(layerFile)
			},
			{
				...config,
				open: () => chunks(configBytes)
			}
		];
		return {
			platform,
			top: {
				bytes,
				digest: digestOf(bytes),
				mediaType: types.manifest
			},
			children: [],
			blobs: distinct(blobs)
		};
	}
	async platformOf(image) {
		return this.#get(image).platform;
	}
	archive(image) {
		const { top, blobs } = this.#get(image);
		return layoutArchive(top, blobs);
	}
	run() {
		return Promise.reject(new CodedError("E_UNSUPPORTED", "engine assemble runs nothing, so there is no smoke test", { hint: "leave smoke-test out, or test on the target machine with \"verify --smoke-test\"" }));
	}
	async push(image, reference) {
		await pushStored(this.#get(image), reference, this.#session.options);
	}
	async pushByDigest(image, repository) {
		const stored = this.#get(image);
		await pushStored(stored, { repository }, this.#session.options);
		return stored.top.digest;
	}
	async remove(image) {
		this.#images.delete(image.id);
	}
	async close() {
		this.#images.clear();
		await this.#session.close();
	}
	#get(image) {
		const found = this.#images.get(image.id);
		if (found === void 0) throw new CodedError("E_INTERNAL", `${image.id} was not assembled here`);
		return found;
	}
};
const formats = {
	oci: {
		manifest: mediaTypes.ociManifest,
		config: mediaTypes.ociConfig,
		layer: mediaTypes.ociLayerGzip
	},
	docker: {
		manifest: mediaTypes.dockerManifest,
		config: mediaTypes.dockerConfig,
		layer: mediaTypes.dockerLayerGzip
	}
};
/** The same bytes under the name that they have in a format. @throws E_UNSUPPORTED where it has none */
function layerFor({ mediaType, digest, size }, format) {
	const isGzip = mediaType === mediaTypes.ociLayerGzip || mediaType === mediaTypes.dockerLayerGzip;
	const isOci = mediaType === mediaTypes.ociLayer || mediaType === mediaTypes.ociLayerZstd;
	if (isGzip) return {
		mediaType: formats[format].layer,
		digest,
		size
	};
	if (isOci && format === "oci") return {
		mediaType,
		digest,
		size
	};
	throw new CodedError("E_UNSUPPORTED", `the base has a layer of the kind ${quote(mediaType)}, which can't be in an image of format ${format}`, { hint: format === "docker" ? "set format: oci" : "choose another base image" });
}
/** https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function baseAnnotations(base, format) {
	if (base?.named === void 0 || format === "docker") return {};
	return {
		"org.opencontainers.image.base.digest": base.digest,
		"org.opencontainers.image.base.name": base.named.reference
	};
}
function read(reader, base, layer) {
	if (reader === void 0 || base === void 0) throw new CodedError("E_INTERNAL", "a layer without a base");
	return reader.getBlob(base.repository, layer);
}
/** An image may have one layer twice. */
function distinct(blobs) {
	return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

// src/engines/request/csv.ts
/** Fields as BuildKit's commands read them from one argument: RFC 4180, quoted where a comma or a quote would end one. */
function csvLine(fields) {
	return fields.map((field) => /[",\r\n]/u.test(field) || field.startsWith(" ") ? `"${field.replaceAll("\"", "\"\"")}"` : field).join(",");
}

// src/engines/buildx/buildx-arguments.ts
/** What the cache of GitHub Actions is reached with: for builds that use it, and for no others. */
const cacheVariables = [
	"ACTIONS_RUNTIME_TOKEN",
	"ACTIONS_RESULTS_URL",
	"ACTIONS_CACHE_URL",
	"ACTIONS_CACHE_SERVICE_V2"
];
/**
* A build in the words of `buildx build`. https://docs.docker.com/reference/cli/docker/buildx/build/
* @param folder of ours alone, for what must not stand in arguments
* @throws E_INPUT for a secret that is not there; E_UNSUPPORTED for a cache that this process has no key to
*/
async function buildxArguments({ request, source, paths }, options, folder) {
	const given = buildArgFlags(source.buildArgs ?? {});
	const secrets = await secretArguments(source.secrets ?? [], options, folder);
	const caches = cacheArguments(source, request.platform, options.env);
	return {
		args: [
			...[
				"--platform",
				formatPlatform(request.platform),
				"--file",
				paths.file
			],
			...commonArguments(request, source),
			...given.args,
			...optional("--network", source.network),
			...source.network === "host" ? ["--allow", "network.host"] : [],
			...pairs("--build-context", source.buildContexts),
			...secrets.args,
			...(source.ssh ?? []).flatMap((ssh) => ["--ssh", ssh]),
			...caches.args,
			...source.pull === true ? ["--pull"] : [],
			...pairs("--annotation", source.annotations),
			...source.provenance === void 0 ? [] : [`--provenance=${source.provenance}`],
			...source.sbom === void 0 ? [] : [`--sbom=${source.sbom}`],
			...(source.outputs ?? []).flatMap((output) => ["--output", checkedOutput(output)]),
			...source.extraArgs ?? []
		],
		env: {
			...given.env,
			...secrets.env,
			...caches.env
		}
	};
}
function cacheArguments({ cacheFrom = [], cacheTo = [] }, platform, env) {
	const from = cacheFrom.flatMap((cache) => cacheOfPlatform(cache, platform, "from"));
	const to = cacheTo.flatMap((cache) => cacheOfPlatform(cache, platform, "to"));
	return {
		args: [...from.flatMap((cache) => ["--cache-from", cacheLine(cache)]), ...to.flatMap((cache) => ["--cache-to", cacheLine(cache)])],
		env: [...from, ...to].some(({ type }) => type === "gha") ? cacheEnvironment(env) : {}
	};
}
function cacheLine({ type, attributes }) {
	return csvLine([`type=${type}`, ...Object.entries(attributes).map(([key, value]) => `${key}=${value}`)]);
}
/** Without its token buildx leaves this cache out and says nothing. */
function cacheEnvironment(env) {
	const found = Object.fromEntries(cacheVariables.flatMap((name) => {
		const value = env[name] ?? "";
		return value === "" ? [] : [[name, value]];
	}));
	const hasAddress = "ACTIONS_RESULTS_URL" in found || "ACTIONS_CACHE_URL" in found;
	if ("ACTIONS_RUNTIME_TOKEN" in found && hasAddress) return found;
	throw new CodedError("E_UNSUPPORTED", "the cache type gha needs ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL, which are not in the environment", { hint: "the runner gives them to actions and not to run: steps; outside of GitHub Actions use type=registry or type=local" });
}
/** @throws E_UNSUPPORTED for one that would push what nobody has looked at yet. */
function checkedOutput(output) {
	if (!/(?:^|,)"?(?:type=registry|push=true)/u.test(output)) return output;
	throw new CodedError("E_UNSUPPORTED", `outputs has ${quote(output, 200)}, which would be pushed before it was checked`, { hint: "images and push say where the image goes" });
}

// src/engines/buildx/builder-nodes.ts
const askMs = 12e4;
const plainName$1 = /^[\w.-]{1,200}$/u;
/** Which machine of a builder builds what: buildx itself takes the first that lists a platform, be it one that emulates it. */
var BuilderNodes = class {
	#client;
	#builder;
	#own = /* @__PURE__ */ new Map();
	#chosen = /* @__PURE__ */ new Map();
	constructor(client, builder) {
		this.#client = client;
		this.#builder = builder;
	}
	/** The first machine's own platform. @throws E_ENGINE */
	async firstOwn() {
		return this.#ownOf(this.#first());
	}
	/** The machine whose own platform it is, else the one that buildx would take. @throws E_ENGINE */
	async choose(platform) {
		const key = formatPlatform(platform);
		const known = this.#chosen.get(key) ?? this.#choose(platform);
		this.#chosen.set(key, known);
		return known;
	}
	async #choose(platform) {
		const { nodes } = this.#builder;
		const all = [];
		for (const node of nodes) all.push({
			node,
			own: await this.#ownOf(node)
		});
		const [first] = all;
		if (first === void 0) throw this.#silent();
		const kin = (wanted) => all.find(({ own }) => relation(platform, own) === wanted);
		const usual = buildxChoice(nodes, platform);
		const wanted = kin("same") ?? kin("compatible") ?? all.find(({ node }) => node === usual) ?? first;
		const env = nodes.length === 1 ? {} : await this.#alone(wanted.node);
		const chosen = env === void 0 ? all.find(({ node }) => node === usual) ?? first : wanted;
		const others = all.filter((one) => one !== chosen).map(({ own }) => own);
		if (others.length > 0) this.#client.session.options.log.info(`${formatPlatform(platform)} is built on node ${chosen.node.name} of builder ${this.#builder.name}, a machine of ${formatPlatform(chosen.own)}`);
		return {
			...chosen,
			others,
			env: env ?? {}
		};
	}
	#first() {
		const [first] = this.#builder.nodes;
		if (first === void 0) throw this.#silent();
		return first;
	}
	#silent() {
		return new CodedError("E_ENGINE", `builder ${this.#builder.name} does not say for which platforms it builds`, { hint: "\"docker buildx inspect --bootstrap\" shows what it says" });
	}
	#ownOf(node) {
		const known = this.#own.get(node) ?? this.#findOwn(node);
		this.#own.set(node, known);
		return known;
	}
	/** BuildKit lists the machine's own platform first, but buildx puts those before it that somebody set for the machine by hand. */
	async #findOwn(node) {
		const [first] = node.platforms;
		if (first === void 0) throw this.#silent();
		if ((node.setByHand ?? []).length === 0) return first;
		const env = this.#builder.nodes.length === 1 ? {} : await this.#alone(node);
		return (env && await this.#ask(node, env)) ?? first;
	}
	/** A build in which nothing runs, and whose only folder is named after the machine that it is built on. */
	async #ask({ name }, env) {
		const { session } = this.#client;
		const folder = await session.folderWith(`own-${session.uniqueId()}`, { Dockerfile: "FROM scratch\nARG BUILDOS\nARG BUILDARCH\nWORKDIR /${BUILDOS}-${BUILDARCH}\n" });
		const output = ["--output", `type=local,dest=${folder}-out`];
		const builder = [
			"build",
			"--builder",
			this.#builder.name,
			"--progress",
			"plain"
		];
		const answer = await this.#client.ask([
			...builder,
			...output,
			folder
		], {
			env,
			timeoutMs: askMs
		});
		if (answer.code !== 0) throw session.failure(answer, { doing: "ask" });
		const [own = ""] = await readdir(`${folder}-out`);
		session.options.log.info(`node ${name} of builder ${this.#builder.name} is a machine of ${own}`);
		return parsePlatform(own.replace("-", "/"));
	}
	/**
	* The builder with this machine only, in a configuration of our own.
	* https://github.com/docker/buildx/blob/master/store/nodegroup.go
	* @returns `undefined` where the builder's machines are not written down, as those of a cluster
	*/
	async #alone({ name }) {
		const { session } = this.#client;
		const builder = this.#builder.name;
		if (!plainName$1.test(builder) || !plainName$1.test(name)) return void 0;
		const file = join(session.variables["BUILDX_CONFIG"] ?? "", "instances", builder);
		const text = await readFile(file, "utf8").catch(() => void 0);
		const group = text === void 0 ? void 0 : JSON.parse(text);
		const nodes = group?.Nodes;
		const ours = (Array.isArray(nodes) ? nodes : []).filter((one) => typeof one === "object" && one !== null && "Name" in one && one.Name === name);
		if (ours.length !== 1) return void 0;
		const folder = `buildx-node-${name}`;
		await session.folderWith(join(folder, "instances"), { [builder]: JSON.stringify({
			...group,
			Nodes: ours
		}) });
		return { BUILDX_CONFIG: join(await session.folder(), folder) };
	}
};
/**
* Those whose platforms were set by hand go first, then whoever lists it; the first where nobody does.
* https://github.com/docker/buildx/blob/master/build/resolver/driver.go
*/
function buildxChoice(nodes, platform) {
	const lists = ({ platforms }) => platforms.some((one) => samePlatform(one, platform));
	const isSet = (node) => node.setByHand?.some((one) => samePlatform(one, platform)) === true;
	return nodes.find(isSet) ?? nodes.find(lists) ?? nodes[0];
}

// src/engines/buildx/buildkit-address.ts
/** The start of HTTP/2, which gRPC is, with settings that change nothing. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const firstWords = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from([
	0,
	0,
	0,
	4,
	0,
	0,
	0,
	0,
	0
])]);
const settings = 4;
/** Whether that is how a server of HTTP/2 begins. */
function isHttp2(answer) {
	return answer[3] === settings;
}
const answerMs = 1e4;
/**
* Whether somebody who may be a BuildKit answers at `tcp://` or `unix://`: buildx itself waits for 20 s, and does not say what for.
* @throws E_ENGINE with what is wrong
*/
async function checkBuildKit(address, tls = {}) {
	const trouble = await troubleAt(address, tls);
	if (trouble === void 0) return;
	throw new CodedError("E_ENGINE", `BuildKit does not answer at ${quote(address, 120)}: ${trouble.says}`, { hint: trouble.cure });
}
const startIt = "start buildkitd there, or give its address in BUILDKIT_HOST or remote";
const giveKeys = "let DOCKER_CERT_PATH be the folder of ca.pem, cert.pem and key.pem that it takes; or if it has no TLS, leave DOCKER_CERT_PATH out";
async function troubleAt(address, tls) {
	const wantsTls = Object.keys(tls).length > 0;
	let socket;
	try {
		socket = await open$1(address, tls);
		const answer = await firstBytes(socket);
		if (isHttp2(answer)) return void 0;
		if (answer.length === 0) return {
			says: wantsTls ? "it accepts the connection, but not our certificate" : "it closes the connection, as a BuildKit with TLS does",
			cure: giveKeys
		};
		return {
			says: "what answers there is no BuildKit",
			cure: wantsTls ? startIt : giveKeys
		};
	} catch (error) {
		if (error instanceof CodedError) throw error;
		return explain$1(error);
	} finally {
		socket?.destroy();
	}
}
async function open$1(address, tls) {
	if (address.startsWith("unix://")) return connect(address.slice(7));
	const { hostname, port } = new URL(address);
	const to = {
		host: hostname.replace(/^\[|\]$/gu, ""),
		port: Number(port)
	};
	if (Object.keys(tls).length === 0) return connect(to);
	const { cacert, cert, key, servername = isIP(to.host) === 0 ? to.host : void 0 } = tls;
	return connect$1({
		...to,
		...servername !== void 0 && { servername },
		ALPNProtocols: ["h2"],
		...cacert !== void 0 && { ca: await fileOf("cacert", cacert) },
		...cert !== void 0 && { cert: await fileOf("cert", cert) },
		...key !== void 0 && { key: await fileOf("key", key) }
	});
}
async function fileOf(what, path) {
	return readFile(path).catch((error) => {
		throw new CodedError("E_INPUT", `the ${what} of BuildKit, ${quote(path, 200)}, can't be read`, {
			hint: giveKeys,
			cause: error
		});
	});
}
/** None where it was closed instead. */
async function firstBytes(socket) {
	const signal = AbortSignal.timeout(answerMs);
	socket.on("error", () => void 0);
	socket.write(firstWords);
	const [bytes] = await Promise.race([once(socket, "data", { signal }), once(socket, "end", { signal })]);
	return bytes ?? Buffer.alloc(0);
}
function explain$1(error) {
	const { code = "", message } = error;
	const says = show(message, 200);
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") return {
		says: "its host can not be resolved",
		cure: "check the name, and the DNS of this machine"
	};
	if (code === "ENOENT") return {
		says: "there is no such socket",
		cure: startIt
	};
	if (code === "EACCES" || code === "EPERM") return {
		says: "its socket is not ours to use: permission denied",
		cure: "start buildkitd with --group of the user of the runner, and restart the runner service"
	};
	if (code === "ECONNREFUSED") return {
		says: "nobody listens there",
		cure: startIt
	};
	if (code === "ABORT_ERR" || code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH") return {
		says: code === "ABORT_ERR" ? `it said nothing for ${answerMs / 1e3} s` : says,
		cure: "check host and port, and that no firewall stands in between; one that wants TLS needs DOCKER_CERT_PATH"
	};
	if (/alert/iu.test(`${code} ${message}`)) return {
		says: `it does not take our certificate (${says})`,
		cure: giveKeys
	};
	if (/CERT|SIGNATURE|ALTNAME/u.test(code)) return {
		says: `its certificate is not to be trusted (${says})`,
		cure: giveKeys
	};
	if (/^ERR_OSSL_(?:X509|PEM)/u.test(code)) return {
		says: `our certificate and key can't be used (${says})`,
		cure: giveKeys
	};
	if (code === "EPROTO") return {
		says: "it does not speak TLS",
		cure: giveKeys
	};
	return {
		says,
		cure: startIt
	};
}

// src/engines/buildx/buildkit-helper.ts
const helperMs = 15e3;
const plainName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/u;
/** @throws E_INPUT for an address that names nothing, or what would be an option */
function helperOf(address) {
	const url = new URL(address);
	const { hostname, username, port, pathname, searchParams } = url;
	if (!plainName.test(hostname) || username !== "" && !plainName.test(username)) throw new CodedError("E_INPUT", `BUILDKIT_HOST is ${quote(address, 120)}, which names nothing`, { hint: "a name has letters, digits, \"_\", \".\" and \"-\", and begins with a letter or a digit" });
	const dial = ["buildctl", "dial-stdio"];
	const context = searchParams.get("context") ?? "";
	switch (url.protocol) {
		case "ssh:": return {
			command: "ssh",
			args: [
				...username === "" ? [] : ["-l", username],
				...port === "" ? [] : ["-p", port],
				...[
					"-o",
					"BatchMode=yes",
					"-o",
					"ConnectTimeout=10",
					"--",
					hostname,
					"buildctl"
				],
				...pathname.length > 1 ? ["--addr", `unix://${pathname}`] : [],
				"dial-stdio"
			]
		};
		case "kube-pod:": return {
			command: "kubectl",
			args: [...[
				`--context=${context}`,
				`--namespace=${searchParams.get("namespace") ?? ""}`,
				"exec"
			], ...[
				`--container=${searchParams.get("container") ?? ""}`,
				"-i",
				hostname,
				"--",
				...dial
			]]
		};
		default: return {
			command: "docker",
			args: [
				...context === "" ? [] : [`--context=${context}`],
				"exec",
				"-i",
				hostname,
				...dial
			]
		};
	}
}
/**
* Whether somebody who may be a BuildKit answers through the helper that buildx would use: buildx itself waits for 20 s, and does not say
* what the helper said.
* @throws E_ENGINE with what is wrong; E_ENGINE_MISSING where there is no such helper; E_INPUT
*/
async function checkThroughHelper(session, address) {
	const { command, args } = helperOf(address);
	const tool = await findTool(command, session.options.env["PATH"]);
	if (tool === void 0) throw new CodedError("E_ENGINE_MISSING", `${quote(address, 120)} is reached by ${command}, which is not on PATH`, { hint: `install ${command}, or give the address of a BuildKit on TCP or of its socket: tcp://, unix://` });
	const answer = await session.ask(args, {
		tool,
		input: firstWords,
		timeoutMs: helperMs
	});
	if (isHttp2(Buffer.from(answer.stdout, "latin1"))) return;
	const { says, cure } = explain(answer.stderr, answer.ended === "timeout");
	throw new CodedError("E_ENGINE", `BuildKit does not answer at ${quote(address, 120)}: ${says}`, { hint: cure ?? `see that "${[command, ...args].join(" ")}" works here as this user, without a question` });
}
/** Messages of Docker 20.10 to 28, kubectl and OpenSSH. */
const troubles = [
	[
		/No such container/u,
		"there is no such container",
		"start it, or give the name of another: \"docker ps --all\" lists them"
	],
	[
		/[Cc]ontainer \S+ is (?:not running|paused)/u,
		"that container does not run",
		"start it: \"docker start\" and its name"
	],
	[
		/buildctl"?: (?:command |executable file )?not found|exec: "buildctl"|buildctl: No such file/u,
		"there is no buildctl, so no BuildKit",
		"name a container of moby/buildkit, or a machine with BuildKit; to build in the Docker Engine of a machine give its address in remote or DOCKER_HOST"
	],
	[
		/dial unix \S+: connect:|dial unix \S+: no such file/u,
		"buildkitd does not run there, or has another socket",
		"start buildkitd there; of ssh:// a path names its socket"
	],
	[
		/Cannot connect to the Docker daemon|docker daemon is not running|error during connect/iu,
		"the Docker daemon that has the container does not answer",
		"start it (\"systemctl start docker\"), or check DOCKER_HOST"
	]
];
function explain(stderr, isLate) {
	const known = troubles.find(([matches]) => matches.test(stderr));
	if (known !== void 0) return {
		says: known[1],
		cure: known[2]
	};
	const said = lastLines(stderr, 2, 300);
	if (said !== "") return { says: show(said, 300) };
	return { says: isLate ? `it said nothing for ${helperMs / 1e3} s` : "what answers there is no BuildKit" };
}

// src/engines/buildx/buildx-builder.ts
/** A builder needs an image, or a pod, or a machine far away to start. */
const bootMs = 3e5;
/** What is called when a builder's own options are given: `image=mirror.example/buildkit:v0.26.2,network=host`. */
const builderOptionsVariable = "NATIVE_MULTIARCH_BUILDER_OPTIONS";
/**
* The builder of this leg, started. BuildKit at the address in BUILDKIT_HOST, or a container with {@link builderOptionsVariable}, is a
* builder of our own, in a configuration of our own; else it is the one that the user has chosen with `buildx use` or BUILDX_BUILDER.
* @throws E_ENGINE where it does not answer; E_INPUT for an address of an unknown kind
*/
async function startBuilder(client) {
	const plan = await planOf(client.session);
	if (plan === void 0) return usersBuilder(client);
	await client.keepToItself();
	const name = `native-multiarch-${client.session.uniqueId()}`;
	const { tool, prefix } = await client.command();
	await client.session.note("builder", name, "buildx", [tool, ...prefix]);
	const made = await client.ask([
		...[
			"create",
			"--name",
			name,
			"--driver",
			plan.driver
		],
		...plan.options.flatMap((option) => ["--driver-opt", option]),
		...plan.driver === "docker-container" ? await daemonArguments(client) : [],
		...plan.address === void 0 ? [] : [plan.address]
	], { timeoutMs: bootMs });
	if (made.code !== 0) throw new CodedError("E_ENGINE", `buildx could not make a builder: ${lastLines(made.stderr, 2, 400)}`, { hint: `check BUILDKIT_HOST, remote and ${builderOptionsVariable}` });
	try {
		return await inspect(client, name, true, plan.address ?? plan.options.join(","));
	} catch (error) {
		await stopBuilder(client, {
			name,
			own: true
		});
		throw error;
	}
}
/** Removes what {@link startBuilder} made, and nothing else. */
async function stopBuilder(client, { name, own }) {
	if (!own) return;
	const answer = await client.ask([
		"rm",
		"--force",
		name
	], { evenIfAborted: true });
	if (answer.code !== 0 && !/no builder/iu.test(answer.stderr)) client.session.options.log.warning(`builder ${name} was not removed: ${lastLines(answer.stderr, 1, 300)}`);
	await client.session.strike(name);
}
async function planOf(session) {
	const { env } = session.options;
	const address = env["BUILDKIT_HOST"] ?? "";
	const driverOptions = (env["NATIVE_MULTIARCH_BUILDER_OPTIONS"] ?? "").split(",").filter((option) => option !== "");
	if (address.startsWith("kubernetes://")) return {
		driver: "kubernetes",
		options: [...kubernetesOptions(address), ...driverOptions]
	};
	if (address !== "") {
		const scheme = schemeOf(address);
		const options = [...tlsOptions(address, env), ...driverOptions];
		if (scheme === "tcp" || scheme === "unix") await checkBuildKit(address, tlsFiles(options));
		else await checkThroughHelper(session, address);
		return {
			driver: "remote",
			address,
			options
		};
	}
	return driverOptions.length > 0 ? {
		driver: "docker-container",
		options: driverOptions
	} : void 0;
}
const hasPort = /^tcp:\/\/(?:[^:/[\]]+|\[[0-9a-f:.]+\]):\d{1,5}\/?$/iu;
const schemes = [
	"tcp",
	"unix",
	"ssh",
	"docker-container",
	"kube-pod"
];
/** BuildKit's own client has them. https://github.com/docker/buildx/blob/master/driver/remote/util/endpoint.go */
const unknownToBuildx = ["podman-container", "nerdctl-container"];
/** @throws E_INPUT, E_UNSUPPORTED */
function schemeOf(address) {
	const scheme = /^([a-z-]+):\/\//u.exec(address)?.[1];
	if (scheme !== void 0 && unknownToBuildx.includes(scheme)) throw new CodedError("E_UNSUPPORTED", `buildx can't reach a BuildKit at ${quote(address, 120)}`, { hint: "let buildkitd in that container listen on TCP, or on a socket in a folder of this machine, and give tcp:// or unix://" });
	if (scheme !== void 0 && schemes.includes(scheme) && (scheme !== "tcp" || hasPort.test(address))) return scheme;
	throw new CodedError("E_INPUT", `BUILDKIT_HOST is ${quote(address)}, which is no address of BuildKit`, { hint: `it starts with ${schemes.slice(0, 4).join("://, ")}://, kube-pod:// or kubernetes://; tcp:// needs a port` });
}
/** `kubernetes://namespace?nodeselector=kubernetes.io/arch=ppc64le&image=...`: all that the driver takes. */
function kubernetesOptions(address) {
	const { hostname, searchParams } = new URL(address);
	const given = [...searchParams].map(([name, value]) => `"${name}=${value.replaceAll("\"", "\"\"")}"`);
	return [...hostname === "" ? [] : [`namespace=${hostname}`], ...given];
}
/** Certificates in the folder that docker, too, takes them from: ca.pem, cert.pem and key.pem. */
function tlsOptions(address, env) {
	const folder = env["DOCKER_CERT_PATH"] ?? "";
	if (!address.startsWith("tcp://") || folder === "") return [];
	return Object.entries({
		cacert: "ca.pem",
		cert: "cert.pem",
		key: "key.pem"
	}).map(([name, file]) => `${name}=${join(folder, file)}`);
}
const tlsNames = [
	"cacert",
	"cert",
	"key",
	"servername"
];
/** The same, as given to the driver by whomever. */
function tlsFiles(options) {
	return Object.fromEntries(tlsNames.flatMap((name) => {
		const given = options.findLast((option) => option.startsWith(`${name}=`));
		return given === void 0 ? [] : [[name, given.slice(name.length + 1)]];
	}));
}
/** What a BuildKit of our own is told of registries: the CA that was given, and which are insecure. */
async function daemonArguments({ session }) {
	const { insecureRegistries = [], caCertificate, logins = [] } = session.options;
	const known = /* @__PURE__ */ new Set([...insecureRegistries, ...logins.map(({ registry }) => registry)]);
	if (known.size === 0) return [];
	const folder = await session.folderWith("buildkitd", caCertificate === void 0 ? {} : { "ca.crt": caCertificate });
	const tables = [...known].map((registry) => [
		`[registry.${JSON.stringify(registry)}]`,
		...insecureRegistries.includes(registry) ? ["http = true", "insecure = true"] : [],
		...caCertificate === void 0 ? [] : [`ca = [${JSON.stringify(join(folder, "ca.crt"))}]`]
	].join("\n"));
	await session.folderWith("buildkitd", { "buildkitd.toml": `${tables.join("\n\n")}\n` });
	return ["--config", join(folder, "buildkitd.toml")];
}
async function usersBuilder(client) {
	const wanted = client.session.options.env["BUILDX_BUILDER"] ?? "";
	return inspect(client, wanted === "" ? void 0 : wanted, false);
}
async function inspect(client, name, own, address) {
	const answer = await client.ask([
		"inspect",
		"--bootstrap",
		...name === void 0 ? [] : [name]
	], { timeoutMs: bootMs });
	const builder = parseBuilder(answer.stdout);
	if (answer.code === 0 && builder.error === void 0 && builder.nodes.length > 0) return {
		name: builder.name,
		driver: builder.driver,
		nodes: builder.nodes,
		own
	};
	const said = builder.error ?? lastLines(answer.stderr, 1, 300);
	const which = address ?? (name === void 0 ? "the current builder" : `builder ${name}`);
	throw new CodedError("E_ENGINE", `BuildKit does not answer at ${show(which, 200)}: ${said}`, { hint: "start it, or the Docker daemon, or give the address of another in BUILDKIT_HOST or remote" });
}
/** What `buildx inspect` prints: there is no JSON of it. */
function parseBuilder(text) {
	const [head = "", ...rest] = text.split(/^Nodes:[ \t]*$/mu);
	const nodes = rest.join("\n").split(/^(?=Name:)/mu).filter((part) => part.startsWith("Name:")).map(parseNode);
	const error = valueOf(head, "Error") ?? nodes.map((node) => node.error).find((one) => one !== void 0);
	return {
		name: valueOf(head, "Name") ?? "",
		driver: valueOf(head, "Driver") ?? "",
		nodes: nodes.filter(({ platforms }) => platforms.length > 0),
		...error !== void 0 && { error: show(error, 400) }
	};
}
function parseNode(text) {
	const version = (valueOf(text, "BuildKit version") ?? valueOf(text, "Buildkit"))?.replace(/^v/u, "");
	const listed = (valueOf(text, "Platforms") ?? "").split(",").slice(0, 100).map((one) => one.trim());
	const setByHand = listed.filter((one) => one.endsWith("*")).flatMap(knownPlatform);
	return {
		name: valueOf(text, "Name") ?? "",
		endpoint: valueOf(text, "Endpoint") ?? "",
		...version !== void 0 && !version.startsWith("0.0.0") && { version },
		platforms: listed.flatMap(knownPlatform),
		...setByHand.length > 0 && { setByHand },
		error: valueOf(text, "Error")
	};
}
/** BuildKit tells of machines that nobody builds images for (`linux/ppc64`), too. */
function knownPlatform(text) {
	try {
		return [normalisePlatform(parsePlatform(text.replace(/\*$/u, "")))];
	} catch (error) {
		if (error instanceof CodedError) return [];
		throw error;
	}
}
function valueOf(text, key) {
	const value = new RegExp(`^${key}:[ \\t]*(.*)$`, "mu").exec(text)?.[1]?.trim();
	return value === "" ? void 0 : value;
}

// src/engines/buildx/buildx-client.ts
/** The first with the options that we rely on: `tar=false` of the OCI exporter, attestations that can be switched off. */
const oldest = "0.10";
/** Where docker looks for plugins besides its own configuration. https://github.com/docker/cli/blob/master/cli-plugins/manager/manager_unix.go */
const pluginFolders = [
	"/usr/local/lib/docker/cli-plugins",
	"/usr/local/libexec/docker/cli-plugins",
	"/usr/lib/docker/cli-plugins",
	"/usr/libexec/docker/cli-plugins"
];
/** buildx on this host, as plugin of docker or standing alone; where its configuration is ours and where the user's. */
var BuildxClient = class {
	session;
	#command;
	#configured;
	constructor(session) {
		this.session = session;
	}
	/** @throws E_ENGINE_MISSING where there is none; E_ENGINE for one that is too old. */
	command() {
		this.#command ??= this.#find();
		return this.#command;
	}
	/** Quietly; whatever the exit code. */
	async ask(args, options = {}) {
		const { tool, prefix } = await this.command();
		await this.configure();
		return this.session.ask([...prefix, ...args], {
			...options,
			tool
		});
	}
	/** With its output in the log. */
	async tell(args, options = {}) {
		const { tool, prefix } = await this.command();
		await this.configure();
		return this.session.tell([...prefix, ...args], {
			...options,
			tool
		});
	}
	/** Builders in a configuration that nobody else has. */
	async keepToItself() {
		await this.configure();
		this.session.variables["BUILDX_CONFIG"] = await this.session.folderWith("buildx", {});
	}
	/** Credentials of ours in a docker configuration of ours, and the user's builders beside it. */
	configure() {
		this.#configured ??= (async () => {
			const { logins = [], env } = this.session.options;
			const { variables } = this.session;
			const own = ownConfig(env);
			variables["BUILDX_CONFIG"] = own !== void 0 && await isFolder(own) ? own : await this.session.folderWith("buildx", {});
			variables["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1";
			if (logins.length === 0) return;
			const folder = join(await this.session.folder(), "docker");
			Object.assign(variables, await writeDockerConfig(folder, logins, env));
		})();
		return this.#configured;
	}
	async #find() {
		const { log } = this.session.options;
		for (const [tool, prefix] of await this.#candidates()) {
			const answer = await this.session.ask([...prefix, "version"], { tool });
			const said = /buildx\S* v?(\d+\.\d+\.\d+\S*)/u.exec(answer.stdout)?.[1];
			if (answer.code !== 0 || said === void 0) continue;
			const version = said.startsWith("0.0.0") ? "unknown" : said;
			log.info(`buildx is ${[tool, ...prefix].join(" ")}, version ${show(version, 60)}`);
			refuseOld(version);
			return {
				tool,
				prefix,
				version
			};
		}
		throw new CodedError("E_ENGINE_MISSING", "there is no buildx on PATH, and no docker that has it as a plugin", { hint: "set setup: buildx@0.30.1, or install docker-buildx-plugin; or use engine: docker, podman or buildah" });
	}
	async #candidates() {
		const { env, buildx } = this.session.options;
		if (buildx !== void 0) return [[buildx, []]];
		const path = env["PATH"];
		const alone = [await findTool("buildx", path), await findTool("docker-buildx", path)];
		const plugins = await Promise.all(pluginPlaces(env).map(async (folder) => findTool("docker-buildx", folder)));
		return [...(await findTools("docker", path)).map((tool) => [tool, ["buildx"]]), ...[...alone, ...plugins].filter((tool) => tool !== void 0).map((tool) => [tool, []])];
	}
};
function pluginPlaces(env) {
	const { docker } = userFolders(env);
	return [...docker === void 0 ? [] : [join(docker, "cli-plugins")], ...pluginFolders];
}
/** Where buildx keeps the user's builders. */
function ownConfig(env) {
	const explicit = env["BUILDX_CONFIG"] ?? "";
	const { docker } = userFolders(env);
	return explicit !== "" ? explicit : docker && join(docker, "buildx");
}
async function isFolder(path) {
	try {
		return (await stat(path)).isDirectory();
	} catch {
		return false;
	}
}
function refuseOld(version) {
	if (isAtLeast(version, oldest)) return;
	throw new CodedError("E_ENGINE", `buildx ${version} is too old`, { hint: `${oldest} or newer is needed: set setup: buildx@0.30.1` });
}

// src/engines/buildx/buildx-result.ts
/**
* The arguments that make the result an OCI image layout in `folder`.
* https://docs.docker.com/build/exporters/oci-docker/
* @param sourceDate whether all times in the layers are to be SOURCE_DATE_EPOCH's
*/
function layoutArguments(folder, { format, sourceDate = false } = {}) {
	const media = format === "docker" ? ["oci-mediatypes=false"] : [];
	const times = sourceDate ? ["rewrite-timestamp=true"] : [];
	return ["--output", csvLine([
		"type=oci",
		`dest=${folder}`,
		"tar=false",
		...media,
		...times
	])];
}
/** What an image of Docker's media types has no place for. @throws E_UNSUPPORTED before anything is built */
function refuseForDockerFormat(source) {
	if (source.format !== "docker") return;
	const given = [
		"provenance",
		"sbom",
		"annotations"
	].filter((name) => {
		const value = source[name];
		return value !== void 0 && (typeof value === "string" || Object.keys(value).length > 0);
	});
	if (given.length === 0) return;
	throw new CodedError("E_UNSUPPORTED", `format docker has no place for ${given.join(" and ")}`, { hint: "set format: oci, or leave them out" });
}
/** What the BuildKit inside of a Docker Engine with a store of its own has not. https://docs.docker.com/build/builders/drivers/docker/ */
const notInDocker = [
	"provenance",
	"sbom",
	"annotations",
	"format: oci"
];
/** @throws E_UNSUPPORTED before anything is built */
function refuseForDockerDriver(asked, source) {
	const exports = (source.cacheTo ?? []).map(({ type }) => type).filter((type) => type !== "inline");
	const refused = [...asked.filter((option) => notInDocker.includes(option)), ...exports.map((type) => `cache-to type=${type}`)];
	if (refused.length === 0) return;
	throw new CodedError("E_UNSUPPORTED", `${refused.join(", ")}: the docker driver of buildx can't do that with the image store that this Docker Engine has`, { hint: "choose another builder: docker/setup-buildx-action, BUILDKIT_HOST, or NATIVE_MULTIARCH_BUILDER_OPTIONS; or switch the engine's containerd image store on" });
}

// src/engines/buildx/buildx.ts
const buildxCapabilities = {
	source: "dockerfile",
	modes: [
		"native",
		"emulate",
		"cross"
	],
	smokeTest: true,
	pushesBy: "client",
	caCertificate: true,
	insecureRegistries: "any"
};
const probeMs = 18e4;
/** https://github.com/moby/buildkit/blob/master/docs/build-repro.md */
const rewriteSince = "0.13";
/** The docker driver, where the Docker Engine keeps its images in a store of its own. */
const noOciExporter = /OCI exporter is not supported for the docker driver/iu;
/**
* BuildKit by buildx: in a container, far away, in a cluster, or the one inside of a Docker Engine. The result is an OCI image layout, which
* our own client pushes; only a Docker Engine that can't write one keeps the image and pushes it itself.
* https://docs.docker.com/build/builders/drivers/
*/
var BuildxEngine = class extends DockerfileEngine {
	capabilities = buildxCapabilities;
	dockerfileNames = ["Dockerfile"];
	#client;
	#images;
	#builder;
	#nodes;
	/** Set where images are in a Docker Engine's store. */
	#docker;
	constructor(options) {
		super("buildx", new Session("buildx", "buildx", options));
		this.#client = new BuildxClient(this.session);
		this.#images = new StoredImages(options);
	}
	/** Whether its BuildKit is the one inside of a Docker Engine, as engine docker uses it; known once the host was asked. */
	get isDockersOwn() {
		return this.#builder?.driver === "docker";
	}
	dialect() {
		return "buildx";
	}
	/** What a builder emulates, only it knows: its image may bring QEMU along, of which /proc says nothing. */
	isLocal() {
		return false;
	}
	async askHost() {
		const { version } = await this.#client.command();
		const builder = await startBuilder(this.#client);
		this.#builder = builder;
		this.#nodes = new BuilderNodes(this.#client, builder);
		const platform = await this.#nodes.firstOwn();
		for (const node of builder.nodes) {
			const kit = node.version === void 0 ? "BuildKit" : `BuildKit ${node.version}`;
			this.session.options.log.info(`builder ${builder.name} (${builder.driver}): ${kit} at ${node.endpoint}`);
		}
		return {
			version,
			label: version === "unknown" ? "buildx" : `buildx ${version}`,
			platform
		};
	}
	/** Of several machines the one whose own platform it is. */
	async hostFor(platform) {
		const host = await this.host();
		const { own, others } = await this.#node(platform);
		return {
			...host,
			platform: own,
			...others.length > 0 && { others: others.map(formatPlatform) }
		};
	}
	#node(platform) {
		if (this.#nodes === void 0) throw new CodedError("E_INTERNAL", "buildx builds before it has a builder");
		return this.#nodes.choose(platform);
	}
	async tryProgram(folder, platform) {
		const common = [
			"--no-cache",
			"--network",
			"none",
			"--platform",
			formatPlatform(platform)
		];
		const { env } = await this.#node(platform);
		const attempt = async (output) => this.#client.ask([
			...this.#buildCommand(),
			...common,
			...output,
			folder
		], {
			env,
			timeoutMs: probeMs
		});
		const result = await attempt(layoutArguments(`${folder}-out`));
		if (result.code === 0 || !noOciExporter.test(result.stderr)) return {
			result,
			notes: []
		};
		this.#docker ??= new DockerEngine(this.session.options);
		await this.#docker.host();
		return {
			result: await attempt(["--output", `type=local,dest=${folder}-files`]),
			notes: ["with the docker driver images are in Docker's own store, and Docker pushes them"]
		};
	}
	keeper() {
		return this.#docker?.name ?? this.name;
	}
	#buildCommand() {
		if (this.#builder === void 0) throw new CodedError("E_INTERNAL", "buildx builds before it has a builder");
		return [
			"build",
			"--builder",
			this.#builder.name,
			"--progress",
			"plain"
		];
	}
	async runBuild(order) {
		const { request, source, name, idFile } = order;
		const { node, env: chosen } = await this.#node(request.platform);
		refuseForDockerFormat(source);
		if (this.#docker !== void 0) refuseForDockerDriver(askedOptions(request), source);
		const { args, env } = await buildxArguments(order, this.session.options, () => this.session.folder());
		const output = this.#docker === void 0 ? layoutArguments(await this.#layoutFolder(name), {
			...source,
			sourceDate: this.#hasSourceDate(node)
		}) : [
			"--load",
			"--tag",
			name,
			"--iidfile",
			idFile
		];
		return this.#client.tell([
			...this.#buildCommand(),
			...args,
			...output,
			order.paths.context
		], { env: {
			...env,
			...chosen
		} });
	}
	/** @throws E_INPUT. BuildKit older than 0.13 gives the times to the config alone. */
	#hasSourceDate({ version = "unknown" }) {
		const { env, log } = this.session.options;
		if (sourceDate(env) === void 0) return false;
		if (isAtLeast(version, rewriteSince)) return true;
		log.warning(`SOURCE_DATE_EPOCH is set, and BuildKit ${version} leaves the times of files as they are: ${rewriteSince} gives them to the layers, too`);
		return false;
	}
	async builtImage(order) {
		if (this.#docker !== void 0) return super.builtImage(order);
		const { name } = order;
		const layout = await readStoredLayout(await this.#layoutFolder(name));
		const image = {
			engine: this.name,
			id: layout.top.digest,
			name,
			manifest: layout.top
		};
		this.#images.keep(image, layout);
		return image;
	}
	/** Of the image of this name. */
	async #layoutFolder(name) {
		const layouts = join(await this.session.folder(), "layouts");
		await mkdir(layouts, {
			recursive: true,
			mode: 448
		});
		return join(layouts, name.slice(name.lastIndexOf(":") + 1));
	}
	/** Where the images are: in the Docker Engine whose BuildKit built them, else in files of ours. */
	get #home() {
		return this.#docker ?? this.#images;
	}
	platformOf(image) {
		return this.#home.platformOf(image);
	}
	archive(image) {
		return this.#home.archive(image);
	}
	async checkRun(platform) {
		if (this.#docker === void 0) await this.#images.checkRun(platform);
	}
	run(image, options) {
		return this.#home.run(image, options);
	}
	checkServe(platform) {
		return this.#home.checkServe(platform);
	}
	serve(image, options) {
		return this.#home.serve(image, options);
	}
	push(image, reference) {
		return this.#home.push(image, reference);
	}
	async pushByDigest(image, repository) {
		await this.checkPushByDigest();
		return this.#images.pushByDigest(image, repository);
	}
	checkPushByDigest() {
		if (this.#docker === void 0) return Promise.resolve();
		return Promise.reject(new CodedError("E_UNSUPPORTED", "arch-tag none: with the docker driver Docker pushes, by name only", { hint: "let each leg push a tag, or use a builder with another driver: docker buildx create --use" }));
	}
	/** {@link run}, {@link serve} and {@link push} go to where the images are: the command of buildx has none of the three. */
	runCommand() {
		return Promise.reject(new CodedError("E_INTERNAL", "buildx has no command that runs images"));
	}
	service() {
		return Promise.reject(new CodedError("E_INTERNAL", "buildx has no command that starts services"));
	}
	runPush() {
		return Promise.reject(new CodedError("E_INTERNAL", "buildx has no command that pushes layouts"));
	}
	async remove(image) {
		if (this.#docker !== void 0) await this.#docker.remove(image);
		this.#images.forget(image);
		await rm(await this.#layoutFolder(image.name), {
			recursive: true,
			force: true
		});
		await this.session.strike(image.name);
	}
	async close() {
		const builder = this.#builder;
		this.#builder = void 0;
		if (builder !== void 0) await stopBuilder(this.#client, builder);
		await this.#docker?.close();
		await this.#images.close();
		await super.close();
	}
};

// src/engines/containers/buildah-service.ts
/**
* A service in a container of buildah, which has nothing that runs in the background: `buildah run` is a child of ours for as long as the
* service lives, and what asks it joins its namespaces by the number of its process.
*/
var BuildahService = class {
	#session;
	#name;
	#words;
	#made = [];
	#pid;
	#running;
	#relay;
	constructor(session, name, words) {
		this.#session = session;
		this.#name = name;
		this.#words = words;
	}
	run() {
		this.#running ??= this.#run();
		return this.#running;
	}
	async #run() {
		const { image, command, env, timeoutMs } = this.#words;
		const made = await this.#from(this.#name, image);
		if (made.code !== 0) return made;
		const onStart = (pid) => {
			this.#pid = pid;
		};
		const args = [
			"run",
			"--terminal=false",
			"--network",
			"none",
			this.#name,
			"--",
			...command
		];
		try {
			return await this.#session.tell(args, {
				env,
				timeoutMs,
				onStart,
				stepsFirst: true
			});
		} finally {
			this.#pid = void 0;
		}
	}
	async #from(name, image) {
		await this.#session.note("container", name);
		this.#made.push(name);
		const { env, limits } = this.#words;
		return this.#session.ask([
			"from",
			"--pull=never",
			...limits,
			"--name",
			name,
			image
		], { env });
	}
	async isUp() {
		return await this.#process() !== void 0;
	}
	/** The first process of the service: the first one below ours that has another network. */
	async #process() {
		if (this.#pid === void 0) return void 0;
		const own = await network("self");
		for (const pid of await descendantsOf(this.#pid)) {
			const other = await network(String(pid));
			if (other !== void 0 && other !== own) return pid;
		}
	}
	async beside(relay, input, timeoutMs) {
		this.#relay ??= this.#makeRelay(relay);
		return this.#join(await this.#relay, ["/relay"], {
			input,
			timeoutMs
		});
	}
	async #makeRelay(relay) {
		const name = `${this.#name}-relay`;
		const made = await this.#from(name, "scratch");
		if (made.code !== 0) throw this.#session.failure(made, { doing: "ask" });
		const folder = await this.#session.folderWith(name, { relay });
		const added = await this.#session.ask([
			"add",
			"--quiet",
			name,
			join(folder, "relay"),
			"/relay"
		]);
		if (added.code !== 0) throw this.#session.failure(added, { doing: "ask" });
		return name;
	}
	async inside(command, timeoutMs) {
		return this.#join(this.#name, command, { timeoutMs });
	}
	async #join(container, command, options) {
		const pid = await this.#process();
		if (pid === void 0) return {
			code: 1,
			stdout: "",
			stderr: "the service does not run"
		};
		const joined = [
			"--network",
			`ns:/proc/${pid}/ns/net`,
			"--pid",
			`/proc/${pid}/ns/pid`
		];
		return this.#session.ask([
			"run",
			"--terminal=false",
			...joined,
			container,
			"--",
			...command
		], {
			...options,
			env: this.#words.env,
			stepsFirst: true
		});
	}
	async remove() {
		const pid = await this.#process();
		if (pid !== void 0) kill(pid);
		await this.#running?.catch(() => void 0);
		for (const name of this.#made) {
			await this.#session.ask(["rm", name], { evenIfAborted: true });
			await this.#session.strike(name);
		}
	}
};
/** Which network a process has; `undefined` for one that is gone, or not ours to look at. */
async function network(process) {
	return readlink(`/proc/${process}/ns/net`).catch(() => void 0);
}

// src/engines/containers/buildah.ts
/** buildah, which has neither a daemon nor a service. https://github.com/containers/buildah/tree/main/docs */
var BuildahEngine = class extends ContainersEngine {
	buildCommand = "bud";
	packing = [];
	marksSince = "1.24";
	#info;
	constructor(options) {
		super("buildah", new Session("buildah", "buildah", options));
	}
	dialect() {
		return "buildah";
	}
	isLocal() {
		return true;
	}
	globalArguments() {
		return [];
	}
	runtimeVariables({ runtime }) {
		return runtime === void 0 ? {} : { BUILDAH_RUNTIME: runtime };
	}
	#askInfo() {
		this.#info ??= this.session.askJson(["info"], "the answer of buildah info");
		return this.#info;
	}
	async askHost() {
		const host = (await this.#askInfo()).get("host");
		const version = (await this.session.askJson(["version", "--json"], "the answer of buildah version")).get("version").string({ maxLength: 100 });
		return this.onThisKernel({
			version,
			label: `buildah ${version}`,
			platform: normalisePlatform({
				os: host.get("os").string(),
				architecture: host.get("arch").string(),
				variant: host.get("variant").optional((field) => field.string())
			})
		});
	}
	hasImage(reference, platform) {
		const question = [
			"inspect",
			"--type",
			"image",
			"--format",
			"{{.OCIv1.OS}}/{{.OCIv1.Architecture}}",
			reference
		];
		return isStoredFor(this.session, question, platform);
	}
	async storage() {
		return (await this.#askInfo()).get("store").optional((store) => store.get("GraphRoot").optional((field) => field.string()));
	}
	async platformOf(image) {
		const config = (await this.session.askJson([
			"inspect",
			"--type",
			"image",
			image.id
		], "the answer of buildah inspect")).get("OCIv1");
		return normalisePlatform({
			os: config.get("os").string(),
			architecture: config.get("architecture").string(),
			variant: config.get("variant").optional((field) => field.string())
		});
	}
	async adopt(name) {
		const question = [
			"inspect",
			"--type",
			"image",
			"--format",
			"{{.FromImageID}}",
			name
		];
		const id = await storedImageId(this.session, question);
		return id === void 0 ? void 0 : {
			engine: this.name,
			id,
			name
		};
	}
	/** Given to a pipe with a name: buildah writes archives to paths only, and as a child of Node it has no stdout that it could open by one. */
	archive(image) {
		return writtenTo(this.session, (path) => [
			"push",
			"--quiet",
			image.id,
			`docker-archive:${path}`
		]);
	}
	/** A container keeps those that it was made with. */
	#limits() {
		return this.arrangement.limits === true ? modestLimits : [];
	}
	async runCommand(image, program, { name, timeoutMs }) {
		const env = this.variables(this.arrangement);
		await this.session.note("container", name);
		const chroot = this.isolation === "chroot";
		const network = chroot ? [] : ["--network", "none"];
		try {
			const made = await this.session.ask([
				"from",
				"--pull=never",
				...this.#limits(),
				"--name",
				name,
				image.id
			], { env });
			if (made.code !== 0) return made;
			if (chroot) this.session.options.log.warning("the smoke test has the host's network: buildah in chroot isolation can't take it away");
			const args = [
				"run",
				"--terminal=false",
				...network,
				name,
				"--",
				...program
			];
			return await this.session.tell(args, {
				env,
				timeoutMs,
				stepsFirst: true
			});
		} finally {
			await this.session.ask(["rm", name], { evenIfAborted: true });
			await this.session.strike(name);
		}
	}
	/** In a chroot a service would have the ports of this machine: those of others answer there, and two legs meet. */
	async checkServe(platform) {
		await super.checkServe(platform);
		this.#refuseChroot();
	}
	#refuseChroot() {
		if (this.isolation !== "chroot") return;
		throw new CodedError("E_UNSUPPORTED", "buildah in chroot isolation can't give a service a network of its own", { hint: "use engine: docker or podman, or a machine on which buildah can start containers; smoke-test runs a command all the same" });
	}
	service(image, { name, timeoutMs }, [first, ...rest]) {
		this.#refuseChroot();
		if (first === void 0) throw new CodedError("E_SMOKE_TEST", "the image has neither ENTRYPOINT nor CMD: it is no service", { hint: "nothing was pushed; leave smoke-test-url out, or say in the Dockerfile what the service is" });
		const env = this.variables(this.arrangement);
		const words = {
			image: image.id,
			command: [first, ...rest],
			limits: this.#limits(),
			env,
			timeoutMs
		};
		return Promise.resolve(new BuildahService(this.session, name, words));
	}
};

// src/engines/remote.ts
/** Which engine can be reached how, in the order in which `auto` tries them. */
const reaches = {
	ssh: [
		"docker",
		"podman",
		"buildx"
	],
	tcp: [
		"buildx",
		"docker",
		"podman"
	],
	unix: [
		"buildx",
		"docker",
		"podman"
	],
	"docker-container": ["buildx"],
	"podman-container": ["buildx"],
	"kube-pod": ["buildx"],
	kubernetes: ["buildx"]
};
/** The engines that may be at that address. */
function enginesAt({ scheme }) {
	return reaches[scheme];
}
/**
* What makes `engine` the one at the address of `remote`: the engine's own variables, which its own tools read as well.
* @throws E_UNSUPPORTED where it can't be reached like that
*/
function atRemote(name, options) {
	const { remote, env } = options;
	if (remote === void 0) return options;
	const { scheme, address } = remote;
	if (!reaches[scheme].includes(name)) throw new CodedError("E_UNSUPPORTED", `engine ${name} can't be used at ${quote(address, 120)}`, { hint: `use engine: ${reaches[scheme].join(" or ")}, or leave remote out` });
	return {
		...options,
		env: {
			...env,
			...variables(name, remote)
		}
	};
}
function variables(name, { scheme, address }) {
	if (name === "podman") return {
		CONTAINER_HOST: address,
		CONTAINER_CONNECTION: void 0
	};
	if (name === "docker" || scheme === "ssh") return {
		DOCKER_HOST: address,
		DOCKER_CONTEXT: void 0,
		BUILDKIT_HOST: void 0,
		BUILDX_BUILDER: void 0
	};
	return { BUILDKIT_HOST: address };
}
/** Whether anybody who reaches that address can do anything there. */
function isUnguarded({ scheme, address }, env) {
	const host = address.slice(6).replace(/\/.*$/u, "");
	return scheme === "tcp" && !isLoopback(host) && (env["DOCKER_CERT_PATH"] ?? "") === "";
}

// src/engines/detect.ts
/**
* In which order `auto` tries. A BuildKit that somebody set up for buildx goes first: it is there because Docker's own was not enough. Then
* docker: where its daemon answers, it is what the machine was set up for, and on hosts where a security profile cripples podman
* and buildah it is the one that works. Buildah last: whoever has podman as well means podman.
*/
const order = [
	"buildx",
	"docker",
	"podman",
	"buildah"
];
/** An engine of that name; nothing is contacted yet. */
function createEngine(name, options) {
	switch (name) {
		case "buildx": return new BuildxEngine(options);
		case "docker": return new DockerEngine(options);
		case "podman": return new PodmanEngine(options);
		case "buildah": return new BuildahEngine(options);
		case "assemble": return new AssembleEngine(options);
	}
}
/**
* The engine of that name, once it has answered. `auto` is the first of {@link order} that runs a program of the platform here; the log has
* the reason for each one before it. Where none does, it is the first that works at all: its preflight says why it does not do. Without a
* trial, `auto` is the first that answers, and never buildx.
* @throws E_ENGINE_MISSING, E_ENGINE with every reason; E_UNSUPPORTED for an engine that can't be where `remote` says
*/
async function chooseEngine(wanted, options, trial) {
	const { remote, log, env } = options;
	if (remote !== void 0 && isUnguarded(remote, env)) log.warning(`${show(remote.address, 120)} has no TLS: whoever reaches it can do anything there`);
	if (wanted !== "auto") {
		const engine = createEngine(wanted, atRemote(wanted, options));
		await engine.host();
		return engine;
	}
	const names = remote === void 0 ? order : enginesAt(remote);
	return firstThatWorks(trial === void 0 ? names.filter((name) => name !== "buildx") : names, options, trial);
}
async function firstThatWorks(names, options, trial) {
	const passedOver = [];
	let second;
	for (const name of names) {
		const engine = createEngine(name, atRemote(name, options));
		try {
			const label = await tryOut(engine, options, trial);
			await second?.close();
			options.log.info(`engine auto is ${label}`);
			return engine;
		} catch (error) {
			const isCoded = error instanceof CodedError && options.signal?.aborted !== true;
			if (isCoded && worksOtherwise.includes(error.code) && second === void 0) second = engine;
			else await engine.close();
			if (!isCoded) {
				await second?.close();
				throw error;
			}
			options.log.info(`engine ${name} is passed over: ${errorLine(error)}`);
			if (name !== "buildx" || isPointedAt(options)) passedOver.push(error);
		}
	}
	if (second !== void 0) {
		options.log.info(`engine auto is ${second.name}: it works here, but not for this platform or in this mode`);
		return second;
	}
	throw noneWorks(passedOver);
}
/** What says that an engine works, but not for this platform or in this mode. */
const worksOtherwise = ["E_HOST_MISMATCH", "E_UNSUPPORTED"];
async function tryOut(engine, options, trial) {
	const host = await engine.host();
	if (engine instanceof BuildxEngine && engine.isDockersOwn && options.buildx === void 0) throw new CodedError("E_ENGINE_MISSING", "the builder of buildx is Docker's own, which engine docker uses as well", { hint: "set engine: buildx if it is meant" });
	if (trial === void 0) return host.label;
	const platform = trial.platform ?? host.platform;
	await engine.preflight(platform, trial.mode);
	if (trial.smokeTest) await engine.checkRun?.(platform);
	return host.label;
}
/** Whether somebody set a BuildKit up for buildx, who wants to know if it does not work. */
function isPointedAt({ env, remote, buildx }) {
	return [
		"BUILDKIT_HOST",
		"BUILDX_BUILDER",
		"NATIVE_MULTIARCH_BUILDER_OPTIONS"
	].some((name) => (env[name] ?? "") !== "") || remote !== void 0 || buildx !== void 0;
}
function noneWorks(passedOver) {
	if (passedOver.every((error) => error.code === "E_ENGINE_MISSING")) return new CodedError("E_ENGINE_MISSING", "there is no docker, podman or buildah on PATH", { hint: "install one of them; or use engine: assemble for files that were compiled elsewhere, which needs none" });
	return joinErrors(passedOver.filter((error) => error.code !== "E_ENGINE_MISSING"));
}

export { chooseEngine, createEngine };