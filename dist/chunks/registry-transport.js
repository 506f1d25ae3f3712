// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { t as giveBack } from "./registry-give-back.js";
import { a as classifyAddress, c as mayLeadTo, i as showProxy, l as portOf, n as proxyAuthorization, o as classifyHost, r as proxyFor, s as hostOf } from "./registry-proxy.js";
import { createRequire } from "node:module";
import { X509Certificate } from "node:crypto";
import https, { request } from "node:https";
import { createGunzip } from "node:zlib";
import { readFileSync, statSync } from "node:fs";
import tls from "node:tls";
import { lookup } from "node:dns";

// src/registry/body-chunks.ts
/** Bytes that may wait for the consumer before the connection is told to wait. */
const ahead = 262144;
/**
* Node's parser copies each piece of a body out of what the socket read, which is then garbage: 64 KiB for each chunk, of
* which the collector lets tens of megabytes pile up. Whether it copies is seen, not believed: undefined until then.
*/
let parserCopies;
/** The chunks of one body, as a stream's own iterator gives them, with less work for each and less memory held. */
var BodyChunks = class {
	#message;
	#queue = [];
	#queued = 0;
	#detach;
	#fresh;
	#end;
	#wake = () => void 0;
	constructor(message) {
		this.#message = message;
		const { socket } = message;
		const take = (chunk) => {
			this.#fresh = chunk;
			this.#queue.push(chunk);
			this.#queued += chunk.byteLength;
			if (this.#queued > ahead) message.pause();
			this.#wake();
		};
		const look = (raw) => {
			if (this.#fresh !== void 0) parserCopies = this.#fresh.buffer !== raw.buffer;
			this.#fresh = void 0;
			if (parserCopies === true) giveBack(raw);
		};
		const end = () => {
			this.#finish({});
		};
		const fail = (error) => {
			this.#finish({ error });
		};
		const close = () => {
			this.#finish({ error: /* @__PURE__ */ new Error("the connection was closed") });
		};
		this.#detach = () => {
			socket.off("data", look);
		};
		if (message.destroyed) this.#finish({ error: message.errored ?? /* @__PURE__ */ new Error("the connection was closed") });
		else {
			socket.on("data", look);
			message.once("end", end).on("error", fail).once("close", close).on("data", take);
		}
	}
	/** What is here already, in one piece: TLS brings 16 KiB at a time, and to pass a chunk on costs more than to copy it. */
	ready() {
		const [only, ...more] = this.#queue;
		const chunk = more.length === 0 ? only : Buffer.concat(this.#queue, this.#queued);
		if (more.length > 0) this.#queue.forEach(giveBack);
		this.#queue = [];
		this.#queued = 0;
		if (this.#message.isPaused()) this.#message.resume();
		return chunk;
	}
	/** The next chunk, when it is here; undefined at the end. @throws what ended the connection. */
	async next() {
		for (;;) {
			const chunk = this.ready();
			if (chunk !== void 0) return chunk;
			if (this.#end !== void 0) {
				if ("error" in this.#end) throw this.#end.error;
				return;
			}
			await new Promise((resolve) => this.#wake = resolve);
		}
	}
	#finish(how) {
		this.#end ??= how;
		this.#detach();
		this.#wake();
	}
};

// src/registry/request-body.ts
/** What the source of a body threw, kept apart from what the network did. */
var SourceFailure = class extends Error {
	name = "SourceFailure";
	constructor(cause) {
		super("the source of the body failed", { cause });
	}
};
function bodyLength(body) {
	return body instanceof Uint8Array ? body.byteLength : body.length;
}
function asError(thrown) {
	return thrown instanceof Error ? thrown : new Error(String(thrown));
}
const sliceBytes = 262144;
/** Writes a body in small slices, so that a peer that takes nothing any more is noticed, and no more is read than is sent. */
var BodyWriter = class {
	#outgoing;
	#body;
	#logEntry;
	#watch;
	#stallMs;
	#stopped = false;
	#wake = () => void 0;
	constructor(outgoing, body, logEntry, watch, stallMs) {
		this.#outgoing = outgoing;
		this.#body = body;
		this.#logEntry = logEntry;
		this.#watch = watch;
		this.#stallMs = stallMs;
		outgoing.once("close", () => {
			this.#stop();
		});
	}
	/** Resolves when all is written, or nothing more is to be. @throws SourceFailure */
	async write() {
		if (this.#body !== void 0) for await (const slice of slices(this.#body)) {
			if (!await this.#step((done) => this.#outgoing.write(slice, done))) return;
			this.#logEntry.sentBytes += slice.byteLength;
		}
		await this.#step((done) => this.#outgoing.end(done));
		this.#watch.stop("upload-stalled");
	}
	/** An answer is here: a server that has made up its mind need not be sent the rest. */
	stop(answer) {
		this.#stop();
		answer.once("close", () => {
			if (!this.#outgoing.writableFinished) this.#outgoing.destroy();
		});
	}
	#stop() {
		this.#stopped = true;
		this.#wake();
	}
	/** False: stopped. */
	async #step(send) {
		if (this.#stopped) return false;
		if (this.#body !== void 0 && this.#outgoing.socket !== null) this.#watch.start("upload-stalled", this.#stallMs, "no byte of the upload was taken");
		await new Promise((resolve) => {
			this.#wake = resolve;
			send(resolve);
		});
		this.#watch.stop("upload-stalled");
		return !this.#stopped;
	}
};
async function* slices(body) {
	if (body instanceof Uint8Array) yield* cut(body);
	else {
		const source = body.open()[Symbol.asyncIterator]();
		try {
			for (let next = await pull(source); next.done !== true; next = await pull(source)) if (next.value.byteLength <= sliceBytes) yield next.value;
			else yield* cut(next.value);
		} finally {
			await source.return?.();
		}
	}
}
async function pull(source) {
	try {
		return await source.next();
	} catch (error) {
		throw new SourceFailure(error);
	}
}
function* cut(bytes) {
	for (let start = 0; start < bytes.byteLength; start += sliceBytes) yield bytes.subarray(start, start + sliceBytes);
}

// src/registry/lookup.ts
/** The `code` of the error for a name that leads only to addresses that it may not lead to. */
const blockedAddress = "ERR_BLOCKED_ADDRESS";
const systemNetwork = {
	resolve: lookup,
	classify: classifyAddress
};
/**
* A resolver for sockets that sees only addresses whose class is allowed. The check stands at the socket and not before
* it, since a name that was looked up twice may have two answers.
*/
function guardedLookup(allowed, { resolve, classify } = systemNetwork) {
	return (hostname, options, callback) => {
		resolve(hostname, {
			...options,
			all: true
		}, (error, addresses) => {
			if (error !== null) {
				callback(error, []);
				return;
			}
			const usable = addresses.filter(({ address }) => allowed(classify(address)));
			const [first] = usable;
			if (first === void 0) {
				const where = addresses.map(({ address }) => address).join(", ");
				const blocked = /* @__PURE__ */ new Error(`${hostname} leads to ${where}`);
				blocked.code = blockedAddress;
				callback(blocked, []);
			} else if (options.all === true) callback(null, usable);
			else callback(null, first.address, first.family);
		});
	};
}

// src/registry/http.ts
/**
* node:http, for everything here that is more than a type. An `import` of it reads each of its exports, and the one named
* WebSocket loads the whole of Node's own fetch: 25 ms and 9 MB, for nothing that is used here.
*/
const http = createRequire(import.meta.url)("node:http");

// src/registry/tunnel.ts
/** The way through a proxy failed: it could not be reached, or it refused. */
var ProxyFailure = class extends Error {
	name = "ProxyFailure";
	/** Of its answer to CONNECT; undefined where none came. */
	status;
	constructor(message, status, cause) {
		super(message, cause === void 0 ? void 0 : { cause });
		this.status = status;
	}
};
/**
* Connections that go through an HTTP proxy with CONNECT and are TLS from here to the registry, so that the proxy sees a
* host name and nothing else. https://nodejs.org/api/http.html#event-connect
*/
var TunnelAgent = class extends https.Agent {
	#proxy;
	#connectMs;
	constructor(proxy, connectMs, options) {
		super(options);
		this.#proxy = proxy;
		this.#connectMs = connectMs;
	}
	createConnection(options, callback) {
		this.#open(options).then((socket) => callback?.(null, super.createConnection({
			...options,
			socket
		}) ?? socket), (error) => callback?.(error instanceof Error ? error : new Error(String(error)), void 0));
	}
	#open(target) {
		const { url } = this.#proxy;
		const name = target.hostname ?? target.host ?? "";
		const authority = `${name.includes(":") ? `[${name}]` : name}:${target.port ?? 443}`;
		const connect = (url.protocol === "https:" ? https.request : http.request)({
			method: "CONNECT",
			hostname: hostOf(url),
			port: portOf(url),
			path: authority,
			headers: {
				host: authority,
				...proxyAuthorization(this.#proxy)
			},
			agent: false,
			ca: this.options.ca,
			rejectUnauthorized: true
		});
		const shown = showProxy(this.#proxy);
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				connect.destroy(/* @__PURE__ */ new Error(`no answer in ${this.#connectMs / 1e3} s`));
			}, this.#connectMs);
			connect.once("connect", (answer, socket) => {
				clearTimeout(timer);
				const status = answer.statusCode ?? 0;
				if (status >= 200 && status < 300) {
					resolve(socket);
					return;
				}
				socket.destroy();
				reject(new ProxyFailure(`the proxy ${shown} answers CONNECT with ${status}`, status));
			});
			connect.once("error", (cause) => {
				clearTimeout(timer);
				reject(new ProxyFailure(`the proxy ${shown} can't be used: ${cause.message}`, void 0, cause));
			});
			connect.end();
		});
	}
};

