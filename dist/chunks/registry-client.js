// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { a as isDigest, i as digestOf, n as digestAlgorithm, o as parseDigest, t as DigestStream } from "./oci-digest.js";
import { c as inflate, d as rawBody, f as readBody, h as http, i as Agents, l as isGzip, m as failureKind, n as RequestLog, o as BodyTooLarge, p as TransportFailure, r as defaultLimits, s as discardBody, t as Transport, u as isHtml } from "./registry-transport.js";
import { n as missesChild, r as webPageError, t as RegistryError } from "./registry-errors.js";
import { a as isStaleSocket, i as failureError, n as isRedirect, r as sameOrigin, t as followLocation } from "./registry-redirects.js";
import { n as isPath, o as tagForm } from "./oci-reference.js";
import { c as mayLeadTo, i as showProxy, l as portOf, o as classifyHost } from "./registry-proxy.js";
import { n as parseFields } from "./oci-schema.js";
import { i as endpointOf, r as canonicalRegistry, t as anonymous } from "./registry-credentials.js";
import { n as secretForms } from "./log.js";
import { a as mediaTypes, i as manifestAccept, o as readDescriptor } from "./oci-media-types.js";
import { n as referrersTag } from "./oci-referrers-tag.js";
import { setMaxListeners } from "node:events";
import { setTimeout } from "node:timers/promises";

// src/registry/scope.ts
const order = [
	"pull",
	"push",
	"delete"
];
/**
* What a token is to allow: actions by resource (`repository:acme/app`), in an order that is kept, since some registries
* look at the first scope only. https://distribution.github.io/distribution/spec/auth/scope/
*/
var ScopeSet = class ScopeSet {
	#actions = /* @__PURE__ */ new Map();
	static repository(path, ...actions) {
		const set = new ScopeSet();
		set.#add(`repository:${path}`, actions);
		return set;
	}
	/** The scopes of a challenge, separated by spaces; what has no actions is left out. */
	static parse(text) {
		const set = new ScopeSet();
		for (const scope of text.split(/\s+/)) {
			const colon = scope.lastIndexOf(":");
			if (/^[a-z]+(?:\([a-z]+\))?:[^\s:]/.test(scope) && colon > 0) set.#add(scope.slice(0, colon), scope.slice(colon + 1).split(",").filter((action) => action !== ""));
		}
		return set;
	}
	/** Both; what is in this one comes first. */
	plus(other) {
		const sum = new ScopeSet();
		for (const set of [this, other]) for (const [resource, actions] of set.#actions) sum.#add(resource, actions);
		return sum;
	}
	covers(other) {
		return [...other.#actions].every(([resource, actions]) => {
			const own = this.#actions.get(resource);
			return own !== void 0 && [...actions].every((action) => own.has(action) || own.has("*"));
		});
	}
	/** `repository:acme/app:pull,push`, one for each resource. */
	toStrings() {
		return [...this.#actions].map(([resource, actions]) => {
			return `${resource}:${[...actions].sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(",")}`;
		});
	}
	#add(resource, actions) {
		const own = this.#actions.get(resource) ?? /* @__PURE__ */ new Set();
		for (const action of actions) own.add(action);
		if (own.size > 0) this.#actions.set(resource, own);
	}
};

// src/registry/verbs.ts
/**
* `/v2/<path>/<rest>`. The grammar is checked here once more although parsers have seen it, because here it becomes a URL.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
* @throws E_REFERENCE
*/
function apiPath(repository, rest, query = []) {
	if (!isPath(repository.path) || repository.path.length > 255) throw new CodedError("E_REFERENCE", `${quote(repository.path)} is not the path of a repository`, { hint: "lower-case letters and digits, with single \".\", \"_\", \"-\" and \"/\" between them" });
	const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
	return `/v2/${repository.path}/${rest}${search === "" ? "" : `?${search}`}`;
}
/** A tag or a digest, fit for a URL. @throws E_REFERENCE */
function checkedReference(reference) {
	if (isDigest(reference) || tagForm.test(reference)) return reference;
	throw new CodedError("E_REFERENCE", `${quote(reference)} is neither a tag nor a digest`, { hint: "a tag such as v1.2, or sha256: and 64 hexadecimal digits" });
}
/** `quay.io/acme/app:v1` or `quay.io/acme/app@sha256:…`, for messages. */
function named(repository, reference) {
	return `${repository.name}${isDigest(reference) ? "@" : ":"}${reference}`;
}

// src/registry/blob-reader.ts
/** An attempt that brought this many bytes counts as progress. */
const progressBytes = 65536;
const mismatchHint = "the registry, or something before it, changes what it serves: nothing of it is used";
/**
* One reading of one blob: its bytes go out as they come in, and where the connection breaks it goes on from there. A blob
* that moves at all may break any number of times within the budget; one that does not has the attempts of one request.
*/
var BlobReader = class {
	#repository;
	#descriptor;
	#dependencies;
	#what;
	#hash;
	#offset = 0;
	/** Set where the last answer was text/html: a page that stands in the way, or a blob that is a web page; its digest tells which. */
	#page;
	constructor(repository, descriptor, dependencies) {
		this.#repository = repository;
		this.#descriptor = descriptor;
		this.#dependencies = dependencies;
		this.#what = `GET blob ${named(repository, descriptor.digest)}`;
		this.#hash = new DigestStream(digestAlgorithm(descriptor.digest));
	}
	/** @throws E_DIGEST_MISMATCH where bytes or their number are not those of the descriptor; RegistryError. */
	async *read() {
		const exchange = this.#dependencies.exchangeFor(this.#repository.registry);
		const track = exchange.track(this.#what);
		for (let done = false; !done;) {
			await track.pass();
			const before = this.#offset;
			try {
				yield* this.#take(await exchange.once(this.#call()));
				done = true;
			} catch (error) {
				const failure = failureError(error, this.#what, exchange.host);
				if (this.#offset - before >= progressBytes) track.progressed();
				done = this.#offset === this.#descriptor.size && failure instanceof RegistryError && this.#offset > before;
				if (!done) await track.failed(failure);
			}
		}
		const real = this.#hash.digest();
		if (real !== this.#descriptor.digest) throw this.#mismatch(`its bytes have the digest ${real}`);
	}
	async *#take({ bytes, known }) {
		const { size } = this.#descriptor;
		let skip = known;
		for await (const chunk of bytes) {
			const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
			skip -= chunk.byteLength - fresh.byteLength;
			if (fresh.byteLength === 0) continue;
			if (this.#offset + fresh.byteLength > size) throw this.#mismatch(`it goes on after the ${size} bytes of its descriptor`);
			this.#offset += fresh.byteLength;
			this.#hash.update(fresh);
			yield fresh;
		}
		if (this.#offset === size) return;
		if (this.#page !== void 0) throw this.#mismatch("");
		throw new RegistryError("E_DIGEST_MISMATCH", `${this.#what}: it ends after ${this.#offset} of ${size} bytes`, {
			hint: mismatchHint,
			retry: "few",
			reason: `it ends after ${this.#offset} of ${size} bytes`
		});
	}
	#call() {
		const isRest = this.#offset > 0;
		return {
			what: this.#what,
			method: "GET",
			target: apiPath(this.#repository, `blobs/${parseDigest(this.#descriptor.digest)}`),
			headers: isRest ? { range: `bytes=${this.#offset}-` } : {},
			need: ScopeSet.repository(this.#repository.path, "pull"),
			repositoryPath: this.#repository.path,
			statuses: isRest ? [
				200,
				206,
				416
			] : [200],
			read: (answer) => Promise.resolve(this.#rest(answer))
		};
	}
	/** https://www.rfc-editor.org/rfc/rfc9110#name-206-partial-content */
	#rest(answer) {
		const { message, status } = answer;
		const { size } = this.#descriptor;
		this.#page = isHtml(message.headers["content-type"]) ? {
			host: answer.url.host,
			status
		} : void 0;
		if (status === 416) {
			message.destroy();
			throw this.#mismatch(`it has no more than ${this.#offset} of the ${size} bytes of its descriptor`);
		}
		const { limits, signal } = this.#dependencies;
		const raw = () => rawBody(answer, {
			bytes: limits.rateBytes,
			everyMs: limits.rateMs
		}, signal);
		const isEncoded = message.headers["content-length"] !== String(size - (status === 206 ? this.#offset : 0)) && isGzip(answer);
		if (status === 200) return {
			bytes: isEncoded ? inflate(raw()) : raw(),
			known: this.#offset
		};
		const range = message.headers["content-range"] ?? "";
		if (!isEncoded && isRangeFrom(range, this.#offset, size)) return {
			bytes: raw(),
			known: 0
		};
		message.destroy();
		throw new RegistryError("E_REGISTRY", `${this.#what}: asked for bytes ${this.#offset}-, got ${quote(range, 60)}`, {
			hint: "the registry, or its storage, is at fault",
			retry: "few",
			reason: "the wrong part of it was sent"
		});
	}
	#mismatch(how) {
		if (this.#page !== void 0) return webPageError(this.#what, this.#page.host, this.#page.status);
		return new CodedError("E_DIGEST_MISMATCH", `${this.#what}: ${how}`, { hint: mismatchHint });
	}
};
function isRangeFrom(header, offset, size) {
	const [, first, last, total] = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header.trim()) ?? [];
	return Number(first) === offset && Number(last) >= offset && Number(last) < size && (total === "*" || Number(total) === size);
}

// src/registry/blobs.ts
/** Reading and deleting blobs. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs */
var Blobs = class {
	#dependencies;
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** See RegistryClient.headBlob. */
	async head(repository, digest) {
		try {
			return await this.#exists(repository, digest, "HEAD");
		} catch (error) {
			if (!(error instanceof RegistryError) || error.status !== 405) throw error;
			return this.#exists(repository, digest, "GET");
		}
	}
	/** See RegistryClient.getBlob. */
	get(repository, descriptor) {
		const dependencies = this.#dependencies;
		return { [Symbol.asyncIterator]: () => new BlobReader(repository, descriptor, dependencies).read() };
	}
	/** See RegistryClient.readBlob. */
	async read(repository, descriptor, maxBytes) {
		const { digest, size } = descriptor;
		const name = named(repository, digest);
		if (size > maxBytes) throw new CodedError("E_MANIFEST", `${name} has ${size} bytes by its descriptor`, { hint: `${maxBytes} are read of its kind at most` });
		try {
			return await this.#readOnce(repository, descriptor);
		} catch (error) {
			if (!(error instanceof CodedError) || error.code !== "E_DIGEST_MISMATCH") throw error;
			this.#dependencies.log.info(`${error.message}; reading it once more`);
			return this.#readOnce(repository, descriptor);
		}
	}
	/** See RegistryClient.deleteBlob. */
	async delete(repository, digest) {
		const { limits } = this.#dependencies;
		await this.#dependencies.exchangeFor(repository.registry).call({
			what: `DELETE blob ${named(repository, digest)}`,
			method: "DELETE",
			target: apiPath(repository, `blobs/${parseDigest(digest)}`),
			need: ScopeSet.repository(repository.path, "pull", "push", "delete"),
			repositoryPath: repository.path,
			statuses: [
				200,
				202,
				204,
				404
			],
			read: (answer) => discardBody(answer, limits)
		});
	}
	async #readOnce(repository, descriptor) {
		const parts = [];
		for await (const part of this.get(repository, descriptor)) parts.push(part);
		return Buffer.concat(parts);
	}
	async #exists(repository, digest, method) {
		return this.#dependencies.exchangeFor(repository.registry).call({
			what: `${method} blob ${named(repository, digest)}`,
			method,
			target: apiPath(repository, `blobs/${parseDigest(digest)}`),
			need: ScopeSet.repository(repository.path, "pull"),
			repositoryPath: repository.path,
			statuses: [200, 404],
			read: async (answer) => {
				const { limits } = this.#dependencies;
				if (method === "HEAD") await discardBody(answer, limits);
				else answer.message.destroy();
				return sizeOf(answer);
			}
		});
	}
};
function sizeOf({ status, message }) {
	if (status === 404) return void 0;
	const length = message.headers["content-length"];
	return length !== void 0 && /^\d+$/.test(length) ? { size: Number(length) } : {};
}

// src/registry/challenge.ts
const maxLength = 16384;
const maxChallenges = 32;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
/**
* Every challenge of all WWW-Authenticate headers, as far as they can be read: what is malformed ends its header, and a
* value with control characters is left out. Never throws, and is linear in its input.
*/
function parseChallenges(headers) {
	return headers.flatMap((header) => new ChallengeParser(header.slice(0, maxLength)).parse()).slice(0, maxChallenges);
}
/** The challenge that we can answer: Bearer, else Basic. Undefined: none. */
function chooseChallenge(challenges) {
	return challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm")) ?? challenges.find(({ scheme }) => scheme === "basic");
}
var ChallengeParser = class {
	#text;
	#at = 0;
	constructor(text) {
		this.#text = text;
	}
	parse() {
		const challenges = [];
		while (challenges.length < maxChallenges) {
			this.#skip(/[\s,]*/y);
			const scheme = this.#take(token)?.toLowerCase();
			if (scheme === void 0) break;
			challenges.push({
				scheme,
				parameters: this.#parameters()
			});
		}
		return challenges;
	}
	#parameters() {
		const parameters = /* @__PURE__ */ new Map();
		for (;;) {
			const start = this.#at;
			this.#skip(/[\s,]*/y);
			const name = this.#take(token)?.toLowerCase();
			if (name === void 0 || this.#take(/\s*=\s*/y) === void 0 || this.#text[this.#at] === "=") {
				this.#leaveToken68(start, name);
				return parameters;
			}
			const value = this.#value();
			if (value === void 0) {
				this.#at = this.#text.length;
				return parameters;
			}
			if (!parameters.has(name) && !hasControls(value)) parameters.set(name, value);
		}
	}
	/** What follows is the next scheme, and is read again; or the `token68` of a scheme that is not ours, and is passed over. */
	#leaveToken68(start, name) {
		if (name === void 0) return;
		if (this.#text[this.#at - 1] === "=" || this.#text[this.#at] === "/") this.#skip(/[^\s,]*/y);
		else this.#at = start;
	}
	/** A token or a quoted string; undefined where the quote is not closed. */
	#value() {
		if (this.#text[this.#at] !== "\"") return this.#take(/[^\s,"]+/y);
		let value = "";
		for (let at = this.#at + 1; at < this.#text.length; at += 1) {
			const character = this.#text[at] ?? "";
			if (character === "\"") {
				this.#at = at + 1;
				return value;
			}
			if (character === "\\") at += 1;
			value += character === "\\" ? this.#text[at] ?? "" : character;
		}
	}
	#take(form) {
		form.lastIndex = this.#at;
		const found = form.exec(this.#text)?.[0];
		if (found === void 0 || found === "") return void 0;
		this.#at += found.length;
		return found;
	}
	#skip(form) {
		this.#take(form);
	}
};
function hasControls(value) {
	return /\p{Cc}/u.test(value);
}

