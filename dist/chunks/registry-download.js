// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { d as rawBody, i as Agents, n as RequestLog, p as TransportFailure, r as defaultLimits, s as discardBody, t as Transport } from "./registry-transport.js";
import { i as failureError, n as isRedirect, t as followLocation } from "./registry-redirects.js";

// src/registry/download.ts
/** Gets files from hosts that are no registries: by the same proxies, certificates and time limits. Redirects are followed. */
function downloader({ env, caCertificate, signal, limits = defaultLimits }) {
	return async function* download(url) {
		const agents = new Agents(env, limits, caCertificate);
		const transport = new Transport(agents, limits, new RequestLog(), signal);
		try {
			const answer = await follow(transport, url, limits);
			const pace = {
				bytes: limits.rateBytes,
				everyMs: limits.rateMs
			};
			yield* rawBody(answer, pace, signal);
		} catch (error) {
			if (error instanceof CodedError || signal.aborted) throw error;
			throw failure(error, url);
		} finally {
			agents.destroy();
		}
	};
}
/** The cures for registries are not those for other hosts. */
function failure(error, url) {
	const told = failureError(error, `GET ${url.href}`, url.host);
	if (!(error instanceof TransportFailure && told instanceof CodedError)) return told;
	if (error.kind.startsWith("proxy")) return told;
	const hint = error.kind === "certificate" ? "give its authority as ca-certificate" : "see whether this machine reaches that host (behind a proxy set HTTPS_PROXY), or use a mirror";
	return new CodedError(told.code, told.message, {
		hint,
		cause: error
	});
}
async function follow(transport, start, limits) {
	let url = start;
	let sentBy;
	for (let hops = 0;; hops++) {
		const answer = await transport.send({
			method: "GET",
			url,
			headers: {
				"user-agent": "native-multiarch",
				"accept-encoding": "identity"
			},
			policy: {
				verifyCertificate: true,
				sentBy
			},
			headersMs: limits.headersMs
		});
		if (answer.status === 200) return answer;
		await discardBody(answer, limits);
		if (!isRedirect(answer.status)) throw refusal(answer, start);
		if (hops === limits.redirects) throw new CodedError("E_NETWORK", `${start.href} sends us on more than ${hops} times`);
		const { location } = answer.message.headers;
		sentBy ??= answer.addressClass;
		url = followLocation({
			what: `GET ${start.href}`,
			url,
			addressClass: sentBy
		}, location);
	}
}
function refusal({ status, url }, start) {
	const what = `${start.href}: ${url.host} answers ${status}`;
	const hint = "check the version, and the address that files are taken from";
	if (status === 404 || status === 410) return new CodedError("E_NOT_FOUND", what, { hint });
	if (status === 429) return new CodedError("E_RATE_LIMITED", what, { hint: "try again later, or use a mirror" });
	if (status < 500) return new CodedError("E_DENIED", what, { hint });
	return new CodedError("E_NETWORK", what, { hint: "try again later, or use a mirror" });
}

export { downloader };