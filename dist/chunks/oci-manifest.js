// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as mediaTypes, n as imageMediaTypes, o as readDescriptor, r as indexMediaTypes, s as readMediaType } from "./oci-media-types.js";
import { a as isDigest } from "./oci-digest.js";
import { n as parseFields, r as withoutUndefined } from "./oci-schema.js";

// src/oci/manifest.ts
const maxManifestBytes = 4194304;
/** Of images in one index; attestations are not counted. */
const maxIndexEntries = 64;
const referenceType = "vnd.docker.reference.type";
const referenceDigest = "vnd.docker.reference.digest";
const manifestKeys = [...[
	"schemaVersion",
	"mediaType",
	"artifactType",
	"config",
	"layers",
	"manifests",
	"subject",
	"annotations"
], ...[
	"fsLayers",
	"history",
	"signatures"
]];
const schema1Keys = [
	"fsLayers",
	"history",
	"signatures"
];
/**
* The manifest in these bytes, checked against the media type that they were served with. Whether an index holds any
* entry, and what its entries are, is the caller's question.
* @throws E_MANIFEST where it is malformed, over a cap, of a kind that can't stand in an index, or two things at once
* (https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh); E_PLATFORM for an entry's platform.
*/
function parseManifest(manifest) {
	const what = `manifest ${manifest.digest}`;
	if (manifest.bytes.byteLength > 4194304) throw new CodedError("E_MANIFEST", `${what} has ${manifest.bytes.byteLength} bytes`, { hint: `registries accept ${maxManifestBytes} at most` });
	const root = parseFields(manifest.bytes, what, { plainIntegers: true });
	root.refuseLookalikes(manifestKeys);
	checkSchemaVersion(root);
	const mediaType = agreedMediaType(root, manifest.mediaType);
	const isIndex = indexMediaTypes.includes(mediaType);
	refuseTwoThings(root, isIndex ? [
		"config",
		"layers",
		...schema1Keys
	] : ["manifests", ...schema1Keys], mediaType);
	return isIndex ? readIndex(root, mediaType) : readImage(root, mediaType);
}
function checkSchemaVersion(root) {
	const version = root.get("schemaVersion");
	if (version.value === 2) return;
	if (version.value === 1 || root.get("fsLayers").value !== void 0) throw root.error("is of schema 1, which has no digests of its own", "build and push the image with a current tool");
	throw version.error(version.absent ? "is missing" : `is ${JSON.stringify(version.value)}`, "it is the number 2");
}
function agreedMediaType(root, contentType) {
	const served = contentType.split(";", 1).join("").trim();
	const said = root.get("mediaType").optional(readMediaType);
	if (said !== void 0 && served !== "" && said !== served) throw root.error(`was served as ${quote(served)} and says that it is ${quote(said)}`, "push it again with its own media type");
	const mediaType = said ?? served;
	if (mediaType === "") throw root.error("has no media type, neither in its body nor as it was served");
	if (![...indexMediaTypes, ...imageMediaTypes].includes(mediaType)) throw root.error(`is of the media type ${quote(mediaType)}`, "an OCI or Docker (schema 2) manifest or list is wanted");
	if (said === void 0 && mediaType !== mediaTypes.ociIndex && mediaType !== mediaTypes.ociManifest) throw root.get("mediaType").error("is missing", "only OCI manifests may leave it out");
	return mediaType;
}
function refuseTwoThings(root, foreignKeys, mediaType) {
	const found = foreignKeys.filter((key) => !root.get(key).absent);
	if (found.length === 0) return;
	throw root.error(`says that it is ${mediaType} and has ${found.map((key) => quote(key)).join(" and ")} as well`, "a document that is two things at once is refused, since programs would differ on what it is");
}
function readImage(root, mediaType) {
	return withoutUndefined({
		kind: "image",
		mediaType,
		config: readDescriptor(root.get("config")),
		layers: items(root.get("layers")).map(readDescriptor),
		...readCommon(root)
	});
}
function readIndex(root, mediaType) {
	const entries = items(root.get("manifests"));
	if (entries.length > 320) throw tooMany(root, `${entries.length} entries`);
	const manifests = entries.map(readDescriptor);
	const images = manifests.filter((descriptor) => !isAttestation(descriptor)).length;
	if (images > 64) throw tooMany(root, `${images} entries besides attestations`);
	return withoutUndefined({
		kind: "index",
		mediaType,
		manifests,
		...readCommon(root)
	});
}
/** Go writes an empty array as null; a key that isn't there at all is another matter. */
function items(field) {
	return field.value === null ? [] : field.items();
}
function tooMany(root, count) {
	return root.get("manifests").error(`has ${count}`, `at most ${64} images are accepted in an index`);
}
function readCommon(root) {
	return {
		annotations: root.get("annotations").optional((annotations) => annotations.stringMap()),
		artifactType: root.get("artifactType").optional(readMediaType),
		subject: root.get("subject").optional(readDescriptor)
	};
}
/**
* Whether an index entry is BuildKit's attestation for another entry, and no image. An entry that names a real platform is
* an image whatever its annotations say, for that is what a runtime takes it for.
* https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
*/
function isAttestation(descriptor) {
	const { annotations, platform } = descriptor;
	if (annotations?.[referenceType] !== "attestation-manifest") return false;
	return platform === void 0 || platform.os === "unknown" && platform.architecture === "unknown";
}
/** The digest of the entry that an attestation is about; undefined where it isn't one or names none. */
function attestationSubject(descriptor) {
	const digest = descriptor.annotations?.[referenceDigest];
	return digest !== void 0 && isAttestation(descriptor) && isDigest(digest) ? digest : void 0;
}

export { parseManifest as i, isAttestation as n, maxManifestBytes as r, attestationSubject as t };