// src/registry/realm.ts
/**
* Public registries whose token server stands on another host. Docker Hub's and GitLab's are the only ones that most
* people meet; the others are documented by their vendors.
*/
const knownPairs = [
	{
		registry: /^registry-1\.docker\.io$/,
		realm: /^auth\.docker\.io$/
	},
	{
		registry: /^registry\.gitlab\.com$/,
		realm: /^gitlab\.com$/
	},
	{
		registry: /^registry\.digitalocean\.com$/,
		realm: /^api\.digitalocean\.com$/
	},
	{
		registry: /^rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud$/,
		realm: /^api\.scaleway\.com$/
	},
	{
		registry: /\.aliyuncs\.com$/,
		realm: /^dockerauth(?:-[a-z]+)?\.[a-z0-9-]+\.aliyuncs\.com$/
	}
];
/**
* Checks where a Bearer challenge sends us. The realm is HTTPS, unless the registry itself is plain HTTP; it has a host
* and no userinfo; it is not in a more private place than the registry; a realm on this machine is the registry's own
* port. Credentials go to the registry's own host or a known pair of hosts; elsewhere an anonymous token may be fetched.
* @param vouchedHosts `host[:port]` that the user has named: there it may be, and may see the credentials.
* @throws E_REGISTRY with both hosts in it.
*/
function checkRealm(asker, realm, vouchedHosts = []) {
	const url = URL.canParse(realm, asker.url.href) ? new URL(realm, asker.url) : void 0;
	if (url === void 0) throw refuse(asker, realm, "is not a URL");
	const schemes = asker.url.protocol === "http:" ? ["http:", "https:"] : ["https:"];
	if (!schemes.includes(url.protocol)) throw refuse(asker, realm, `is not ${schemes.join(" or ").replace(/:/g, "")}`);
	if (url.hostname === "" || url.username !== "" || url.password !== "") throw refuse(asker, realm, "has userinfo, or no host");
	const vouched = vouchedHosts.some((host) => isAt(url, host));
	checkPlace(asker, realm, url, vouched);
	url.hash = "";
	return {
		url,
		trusted: vouched || isTrusted(asker, url),
		vouched
	};
}
/** Why credentials may not go to a realm: to be thrown when there are some. */
function untrustedRealm(asker, url) {
	return refuse(asker, url.href, "is another host, and may not see the credentials", url);
}
/** The port of an entry without one is that of the URL's scheme. */
function isAt(url, host) {
	const text = `${url.protocol}//${host}/`;
	return URL.canParse(text) && new URL(text).host === url.host;
}
function checkPlace(asker, realm, url, vouched) {
	const place = classifyHost(url.hostname);
	if (place === void 0 || vouched && place !== "forbidden") return;
	const cure = place === "forbidden" ? void 0 : url;
	if (!mayLeadTo(asker.addressClass, place)) throw refuse(asker, realm, `is ${place === "loopback" ? "this machine" : `a ${place} address`}`, cure);
	if (place === "loopback" && portOf(url) !== portOf(asker.url)) throw refuse(asker, realm, "is another port of this machine", cure);
}
function isTrusted(asker, url) {
	const from = asker.url.hostname;
	const to = url.hostname;
	if (from === to) return true;
	if (classifyHost(from) === "loopback" && classifyHost(to) === "loopback") return true;
	return knownPairs.some((pair) => pair.registry.test(from) && pair.realm.test(to)) || isGitlab(from, url);
}
/** GitLab's documented layout for one's own: registry.DOMAIN with gitlab.DOMAIN or DOMAIN, whose owner is the same. */
function isGitlab(registryHost, url) {
	const domain = /^registry\.([^.]+(?:\.[^.]+)+)$/.exec(registryHost)?.[1];
	return domain !== void 0 && url.pathname === "/jwt/auth" && [domain, `gitlab.${domain}`].includes(url.hostname);
}
/** @param cure a realm that the user could vouch for. */
function refuse(asker, realm, why, cure) {
	const shown = realm.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1***@").replace(/[?#].*$/s, "");
	const check = `check that ${asker.registry} is the registry that you mean, and not a name that resembles it`;
	return new RegistryError("E_REGISTRY", `${asker.url.host} sends us for a token to ${quote(shown)}, which ${why}`, { hint: cure === void 0 ? check : `${check}; if that is its token server, name ${cure.host} as a registry in registry-auth, or in insecure-registries` });
}

// src/registry/error-bytes.ts
/**
* What a refusal says, up to `errorBytes`; the rest is cut off. A body that breaks is as good as what came of it.
* @throws the signal's reason.
*/
async function readErrorBytes(response, limits, signal) {
	if (response.buffered !== void 0) return response.buffered;
	const parts = [];
	let length = 0;
	try {
		const raw = rawBody(response, { wholeMs: limits.documentMs }, signal);
		for await (const part of isGzip(response) ? inflate(raw) : raw) {
			parts.push(part);
			length += part.byteLength;
			if (length >= limits.errorBytes) break;
		}
	} catch {
		signal.throwIfAborted();
	}
	return Buffer.concat(parts).subarray(0, limits.errorBytes);
}

// src/registry/error-body.ts
const maxEntries = 10;
const maxText = 500;
/**
* Reads a refusal, whatever it is: registries, token servers, storage services and proxies all have forms of their own.
* Everything in it is cleaned and shortened. Never throws.
*/
function readErrorBody(bytes, contentType, mask) {
	const raw = mask(new TextDecoder().decode(bytes)).trim();
	if (isHtml(contentType) || /^<(?:!doctype\s+html|html)\b/i.test(raw)) return {
		entries: [],
		text: "",
		isHtml: true
	};
	const json = parse(raw);
	const entries = readEntries(json);
	const text = entries.length > 0 ? entries.map(showEntry).join(", ") : otherMessage(json) ?? xmlMessage(raw) ?? raw;
	return {
		entries,
		text: show(text.replace(/\s+/g, " "), maxText),
		isHtml: false
	};
}
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function field(value, key) {
	return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? value[key] : void 0;
}
function text(value, max) {
	if (value === void 0 || value === null) return "";
	return show(typeof value === "string" ? value : JSON.stringify(value), max);
}
function readEntries(json) {
	const errors = field(json, "errors");
	if (!Array.isArray(errors)) return [];
	return errors.slice(0, maxEntries).flatMap((entry) => {
		const read = {
			code: text(field(entry, "code"), 64),
			message: text(field(entry, "message"), 300),
			detail: text(field(entry, "detail"), 1024)
		};
		return read.code === "" && read.message === "" ? [] : [read];
	});
}
function showEntry({ code, message, detail }) {
	const said = [code, message].filter((part) => part !== "").join(": ");
	return detail === "" || detail === "{}" || message.includes(detail) ? said : `${said} (${show(detail, 200)})`;
}
/** Token servers (`details`, `error_description`), Artifactory, Quay (`error`), Docker Hub's limits and others. */
function otherMessage(json) {
	return [
		"message",
		"details",
		"detail",
		"error_description",
		"error",
		"errors"
	].map((key) => text(field(json, key), maxText)).find((said) => said !== "") ?? (typeof json === "string" ? json : void 0);
}
/** S3 and its kind: `<Error><Code>SlowDown</Code><Message>…`. */
function xmlMessage(raw) {
	if (!raw.startsWith("<?xml") && !raw.startsWith("<Error")) return void 0;
	const part = (name) => new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(raw)?.[1];
	const said = [part("Code"), part("Message")].filter((value) => value !== void 0).join(": ");
	return said === "" ? void 0 : said;
}

// src/registry/retry-timing.ts
/**
* How long a registry asks us to wait, in milliseconds within the bounds; undefined where it does not say, or says
* nothing that can be read. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
* @param header Retry-After: seconds, or a date.
* @param date the answer's own Date, which a date is compared with where there is one, as our clock may be wrong.
* @param body of the answer: GHCR writes `retry-after: 12.5ms, allowed: 2000/minute` there.
*/
function retryAfterMs(header, date, body, now, bounds) {
	const asked = fromSeconds(header) ?? fromDate(header, date, now) ?? fromBody(body);
	return asked === void 0 ? void 0 : clamp(asked, bounds);
}
/** Full jitter: somewhere between nothing and a ceiling that doubles with each failure. `failures` counts from 1. */
function backoffMs(failures, random) {
	const ceiling = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1));
	return shortestBackoffMs + random * (ceiling - shortestBackoffMs);
}
const shortestBackoffMs = 100;
const firstBackoffMs = 1e3;
const longestBackoffMs = 3e4;
function fromSeconds(header) {
	const text = header?.trim() ?? "";
	return /^[+-]?\d+(?:\.\d+)?(?:e\d{1,3})?$/i.test(text) ? Number(text) * 1e3 : void 0;
}
function fromDate(header, date, now) {
	const until = parseDate(header);
	return until === void 0 ? void 0 : until - (parseDate(date) ?? now);
}
/** The three forms of https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats all begin with the name of a day. */
function parseDate(text) {
	if (text === void 0 || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d/.test(text.trim())) return void 0;
	const time = Date.parse(/(?:GMT|UTC|[+-]\d{4})$/.test(text.trim()) ? text : `${text} GMT`);
	return Number.isNaN(time) ? void 0 : time;
}
const units = {
	ns: 1e-6,
	us: .001,
	µs: .001,
	ms: 1,
	s: 1e3,
	m: 6e4,
	h: 36e5
};
function fromBody(body) {
	const found = /retry[- ]after:?\s*((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+|\d+)\b/i.exec(body)?.[1];
	if (found === void 0) return void 0;
	if (/^\d+$/.test(found)) return Number(found) * 1e3;
	return [...found.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gi)].reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit?.toLowerCase() ?? ""] ?? 0), 0);
}
function clamp(milliseconds, bounds) {
	return Math.min(bounds.longestRetryAfterMs, Math.max(bounds.shortestRetryAfterMs, milliseconds));
}

