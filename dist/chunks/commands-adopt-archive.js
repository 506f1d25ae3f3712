// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { t as parseImageConfig } from "./oci-config.js";
import { i as digestOf, t as DigestStream } from "./oci-digest.js";
import { n as layoutRepository } from "./oci-layout-reference.js";
import { i as parseManifest, r as maxManifestBytes } from "./oci-manifest.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { n as parseFields } from "./oci-schema.js";
import { l as samePlatform, n as formatPlatform, r as normalisePlatform } from "./platform-platform.js";
import { n as archiveMembers } from "./verify-content-archive-members.js";
import { r as openLayout } from "./layout-layout.js";
import { t as expandSource } from "./verify-source.js";
import { mkdir, mkdtemp, open, readFile, stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline as pipeline$1 } from "node:stream/promises";

// src/commands/adopt-layout.ts
/**
* The image of one platform in an OCI image layout: what the name leads to, if that is one image, with what is attested of it; else the
* image of the platform in its index.
* @throws E_NOT_FOUND, E_PLATFORM_MISSING, E_INPUT where it is not clear which, E_MANIFEST, E_DIGEST_MISMATCH
*/
async function adoptLayout({ repository, tag, digest }, platform, cwd) {
	const layout = await openLayout(resolve(cwd, repository.path));
	const name = digest ?? tag;
	const shown = name === void 0 ? layout.name : `${layout.name}:${name}`;
	const manifest = await layout.manifest(name);
	if (manifest === void 0) {
		const names = layout.entries.map((entry) => entry.annotations?.["org.opencontainers.image.ref.name"]);
		throw new CodedError("E_NOT_FOUND", `there is no ${shown}`, { hint: `it holds ${names.filter((each) => each !== void 0).join(", ") || "images without a name"}` });
	}
	const source = await expandSource({
		manifest: (ref) => layout.manifest(ref),
		blob: (blob, max) => layout.blob(blob, max)
	}, manifest, shown);
	const image = imageFor(source, platform, shown);
	return source.images.length === 1 ? wholeSource(source, image, layout) : oneImage(image, layout);
}
function imageFor({ images }, platform, shown) {
	const [only] = images;
	if (only !== void 0 && images.length === 1) return only;
	const fitting = images.filter((each) => samePlatform(each.platform, platform));
	const [image] = fitting;
	if (image !== void 0 && fitting.length === 1) return image;
	const there = images.map((each) => formatPlatform(each.platform)).join(", ");
	throw new CodedError("E_PLATFORM_MISSING", `${shown} has ${fitting.length === 0 ? "no" : String(fitting.length)} ${formatPlatform(platform)}: it holds ${there === "" ? "no image" : there}`, { hint: "name the one that is meant, as oci:folder:tag or oci:folder@sha256:..." });
}
function oneImage(image, layout) {
	const runnable = {
		manifest: image.bytes,
		image: image.manifest,
		config: image.config
	};
	return {
		top: image.bytes,
		children: [],
		blobs: blobsOf(image, layout),
		runnable
	};
}
/** With the index that the one image stands in, and what is attested of it. */
function wholeSource(source, image, layout) {
	const one = oneImage(image, layout);
	if (source.index === void 0 || source.others.length > 0) return one;
	const attested = source.attestations.flatMap(({ bytes }) => {
		const parsed = parseManifest(bytes);
		return parsed.kind === "image" ? [...parsed.layers, parsed.config] : [];
	});
	return {
		...one,
		top: source.manifest,
		children: [image.bytes, ...source.attestations.map(({ bytes }) => bytes)],
		blobs: [...one.blobs, ...stored(attested, layout)]
	};
}
function blobsOf({ manifest }, layout) {
	return stored([...manifest.layers, manifest.config], layout);
}
/** Each once. */
function stored(descriptors, layout) {
	const blobs = /* @__PURE__ */ new Map();
	for (const blob of descriptors) {
		const { digest, size, mediaType } = blob;
		blobs.set(digest, {
			digest,
			size,
			mediaType,
			open: () => layout.stream(blob)
		});
	}
	return [...blobs.values()];
}

