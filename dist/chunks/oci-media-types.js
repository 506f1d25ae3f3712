// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote } from "./errors.js";
import { i as digestOf, n as digestAlgorithm } from "./oci-digest.js";
import { r as withoutUndefined } from "./oci-schema.js";

// src/oci/descriptor-schema.ts
const descriptorKeys = [
	"mediaType",
	"digest",
	"size",
	"urls",
	"annotations",
	"data",
	"artifactType",
	"platform"
];
const platformKeys = [
	"architecture",
	"os",
	"os.version",
	"os.features",
	"variant",
	"features"
];
/**
* https://www.rfc-editor.org/rfc/rfc6838#section-4.2, with parameters let through: artifacts have layers of
* `text/plain; charset=utf-8`.
*/
const mediaType = {
	pattern: /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:;[ -~]*)?$/,
	is: "a media type",
	maxLength: 512
};
const maxEmbeddedBytes = 65536;
const platformWord = {
	pattern: /^[!-~]*$/,
	is: "a word of visible ASCII",
	maxLength: 128
};
/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties. @throws E_MANIFEST, or E_PLATFORM for `platform`. */
function readDescriptor(field) {
	field.refuseLookalikes(descriptorKeys);
	const digest = field.get("digest").digest();
	const size = field.get("size").integer();
	return withoutUndefined({
		mediaType: readMediaType(field.get("mediaType")),
		digest,
		size,
		urls: field.get("urls").optional((urls) => urls.items(100).map(readUrl)),
		annotations: field.get("annotations").optional((annotations) => annotations.stringMap()),
		data: field.get("data").optional((data) => readData(data, digest, size)),
		artifactType: field.get("artifactType").optional(readMediaType),
		platform: field.get("platform").optional(readPlatform)
	});
}
/** A media type, within the bounds of RFC 6838. @throws E_MANIFEST, or the code of the field's document. */
function readMediaType(field) {
	return field.string(mediaType);
}
/** Never fetched by us, and yet somebody downstream may. */
function readUrl(field) {
	const url = field.string({ maxLength: 8192 });
	if (!URL.canParse(url)) throw field.error(`is ${quote(url)}, which is not a URL`);
	return url;
}
/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#embedded-content */
function readData(field, digest, size) {
	const text = field.string({ maxLength: Math.ceil(maxEmbeddedBytes / 3) * 4 });
	const bytes = Buffer.from(text, "base64");
	if (bytes.toString("base64") !== text) throw field.error("is not base64");
	if (bytes.length !== size) throw field.error(`has ${bytes.length} bytes, and the descriptor says ${size}`);
	const actual = digestOf(bytes, digestAlgorithm(digest));
	if (actual !== digest) throw field.error(`has the digest ${actual}, and the descriptor says ${digest}`);
	return text;
}
/** Empty strings are let through, as tools write them for entries that are no images; what they mean, the platform room says. */
function readPlatform(manifestField) {
	const field = manifestField.withCode("E_PLATFORM");
	field.refuseLookalikes(platformKeys);
	return withoutUndefined({
		architecture: field.get("architecture").string(platformWord),
		os: field.get("os").string(platformWord),
		"os.version": field.get("os.version").optional((version) => version.string(platformWord)),
		"os.features": field.get("os.features").optional(readWords),
		variant: field.get("variant").optional((variant) => variant.string(platformWord)),
		features: field.get("features").optional(readWords)
	});
}
function readWords(field) {
	return field.items(64).map((item) => item.string(platformWord));
}

// src/oci/media-types.ts
/**
* The media types of the two families, OCI and Docker.
* https://github.com/opencontainers/image-spec/blob/main/media-types.md
*/
const mediaTypes = {
	ociIndex: "application/vnd.oci.image.index.v1+json",
	ociManifest: "application/vnd.oci.image.manifest.v1+json",
	ociConfig: "application/vnd.oci.image.config.v1+json",
	ociLayer: "application/vnd.oci.image.layer.v1.tar",
	ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
	ociLayerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
	ociEmpty: "application/vnd.oci.empty.v1+json",
	dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
	dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
	dockerConfig: "application/vnd.docker.container.image.v1+json",
	dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
	inToto: "application/vnd.in-toto+json"
};
const indexMediaTypes = [mediaTypes.ociIndex, mediaTypes.dockerList];
const imageMediaTypes = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const configMediaTypes = [mediaTypes.ociConfig, mediaTypes.dockerConfig];
/** Every manifest kind in one Accept header: distribution v3 answers 404 for an index that was not asked for by name. */
const manifestAccept = [...indexMediaTypes, ...imageMediaTypes].join(", ");

export { mediaTypes as a, manifestAccept as i, imageMediaTypes as n, readDescriptor as o, indexMediaTypes as r, readMediaType as s, configMediaTypes as t };