// src/registry/status-error.ts
/** Statuses that time may heal: those of every peer together. */
const retried = [
	408,
	429,
	499,
	500,
	502,
	503,
	504,
	507,
	520,
	521,
	522,
	523,
	524,
	529
];
/** Of those, the ones behind which the request may have been carried out. */
const gatewayLost = [
	408,
	499,
	500,
	502,
	503,
	504,
	520,
	522,
	524
];
/** The error for a status that was not wanted. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
function statusError(refusal, limits, now, mask) {
	const { status, method } = refusal;
	const header = (name) => [refusal.headers[name]].flat()[0];
	const body = readErrorBody(refusal.body, header("content-type"), mask);
	const isLimit = isRateLimit(status, body);
	const wait = retryAfterMs(header("retry-after"), header("date"), body.text, now, limits);
	const retry = retryClass(status, method, body, isLimit);
	const said = body.isHtml ? "a web page" : mask(body.text);
	const reason = `${status} ${http.STATUS_CODES[status] ?? ""}`.trim() + (said === "" ? "" : `, ${show(said, 200)}`);
	const code = errorCode(refusal, body, isLimit);
	return new RegistryError(code, message(refusal, said, header("ratelimit-remaining")), {
		hint: hintFor(code, refusal, body, retry),
		status,
		registryErrors: body.entries,
		retry,
		retryAfterMs: isLimit || status === 503 || status === 408 ? wait : void 0,
		answerLost: gatewayLost.includes(status),
		reason: isLimit && status !== 429 ? `${reason} (a rate limit)` : reason
	});
}
function retryClass(status, method, body, isLimit) {
	if (isLimit || retried.includes(status)) return "full";
	if (method === "PUT" && isImmutable(status, body)) return "never";
	if (status === 409 && method !== "GET" && method !== "HEAD") return "few";
	if (method === "PUT" && saysAny(body, ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"])) return "few";
	return "never";
}
function errorCode({ status, method, headers, what }, body, isLimit) {
	if (isLimit) return "E_RATE_LIMITED";
	if (method === "PUT" && isImmutable(status, body)) return "E_TAG_IMMUTABLE";
	if (body.isHtml && status < 400) return "E_REGISTRY";
	if (status === 401) return "E_UNAUTHORIZED";
	if (status === 403) return "E_DENIED";
	if (status === 404) return "E_NOT_FOUND";
	return (saysAny(body, ["UNSUPPORTED"]) || status === 405 && headers["allow"] !== void 0) && what.startsWith("DELETE") ? "E_UNSUPPORTED" : "E_REGISTRY";
}
/** 429, and what GHCR ("secondary rate limit") and others say under 403. */
function isRateLimit(status, body) {
	if (status === 429) return true;
	return (status === 403 || status === 400) && (saysAny(body, ["TOOMANYREQUESTS"]) || /rate limit|rate exceeded|too many requests|throttl/i.test(body.text));
}
/** ECR: 400 TAG_INVALID or ImageTagAlreadyExistsException; Harbor: 412; Quay, Artifactory and others say it in words. */
function isImmutable(status, body) {
	if (![
		400,
		403,
		405,
		409,
		412
	].includes(status)) return false;
	if (status === 412 && !/quota/i.test(body.text)) return true;
	return /immutab|ImageTagAlreadyExists|cannot be overwritten|tag already exists/i.test(body.text);
}
function saysAny(body, codes) {
	return body.entries.some(({ code }) => codes.includes(code.toUpperCase()));
}
function message({ what, host, status }, said, remaining) {
	const quota = remaining === void 0 ? "" : ` (ratelimit-remaining: ${show(remaining, 40)})`;
	return `${what}: ${host} answers ${status}${http.STATUS_CODES[status] === void 0 ? "" : ` ${http.STATUS_CODES[status]}`}${said === "" ? "" : `, ${said}`}${quota}`;
}
function hintFor(code, refusal, body, retry) {
	const { host, status, what } = refusal;
	const known = {
		E_RATE_LIMITED: host === "registry-1.docker.io" ? "log in to Docker Hub, whose limits for anonymous users are low, or try again later" : "try again later, or with fewer jobs at once",
		E_UNAUTHORIZED: `check username and password for ${host}`,
		E_DENIED: deniedHint(refusal),
		E_NOT_FOUND: isWrite(refusal) ? "create the repository first if this registry does not do so on a push, and check its name" : "check the name, and that the account may see it",
		E_TAG_IMMUTABLE: "publish under a new tag, or let whoever runs the registry lift the rule",
		E_UNSUPPORTED: "this registry does not allow deletion through its API"
	}[code];
	if (known !== void 0) return known;
	if (status === 413) return what.includes("manifest") ? "registries take manifests of 4 MiB at most" : "a proxy before the registry limits the size of a request: raise its limit (nginx: client_max_body_size)";
	if (/quota/i.test(body.text)) return `make room in the quota at ${host}, or let it be raised`;
	if (retry !== "never" || status >= 500) return `run it again later: what is done is not done twice; if it stays, ask whoever runs ${host}`;
	return body.isHtml ? `is ${host} a registry? something else answers there` : `check the names in the request; if they are right, ask whoever runs ${host} what it has against it`;
}
function deniedHint(refusal) {
	if (refusal.host !== "ghcr.io" || !isWrite(refusal)) return "check that the account may do this in that repository";
	return "give the job `permissions: packages: write`; for a package that belongs to another repository: the package's settings, Manage Actions access, Write";
}
function isWrite({ method }) {
	return method !== "GET" && method !== "HEAD";
}

// src/registry/token.ts
const clientId = "native-multiarch";
const shortestLifeS = 60;
/**
* A token for `scopes`: GET with Basic for a username and password (several registries refuse the POST form), the POST
* form for an identity token, and GET after all where a token server knows no POST. A redirect is not followed.
* https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/
* @throws E_UNAUTHORIZED, E_DENIED, E_RATE_LIMITED, E_REGISTRY, E_NETWORK or E_TIMEOUT
*/
async function fetchToken(request, dependencies) {
	if (request.credential?.kind !== "identity") return send(request, getRequest(request), dependencies);
	try {
		return await send(request, postRequest(request, request.credential.token), dependencies);
	} catch (error) {
		if (!(error instanceof RegistryError) || error.status !== 404 && error.status !== 405) throw error;
		return send(request, getRequest(request), dependencies);
	}
}
function getRequest({ realm, service, scopes, credential }) {
	const url = new URL(realm);
	if (service !== void 0) url.searchParams.set("service", service);
	for (const scope of scopes.toStrings()) url.searchParams.append("scope", scope);
	url.searchParams.set("client_id", clientId);
	const basic = basicPair(credential);
	if (credential?.kind === "basic") url.searchParams.set("account", credential.username);
	return {
		method: "GET",
		url,
		headers: basic === void 0 ? {} : { authorization: `Basic ${basic}` }
	};
}
function postRequest({ realm, service, scopes }, refreshToken) {
	const form = new URLSearchParams({
		grant_type: "refresh_token",
		refresh_token: refreshToken,
		client_id: clientId
	});
	if (service !== void 0) form.set("service", service);
	form.set("scope", scopes.toStrings().join(" "));
	return {
		method: "POST",
		url: realm,
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: Buffer.from(form.toString()),
		isSecret: true
	};
}
/** `user:password` in base64; for an identity token that goes the GET way, the token is the password. */
function basicPair(credential) {
	if (credential === void 0 || credential.kind === "bearer") return void 0;
	const pair = credential.kind === "basic" ? `${credential.username}:${credential.password}` : `${credential.username ?? "<token>"}:${credential.token}`;
	return Buffer.from(pair).toString("base64");
}
async function send(request, wire, dependencies) {
	const { transport, retrier, gateOf, limits, userAgent, secrets } = dependencies;
	const what = `${wire.method} token for ${request.registry}`;
	const authorization = wire.headers["authorization"]?.slice(6);
	if (authorization !== void 0) secrets.add(authorization);
	return retrier.run({
		what,
		gate: gateOf(wire.url.host),
		attempt: async () => {
			try {
				return await readToken(await transport.send({
					...wire,
					headers: {
						...wire.headers,
						accept: "application/json",
						"accept-encoding": "identity",
						"user-agent": userAgent
					},
					policy: request.policy,
					headersMs: limits.headersMs
				}), what, request, dependencies);
			} catch (error) {
				throw failureError(error, what, wire.url.host);
			}
		}
	});
}
async function readToken(answer, what, request, { limits, clock, secrets, signal }) {
	const { status, message } = answer;
	if (status >= 300 && status < 400) {
		message.destroy();
		throw new RegistryError("E_REGISTRY", `${what}: ${answer.url.host} redirects (${status}), which is not followed`, {
			hint: "a token server that sends credentials on is not to be trusted",
			status
		});
	}
	if (status !== 200) {
		const body = await readErrorBytes(answer, limits, signal);
		const mask = (text) => secrets.mask(text);
		const refusal = {
			what,
			method: "GET",
			host: answer.url.host,
			status,
			headers: message.headers,
			body
		};
		throw withOrigin(statusError(refusal, limits, clock.wall(), mask), request);
	}
	if (isHtml(message.headers["content-type"])) {
		message.destroy();
		throw new RegistryError("E_REGISTRY", `${what}: ${answer.url.host} answers with a web page (text/html) where a token is wanted`, {
			hint: "check the name of the registry; a sign-in page, or a proxy, may stand in between",
			status
		});
	}
	return parseToken(await readBody(answer, limits.tokenBytes, limits.documentMs, signal), `the token from ${answer.url.host}`, secrets);
}
/** Which credentials were refused is half of the cure. */
function withOrigin(error, { registry, credential }) {
	if (error.code !== "E_UNAUTHORIZED" && error.code !== "E_DENIED") return error;
	return error.with({ hint: loginHint(registry, credential) });
}
/** What to do about a refusal, by what was shown. */
function loginHint(registry, credential) {
	if (credential === void 0) return `there are no credentials for ${registry}: set username and password, or log in to it`;
	return `the credentials from ${credential.origin} were used: check that they are right, not expired, and allowed to do this`;
}
function parseToken(bytes, what, secrets) {
	const root = parseFields(bytes, what, { code: "E_REGISTRY" });
	const value = ["token", "access_token"].map((key) => root.get(key).optional((field) => field.string()) ?? "").find((text) => text !== "");
	if (value === void 0) throw new CodedError("E_REGISTRY", `${what} is empty`, { hint: "the token server is at fault; try again later" });
	secrets.add(value);
	if (!/^[\x21-\x7e]+$/.test(value)) throw new CodedError("E_REGISTRY", `${what} has characters that no token has: ${quote(strangers(value), 20)}`, { hint: "the token server is at fault, or not the one that it should be" });
	const told = root.get("expires_in").value;
	return {
		value,
		lifeMs: (typeof told === "number" && told > shortestLifeS ? told : shortestLifeS) * 1e3
	};
}
function strangers(value) {
	return value.replace(/[\x21-\x7e]/g, "");
}

