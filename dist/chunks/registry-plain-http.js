// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { f as readBody, i as Agents, n as RequestLog, o as BodyTooLarge, r as defaultLimits, t as Transport } from "./registry-transport.js";

// src/registry/plain-http.ts
/**
* Bounded requests to a host that is no registry, by the same proxies and with the same time limits. No retry, no redirect.
* @returns what sends, and what cuts every connection in the end
*/
function plainHttp({ env, signal }) {
	const agents = new Agents(env, defaultLimits, void 0);
	const transport = new Transport(agents, defaultLimits, new RequestLog(), signal);
	return {
		send: async ({ maxBytes, headers, ...request }) => {
			const answer = await transport.send({
				...request,
				headers: {
					"user-agent": "native-multiarch",
					"accept-encoding": "identity",
					...headers
				},
				policy: {
					verifyCertificate: true,
					sentBy: void 0
				},
				headersMs: defaultLimits.headersMs
			});
			const retryAfter = answer.message.headers["retry-after"];
			return {
				status: answer.status,
				retryAfter,
				body: await bodyOf(answer, maxBytes, signal)
			};
		},
		close: () => {
			agents.destroy();
		}
	};
}
async function bodyOf(answer, maxBytes, signal) {
	try {
		return await readBody(answer, maxBytes, defaultLimits.documentMs, signal);
	} catch (error) {
		if (error instanceof BodyTooLarge) return void 0;
		throw error;
	}
}

export { plainHttp };