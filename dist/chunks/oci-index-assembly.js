// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { i as digestOf } from "./oci-digest.js";
import { r as maxManifestBytes } from "./oci-manifest.js";
import { a as mediaTypes } from "./oci-media-types.js";

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

export { indexOfText as a, descriptorJson as i, assembleIndex as n, chooseFormat as r, annotationsJson as t };