// src/registry/auth.ts
/** Who asks for what; lives as long as one call, over all its attempts. */
var AuthCase = class {
	credential;
	need;
	renewed = false;
	merged = false;
	constructor(credential, need) {
		this.credential = credential;
		this.need = need;
	}
};
const renewEarlyMs = 5e3;
/** Who we are to one registry: its challenge once it has made one, and the tokens that it wants. */
var Authenticator = class {
	#dependencies;
	#flights = /* @__PURE__ */ new Set();
	#tokens = [];
	#known;
	/** Asked for several repositories, the token server gave a token for one of them, or none: ask for one at a time from now on. */
	#narrow = false;
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** What to send along. Parallel callers share one token call. @throws what the token server said. */
	async authorization(authCase) {
		const { credential } = authCase;
		if (credential?.kind === "bearer") return {
			kind: "ready",
			header: `Bearer ${credential.token}`
		};
		if (this.#known === void 0) return { kind: "none" };
		if (this.#known.challenge.scheme === "basic") return this.#basic(credential);
		const owner = ownerKey(credential);
		const now = this.#dependencies.clock.monotonic();
		this.#tokens = this.#tokens.filter(({ endsAt }) => endsAt > now + renewEarlyMs);
		const token = this.#tokens.find((token) => token.owner === owner && token.scopes.covers(authCase.need)) ?? await this.#fetch(this.#known, authCase, owner);
		return {
			kind: "token",
			header: token.header,
			token
		};
	}
	/** For a registry that answers strangers with 403 or 404 and never with a challenge: from now on credentials go to it as Basic. */
	assumeBasic(answer) {
		this.#known ??= {
			challenge: {
				scheme: "basic",
				parameters: /* @__PURE__ */ new Map()
			},
			asker: this.#asker(answer)
		};
	}
	get isChallenged() {
		return this.#known !== void 0;
	}
	/**
	* Learns from a 401. True: it is worth another attempt, with what {@link authorization} then gives. A challenge that was
	* made before stands in for one that is missing now.
	*/
	learn(answer, used, authCase) {
		const offered = chooseChallenge(parseChallenges(answer.message.headersDistinct["www-authenticate"] ?? []));
		if (offered !== void 0) this.#known = {
			challenge: offered,
			asker: this.#asker(answer)
		};
		switch (used.kind) {
			case "none": return offered?.scheme !== "basic" && this.#known?.challenge.scheme !== "basic" ? this.#known !== void 0 : basicPair(authCase.credential) !== void 0;
			case "basic": return offered?.scheme === "bearer" && !authCase.renewed && (authCase.renewed = true);
			case "ready": return false;
			case "token": return this.#learnFromRefusedToken(offered, used, authCase);
		}
	}
	#learnFromRefusedToken(offered, used, authCase) {
		this.#tokens = this.#tokens.filter((token) => token !== used.token);
		const asked = ScopeSet.parse(offered?.parameters.get("scope") ?? "");
		const isScope = offered?.parameters.get("error") === "insufficient_scope";
		const wasWide = used.token.scopes.toStrings().length > authCase.need.toStrings().length;
		if (!authCase.merged && (isScope || wasWide)) {
			authCase.merged = true;
			authCase.need = authCase.need.plus(asked);
			this.#narrow = true;
			return true;
		}
		if (authCase.renewed) return false;
		authCase.renewed = true;
		return true;
	}
	#basic(credential) {
		const pair = basicPair(credential);
		if (pair === void 0) return { kind: "none" };
		this.#dependencies.secrets.add(pair);
		return {
			kind: "basic",
			header: `Basic ${pair}`
		};
	}
	#asker(answer) {
		return {
			registry: this.#dependencies.registry,
			url: answer.url,
			addressClass: answer.addressClass
		};
	}
	/** Waits for a token that another request has asked for, if that covers what is needed; else asks for one. */
	async #fetch(known, authCase, owner) {
		const { need } = authCase;
		const wanted = this.#narrow ? need : need.plus(this.#dependencies.foreseen);
		const flying = [...this.#flights].find((each) => each.owner === owner && each.scopes.covers(need));
		if (flying !== void 0) {
			const shared = await (wanted.covers(flying.scopes) ? flying.token : flying.token.catch(() => void 0));
			if (shared?.scopes.covers(need) === true) return shared;
		}
		const token = this.#fetchWide(known, authCase, owner, wanted);
		const flight = {
			owner,
			scopes: wanted,
			token
		};
		this.#flights.add(flight);
		return token.finally(() => this.#flights.delete(flight));
	}
	async #fetchWide(known, authCase, owner, wanted) {
		const realm = checkRealm(known.asker, known.challenge.parameters.get("realm") ?? "", this.#dependencies.vouchedHosts);
		if (!realm.trusted && authCase.credential !== void 0) throw untrustedRealm(known.asker, realm.url);
		try {
			return await this.#fetchExactly(known, realm, authCase.credential, owner, wanted);
		} catch (error) {
			if (!(error instanceof RegistryError && [
				400,
				401,
				403
			].includes(error.status ?? 0)) || authCase.need.covers(wanted)) throw error;
			this.#narrow = true;
			this.#dependencies.log.debug(`${error.message}; asking for ${authCase.need.toStrings().join(" ")} alone`);
			return this.#fetchExactly(known, realm, authCase.credential, owner, authCase.need);
		}
	}
	async #fetchExactly(known, realm, credential, owner, scopes) {
		const { registry, policyFor, clock, log } = this.#dependencies;
		const started = clock.monotonic();
		const token = await fetchToken({
			registry,
			realm: realm.url,
			service: known.challenge.parameters.get("service"),
			scopes,
			credential,
			policy: policyFor(realm.url, realm.vouched)
		}, this.#dependencies);
		const as = credential === void 0 ? "anonymous" : `credentials from ${credential.origin}`;
		log.debug(`token for ${registry}: ${scopes.toStrings().join(" ")} (${as}, ${token.lifeMs / 1e3} s)`);
		const held = {
			owner,
			scopes,
			header: `Bearer ${token.value}`,
			endsAt: started + token.lifeMs
		};
		this.#tokens.push(held);
		return held;
	}
	/** The hint of a 401 that no further attempt can help. */
	hint(credential) {
		return loginHint(this.#dependencies.registry, credential);
	}
};
function ownerKey(credential) {
	if (credential === void 0) return "";
	const name = credential.kind === "bearer" ? "" : credential.username ?? "";
	return JSON.stringify([
		credential.kind,
		name,
		credential.origin
	]);
}

// src/registry/clock.ts
const systemClock = {
	monotonic: () => performance.now(),
	wall: () => Date.now(),
	sleep: async (milliseconds, signal) => {
		try {
			await setTimeout(milliseconds, void 0, { signal });
		} catch (error) {
			signal.throwIfAborted();
			throw error;
		}
	}
};

// src/registry/connection.ts
/**
* The way to one registry: finds out once whether it is HTTPS or plain HTTP, lets one request make acquaintance while the
* others wait, and knows from where the registry answers.
*/
var Connection = class {
	endpoint;
	#dependencies;
	#told = /* @__PURE__ */ new Set();
	#scheme;
	#addressClass;
	#acquaintance;
	#isAcquainted = false;
	constructor(registry, dependencies) {
		this.#dependencies = dependencies;
		this.endpoint = endpointOf(registry, dependencies.insecureRegistries);
		if (this.endpoint.schemes.length === 1) this.#scheme = this.endpoint.schemes[0];
	}
	/** Is this URL the registry itself? */
	isOwn(url) {
		return this.#scheme !== void 0 && url.origin === this.#urlOf(this.#scheme, "/").origin;
	}
	/**
	* Runs `work` alone until it is known how the registry authorises; those that come meanwhile wait. `work` calls `done` as soon
	* as that is known, so that nobody waits for a body. Where `work` ends without it, the next in line finds out.
	*/
	async acquainted(work) {
		while (this.#acquaintance !== void 0) await this.#acquaintance;
		if (this.#isAcquainted) return work(() => void 0);
		let release = () => void 0;
		this.#acquaintance = new Promise((resolve) => release = resolve);
		const end = () => {
			this.#acquaintance = void 0;
			release();
		};
		try {
			return await work(() => {
				this.#isAcquainted = true;
				end();
			});
		} finally {
			end();
		}
	}
	/** @throws what Transport.send throws. */
	async send(request) {
		if (this.#scheme !== void 0) return this.#sendBy(this.#scheme, request);
		const [preferred = "https", other] = this.endpoint.schemes;
		const first = await this.#try(preferred, request);
		if (!(first instanceof TransportFailure) && first !== "wants https") return this.#settle(preferred, first);
		if (other === void 0 || first instanceof TransportFailure && !this.#mayBeOther(first, other)) throw asFailure(first);
		const second = await this.#try(other, request);
		if (second instanceof TransportFailure || second === "wants https") throw first instanceof TransportFailure && failureKind(second) === "not-tls" ? first : asFailure(second, first);
		this.#dependencies.log.debug(`${this.endpoint.host} speaks ${other}`);
		return this.#settle(other, second);
	}
	/** For URLs that the registry gave us: its own, or another host's, which is kept to what the registry may lead to. */
	async sendTo(url, request) {
		this.#tellProxy(url);
		return this.#dependencies.transport.send({
			...request,
			url,
			policy: this.policyFor(url)
		});
	}
	/** @param isNamed the user has named this host: it may be anywhere. */
	policyFor(url, isNamed = false) {
		if (this.isOwn(url)) return {
			verifyCertificate: this.endpoint.verifyCertificate,
			sentBy: void 0
		};
		const { verifyCertificate } = endpointOf(url.host, this.#dependencies.insecureRegistries);
		const sameHost = url.hostname === this.#urlOf("https", "/").hostname;
		return {
			verifyCertificate: verifyCertificate && !(sameHost && !this.endpoint.verifyCertificate),
			sentBy: isNamed ? void 0 : this.#addressClass ?? "public"
		};
	}
	#urlOf(scheme, path) {
		return new URL(`${scheme}://${this.endpoint.host}${path}`);
	}
	async #sendBy(scheme, { path, ...request }) {
		const url = this.#urlOf(scheme, path);
		this.#tellProxy(url);
		const policy = {
			verifyCertificate: this.endpoint.verifyCertificate,
			sentBy: void 0
		};
		const answer = await this.#dependencies.transport.send({
			...request,
			url,
			policy
		});
		this.#addressClass ??= answer.addressClass;
		return answer;
	}
	async #try(scheme, request) {
		try {
			const answer = await this.#sendBy(scheme, request);
			if (scheme !== "http" || answer.status !== 400) return answer;
			if (request.method !== "HEAD") return await this.#lookAt400(answer);
			const said = await this.#lookAt400(await this.#sendBy(scheme, {
				...request,
				method: "GET",
				path: "/v2/"
			}));
			return said === "wants https" ? said : answer;
		} catch (error) {
			if (error instanceof TransportFailure) return error;
			throw error;
		}
	}
	/** A TLS server that was greeted in plain HTTP says so, in words (Go, nginx, Apache). */
	async #lookAt400(answer) {
		const { limits, signal } = this.#dependencies;
		const buffered = await readBody(answer, limits.errorBytes, limits.documentMs, signal);
		const text = new TextDecoder().decode(buffered);
		if (!/HTTPS (?:server|port)|SSL-enabled server/i.test(text)) return {
			...answer,
			buffered
		};
		this.#addressClass = void 0;
		return "wants https";
	}
	#mayBeOther({ kind }, other) {
		if ([
			"not-tls",
			"not-http",
			"reset",
			"connect-timeout"
		].includes(kind)) return true;
		if (["refused", "unreachable"].includes(kind) && !this.endpoint.hasPort) return true;
		return [
			"refused",
			"unreachable",
			"unresolved",
			"resolver",
			"proxy",
			"proxy-refused"
		].includes(kind) && this.#dependencies.agents.proxyFor(this.#urlOf(other, "/")) !== void 0;
	}
	#settle(scheme, answer) {
		this.#scheme = scheme;
		if (scheme === "http" && !this.endpoint.verifyCertificate) this.#tell(`${this.endpoint.host} is an insecure registry with plain HTTP: nothing sent to it is private`);
		return answer;
	}
	#tellProxy(url) {
		const proxy = this.#dependencies.agents.proxyFor(url);
		if (proxy === void 0) return;
		this.#tell(`requests to ${show(url.host)} go through the proxy ${show(showProxy(proxy))} (${proxy.variable})`);
	}
	#tell(line) {
		if (this.#told.has(line)) return;
		this.#told.add(line);
		this.#dependencies.log.info(line);
	}
};
function asFailure(failure, before) {
	if (failure instanceof TransportFailure) return failure;
	const cause = before instanceof TransportFailure ? before : void 0;
	return new TransportFailure("not-http", "it wants HTTPS", { cause });
}

// src/registry/exchange.ts
/** Calls to one registry: authorised, redirected, retried, and turned into errors where they fail. */
var Exchange = class {
	#dependencies;
	#warnings = /* @__PURE__ */ new Set();
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** `host[:port]` that the registry is reached at. */
	get host() {
		return this.#dependencies.connection.endpoint.host;
	}
	get gate() {
		return this.#dependencies.gate;
	}
	/** With the whole retry policy. @throws RegistryError, or what `read` throws on purpose. */
	async call(call) {
		const authCase = await this.#open(call);
		return this.#dependencies.retrier.run({
			what: call.what,
			gate: this.#dependencies.gate,
			attempt: () => this.#attempt(call, authCase),
			...call.look !== void 0 && { look: call.look }
		});
	}
	/** Counts the attempts at something that is made of several calls of {@link once}. */
	track(what) {
		return this.#dependencies.retrier.track(what, this.#dependencies.gate);
	}
	/** A single attempt, for steps of a longer work that is retried as a whole. @throws RegistryError */
	async once(call) {
		return this.#attempt(call, await this.#open(call));
	}
	async #open(call) {
		return new AuthCase(await this.#dependencies.credentialFor(call.repositoryPath), call.need);
	}
	async #attempt(call, authCase) {
		const { connection } = this.#dependencies;
		try {
			const answer = await connection.acquainted((done) => this.#authorised(call, authCase, done));
			this.#showWarning(answer);
			if (!call.statuses.includes(answer.status)) throw await this.#refusal(call, answer);
			this.#refuseWebPage(call, answer);
			return await call.read(answer);
		} catch (error) {
			throw failureError(error, call.what, connection.endpoint.host);
		}
	}
	/** Sends until the answer is no longer about authorisation. @param done the registry's challenge, or that it has none, is known */
	async #authorised(call, authCase, done) {
		const { authenticator, limits } = this.#dependencies;
		let authorization = authenticator.authorization(authCase);
		for (;;) {
			const used = await authorization;
			const { answer, isHome } = await this.#followed(call, used);
			const again = isHome && await this.#learn(answer, used, authCase);
			if (again) {
				authorization = authenticator.authorization(authCase);
				authorization.catch(() => void 0);
			}
			if (!isTemporary(answer.status)) done();
			if (!again) return answer.status === 401 ? this.#unauthorized(call, answer, authCase, isHome) : answer;
			await discardBody(answer, limits);
		}
	}
	async #learn(answer, used, authCase) {
		const { authenticator } = this.#dependencies;
		if (answer.status === 401) {
			if (authenticator.learn(answer, used, authCase)) return true;
			return used.kind === "none" && !authenticator.isChallenged && await this.#ping(used, authCase);
		}
		if (!(answer.status === 403 || answer.status === 404) || used.kind !== "none" || authenticator.isChallenged) return false;
		if (authCase.credential?.kind !== "basic") return false;
		authenticator.assumeBasic(answer);
		return true;
	}
	/** For a 401 without a challenge (gcr.io sends them) from a registry that has not made one yet: `/v2/` makes one. */
	async #ping(used, authCase) {
		const { connection, authenticator, limits } = this.#dependencies;
		const answer = await connection.send({
			method: "GET",
			path: "/v2/",
			headers: this.#headers({}),
			headersMs: limits.headersMs
		});
		const learnt = answer.status === 401 && authenticator.learn(answer, used, authCase);
		await discardBody(answer, limits);
		return learnt;
	}
	/** Follows redirects by hand. Credentials go to the registry's own origin only, and not again once a redirect has left it. */
	async #followed(call, used) {
		const { connection, limits } = this.#dependencies;
		const request = {
			method: call.method,
			...call.body !== void 0 && { body: call.body },
			headersMs: call.isCommit === true ? limits.commitMs : limits.headersMs
		};
		const plain = this.#headers({
			...call.headers,
			...call.body === void 0 && bodyless(call.method)
		});
		const withAuth = used.kind === "none" ? plain : {
			...plain,
			authorization: used.header
		};
		let isHome = typeof call.target === "string" || connection.isOwn(call.target);
		let answer = typeof call.target === "string" ? await connection.send({
			...request,
			path: call.target,
			headers: withAuth
		}) : await connection.sendTo(call.target, {
			...request,
			headers: isHome ? withAuth : plain
		});
		for (let hops = 0; isRedirect(answer.status) && !call.statuses.includes(answer.status); hops += 1) {
			const url = this.#nextHop(call, answer, hops);
			await discardBody(answer, limits);
			isHome &&= connection.isOwn(url);
			answer = await connection.sendTo(url, {
				...request,
				headers: isHome ? withAuth : plain
			});
		}
		return {
			answer,
			isHome
		};
	}
	#nextHop(call, answer, hops) {
		const { status, url, addressClass, message } = answer;
		const reads = call.method === "GET" || call.method === "HEAD";
		if (hops >= this.#dependencies.limits.redirects || !reads && status !== 307 && status !== 308) {
			message.destroy();
			const why = reads || hops > 0 ? `more than ${hops} times` : `with ${status}, which would lose the body`;
			throw new RegistryError("E_REGISTRY", `${call.what}: ${url.host} redirects ${why}`, {
				hint: "the registry or a proxy before it is at fault",
				status
			});
		}
		return followLocation({
			what: call.what,
			url,
			addressClass
		}, message.headers.location);
	}
	#headers(headers) {
		return {
			"user-agent": this.#dependencies.userAgent,
			"accept-encoding": "identity",
			...headers
		};
	}
	async #unauthorized(call, answer, authCase, isHome) {
		throw (await this.#refusal(call, answer)).with({
			code: "E_UNAUTHORIZED",
			hint: isHome ? this.#dependencies.authenticator.hint(authCase.credential) : `${answer.url.host} is not the registry, so credentials are not shown to it`
		});
	}
	async #refusal(call, answer) {
		const { limits, signal, clock, secrets } = this.#dependencies;
		const refusal = {
			what: call.what,
			method: call.method,
			host: answer.url.host,
			status: answer.status,
			headers: answer.message.headers,
			body: await readErrorBytes(answer, limits, signal)
		};
		return statusError(refusal, limits, clock.wall(), (text) => secrets.mask(text));
	}
	#refuseWebPage(call, { message, url, status }) {
		if (call.isDocument !== true || !isHtml(message.headers["content-type"])) return;
		message.destroy();
		throw webPageError(call.what, url.host, status);
	}
	/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#warnings */
	#showWarning({ message, url }) {
		const text = /^299 \S+ "((?:[^"\\]|\\.)*)"/.exec(message.headers.warning ?? "")?.[1];
		if (text === void 0 || this.#warnings.has(text) || this.#warnings.size >= 20) return;
		this.#warnings.add(text);
		this.#dependencies.log.warning(`${url.host} says: ${show(this.#dependencies.secrets.mask(text), 300)}`);
	}
};
function isTemporary(status) {
	return status === 408 || status === 429 || status >= 499;
}
/** Some servers answer 411 to a write that does not say that it is empty. */
function bodyless(method) {
	return method === "POST" || method === "PUT" || method === "PATCH" ? { "content-length": "0" } : {};
}

