// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, t as CodedError } from "./errors.js";
import { t as parseImageConfig } from "./oci-config.js";
import { i as digestOf, n as digestAlgorithm } from "./oci-digest.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes, t as attestationSubject } from "./oci-manifest.js";
import { n as imageMediaTypes, r as indexMediaTypes, t as configMediaTypes } from "./oci-media-types.js";
import { o as platformOfJson, r as normalisePlatform } from "./platform-platform.js";

// src/verify/source.ts
const nothing = () => false;
/** For an index that is not changed: entries of kinds that we do not know are tolerated, as long as they are there. */
const otherKinds = ({ code }) => code === "E_MANIFEST" || code === "E_PLATFORM";
/** Levels of indexes within indexes. No engine resolves deeper ones. */
const maxIndexDepth = 2;
/**
* Reads what `ref` leads to and proves it: bytes against digest and size, config against the descriptor's platform.
* An index is flattened; its attestations are kept beside the image that they are about.
* @param name for messages: `quay.io/acme/app:v1-s390x`
* @returns `undefined` where there is nothing at `ref`
* @throws E_DIGEST_MISMATCH, E_MANIFEST; E_NOT_FOUND for a child that an index names and nobody has
*/
async function readSource(reader, ref, name, promised, tolerate = nothing) {
	const manifest = await reader.manifest(ref);
	if (manifest === void 0) return void 0;
	if (promised !== void 0) checkPromise(manifest, promised, name);
	return expandSource(reader, manifest, name, tolerate);
}
/** {@link readSource}, for a manifest that was read already. */
async function expandSource(reader, manifest, name, tolerate = nothing) {
	const parsed = parseManifest(manifest);
	if (parsed.kind === "image") {
		const { mediaType, digest, bytes } = manifest;
		return {
			manifest,
			index: void 0,
			images: [await readImage(reader, {
				mediaType,
				digest,
				size: bytes.length
			}, manifest, parsed, name)],
			attestations: [],
			others: []
		};
	}
	return {
		manifest,
		index: parsed,
		...together(await readEntries(reader, parsed, name, tolerate))
	};
}
/**
* What each entry of an index leads to, in its order.
* @throws as {@link readSource} does, unless it is tolerated
*/
async function readEntries(reader, index, name, tolerate, depth = 1) {
	if (depth > maxIndexDepth) throw new CodedError("E_MANIFEST", `${name} is an index nested more than ${maxIndexDepth} levels deep`, { hint: "refer to the images themselves" });
	return settleAll(index.manifests.map(async (descriptor, position) => {
		try {
			return await readEntry(reader, descriptor, `${name} manifests[${position}]`, tolerate, depth);
		} catch (error) {
			if (!(error instanceof CodedError) || !tolerate(error)) throw error;
			return {
				images: [],
				attestations: [],
				others: [{
					descriptor,
					problem: error
				}]
			};
		}
	}));
}
function together(parts) {
	return {
		images: parts.flatMap((part) => part.images),
		attestations: parts.flatMap((part) => part.attestations),
		others: parts.flatMap((part) => part.others)
	};
}
async function readEntry(reader, descriptor, name, tolerate, depth) {
	if (!imageMediaTypes.includes(descriptor.mediaType) && !indexMediaTypes.includes(descriptor.mediaType)) throw new CodedError("E_MANIFEST", `${name} is ${quote(descriptor.mediaType)}, which is no image`, { hint: "refer to images only; artifacts are attached to the published index instead" });
	const manifest = await reader.manifest(descriptor.digest);
	if (manifest === void 0) throw new CodedError("E_NOT_FOUND", `${name} refers to ${descriptor.digest}, which is not in the repository`, { hint: "it may have been cleaned up before the merge; build that platform again, and keep its arch tag until the list is published" });
	checkPromise(manifest, descriptor, name);
	const none = {
		images: [],
		attestations: [],
		others: []
	};
	if (isAttestation(descriptor)) return {
		...none,
		attestations: [attestationOf(descriptor, manifest, name)]
	};
	const parsed = parseManifest(manifest);
	if (parsed.kind === "index") return together(await readEntries(reader, parsed, name, tolerate, depth + 1));
	return {
		...none,
		images: [await readImage(reader, descriptor, manifest, parsed, name)]
	};
}
async function readImage(reader, descriptor, bytes, manifest, name) {
	if (!configMediaTypes.includes(manifest.config.mediaType)) throw new CodedError("E_MANIFEST", `${name} has a config of ${quote(manifest.config.mediaType)}, so it is no image`, { hint: "refer to images only; artifacts are attached to the published index instead" });
	const config = parseImageConfig(await reader.blob(manifest.config, maxManifestBytes), `the config of ${name}`);
	const { platform: said, ...rest } = descriptor;
	return {
		descriptor: rest,
		said: said && platformOfJson(said),
		manifest,
		bytes,
		config,
		platform: normalisePlatform(config)
	};
}
function attestationOf(descriptor, bytes, name) {
	const subject = attestationSubject(descriptor);
	if (subject !== void 0) return {
		descriptor,
		bytes,
		subject: agreed(subject, bytes, name)
	};
	throw new CodedError("E_MANIFEST", `${name} is an attestation that does not say what it is about`, { hint: "build that platform again" });
}
/** An attestation may also say itself what it is about; then it says what the index says. */
function agreed(subject, bytes, name) {
	const said = parseManifest(bytes).subject?.digest;
	if (said === void 0 || said === subject) return subject;
	throw new CodedError("E_MANIFEST", `${name} is listed as an attestation about ${subject}, and says that it is about ${said}`, { hint: "build that platform again" });
}
/** Bytes, digest, size and media type must be what was promised. */
function checkPromise(manifest, promised, name) {
	const mismatch = (what, said, is) => new CodedError("E_DIGEST_MISMATCH", `${name}: the ${what} was to be ${said}, the registry holds ${is}`, { hint: "the manifest was changed on the way or the descriptor is wrong; build that platform again" });
	const digest = digestOf(manifest.bytes, digestAlgorithm(promised.digest));
	if (digest !== promised.digest) throw mismatch("digest", promised.digest, digest);
	if (manifest.bytes.length !== promised.size) throw mismatch("size", promised.size, manifest.bytes.length);
	if (manifest.mediaType !== promised.mediaType) throw new CodedError("E_MANIFEST", `${name}: the media type was to be ${quote(promised.mediaType)}, the registry says ${quote(manifest.mediaType)}`, { hint: "build that platform again" });
}
/** What a pull of the image transfers: config and layers, compressed, in bytes. */
function imageSize({ manifest }) {
	return [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
}

export { readSource as a, readEntries as i, imageSize as n, otherKinds as r, expandSource as t };