// src/registry/transport-failure.ts
/** A request that got no answer, or not the whole of it. */
var TransportFailure = class extends Error {
	name = "TransportFailure";
	kind;
	/** True where the server may have seen the whole request. */
	sent;
	/** True where the connection was an old one, which the server may have closed while it was idle. */
	reusedSocket;
	constructor(kind, message, details = {}) {
		super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
		this.kind = kind;
		this.sent = details.sent ?? false;
		this.reusedSocket = details.reusedSocket ?? false;
	}
};
const kindsByCode = {
	ENOTFOUND: "unresolved",
	ENODATA: "unresolved",
	EAI_NONAME: "unresolved",
	EAI_NODATA: "unresolved",
	EAI_AGAIN: "resolver",
	EAI_FAIL: "resolver",
	ETIMEOUT: "resolver",
	ESERVFAIL: "resolver",
	ECONNREFUSED: "refused",
	EHOSTUNREACH: "unreachable",
	EHOSTDOWN: "unreachable",
	ENETUNREACH: "unreachable",
	ENETDOWN: "unreachable",
	EADDRNOTAVAIL: "unreachable",
	ETIMEDOUT: "connect-timeout",
	ERR_SOCKET_CONNECTION_TIMEOUT: "connect-timeout",
	ECONNRESET: "reset",
	ECONNABORTED: "reset",
	EPIPE: "reset",
	ENOTCONN: "reset",
	ERR_STREAM_PREMATURE_CLOSE: "reset",
	HPE_HEADER_OVERFLOW: "headers-too-large",
	HPE_INVALID_EOF_STATE: "reset",
	[blockedAddress]: "blocked"
};
const certificateCodes = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|CRL_)/;
/** The kind of what node:net, node:tls or node:http threw; undefined for what none of them throws. */
function failureKind(error) {
	if (error instanceof TransportFailure) return error.kind;
	if (error instanceof ProxyFailure) return isFinalProxyAnswer(error.status) ? "proxy-refused" : "proxy";
	const code = errorCode(error);
	if (code === void 0) return void 0;
	const known = kindsByCode[code];
	if (known !== void 0) return known;
	if (certificateCodes.test(code)) return "certificate";
	if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return "not-tls";
	return code.startsWith("HPE_") ? "not-http" : void 0;
}
function isFinalProxyAnswer(status) {
	return status !== void 0 && status < 500 && status !== 408 && status !== 429;
}
/**
* Of an AggregateError, which happy eyeballs throw when each address failed, the refusal if there was one, as then a machine
* was there; else the first that has a code.
*/
function errorCode(error) {
	if (!(error instanceof Error)) return void 0;
	const codes = error instanceof AggregateError ? error.errors.map(errorCode) : [];
	if (codes.includes("ECONNREFUSED")) return "ECONNREFUSED";
	if ("code" in error && typeof error.code === "string") return error.code;
	return codes.find((code) => code !== void 0);
}