// src/registry/gate.ts
/** Milliseconds between two requests to a host that has once said 429: five a second. */
const spacingMs = 200;
/**
* The door to one host. When one request is told to wait, all that come after it wait as well, since they would only be
* told the same and make it worse; and from the first 429 on they leave one after the other.
*/
var Gate = class {
	host;
	#clock;
	#log;
	#signal;
	#closedUntil = -Infinity;
	#reason = "";
	#nextSlot;
	constructor(host, clock, log, signal) {
		this.host = host;
		this.#clock = clock;
		this.#log = log;
		this.#signal = signal;
	}
	/** Has this host said 429 before? */
	get isPaced() {
		return this.#nextSlot !== void 0;
	}
	/** Nobody passes for so long. `reason` is what the host said; `paced`: from now on one after the other. */
	close(milliseconds, reason, paced) {
		this.#closedUntil = Math.max(this.#closedUntil, this.#clock.monotonic() + milliseconds);
		this.#reason = reason;
		if (!paced || this.isPaced) return;
		this.#nextSlot = -Infinity;
		this.#log.info(`${this.host} limits its rate: at most ${1e3 / spacingMs} requests a second from now on`);
	}
	/**
	* Resolves when `what` may go.
	* @param toldUntil a moment on the monotonic clock up to which the log has been told of the wait already
	* @throws the signal's reason
	*/
	async pass(what, toldUntil = -Infinity) {
		this.#signal.throwIfAborted();
		let told = toldUntil;
		for (;;) {
			told = await this.#whileClosed(what, told);
			const wait = this.#takeSlot();
			if (wait === 0) return;
			await this.#clock.sleep(wait, this.#signal);
			if (this.#closedUntil <= this.#clock.monotonic()) return;
		}
	}
	/** @returns the moment up to which the log has been told */
	async #whileClosed(what, toldUntil) {
		let told = toldUntil;
		for (;;) {
			const left = this.#closedUntil - this.#clock.monotonic();
			if (left <= 0) return told;
			if (this.#closedUntil > told) this.#log.info(`${what}: waiting ${seconds(left)} because ${this.host} told another request ${this.#reason}`);
			told = this.#closedUntil;
			await this.#clock.sleep(left, this.#signal);
		}
	}
	/** Takes a place in the line, where there is one. @returns how long to wait for it, in milliseconds */
	#takeSlot() {
		if (this.#nextSlot === void 0) return 0;
		const now = this.#clock.monotonic();
		const slot = Math.max(now, this.#nextSlot);
		this.#nextSlot = slot + spacingMs;
		return slot - now;
	}
};
/** `2.3 s`, for people. */
function seconds(milliseconds) {
	return `${(milliseconds / 1e3).toFixed(milliseconds < 1e4 ? 1 : 0)} s`;
}

// src/registry/lookalike.ts
/** Registries whose names are worth imitating: `ghrc.io` has asked for credentials by the thousand. */
const wellKnown = [
	"docker.io",
	"registry-1.docker.io",
	"ghcr.io",
	"quay.io",
	"gcr.io",
	"icr.io",
	"mcr.microsoft.com",
	"public.ecr.aws",
	"registry.gitlab.com",
	"registry.redhat.io"
];
/**
* The well-known registry that a host differs from in one letter more, fewer, other, or swapped with its neighbour;
* undefined for the well-known ones themselves, several of which are as close to each other.
* @param registry `host[:port]`
*/
function resembledRegistry(registry) {
	const host = registry.replace(/:\d+$/, "").toLowerCase();
	return wellKnown.includes(host) ? void 0 : wellKnown.find((known) => isOneEditApart(host, known));
}
/** https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance of exactly 1, for strings that differ. */
function isOneEditApart(a, b) {
	if (a.length > b.length) return isOneEditApart(b, a);
	let at = 0;
	while (at < a.length && a[at] === b[at]) at += 1;
	if (a.length < b.length) return a.slice(at) === b.slice(at + 1);
	const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at];
	return a.slice(at + 1) === b.slice(at + 1) || isSwapped && a.slice(at + 2) === b.slice(at + 2);
}

// src/registry/retry.ts
/** The one layer that tries again, with one budget for all requests of a client, so that retries never multiply. */
var Retrier = class {
	#dependencies;
	#retries = 0;
	#waitedMs = 0;
	#waitedUntil = -Infinity;
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** @throws the last RegistryError, saying how often it was tried; the signal's reason; or what isn't a RegistryError. */
	async run({ what, gate, attempt, look }) {
		const track = this.track(what, gate);
		for (;;) {
			await track.pass();
			try {
				return await attempt();
			} catch (error) {
				const found = (await track.failed(error)).answerLost ? await look?.() : void 0;
				if (found !== void 0) return found.value;
			}
		}
	}
	/** For work that goes on from where it failed, instead of beginning again. */
	track(what, gate) {
		return new Track(what, gate, this.#dependencies, (error, failures, ms) => this.#plan(what, error, failures, ms));
	}
	/** How long to wait before the next attempt. @throws when there is none. */
	#plan(what, error, failures, ms) {
		const { limits, random, log } = this.#dependencies;
		const attempts = attemptsOf(error.retry, limits);
		if (failures >= attempts) throw error.as("never", failures > 1 ? `tried ${failures} times in ${seconds(ms)}` : "");
		const wait = this.#waitFor(error, failures, random());
		if (this.#retries >= limits.retries) throw error.as("never", `all ${limits.retries} retries of this run are used up`);
		if (!this.#takeTime(wait)) throw error.as("never", `waiting ${seconds(wait)} more would be over the ${seconds(limits.waitingMs)} of this run`);
		this.#retries += 1;
		log.info(`${what}: ${error.reason}; trying again in ${seconds(wait)} (${failures + 1} of ${attempts})`);
		return wait;
	}
	#waitFor(error, failures, random) {
		const asked = error.retryAfterMs;
		const longest = this.#dependencies.limits.longestRetryAfterMs;
		return asked === void 0 ? backoffMs(failures, random) : Math.min(longest, asked + random * Math.min(1e3, asked / 4));
	}
	/** Counts the wait, as far as it lies beyond others that are under way; false where it would be too much. */
	#takeTime(wait) {
		const now = this.#dependencies.clock.monotonic();
		const added = Math.max(0, now + wait - Math.max(now, this.#waitedUntil));
		if (this.#waitedMs + added > this.#dependencies.limits.waitingMs) return false;
		this.#waitedMs += added;
		this.#waitedUntil = Math.max(this.#waitedUntil, now + wait);
		return true;
	}
};
/** The attempts at one thing, counted. */
var Track = class {
	#what;
	#gate;
	#dependencies;
	#plan;
	#started;
	#failures = 0;
	#freeAttempts = 1;
	#toldUntil;
	constructor(what, gate, dependencies, plan) {
		this.#what = what;
		this.#gate = gate;
		this.#dependencies = dependencies;
		this.#plan = plan;
		this.#started = dependencies.clock.monotonic();
	}
	/** Before each attempt: waits until the host may be asked again. */
	async pass() {
		await this.#gate.pass(this.#what, this.#toldUntil);
	}
	/** So much has been done since the last failure that the count begins anew. */
	progressed() {
		this.#failures = 0;
	}
	/**
	* After a failed attempt: waits, if there is another one, and gives back what the failure was.
	* @throws the failure where there is none, and what isn't a RegistryError.
	*/
	async failed(error) {
		const { clock, signal, log } = this.#dependencies;
		signal.throwIfAborted();
		if (!(error instanceof RegistryError)) throw error;
		if (isStaleSocket(error) && this.#freeAttempts > 0) {
			this.#freeAttempts -= 1;
			log.debug(`${this.#what}: an idle connection had been closed; trying again at once`);
			return error;
		}
		this.#failures += 1;
		const wait = this.#plan(error, this.#failures, clock.monotonic() - this.#started);
		this.#toldUntil = clock.monotonic() + wait;
		const isLimit = error.code === "E_RATE_LIMITED";
		if (isLimit || error.retryAfterMs !== void 0) this.#gate.close(wait, error.reason, isLimit);
		else await clock.sleep(wait, signal);
		return error;
	}
};
function attemptsOf(retry, limits) {
	switch (retry) {
		case "full": return limits.attempts;
		case "some": return Math.min(4, limits.attempts);
		case "few": return Math.min(3, limits.attempts);
		case "never": return 1;
	}
}

// src/registry/secrets.ts
const shortest = 4;
const mask = "***";
/** What must not be seen: told to the log's masks as soon as it is known, and taken out of what registries say. */
var Secrets = class {
	#log;
	#values = /* @__PURE__ */ new Set();
	#forms = /* @__PURE__ */ new Set();
	constructor(log) {
		this.#log = log;
	}
	add(value) {
		if (value === "" || this.#values.has(value)) return;
		this.#values.add(value);
		if (value.length >= shortest) for (const form of secretForms(value)) this.#forms.add(form);
		this.#log.secret(value);
	}
	/** The text with every secret in it replaced, in each of its forms, longest first. What is shorter than 4 characters would eat whole texts and stays. */
	mask(text) {
		return [...this.#forms].sort((a, b) => b.length - a.length).reduce((masked, value) => masked.replaceAll(value, mask), text);
	}
};

// src/registry/client-context.ts
/** What all requests of one client share: connections, budget, gates, tokens, log. */
var ClientContext = class {
	verbs;
	#options;
	#limits;
	#clock;
	#log;
	#abort = new AbortController();
	#agents;
	#transport;
	#retrier;
	#secrets;
	#exchanges = /* @__PURE__ */ new Map();
	#gates = /* @__PURE__ */ new Map();
	#credentials = /* @__PURE__ */ new Map();
	#unlink;
	constructor(options) {
		const requestLog = new RequestLog();
		const { signal } = this.#abort;
		setMaxListeners(0, signal);
		this.#options = options;
		this.#log = options.log;
		this.#limits = {
			...defaultLimits,
			...options.limits
		};
		this.#clock = options.clock ?? systemClock;
		this.#secrets = new Secrets(options.log);
		this.#agents = new Agents(options.env ?? {}, this.#limits, options.caCertificate, options.network);
		this.#transport = new Transport(this.#agents, this.#limits, requestLog, signal);
		this.#retrier = new Retrier({
			limits: this.#limits,
			clock: this.#clock,
			random: options.random ?? Math.random,
			log: options.log,
			signal
		});
		this.#unlink = this.#follow(options.signal);
		this.verbs = {
			exchangeFor: (registry) => this.#exchangeFor(registry),
			limits: this.#limits,
			log: options.log,
			signal,
			sleep: async (milliseconds) => this.#clock.sleep(milliseconds, signal),
			requests: requestLog.entries
		};
	}
	close() {
		this.#unlink();
		this.#abort.abort(new DOMException("the registry client was closed", "AbortError"));
		this.#agents.destroy();
	}
	#follow(outer) {
		const abort = () => {
			this.#abort.abort(outer?.reason);
		};
		if (outer?.aborted === true) abort();
		outer?.addEventListener("abort", abort, { once: true });
		return () => outer?.removeEventListener("abort", abort);
	}
	#exchangeFor(registry) {
		const name = canonicalRegistry(registry);
		const exchange = this.#exchanges.get(name) ?? this.#makeExchange(name);
		this.#exchanges.set(name, exchange);
		return exchange;
	}
	#gateOf(host) {
		const gate = this.#gates.get(host) ?? new Gate(host, this.#clock, this.#log, this.#abort.signal);
		this.#gates.set(host, gate);
		return gate;
	}
	#makeExchange(registry) {
		this.#warnOfLookalike(registry);
		const userAgent = this.#options.userAgent ?? "native-multiarch";
		const shared = {
			retrier: this.#retrier,
			limits: this.#limits,
			clock: this.#clock,
			log: this.#log,
			secrets: this.#secrets,
			signal: this.#abort.signal,
			userAgent
		};
		const connection = new Connection(registry, {
			transport: this.#transport,
			agents: this.#agents,
			limits: this.#limits,
			log: this.#log,
			signal: this.#abort.signal,
			insecureRegistries: this.#options.insecureRegistries ?? []
		});
		const authenticator = new Authenticator({
			...shared,
			transport: this.#transport,
			gateOf: (host) => this.#gateOf(host),
			registry,
			foreseen: this.#foreseen(registry),
			vouchedHosts: this.#options.trustedRealms ?? [],
			policyFor: (url, isNamed) => connection.policyFor(url, isNamed)
		});
		return new Exchange({
			...shared,
			connection,
			authenticator,
			gate: this.#gateOf(connection.endpoint.host),
			credentialFor: (path) => this.#credentialFor(registry, path)
		});
	}
	#warnOfLookalike(registry) {
		const known = resembledRegistry(registry);
		if (known === void 0) return;
		this.#log.warning(`${registry} is not ${known}, which it resembles: if that is a slip of the pen, credentials for it may be in strange hands`);
	}
	#foreseen(registry) {
		const here = (repositories = []) => repositories.filter((repository) => canonicalRegistry(repository.registry) === registry);
		const push = here(this.#options.pushRepositories).map(({ path }) => ScopeSet.repository(path, "pull", "push"));
		const pull = here(this.#options.pullRepositories).map(({ path }) => ScopeSet.repository(path, "pull"));
		return [...push, ...pull].reduce((sum, scope) => sum.plus(scope), new ScopeSet());
	}
	#credentialFor(registry, path) {
		const key = `${registry}/${path}`;
		const credential = this.#credentials.get(key) ?? this.#lookUp(registry, path);
		this.#credentials.set(key, credential);
		return credential;
	}
	async #lookUp(registry, path) {
		const credential = await this.#options.credentials.get(registry, path);
		if (credential !== void 0) this.#secrets.add(credential.kind === "basic" ? credential.password : credential.token);
		return credential;
	}
};

