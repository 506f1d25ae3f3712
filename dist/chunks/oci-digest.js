// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { createHash } from "node:crypto";

// src/oci/digest.ts
const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
/** Whether this is a sha256 or sha512 digest in lower-case hex. */
function isDigest(text) {
	return digestForm.test(text);
}
/** @throws E_REFERENCE when `text` is not a sha256 or sha512 digest in lower-case hex. */
function parseDigest(text) {
	if (isDigest(text)) return text;
	throw new CodedError("E_REFERENCE", `${quote(text)} is not a digest`, { hint: "a digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits" });
}
/** What stands before the colon. */
function digestAlgorithm(digest) {
	return digest.startsWith("sha512:") ? "sha512" : "sha256";
}
/** What stands behind the colon. */
function digestHex(digest) {
	return digest.slice(digest.indexOf(":") + 1);
}
/** The digest of exactly these bytes. */
function digestOf(bytes, algorithm = "sha256") {
	return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
/** A digest made while bytes go by. */
var DigestStream = class {
	#algorithm;
	#hash;
	constructor(algorithm = "sha256") {
		this.#algorithm = algorithm;
		this.#hash = createHash(algorithm);
	}
	update(bytes) {
		this.#hash.update(bytes);
	}
	/** The digest of all that was given to `update`. Call it once. */
	digest() {
		return `${this.#algorithm}:${this.#hash.digest("hex")}`;
	}
};

export { isDigest as a, digestOf as i, digestAlgorithm as n, parseDigest as o, digestHex as r, DigestStream as t };