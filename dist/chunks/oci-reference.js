// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { o as parseDigest } from "./oci-digest.js";
import { t as parseHost } from "./oci-host.js";

// src/oci/reference.ts
const dockerHub = "docker.io";
/** A tag. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const pathComponent = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
/** Of a repository, in characters. */
const maxPathLength = 255;
const maxLength = 1024;
/**
* A repository without tag and digest. Docker Hub's short names are written out: `alpine` is docker.io/library/alpine.
* https://github.com/distribution/reference/blob/main/reference.go
* @throws E_REFERENCE
*/
function parseRepository(text) {
	const reference = parseReference(text);
	const [kind, extra] = reference.digest === void 0 ? ["tag", reference.tag] : ["digest", reference.digest];
	if (extra === void 0) return reference.repository;
	throw new CodedError("E_REFERENCE", `${quote(text)} has the ${kind} ${extra}, where a repository alone is wanted`, { hint: `write ${reference.repository.name}` });
}
/**
* `[host[:port]/]path[:tag][@digest]`.
* https://github.com/distribution/reference/blob/main/reference.go
* @throws E_REFERENCE
*/
function parseReference(text) {
	refuseWhatIsNoReference(text);
	const at = text.indexOf("@");
	const named = at === -1 ? text : text.slice(0, at);
	const digest = at === -1 ? void 0 : parseDigest(text.slice(at + 1));
	const colon = named.lastIndexOf(":");
	const tagged = colon > named.lastIndexOf("/");
	const tag = tagged ? parseTag(named.slice(colon + 1)) : void 0;
	return {
		repository: parseName(text, tagged ? named.slice(0, colon) : named),
		...tag !== void 0 && { tag },
		...digest !== void 0 && { digest }
	};
}
/** @throws E_REFERENCE when `text` cannot be a tag. */
function parseTag(text) {
	if (tagForm.test(text)) return text;
	throw new CodedError("E_REFERENCE", `${quote(text)} is not a tag`, { hint: "a tag is 1 to 128 letters, digits, \"_\", \".\" and \"-\", and starts with none of the last two" });
}
/** `name[:tag][@digest]`; {@link parseReference} reads it back. */
function formatReference(reference) {
	const { repository, tag, digest } = reference;
	return `${repository.name}${tag === void 0 ? "" : `:${tag}`}${digest === void 0 ? "" : `@${digest}`}`;
}
/** What is no reference at all, and may hold a password: of that, nothing is shown that stands before an `@`. */
function refuseWhatIsNoReference(text) {
	if (text === "") throw new CodedError("E_REFERENCE", "an image name is empty", { hint: "write one such as ghcr.io/acme/app" });
	const at = text.lastIndexOf("@");
	const behind = text.slice(at + 1);
	if (at !== -1 && (text.indexOf("@") !== at || !/^(?:sha|blake|md)[a-z0-9+._-]*:/i.test(behind))) {
		const shown = behind === "" ? "an image name" : `the image name that ends in ${quote(behind)}`;
		throw new CodedError("E_REFERENCE", `${shown} has something before "@" that may be a password, and is not shown`, { hint: "a login goes into username and password, never into a name; behind \"@\" there is a digest, sha256:..." });
	}
	const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
	if (scheme !== null) throw new CodedError("E_REFERENCE", `${quote(text)} is a URL, not an image name`, { hint: `write it without ${scheme[0].toLowerCase()}` });
	if (text.length > maxLength) throw new CodedError("E_REFERENCE", `an image name of ${text.length} characters, ${quote(text)}, is too long`, { hint: `a path has ${255} characters at most` });
}
function parseName(text, name) {
	const slash = name.indexOf("/");
	const first = slash === -1 ? "" : name.slice(0, slash);
	const isHost = first === "localhost" || /[.:[\]]/.test(first) || slash > 0 && !/^[\x21-\x7e]+$/.test(first);
	const host = isHost ? parseHost(text, first) : dockerHub;
	const registry = host === "index.docker.io" ? dockerHub : host;
	const rest = isHost ? name.slice(slash + 1) : name;
	checkPath(text, rest);
	const path = registry === dockerHub && !rest.includes("/") ? `library/${rest}` : rest;
	if (path.length > 255) throw new CodedError("E_REFERENCE", `the path of ${quote(text)} has ${path.length} characters`, { hint: `${255} at most` });
	return {
		registry,
		path,
		name: `${registry}/${path}`
	};
}
function checkPath(text, path) {
	if (path.split("/").every((component) => pathComponent.test(component))) {
		if (!/^[a-f0-9]{64}$/.test(text)) return;
		throw new CodedError("E_REFERENCE", `${quote(text)} is 64 hexadecimal digits, which could be an image's ID as well`, { hint: "give the repository another name" });
	}
	throw new CodedError("E_REFERENCE", `${quote(text)} is not an image name: ${whyNoPath(path)}`, { hint: pathHint(text, path) });
}
function whyNoPath(path) {
	if (path === "") return "it has no path";
	if (path.startsWith("/") || path.endsWith("/") || path.includes("//")) return "a part between slashes is empty";
	if (/[A-Z]/.test(path) && isPath(path.toLowerCase())) return "it has upper-case letters";
	const bad = path.split("/").find((component) => !pathComponent.test(component)) ?? path;
	return `${quote(bad)} cannot be a part of it`;
}
function pathHint(text, path) {
	const tidy = path.toLowerCase().split("/").filter((component) => component !== "").join("/");
	if (isPath(tidy)) return `write ${text.replace(path, tidy)}`;
	return "a part is lower-case letters and digits, with single \".\", \"_\", \"__\" or any number of \"-\" between them";
}
/** Whether this can be the path of a repository. */
function isPath(path) {
	return path !== "" && path.split("/").every((component) => pathComponent.test(component));
}

export { parseTag as a, parseRepository as i, isPath as n, tagForm as o, parseReference as r, formatReference as t };