// src/registry/manifest-push.ts
const firstLagMs = 1e3;
const longestLagMs = 3e4;
/** Writing manifests. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
var ManifestPush = class {
	#dependencies;
	#manifests;
	/** By repository and digest. */
	#underWay = /* @__PURE__ */ new Map();
	/** What was written to each repository, which a lagging registry may not know of yet. */
	#written = /* @__PURE__ */ new Map();
	constructor(dependencies, manifests) {
		this.#dependencies = dependencies;
		this.#manifests = manifests;
	}
	/** See RegistryClient.putManifest. */
	async put(repository, reference, manifest) {
		this.#checkBeforeSending(repository, reference, manifest);
		try {
			const { digest, subjectHandled } = await this.#putPatiently(repository, reference, manifest);
			this.#writtenTo(repository).add(manifest.digest);
			if (digest?.startsWith(`${digestAlgorithm(manifest.digest)}:`) === true && digest !== manifest.digest) await this.#confirm(repository, reference, manifest, digest);
			return { subjectHandled };
		} catch (error) {
			if (!(error instanceof RegistryError) || error.code !== "E_TAG_IMMUTABLE") throw error;
			return this.#immutable(repository, reference, manifest, error);
		}
	}
	#checkBeforeSending(repository, reference, manifest) {
		const { bytes, digest } = manifest;
		const { documentBytes } = this.#dependencies.limits;
		if (bytes.byteLength > documentBytes) throw new CodedError("E_MANIFEST", `the manifest for ${named(repository, reference)} has ${bytes.byteLength} bytes`, { hint: `registries take ${documentBytes} at most` });
		const wanted = isDigest(reference) ? reference : digest;
		const real = digestOf(bytes, digestAlgorithm(wanted));
		if (real === wanted) return;
		throw new CodedError("E_DIGEST_MISMATCH", `the bytes for ${named(repository, reference)} have the digest ${real}, not ${wanted}`, { hint: "this is a bug in native-multiarch; please report it" });
	}
	/**
	* A registry that looks for what an index lists may not see yet what this client wrote a moment ago: waited for, as reads are.
	* What somebody else wrote, or nobody, is told at once.
	*/
	async #putPatiently(repository, reference, manifest) {
		const { limits, log, sleep } = this.#dependencies;
		let waited = 0;
		for (let wait = firstLagMs;; wait = Math.min(wait * 2, longestLagMs)) try {
			return await this.#putBesideOthers(repository, reference, manifest);
		} catch (error) {
			if (!(missesChild(error) && this.#listsWritten(repository, manifest)) || waited >= limits.lagMs) throw error;
			const next = Math.min(wait, limits.lagMs - waited);
			log.info(`${error.message}; it lists what was just written: trying again in ${next / 1e3} s`);
			await sleep(next);
			waited += next;
		}
	}
	#listsWritten(repository, { bytes, digest }) {
		const text = Buffer.from(bytes).toString("utf8");
		return [...this.#writtenTo(repository)].some((child) => child !== digest && text.includes(child));
	}
	#writtenTo({ name }) {
		const written = this.#written.get(name) ?? /* @__PURE__ */ new Set();
		this.#written.set(name, written);
		return written;
	}
	/**
	* Some registries (Quay) refuse a manifest as invalid while they are given it under another name too. Then it is pushed once
	* more when the others are done, one name after the other.
	*/
	async #putBesideOthers(repository, reference, manifest) {
		const key = `${repository.name}@${manifest.digest}`;
		const pushes = this.#underWay.get(key) ?? {
			first: /* @__PURE__ */ new Set(),
			again: Promise.resolve()
		};
		this.#underWay.set(key, pushes);
		const { first } = pushes;
		const hadOthers = first.size > 0;
		const own = this.#put(repository, reference, manifest);
		const settled = own.catch(() => void 0);
		first.add(settled);
		try {
			return await own;
		} catch (error) {
			if (!(error instanceof RegistryError && error.status === 400 && error.says("MANIFEST_INVALID")) || !hadOthers && first.size < 2) throw error;
			this.#dependencies.log.info(`${error.message}; trying again when the other pushes of it are done`);
			await Promise.all([...first]);
			const again = pushes.again.then(async () => this.#put(repository, reference, manifest));
			pushes.again = again.catch(() => void 0);
			return await again;
		} finally {
			first.delete(settled);
			if (first.size === 0) this.#underWay.delete(key);
		}
	}
	async #put(repository, reference, manifest) {
		const { limits, exchangeFor } = this.#dependencies;
		return exchangeFor(repository.registry).call({
			what: `PUT manifest ${named(repository, reference)}`,
			method: "PUT",
			target: apiPath(repository, `manifests/${checkedReference(reference)}`),
			headers: { "content-type": manifest.mediaType },
			body: manifest.bytes,
			need: ScopeSet.repository(repository.path, "pull", "push"),
			repositoryPath: repository.path,
			statuses: [
				200,
				201,
				202,
				204
			],
			look: async () => this.#lookAfterLostAnswer(repository, reference, manifest),
			read: async ({ message, ...answer }) => {
				const digest = message.headers["docker-content-digest"];
				const subjectHandled = message.headers["oci-subject"] !== void 0;
				await discardBody({
					message,
					...answer
				}, limits);
				return {
					subjectHandled,
					digest: typeof digest === "string" && isDigest(digest) ? digest : void 0
				};
			}
		});
	}
	async #lookAfterLostAnswer(repository, reference, manifest) {
		try {
			if (!await this.#holds(repository, reference, manifest)) return void 0;
		} catch (error) {
			if (error instanceof RegistryError && (error.status === 401 || error.status === 403)) return void 0;
			throw error;
		}
		this.#dependencies.log.info(`PUT manifest ${named(repository, reference)}: it is there, only the answer was lost`);
		return { value: {
			digest: void 0,
			subjectHandled: false
		} };
	}
	async #holds(repository, reference, manifest) {
		const found = await this.#manifests.get(repository, reference);
		return found !== void 0 && Buffer.from(found.bytes).equals(manifest.bytes);
	}
	/** The registry told another digest than ours: did it keep other bytes, or is only its header wrong? */
	async #confirm(repository, reference, manifest, told) {
		if (await this.#holds(repository, reference, manifest)) return;
		throw new CodedError("E_DIGEST_MISMATCH", `${named(repository, reference)} was pushed as ${manifest.digest}, and the registry made ${told} of it`, { hint: "the registry does not keep manifests byte for byte: publish somewhere else" });
	}
	async #immutable(repository, reference, manifest, refusal) {
		const held = await this.#manifests.get(repository, reference);
		if (held !== void 0 && Buffer.from(held.bytes).equals(manifest.bytes)) {
			this.#dependencies.log.info(`${named(repository, reference)} is immutable and holds ${manifest.digest} already`);
			return { subjectHandled: false };
		}
		throw immutableTag(named(repository, reference), held?.digest, manifest.digest, refusal);
	}
};
/** The refusal of a tag that may not move, with what it holds. */
function immutableTag(name, held, wanted, refusal) {
	const holds = held === void 0 ? "holds another digest" : `holds ${held}`;
	return refusal.with({ message: `${name} is immutable and ${holds}, not ${wanted} (${refusal.message})` });
}

