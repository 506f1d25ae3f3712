// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show, t as CodedError } from "./errors.js";
import { t as RegistryError } from "./registry-errors.js";
import { a as BodyEncoding, o as BodyTooLarge, p as TransportFailure } from "./registry-transport.js";
import { c as mayLeadTo, o as classifyHost } from "./registry-proxy.js";

// src/registry/failure-error.ts
const unsteady = "run it again; if it stays, see what stands between this machine and the registry";
const overloaded = "run it again; if it stays, see how the registry does, and what stands before it";
const meanings = {
	unresolved: {
		code: "E_NETWORK",
		retry: "few",
		is: "cannot be resolved",
		hint: "check the name of the registry, and the DNS of this machine"
	},
	resolver: {
		code: "E_NETWORK",
		retry: "full",
		is: "could not be resolved now",
		hint: "check the DNS of this machine"
	},
	blocked: {
		code: "E_REGISTRY",
		retry: "never",
		is: "is in a place that this registry may not send us to",
		hint: "a registry never leads to a more private place than its own; if that is its token server, name its host in registry-auth"
	},
	refused: {
		code: "E_NETWORK",
		retry: "some",
		is: "cannot be reached",
		hint: "nobody listens there: check host and port, and that the registry runs"
	},
	unreachable: {
		code: "E_NETWORK",
		retry: "full",
		is: "cannot be reached",
		hint: "check the host, and the network of this machine; behind a proxy set HTTPS_PROXY"
	},
	"connect-timeout": {
		code: "E_TIMEOUT",
		retry: "full",
		is: "does not accept a connection",
		hint: "check host and port, and that no firewall stands in between; behind a proxy set HTTPS_PROXY"
	},
	certificate: {
		code: "E_NETWORK",
		retry: "never",
		is: "has a certificate that is not to be trusted",
		hint: "give its authority as ca-certificate, or list the registry in insecure-registries"
	},
	"not-tls": {
		code: "E_NETWORK",
		retry: "never",
		is: "does not speak TLS",
		hint: "for a registry with plain HTTP list it in insecure-registries"
	},
	"not-http": {
		code: "E_REGISTRY",
		retry: "never",
		is: "does not speak HTTP",
		hint: "check the port"
	},
	"headers-too-large": {
		code: "E_REGISTRY",
		retry: "never",
		is: "sends headers of more than 16 KiB",
		hint: "no registry does that: check its name, and what stands before it"
	},
	reset: {
		code: "E_NETWORK",
		retry: "full",
		is: "closed the connection",
		hint: unsteady
	},
	"headers-timeout": {
		code: "E_TIMEOUT",
		retry: "full",
		is: "does not answer",
		hint: overloaded
	},
	"upload-stalled": {
		code: "E_TIMEOUT",
		retry: "full",
		is: "takes no more of the upload",
		hint: overloaded
	},
	"body-cut": {
		code: "E_NETWORK",
		retry: "full",
		is: "closed the connection within an answer",
		hint: unsteady
	},
	"body-slow": {
		code: "E_TIMEOUT",
		retry: "full",
		is: "answers too slowly",
		hint: overloaded
	},
	proxy: {
		code: "E_NETWORK",
		retry: "full",
		is: "is behind a proxy that fails",
		hint: "check HTTPS_PROXY and HTTP_PROXY, or put the host into NO_PROXY"
	},
	"proxy-refused": {
		code: "E_NETWORK",
		retry: "never",
		is: "is behind a proxy that refuses",
		hint: "if the proxy wants a login (407), put user:password@ into the variable that names it; else the host into NO_PROXY"
	},
	exposed: {
		code: "E_REGISTRY",
		retry: "never",
		is: "speaks plain HTTP and is behind a proxy, which would see the credentials",
		hint: "let it speak HTTPS, or put its host into NO_PROXY"
	}
};
/**
* What went wrong between us and a registry, as the error that a person reads. Errors that are not of the network (a
* cancellation, the caller's own) are given back as they are.
*/
function failureError(error, what, host) {
	if (error instanceof BodyTooLarge || error instanceof BodyEncoding) return new RegistryError("E_REGISTRY", `${what}: ${host} sends ${show(error.message)}`, {
		hint: "no registry does that: check its name, and what stands before it",
		cause: error
	});
	if (!(error instanceof TransportFailure)) return error;
	const { code, retry, is, hint } = meanings[error.kind];
	const reason = `${host} ${is} (${show(error.message, 200)})`;
	return new RegistryError(code, `${what}: ${reason}`, {
		hint,
		cause: error,
		retry,
		answerLost: error.sent,
		reason
	});
}
/** Was it only that an idle connection had been closed? Then the request is worth one more at once. */
function isStaleSocket(error) {
	const cause = error instanceof CodedError ? error.cause : error;
	return cause instanceof TransportFailure && cause.reusedSocket;
}

// src/registry/redirects.ts
const longestLocation = 8192;
/** Whether an answer of this status names another place in its Location. */
function isRedirect(status) {
	return [
		301,
		302,
		303,
		307,
		308
	].includes(status);
}
/**
* A Location, of a redirect or of an upload, resolved and checked: http or https, never from https to http, no userinfo,
* and no address in a more private place than the sender's. (A name is looked at when its socket is opened.)
* @throws E_REGISTRY
*/
function followLocation(sender, location) {
	if (location === void 0 || location === "") throw refuse(sender, "without saying where (no Location)");
	if (location.length > longestLocation) throw refuse(sender, `with a Location of ${location.length} characters`);
	if (!URL.canParse(location, sender.url.href)) throw refuse(sender, `to ${show(location, 80)}, which is not a URL`);
	const url = new URL(location, sender.url);
	url.hash = "";
	const to = `${url.protocol}//${url.host}`;
	if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse(sender, `to ${show(url.protocol, 20)}`);
	if (url.username !== "" || url.password !== "") throw refuse(sender, `to ${to} with a name and password in the URL`);
	if (sender.url.protocol === "https:" && url.protocol === "http:") throw refuse(sender, `from HTTPS to plain HTTP, ${to}`, "if that is its own proxy, tell the registry its https address");
	const place = classifyHost(url.hostname);
	if (place !== void 0 && !mayLeadTo(sender.addressClass, place)) throw refuse(sender, `to ${to}, a ${place} address`);
	return url;
}
/** Whether two URLs share scheme, host and port. */
function sameOrigin(a, b) {
	return a.protocol === b.protocol && a.host === b.host;
}
function refuse({ what, url }, how, hint) {
	return new RegistryError("E_REGISTRY", `${what}: ${url.host} sends us on ${how}`, { hint: hint ?? "this is refused for safety; the registry or a proxy before it is at fault" });
}

export { isStaleSocket as a, failureError as i, isRedirect as n, sameOrigin as r, followLocation as t };