// src/registry/body.ts
/** A body is longer than it may be. */
var BodyTooLarge = class extends Error {
	name = "BodyTooLarge";
};
/** A body is encoded in a way that we never asked for and do not undo. */
var BodyEncoding = class extends Error {
	name = "BodyEncoding";
};
/**
* The body as it comes over the wire. Time that the consumer takes does not count. Leaving the iteration early closes the
* connection. @throws TransportFailure `body-cut` or `body-slow`, or the signal's reason.
*/
async function* rawBody(response, pace, signal) {
	const { message } = response;
	const abort = () => message.destroy(asError(signal.reason));
	if (signal.aborted) abort();
	signal.addEventListener("abort", abort, { once: true });
	const chunks = new BodyChunks(message);
	const timer = new PaceTimer(message, pace);
	try {
		for (;;) {
			const next = chunks.ready() ?? await timer.time(() => chunks.next());
			if (next === void 0) return;
			timer.count(next.byteLength);
			response.logEntry.bytes += next.byteLength;
			yield next;
		}
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof TransportFailure) throw error;
		throw new TransportFailure("body-cut", `the body ended after ${response.logEntry.bytes} bytes`, { cause: error });
	} finally {
		signal.removeEventListener("abort", abort);
		if (!message.complete) message.destroy();
	}
}
/**
* The whole body, at most `maxBytes`, which are counted as they come in and after one layer of gzip is undone.
* @throws BodyTooLarge, BodyEncoding, TransportFailure, or the signal's reason.
*/
async function readBody(response, maxBytes, wholeMs, signal) {
	const announced = Number(response.message.headers["content-length"] ?? 0);
	if (announced > maxBytes) {
		response.message.destroy();
		throw new BodyTooLarge(`a body of ${announced} bytes, of which ${maxBytes} are read at most`);
	}
	const raw = rawBody(response, { wholeMs }, signal);
	const parts = [];
	let length = 0;
	for await (const part of isGzip(response) ? inflate(raw) : raw) {
		length += part.byteLength;
		if (length > maxBytes) throw new BodyTooLarge(`a body of more than ${maxBytes} bytes`);
		parts.push(part);
	}
	return Buffer.concat(parts, length);
}
/** Reads what is left, as far as it is short, so that the connection can be used again, or closes it. Never throws. */
async function discardBody(response, { errorBytes, documentMs }) {
	try {
		if (response.method === "HEAD") await endOf(response.message);
		else await readBody(response, errorBytes, documentMs, new AbortController().signal);
	} catch {
		response.message.destroy();
	}
}
/** The headers of an answer to HEAD describe a body that never comes. */
async function endOf(message) {
	if (!message.closed) await new Promise((resolve) => message.once("close", resolve).resume());
}
/** Is this the Content-Type of a web page, which is never what a registry was asked for? */
function isHtml(contentType) {
	return /^text\/html\b/i.test(contentType ?? "");
}
/** One layer of gzip undone. A fault of the network comes through as itself. */
async function* inflate(raw) {
	const gunzip = createGunzip();
	const feeding = feed(raw, gunzip);
	try {
		for await (const part of gunzip) yield part;
	} catch (error) {
		if (error instanceof TransportFailure || gunzip.errored === null || !isZlib(error)) throw error;
		throw new BodyEncoding(`Content-Encoding says gzip, and the body is not: ${asError(error).message}`);
	} finally {
		gunzip.destroy();
		await feeding;
	}
}
async function feed(raw, gunzip) {
	try {
		for await (const chunk of raw) {
			if (gunzip.destroyed) return;
			await new Promise((resolve) => {
				gunzip.once("close", resolve);
				gunzip.write(chunk, () => {
					gunzip.off("close", resolve);
					resolve();
				});
			});
		}
		gunzip.end();
	} catch (error) {
		gunzip.destroy(asError(error));
	}
}
function isZlib(error) {
	return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
/** Is the body gzip on top of what it is? @throws BodyEncoding for more layers, and for anything else. */
function isGzip({ message }) {
	const encodings = (message.headers["content-encoding"] ?? "").toLowerCase().split(",").map((encoding) => encoding.trim()).filter((encoding) => encoding !== "" && encoding !== "identity");
	if (encodings.length === 0) return false;
	if (encodings.length === 1 && ["gzip", "x-gzip"].includes(encodings[0] ?? "")) return true;
	message.destroy();
	throw new BodyEncoding(`a body in ${encodings.length} layers of encoding (${encodings.slice(0, 3).join(", ")})`);
}
/** Ends a body that comes too slowly. */
var PaceTimer = class {
	#message;
	#pace;
	#waitedMs = 0;
	#bytes = 0;
	constructor(message, pace) {
		this.#message = message;
		this.#pace = pace;
	}
	/** Bytes that came. */
	count(bytes) {
		this.#bytes += bytes;
		if (!("bytes" in this.#pace) || this.#bytes < this.#pace.bytes) return;
		this.#bytes = 0;
		this.#waitedMs = 0;
	}
	async time(next) {
		const pace = this.#pace;
		const limitMs = "wholeMs" in pace ? pace.wholeMs : pace.everyMs;
		const started = performance.now();
		const timer = setTimeout(() => {
			const what = "wholeMs" in pace ? "the body did not end" : `the body brought less than ${pace.bytes} bytes`;
			this.#message.destroy(new TransportFailure("body-slow", `${what} in ${limitMs / 1e3} s`));
		}, Math.max(0, limitMs - this.#waitedMs));
		try {
			return await next();
		} finally {
			this.#waitedMs += performance.now() - started;
			clearTimeout(timer);
		}
	}
};

// src/registry/large-reads.ts
/** A quarter of the calls, events and promises that Node's own 64 KiB cost; more brings nothing. */
const readBytes = 262144;
/**
* Connections that read into memory of their own, again and again. Node's HTTP parser copies each body out of it, and is
* done with it when the event is over. https://nodejs.org/api/net.html#new-netsocketoptions
*/
function readingLarge(agent) {
	const connect = agent.createConnection.bind(agent);
	agent.createConnection = (options, callback) => {
		const onread = {
			buffer: new Uint8Array(/* @__PURE__ */ new ArrayBuffer(262145), 0, readBytes),
			callback: (length, bytes) => {
				socket?.emit("data", Buffer.from(bytes.buffer, bytes.byteOffset, length));
				return true;
			}
		};
		const socket = connect({
			...options,
			onread
		}, callback);
		return socket;
	};
	return agent;
}

// src/registry/tls.ts
const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const maxExtraBytes = 16777216;
/**
* The certificate authorities to trust when `pem` is trusted besides the default ones; undefined, which leaves it to
* Node, when there is no `pem`. Giving Node a list replaces its own, so the defaults have to be in it.
* @throws E_INPUT when `pem`, or the file that NODE_EXTRA_CA_CERTS names, holds no certificate or one that can't be read,
* and when the environment turns the checking of certificates off.
*/
function trustedAuthorities(pem, env) {
	refuseUnchecked(env);
	const extra = extraAuthorities(env);
	if (pem === void 0) return void 0;
	const given = certificatesIn(pem, "ca-certificate", "give PEM text, or the path of a file with it");
	return [...typeof tls.getCACertificates === "function" ? tls.getCACertificates("default") : [...tls.rootCertificates, ...extra], ...given];
}
/** Our own connections would not obey it, and all others that a run makes would. */
function refuseUnchecked(env) {
	if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
	throw new CodedError("E_INPUT", "NODE_TLS_REJECT_UNAUTHORIZED is \"0\", so that no certificate is checked", { hint: "unset it; for a private authority set ca-certificate, for one registry insecure-registries" });
}
/** Node leaves out what it can't read there, with a warning that nobody sees; then certificates fail for no reason. */
function extraAuthorities(env) {
	const path = env["NODE_EXTRA_CA_CERTS"] ?? "";
	if (path === "") return [];
	const hint = "unset it, or let it name a PEM file";
	return certificatesIn(readExtra(path, hint), `NODE_EXTRA_CA_CERTS, which is ${quote(path)},`, hint);
}
function readExtra(path, hint) {
	try {
		const found = statSync(path);
		if (!found.isFile() || found.size > maxExtraBytes) throw new Error(`it is not a file of at most ${maxExtraBytes} bytes`);
		return readFileSync(path, "latin1");
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new CodedError("E_INPUT", `NODE_EXTRA_CA_CERTS names ${quote(path)}, which can't be read: ${show(why)}`, {
			hint,
			cause
		});
	}
}
function certificatesIn(pem, what, hint) {
	const certificates = pem.match(block) ?? [];
	if (certificates.length === 0) throw new CodedError("E_INPUT", `${what} holds no certificate (-----BEGIN CERTIFICATE-----)`, { hint });
	certificates.forEach((certificate, index) => {
		try {
			new X509Certificate(certificate);
		} catch (cause) {
			throw new CodedError("E_INPUT", `certificate ${index + 1} of ${what} can't be read`, {
				hint: `it is to be PEM as openssl writes it; ${hint}`,
				cause
			});
		}
	});
	return certificates;
}

// src/registry/agents.ts
/** Keep-alive agents, made when first wanted; one for each way of connecting, so that no socket is shared between two policies. */
var Agents = class {
	network;
	#agents = /* @__PURE__ */ new Map();
	#env;
	#limits;
	#authorities;
	constructor(env, limits, caCertificate, network = systemNetwork) {
		this.network = network;
		this.#env = env;
		this.#limits = limits;
		this.#authorities = trustedAuthorities(caCertificate, env);
	}
	proxyFor(url) {
		return proxyFor(url, this.#env);
	}
	/** The proxy that is handed requests to this URL whole, instead of a tunnel being made through it. */
	forwarderFor(url) {
		return url.protocol === "http:" ? this.proxyFor(url) : void 0;
	}
	for(url, policy) {
		const proxy = this.proxyFor(url);
		const key = [
			url.protocol,
			policy.verifyCertificate,
			policy.sentBy ?? "",
			proxy?.url.href ?? ""
		].join(" ");
		const agent = this.#agents.get(key) ?? this.#make(url, policy, proxy);
		this.#agents.set(key, agent);
		return agent;
	}
	/** Cuts every connection. */
	destroy() {
		for (const agent of this.#agents.values()) agent.destroy();
	}
	#make(url, { verifyCertificate, sentBy }, proxy) {
		const options = {
			keepAlive: true,
			maxSockets: this.#limits.socketsPerHost,
			scheduling: "lifo"
		};
		const allowed = (to) => sentBy === void 0 ? to !== "forbidden" : mayLeadTo(sentBy, to);
		const lookup = guardedLookup(allowed, this.network);
		if (url.protocol === "http:" && proxy === void 0) return readingLarge(new http.Agent({
			...options,
			lookup
		}));
		const secure = {
			...options,
			rejectUnauthorized: verifyCertificate,
			...this.#authorities !== void 0 && { ca: this.#authorities }
		};
		if (proxy === void 0) return readingLarge(new https.Agent({
			...secure,
			lookup
		}));
		if (url.protocol === "https:") return new TunnelAgent(proxy, this.#limits.connectMs, secure);
		return readingLarge(proxy.url.protocol === "https:" ? new https.Agent(secure) : new http.Agent(options));
	}
};

// src/registry/limits.ts
const defaultLimits = {
	documentBytes: 4194304,
	tokenBytes: 65536,
	errorBytes: 65536,
	headerBytes: 16384,
	redirects: 5,
	pages: 100,
	connectMs: 1e4,
	headersMs: 6e4,
	commitMs: 3e5,
	documentMs: 6e4,
	rateBytes: 61440,
	rateMs: 6e4,
	uploadStallMs: 12e4,
	socketsPerHost: 16,
	attempts: 7,
	retries: 60,
	waitingMs: 9e5,
	lagMs: 3e5,
	shortestRetryAfterMs: 1e3,
	longestRetryAfterMs: 3e5,
	chunkBytes: 10485760,
	largestChunkBytes: 134217728
};

// src/registry/request-log.ts
/** What went out, in order of departure. Keeps the last `capacity` entries, so that a long poll can't grow it for ever. */
var RequestLog = class {
	#entries = [];
	#capacity;
	constructor(capacity = 1e4) {
		this.#capacity = capacity;
	}
	get entries() {
		return this.#entries;
	}
	open(method, url) {
		const entry = {
			method,
			host: url.host,
			path: url.pathname,
			status: void 0,
			bytes: 0,
			sentBytes: 0,
			ms: 0
		};
		this.#entries.push(entry);
		if (this.#entries.length > this.#capacity) this.#entries.shift();
		return entry;
	}
};

// src/registry/watch.ts
/** The deadlines of one request, by what they stand for. One that passes destroys the request with a failure of that kind. */
var Watch = class {
	#timers = /* @__PURE__ */ new Map();
	#outgoing;
	#isOver = false;
	constructor(outgoing) {
		this.#outgoing = outgoing;
	}
	/** Starts the deadline, from the beginning if it runs already. `what` did not happen in that time. */
	start(kind, milliseconds, what) {
		this.stop(kind);
		if (this.#isOver) return;
		const timer = setTimeout(() => {
			const sent = this.#outgoing.writableFinished;
			this.#outgoing.destroy(new TransportFailure(kind, `${what} in ${milliseconds / 1e3} s`, { sent }));
		}, milliseconds);
		this.#timers.set(kind, timer);
	}
	stop(kind) {
		clearTimeout(this.#timers.get(kind));
		this.#timers.delete(kind);
	}
	/** The request is over: no deadline starts any more. */
	stopAll() {
		this.#isOver = true;
		for (const kind of [...this.#timers.keys()]) this.stop(kind);
	}
};

// src/registry/transport.ts
/** One HTTP exchange over node:http and node:https: no retry, no redirect, no credentials. */
var Transport = class {
	#agents;
	#limits;
	#log;
	#signal;
	constructor(agents, limits, log, signal) {
		this.#agents = agents;
		this.#limits = limits;
		this.#log = log;
		this.#signal = signal;
	}
	/** @throws TransportFailure where no answer came, the signal's reason, or what the body's source threw. */
	async send(request) {
		this.#signal.throwIfAborted();
		const forwarder = this.#agents.forwarderFor(request.url);
		if (forwarder !== void 0) refuseToExpose(request, forwarder);
		const logEntry = this.#log.open(request.method, request.url);
		const started = performance.now();
		try {
			const { outgoing, message } = await this.#exchange(request, forwarder, logEntry);
			logEntry.status = message.statusCode ?? 0;
			if (forwarder !== void 0 && logEntry.status === 407) {
				message.destroy();
				throw new TransportFailure("proxy-refused", `the proxy ${showProxy(forwarder)} answers 407`);
			}
			const addressClass = this.#addressClass(request.url, outgoing.socket);
			return {
				method: request.method,
				status: logEntry.status,
				url: request.url,
				message,
				addressClass,
				logEntry
			};
		} finally {
			logEntry.ms = performance.now() - started;
		}
	}
	#addressClass(url, socket) {
		const shown = classifyHost(url.hostname);
		if (shown !== void 0 || this.#agents.proxyFor(url) !== void 0) return shown ?? "public";
		return socket?.remoteAddress === void 0 ? "public" : this.#agents.network.classify(socket.remoteAddress);
	}
	async #exchange(request, forwarder, logEntry) {
		const outgoing = this.#open(request, forwarder);
		const abort = () => outgoing.destroy(asError(this.#signal.reason));
		this.#signal.addEventListener("abort", abort, { once: true });
		const watch = new Watch(outgoing);
		try {
			return {
				outgoing,
				message: await new Promise((resolve, reject) => {
					const writer = new BodyWriter(outgoing, request.body, logEntry, watch, this.#limits.uploadStallMs);
					outgoing.once("response", (answer) => {
						writer.stop(answer);
						resolve(answer);
					});
					outgoing.once("upgrade", (_answer, socket) => {
						socket.destroy();
						reject(new TransportFailure("not-http", "the answer is a protocol upgrade"));
					});
					outgoing.on("error", reject);
					outgoing.once("socket", (socket) => {
						this.#watchConnection(outgoing, socket, watch);
					});
					writer.write().then(() => {
						watch.start("headers-timeout", request.headersMs, "no answer");
					}, (error) => {
						outgoing.destroy();
						reject(asError(error));
					});
				})
			};
		} catch (error) {
			this.#signal.throwIfAborted();
			throw asFailure(error, outgoing, forwarder);
		} finally {
			watch.stopAll();
			this.#signal.removeEventListener("abort", abort);
		}
	}
	#open({ method, url, headers, body, policy }, forwarder) {
		const server = forwarder?.url ?? url;
		return (server.protocol === "https:" ? request : http.request)({
			method,
			protocol: server.protocol,
			hostname: hostOf(server),
			port: server.port,
			path: `${forwarder === void 0 ? "" : url.origin}${url.pathname}${url.search}`,
			headers: {
				...headers,
				...forwarder !== void 0 && {
					host: url.host,
					...proxyAuthorization(forwarder)
				},
				...body !== void 0 && { "content-length": String(bodyLength(body)) }
			},
			agent: this.#agents.for(url, policy),
			maxHeaderSize: this.#limits.headerBytes
		});
	}
	#watchConnection(outgoing, socket, watch) {
		const secure = "encrypted" in socket;
		if (outgoing.reusedSocket || !secure && !socket.connecting) return;
		watch.start("connect-timeout", this.#limits.connectMs, secure ? "no TLS connection" : "no connection");
		socket.once(secure ? "secureConnect" : "connect", () => {
			watch.stop("connect-timeout");
		});
	}
};
/** Failures that are the proxy's own, where there is one between us and the registry. */
const unreached = [
	"unresolved",
	"resolver",
	"refused",
	"unreachable",
	"connect-timeout"
];
/** A proxy reads all of a plain HTTP request, and credentials are for nobody but the registry. */
function refuseToExpose({ headers, isSecret = false }, forwarder) {
	if (!isSecret && !("authorization" in headers)) return;
	throw new TransportFailure("exposed", `${forwarder.variable} names the proxy ${showProxy(forwarder)}`);
}
function asFailure(error, outgoing, forwarder) {
	if (error instanceof SourceFailure) return error.cause;
	const kind = failureKind(error);
	if (kind === void 0) return error;
	if (forwarder !== void 0 && unreached.includes(kind)) {
		const message = `the proxy ${showProxy(forwarder)} can't be used: ${asError(error).message}`;
		return new TransportFailure("proxy", message, { cause: error });
	}
	return new TransportFailure(kind, asError(error).message, {
		cause: error,
		sent: outgoing.writableFinished,
		reusedSocket: kind === "reset" && outgoing.reusedSocket
	});
}

export { BodyEncoding as a, inflate as c, rawBody as d, readBody as f, http as h, Agents as i, isGzip as l, failureKind as m, RequestLog as n, BodyTooLarge as o, TransportFailure as p, defaultLimits as r, discardBody as s, Transport as t, isHtml as u };