// src/registry/manifests.ts
/** Reading and deleting manifests. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
var Manifests = class {
	#dependencies;
	constructor(dependencies) {
		this.#dependencies = dependencies;
	}
	/** See RegistryClient.headManifest. */
	async head(repository, reference) {
		try {
			return await this.#head(repository, reference);
		} catch (error) {
			if (!(error instanceof RegistryError) || error.status !== 403 && error.status !== 405) throw error;
			const manifest = (await this.#read(repository, reference))?.manifest;
			if (manifest === void 0) return void 0;
			return {
				digest: manifest.digest,
				mediaType: manifest.mediaType,
				size: manifest.bytes.byteLength
			};
		}
	}
	/** See RegistryClient.getManifest. */
	async get(repository, reference, expectedSize) {
		const problem = (manifest) => mismatch(manifest, reference, expectedSize);
		const first = await this.#read(repository, reference);
		if (problem(first) === void 0) return first?.manifest;
		this.#dependencies.log.info(`${named(repository, reference)}: ${problem(first) ?? ""}; reading it once more`);
		const second = await this.#read(repository, reference);
		const stillWrong = problem(second);
		if (second === void 0 || stillWrong === void 0) return second?.manifest;
		if (!isDigest(reference) && await this.#has(repository, second.manifest, expectedSize)) return second.manifest;
		throw new CodedError("E_DIGEST_MISMATCH", `${named(repository, reference)}: ${stillWrong}`, { hint: "the registry, or something before it, changes what it serves: nothing of it is used" });
	}
	/** Whether these bytes are in the repository under their own digest: then it is the header beside the tag that is wrong. */
	async #has(repository, manifest, expectedSize) {
		if (expectedSize !== void 0 && manifest.bytes.byteLength !== expectedSize) return false;
		return (await this.#read(repository, manifest.digest))?.manifest.digest === manifest.digest;
	}
	/** See RegistryClient.deleteManifest. */
	async delete(repository, reference) {
		const { limits } = this.#dependencies;
		await this.#dependencies.exchangeFor(repository.registry).call({
			what: `DELETE ${named(repository, reference)}`,
			method: "DELETE",
			target: apiPath(repository, `manifests/${checkedReference(reference)}`),
			need: ScopeSet.repository(repository.path, "pull", "push", "delete"),
			repositoryPath: repository.path,
			statuses: [
				200,
				202,
				204,
				404
			],
			read: (answer) => discardBody(answer, limits)
		});
	}
	async #head(repository, reference) {
		return this.#dependencies.exchangeFor(repository.registry).call({
			...this.#reading(repository, reference, "HEAD"),
			read: async (answer) => {
				const { limits } = this.#dependencies;
				await discardBody(answer, limits);
				return headOf(answer);
			}
		});
	}
	async #read(repository, reference) {
		const { limits, signal } = this.#dependencies;
		const algorithm = isDigest(reference) ? digestAlgorithm(reference) : "sha256";
		return this.#dependencies.exchangeFor(repository.registry).call({
			...this.#reading(repository, reference, "GET"),
			read: async (answer) => {
				if (answer.status === 404) {
					await discardBody(answer, limits);
					return;
				}
				const bytes = await this.#bytes(answer, named(repository, reference), signal);
				const mediaType = mediaTypeOf(answer, bytes, named(repository, reference));
				const told = answer.message.headers["docker-content-digest"];
				return {
					manifest: {
						bytes,
						digest: digestOf(bytes, algorithm),
						mediaType
					},
					told
				};
			}
		});
	}
	#reading(repository, reference, method) {
		return {
			what: `${method} manifest ${named(repository, reference)}`,
			method,
			target: apiPath(repository, `manifests/${checkedReference(reference)}`),
			headers: { accept: manifestAccept },
			need: ScopeSet.repository(repository.path, "pull"),
			repositoryPath: repository.path,
			statuses: [200, 404],
			isDocument: true
		};
	}
	async #bytes(answer, name, signal) {
		const { limits } = this.#dependencies;
		try {
			return await readBody(answer, limits.documentBytes, limits.documentMs, signal);
		} catch (error) {
			if (!(error instanceof BodyTooLarge)) throw error;
			throw new CodedError("E_MANIFEST", `${name} is ${error.message}`, {
				hint: "registries take manifests of 4 MiB at most; this is none",
				cause: error
			});
		}
	}
};
function mismatch(served, reference, expectedSize) {
	if (served === void 0) return void 0;
	const { digest, bytes } = served.manifest;
	if (isDigest(reference) && digest !== reference) return `the ${bytes.byteLength} bytes that came have the digest ${digest}`;
	const { told } = served;
	if (typeof told === "string" && isDigest(told) && told.startsWith("sha256:") && !isDigest(reference) && told !== digest) return `the ${bytes.byteLength} bytes that came have the digest ${digest}, and were served as ${told}`;
	if (expectedSize === void 0 || bytes.byteLength === expectedSize) return void 0;
	return `it has ${bytes.byteLength} bytes, and its descriptor says ${expectedSize}`;
}
function headOf({ status, message }) {
	if (status === 404) return void 0;
	const digest = message.headers["docker-content-digest"];
	const length = message.headers["content-length"];
	return {
		mediaType: contentType(message.headers["content-type"]),
		...typeof digest === "string" && isDigest(digest) && { digest },
		...length !== void 0 && /^\d+$/.test(length) && { size: Number(length) }
	};
}
function contentType(header) {
	return (header?.split(";", 1)[0] ?? "").trim().toLowerCase();
}
/** Types that say nothing: what storage services and proxies put where a registry put nothing. */
const unspecific = [
	"",
	"application/json",
	"application/octet-stream",
	"binary/octet-stream",
	"text/plain"
];
/**
* The type that a manifest was served with, else what it says of itself.
* @throws E_MANIFEST where the two differ (https://github.com/opencontainers/distribution-spec/security/advisories/GHSA-mc8v-mgrf-8f4m).
*/
function mediaTypeOf({ message }, bytes, name) {
	const served = contentType(message.headers["content-type"]);
	const said = ownMediaType(bytes);
	if (unspecific.includes(served)) {
		if (said !== void 0) return said;
		throw new CodedError("E_MANIFEST", `${name} has no media type, neither as it was served nor in itself`, { hint: "push it again with a current tool" });
	}
	if (said === void 0 || said === served) return served;
	throw new CodedError("E_MANIFEST", `${name} was served as ${quote(served)} and says that it is ${quote(said)}`, { hint: "push it again with its own media type" });
}
/** Only a look: whether the document is well formed is for those who parse it. */
function ownMediaType(bytes) {
	try {
		const json = JSON.parse(new TextDecoder().decode(bytes));
		if (typeof json !== "object" || json === null || !("mediaType" in json)) return void 0;
		return typeof json.mediaType === "string" && json.mediaType !== "" ? json.mediaType : void 0;
	} catch {
		return;
	}
}

// src/registry/paging.ts
/**
* The next page, from `Link: <...>; rel="next"`: `/v2/...` with its query, on the same origin as this page.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
* @param seen targets that were asked for already; the new one is added.
* @throws E_REGISTRY for another origin, a page that was read before, or more than `maxPages`.
*/
function nextPage(what, answer, seen, maxPages) {
	const link = answer.message.headersDistinct["link"]?.map(nextOf).find((target) => target !== void 0);
	if (link === void 0) return void 0;
	const refuse = (why) => new RegistryError("E_REGISTRY", `${what}: the next page that ${answer.url.host} names ${why}`, { hint: "the registry is at fault; nothing of this listing is used" });
	if (!URL.canParse(link, answer.url.href)) throw refuse(`is not a URL: ${show(link, 80)}`);
	const url = new URL(link, answer.url);
	if (!sameOrigin(url, answer.url)) throw refuse(`is on another host: ${show(url.origin, 80)}`);
	const target = `${url.pathname}${url.search}`;
	if (seen.has(target)) throw refuse("is one that was read before");
	if (seen.size >= maxPages) throw refuse(`is one more than the ${maxPages} that are read`);
	seen.add(target);
	return target;
}
function nextOf(header) {
	for (const [, target, parameters = ""] of header.matchAll(/<([^<>]{0,8192})>([^<]*)/g)) if (/;\s*rel\s*=\s*"?(?:[^";,]*\s)?next(?=[\s",;]|$)/i.test(parameters)) return target;
}

// src/registry/referrers.ts
/** What registries without the API answer to it. */
const absent = [
	400,
	404,
	405,
	501
];
const maxReferrers = 1e4;
/**
* See RegistryClient.listReferrers.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
*/
async function listReferrers(repository, digest, artifactType, dependencies, manifests) {
	const query = artifactType === void 0 ? [] : [["artifactType", artifactType]];
	const first = apiPath(repository, `referrers/${parseDigest(digest)}`, query);
	const seen = /* @__PURE__ */ new Set([first]);
	const found = [];
	for (let target = first; target !== void 0;) {
		const page = await readPage(repository, digest, target, seen, dependencies);
		if (page === void 0 && target !== first) throw unlisted(repository, digest, "a page of them is missing, although the page before it names it");
		const descriptors = page?.descriptors ?? await readTagSchema(repository, digest, dependencies, manifests);
		found.push(...descriptors);
		if (found.length > maxReferrers) throw unlisted(repository, digest, `there are more than ${maxReferrers} of them`);
		target = page?.next;
	}
	return artifactType === void 0 ? found : found.filter((entry) => entry.artifactType === artifactType);
}
function unlisted(repository, digest, why) {
	return new RegistryError("E_REGISTRY", `GET referrers of ${named(repository, digest)}: ${why}`, { hint: "the registry is at fault, or holds more than can be used; nothing of this listing is used" });
}
/** Undefined: this registry has no such API. */
async function readPage(repository, digest, target, seen, { exchangeFor, limits, signal }) {
	const what = `GET referrers of ${named(repository, digest)}`;
	return exchangeFor(repository.registry).call({
		what,
		method: "GET",
		target,
		headers: { accept: mediaTypes.ociIndex },
		need: ScopeSet.repository(repository.path, "pull"),
		repositoryPath: repository.path,
		statuses: [200, ...absent],
		read: async (answer) => {
			if (answer.status !== 200 || isHtml(answer.message.headers["content-type"])) {
				await discardBody(answer, limits);
				return;
			}
			return {
				descriptors: parseReferrers(await readBody(answer, limits.documentBytes, limits.documentMs, signal), `the answer to ${what}`),
				next: nextPage(what, answer, seen, limits.pages)
			};
		}
	});
}
/**
* The index that clients keep under the tag `sha256-<hex>` where the API is missing.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#unavailable-referrers-api
*/
async function readTagSchema(repository, digest, { log }, manifests) {
	const tag = referrersTag(digest);
	log.debug(`${repository.registry} has no referrers API; looking for the tag ${tag}`);
	const index = await manifests.get(repository, tag);
	return index?.mediaType === mediaTypes.ociIndex ? parseReferrers(index.bytes, `${repository.name}:${tag}`) : [];
}
function parseReferrers(bytes, what) {
	return parseFields(bytes, what, { code: "E_REGISTRY" }).get("manifests").optional((manifests) => manifests.items(maxReferrers).map(readDescriptor)) ?? [];
}

// src/registry/tags.ts
/** The most that ECR takes for `n`. */
const pageSize = "1000";
/** See RegistryClient.listTags. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
async function listTags(repository, dependencies) {
	const { limits, signal, exchangeFor } = dependencies;
	const what = `GET tags of ${repository.name}`;
	const first = apiPath(repository, "tags/list", [["n", pageSize]]);
	const seen = /* @__PURE__ */ new Set([first]);
	const tags = [];
	for (let target = first; target !== void 0;) {
		const page = await exchangeFor(repository.registry).call({
			what,
			method: "GET",
			target,
			headers: { accept: "application/json" },
			need: ScopeSet.repository(repository.path, "pull"),
			repositoryPath: repository.path,
			statuses: [200, 404],
			isDocument: true,
			read: async (answer) => {
				if (answer.status === 404) {
					await discardBody(answer, limits);
					return {
						tags: [],
						next: void 0
					};
				}
				return {
					tags: parseTags(await readBody(answer, limits.documentBytes, limits.documentMs, signal), what),
					next: nextPage(what, answer, seen, limits.pages)
				};
			}
		});
		tags.push(...page.tags);
		target = page.next;
	}
	return [...new Set(tags)];
}
/** `tags` may be null: a repository whose last tag is gone. */
function parseTags(bytes, what) {
	const root = parseFields(bytes, `the answer to ${what}`, { code: "E_REGISTRY" });
	const form = {
		pattern: tagForm,
		is: "a tag"
	};
	return root.get("tags").optional((tags) => tags.items().map((tag) => tag.string(form))) ?? [];
}