// src/commands/adopt-archive.ts
/** The image of one platform that `source-image` names, in a folder or an archive. @throws E_NOT_FOUND, E_INPUT, E_MANIFEST ... */
async function readAdopted(source, platform, place) {
	switch (source.kind) {
		case "layout": return adoptLayout(source.reference, platform, place.cwd);
		case "oci-archive": return adoptOciArchive({
			...place,
			path: source.path
		}, platform);
		case "docker-archive": return adoptDockerArchive({
			...place,
			path: source.path
		}, platform);
	}
}
/** What an OCI image layout is made of, by the only names that there are; whatever else an archive holds is passed over. */
const layoutMember = /^(?:\.\/)?(?<path>oci-layout|index\.json|blobs\/(?<algorithm>sha256|sha512)\/(?<hex>[0-9a-f]{64}|[0-9a-f]{128}))$/u;
/** An image has 127 layers at most, and old engines link those that they share. */
const maxLinks = 4;
/**
* The image of one platform in an OCI image layout that is one tar file. Blobs are written to a folder of ours, under names of ours.
* @throws E_NOT_FOUND, E_INPUT, and as {@link adoptLayout} does
*/
async function adoptOciArchive(place, platform) {
	const folder = await mkdtemp(join(place.scratch, "adopted-"));
	for (const algorithm of ["sha256", "sha512"]) await mkdir(join(folder, "blobs", algorithm), { recursive: true });
	for await (const member of archiveMembers(await opened(place), `oci-archive:${place.path}`)) {
		const path = member.type === "file" ? layoutMember.exec(member.path)?.groups?.["path"] : void 0;
		if (path !== void 0) await pipeline$1(Readable.from(member.body), newFile(join(folder, path)));
	}
	return adoptLayout({ repository: layoutRepository(folder) }, platform, "/");
}
/** @throws E_NOT_FOUND, E_INPUT for what is no plain tar file */
async function opened({ path, cwd }) {
	const file = resolve(cwd, path);
	let start;
	try {
		const handle = await open(file);
		try {
			if (!(await handle.stat()).isFile()) throw new CodedError("E_INPUT", `${quote(path)} is no file`, { hint: "name a tar file" });
			const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
			start = buffer.subarray(0, bytesRead);
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (error instanceof CodedError) throw error;
		throw new CodedError("E_NOT_FOUND", `there is no archive ${quote(path)} that can be read`, {
			hint: `it is looked for from ${cwd}`,
			cause: error
		});
	}
	if (/^(?:1f8b|28b52ffd|425a68|fd377a58)/u.test(start.toString("hex"))) throw new CodedError("E_INPUT", `${quote(path)} is compressed`, { hint: "adopt the tar file itself: gunzip it first, or do not compress it" });
	return createReadStream(file);
}
/** Of a path that an archive has twice, the last counts, as for tar. */
function newFile(path) {
	return createWriteStream(path, { mode: 384 });
}
/**
* The image in what `docker save`, kaniko or bazel wrote. Such an archive has no manifest and its layers are most often not compressed:
* layers are packed with gzip, the config stays what it is, and with it the image's ID.
* @throws E_NOT_FOUND, E_INPUT, E_MANIFEST
*/
async function adoptDockerArchive(place, platform) {
	const what = `docker-archive:${place.path}`;
	const folder = await mkdtemp(join(place.scratch, "adopted-"));
	const members = {
		files: /* @__PURE__ */ new Map(),
		links: /* @__PURE__ */ new Map()
	};
	let count = 0;
	for await (const member of archiveMembers(await opened(place), what)) await take(member, members, join(folder, `member-${count++}`));
	const { config, layers } = await chosenImage(members, platform, what);
	const packed = /* @__PURE__ */ new Map();
	const blobs = [];
	for (const path of layers) {
		const member = resolved(path, members);
		const blob = packed.get(member) ?? await layerBlob(member, join(folder, `layer-${packed.size}`), members, what);
		packed.set(member, blob);
		blobs.push(blob);
	}
	const configBlob = blobOf(config, mediaTypes.dockerConfig);
	const describe = ({ mediaType, size, digest }) => ({
		mediaType,
		size,
		digest
	});
	const bytes = Buffer.from(JSON.stringify({
		schemaVersion: 2,
		mediaType: mediaTypes.dockerManifest,
		config: describe(configBlob),
		layers: blobs.map(describe)
	}));
	const top = {
		bytes,
		digest: digestOf(bytes),
		mediaType: mediaTypes.dockerManifest
	};
	const image = parseManifest(top);
	if (image.kind !== "image") throw new CodedError("E_INTERNAL", "a manifest of ours is no image");
	const runnable = {
		manifest: top,
		image,
		config: parseImageConfig(config, `the config in ${what}`)
	};
	return {
		top,
		children: [],
		blobs: [...new Map([...blobs, configBlob].map((blob) => [blob.digest, blob])).values()],
		runnable
	};
}
async function take(member, { files, links }, file) {
	const path = posix.normalize(member.path);
	if (member.type === "symlink") links.set(path, posix.join(posix.dirname(path), member.target));
	else if (member.type === "hardlink") links.set(path, posix.normalize(member.target));
	if (member.type !== "file") return;
	await pipeline$1(Readable.from(member.body), newFile(file));
	files.set(path, file);
}
/** A small one, whole. @throws E_MANIFEST */
async function document(path, members, what) {
	const file = members.files.get(resolved(path, members));
	if (file === void 0) return void 0;
	const { size } = await stat(file);
	if (size <= 4194304) return readFile(file);
	throw new CodedError("E_MANIFEST", `${what} has ${show(path)} of ${size} bytes`, { hint: `it may have ${maxManifestBytes} at most; save that image again` });
}
function resolved(path, { links }) {
	let found = posix.normalize(path);
	for (let each = 0; each < maxLinks; each += 1) found = links.get(found) ?? found;
	return found;
}
/** https://github.com/moby/docker-image-spec/blob/main/spec.md: manifest.json lists the images of an archive. */
async function chosenImage(members, platform, what) {
	const list = await document("manifest.json", members, what);
	if (list === void 0) throw new CodedError("E_INPUT", `${what} has no manifest.json`, { hint: "docker save, podman save, kaniko and skopeo write such archives; for an OCI image layout write oci-archive:file" });
	const items = parseFields(list, `manifest.json of ${what}`).items(100);
	const images = await Promise.all(items.map(async (item) => {
		const path = item.get("Config").string({ maxLength: 4096 });
		const config = await document(path, members, what);
		if (config === void 0) throw lacks(path, what);
		return {
			config,
			layers: item.get("Layers").items(127).map((layer) => layer.string({ maxLength: 4096 }))
		};
	}));
	const [only] = images;
	if (only !== void 0 && images.length === 1) return only;
	const fitting = images.filter(({ config }) => {
		const { os, architecture, variant } = parseImageConfig(config, `a config in ${what}`);
		return samePlatform(normalisePlatform({
			os,
			architecture,
			variant
		}), platform);
	});
	const [image] = fitting;
	if (image !== void 0 && fitting.length === 1) return image;
	throw new CodedError("E_INPUT", `${what} holds ${images.length} images, ${fitting.length} of them of the platform`, { hint: "save one image alone" });
}
function lacks(path, what) {
	return new CodedError("E_MANIFEST", `${what} lacks ${quote(path)}, which its manifest.json names`, { hint: "save that image again" });
}
/** A layer as it will be pushed: packed where it is not. */
async function layerBlob(path, target, { files }, what) {
	const found = files.get(path);
	if (found === void 0) throw lacks(path, what);
	const handle = await open(found);
	const { buffer: start } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
	const isPacked = start.toString("hex") === "1f8b";
	const file = isPacked ? found : target;
	const hash = new DigestStream("sha256");
	let size = 0;
	const counted = async function* (source) {
		for await (const chunk of source) {
			hash.update(chunk);
			size += chunk.length;
			yield chunk;
		}
	};
	if (isPacked) for await (const _ of counted(createReadStream(file)));
	else await pipeline$1(createReadStream(found), createGzip(), counted, newFile(file));
	return {
		digest: hash.digest(),
		size,
		mediaType: mediaTypes.dockerLayerGzip,
		open: () => createReadStream(file)
	};
}
function blobOf(bytes, mediaType) {
	return {
		digest: digestOf(bytes),
		size: bytes.length,
		mediaType,
		open: () => Readable.from([bytes])
	};
}

export { readAdopted };