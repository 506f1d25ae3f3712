// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as isDigest } from "./oci-digest.js";

// src/oci/layout-reference.ts
/** No reference can name a registry of this name: a host has a dot, a colon, or is localhost. */
const layoutRegistry = "oci";
/** `oci:5000/app` is a registry on port 5000. */
const form = /^oci:(?!\/\/|\d+\/)(?<folder>[^:@]*)(?:@(?<digest>.*)|:(?<name>.*))?$/su;
/** An OCI image layout folder in the place of a repository. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
function layoutRepository(folder) {
	return {
		registry: layoutRegistry,
		path: folder,
		name: `oci:${folder}`
	};
}
/** Whether this is a folder, whose path is `path`. */
function isLayout({ registry }) {
	return registry === layoutRegistry;
}
/**
* `oci:folder`, `oci:folder:name` or `oci:folder@sha256:...`, as skopeo and podman write them; undefined for anything else.
* A name is what index.json has it under, so it need not be a tag. A folder with a colon or an `@` in its name can't be named.
* @throws E_REFERENCE
*/
function parseLayoutReference(text) {
	const groups = form.exec(text)?.groups;
	if (groups === void 0) return void 0;
	const { folder = "", digest, name } = groups;
	if (folder === "" || name === "" || text.includes("\0")) throw new CodedError("E_REFERENCE", `${quote(text)} names no ${folder === "" ? "folder" : "image"}`, { hint: "write oci:folder, oci:folder:tag or oci:folder@sha256:..." });
	if (digest !== void 0 && !isDigest(digest)) throw new CodedError("E_REFERENCE", `${quote(text)} ends in ${quote(digest)}, which is not a digest`, { hint: "write oci:folder@sha256: and 64 hexadecimal digits" });
	return {
		repository: layoutRepository(folder),
		...name !== void 0 && { tag: name },
		...digest !== void 0 && { digest }
	};
}

export { layoutRepository as n, parseLayoutReference as r, isLayout as t };