// src/registry/upload-source.ts
/** What is uploaded, checked while it is read: a registry's refusal of wrong bytes would say less. */
function verifiedSource(open, descriptor, what) {
	return async function* () {
		const hash = new DigestStream(digestAlgorithm(descriptor.digest));
		let length = 0;
		for await (const chunk of open()) {
			length += chunk.byteLength;
			if (length > descriptor.size) throw wrong(what, `is longer than the ${descriptor.size} bytes of its descriptor`);
			hash.update(chunk);
			yield chunk;
		}
		if (length !== descriptor.size) throw wrong(what, `has ${length} bytes, and its descriptor says ${descriptor.size}`);
		const real = hash.digest();
		if (real !== descriptor.digest) throw wrong(what, `has the digest ${real}`);
	};
}
function wrong(what, how) {
	return new CodedError("E_DIGEST_MISMATCH", `${what}: what is to be uploaded ${how}`, { hint: "it has changed since it was described: build it again" });
}
/** A source in chunks that are held whole, so that each can be sent again; it can be wound to any place. */
var ChunkSource = class {
	#open;
	#iterator;
	#position = 0;
	#left = /* @__PURE__ */ new Uint8Array(0);
	constructor(open) {
		this.#open = open;
	}
	/** At most `length` bytes from `offset` on; none at the end. */
	async read(offset, length) {
		if (this.#iterator === void 0 || offset < this.#position) await this.#rewind();
		while (this.#position < offset) if ((await this.#take(offset - this.#position)).byteLength === 0) break;
		const chunk = Buffer.allocUnsafe(length);
		let filled = 0;
		for (let part = await this.#take(length); part.byteLength > 0; part = await this.#take(length - filled)) {
			chunk.set(part, filled);
			filled += part.byteLength;
		}
		return chunk.subarray(0, filled);
	}
	/** Reads on to the end, so that a source which checks itself has done so. */
	async finish() {
		while ((await this.#take(Infinity)).byteLength > 0);
	}
	async close() {
		const iterator = this.#iterator;
		this.#iterator = void 0;
		await iterator?.return?.();
	}
	async #rewind() {
		await this.close();
		this.#iterator = this.#open()[Symbol.asyncIterator]();
		this.#position = 0;
		this.#left = /* @__PURE__ */ new Uint8Array(0);
	}
	async #take(length) {
		while (this.#left.byteLength === 0 && length > 0) {
			const next = await this.#iterator?.next();
			if (next === void 0 || next.done === true) return /* @__PURE__ */ new Uint8Array(0);
			this.#left = next.value;
		}
		const taken = this.#left.subarray(0, Math.min(length, this.#left.byteLength));
		this.#left = this.#left.subarray(taken.byteLength);
		this.#position += taken.byteLength;
		return taken;
	}
};

// src/registry/upload.ts
const maxNewSessions = 3;
/** Chunks of one try that bring an upload no further, refused (416) or not. */
const maxIdleChunks = 10;
/**
* One blob on its way up: in one piece, or in chunks once the registry (or a proxy before it) has refused that or the
* connection broke and part of it had arrived. After a fault it goes on where the registry says it stands.
*/
var Upload = class {
	#descriptor;
	#open;
	#dependencies;
	#session;
	#sessions = 0;
	#inChunks = false;
	#offset = 0;
	constructor(descriptor, open, session, dependencies) {
		this.#descriptor = descriptor;
		this.#open = open;
		this.#session = session;
		this.#dependencies = dependencies;
	}
	/** @throws RegistryError, E_DIGEST_MISMATCH for a source that is not what its descriptor says. */
	async run() {
		const { requests, what } = this.#dependencies;
		const track = requests.exchange.track(what);
		for (;;) {
			await track.pass();
			const before = this.#offset;
			try {
				this.#session ??= await requests.begin();
				if (this.#session === void 0) return;
				await (this.#inChunks ? this.#sendChunks(this.#session) : this.#sendWhole(this.#session));
				return;
			} catch (error) {
				if (this.#offset > before) track.progressed();
				if (this.#turnToChunks(error)) continue;
				const failure = await track.failed(this.#judge(error));
				if (await this.#recover(failure)) return;
			}
		}
	}
	async #sendWhole(session) {
		const body = {
			length: this.#descriptor.size,
			open: this.#open
		};
		await this.#dependencies.requests.commit(session, this.#descriptor, body);
	}
	async #sendChunks(first) {
		const { requests } = this.#dependencies;
		const source = new ChunkSource(this.#open);
		try {
			let idle = 0;
			for (let session = first;; session = this.#session ?? session) {
				const chunk = await source.read(this.#offset, this.#chunkBytes(session));
				if (chunk.byteLength === 0) {
					await source.finish();
					await requests.commit(session, this.#descriptor, /* @__PURE__ */ new Uint8Array(0));
					return;
				}
				const sent = await requests.patch(session, this.#offset, chunk);
				const progress = sent.offset === void 0 ? await requests.status(session) : sent;
				if ((progress?.offset ?? this.#offset) <= this.#offset && (idle += 1) > maxIdleChunks) throw this.#lost(`is no further than ${this.#offset} bytes after ${idle} chunks`);
				this.#advance(progress);
			}
		} finally {
			await source.close();
		}
	}
	#advance(progress) {
		if (progress?.offset === void 0) throw this.#lost("does not say how far the upload has come");
		if (progress.offset > this.#descriptor.size) throw this.#lost(`has ${progress.offset} bytes, more than there are`);
		this.#session = progress.session;
		this.#offset = progress.offset;
	}
	#chunkBytes(session) {
		const { chunkBytes, largestChunkBytes } = this.#dependencies.limits;
		if (session.minChunk <= largestChunkBytes) return Math.max(chunkBytes, session.minChunk);
		throw new RegistryError("E_REGISTRY", `${this.#dependencies.what}: the registry wants chunks of at least ${session.minChunk} bytes`, { hint: `a chunk is held in memory, so ${largestChunkBytes} bytes are the most: ask whoever runs the registry for a smaller minimum` });
	}
	/** A refusal of the whole (413: too large for a proxy; 416: wanted in order) is an invitation to send it in pieces, once. */
	#turnToChunks(error) {
		if (this.#inChunks || !(error instanceof RegistryError)) return false;
		if (!(error.status === 413 && this.#descriptor.size > this.#dependencies.limits.chunkBytes) && error.status !== 416) return false;
		this.#dependencies.log.info(`${error.message}; sending it in chunks`);
		this.#inChunks = true;
		this.#drop();
		return true;
	}
	/** A session that is gone or spoilt is worth a new one, although its status (404, 400) is final elsewhere. */
	#judge(error) {
		if (!(error instanceof RegistryError) || error.retry !== "never") return error;
		const isSessionGone = error.status === 404 && (this.#session !== void 0 || error.says("BLOB_UPLOAD_UNKNOWN"));
		const isSpoilt = error.status === 400 && error.says("DIGEST_INVALID", "SIZE_INVALID", "BLOB_UPLOAD_INVALID");
		return isSessionGone || isSpoilt ? error.as("few") : error;
	}
	/** True: the blob is there after all. Otherwise the next attempt has a session to go on with, or none. */
	async #recover(failure) {
		const { exists, log, what } = this.#dependencies;
		if (failure.code === "E_RATE_LIMITED" || this.#session === void 0) return false;
		if ((failure.answerLost || failure.status === 404) && await exists(this.#descriptor.digest)) {
			log.info(`${what}: it is there, only the answer was lost`);
			return true;
		}
		const progress = failure.status === 404 || failure.status === 400 ? void 0 : await this.#status(this.#session);
		if (progress?.offset === void 0 || progress.offset > this.#descriptor.size) {
			if (this.#sessions >= maxNewSessions) throw failure.as("never", `begun 4 times`);
			this.#sessions += 1;
			this.#drop();
			return false;
		}
		this.#session = progress.session;
		this.#offset = progress.offset;
		this.#inChunks ||= progress.offset > 0;
		return false;
	}
	async #status(session) {
		try {
			return await this.#dependencies.requests.status(session);
		} catch (error) {
			if (!(error instanceof CodedError)) throw error;
			this.#dependencies.log.debug(`${error.message}; beginning the upload again`);
			return;
		}
	}
	#drop() {
		this.#session = void 0;
		this.#offset = 0;
	}
	#lost(how) {
		const { what, requests } = this.#dependencies;
		return new RegistryError("E_REGISTRY", `${what}: ${requests.exchange.host} ${how}`, {
			hint: "the registry, or a proxy before it, does not keep to the protocol",
			retry: "few"
		});
	}
};

// src/registry/upload-session.ts
/**
* The requests of one upload, one method each; none is retried here.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
*/
var UploadRequests = class {
	#repository;
	#what;
	#dependencies;
	constructor(repository, what, dependencies) {
		this.#repository = repository;
		this.#what = what;
		this.#dependencies = dependencies;
	}
	get exchange() {
		return this.#dependencies.exchangeFor(this.#repository.registry);
	}
	/** Undefined: the registry has the blob already (201). */
	async begin() {
		return this.exchange.once({
			...this.#call("POST", apiPath(this.#repository, "blobs/uploads/")),
			statuses: [201, 202],
			read: async (answer) => {
				await this.#discard(answer);
				return answer.status === 201 ? void 0 : this.#session(answer, 0);
			}
		});
	}
	/** Ends the session with all of the blob, or with nothing after its chunks. */
	async commit(session, { digest }, body) {
		const location = new URL(session.location);
		if (location.searchParams.has("digest")) location.searchParams.set("digest", digest);
		else location.search += `${location.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
		await this.exchange.once({
			...this.#call("PUT", location),
			headers: { "content-type": "application/octet-stream" },
			body,
			isCommit: true,
			statuses: [
				200,
				201,
				202,
				204
			],
			read: (answer) => this.#discard(answer)
		});
	}
	/** Sends one chunk. `offset` undefined in the answer: it came in the wrong place (416). */
	async patch(session, offset, chunk) {
		return this.exchange.once({
			...this.#call("PATCH", session.location),
			headers: {
				"content-type": "application/octet-stream",
				"content-range": `${offset}-${offset + chunk.byteLength - 1}`
			},
			body: chunk,
			isCommit: true,
			statuses: [
				200,
				201,
				202,
				204,
				416
			],
			read: async (answer) => {
				await this.#discard(answer);
				if (answer.status === 416) return {
					session,
					offset: void 0
				};
				return {
					session: this.#session(answer, session.minChunk, session.location),
					offset: (chunk.byteLength === 1 && offset === 0 ? void 0 : rangeEnd(answer)) ?? offset + chunk.byteLength
				};
			}
		});
	}
	/** Asks how far the session has come; undefined: it is no more. */
	async status(session) {
		return this.exchange.once({
			...this.#call("GET", session.location),
			statuses: [
				200,
				202,
				204,
				404
			],
			read: async (answer) => {
				await this.#discard(answer);
				if (answer.status === 404) return void 0;
				return {
					session: this.#session(answer, session.minChunk, session.location),
					offset: rangeEnd(answer)
				};
			}
		});
	}
	#call(method, target) {
		const need = ScopeSet.repository(this.#repository.path, "pull", "push");
		return {
			what: this.#what,
			method,
			target,
			need,
			repositoryPath: this.#repository.path
		};
	}
	#session(answer, minChunk, before) {
		return sessionOf(answer, this.#what, minChunk, before);
	}
	async #discard(answer) {
		const { limits } = this.#dependencies;
		await discardBody(answer, limits);
	}
};
/** @param before the session's Location so far, which stays where an answer names none. */
function sessionOf(answer, what, minChunk, before) {
	const { message, url, addressClass, status } = answer;
	const { location } = message.headers;
	const told = Number(message.headers["oci-chunk-min-length"] ?? minChunk);
	const min = Number.isSafeInteger(told) && told > 0 ? told : 0;
	if (location !== void 0) return {
		location: followLocation({
			what,
			url,
			addressClass
		}, location),
		minChunk: min
	};
	if (before !== void 0) return {
		location: before,
		minChunk: min
	};
	throw new RegistryError("E_REGISTRY", `${what}: ${url.host} opens an upload (${status}) without saying where (no Location)`, {
		hint: "the registry, or a proxy before it, does not keep to the protocol",
		status
	});
}
/**
* Bytes from `Range: 0-<last>`. `0-0` is written for one byte and for none; taken as none, which is right for nearly all.
*/
function rangeEnd({ message }) {
	const last = /^(?:bytes=)?0-(\d{1,16})$/.exec((message.headers.range ?? "").trim())?.[1];
	if (last === void 0) return void 0;
	return Number(last) === 0 ? 0 : Number(last) + 1;
}

// src/registry/uploads.ts
/** Uploads at once to a registry that has said 429. */
const pacedUploads = 3;
/** Bringing blobs into a repository. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs */
var Uploads = class {
	#dependencies;
	#blobs;
	/** Upload sessions that were opened in the place of a mount (202), by repository and digest, for the upload that follows. */
	#offered = /* @__PURE__ */ new Map();
	#underWay = /* @__PURE__ */ new Map();
	#waiting = [];
	constructor(dependencies, blobs) {
		this.#dependencies = dependencies;
		this.#blobs = blobs;
	}
	/** See RegistryClient.mountBlob. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository */
	async mount(repository, digest, from) {
		const what = `mount ${named(repository, digest)} from ${from.name}`;
		if (from.registry !== repository.registry) return false;
		try {
			return await this.#dependencies.exchangeFor(repository.registry).call({
				what,
				method: "POST",
				target: apiPath(repository, "blobs/uploads/", [["mount", parseDigest(digest)], ["from", from.path]]),
				need: ScopeSet.repository(repository.path, "pull", "push").plus(ScopeSet.repository(from.path, "pull")),
				repositoryPath: repository.path,
				statuses: [201, 202],
				read: (answer) => this.#readMount(answer, what, repository, digest)
			});
		} catch (error) {
			if (!(error instanceof RegistryError) || error.status === void 0 || error.code === "E_RATE_LIMITED") throw error;
			this.#dependencies.log.debug(`${error.message}; it has to be uploaded`);
			return false;
		}
	}
	/** See RegistryClient.uploadBlob. */
	async upload(repository, descriptor, open, isVerified) {
		const what = `upload ${named(repository, parseDigest(descriptor.digest))}`;
		const { limits, log } = this.#dependencies;
		const key = named(repository, descriptor.digest);
		const session = this.#offered.get(key);
		this.#offered.delete(key);
		await this.#turn(repository.registry);
		try {
			await new Upload(descriptor, isVerified ? open : verifiedSource(open, descriptor, what), session, {
				requests: new UploadRequests(repository, what, this.#dependencies),
				limits,
				log,
				what,
				exists: async (digest) => await this.#blobs.head(repository, digest) !== void 0
			}).run();
		} finally {
			this.#underWay.set(repository.registry, (this.#underWay.get(repository.registry) ?? 1) - 1);
			this.#waiting.splice(0).forEach((wake) => {
				wake();
			});
		}
	}
	async #readMount(answer, what, repository, digest) {
		const { limits } = this.#dependencies;
		await discardBody(answer, limits);
		if (answer.status === 201) return true;
		if (answer.message.headers.location !== void 0) this.#offered.set(named(repository, digest), sessionOf(answer, what, 0));
		return false;
	}
	async #turn(registry) {
		const { gate } = this.#dependencies.exchangeFor(registry);
		while (gate.isPaced && (this.#underWay.get(registry) ?? 0) >= pacedUploads) await new Promise((resolve) => this.#waiting.push(resolve));
		this.#underWay.set(registry, (this.#underWay.get(registry) ?? 0) + 1);
	}
};

// src/registry/client.ts
/** Makes a client; contacts nobody yet. @throws E_INPUT for a `caCertificate` that holds no certificate. */
function createRegistryClient(options) {
	const context = new ClientContext(options);
	const verbs = context.verbs;
	const manifests = new Manifests(verbs);
	const push = new ManifestPush(verbs, manifests);
	const blobs = new Blobs(verbs);
	const uploads = new Uploads(verbs, blobs);
	return {
		headManifest: (repository, reference) => manifests.head(repository, reference),
		getManifest: (repository, reference, expect) => manifests.get(repository, reference, expect?.size),
		putManifest: (repository, reference, manifest) => push.put(repository, reference, manifest),
		deleteManifest: (repository, reference) => manifests.delete(repository, reference),
		headBlob: (repository, digest) => blobs.head(repository, digest),
		getBlob: (repository, descriptor) => blobs.get(repository, descriptor),
		readBlob: (repository, descriptor, maxBytes) => blobs.read(repository, descriptor, maxBytes),
		mountBlob: (repository, digest, from) => uploads.mount(repository, digest, from),
		uploadBlob: (repository, descriptor, open, { isVerified = false } = {}) => uploads.upload(repository, descriptor, open, isVerified),
		deleteBlob: (repository, digest) => blobs.delete(repository, digest),
		listTags: (repository) => listTags(repository, verbs),
		listReferrers: (repository, digest, artifactType) => listReferrers(repository, digest, artifactType, verbs, manifests),
		requests: verbs.requests,
		close: () => {
			context.close();
		}
	};
}

export { RegistryError, anonymous, createRegistryClient };